"""Scenario files: what happens to a wearer and a tag, in TOML.

Times are written 'DAY HH:MM' in the world's UTC; day 1 is the day of the fitting, and scenario time 0 is its `start`.
An entry with `every_days = N` happens again every N days until the scenario's `days` are over.  `[wearer] life` is
'still' or 'daily' (taghil.world.life); `noise` is a factor on the noise of parts and wearer, 1 if it is left out.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from taghil.world.errors import ScenarioError
from taghil.world.wearer import UNIT_G, WIDMARK_L_KG, Person

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

KEYS = {"about", "start", "days", "noise", "wearer", "drink", "off_skin", "strap", "case"}
LIVES = ("still", "daily")
DAY_US = 86_400_000_000
_TIME = re.compile(r"(\d{1,4}) +([01]?\d|2[0-3]):([0-5]\d)")


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


def built_in() -> list[str]:
    """Names of the scenarios that come with the package."""
    return sorted(
        item.name[:-5] for item in (resources.files("taghil") / "scenarios").iterdir() if item.name.endswith(".toml")
    )


def load(name_or_file: str) -> Scenario:
    """Loads a built-in scenario by name or any by its file; raises ScenarioError with a sentence."""
    if name_or_file in built_in():
        text = (resources.files("taghil") / "scenarios" / f"{name_or_file}.toml").read_text(encoding="utf-8")
        return parse(text, name_or_file)
    path = Path(name_or_file)
    try:
        return parse(path.read_bytes().decode("utf-8"), str(path))
    except FileNotFoundError as error:
        raise ScenarioError(
            f"{name_or_file}: neither a file nor a built-in scenario; built in are {', '.join(built_in())}"
        ) from error
    except OSError as error:
        raise ScenarioError(f"{name_or_file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{name_or_file}: not UTF-8 text") from error


def parse(text: str, name: str) -> Scenario:
    """Reads the text of a scenario; `name` is what errors call it."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name}: not TOML: {error}") from error
    return _Reader(name).scenario(table)


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name
        self._start_us = 0
        self._days = 0.0

    def _error(self, key: str, what: str) -> ScenarioError:
        return ScenarioError(f"{self._name}: {key}: {what}")

    def scenario(self, table: dict[str, Any]) -> Scenario:
        self._known(table, KEYS, "")
        start = table.get("start")
        if not isinstance(start, datetime) or start.tzinfo is None:
            raise self._error("start", "needed, a time with zone as 2026-03-02T09:00:00Z")
        start = start.astimezone(timezone.utc)
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
        self._start_us = round((start - midnight).total_seconds() * 1e6)
        self._days = self._number("days", table.get("days"), 0.0, 3650.0)
        drinks = tuple(sorted(drink for key, item in self._items(table, "drink") for drink in self._drinks(key, item)))
        off = tuple(sorted(span for key, item in self._items(table, "off_skin") for span in self._spans(key, item)))
        for (_, first_to), (second_from, _) in pairwise(off):
            if second_from < first_to:
                raise self._error("off_skin", "two spans overlap")
        switches = [
            switch
            for pin in ("strap", "case")
            for key, item in self._items(table, pin)
            for switch in self._switches(pin, key, item)
        ]
        return Scenario(
            name=self._name,
            about=str(table.get("about", "")),
            start=start,
            days=self._days,
            person=self._person(table.get("wearer", {})),
            drinks=drinks,
            off_skin=off,
            switches=tuple(sorted(switches, key=lambda item: item.at_us)),
            noise=self._number("noise", table.get("noise", 1.0), 0.0, 100.0),
        )

    def _known(self, table: dict[str, Any], keys: set[str], where: str) -> None:
        for key in table:
            if key not in keys:
                raise self._error(where + key, f"unknown; known are {', '.join(sorted(keys))}")

    def _items(self, table: dict[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
        items = table.get(key, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise self._error(key, f"must be a list of tables, written [[{key}]]")
        return [(f"{key} {number}: ", item) for number, item in enumerate(items, 1)]

    def _number(self, key: str, value: Any, low: float, high: float) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise self._error(key, f"must be a number from {low:g} to {high:g}, not {value!r}")
        return float(value)

    def _time(self, key: str, value: Any) -> int:
        match = _TIME.fullmatch(value) if isinstance(value, str) else None
        if not match:
            raise self._error(key, f"must be a text 'DAY HH:MM' such as '2 19:30', not {value!r}")
        day, hour, minute = (int(part) for part in match.groups())
        at_us = (day - 1) * DAY_US + (hour * 60 + minute) * 60_000_000 - self._start_us
        if at_us < 0:
            raise self._error(key, f"'{value}' is before the start")
        return at_us

    def _person(self, table: Any) -> Person:
        if not isinstance(table, dict):
            raise self._error("wearer", "must be a table, written [wearer]")
        self._known(table, {"sex", "weight_kg", "life"}, "wearer.")
        sex = table.get("sex", "male")
        if sex not in WIDMARK_L_KG:
            raise self._error("wearer.sex", f"must be one of {', '.join(WIDMARK_L_KG)}, not {sex!r}")
        life = table.get("life", "still")
        if life not in LIVES:
            raise self._error("wearer.life", f"must be one of {', '.join(LIVES)}, not {life!r}")
        return Person(sex, self._number("wearer.weight_kg", table.get("weight_kg", 80.0), 30.0, 300.0), life)

    def _repeats(self, key: str, item: dict[str, Any]) -> list[int]:
        """How much later than written an entry happens, in us: 0, and every `every_days` until the days are over."""
        if "every_days" not in item:
            return [0]
        every = item["every_days"]
        if isinstance(every, bool) or not isinstance(every, int) or not 1 <= every <= 3650:
            raise self._error(key + "every_days", f"must be a whole number from 1 to 3650, not {every!r}")
        return [day * DAY_US for day in range(0, max(1, int(self._days) + 1), every)]

    def _drinks(self, key: str, item: dict[str, Any]) -> list[tuple[int, float]]:
        self._known(item, {"at", "units", "grams", "every_days"}, key)
        if ("units" in item) == ("grams" in item):
            raise self._error(key + "units", "say either units or grams")
        if "units" in item:
            grams = self._number(key + "units", item["units"], 0.0, 60.0) * UNIT_G
        else:
            grams = self._number(key + "grams", item["grams"], 0.0, 480.0)
        at_us = self._time(key + "at", item.get("at"))
        return [(at_us + later, grams) for later in self._repeats(key, item)]

    def _spans(self, key: str, item: dict[str, Any]) -> list[tuple[int, int]]:
        self._known(item, {"from", "to", "every_days"}, key)
        start, end = self._time(key + "from", item.get("from")), self._time(key + "to", item.get("to"))
        if end <= start:
            raise self._error(key + "to", "must be after 'from'")
        return [(start + later, end + later) for later in self._repeats(key, item)]

    def _switches(self, pin: str, key: str, item: dict[str, Any]) -> list[Switch]:
        self._known(item, {"at", "state", "every_days"}, key)
        state = item.get("state")
        if state not in ("open", "closed"):
            raise self._error(key + "state", f"must be 'open' or 'closed', not {state!r}")
        at_us = self._time(key + "at", item.get("at"))
        return [Switch(at_us + later, pin, int(state == "open")) for later in self._repeats(key, item)]
