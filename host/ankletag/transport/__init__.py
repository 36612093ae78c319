"""Bytes to and from a tag."""

from .contract import Transport
from .ports import choose_port
from .serial_port import SerialTransport, open_port

__all__ = ["SerialTransport", "Transport", "choose_port", "open_port"]
