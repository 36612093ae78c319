"""A device with keys of its own that shows a real tag's certificate: nothing that it says is believed."""

from pathlib import Path

import pytest

from ankletag.client import Client
from ankletag.errors import EvidenceRefused
from ankletag.fitting import Order, fit
from ankletag.store import Store
from host.fakeline import Pipe
from host.faketag import FakeTag
from host.tagmaker import TagMaker
from host.test_middle import QUICK_S, TrueClock, on_replies
from provisioned import station
from tagproto import messages


def test_a_fitting_that_only_an_impostor_has_is_no_fitting(tmp_path: Path) -> None:
    real = TagMaker()
    real.boot()
    real.provision()
    other = TagMaker(seed=9)
    other.tag_id = real.tag_id
    other.certificate = other.programme.tag_document(other.tag_id, other.public_key, other.config["calibration_id"])
    other.documents = [*other.programme.chain, other.certificate]
    other.boot()
    other.provision()
    tag = FakeTag(other)

    def change(kind: int, values: dict) -> dict:
        if kind == messages.HELLO | messages.REPLY:
            return {**values, "public_key": real.public_key}
        if kind == messages.DOCUMENT | messages.REPLY and values["document"] == other.certificate:
            return {**values, "document": real.certificate}
        return values

    tag.garble = on_replies(change)
    with Store(tmp_path / "s.sqlite") as store, Client(Pipe(tag), station(), QUICK_S) as client:
        with pytest.raises(EvidenceRefused):
            fit(client, store, TrueClock(maker=other), Order("A-1"))
        assert store.witnesses(real.tag_id) == []
    assert messages.ACKNOWLEDGE not in tag.requests
