"""What must hold of a tag that came up after a power cut, by the host's own verification of its pages."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ankletag.verify import Verified
from firmware.story import Key, Known
from firmware.verdict import NEW_ROOT, PROGRAMME, ROTATED, verify
from tagproto import records, seals
from tagproto.layout import BLOCK_SIZE, EVENT_RESERVE_PAGES, KEY_BLOCKS, READING_RESERVE_PAGES, SETTINGS_BLOCKS
from tagproto.pages import PAGE_SIZE

_EMPTY = (bytes(PAGE_SIZE), b"\xff" * PAGE_SIZE)
CHALLENGE = b"after the cut..."
_PIECE = 8
_REMEMBERED = 64
KEYS = slice(SETTINGS_BLOCKS * BLOCK_SIZE, (SETTINGS_BLOCKS + KEY_BLOCKS) * BLOCK_SIZE)


@dataclass(frozen=True, slots=True)
class Comeback:
    """A tag that came up: what it says of itself, its pages, its flash, and what it counted since."""

    says: dict[str, Any]
    pages: Sequence[bytes]
    cells: bytes
    counted: Sequence[tuple[int, bytes]]
    keys: Sequence[Key]


class Judge:
    """Gives sentences; none when everything holds. Remembers what it verified: most cuts come to the same log."""

    def __init__(self) -> None:
        self._verified: OrderedDict[bytes, Verified] = OrderedDict()
        self.verifications = 0

    def verify(self, raws: Sequence[bytes], first_key: bytes) -> Verified:
        """The host's verdict over pages, those it has stored first."""
        digest = hashlib.blake2b(first_key + b"".join(raws), digest_size=16).digest()
        if digest not in self._verified:
            self.verifications += 1
            self._verified[digest] = verify(raws, first_key)
            if len(self._verified) > _REMEMBERED:
                self._verified.popitem(last=False)
        return self._verified[digest]

    def wrong(self, known: Known, back: Comeback) -> list[str]:
        """What is wrong with a tag that came up. `known` grows by what it counted since."""
        says = back.says
        if "failed" in says:
            return [f"the boot failed: {says['failed']}"]
        for kind, data in back.counted:
            known.count(kind, data)
        for key in back.keys:
            known.see_key(key)
        found = _broken_promises(known, says)
        found += _standstill(back)
        verified = self.verify([*known.stored, *back.pages], bytes.fromhex(says["public_key"]))
        found += [f"{finding.code}: {finding.sentence}" for finding in verified.against]
        found += log_differs(known, verified)
        found += log_says(verified, says)
        if says["sealed"] and not verified.nonce_sealed(CHALLENGE):
            found.append("the seal that was asked for does not verify")
        return found + secrets_left(known, says["epoch"], back.cells, KEYS)


_PROMISED = ("fitted", "order_page", "settings", "calibration", "root", "certificate", "list_number", "minimum")


def _broken_promises(known: Known, says: dict[str, Any]) -> list[str]:
    found = [f"{name} is {says[name]}" for name in _PROMISED if says[name] not in known.states.get(name, [0])]
    low, high = known.states.get("received", [0, 0])
    if not low <= says["received"] <= high:
        found.append(f"{says['received']} pages are receipted, not {low} to {high}")
    if says["oldest"] > high:
        found.append(f"page {says['oldest'] - 1} is gone and no receipt covers it")
    if says["faults"] or says["test_failed"]:
        found.append(f"{says['faults']} faults, and a self-test that failed {says['test_failed']}")
    return found


def _standstill(back: Comeback) -> list[str]:
    """A tag must go on sampling and sealing while it has room."""
    says = back.says
    found = []
    lived = back.counted[says["booted"] : says["lived"]]
    readings = sum(kind == 1 and data[0] == records.READING for kind, data in lived)
    if says["fitted"] and says["free"] > READING_RESERVE_PAGES and readings < 3:
        found.append(f"{readings} readings in three turns")
    if not says["sealed"] and says["free"] > EVENT_RESERVE_PAGES:
        found.append("a seal is refused while there is room")
    return found


def log_differs(known: Known, verified: Verified) -> list[str]:
    """Everything that counted is in the log, byte for byte; beside it what a cut fell into, and nothing else."""
    found = [f"record number {number} is given twice" for number in known.repeated]
    there = {record.number: record.canonical() for record in verified.records()}
    for number, data in known.records.items():
        if there.get(number) != data:
            found.append(f"record {number} is {'another' if number in there else 'missing'}")
    extra = sorted(there.keys() - known.records.keys())
    if len(extra) > known.cuts:
        found.append(f"records {extra} never counted")
    encoded = [window.seal.encoded for window in verified.windows]
    found += [f"seal {at} is missing" for at, seal in enumerate(known.seals) if seal not in encoded]
    if len(encoded) > len(known.seals) + known.cuts:
        found.append(f"{len(encoded)} seals, {len(known.seals)} counted")
    return found


