"""manifest.json: what the other members are said to be, in one canonical form."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from tagproto.pages import PAGE_SIZE

from .documents import pack

FORMAT = "ankletag-evidence"
VERSION = 2


@dataclass(frozen=True, slots=True)
class Manifest:
    """tag_id 8 bytes, public_key 64 bytes or None when none was pinned, order_id 16 bytes or None when never fitted.

    documents, pages: how many.
    """

    tag_id: bytes
    public_key: bytes | None
    order_id: bytes | None
    documents: int
    documents_sha256: bytes
    pages: int
    first_page: int
    last_page: int
    pages_sha256: bytes

    def encode(self) -> bytes:
        """Canonical JSON: keys sorted, two spaces, ASCII, one line feed at the end."""
        content = {
            "documents": self.documents,
            "documents_sha256": self.documents_sha256.hex(),
            "first_page": self.first_page,
            "format": FORMAT,
            "last_page": self.last_page,
            "order_id": self.order_id.hex() if self.order_id is not None else None,
            "pages": self.pages,
            "pages_sha256": self.pages_sha256.hex(),
            "public_key": self.public_key.hex() if self.public_key is not None else None,
            "tag_id": self.tag_id.hex(),
            "version": VERSION,
        }
        return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode("ascii")


def describe(
    tag_id: bytes, public_key: bytes | None, order_id: bytes | None, documents: Sequence[bytes], pages: list[bytes]
) -> Manifest:
    """The manifest of documents, and of raw pages in order of their number."""
    numbers = [int.from_bytes(raw[2:6], "little") for raw in pages]
    return Manifest(
        tag_id,
        public_key,
        order_id,
        len(documents),
        hashlib.sha256(pack(documents)).digest(),
        len(pages),
        min(numbers, default=0),
        max(numbers, default=0),
        hashlib.sha256(b"".join(pages)).digest(),
    )


def decode(data: bytes) -> Manifest | str:
    """The manifest, or what is wrong with it in a few words. Whether it fits the members is the caller's question."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return "manifest.json is not JSON"
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        return "manifest.json does not describe an evidence bundle"
    if content.get("version") != VERSION:
        return f"it is of bundle format version {content.get('version')!r}; this program knows version {VERSION}"
    try:
        manifest = Manifest(
            bytes.fromhex(content["tag_id"]),
            _optional_hex(content["public_key"]),
            _optional_hex(content["order_id"]),
            int(content["documents"]),
            bytes.fromhex(content["documents_sha256"]),
            int(content["pages"]),
            int(content["first_page"]),
            int(content["last_page"]),
            bytes.fromhex(content["pages_sha256"]),
        )
        canonical = manifest.encode() == data
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        return "manifest.json lacks a field, or holds one of the wrong kind"
    sizes = (len(manifest.tag_id), len(manifest.public_key or bytes(64)), len(manifest.order_id or bytes(16)))
    if not canonical or sizes != (8, 64, 16) or manifest.pages * PAGE_SIZE > 1 << 32:
        return "manifest.json is not in its canonical form"
    return manifest


def _optional_hex(value: str | None) -> bytes | None:
    return None if value is None else bytes.fromhex(value)
