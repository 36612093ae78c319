"""LMP91000 potentiostat (TI SNAS506I): bias and transimpedance of the fuel cell. MENB low to talk.

Where it loses its power for a moment it comes back asleep, and its output lies at ground: nothing on the ADC says so.
"""

ADDRESS = 0x48

_STATUS = 0x00
_LOCK = 0x01
_TIACN = 0x10
_REFCN = 0x11
_MODECN = 0x12

# TIA 120 kOhm (TIACN bits 4:2 = 110), load 10 Ohm.
_TIACN_120K = 0x18
# External reference, internal zero 20 % of it, no bias (REFCN).
_REFCN_EXTERNAL_20 = 0x80
# Three-lead amperometric (MODECN).
_MODECN_AMPEROMETRIC = 0x03

TIA_OHM = 120000


class Lmp91000:
    """Configures once; afterwards the cell stays biased and the output follows its current."""

    def __init__(self, i2c, menb):
        self._i2c = i2c
        self._menb = menb
        self._byte = bytearray(1)

    def _write(self, register, value):
        self._byte[0] = value
        self._i2c.writeto_mem(ADDRESS, register, self._byte)

    def _read(self, register):
        self._i2c.readfrom_mem_into(ADDRESS, register, self._byte)
        return self._byte[0]

    def check(self):
        """Whether it still works as it was configured. Raises OSError when it does not answer."""
        self._menb(0)
        try:
            return self._read(_MODECN) == _MODECN_AMPEROMETRIC
        finally:
            self._menb(1)

    def configure(self):
        """True when the part is ready and holds what was written. Raises OSError when it does not answer."""
        self._menb(0)
        try:
            if not self._read(_STATUS) & 1:
                return False
            self._write(_LOCK, 0)
            self._write(_TIACN, _TIACN_120K)
            self._write(_REFCN, _REFCN_EXTERNAL_20)
            self._write(_LOCK, 1)
            self._write(_MODECN, _MODECN_AMPEROMETRIC)
            return (
                self._read(_TIACN) == _TIACN_120K
                and self._read(_REFCN) == _REFCN_EXTERNAL_20
                and self._read(_MODECN) == _MODECN_AMPEROMETRIC
            )
        finally:
            self._menb(1)
