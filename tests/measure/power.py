"""What a tag draws in a day, and how long a cell lasts: from times awake and docs/hardware/currents.toml.

Times come from `make measure-chip`, currents from data sheets: docs/hardware.md says how far either can be believed.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from support import ROOT

CURRENTS = ROOT / "docs" / "hardware" / "currents.toml"
UNITS = ("_ma", "_ua", "_mah", "_mv")
DAY_S = 86_400
WANTED_DAYS = 120

# How long a reading keeps each part busy: firmware/tag/drivers. The processor sleeps meanwhile.
TEMP_MS = 125
CELL_MS = 8
PROX_MS = 5
LED_MS = 0.125
# A fix from cold; the processor dozes for that long, or it would not hear the receiver.
FIX_S = 35
# W25Q16JV as emulated (docs/decisions/0040-flash-model.md), and what `make measure-log` counts: docs/measurements.md.
PROGRAM_MS = 0.6
ERASE_MS = 45
ERASES_PER_DAY = 7
BYTES_PER_READING = 4.41
PAGE_BYTES = 256

Section = Mapping[str, float]
Currents = Mapping[str, Section]

ASLEEP = "processor and board asleep"


@dataclass(frozen=True, slots=True)
class Board:
    """name: what it is called. section: of the currents. looks: whether it wakes to look at its inputs, because no edge
    wakes it. outside: whether the pull-ups of the inputs lie outside the chip."""

    name: str
    section: str
    looks: bool
    outside: bool


PICO = Board("Pico", "pico", True, False)
PICO_CABLED = Board("Pico behind its first cable", "pico_behind_a_cable", True, False)
PICO_SAME_POWER = Board("Pico, its 5 V figures as power", "pico_at_5_v", True, False)
BARE = Board("RP2040 alone", "bare_rp2040", True, False)
BARE_OUTSIDE = Board("RP2040 alone, pull-ups outside", "bare_rp2040", True, True)
LOW_POWER = Board("low-power processor, pull-ups outside", "low_power", False, True)
BOARDS = (PICO, PICO_CABLED, PICO_SAME_POWER, BARE, BARE_OUTSIDE, LOW_POWER)


@dataclass(frozen=True, slots=True)
class Day:
    """Milliseconds awake for each thing, and how often it comes; rekey_awake_ms is what the next key takes beyond
    seal_awake_ms, 0 where that has it. fix_interval_s: 0 for no fixes."""

    reading_awake_ms: float
    seal_awake_ms: float
    page_awake_ms: float
    look_awake_ms: float
    looks_per_s: float
    cadence_s: int = 60
    seal_interval_s: int = 21_600
    rekey_awake_ms: float = 0.0
    fix_interval_s: int = 0

    @property
    def readings(self) -> float:
        return DAY_S / self.cadence_s

    @property
    def seals(self) -> float:
        return DAY_S / self.seal_interval_s

    @property
    def pages(self) -> float:
        return self.readings * BYTES_PER_READING / PAGE_BYTES

    @property
    def fixes(self) -> float:
        return DAY_S / self.fix_interval_s if self.fix_interval_s else 0.0


def load(path: Path = CURRENTS) -> Currents:
    """Figures by section and name. Raises ValueError for one without unit, source or a value above zero."""
    found: dict[str, dict[str, float]] = {}
    for section, figures in tomllib.loads(path.read_text(encoding="utf-8")).items():
        found[section] = {}
        for name, figure in figures.items():
            if not name.endswith(UNITS):
                raise ValueError(f"{path.name}, {section}.{name}: the name ends with none of {', '.join(UNITS)}")
            if not figure.get("source") or not figure.get("value", 0) > 0:
                raise ValueError(f"{path.name}, {section}.{name}: needs a source, and a value above zero")
            found[section][name] = float(figure["value"])
    return found


def at_cell(board: Section, cell_mv: float) -> Section:
    """A board's currents at the cell: the same power where they were taken at a `supply_mv`, else as they are."""
    factor = board["supply_mv"] / cell_mv if "supply_mv" in board else 1.0
    return {name: value * factor for name, value in board.items()}


