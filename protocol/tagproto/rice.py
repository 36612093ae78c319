"""Adaptive Rice codes: small numbers in few bits, with the parameter learnt by both sides alike.

value -> q = zigzag(value) >> k ones, a zero, then the k low bits. From 12 ones on the zigzag value
follows in 32 raw bits instead. (Rice and Plaunt, 1971; adaptation as in lossless audio coders.)
"""

_ESCAPE_ONES = 12
_RAW_BITS = 32
K_MAX = 15
# A number that k follows from: a running mean of zigzag values, times 16.
_MEAN_AT_K = 24


class Model:
    """The running parameter of one field. `k` is what a page header stores."""

    def __init__(self) -> None:
        self.k = 0
        self.mean16 = _MEAN_AT_K

    def restart(self, k: int) -> None:
        """As both sides do at a page's first item, where only k is known."""
        self.k = k
        self.mean16 = _MEAN_AT_K << k

    def learn(self, zig: int) -> None:
        """Take a zigzag value into account; an outlier counts as one step only."""
        limit = 16 << self.k
        mean16 = self.mean16
        mean16 += (zig if zig < limit else limit) - (mean16 >> 4)
        self.mean16 = mean16
        if mean16 >= 32 << self.k:
            if self.k < K_MAX:
                self.k += 1
        elif mean16 < 16 << self.k and self.k:
            self.k -= 1


class BitWriter:
    """Bits, most significant first, into a buffer of fixed size that is used again and again."""

    def __init__(self, size: int) -> None:
        self._buffer = bytearray(size)
        self._used = 0
        self._word = 0
        self._bits = 0

    def start(self) -> None:
        """Forget what was written."""
        self._used = 0
        self._word = 0
        self._bits = 0

    def put(self, value: int, count: int) -> None:
        """`count` low bits of value. The caller keeps within the buffer."""
        word = self._word << count | value
        bits = self._bits + count
        while bits >= 8:
            bits -= 8
            self._buffer[self._used] = word >> bits
            self._used += 1
            word &= (1 << bits) - 1
        self._word = word
        self._bits = bits

    def put_rice(self, model: Model, value: int) -> None:
        """A signed value under a model, which learns it."""
        zig = value << 1 if value >= 0 else (-value << 1) - 1
        k = model.k
        ones = zig >> k
        if ones < _ESCAPE_ONES:
            self.put((((1 << ones) - 1) << 1 << k) | (zig & (1 << k) - 1), ones + 1 + k)
        else:
            self.put((1 << _ESCAPE_ONES) - 1, _ESCAPE_ONES)
            self.put(zig >> 16, 16)
            self.put(zig & 0xFFFF, 16)
        model.learn(zig)

    def finish(self) -> bytes:
        """What was written, filled with zero bits to a whole byte."""
        if self._bits:
            self.put(0, 8 - self._bits)
        return bytes(self._buffer[: self._used])


class BitReader:
    """Bits out of at most `size` bytes from an offset; what lies behind the end reads as zeros.

    `used()` tells how many bytes were touched, so that a caller can see that it ran past the end.
    """

    def __init__(self, data: bytes, at: int, size: int) -> None:
        part = data[at : at + size]
        self._left = self._total = 8 * size
        self._word = int.from_bytes(part, "big") << 8 * (size - len(part))

    def get(self, count: int) -> int:
        """The next `count` bits."""
        self._left -= count
        return self._word >> self._left & (1 << count) - 1

    def get_rice(self, k: int) -> int:
        """The next zigzag value under parameter k."""
        word = self._word
        left = self._left - 1
        ones = 0
        while word >> left & 1:
            ones += 1
            if ones == _ESCAPE_ONES:
                self._left = left
                return self.get(_RAW_BITS)
            left -= 1
        left -= k
        self._left = left
        return ones << k | (word >> left & (1 << k) - 1)

    def used(self) -> int:
        """Bytes begun."""
        return self._total - self._left + 7 >> 3
