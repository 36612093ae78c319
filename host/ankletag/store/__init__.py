"""What a station keeps: raw pages first, and what it was told about tags and orders."""

from .store import Fitted, Store, default_path

__all__ = ["Fitted", "Store", "default_path"]
