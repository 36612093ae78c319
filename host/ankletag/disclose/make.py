"""Making a disclosure from a verified log."""

from collections.abc import Iterable

from tagproto import records
from tagproto.tree import Salts, leaf_hash

from ..bundle import needed, signers
from ..errors import UsageError
from ..verify import Given, Verified, Window
from .check import check_disclosure
from .form import Disclosure, Shown
from .proof import path

_ACTION = "Name a record that lies under a seal that holds; `ankletag events` and `ankletag verify` list them."


def disclose(verified: Verified, public_key: bytes | None, documents: Iterable[bytes], number: int) -> Disclosure:
    """The record of this number, with its proof. public_key: 64 bytes, as the store or the bundle has it; documents: of
    the authority. Raises UsageError for a record that is not there or that no seal proves."""
    index = _find(verified, number)
    chosen = [index, *_config(verified, index), *_attestations(verified, index), *_anchors(verified)]
    chosen = list(dict.fromkeys(chosen))
    windows = {item: _window(verified, item) for item in chosen}
    shown = tuple(_shown(verified, item, verified.windows[windows[item]]) for item in chosen)
    papers = tuple(needed(documents, verified.tag_id, signers(verified.record(item) for item in chosen)))
    found = None
    # A seal that is tied by its hash alone needs the one behind it.
    for end in range(max(windows.values()) + 1, len(verified.windows) + 1):
        seals = tuple(window.seal.encoded for window in verified.windows[:end])
        found = Disclosure(verified.tag_id, public_key, papers, seals, shown)
        roots = tuple(verified.trusted.roots.values()) if verified.trusted.given else ()
        if check_disclosure(found, Given(roots)).proven:
            break
    assert found is not None
    return found


def _find(verified: Verified, number: int) -> int:
    found = [index for index, record in enumerate(verified.records()) if record.number == number]
    if not found:
        raise UsageError(f"The log has no record {number}.", _ACTION)
    proven = [index for index in found if verified.proven[index]]
    if not proven:
        raise UsageError(f"No seal that holds covers record {number}.", _ACTION)
    return proven[0]


def _config(verified: Verified, index: int) -> list[int]:
    """The configuration in force."""
    configs = [at for at, record in verified.events() if record.kind == records.CONFIG and verified.proven[at]]
    return [at for at in configs if at <= index][-1:]


def _attestations(verified: Verified, index: int) -> list[int]:
    """Those of the same boot on both sides."""
    boot = verified.record(index).boot
    found = [
        held.index
        for held in verified.statements
        if held.record.kind == records.ATTESTATION and held.record.boot == boot and verified.proven[held.index]
    ]
    return [at for at in found if at <= index][-1:] + [at for at in found if at > index][:1]


def _anchors(verified: Verified) -> list[int]:
    """Receipts that tied the chain to what a station had verified."""
    numbers = {finding.first_record for finding in verified.findings if finding.code == "anchored"}
    return [held.index for held in verified.statements if held.record.number in numbers and verified.proven[held.index]]


def _window(verified: Verified, item: int) -> int:
    """The position of the window that covers an item."""
    for at, window in enumerate(verified.windows):
        if window.held and window.last_item - window.seal.seal.count <= item < window.last_item:
            return at
    raise AssertionError("a proven record lies in a window that holds")


def _shown(verified: Verified, item: int, window: Window) -> Shown:
    seal = window.seal.seal
    begin = window.last_item - seal.count
    assert window.seed is not None
    salts = Salts(window.seed)
    covered = [verified.record(at) for at in range(begin, window.last_item)]
    leaves = [leaf_hash(salts.salt(record.number), record.canonical()) for record in covered]
    record, index = verified.record(item), item - begin
    return Shown(record.canonical(), salts.salt(record.number), seal.number, index, tuple(path(leaves, index)))
