"""What verification found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tagproto import records
from tagproto.pages import Item
from tagproto.records import Record
from tagproto.seals import SignedSeal

from ..models import AGAINST, Finding
from ..time import Clock
from ..trust.chains import Station, Trusted, trust

Add = Callable[[str, str, int | None, int | None, str], None]
"""Takes a finding: code, severity, first and last record, sentence."""


@dataclass(frozen=True, slots=True)
class Window:
    """A seal and the records that it closed.

    first_item, last_item: positions in `Verified.items`, last_item excluded. held: signature and root were right.
    elapsed_ms: milliseconds from the boot's first record to the seal. seed: of the window, where it was read.
    """

    seal: SignedSeal
    first_item: int
    last_item: int
    held: bool
    elapsed_ms: int
    seed: bytes | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A statement that holds. index: its position in `Verified.items`; station: None for the authority's root."""

    index: int
    record: Record
    station: Station | None


@dataclass(slots=True)
class Verified:
    """Every record that could be read, in the order of the log, and what is to be said about them.

    items: a record and where it lies in the pages; elapsed_ms: milliseconds since the first record of its boot, wraps
    of the tick counter taken out; proven: 1 where a seal that holds covers the record; statements: signed requests that
    hold; trusted: what holds of the authority's documents; clock: the time of each record.
    """

    tag_id: bytes = b""
    public_key: bytes = b""
    pages: int = 0
    first_page: int = 0
    last_page: int = -1
    items: list[Item] = field(default_factory=list)
    elapsed_ms: list[int] = field(default_factory=list)
    proven: bytearray = field(default_factory=bytearray)
    windows: list[Window] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    statements: list[Held] = field(default_factory=list)
    trusted: Trusted = field(default_factory=lambda: trust(()))
    clock: Clock = field(default_factory=Clock)

    def record(self, index: int) -> Record:
        """The record at a position of `items`."""
        value = self.items[index].value
        assert isinstance(value, Record)
        return value

    def records(self) -> Iterator[Record]:
        """Every record in order."""
        for index in range(len(self.items)):
            yield self.record(index)

    def events(self) -> Iterator[tuple[int, Record]]:
        """(position in items, record) of everything but readings."""
        for index, record in enumerate(self.records()):
            if record.kind != records.READING:
                yield index, record

    @property
    def against(self) -> list[Finding]:
        """The findings that speak against the evidence."""
        return [finding for finding in self.findings if finding.severity == AGAINST]

    @property
    def readings(self) -> int:
        """How many readings there are."""
        return sum(1 for record in self.records() if record.kind == records.READING)

    @property
    def last_seal(self) -> SignedSeal | None:
        """The seal that stands last in the log."""
        return self.windows[-1].seal if self.windows else None

    @property
    def rekeyed(self) -> int:
        """How many of the seals that hold began another epoch."""
        return sum(1 for window in self.windows if window.held and window.seal.seal.next_keys)

    def add(self, code: str, severity: str, first: int | None, last: int | None, sentence: str) -> None:
        """One more finding."""
        self.findings.append(Finding(code, severity, first, last, sentence))

    @property
    def certified(self) -> bool:
        """Whether the authority that was given has certified this tag, and not revoked it since."""
        own = self.trusted.given and bool(self.trusted.tags.get(self.tag_id))
        return own and self.trusted.revoked_s(self.tag_id) is None

    def nonce_sealed(self, nonce: bytes) -> bool:
        """True when a seal that holds carries this nonce: it was made after the nonce was given to the tag."""
        return any(window.held and window.seal.seal.nonce == nonce for window in self.windows)
