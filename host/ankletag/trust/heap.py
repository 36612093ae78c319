"""A folder of the authority's documents: public, each a file of its own, none ever changed."""

import hashlib
import re
from pathlib import Path

from tagproto import documents
from tagproto.bad import Bad
from tagproto.documents import Document

from ..errors import UsageError
from .chains import Trusted, trust
from .files import is_there, make_folder, read_file, telling, write_file

SUFFIX = ".cose"
_AGAIN = "Fetch the file again from who gave it to you, or remove it when it came here by mistake."


def read_document(path: Path) -> Document:
    """The document in a file, signature not checked. Raises UsageError."""
    data = read_file(path, documents.SIZE_MAX)
    if not data:
        raise UsageError(f"{path} is empty.", _AGAIN)
    parsed = documents.parse(data)
    if isinstance(parsed, Bad):
        raise UsageError(f"{path} is not one of the authority's documents, or damaged.", _AGAIN)
    return parsed


def read_heap(folder: Path) -> dict[Path, Document]:
    """Every document of a folder, by file name; none where there is no folder. Raises UsageError."""
    with telling(folder, "read"):
        paths = sorted(folder.glob("*" + SUFFIX)) if folder.is_dir() else []
    return {path: read_document(path) for path in paths}


def read_trusted(root: Document, folder: Path) -> Trusted:
    """What a folder's documents say under a root. Raises UsageError naming the file that does not lead back to it."""
    heap = read_heap(folder)
    trusted = trust([root.encoded, *(each.encoded for each in heap.values())], [root.octets(documents.KEY)])
    wrong = {each.raw: each.why for each in trusted.bad}
    for path, document in heap.items():
        if document.encoded in wrong:
            raise UsageError(f"{path} does not lead back to the root: {wrong[document.encoded]}.", _AGAIN)
    return trusted


def read_root(path: Path) -> Document:
    """A root's document. Raises UsageError for another one, and for one that its own key did not sign."""
    document = read_document(path)
    if document.type != documents.ROOT:
        what = documents.NAMES[document.type]
        raise UsageError(f"{path} is a {what}'s document, not a root's.", "Name the authority's root.cose.")
    if not trust([document.encoded]).roots:
        raise UsageError(f"{path} is not signed by its own key.", "Name the authority's root.cose.")
    return document


def add_to_heap(folder: Path, document: Document) -> Path:
    """Put a document into a folder; its bytes give it its name, so twice is once. Raises UsageError."""
    make_folder(folder)
    path = folder / file_name(document)
    if not is_there(path):
        write_file(path, document.encoded)
    return path


def file_name(document: Document) -> str:
    """A name for people, and the beginning of the SHA-256, which keeps documents apart: region-North-0a1b2c3d.cose."""
    if document.type == documents.LIST:
        what = str(document.number(documents.NUMBER))
    elif document.type == documents.ROOT:
        what = str(document.number(documents.GENERATION))
    else:
        what = document.name or document.octets(documents.SUBJECT).hex()
    plain = re.sub(r"[^A-Za-z0-9]+", "-", what).strip("-")[:32] or "unnamed"
    return f"{documents.NAMES[document.type]}-{plain}-{hashlib.sha256(document.encoded).hexdigest()[:8]}{SUFFIX}"
