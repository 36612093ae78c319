"""TMP117 temperature sensor (TI SNOSD82D): skin side, one conversion of eight averages at a time."""

ADDRESS = 0x4A

_TEMP = 0x00
_CONFIG = 0x01
_ID = 0x0F
_DEVICE = 0x0117
# One-shot (MOD = 11), eight averages (AVG = 01): 124 ms (7.6, configuration register).
_ONE_SHOT = b"\x0c\x20"
_READY = 0x20
CONVERSION_MS = 125
_POLLS = 5

# What the register holds from power-on until the first conversion has ended (7.6, temperature register).
_NO_CONVERSION = b"\x80\x00"

# 7.8125 m degC in billionths of a degree.
NDEG_C_PER_CODE = 7812500


class Tmp117:
    """Codes from -32768 to 32767, 7.8125 m degC each."""

    def __init__(self, i2c, clock):
        self._i2c = i2c
        self._clock = clock
        self._pair = bytearray(2)

    def check(self):
        """Whether the part with the right identity answers. Raises OSError when none does."""
        self._i2c.readfrom_mem_into(ADDRESS, _ID, self._pair)
        # The upper four bits are the revision.
        return (self._pair[0] << 8 | self._pair[1]) & 0x0FFF == _DEVICE

    def start(self):
        """Begin a conversion; `read` from CONVERSION_MS later on. Raises OSError when the part is absent."""
        self._i2c.writeto_mem(ADDRESS, _CONFIG, _ONE_SHOT)

    def read(self):
        """The code, or None when no conversion ended. Raises OSError when the part is absent."""
        for _ in range(_POLLS):
            self._i2c.readfrom_mem_into(ADDRESS, _CONFIG, self._pair)
            if self._pair[0] & _READY:
                self._i2c.readfrom_mem_into(ADDRESS, _TEMP, self._pair)
                if self._pair == _NO_CONVERSION:
                    return None
                code = self._pair[0] << 8 | self._pair[1]
                return code - 65536 if code & 0x8000 else code
            self._clock.sleep_ms(2)
        return None
