"""How long a cell lasts, by the figures that the tag itself tells a low battery by. None measured on a board yet."""

from dataclasses import dataclass

from tagproto.battery import CELL_MAH, FIX_UC, IDLE_UA, READING_UC, SEAL_UC

from .pace import DAY_S, Pace

__all__ = ["CELL_MAH", "Battery", "Draw", "battery"]

_ASLEEP_UA = 1300.0
_UC_PER_MAH = 3_600_000


@dataclass(frozen=True, slots=True)
class Draw:
    """What something takes each time, in microcoulomb, how often it comes in a day, and where the figure comes from."""

    what: str
    microcoulomb: int
    times_per_day: float
    source: str

    @property
    def mah_per_day(self) -> float:
        return self.microcoulomb * self.times_per_day / _UC_PER_MAH


@dataclass(frozen=True, slots=True)
class Battery:
    """draws: all that is drawn; days: what a cell of cell_mah gives; asleep_days: what it would give to a board that
    only sleeps, with no part on it."""

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


def battery(pace: Pace, cell_mah: float, fix_interval_s: int) -> Battery:
    """What a pace draws, all currents at the cell as their sources give them, losses of converters left out.

    fix_interval_s: seconds between fixes, 0 for none.
    """
    fixes = DAY_S / fix_interval_s if fix_interval_s else 0.0
    draws = (
        Draw(
            "a second asleep",
            IDLE_UA,
            DAY_S,
            "Pico datasheet: 1.3 mA in SLEEP (seen in lightsleep: 1 to 1.5 mA, and behind a USB host, until the next "
            "start, 3.4); strap and case: pull-ups 101 uA, looks 55 uA; LMP91000 with reference 14 uA, rest 3 uA",
        ),
        Draw(
            "a reading",
            READING_UC,
            pace.readings_per_day,
            "a Pico running MicroPython: 26 mA, for 13 ms; W25Q16JV: 20 mA beside that for 0.7 ms; TMP117 135 uA for "
            "125 ms, ADS1115 150 uA for 7.8 ms, VCNL4040 50 mA for 0.125 ms",
        ),
        Draw("a seal", SEAL_UC, pace.seals_per_day, "26 mA for 1.06 s of signing and making a key; flash"),
        Draw("a fix", FIX_UC, fixes, "a GNSS receiver, 25 mA, and the board that listens, 21 mA, for 35 s"),
    )
    return Battery(cell_mah, draws)
