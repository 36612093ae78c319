"""ECDSA on P-256 (FIPS 186-5, SEC 1) with deterministic nonces (RFC 6979), on Python integers.

Signing uses a comb of four teeth over the base point: 64 doublings and at most 64 additions. Timing
depends on the key, as everything in MicroPython does; who can time the tag has opened it.
"""

from tagproto.hmac import hmac_sha256

from .p256_table import COMB

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

GX = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
GY = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5

_TEETH = 4
_SPACING_BITS = 64


def invert(value, modulus):
    """Inverse by the extended Euclidean algorithm."""
    a, b, x, y = value % modulus, modulus, 1, 0
    while a:
        q = b // a
        a, b = b - q * a, a
        x, y = y - q * x, x
    return y % modulus


def double(x, y, z):
    """2 * point in Jacobian coordinates with a = -3 (dbl-2001-b)."""
    delta = z * z % P
    gamma = y * y % P
    beta = x * gamma % P
    alpha = 3 * (x - delta) * (x + delta) % P
    x3 = (alpha * alpha - 8 * beta) % P
    z3 = ((y + z) * (y + z) - gamma - delta) % P
    return x3, (alpha * (4 * beta - x3) - 8 * gamma * gamma) % P, z3


def add_affine(x, y, z, ax, ay):
    """Jacobian + affine point; None for the point at infinity."""
    zz = z * z % P
    h = (ax * zz - x) % P
    r = (ay * zz * z - y) % P
    if not h:
        return None if r else double(x, y, z)
    hh = h * h % P
    hhh = h * hh % P
    v = x * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - y * hhh) % P, z * h % P


def _comb_point(index):
    """Affine point of the comb table for the teeth in `index`, 1 to 15."""
    at = (index - 1) * 64
    return int.from_bytes(COMB[at : at + 32], "big"), int.from_bytes(COMB[at + 32 : at + 64], "big")


def no_pause():
    """For who does nothing between the steps."""


def base_multiple(scalar, between=no_pause):
    """(x, y) of scalar * G for 0 < scalar < N. between(): called every few bits: it all takes the chip a third of a
    second."""
    point = None
    for bit in range(_SPACING_BITS - 1, -1, -1):
        if not bit & 7:
            between()
        if point is not None:
            point = double(*point)
        index = 0
        for tooth in range(_TEETH):
            index |= (scalar >> (bit + _SPACING_BITS * tooth) & 1) << tooth
        if index:
            x, y = _comb_point(index)
            point = (x, y, 1) if point is None else add_affine(point[0], point[1], point[2], x, y)
    x, y, z = point
    inverse = invert(z, P)
    square = inverse * inverse % P
    return x * square % P, y * square * inverse % P


def private_key(seed):
    """32 secret bytes from 32 or more random ones; every key from 1 to N - 1 can come (FIPS 186-5 A.2.1)."""
    wide = hmac_sha256(seed, b"key 1") + hmac_sha256(seed, b"key 2")
    return (int.from_bytes(wide, "big") % (N - 1) + 1).to_bytes(32, "big")


def public_key(secret, between=no_pause):
    """64 bytes, x then y."""
    x, y = base_multiple(int.from_bytes(secret, "big"), between)
    return x.to_bytes(32, "big") + y.to_bytes(32, "big")


def sign(secret, digest, between=no_pause):
    """r and s in 64 bytes, for a SHA-256 digest of 32 bytes; the nonce is RFC 6979's."""
    e = int.from_bytes(digest, "big") % N
    d = int.from_bytes(secret, "big")
    seed = secret + e.to_bytes(32, "big")
    v = b"\x01" * 32
    k = hmac_sha256(bytes(32), v + b"\x00" + seed)
    v = hmac_sha256(k, v)
    k = hmac_sha256(k, v + b"\x01" + seed)
    v = hmac_sha256(k, v)
    while True:
        v = hmac_sha256(k, v)
        nonce = int.from_bytes(v, "big")
        if 0 < nonce < N:
            r = base_multiple(nonce, between)[0] % N
            s = invert(nonce, N) * (e + r * d) % N
            if r and s:
                return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        k = hmac_sha256(k, v + b"\x00")
        v = hmac_sha256(k, v)
