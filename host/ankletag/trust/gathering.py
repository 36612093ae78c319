"""Documents that come from elsewhere: all of them hold, or none is taken."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from tagproto import documents
from tagproto.documents import Document

from ..errors import UsageError
from .chains import Trusted, trust
from .heap import SUFFIX, read_document, read_heap

OTHER = "Ask where it comes from: it is damaged, or another authority's. Nothing was changed."


def gather(root: Document, folder: Path, paths: Iterable[Path]) -> list[Document]:
    """What files, or folders of them, hold beyond a folder of documents. Raises UsageError; nothing is written."""
    found: dict[str, Document] = {}
    for path in paths:
        heap = read_heap(path) if path.is_dir() else {path: read_document(path)}
        if not heap:
            raise UsageError(f"{path} holds no documents (*{SUFFIX}).", "Name the authority's folder `issued`.")
        found |= {str(name): each for name, each in heap.items()}
    return check(root, folder, found)


def check(root: Document, folder: Path, found: Mapping[str, Document]) -> list[Document]:
    """What is new of documents by the name of their source, if all of them hold. Raises UsageError naming the source.

    root: at which trust begins; folder: of the documents that are there already.
    """
    held = {root.encoded, *(each.encoded for each in read_heap(folder).values())}
    trusted = trust([*held, *(each.encoded for each in found.values())], [root.octets(documents.KEY)])
    wrong = {each.raw: each.why for each in trusted.bad}
    for source, each in found.items():
        if each.encoded in wrong:
            raise UsageError(f"{source} does not lead back to the root here: {wrong[each.encoded]}.", OTHER)
    _one_list_a_number(trusted)
    new = {each.encoded: each for each in found.values() if each.encoded not in held}
    return list(new.values())


def _one_list_a_number(trusted: Trusted) -> None:
    numbers = [each.number(documents.NUMBER) for each in trusted.lists]
    twice = {number for number in numbers if numbers.count(number) > 1}
    if twice:
        raise UsageError(
            f"There are two different lists of the number {min(twice)}.",
            "The root's key is in use in two copies of the folder: tell the authority. Nothing was changed.",
        )
