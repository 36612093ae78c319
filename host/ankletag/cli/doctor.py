"""`ankletag doctor`."""

from typing import Annotated

import typer

from ..client import Client, octets
from ..doctor import RULES, RULES_FILE, Check, State, examine, how_to_install, this_computer, worst
from ..errors import Exit
from ..transport import open_port, pico_ports
from .options import JsonOption, PortOption
from .output import emit, note, say, working


def doctor(
    port: PortOption = None,
    udev: Annotated[bool, typer.Option("--udev", help="Print the rules for udev, and how to install them.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check cable, driver, permission, ModemManager and the tag; say what to do next. Changes nothing."""
    if udev:
        typer.echo(RULES, nl=False)
        note(f"The rules belong into /etc/udev/rules.d/{RULES_FILE}: {how_to_install()}")
        return
    with working("looking"):
        checks = examine(this_computer(), port, [each.name for each in pico_ports()], _ask)
    code = worst(checks)
    if as_json:
        emit({"ok": code == Exit.OK, "checks": [_document(check) for check in checks]})
    else:
        for check in checks:
            say(f"{check.state.value:12} {check.name:13} {check.words}")
            if check.action:
                say(f"{'':12} next: {check.action}")
    if code != Exit.OK:
        raise typer.Exit(code)


def _ask(port: str) -> str:
    with Client(open_port(port)) as client:
        hello = client.hello()
    return f"tag {octets(hello, 'tag_id').hex()} answers on {port}, firmware {octets(hello, 'firmware').hex()}"


def _document(check: Check) -> dict[str, str | int]:
    state = State(check.state).name.lower()
    return {"check": check.name, "state": state, "words": check.words, "next": check.action, "code": int(check.code)}
