"""A refusal, and that nothing else came of the request."""

from typing import Any

from firmware import talk
from firmware.talk import Values
from tagproto import records

# What only a request that is carried out changes.
LASTING = ("fitted", "seals", "epoch", "received", "cadence_s", "boot", "faults")


def refused_records(tag: Any) -> list[dict[str, Any]]:
    found = [records.parse(bytes.fromhex(data)) for data in tag.log()["records"]]
    return [record.values() for record in found if record.kind == records.REFUSED]


def assert_refused(tag: Any, kind: int, values: Values, code: int) -> None:
    """With this code, with a record that says so, and with nothing else changed."""
    before = tag.state()
    said = len(refused_records(tag))
    assert talk.refused(tag, kind, values) == code
    after = tag.state()
    assert [after[name] for name in LASTING] == [before[name] for name in LASTING]
    assert refused_records(tag)[said:] == [{"command": kind, "code": code}]
