"""Commands of two words: `ankletag authority init`."""

from collections.abc import Callable, Mapping
from typing import Any

import typer

from .guard import guarded


def group(words: str, commands: Mapping[str, Callable[..., Any]]) -> typer.Typer:
    """An application of its own for the second words. words: its help."""
    app = typer.Typer(help=words, no_args_is_help=True, pretty_exceptions_enable=False)
    for name, command in commands.items():
        app.command(name)(guarded(command))
    return app
