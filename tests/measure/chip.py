"""The firmware on an emulated RP2040, in its own milliseconds: build/measure/chip.json. Some 25 minutes.

Needs a MicroPython for RPI_PICO in ANKLETAG_UF2.  Awake is what the processor works or waits for flash; the emulation
knows no misses of the flash cache, so a chip takes some 1.2 to 2 times as long (docs/decisions/0080).  Readings, pages
and seals are told apart by which blocks of the flash they write; `heap_*` are what the tag says of itself.
"""

import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ankletag.client import number
from ankletag.store import Store
from ankletag.sync import sync
from measure import power
from provisioned import begin_fitting, clock_of, connect
from system.cabled import live
from taghil.mcu import micropython
from taghil.vm.errors import EmulatorError
from taghil.vm.process import Emulator
from tagproto import layout
from tagproto.pages import PAGE_SIZE

OUT = Path("build/measure/chip.json")
LIMIT_S = 60
DAYS = 0.06
CADENCE_S = 60
READ_DAYS = (2, 12)
SEAL_S = 900
BEFORE_US, BEHIND_US = 250_000, 250_000
"""Around a reading's own write to the flash: its conversions before it, what a seal ends with behind it."""
SIGNS_MS = 300
"""No reading takes so long, and no signature less."""
HEAP_BYTES = 245_888
"""MicroPython 1.28's for RPI_PICO, as gc.mem_info tells it."""
REACH = {"heap_in_use_worst_bytes": 131_072, "reading_awake_ms": 15, "boot_ms": 2_000}


def main() -> int:
    try:
        options: dict[str, Any] = {"uf2": str(micropython.uf2_path()), "slower": micropython.slower()}
    except EmulatorError as error:
        print(f"Nothing was measured: {error}.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result = {**_life(folder / "life", options), **_reading_out(folder, options)}
    power_terms = {key: result[key] for key in ("reading_awake_ms", "seal_awake_ms", "page_awake_ms", "look_awake_ms")}
    result["power"] = power.budget(**power_terms, looks_per_s=result["looks_per_s"], cadence_s=CADENCE_S)
    result["reach"] = {key: [result[key], most] for key, most in REACH.items()}
    result["reached"] = {key: result[key] <= most for key, most in REACH.items()}
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))
    return 0


def _life(folder: Path, options: dict[str, Any]) -> dict[str, Any]:
    """A first boot, seals, and some readings without a cable."""
    trace = folder / "trace.jsonl"
    folder.mkdir()
    with Emulator(folder / "tag", scenario="quiet", days=DAYS, trace=trace, **options) as tag:
        first_ms = tag.status()["ready_us"] / 1000
        tag.power_cycle()
        tag.wait("boots", LIMIT_S, boots=2)
        boot_ms = tag.status()["ready_us"] / 1000
        with connect(tag) as client:
            begin_fitting(client, CADENCE_S, SEAL_S)
            before_us = tag.status()["awake_us"]
            client.seal(bytes(16))
            asked_ms = (tag.status()["awake_us"] - before_us) / 1000
        begin = tag.status()
        tag.wait_lived(LIMIT_S * 60)
        end = tag.status()
        with connect(tag) as client:
            told = client.status()
    readings, pages, seals = _bursts(trace, begin["now_us"], end["now_us"])
    span_s = (end["now_us"] - begin["now_us"]) / 1e6
    looks_ms = (end["awake_us"] - begin["awake_us"]) / 1000 - sum(readings) - sum(pages) - sum(seals)
    looks_per_s = 5.0
    # Collecting garbage falls upon some of them: what a day draws goes by the mean.
    reading_ms = statistics.mean(readings)
    return {
        "first_boot_ms": round(first_ms),
        "boot_ms": round(boot_ms),
        "readings": len(readings) + len(pages) + len(seals),
        "reading_awake_ms": round(reading_ms, 1),
        "reading_awake_median_ms": round(statistics.median(readings), 1),
        "reading_awake_most_ms": round(max(readings), 1),
        "page_awake_ms": round(statistics.mean(pages) - reading_ms, 1) if pages else None,
        "seal_awake_ms": round(statistics.median(seals) - reading_ms),
        "asked_seal_with_rekey_awake_ms": round(asked_ms),
        "looks_per_s": looks_per_s,
        "look_awake_ms": round(looks_ms / span_s / looks_per_s, 3),
        "heap_bytes": HEAP_BYTES,
        "heap_free_low_bytes": number(told, "heap_free_low"),
    }


