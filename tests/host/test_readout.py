"""The read-out alone, in virtual time: a model of the tag's queue behind a line that loses, damages and delays."""

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ankletag.readout import Readout, RepairingDecoder, is_repaired
from ankletag.readout.flow import CREDIT_UNITS
from ankletag.readout.framesize import FrameSize
from ankletag.readout.pieces import Pieces
from tagproto import coding, frames, messages, pages
from tagproto.bad import Bad
from tagproto.frames import Frame

UNIT = messages.UNIT_BYTES
BYTES_PER_S = 11_520
END_S = 600.0


def page(seq: int) -> bytes:
    """A page whose checksum holds, with bytes of its own."""
    raw = bytearray(random.Random(seq).randbytes(pages.PAGE_SIZE))
    pages.write_header(raw, seq, pages.NO_ITEM, coding.Coder())
    pages.close(raw)
    return bytes(raw)


@dataclass
class Tag:
    """SPEC.md, Read-out: one queue, data frames from its front, the end told once."""

    log: dict[int, bytes]
    queue: list[list[int]] = field(default_factory=list)
    units: int = 1
    request_id: int = 0
    owes_end: bool = False
    most_queued: int = 0

    def take(self, frame: Frame) -> None:
        values = messages.decode(frame.kind, frame.body)
        assert isinstance(values, dict)
        packed = values["ranges"]
        assert isinstance(packed, bytes)
        assert len(packed) // 6 <= messages.RANGES_MAX
        if not packed:
            self.queue.clear()
        for at in range(0, len(packed), 6):
            self.queue.append(
                [int.from_bytes(packed[at : at + 4], "little"), int.from_bytes(packed[at + 4 : at + 6], "little")]
            )
        assert len(self.queue) <= messages.RANGES_KEPT
        self.most_queued = max(self.most_queued, sum(units for _, units in self.queue))
        assert isinstance(values["units"], int)
        self.units = values["units"]
        self.request_id = frame.request_id
        self.owes_end = True

    def next(self) -> bytes:
        """The next frame, or nothing."""
        while self.queue:
            address, left = self.queue[0]
            data = b""
            for unit in range(address, address + min(self.units, left)):
                raw = self.log.get(unit // 4)
                if raw is None:
                    break
                data += raw[unit % 4 * UNIT : (unit % 4 + 1) * UNIT]
            taken = len(data) // UNIT or min(left, 4 - address % 4)
            self.queue[0] = [address + taken, left - taken]
            if taken == left:
                self.queue.pop(0)
            body = messages.encode(messages.DATA, {"address": address, "data": data})
            return frames.encode(messages.DATA, self.request_id, body)
        if not self.owes_end:
            return b""
        self.owes_end = False
        body = messages.encode(messages.READ | messages.REPLY, {"oldest_page": 0, "open_page": max(self.log)})
        return frames.encode(messages.READ | messages.REPLY, self.request_id, body)


@dataclass
class Run:
    """A read-out over a line. lost(size): whether a frame of so many bytes gets lost; now_s goes with the bytes."""

    tag: Tag
    input_bytes: int = 512
    latency_s: float = 0.004
    bit_error_rate: float = 0.0
    loss: float = 0.0
    seed: int = 0
    now_s: float = 0.0
    got: dict[int, bytes] = field(default_factory=dict)
    absent: list[int] = field(default_factory=list)
    sent_bytes: int = 0
    restart_s: float = -1.0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.readout = Readout(self.got.__setitem__, self.absent.append, self.input_bytes, 2 * self.latency_s)
        self._decoder = RepairingDecoder()

    def through(self, data: bytes) -> bytes:
        """What comes out of the line."""
        if self.random.random() < self.loss:
            return b""
        out = bytearray(data)
        for at in range(len(out)):
            for bit in range(8):
                if self.bit_error_rate and self.random.random() < self.bit_error_rate:
                    out[at] ^= 1 << bit
        return bytes(out)

    def go(self) -> None:
        """Until it is done, or the end of time."""
        to_tag: list[tuple[float, bytes]] = []
        to_host: list[tuple[float, bytes]] = []
        tag_frames = frames.Decoder()
        free_s, request_id = 0.0, 250
        while not self.readout.done:
            assert self.now_s < END_S, "never done"
            if 0 <= self.restart_s <= self.now_s:
                self.restart_s = -1.0
                self.tag.queue.clear()
                self.tag.owes_end = False
            values = self.readout.request(self.now_s)
            if values is not None:
                request_id = (request_id + 1) & 255
                frame = frames.encode(messages.READ, request_id, messages.encode(messages.READ, values))
                assert len(frame) <= self.input_bytes
                self.readout.sent(request_id, values, len(frame), self.now_s)
                assert self.readout.unconfirmed_bytes <= self.input_bytes
                to_tag.append((self.now_s + len(frame) / BYTES_PER_S + self.latency_s, self.through(frame)))
            while to_tag and to_tag[0][0] <= self.now_s:
                for found in tag_frames.feed(to_tag.pop(0)[1]):
                    if not isinstance(found, Bad):
                        self.tag.take(found)
            # A port in front of the line takes some of what the tag has.
            while free_s <= self.now_s + 0.2 and (frame := self.tag.next()):
                free_s = max(free_s, self.now_s) + len(frame) / BYTES_PER_S
                self.sent_bytes += len(frame)
                to_host.append((free_s + self.latency_s, self.through(frame)))
            while to_host and to_host[0][0] <= self.now_s:
                data = to_host.pop(0)[1]
                self.readout.bytes_came(len(data), self.now_s)
                for found in self._decoder.feed(data):
                    if not isinstance(found, Bad):
                        self.readout.frame(found, self.now_s)
            self.now_s += 0.002


def log_of(count: int, start: int = 0) -> dict[int, bytes]:
    return {seq: page(seq) for seq in range(start, start + count)}


def test_on_a_clean_line_nothing_is_sent_twice() -> None:
    log = log_of(400)
    run = Run(Tag(log))
    run.readout.want(range(400))
    run.go()
    assert run.got == log
    ideal = 400 * pages.PAGE_SIZE
    assert ideal < run.sent_bytes < ideal * 1.02
    # The line did not rest either.
    assert run.now_s < run.sent_bytes / BYTES_PER_S * 1.01 + 0.1
    assert run.tag.most_queued <= CREDIT_UNITS


@pytest.mark.parametrize("input_bytes", [32, 512])
@pytest.mark.parametrize("latency_s", [0.0, 0.05])
@given(st.integers(0, 1 << 32), st.floats(0, 0.4), st.sampled_from([0, 1e-5, 1e-4, 1e-3]), st.floats(-1, 3))
@settings(max_examples=8)
def test_every_page_comes_as_it_is(
    input_bytes: int, latency_s: float, seed: int, loss: float, bit_error_rate: float, restart_s: float
) -> None:
    log = log_of(60, start=7)
    for gone in (9, 10, 40):
        del log[gone]
    run = Run(Tag(log), input_bytes, latency_s, bit_error_rate, loss, seed, restart_s=restart_s)
    run.readout.want(range(7, 66))
    run.readout.want([66], 66)
    run.go()
    assert run.got == log
    assert sorted(run.absent) == [9, 10, 40]


@given(st.sets(st.integers(0, 80), max_size=60), st.integers(0, 1 << 32))
@settings(max_examples=20)
def test_pages_here_and_there(wanted: set[int], seed: int) -> None:
    log = log_of(81)
    run = Run(Tag(log), loss=0.1, seed=seed)
    run.readout.want(sorted(wanted))
    run.go()
    assert run.got == {seq: log[seq] for seq in wanted}


def test_pages_that_are_wanted_later_come_too() -> None:
    log = log_of(30)
    run = Run(Tag(log))
    run.readout.want(range(20))
    run.go()
    run.readout.want(range(20, 30))
    run.go()
    assert run.got == log


def test_an_open_page_that_changes_between_two_frames_comes_again() -> None:
    early, late = page(0), page(99)

    class Growing(Tag):
        def next(self) -> bytes:
            frame = super().next()
            if len(frame) > UNIT:
                self.log = {0: late}
            return frame

    run = Run(Growing({0: early}))
    run.readout.want([0], 0)
    # Frames of a quarter of a page each: the first is of the page as it was.
    for _ in range(60):
        run.readout.size.lost(1)
    run.go()
    assert run.got == {0: late}


def test_a_page_that_flash_does_not_give_at_once_is_asked_for_once_more() -> None:
    class Hesitant(Tag):
        def next(self) -> bytes:
            frame = super().next()
            if len(frame) > UNIT and not self.queue:
                self.log[1] = page(1)
            return frame

    run = Run(Hesitant({0: page(0), 2: page(2)}))
    run.readout.want(range(3))
    run.go()
    assert run.got == {seq: page(seq) for seq in range(3)}
    assert run.absent == []


def test_what_was_mended_wrongly_comes_again() -> None:
    pieces = Pieces()
    right = page(0)
    wrong = bytes((right[64] ^ 1,)) + right[65:128]
    assert list(pieces.add(1, wrong, mended=True)) == []
    assert list(pieces.add(0, right[:64], mended=False)) == []
    (found,) = pieces.add(2, right[128:], mended=False)
    assert found == (0, None, [1])
    # What came undamaged stays.
    (found,) = pieces.add(1, right[64:128], mended=True)
    assert found == (0, right, [])


def test_a_page_that_is_damaged_in_flash_comes_as_it_is() -> None:
    broken = bytes(page(3)[:-1]) + b"\0"
    log = log_of(6) | {3: broken}
    run = Run(Tag(log), bit_error_rate=3e-5, seed=5)
    run.readout.want(range(6))
    run.go()
    assert run.got == log


@given(st.integers(0, 1 << 32), st.sampled_from(messages.DATA_UNITS))
def test_one_turned_bit_is_put_right_or_the_frame_refused(seed: int, units: int) -> None:
    source = random.Random(seed)
    body = messages.encode(
        messages.DATA, {"address": source.randrange(1 << 32), "data": source.randbytes(units * UNIT)}
    )
    encoded = bytearray(frames.encode(messages.DATA, 9, body))
    at = source.randrange(len(encoded) * 8)
    encoded[at // 8] ^= 1 << at % 8
    found = [frame for frame in RepairingDecoder().feed(bytes(encoded) + b"\0") if isinstance(frame, Frame)]
    assert all(frame.body == body and is_repaired(frame) for frame in found)


def test_nearly_every_turned_bit_is_put_right() -> None:
    source = random.Random(1)
    decoder = RepairingDecoder()
    good = 0
    for _ in range(2000):
        body = messages.encode(messages.DATA, {"address": 8, "data": source.randbytes(256)})
        encoded = bytearray(frames.encode(messages.DATA, 9, body))
        at = source.randrange((len(encoded) - 1) * 8)
        encoded[at // 8] ^= 1 << at % 8
        good += sum(isinstance(frame, Frame) for frame in decoder.feed(bytes(encoded)))
    assert good > 1900


def test_a_reply_is_never_mended() -> None:
    body = messages.encode(messages.READ | messages.REPLY, {"oldest_page": 1, "open_page": 2})
    encoded = frames.encode(messages.READ | messages.REPLY, 9, body)
    for at in range((len(encoded) - 1) * 8):
        turned = bytearray(encoded)
        turned[at // 8] ^= 1 << at % 8
        assert not any(isinstance(frame, Frame) for frame in RepairingDecoder().feed(bytes(turned) + b"\0"))


def test_frames_grow_and_shrink_with_the_line() -> None:
    size = FrameSize()
    assert size.choose() == 16
    for _ in range(20):
        size.lost(16)
    assert size.choose() == 1
    for _ in range(400):
        size.came(size.choose())
    assert size.choose() == 16
    assert FrameSize(noisy=True).choose() < 16
