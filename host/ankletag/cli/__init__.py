"""The command line: the only room, beside the station, that prints."""

import sys
from collections.abc import Callable

import typer

from .. import __version__
from ..errors import EXIT_MEANINGS
from . import authority, authority_glass, authority_show, calibrate, station
from .configure import configure
from .disclose import disclose
from .doctor import doctor
from .events import events
from .firmware import firmware
from .fit import fit
from .flash import flash
from .groups import group
from .guard import guarded
from .log import log
from .output import say
from .plan import plan
from .plugins import add_plugins
from .provision import provision
from .remove import remove
from .report import report
from .selftest import selftest
from .status import status
from .sync import sync
from .verify import verify

_COMMANDS = (
    *(fit, sync, verify, events, report, disclose, configure, selftest, remove, status, log, plan, provision),
    *(firmware, flash, doctor),
)
_AUTHORITY: dict[str, Callable[..., object]] = {
    "init": authority.init,
    "region": authority.region,
    "certify": authority.certify,
    "list": authority.revoke,
    "rotate": authority.rotate,
    "add": authority.add,
    "show": authority_show.show,
    "read": authority_glass.read,
    "remove": authority_glass.remove,
}
_STATION: dict[str, Callable[..., object]] = {
    "enrol": station.enrol,
    "install": station.install,
    "add": station.add,
    "show": station.show,
}
_CALIBRATE: dict[str, Callable[..., object]] = {
    "begin": calibrate.begin,
    "finish": calibrate.finish,
    "show": calibrate.show,
}


def _version(asked: bool) -> None:
    if asked:
        say(f"ankletag {__version__}")
        raise typer.Exit


def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Say the version."),
) -> None:
    """Fit a sobriety ankle tag, read it out, check what it says, and report it."""


def build(arguments: list[str]) -> typer.Typer:
    """The application with the commands that `arguments` may call."""
    table = "; ".join(f"{int(code)} {meaning}" for code, meaning in EXIT_MEANINGS.items())
    app = typer.Typer(
        add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, epilog=f"Exit codes: {table}."
    )
    app.callback()(_options)
    for command in _COMMANDS:
        app.command(command.__name__)(guarded(command))
    app.add_typer(group("The programme's keys, and what they certify.", _AUTHORITY), name="authority")
    app.add_typer(group("This computer's key, and what the authority sent for it.", _STATION), name="station")
    app.add_typer(group("What a tag's cell gives, measured in a gas chamber.", _CALIBRATE), name="calibrate")
    own = {command.__name__ for command in _COMMANDS} | {"authority", "station", "calibrate"}
    add_plugins(app, own, arguments)
    return app


def main() -> None:
    """Entry point of `ankletag`."""
    build(sys.argv[1:])()
