"""Multiples of P-256's base point by a table of all windows of six bits: a quarter of the comb's work."""

from tag.crypto import p256

_BITS = 6
_SIZE = (1 << _BITS) - 1
_WINDOWS = 43
# A table costs as much as some hundred multiples.
AFTER = 100

# The firmware's own.
comb = p256.base_multiple


class _Table:
    """x and y of j * 2^(6 i) * G in 64 bytes, at i * 63 + j - 1; empty until it is worth it."""

    def __init__(self):
        self.points = b""
        self.asked = 0

    def ready(self):
        """Whether there is a table; it is made when it was asked for often enough."""
        self.asked += 1
        if self.asked == AFTER:
            points = bytearray(_WINDOWS * _SIZE * 64)
            x, y = p256.GX, p256.GY
            for window in range(_WINDOWS):
                x, y = _fill(points, window * _SIZE * 64, x, y)
            self.points = bytes(points)
        return len(self.points) > 0


_table = _Table()


def _fill(points, at, x, y):
    """Multiples 1 to 63 of a point; the 64th, with which the next window begins."""
    row = [(x, y, 1), p256.double(x, y, 1)]
    while len(row) <= _SIZE:
        last = row[-1]
        row.append(p256.add_affine(last[0], last[1], last[2], x, y))
    # One inverse for all of them (Montgomery): of the product, then of each by its neighbours.
    products = [1]
    for point in row:
        products.append(products[-1] * point[2] % p256.P)
    inverse = p256.invert(products[-1], p256.P)
    for index in range(_SIZE, -1, -1):
        px, py, pz = row[index]
        own = inverse * products[index] % p256.P
        inverse = inverse * pz % p256.P
        square = own * own % p256.P
        ax, ay = px * square % p256.P, py * square * own % p256.P
        if index == _SIZE:
            following = ax, ay
        else:
            points[at + index * 64 : at + index * 64 + 64] = ax.to_bytes(32, "big") + ay.to_bytes(32, "big")
    return following


def base_multiple(scalar, between=p256.no_pause):
    """In the place of tag.crypto.p256.base_multiple."""
    if not _table.ready():
        return comb(scalar, between)
    points = _table.points
    point = None
    base = -64
    while scalar:
        index = scalar & _SIZE
        if index:
            at = base + index * 64
            x, y = int.from_bytes(points[at : at + 32], "big"), int.from_bytes(points[at + 32 : at + 64], "big")
            point = (x, y, 1) if point is None else p256.add_affine(point[0], point[1], point[2], x, y)
        scalar >>= _BITS
        base += _SIZE * 64
    x, y, z = point
    inverse = p256.invert(z, p256.P)
    square = inverse * inverse % p256.P
    return x * square % p256.P, y * square * inverse % p256.P
