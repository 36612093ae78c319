"""Bytes to and from a tag: ports, recorded sessions, bad lines."""

from .contract import Through, Transport
from .hits import Hits
from .lossy import Losses, LossyTransport
from .opening import REPLAY, open_port
from .ports import Port, usb_ports, where_to_look
from .recording import Recording, RecordingTransport
from .replay import ReplayTransport
from .serial_port import SerialTransport
from .stopping import StoppableTransport

__all__ = [
    "REPLAY",
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
    "usb_ports",
    "where_to_look",
]
