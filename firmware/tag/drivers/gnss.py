"""A GNSS receiver that speaks NMEA 0183 on a UART: GGA, and GST for the error where it is sent. Of any talker."""

# A sentence has 82 characters; receivers with more decimals go beyond.
_LINE_MAX = 120
# Metres of error a unit of HDOP, in dm: what is usual where the receiver does not tell its own.
_DM_PER_HDOP = 50
_DM_MAX = 65535
# Quality of a GGA: 1 to 5 are measured, 6 and above are guessed, typed in or simulated.
_MEASURED = (b"1", b"2", b"3", b"4", b"5")


class Nmea:
    """Bytes in, positions out. heard: a whole sentence came; fix: (latitude_e7, longitude_e7, accuracy_dm) or None.

    accuracy_dm: of GST the root of the sum of the squares of both errors, else 5 m for each unit of HDOP.
    """

    def __init__(self):
        self.heard = False
        self.fix = None
        self._line = bytearray(_LINE_MAX)
        # Characters behind the `$`; negative until there is one.
        self._size = -1
        # (time, accuracy_dm) of the last GST, and the time of the fix.
        self._error = None
        self._time = b""

    def feed(self, data):
        """Take bytes as they come, in pieces of any length. What is no whole sentence of these two is passed by."""
        for byte in data:
            size = self._size
            if byte == 0x24:
                self._size = 0
            elif size < 0:
                pass
            elif byte == 0x0D or byte == 0x0A:
                self._size = -1
                self._take(bytes(memoryview(self._line)[:size]))
            elif size == _LINE_MAX:
                self._size = -1
            else:
                self._line[size] = byte
                self._size = size + 1

    def _take(self, line):
        check = 0
        for byte in line[:-3]:
            check ^= byte
        if line[-3:].upper() != b"*%02X" % check:
            return
        self.heard = True
        fields = line[:-3].split(b",")
        kind = fields[0][2:]
        if kind == b"GGA" and len(fields) > 8:
            self._take_position(fields)
        elif kind == b"GST" and len(fields) > 7:
            north, east = _scaled(fields[6], 1), _scaled(fields[7], 1)
            if north is not None and east is not None:
                self._error = fields[1], _root(north * north + east * east)
                self._tell_error()

    def _take_position(self, fields):
        latitude = _degrees_e7(fields[2], 2, fields[3], b"NS")
        longitude = _degrees_e7(fields[4], 3, fields[5], b"EW")
        hdop = _scaled(fields[8], 2)
        if fields[6] not in _MEASURED or latitude is None or longitude is None:
            self.fix = None
            return
        accuracy = _DM_MAX if hdop is None else min(_DM_MAX, hdop * _DM_PER_HDOP // 100)
        self.fix = latitude, longitude, accuracy
        self._time = fields[1]
        self._tell_error()

    def _tell_error(self):
        if self.fix is not None and self._error is not None and self._error[0] == self._time:
            self.fix = self.fix[0], self.fix[1], min(_DM_MAX, self._error[1])


def _scaled(text, places):
    """A number without sign, times ten to the power of `places`, more places left out; None for what is none."""
    whole, _, part = text.partition(b".")
    if not (whole + part).isdigit():
        return None
    return int(whole + (part + b"000000000")[:places])


def _degrees_e7(text, width, letter, letters):
    """Units of 1e-7 degrees of `dddmm.mmmm`, so many digits of degrees, rounded; None for what is none."""
    if len(letter) != 1 or letter not in letters or len(text.partition(b".")[0]) != width + 2:
        return None
    # Minutes to seven places, as integers: exact.
    minutes = _scaled(text[width:], 7)
    if minutes is None or minutes >= 600000000 or not text[:width].isdigit():
        return None
    degrees = int(text[:width]) * 10000000 + (minutes + 30) // 60
    if degrees > (900000000 if width == 2 else 1800000000):
        return None
    return -degrees if letter == letters[1:] else degrees


def _root(value):
    """The integer square root, by Newton's method."""
    root = value
    following = (root + 1) // 2
    while following < root:
        root = following
        following = (root + value // root) // 2
    return root
