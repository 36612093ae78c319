"""The link's host side, as small as can be: requests in, replies out, over the harness."""

from typing import Any

from tagproto import frames, messages
from tagproto.bad import Bad

FITTING: dict[str, int | bytes] = {"order_id": bytes(range(16)), "cadence_s": 60, "seal_interval_s": 1200}


def request(kind: int, values: dict[str, int | bytes] | None = None, request_id: int = 7) -> bytes:
    return frames.encode(kind, request_id, messages.encode(kind, values or {}))


def send(tag: Any, data: bytes, turns: int = 1) -> list[tuple[int, dict[str, int | bytes]]]:
    """(kind, fields) of every frame that the tag sends."""
    found = []
    for frame in frames.Decoder().feed(bytes.fromhex(tag.link(data.hex(), turns)["sent"])):
        assert not isinstance(frame, Bad), frame
        values = messages.decode(frame.kind, frame.body)
        assert not isinstance(values, Bad), values
        found.append((frame.kind, values))
    return found


def ask(tag: Any, kind: int, values: dict[str, int | bytes] | None = None) -> dict[str, int | bytes]:
    """Fields of the one reply, which must be the request's own."""
    ((answer, fields),) = send(tag, request(kind, values))
    assert answer == kind | messages.REPLY, fields
    return fields


def refused(tag: Any, kind: int, values: dict[str, int | bytes] | None = None) -> int:
    """The code of the error that answers a request."""
    ((answer, fields),) = send(tag, request(kind, values))
    assert answer == messages.ERROR
    assert isinstance(fields["code"], int)
    return fields["code"]
