"""What the authority's documents say of a tag, and what was written down elsewhere."""

from tagproto import documents, records
from tagproto.documents import Document

from ..models import AGAINST, INFORMATION
from ..trust.chains import Trusted
from . import _say_trust as say
from .given import Given, Witness
from .keys import compressed
from .result import Add, Verified


def certificates(trusted: Trusted, tag_id: bytes) -> list[Document]:
    """The certificates of a tag that hold."""
    return trusted.tags.get(tag_id, [])


def judge_documents(trusted: Trusted, tag_id: bytes, public_key: bytes | None, add: Add) -> None:
    """Findings about who is trusted and whether the tag is certified. public_key: 64 bytes, as pinned."""
    if not trusted.given:
        add("authority-not-given", INFORMATION, None, None, say.authority_not_given())
    if trusted.bad:
        add("document-bad", AGAINST, None, None, say.document_bad(len(trusted.bad), trusted.bad[0].why))
    own = certificates(trusted, tag_id)
    others = [other for other in trusted.tags if other != tag_id]
    if not own and others:
        add("certificate-other-tag", AGAINST, None, None, say.other_tag(tag_id, others))
    elif not own:
        add("not-certified", AGAINST, None, None, say.not_certified(tag_id))
    since_s = trusted.revoked_s(tag_id)
    if since_s is not None:
        add("tag-revoked", AGAINST, None, None, say.tag_revoked(tag_id, since_s))
    points = [each.octets(documents.KEY) for each in own]
    if points and public_key is not None and compressed(public_key) not in points:
        add("key-differs", AGAINST, None, None, say.key_differs())


def judge_times(verified: Verified, trusted: Trusted, add: Add) -> None:
    """Findings that need the time of a record: certificates that were not valid then, stations revoked by then."""
    clock = verified.clock

    def outside(index: int, times: list[tuple[int, int]]) -> bool:
        span = clock.span(index)
        before = [span.latest_ms is not None and span.latest_ms < 1000 * begin for begin, _ in times]
        after = [span.earliest_ms is not None and span.earliest_ms > 1000 * end for _, end in times]
        return bool(times) and all(a or b for a, b in zip(before, after, strict=True))

    for held in verified.statements:
        station, number = held.station, held.record.number
        if station is None:
            continue
        latest_ms = clock.span(held.index).latest_ms
        since_s = station.revoked_s
        if since_s is not None and (latest_ms is None or latest_ms >= 1000 * since_s):
            add("station-revoked", AGAINST, number, number, say.station_revoked(held.record, station, since_s))
        if outside(held.index, list(station.times)):
            add("station-expired", AGAINST, number, number, say.station_expired(held.record, station))
    own = certificates(trusted, verified.tag_id)
    times = [(each.number(documents.NOT_BEFORE), each.number(documents.NOT_AFTER)) for each in own]
    for index, record in verified.events():
        if record.kind == records.FIT and isinstance(record.values(), dict) and outside(index, times):
            add("certificate-expired", AGAINST, record.number, record.number, say.certificate_expired(record.number))


def judge_order(verified: Verified, given: Given, add: Add) -> None:
    """Whether a record shows the fitting that the evidence is said to be about."""
    if given.order_id is None:
        return
    for _, record in verified.events():
        values = record.values() if record.kind == records.FIT else None
        if isinstance(values, dict) and values["order_id"] == given.order_id:
            return
    add("fitting-missing", AGAINST, None, None, say.fitting_missing(given.order_id))


def judge_witness(verified: Verified, witness: Witness, add: Add) -> None:
    """Whether the log has the seal that was written down elsewhere."""
    number = witness.number
    last = max((window.seal.seal.number for window in verified.windows), default=None)
    found = next((window.seal for window in verified.windows if window.seal.seal.number == number), None)
    if found is None and (last is None or last < number):
        add("tail-missing", AGAINST, None, None, say.tail_missing(number, last))
    elif found is None:
        add("witness-unchecked", INFORMATION, None, None, say.witness_unchecked(number))
    elif found.hash()[: len(witness.hash)] != witness.hash:
        seal = found.seal
        first, end = (seal.first, seal.first + seal.count - 1) if seal.count else (None, None)
        add("witness-differs", AGAINST, first, end, say.witness_differs(number))
