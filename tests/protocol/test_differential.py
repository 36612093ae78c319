"""CPython and the MicroPython VM give the same answers; what is encoded is decoded; others agree."""

import binascii
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import cbor2
import crcmod.predefined
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import cases, oracles
from protocol import strategies as make
from tagproto import coding, frames

Both = Callable[..., Any]
ERROR = {"error": "ValueError"}
crc32 = crcmod.predefined.mkCrcFun("crc-32")


@given(made=make.fields(within=True))
def test_fields(both: Both, made: Any) -> None:
    spec, values = made
    packed = both("fields.pack", spec, values)
    if ["rest", "*"] in spec:
        assert both("fields.unpack", spec, packed) == [values, len(packed) // 2]
        return
    assert both("fields.unpack", spec, packed + "00") == [values, len(packed) // 2]


@given(made=make.fields(within=False), data=make.blobs)
def test_fields_out_of_range_and_cut(both: Both, made: Any, data: str) -> None:
    both("fields.pack", *made)
    both("fields.unpack", made[0], data)


@given(value=st.integers(-5, 2**32 + 5), data=st.binary(max_size=8))
def test_varint(both: Both, value: int, data: bytes) -> None:
    encoded = both("varint.encode", value)
    if 0 <= value < 2**32:
        assert both("varint.decode", encoded + data.hex()) == [value, len(encoded) // 2]
    decoded = both("varint.decode", data.hex())
    if isinstance(decoded, list):  # one number has one form
        assert both("varint.encode", decoded[0]) == data[: decoded[1]].hex()


@given(value=st.integers(-(2**31), 2**31))
def test_zigzag(both: Both, value: int) -> None:
    assert both("varint.unzigzag", both("varint.zigzag", value)) == value


@given(data=make.stuffing)
def test_cobs(both: Both, data: str) -> None:
    encoded = both("cobs.encode", data)
    assert encoded == oracles.cobs_encode(bytes.fromhex(data)).hex()
    assert 0 not in bytes.fromhex(encoded)
    assert both("cobs.decode", encoded) == data


@given(kind=make.u8, request_id=make.u8, body=make.stuffing)
def test_frames(both: Both, kind: int, request_id: int, body: str) -> None:
    encoded = both("frames.encode", kind, request_id, body)
    if len(body) > 2 * frames.DATA_BODY_MAX:
        assert encoded == ERROR
        return
    plain = bytes.fromhex(both("cobs.decode", encoded[:-2]))
    assert crc32(plain[:-4]) == int.from_bytes(plain[-4:], "little")
    frame = {"kind": kind, "request_id": request_id, "body": body}
    assert both("frames.decode", encoded[:-2]) == frame
    in_bytes = [encoded[at : at + 2] for at in range(0, len(encoded), 2)]
    assert both("frames.feed", in_bytes, frames.DATA_BODY_MAX) == [frame]
    if len(body) <= 2 * frames.BODY_MAX:
        assert both("frames.feed", in_bytes) == [frame]
    assert both("frames.encode_into", kind, request_id, body) == [encoded, "ee" * 3]
    assert len(encoded) // 2 <= both("frames.encoded_max", len(body) // 2)


@given(data=st.data(), bodies=st.lists(st.binary(max_size=30), max_size=5), noise=st.binary(max_size=700))
def test_a_stream_of_frames_in_any_slices(both: Both, data: st.DataObject, bodies: list[bytes], noise: bytes) -> None:
    stream = b"".join(bytes.fromhex(cases.run("frames.encode", [1, 2, body.hex()])) for body in bodies)
    whole = noise + b"\0" + stream
    found = both("frames.feed", data.draw(make.slices(whole)))
    assert found == both("frames.feed", [whole.hex()])
    assert [frame["body"] for frame in found if "body" in frame][-len(bodies) or 99 :] == [b.hex() for b in bodies]


@given(kind=st.integers(-1, 65), number=make.u32, boot=make.u32, ticks=st.integers(0, make.PERIOD), body=make.blobs)
def test_records(both: Both, kind: int, number: int, boot: int, ticks: int, body: str) -> None:
    encoded = both("records.canonical", kind, number, boot, ticks, body)
    if encoded != ERROR:
        parsed = both("records.parse", encoded)
        if isinstance(parsed, list):
            assert parsed[0] == [kind, number, boot, ticks, body]
    both("records.parse", body)


@pytest.mark.parametrize("kind", sorted(cases.records.KINDS))
@given(data=st.data())
def test_bodies(both: Both, kind: int, data: st.DataObject) -> None:
    spec = [[name, code] for name, code in cases.records.KINDS[kind][1]]
    body = data.draw(st.binary(min_size=1, max_size=160))
    values = both("fields.unpack", spec, body.hex())
    if isinstance(values, list):
        assert both("records.body", kind, values[0]) == body[: values[1]].hex()


@given(earlier=make.ticks, span=st.integers(-(2**29), 2**29 - 1))
def test_ticks(both: Both, earlier: int, span: int) -> None:
    assert both("records.ticks_after", earlier, (earlier + span) % make.PERIOD) == span


@given(k=st.integers(0, 15), values=st.lists(st.one_of(st.integers(-40, 40), st.integers(-(2**29), 2**29 - 1))))
def test_rice(both: Both, k: int, values: list[int]) -> None:
    encoded, _ = both("rice.encode", k, values)
    bits = oracles.rice_bits(k, values)
    assert encoded == (
        int(bits + "0" * (-len(bits) % 8), 2).to_bytes((len(bits) + 7) // 8, "big").hex() if bits else ""
    )
    assert both("rice.decode", k, encoded, len(values)) == [values, len(encoded) // 2]


@given(steps=make.steps)
def test_items(both: Both, steps: list[list[Any]]) -> None:
    items = both("coding.encode", steps)
    found = both("coding.decode", "".join(items))
    assert len(found) == len(steps)
    assert oracles.items_of(found) == oracles.records_in(steps)
    others = [row[1] for row in found if row[0] in (coding.SEAL, coding.SEED)]
    assert others == oracles.seals_and_seeds_in(steps)


@given(data=st.binary(max_size=80).map(bytes.hex))
def test_items_of_garbage(both: Both, data: str) -> None:
    both("coding.decode", data)


@given(steps=make.steps, seq=st.integers(0, 2**31))
def test_pages(both: Both, steps: list[list[Any]], seq: int) -> None:
    built = both("pages.build", seq, steps)
    for index, page in enumerate(built):
        raw = bytes.fromhex(page)
        assert crc32(raw[:252]) == int.from_bytes(raw[252:], "little")
        assert both("pages.parse", page)["seq"] == seq + index
    assert oracles.items_of(both("pages.read", built)) == oracles.records_in(steps)


@given(body=st.binary(min_size=252, max_size=252), version=st.sampled_from([1, 1, 1, 2]))
def test_pages_of_garbage(both: Both, body: bytes, version: int) -> None:
    raw = bytes((version,)) + body[1:]
    raw += binascii.crc32(raw).to_bytes(4, "little")
    both("pages.parse", raw.hex())
    both("pages.read", [raw.hex(), None, raw.hex()])
    for row in cases.run("pages.read", [[raw.hex()]]):
        if isinstance(row, list) and row[0] == coding.RECORD:  # what is read can be hashed
            assert "error" not in cases.run("records.canonical", row[1])


@given(leaves=st.lists(st.binary(min_size=32, max_size=32), max_size=40))
def test_tree(both: Both, leaves: list[bytes]) -> None:
    assert both("tree.root", [leaf.hex() for leaf in leaves]) == oracles.merkle(leaves).hex()


@given(seed=st.binary(min_size=16, max_size=16), number=make.u32, record=make.blobs)
def test_salted_leaves(both: Both, seed: bytes, number: int, record: str) -> None:
    salt = hmac.digest(seed, number.to_bytes(4, "big"), "sha256")
    assert both("tree.salts", seed.hex(), [number]) == [salt.hex()]
    leaf = hashlib.sha256(b"\0" + salt + bytes.fromhex(record)).hexdigest()
    assert both("tree.leaf", salt.hex(), record) == leaf


@given(key=make.blobs, message=make.blobs)
def test_hmac(both: Both, key: str, message: str) -> None:
    expected = hmac.digest(bytes.fromhex(key), bytes.fromhex(message), "sha256")
    assert both("hmac.sha256", key, message) == expected.hex()
    both("hmac.pads", key)


@given(item=make.cbor_items)
def test_cbor(both: Both, item: Any) -> None:
    encoded = both("cbor.encode", item)
    assert encoded == cbor2.dumps(oracles.as_cbor2(item)).hex()
    decoded = both("cbor.decode", encoded)
    assert decoded == {"bad": "cbor"} or cases.run("cbor.encode", [decoded]) == encoded


@given(data=st.binary(max_size=40))
def test_cbor_takes_only_what_it_would_write(both: Both, data: bytes) -> None:
    decoded = both("cbor.decode", data.hex())
    if decoded != {"bad": "cbor"}:
        assert cases.run("cbor.encode", [decoded]) == data.hex()


@given(parts=make.seal_parts, signature=st.binary(min_size=64, max_size=64).map(bytes.hex))
def test_seals(both: Both, parts: tuple[Any, ...], signature: str) -> None:
    payload = both("seals.payload", *parts)
    encoded = both("cose.assemble", payload, signature)
    parsed = both("seals.parse", encoded)
    assert parsed["seal"] == list(parts)
    assert parsed["signature"] == signature
    assert parsed["hash"] == hashlib.sha256(bytes.fromhex(encoded)).hexdigest()
    # RFC 9052 section 4.4, written with another CBOR library.
    structure = cbor2.dumps(["Signature1", b"\xa1\x01\x26", b"", bytes.fromhex(payload)])
    assert parsed["digest"] == both("cose.signed_digest", payload) == hashlib.sha256(structure).hexdigest()
    outer = cbor2.loads(bytes.fromhex(encoded))
    assert outer.tag == 18
    assert list(outer.value) == [b"\xa1\x01\x26", {}, bytes.fromhex(payload), bytes.fromhex(signature)]


@given(parts=make.seal_parts, at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_in_a_seal_never_goes_unseen(both: Both, parts: tuple[Any, ...], at: int, bit: int) -> None:
    encoded = bytearray.fromhex(cases.run("cose.assemble", [cases.run("seals.payload", list(parts)), "5a" * 64]))
    before = both("seals.parse", encoded.hex())
    encoded[at % len(encoded)] ^= 1 << bit
    after = both("seals.parse", encoded.hex())
    assert "bad" in after or (after["digest"], after["signature"]) != (before["digest"], before["signature"])


@pytest.mark.parametrize("kind", [*cases.messages.REQUESTS, *(k | 0x80 for k in cases.messages.REPLIES), 0xC0, 0xFF])
@given(body=st.binary(max_size=300))
def test_messages(both: Both, kind: int, body: bytes) -> None:
    values = both("messages.decode", kind, body.hex())
    if "bad" not in values and (kind != 1 or values["version"] == 1):
        assert both("messages.encode", kind, values) == body.hex()
