"""Canonical records: what a seal covers. Absolute, self-contained, integers, little-endian.

record = kind u8, number u32, boot u32, ticks u32 (ms, 0..2^30-1, wrapping), body. A body may grow at
its end: decoders keep bytes that they do not know under "extra", so that old tools carry new fields.
"""

import struct

from . import fields
from .bad import Bad

# Every board's tick counter wraps here (12.4 days), the unix port's too.
TICKS_PERIOD_MS = 1 << 30
HEADER_SIZE = 13

READING = 0x01
BOOT = 0x10
KEY = 0x11
FIT = 0x12
REMOVE = 0x13
STRAP = 0x14
CASE = 0x15
FAULT = 0x16
ATTESTATION = 0x17
RECEIPT = 0x18
REPEATED = 0x19
CONFIG = 0x1A
LOST = 0x1B
REFUSED = 0x1C
FIX = 0x1D
OPENED = 0x1E
TRUST = 0x1F
CONFIGURED = 0x20
TAMPER = 0x21
BASELINE = 0x22
THRESHOLD = 0x23
CALIBRATED = 0x24
SELF_TEST = 0x25

# What a TRUST record tells of.
TRUST_ROOT = 1
TRUST_ROTATION = 2
TRUST_LIST = 3
TRUST_CERTIFICATE = 4

# Bits of what a SELF_TEST record tells of.
TEST_HASH = 0x0001
TEST_FLASH = 0x0002
TEST_ENTROPY = 0x0004
TEST_CLOCK = 0x0008
TEST_HEAP = 0x0010
TEST_CELL = 0x0020
TEST_TEMP = 0x0040
TEST_PROX = 0x0080
TEST_BATTERY = 0x0100
TEST_GNSS = 0x0200
TEST_SIGNATURE = 0x0400

# Bits of a reading's flags: the strap and case inputs as sampled, and senses that gave no value.
FLAG_STRAP_OPEN = 0x01
FLAG_CASE_OPEN = 0x02
FLAG_NO_CELL = 0x04
FLAG_NO_TEMP = 0x08
FLAG_NO_PROX = 0x10
FLAG_CELL_SATURATED = 0x20

# Senses, as a fault record names them.
SENSE_CELL = 1
SENSE_ADC = 2
SENSE_TEMP = 3
SENSE_PROX = 4
SENSE_FIRMWARE = 5
SENSE_LOG = 6
SENSE_GNSS = 7
SENSE_BATTERY = 8

READING_SPEC = (("flags", "B"), ("cell_code", "h"), ("temp_code", "h"), ("prox_count", "H"))

# How a signed request ends, and the record that it leaves. nonce: of the tag's last hello, or of its last reply to a
# signed request; station: key id of the signer; signature: r and s over tagproto.commands.payload.
SIGNED: "tuple[tuple[str, str | int], ...]" = (("nonce", 8), ("station", 8), ("signature", 64))

# How a fitting samples, seals and takes fixes. profile: a code of tagproto.profiles; fix_interval_s: 0 for no fixes.
PACE: "tuple[tuple[str, str | int], ...]" = (
    ("cadence_s", "I"),
    ("seal_interval_s", "I"),
    ("profile", "B"),
    ("fix_interval_s", "I"),
)

# What turns the cell's codes into TAC: identity, days since 1970-01-01, zero and span at a temperature, and how both
# move with it. Zeros but for identity, zero and span: nominal values, of the parts' data sheets.
CALIBRATION: "tuple[tuple[str, str | int], ...]" = (
    ("calibration_id", 8),
    ("cell_zero_uv", "i"),
    ("cell_span_pa_per_mg_dl", "I"),
    ("calibrated_day", "H"),
    ("reference_mdeg_c", "i"),
    ("zero_nv_per_deg_c", "i"),
    ("span_ppm_per_deg_c", "i"),
)

