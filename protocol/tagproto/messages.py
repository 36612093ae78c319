"""Messages of the link: kind, request fields, reply fields. A reply has the request's kind | 0x80.

Bodies are fixed fields (tagproto.fields) and may grow at their end: bytes that this version does not
know are carried under "extra". `hello` never changes its first field, so that two versions can name
each other.
"""

from . import PROTOCOL_VERSION, fields
from .bad import Bad
from .records import CALIBRATION, PACE, SIGNED

HELLO = 0x01
STATUS = 0x02
READ = 0x03
SEAL = 0x04
FIT = 0x05
REMOVE = 0x06
ACKNOWLEDGE = 0x07
LOG = 0x08
ATTEST = 0x09
OPEN = 0x0A
PRESENT = 0x0B
DOCUMENT = 0x0C
CONFIGURE = 0x0D
LISTEN = 0x0E
RATE = 0x0F
CALIBRATE = 0x10
SELF_TEST = 0x11
REPLY = 0x80
# What READ asks for, before the READ reply that ends it.
DATA = 0xC0
ERROR = 0xFF

ERROR_VERSION = 1
ERROR_KIND = 2
ERROR_BODY = 3
ERROR_STATE = 4
ERROR_NONCE = 5
ERROR_RANGE = 6
ERROR_BUSY = 7
ERROR_FLASH = 8
ERROR_STALE = 9
ERROR_SIGNATURE = 10
ERROR_CERTIFICATE = 11
ERROR_REVOKED = 12
ERROR_RIGHT = 13
ERROR_RECEIPT = 14
ERROR_FRAME = 15

# The log's address is in units of so many bytes; a data frame holds one of these numbers of them, or less.
UNIT_BYTES = 64
UNITS_PER_PAGE = 4
DATA_UNITS = (1, 2, 4, 8, 16)
# Ranges of units that a READ may name, each packed as this, and how many a tag keeps.
RANGE = "<IH"
RANGE_BYTES = 6
RANGES_MAX = 16
RANGES_KEPT = 32
# A tag that listens writes nothing to flash for so long that can wait.
LISTEN_MS = 250
# Every line begins with this rate, and falls back to it when no good frame has come for so long.
FIRST_BAUD = 115200
RATE_SILENCE_MS = 3000
# A nonce is dead after so many milliseconds of the tag's ticks, and so is the read-out that an OPEN allows.
NONCE_LIFE_MS = 300000
OPEN_LIFE_MS = 1800000

REQUESTS: "dict[int, tuple[tuple[str, str | int], ...]]" = {
    HELLO: (("version", "H"), ("entropy", 16)),
    STATUS: (),
    # units: in a data frame; ranges: of addresses, see RANGE. None: forget those that were asked for.
    READ: (("units", "B"), ("ranges", "v")),
    # challenge: bytes of the host's, to be found in the seal.
    SEAL: (("challenge", 16),) + SIGNED,
    FIT: (("order_id", 16),) + PACE + SIGNED,
    REMOVE: (("reason", "B"),) + SIGNED,
    # The station has stored every page up to this one, which ends in this seal. epoch, keys: the checkpoint, that is
    # the epoch behind this seal and the compressed points of that epoch and of the next; zeros where not known.
    ACKNOWLEDGE: (("page", "I"), ("seal_number", "I"), ("seal_hash", 32), ("epoch", "I"), ("keys", 66)) + SIGNED,
    LOG: (("offset", "I"),),
    # utc_ms: milliseconds since 1970-01-01 UTC.
    ATTEST: (("utc_ms", "Q"),) + SIGNED,
    # scope: 1 the pages of the current order, 2 all pages.
    OPEN: (("scope", "B"),) + SIGNED,
    # A document of the authority's (tagproto.documents).
    PRESENT: (("document", "v"),),
    # index: 0 the tag's own certificate, 1 the one of the region that issued it.
    DOCUMENT: (("index", "B"),),
    CONFIGURE: PACE + SIGNED,
    LISTEN: (),
    RATE: (("baud", "I"),),
    CALIBRATE: CALIBRATION + SIGNED,
    SELF_TEST: SIGNED,
}

