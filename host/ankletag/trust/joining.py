"""A station joins an authority, and takes what the authority sends later. Nothing is kept that does not hold."""

from collections.abc import Iterable
from pathlib import Path

from tagproto import documents
from tagproto.documents import Document

from ..errors import UsageError
from .chains import Trusted, trust
from .enrolment import Answer
from .files import write_file
from .heap import SUFFIX, add_to_heap, read_document, read_heap, read_root
from .identity import DOCUMENTS, KEY, ROOT, Identity, load_identity
from .keyfile import read_key

_OTHER = "It is not for this station, or comes from another authority. Ask where it comes from; nothing was changed."


def install(folder: Path, answer: Answer, root_id: str | None = None) -> Identity:
    """Take the authority's answer to this station's request, the first one or a later one. Raises UsageError.

    root_id: the key id of the root in hexadecimal, as the authority told it, for the first time.
    """
    if not (folder / KEY).exists():
        raise UsageError(
            f"There is no key in {folder} that an answer could be for.",
            "Make the request on this computer first: `ankletag station enrol NAME`.",
        )
    key = read_key(folder / KEY)
    if root_id is not None and answer.root.octets(documents.SUBJECT).hex() != root_id.strip().lower():
        raise UsageError(
            f"The answer comes from the root {answer.root.octets(documents.SUBJECT).hex()}, not from {root_id}.", _OTHER
        )
    found = [answer.root, *answer.documents]
    pinned = read_root(folder / ROOT) if (folder / ROOT).exists() else answer.root
    if not trust([pinned.encoded]).roots:
        raise UsageError("The answer's root is not signed by its own key.", _OTHER)
    trusted = _with(folder, pinned, found)
    _all_hold(trusted, {each.encoded: "the answer" for each in found})
    if key.key_id not in trusted.stations:
        raise UsageError(f"The answer has no certificate for this station's key {key.key_id.hex()}.", _OTHER)
    _keep(folder, pinned, found)
    return load_identity(folder)


def add(folder: Path, paths: Iterable[Path]) -> tuple[Identity, list[Document]]:
    """Take documents from files, or from folders of them; gives those that are new. Raises UsageError, all or none."""
    before = set(load_identity(folder).documents)
    found: dict[bytes, str] = {}
    for path in paths:
        heap = read_heap(path) if path.is_dir() else {path: read_document(path)}
        if not heap:
            raise UsageError(f"{path} holds no documents (*{SUFFIX}).", "Name the authority's folder `issued`.")
        found |= {each.encoded: str(name) for name, each in heap.items()}
    pinned = read_root(folder / ROOT)
    new = [parsed for raw in found if raw not in before and isinstance(parsed := documents.parse(raw), Document)]
    trusted = _with(folder, pinned, new)
    _all_hold(trusted, found)
    _one_list_a_number(trusted)
    _keep(folder, pinned, new)
    return load_identity(folder), new


def _with(folder: Path, pinned: Document, found: Iterable[Document]) -> Trusted:
    held = [each.encoded for each in read_heap(folder / DOCUMENTS).values()]
    return trust([pinned.encoded, *held, *(each.encoded for each in found)], [pinned.octets(documents.KEY)])


def _all_hold(trusted: Trusted, sources: dict[bytes, str]) -> None:
    for each in trusted.bad:
        if each.raw in sources:
            source = sources[each.raw]
            raise UsageError(f"{source} does not lead back to this station's root: {each.why}.", _OTHER)


def _one_list_a_number(trusted: Trusted) -> None:
    numbers = [each.number(documents.NUMBER) for each in trusted.lists]
    twice = {number for number in numbers if numbers.count(number) > 1}
    if twice:
        raise UsageError(
            f"There are two different lists of the number {min(twice)}.",
            "The authority's folder is in use in two copies. Tell the authority; nothing was changed.",
        )


def _keep(folder: Path, pinned: Document, found: Iterable[Document]) -> None:
    """The root last: it is what ends an enrolment."""
    for each in found:
        add_to_heap(folder / DOCUMENTS, each)
    if not (folder / ROOT).exists():
        write_file(folder / ROOT, pinned.encoded)
