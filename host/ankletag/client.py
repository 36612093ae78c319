"""One request at a time, its own reply and no other's, each with a deadline."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

import tagproto
from tagproto import frames, messages, records
from tagproto.bad import Bad

from .errors import OtherVersion, TagRefused, TagSilent
from .models import readable
from .statement import checked
from .transport.contract import Transport

Values = dict[str, int | bytes]

REPLY_S = 4.0
# A seal is slow on the tag: a signature and flash.
SEAL_S = 8.0
# A READ is answered at once, unless the tag is at a seal; asking again costs nothing.
_READ_S = 1.2
# Once pages come, so much silence means that the end of the stream got lost.
_STREAM_S = 0.5
_TRIES = 4
# Twenty times what a tag keeps (32 lines of 96 bytes): a tag that never ends its log must not fill this computer.
_LOG_MAX = 65536
# Asking these again changes nothing on the tag, or only adds one more seal or receipt.
_REPEATABLE = (messages.HELLO, messages.STATUS, messages.LOG, messages.SEAL, messages.ACKNOWLEDGE)

_ACTIONS = {
    messages.ERROR_VERSION: "Update the older side.",
    messages.ERROR_KIND: "Update the tag's firmware: it does not know this command.",
    messages.ERROR_BODY: "Update the older side: the two do not write this command alike.",
    messages.ERROR_STATE: "Look at `ankletag status`, then decide.",
    messages.ERROR_NONCE: "Run the command again: it asks for a new nonce.",
    messages.ERROR_RANGE: "Give a value that the tag takes.",
    # A session takes three: attest, seal now, acknowledge.
    messages.ERROR_BUSY: (
        "Nothing is lost. It allows one more such request every 20 minutes, and saves them up: leave it alone for an "
        "hour, then run the command once."
    ),
    messages.ERROR_FLASH: "Sync the tag, so that it can free what is stored; if it stays so, exchange the tag.",
}


def number(values: Values, name: str) -> int:
    """An integer field of a decoded message."""
    value = values[name]
    assert isinstance(value, int)
    return value


def octets(values: Values, name: str) -> bytes:
    """A bytes field of a decoded message."""
    value = values[name]
    assert isinstance(value, bytes)
    return value


@dataclass(slots=True)
class LinkCounts:
    """What went wrong on the line and was put right: bad frames, late or foreign frames, repeated requests."""

    bad: int = 0
    late: int = 0
    repeated: int = 0


class Client:
    """Talks to one tag over one transport. Use it as a context manager: it closes the transport."""

    def __init__(self, transport: Transport, reply_s: float = REPLY_S) -> None:
        self._transport = transport
        self._decoder = frames.Decoder()
        self._request_id = int.from_bytes(os.urandom(1), "big")
        self._reply_s = reply_s
        self._seal_s = max(reply_s, SEAL_S) if reply_s >= REPLY_S else 5 * reply_s
        self.counts = LinkCounts()
        # An own delimiter before the first request: whatever half frame the tag has from somebody else ends there.
        self._greeting = b"\0"

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._transport.close()

    def request(self, kind: int, values: Values | None = None, deadline_s: float | None = None) -> Values:
        """Reply values. Raises TagSilent, TagRefused, OtherVersion or LinkLost."""
        return self._exchange(kind, values or {}, deadline_s or self._reply_s, None)

    def hello(self) -> Values:
        """The tag's hello. Raises OtherVersion when its protocol is not ours."""
        return self.request(messages.HELLO, {"version": tagproto.PROTOCOL_VERSION, "entropy": os.urandom(16)})

    def status(self) -> Values:
        """The tag's status."""
        return self.request(messages.STATUS)

    def seal(self, nonce: bytes) -> Values:
        """Seal now, with a nonce of 1 to 32 bytes in the seal."""
        return self.request(messages.SEAL, {"nonce": nonce}, self._seal_s)

    def fit(self, order_id: bytes, cadence_s: int, seal_interval_s: int) -> Values:
        """Begin a fitting."""
        values: Values = {"order_id": order_id, "cadence_s": cadence_s, "seal_interval_s": seal_interval_s}
        return self.request(messages.FIT, values, self._seal_s)

    def remove(self, reason: int) -> Values:
        """End the fitting."""
        return self.request(messages.REMOVE, {"reason": reason}, self._seal_s)

    def attest(self, utc_ms: int, nonce: bytes, station: bytes, statement: bytes = b"") -> Values:
        """Give the tag the station's UTC over the tag's nonce; statement: at most 226 bytes, else UsageError."""
        values: Values = {"utc_ms": utc_ms, "nonce": nonce, "station": station}
        return self.request(messages.ATTEST, {**values, "statement": checked(records.ATTESTATION, statement)})

    def acknowledge(
        self, page: int, seal_number: int, seal_hash: bytes, station: bytes, statement: bytes = b""
    ) -> Values:
        """Tell the tag what is stored; statement: at most 206 bytes, else UsageError."""
        values: Values = {"page": page, "seal_number": seal_number, "seal_hash": seal_hash, "station": station}
        return self.request(messages.ACKNOWLEDGE, {**values, "statement": checked(records.RECEIPT, statement)})

    def log(self) -> str:
        """The tag's own log text, all of it up to 64 KiB, with what is not printable replaced."""
        text = b""
        while True:
            reply = self.request(messages.LOG, {"offset": len(text)})
            part = octets(reply, "text")
            text += part
            if not part or len(text) >= min(number(reply, "size"), _LOG_MAX):
                return readable(text)

    def read_pages(self, first: int, count: int, on_page: Callable[[int, bytes], None]) -> Values | None:
        """Stream pages first .. first + count - 1 into on_page(seq, raw), in the order of their arrival.

        The tag's READ reply; None when it was lost on the way, after as many pages as came through.
        """

        def page(body: bytes) -> None:
            values = messages.decode(messages.PAGE, body)
            if isinstance(values, Bad):
                self.counts.bad += 1
                return
            seq = number(values, "seq")
            if first <= seq < first + count:
                on_page(seq, octets(values, "page"))

        try:
            wanted: Values = {"first": first, "count": count}
            return self._exchange(messages.READ, wanted, min(self._reply_s, _READ_S), page)
        except TagSilent:
            return None

    def _exchange(
        self, kind: int, values: Values, deadline_s: float, on_page: Callable[[bytes], None] | None
    ) -> Values:
        tries = _TRIES if kind in _REPEATABLE else 1
        for attempt in range(tries):
            self._request_id = (self._request_id + 1) & 0xFF
            request = frames.encode(kind, self._request_id, messages.encode(kind, values))
            self._transport.write(self._greeting + request)
            self._greeting = b""
            frame = self._await(kind, deadline_s, on_page)
            if frame is not None:
                return self._reply(kind, frame)
            self.counts.repeated += attempt + 1 < tries
        raise TagSilent(
            f"The tag on {self._transport.name} does not answer '{messages.NAMES[kind]}'.",
            "Nothing is lost: check that this is the tag's port, wake the tag, and run the command again.",
        )

    def _await(self, kind: int, deadline_s: float, on_page: Callable[[bytes], None] | None) -> frames.Frame | None:
        """The reply to the request under way, or None at the deadline; in a stream, at the first long silence."""
        deadline = time.monotonic() + deadline_s
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            reply: frames.Frame | None = None
            for frame in self._decoder.feed(self._transport.read(left)):
                if on_page is not None:
                    deadline = time.monotonic() + min(deadline_s, _STREAM_S)
                if isinstance(frame, Bad):
                    self.counts.bad += 1
                elif frame.request_id != self._request_id:
                    self.counts.late += 1
                elif frame.kind == messages.PAGE and on_page is not None:
                    on_page(frame.body)
                elif frame.kind in (kind | messages.REPLY, messages.ERROR):
                    reply = frame
                else:
                    self.counts.late += 1
            if reply is not None:
                return reply

    def _reply(self, kind: int, frame: frames.Frame) -> Values:
        if frame.kind == messages.HELLO | messages.REPLY and len(frame.body) >= 2:
            # The first field never moves, whatever the rest of another version's hello looks like.
            version = int.from_bytes(frame.body[:2], "little")
            if version != tagproto.PROTOCOL_VERSION:
                raise OtherVersion(version, tagproto.PROTOCOL_VERSION)
        values = messages.decode(frame.kind, frame.body)
        if isinstance(values, Bad):
            raise TagRefused(
                f"The tag's reply to '{messages.NAMES[kind]}' cannot be read: {values.detail}.",
                "Update the older side.",
                messages.ERROR_BODY,
            )
        if frame.kind == messages.ERROR:
            code = number(values, "code")
            if code == messages.ERROR_VERSION:
                raise OtherVersion(number(values, "version"), tagproto.PROTOCOL_VERSION)
            said = readable(octets(values, "text")) or f"error {code}"
            raise TagRefused(
                f"The tag refused '{messages.NAMES[kind]}': {said}.",
                _ACTIONS.get(code, "Look at `ankletag log`."),
                code,
            )
        return values
