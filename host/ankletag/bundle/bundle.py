"""Making and reading evidence bundles."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tagproto.pages import PAGE_SIZE

from ..errors import EvidenceRefused, UsageError
from ..verify.pageset import without_prefixes
from .container import LOCAL_SIZE, MAGIC, build, central_fields, local_size_field, overhead
from .damage import describe_damage
from .manifest import Manifest, decode, describe
from .readme import README

NAMES = ("README.txt", "manifest.json", "pages.bin")
# Fifty times the biggest tag's memory: beyond this it is no bundle, whatever it says.
SIZE_MAX = 64 << 20
_MANIFEST_MAX = 4096
_OTHER_COPY = "Ask for another copy: the evidence in this one is refused."


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was rebuilt and compared: what it says, and the raw pages in order."""

    manifest: Manifest
    pages: list[bytes]


def make_bundle(tag_id: bytes, public_key: bytes | None, order_id: bytes | None, raws: list[bytes]) -> bytes:
    """The bytes of a bundle. raws: every copy of every page, in the order of receipt; open-page snapshots that a later
    copy extends are left out."""
    pages = without_prefixes(raws)
    manifest = describe(tag_id, public_key, order_id, pages)
    return build(tuple(zip(NAMES, (README, manifest.encode(), b"".join(pages)), strict=True)))


def write_bundle(path: Path, data: bytes) -> None:
    """Put the bytes in place in one step: a bundle is never half there. Raises UsageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
            file.write(data)
        # Temporary files are private; a bundle is handed on.
        os.chmod(file.name, 0o644)
        os.replace(file.name, path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.", "Name another folder.") from error


def read_bundle(path: Path) -> Bundle:
    """Rebuild the bundle from what it holds and compare every byte.

    Raises UsageError when the file cannot be read or is no bundle, EvidenceRefused when it is one that is not as it
    was written.
    """
    data = _read(path)
    if data[:4] != MAGIC and data[LOCAL_SIZE : LOCAL_SIZE + len(NAMES[0])] != NAMES[0].encode():
        raise UsageError(f"{path} is not an evidence bundle.", "Name the evidence.zip that `ankletag report` wrote.")
    damage = f"{path} holds nothing that can be read as evidence, or is cut short"
    for size in _manifest_sizes(data):
        members = _split(data, size)
        if members is None:
            continue
        named = tuple(zip(NAMES, members, strict=True))
        if build(named) == data:
            return _checked(path, *members)
        damage = f"{path} is damaged: {describe_damage(data, named)}"
        break
    raise EvidenceRefused(damage + ".", _OTHER_COPY)


def _read(path: Path) -> bytes:
    action = "Name the evidence.zip that `ankletag report` wrote."
    try:
        size = path.stat().st_size
        if size > SIZE_MAX:
            raise UsageError(f"{path} is {size} bytes long: too big to be an evidence bundle.", action)
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", action) from error
    if not data:
        raise UsageError(f"{path} is empty.", action)
    return data


def _manifest_sizes(data: bytes) -> list[int]:
    """The manifest's size as its local header and the directory give it: one flipped bit leaves one of them right.

    The one that leaves whole pages behind it comes first.
    """
    local = local_size_field(data, LOCAL_SIZE + len(NAMES[0]) + len(README))
    central = central_fields(data, NAMES)[1][1]
    sizes = [size for size in dict.fromkeys((local, central)) if size <= _MANIFEST_MAX]

    def unlikely(size: int) -> bool:
        members = _split(data, size)
        return members is None or not members[1].endswith(b"}\n")

    return sorted(sizes, key=unlikely)


def _split(data: bytes, manifest_size: int) -> tuple[bytes, bytes, bytes] | None:
    """README, manifest and pages at the places where such a manifest puts them; None when whole pages do not fit."""
    pages_size = len(data) - overhead(NAMES) - len(README) - manifest_size
    if pages_size < 0 or pages_size % PAGE_SIZE:
        return None
    at = LOCAL_SIZE + len(NAMES[0])
    readme = data[at : at + len(README)]
    at += len(README) + LOCAL_SIZE + len(NAMES[1])
    manifest = data[at : at + manifest_size]
    at += manifest_size + LOCAL_SIZE + len(NAMES[2])
    return readme, manifest, data[at : at + pages_size]


def _checked(path: Path, readme: bytes, manifest_bytes: bytes, page_bytes: bytes) -> Bundle:
    """The container is as its writer left it: now whether the members fit each other."""
    if readme != README:
        raise EvidenceRefused(f"{path}: README.txt is not the text of this bundle format.", _OTHER_COPY)
    manifest = decode(manifest_bytes)
    if isinstance(manifest, str):
        raise EvidenceRefused(f"{path}: {manifest}.", _OTHER_COPY)
    pages = [page_bytes[at : at + PAGE_SIZE] for at in range(0, len(page_bytes), PAGE_SIZE)]
    expected = describe(manifest.tag_id, manifest.public_key, manifest.order_id, pages)
    if manifest != expected or without_prefixes(pages) != pages:
        raise EvidenceRefused(f"{path}: manifest.json does not describe the pages in pages.bin.", _OTHER_COPY)
    return Bundle(manifest, pages)
