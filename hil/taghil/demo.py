"""`ankletag demo`: the main job from fitting to report, on an emulated tag, with the commands a technician types."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn

from ankletag.errors import Exit, UsageError
from ankletag.evaluate import KINDS
from taghil.vm.process import Emulator, EmulatorError, EmulatorTimeout

LIVE_LIMIT_S = 120
LOOK_S = 0.1
DAY_US = 86_400_000_000
AUTHORITY, STATION, REGION = "authority", "station", "North"
MARK = "demo.txt"
"""Says in a folder that a demo may remove its report, store, keys and tag."""


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the report, the evidence, the store and the tag.")] = Path(
        "ankletag-demo"
    ),
    seed: Annotated[int, typer.Option(help="Seed of the wearer's and the parts' noise.")] = 1,
) -> None:
    """Found a programme, fit an emulated tag, live four days, read it out, verify, write OUT/report.html."""
    started = time.monotonic()
    _clear(out)
    try:
        with Emulator(out / "tag", scenario="demo", seed=seed) as tag:
            # Named as the folder was, so that the commands on the screen stay short.
            port, clock = out / "tag" / tag.folder.port.name, out / "tag" / tag.clock_file.name
            print(f"An emulated tag runs the firmware; its serial port is {port}.")
            _found_programme(out, clock)
            store, time_of_tag = ["--store", str(out / "store.sqlite")], ["--clock", str(clock)]
            line = ["--port", str(port), *time_of_tag, *store]
            authority = ["--authority", str(out / AUTHORITY), "--region", REGION]
            _run("provision", *authority, *line)
            _run("fit", "--order", "DEMO-1", "--station", str(out / STATION), *line)
            _live(tag)
            _run("sync", "--station", str(out / STATION), *line)
    except EmulatorError as error:
        print(
            f"The emulated tag failed: {error}\nLook at {out / 'tag' / 'vm.log'}, then run the demo again.",
            file=sys.stderr,
        )
        raise typer.Exit(Exit.NO_ANSWER) from error
    root = ["--authority", str(out / AUTHORITY / "root.cose")]
    _run("report", *store, *root, "--out", str(out))
    _run("verify", str(out / "evidence.zip"), *root)
    _summary(out, root, _document("events", *store, *root), time.monotonic() - started)


def _found_programme(out: Path, clock: Path) -> None:
    """A programme of its own for the demo: an authority with one region and one station, dated in the tag's time."""
    print("\nA programme begins with its keys: an authority, a region, and this computer as a station.")
    authority, now = str(out / AUTHORITY), ["--clock", str(clock)]
    _run("authority", "init", authority, "--name", "Demo programme", *now)
    _run("authority", "region", authority, REGION, *now)
    where = ["--authority", authority, "--region", REGION, "--station", str(out / STATION)]
    _run("station", "enrol", "Demo court", *where, *now)


def _clear(out: Path) -> None:
    """A demo begins with a new tag. Only what an earlier demo left is removed; raises UsageError for what did not."""
    mark = out / MARK
    try:
        if out.exists() and not mark.exists() and any(out.iterdir()):
            raise UsageError(
                f"{out} is not empty, and no demo made what is in it.", "Name a new or an empty folder with --out."
            )
        out.mkdir(parents=True, exist_ok=True)
        mark.write_text("Made by `ankletag demo`, which empties this folder when it runs again.\n", encoding="utf-8")
        for folder in ("tag", AUTHORITY, STATION):
            shutil.rmtree(out / folder, ignore_errors=True)
        for name in ("store.sqlite", "store.sqlite-wal", "store.sqlite-shm", "report.html", "evidence.zip"):
            (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{out} cannot be used: {error.strerror}.", "Name another folder with --out.") from error


def _run(command: str, *arguments: str) -> None:
    """A command as a technician types it, its output on the screen. Ends the demo with its status if it fails."""
    print(f"\n$ ankletag {shlex.join([command, *arguments])}", flush=True)
    status = subprocess.run([sys.executable, "-m", "ankletag", command, *arguments], check=False).returncode
    if status:
        print(f"The demo stops here: `ankletag {command}` ended with status {status}.", file=sys.stderr)
        raise typer.Exit(status)


def _document(command: str, *arguments: str) -> dict[str, Any]:
    """The JSON document of a command that has to succeed."""
    asked = [sys.executable, "-m", "ankletag", command, "--json", *arguments]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        raise typer.Exit(done.returncode)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def _live(tag: Emulator) -> None:
    days = float(tag.status()["days"])
    print(f"\nThe wearer lives {days:g} days; with no host at the port, virtual time runs free.", flush=True)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.1f} of {task.total:g} days")
    ) as bar:
        task = bar.add_task("living", total=days)
        end = time.monotonic() + LIVE_LIMIT_S
        while not (found := tag.status())["lived"]:
            bar.update(task, completed=found["scenario_us"] / DAY_US)
            if time.monotonic() > end:
                raise EmulatorTimeout(f"the days were not lived within {LIVE_LIMIT_S} s")
            time.sleep(LOOK_S)
        bar.update(task, completed=days)


def _summary(out: Path, root: list[str], found: dict[str, Any], wall_s: float) -> None:
    """What a technician wants to know, in a few lines."""
    print("\nWhat the tag saw")
    print(f"  {found['readings']} sealed readings, {len(found['gaps'])} gaps")
    for episode in found["episodes"]:
        peak_g_dl = episode["peak_tac_ug_dl"] / 1e6
        print(f"  drinking: {_minute(episode['from'])} to {_minute(episode['to'])}, peak {peak_g_dl:.3f} g/dL")
    for loss in found["losses"]:
        print(f"  {KINDS[loss['kind']]}: {_minute(loss['from']['earliest'])} to {_minute(loss['to']['latest'])}")
    print(f"\nOpen {out / 'report.html'} in a browser. {out / 'evidence.zip'} is what a third party checks,")
    print("with nothing but the authority's public key:")
    print(f"  {shlex.join(['ankletag', 'verify', str(out / 'evidence.zip'), *root])}")
    print(f"The demo took {wall_s:.0f} s.")


def _minute(iso: str) -> str:
    """2026-03-03 20:37 UTC, of an ISO time to the millisecond."""
    return f"{iso[:10]} {iso[11:16]} UTC"
