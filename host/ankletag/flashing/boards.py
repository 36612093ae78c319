"""Which boards there are: in BOOTSEL, at MicroPython's prompt, or running as a tag. Found by asking, never guessed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..client import Client, Values, octets
from ..errors import AnkletagError, PortAbsent, UsageError
from ..find import find, id_beginning
from ..transport import Port, open_port, pico_ports, where_to_look
from .drives import Drive, drives, named_drive
from .prompt import prompt_at
from .writing import Board, about


@dataclass(frozen=True, slots=True)
class Running:
    """A tag that answers. hello, status: its own words."""

    port: str
    hello: Values
    status: Values

    @property
    def tag_id(self) -> bytes:
        """8 bytes."""
        return octets(self.hello, "tag_id")

    def __str__(self) -> str:
        return f"tag {self.tag_id.hex()} on {self.port}"


@dataclass(frozen=True, slots=True)
class AtPrompt:
    """A board at MicroPython's prompt."""

    port: str
    board: Board

    def __str__(self) -> str:
        return f"board {self.board.tag_id.hex()} at MicroPython's prompt on {self.port}"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A port that was named, or is a Pico's, at which neither a tag nor a prompt answers. error: what was seen."""

    port: str
    error: AnkletagError

    def __str__(self) -> str:
        return f"the board on {self.port}"


Found = Running | AtPrompt | Unknown | Drive


def one_board(port: str | None, tag: str | None, drive: Path | None) -> Found:
    """The board that is meant: at a drive, where neither a port nor a tag is named. Raises PortAbsent where there is
    none, UsageError where there are several."""
    if drive is not None and port is None and tag is None:
        return named_drive(drive)
    wanted = id_beginning(tag) if tag is not None else ""
    there = [*ask([Port(port)])] if port is not None else [*drives(), *ask(where_to_look(), pico_ports())]
    fitting = [each for each in there if not wanted or _number(each).startswith(wanted)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UsageError(
            f"There are {len(fitting)} boards: {'; '.join(map(str, fitting))}.",
            "Name one with --port, --tag or --drive, or unplug the others.",
        )
    if there:
        raise PortAbsent(f"Tag {tag} was not found.", f"Plug it in. These are there: {'; '.join(map(str, there))}.")
    raise PortAbsent(
        "No board was found: no tag answers, none is at MicroPython's prompt, and no drive RPI-RP2 is mounted.",
        "Plug the board in with a data cable. For BOOTSEL, hold its button meanwhile, and mount its drive where that "
        "does not happen by itself. `ankletag doctor` says what is wrong.",
    )


def ask(ports: Sequence[Port], picos: Sequence[Port] | None = None) -> list[Running | AtPrompt | Unknown]:
    """What is at these ports. picos: those that are known to be a Pico's, by default all: only they are asked for a
    prompt, and are told of when they are silent."""
    names = [port.name for port in (ports if picos is None else picos)]
    found: dict[str, Running | AtPrompt | Unknown] = {}
    for port in ports:
        if port.name in names:
            board = at_prompt(port.name)
            if board is not None:
                found[port.name] = board
    asked = find([port for port in ports if port.name not in found])
    for each in asked.tags:
        found[each.port.name] = running(each.port.name)
    for port, error in asked.others:
        if port.name in names:
            found[port.name] = Unknown(port.name, error)
    return [found[port.name] for port in ports if port.name in found]


def at_prompt(port: str) -> AtPrompt | Unknown | None:
    """The board at a port where it is at its prompt, or what keeps this port from being opened."""
    try:
        prompt = prompt_at(port)
        if prompt is None:
            return None
        with prompt:
            return AtPrompt(port, about(prompt))
    except AnkletagError as error:
        return Unknown(port, error)


def running(port: str) -> Running:
    """Ask a tag who and how it is. Raises what its port or its line raises."""
    with Client(open_port(port)) as client:
        return Running(port, client.hello(), client.status())


def _number(board: Found) -> str:
    if isinstance(board, Running):
        return board.tag_id.hex()
    return board.board.tag_id.hex() if isinstance(board, AtPrompt) else ""
