"""Documents and commands: what the host makes, both interpreters read; a changed byte is refused or unsigned."""

import hashlib
import struct
from collections.abc import Callable
from typing import Any

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

import programme
from ankletag.trust import SigningKey, certify_region, certify_station, certify_tag, make_list, succeed_root
from protocol import cases, signed_vectors
from protocol import strategies as make
from tagproto import commands, cose, documents, messages, records
from tagproto.bad import Bad

Both = Callable[..., Any]
ROOT = programme.key(1)
BAD = ({"bad": "document"}, {"bad": "cbor"})

times = st.integers(0, 2**40 - 1)
octets = st.binary(min_size=8, max_size=8)
names = st.text(min_size=1, max_size=48).filter(lambda name: len(name.encode()) <= documents.NAME_MAX)
points = st.integers(1, 2**64).map(lambda n: SigningKey(ec.derive_private_key(n, ec.SECP256R1())).point)


def holds(point: bytes, signature: bytes, signed: bytes) -> bool:
    """Whether `cryptography` takes a signature of 64 bytes over these bytes, under a compressed point."""
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        key.verify(der, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def assert_read(both: Both, encoded: bytes, kind: int) -> None:
    """Both interpreters read it, as another CBOR library does, and its signature is the issuer's."""
    found = both("documents.parse", encoded.hex())
    protected, unprotected, payload, signature = cbor2.loads(encoded).value
    pairs = cbor2.loads(payload)
    assert found["type"] == pairs[1] == kind
    assert found["name"] == pairs.get(documents.NAME, "").encode().hex()
    assert found["revoked"] == [[subject.hex(), since] for subject, since in pairs.get(documents.REVOKED, [])]
    for key in range(1, 13):
        value = pairs.get(key)
        assert found["numbers"][key - 1] == (value if isinstance(value, int) else 0)
        assert found["octets"][key - 1] == (value.hex() if isinstance(value, bytes) else "")
    assert (protected, unprotected) == (bytes.fromhex("a10126"), {})
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    assert found["digest"] == hashlib.sha256(signed).hexdigest()
    assert holds(ROOT.point, signature, signed)


@given(point=points, name=names, generation=make.u32, begin_s=times, end_s=times, other=st.booleans())
def test_certificates(
    both: Both, point: bytes, name: str, generation: int, begin_s: int, end_s: int, other: bool
) -> None:
    certify, kind = (certify_region, documents.REGION) if other else (certify_station, documents.STATION)
    assert_read(both, certify(ROOT, point, name, generation, begin_s, end_s), kind)


@given(tag_id=octets, point=points, calibration=octets, generation=make.u32, begin_s=times, end_s=times)
def test_certificates_of_tags(
    both: Both, tag_id: bytes, point: bytes, calibration: bytes, generation: int, begin_s: int, end_s: int
) -> None:
    encoded = certify_tag(ROOT, tag_id, point, calibration, generation, begin_s, end_s)
    assert_read(both, encoded, documents.TAG)


@given(name=names, made_s=times, generation=make.u32)
def test_roots(both: Both, name: str, made_s: int, generation: int) -> None:
    assert_read(both, succeed_root(ROOT, programme.key(2), name, made_s, generation), documents.ROOT)


@given(
    number=make.u32, minimum=make.u32, revoked=st.dictionaries(octets, times, max_size=documents.REVOKED_MAX), s=times
)
def test_lists(both: Both, number: int, minimum: int, revoked: dict[bytes, int], s: int) -> None:
    assert_read(both, make_list(ROOT, number, minimum, revoked, s), documents.LIST)


@pytest.mark.parametrize("why", signed_vectors.GOOD)
def test_a_document_fits_where_it_is_kept(why: str) -> None:
    assert len(signed_vectors.GOOD[why]) <= documents.SIZE_MAX


@pytest.mark.parametrize("why", signed_vectors.GOOD)
def test_every_changed_byte_is_refused_or_unsigned(both: Both, why: str) -> None:
    encoded = signed_vectors.GOOD[why]
    issuer = programme.Programme().region.point if why in ("a station", "a tag") or "name" in why else None
    point = issuer or programme.Programme().root.point
    assert holds(point, *_signed(encoded))
    for at in range(len(encoded)):
        for flip in (0x01, 0x80):
            changed = encoded[:at] + bytes((encoded[at] ^ flip,)) + encoded[at + 1 :]
            found = both("documents.parse", changed.hex())
            assert found in BAD or not holds(point, *_signed(changed)), (at, flip)


def _signed(encoded: bytes) -> tuple[bytes, bytes]:
    """The signature and the bytes that it covers, of a document that can be read."""
    document = documents.parse(encoded)
    assert not isinstance(document, Bad)
    return document.sign1.signature, cose.signed_bytes(document.sign1.payload)


@given(data=st.binary(max_size=250))
def test_documents_of_garbage(both: Both, data: bytes) -> None:
    assert both("documents.parse", data.hex()) in BAD


VALUES = st.recursive(
    st.one_of(st.integers(-(2**40), 2**41), st.binary(max_size=40), st.text(max_size=10)),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@given(key=st.integers(-1, 14), value=VALUES, why=st.sampled_from(sorted(signed_vectors.GOOD)))
def test_a_field_of_any_kind(both: Both, key: int, value: Any, why: str) -> None:
    pairs = {**signed_vectors.changed(signed_vectors.GOOD[why]), key: value}
    found = both("documents.parse", signed_vectors.written(pairs).hex())
    if found not in BAD:  # nothing gets in beside what the type has
        assert set(pairs) == {documents.TYPE, *documents.FIELDS[found["type"]]}


@given(number=st.integers(1, 2**64))
def test_compressed_points(both: Both, number: int) -> None:
    """SEC 1 section 2.3.3, as `cryptography` writes it."""
    public = ec.derive_private_key(number, ec.SECP256R1()).public_key()
    whole = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    point = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    assert both("cose.compressed", whole[1:].hex()) == point.hex()
    assert both("cose.key_id", point.hex()) == hashlib.sha256(point).hexdigest()[:16]


@pytest.mark.parametrize("kind", signed_vectors.REQUESTS)
@given(data=st.data())
def test_what_a_command_signs(both: Both, kind: int, data: st.DataObject) -> None:
    """Written with another CBOR library, and different for another tag, command, nonce or value."""
    spec = messages.REQUESTS[kind]
    size = sum(code if isinstance(code, int) else struct.calcsize("<" + code) for _, code in spec)
    body = data.draw(st.binary(min_size=size, max_size=size))
    tag_id = data.draw(octets)
    values = both("messages.decode", kind, body.hex())
    nonce = bytes.fromhex(values["nonce"])
    expected = cbor2.dumps(["ankletag command", kind, tag_id, nonce, body[: -8 - 8 - 64]])
    assert both("commands.payload", kind, tag_id.hex(), values) == expected.hex()


@pytest.mark.parametrize(("record", "kind"), commands.RECORDS.items())
def test_a_record_holds_what_its_request_signed(both: Both, record: int, kind: int) -> None:
    """SPEC.md, Signed requests: who has the log can check each signature again."""
    values = {**signed_vectors.REQUESTS[kind], "nonce_ticks": 7}
    body = both("records.body", record, values)
    spec = [[name, code] for name, code in records.KINDS[record][1]]
    kept, _ = both("fields.unpack", spec, body)
    tag_id = b"TAG00001".hex()
    assert both("commands.payload", kind, tag_id, kept) == cases.run("commands.payload", [kind, tag_id, values])


def test_a_signing_key_signs_what_a_tag_checks(both: Both) -> None:
    key = programme.key(7)
    request = key.command(messages.REMOVE, b"TAG00001", bytes(8), {"reason": 1})
    payload = both("commands.payload", messages.REMOVE, b"TAG00001".hex(), cases.plain(request))
    signed = bytes.fromhex(both("cose.signed_bytes", payload))
    assert isinstance(request["signature"], bytes)
    assert holds(key.point, request["signature"], signed)
    assert not holds(programme.key(8).point, request["signature"], signed)
    assert request["station"] == key.key_id == hashlib.sha256(key.point).digest()[:8]
