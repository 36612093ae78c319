"""Raw pages in, verified records and findings out. Pure; no exception for bad evidence."""

from .chain import verify_pages
from .lastseal import LastSeal, last_seal
from .result import Verified, Window

__all__ = ["LastSeal", "Verified", "Window", "last_seal", "verify_pages"]
