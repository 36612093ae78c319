"""Bytes to and from a tag: ports, recorded sessions, bad lines."""

from .contract import Transport
from .lossy import Losses, LossyTransport
from .opening import open_port
from .ports import choose_port
from .recording import Recording, RecordingTransport
from .replay import ReplayTransport
from .serial_port import SerialTransport

__all__ = [
    "Losses",
    "LossyTransport",
    "Recording",
    "RecordingTransport",
    "ReplayTransport",
    "SerialTransport",
    "Transport",
    "choose_port",
    "open_port",
]
