"""Which port has a tag, and which tag: found by asking, never by guessing."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .client import Client, number, octets
from .errors import AnkletagError, PortAbsent, TagSilent, UsageError
from .transport import Port, Transport, open_port

# Eight hellos: what is no tag costs 4 s. A tag that is at a signature answers after one; a tag whose last session died
# at a higher rate comes back after three (SPEC.md, Lines).
_REPLY_S = 0.5
# A port may take its time to open, too. Who has not answered by then is silent.
_PATIENCE_S = 12.0
_PREFIX_MIN = 4
_ID_DIGITS = 16
_ID = f"{_PREFIX_MIN} to {_ID_DIGITS} hex digits"


@dataclass(frozen=True, slots=True)
class FoundTag:
    """A tag that answered. tag_id: 8 bytes; fitted: whether it says so."""

    port: Port
    tag_id: bytes
    fitted: bool


@dataclass(frozen=True, slots=True)
class Found:
    """tags: who answered; others: what was wrong with the rest of the ports. Both in the order of the ports."""

    tags: tuple[FoundTag, ...]
    others: tuple[tuple[Port, AnkletagError], ...]

    def matching(self, wanted: str | None) -> list[FoundTag]:
        """The tags whose id begins like that; all for None. Raises UsageError for what is no id, and PortAbsent."""
        beginning = id_beginning(wanted) if wanted is not None else ""
        tags = [tag for tag in self.tags if tag.tag_id.hex().startswith(beginning)]
        if tags:
            return tags
        if self.tags:
            there = ", ".join(f"{tag.tag_id.hex()} on {tag.port.name}" for tag in self.tags)
            raise PortAbsent(f"Tag {wanted} was not found.", f"Plug it in. These are there: {there}.")
        if len(self.others) == 1 and not isinstance(self.others[0][1], TagSilent):
            # Busy, forbidden or of another version: with one port there is no doubt what is meant.
            raise self.others[0][1]
        if not self.others:
            raise PortAbsent(
                "No USB serial port was found.",
                "Plug the tag in with a data cable (a charge-only cable shows no port), or name the port with --port.",
            )
        seen = " ".join(f"{port}: {error.cause}" for port, error in self.others)
        ports = "1 port" if len(self.others) == 1 else f"{len(self.others)} ports"
        raise PortAbsent(
            f"No tag answered on {ports}. {seen}",
            "Plug the tag in with a data cable, or name its port with --port.",
        )


def id_beginning(text: str) -> str:
    """A tag's id, or its beginning, in lower case. Raises UsageError for what is none."""
    beginning = text.strip().lower()
    if not _PREFIX_MIN <= len(beginning) <= _ID_DIGITS or not set(beginning) <= set("0123456789abcdef"):
        raise UsageError(f"{text!r} is no tag's id.", f"Give its beginning or all of it: {_ID}.")
    return beginning


def find(ports: Sequence[Port], opener: Callable[[str], Transport] = open_port, reply_s: float = _REPLY_S) -> Found:
    """Ask every port with a hello, all at once; a tag is not changed by it. opener: from a port's name to its line;
    reply_s: seconds before a hello is asked again."""
    answers: dict[Port, FoundTag | AnkletagError] = {}

    def ask(port: Port) -> None:
        try:
            answers[port] = _ask(port, opener, reply_s)
        except AnkletagError as error:
            answers[port] = error

    threads = [threading.Thread(target=ask, args=(port,), daemon=True) for port in ports]
    for thread in threads:
        thread.start()
    last_s = time.monotonic() + _PATIENCE_S
    for thread in threads:
        thread.join(max(0.0, last_s - time.monotonic()))
    given = {port: answers.get(port, _too_slow(port)) for port in ports}
    return Found(
        tuple(answer for answer in given.values() if isinstance(answer, FoundTag)),
        tuple((port, answer) for port, answer in given.items() if isinstance(answer, AnkletagError)),
    )


def _ask(port: Port, opener: Callable[[str], Transport], reply_s: float) -> FoundTag:
    with Client(opener(port.name), reply_s=reply_s) as client:
        tag_id = octets(client.hello(), "tag_id")
        return FoundTag(port, tag_id, bool(number(client.status(), "fitted")))


def _too_slow(port: Port) -> TagSilent:
    return TagSilent(f"{port.name} did not open in time.", "Unplug what is on it, and plug it in again.")
