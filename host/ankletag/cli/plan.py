"""`ankletag plan`."""

from typing import Annotated

import typer

from tagproto.layout import (
    READING_RESERVE_PAGES,
    SLOW_ABOVE_PERCENT,
    SLOW_CADENCE_S,
    SLOW_SEAL_INTERVAL_S,
    Layout,
)

from ..errors import UsageError
from ..plan import CELL_MAH, PICO_BLOCKS, SEED, SENSES, Plan
from ..plan import plan as make_plan
from .options import JsonOption
from .output import emit, working
from .planned import plan_document, say_plan

_PICO = "pico"


def plan(
    cadence: Annotated[int, typer.Option("--cadence", min=1, max=86400, help="Seconds between readings.")] = 60,
    seal: Annotated[int, typer.Option("--seal", min=60, max=345600, help="Seconds between seals.")] = 21600,
    flash: Annotated[
        str, typer.Option("--flash", metavar="PART", help="'pico', or blocks of 4 KiB behind the file system.")
    ] = _PICO,
    noise: Annotated[
        float,
        typer.Option("--noise", min=0.0, max=100.0, help="A factor on the noise of the modelled wearer."),
    ] = 1.0,
    bytes_per_reading: Annotated[
        float | None,
        typer.Option("--bytes-per-reading", min=1.0, max=24.0, help="Bytes of a coded reading, not the model's."),
    ] = None,
    battery_mah: Annotated[
        float, typer.Option("--battery-mah", min=1.0, max=1e6, help="Capacity of the cell.")
    ] = CELL_MAH,
    fixes: Annotated[int, typer.Option("--fixes", min=0, max=345600, help="Seconds between fixes, 0 for none.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Say how long flash and battery last at a pace, from the constants and the coder of the firmware."""
    if seal < cadence:
        raise UsageError(
            f"A seal every {seal} s with a reading every {cadence} s would seal nothing most of the time.",
            "Give --seal at least the seconds of --cadence.",
        )
    blocks = _blocks(flash)
    with working("coding a sample"):
        found = make_plan(blocks, cadence, seal, noise, bytes_per_reading, battery_mah, fixes)
    assumed = _assumptions(found, noise, bytes_per_reading)
    if as_json:
        emit(plan_document(found, flash, noise, assumed))
    else:
        say_plan(found, assumed)


def _blocks(flash: str) -> int:
    if flash == _PICO:
        return PICO_BLOCKS
    if not flash.isascii() or not flash.isdigit() or len(flash) > 6:
        raise UsageError(f"--flash {flash} is neither '{_PICO}' nor a number of blocks.", "Give one of them.")
    try:
        Layout(int(flash))
    except ValueError as error:
        raise UsageError(f"This cannot be planned: {error}.", "Give --flash more blocks.") from error
    return int(flash)


def _assumptions(found: Plan, noise: float, bytes_per_reading: float | None) -> list[str]:
    pace = found.storage.pace
    if bytes_per_reading is None:
        sizes = [
            f"a coded reading takes {pace.reading_bytes:.2f} B: {pace.sample_readings} readings of a modelled wearer "
            f"were coded, seed {SEED}, at {noise:g} times this noise:",
            *(f"  {sense.name}: {sense.source}" for sense in SENSES),
        ]
    else:
        sizes = [f"a coded reading takes {bytes_per_reading:g} B, as given"]
    return [
        *sizes,
        f"a seal with its window's seed takes {pace.seal_bytes:.0f} B, and every seal changes the key",
        "nothing is recorded but readings: each strap, case or fault record takes some 10 B, and one that seals a seal",
        f"a nearly full log ({SLOW_ABOVE_PERCENT} %) slows down to a reading in {SLOW_CADENCE_S} s and a seal in "
        f"{SLOW_SEAL_INTERVAL_S} s; {READING_RESERVE_PAGES} pages are kept for events and seals",
    ]
