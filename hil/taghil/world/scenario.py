"""Scenario files: what happens to a wearer and a tag, in TOML.

Times are written 'DAY HH:MM' in the world's UTC; day 1 is the day of the fitting, and scenario time 0 is its `start`.
An entry with `every_days = N` happens again every N days until the scenario's `days` are over.  docs/commands.md lists
the keys; `noise` is a factor on the noise of parts and wearer, 1 if it is left out.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib import resources
from pathlib import Path
from typing import Any

from taghil.world.body import UNIT_G, WIDMARK_L_KG, Person
from taghil.world.carried import CARRIED_KEYS, BatteryChange, read_battery_changes, read_charge, read_places
from taghil.world.cell import NOMINAL, CellTraits, read_cell
from taghil.world.chamber import Gas, read_gases
from taghil.world.checked import Checked, Table
from taghil.world.effects import AMBIENT_MDEG_C
from taghil.world.errors import ScenarioError
from taghil.world.faults import FAULT_KEYS, Change, Outage, read_changes, read_outages
from taghil.world.happenings import HAPPENING_KEYS, Happening, read_happenings
from taghil.world.parts.gnss import Place

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PINS = ("strap", "case")
KEYS = {
    *("about", "start", "days", "noise", "ambient_c", "wearer", "drink", "off_skin", "cell", "gas", "clock"),
    *(*PINS, *HAPPENING_KEYS, *FAULT_KEYS, *CARRIED_KEYS),
}
LIVES = ("still", "daily")


@dataclass(frozen=True)
class Switch:
    """A pin that changes at a scenario time: 'strap' or 'case', level 1 when open."""

    at_us: int
    pin: str
    level: int


@dataclass(frozen=True)
class Scenario:
    """What a scenario file says; times in us of scenario time."""

    name: str
    about: str
    start: datetime
    days: float
    person: Person
    drinks: tuple[tuple[int, float], ...]
    off_skin: tuple[tuple[int, int], ...]
    switches: tuple[Switch, ...]
    noise: float
    happenings: tuple[Happening, ...] = ()
    changes: tuple[Change, ...] = ()
    """What goes wrong with bus and parts, and when it is right again; in order of time."""
    outages: tuple[Outage, ...] = ()
    ambient_mdeg_c: float = AMBIENT_MDEG_C
    cell: CellTraits = NOMINAL
    gases: tuple[Gas, ...] = ()
    """Steps of a gas chamber; none where a wearer wears the tag."""
    drift_ppm: float = 0.0
    """By how much the tag's ticks run fast."""
    charge_percent: float | None = None
    """Of the battery at the fitting; None for a steady supply."""
    battery_changes: tuple[BatteryChange, ...] = ()
    places: tuple[Place, ...] = ()
    """Where a GNSS receiver finds itself; none where there is no receiver."""


def built_in() -> list[str]:
    """Names of the scenarios that come with the package."""
    return sorted(
        item.name[:-5] for item in (resources.files("taghil") / "scenarios").iterdir() if item.name.endswith(".toml")
    )


def text_of(name_or_file: str) -> tuple[str, str]:
    """A built-in scenario by name or any by its file: (its text, what errors call it). Raises ScenarioError."""
    if name_or_file in built_in():
        text = (resources.files("taghil") / "scenarios" / f"{name_or_file}.toml").read_text(encoding="utf-8")
        return text, name_or_file
    path = Path(name_or_file)
    try:
        return path.read_bytes().decode("utf-8"), str(path)
    except FileNotFoundError as error:
        raise ScenarioError(
            f"{name_or_file}: neither a file nor a built-in scenario; `ankletag world list` names those"
        ) from error
    except OSError as error:
        raise ScenarioError(f"{name_or_file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{name_or_file}: not UTF-8 text") from error


def load(name_or_file: str) -> Scenario:
    """Loads a built-in scenario by name or any by its file; raises ScenarioError with a sentence."""
    return parse(*text_of(name_or_file))


