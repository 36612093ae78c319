"""Checking a signature in small steps, so that readings keep their time: ECDSA on P-256 (FIPS 186-5 section 6.4.2)."""

from .p256 import GX, GY, N, P, add_affine, double, invert

_BITS_PER_STEP = 8
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


class Check:
    """One signature. point: 33 bytes; digest: SHA-256 of what was signed; signature: r and s in 64 bytes.

    `good` is None until `step` has been called often enough, then True or False.
    """

    def __init__(self, point, digest, signature):
        self.good = None
        r = int.from_bytes(signature[:32], "big")
        s = int.from_bytes(signature[32:], "big")
        key = decompress(point)
        if key is None or not 0 < r < N or not 0 < s < N:
            self.good = False
            return
        inverse = invert(s, N)
        self._r = r
        # Both multiples in one walk over their bits (Shamir's trick): what is added is G, the key, or their sum.
        self._u = int.from_bytes(digest, "big") * inverse % N
        self._v = r * inverse % N
        self._key = key
        self._sum = _sum_with_base(key)
        self._point = None
        self._bit = 256

    def step(self):
        """Eight bits further; whether it is done."""
        if self.good is not None:
            return True
        for _ in range(_BITS_PER_STEP):
            self._bit -= 1
            if self._point is not None:
                self._point = double(*self._point)
            self._add(self._u >> self._bit & 1, self._v >> self._bit & 1)
        if not self._bit:
            self.good = self._fits()
        return self.good is not None

    def _add(self, base, key):
        if base and key:
            other = self._sum
            if other is None:
                return
        elif base:
            other = GX, GY
        elif key:
            other = self._key
        else:
            return
        if self._point is None:
            self._point = other[0], other[1], 1
        else:
            self._point = add_affine(self._point[0], self._point[1], self._point[2], other[0], other[1])

    def _fits(self):
        """Whether the point's x, modulo N, is r: without inverting z."""
        if self._point is None:
            return False
        x, _, z = self._point
        square = z * z % P
        return (x - self._r * square) % P == 0 or (self._r + N < P and (x - (self._r + N) * square) % P == 0)


def decompress(point):
    """(x, y) of 33 bytes (SEC 1 section 2.3.4), or None when they are no point of the curve."""
    if len(point) != 33 or point[0] not in (2, 3):
        return None
    x = int.from_bytes(point[1:], "big")
    if x >= P:
        return None
    square = (x * x * x - 3 * x + _B) % P
    y = pow(square, (P + 1) // 4, P)
    if y * y % P != square:
        return None
    return x, y if y & 1 == point[0] & 1 else P - y


def _sum_with_base(key):
    """G + key, affine; None at infinity."""
    found = add_affine(GX, GY, 1, key[0], key[1])
    if found is None:
        return None
    x, y, z = found
    inverse = invert(z, P)
    square = inverse * inverse % P
    return x * square % P, y * square * inverse % P
