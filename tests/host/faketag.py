"""A tag made of TagMaker behind a line: a real pseudo-terminal, or a pipe in memory that can be cut."""

import os
import select
import threading
import time
import tty
from collections.abc import Callable

from ankletag.errors import LinkLost
from host.tagmaker import TagMaker
from tagproto import PROTOCOL_VERSION, frames, messages, records, seals
from tagproto.bad import Bad
from tagproto.layout import PAGES_PER_BLOCK

Answer = Callable[[int, bytes], bytes]


class FakeTag:
    """Answers frames as the firmware does. `garble` gets every outgoing frame and gives what goes on the line."""

    def __init__(self, maker: TagMaker, version: int = PROTOCOL_VERSION) -> None:
        self.maker = maker
        self.version = version
        self.garble: Answer = lambda kind, data: data
        self.hidden: set[int] = set()
        self.requests: list[int] = []
        self.received = 0
        # Pages before this one are erased, as the firmware does with what a receipt covers.
        self.oldest = 0
        # Set: so many pages hold the log, and what no receipt covers fills them up.
        self.capacity: int | None = None
        # Pages that a request must leave free.
        self.leaves = {messages.ATTEST: 4, messages.SEAL: 4, messages.FIT: 8, messages.REMOVE: 8}
        self.leaves[messages.ACKNOWLEDGE] = 4
        # Set: the tag's time goes on with this computer's, beside what the test lets it live.
        self.real_time = False
        self._last = time.monotonic()
        self._decoder = frames.Decoder()
        self._nonce = b""
        self._nonce_ticks = 0

    def feed(self, data: bytes) -> bytes:
        out = b""
        self.catch_up()
        for frame in self._decoder.feed(data):
            if not isinstance(frame, Bad):
                self.requests.append(frame.kind)
                out += self._answer(frame)
        return out

    def catch_up(self) -> None:
        passed_ms = round((time.monotonic() - self._last) * 1000)
        if self.real_time:
            self.maker.now_ms += passed_ms
            self._last += passed_ms / 1000

    @property
    def free(self) -> int:
        """Pages that can be written without erasing one that no receipt covers."""
        held = self.received - self.received % PAGES_PER_BLOCK
        return 1 << 20 if self.capacity is None else self.capacity + held - len(self.maker.closed)

    def _frame(self, kind: int, request_id: int, values: dict[str, int | bytes]) -> bytes:
        return self.garble(kind, frames.encode(kind, request_id, messages.encode(kind, values)))

    def _answer(self, frame: frames.Frame) -> bytes:
        values = messages.decode(frame.kind, frame.body)
        if isinstance(values, Bad):
            return self._error(frame, messages.ERROR_KIND, "unknown")
        reply = self._carry_out(frame, values)
        if isinstance(reply, bytes):
            return reply
        return self._frame(frame.kind | messages.REPLY, frame.request_id, reply)

    def _error(self, frame: frames.Frame, code: int, text: str) -> bytes:
        fields: dict[str, int | bytes] = {"code": code, "version": self.version, "text": text.encode()}
        return self._frame(messages.ERROR, frame.request_id, fields)

    def _carry_out(self, frame: frames.Frame, values: dict) -> "dict[str, int | bytes] | bytes":
        maker, kind = self.maker, frame.kind
        if kind == messages.ACKNOWLEDGE:
            self.received = max(self.received, values["page"])
        if self.free <= self.leaves.get(kind, -1):
            return self._error(frame, messages.ERROR_FLASH, "the log is full")
        if kind == messages.HELLO:
            return {
                "version": self.version,
                "tag_id": maker.tag_id,
                "firmware": b"faketag1",
                "boot": maker.boot_number,
                "ticks": maker.ticks,
                "epoch": maker.epoch,
                "public_key": maker.public_key,
                "nonce": self._new_nonce(),
            }
        if kind == messages.STATUS:
            names = [name for name, _ in messages.REPLIES[messages.STATUS]]
            status: dict[str, int | bytes] = dict.fromkeys(names, 0)
            status |= {
                "fitted": int(maker.fitted),
                "order_id": maker.order_id,
                "open_page": len(maker.closed),
                "ticks": maker.ticks,
                "seals": maker.seal_count,
                "received_page": self.received,
                "oldest_page": self.oldest,
            }
            return status
        if kind == messages.READ:
            return self._read(frame, values)
        if kind == messages.SEAL:
            signed = maker.seal(seals.REASON_ASKED, values["nonce"])
            return {
                "seal_number": maker.seal_count - 1,
                "seal_hash": signed.hash(),
                "open_page": len(maker.closed),
            }
        if kind == messages.FIT:
            if maker.fitted:
                return self._error(frame, messages.ERROR_STATE, "already fitted for an order: remove it first")
            maker.config |= {"cadence_s": values["cadence_s"], "seal_interval_s": values["seal_interval_s"]}
            maker.fit(values["order_id"])
            return {"number": maker.coder.number - 1, "seal_number": maker.seal_count - 1}
        if kind == messages.REMOVE:
            if not maker.fitted:
                return self._error(frame, messages.ERROR_STATE, "not fitted")
            maker.remove(values["reason"])
            return {"number": maker.coder.number - 1, "seal_number": maker.seal_count - 1}
        if kind == messages.ACKNOWLEDGE:
            return {"number": maker.event(records.RECEIPT, **values)}
        if kind == messages.LOG:
            text = b"boot 0, cause 1\n" * 40
            part = text[values["offset"] : values["offset"] + 255]
            return {"size": len(text), "offset": values["offset"], "text": part}
        if values["nonce"] != self._nonce:
            return self._error(frame, messages.ERROR_NONCE, "not the last nonce")
        fields = {name: values[name] for name in ("utc_ms", "nonce", "station", "statement")}
        recorded = maker.event(records.ATTESTATION, **fields, nonce_ticks=self._nonce_ticks)
        return {"number": recorded, "nonce": self._new_nonce()}

    def _new_nonce(self) -> bytes:
        self._nonce = self.maker.random.randbytes(8)
        self._nonce_ticks = self.maker.ticks
        return self._nonce

    def _read(self, frame: frames.Frame, values: dict) -> bytes:
        raws = self.maker.raw_pages()
        out = b""
        sent = 0
        for seq in range(max(self.oldest, values["first"]), min(values["first"] + values["count"], len(raws))):
            if seq not in self.hidden:
                out += self._frame(messages.PAGE, frame.request_id, {"seq": seq, "page": raws[seq]})
                sent += 1
        fields: dict[str, int | bytes] = {"sent": sent, "oldest_page": self.oldest, "open_page": len(raws) - 1}
        return out + self._frame(messages.READ | messages.REPLY, frame.request_id, fields)


