"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

_PORT_HELP = "The tag's port; without it, every USB serial port is asked."
PortOption = Annotated[str | None, typer.Option("--port", metavar="PORT", help=_PORT_HELP)]
PortsOption = Annotated[
    list[str] | None, typer.Option("--port", metavar="PORT", help=f"{_PORT_HELP} Several times for several tags.")
]
StoreOption = Annotated[
    Path | None, typer.Option("--store", metavar="FILE", help="The store; by default one file for this account.")
]
ClockOption = Annotated[
    Path | None,
    typer.Option("--clock", metavar="FILE", help="Take the time from a clock file, as an emulator writes it."),
]
ClocksOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--clock", metavar="FILE", help="Take the time from a clock file; one for all, or one for each --port."
    ),
]
StationOption = Annotated[
    Path | None,
    typer.Option("--station", metavar="DIR", help="The folder of this station's key; by default one for this account."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]
TagOption = Annotated[
    str | None,
    typer.Option("--tag", metavar="ID", help="The tag's id, or its first 4 digits or more; needed between several."),
]
BundleArgument = Annotated[
    Path | None, typer.Argument(metavar="[BUNDLE]", help="An evidence bundle; without one, the store is read.")
]
FileArgument = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE]", help="An evidence bundle, or a disclosed record; without one, the store is read."),
]
OrderOption = Annotated[
    str | None, typer.Option("--order", metavar="REF", help="The fitting for this order; by default the last one.")
]
