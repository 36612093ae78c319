"""What a tag does between power and its first reading: flash operations, virtual time, wall time."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ankletag.client import Client
from ankletag.transport import open_port
from taghil.vm.process import Emulator
from taghil.vm.server import BOOT_US

XIP_BYTES_PER_S = 8_000_000
"""What a Pico copies out of its flash through the XIP cache, roughly: not measured here, stated beside what is."""


@dataclass(frozen=True)
class Recovery:
    """From power to the first reading. virtual_ms: chip timing of programs and erases and the BOOT_US before the first
    call; reads and CPU time cost nothing in virtual time. wall_ms: on the unix VM, its start and the
    compiling of the firmware included, until `hello` is answered; wall_ms_new_tag: the same with an empty flash."""

    virtual_ms: float
    before_first_call_ms: float
    flash_reads: int
    flash_read_bytes: int
    flash_programs: int
    flash_erases: int
    reads_at_xip_speed_ms: float
    wall_ms: float
    wall_ms_new_tag: float


def wall_until_hello(tag: Emulator) -> float:
    """Starts the tag; seconds until it answers."""
    started = time.perf_counter()
    tag.start()
    with Client(open_port(str(tag.port))) as client:
        client.hello()
    return time.perf_counter() - started


def boot(folder: Path, seed: int, cpu: int, new_tag_s: float) -> Recovery:
    """Boots the tag in `folder` twice, with its days over: once for the wall, once with a trace that is counted.

    The wearer is a file of one row: a simulated one would first have to live all the days again, at the tag's cost.
    """
    still = folder / "still.csv"
    still.write_text("local_time,tac_g_dl,ir_v,temp_f\n2026-03-02 09:00:00,0.0,1.05,90.0\n", encoding="utf-8")
    options: dict[str, Any] = {"replay": still, "days": 0.0, "seed": seed, "cpu": cpu}
    tag = Emulator(folder, **options)
    try:
        wall_s = wall_until_hello(tag)
    finally:
        tag.stop()
    trace = folder / "boot.jsonl"
    with Emulator(folder, trace=trace, **options) as tag:
        tag.wait("idle", 60)
    return _counted(trace, wall_s, new_tag_s)


def _counted(trace: Path, wall_s: float, new_tag_s: float) -> Recovery:
    begun_us = ready_us = now_us = -1
    reads = read_bytes = programs = erases = 0
    with trace.open(encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            what = entry["what"]
            if what == "boot":
                begun_us = entry["us"] - BOOT_US
            elif what == "flash read":
                reads, read_bytes = reads + 1, read_bytes + entry["n"]
            elif what == "flash program":
                programs += 1
            elif what == "flash erase":
                erases += 1
            elif what in ("wait", "sleep"):
                # The boot's seal is in flash, the first reading waits for its parts. A line is written behind its call.
                ready_us = now_us
                break
            now_us = entry["us"]
    if begun_us < 0 or ready_us < 0:
        raise RuntimeError(f"{trace} does not show a boot that came to its end")
    return Recovery(
        (ready_us - begun_us) / 1000,
        BOOT_US / 1000,
        reads,
        read_bytes,
        programs,
        erases,
        read_bytes / XIP_BYTES_PER_S * 1000,
        wall_s * 1000,
        new_tag_s * 1000,
    )
