"""A station joins an authority, and takes what the authority sends later. Nothing is kept that does not hold."""

from collections.abc import Iterable
from pathlib import Path

from tagproto import documents
from tagproto.documents import Document

from ..errors import UsageError
from .chains import trust
from .enrolment import Answer
from .files import is_there, write_file
from .gathering import OTHER, check, gather
from .heap import add_to_heap, read_root
from .identity import DOCUMENTS, KEY, ROOT, Identity, load_identity
from .keyfile import read_key


def install(folder: Path, answer: Answer, root_id: str | None = None) -> Identity:
    """Take the authority's answer to this station's request, the first one or a later one. Raises UsageError.

    root_id: the key id of the root in hexadecimal, as the authority told it, for the first time.
    """
    if not is_there(folder / KEY):
        raise UsageError(
            f"There is no key in {folder} that an answer could be for.",
            "Make the request on this computer first: `ankletag station enrol NAME`.",
        )
    key = read_key(folder / KEY)
    if root_id is not None and answer.root.octets(documents.SUBJECT).hex() != root_id.strip().lower():
        subject = answer.root.octets(documents.SUBJECT).hex()
        raise UsageError(f"The answer comes from the root {subject}, not from {root_id}.", OTHER)
    if not trust([answer.root.encoded]).roots:
        raise UsageError("The answer's root is not signed by its own key.", OTHER)
    pinned = read_root(folder / ROOT) if is_there(folder / ROOT) else answer.root
    found = [answer.root, *answer.documents]
    new = check(pinned, folder / DOCUMENTS, {f"Part {number} of the answer": each for number, each in enumerate(found)})
    if not any(each.type == documents.STATION and each.octets(documents.SUBJECT) == key.key_id for each in found):
        raise UsageError(f"The answer has no certificate for this station's key {key.key_id.hex()}.", OTHER)
    for each in new:
        add_to_heap(folder / DOCUMENTS, each)
    if not is_there(folder / ROOT):
        # Last: it is what ends an enrolment.
        write_file(folder / ROOT, pinned.encoded)
    return load_identity(folder)


def add(folder: Path, paths: Iterable[Path]) -> tuple[Identity, list[Document]]:
    """Take documents from files, or from folders of them; gives those that are new. Raises UsageError, all or none."""
    load_identity(folder)
    new = gather(read_root(folder / ROOT), folder / DOCUMENTS, paths)
    for each in new:
        add_to_heap(folder / DOCUMENTS, each)
    return load_identity(folder), new
