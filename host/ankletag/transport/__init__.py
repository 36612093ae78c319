"""Bytes to and from a tag: ports, recorded sessions, bad lines."""

from .contract import Through, Transport
from .hits import Hits
from .lossy import Losses, LossyTransport
from .opening import REPLAY, SLOWER, open_port
from .ports import BOOTSEL_USB, PICO_USB, Port, pico_ports, usb_ports, where_to_look
from .recording import Recording, RecordingTransport
from .replay import ReplayTransport
from .serial_port import GONE, SerialTransport
from .stopping import StoppableTransport

__all__ = [
    "BOOTSEL_USB",
    "GONE",
    "PICO_USB",
    "REPLAY",
    "SLOWER",
    "Hits",
    "Losses",
    "LossyTransport",
    "Port",
    "Recording",
    "RecordingTransport",
    "ReplayTransport",
    "SerialTransport",
    "StoppableTransport",
    "Through",
    "Transport",
    "open_port",
    "pico_ports",
    "usb_ports",
    "where_to_look",
]
