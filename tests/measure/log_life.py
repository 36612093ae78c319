"""One emulated tag with a scenario's wearer, nothing acknowledged, from the fitting until its log refuses a reading."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ankletag.client import Client
from ankletag.verify import Verified, verify_pages
from measure.log_account import Place
from measure.log_boot import Recovery, boot, wall_until_hello
from provisioned import begin_fitting, connect, given, read_all
from taghil.flash import DEFAULT_BLOCKS
from taghil.nor.wear import Wear
from taghil.vm.bus import ERASE_US, PROGRAM_PAGE_US
from taghil.vm.process import Emulator
from tagproto import records
from tagproto.layout import Layout
from tagproto.pages import PAGE_SIZE, PAYLOAD_SIZE

DAY_MS = 86_400_000
DAY_US = 86_400_000_000
DEADLINE_S = 900.0
LOOK_S = 0.5
DAYS_MOST = 590.0
BLOCKS = range(DEFAULT_BLOCKS)


WearSeen = tuple[float, int, list[int]]
"""Days since the fitting, programs so far, erases of each block."""


@dataclass(frozen=True)
class Job:
    """A run: the scenario's file, how the tag is fitted, the seed of noise and keys, the core that it has."""

    name: str
    scenario: str
    cadence_s: int
    seal_interval_s: int
    seed: int
    cpu: int


@dataclass(frozen=True)
class Life:
    """What a run left: the pages as a host read them after a power cycle, verified; figures as measured."""

    job: Job
    pages: list[bytes]
    verified: Verified
    days_at_full_cadence: float
    days_until_refused: float
    readings_at_full_cadence: int
    bytes_at_full_cadence: float
    stretch: tuple[Place, Place]
    seals_at_full_cadence: int
    erases_per_day: dict[str, float]
    erases_of_worst_block_per_year: float
    flash_ms_per_reading: float
    recovery: Recovery
    heap_free_low: int
    wall_s: float


@contextmanager
def session(tag: Emulator) -> Iterator[Client]:
    """The tag's port, and hello said."""
    with connect(tag) as client:
        client.hello()
        yield client


def boot_with_a_window_open(job: Job, folder: Path) -> Recovery:
    """Takes the power away a few minutes before the first scheduled seal; the boot has to read all of its window."""
    days = (job.seal_interval_s - 600) / 86_400
    tag = Emulator(folder, scenario=job.scenario, days=days, seed=job.seed, cpu=job.cpu)
    try:
        new_tag_s = wall_until_hello(tag)
        with session(tag) as client:
            begin_fitting(client, job.cadence_s, job.seal_interval_s)
        tag.wait_lived(60)
    finally:
        tag.stop()
    return boot(folder, job.seed, job.cpu, new_tag_s)


def live(job: Job, folder: Path) -> Life:
    """Runs the tag to the end of its ring, takes its power away, boots it, reads it back and verifies."""
    started = time.perf_counter()
    options: dict[str, Any] = {"scenario": job.scenario, "days": DAYS_MOST, "seed": job.seed, "cpu": job.cpu}
    wear_seen: list[WearSeen] = []
    tag = Emulator(folder, pause_at="lost", **options)
    try:
        new_tag_s = wall_until_hello(tag)
        with session(tag) as client:
            public_key = bytes(client.hello()["public_key"])
            certificate = begin_fitting(client, job.cadence_s, job.seal_interval_s)
        wear = Wear(tag.folder.flash.with_suffix(".wear"), DEFAULT_BLOCKS)
        status = tag.status()
        while not status["paused"]:
            if status["lived"] or time.perf_counter() - started > DEADLINE_S:
                raise RuntimeError(
                    f"{job.name}: no reading was refused within {status['scenario_us'] / DAY_US:.0f} days"
                )
            time.sleep(LOOK_S)
            status = tag.status()
            erases = [wear.erases_of(block) for block in BLOCKS]
            wear_seen.append((status["scenario_us"] / DAY_US, int(status["programs"]), erases))
        wear.close()
    finally:
        tag.stop()
    recovery = boot(folder, job.seed, job.cpu, new_tag_s)
    with Emulator(folder, **{**options, "days": 0.0}) as tag, session(tag) as client:
        pages = read_all(client)
        heap_free_low = int(client.status()["heap_free_low"])
    verified = verify_pages(pages, public_key, given=given(certificate))
    return _measured(job, pages, verified, wear_seen, recovery, heap_free_low, started)


def _measured(
    job: Job,
    pages: list[bytes],
    verified: Verified,
    wear_seen: list[WearSeen],
    recovery: Recovery,
    heap_free_low: int,
    started: float,
) -> Life:
    fit, end, refused_ms = _stretch(verified, job.cadence_s)
    fit_ms = verified.elapsed_ms[fit]
    full_ms = min(verified.elapsed_ms[end], refused_ms) - fit_ms
    counted = sum(1 for index in range(fit, end) if verified.record(index).kind == records.READING)
    stretch = _place(verified, fit), _place(verified, end)
    payload = (stretch[1][0] - stretch[0][0]) * PAYLOAD_SIZE + stretch[1][1] - stretch[0][1]
    days, programs, erases = min(wear_seen, key=lambda seen: abs(seen[0] - full_ms / DAY_MS))
    worst_ever = max(range(len(erases)), key=erases.__getitem__)
    return Life(
        job,
        pages,
        verified,
        full_ms / DAY_MS,
        (refused_ms - fit_ms) / DAY_MS,
        counted,
        payload * PAGE_SIZE / PAYLOAD_SIZE,
        stretch,
        sum(1 for window in verified.windows if fit < window.last_item <= end),
        {part: sum(erases[first:last]) / days for part, (first, last) in _parts().items()},
        erases[worst_ever] / days * 365,
        (programs * PROGRAM_PAGE_US + sum(erases) * ERASE_US) / 1000 / (days * 86_400 / job.cadence_s),
        recovery,
        heap_free_low,
        time.perf_counter() - started,
    )


def _place(verified: Verified, index: int) -> Place:
    return verified.items[index].seq, verified.items[index].start


def _stretch(verified: Verified, cadence_s: int) -> tuple[int, int, float]:
    """(position of the fit record, position of the record that ends the full cadence: the config that slows the tag
    down, else the first loss; ms since the boot at which the first reading was refused)."""
    fit = end = -1
    for index, record in verified.events():
        values = record.values()
        assert isinstance(values, dict)
        if record.kind == records.FIT:
            fit = index
        elif record.kind == records.CONFIG and fit >= 0 and end < 0 and int(values["cadence_s"]) > cadence_s:
            end = index
        elif record.kind == records.LOST:
            back = records.ticks_after(int(values["first_ticks"]), record.ticks)
            return fit, (index if end < 0 else end), verified.elapsed_ms[index] - back
    raise RuntimeError("the log holds no loss: the ring was not filled")


def _parts() -> dict[str, tuple[int, int]]:
    """First block and the one behind the last of each part of the flash."""
    layout = Layout(DEFAULT_BLOCKS)
    firsts = {
        "settings": layout.settings_first,
        "keys": layout.keys_first,
        "journal": layout.journal_first,
        "ring": layout.ring_first,
    }
    ends = [*list(firsts.values())[1:], DEFAULT_BLOCKS]
    return {part: (first, end) for (part, first), end in zip(firsts.items(), ends, strict=True)}
