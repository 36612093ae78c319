"""One request at a time, its own reply and no other's, beside a read-out that goes on meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass

from tagproto import frames, messages
from tagproto.bad import Bad
from tagproto.frames import Frame

from .errors import TagSilent
from .readout import READ_BYTES, Readout, RepairingDecoder, is_repaired
from .replies import Values, error_code, may_answer, values_of
from .transport.contract import Transport

# Tries in all, and at least so many with nothing at all from the tag: a line that lets one frame in ten through is not
# silent.
_TRIES = 80
_SILENT_TRIES = 3
# A tag that gives no sign of life for so long is silent.
SILENT_S = 6.4
# One of which only broken frames come may be behind a line that breaks most of them, and is given so much longer.
_BROKEN_TIMES = 4
# A reply may have to wait behind data: as long as a line of 115,200 baud takes for the credit that a read-out gives.
_BEHIND_DATA_S = 1.5
# With data coming in, there was some within so long.
_FLOWING_S = 0.5
# A tag that listens does so for a while only: the long request follows at once, or it is asked again.
_LISTEN_TRY_S = 0.4
_LISTEN_TRIES = 8
# The worst line that is of any use brings pages every second: a tag that talks and gives none for so long is of none.
_PAGE_S = 30.0


@dataclass(slots=True)
class LinkCounts:
    """What went wrong on the line and was put right: bad frames, those of them that one turned bit was all that was
    wrong with, late or foreign frames, repeated requests."""

    bad: int = 0
    mended: int = 0
    late: int = 0
    repeated: int = 0


class Exchange:
    """Requests and replies over one transport. readout: pages that are read meanwhile; input_bytes: what may be on its
    way to the tag at any moment; rtt_s: the last request to which a reply came at once took so long.

    silent_s: a tag of which nothing is heard for so long is given up.
    """

    def __init__(self, transport: Transport, silent_s: float = SILENT_S) -> None:
        self.transport = transport
        self._silent_s = silent_s
        self._decoder = RepairingDecoder()
        self._request_id = transport.random(1)[0]
        self.counts = LinkCounts()
        self.readout: Readout | None = None
        # As little as any tag takes, until it says what it is.
        self.input_bytes = 32
        self.rtt_s = 0.0
        # An own delimiter before the first request: whatever half frame the tag has from somebody else ends there.
        self._greeting = b"\0"
        # The request under way, its reply, whether the tag could not read something, and frames that could be read.
        self._kind = 0
        self._own_id = -1
        self._reply: Frame | None = None
        self._not_read = False
        self._heard = 0

    def close(self) -> None:
        """Give the port back."""
        self.transport.close()

    def ask(self, kind: int, values: Values, try_s: float, silent_s: float | None = None) -> Values:
        """Reply values. The same frame goes out again where the tag could not read it, and after try_s of waiting.

        silent_s: instead of the one that holds for all. Raises TagSilent, TagRefused, OtherVersion or LinkLost.
        """
        request_id = self._next_id()
        request = frames.encode(kind, request_id, messages.encode(kind, values))
        silent, heard_s, bad = 0, self.transport.now_s(), self.counts.bad
        for attempt in range(_TRIES):
            heard = self._heard
            if len(request) > self.input_bytes:
                self._make_listen()
            self.counts.repeated += attempt > 0
            began_s = self.transport.now_s()
            frame = self._try(kind, request_id, request, try_s)
            if frame is not None:
                if not attempt:
                    self.rtt_s = self.transport.now_s() - began_s
                return values_of(kind, frame)
            if self._heard > heard:
                silent, heard_s, bad = 0, self.transport.now_s(), self.counts.bad
                continue
            silent += 1
            limit_s = silent_s or self._silent_s * (_BROKEN_TIMES if self.counts.bad > bad else 1)
            if silent >= _SILENT_TRIES and self.transport.now_s() - heard_s >= limit_s:
                break
        raise TagSilent(
            f"The tag on {self.transport.name} does not answer '{messages.NAMES[kind]}'.",
            "Nothing is lost: check that this is the tag's port, wake the tag, and run the command again.",
        )

    def read_out(self, enough: Callable[[], bool]) -> None:
        """Go on with the read-out until it is enough, or the tag refuses. Raises TagSilent or LinkLost."""
        readout = self.readout
        assert readout is not None
        silent_s = page_s = self.transport.now_s()
        while not enough() and not readout.refused:
            heard, pages = self._heard, readout.pages
            self._turn(1.0)
            now_s = self.transport.now_s()
            if readout.pages > pages:
                page_s = now_s
            if self._heard > heard:
                silent_s = now_s
            if now_s - page_s > _PAGE_S:
                raise TagSilent(
                    f"The tag on {self.transport.name} answers, and gives no pages.",
                    "Nothing is lost: run the command again with another cable; if it stays so, keep the tag as it is.",
                )
            if now_s - silent_s > self._silent_s:
                raise TagSilent(
                    f"The tag on {self.transport.name} stopped answering.",
                    "Nothing is lost: check the cable and run the command again, it goes on from what is stored.",
                )

    def end_readout(self) -> None:
        """Nothing more is wanted; a tag that would still send is told so. Raises LinkLost."""
        readout, self.readout = self.readout, None
        if readout is not None and readout.awaits and not readout.refused:
            self._send(messages.READ, self._next_id(), {"units": 1, "ranges": b""})

    def _next_id(self) -> int:
        self._request_id = (self._request_id + 1) & 0xFF
        if self.readout is not None:
            # An answer that comes late is not the answer to a READ that had this id.
            self.readout.forget(self._request_id)
        return self._request_id

    def _send(self, kind: int, request_id: int, values: Values) -> int:
        request = frames.encode(kind, request_id, messages.encode(kind, values))
        self._write(request)
        return len(request)

    def _write(self, request: bytes) -> None:
        self.transport.write(self._greeting + request)
        self._greeting = b""

    def _make_listen(self) -> None:
        """Ask the tag to hold still. Where it does not say that it does, what follows may be lost, and is repeated."""
        request_id = self._next_id()
        request = frames.encode(messages.LISTEN, request_id, b"")
        for _ in range(_LISTEN_TRIES):
            if self._try(messages.LISTEN, request_id, request, _LISTEN_TRY_S) is not None:
                return

    def _try(self, kind: int, request_id: int, request: bytes, try_s: float) -> Frame | None:
        """Send a request; its reply, None where the tag could not read it, or not in time."""
        before_bytes = len(request)
        if before_bytes <= self.input_bytes:
            self._make_way(before_bytes)
        if kind == messages.LISTEN:
            # Whatever else the tag gets ends its listening.
            before_bytes = self.input_bytes
        self._kind, self._own_id, self._reply, self._not_read = kind, request_id, None, False
        self._write(request)
        deadline_s = self.transport.now_s() + try_s
        last_s = deadline_s + _BEHIND_DATA_S
        heard = self._heard
        while self._reply is None and not self._not_read:
            now_s = self.transport.now_s()
            if self._heard > heard:
                heard = self._heard
                deadline_s = min(max(deadline_s, now_s + _FLOWING_S), last_s)
            if now_s >= deadline_s:
                break
            self._turn(deadline_s - now_s, before_bytes)
        self._own_id = -1
        return self._reply

    def _make_way(self, size: int) -> None:
        """Wait until READs that may still be on their way to the tag leave room for a request; not for ever, one may
        have been lost."""
        readout = self.readout
        if readout is None:
            return
        deadline_s = self.transport.now_s() + readout.quiet_s
        while readout.unconfirmed_bytes + size > self.input_bytes and self.transport.now_s() < deadline_s:
            self._turn(deadline_s - self.transport.now_s(), self.input_bytes)

    def _turn(self, wait_s: float, before_bytes: int = 0) -> None:
        """Ask for pages where some are to be asked for, then take what comes within a time. before_bytes: of a request
        that may be on its way; READs go out beside it as far as the tag's input holds both."""
        now_s = self.transport.now_s()
        readout = self.readout
        if readout is not None and before_bytes + READ_BYTES <= self.input_bytes:
            values = readout.request(now_s, before_bytes)
            if values is not None:
                request_id = self._next_id()
                readout.sent(request_id, values, self._send(messages.READ, request_id, values), now_s)
            wait_s = min(wait_s, readout.next_s(now_s))
        data = self.transport.read(wait_s)
        if data and readout is not None:
            readout.bytes_came(len(data), self.transport.now_s())
        for frame in self._decoder.feed(data):
            self._take(frame)

    def _take(self, frame: Frame | Bad) -> None:
        if isinstance(frame, Bad):
            self.counts.bad += 1
            return
        repaired = is_repaired(frame)
        code = error_code(frame)
        if frame.request_id == self._own_id and frame.kind in (self._kind | messages.REPLY, messages.ERROR):
            if code and not may_answer(code, self._kind):
                self.counts.late += 1
                return
            self._reply = frame
        elif code == messages.ERROR_FRAME:
            self._not_read = True
        elif self.readout is None or not self.readout.frame(frame, self.transport.now_s()):
            self.counts.late += 1
            return
        self.counts.bad += repaired
        self.counts.mended += repaired
        self._heard += 1
