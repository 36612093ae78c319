"""What a scenario says of the battery that the tag lives on and of the places that it is carried to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from taghil.world.checked import Checked, Table
from taghil.world.parts.gnss import Place

CARRIED_KEYS = ("battery", "battery_change", "place")
CHANGE_US = 30_000_000
"""How long the tag has no power while its battery is changed."""


@dataclass(frozen=True)
class BatteryChange:
    """A fresh battery at a scenario time."""

    at_us: int


def read_charge(checked: Checked, table: Any) -> float | None:
    """The battery's charge at the fitting in percent, None for a steady supply. Raises ScenarioError."""
    if table is None:
        return None
    if not isinstance(table, dict):
        raise checked.error("battery", "must be a table, written [battery]")
    checked.known(table, {"charge_percent"}, "battery.")
    return checked.number("battery.charge_percent", table.get("charge_percent", 100.0), 0.0, 100.0)


def read_battery_changes(checked: Checked, table: Table) -> tuple[BatteryChange, ...]:
    """When the battery is changed, in order of time. Raises ScenarioError."""
    found = [at_us for key, item in checked.items(table, "battery_change") for at_us in checked.instants(key, item)]
    if found and "battery" not in table:
        raise checked.error("battery_change", "needs a [battery]: a steady supply is not changed")
    return tuple(BatteryChange(at_us) for at_us in sorted(found))


def read_places(checked: Checked, table: Table) -> tuple[Place, ...]:
    """Where the wearer is from when on, in order of time. Raises ScenarioError."""
    found: list[Place] = []
    for key, item in checked.items(table, "place"):
        latitude = checked.number(key + "latitude", item.get("latitude"), -90.0, 90.0)
        longitude = checked.number(key + "longitude", item.get("longitude"), -180.0, 180.0)
        indoors = checked.flag(key + "indoors", item.get("indoors", False))
        instants = checked.instants(key, item, ("latitude", "longitude", "indoors"))
        found += [Place(at_us, latitude, longitude, indoors) for at_us in instants]
    return tuple(sorted(found))


def place_at(places: Sequence[Place], t_us: int) -> Place:
    """Where the wearer is at a scenario time: before the first place that is named, already there."""
    return places[max(0, bisect_right(places, t_us, key=lambda place: place.at_us) - 1)]
