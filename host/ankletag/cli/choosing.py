"""Which port a command talks to: the one that was named, or that of the tag that answers; a choice between several."""

import sys

import typer

from ..errors import UsageError
from ..find import Found, FoundTag, find, id_beginning
from ..transport import REPLAY, Port, where_to_look
from .output import note, working


def choose_port(port: str | None, tag: str | None) -> str:
    """The port to open. What was found by asking is said. Raises PortAbsent or UsageError."""
    if port is None:
        found = ask_all()
        tags = found.matching(tag)
        if len(tags) > 1:
            return _one_of(tags).port.name
        note(f"found {tag_words(tags[0])}")
        return tags[0].port.name
    if tag is not None:
        _check(port, tag)
    return port


def ask_all() -> Found:
    """Every port that may have a tag, asked. What is no tag is said where there is one besides."""
    with working("looking for tags"):
        found = find(where_to_look())
    if found.tags:
        for port, error in found.others:
            note(f"no tag on {port}: {error.cause}")
    return found


def _check(port: str, tag: str) -> None:
    """Raises PortAbsent where another tag, or none, is on the port that was named."""
    id_beginning(tag)
    if port.startswith(REPLAY):
        raise UsageError("A recorded session has one tag.", "Leave --tag out when you play one back.")
    found = find([Port(port)])
    for _, error in found.others:
        raise error
    found.matching(tag)


def _one_of(tags: list[FoundTag]) -> FoundTag:
    """Asked of the user where there is one at a terminal. Raises UsageError elsewhere."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        for tag in tags:
            note(f"found {tag_words(tag)}")
        raise UsageError(
            f"There are {len(tags)} tags: {', '.join(tag.tag_id.hex() for tag in tags)}.",
            "Name one with --tag; where two have one number, with --port.",
        )
    for number, tag in enumerate(tags, 1):
        note(f"  {number}  {tag_words(tag)}")
    choices = {str(number): tag for number, tag in enumerate(tags, 1)}
    while True:
        try:
            typed: str = typer.prompt(f"which one [1-{len(tags)}]", err=True)
        except typer.Abort:
            # Ctrl-C and the end of the input, which click makes one; the line that was begun ends here.
            note("")
            raise KeyboardInterrupt from None
        if chosen := choices.get(typed.strip()):
            return chosen
        note(f"Type a number from 1 to {len(tags)}, or Ctrl-C to stop.")


def tag_words(tag: FoundTag) -> str:
    """A tag that was found, for people."""
    return f"tag {tag.tag_id.hex()} on {tag.port}, {'fitted' if tag.fitted else 'not fitted'}"
