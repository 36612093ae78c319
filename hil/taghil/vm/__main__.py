"""`python -m taghil.vm STATE_FOLDER CONFIG READY_FD PARENT_FD`: the process around a Server.

It is started by taghil.vm.process.Emulator, writes one byte to READY_FD when the first VM says hello, and stops when
PARENT_FD meets its end (who started it is gone).
Exit status: 0 stopped or the program ended, 2 a bad start, the chip's at any of its boots (a sentence on stderr), 3 the
VM died.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ankletag.image import ImageError
from taghil.flash import FlashDamaged, FlashRange
from taghil.vm.config import Config
from taghil.vm.errors import EmulatorError
from taghil.vm.interpreter import NoInterpreter
from taghil.vm.server import Server
from taghil.vm.state import StateBusy, StateDamaged, StateFolder
from taghil.vm.steering import Steering
from taghil.vm.trace import TraceUnwritable
from taghil.world.errors import WorldError

BAD_START = (
    *(StateBusy, StateDamaged, TraceUnwritable, WorldError, FlashDamaged, FlashRange, NoInterpreter),
    *(EmulatorError, ImageError),
)


class Runs(Protocol):
    """A server of one tag: this room's, or that of an emulated chip."""

    steering: Steering

    def run(self) -> int: ...


def main(make: Callable[[StateFolder, Config, int], Runs]) -> int:
    """Entry of the process. make: the server of a folder, by its configuration and ready_fd."""
    path, config_name, ready_fd, parent_fd = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    folder = StateFolder(path)
    try:
        lock = folder.lock()
        os.replace(path / config_name, folder.config)
        config = Config.from_json(folder.config.read_text(encoding="utf-8"))
        pin(config.cpu)
        server = make(folder, config, ready_fd)
        server.steering.watch_parent(parent_fd)
        status = server.run()
    except BAD_START as error:
        # Who started it reads one line, and ends the sentence.
        print(str(error).rstrip("."), file=sys.stderr)
        return 2
    os.close(lock)
    return status


def pin(cpu: int | None) -> None:
    """Pins this process, and so the VM it starts, to one core: a call costs 10 us on one core and 90 across two."""
    if sys.platform == "linux":
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[(os.getpid() if cpu is None else cpu) % len(cores)]})


if __name__ == "__main__":
    sys.exit(main(Server))