class Pipe:
    """A transport straight into a FakeTag. Dies after `bytes_left` bytes from the tag; gives `piece` bytes a read."""

    name = "pipe"

    def __init__(self, tag: FakeTag, bytes_left: int | None = None, piece: int = 4096) -> None:
        self.tag = tag
        self.bytes_left = bytes_left
        self.piece = piece
        self.closed = False
        self._pending = b""

    def write(self, data: bytes) -> None:
        self._check()
        self._pending += self.tag.feed(data)

    def read(self, timeout_s: float) -> bytes:
        self._check()
        part, self._pending = self._pending[: self.piece], self._pending[self.piece :]
        if self.bytes_left is not None:
            part = part[: self.bytes_left]
            self.bytes_left -= len(part)
        return part

    def close(self) -> None:
        self.closed = True

    def _check(self) -> None:
        if self.closed or self.bytes_left == 0:
            raise LinkLost("The line to pipe was cut.", "Run the command again.")


class TerminalTag:
    """A FakeTag served on a real pseudo-terminal by a thread. `port` is its name."""

    def __init__(self, tag: FakeTag) -> None:
        self.tag = tag
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._wake, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "TerminalTag":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._stop, b"x")
        self._thread.join(10)
        for handle in (self._master, self._slave, self._wake, self._stop):
            os.close(handle)

    def _serve(self) -> None:

        while True:
            ready, _, _ = select.select([self._master, self._wake], [], [])
            if self._wake in ready:
                return
            out = self.tag.feed(os.read(self._master, 4096))
            while out:
                out = out[os.write(self._master, out[:1024]) :]
