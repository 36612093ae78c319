"""From the name of a port to a transport, or to what is wrong with it."""

import errno
import os
import re
import sys

import serial

from ..errors import AnkletagError, PortAbsent, PortBusy, PortForbidden, UsageError
from .contract import Transport
from .lossy import LossyTransport, parse_losses
from .replay import ReplayTransport
from .serial_port import SLICE_S, SerialTransport
from .slower import SlowerTransport, parse_slower

_BAUD = 115200
_WRITE_TIMEOUT_S = 10.0
_ABSENT = (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO, errno.ENOTDIR, errno.ENOTTY, errno.EISDIR)
_BUSY = (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK)
_FORBIDDEN = (errno.EACCES, errno.EPERM)
REPLAY, LOSSY, SLOWER = "replay:", "lossy:", "slower:"


def open_port(name: str) -> Transport:
    """What a name stands for, for this process alone.

    A serial port, a URL of pyserial's (socket://, rfc2217://, loop://), replay:FILE for a recorded session,
    lossy:ber=1e-4,drop=1e-5,seed=1,piece=1:PORT for a bad line to one of them, or slower:8:PORT for a tag whose
    seconds take eight of this computer's.
    Raises PortAbsent, PortBusy, PortForbidden, or UsageError for a name that says nothing.
    """
    if name.startswith(REPLAY):
        return ReplayTransport(name.removeprefix(REPLAY))
    if name.startswith(LOSSY):
        words, colon, inner = name.removeprefix(LOSSY).partition(":")
        if not (colon and inner):
            raise UsageError(f"{name!r} names no port.", "Write it like lossy:ber=1e-4,seed=1:/dev/ttyACM0.")
        losses = parse_losses(words)
        return LossyTransport(open_port(inner), losses)
    if name.startswith(SLOWER):
        word, colon, inner = name.removeprefix(SLOWER).partition(":")
        if not (colon and inner):
            raise UsageError(f"{name!r} names no port.", "Write it like slower:8:/dev/ttyACM0.")
        slower = parse_slower(word)
        return SlowerTransport(open_port(inner), slower)
    return _open_serial(name)


def _open_serial(name: str) -> SerialTransport:
    # Windows locks by itself, and a URL's other end may be no device that could be locked.
    exclusive = True if "://" not in name and os.name == "posix" else None
    # rfc2217:// knows no timeout for writing.
    write_timeout_s = None if name.lower().startswith("rfc2217://") else _WRITE_TIMEOUT_S
    try:
        port = serial.serial_for_url(
            name, _BAUD, timeout=SLICE_S, write_timeout=write_timeout_s, exclusive=exclusive, do_not_open=True
        )
        port.open()
    except (serial.SerialException, OSError) as error:
        raise _not_opened(name, error) from error
    except (ValueError, LookupError, TypeError) as error:
        # The latter two are what pyserial makes of options in a URL that it does not know.
        reason = f": {error}" if isinstance(error, ValueError) else ""
        raise PortAbsent(f"{name} is no port{reason}.", "Name a serial port such as /dev/ttyACM0 or COM3.") from error
    return SerialTransport(port, name)


def _not_opened(name: str, error: OSError) -> AnkletagError:
    number = error.errno
    if "://" in name and number not in _BUSY + _FORBIDDEN:
        return PortAbsent(f"{name} cannot be opened: {_reason(error)}.", "Check the address, and what should serve it.")
    if number is None and sys.platform == "win32":
        # pyserial drops Windows' error number: a port that is listed but does not open is open elsewhere.
        from serial.tools import list_ports

        listed = any(port.device.lower() == name.lower() for port in list_ports.comports())
        number = errno.EBUSY if listed else errno.ENOENT
    if number in _FORBIDDEN:
        return PortForbidden(
            f"This account may not open {name}.",
            "Add it to the group that owns the port (on Linux: sudo usermod -aG dialout $USER), then log in anew.",
        )
    if number in _BUSY:
        return PortBusy(
            f"{name} is open in another program.",
            "Close that program (another ankletag, a terminal program, ModemManager), then run the command again.",
        )
    if number in _ABSENT or number is None:
        return PortAbsent(
            f"There is no port {name}.",
            "Plug the tag in with a data cable, or start the emulator, and check the name.",
        )
    return PortAbsent(
        f"{name} cannot be opened: {os.strerror(number)}.", "Unplug the tag, plug it in again, and retry."
    )


def _reason(error: OSError) -> str:
    """In a few words. Behind a URL pyserial gives sentences of its own, with what it caught as their context."""
    for cause in (error, error.__context__):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
        if isinstance(cause, (TypeError, ValueError)):
            return "there is no such host and port"
    # What stands in brackets is pyserial's inner state.
    return re.split(r"\s*[\[({:]", str(error))[0].rstrip(".").lower()
