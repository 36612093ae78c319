"""What a tag's frame says: values by name, or the error that its reply is."""

import tagproto
from tagproto import messages
from tagproto.bad import Bad
from tagproto.frames import Frame

from .errors import OtherVersion, TagRefused
from .models import readable
from .refusals import action_for

Values = dict[str, int | bytes]

# Errors that only a command or a document can meet. On another request they answer somebody who was here before.
_OF_COMMANDS = (
    messages.ERROR_NONCE,
    messages.ERROR_STALE,
    messages.ERROR_SIGNATURE,
    messages.ERROR_CERTIFICATE,
    messages.ERROR_REVOKED,
    messages.ERROR_RIGHT,
    messages.ERROR_RECEIPT,
)
_NO_COMMANDS = (messages.HELLO, messages.STATUS, messages.LOG, messages.DOCUMENT, messages.LISTEN, messages.RATE)


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


def error_code(frame: Frame) -> int:
    """The code of an error; 0 for every other frame."""
    values = messages.decode(frame.kind, frame.body) if frame.kind == messages.ERROR else Bad("kind", "")
    return 0 if isinstance(values, Bad) else number(values, "code")


def values_of(kind: int, frame: Frame) -> Values:
    """What the reply to a request of this kind holds. Raises TagRefused or OtherVersion for an error."""
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


def may_answer(code: int, kind: int) -> bool:
    """Whether an error can be the answer to a request of this kind."""
    return not (kind in _NO_COMMANDS and code in _OF_COMMANDS)
