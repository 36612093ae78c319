"""From a heap of the authority's documents to whom may be trusted (SPEC.md, Statements and documents). Pure.

Dates are not compared here: what a certificate says of them is handed on to who knows when something happened.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tagproto import cose, documents
from tagproto.bad import Bad
from tagproto.documents import Document

from .checking import fits


@dataclass(frozen=True, slots=True)
class Station:
    """A station at least one of whose certificates holds.

    point: 33 bytes; regions: names; generation: of its best certificate, the lower one of the station's and its
    region's; times: (not_before, not_after) of each certificate, seconds since 1970-01-01 UTC; revoked_s: the second
    from which on a list lets it or every region that certified it count for nothing, None where none does.
    """

    key_id: bytes
    point: bytes
    name: str
    regions: tuple[str, ...]
    generation: int
    times: tuple[tuple[int, int], ...]
    revoked_s: int | None


@dataclass(frozen=True, slots=True)
class BadDocument:
    """A document that cannot be read or does not hold. why: a clause without a full stop."""

    raw: bytes
    why: str


@dataclass(slots=True)
class Trusted:
    """What holds of a heap of documents.

    given: False where no key of the authority was given, so that trust began at every root that signed itself.
    roots: points (33 bytes) by key id; root_documents, regions, stations, tags, lists: each certificate that holds, in
    the order of their bytes, of lists the newest first; bad: the rest.
    """

    given: bool
    roots: dict[bytes, bytes] = field(default_factory=dict)
    root_documents: list[Document] = field(default_factory=list)
    regions: list[Document] = field(default_factory=list)
    station_documents: list[Document] = field(default_factory=list)
    stations: dict[bytes, Station] = field(default_factory=dict)
    tags: dict[bytes, list[Document]] = field(default_factory=dict)
    lists: list[Document] = field(default_factory=list)
    bad: list[BadDocument] = field(default_factory=list)

    def encoded(self) -> list[bytes]:
        """Everything that holds, in the order of its bytes."""
        tags = [each for found in self.tags.values() for each in found]
        held = [*self.root_documents, *self.regions, *self.station_documents, *tags, *self.lists]
        return sorted(each.encoded for each in held)

    def signer(self, key_id: bytes) -> bytes | None:
        """The point of a root or station; None for whom nobody trusted vouches for."""
        if key_id in self.roots:
            return self.roots[key_id]
        station = self.stations.get(key_id)
        return None if station is None else station.point

    def revoked_s(self, subject: bytes) -> int | None:
        """Since when a list revokes a key id or tag id, in seconds since 1970-01-01 UTC; the earliest time of all."""
        times = [since for each in self.lists for named, since in each.revoked.items() if named == subject]
        return min(times, default=None)


def trust(heap: Iterable[bytes], authority: Iterable[bytes] = ()) -> Trusted:
    """Sort a heap of documents into what holds and what does not.

    authority: the points (33 bytes) at which trust begins; without one, at every root in the heap that signed itself.
    The order of the heap does not matter, and neither do copies.
    """
    points = list(authority)
    trusted = Trusted(given=bool(points))
    read: dict[int, list[Document]] = {kind: [] for kind in documents.NAMES}
    for raw in sorted(set(heap)):
        parsed = documents.parse(raw)
        if isinstance(parsed, Bad):
            trusted.bad.append(BadDocument(raw, f"it is no document ({parsed.detail or parsed.reason})"))
        else:
            read[parsed.type].append(parsed)
    _add_roots(trusted, read[documents.ROOT], points)
    trusted.regions = _issued(trusted, read[documents.REGION], trusted.roots)
    regions = {each.octets(documents.SUBJECT): each.octets(documents.KEY) for each in trusted.regions}
    for each in _issued(trusted, read[documents.TAG], regions):
        trusted.tags.setdefault(each.octets(documents.SUBJECT), []).append(each)
    trusted.lists = _issued(trusted, read[documents.LIST], trusted.roots)
    trusted.lists.sort(key=lambda each: (each.number(documents.NUMBER), each.encoded), reverse=True)
    trusted.station_documents = _issued(trusted, read[documents.STATION], regions)
    _add_stations(trusted)
    return trusted


def _add_roots(trusted: Trusted, found: list[Document], points: list[bytes]) -> None:
    """Roots by whom a trusted root signs, on and on: rotation leads from each to the one before and the one behind."""
    by_issuer: dict[bytes, list[Document]] = {}
    for each in found:
        by_issuer.setdefault(each.octets(documents.ISSUER), []).append(each)
        if not trusted.given and _holds(each, {each.octets(documents.SUBJECT): each.octets(documents.KEY)}):
            points.append(each.octets(documents.KEY))
    held = set()
    todo = {cose.key_id(point): point for point in points}
    while todo:
        key_id, point = todo.popitem()
        trusted.roots[key_id] = point
        for each in by_issuer.get(key_id, []):
            if _holds(each, trusted.roots):
                held.add(each.encoded)
                if each.octets(documents.SUBJECT) not in trusted.roots:
                    todo[each.octets(documents.SUBJECT)] = each.octets(documents.KEY)
    trusted.root_documents = [each for each in found if each.encoded in held]
    trusted.bad += [_refused(each) for each in found if each.encoded not in held]


def _issued(trusted: Trusted, found: list[Document], issuers: Mapping[bytes, bytes]) -> list[Document]:
    held = []
    for each in found:
        if _holds(each, issuers):
            held.append(each)
        else:
            trusted.bad.append(_refused(each))
    return held


def _add_stations(trusted: Trusted) -> None:
    """Judge each station by all certificates that hold for it: it may have been certified again, or moved."""
    regions: dict[bytes, list[Document]] = {}
    for each in trusted.regions:
        regions.setdefault(each.octets(documents.SUBJECT), []).append(each)
    certificates: dict[bytes, list[Document]] = {}
    for each in trusted.station_documents:
        certificates.setdefault(each.octets(documents.SUBJECT), []).append(each)
    for key_id, found in certificates.items():
        issuers = {each.octets(documents.ISSUER) for each in found}
        trusted.stations[key_id] = Station(
            key_id=key_id,
            point=found[0].octets(documents.KEY),
            name=max(found, key=lambda each: each.number(documents.NOT_BEFORE)).name,
            regions=tuple(sorted({region.name for issuer in issuers for region in regions[issuer]})),
            generation=max(
                min(each.number(documents.GENERATION), region.number(documents.GENERATION))
                for each in found
                for region in regions[each.octets(documents.ISSUER)]
            ),
            times=tuple((each.number(documents.NOT_BEFORE), each.number(documents.NOT_AFTER)) for each in found),
            revoked_s=_earlier(trusted.revoked_s(key_id), _last([trusted.revoked_s(issuer) for issuer in issuers])),
        )


def _earlier(one: int | None, other: int | None) -> int | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _last(times: list[int | None]) -> int | None:
    """The last of some times, None where one never comes."""
    known = [each for each in times if each is not None]
    return max(known) if len(known) == len(times) else None


def _holds(document: Document, issuers: Mapping[bytes, bytes]) -> bool:
    """Whether one of the issuers (points by key id) signed it."""
    point = issuers.get(document.octets(documents.ISSUER))
    return point is not None and fits(point, document.sign1.payload, document.sign1.signature)


def _refused(document: Document) -> BadDocument:
    what = documents.NAMES[document.type]
    name = f" {document.name!r}" if document.name else ""
    return BadDocument(document.encoded, f"nobody who is trusted signed this {what}'s document{name}")
