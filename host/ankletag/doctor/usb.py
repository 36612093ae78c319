"""Picos on Linux's USB, as /sys/bus/usb/devices shows them (Linux, Documentation/ABI/stable/sysfs-bus-usb)."""

from dataclasses import dataclass
from pathlib import Path

from ..transport import BOOTSEL_USB, PICO_USB
from .computer import Computer

_DEVICES = "sys/bus/usb/devices"
# CDC: the interface that gets the driver and the tty (USB CDC 1.2, 4.2).
_COMMUNICATION = "02"


@dataclass(frozen=True, slots=True)
class UsbBoard:
    """name: of the device, 1-1; bootsel: whether its boot ROM answers; driver: of its serial interface, empty for none;
    ports: its ttys as paths."""

    name: str
    bootsel: bool
    driver: str
    ports: tuple[str, ...]


def usb_boards(computer: Computer) -> list[UsbBoard]:
    """All that have a Pico's USB numbers."""
    boards = []
    for device in computer.inside(_DEVICES):
        numbers = _number(computer, device, "idVendor"), _number(computer, device, "idProduct")
        if numbers in (PICO_USB, BOOTSEL_USB):
            boards.append(_board(computer, device, numbers == BOOTSEL_USB))
    return boards


def _board(computer: Computer, device: Path, bootsel: bool) -> UsbBoard:
    driver, ports = "", []
    for interface in computer.inside(_DEVICES):
        if not interface.name.startswith(f"{device.name}:"):
            continue
        if computer.text(f"{_DEVICES}/{interface.name}/bInterfaceClass") == _COMMUNICATION:
            link = interface / "driver"
            driver = driver or (link.resolve().name if link.exists() else "")
        ports += [f"/dev/{tty.name}" for tty in computer.inside(f"{_DEVICES}/{interface.name}/tty")]
    return UsbBoard(device.name, bootsel, driver, tuple(ports))


def _number(computer: Computer, device: Path, name: str) -> int:
    try:
        return int(computer.text(f"{_DEVICES}/{device.name}/{name}") or "", 16)
    except ValueError:
        return -1
