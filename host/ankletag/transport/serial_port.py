"""A serial port, a pseudo-terminal, or any URL that pyserial knows."""

import errno
import os
import select
import sys
import time

import serial
from serial import rfc2217
from serial.urlhandler import protocol_socket

from ..errors import LinkLost
from .contract import Transport

# What pyserial raises for a port that went away.
if sys.platform == "win32":
    GONE: tuple[type[Exception], ...] = (serial.SerialException, OSError, ValueError)
else:
    import termios

    # pyserial lets termios' own error through, which is no OSError.
    GONE = (serial.SerialException, OSError, ValueError, termios.error)

_CHUNK = 4096
# How long a port waits at a time where its timeout cannot be changed for each read: rfc2217:// negotiates it with its
# server, and on Windows all settings are written again.
SLICE_S = 0.02


class SerialTransport(Transport):
    """A port that this process has for itself."""

    def __init__(self, port: serial.SerialBase, name: str) -> None:
        self._port = port
        self.name = name

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises LinkLost when the port went away or takes nothing for 10 s."""
        try:
            sent = 0
            while sent < len(data):
                sent += self._port.write(data[sent:]) or 0
        except GONE as error:
            raise _lost(self.name) from error

    def read(self, timeout_s: float) -> bytes:
        """What has arrived. Raises LinkLost when the port went away."""
        try:
            return self._read(max(0.0, timeout_s))
        except (*GONE, TypeError) as error:
            # TypeError: pyserial's own, when another thread closed the port in the middle of a read.
            raise _lost(self.name) from error

    def _read(self, timeout_s: float) -> bytes:
        if os.name == "posix" and type(self._port) in (serial.Serial, protocol_socket.Serial):
            return _read_descriptor(self._port.fileno(), timeout_s)
        if isinstance(self._port, (serial.Serial, rfc2217.Serial)):
            return _read_in_slices(self._port, timeout_s)
        # Ask for one byte and then for what is there: pyserial fills the size that was asked for, or waits to the end.
        self._port.timeout = timeout_s
        data = bytes(self._port.read(1))
        self._port.timeout = 0
        return data + bytes(self._port.read(_CHUNK)) if data else b""

    def set_baud(self, baud: int) -> bool:
        """Change the line's rate, where there is one and it is taken. Raises LinkLost when the port went away.

        Serial ports, pseudo-terminals and rfc2217:// have one; socket:// and loop:// take any and do nothing with it.
        """
        if not isinstance(self._port, (serial.Serial, rfc2217.Serial)):
            return False
        before = self._port.baudrate
        try:
            self._port.flush()
            self._port.baudrate = baud
        except GONE:
            # A rate that the driver or the server does not take, or a port that is gone: this tells which.
            self._put_back(before)
            return False
        return True

    def _put_back(self, baud: int) -> None:
        try:
            self._port.baudrate = baud
        except GONE as error:
            raise _lost(self.name) from error

    def close(self) -> None:
        """Give the port back."""
        try:
            self._port.close()
        except OSError:
            # The port went away before: there is nothing left to give back.
            return


def _read_descriptor(fd: int, timeout_s: float) -> bytes:
    """What a terminal or a socket has, in one piece.

    pyserial's own reading would set the terminal up anew for each timeout, and loses what a socket had before its
    other end hung up.
    """
    if not select.select([fd], [], [], timeout_s)[0]:
        return b""
    try:
        data = os.read(fd, _CHUNK)
    except BlockingIOError:
        return b""
    if not data:
        raise OSError(errno.EIO, "the device is gone")
    return data


def _read_in_slices(port: serial.Serial | rfc2217.Serial, timeout_s: float) -> bytes:
    """At most a slice longer than the timeout."""
    end_s = time.monotonic() + timeout_s
    while True:
        waiting = port.in_waiting
        data = bytes(port.read(max(1, waiting))) if waiting or timeout_s else b""
        if data or time.monotonic() >= end_s:
            return data


def _lost(name: str) -> LinkLost:
    return LinkLost(
        f"The line to {name} was cut.",
        "Nothing is lost: check the cable and run the command again, it goes on from what is stored.",
    )
