"""The world of one tag: virtual time, the source of what the parts sense, the parts on their bus, the two switches.

The scenario clock stands at 0 until the tag has been fitted, then runs with virtual time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from taghil.world.bus import Bus
from taghil.world.carried import CHANGE_US, BatteryChange, place_at
from taghil.world.cell import NOMINAL, Cell, CellTraits
from taghil.world.chamber import chamber_of
from taghil.world.checked import DAY_US, NEVER_US
from taghil.world.faults import Change, Faults, Outage
from taghil.world.noise import Noise
from taghil.world.parts import ads1115, lmp91000, tmp117, vcnl4040
from taghil.world.parts.battery import Bench, Converter, Cr2
from taghil.world.parts.gnss import ON_UA, Receiver
from taghil.world.replay import Replay
from taghil.world.scenario import Scenario, Switch
from taghil.world.wearer import wearer_of

STRAP_BIT, CASE_BIT = 1, 2
"""The two inputs in `World.levels`: 1 where open."""
BITS = {"strap": STRAP_BIT, "case": CASE_BIT}

Turn = Switch | Change | Outage | BatteryChange


class Source(Protocol):
    """What the tag senses by scenario time (us): a simulated wearer, a replayed file or a gas chamber."""

    held_off: bool

    def cell_na(self, t_us: int) -> float: ...
    def temp_mdeg_c(self, t_us: int) -> float: ...
    def ir_v(self, t_us: int) -> float: ...


class World:
    """Time, senses, switches and parts; `now_us` is virtual time since the first power-on, as the tag's crystal counts.

    `turns`: what switches, and what goes wrong with power and parts, by scenario time; `drift_ppm`: by how much the
    crystal is fast.
    """

    def __init__(
        self,
        source: Source,
        turns: Sequence[Turn],
        noise_level: float,
        seed: int,
        cell: CellTraits = NOMINAL,
        drift_ppm: float = 0.0,
    ) -> None:
        self.source = source
        self._drift_ppm = drift_ppm
        self.now_us = 0
        self.fit_us = -1
        self.levels = 0
        self.edges = {"strap": 0, "case": 0}
        self.any_edge = False
        self.next_switch_us = NEVER_US
        self.on_outage: Callable[[int], None] = _no_matter
        """Told when the power goes, with the virtual time at which it comes back."""
        self._turns = sorted(turns, key=lambda turn: turn.at_us)
        self._next_turn = 0
        # A nominal cell costs nothing on the way.
        self.lmp = lmp91000.Lmp91000(self if cell == NOMINAL else Cell(self, cell), Noise(seed + 1, noise_level))
        self.ads = ads1115.Ads1115((self.lmp.vout_v, _zero_v, _zero_v, _zero_v), Noise(seed + 2, noise_level))
        self.tmp = tmp117.Tmp117(self, Noise(seed + 3, noise_level))
        self.vcnl = vcnl4040.Vcnl4040(self, Noise(seed + 4, noise_level))
        self.bus = Bus(
            {
                lmp91000.ADDRESS: self.lmp,
                ads1115.ADDRESS: self.ads,
                tmp117.ADDRESS: self.tmp,
                vcnl4040.ADDRESS: self.vcnl,
            }
        )
        self._power_on: dict[str, Callable[[], None]] = {
            "cell": self.lmp.power_on,
            "adc": self.ads.power_on,
            "temp": lambda: self.tmp.power_on(self.now_us),
            "prox": self.vcnl.power_on,
        }
        self.faults = Faults(self.bus, self._power_on)
        self.supply = Bench()
        self.converter = Converter(Noise(seed + 6, noise_level))
        self.gnss: Receiver | None = None

    def power_on(self) -> None:
        """Resets the parts: power has come (back)."""
        self.reset_pins()
        for power_on in self._power_on.values():
            power_on()
        self.supply.power(self.fit_us >= 0, self.now_us)
        self._plan()

    def reset_pins(self) -> None:
        """The controller starts: its outputs are what they are without it."""
        self.lmp.menb = 1
        self.power_gnss(False)

    def power_gnss(self, on: bool) -> None:
        """Switches the receiver, if there is one."""
        if self.gnss is not None:
            self.supply.draw(ON_UA, self.gnss.power(on, self.now_us))

    def restore(self, now_us: int, fit_us: int, levels: int) -> None:
        """Goes on from where an earlier start on the same state folder had come to."""
        self.now_us = now_us
        self.fit_us = fit_us
        self.levels = levels
        if fit_us >= 0:
            while self._next_turn < len(self._turns) and self._turn_us() < now_us:
                turn = self._turns[self._next_turn]
                self._next_turn += 1
                # The pins are in the levels.
                if isinstance(turn, Change):
                    self.faults.apply(turn)
        self._plan()

    def skip_to(self, now_us: int) -> None:
        """Goes on later than `restore` said: switches moved meanwhile, and the tag saw it before it lost its power."""
        if now_us > self.now_us:
            self.now_us = now_us
            self.take_switches()
            self.take_edges()

    def fit(self) -> None:
        """The tag has been fitted: the scenario clock starts."""
        if self.fit_us < 0:
            self.fit_us = self.now_us
            self.supply.power(True, self.now_us)
            self._plan()

    def scenario_us(self) -> int:
        """The scenario clock in us; 0 until the fitting."""
        return self.now_us - self.fit_us if self.fit_us >= 0 else 0

    def true_us(self) -> int:
        """Time since the first power-on by a clock that goes right."""
        return round(self.now_us / (1.0 + self._drift_ppm / 1e6)) if self._drift_ppm else self.now_us

    def _turn_us(self) -> int:
        return self.fit_us + self._turns[self._next_turn].at_us

    def _plan(self) -> None:
        waiting = self.fit_us >= 0 and self._next_turn < len(self._turns)
        self.next_switch_us = min(self._turn_us() if waiting else NEVER_US, self.supply.look_us)

    def take_switches(self) -> None:
        """Applies the switches, faults and outages that lie before now."""
        while self.next_switch_us <= self.now_us:
            if self.supply.look_us <= self.next_switch_us:
                at_us = self.supply.look_us
                if self.supply.empty(at_us):
                    self._lose_power(at_us, self._next_battery_us())
                self._plan()
                continue
            turn, at_us = self._turns[self._next_turn], self._turn_us()
            self._next_turn += 1
            self._plan()
            if isinstance(turn, Change):
                self.faults.apply(turn)
            elif isinstance(turn, Outage):
                self._lose_power(at_us, self.fit_us + turn.to_us)
            elif isinstance(turn, BatteryChange):
                self.supply.replace()
                if self.supply.on:
                    self._lose_power(at_us, at_us + CHANGE_US)
            else:
                self.set_pin(turn.pin, turn.level)

    def _lose_power(self, at_us: int, until_us: int) -> None:
        self.supply.power(False, at_us)
        self._plan()
        self.on_outage(until_us)

    def _next_battery_us(self) -> int:
        """When an empty battery is changed: never, where nobody does it."""
        turns = (turn.at_us for turn in self._turns[self._next_turn :] if isinstance(turn, BatteryChange))
        return self.fit_us + next(turns, NEVER_US)

    def set_pin(self, pin: str, level: int) -> None:
        """Sets the strap or the case; a change is an edge."""
        bit = BITS[pin]
        old = 1 if self.levels & bit else 0
        if old == level:
            return
        self.levels = self.levels | bit if level else self.levels & ~bit
        self.edges[pin] = min(15, self.edges[pin] + 1)
        self.any_edge = True

    def take_edges(self) -> int:
        """The edges since the last call, as the reply carries them."""
        edges = self.edges["strap"] | self.edges["case"] << 4
        self.edges["strap"] = self.edges["case"] = 0
        self.any_edge = False
        return edges

    def cell_na(self, now_us: int) -> float:
        """Current of the cell in nA."""
        fit_us = self.fit_us
        return self.source.cell_na(now_us - fit_us if 0 <= fit_us < now_us else 0)

    def temp_mdeg_c(self, now_us: int) -> float:
        """Temperature at the skin side in millidegrees Celsius."""
        fit_us = self.fit_us
        return self.source.temp_mdeg_c(now_us - fit_us if 0 <= fit_us < now_us else 0)

    def ir_v(self, now_us: int) -> float:
        """Proximity in bracelet volts."""
        fit_us = self.fit_us
        return self.source.ir_v(now_us - fit_us if 0 <= fit_us < now_us else 0)


def _no_matter(until_us: int) -> None:
    """Nobody has the power in hand."""


def _zero_v(now_us: int) -> float:
    """The inputs that the reference board ties to ground."""
    return 0.0


def of_scenario(scenario: Scenario, seed: int) -> tuple[World, datetime, float]:
    """The world of a scenario, its UTC at time 0, its length in days."""
    turns: list[Turn] = [*scenario.switches, *scenario.changes, *scenario.outages, *scenario.battery_changes]
    gases, ambient_mdeg_c = scenario.gases, scenario.ambient_mdeg_c
    source: Source = chamber_of(gases, ambient_mdeg_c) if gases else wearer_of(scenario, seed)
    world = World(source, turns, scenario.noise, seed, scenario.cell, scenario.drift_ppm)
    if scenario.charge_percent is not None:
        noise = Noise(seed + 7, scenario.noise)
        world.supply = Cr2(scenario.charge_percent, lambda: world.ads.conversions, world.temp_mdeg_c, noise)
    if scenario.places:
        places = scenario.places
        world.gnss = Receiver(
            lambda now_us: place_at(places, now_us - world.fit_us), scenario.start, Noise(seed + 8, scenario.noise)
        )
    return world, scenario.start, scenario.days


def of_replay(replay: Replay, seed: int) -> tuple[World, datetime, float]:
    """The world of a replayed file, its UTC at time 0, its length in days (an hour past the last row)."""
    days = (replay.times_us[-1] + 3_600_000_000) / DAY_US
    return World(replay, (), replay.noise_level, seed), replay.start, days
