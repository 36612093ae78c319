"""Documents that are none, or were changed: a tag takes nothing of them, whatever the bytes."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ankletag.trust import certify_region
from firmware import talk
from firmware.talk import PROGRAMME, Values
from firmware.test_trust import BEGIN_S, END_S, STRANGER, newer, refused
from firmware.verdict import ROTATED
from tagproto import documents, frames, messages
from tagproto.bad import Bad


@given(data=st.binary(max_size=255))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_junk_is_refused(tag: Any, data: bytes) -> None:
    assert refused(tag, data) == messages.ERROR_BODY


@given(which=st.integers(0, 6), at=st.integers(0, 239), flip=st.integers(0, 255))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_document_is_refused(tag: Any, which: int, at: int, flip: int) -> None:
    """Every document that the tag would take, with a byte changed, or cut there (no flip): never taken."""
    true = [
        ROTATED,
        PROGRAMME.list_document(1, 1),
        certify_region(PROGRAMME.root, STRANGER.region.point, "South", 1, BEGIN_S, END_S),
        PROGRAMME.certify(STRANGER.station, "Court 2"),
        newer(tag),
        PROGRAMME.region_document,
        PROGRAMME.station_document,
    ][which]
    at %= len(true)
    changed = true[:at] if not flip else true[:at] + bytes((true[at] ^ flip,)) + true[at + 1 :]
    parsed = documents.parse(changed)
    tag.advance(60_000)
    code = refused(tag, changed)
    if isinstance(parsed, Bad):
        assert code == messages.ERROR_BODY


@pytest.mark.parametrize("kind", [messages.PRESENT, messages.DOCUMENT], ids=messages.NAMES.get)
def test_cut_requests(tag: Any, kind: int) -> None:
    values: Values = {"document": PROGRAMME.root_document} if kind == messages.PRESENT else {"index": 0}
    body = messages.encode(kind, values)[:-1]
    ((replied, fields),) = talk.send(tag, frames.encode(kind, 1, body))
    assert (replied, fields["code"]) == (messages.ERROR, messages.ERROR_BODY)