def draws(board: Board, day: Day, currents: Currents) -> dict[str, float]:
    """mAh a day by what takes them; with no cable and the link on USB, so that the processor sleeps."""
    own = at_cell(currents[board.section], currents["cell"]["mean_mv"])
    run_ma, prox, temp, cell = own["run_ma"], currents["vcnl4040"], currents["tmp117"], currents["ads1115"]
    looks_s = DAY_S * day.looks_per_s * day.look_awake_ms / 1000 if board.looks else 0.0
    readings_s = day.readings * day.reading_awake_ms / 1000
    fixes_s = day.fixes * FIX_S
    seals_s = day.seals * (day.seal_awake_ms + day.rekey_awake_ms) / 1000
    pages_s = day.pages * day.page_awake_ms / 1000
    asleep_s = DAY_S - looks_s - readings_s - seals_s - pages_s - fixes_s
    writes_s = ((day.readings + day.pages) * PROGRAM_MS + ERASES_PER_DAY * ERASE_MS) / 1000
    measuring_ua_ms = TEMP_MS * temp["converting_ua"] + CELL_MS * cell["converting_ua"]
    measuring_ua_ms += PROX_MS * prox["measuring_ua"] + LED_MS * 1000 * prox["led_ma"]
    off_ua = temp["shut_down_ua"] + cell["powered_down_ua"] + prox["shut_down_ua"]
    pulls_ua = currents["pull_ups"]["outside_ua" if board.outside else "inside_ua"]
    found = {
        ASLEEP: _mah(own["sleep_ua"] / 1000, asleep_s),
        "looks at strap and case": _mah(run_ma, looks_s),
        "readings: processor awake": _mah(run_ma, readings_s),
        "seals and next keys": _mah(run_ma, seals_s),
        "pages closed": _mah(run_ma, pages_s),
        "flash written and erased": _mah(currents["flash"]["write_ma"], writes_s),
        "parts while they measure": _mah(measuring_ua_ms / 1e6, day.readings),
        "LMP91000 and its reference, all day": _mah(
            (currents["lmp91000"]["amperometric_ua"] + currents["reference"]["on_ua"]) / 1000, DAY_S
        ),
        "other parts between readings": _mah(off_ua / 1000, DAY_S),
        "pull-ups of strap and case": _mah(pulls_ua / 1000, DAY_S),
        "divider at the battery": _mah(currents["divider"]["on_ua"] / 1000, DAY_S),
    }
    if day.fixes:
        found["fixes"] = _mah(currents["gnss"]["on_ma"] + own["doze_ma"], fixes_s)
    return found


def _mah(ma: float, seconds: float) -> float:
    return ma * seconds / 3600


def average_ua(cell_mah: float, days: float) -> float:
    """The current that empties a cell in so many days."""
    return cell_mah * 1000 / (24 * days)


def sleep_allowed_ua(drawn: Mapping[str, float], cell_mah: float, days: float) -> float:
    """What may be drawn asleep so that a cell lasts, all else as in `drawn`. Under zero: no sleep would do."""
    others_mah = sum(mah for what, mah in drawn.items() if what != ASLEEP)
    return average_ua(cell_mah, days) - others_mah * 1000 / 24


def budget(
    *,
    reading_awake_ms: float,
    seal_awake_ms: float,
    page_awake_ms: float | None,
    look_awake_ms: float,
    looks_per_s: float,
    cadence_s: int = 60,
    seal_interval_s: int = 21_600,
    rekey_awake_ms: float = 0.0,
    fix_interval_s: int = 0,
) -> dict[str, Any]:
    """mAh a day and battery days on each of BOARDS, ready for JSON. page_awake_ms: None where no page was seen closing,
    which counts as nothing. The other arguments are those of `Day`."""
    day = Day(
        reading_awake_ms, seal_awake_ms, page_awake_ms or 0.0, look_awake_ms, looks_per_s,
        cadence_s, seal_interval_s, rekey_awake_ms, fix_interval_s,
    )  # fmt: skip
    currents = load()
    cell = currents["cell"]["nominal_mah"]
    found: dict[str, Any] = {
        "cell_mah": cell,
        "wanted_days": WANTED_DAYS,
        "wanted_average_ua": round(average_ua(cell, WANTED_DAYS), 1),
        "pico_asleep_alone_days": round(cell / _mah(currents["pico"]["sleep_ua"] / 1000, DAY_S), 1),
        "pico_dozing_days": round(cell / _mah(currents["pico"]["doze_ma"], DAY_S), 1),
        "boards": {},
    }
    for board in BOARDS:
        drawn = draws(board, day, currents)
        total = sum(drawn.values())
        found["boards"][board.name] = {
            "mah_per_day": round(total, 2),
            "average_ua": round(total * 1000 / 24, 1),
            "days": round(cell / total, 1),
            "sleep_allowed_ua": round(sleep_allowed_ua(drawn, cell, WANTED_DAYS), 1),
            "draws_mah_per_day": {what: round(mah, 3) for what, mah in drawn.items()},
        }
    return found
