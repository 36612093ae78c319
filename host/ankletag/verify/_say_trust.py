"""The sentences of the findings about documents, statements and witnesses."""

from datetime import datetime, timedelta, timezone

from tagproto import records
from tagproto.records import Record

from ..trust.chains import Station


def _kind(record: Record) -> str:
    return f"Record {record.number}, a {records.name(record.kind)}"


def _who(station: Station) -> str:
    return f"station {station.name!r} ({station.key_id.hex()})"


def _day(seconds: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=min(seconds, 253_402_300_799))
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def authority_not_given() -> str:
    return (
        "No key of the authority was given: every root that came with the evidence was believed. Ask the authority for "
        "its key and give it with --authority."
    )


def document_bad(count: int, why: str) -> str:
    more = f" So it is with {count} documents." if count > 1 else ""
    return f"A document of the authority does not hold: {why}.{more}"


def not_certified(tag_id: bytes) -> str:
    return f"No certificate for tag {tag_id.hex()} holds: that this key is the tag's own is not shown."


def other_tag(tag_id: bytes, others: list[bytes]) -> str:
    listed = ", ".join(other.hex() for other in sorted(others))
    return f"No certificate for tag {tag_id.hex()} holds, but one for tag {listed} came with the evidence."


def tag_revoked(tag_id: bytes, since_s: int) -> str:
    return f"The authority has revoked tag {tag_id.hex()} from {_day(since_s)} on."


def key_differs() -> str:
    return "The tag's certificate names another key than the one that the station pinned."


def calibration_differs(number: int) -> str:
    return f"The configuration in record {number} names no calibration that is certified with its figures."


def fitting_missing(order_id: bytes) -> str:
    return f"The evidence is said to be about order {order_id.hex()}, but no record shows a fitting for it."


def station_unknown(record: Record, station: bytes) -> str:
    return f"{_kind(record)}, is signed by {station.hex()}, whom nobody who is trusted has certified."


def statement_right(record: Record) -> str:
    return f"{_kind(record)}, is signed by one who may not ask for that."


def statement_signature(record: Record) -> str:
    return f"{_kind(record)}: the signature does not fit what it says."


def station_generation(record: Record, station: Station, minimum: int) -> str:
    return (
        f"{_kind(record)}, is of {_who(station)}, whose generation {station.generation} the tag should not have taken "
        f"any more: its authority had raised the minimum to {minimum}."
    )


def station_revoked(record: Record, station: Station, since_s: int) -> str:
    return (
        f"{_kind(record)}, is of {_who(station)}, which counts for nothing from {_day(since_s)} on; that the record is "
        "older is not certain."
    )


def station_expired(record: Record, station: Station) -> str:
    return f"{_kind(record)}, is of {_who(station)}, and was made outside the time of its certificate."


def certificate_expired(number: int) -> str:
    return f"The fitting in record {number} was made outside the time of the tag's certificate."


def trust_unknown(number: int) -> str:
    return f"Record {number} says that the tag took a document of its authority that did not come with the evidence."


def witness_differs(number: int) -> str:
    return (
        f"Seal {number} has another hash than the one that was written down elsewhere: the tag was copied or put back, "
        "or the log was made anew."
    )


def tail_missing(number: int, last: int | None) -> str:
    ends = "the log has no seal" if last is None else f"the last seal in the log is number {last}"
    return f"Seal {number} was written down elsewhere, but {ends}: the end is missing, or the tag was put back."


def witness_unchecked(number: int) -> str:
    return f"Seal {number}, which was written down elsewhere, is not in the log, though later ones are."
