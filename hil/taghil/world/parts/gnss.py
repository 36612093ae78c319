"""A GNSS receiver on a UART: NMEA 0183 at 1 Hz while it has power, with a position where the sky can be seen.

GGA, RMC and GST, as receivers of the u-blox M8 to M10 families send them: talker GN, five decimals of a minute. Talks
as soon as it is on; a fix takes 35 s from cold and 5 s where it was on within the last four hours.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from taghil.world.noise import Noise

COLD_US, WARM_US = 35_000_000, 5_000_000
KEEPS_US = 4 * 3_600_000_000
"""How long the orbits that it has heard stay good."""
SECOND_US = 1_000_000
BUFFER_BYTES = 1024
"""What the board's UART keeps for a tag that does not read: what comes behind that is lost."""
ON_UA = 25_000.0
ERROR_M = 2.5
"""Of each axis, rms, while a fix lasts; what changes from second to second is a tenth of it."""
M_PER_DEGREE = 111_320.0


@dataclass(frozen=True, order=True)
class Place:
    """Where the wearer is from a scenario time (us) on."""

    at_us: int
    latitude: float
    longitude: float
    indoors: bool = False


class Receiver:
    """`place`: by virtual time; `utc`: of virtual time 0."""

    def __init__(self, place: Callable[[int], Place], utc: datetime, noise: Noise) -> None:
        self._place = place
        self._utc = utc
        self._noise = noise
        self._on_us = -1
        self._heard_us = -KEEPS_US
        self._ready_us = 0
        self._next_us = 0
        self._off_m = (0.0, 0.0)
        self._buffer = bytearray()

    def power(self, on: bool, now_us: int) -> int:
        """Switches it; for how long it had power, where that ends."""
        if on == (self._on_us >= 0):
            return 0
        if on:
            self._on_us = now_us
            warm = now_us - self._heard_us < KEEPS_US
            self._ready_us = now_us + (WARM_US if warm else COLD_US)
            self._next_us = now_us + SECOND_US
            self._off_m = self._noise() * ERROR_M, self._noise() * ERROR_M
            return 0
        lasted_us, self._on_us = now_us - self._on_us, -1
        self._buffer.clear()
        return lasted_us

    def read(self, n: int, now_us: int) -> bytes:
        """What has come in until now, at most n bytes."""
        while self._on_us >= 0 and self._next_us <= now_us:
            told = self._tell(self._next_us)
            self._buffer += told[: BUFFER_BYTES - len(self._buffer)]
            self._next_us += SECOND_US
        data = bytes(self._buffer[:n])
        del self._buffer[:n]
        return data

    def _tell(self, at_us: int) -> bytes:
        place = self._place(at_us)
        now = self._utc + timedelta(microseconds=at_us)
        clock = f"{now:%H%M%S}.00"
        if place.indoors:
            self._ready_us = max(self._ready_us, at_us + WARM_US)
        if at_us < self._ready_us:
            return sentence("GNGGA,,,,,,0,00,99.99,,,,,,") + sentence("GNRMC,,V,,,,,,,,,,N") + sentence("GNGST,,,,,,,,")
        self._heard_us = at_us
        latitude, longitude = self._at(place)
        where = f"{angle(latitude, 2, 'NS')},{angle(longitude, 3, 'EW')}"
        return (
            sentence(f"GNGGA,{clock},{where},1,09,1.1,34.0,M,46.9,M,,")
            + sentence(f"GNRMC,{clock},A,{where},0.02,,{now:%d%m%y},,,A")
            + sentence(f"GNGST,{clock},12,3.2,2.1,88,{ERROR_M:.1f},{ERROR_M:.1f},4.7")
        )

    def _at(self, place: Place) -> tuple[float, float]:
        north_m, east_m = (off + 0.1 * ERROR_M * self._noise() for off in self._off_m)
        shrunk = max(0.01, math.cos(math.radians(place.latitude)))
        latitude = place.latitude + north_m / M_PER_DEGREE
        longitude = place.longitude + east_m / (M_PER_DEGREE * shrunk)
        return max(-90.0, min(90.0, latitude)), (longitude + 180.0) % 360.0 - 180.0


def angle(degrees: float, width: int, letters: str) -> str:
    """ddmm.mmmmm and its hemisphere, the degrees in so many digits."""
    hundred_thousandths = round(abs(degrees) * 60 * 100_000)
    whole, rest = divmod(hundred_thousandths, 6_000_000)
    return f"{whole:0{width}d}{rest // 100_000:02d}.{rest % 100_000:05d},{letters[degrees < 0]}"


def sentence(body: str) -> bytes:
    """The body between `$` and its checksum: the xor of all its bytes, in two hexadecimal digits."""
    checksum = 0
    for byte in body.encode("ascii"):
        checksum ^= byte
    return f"${body}*{checksum:02X}\r\n".encode("ascii")
