"""Seals: COSE_Sign1 (RFC 9052 section 4.2), ES256 (RFC 9053 section 2.1), over a deterministic CBOR map.

A seal binds a window of records, by the root of its tree, to every window before it, by the SHA-256 of
the whole seal before it. This module makes and reads the bytes; who signs or verifies is passed in.
"""

import hashlib

from . import cbor, cose
from .bad import Bad
from .cose import POINT_SIZE, Sign1

# Keys of the payload map.
TAG_ID = 1
EPOCH = 2
NUMBER = 3
BOOT = 4
FIRST = 5
COUNT = 6
ROOT = 7
PREVIOUS = 8
TICKS = 9
REASON = 10
NONCE = 11
NEXT_KEYS = 12

REASON_SCHEDULE = 1
REASON_BOOT = 2
REASON_FIT = 3
REASON_REMOVE = 4
REASON_STRAP = 5
REASON_CASE = 6
REASON_ASKED = 7
REASON_TAMPER = 8
REASON_THRESHOLD = 9
REASONS = {
    1: "schedule",
    2: "boot",
    3: "fit",
    4: "remove",
    5: "strap",
    6: "case",
    7: "asked",
    8: "tamper",
    9: "threshold",
}

NO_PREVIOUS = bytes(32)


class Seal:
    """A seal's payload by name. first: number of the window's first record; count: records in it.

    next_keys: none, or compressed points (SEC 1 section 2.3.3) of the epochs to come, the last one of epoch + 2. With
    any, the next seal is of epoch + 1, whose key the seal before has announced, if this one does not.
    """

    def __init__(
        self,
        tag_id: bytes,
        epoch: int,
        number: int,
        boot: int,
        first: int,
        count: int,
        root: bytes,
        previous: bytes,
        ticks: int,
        reason: int,
        nonce: bytes = b"",
        next_keys: bytes = b"",
    ) -> None:
        self.tag_id = tag_id
        self.epoch = epoch
        self.number = number
        self.boot = boot
        self.first = first
        self.count = count
        self.root = root
        self.previous = previous
        self.ticks = ticks
        self.reason = reason
        self.nonce = nonce
        self.next_keys = next_keys

    def payload(self) -> bytes:
        """Deterministic CBOR; nonce and next_keys only where there is one."""
        pairs: dict[int, object] = {
            TAG_ID: self.tag_id,
            EPOCH: self.epoch,
            NUMBER: self.number,
            BOOT: self.boot,
            FIRST: self.first,
            COUNT: self.count,
            ROOT: self.root,
            PREVIOUS: self.previous,
            TICKS: self.ticks,
            REASON: self.reason,
        }
        if self.nonce:
            pairs[NONCE] = self.nonce
        if self.next_keys:
            pairs[NEXT_KEYS] = self.next_keys
        return cbor.encode(pairs)


class SignedSeal(Sign1):
    """A seal as it lies in the log: its bytes, its payload and the 64-byte signature (r, s)."""

    def __init__(self, seal: Seal, sign1: Sign1) -> None:
        Sign1.__init__(self, sign1.payload, sign1.signature, sign1.encoded)
        self.seal = seal

    def rebuilds(self) -> bool:
        """Whether the fields give the very bytes again: not where there are payload keys that this side drops."""
        return cose.assemble(self.seal.payload(), self.signature) == self.encoded

    def hash(self) -> bytes:
        """SHA-256 of the whole seal, as the next one carries it."""
        return hash_of(self.encoded)


def announced(seal: Seal) -> "dict[int, bytes]":
    """Compressed points by epoch, as the seal's next_keys announce them: the last one is of the epoch after next."""
    points = [seal.next_keys[at : at + POINT_SIZE] for at in range(0, len(seal.next_keys), POINT_SIZE)]
    return {seal.epoch + 3 - len(points) + index: point for index, point in enumerate(points)}


def hash_of(encoded: bytes) -> bytes:
    """SHA-256 of a whole seal, signature included: how the next seal names it."""
    return hashlib.sha256(encoded).digest()


def parse(encoded: bytes) -> "SignedSeal | Bad":
    """The seal in COSE_Sign1 bytes, signature not checked; Bad('cbor') or Bad('seal')."""
    result = cose.parse(encoded, "seal")
    if isinstance(result, Bad):
        return result
    sign1, pairs = result
    seal = _from_pairs(pairs)
    return seal if isinstance(seal, Bad) else SignedSeal(seal, sign1)


_BYTES = ((TAG_ID, 8), (ROOT, 32), (PREVIOUS, 32))
_NUMBERS = (EPOCH, NUMBER, BOOT, FIRST, COUNT, TICKS, REASON)


def _from_pairs(pairs: "dict[int, object]") -> "Seal | Bad":
    found: dict[int, bytes] = {}
    numbers: dict[int, int] = {}
    for key, size in _BYTES:
        value = pairs.get(key)
        if not isinstance(value, bytes) or len(value) != size:
            return Bad("seal", "payload key %d" % key)
        found[key] = value
    for key in _NUMBERS:
        number = pairs.get(key)
        if not isinstance(number, int) or not 0 <= number < 1 << 32:
            return Bad("seal", "payload key %d" % key)
        numbers[key] = number
    nonce = pairs.get(NONCE, b"")
    if not isinstance(nonce, bytes) or len(nonce) > 32:
        return Bad("seal", "payload key %d" % NONCE)
    next_keys = pairs.get(NEXT_KEYS, b"")
    if not isinstance(next_keys, bytes) or len(next_keys) not in (0, POINT_SIZE, 2 * POINT_SIZE):
        return Bad("seal", "payload key %d" % NEXT_KEYS)
    return Seal(
        found[TAG_ID],
        numbers[EPOCH],
        numbers[NUMBER],
        numbers[BOOT],
        numbers[FIRST],
        numbers[COUNT],
        found[ROOT],
        found[PREVIOUS],
        numbers[TICKS],
        numbers[REASON],
        nonce,
        next_keys,
    )
