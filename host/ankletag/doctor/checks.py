"""One line for each link between this computer and a tag: cable, driver, permission, ModemManager, rules, tag."""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..errors import AnkletagError, Exit
from .computer import Computer
from .udev import RULES_FILE, how_to_install, installed
from .usb import UsbBoard, usb_boards
from .users import group_name, holders, is_member, runs

_MODEM_MANAGER = "ModemManager"
Ask = Callable[[str], str]


class State(str, enum.Enum):
    """hint: nothing is wrong now, but something may be soon. not_checked: what comes before is in the way."""

    OK = "ok"
    HINT = "hint"
    PROBLEM = "PROBLEM"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One line. words: what is so; action: what to do, empty where nothing is; code: to exit with for a problem."""

    name: str
    state: State
    words: str
    action: str = ""
    code: Exit = Exit.OK


def worst(checks: Sequence[Check]) -> Exit:
    """The code of the first problem; OK where there is none."""
    return next((check.code for check in checks if check.state is State.PROBLEM), Exit.OK)


def examine(computer: Computer, named: str | None, others: Sequence[str], ask: Ask) -> list[Check]:
    """All lines, in order. named: a port that the user means; others: ports that the system lists as a Pico's, where
    its USB cannot be read; ask: asks the tag at a port, gives a clause for people or raises AnkletagError."""
    boards = usb_boards(computer) if computer.linux else []
    ports = [named] if named is not None else [port for board in boards for port in board.ports] or list(others)
    cable = _cable(computer, boards, named, ports)
    checks = [cable]
    if computer.linux:
        checks.append(_driver(boards, named, ports))
        opened = [_permission(computer, port) for port in ports]
        checks += opened or [_not_checked("permission")]
        checks += [_busy(computer, port) for port in ports] or [_not_checked("in use")]
        checks += [_modem_manager(computer), _rules(computer)]
    checks += [_tag(port, ask) for port in ports] or [_not_checked("tag")]
    return checks


def _not_checked(name: str) -> Check:
    return Check(name, State.NOT_CHECKED, "there is no port")


def _cable(computer: Computer, boards: Sequence[UsbBoard], named: str | None, ports: Sequence[str]) -> Check:
    if named is not None and not any({named, computer.real(named)} & {*board.ports} for board in boards):
        if computer.path(named).exists() or not computer.linux:
            return Check("cable", State.OK, f"{named} is there; it is not a Pico's USB, so nothing more is known")
        return Check(
            "cable", State.PROBLEM, f"there is no port {named}", "Check the name, and the cable.", Exit.PORT_ABSENT
        )
    bootsel = [board for board in boards if board.bootsel]
    if bootsel and not ports:
        return Check(
            "cable",
            State.PROBLEM,
            f"{len(bootsel)} on USB in BOOTSEL, which runs no tag",
            "Unplug it and plug it in without its button held; or flash it (`ankletag flash`), with its drive RPI-RP2 "
            "mounted.",
            Exit.PORT_ABSENT,
        )
    if not boards and not ports:
        return Check(
            "cable",
            State.PROBLEM,
            "no tag is seen on USB",
            "Use a data cable (many only charge), another socket, and a tag whose battery is not empty.",
            Exit.PORT_ABSENT,
        )
    number = len(boards) or len(ports)
    return Check("cable", State.OK, "a board is seen on USB" if number == 1 else f"{number} boards are seen on USB")


def _driver(boards: Sequence[UsbBoard], named: str | None, ports: Sequence[str]) -> Check:
    serial = [board for board in boards if not board.bootsel]
    without = [board for board in serial if not board.driver]
    if without and named is None:
        return Check(
            "driver",
            State.PROBLEM,
            f"the board at USB {without[0].name} has no driver",
            "Load it (sudo modprobe cdc_acm), then unplug the tag and plug it in again.",
            Exit.PORT_ABSENT,
        )
    portless = [board for board in serial if not board.ports]
    if portless and named is None:
        return Check(
            "driver",
            State.PROBLEM,
            f"the board at USB {portless[0].name} has the driver {portless[0].driver}, and no port came of it",
            "Unplug the tag and plug it in again; what `sudo dmesg` says then tells more.",
            Exit.PORT_ABSENT,
        )
    if not ports:
        return _not_checked("driver")
    drivers = sorted({board.driver for board in serial if board.driver})
    return Check("driver", State.OK, f"{', '.join(drivers) or 'one that is not of USB'}: {', '.join(ports)}")


def _permission(computer: Computer, port: str) -> Check:
    path = computer.path(port)
    if not path.exists():
        return Check("permission", State.PROBLEM, f"{port} is not there", "Plug the tag in again.", Exit.PORT_ABSENT)
    number = computer.owning_group(path)
    group = group_name(computer, number)
    if computer.may_open(path):
        by = f", as a member of {group}" if number in computer.groups else ""
        return Check("permission", State.OK, f"this login may open {port}{by}")
    if is_member(computer, number):
        words = f"the account is in group {group}, and this login does not know it yet"
        return Check("permission", State.PROBLEM, words, "Log out and in again.", Exit.PORT_FORBIDDEN)
    return Check(
        "permission",
        State.PROBLEM,
        f"this account may not open {port}, which belongs to group {group}",
        f"Install the rules ({how_to_install()}) and plug the tag in again; or, for work over a network, "
        f"sudo usermod -aG {group} {computer.user}, then log out and in again.",
        Exit.PORT_FORBIDDEN,
    )


def _busy(computer: Computer, port: str) -> Check:
    found = holders(computer, port)
    if not found:
        return Check("in use", State.OK, f"no program that this account can see has {port} open")
    wait = "Wait half a minute: it looks at what is new." if any(_MODEM_MANAGER in each for each in found) else ""
    return Check(
        "in use",
        State.PROBLEM,
        f"{port} is open in {', '.join(found)}",
        wait or "Close that program, then run the command again.",
        Exit.PORT_BUSY,
    )


def _modem_manager(computer: Computer) -> Check:
    if not runs(computer, _MODEM_MANAGER):
        return Check("ModemManager", State.OK, "it does not run")
    if installed(computer):
        return Check("ModemManager", State.OK, "it runs, and the rules keep it off tags")
    return Check(
        "ModemManager",
        State.PROBLEM,
        "it runs, and takes each tag for a modem: for half a minute after plugging in the port is busy",
        f"Install the rules: {how_to_install()}",
        Exit.PORT_BUSY,
    )


def _rules(computer: Computer) -> Check:
    found = installed(computer)
    if found:
        return Check("udev rules", State.OK, f"{RULES_FILE} is installed")
    words = f"{RULES_FILE} is not installed" if found is False else f"{RULES_FILE} is another version"
    return Check("udev rules", State.HINT, words, f"Install the rules: {how_to_install()}")


def _tag(port: str, ask: Ask) -> Check:
    try:
        return Check("tag", State.OK, ask(port))
    except AnkletagError as error:
        return Check("tag", State.PROBLEM, error.cause.rstrip("."), error.action, error.exit_code)
