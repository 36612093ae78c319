"""How fast a line brings bytes, and how much may be on its way for that."""

from tagproto import messages

# What a tag may send ahead: 16 KiB are 1.4 s of a line of 115,200 baud. More would keep replies waiting where buffers
# on the way take all of it; less would let the line rest while a chip checks a signature and hears nothing.
CREDIT_UNITS = 256
_CREDIT_MIN_UNITS = 32
_CREDIT_FIRST_UNITS = 64
_CREDIT_S = 1.4
# Bytes are counted for so long at least; a rest of so long in between does not count as time of the line's.
_SPAN_S = 0.25
_REST_S = 0.1


class Flow:
    """The highest rate that was seen: rests of the tag's are not the line's."""

    def __init__(self) -> None:
        self._began_s = 0.0
        self._last_s = 0.0
        self._bytes = 0
        self._bytes_per_s = 0.0

    def came(self, count: int, now_s: float) -> None:
        """So many bytes arrived."""
        if now_s - self._last_s > _REST_S:
            # When the first of them came is not known.
            self._began_s, self._bytes = now_s, -count
        self._last_s = now_s
        self._bytes += count
        if now_s - self._began_s >= _SPAN_S:
            self._bytes_per_s = max(self._bytes_per_s, self._bytes / (now_s - self._began_s))
            self._began_s, self._bytes = now_s, 0

    @property
    def credit_units(self) -> int:
        """What may be asked for and not have come."""
        if not self._bytes_per_s:
            return _CREDIT_FIRST_UNITS
        units = int(self._bytes_per_s * _CREDIT_S) // messages.UNIT_BYTES
        return max(_CREDIT_MIN_UNITS, min(CREDIT_UNITS, units))