def log_says(verified: Verified, says: dict[str, Any]) -> list[str]:
    """Where what the tag is differs from what its log says: the fitting, its pace and baseline, and whom it obeys."""
    found = []
    last = {record.kind: record for _, record in verified.events()}
    fitting = [record.kind for _, record in verified.events() if record.kind in (records.FIT, records.REMOVE)]
    fitted = int(fitting[-1:] == [records.FIT])
    if says["fitted"] != fitted:
        found.append(f"fitted is {says['fitted']}, and {fitted} by the log")
    if fitted:
        config, order = last[records.CONFIG].values(), last[records.FIT].values()
        assert isinstance(config, dict)
        assert isinstance(order, dict)
        if says["free"] > EVENT_RESERVE_PAGES and says["pace"] != [config["cadence_s"], config["seal_interval_s"]]:
            found.append(f"cadence and interval are {says['pace']}, and not so by record {last[records.CONFIG].number}")
        taken = [record.number for _, record in verified.events() if record.kind == records.BASELINE]
        if (says["baseline_by"] or None) != (
            max([number for number in taken if number > last[records.FIT].number], default=None)
        ):
            found.append(f"the baseline is of record {says['baseline_by']}, and not so by the log")
        if bytes.fromhex(says["order_id"]) != order["order_id"]:
            found.append("the order is not that of the last fit record")
    if says["free"] > EVENT_RESERVE_PAGES and records.CONFIG in last:
        values = last[records.CONFIG].values()
        assert isinstance(values, dict)
        if values["calibration_id"] != bytes.fromhex(says["calibration"]):
            found.append(f"the calibration is {says['calibration']}, and not so by the log")
    if says["free"] > EVENT_RESERVE_PAGES:
        found += _untold(verified, says)
    return found


def _untold(verified: Verified, says: dict[str, Any]) -> list[str]:
    """Whom the tag obeys, and no trust record that says so."""
    told = [record.values() for _, record in verified.events() if record.kind == records.TRUST]
    digests = [values["digest"] for values in told if isinstance(values, dict)]
    lists = [values["number"] for values in told if isinstance(values, dict) and values["change"] == records.TRUST_LIST]
    found = []
    if says["list_number"] and says["list_number"] not in lists:
        found.append(f"no record tells of list {says['list_number']}")
    root = {NEW_ROOT.key_id.hex(): ROTATED, PROGRAMME.root.key_id.hex(): PROGRAMME.root_document}.get(says["root"])
    for name, document in (("root", root), ("certificate", bytes.fromhex(says["certificate"]))):
        if document and hashlib.sha256(document).digest() not in digests:
            found.append(f"no record tells of the {name}")
    return found


def secrets_left(known: Known, epoch: int, cells: bytes, places: slice) -> list[str]:
    """In flash is at most one key for each epoch from this one on: nothing of any other secret or ratchet, and in the
    places where keys lie no piece of one.
    """
    found = []
    ahead = set()
    written = _written(cells)
    there = _written(cells[places])
    for key in known.keys.values():
        left = [
            f"the {what} of epoch {key.epoch} is still in flash"
            for what, secret in (("secret", key.secret), ("ratchet", key.ratchet))
            if secret in written or any(secret[at : at + _PIECE] in there for at in range(0, len(secret), _PIECE))
        ]
        if left and (key.epoch < epoch or key.epoch in ahead):
            found += left
        elif left:
            ahead.add(key.epoch)
    return found


def old_secrets(known: Known, cells: bytes) -> list[str]:
    """While a tag lives: once a seal has counted, nothing can be signed for its epoch any more."""
    last = seals.parse(known.seals[-1]) if known.seals else None
    if not isinstance(last, seals.SignedSeal):
        return []
    return secrets_left(known, last.seal.epoch + bool(last.seal.next_keys), cells, KEYS)


def _written(cells: bytes) -> bytes:
    """The pages that are neither erased nor zeroed: in the others is nothing."""
    pages = (cells[at : at + PAGE_SIZE] for at in range(0, len(cells), PAGE_SIZE))
    return b"".join(page for page in pages if page not in _EMPTY)
