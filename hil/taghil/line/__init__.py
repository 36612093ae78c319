"""A bad cable of this project's own: between a tag's port and a new pseudo-terminal, as slow and as faulty as asked."""

from taghil.line.cable import Cable, CableError, Insert
from taghil.line.process import Line, LineError
from taghil.line.way import Counts

__all__ = ["Cable", "CableError", "Counts", "Insert", "Line", "LineError"]
