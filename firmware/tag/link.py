"""Frames in, frames out. Never blocks: what the board does not take now goes out at the next turn."""

from tagproto import frames, messages
from tagproto.bad import Bad

from .gate import Pending
from .refusal import Refusal

_READ_BYTES = 256
# A host that never stops sending must not stop the sampling: the rest waits for the next turn.
_READS_PER_TURN = 4
# A host that never takes its answers must not fill the memory: with more than this waiting, requests wait, too. More
# than a page's frame, so that a new request still ends a stream that nobody takes.
_OUTPUT_MAX = 1024


class Link:
    """Serves one host over board.link. handle(kind, values) gives reply values, a Refusal, or a Pending.

    read_page(seq, buffer) fills 256 bytes, or is False; page_range() gives the oldest page that may be read and the
    open one, or a Refusal; on_refused(kind, code) is told of every Refusal.
    """

    def __init__(self, port, handle, read_page, page_range, on_refused):
        self._port = port
        self._handle = handle
        self._read_page = read_page
        self._page_range = page_range
        self._on_refused = on_refused
        self._decoder = frames.Decoder()
        # Frames that were read and not answered yet.
        self._frames = []
        # A request whose signature is being checked, and its frame.
        self._pending = None
        self._pending_frame = None
        self._input = bytearray(_READ_BYTES)
        self._output = b""
        self._sent = 0
        self._page = bytearray(256)
        # A READ under way: the next page, the one behind the last, the request it answers, pages sent.
        self._stream_next = 0
        self._stream_end = 0
        self._stream_id = -1
        self._stream_count = 0
        self._stream_oldest = 0
        self._stream_open = 0
        self.frames_bad = 0
        self.refused = 0

    def wants_write(self):
        """Whether the next turn has something to do: bytes that wait for room on the port, or requests."""
        return (
            self._sent < len(self._output) or self._stream_id >= 0 or len(self._frames) > 0 or self._pending is not None
        )

    def serve(self):
        """Take what came in, answer it, and write what the port takes."""
        if self._pending is not None:
            self._go_on()
            self._write()
            return
        for _ in range(_READS_PER_TURN):
            if self._answer_waiting() or len(self._output) - self._sent > _OUTPUT_MAX:
                break
            count = self._port.read_into(self._input)
            if not count:
                break
            self._frames = list(self._decoder.feed(memoryview(self._input)[:count]))
        else:
            self._answer_waiting()
        self._write()

    def _answer_waiting(self):
        """Answer the frames that were read, up to one that takes long; whether there was such a one."""
        while self._frames:
            if len(self._output) - self._sent > _OUTPUT_MAX:
                return True
            frame = self._frames.pop(0)
            if isinstance(frame, Bad):
                self.frames_bad += 1
                continue
            self._answer(frame)
            if self._pending is not None:
                return True
        return False

    def _go_on(self):
        """A step of the check that a request waits for. What it leads to is all that is done in this turn."""
        pending = self._pending
        # What a step raises must not come again at every turn.
        self._pending = None
        reply = pending.step()
        if reply is None:
            self._pending = pending
        else:
            self._reply(self._pending_frame, reply)

    def _answer(self, frame):
        # One host, one request at a time: a new request ends a stream that nobody waits for any more.
        self._stream_id = -1
        values = messages.decode(frame.kind, frame.body)
        if frame.kind >= messages.REPLY:
            self.frames_bad += 1
            return
        if isinstance(values, Bad):
            code = messages.ERROR_KIND if values.reason == "kind" else messages.ERROR_BODY
            reply = Refusal(code, "request not understood: " + values.reason + " " + values.detail)
        elif frame.kind == messages.READ:
            reply = self._begin_stream(frame, values)
            if reply is None:
                return
        else:
            reply = self._handle(frame.kind, values)
        if isinstance(reply, Pending):
            self._pending = reply
            self._pending_frame = frame
        else:
            self._reply(frame, reply)

    def _reply(self, frame, reply):
        if isinstance(reply, Refusal):
            self.refused += 1
            self._on_refused(frame.kind, reply.code)
            fields = {"code": reply.code, "version": reply.version, "text": reply.text.encode()[:255]}
            self._queue(messages.ERROR, frame.request_id, fields)
        else:
            self._queue(frame.kind | messages.REPLY, frame.request_id, reply)

    def _begin_stream(self, frame, values):
        if values["count"] > messages.READ_PAGES_MAX:
            return Refusal(messages.ERROR_RANGE, "at most %d pages at once" % messages.READ_PAGES_MAX)
        pages = self._page_range()
        if isinstance(pages, Refusal):
            return pages
        oldest, open_page = pages
        first = values["first"]
        self._stream_next = max(first, oldest)
        self._stream_end = min(first + values["count"], open_page + 1)
        self._stream_id = frame.request_id
        self._stream_count = 0
        self._stream_oldest = oldest
        self._stream_open = open_page
        return None

    def _queue(self, kind, request_id, values):
        rest = self._output[self._sent :] if self._sent < len(self._output) else b""
        self._output = rest + frames.encode(kind, request_id, messages.encode(kind, values))
        self._sent = 0

    def _write(self):
        while True:
            while self._sent < len(self._output):
                count = self._port.write(memoryview(self._output)[self._sent :])
                if not count:
                    return
                self._sent += count
            self._output = b""
            self._sent = 0
            if self._stream_id < 0:
                return
            self._stream_on()

    def _stream_on(self):
        seq = self._stream_next
        if seq < self._stream_end:
            self._stream_next = seq + 1
            if self._read_page(seq, self._page):
                self._stream_count += 1
                self._queue(messages.PAGE, self._stream_id, {"seq": seq, "page": self._page})
            return
        request_id, self._stream_id = self._stream_id, -1
        fields = {"sent": self._stream_count, "oldest_page": self._stream_oldest, "open_page": self._stream_open}
        self._queue(messages.READ | messages.REPLY, request_id, fields)
