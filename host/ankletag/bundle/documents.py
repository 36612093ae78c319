"""documents.bin, and which of the authority's documents a bundle needs."""

from collections.abc import Iterable

from tagproto import commands, documents
from tagproto.documents import Document
from tagproto.records import Record


def pack(heap: Iterable[bytes]) -> bytes:
    """Each document once, ascending by its bytes, behind its length (u16, little-endian).

    Raises ValueError for one that is empty or longer than 65,535 bytes.
    """
    parts = sorted(set(heap))
    if any(not 0 < len(raw) < 1 << 16 for raw in parts):
        raise ValueError("a document is empty or too long")
    return b"".join(len(raw).to_bytes(2, "little") + raw for raw in parts)


def unpack(data: bytes) -> list[bytes] | None:
    """The documents; None where `pack` would not have written these bytes."""
    found: list[bytes] = []
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 2], "little")
        raw = data[at + 2 : at + 2 + size]
        if not raw or len(raw) != size or (found and raw <= found[-1]):
            return None
        found.append(raw)
        at += 2 + size
    return found


def signers(log: Iterable[Record]) -> set[bytes]:
    """Key ids of all who signed a statement in these records."""
    found: set[bytes] = set()
    for record in log:
        if record.kind in commands.RECORDS:
            values = record.values()
            station = values["station"] if isinstance(values, dict) else None
            if isinstance(station, bytes):
                found.add(station)
    return found


def needed(heap: Iterable[bytes], tag_id: bytes, stations: set[bytes]) -> list[bytes]:
    """Of all documents that a store holds those about one tag: its certificates, those of the stations in its log, of
    the regions that signed these, and every root and list of their authority.

    Another programme's are left out: they lead nowhere for who trusts this one. Signatures are not checked here.
    """
    parsed = [each for each in map(documents.parse, sorted(set(heap))) if isinstance(each, Document)]
    kept = [each for each in parsed if each.type == documents.TAG and each.octets(documents.SUBJECT) == tag_id]
    kept += [each for each in parsed if each.type == documents.STATION and each.octets(documents.SUBJECT) in stations]
    regions = {each.octets(documents.ISSUER) for each in kept}
    found = [each for each in parsed if each.type == documents.REGION and each.octets(documents.SUBJECT) in regions]
    roots = {each.octets(documents.ISSUER) for each in found} | stations
    all_roots = [each for each in parsed if each.type == documents.ROOT]
    for _ in all_roots:  # rotation leads from each root to the one before it and the one behind it
        ends = [{each.octets(documents.SUBJECT), each.octets(documents.ISSUER)} for each in all_roots]
        roots = roots.union(*(pair for pair in ends if pair & roots))
    kept += found + [each for each in all_roots if each.octets(documents.SUBJECT) in roots]
    kept += [each for each in parsed if each.type == documents.LIST and each.octets(documents.ISSUER) in roots]
    return sorted(each.encoded for each in kept)
