"""`ankletag firmware`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from ..image import MICROPYTHON_VARIABLE
from ..image.handing import hand_over
from ..image.release import NAMES, MicroPython, make_release
from ..trust.files import read_file
from .options import JsonOption
from .output import emit, say, working

# A UF2 has twice the bytes that it puts into flash, of which a Pico has 2 MiB.
_UF2_MOST_BYTES = 8 << 20

_KIBIBYTE = 1024


def firmware(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the files go.")] = Path("ankletag-firmware"),
    developer: Annotated[
        bool, typer.Option("--developer", help="With the way back to MicroPython's prompt; for no tag on a leg.")
    ] = False,
    micropython: Annotated[
        Path | None,
        typer.Option(
            "--micropython",
            metavar="UF2",
            envvar=MICROPYTHON_VARIABLE,
            help="MicroPython for RPI_PICO; makes a UF2 of the whole board, too.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the firmware as files to be flashed, and a manifest that says what is in them."""
    runs_on = None
    if micropython is not None:
        runs_on = MicroPython(str(micropython), read_file(micropython, _UF2_MOST_BYTES))
    with working("compiling"):
        release = make_release(developer=developer, micropython=runs_on)
    hand_over(out, release.files, NAMES)
    if as_json:
        emit({**release.manifest, "folder": str(out)})
    else:
        _say(release.manifest, {str(out / name): len(data) for name, data in release.files.items()})


def _say(told: Mapping[str, object], written: Mapping[str, int]) -> None:
    say(f"firmware  {told['firmware']}, {told['kind']}, ankletag {told['ankletag']}")
    say(f"modules   {told['modules_bytes']:,} bytes")
    say(f"image     {told['image_blocks']} of {told['image_blocks_most']} blocks of 4 KiB")
    say(f"log       {told['log_pages']:,} pages of 256 bytes")
    for path, size in written.items():
        say(f"written   {path}, {-(-size // _KIBIBYTE):,} KiB")
