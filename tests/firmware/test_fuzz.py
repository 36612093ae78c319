"""Frames that nobody should send, many thousand of them: the tag answers what it must, keeps its state, memory and
cadence, and serves the next session. tests/soak sends a million.
"""

import itertools
import random
from typing import Any

from firmware import talk
from firmware.refusing import LASTING
from tagproto import messages, records
from tagproto.records import Record

COUNT = 20_000
# Between two measurements objects of some turns may be on their way.
GROWTH = 16 << 10
STATE = (*LASTING, "public_key", "last_hash", "oldest_page", "retired", "readings_lost", "bad_writes")
# What the tag records of it: that it refused, and its readings with the baseline that ten of them give.
RECORDED = {records.READING, records.REFUSED, records.REPEATED, records.BASELINE}


def fitted(tag: Any) -> None:
    """A tag whose next seal is days away, with a read-out allowed."""
    talk.fit(tag, {**talk.FITTING, "seal_interval_s": 345_600})
    talk.ask(tag, messages.OPEN, {"scope": 1})


def lasting(tag: Any) -> list[Any]:
    """All that must outlive what nobody should send."""
    state = tag.state()
    hello = talk.ask(tag, messages.HELLO, talk.HELLO)
    status = talk.ask(tag, messages.STATUS)
    trust = [hello[name] for name in ("root", "list_number", "tag_id")]
    order = [status[name] for name in ("order_id", "seal_interval_s", "received_page", "unreceipted", "minimum")]
    return [state[name] for name in STATE] + trust + order


def recorded(tag: Any) -> list[Record]:
    found = [records.parse(bytes.fromhex(data)) for data in tag.log()["records"]]
    return [record for record in found if isinstance(record, Record)]


def fuzz(tag: Any, seed: int, count: int) -> dict[str, Any]:
    """So many frames; what the tag's answers and memory were."""
    found: dict[str, Any] = tag.fuzz(seed, count)
    assert found["torn"] == 0
    answers = found["answers"]
    # Nothing but replies, errors and what was asked to be read.
    assert {int(name.split()[0]) for name in answers} <= {
        messages.ERROR,
        messages.DATA,
        *(kind | messages.REPLY for kind in messages.REQUESTS),
    }
    unasked = (f"{messages.DATA} 0", f"{messages.READ | messages.REPLY} 0", f"{messages.ERROR} {messages.ERROR_FRAME}")
    replies = sum(number for name, number in answers.items() if name not in unasked)
    assert replies == found["due"] + found["refused_reads"] > 0
    assert 0 < answers[unasked[-1]] <= found["turns"]
    least, most, _ = found["used"]
    assert most - least < GROWTH
    return found


def assert_unharmed(tag: Any, before: list[Any], known: int) -> None:
    """The same state; behind the records that were known nothing but refusals, readings that came on time, and what
    these give; and the next session is as ever."""
    assert lasting(tag) == before
    later = recorded(tag)[known:]
    assert {record.kind for record in later} <= RECORDED
    assert sum(record.kind == records.BASELINE for record in later) <= 1
    ticks = [record.ticks for record in recorded(tag) if record.kind == records.READING]
    spans = [records.ticks_after(a, b) for a, b in itertools.pairwise(ticks)]
    assert len(spans) > 1
    assert all(abs(span - 60_000) <= 500 for span in spans)
    assert tag.check() == []
    talk.ask(tag, messages.OPEN, {"scope": 1})
    assert len(talk.read(tag)[0]) == tag.state()["open_page"] + 1
    seals = tag.state()["seals"]
    talk.ask(tag, messages.SEAL, talk.SEAL)
    # All that was refused is in the log now, alone or counted.
    told = recorded(tag)
    alone = sum(record.kind == records.REFUSED for record in told)
    counted = sum(record.values()["count"] for record in told if record.kind == records.REPEATED)
    assert talk.ask(tag, messages.STATUS)["commands_refused"] == alone + counted
    assert tag.state()["seals"] == seals + 1
    assert tag.check() == []


def test_twenty_thousand_frames_that_nobody_should_send(tag: Any) -> None:
    fitted(tag)
    before, known = lasting(tag), len(recorded(tag))
    fuzz(tag, random.getrandbits(30), COUNT)
    assert_unharmed(tag, before, known)
