"""What travels between a station and its authority while it is enrolled: two small JSON files, neither secret.

A request names the station and its public key, signed with that key. An answer holds the authority's documents.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cbor2

from tagproto import documents
from tagproto.bad import Bad
from tagproto.documents import Document

from ..errors import UsageError
from .checking import fits
from .files import read_file, write_file
from .signing import SigningKey

VERSION = 1
_REQUEST = "ankletag-station-request"
_ANSWER = "ankletag-station-answer"
# An answer carries the certificates of all stations; far below what would trouble this computer.
_SIZE_MAX = 1 << 24


@dataclass(frozen=True, slots=True)
class Request:
    """A station that asks to be certified. point: 33 bytes."""

    name: str
    point: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """The authority's documents for a station. root: as the authority hands it out, signed by its own key."""

    root: Document
    documents: list[Document]


def check_name(name: str) -> str:
    """The name without blanks around it. Raises UsageError when no certificate can carry it."""
    name = name.strip()
    # What can be printed can be encoded, too: no half of a surrogate pair.
    if not name or not name.isprintable() or len(name.encode()) > documents.NAME_MAX:
        raise UsageError(
            f"{name!r} is no name for a certificate.",
            f"Take 1 to {documents.NAME_MAX} bytes of printable text (letters with accents count two).",
        )
    return name


def write_request(path: Path, name: str, key: SigningKey) -> None:
    """Write a request. Raises UsageError."""
    content = {
        "format": _REQUEST,
        "version": VERSION,
        "name": name,
        "key": key.point.hex(),
        "signature": key.sign(_signed(name, key.point)).hex(),
    }
    _write(path, content)


def read_request(path: Path) -> Request:
    """Read a request. Raises UsageError, also when it was changed on its way."""
    content = _read(path, _REQUEST)
    name, point, signature = content.get("name"), _octets(content.get("key")), _octets(content.get("signature"))
    if not isinstance(name, str) or not name.isprintable() or not fits(point, _signed(name, point), signature):
        raise UsageError(
            f"The request {path} was changed on its way, or is damaged.", "Ask the station to send it again."
        )
    return Request(check_name(name), point)


def write_answer(path: Path, root: bytes, found: Iterable[bytes]) -> None:
    """Write an answer. Raises UsageError."""
    content = {
        "format": _ANSWER,
        "version": VERSION,
        "root": root.hex(),
        "documents": [raw.hex() for raw in sorted(set(found))],
    }
    _write(path, content)


def read_answer(path: Path) -> Answer:
    """Read an answer; whether its documents hold is for who knows the root. Raises UsageError."""
    content = _read(path, _ANSWER)
    listed = content.get("documents")
    hexes = [content.get("root"), *(listed if isinstance(listed, list) else [])]
    found = [documents.parse(_octets(each)) for each in hexes]
    good = [each for each in found if isinstance(each, Document)]
    if any(isinstance(each, Bad) for each in found) or good[0].type != documents.ROOT:
        raise UsageError(f"The answer {path} is damaged.", "Ask the authority to send it again.")
    return Answer(good[0], good[1:])


def _signed(name: str, point: bytes) -> bytes:
    return cbor2.dumps([_REQUEST, name, point], canonical=True)


def _octets(value: object) -> bytes:
    """Bytes from hexadecimal text; empty for anything else."""
    try:
        return bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return b""


def _write(path: Path, content: dict[str, object]) -> None:
    write_file(path, (json.dumps(content, indent=2) + "\n").encode())


def _read(path: Path, form: str) -> dict[str, object]:
    data = read_file(path, _SIZE_MAX)
    what = form.removeprefix("ankletag-").replace("-", "'s ")
    action = f"Name the {what} file, as `ankletag` wrote it."
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise UsageError(f"{path} is not a {what} file.", action) from None
    if not isinstance(content, dict) or content.get("format") != form:
        raise UsageError(f"{path} is not a {what} file.", action)
    if content.get("version") != VERSION:
        raise UsageError(
            f"{path} is a {what} file of version {content.get('version')!r}; these tools know version {VERSION}.",
            "Update the older side.",
        )
    return content
