"""Verification of P-256 signatures on the MicroPython VM: RFC 6979, `cryptography`, and what no verifier may take."""

import random
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.test_crypto import ORDER as N
from firmware.test_crypto import PUBLIC, RFC6979, SECRET, sha256

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
ALGORITHM = ec.ECDSA(Prehashed(hashes.SHA256()))
DIGEST = bytes(range(32))
KEY = ec.derive_private_key(0x1234, ec.SECP256R1())

Case = tuple[bytes, bytes, int, int]


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def signed(key: ec.EllipticCurvePrivateKey, digest: bytes) -> tuple[int, int]:
    return decode_dss_signature(key.sign(digest, ALGORITHM))


def checked(harness: Any, cases: list[Case]) -> list[bool]:
    """What the tag says of (point, digest, r, s)."""
    rows = [[point.hex(), digest.hex(), f"{r:064x}{s:064x}"] for point, digest, r, s in cases]
    found: list[bool] = harness.check_signatures(rows)
    return found


def oracle(case: Case) -> bool:
    """What `cryptography` says."""
    point, digest, r, s = case
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        key.verify(encode_dss_signature(r, s), digest, ALGORITHM)
    except (ValueError, InvalidSignature):
        return False
    return True


@pytest.mark.parametrize(("message", "signature"), RFC6979)
def test_rfc_6979(harness: Any, message: bytes, signature: str) -> None:
    point = bytes((2 | int(PUBLIC[-1], 16) & 1,)) + bytes.fromhex(PUBLIC[:64])
    assert point == point_of(ec.derive_private_key(int(SECRET, 16), ec.SECP256R1()))
    r, s = int(signature[:64], 16), int(signature[64:], 16)
    other = sha256(message + b".")
    assert checked(harness, [(point, sha256(message), r, s), (point, other, r, s)]) == [True, False]


def test_r_and_s_out_of_range(harness: Any) -> None:
    """Wycheproof's: 0, the order, above it, and the same number modulo the order."""
    r, s = signed(KEY, DIGEST)
    point = point_of(KEY)
    wrong = [0, N, N + 1, P, 2**256 - 1]
    cases = [(point, DIGEST, bad, s) for bad in wrong] + [(point, DIGEST, r, bad) for bad in wrong]
    cases += [(point, DIGEST, bad, bad) for bad in (0, 1, N - 1, N)]
    assert checked(harness, cases) == [False] * len(cases)
    assert checked(harness, [(point, DIGEST, r, s)]) == [True]


def test_s_and_its_negative_are_both_signatures(harness: Any) -> None:
    """ECDSA says so (FIPS 186-5): nothing here may depend on a signature having one form only."""
    r, s = signed(KEY, DIGEST)
    cases = [(point_of(KEY), DIGEST, r, N - s)]
    assert checked(harness, cases) == [oracle(case) for case in cases] == [True]


