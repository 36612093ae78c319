"""P-256 on the MicroPython VM against RFC 6979 and against `cryptography`."""

import random
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# RFC 6979 appendix A.2.5: key, and SHA-256 of two messages with their signatures.
SECRET = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"
PUBLIC = (
    "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
    "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
)
RFC6979 = [
    (
        b"sample",
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    ),
    (
        b"test",
        "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"
        "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
    ),
]


def point(scalar: int) -> str:
    numbers = ec.derive_private_key(scalar, ec.SECP256R1()).public_key().public_numbers()
    return f"{numbers.x:064x}{numbers.y:064x}"


def sha256(message: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(message)
    return digest.finalize()


@pytest.mark.parametrize(("message", "signature"), RFC6979)
def test_rfc_6979(harness: Any, message: bytes, signature: str) -> None:
    ((public, signed),) = harness.keys([[SECRET, sha256(message).hex()]])
    assert public == PUBLIC.lower()
    assert signed == signature.lower()


def test_every_point_of_the_table(harness: Any) -> None:
    comb = harness.comb()
    assert len(comb) == 15 * 128
    for index in range(1, 16):
        scalar = sum(1 << 64 * tooth for tooth in range(4) if index >> tooth & 1)
        assert comb[(index - 1) * 128 : index * 128] == point(scalar)


def test_what_the_long_tests_use_in_its_place(harness: Any) -> None:
    """The same multiples of the base point, by another table."""
    source = random.Random(5)
    scalars = [1, 2, 63, 64, 65, 2**252, ORDER - 1, *(source.randrange(1, ORDER) for _ in range(50))]
    for scalar, both in zip(scalars, harness.multiples([f"{scalar:x}" for scalar in scalars]), strict=True):
        assert both == [point(scalar)] * 2


def test_random_keys_and_digests(harness: Any) -> None:
    source = random.Random(6979)
    cases = [[f"{source.randrange(1, ORDER):064x}", source.randbytes(32).hex()] for _ in range(200)]
    for start in range(0, 200, 20):
        part = cases[start : start + 20]
        for (secret, digest), (public, signature) in zip(part, harness.keys(part), strict=True):
            assert public == point(int(secret, 16))
            verify(secret, digest, signature)


@pytest.mark.parametrize("secret", [1, 2, 3, 2**64, 2**128 + 1, 2**192, 2**255, ORDER - 2, ORDER - 1])
@pytest.mark.parametrize("digest", ["00" * 32, "ff" * 32])
def test_keys_and_digests_at_the_limits(harness: Any, secret: int, digest: str) -> None:
    ((public, signature),) = harness.keys([[f"{secret:064x}", digest]])
    assert public == point(secret)
    verify(f"{secret:064x}", digest, signature)


def verify(secret: str, digest: str, signature: str) -> None:
    der = encode_dss_signature(int(signature[:64], 16), int(signature[64:], 16))
    key = ec.derive_private_key(int(secret, 16), ec.SECP256R1()).public_key()
    key.verify(der, bytes.fromhex(digest), ec.ECDSA(Prehashed(hashes.SHA256())))


def test_private_keys_are_in_range_and_differ(harness: Any) -> None:
    made = harness.private_keys([bytes((n,)).hex() * 32 for n in range(20)])
    assert len(set(made)) == 20
    assert all(0 < int(secret, 16) < ORDER for secret in made)