# kind -> (name, body spec)
KINDS: "dict[int, tuple[str, tuple[tuple[str, str | int], ...]]]" = {
    READING: ("reading", READING_SPEC),
    # cause: 1 power on, 2 watchdog, 3 asked for. skipped: record numbers that this boot leaves unused.
    BOOT: ("boot", (("cause", "B"), ("skipped", "I"), ("firmware", 8))),
    # public_key: P-256 point, x then y, 32 bytes each, big-endian. It signs from this epoch on.
    KEY: ("key", (("epoch", "I"), ("public_key", 64))),
    FIT: ("fit", (("order_id", 16),) + PACE + SIGNED),
    REMOVE: ("remove", (("reason", "B"),) + SIGNED),
    STRAP: ("strap", (("open", "B"), ("edges", "B"))),
    CASE: ("case", (("open", "B"), ("edges", "B"))),
    # code: the errno or driver code; text: exception, file and line of a firmware fault.
    FAULT: ("fault", (("sense", "B"), ("code", "h"), ("text", "v"))),
    # A station's UTC over the tag's nonce: made between nonce_ticks and the record's own ticks.
    ATTESTATION: ("attestation", (("utc_ms", "Q"), ("nonce_ticks", "I")) + SIGNED),
    # What the station has stored: all pages up to this one, ending in this seal; and the checkpoint behind it.
    RECEIPT: (
        "receipt",
        (("page", "I"), ("seal_number", "I"), ("seal_hash", 32), ("epoch", "I"), ("keys", 66)) + SIGNED,
    ),
    # `count` further records of `kind` that were coalesced between the two ticks.
    REPEATED: ("repeated", (("kind", "B"), ("count", "I"), ("first_ticks", "I"), ("last_ticks", "I"))),
    # What turns raw values into TAC, temperature and volts, and how the tag samples and seals.
    CONFIG: (
        "config",
        PACE
        + CALIBRATION
        + (
            ("tia_ohm", "I"),
            ("adc_nv_per_code", "I"),
            ("temp_ndeg_c_per_code", "I"),
            ("prox_uv_per_count", "I"),
        ),
    ),
    # Readings that a full log could not keep.
    LOST: ("lost", (("count", "I"), ("first_ticks", "I"), ("last_ticks", "I"))),
    # A request of a host that was not carried out: its message kind and the error code of the reply.
    REFUSED: ("refused", (("command", "B"), ("code", "B"))),
    # Where the tag was: WGS 84 in units of 1e-7 degrees, and the receiver's own estimate of its error.
    FIX: ("fix", (("latitude_e7", "i"), ("longitude_e7", "i"), ("accuracy_dm", "H"))),
    # A read-out beyond the current order.
    OPENED: ("opened", (("scope", "B"),) + SIGNED),
    # A station has changed how the tag samples and seals; the CONFIG record behind it says what is in force.
    CONFIGURED: ("configured", PACE + SIGNED),
    # A class of tagproto.tamper has begun (1) or ended (0); age_s: how long ago that began to show.
    TAMPER: ("tamper", (("tamper", "B"), ("begun", "B"), ("age_s", "I"))),
    # What the senses showed behind the fitting: medians of so many readings, from the record of the first to the last.
    BASELINE: (
        "baseline",
        (
            ("first", "I"),
            ("last", "I"),
            ("readings", "B"),
            ("cell_code", "h"),
            ("temp_code", "h"),
            ("prox_count", "H"),
        ),
    ),
    # Whom the tag obeys, from here on: number and generation of the document, and its SHA-256.
    TRUST: ("trust", (("change", "B"), ("number", "I"), ("generation", "I"), ("digest", 32))),
    # A threshold of tagproto.thresholds was passed (1) or is no longer (0); value: TAC in ug/dL, or battery in mV.
    THRESHOLD: ("threshold", (("threshold", "B"), ("begun", "B"), ("value", "i"))),
    # A station has given the tag another calibration; a CONFIG record behind it says what is in force.
    CALIBRATED: ("calibrated", CALIBRATION + SIGNED),
    # What the tag found of itself, at a boot (asked 0) or because a station asked (1): bits of what was tried and of
    # what of it failed.
    SELF_TEST: ("self-test", (("asked", "B"), ("ran", "H"), ("failed", "H"))),
}


class Record:
    """One record: kind, number, boot, ticks and its body bytes."""

    def __init__(self, kind: int, number: int, boot: int, ticks: int, body: bytes) -> None:
        self.kind = kind
        self.number = number
        self.boot = boot
        self.ticks = ticks
        self.body = body

    def canonical(self) -> bytes:
        """The bytes that the tree hashes. Raises ValueError when a number is out of range."""
        return canonical(self.kind, self.number, self.boot, self.ticks, self.body)

    def values(self) -> "dict[str, int | bytes] | Bad":
        """Body fields by name, with "extra" where bytes follow the known ones; Bad for a short body."""
        if self.kind not in KINDS:
            return {"extra": self.body}
        result = fields.unpack(KINDS[self.kind][1], self.body)
        if isinstance(result, Bad):
            return result
        values, end = result
        if end < len(self.body):
            values["extra"] = self.body[end:]
        return values

    def __repr__(self) -> str:
        return "Record(%s %d, boot %d, ticks %d)" % (name(self.kind), self.number, self.boot, self.ticks)


def name(kind: int) -> str:
    """The word for a kind; 'kind 0x2a' for one that this version does not know."""
    return KINDS[kind][0] if kind in KINDS else "kind 0x%02x" % kind


def canonical(kind: int, number: int, boot: int, ticks: int, body: bytes) -> bytes:
    """Record bytes. Raises ValueError for a number out of range or a body over 255 bytes."""
    if not 0 < kind < 0x40 or len(body) > 255:
        raise ValueError("record kind or body out of range")
    if not (0 <= number < 1 << 32 and 0 <= boot < 1 << 32 and 0 <= ticks < TICKS_PERIOD_MS):
        raise ValueError("record number, boot or ticks out of range")
    return struct.pack("<BIII", kind, number, boot, ticks) + body


def parse(data: bytes) -> "Record | Bad":
    """The record in canonical bytes; Bad('short'), Bad('ticks') or Bad('kind')."""
    if len(data) < HEADER_SIZE:
        return Bad("short", "%d bytes" % len(data))
    kind, number, boot, ticks = struct.unpack_from("<BIII", data, 0)
    if not 0 < kind < 0x40 or len(data) > HEADER_SIZE + 255:
        return Bad("kind", "0x%02x" % kind)
    if ticks >= TICKS_PERIOD_MS:
        return Bad("ticks", "%d" % ticks)
    record = Record(kind, number, boot, ticks, bytes(data[HEADER_SIZE:]))
    values = record.values()
    return values if isinstance(values, Bad) else record


def body(kind: int, values: "dict[str, int | bytes]") -> bytes:
    """Body bytes of a known kind. Raises ValueError naming the field that is missing or does not fit."""
    return fields.pack(KINDS[kind][1], values)


def ticks_after(earlier: int, later: int) -> int:
    """Milliseconds from one tick count to another, for spans under half a period; negative when before."""
    half = TICKS_PERIOD_MS >> 1
    return ((later - earlier + half) & (TICKS_PERIOD_MS - 1)) - half
