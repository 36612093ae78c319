"""What each call on control.sock does (runs on the connection's own thread)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from taghil.flash import At
from taghil.vm.control import Answer, ControlError
from taghil.world.faults import Change, check
from taghil.world.parts.battery import UC_PER_MAH

if TYPE_CHECKING:
    from taghil.vm.serving import Serving
    from taghil.vm.steering import Steering

PINS = ("strap", "case")


class Commands:
    """One method a call, `_do_NAME`: gives the fields of its answer."""

    def __init__(self, server: Serving, steering: Steering) -> None:
        self._server = server
        self._steering = steering

    def execute(self, request: dict[str, Any]) -> Answer:
        """The answer to a request {"do": NAME, ...}. Raises ControlError, or what a wrong field raises."""
        do = request["do"]
        action = getattr(self, f"_do_{do}", None) if isinstance(do, str) and do.isidentifier() else None
        if action is None:
            known = sorted(name[4:] for name in dir(self) if name.startswith("_do_"))
            raise ControlError(f"unknown; known are {', '.join(known)}")
        answer: Answer = action(request)
        return answer

    def _do_status(self, request: dict[str, Any]) -> Answer:
        server = self._server
        world, flash, link = server.world, server.flash, server.link
        return {
            "powered": self._steering.powered,
            "boots": server.boots,
            "now_us": world.now_us,
            "scenario_us": world.scenario_us(),
            "utc_ms": server.pacer.utc_ms(),
            "fitted": world.fit_us >= 0,
            "fit_utc_ms": server.pacer.start_utc_ms + world.fit_us // 1000 if world.fit_us >= 0 else None,
            "days": server.pacer.days,
            "lived": server.pacer.lived(),
            "pace": "wall" if server.pacer.wall else "free",
            "idle": server.waiting.idle,
            "port_open": link.open,
            "rx_bytes": link.rx_bytes,
            "tx_bytes": link.tx_bytes,
            "dropped_bytes": link.dropped_bytes,
            "lost_bytes": link.lost_bytes,
            "baud": link.baud,
            "records": server.records,
            "programs": flash.programs,
            "erases": flash.erases,
            "lost_operations": flash.lost,
            "wear": flash.wear(),
            "loose_cells": flash.loose_cells,
            "cuts": self._steering.cuts,
            "last_cut": self._steering.last_cut,
            "paused": self._steering.paused,
            "strap": world.levels & 1,
            "case": world.levels >> 1 & 1,
            "unique_id": server.unique_id.hex(),
            "awake_us": server.awake_us,
            "ready_us": server.ready_us,
            "battery_mv": world.supply.mv(world.now_us),
            "battery_mah": world.supply.charge_uc / UC_PER_MAH,
        }

    def _do_stop(self, request: dict[str, Any]) -> Answer:
        self._steering.stop()
        return {}

    def _do_power_cycle(self, request: dict[str, Any]) -> Answer:
        self._steering.power(then=True)
        return {}

    def _do_power_off(self, request: dict[str, Any]) -> Answer:
        self._steering.power(then=False)
        return {}

    def _do_power_on(self, request: dict[str, Any]) -> Answer:
        if not self._steering.powered:
            self._steering.on_main(lambda: setattr(self._steering, "powered", True))
        return {}

    def _do_cut_power_at(self, request: dict[str, Any]) -> Answer:
        moments = [At(**moment) for moment in request["moments"]]
        stay_off = bool(request.get("stay_off", False))

        def run() -> None:
            self._server.flash.cut_power_at(*moments)
            self._steering.stay_off = stay_off

        self._steering.on_main(run)
        return {}

    def _do_skip_operation(self, request: dict[str, Any]) -> Answer:
        moments = [At(**moment) for moment in request["moments"]]
        self._steering.on_main(lambda: self._server.flash.skip_operation(*moments))
        return {}

    def _do_weaken_block(self, request: dict[str, Any]) -> Answer:
        block, after_erases = int(request["block"]), int(request["after_erases"])
        self._server.flash.check_weak(block, after_erases)
        self._steering.on_main(lambda: self._server.flash.weaken(block, after_erases))
        return {}

    def _do_set(self, request: dict[str, Any]) -> Answer:
        given = {key: value for key, value in request.items() if key != "do"}
        for key, value in given.items():
            states = ("open", "closed") if key in PINS else ("on", "off") if key == "skin" else None
            if states is None:
                raise ControlError(f"nothing is called '{key}'; known are strap, case, skin")
            if value not in states:
                raise ControlError(f"{key} is {' or '.join(states)}, not {value!r}")

        def run() -> None:
            world = self._server.world
            self._server.waiting.sync()
            for key, value in given.items():
                if key == "skin":
                    world.source.held_off = value == "off"
                else:
                    world.set_pin(key, int(value == "open"))

        self._steering.on_main(run)
        return {}

    def _do_remove_part(self, request: dict[str, Any]) -> Answer:
        self._steering.on_main(lambda: self._server.world.bus.remove(int(request["addr"])))
        return {}

    def _do_fault(self, request: dict[str, Any]) -> Answer:
        change = Change(0, str(request["part"]), str(request["what"]), bool(request["begins"]))
        check(change)
        self._steering.on_main(lambda: self._server.world.faults.apply(change))
        return {}

    def _do_resume(self, request: dict[str, Any]) -> Answer:
        if not self._steering.paused:
            raise ControlError("time is not stopped")
        self._steering.on_main(lambda: setattr(self._steering, "paused", ""))
        return {}

    def _do_wait(self, request: dict[str, Any]) -> Answer:
        """Waits until one of the conditions below holds, 'boots' and 'cut' with a count."""
        server = self._server
        conditions: dict[str, Callable[[], bool]] = {
            "lived": server.pacer.lived,
            "fitted": lambda: server.world.fit_us >= 0,
            "paused": lambda: bool(self._steering.paused),
            "cut": lambda: self._steering.cuts >= int(request.get("cuts", 1)),
            "port_open": lambda: server.link.open,
            "port_closed": lambda: not server.link.open,
            "free": lambda: not server.pacer.wall,
            "wall": lambda: server.pacer.wall,
            "idle": lambda: server.waiting.idle,
            "boots": lambda: server.up >= int(request["boots"]),
        }
        held = conditions.get(str(request.get("until")))
        if held is None:
            raise ControlError(f"'until' is one of {', '.join(conditions)}")
        return {"reached": self._steering.wait_for(held, float(request["deadline_s"]))}