REPLIES: "dict[int, tuple[tuple[str, str | int], ...]]" = {
    HELLO: (
        ("version", "H"),
        ("tag_id", 8),
        ("firmware", 8),
        ("boot", "I"),
        ("ticks", "I"),
        # epoch: of the key that signs now; public_key: the tag's first one, of epoch 0.
        ("epoch", "I"),
        ("public_key", 64),
        ("nonce", 8),
        # root: key id of the authority that this tag obeys, zeros for none yet; list_number: of its last list.
        ("root", 8),
        ("list_number", "I"),
        # input: bytes that may be on their way to the tag at any moment; rate: the line's highest, 0 where it has none.
        ("input", "H"),
        ("rate", "I"),
    ),
    STATUS: (
        ("boot", "I"),
        ("ticks", "I"),
        ("fitted", "B"),
        ("order_id", 16),
        ("cadence_s", "I"),
        ("seal_interval_s", "I"),
        ("next_number", "I"),
        ("oldest_page", "I"),
        ("open_page", "I"),
        ("pages_capacity", "I"),
        ("received_page", "I"),
        ("seals", "I"),
        ("readings_lost", "I"),
        ("frames_bad", "I"),
        ("commands_refused", "I"),
        ("faults", "I"),
        ("heap_free", "I"),
        ("heap_free_low", "I"),
        # slow: 1 while the log is so full that the cadence is reduced; cadence and interval above are those in force.
        ("slow", "B"),
        ("blocks_retired", "H"),
        ("flash_failures", "I"),
        # order_page: the first page that a station may read; unreceipted: 1 while an order that has ended waits for a
        # receipt; minimum: generation that certificates must have.
        ("order_page", "I"),
        ("unreceipted", "B"),
        ("minimum", "I"),
        # baseline: readings that it has so far, tamper.BASELINE_READINGS once it stands; tampers: bits 1 << code of the
        # classes of tagproto.tamper in force.
        ("baseline", "B"),
        ("tampers", "H"),
        # thresholds: bits 1 << code of those of tagproto.thresholds that are passed; battery_mv: 0 where there is no
        # measurement; test_failed: bits of the last self-test that failed.
        ("profile", "B"),
        ("fix_interval_s", "I"),
        ("calibration_id", 8),
        ("thresholds", "H"),
        ("battery_mv", "H"),
        ("test_failed", "H"),
    ),
    # All that was asked for has been sent. What the tag has now, the open page included.
    READ: (("oldest_page", "I"), ("open_page", "I")),
    SEAL: (("seal_number", "I"), ("seal_hash", 32), ("open_page", "I"), ("nonce", 8)),
    FIT: (("number", "I"), ("seal_number", "I"), ("nonce", 8)),
    REMOVE: (("number", "I"), ("seal_number", "I"), ("nonce", 8)),
    ACKNOWLEDGE: (("number", "I"), ("nonce", 8)),
    # size: bytes of log text that the tag holds now; offset: where `text` starts.
    LOG: (("size", "I"), ("offset", "I"), ("text", "v")),
    ATTEST: (("number", "I"), ("nonce", 8)),
    OPEN: (("nonce", 8),),
    # What was presented: its type, and the subject that is trusted from now on (zeros for a list).
    PRESENT: (("type", "B"), ("subject", 8)),
    DOCUMENT: (("document", "v"),),
    CONFIGURE: (("number", "I"), ("nonce", 8)),
    # room: bytes that the tag takes in one go now.
    LISTEN: (("room", "H"),),
    RATE: (("baud", "I"),),
    CALIBRATE: (("number", "I"), ("nonce", 8)),
    # ran, failed: bits of the SELF_TEST record, which this seal covers.
    SELF_TEST: (("number", "I"), ("seal_number", "I"), ("ran", "H"), ("failed", "H"), ("nonce", 8)),
}

DATA_SPEC: "tuple[tuple[str, str | int], ...]" = (("address", "I"), ("data", "*"))
ERROR_SPEC: "tuple[tuple[str, str | int], ...]" = (("code", "B"), ("version", "H"), ("text", "v"))

NAMES = {
    HELLO: "hello",
    STATUS: "status",
    READ: "read pages",
    SEAL: "seal now",
    FIT: "fit",
    REMOVE: "remove",
    ACKNOWLEDGE: "acknowledge",
    LOG: "log",
    ATTEST: "attest",
    OPEN: "open",
    PRESENT: "present",
    DOCUMENT: "document",
    CONFIGURE: "configure",
    LISTEN: "listen",
    RATE: "set rate",
    CALIBRATE: "calibrate",
    SELF_TEST: "self-test",
}


def spec_of(kind: int) -> "tuple[tuple[str, str | int], ...] | None":
    """The fields of a frame kind, request or reply; None for a kind that this version does not know."""
    if kind == DATA:
        return DATA_SPEC
    if kind == ERROR:
        return ERROR_SPEC
    if kind & REPLY:
        return REPLIES.get(kind ^ REPLY)
    return REQUESTS.get(kind)


def encode(kind: int, values: "dict[str, int | bytes]") -> bytes:
    """Body bytes, "extra" at the end where given. Raises ValueError naming the field that does not fit."""
    spec = spec_of(kind)
    if spec is None:
        raise ValueError("unknown message kind 0x%02x" % kind)
    extra = values.get("extra", b"")
    if not isinstance(extra, bytes):
        raise ValueError("extra is not bytes")
    return fields.pack(spec, values) + extra


def decode(kind: int, body: bytes) -> "dict[str, int | bytes] | Bad":
    """Fields by name, "extra" where bytes follow them; Bad('kind') or Bad('short').

    A hello of another version gives its version and "extra" only.
    """
    spec = spec_of(kind)
    if spec is None:
        return Bad("kind", "0x%02x" % kind)
    if kind == HELLO and len(body) >= 2 and int.from_bytes(body[:2], "little") != PROTOCOL_VERSION:
        # What follows the version is another version's business; the tag answers with both versions.
        return {"version": int.from_bytes(body[:2], "little"), "extra": bytes(body[2:])}
    result = fields.unpack(spec, body)
    if isinstance(result, Bad):
        return result
    values, end = result
    if end < len(body):
        values["extra"] = bytes(body[end:])
    return values
