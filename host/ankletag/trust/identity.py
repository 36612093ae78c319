"""Who this station is: a folder with its key, the root that it obeys, and the authority's documents.

key.pem         the private key; never leaves this computer
root.cose       the root that was taken first; everything else has to lead back to it
documents/      certificates, later roots and lists: public
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from tagproto import documents
from tagproto.documents import Document

from ..errors import UsageError
from .chains import Trusted, trust
from .files import write_file
from .heap import add_to_heap, read_document, read_heap
from .keyfile import read_key
from .signing import SigningKey

KEY = "key.pem"
ROOT = "root.cose"
DOCUMENTS = "documents"
_ENROL = "Enrol this station: `ankletag station enrol NAME` (docs/trust.md says how)."


@dataclass(frozen=True, slots=True)
class Identity:
    """A station that is certified. key: its own; name: as certified; trusted: what its root vouches for;
    documents: all that it carries, for tags and bundles, in the order of their bytes."""

    key: SigningKey
    name: str
    trusted: Trusted
    documents: Sequence[bytes]

    @property
    def root_point(self) -> bytes:
        """The newest root, 33 bytes."""
        return newest_root(self.trusted)

    @property
    def list_number(self) -> int:
        """The newest list's number; 0 for none."""
        return self.trusted.lists[0].number(documents.NUMBER) if self.trusted.lists else 0


def default_folder() -> Path:
    """Where this account's station lies unless --station says otherwise."""
    return Path(platformdirs.user_data_dir("ankletag", appauthor=False)) / "station"


def load_identity(path: Path | None = None) -> Identity:
    """The station in a folder, everything in it checked. Raises UsageError with what is missing or wrong."""
    folder = path or default_folder()
    if not (folder / KEY).exists():
        raise UsageError(f"This computer is not enrolled as a station: there is no {folder / KEY}.", _ENROL)
    key = read_key(folder / KEY)
    if not (folder / ROOT).exists():
        raise UsageError(
            f"This station's enrolment is not finished: the authority's answer is missing in {folder}.",
            "When the answer file has come: `ankletag station install ANSWER`.",
        )
    trusted = load_trusted(folder)
    station = trusted.stations.get(key.key_id)
    if station is None:
        raise UsageError(
            f"No certificate in {folder} fits this station's key {key.key_id.hex()}.",
            "Fetch the authority's answer for this key again, and install it: `ankletag station install ANSWER`.",
        )
    return Identity(key, station.name, trusted, sorted(encoded(trusted)))


def load_trusted(folder: Path) -> Trusted:
    """What a station's folder holds, checked against its root. Raises UsageError naming the file that does not hold."""
    root = read_root(folder / ROOT)
    heap = read_heap(folder / DOCUMENTS)
    trusted = trust([root.encoded, *(each.encoded for each in heap.values())], [root.octets(documents.KEY)])
    wrong = {each.raw: each.why for each in trusted.bad}
    for path, document in heap.items():
        if document.encoded in wrong:
            raise UsageError(
                f"{path} does not lead back to this station's root: {wrong[document.encoded]}.",
                "Remove the file, and fetch what is missing from the authority: `ankletag station add FILE`.",
            )
    return trusted


def read_root(path: Path) -> Document:
    """A root's document. Raises UsageError for another one, and for one that nobody signed."""
    document = read_document(path)
    if document.type != documents.ROOT:
        what = documents.NAMES[document.type]
        raise UsageError(f"{path} is a {what}'s document, not a root's.", "Name the authority's root.cose.")
    if not trust([document.encoded]).roots:
        raise UsageError(f"{path} is not signed by its own key.", "Name the authority's root.cose.")
    return document


def keep(folder: Path, root: Document, found: Iterable[Document]) -> None:
    """Put documents that hold into a station's folder, the root last: it is what ends an enrolment."""
    for each in found:
        add_to_heap(folder / DOCUMENTS, each)
    if not (folder / ROOT).exists():
        write_file(folder / ROOT, root.encoded)


def encoded(trusted: Trusted) -> list[bytes]:
    """The bytes of everything that holds."""
    held = [*trusted.root_documents, *trusted.regions, *trusted.station_documents, *trusted.lists]
    return [each.encoded for each in [*held, *(each for found in trusted.tags.values() for each in found)]]


def newest_root(trusted: Trusted) -> bytes:
    """The point of the root with the highest generation."""
    newest = max(
        trusted.root_documents, key=lambda each: (each.number(documents.GENERATION), each.octets(documents.KEY))
    )
    return newest.octets(documents.KEY)
