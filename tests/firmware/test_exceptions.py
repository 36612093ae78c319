"""An exception out of any flash operation of a signed request: the tag is what its log says, and goes on."""

import re
from typing import Any

import pytest

from firmware import talk
from firmware.conftest import BLOCKS
from firmware.judge import log_says
from tagproto import messages, records

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


def test_what_took_the_tag_down_is_remembered(tag: Any) -> None:
    """Told once by a record, and by the diary from then on."""
    tag.start(BLOCKS, 1000)
    take(tag, ["fit"])
    tag.steps(3)
    for at in range(1, OPERATIONS):
        before = talk.of_kind(tag, records.FAULT)
        if take(tag, ["configure", 300 + at], at)["reset"]:
            break
    told = [talk.values_of(record)["text"] for record in talk.of_kind(tag, records.FAULT)[len(before) :]]
    assert len(told) == 1
    assert told[0].startswith(b"before: ")
    place, _, what = told[0][8:].decode().partition(" ")
    assert re.fullmatch(r"\w+\.py:\d+", place), told
    assert what == "MemoryError:"
    tag.reboot(1)
    again = [talk.values_of(record)["text"] for record in talk.of_kind(tag, records.FAULT)]
    assert again[-1:] == told
    assert talk.ask(tag, messages.LOG, {"offset": 0})["text"].endswith(b"last fault: " + told[0][8:])
    assert wrong(tag) == []


def test_a_reset_behind_another_one_does_not_come_at_once(tag: Any) -> None:
    """Else what no boot mends would fill the log with boots."""
    tag.start(BLOCKS, 1000)
    take(tag, ["fit"])
    tag.steps(3)
    rested_ms = []
    for at in range(1, OPERATIONS):
        before = tag.state()["ticks"]
        if take(tag, ["configure", 300 + at], at)["reset"]:
            rested_ms.append(tag.state()["ticks"] - before)
        if len(rested_ms) == 2:
            break
    assert rested_ms[0] < 60_000
    assert 600_000 <= rested_ms[1] < 660_000
    # A boot that nothing went before rests no more.
    tag.reboot(1)
    assert wrong(tag) == []
