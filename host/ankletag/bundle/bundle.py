"""Making and reading evidence bundles."""

import binascii
import itertools
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tagproto.pages import PAGE_SIZE

from ..errors import EvidenceRefused, UsageError
from ..verify.pageset import without_prefixes
from .container import LOCAL_SIZE, MAGIC, build, central_fields, local_crc_field, local_size_field, overhead
from .damage import describe_damage
from .documents import pack, unpack
from .manifest import VERSION, Manifest, decode, describe
from .readme import README

NAMES = ("README.txt", "manifest.json", "documents.bin", "pages.bin")
# Fifty times the biggest tag's memory: beyond this it is no bundle, whatever it says.
SIZE_MAX = 64 << 20
_MANIFEST_MAX = 4096
_OTHER_COPY = "Ask for another copy: the evidence in this one is refused."


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was rebuilt and compared: what it says, the authority's documents, and the raw pages in order."""

    manifest: Manifest
    documents: list[bytes]
    pages: list[bytes]


def make_bundle(
    tag_id: bytes, public_key: bytes | None, order_id: bytes | None, documents: Iterable[bytes], raws: Iterable[bytes]
) -> bytes:
    """The bytes of a bundle. documents: the authority's; raws: every copy of every page, in the order of receipt;
    open-page snapshots that a later copy extends are left out."""
    pages = without_prefixes(raws)
    heap = sorted(set(documents))
    manifest = describe(tag_id, public_key, order_id, heap, pages)
    return build(tuple(zip(NAMES, (README, manifest.encode(), pack(heap), b"".join(pages)), strict=True)))


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
    other = _other_version(data)
    if other is not None:
        cause = f"{path} is of bundle format version {other}; this program knows version {VERSION}."
        raise EvidenceRefused(cause, "Have the bundle made anew, or check it with the tools that made it.")
    members = _likeliest(data)
    if members is None:
        raise EvidenceRefused(f"{path} holds nothing that can be read as evidence, or is cut short.", _OTHER_COPY)
    named = tuple(zip(NAMES, members, strict=True))
    if build(named) != data:
        raise EvidenceRefused(f"{path} is damaged: {describe_damage(data, named)}.", _OTHER_COPY)
    return _checked(path, *members)


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


def _other_version(data: bytes) -> int | None:
    """The format version that an undamaged README.txt names, where it is not the one that this program knows."""
    at = LOCAL_SIZE + len(NAMES[0])
    text = data[at : at + local_size_field(data, 0)]
    named = re.match(rb"EVIDENCE BUNDLE OF AN ANKLE TAG \(format version (\d{1,6})\)", text)
    if named is None or int(named[1]) == VERSION or binascii.crc32(text) != local_crc_field(data, 0):
        return None
    return int(named[1])


def _likeliest(data: bytes) -> tuple[bytes, bytes, bytes, bytes] | None:
    """The four members, by the sizes that local headers and directory give manifest and documents: where one flipped
    bit makes the two differ, those that let the members look like what they should be."""
    central = central_fields(data, NAMES)
    at = LOCAL_SIZE + len(NAMES[0]) + len(README)
    found: list[tuple[bytes, bytes, bytes, bytes]] = []
    for size in dict.fromkeys((local_size_field(data, at), central[1][1])):
        behind = at + LOCAL_SIZE + len(NAMES[1]) + size
        sizes = (local_size_field(data, behind), central[2][1])
        if size <= _MANIFEST_MAX:
            split = [_split(data, size, documents_size) for documents_size in dict.fromkeys(sizes)]
            found += [members for members in split if members is not None]
    looks = [(not members[1].endswith(b"}\n"), unpack(members[2]) is None) for members in found]
    return min(zip(looks, found, strict=True), key=lambda pair: pair[0])[1] if found else None


def _split(data: bytes, manifest_size: int, documents_size: int) -> tuple[bytes, bytes, bytes, bytes] | None:
    """The members at the places where such sizes put them; None when whole pages do not fit."""
    pages_size = len(data) - overhead(NAMES) - len(README) - manifest_size - documents_size
    if pages_size < 0 or pages_size % PAGE_SIZE:
        return None
    sizes = (len(README), manifest_size, documents_size, pages_size)
    heads = itertools.accumulate(LOCAL_SIZE + len(name) for name in NAMES)
    before = itertools.accumulate(sizes, initial=0)
    begins = [head + size for head, size in zip(heads, before, strict=False)]
    readme, manifest, documents, pages = (data[at : at + size] for at, size in zip(begins, sizes, strict=True))
    return readme, manifest, documents, pages


def _checked(path: Path, readme: bytes, manifest_bytes: bytes, document_bytes: bytes, page_bytes: bytes) -> Bundle:
    """The container is as its writer left it: now whether the members fit each other."""
    if readme != README:
        raise EvidenceRefused(f"{path}: README.txt is not the text of this bundle format.", _OTHER_COPY)
    manifest = decode(manifest_bytes)
    if isinstance(manifest, str):
        raise EvidenceRefused(f"{path}: {manifest}.", _OTHER_COPY)
    documents = unpack(document_bytes)
    if documents is None:
        raise EvidenceRefused(f"{path}: documents.bin is not in its canonical form.", _OTHER_COPY)
    pages = [page_bytes[at : at + PAGE_SIZE] for at in range(0, len(page_bytes), PAGE_SIZE)]
    expected = describe(manifest.tag_id, manifest.public_key, manifest.order_id, documents, pages)
    if manifest != expected or without_prefixes(pages) != pages:
        raise EvidenceRefused(f"{path}: manifest.json does not describe the other members.", _OTHER_COPY)
    return Bundle(manifest, documents, pages)
