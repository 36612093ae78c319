"""How big data frames should be on this line, by what has come through and what has not."""

import math

from tagproto import frames, messages

# A frame's bytes beside its data: delimiter, code byte, kind, request id, address, CRC.
AROUND_DATA_BYTES = 12
# What happened so many frames ago counts for a third.
_MEMORY_FRAMES = 48.0
# A line that damaged something before the first data frame is taken for one that does so in every 500 bytes.
_NOISY_PER_BYTE = 1 / 500


def bytes_on_line(units: int) -> int:
    """Bytes of a data frame with so many units."""
    size = units * messages.UNIT_BYTES
    return frames.encoded_max(size + 4)


class FrameSize:
    """Chooses among messages.DATA_UNITS: the more errors, the smaller the frames. noisy: errors were seen already."""

    def __init__(self, noisy: bool = False) -> None:
        self._frames = self._lost = self._bytes = 0.0
        if noisy:
            self._frames, self._bytes = 2.0, 2 / _NOISY_PER_BYTE
            self._lost = 2 * (1 - math.exp(-1))
        self.units = self._best()

    def came(self, units: int) -> None:
        """A frame with so many units came through."""
        self._note(units, 0.0)

    def lost(self, units: int) -> None:
        """Units that did not come, in frames of the size in use."""
        while units > 0:
            self._note(min(units, self.units), 1.0)
            units -= self.units

    def _note(self, units: int, lost: float) -> None:
        fade = 1 - 1 / _MEMORY_FRAMES
        self._frames = self._frames * fade + 1
        self._lost = self._lost * fade + lost
        self._bytes = self._bytes * fade + bytes_on_line(units)

    def errors_per_byte(self) -> float:
        """Errors that cost a frame, as if they came independently of one another."""
        if not self._lost:
            return 0.0
        # When all are lost there are at least as many errors as lose all but half a frame.
        share = min(self._lost, self._frames - 0.5) / self._frames
        return -math.log(1 - share) * self._frames / self._bytes

    def choose(self) -> int:
        """Units for the next frames."""
        self.units = self._best()
        return self.units

    def _best(self) -> int:
        rate = self.errors_per_byte()

        def share_of_line(units: int) -> float:
            size = bytes_on_line(units)
            return units * messages.UNIT_BYTES / size * math.exp(-rate * size)

        return max(messages.DATA_UNITS, key=share_of_line)
