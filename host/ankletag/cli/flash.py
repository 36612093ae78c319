"""`ankletag flash`."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import AnkletagError
from ..flashing import (
    DISCARD,
    Flashed,
    Flashing,
    FlashingStopped,
    Patience,
    Wanted,
    firmware_to_flash,
    load_micropython,
    micropython_at_hand,
)
from ..image import IMAGE_BLOCKS
from .guard import was_stopped
from .options import JsonOption, PortOption, TagOption
from .output import JsonValue, emit, note, progress, say

_PATIENCE = Patience()


def flash(
    port: PortOption = None,
    tag: TagOption = None,
    drive: Annotated[
        Path | None, typer.Option("--drive", metavar="DIR", help="Where the drive of a board in BOOTSEL is mounted.")
    ] = None,
    micropython: Annotated[
        Path | None,
        typer.Option(
            "--micropython",
            metavar="UF2",
            help="Write this MicroPython for RPI_PICO as well; where one is needed, ANKLETAG_UF2 may name it.",
        ),
    ] = None,
    developer: Annotated[
        bool, typer.Option("--developer", help="The developers' image, with a way back to MicroPython's prompt.")
    ] = False,
    discard: Annotated[
        bool,
        typer.Option(DISCARD, help="Erase the log, the settings and the keys as well, read out or not."),
    ] = False,
    wait_s: Annotated[
        float, typer.Option("--wait", metavar="SECONDS", min=1, help="How long a board may take to start again.")
    ] = _PATIENCE.back_s,
    by_hand_s: Annotated[
        float, typer.Option("--by-hand", metavar="SECONDS", min=1, help="How long to wait for BOOTSEL to be held.")
    ] = _PATIENCE.by_hand_s,
    as_json: JsonOption = False,
) -> None:
    """Write this installation's firmware to a board, and hear from the board that it runs it. The log stays."""
    wanted = Wanted(
        firmware=firmware_to_flash(developer),
        micropython=load_micropython(micropython) if micropython else micropython_at_hand(note),
        replace=micropython is not None,
        discard=discard,
        port=port,
        tag=tag,
        drive=drive,
        patience=Patience(by_hand_s=by_hand_s, taken_s=max(wait_s, _PATIENCE.taken_s), back_s=wait_s),
    )
    result = _run(wanted)
    if isinstance(result, FlashingStopped):
        raise result
    if as_json:
        emit(_document(result))
        return
    firmware = result.firmware
    runs = f"ankletag {firmware.version}, firmware {firmware.digest.hex()}"
    say(f"tag {result.tag_id.hex()} on {result.port} runs {runs}")
    if firmware.developer:
        say("this is a developers' image: no tag with it goes to a wearer")
    free = IMAGE_BLOCKS - firmware.blocks_used
    say(f"image: {firmware.blocks_used} of {IMAGE_BLOCKS} blocks, {free} free; {result.blocks_written} written")
    left = result.log_pages - result.log_pages_used
    kept = "erased" if result.discarded else "kept"
    say(f"log: {kept}, {left} of {result.log_pages} pages free")


def _run(wanted: Wanted) -> Flashed | FlashingStopped:
    """Ctrl-C, and what fails because of it, becomes what there is to say of the board."""
    with progress("writing blocks") as bar:
        job = Flashing(wanted, note, bar)
        try:
            return job.run()
        except KeyboardInterrupt:
            return job.stage.stopped()
        except AnkletagError as error:
            if was_stopped(error):
                return job.stage.stopped()
            raise


def _document(result: Flashed) -> dict[str, JsonValue]:
    firmware = result.firmware
    return {
        "tag": result.tag_id.hex(),
        "port": result.port,
        "version": firmware.version,
        "firmware": firmware.digest.hex(),
        "developer": firmware.developer,
        "way": result.way,
        "micropython_written": result.micropython_written,
        "evidence_discarded": result.discarded,
        "image_blocks": IMAGE_BLOCKS,
        "image_blocks_used": firmware.blocks_used,
        "image_blocks_written": result.blocks_written,
        "log_pages": result.log_pages,
        "log_pages_used": result.log_pages_used,
    }
