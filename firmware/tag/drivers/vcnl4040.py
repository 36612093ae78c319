"""VCNL4040 proximity sensor (Vishay 84274): infrared from the skin, little-endian registers.

65535 counts are a value: what lies on the window reflects that much.
"""

ADDRESS = 0x60

_PS_CONF_12 = 0x03
_PS_CONF_3_MS = 0x04
_PS_DATA = 0x08
_ID = 0x0C
_DEVICE = 0x0186
# PS_CONF1: duty 1/40, integration 1T, power on; PS_CONF2: 16-bit output.
_ON_16_BIT = b"\x00\x08"
# The same, shut down: on and idle it would draw 200 uA all day (84274, basic characteristics).
_OFF_16_BIT = b"\x01\x08"
# PS_CONF3: active force mode, with the trigger of one measurement. Free running, the LED would draw 1.25 mA all day.
_FORCED = b"\x08\x00"
_MEASURE_NOW = b"\x0c\x00"

# One integration of 1T is 125 us; the part wakes first.
CONVERSION_MS = 5

UV_PER_COUNT = 100


class Vcnl4040:
    """Counts from 0 to 65535."""

    def __init__(self, i2c):
        self._i2c = i2c
        self._pair = bytearray(2)

    def configure(self):
        """True when the right part answers; it then measures when asked. Raises OSError when none answers."""
        self._i2c.readfrom_mem_into(ADDRESS, _ID, self._pair)
        if self._pair[0] | (self._pair[1] & 0x0F) << 8 != _DEVICE:
            return False
        self._i2c.writeto_mem(ADDRESS, _PS_CONF_12, _OFF_16_BIT)
        self._i2c.writeto_mem(ADDRESS, _PS_CONF_3_MS, _FORCED)
        return True

    def start(self):
        """Begin one measurement; done after CONVERSION_MS. Raises OSError when the part is absent."""
        self._i2c.writeto_mem(ADDRESS, _PS_CONF_12, _ON_16_BIT)
        self._i2c.writeto_mem(ADDRESS, _PS_CONF_3_MS, _MEASURE_NOW)

    def read(self):
        """The latest count, or None when the part was reset; then shuts it down. Raises OSError when it is absent."""
        self._i2c.readfrom_mem_into(ADDRESS, _PS_DATA, self._pair)
        count = self._pair[0] | self._pair[1] << 8
        if not count:
            self._i2c.readfrom_mem_into(ADDRESS, _PS_CONF_12, self._pair)
            if self._pair != _ON_16_BIT:
                return None
        self._i2c.writeto_mem(ADDRESS, _PS_CONF_12, _OFF_16_BIT)
        return count