def curve_x(start: int, on_it: bool) -> int:
    """The first x from here on that a point of the curve has, or that none has."""
    return next(x for x in range(start, start + 100) if (pow(x**3 - 3 * x + B, (P - 1) // 2, P) == 1) == on_it)


def not_on_the_curve() -> bytes:
    """The first x for which no y exists."""
    return b"\2" + curve_x(1, False).to_bytes(32, "big")


@pytest.mark.parametrize(
    "point",
    [
        not_on_the_curve(),
        b"\2" + P.to_bytes(32, "big"),
        b"\2" + (P + 5).to_bytes(32, "big"),
        b"\3" + b"\xff" * 32,
        b"\0" + bytes(32),
        b"\0" + point_of(KEY)[1:],
        b"\4" + point_of(KEY)[1:],
        b"\5" + point_of(KEY)[1:],
        b"\xff" * 33,
        b"\0",
        b"",
        point_of(KEY)[:-1],
        point_of(KEY) + b"\0",
    ],
    ids=lambda point: point.hex()[:12] or "nothing",
)
def test_what_is_no_point(harness: Any, point: bytes) -> None:
    r, s = signed(KEY, DIGEST)
    assert checked(harness, [(point, DIGEST, r, s)]) == [False]


def test_x_is_zero(harness: Any) -> None:
    """A point of the curve, though few have seen its key: it is taken and judged as any other."""
    case = (b"\2" + bytes(32), DIGEST, *signed(KEY, DIGEST))
    assert checked(harness, [case]) == [oracle(case)] == [False]


def test_the_other_point_of_the_same_x(harness: Any) -> None:
    r, s = signed(KEY, DIGEST)
    point = point_of(KEY)
    assert checked(harness, [(bytes((point[0] ^ 1,)) + point[1:], DIGEST, r, s)]) == [False]


def forged(u: int, v: int, key: ec.EllipticCurvePrivateKey, secret: int) -> Case:
    """A signature that holds, with these factors of G and of the key; its digest is what it has to be."""
    r = ec.derive_private_key((u + v * secret) % N, ec.SECP256R1()).public_key().public_numbers().x % N
    s = r * pow(v, -1, N) % N
    return point_of(key), (u * s % N).to_bytes(32, "big"), r, s


SECRETS = (1, 2, 3, N - 1, N - 2, (N + 1) // 2, 2**128, 2**255)
FACTORS = [(u, v) for u in (0, 1, 2, N - 1, 2**255) for v in (1, 2, N - 1, 2**255)]


@pytest.mark.parametrize(
    ("secret", "u", "v"),
    [(d, u, v) for d in SECRETS for u, v in FACTORS if (u + v * d) % N],
    ids=lambda n: f"{n:x}"[:6],
)
def test_where_the_walk_meets_itself(harness: Any, secret: int, u: int, v: int) -> None:
    """Keys next to G and its negative: the sum doubles, vanishes, or the walk passes through infinity."""
    case = forged(u, v, ec.derive_private_key(secret, ec.SECP256R1()), secret)
    assert checked(harness, [case]) == [oracle(case)] == [True]
    point, digest, r, s = case
    wrong = (point, (int.from_bytes(digest, "big") ^ 1).to_bytes(32, "big"), r, s)
    assert checked(harness, [wrong]) == [oracle(wrong)] == [False]


@pytest.mark.parametrize("v", [1, 2, 5, N - 1])
@pytest.mark.parametrize("secret", [1, 2, N - 1, 12345])
def test_a_sum_at_infinity_is_no_signature(harness: Any, v: int, secret: int) -> None:
    key = ec.derive_private_key(secret, ec.SECP256R1())
    u = -v * secret % N
    for r in (1, 7, N - 1):
        s = r * pow(v, -1, N) % N
        case = (point_of(key), (u * s % N).to_bytes(32, "big"), r, s)
        assert checked(harness, [case]) == [oracle(case)] == [False]


def test_x_above_the_order(harness: Any) -> None:
    """r is x modulo the order: a point whose x is n or more (one in 2^32) has to be found, too."""
    # The smallest such x with a point R; the key Q = r^-1 (s R - e G) makes (r, s) hold for any s and e.
    x = curve_x(N, True)
    r = x - N
    point = b"\2" + x.to_bytes(32, "big")
    # With e = 0 and s = r: Q = R.
    case = (point, bytes(32), r, r)
    assert oracle(case)
    assert checked(harness, [case]) == [True]
    # r is never x itself there: that would be a second form of it.
    wrong = [(point, bytes(32), r + 1, r + 1), (point, bytes(32), x, r)]
    assert checked(harness, wrong) == [oracle(case) for case in wrong] == [False, False]


def holds_by_itself(x: int, encoded: int) -> Case:
    """With a digest of 0 and s = r the walk ends at the key: this holds wherever the key is taken for a point."""
    return b"\2" + encoded.to_bytes(32, "big"), bytes(32), x, x


def test_a_key_is_on_the_curve_and_in_range_or_nothing_holds(harness: Any) -> None:
    x = curve_x(5, True)
    assert checked(harness, [holds_by_itself(x, x)]) == [oracle(holds_by_itself(x, x))] == [True]
    cases = [holds_by_itself(x, x + P), holds_by_itself(off := curve_x(5, False), off)]
    assert checked(harness, cases) == [oracle(case) for case in cases] == [False, False]


def test_s_above_the_order_is_another_form_of_a_smaller_one(harness: Any) -> None:
    """A signature with a small s, made for it: the same number modulo the order must not hold."""
    nonce, s = 0xABCDEF, 5
    r = ec.derive_private_key(nonce, ec.SECP256R1()).public_key().public_numbers().x % N
    digest = ((s * nonce - r * 0x1234) % N).to_bytes(32, "big")
    cases = [(point_of(KEY), digest, r, s), (point_of(KEY), digest, r, s + N)]
    assert checked(harness, cases) == [oracle(case) for case in cases] == [True, False]


@pytest.mark.parametrize("digest", [bytes(32), b"\xff" * 32, N.to_bytes(32, "big"), (N - 1).to_bytes(32, "big")])
def test_digests_at_the_limits(harness: Any, digest: bytes) -> None:
    case = (point_of(KEY), digest, *signed(KEY, digest))
    assert checked(harness, [case]) == [oracle(case)] == [True]


def test_random_keys(harness: Any) -> None:
    source = random.Random(186)
    cases = []
    for _ in range(40):
        key = ec.derive_private_key(source.randrange(1, N), ec.SECP256R1())
        digest = source.randbytes(32)
        cases.append((point_of(key), digest, *signed(key, digest)))
    assert checked(harness, cases) == [True] * 40
    points = [case[0] for case in cases]
    swapped = [(points[at - 1], *case[1:]) for at, case in enumerate(cases)]
    assert checked(harness, swapped) == [False] * 40


NUMBERS = st.one_of(
    st.integers(0, 2**256 - 1), st.sampled_from([0, 1, 2, N - 2, N - 1, N, N + 1, P - 1, P, 2**255, 2**256 - 1])
)


@given(
    secret=st.integers(1, N - 1), digest=st.binary(min_size=32, max_size=32), r=NUMBERS, s=NUMBERS, kept=st.booleans()
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_as_cryptography_says(harness: Any, secret: int, digest: bytes, r: int, s: int, kept: bool) -> None:
    key = ec.derive_private_key(secret, ec.SECP256R1())
    if kept:  # one of the two is right
        r = signed(key, digest)[0]
    case = (point_of(key), digest, r, s)
    assert checked(harness, [case]) == [oracle(case)]


@given(at=st.integers(0, 128), bit=st.integers(0, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_flipped_bit_anywhere(harness: Any, at: int, bit: int) -> None:
    r, s = signed(KEY, DIGEST)
    whole = bytearray(point_of(KEY) + DIGEST + r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    whole[at] ^= 1 << bit
    signature = [int.from_bytes(whole[at : at + 32], "big") for at in (65, 97)]
    case = (bytes(whole[:33]), bytes(whole[33:65]), signature[0], signature[1])
    assert checked(harness, [case]) == [False] == [oracle(case)]


def test_a_step_is_a_small_part(harness: Any) -> None:
    """Readings go between the steps: no step does more than a sixteenth of the walk."""
    r, s = signed(KEY, DIGEST)
    assert harness.steps_of_a_check([point_of(KEY).hex(), DIGEST.hex(), f"{r:064x}{s:064x}"]) >= 16
