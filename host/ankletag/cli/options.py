"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

PortOption = Annotated[
    str | None, typer.Option("--port", metavar="PORT", help="The tag's serial port; needed when there are several.")
]
StoreOption = Annotated[
    Path | None, typer.Option("--store", metavar="FILE", help="The store; by default one file for this account.")
]
ClockOption = Annotated[
    Path | None,
    typer.Option("--clock", metavar="FILE", help="Take the time from a clock file, as an emulator writes it."),
]
StationOption = Annotated[
    Path | None,
    typer.Option("--station", metavar="DIR", help="The folder of this station's key; by default one for this account."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]
TagOption = Annotated[
    str | None, typer.Option("--tag", metavar="ID", help="The tag's id (16 hex digits); needed when there are several.")
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
