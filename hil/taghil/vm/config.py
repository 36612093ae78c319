"""How an emulator was started: written to emulator.json by who starts it, read by the server."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from taghil.flash import DEFAULT_BLOCKS

DEFAULT_HEAP = "320k"
"""As the VM itself takes it (-X heapsize). At its worst the tag leaves 54 KiB of a chip's 240 (`make measure-chip`).
Here objects have 64 bits, modules are compiled from source, the late ones in the middle of a life, and the emulated
board's take 11 KiB: the tag leaves some 40 of this, and with 304 what is loaded late failed now and then."""


@dataclass(frozen=True)
class Config:
    """Everything the server needs; paths as text, so that it is JSON."""

    firmware: str
    protocol: str
    program: str
    scenario: str = "quiet"
    replay: str | None = None
    days: float | None = None
    """None: as long as the scenario says."""
    pace: str = "auto"
    seed: int = 1
    flash_blocks: int = DEFAULT_BLOCKS
    heap: str = DEFAULT_HEAP
    trace: str | None = None
    trace_readings: bool = False
    repl: bool = False
    pause_at: str | None = None
    line: str = "usb"
    """One of taghil.vm.link.LINES."""
    uf2: str | None = None
    """A MicroPython for RPI_PICO, for an emulated RP2040 instead of the VM."""
    slower: float = 1.0
    """How many of the wall's seconds one of the tag's takes at wall pace."""
    cpu: int | None = None
    """The core that VM and server share; None picks one."""

    def to_json(self) -> str:
        """As the file holds it."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Config:
        """What `to_json` wrote."""
        return cls(**json.loads(text))
