"""A Pico with a MicroPython and nothing else in its flash, as a process: bareboard.py UF2 FOLDER, until SIGTERM.

FOLDER gets its port (a link) and, at the end, storage.bin: what is in its flash behind MicroPython.
"""

import select
import signal
import sys
import time
from pathlib import Path

from taghil.chipimage import STORAGE_BYTES, STORAGE_START
from taghil.flash import Flash
from taghil.mcu.chip import Chip
from taghil.mcu.usb import UsbCable
from taghil.mcu.wiring import Wiring
from taghil.world.scenario import load
from taghil.world.world import of_scenario
from tagproto.layout import FILE_SYSTEM_BLOCKS, STORAGE_BLOCKS

UNIQUE_ID = bytes.fromhex("e660123456789abc")
PROMPT_PIN = 3
SLICE_NS = 2_000_000
LOOK_S = 0.01


def main(uf2: Path, folder: Path) -> None:
    world, _, _ = of_scenario(load("quiet"), 1)
    flash = Flash(folder / "log.bin", STORAGE_BLOCKS - FILE_SYSTEM_BLOCKS)
    chip = Chip(uf2, b"", flash, UNIQUE_ID, 1)
    wiring = Wiring(chip.mcu, world, lambda: int(chip.nanos) // 1000, False)
    chip.mcu.gpio[PROMPT_PIN].set_input_value(True)
    cable = UsbCable(folder / "port")
    cable.connect(chip.cdc, chip.bytes_there)
    wiring.cable(True)
    begin_s = time.monotonic()
    next_look_s = 0.0
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: ended.append(number))
    while not ended:
        now_s = time.monotonic()
        if now_s >= next_look_s:
            next_look_s = now_s + LOOK_S
            if cable.sees_open() != cable.open:
                cable.set_open(not cable.open)
        passed = cable.pass_bytes()
        if chip.nanos / 1e9 < now_s - begin_s:
            chip.run_until(chip.nanos + SLICE_NS)
        elif not passed:
            select.select([cable.master] if cable.open else [], [], [], LOOK_S)
    (folder / "storage.bin").write_bytes(bytes(chip.mcu.flash[STORAGE_START : STORAGE_START + STORAGE_BYTES]))
    cable.close()
    flash.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
