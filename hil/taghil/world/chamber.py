"""A gas chamber of a laboratory: a tag on no wearer, in air whose alcohol and temperature go in known steps.

The tag lies on a plate that reflects as skin does. Air and warmth reach cell and thermometer as they do on a leg, so a
step is over some minutes after it began.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

from taghil.world.checked import Checked, Table
from taghil.world.wearer import NA_PER_MG_DL, SENSOR_H, TEMPERATURE_H

PLATE_V = 1.0
HOUR_US = 3_600_000_000.0
ALONE = ("wearer", "drink", "off_skin")
"""What asks for a wearer."""


@dataclass(frozen=True, order=True)
class Gas:
    """From a scenario time (us) on: alcohol as a wearer's TAC in mg/dL, and the air's temperature."""

    at_us: int
    mg_dl: float
    mdeg_c: float


class Chamber:
    """The air over the tag by scenario time (us); `gases` in order of time, none of them before time 0.

    `clean`: as it is until the first of them.
    """

    def __init__(self, gases: tuple[Gas, ...], clean: Gas) -> None:
        self.held_off = False
        self._times = [gas.at_us for gas in gases]
        self._gases = (clean, *gases)
        # What has been reached when each of them begins.
        self._reached = [(clean.mg_dl, clean.mdeg_c)]
        for number in range(len(gases)):
            at_us = gases[number].at_us
            self._reached.append((self._value(number, at_us, 0), self._value(number, at_us, 1)))

    def _value(self, number: int, t_us: int, index: int) -> float:
        gas, begun = self._gases[number], self._reached[number][index]
        goal, settles_h = (gas.mdeg_c, TEMPERATURE_H) if index else (gas.mg_dl, SENSOR_H)
        return goal + (begun - goal) * math.exp((gas.at_us - t_us) / (settles_h * HOUR_US))

    def cell_na(self, t_us: int) -> float:
        """Current of a nominal cell in nA."""
        return self._value(bisect_right(self._times, t_us), t_us, 0) * NA_PER_MG_DL

    def temp_mdeg_c(self, t_us: int) -> float:
        """Temperature at the skin side in millidegrees Celsius."""
        return self._value(bisect_right(self._times, t_us), t_us, 1)

    def ir_v(self, t_us: int) -> float:
        """Proximity in bracelet volts."""
        return PLATE_V if not self.held_off else 0.0


def read_gases(checked: Checked, table: Table, others: tuple[str, ...]) -> tuple[Gas, ...]:
    """The steps of a scenario's chamber, in order of time; none, and the tag is on a wearer. others: keys that a
    chamber has no use for. Raises ScenarioError."""
    found: list[Gas] = []
    for key, item in checked.items(table, "gas"):
        instants = checked.instants(key, item, ("mg_dl", "temperature_c"))
        mg_dl = checked.number(key + "mg_dl", item.get("mg_dl"), 0.0, 800.0)
        mdeg_c = 1000.0 * checked.number(key + "temperature_c", item.get("temperature_c"), -10.0, 60.0)
        found += [Gas(at_us, mg_dl, mdeg_c) for at_us in instants]
    for key in (*ALONE, *others):
        if found and key in table:
            raise checked.error(key, "not in a scenario with gas: its tag is on no wearer")
    return tuple(sorted(found))


def chamber_of(gases: tuple[Gas, ...], ambient_mdeg_c: float) -> Chamber:
    """The chamber of a scenario, with clean air of the room in it at first."""
    return Chamber(gases, Gas(0, 0.0, ambient_mdeg_c))
