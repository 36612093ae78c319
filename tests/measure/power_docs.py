"""Writes the tables of docs/hardware.md, and prints them: `python -m measure.power_docs` in tests/.

Times awake come from build/measure/chip.json, which `make measure-chip` makes; where there is none, from the page.
"""

import json
from pathlib import Path
from typing import Any

from measure import power
from measure.marked import put, rows
from support import ROOT

PAGE = ROOT / "docs" / "hardware.md"
MEASURED = ROOT / "build" / "measure" / "chip.json"
TIMES, DRAWS = "times", "power"
WHAT = {
    "reading_awake_ms": "a reading, its journal entry with it (ms awake)",
    "seal_awake_ms": "a seal with its next key (ms awake)",
    "page_awake_ms": "a page of the log closed, beyond its reading (ms awake)",
    "look_awake_ms": "a look at strap and case (ms awake)",
    "looks_per_s": "looks a second",
}


def times_on(text: str) -> dict[str, float]:
    """The times that a page shows. Raises ValueError where one is missing or no number."""
    shown = {cells[0]: cells[1] for cells in rows(text, TIMES)}
    missing = [what for what in WHAT.values() if what not in shown]
    if missing:
        raise ValueError(f"the table of times lacks: {', '.join(missing)}")
    return {name: float(shown[what]) for name, what in WHAT.items()}


def times_of(measured: dict[str, Any]) -> dict[str, float]:
    """The times in what `make measure-chip` found; a page that was not seen closing counts as nothing."""
    return {name: measured[name] or 0.0 for name in WHAT}


def times_table(times: dict[str, float]) -> str:
    return "\n".join(
        ["| what | value |", "|---|---|", *(f"| {WHAT[name]} | {value:g} |" for name, value in times.items())]
    )


def power_table(times: dict[str, float]) -> str:
    """What is drawn on each board, in mAh a day; what that makes; and what sleep may draw for the days wanted."""
    found = power.budget(**times)
    boards = found["boards"]
    lines = ["| mAh a day | " + " | ".join(boards) + " |", "|---" * (len(boards) + 1) + "|"]
    for what in boards[power.PICO.name]["draws_mah_per_day"]:
        cells = [_short(board["draws_mah_per_day"][what]) for board in boards.values()]
        lines.append(f"| {what} | {' | '.join(cells)} |")
    days, cell = found["wanted_days"], found["cell_mah"]
    for what, name, form in (
        ("**in all**", "mah_per_day", "**{:.1f}**"),
        ("on average, uA", "average_ua", "{:,.0f}"),
        (f"**days on {cell:.0f} mAh**", "days", "**{:,.0f}**"),
        (f"for {days} days, asleep at most, uA", "sleep_allowed_ua", "{:,.0f}"),
    ):
        cells = [form.format(board[name]) if board[name] > 0 else "none would do" for board in boards.values()]
        lines.append(f"| {what} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _short(mah: float) -> str:
    return f"{mah:.2f}" if mah >= 0.005 else "0" if not mah else "under 0.01"


def page_with(text: str, times: dict[str, float]) -> str:
    """The page with both tables made anew."""
    return put(put(text, TIMES, times_table(times)), DRAWS, power_table(times))


def main(page: Path = PAGE, figures: Path = MEASURED) -> None:
    text = page.read_text(encoding="utf-8")
    times = times_of(json.loads(figures.read_text(encoding="utf-8"))) if figures.exists() else times_on(text)
    page.write_text(page_with(text, times), encoding="utf-8")
    print(f"{times_table(times)}\n\n{power_table(times)}")


if __name__ == "__main__":
    main()
