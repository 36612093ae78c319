"""evidence.zip: the file that a third party can check. The same evidence gives the same bytes."""

from .bundle import Bundle, make_bundle, read_bundle, write_bundle
from .documents import needed, signers

__all__ = ["Bundle", "make_bundle", "needed", "read_bundle", "signers", "write_bundle"]
