"""How an emulator was started: written to emulator.json by who starts it, read by the server."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from taghil.flash import DEFAULT_BLOCKS

DEFAULT_HEAP = "296k"
"""What MicroPython has on the RP2040, 236 KiB, the 10 KiB that the emulated board's own modules take, and 50 KiB of
what objects of 64 bits and modules compiled from source cost beside those of a chip, half of that while a module is
compiled that is loaded late; as the VM itself takes it (-X heapsize)."""


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
    cpu: int | None = None
    """The core that VM and server share; None picks one."""

    def to_json(self) -> str:
        """As the file holds it."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Config:
        """What `to_json` wrote."""
        return cls(**json.loads(text))
