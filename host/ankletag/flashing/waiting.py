"""Waiting for a board: to come up in BOOTSEL or at its prompt, to take a file, to run what was written."""

import math
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..errors import AnkletagError, PortAbsent
from ..transport import Port, pico_ports, where_to_look
from .boards import AtPrompt, Running, at_prompt, running
from .drives import Drive, drives
from .errors import NotFlashed
from .stage import Stage

_LOOK_S = 0.2
R = TypeVar("R")
# Name and file of a port.
_Plugged = tuple[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: by_hand for somebody to hold BOOTSEL, taken for the boot ROM to take a file, back for a tag to answer
    after that; again: until a port at which there was no prompt is asked once more."""

    by_hand_s: float = 120.0
    taken_s: float = 30.0
    back_s: float = 30.0
    again_s: float = 5.0


def wait_for(look: Callable[[], R], limit_s: float) -> R:
    """What `look` finds, asked again and again until it is something; what it found last where time runs out."""
    end_s = time.monotonic() + limit_s
    rest = threading.Event()
    while True:
        found = look()
        if found or time.monotonic() >= end_s:
            return found
        rest.wait(_LOOK_S)


def _new_drive(before: Iterable[Drive], named: Path | None) -> Drive | None:
    """A drive that was not there before, where there is just one."""
    fresh = [drive for drive in drives(named) if drive not in set(before)]
    return fresh[0] if len(fresh) == 1 else None


class Comeback:
    """Looks for a tag that comes to its prompt. Made before the tag is asked anything: whoever replugs it from then on,
    however quickly, is noticed. named: a port that the user named."""

    def __init__(self, named: str | None) -> None:
        self._left_alone = _plugged(named)
        self._due_s: dict[_Plugged, float] = {}

    def look(self, tag: Running, again_s: float) -> AtPrompt | None:
        """The board with this tag's number, where it is at its prompt.

        Who else's port was there already is left alone. A port that is new is asked at once, and again: it may be
        busy, or not given to this account yet. So is the tag's own, which may look as it did before it was restarted:
        on Windows, or behind an adapter that stays.
        """
        there = _plugged(tag.port)
        self._left_alone &= there
        self._due_s = {port: due_s for port, due_s in self._due_s.items() if port in there}
        for port in sorted(there):
            name, _ = port
            if port in self._left_alone:
                if name != tag.port:
                    continue
                self._due_s.setdefault(port, time.monotonic() + again_s)
            if time.monotonic() < self._due_s.get(port, 0.0):
                continue
            board = at_prompt(name)
            if isinstance(board, AtPrompt) and board.board.tag_id == tag.tag_id:
                return board
            # Another board at its prompt is somebody's at work.
            self._due_s[port] = math.inf if isinstance(board, AtPrompt) else time.monotonic() + again_s
        return None


def wait_writable(
    tag: Running | None, comeback: Comeback, before: Iterable[Drive], named: Path | None, patience: Patience
) -> Drive | AtPrompt:
    """A board that somebody puts into BOOTSEL, or that comes to its prompt where it is a tag that ran. named: where its
    drive may be mounted, besides the usual places.

    Raises PortAbsent when none does.
    """
    known = list(before)

    def look() -> Drive | AtPrompt | None:
        drive = _new_drive(known, named)
        return drive if drive is not None or tag is None else comeback.look(tag, patience.again_s)

    found = wait_for(look, patience.by_hand_s)
    if found is None:
        raise PortAbsent(
            f"No board came up in BOOTSEL within {patience.by_hand_s:g} s; nothing was written.",
            "Run the command again, and hold BOOTSEL while you plug the board in. Where its drive RPI-RP2 is not "
            "mounted by itself, mount it.",
        )
    return found


def wait_sent(before: Iterable[Drive], named: Path | None, stage: Stage, limit_s: float) -> Drive:
    """The drive of a board that was sent into BOOTSEL from its prompt. Raises NotFlashed when none comes."""
    known = list(before)
    drive = wait_for(lambda: _new_drive(known, named), limit_s)
    if drive is None:
        raise stage.failed(f"no new drive RPI-RP2 was mounted within {limit_s:g} s")
    return drive


def _plugged(own: str | None = None) -> set[_Plugged]:
    """The Picos' ports that are there, and the one that is named. One that went away and came back has its name, but
    another file."""
    names = {port.name for port in pico_ports()} | ({own} if own is not None else set())
    files = ((name, _file(name)) for name in names)
    return {(name, file) for name, file in files if file is not None}


def _file(name: str) -> tuple[int, int] | None:
    """What tells a port's file from one that had its name before; None where there is none."""
    try:
        file = os.lstat(name)
    except OSError:
        # Where ports are no files, as on Windows, one that is listed is there.
        return (0, 0) if os.name == "nt" else None
    return file.st_ino, file.st_ctime_ns


def wait_taken(drive: Drive, stage: Stage, limit_s: float) -> None:
    """Until the drive is gone: the boot ROM has all blocks, and starts the board. Raises NotFlashed."""
    if not wait_for(lambda: not drive.there, limit_s):
        raise stage.failed(f"{drive.path} is still there after {limit_s:g} s, so the board took no whole file")


def wait_back(
    port: str | None, tag_id: bytes | None, before: Iterable[bytes], digest: bytes, stage: Stage, limit_s: float
) -> Running:
    """The tag that answers after it was written to, and runs the firmware of this digest.

    port: where it is, None to look everywhere; tag_id: its number where it is known; before: numbers of other tags.
    Raises NotFlashed where another firmware, another tag or nobody answers.
    """
    others = set(before)
    last: list[AnkletagError] = []

    def look() -> Running | None:
        for candidate in [Port(port)] if port is not None else where_to_look():
            try:
                tag = running(candidate.name)
            except AnkletagError as error:
                last.append(error)
                continue
            if tag.tag_id == tag_id or (tag_id is None and tag.tag_id not in others):
                return tag
            if port is not None:
                raise stage.failed(f"on {port} answers tag {tag.tag_id.hex()}, which is another one")
        return None

    tag = wait_for(look, limit_s)
    if tag is None:
        seen = f" (last: {last[-1].cause})" if last else ""
        raise stage.failed(f"no tag answered within {limit_s:g} s of the restart{seen}")
    if tag.hello["firmware"] != digest:
        said = tag.hello["firmware"]
        runs = said.hex() if isinstance(said, bytes) else "none"
        raise NotFlashed(
            f"{tag} runs firmware {runs}, and {digest.hex()} was written.",
            "Run the command again; if it stays so, hold BOOTSEL while you plug it in, and give --micropython.",
        )
    return tag
