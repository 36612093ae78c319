"""How much of the line a sync uses: a real read-out of an emulated tag beside ZMODEM and C-Kermit, on the same cable.

Writes build/measure/sync.json. goodput_pct is the evidence bytes that are stored over what the line can carry, from the
first page asked for to the last one committed; for the others, the same bytes from the start of the programs to the
end of the first of them behind the last byte. intact: what was stored is what the tag holds. A row without goodput_pct
did not end within the limit, or not with these bytes. Runs stand side by side: each has a line of its own, and the
programs mostly wait.
"""

import argparse
import json
import platform
import shutil
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ankletag.client import Client
from ankletag.errors import AnkletagError
from ankletag.store import Store
from ankletag.sync import sync
from ankletag.transport import open_port
from measure.sync_peers import NEEDS, absent, transfer
from provisioned import LASTING, begin_fitting, clock_of, connect, read_all, station
from taghil.line import Cable, Line
from taghil.vm.process import Emulator
from tagproto import pages

OUT = Path("build/measure/sync.json")
BAUD = 115200
SEEDS = (1, 2)
Conditions = tuple[float, float, float]
"""Bit error rate, dropped bytes, one-way latency in ms."""
LINES: list[Conditions] = [
    *((ber, 0.0, 0.0) for ber in (0.0, 1e-6, 1e-5, 1e-4, 1e-3)),
    *((0.0, drop, 0.0) for drop in (1e-5, 1e-4)),
    *((0.0, 0.0, latency_ms) for latency_ms in (4.0, 50.0)),
]
REACH = {(0.0, 0.0, 0.0): 97, (1e-5, 0.0, 0.0): 93, (1e-4, 0.0, 0.0): 80, (1e-3, 0.0, 0.0): 0, (0.0, 0.0, 4.0): 95}
# So many times what a perfect line would take.
LIMIT_TIMES = 4


def live(folder: Path, days: float) -> list[bytes]:
    """A tag that has lived; its pages."""
    with Emulator(folder, scenario="quiet", days=days) as tag:
        with connect(tag) as client:
            begin_fitting(client, 60, 21_600)
        tag.wait("lived", 3600)
        with connect(tag) as client:
            return read_all(client)


def read_out(state: Path, days: float, cable: Cable, limit_s: float) -> dict[str, Any]:
    """A sync of a copy of the tag, into a new store; given up like any cable that somebody pulls out."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copytree(state, folder / "tag", symlinks=True)
        with Emulator(folder / "tag", scenario="quiet", days=days) as tag, Store(folder / "store.sqlite") as store:
            with Line(tag.port, cable) as line:
                started = time.monotonic()
                first: list[float] = []

                def progress(confirmed: int, _total: int) -> None:
                    if confirmed and not first:
                        first.append(time.monotonic() - started)
                    if time.monotonic() - started > limit_s:
                        line.stop()

                try:
                    with Client(open_port(line.port), station(LASTING)) as client:
                        done = sync(client, store, clock_of(tag), progress)
                        counts = client.counts
                except AnkletagError as error:
                    return {"intact": False, "why": str(error)}
                wall_s = time.monotonic() - started
            with connect(tag) as client:
                held = read_all(client)
            # The store gives them in the order of receipt.
            stored = sorted(store.pages(done.tag_id), key=_number)
            # The last page has grown since, by the receipt.
            same = len(stored) > 1 and stored[:-1] == held[: len(stored) - 1]
            return {
                "intact": same and not done.unacknowledged,
                **({} if same else {"why": "what is stored is not what the tag holds"}),
                **({"why": done.unacknowledged} if done.unacknowledged else {}),
                "goodput_pct": round(100 * done.new_pages * pages.PAGE_SIZE / done.read_s / (BAUD / 10), 2),
                "first_page_s": round(first[0], 2),
                "whole_s": round(wall_s, 2),
                "bad_frames": counts.bad,
                "mended_frames": counts.mended,
            }


def _number(raw: bytes) -> int:
    page = pages.parse(raw)
    return page.seq if isinstance(page, pages.Page) else -1


def one(tool: str, line: Conditions, seed: int, given: argparse.Namespace, state: Path) -> dict[str, Any]:
    """A row."""
    ber, drop, latency_ms = line
    cable = Cable(baud=BAUD, ber=ber, drop=drop, latency_ms=latency_ms, seed=seed)
    data = given.data
    limit_s = LIMIT_TIMES * len(data) / (BAUD / 10)
    if tool == "ankletag":
        found = read_out(state, given.days, cable, limit_s)
    else:
        done = transfer(tool, data, cable, limit_s)
        found = {"intact": done.intact}
        if done.intact:
            found["goodput_pct"] = round(100 * len(data) / done.seconds / (BAUD / 10), 2)
    row = {"tool": tool, "baud": BAUD, "ber": ber, "drop": drop, "latency_ms": latency_ms, "seed": seed, **found}
    print(json.dumps(row), file=sys.stderr, flush=True)
    return row


def summary(rows: list[dict[str, Any]], tools: list[str]) -> list[dict[str, Any]]:
    """The mean of a tool's seeds on each line; what one seed did not bring, the line did not bring."""
    found = []
    for ber, drop, latency_ms in LINES:
        for tool in tools:
            same = [
                row
                for row in rows
                if (row["tool"], row["ber"], row["drop"], row["latency_ms"]) == (tool, ber, drop, latency_ms)
            ]
            intact = bool(same) and all(row["intact"] for row in same)
            mean = round(statistics.mean(row["goodput_pct"] for row in same), 2) if intact else None
            found.append(
                {"tool": tool, "baud": BAUD, "ber": ber, "drop": drop, "latency_ms": latency_ms}
                | {"goodput_pct": mean, "intact": intact}
            )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=float, default=60, help="days of one-minute readings that the tag holds")
    parser.add_argument("--jobs", type=int, default=4, help="lines at a time")
    parser.add_argument("--own", action="store_true", help="the read-out alone, one seed: two minutes")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    started = time.monotonic()
    missing = {tool: package for tool in NEEDS if (package := absent(tool))}
    for tool, package in missing.items():
        print(f"{tool} is not here: apt-get install {package}", file=sys.stderr)
    tools = ["ankletag"] if given.own else ["ankletag", *(tool for tool in NEEDS if tool not in missing)]
    with tempfile.TemporaryDirectory() as made:
        state = Path(made) / "tag"
        given.data = b"".join(live(state, given.days))
        seeds = SEEDS[:1] if given.own else SEEDS
        asked = [(tool, line, seed) for line in LINES for seed in seeds for tool in tools]
        with ThreadPoolExecutor(given.jobs) as pool:
            rows = list(pool.map(lambda case: one(*case, given, state), asked))
    short = [
        f"{line}: {row['goodput_pct']} % of {wanted} %"
        for line, wanted in REACH.items()
        for row in summary(rows, ["ankletag"])
        if (row["ber"], row["drop"], row["latency_ms"]) == line and (not row["intact"] or row["goodput_pct"] < wanted)
    ]
    result = {
        "bytes": len(given.data),
        "rows": summary(rows, tools),
        "runs": rows,
        "absent": missing,
        "short_of_the_reach": short,
        "wall_s": round(time.monotonic() - started, 1),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: value for name, value in result.items() if name != "runs"}, indent=1))
    return 1 if any(not row["intact"] for row in rows if row["tool"] == "ankletag") else 0


if __name__ == "__main__":
    sys.exit(main())
