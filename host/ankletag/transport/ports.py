"""Where a tag may be: the USB serial ports of this computer, or those that the account has named."""

import os
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from serial.tools import list_ports

from ..errors import UsageError

VARIABLE = "ANKLETAG_PORTS"
PICO_USB = (0x2E8A, 0x0005)
"""USB vendor and product of a Pico that runs MicroPython, and so of a tag."""
BOOTSEL_USB = (0x2E8A, 0x0003)
"""Of one whose boot ROM waits for a file (RP2040 datasheet, 2.8.4)."""


@dataclass(frozen=True, slots=True)
class Port:
    """name: as `open_port` takes it; description: what the system says of it, may be empty."""

    name: str
    description: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.description})" if self.description else self.name


class Listed(Protocol):
    """A port as pyserial lists it. vid: the USB vendor's number, None where the port is not on USB."""

    device: str
    description: str
    vid: int | None


def usb_ports(listed: Iterable[Listed] | None = None) -> list[Port]:
    """The serial ports that hang on USB, in order; a built-in one is nobody's tag. listed: all that there are, by
    default those that the system lists now."""
    there: Iterable[Listed] = list_ports.comports() if listed is None else listed
    found = sorted((port.device, port.description or "") for port in there if port.vid is not None)
    return [Port(name, description) for name, description in found]


def pico_ports() -> list[Port]:
    """The serial ports that are a MicroPython board's by their USB numbers, or were named by ANKLETAG_PORTS."""
    if os.environ.get(VARIABLE, "").strip():
        return where_to_look()
    return usb_ports(port for port in list_ports.comports() if (port.vid, port.pid) == PICO_USB)


def where_to_look() -> list[Port]:
    """The ports that ANKLETAG_PORTS names, divided by spaces and quoted as in a shell; without it, those on USB.

    Raises UsageError where a quotation in it does not end.
    """
    named = os.environ.get(VARIABLE, "")
    if not named.strip():
        return usb_ports()
    try:
        return [Port(name) for name in shlex.split(named)]
    except ValueError as error:
        raise UsageError(
            f"{VARIABLE} cannot be read: {error}.", "Name ports divided by spaces, such as: /dev/ttyACM0 /dev/ttyACM1"
        ) from error
