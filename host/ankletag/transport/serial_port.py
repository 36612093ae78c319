"""A serial port, a pseudo-terminal, or any URL that pyserial knows."""

import errno
import os
import sys

import serial

from ..errors import AnkletagError, LinkLost, PortAbsent, PortBusy, PortForbidden
from .contract import Transport

_BAUD = 115200
_WRITE_TIMEOUT_S = 10.0
_ABSENT = (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO, errno.ENOTDIR, errno.ENOTTY, errno.EISDIR)
_BUSY = (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK)
_FORBIDDEN = (errno.EACCES, errno.EPERM)


class SerialTransport(Transport):
    """A port that this process has for itself."""

    def __init__(self, port: serial.Serial, name: str) -> None:
        self._port = port
        self.name = name

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises LinkLost when the port went away or takes nothing for 10 s."""
        try:
            sent = 0
            while sent < len(data):
                sent += self._port.write(data[sent:]) or 0
        except (serial.SerialException, OSError) as error:
            raise _lost(self.name) from error

    def read(self, timeout_s: float) -> bytes:
        """What has arrived. Raises LinkLost when the port went away."""
        try:
            self._port.timeout = max(0.0, timeout_s)
            data: bytes = self._port.read(max(1, self._port.in_waiting))
        except (serial.SerialException, OSError, TypeError) as error:
            # TypeError: pyserial's own, when another thread closed the port in the middle of a read.
            raise _lost(self.name) from error
        return data

    def set_baud(self, baud: int) -> bool:
        """Change the line's rate, where the driver takes it. Raises LinkLost when the port went away."""
        before = self._port.baudrate
        try:
            self._port.baudrate = baud
        except (serial.SerialException, OSError, ValueError):
            # A rate that the driver does not take (ValueError, EINVAL), or a port that is gone: this tells which.
            self._put_back(before)
            return False
        return True

    def _put_back(self, baud: int) -> None:
        try:
            self._port.baudrate = baud
        except (serial.SerialException, OSError, ValueError) as error:
            raise _lost(self.name) from error

    def close(self) -> None:
        """Give the port back."""
        try:
            self._port.close()
        except OSError:
            # The port went away before: there is nothing left to give back.
            return


def open_port(name: str) -> SerialTransport:
    """Open a port for this process alone. Raises PortAbsent, PortBusy or PortForbidden."""
    # Windows locks by itself, and a URL's other end may be no device that could be locked.
    exclusive = True if "://" not in name and os.name == "posix" else None
    try:
        port = serial.serial_for_url(
            name, _BAUD, timeout=0, write_timeout=_WRITE_TIMEOUT_S, exclusive=exclusive, do_not_open=True
        )
        port.open()
    except (serial.SerialException, OSError) as error:
        raise _not_opened(name, error) from error
    except ValueError as error:
        raise PortAbsent(f"{name} is no port: {error}.", "Name a serial port such as /dev/ttyACM0 or COM3.") from error
    return SerialTransport(port, name)


def _lost(name: str) -> LinkLost:
    return LinkLost(
        f"The line to {name} was cut.",
        "Nothing is lost: check the cable and run the command again, it goes on from what is stored.",
    )


def _not_opened(name: str, error: OSError) -> AnkletagError:
    number = error.errno
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
