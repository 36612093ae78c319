"""report.html: one self-contained page, no script, nothing fetched from elsewhere."""

from .page import Facts, render

__all__ = ["Facts", "render"]
