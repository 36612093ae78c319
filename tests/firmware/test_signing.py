"""What the harness signs with is the programme that the host's tests have."""

from typing import Any

import programme
from ankletag.trust import make_list
from firmware import talk, verdict
from tagproto import messages


def test_documents_are_the_same_bytes(harness: Any) -> None:
    made = talk.PROGRAMME
    public_key = bytes(range(32)) + bytes(32)
    expected = [*made.chain, made.tag_document(talk.TAG_ID, public_key), made.list_document(3, 2)]
    expected += [verdict.ROTATED, verdict.NEW_REGION, make_list(verdict.NEW_ROOT, 4, 1, {}, programme.BEGIN_S)]
    found = harness.programme_documents(talk.TAG_ID.hex(), public_key.hex())
    assert found == [document.hex() for document in expected]


def test_a_provisioned_tag_keeps_its_certificates(tag: Any) -> None:
    public_key = bytes.fromhex(tag.state()["public_key"])
    own = talk.ask(tag, messages.DOCUMENT, {"index": 0})["document"]
    assert own == talk.PROGRAMME.tag_document(talk.TAG_ID, public_key, programme.CALIBRATION)
    assert talk.ask(tag, messages.DOCUMENT, {"index": 1})["document"] == talk.PROGRAMME.region_document
