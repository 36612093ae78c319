"""The authority's own folder. Who holds its keys runs the programme.

root.cose               the root that is in force, signed by its own key: hand it to whoever verifies
keys/root-1.pem         its private key; the number is the root's generation
regions/North/key.pem   a region's private key
issued/                 everything that was ever signed: public, hand it to every station
"""

import re
from dataclasses import dataclass
from pathlib import Path

from tagproto import documents
from tagproto.documents import Document

from ..errors import UsageError
from .chains import Trusted
from .enrolment import check_name
from .files import is_there, make_folder, telling, write_file
from .heap import add_to_heap, read_root, read_trusted
from .issue import make_root
from .keyfile import read_key, read_or_make_key
from .signing import SigningKey

ROOT = "root.cose"
ISSUED = "issued"
# Clocks of stations and of the authority differ: what is certified today was certified yesterday.
GRACE_S = 86_400
YEAR_S = 31_557_600


@dataclass(frozen=True, slots=True)
class RootSigner:
    """Who breaks the glass: the root's key, and the documents that show a tag whose it is."""

    key: SigningKey
    root_point: bytes
    documents: list[bytes]


class Authority:
    """An authority's folder, opened; everything in it is checked. trusted: what it has issued so far."""

    def __init__(self, folder: Path) -> None:
        """Raises UsageError: not an authority's folder, or something in it does not hold."""
        if not is_there(folder / ROOT):
            raise UsageError(
                f"{folder} is not an authority's folder.",
                "Name the one that `ankletag authority init` made, or make a new one with it.",
            )
        self.folder = folder
        self.root = read_root(folder / ROOT)
        self.trusted: Trusted = read_trusted(self.root, folder / ISSUED)

    @property
    def name(self) -> str:
        """The programme's name."""
        return self.root.name

    @property
    def root_id(self) -> bytes:
        """The key id of the root in force."""
        return self.root.octets(documents.SUBJECT)

    @property
    def root_generation(self) -> int:
        """1 for the first root, one more with each rotation."""
        return self.root.number(documents.GENERATION)

    @property
    def minimum(self) -> int:
        """The generation that certificates need; what is certified now has it."""
        return max([1, *(each.number(documents.MINIMUM) for each in self.trusted.lists)])

    @property
    def documents(self) -> list[bytes]:
        """Everything public, in the order of its bytes."""
        return self.trusted.encoded()

    def for_stations(self) -> list[Document]:
        """What every station should have: all but the certificates of tags, which tags carry themselves."""
        trusted = self.trusted
        return [*trusted.root_documents, *trusted.regions, *trusted.station_documents, *trusted.lists]

    def key_path(self, generation: int) -> Path:
        """Where a root's private key lies."""
        return self.folder / "keys" / f"root-{generation}.pem"

    def root_key(self) -> SigningKey:
        """The private key of the root in force. Raises UsageError where it is absent, or while a rotation is cut."""
        if is_there(self.key_path(self.root_generation + 1)):
            raise UsageError(
                "A rotation of the root was begun and is not finished.",
                f"Finish it first: `ankletag authority rotate {self.folder}`.",
            )
        return self._own(self.key_path(self.root_generation), self.root)

    def signer(self) -> RootSigner:
        """The root as who commands a tag. Raises UsageError."""
        return RootSigner(self.root_key(), self.root.octets(documents.KEY), self.documents)

    def regions(self) -> dict[str, Document]:
        """The regions under the root in force by name: of each the certificate of the highest generation."""
        found: dict[str, Document] = {}
        for each in sorted(self.trusted.regions, key=lambda one: one.number(documents.GENERATION)):
            if each.octets(documents.ISSUER) == self.root_id:
                found[each.name] = each
        return found

    def region(self, name: str) -> Document:
        """The certificate of a region. Raises UsageError when there is none."""
        known = self.regions()
        if name not in known:
            make = f"Make it with `ankletag authority region {self.folder} '{name}'`"
            named = f", or name one of: {', '.join(sorted(known))}." if known else "."
            raise UsageError(f"There is no region {name!r} in {self.folder}.", make + named)
        return known[name]

    def region_key(self, name: str) -> SigningKey:
        """The private key of a region. Raises UsageError: unknown, absent, or revoked."""
        certificate = self.region(name)
        if self.trusted.revoked_s(certificate.octets(documents.SUBJECT)) is not None:
            raise UsageError(f"The region {name!r} was revoked.", "Make a region of another name, and use that.")
        return self._own(self.region_key_path(name), certificate)

    def region_key_path(self, name: str) -> Path:
        """Where a region's private key lies; its folder's name is the region's, as far as every system takes it."""
        return self.folder / "regions" / (re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") or "region") / "key.pem"

    def issue(self, encoded: bytes) -> Document:
        """Keep something new that was signed, and count it in. Raises UsageError."""
        document = documents.parse(encoded)
        assert isinstance(document, Document)
        add_to_heap(self.folder / ISSUED, document)
        self.trusted = read_trusted(self.root, self.folder / ISSUED)
        return document

    def _own(self, path: Path, certificate: Document) -> SigningKey:
        if not is_there(path):
            raise UsageError(
                f"The private key {path} is not here.", "Do this on the computer that holds the key, or bring it back."
            )
        key = read_key(path)
        if key.point != certificate.octets(documents.KEY):
            raise UsageError(
                f"The key in {path} is not the one that is certified.", "Put the right file back from its safe copy."
            )
        return key


def found_authority(folder: Path, name: str, now_s: int) -> tuple[Authority, bool]:
    """Make an authority's folder with a root, and open it; False where it was there already. Raises UsageError."""
    name = check_name(name)
    if is_there(folder / ROOT):
        authority = Authority(folder)
        if authority.name != name:
            raise UsageError(
                f"{folder} is the folder of the authority {authority.name!r}.", "It was left as it is. Name another."
            )
        return authority, False
    with telling(folder, "used"):
        # A folder with nothing but the key is one whose making was cut.
        foreign = folder.exists() and any(path.name != "keys" for path in folder.iterdir())
    if foreign:
        raise UsageError(f"{folder} is not empty, and no authority's folder.", "Name a new or an empty folder.")
    make_folder(folder)
    key = read_or_make_key(folder / "keys" / "root-1.pem")
    write_file(folder / ROOT, make_root(key, name, now_s))
    return Authority(folder), True