def _bursts(trace: Path, begin_us: int, end_us: int) -> tuple[list[float], list[float], list[float]]:
    """ms awake of (readings alone, readings that also closed a page of the log, readings with a seal), by minute."""
    first = layout.Layout(layout.STORAGE_BLOCKS - layout.FILE_SYSTEM_BLOCKS).ring_first
    alone: list[float] = []
    closing: list[float] = []
    sealing: list[float] = []
    for lines in _by_minute(trace, begin_us, end_us):
        wrote = [(line["us"], line["block"] >= first) for line in lines if line["what"] == "program"]
        if wrote:
            span = range(wrote[0][0] - BEFORE_US, wrote[-1][0] + BEHIND_US)
            awake_ms = sum(line["awake_us"] for line in lines if line["what"] == "awake" and line["us"] in span) / 1000
            closes = any(in_ring for _, in_ring in wrote)
            (sealing if awake_ms > SIGNS_MS else closing if closes else alone).append(awake_ms)
    return alone, closing, sealing


def _by_minute(trace: Path, begin_us: int, end_us: int) -> Iterator[list[dict[str, Any]]]:
    minutes: dict[int, list[dict[str, Any]]] = {}
    for text in trace.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        if begin_us < line["us"] <= end_us:
            minutes.setdefault((line["us"] - begin_us) // (CADENCE_S * 1_000_000), []).append(line)
    yield from minutes.values()


def _reading_out(folder: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Days that the unix port has lived, read out from the chip over both lines, in the chip's time.

    Two logs of different lengths tell the pages' rate from what every read-out takes: certificates, signatures, a seal.
    """
    for days in READ_DAYS:
        live(folder / f"lived{days}", days)
    found: dict[str, Any] = {}
    lows = []
    for line in ("usb", "uart"):
        (few, short_s, _, _), (many, long_s, boot_ms, low) = (_read(folder, line, days, options) for days in READ_DAYS)
        per_page_s = (long_s - short_s) / (many - few)
        found[f"{line}_sync"] = {
            "pages": [few, many],
            "seconds": [round(short_s, 2), round(long_s, 2)],
            "bytes_per_s": round(PAGE_SIZE / per_page_s),
            "seconds_without_pages": round(short_s - few * per_page_s, 2),
        }
        found["boot_worn_ms"] = round(boot_ms)
        lows.append(low)
    return {**found, "heap_free_low_bytes_sync": min(lows), "heap_in_use_worst_bytes": HEAP_BYTES - min(lows)}


def _read(folder: Path, line: str, days: int, options: dict[str, Any]) -> tuple[int, float, float, int]:
    """(pages read, seconds, ms of the boot before, lowest free heap in bytes)."""
    here = folder / f"{line}{days}"
    shutil.copytree(folder / f"lived{days}" / "tag", here, ignore=shutil.ignore_patterns("port", "*.sock"))
    with (
        Emulator(here, scenario="quiet", days=days, line=line, **options) as tag,
        Store(folder / f"{line}{days}.sqlite") as store,
        connect(tag) as client,
    ):
        boot_ms = tag.status()["ready_us"] / 1000
        # What a session begins with is not the read-out's.
        client.hello()
        begin_us = tag.status()["now_us"]
        done = sync(client, store, clock_of(tag))
        seconds = (tag.status()["now_us"] - begin_us) / 1e6
        return done.pages, seconds, boot_ms, number(client.status(), "heap_free_low")


if __name__ == "__main__":
    sys.exit(main())
