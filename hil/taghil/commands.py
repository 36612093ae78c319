"""`ankletag hil`: what stands around a tag in a test and has a command of its own."""

from __future__ import annotations

import typer

from taghil.line.command import line

hil = typer.Typer(help="Cables and what else stands around a tag in a test.", no_args_is_help=True)
hil.command("line")(line)
