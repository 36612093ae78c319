"""Signatures hold for programs that know nothing of this project: OpenSSL's command line, and `cryptography`."""

import shutil
import subprocess
from pathlib import Path

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from host.logs import check
from host.tagmaker import TagMaker, fitted
from tagproto import commands, messages, records

OPENSSL = shutil.which("openssl")


def log() -> TagMaker:
    maker = fitted([0] * 500)
    maker.receipt()
    maker.remove()
    return maker


MAKER = log()
SEALS = [window.seal.encoded for window in check(MAKER).windows]


def parts(encoded: bytes) -> tuple[bytes, bytes]:
    """(what was signed, signature) of a COSE_Sign1 (RFC 9052 section 4.4), read with a library of its own."""
    tagged = cbor2.loads(encoded)
    assert tagged.tag == 18
    protected, unprotected, payload, signature = tagged.value
    assert cbor2.loads(protected) == {1: -7}
    assert unprotected == {}
    return cbor2.dumps(["Signature1", protected, b"", payload], canonical=True), signature


def der(signature: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))


def key_of(point: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def holds_for_cryptography(point: bytes, signed: bytes, signature: bytes) -> bool:
    try:
        key_of(point).verify(der(signature), signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def holds_for_openssl(folder: Path, point: bytes, signed: bytes, signature: bytes) -> bool:
    """As docs/experts.md tells it: `openssl dgst -sha256 -verify`."""
    (folder / "key.pem").write_bytes(key_of(point).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (folder / "signature.der").write_bytes(der(signature))
    (folder / "signed.bin").write_bytes(signed)
    words = ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature.der", "signed.bin"]
    result = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert result.stdout.strip() in ("Verified OK", "Verification failure"), result.stderr
    return result.returncode == 0


def signed_by_whom() -> list[tuple[str, bytes, bytes, bytes]]:
    """(what, point, what was signed, signature) of every seal, document and statement."""
    found: list[tuple[str, bytes, bytes, bytes]] = []
    # The key of epoch 0 is in the certificate; each seal announces those that follow (SPEC.md, Seals).
    keys = [cbor2.loads(cbor2.loads(MAKER.certificate).value[2])[3]]
    for number, encoded in enumerate(SEALS):
        found.append((f"seal {number}", keys[number], *parts(encoded)))
        announced = cbor2.loads(cbor2.loads(encoded).value[2])[12]
        keys += [announced[at : at + 33] for at in range(0, len(announced), 33)]
    programme = MAKER.programme
    root, region = programme.root.point, programme.region.point
    for encoded, point in zip(MAKER.documents, (root, root, region, region), strict=True):
        found.append(("document", point, *parts(encoded)))
    told = [held.record for held in check(MAKER).statements]
    return found + [(records.name(each.kind), programme.station.point, *statement(each)) for each in told]


def statement(record: records.Record) -> tuple[bytes, bytes]:
    """SPEC.md, Signed requests; the body is what stands in front of nonce, station and signature."""
    kind = commands.RECORDS[record.kind]
    values = record.values()
    assert isinstance(values, dict)
    nonce, signature = values["nonce"], values["signature"]
    assert isinstance(signature, bytes)
    body = record.body[: -len(bytes(signature)) - 16]
    if kind == messages.ATTEST:
        body = body[:8]  # the record also says when the nonce was given
    payload = cbor2.dumps(["ankletag command", kind, MAKER.tag_id, nonce, body], canonical=True)
    return cbor2.dumps(["Signature1", bytes.fromhex("a10126"), b"", payload], canonical=True), signature


SIGNED = signed_by_whom()
NAMES = [f"{index}-{what}" for index, (what, *_) in enumerate(SIGNED)]


def test_there_is_something_of_each_kind() -> None:
    assert len(SEALS) >= 4
    assert {what for what, *_ in SIGNED} >= {"seal 0", "document", "attestation", "fit", "receipt", "remove"}


@pytest.mark.parametrize("each", SIGNED, ids=NAMES)
def test_a_signature_holds_for_cryptography(each: tuple[str, bytes, bytes, bytes]) -> None:
    _, point, signed, signature = each
    assert holds_for_cryptography(point, signed, signature)
    assert not holds_for_cryptography(point, signed[:-1] + bytes((signed[-1] ^ 1,)), signature)


@pytest.mark.skipif(OPENSSL is None, reason="there is no openssl command on this computer")
@pytest.mark.parametrize("each", SIGNED, ids=NAMES)
def test_a_signature_holds_for_openssl(tmp_path: Path, each: tuple[str, bytes, bytes, bytes]) -> None:
    _, point, signed, signature = each
    assert holds_for_openssl(tmp_path, point, signed, signature)
    assert not holds_for_openssl(tmp_path, point, signed[:-1] + bytes((signed[-1] ^ 1,)), signature)
