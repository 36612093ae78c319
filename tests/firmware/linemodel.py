"""A tag's line as a host sees it: all that was sent, all that came, and whether that is what SPEC.md says."""

from dataclasses import dataclass
from typing import Any

from firmware import talk
from firmware.conftest import BLOCKS, TICKS
from firmware.readouts import END, Asked, Follower, fields_of
from firmware.talk import PROGRAMME, TAG_ID, Values
from tagproto import frames, messages
from tagproto.bad import Bad
from tagproto.frames import Frame

ALL = 1 << 20
# The tag checks so many signatures in a row.
_SIGNED_MAX = 12


@dataclass(frozen=True, slots=True)
class Got:
    """A frame that came. low, high: the open page's number was between these when the tag made it. late: the read-out
    had run out before it came."""

    frame: Frame
    low: int
    high: int
    late: bool


class Line:
    """A fitted tag with a few pages. No turn takes time but by `advance`."""

    def __init__(self, tag: Any) -> None:
        self.tag = tag
        tag.start(BLOCKS, TICKS)
        tag.fill(100)
        # Time goes by in leaps: no seal falls due.
        talk.fit(tag, {**talk.FITTING, "seal_interval_s": 86_400})
        talk.ask(tag, messages.OPEN, {"scope": 1})
        tag.set_idles(False)
        self._next_id = 0
        self._to_tag = frames.Decoder()
        self._to_host = frames.Decoder(frames.DATA_BODY_MAX)
        # Frames that a tag cannot read, and those that only a tag sends.
        self.bad = 0
        self.foreign = 0
        # (request id, kind) of each request that has a reply of its own; READs by request id.
        self.due: list[tuple[int, int]] = []
        self.reads: dict[int, Asked] = {}
        self.got: list[Got] = []
        self._open = self._low = tag.state()["open_page"]
        self._signed = 0
        self._late = False

    def turns(self, count: int, data: bytes = b"") -> None:
        """So many turns of the tag; what it sends is kept."""
        before = self._open
        sent = bytes.fromhex(self.tag.link(data.hex(), count)["sent"])
        self._open = self.tag.state()["open_page"]
        for frame in self._to_host.feed(sent):
            assert isinstance(frame, Frame), "a bad frame came out of the tag"
            self.got.append(Got(frame, self._low, self._open, self._late))
            # The next one was made later than this one.
            self._low = before

    def say(self, data: bytes, turns: int) -> None:
        """Bytes to the tag, which it may find to be frames or garbage."""
        for frame in self._to_tag.feed(data):
            if isinstance(frame, Bad):
                self.bad += 1
            elif frame.kind >= messages.REPLY:
                self.foreign += 1
            elif frame.kind != messages.READ:
                self.due.append((frame.request_id, frame.kind))
        self.turns(turns, data)

    def request(self, kind: int, values: Values, turns: int) -> int:
        """Its number."""
        self._next_id += 1
        self.say(talk.request(kind, values, self._next_id), turns)
        return self._next_id

    def read(self, units: int, ranges: list[tuple[int, int]], turns: int) -> None:
        self.reads[self._next_id + 1] = Asked(self._next_id + 1, units, ranges)
        self.request(messages.READ, talk.ranges(*ranges, units=units), turns)

    def answer(self, request_id: int) -> Values:
        """The fields of the reply to a request; the port takes everything from now on."""
        self.tag.room(ALL)
        for _ in range(100):
            for got in self.got:
                if got.frame.request_id == request_id and got.frame.kind not in (messages.DATA, END):
                    return fields_of(got.frame)
            # Who listens does nothing else.
            self.tag.advance(messages.LISTEN_MS)
            self.turns(8)
        raise AssertionError(f"no reply to request {request_id}")

    def signed(self, kind: int, values: Values) -> bool:
        """A signed request that the tag takes; whether it was sent: more than a few would be refused."""
        if self._signed == _SIGNED_MAX:
            return False
        self._signed += 1
        nonce = self.answer(self.request(messages.HELLO, talk.HELLO, 1))["nonce"]
        assert isinstance(nonce, bytes)
        reply = self.answer(self.request(kind, PROGRAMME.station.command(kind, TAG_ID, nonce, values), 1))
        assert "code" not in reply, reply
        return True

    def expire(self) -> None:
        """The read-out runs out, and another one is allowed."""
        self.drain()
        self.read(1, [(0, 9), (4, 40)], 0)
        self.turns(1)
        self.tag.advance(messages.OPEN_LIFE_MS + 1)
        self._late = True
        self.read(1, [(0, 9)], 2)
        self.drain()
        if self.signed(messages.OPEN, {"scope": 1}):
            self._late = False

    def drain(self) -> None:
        """The port takes everything until nothing comes any more."""
        self.tag.room(ALL)
        quiet = 0
        while quiet < 3:
            before = len(self.got)
            self.tag.advance(messages.LISTEN_MS)
            self.turns(10)
            quiet = quiet + 1 if len(self.got) == before else 0


def judge(line: Line) -> None:
    """Every frame is one that must have come, in this order; and none is missing. For a line that was drained."""
    kept = dict(enumerate(map(bytes.fromhex, line.tag.pages_now()), line.tag.state()["oldest_page"]))
    low = high = 0
    known = Follower(
        lambda seq: True if seq <= low else None if seq <= high else False, lambda seq: kept[seq] if seq < low else None
    )
    known.waiting = list(line.reads.values())
    refused = {got.frame.request_id for got in line.got if got.frame.kind == messages.ERROR} & line.reads.keys()
    for request_id in refused:
        known.refused(request_id)
    replies: list[tuple[int, int]] = []
    unread = 0
    late = False
    for got in line.got:
        low, high, frame = got.low, got.high, got.frame
        if got.late and not late:
            # Silence from here on: nobody is told, and nothing goes on afterwards.
            known.queue, known.told = [], True
        late = got.late
        if frame.kind in (messages.DATA, END):
            assert not late
            known.frame(frame)
        elif frame.kind == messages.ERROR and fields_of(frame)["code"] == messages.ERROR_FRAME:
            assert frame.request_id == 0
            unread += 1
        elif frame.request_id in refused:
            code = fields_of(frame)["code"]
            assert code == (messages.ERROR_RIGHT if late else messages.ERROR_BUSY)
            # A frame that was made before the refusal may have come first.
            count = len(line.reads[frame.request_id].ranges)
            assert late or len(known.queue) + 1 + count > messages.RANGES_KEPT
        else:
            replies.append((frame.request_id, frame.kind))
    assert [request_id for request_id, _ in replies] == [request_id for request_id, _ in line.due]
    for (_, kind), (_, replied) in zip(line.due, replies, strict=True):
        assert replied in (kind | messages.REPLY, messages.ERROR)
    assert known.told
    assert known.waiting == []
    assert known.most <= messages.RANGES_KEPT
    assert (unread > 0) == (line.bad > 0)
    assert unread <= line.bad
    assert talk.ask(line.tag, messages.STATUS)["frames_bad"] == line.bad + line.foreign
