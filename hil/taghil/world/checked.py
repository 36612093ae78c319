"""A scenario's tables, read with care: each method gives a value, or an error whose sentence names file and key."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import Any

from taghil.world.errors import ScenarioError

DAY_US = 86_400_000_000
NEVER_US = 1 << 62
_TIME = re.compile(r"(\d{1,4}) +([01]?\d|2[0-3]):([0-5]\d)")

Table = dict[str, Any]


class Checked:
    """Reads for the file `name`, whose scenario begins `start_us` behind the midnight of day 1 and lasts `days`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.start_us = 0
        self.days = 0.0

    def error(self, key: str, what: str) -> ScenarioError:
        """The error that says what is wrong with a key."""
        return ScenarioError(f"{self.name}: {key}: {what}")

    def known(self, table: Table, keys: Collection[str], where: str) -> None:
        """Refuses what is no key here."""
        for key in table:
            if key not in keys:
                raise self.error(where + key, f"unknown; known are {', '.join(sorted(keys))}")

    def items(self, table: Table, key: str) -> list[tuple[str, Table]]:
        """The entries written [[key]], each with what errors call it."""
        items = table.get(key, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise self.error(key, f"must be a list of tables, written [[{key}]]")
        return [(f"{key} {number}: ", item) for number, item in enumerate(items, 1)]

    def number(self, key: str, value: Any, low: float, high: float) -> float:
        """A number within limits."""
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise self.error(key, f"must be a number from {low:g} to {high:g}, not {value!r}")
        return float(value)

    def choice(self, key: str, value: Any, choices: Collection[str]) -> str:
        """One of some words."""
        if not isinstance(value, str) or value not in choices:
            raise self.error(key, f"must be one of {', '.join(choices)}, not {value!r}")
        return value

    def flag(self, key: str, value: Any) -> bool:
        """true or false."""
        if not isinstance(value, bool):
            raise self.error(key, f"must be true or false, not {value!r}")
        return value

    def time(self, key: str, value: Any) -> int:
        """A time 'DAY HH:MM' in us of scenario time."""
        match = _TIME.fullmatch(value) if isinstance(value, str) else None
        if not match:
            raise self.error(key, f"must be a text 'DAY HH:MM' such as '2 19:30', not {value!r}")
        day, hour, minute = (int(part) for part in match.groups())
        at_us = (day - 1) * DAY_US + (hour * 60 + minute) * 60_000_000 - self.start_us
        if at_us < 0:
            raise self.error(key, f"'{value}' is before the start")
        return at_us

    def instants(self, key: str, item: Table, others: Iterable[str] = ()) -> list[int]:
        """When an entry with `at`, the keys `others` and perhaps `every_days` happens."""
        self.known(item, {"at", "every_days", *others}, key)
        at_us = self.time(key + "at", item.get("at"))
        return [at_us + later for later in self._repeats(key, item)]

    def spans(self, key: str, item: Table, others: Iterable[str] = ()) -> list[tuple[int, int]]:
        """From when to when an entry with `from`, `to`, the keys `others` and perhaps `every_days` goes on."""
        self.known(item, {"from", "to", "every_days", *others}, key)
        start, end = self.time(key + "from", item.get("from")), self.time(key + "to", item.get("to"))
        if end <= start:
            raise self.error(key + "to", "must be after 'from'")
        return [(start + later, end + later) for later in self._repeats(key, item)]

    def _repeats(self, key: str, item: Table) -> list[int]:
        """How much later than written an entry happens, in us: 0, and every `every_days` until the days are over."""
        if "every_days" not in item:
            return [0]
        every = item["every_days"]
        if isinstance(every, bool) or not isinstance(every, int) or not 1 <= every <= 3650:
            raise self.error(key + "every_days", f"must be a whole number from 1 to 3650, not {every!r}")
        return [day * DAY_US for day in range(0, max(1, int(self.days) + 1), every)]

    def apart(self, key: str, spans: Iterable[tuple[int, int]]) -> None:
        """Refuses spans of one key that overlap."""
        for (_, first_to), (second_from, _) in pairwise(sorted(spans)):
            if second_from < first_to:
                raise self.error(key, "two spans overlap")
