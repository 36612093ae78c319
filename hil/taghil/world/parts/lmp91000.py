"""LMP91000, the potentiostat of the fuel cell (TI SNAS506I).

MENB high: the part does not answer.  LOCK (reset 1) guards TIACN and REFCN: writes to them are ignored while it is 1.
Analog side: VOUT = zero + cell current x TIA gain, zero a share of the reference (7.3.4), within the rails.
"""

from __future__ import annotations

from taghil.world.bus import Skin
from taghil.world.noise import Noise

ADDRESS = 0x48
STATUS, LOCK, TIACN, REFCN, MODECN = 0x00, 0x01, 0x10, 0x11, 0x12
RESET = {STATUS: 0x01, LOCK: 0x01, TIACN: 0x03, REFCN: 0x20, MODECN: 0x00}
"""Register values after power-on; STATUS resets to 0 and is ready (1) well before the MCU has booted."""
WRITABLE = {LOCK: 0x01, TIACN: 0x1F, REFCN: 0xFF, MODECN: 0x87}

GAIN_OHM = (0, 2_750, 3_500, 7_000, 14_000, 35_000, 120_000, 350_000)
"""TIA gain by TIACN bits 4:2; 0 means an external resistor, and the reference board has none."""
ZERO_SHARE = (0.20, 0.50, 0.67, 0.0)
"""Internal zero by REFCN bits 6:5 as a share of the reference; 3 bypasses it."""
VDD_V = 3.3
EXTERNAL_REFERENCE_V = 2.5
"""The reference board feeds VREF with 2.5 V; REFCN bit 7 chooses it over VDD."""
MODE_THREE_LEAD = 3
NOISE_V = 40e-6
"""Noise of cell and amplifier at VOUT with 120 kOhm, rms: about 0.3 nA of cell current; an assumption, for no
datasheet tells of a fuel cell's noise."""


class Lmp91000:
    """The registers, and the voltage that the ADC sees."""

    def __init__(self, skin: Skin, noise: Noise) -> None:
        self._skin = skin
        self._noise = noise
        self.menb = 1
        self.power_on()

    def power_on(self) -> None:
        """Registers as after power-on."""
        self.registers = dict(RESET)
        self._pointer = STATUS
        self._set_analog()

    def answers(self) -> bool:
        return self.menb == 0

    def write(self, data: bytes, now_us: int) -> None:
        if not data:
            return
        self._pointer = data[0]
        for value in data[1:2]:
            self._set(self._pointer, value)

    def _set(self, register: int, value: int) -> None:
        if register not in WRITABLE:
            return
        if register in (TIACN, REFCN) and self.registers[LOCK]:
            return
        self.registers[register] = value & WRITABLE[register]
        self._set_analog()

    def read(self, n: int, now_us: int) -> bytes:
        return bytes([self.registers.get(self._pointer, 0)]) * n

    def _set_analog(self) -> None:
        refcn = self.registers[REFCN]
        reference = EXTERNAL_REFERENCE_V if refcn & 0x80 else VDD_V
        self._zero_v = reference * ZERO_SHARE[(refcn >> 5) & 3]
        self._volts_per_na = GAIN_OHM[(self.registers[TIACN] >> 2) & 7] * 1e-9
        self._mode = self.registers[MODECN] & 7

    def vout_v(self, now_us: int) -> float:
        """The voltage at VOUT: 0 V asleep, cell current over the TIA in three-lead mode, else the zero."""
        if self._mode == 0:
            return 0.0
        if self._mode != MODE_THREE_LEAD:
            return self._zero_v
        vout = self._zero_v + self._skin.cell_na(now_us) * self._volts_per_na + self._noise() * NOISE_V
        return 0.0 if vout < 0.0 else VDD_V if vout > VDD_V else vout
