"""Who this station is: a folder with its key, the root that it obeys, and the authority's documents.

key.pem         the private key; never leaves this computer
root.cose       the root that was taken first; everything else has to lead back to it
documents/      certificates, later roots and lists: public
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from tagproto import documents

from ..errors import UsageError
from .chains import Trusted
from .files import is_there
from .heap import read_root, read_trusted
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
    if not is_there(folder / KEY):
        raise UsageError(f"This computer is not enrolled as a station: there is no {folder / KEY}.", _ENROL)
    key = read_key(folder / KEY)
    if not is_there(folder / ROOT):
        raise UsageError(
            f"This station's enrolment is not finished: the authority's answer is missing in {folder}.",
            "When the answer file has come: `ankletag station install ANSWER`.",
        )
    trusted = read_trusted(read_root(folder / ROOT), folder / DOCUMENTS)
    station = trusted.stations.get(key.key_id)
    if station is None:
        raise UsageError(
            f"No certificate in {folder} fits this station's key {key.key_id.hex()}.",
            "Fetch the authority's answer for this key again, and install it: `ankletag station install ANSWER`.",
        )
    return Identity(key, station.name, trusted, trusted.encoded())


def newest_root(trusted: Trusted) -> bytes:
    """The point of the root with the highest generation."""
    newest = max(
        trusted.root_documents, key=lambda each: (each.number(documents.GENERATION), each.octets(documents.KEY))
    )
    return newest.octets(documents.KEY)
