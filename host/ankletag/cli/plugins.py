"""Commands of other packages, loaded only when they are asked for: a broken one must not break the others."""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import typer

from ..errors import UsageError
from .guard import guarded

GROUP = "ankletag.commands"
_PANEL = "Emulation"


def add_plugins(app: typer.Typer, own: set[str], arguments: list[str]) -> None:
    """Add the commands that other packages register as `ankletag.commands`.

    Only the one that is called is loaded; all are when none of this package's is called, so that help lists them.
    """
    called = next((argument for argument in arguments if not argument.startswith("-")), None)
    if called in own:
        return
    found = {entry.name: entry for entry in entry_points(group=GROUP) if entry.name not in own}
    for name in [called] if called in found else sorted(found):
        loaded = _load(found[name])
        if isinstance(loaded, typer.Typer):
            _add_group(app, name, loaded)
        else:
            app.command(name, rich_help_panel=_PANEL)(guarded(loaded))


def _add_group(app: typer.Typer, name: str, group: typer.Typer) -> None:
    """Commands of two words."""
    for command in group.registered_commands:
        if command.callback is not None:
            command.callback = guarded(command.callback)
    app.add_typer(group, name=name, rich_help_panel=_PANEL)


def _load(entry: EntryPoint) -> Callable[..., Any] | typer.Typer:
    try:
        command: Callable[..., Any] | typer.Typer = entry.load()
    except (ImportError, AttributeError) as error:
        return _unusable(entry, f"{type(error).__name__}: {error}")
    return command


def _unusable(entry: EntryPoint, cause: str) -> Callable[[], None]:
    def command() -> None:
        raise UsageError(f"{entry.name} ({entry.value}) cannot be loaded: {cause}.", "Install ankletag again.")

    command.__doc__ = f"Cannot be loaded: {cause}."
    return command
