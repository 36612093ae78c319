"""Reading a tag's pages over a line that loses and damages frames (SPEC.md, Read-out). No input or output in here."""

from .readout import READ_BYTES, Readout
from .repair import RepairingDecoder, is_repaired

__all__ = ["READ_BYTES", "Readout", "RepairingDecoder", "is_repaired"]
