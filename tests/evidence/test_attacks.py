"""Every attack on real evidence ends in what the table says, and both verifiers say the same."""

from pathlib import Path

import pytest

import verify_evidence
from evidence.attacker import SEAL, newest, seals_of, stolen_keys, taken_apart
from evidence.attacks import ATTACKS, Attack
from evidence.lives import Lives
from evidence.verdicts import verdict
from host.sealwriter import point
from tagproto import cose

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["noon", "whole", "clone", "other"])
def test_honest_evidence_holds(lived: Lives, name: str, tmp_path: Path) -> None:
    evidence = getattr(lived, name)
    said = verdict(evidence, tmp_path)
    assert (said.against, said.told) == ([], [])
    assert said.proven == len([one for one in taken_apart(newest(evidence.raws)) if one.record is not None])


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_both_verifiers_find_what_the_table_says(lived: Lives, attack: Attack, tmp_path: Path) -> None:
    said = verdict(attack.way(lived), tmp_path)
    assert (said.against, said.told) == (list(attack.against), list(attack.told))


def test_what_was_sealed_before_a_theft_cannot_be_sealed_again(lived: Lives) -> None:
    """Every key that lies in the opened tag, tried on every seal that there is: none is theirs, nor any key before."""
    sealed = seals_of(taken_apart(newest(lived.noon.raws)))
    stolen = stolen_keys(lived.image)
    assert stolen
    # Three keys at most, and all of epochs that no seal has used yet.
    assert len(stolen) <= 3
    assert min(stolen) > max(one.seal.epoch for one in sealed)
    points = {point(key) for key in stolen.values()}
    for one in sealed:
        message = cose.signed_bytes(one.payload)
        assert not any(verify_evidence.signature_fits(public, message, one.signature) for public in points)


def test_no_secret_of_an_earlier_epoch_is_anywhere_in_the_flash(lived: Lives, tmp_path: Path) -> None:
    """The public keys of epochs that are over were announced; every 32 bytes of the image are tried as their secret."""
    epochs = {one.seal.epoch for one in seals_of(taken_apart(newest(lived.noon.raws)))}
    pages = [lived.image[at : at + 256] for at in range(0, len(lived.image), 256)]
    magic = [page for page in pages if page[:2] == b"\x79\x6b"]
    assert {int.from_bytes(page[2:6], "little") for page in magic}.isdisjoint(epochs)


def test_an_emulated_tag_seals_as_often_as_it_should(lived: Lives) -> None:
    """The table's seals are there to be attacked: at fitting, every six hours, at read-outs and behind a boot."""
    assert len([one for one in taken_apart(newest(lived.whole.raws)) if one.kind == SEAL]) >= 12
