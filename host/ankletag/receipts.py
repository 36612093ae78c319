"""What a station may acknowledge: all that hangs, by hashes alone, on the seal that the tag compares with its own.

A tag takes a receipt for its last seal only. So where the windows in the store lead back from that seal without a gap
to one that the log says was receipted before, or to the log's beginning, they are what the tag holds, whatever lies
between tag and station, and whether or not the station knows the keys.
"""

from tagproto import cose, records, seals

from .verify import Verified, Window

_UNKNOWN = bytes(cose.POINT_SIZE)


def window_of(verified: Verified, number: int) -> Window | None:
    """The window that the last seal of this number in the log closes."""
    return next((window for window in reversed(verified.windows) if window.seal.seal.number == number), None)


def why_not(verified: Verified, number: int, seal_hash: bytes, damaged: bool = False) -> str:
    """Why what is stored up to this seal may not be acknowledged, as a clause; empty where it may be.

    damaged: somebody has decided that what is missing in front of the seal is lost, and may be forgotten.
    """
    window = window_of(verified, number)
    if window is None:
        return "the seal that it made is not among the pages that it gave"
    if window.seal.hash() != seal_hash:
        return "the seal that it named is not the one in the pages that it gave"
    if damaged:
        return ""
    # Keys that are only unknown are no reason: seals may be lost, or a station that this one does not know vouches.
    wrong = any(finding.code == "seal-signature" for finding in verified.findings)
    if wrong and not any(verified.proven):
        return "its seals were not made with the tag's certified key"
    return _gap(verified, number)


def _gap(verified: Verified, number: int) -> str:
    """What is not as it was sealed between a seal and the last one in front of it that was receipted, as a clause."""
    by_number = {each.seal.seal.number: each for each in verified.windows}
    unsound = {
        (finding.first_record, finding.last_record)
        for finding in verified.findings
        if finding.code == "window-root" or (finding.code == "seal-signature" and finding.first_record is not None)
    }
    needed = number
    receipted = -1
    while True:
        window = by_number.get(needed)
        if window is None:
            return f"seal {needed} is missing in what is stored, and no receipt covers it"
        if span_of(window.seal.seal) in unsound:
            return f"the records under seal {needed} are not all there as they were sealed"
        receipted = max([receipted, *_receipts(verified, window, needed)])
        if needed - 1 <= receipted or not needed:
            return ""
        before = by_number.get(needed - 1)
        if before is not None and before.seal.hash() != window.seal.seal.previous:
            return f"seal {needed} does not continue seal {needed - 1}"
        needed -= 1


def span_of(seal: seals.Seal) -> tuple[int | None, int | None]:
    """First and last record of a seal's window, as findings name them; none for an empty one."""
    return (seal.first, seal.first + seal.count - 1) if seal.count else (None, None)


def _receipts(verified: Verified, window: Window, number: int) -> list[int]:
    """Numbers of earlier seals that receipts among a window's records name."""
    named = []
    for index in range(window.first_item, window.last_item):
        record = verified.record(index)
        if record.kind == records.RECEIPT:
            values = record.values()
            found = values.get("seal_number") if isinstance(values, dict) else None
            if isinstance(found, int) and found < number:
                named.append(found)
    return named


def checkpoint(verified: Verified, number: int) -> tuple[int, bytes]:
    """Epoch behind a seal, and the points of that epoch and the next (66 bytes), zeros for those that are not proven.

    Keys count that seals announced which hold up to this one (SPEC.md, Receipts).
    """
    known: dict[int, bytes] = {}
    epoch = 0
    for window in verified.windows:
        seal = window.seal.seal
        if seal.number > number:
            break
        epoch = seal.epoch + bool(seal.next_keys)
        if not window.held:
            continue
        announced = [seal.next_keys[at : at + cose.POINT_SIZE] for at in range(0, len(seal.next_keys), cose.POINT_SIZE)]
        # The last one is the key of the epoch behind the next.
        known.update({seal.epoch + 2 - behind: key for behind, key in enumerate(reversed(announced))})
    return epoch, known.get(epoch, _UNKNOWN) + known.get(epoch + 1, _UNKNOWN)
