"""What the controls need of a server: that of the unix port and that of an emulated chip alike."""

from __future__ import annotations

from typing import Any, Protocol

from taghil.flash import Flash
from taghil.vm.config import Config
from taghil.vm.pacing import Pacer
from taghil.vm.state import StateFolder
from taghil.world.world import World


class Running(Protocol):
    """What runs the firmware while there is power."""

    def kill(self) -> None:
        """Takes its power, from another thread."""


class Line(Protocol):
    """The port's numbers."""

    @property
    def open(self) -> bool: ...
    @property
    def rx_bytes(self) -> int: ...
    @property
    def tx_bytes(self) -> int: ...
    @property
    def dropped_bytes(self) -> int: ...
    @property
    def lost_bytes(self) -> int: ...
    @property
    def baud(self) -> int: ...


class Waits(Protocol):
    """How it waits."""

    @property
    def idle(self) -> bool: ...
    def sync(self) -> None: ...


class Serving(Protocol):
    """One tag's server."""

    @property
    def folder(self) -> StateFolder: ...
    @property
    def config(self) -> Config: ...
    @property
    def world(self) -> World: ...
    @property
    def flash(self) -> Flash: ...
    @property
    def pacer(self) -> Pacer: ...
    @property
    def link(self) -> Line: ...
    @property
    def waiting(self) -> Waits: ...
    @property
    def vm(self) -> Running | None: ...
    @property
    def boots(self) -> int: ...
    @property
    def up(self) -> int: ...
    @property
    def records(self) -> int: ...
    @property
    def unique_id(self) -> bytes: ...
    @property
    def awake_us(self) -> int: ...
    @property
    def ready_us(self) -> int: ...
    def note(self, what: str, **fields: Any) -> None: ...
