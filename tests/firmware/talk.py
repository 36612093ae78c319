"""The link's host side, as small as can be: requests in, replies out, over the harness.

Requests that need a signature get one, over a nonce of a hello of their own, by the station of tests/programme.py.
"""

import struct
from typing import Any

import tagproto
from ankletag.trust import SigningKey
from firmware.verdict import PROGRAMME, TAG_ID
from programme import Programme
from tagproto import frames, messages, records
from tagproto.bad import Bad
from tagproto.calibration import identity
from tagproto.records import Record

Values = dict[str, int | bytes]

HELLO: Values = {"version": tagproto.PROTOCOL_VERSION, "entropy": bytes(16)}
# The rest of a pace for the standard profile without fixes.
STANDARD: Values = {"profile": 1, "fix_interval_s": 0}
FITTING: Values = {"order_id": bytes(range(16)), "cadence_s": 60, "seal_interval_s": 1200, **STANDARD}
_FIGURES: Values = {
    "cell_zero_uv": 512_000,
    "cell_span_pa_per_mg_dl": 14_000,
    "calibrated_day": 20_600,
    "reference_mdeg_c": 34_000,
    "zero_nv_per_deg_c": -900,
    "span_ppm_per_deg_c": 3000,
}


def calibration(**other: int) -> Values:
    """A calibration by the name of its figures, some of them others."""
    figures = _FIGURES | other
    return {"calibration_id": identity(figures), **figures}


CALIBRATION = calibration()
SEAL: Values = {"challenge": b"from the station"}


def receipt(tag: Any, page: int = 0) -> Values:
    """Fields of an acknowledge of the tag's last seal, in front of its nonce, without a checkpoint."""
    state = tag.state()
    last = {"seal_number": state["seals"] - 1, "seal_hash": bytes.fromhex(state["last_hash"])}
    return {"page": page, **last, "epoch": 0, "keys": bytes(66)}


def request(kind: int, values: Values | None = None, request_id: int = 7) -> bytes:
    return frames.encode(kind, request_id, messages.encode(kind, values or {}))


def ranges(*wanted: tuple[int, int], units: int = 16) -> Values:
    """Fields of a READ of these (address, units)."""
    return {"units": units, "ranges": b"".join(struct.pack(messages.RANGE, *each) for each in wanted)}


def of_pages(first: int, count: int) -> Values:
    """Fields of a READ of whole pages."""
    return ranges((first * messages.UNITS_PER_PAGE, count * messages.UNITS_PER_PAGE))


# One page that every tag has, if it may be read.
ANY = of_pages(0, 1)


def pages_of(stream: list[tuple[int, Values]]) -> list[tuple[int, bytes]]:
    """(number, 256 bytes) of each page in data frames that came in order, each page's units in a row."""
    found: dict[int, bytes] = {}
    for kind, fields in stream:
        assert kind == messages.DATA
        assert isinstance(fields["address"], int)
        assert isinstance(fields["data"], bytes)
        for at in range(0, len(fields["data"]), messages.UNIT_BYTES):
            seq, unit = divmod(fields["address"] + at // messages.UNIT_BYTES, messages.UNITS_PER_PAGE)
            assert len(found.setdefault(seq, b"")) == unit * messages.UNIT_BYTES
            found[seq] += fields["data"][at : at + messages.UNIT_BYTES]
    assert {len(page) for page in found.values()} <= {256}
    return list(found.items())


def read(tag: Any, first: int = 0, count: int = 64) -> tuple[list[tuple[int, bytes]], Values]:
    """(number, page) of those that the tag streams, and the reply at the end."""
    sent = tag.exchange(request(messages.READ, of_pages(first, count)).hex())
    *stream, (kind, end) = decoded(bytes.fromhex(sent))
    assert kind == messages.READ | messages.REPLY, end
    return pages_of(stream), end


def decoded(sent: bytes) -> list[tuple[int, Values]]:
    """(kind, fields) of every frame."""
    found = []
    for frame in frames.Decoder(frames.DATA_BODY_MAX).feed(sent):
        assert not isinstance(frame, Bad), frame
        values = messages.decode(frame.kind, frame.body)
        assert not isinstance(values, Bad), values
        found.append((frame.kind, values))
    return found


def send(tag: Any, data: bytes, turns: int = 1) -> list[tuple[int, Values]]:
    """(kind, fields) of every frame that the tag sends in so many turns."""
    return decoded(bytes.fromhex(tag.link(data.hex(), turns)["sent"]))


def needs_signature(kind: int) -> bool:
    return messages.REQUESTS.get(kind, ())[-3:] == records.SIGNED


def introduce(tag: Any, programme: Programme = PROGRAMME) -> None:
    """The tag knows the station: after a boot it has forgotten it."""
    for document in programme.chain[1:]:
        answer(tag, messages.PRESENT, {"document": document})


def hello(tag: Any) -> bytes:
    """The tag's next nonce."""
    _, fields = answer(tag, messages.HELLO, HELLO)
    assert isinstance(fields["nonce"], bytes)
    return fields["nonce"]


def signed(tag: Any, kind: int, values: Values, signer: SigningKey | None = None) -> Values:
    """All fields of a request that the tag has no reason to refuse for its signature."""
    if signer is None:
        introduce(tag)
    return (signer or PROGRAMME.station).command(kind, TAG_ID, hello(tag), values)


def answer(tag: Any, kind: int, values: Values | None = None, signer: SigningKey | None = None) -> tuple[int, Values]:
    """(kind, fields) of the one answer; what needs a signature and has none gets it."""
    values = values or {}
    if needs_signature(kind) and "signature" not in values:
        values = signed(tag, kind, values, signer)
    (found,) = decoded(bytes.fromhex(tag.exchange(request(kind, values).hex())))
    return found


def ask(tag: Any, kind: int, values: Values | None = None, signer: SigningKey | None = None) -> Values:
    """Fields of the one reply, which must be the request's own."""
    replied, fields = answer(tag, kind, values, signer)
    assert replied == kind | messages.REPLY, fields
    return fields


def refused(tag: Any, kind: int, values: Values | None = None, signer: SigningKey | None = None) -> int:
    """The code of the error that answers a request."""
    replied, fields = answer(tag, kind, values, signer)
    assert replied == messages.ERROR, fields
    assert isinstance(fields["code"], int)
    return fields["code"]


def fit(tag: Any, values: Values = FITTING) -> None:
    """A fitting, and its first reading: the tag idles until the next one."""
    ask(tag, messages.FIT, values)
    tag.steps(1)


def present(tag: Any, *documents: bytes) -> None:
    """The tag takes these documents."""
    for document in documents:
        ask(tag, messages.PRESENT, {"document": document})


def of_kind(tag: Any, kind: int) -> list[Record]:
    """The records of one kind in the log, in order."""
    return [record for record in tag.read().records() if record.kind == kind]


def values_of(record: Record) -> dict[str, Any]:
    """Its fields."""
    values = record.values()
    assert isinstance(values, dict)
    return values