def parse(text: str, name: str) -> Scenario:
    """Reads the text of a scenario; `name` is what errors call it."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name}: not TOML: {error}") from error
    checked = Checked(name)
    checked.known(table, KEYS, "")
    start = table.get("start")
    if not isinstance(start, datetime) or start.tzinfo is None:
        raise checked.error("start", "needed, a time with zone as 2026-03-02T09:00:00Z")
    start = start.astimezone(timezone.utc)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    checked.start_us = round((start - midnight).total_seconds() * 1e6)
    checked.days = checked.number("days", table.get("days"), 0.0, 3650.0)
    drinks = [drink for key, item in checked.items(table, "drink") for drink in _drinks(checked, key, item)]
    off = [span for key, item in checked.items(table, "off_skin") for span in checked.spans(key, item)]
    checked.apart("off_skin", off)
    return Scenario(
        name=name,
        about=str(table.get("about", "")),
        start=start,
        days=checked.days,
        person=_person(checked, table.get("wearer", {})),
        drinks=tuple(sorted(drinks)),
        off_skin=tuple(sorted(off)),
        switches=_switches(checked, table),
        noise=checked.number("noise", table.get("noise", 1.0), 0.0, 100.0),
        happenings=read_happenings(checked, table),
        changes=read_changes(checked, table),
        outages=read_outages(checked, table),
        ambient_mdeg_c=1000.0 * checked.number("ambient_c", table.get("ambient_c", AMBIENT_MDEG_C / 1000), -40.0, 60.0),
        cell=read_cell(checked, table.get("cell", {})),
        gases=read_gases(checked, table, HAPPENING_KEYS),
        drift_ppm=_drift_ppm(checked, table.get("clock", {})),
        charge_percent=read_charge(checked, table.get("battery")),
        battery_changes=read_battery_changes(checked, table),
        places=read_places(checked, table),
    )


def _person(checked: Checked, table: Any) -> Person:
    if not isinstance(table, dict):
        raise checked.error("wearer", "must be a table, written [wearer]")
    checked.known(table, {"sex", "weight_kg", "life", "spread"}, "wearer.")
    return Person(
        sex=checked.choice("wearer.sex", table.get("sex", "male"), WIDMARK_L_KG),
        weight_kg=checked.number("wearer.weight_kg", table.get("weight_kg", 80.0), 30.0, 300.0),
        life=checked.choice("wearer.life", table.get("life", "still"), LIVES),
        spread=checked.flag("wearer.spread", table.get("spread", False)),
    )


def _drift_ppm(checked: Checked, table: Any) -> float:
    if not isinstance(table, dict):
        raise checked.error("clock", "must be a table, written [clock]")
    checked.known(table, {"drift_ppm"}, "clock.")
    return checked.number("clock.drift_ppm", table.get("drift_ppm", 0.0), -1000.0, 1000.0)


def _drinks(checked: Checked, key: str, item: Table) -> list[tuple[int, float]]:
    instants = checked.instants(key, item, ("units", "grams"))
    if ("units" in item) == ("grams" in item):
        raise checked.error(key + "units", "say either units or grams")
    if "units" in item:
        grams = checked.number(key + "units", item["units"], 0.0, 60.0) * UNIT_G
    else:
        grams = checked.number(key + "grams", item["grams"], 0.0, 480.0)
    return [(at_us, grams) for at_us in instants]


def _switches(checked: Checked, table: Table) -> tuple[Switch, ...]:
    switches = []
    for pin in PINS:
        for key, item in checked.items(table, pin):
            instants = checked.instants(key, item, ("state",))
            state = item.get("state")
            if state not in ("open", "closed"):
                raise checked.error(key + "state", f"must be 'open' or 'closed', not {state!r}")
            switches += [Switch(at_us, pin, int(state == "open")) for at_us in instants]
    return tuple(sorted(switches, key=lambda switch: switch.at_us))
