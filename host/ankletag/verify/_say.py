"""The sentences of the findings: what was found, where, and what it means."""

from tagproto import records
from tagproto.records import Record
from tagproto.seals import SignedSeal

from .locate import place_of
from .pageset import PageSet
from .stream import Gap

_REASONS = {
    "crc": "its checksum does not hold",
    "blank": "it is erased",
    "version": "it is of a page version that this program does not know",
    "size": "it is not 256 bytes long",
    "first": "its header is not one that a tag writes",
}


def _records(numbers: tuple[int | None, int | None]) -> str:
    first, last = numbers
    if first is None:
        return "No whole record is missing."
    if last is None:
        return f"Records from {first} on may be missing."
    return f"Record {first} is missing." if first == last else f"Records {first} to {last} are missing."


def gap(found: Gap, pageset: PageSet, numbers: tuple[int | None, int | None]) -> tuple[str, str]:
    """(finding code, sentence)."""
    if found.unread:
        sentence = f"The contents of page {found.first} cannot be read: {found.unread}. {_records(numbers)}"
        return "page-bad", sentence
    bad = found.bad
    if bad is None:
        which = f"Page {found.first} is" if found.first == found.last else f"Pages {found.first} to {found.last} are"
        return "page-missing", f"{which} missing. {_records(numbers)}"
    rest = "Only an earlier copy, read while it was open, is good. " if found.earlier else ""
    rest += _records(numbers)
    if bad.corrected is None or bad.bit is None:
        reason = _REASONS.get(bad.reason, bad.reason)
        return "page-bad", f"Page {bad.seq} was refused: {reason}. {rest}"
    where = f"bit {bad.bit & 7} of byte {bad.bit >> 3}"
    place = place_of(pageset.good, bad.corrected, bad.bit)
    return "page-bad", f"Page {bad.seq} was refused: one bit is wrong, {where}, which lies in {place}. {rest}"


def ticks_backwards(record: Record, back_ms: int) -> str:
    return f"The clock of boot {record.boot} runs backwards by {back_ms} ms at record {record.number}."


def record_repeat(record: Record, expected: int) -> str:
    return f"Record {record.number} appears again where record {expected} is due."


def record_gap(first: int, last: int) -> str:
    which = f"Record {first} is" if first == last else f"Records {first} to {last} are"
    return f"{which} missing, and no boot record explains it."


def record_bad(record: Record, detail: str) -> str:
    return f"Record {record.number}, a {records.name(record.kind)}, cannot be read: {detail}."


def boot_gap(before: int, after: int) -> str:
    return f"Boot {after} follows boot {before}."


def boot_unsaid(record: Record) -> str:
    kind = records.name(record.kind)
    return f"Boot {record.boot} begins with record {record.number}, a {kind}, not with a boot record."


def key_differs(epoch: int, known: bool) -> str:
    if known:
        return (
            f"The log names another public key for epoch {epoch} than the one that was certified, pinned or announced."
        )
    return f"The log names a public key for epoch {epoch} that no seal announced."


WHY_NO_FIRST = "none was certified or pinned, and the beginning of the log, which names it, is missing"
WHY_NOT_ANNOUNCED = "no seal announced it"


def why_missing(first: int, last: int) -> str:
    which = f"seal {first} is" if first == last else f"seals {first} to {last} are"
    return f"it was announced before, where {which} missing"


def why_false(number: int) -> str:
    return f"it was to be announced before, where seal {number} does not hold"


def key_unknown(first: SignedSeal, last: SignedSeal, why: str, linked: bool) -> str:
    number, end = first.seal.number, last.seal.number
    which = f"seal {number}" if number == end else f"seals {number} to {end}"
    sentence = f"The public key of epoch {first.seal.epoch} is not known: {why}. "
    sentence += (
        f"So {which} cannot be tied to the tag's first key, and no seal behind that can vouches for it by its hash"
    )
    if number == end:
        return f"{sentence}."
    if linked:
        return f"{sentence}. They fit each other: each carries the hash of the one before."
    return f"{sentence}. Nor do they all fit each other."


def seal_by_hash(signed: SignedSeal, why: str) -> str:
    return (
        f"{_window(signed)}: the public key of epoch {signed.seal.epoch} is not known: {why}. The seal behind it holds "
        "and carries its hash, which shows that the tag made it."
    )


def key_not_pinned() -> str:
    return (
        "No public key was certified or pinned for this tag: the key in the log itself was used, so the seals show "
        "that the log is whole, not which tag wrote it."
    )


def receipt(number: int, what: str) -> str:
    return f"The receipt in record {number} is not true: {what}."


def receipt_hash(seal_number: int) -> str:
    return f"the hash that it gives for seal {seal_number} is not that of the seal in the log"


def receipt_early(seal_number: int) -> str:
    return f"it names seal {seal_number}, which the tag had not made yet"


def receipt_key(epoch: int) -> str:
    return f"the key that it gives for epoch {epoch} is not the tag's"


def anchored(number: int) -> str:
    return (
        f"The chain of keys is tied to the checkpoint in the receipt of record {number}: a station had verified what "
        "came before."
    )


def seal_unreadable(seq: int, detail: str) -> str:
    return f"A seal in page {seq} cannot be read: {detail}."


def _window(signed: SignedSeal) -> str:
    seal = signed.seal
    return f"Seal {seal.number} ({seal.count} records from {seal.first} on)"


def seal_signature(signed: SignedSeal) -> str:
    return f"{_window(signed)}: the signature does not fit the tag's key of epoch {signed.seal.epoch}."


def epoch_repeat(signed: SignedSeal, due: int) -> str:
    return (
        f"{_window(signed)} is signed in epoch {signed.seal.epoch} where epoch {due} is due: a key that the tag had "
        "destroyed by then signed again."
    )


def epoch_gap(signed: SignedSeal, due: int) -> str:
    return f"{_window(signed)} is signed in epoch {signed.seal.epoch} where epoch {due} is due: keys were left out."


def seal_of_other_tag(signed: SignedSeal, tag_id: bytes) -> str:
    return f"{_window(signed)} names tag {signed.seal.tag_id.hex()}, not tag {tag_id.hex()}."


def seal_repeat(number: int, expected: int) -> str:
    return f"Seal {number} appears again where seal {expected} is due."


def seal_gap(expected: int, number: int) -> str:
    which = f"Seal {expected} is" if expected == number - 1 else f"Seals {expected} to {number - 1} are"
    return f"{which} missing before seal {number}."


def seal_chain(number: int) -> str:
    return f"Seal {number} does not continue the seal before it: what came before was replaced, or this seal was."


def readings_lost(record: Record, count: int) -> str:
    return f"The tag's log was full: {count} readings before record {record.number} could not be kept."


def seal_late(signed: SignedSeal) -> str:
    return f"{_window(signed)} was made later than the schedule asks for: a scheduled seal is missing."


def tail_late() -> str:
    return "The log goes on for longer than the seal interval behind its last seal: a scheduled seal is missing."


def window_count(signed: SignedSeal, found: int) -> str:
    return f"{_window(signed)} cannot be checked: {found} of its records were read."


def window_seed(signed: SignedSeal) -> str:
    return f"{_window(signed)} cannot be checked: the seed of its window is missing."


def window_root(signed: SignedSeal) -> str:
    return f"{_window(signed)}: the records are not those that were sealed."


def record_unsealed(count: int, first: int, last: int) -> str:
    which = f"Record {first} is" if count == 1 else f"The last {count} records, {first} to {last}, are"
    return f"{which} not sealed yet: the next sync seals them."


def nothing(pages: int) -> str:
    return f"There is no record that can be read in {pages} pages."
