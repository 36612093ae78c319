"""Frames in, frames out. Never blocks: what the board does not take now goes out at the next turn."""

from tagproto import frames, messages
from tagproto.bad import Bad
from tagproto.records import ticks_after

from .gate import Pending
from .rate import Rate
from .refusal import Refusal
from .stream import Stream

_READ_BYTES = 256
# A host that never stops sending, or that takes whatever comes, must not stop the sampling: the rest waits for the
# next turn.
_READS_PER_TURN = 4
_FRAMES_PER_TURN = 8
# A host that never takes its answers must not fill the memory: with more than this waiting, requests wait, too.
_OUTPUT_MAX = 1024
# A port that has been waited for so long in a turn is left alone: what is due, and the watchdog, come first.
_WRITE_MS = 100


class Link:
    """Serves one host over a board's port. handle(kind, values) gives reply values, a Refusal, or a Pending.

    read_page(seq, buffer) fills 256 bytes, or is False; page_range() gives the oldest page that may be read and the
    open one, or a Refusal; on_refused(kind, code) is told of every Refusal.
    listens: what is due waits until a long request has come in; as `holds_still` found it last.
    """

    def __init__(self, port, clock, handle, read_page, page_range, on_refused):
        self._port = port
        self._clock = clock
        self._handle = handle
        self._on_refused = on_refused
        self._decoder = frames.Decoder()
        # Frames that were read and not answered yet.
        self._frames = []
        # A request whose signature is being checked, and its frame.
        self._pending = None
        self._pending_frame = None
        self._input = bytearray(_READ_BYTES)
        # Replies that wait, and how many bytes they are.
        self._replies = []
        self._replies_bytes = 0
        # What is being written, up to where, and how far that has come.
        self._output = b""
        self._size = 0
        self._sent = 0
        self._stream = Stream(read_page, page_range)
        self._plain = bytearray(frames.DATA_BODY_MAX + frames.AROUND_BODY)
        self._encoded = bytearray(frames.encoded_max(frames.DATA_BODY_MAX))
        # Bad frames came in this turn.
        self._unread = False
        self.listens = False
        self._listen_ticks = 0
        # Since it last listened, what was due has been done.
        self._worked = True
        self._rate = Rate(port, clock)
        # How long the port has been waited for in this turn.
        self._waited_ms = 0
        # The frame behind which the rate changes.
        self._rate_reply = None
        self.frames_bad = 0
        self.refused = 0

    def wants_turn(self):
        """Whether the next turn has something to do already: a check under way, or requests that were read."""
        if self._pending is not None:
            return True
        if not self._frames or self._crowded():
            return False
        # A second LISTEN waits asleep for the first one's end: not every board's clock goes on while it is awake.
        return isinstance(self._frames[0], Bad) or not self._must_wait(self._frames[0].kind)

    def wants_write(self):
        """Whether bytes wait for room on the port."""
        return self._sent < self._size or len(self._replies) > 0 or self._stream.waiting()

    def holds_still(self):
        """Whether a long request is on its way. If not, the caller does what is due."""
        if self.listens and not 0 <= ticks_after(self._listen_ticks, self._clock.ticks_ms()) < messages.LISTEN_MS:
            self.listens = False
        if not self.listens:
            self._worked = True
        return self.listens

    def needs_turn_ms(self):
        """The next turn must not be later than in so many milliseconds; 0 where it may."""
        if self.listens:
            # Whatever wakes it up before does not put it off.
            return max(1, messages.LISTEN_MS - ticks_after(self._listen_ticks, self._clock.ticks_ms()))
        return self._rate.needs_turn_ms()

    def serve(self):
        """Take what came in, answer it, and write what the port takes."""
        self._waited_ms = 0
        self._rate.watch()
        if self._pending is not None:
            self._go_on()
        for _ in range(_READS_PER_TURN):
            if self._answer_waiting() or self._crowded():
                break
            count = self._port.read_into(self._input)
            if not count:
                break
            self._frames = list(self._decoder.feed(memoryview(self._input)[:count]))
        else:
            self._answer_waiting()
        if self._unread and not self._crowded():
            self._unread = False
            self._queue(messages.ERROR, 0, {"code": messages.ERROR_FRAME, "version": 0, "text": b""})
        self._write()

    def send_on(self):
        """What the port takes now of what waits: between the steps of a long work, which nothing here may stop."""
        try:
            self._write()
        except Exception:  # noqa: BLE001 - the next turn meets it again, where it is recorded
            return

    def _crowded(self):
        return self._replies_bytes + self._size - self._sent > _OUTPUT_MAX + len(self._encoded)

    def _answer_waiting(self):
        """Answer the frames that were read, up to one that has to wait; whether there was such a one."""
        while self._frames:
            if self._crowded():
                return True
            frame = self._frames[0]
            if not isinstance(frame, Bad) and self._must_wait(frame.kind):
                return True
            self._frames.pop(0)
            self.listens = False
            if isinstance(frame, Bad):
                self.frames_bad += 1
                self._unread = True
            else:
                self._rate.heard()
                self._answer(frame)
        return False

    def _must_wait(self, kind):
        if self._pending is not None:
            return kind != messages.READ
        # Who asks for it without end must not stop the work.
        return kind == messages.LISTEN and not self._worked

    def _go_on(self):
        """A step of the check that a request waits for."""
        pending = self._pending
        # What a step raises must not come again at every turn.
        self._pending = None
        reply = pending.step()
        if reply is None:
            self._pending = pending
        else:
            self._reply(self._pending_frame, reply)

    def _answer(self, frame):
        kind = frame.kind
        values = messages.decode(kind, frame.body)
        if kind >= messages.REPLY:
            self.frames_bad += 1
            return
        reply = self._answer_to(frame, values)
        if isinstance(reply, Pending):
            self._pending = reply
            self._pending_frame = frame
        elif reply is not None:
            self._reply(frame, reply)

    def _answer_to(self, frame, values):
        """Reply values, a Refusal, a Pending, or None for what is answered by what follows."""
        kind = frame.kind
        if isinstance(values, Bad):
            code = messages.ERROR_KIND if values.reason == "kind" else messages.ERROR_BODY
            return Refusal(code, "request not understood: " + values.reason + " " + values.detail)
        if kind == messages.READ:
            return self._stream.ask(frame.request_id, values)
        if kind == messages.LISTEN:
            self.listens = True
            self._worked = False
            self._listen_ticks = self._clock.ticks_ms()
            return {"room": self._port.room_bytes}
        if kind == messages.RATE:
            return self._rate.ask(values["baud"])
        return self._handle(kind, values)

    def _reply(self, frame, reply):
        if isinstance(reply, Refusal):
            self.refused += 1
            self._on_refused(frame.kind, reply.code)
            fields = {"code": reply.code, "version": reply.version, "text": reply.text.encode()[:255]}
            self._queue(messages.ERROR, frame.request_id, fields)
        else:
            self._queue(frame.kind | messages.REPLY, frame.request_id, reply)

    def _queue(self, kind, request_id, values):
        encoded = frames.encode(kind, request_id, messages.encode(kind, values))
        self._replies.append(encoded)
        self._replies_bytes += len(encoded)
        if kind == messages.RATE | messages.REPLY:
            self._rate_reply = encoded

    def _write(self):
        for _ in range(_FRAMES_PER_TURN):
            if self._sent == self._size and not self._next():
                return
            while self._sent < self._size:
                if self._waited_ms >= _WRITE_MS:
                    return
                begun = self._clock.ticks_ms()
                count = self._port.write(memoryview(self._output)[self._sent : self._size])
                self._waited_ms += ticks_after(begun, self._clock.ticks_ms())
                if not count:
                    return
                self._sent += count
            self._sent = self._size = 0
            if self._output is self._rate_reply:
                # What waits behind it goes out at the new rate.
                self._rate_reply = None
                self._rate.change()

    def _next(self):
        """Take up what is to be written next, replies before data; whether there is something."""
        if not self._replies and self._stream.waiting():
            size = self._stream.fill(self._plain)
            if size:
                self._output = self._encoded
                self._size = frames.encode_into(self._plain, size, self._encoded)
                return True
            fields = self._stream.end()
            if fields is not None:
                self._queue(messages.READ | messages.REPLY, self._stream.request_id, fields)
        if not self._replies:
            return False
        self._output = self._replies.pop(0)
        self._size = len(self._output)
        self._replies_bytes -= self._size
        return True
