"""Raw pages in, verified records and findings out. Pure; no exception for bad evidence."""

from .chain import verify_pages
from .result import Verified, Window

__all__ = ["Verified", "Window", "verify_pages"]
