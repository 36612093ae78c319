"""`ankletag emulate`: an emulated tag in the foreground, until Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import shlex
import signal
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console as Terminal
from rich.progress import BarColumn, Progress, TextColumn

from ankletag.errors import AnkletagError, LinkError, UsageError
from taghil.flash import DEFAULT_BLOCKS
from taghil.mcu.micropython import VARIABLE, WHERE, slower, uf2_path
from taghil.vm.config import DEFAULT_HEAP
from taghil.vm.process import Emulator, EmulatorDied, EmulatorError, EmulatorTimeout
from taghil.world.errors import ReplayError, WorldError
from taghil.world.replay import read as read_replay
from taghil.world.scenario import load as load_scenario

LOOK_S = 0.2
"""How often the progress is looked at."""


def emulate(
    state: Annotated[Path, typer.Option(help="Folder that keeps the tag: flash, port, clock.")] = Path(
        "ankletag-emulator"
    ),
    scenario: Annotated[
        str, typer.Option(help="A scenario file, or a built-in one: see `ankletag world list`.")
    ] = "quiet",
    replay: Annotated[
        Path | None, typer.Option(help="A CSV of readings (local_time, tac_g_dl, ir_v, temp_f) instead of a scenario.")
    ] = None,
    days: Annotated[
        float | None, typer.Option(min=0, help="Virtual days to live after the fitting; default: the scenario's.")
    ] = None,
    pace: Annotated[
        str, typer.Option(help="auto: free while the port is closed and days are left, else wall; free; wall.")
    ] = "auto",
    seed: Annotated[int, typer.Option(help="Seed of noise, entropy and torn writes.")] = 1,
    line: Annotated[
        str, typer.Option(help="usb: as a Pico's USB, no rate; uart: as its UART, at the rates that both sides set.")
    ] = "usb",
    flash_blocks: Annotated[
        int, typer.Option(min=16, max=65535, help="Flash behind the file system, 4 KiB blocks.")
    ] = DEFAULT_BLOCKS,
    heap: Annotated[
        str, typer.Option(help="Heap of the VM in bytes, k for KiB; by default what MicroPython has on the chip.")
    ] = DEFAULT_HEAP,
    trace: Annotated[Path | None, typer.Option(help="Write every call of the tag to this JSON-lines file.")] = None,
    chip: Annotated[
        bool, typer.Option("--chip", help="On an emulated RP2040 with a MicroPython of yours (--uf2), slower than one.")
    ] = False,
    uf2: Annotated[
        str | None, typer.Option(envvar=VARIABLE, help="With --chip: a MicroPython for the board RPI_PICO.")
    ] = None,
    repl: Annotated[bool, typer.Option("--repl", help="Give the VM the terminal: Ctrl-C leads to its prompt.")] = False,
    pause_at: Annotated[
        str | None, typer.Option(help="Stop time at a record or seal: boot, fit, strap, seal, reading:100.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout when the tag is ready.")] = False,
) -> None:
    """Run an emulated tag: the real firmware on a MicroPython VM, with simulated parts and a simulated wearer."""
    try:
        # Wrong files are told before a process is started.
        if replay is not None:
            read_replay(replay)
        else:
            load_scenario(scenario)
        if chip and (repl or pause_at):
            raise EmulatorError("--repl and --pause-at look into the VM: they do not go with --chip")
        if chip and (flash_blocks != DEFAULT_BLOCKS or heap != DEFAULT_HEAP):
            raise EmulatorError(
                "a Pico has the flash and the heap that it has: --flash-blocks and --heap do not go with --chip"
            )
        tag = Emulator(
            state,
            uf2=str(uf2_path(uf2)) if chip else None,
            slower=slower() if chip else 1.0,
            scenario=scenario,
            replay=replay,
            days=days,
            pace=pace,
            seed=seed,
            line=line,
            flash_blocks=flash_blocks,
            heap=heap,
            trace=trace,
            repl=repl,
            pause_at=pause_at,
        )
        tag.start()
    except (WorldError, EmulatorError, FileNotFoundError) as error:
        raise _refused(error, state, chip) from error
    try:
        _say_ready(tag, as_json, repl)
        if repl:
            _wait_for_prompt(tag)
        else:
            _watch(tag, as_json)
    except EmulatorError as error:
        raise _refused(error, state, chip) from error
    except KeyboardInterrupt:
        typer.echo(f"\nstopped; the tag's state is kept in {tag.folder.path}", err=True)
    finally:
        tag.stop()


def _refused(error: Exception, state: Path, chip: bool) -> AnkletagError:
    if isinstance(error, EmulatorDied) and chip:
        return LinkError(f"{error}", f"Bring {WHERE} with --uf2.")
    if isinstance(error, EmulatorDied):
        return LinkError(f"{error}", f"Look at vm.log in {state}.")
    if isinstance(error, ReplayError):
        return UsageError(f"{error}.", "Give a CSV of readings with the columns that 'ankletag emulate --help' names.")
    if isinstance(error, WorldError):
        return UsageError(f"{error}.", "docs/commands.md, Scenarios, says what a file may hold.")
    return UsageError(f"{error}.", "'ankletag emulate --help' says what it takes.")


def _say_ready(tag: Emulator, as_json: bool, repl: bool) -> None:
    port = tag.port
    if as_json:
        print(json.dumps({"port": port, "clock_file": str(tag.clock_file), "state": str(tag.folder.path)}), flush=True)
        return
    print(f"port        {port}")
    print(f"clock file  {tag.clock_file}")
    # With the tag's own clock: a station in another time than its tag would attest what did not happen.
    print("next, in another terminal (docs/trust.md says how a programme begins):")
    clock = shlex.join(["--clock", str(tag.clock_file)])
    where = shlex.join(["--port", port]) + f" {clock}"
    print(f"  ankletag provision {where} --authority DIR --region NAME")
    print(f"  ankletag fit {where} --order ORDER")
    print(f"  ankletag sync {where}")
    print(
        f"'authority', 'station' and 'calibrate' want {clock}, too: the tag lives in another time than this computer."
    )
    if repl:
        print("Ctrl-C leads to MicroPython's prompt, Ctrl-D there stops the tag and keeps its state.", flush=True)
    else:
        print("Ctrl-C stops the tag and keeps its state.", flush=True)


def _wait_for_prompt(tag: Emulator) -> None:
    # Ctrl-C is the VM's: it leads to the MicroPython prompt; Ctrl-D there ends the tag.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        tag.wait_end(None)
    finally:
        signal.signal(signal.SIGINT, before)


def _watch(tag: Emulator, as_json: bool) -> None:
    """Shows the days that are lived, tells pauses, returns never but by Ctrl-C or the end of the tag."""
    terminal = Terminal(stderr=True)
    shown = terminal.is_terminal and not as_json
    bar = Progress(
        TextColumn("day {task.fields[day]} of {task.fields[days]}"), BarColumn(), TextColumn("{task.fields[state]}"),
        console=terminal, disable=not shown,
    )  # fmt: skip
    told_pause = ""
    with bar:
        task = bar.add_task("", total=1.0, day="0.0", days="?", state="")
        while True:
            status = tag.status()
            days = status["days"]
            lived = min(days, status["scenario_us"] / 86_400e6)
            bar.update(
                task, completed=lived, total=max(days, 1e-9), day=f"{lived:.1f}", days=f"{days:g}", state=_state(status)
            )
            if status["paused"] != told_pause:
                told_pause = status["paused"]
                if told_pause:
                    _pause(tag, told_pause, bar)
                    continue
            with contextlib.suppress(EmulatorTimeout):
                tag.wait_end(LOOK_S)
                tag.status()


def _state(status: dict[str, Any]) -> str:
    if status["port_open"]:
        return "port open: wall speed"
    if not status["fitted"]:
        return "waits for the fitting"
    return "lived: wall speed" if status["lived"] else "time runs free"


def _pause(tag: Emulator, event: str, bar: Progress) -> None:
    bar.stop()
    status = tag.status()
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(status["utc_ms"] / 1000))
    print(f"time stops at '{event}', {at} UTC in the world; Enter goes on", file=sys.stderr, flush=True)
    if sys.stdin.isatty():
        sys.stdin.readline()
        tag.resume()
    else:
        while tag.status()["paused"]:
            with contextlib.suppress(EmulatorTimeout):
                tag.wait_end(LOOK_S)
    bar.start()
