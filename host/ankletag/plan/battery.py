"""How long a cell lasts: currents and times of each state, from datasheets. None of them measured on a board yet."""

from dataclasses import dataclass

from tagproto.layout import PAGES_PER_BLOCK

from .pace import DAY_S, Pace

CELL_MAH = 850

# How long the CPU is awake at 125 MHz for a reading (what is to be reached), a signature and a key pair (measured in
# MicroPython), and for a program and an erase (chip timing); how long the parts convert. Sleeping board: see its row.
_AWAKE_READING_MS = 15.0
_SIGN_MS = 300.0
_KEY_PAIR_MS = 258.0
_PROGRAM_MS = 0.61
_ERASE_MS = 45.1
_TMP117_MS = 125.0
_ADS1115_MS = 7.8
_VCNL4040_MS = 5.0
_IRED_MS = 0.125
_ASLEEP_UA = 1300.0


@dataclass(frozen=True, slots=True)
class Draw:
    """A state of the tag: its current, for so many hours a day, and where the figure comes from."""

    state: str
    microampere: float
    hours_per_day: float
    source: str

    @property
    def mah_per_day(self) -> float:
        return self.microampere * self.hours_per_day / 1000


@dataclass(frozen=True, slots=True)
class Battery:
    """draws: every state; days: what a cell of cell_mah gives; asleep_days: what it would give to a board that only
    sleeps, with no part on it."""

    cell_mah: float
    draws: tuple[Draw, ...]

    @property
    def mah_per_day(self) -> float:
        return sum(draw.mah_per_day for draw in self.draws)

    @property
    def days(self) -> float:
        return self.cell_mah / self.mah_per_day

    @property
    def asleep_days(self) -> float:
        return self.cell_mah * 1000 / (_ASLEEP_UA * 24)


def battery(pace: Pace, cell_mah: float) -> Battery:
    """What a pace draws, all currents at the cell as their sources give them, losses of converters left out."""
    readings, seals = pace.readings_per_day, pace.seals_per_day
    # Each reading, and what is written beside it: an entry of the journal; each page once more, and its header.
    programs = readings + 4 * pace.pages_per_day + 2 * seals
    erases = pace.journal_blocks_per_day + pace.pages_per_day / PAGES_PER_BLOCK
    flash_ms = programs * _PROGRAM_MS + erases * _ERASE_MS
    awake_ms = readings * _AWAKE_READING_MS + seals * (_SIGN_MS + _KEY_PAIR_MS) + flash_ms
    awake = _hours(awake_ms)
    spent = f"{_AWAKE_READING_MS:g} ms a reading, {_SIGN_MS:g} + {_KEY_PAIR_MS:g} ms a seal"
    draws = (
        Draw("board asleep", _ASLEEP_UA, 24 - awake, "Pico datasheet: 1.3 mA in SLEEP (seen in lightsleep: 1.5 mA)"),
        Draw("CPU awake at 125 MHz", 26_000.0, awake, f"a Pico running MicroPython: 26 mA; {spent}"),
        Draw("flash programming or erasing", 20_000.0, _hours(flash_ms), "W25Q16JV: 20 mA, beside the CPU that waits"),
        Draw("TMP117 converting", 135.0, _hours(readings * _TMP117_MS), "TMP117: 135 uA for 125 ms (8 averages)"),
        Draw("ADS1115 converting", 150.0, _hours(readings * _ADS1115_MS), "ADS1115: 150 uA for 7.8 ms (128 SPS)"),
        Draw("LMP91000 with the cell", 10.0, 24.0, "LMP91000: 10 uA, three-lead amperometric"),
        Draw("VCNL4040 waiting", 0.2, 24.0, "VCNL4040: 0.2 uA shut down; no figure for waiting in active force mode"),
        Draw("VCNL4040 measuring", 200.0, _hours(readings * _VCNL4040_MS), "VCNL4040: 200 uA, without its IRED"),
        Draw("VCNL4040's IRED", 50_000.0, _hours(readings * _IRED_MS), "VCNL4040: 50 mA for 125 us (1T)"),
    )
    return Battery(cell_mah, draws)


def _hours(ms_per_day: float) -> float:
    return min(ms_per_day / 1000, DAY_S) / 3600
