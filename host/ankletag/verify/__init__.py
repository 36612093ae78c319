"""Raw pages in, verified records and findings out. Pure; no exception for bad evidence."""

from .chain import verify_pages
from .given import Given, Witness
from .lastseal import LastSeal, last_seal
from .result import Verified, Window

__all__ = ["Given", "LastSeal", "Verified", "Window", "Witness", "last_seal", "verify_pages"]
