"""Commands that send a fitted tag what nobody should send, made here so that a million of them take no long time."""

import gc
import random
import struct

import driving
from life import HELLO, PROGRAMME
from workload import receipt

from tagproto import frames, messages, records
from tagproto.calibration import identity

# The line brings so many bytes at once, in a turn of so many milliseconds.
_BATCH_BYTES = 960
_TURN_MS = 150
# Now and then a frame that nothing is wrong with.
_GOOD = 10
_MEASURE_EVERY = 500
_PACE = {"cadence_s": 90, "seal_interval_s": 3600, "profile": 1, "fix_interval_s": 0}
_POOL = (1 << 13) + 1300
_CALIBRATION = {field[0]: 1 for field in records.CALIBRATION[1:]}
_CALIBRATION["calibration_id"] = identity(_CALIBRATION)


class _Source:
    """Frames: `make()` gives one, and counts in `due` those that a tag must answer."""

    def __init__(self, seed):
        random.seed(seed)
        noise = bytearray(_POOL)
        for at in range(_POOL):
            noise[at] = random.getrandbits(8)
        self._noise = bytes(noise)
        self._good = _good_frames()
        self.due = 0
        self._ways = (self._flipped, self._cut, self._junk, self._stuffed, self._twice, self._body, self._whole)

    def make(self):
        return self._ways[random.getrandbits(8) % len(self._ways)]()

    def _any(self):
        return self._good[random.getrandbits(16) % len(self._good)]

    def _piece(self, most):
        """Up to so many bytes of noise."""
        at = random.getrandbits(13)
        return self._noise[at : at + random.getrandbits(16) % most]

    def _flipped(self):
        """One to three bits."""
        kind, whole = self._any()
        frame = bytearray(whole)
        for _ in range(1 + random.getrandbits(2) % 3):
            frame[random.getrandbits(16) % (len(frame) - 1)] ^= 1 << random.getrandbits(3)
        # The same bit twice.
        return self._count(kind, whole) if frame == whole else frame

    def _cut(self):
        frame = self._any()[1]
        if random.getrandbits(1):
            return frame[random.getrandbits(16) % (len(frame) - 2) + 1 :]
        return frame[: random.getrandbits(16) % (len(frame) - 1)] + b"\0"

    def _junk(self):
        """Bytes of any kind, now and then more of them than any frame has."""
        return self._piece(60 if random.getrandbits(6) else 1300) + b"\0"

    def _stuffed(self):
        """COBS of noise: only the checksum is wrong."""
        noise = self._noise
        at = random.getrandbits(13)
        size = 1 + random.getrandbits(6)
        return bytes([size + 1]) + noise[at : at + size].replace(b"\0", b"\1") + b"\0"

    def _twice(self):
        """Without what ends the first one."""
        frame = self._any()[1]
        return frame[:-1] + frame

    def _body(self):
        """A frame that can be read, of any kind and with any body."""
        kind = random.getrandbits(8)
        if kind < 0x80 and random.getrandbits(2):
            kind &= 0x1F
        body = self._piece(90)
        return self._count(kind, frames.encode(kind, random.getrandbits(7) << 1 | (kind == messages.READ), body))

    def _whole(self):
        if random.getrandbits(8) % _GOOD:
            return self._flipped()
        return self._count(*self._any())

    def _count(self, kind, frame):
        # READs have odd numbers.
        if kind < messages.REPLY and kind != messages.READ:
            self.due += 1
        return frame


def _good_frames():
    """(kind, frame) of every kind, as hosts and tags send them; what is signed is over nonces that are used up."""
    station = PROGRAMME.station
    signed = {
        messages.SEAL: {"challenge": bytes(16)},
        messages.FIT: dict(_PACE, order_id=b"another order id"),
        messages.REMOVE: {"reason": 1},
        messages.ACKNOWLEDGE: receipt(1, 0, bytes(32)),
        messages.ATTEST: {"utc_ms": 1780000000000},
        messages.OPEN: {"scope": 1},
        messages.CONFIGURE: _PACE,
        messages.CALIBRATE: _CALIBRATION,
        messages.SELF_TEST: {},
    }
    found = [(kind, station.command(kind, b"TAG00001", bytes(8), values)) for kind, values in signed.items()]
    ranges = struct.pack(messages.RANGE, 3, 5) + struct.pack(messages.RANGE, 40, 30)
    found += [
        (messages.HELLO, HELLO),
        (messages.STATUS, {}),
        (messages.READ, {"units": 4, "ranges": ranges}),
        (messages.READ, {"units": 16, "ranges": b""}),
        (messages.READ, {"units": 3, "ranges": ranges * 8}),
        (messages.LOG, {"offset": 9}),
        (messages.PRESENT, {"document": PROGRAMME.station_document}),
        (messages.PRESENT, {"document": PROGRAMME.root_document}),
        (messages.DOCUMENT, {"index": 1}),
        (messages.LISTEN, {}),
        (messages.RATE, {"baud": 921600}),
        (messages.DATA, {"address": 4, "data": bytes(64)}),
        (messages.ERROR, {"code": 15, "version": 0, "text": b""}),
        (messages.LISTEN | messages.REPLY, {"room": 512}),
    ]
    return [
        (kind, frames.encode(kind, 8 | (kind == messages.READ), messages.encode(kind, values)))
        for kind, values in found
    ]


def fuzz(seed, count):
    """So many frames to a fitted tag whose line has a rate, and what came of them.

    due: requests that a tag must answer, all but READs; answers: by 'kind code'; refused_reads: of these, to READs;
    torn: bad frames out of the tag; used: [least, most, last] bytes of the heap in use.
    """
    tag = driving.now.tag
    board = tag.board
    port = board.link
    port.rate = 921600
    board.idles = False
    source = _Source(seed)
    decoder = frames.Decoder(frames.DATA_BODY_MAX)
    answers = {}
    torn = refused_reads = 0
    least = most = used = 0
    turns = 0
    left = count
    batch = bytearray()
    while left or port.incoming or turns % _MEASURE_EVERY:
        if left and not port.incoming:
            batch = bytearray()
            while left and len(batch) < _BATCH_BYTES:
                batch += source.make()
                left -= 1
            port.incoming = bytes(batch)
        board.clock.ticks += _TURN_MS
        tag.app.step()
        turns += 1
        if port.outgoing:
            sent, port.outgoing = port.outgoing, b""
            for frame in decoder.feed(sent):
                if not isinstance(frame, frames.Frame):
                    torn += 1
                    continue
                name = frame.kind << 8 | (frame.body[0] if frame.kind == messages.ERROR else 0)
                answers[name] = answers.get(name, 0) + 1
                if frame.kind == messages.ERROR and frame.request_id & 1:
                    refused_reads += 1
        if turns % _MEASURE_EVERY == 0:
            port.rates.clear()
            gc.collect()
            used = gc.mem_alloc()
            least, most = min(least or used, used), max(most, used)
    board.idles = True
    return {
        "due": source.due,
        "refused_reads": refused_reads,
        "answers": {"%d %d" % (name >> 8, name & 255): number for name, number in answers.items()},
        "torn": torn,
        "used": [least, most, used],
        "turns": turns,
    }
