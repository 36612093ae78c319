"""Every attack on real evidence ends in what the table says, and both verifiers say the same."""

from pathlib import Path

import pytest

import verify_evidence
from evidence.attacker import KEY_MAGIC, SEAL, newest, seals_of, stolen_keys, taken_apart
from evidence.attacks import ATTACKS, Attack
from evidence.frauds import forged
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


@pytest.mark.parametrize("hour", ["noon", "the end"])
def test_what_was_sealed_before_a_theft_cannot_be_sealed_again(lived: Lives, hour: str) -> None:
    """Every key that lies in the opened tag, tried on every seal that there is: none is theirs, nor any key before."""
    image, evidence = (lived.image, lived.noon) if hour == "noon" else (lived.late_image, lived.whole)
    sealed = seals_of(taken_apart(newest(evidence.raws)))
    stolen = stolen_keys(image)
    # Three keys at most, and all of epochs that no seal has used yet.
    assert 1 <= len(stolen) <= 3
    assert min(stolen) > max(one.seal.epoch for one in sealed)
    points = {point(key) for key in stolen.values()}
    for one in sealed:
        message = cose.signed_bytes(one.payload)
        assert not any(verify_evidence.signature_fits(public, message, one.signature) for public in points)


def test_no_key_of_an_epoch_that_is_over_is_anywhere_in_the_flash(lived: Lives) -> None:
    """Whatever page looks like one of the tag's key pages, wherever it lies."""
    for image, evidence in ((lived.image, lived.noon), (lived.late_image, lived.whole)):
        epochs = {one.seal.epoch for one in seals_of(taken_apart(newest(evidence.raws)))}
        pages = [image[at : at + 256] for at in range(0, len(image), 256)]
        found = {int.from_bytes(page[2:6], "little") for page in pages if page[:2] == KEY_MAGIC.to_bytes(2, "little")}
        assert found
        assert found.isdisjoint(epochs)


@pytest.mark.parametrize("until", range(5))
def test_whatever_window_before_the_theft_is_forged_is_found(lived: Lives, until: int, tmp_path: Path) -> None:
    """With the stolen key under the old epoch, and under its own: both verifiers name that very window."""
    sealed = seals_of(taken_apart(newest(lived.noon.raws)))[until + 1].seal
    window = (sealed.first, sealed.first + sealed.count - 1) if sealed.count else (None, None)
    for epoch, code in ((None, "seal-signature"), (min(stolen_keys(lived.image)), "epoch-gap")):
        said = verdict(forged(lives=lived, until=until, epoch=epoch), tmp_path)
        assert (code, "against", *window) in said.found


def test_an_emulated_tag_seals_as_often_as_it_should(lived: Lives) -> None:
    """The table's seals are there to be attacked: at fitting, every six hours, at read-outs and behind a boot."""
    assert len([one for one in taken_apart(newest(lived.whole.raws)) if one.kind == SEAL]) >= 12
