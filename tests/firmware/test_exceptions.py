"""An exception out of any flash operation of a signed request: the tag is what its log says, and goes on."""

from typing import Any

import pytest

from firmware.conftest import BLOCKS
from firmware.judge import log_says
from tagproto import messages

OPERATIONS = 40
# Each with what comes before it.
REQUESTS: dict[str, tuple[list[Any], list[list[Any]]]] = {
    "fit": (["fit"], []),
    "remove": (["remove"], [["fit"], ["live", 3]]),
    "fit other": (["fit other"], [["fit"], ["remove"], ["seal"], ["acknowledge all"]]),
    "configure": (["configure", 300], [["fit"], ["live", 3]]),
    "seal": (["seal"], [["fit"], ["live", 3]]),
    "acknowledge": (["acknowledge all"], [["fit"], ["live", 30], ["seal"]]),
    "list": (["list"], []),
    "rotate": (["rotate"], []),
}


NEVER = 1_000_000


def take(tag: Any, step: list[Any], at: int = NEVER) -> Any:
    """A step; its so manieth flash operation fails."""
    if step == ["acknowledge all"]:
        state = tag.state()
        step = ["acknowledge", state["open_page"], state["seals"] - 1]
    return tag.failing_step(at, *step)


def wrong(tag: Any) -> list[str]:
    """What speaks against the tag, and where it differs from its log."""
    tag.steps(2)
    # A seal that fell with the exception may be late.
    found = [sentence for sentence in tag.check(2) if not sentence.startswith("seal-late")]
    says = tag.says()
    if not says["fitted"] and says["unreceipted"]:
        found += page_not_ended(tag)
    return found + log_says(tag.read(), says)


def page_not_ended(tag: Any) -> list[str]:
    """An order that has ended and is receipted whole lets another one begin."""
    tag.seal()
    take(tag, ["acknowledge all"])
    return ["the order that ended stays unreceipted"] if tag.says()["unreceipted"] else []


@pytest.mark.parametrize("name", REQUESTS)
def test_an_exception_at_each_operation(tag: Any, name: str) -> None:
    request, before = REQUESTS[name]
    resets = 0
    for at in range(1, OPERATIONS):
        tag.start(BLOCKS, 1000 * at)
        for step in before:
            take(tag, step)
        done = take(tag, request, at)
        resets += done["reset"]
        assert wrong(tag) == [], (name, at, done)
        # The tag goes on.
        assert take(tag, ["seal"])["gave"] == messages.SEAL | messages.REPLY, (name, at, done)
        if not done["failed"]:
            break
    assert not done["failed"]
    assert at > 2
    assert resets
