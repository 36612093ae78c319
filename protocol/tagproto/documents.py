"""What an authority signs: who may be trusted, from when to when, and who no longer.

A document is a COSE_Sign1 over a CBOR map. The root certifies regions, a region certifies stations and tags; the
root's numbered lists raise the minimum generation and name keys that are revoked; a new root is certified by the one
before it. Documents hold nothing secret and prove themselves: whoever carries them need not be trusted.
"""

from . import cose
from .bad import Bad

# A document is kept in one page of flash and travels in one field.
SIZE_MAX = 240
NAME_MAX = 48
REVOKED_MAX = 8

ROOT = 1
REGION = 2
STATION = 3
TAG = 4
LIST = 5
NAMES = {ROOT: "root", REGION: "region", STATION: "station", TAG: "tag", LIST: "list"}

# Keys of the payload map.
TYPE = 1
SUBJECT = 2
KEY = 3
ISSUER = 4
GENERATION = 5
NOT_BEFORE = 6
NOT_AFTER = 7
NAME = 8
CALIBRATION = 9
NUMBER = 10
MINIMUM = 11
REVOKED = 12

# What each type holds, beside TYPE; nothing else is let in.
FIELDS = {
    ROOT: (SUBJECT, KEY, ISSUER, GENERATION, NOT_BEFORE, NAME),
    REGION: (SUBJECT, KEY, ISSUER, GENERATION, NOT_BEFORE, NOT_AFTER, NAME),
    STATION: (SUBJECT, KEY, ISSUER, GENERATION, NOT_BEFORE, NOT_AFTER, NAME),
    TAG: (SUBJECT, KEY, ISSUER, GENERATION, NOT_BEFORE, NOT_AFTER, CALIBRATION),
    LIST: (ISSUER, NOT_BEFORE, NUMBER, MINIMUM, REVOKED),
}
_BYTES = {SUBJECT: 8, KEY: cose.POINT_SIZE, ISSUER: 8, CALIBRATION: 8}
# Highest value of each number; times are seconds since 1970-01-01 UTC.
_NUMBERS = {
    GENERATION: 0xFFFFFFFF,
    NOT_BEFORE: (1 << 40) - 1,
    NOT_AFTER: (1 << 40) - 1,
    NUMBER: 0xFFFFFFFF,
    MINIMUM: 0xFFFFFFFF,
}


class Document:
    """A document that was read, signature not checked. type: one of NAMES; pairs: the payload's map."""

    def __init__(self, sign1: cose.Sign1, pairs: "dict[int, object]") -> None:
        self.sign1 = sign1
        self.encoded = sign1.encoded
        self.pairs = pairs
        self.type = self.number(TYPE)

    def number(self, key: int) -> int:
        """The number under a key; 0 where this type has none."""
        value = self.pairs.get(key, 0)
        return value if isinstance(value, int) else 0

    def octets(self, key: int) -> bytes:
        """The bytes under a key; empty where this type has none."""
        value = self.pairs.get(key, b"")
        return value if isinstance(value, bytes) else b""

    @property
    def name(self) -> str:
        """The name in it; empty where this type has none."""
        value = self.pairs.get(NAME, "")
        return value if isinstance(value, str) else ""

    @property
    def revoked(self) -> "dict[bytes, int]":
        """Of a list: key ids, or ids of tags, and since when (seconds since 1970-01-01 UTC)."""
        entries = self.pairs.get(REVOKED, [])
        return dict(entries) if isinstance(entries, list) else {}


def parse(encoded: bytes) -> "Document | Bad":
    """The document in COSE_Sign1 bytes, signature not checked; Bad('cbor') or Bad('document')."""
    if len(encoded) > SIZE_MAX:
        return Bad("document", "longer than %d bytes" % SIZE_MAX)
    result = cose.parse(encoded, "document")
    if isinstance(result, Bad):
        return result
    sign1, pairs = result
    kind = pairs.get(TYPE)
    if not isinstance(kind, int) or kind not in FIELDS:
        return Bad("document", "of no known type")
    if len(pairs) != len(FIELDS[kind]) + 1:
        return Bad("document", "fields missing or too many")
    for key in FIELDS[kind]:
        if not _fits(key, pairs.get(key)):
            return Bad("document", "field %d" % key)
    document = Document(sign1, pairs)
    # The subject of a key is the key; that of a tag is the tag's own number.
    if kind not in (TAG, LIST) and document.octets(SUBJECT) != cose.key_id(document.octets(KEY)):
        return Bad("document", "the subject is not the key's")
    return document


def _fits(key: int, value: object) -> bool:
    if key in _BYTES:
        return isinstance(value, bytes) and len(value) == _BYTES[key]
    if key in _NUMBERS:
        return isinstance(value, int) and 0 <= value <= _NUMBERS[key]
    if key == NAME:
        return isinstance(value, str) and 0 < len(value.encode()) <= NAME_MAX
    if not isinstance(value, list) or len(value) > REVOKED_MAX:
        return False
    before = b""
    for entry in value:
        if not isinstance(entry, list) or len(entry) != 2 or not _fits(SUBJECT, entry[0]):
            return False
        if not _fits(NOT_BEFORE, entry[1]) or entry[0] <= before:
            return False
        before = entry[0]
    return True
