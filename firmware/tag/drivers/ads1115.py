"""ADS1115 16-bit ADC (TI SBAS444): the cell's voltage, one conversion at a time."""

ADDRESS = 0x49

_CONVERSION = 0x00
_CONFIG = 0x01
# OS start, AIN0 to ground, +/- 2.048 V, single shot, 128 SPS, comparator off (config register).
_START = b"\xc5\x83"
# The OS bit reads 1 once no conversion is under way, so the register is then what was written; a part that was reset
# has another multiplexer setting there.
_DONE = _START
CONVERSION_MS = 8
_POLLS = 5

NV_PER_CODE = 62500


class Ads1115:
    """Codes from -32768 to 32767, 62.5 uV each."""

    def __init__(self, i2c, clock):
        self._i2c = i2c
        self._clock = clock
        self._pair = bytearray(2)

    def start(self):
        """Begin a conversion; `read` from CONVERSION_MS later on. Raises OSError when the part is absent."""
        self._i2c.writeto_mem(ADDRESS, _CONFIG, _START)

    def read(self):
        """The code, or None when the conversion that was asked for never ended. Raises OSError when the part is
        absent."""
        for _ in range(_POLLS):
            self._i2c.readfrom_mem_into(ADDRESS, _CONFIG, self._pair)
            if self._pair == _DONE:
                self._i2c.readfrom_mem_into(ADDRESS, _CONVERSION, self._pair)
                code = self._pair[0] << 8 | self._pair[1]
                return code - 65536 if code & 0x8000 else code
            self._clock.sleep_ms(1)
        return None
