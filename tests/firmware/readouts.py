"""What a tag sends for READs, told from SPEC.md alone: a host that knows which frame comes next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from firmware import talk
from firmware.talk import Values
from tagproto import frames, messages
from tagproto.bad import Bad
from tagproto.frames import Frame

UNIT = messages.UNIT_BYTES
PER_PAGE = messages.UNITS_PER_PAGE
END = messages.READ | messages.REPLY
Range = tuple[int, int]


def heard(sent: str | bytes) -> list[Frame]:
    """The frames in what the tag sent, which are all good."""
    found = frames.Decoder(frames.DATA_BODY_MAX).feed(bytes.fromhex(sent) if isinstance(sent, str) else sent)
    assert not any(isinstance(frame, Bad) for frame in found), found
    return [frame for frame in found if isinstance(frame, Frame)]


def request(request_id: int, units: int, *ranges: Range) -> bytes:
    return talk.request(messages.READ, talk.ranges(*ranges, units=units), request_id)


def fields_of(frame: Frame) -> Values:
    values = messages.decode(frame.kind, frame.body)
    assert not isinstance(values, Bad)
    return values


def data_of(frame: Frame) -> tuple[int, bytes]:
    """(address, data) of a data frame."""
    assert frame.kind == messages.DATA
    values = fields_of(frame)
    address, data = values["address"], values["data"]
    assert isinstance(address, int)
    assert isinstance(data, bytes)
    return address, data


def ended(asked: Range) -> Range:
    """A range ends with the last address."""
    address, units = asked
    return address, min(units, 2**32 - address)


@dataclass(slots=True)
class Asked:
    """One READ: what it asks for."""

    request_id: int
    units: int
    ranges: list[Range]


@dataclass(slots=True)
class Follower:
    """Is told of every READ in order, and of every frame; raises AssertionError for one that must not come.

    here: whether the tag certainly has a page (True), certainly not (False), or may have it (None). page: its 256
    bytes, or None for one that changes.
    """

    here: Callable[[int], bool | None]
    page: Callable[[int], bytes | None]
    queue: list[Range] = field(default_factory=list)
    units: int = 1
    request_id: int = -1
    # READs that the tag has not been seen to take.
    waiting: list[Asked] = field(default_factory=list)
    # The last READ has been answered.
    told: bool = True
    most: int = 0

    def asked(self, asked: Asked) -> bytes:
        """The bytes of this READ; the tag must not refuse it."""
        self.waiting.append(asked)
        return request(asked.request_id, asked.units, *asked.ranges)

    def refused(self, request_id: int) -> Asked:
        """The tag refused this READ."""
        (asked,) = [each for each in self.waiting if each.request_id == request_id]
        self.waiting.remove(asked)
        return asked

    def frame(self, frame: Frame) -> None:
        """A data frame, or the reply that says that all was sent."""
        self._take(frame.request_id)
        if frame.kind == END:
            assert self.queue == []
            assert not self.told
            self.told = True
        else:
            self._data(*data_of(frame))

    def _take(self, request_id: int) -> None:
        if request_id == self.request_id:
            return
        assert request_id in [each.request_id for each in self.waiting]
        while self.request_id != request_id:
            asked = self.waiting.pop(0)
            self.request_id, self.units, self.told = asked.request_id, asked.units, False
            self.queue = [*self.queue, *(ended(each) for each in asked.ranges if each[1])] if asked.ranges else []
            self.most = max(self.most, len(self.queue))

    def _data(self, address: int, data: bytes) -> None:
        assert self.queue
        first, left = self.queue.pop(0)
        assert address == first
        assert len(data) % UNIT == 0
        units = len(data) // UNIT
        wanted = min(self.units, left)
        possible = [self.here((address + at) // PER_PAGE) for at in range(wanted)]
        assert False not in possible[:units]
        if units < wanted:
            # It ends where a page is missing, and nowhere else.
            assert possible[units] is not True
            assert (address + units) % PER_PAGE == 0 or not units
        for at in range(units):
            seq, unit = divmod(address + at, PER_PAGE)
            raw = self.page(seq)
            if raw is not None:
                assert data[at * UNIT : (at + 1) * UNIT] == raw[unit * UNIT : (unit + 1) * UNIT]
        taken = units or min(left, PER_PAGE - address % PER_PAGE)
        if taken < left:
            self.queue.insert(0, (address + taken, left - taken))


def pages_of(tag: Any) -> dict[int, bytes]:
    """The tag's pages by number, from its flash."""
    return dict(enumerate(map(bytes.fromhex, tag.pages_now()), tag.state()["oldest_page"]))


def follower(tag: Any) -> Follower:
    """Of a tag that records nothing meanwhile."""
    kept = pages_of(tag)
    return Follower(lambda seq: seq in kept, lambda seq: kept[seq])


def follow(tag: Any, *wanted: Asked, turns: int = 60) -> list[Frame]:
    """Every frame that answers these READs, which is what must come."""
    known = follower(tag)
    data = b"".join(known.asked(each) for each in wanted)
    found = heard(tag.link(data.hex(), turns)["sent"])
    for frame in found:
        known.frame(frame)
    assert known.told
    assert known.waiting == []
    return found
