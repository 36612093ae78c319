"""One request at a time, its own reply and no other's, each with a deadline."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import tagproto
from tagproto import frames, messages
from tagproto.bad import Bad

from .errors import OtherVersion, TagRefused, TagSilent
from .models import readable
from .refusals import action_for
from .transport.contract import Transport

Values = dict[str, int | bytes]

# Once pages come, so much silence means that the end of the stream got lost.
_STREAM_S = 0.5


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


class Exchange:
    """Requests and replies over one transport."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._decoder = frames.Decoder()
        self._request_id = int.from_bytes(os.urandom(1), "big")
        self.counts = LinkCounts()
        # An own delimiter before the first request: whatever half frame the tag has from somebody else ends there.
        self._greeting = b"\0"

    def close(self) -> None:
        """Give the port back."""
        self._transport.close()

    def ask(
        self,
        kind: int,
        values: Values,
        deadline_s: float,
        tries: int = 1,
        on_page: Callable[[bytes], None] | None = None,
    ) -> Values:
        """Reply values. deadline_s: of each try. Raises TagSilent, TagRefused, OtherVersion or LinkLost."""
        for attempt in range(tries):
            self._request_id = (self._request_id + 1) & 0xFF
            request = frames.encode(kind, self._request_id, messages.encode(kind, values))
            self._transport.write(self._greeting + request)
            self._greeting = b""
            frame = self._await(kind, deadline_s, on_page)
            if frame is not None:
                return _reply(kind, frame)
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


def _reply(kind: int, frame: frames.Frame) -> Values:
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
        raise TagRefused(f"The tag refused '{messages.NAMES[kind]}': {said}.", action_for(code), code)
    return values
