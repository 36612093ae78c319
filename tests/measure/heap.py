"""What the firmware needs of the heap over a month with a read-out a day: build/measure/heap.json.

The tag runs the .mpy that a chip gets, on the unix port, whose words have 64 bits. Two figures: what was in use at
worst, garbage collected, as the tag's status told it behind each thing that was done; and the smallest heap in which a
shorter life with the same things in it runs without a fault, which holds what is in use in the middle of them and what
the pieces of the heap cost. Ends with 1 when firmware/budgets.toml allows less.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ankletag.errors import AnkletagError
from ankletag.firmware_files import FirmwareFiles
from checks.budgets import heap_over, load
from measure.heap_life import live
from taghil.vm.compiled import compiled_firmware
from taghil.vm.config import DEFAULT_HEAP
from taghil.vm.interpreter import micropython_command
from taghil.vm.process import EmulatorError

OUT = Path("build/measure/heap.json")
KIB = 1024
DAYS_OF_A_TRY = 4
STEP_KIB = 8
# The modules alone take as much.
TOO_SMALL_KIB = 216
# Above the emulator's own, so that growth beyond that is a figure, too.
ROOM_KIB = 32
# A heap that just does is slow, and on a busy machine the tag does not answer in time.
TRIES = 2
# What the emulated board's modules take; what a chip's, the pack and MicroPython itself do instead; and what the same
# modules take on a chip beside here, all measured behind loading them (docs/decisions/0086-budgets.md).
EMULATED_BOARD_KIB = 11
CHIPS_OWN_KIB = 18
CHIP_TO_UNIX = 0.68


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    arguments = parser.parse_args()
    started = time.perf_counter()
    heap_kib = int(DEFAULT_HEAP.removesuffix("k"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        firmware = compiled_firmware(folder / "firmware")
        life = live(folder / "month", firmware, heap_kib, arguments.days)
        needed_kib, why_not_less = smallest(lambda kib: trouble_of(folder, firmware, kib), heap_kib + ROOM_KIB)
        module_bytes = sum(path.stat().st_size for path in firmware.firmware.rglob("*.mpy"))
    total = usable_bytes(heap_kib)
    in_use_kib = (total - life.worst.low) / KIB
    chip_estimate_kib = round((in_use_kib - EMULATED_BOARD_KIB) * CHIP_TO_UNIX + CHIPS_OWN_KIB)
    result = {
        "virtual_days": arguments.days,
        "heap_kib": heap_kib,
        "usable_kib": round(total / KIB, 1),
        "in_use_worst_kib": round(in_use_kib, 1),
        "worst_behind": life.worst.done,
        "worst_on_day": life.worst.day,
        "free_worst_kib": round(life.worst.low / KIB, 1),
        "chip_estimate_kib": chip_estimate_kib,
        "needed_kib": needed_kib,
        "less_fails_with": why_not_less,
        "module_bytes": module_bytes,
        "readings": life.readings,
        "boots": life.boots,
        "trouble": life.trouble,
        "seen": [asdict(one) for one in life.seen],
        "wall_s": round(time.perf_counter() - started, 1),
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: value for name, value in result.items() if name != "seen"}, indent=1))
    wrong = [*life.trouble, *heap_over(load(), in_use_kib, needed_kib, chip_estimate_kib)]
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


def smallest(trouble_in: Callable[[int], str], enough_kib: int) -> tuple[int, str]:
    """(smallest heap in KiB, in steps of STEP_KIB, that leads to no trouble; what the next smaller one runs into).

    trouble_in: of a heap of so many KiB; empty for none, as it is with `enough_kib`.
    """
    too_small_kib, why = TOO_SMALL_KIB, "not tried"
    while enough_kib - too_small_kib > STEP_KIB:
        middle_kib = (enough_kib + too_small_kib) // 2 // STEP_KIB * STEP_KIB
        trouble = trouble_in(middle_kib)
        if trouble:
            too_small_kib, why = middle_kib, trouble
        else:
            enough_kib = middle_kib
    return enough_kib, why


def trouble_of(folder: Path, firmware: FirmwareFiles, heap_kib: int) -> str:
    """What went wrong in each of some short lives with this heap; empty where one went well."""
    trouble = ""
    for number in range(TRIES):
        try:
            trouble = "; ".join(live(folder / f"try{heap_kib}-{number}", firmware, heap_kib, DAYS_OF_A_TRY).trouble)
        except (AnkletagError, EmulatorError) as error:
            trouble = str(error)
        if not trouble:
            break
    return trouble


def usable_bytes(heap_kib: int) -> int:
    """What objects may take of a heap of this size: the rest are the collector's own tables."""
    command = [micropython_command(), "-X", f"heapsize={heap_kib}k", "-c"]
    asked = "import gc; print(gc.mem_alloc() + gc.mem_free())"
    return int(subprocess.run([*command, asked], capture_output=True, text=True, check=True, timeout=60).stdout)


if __name__ == "__main__":
    sys.exit(main())
