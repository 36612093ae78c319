"""The cases behind vectors/cose.json, documents.json and commands.json: (op, arguments, why)."""

import cbor2

import programme
from tagproto import cose, documents

_PAYLOAD = "a10105"
_SIGNATURE = "00" * 64
_SIGN1 = "d28443a10126a043" + _PAYLOAD + "5840" + _SIGNATURE
COSE = [
    ("cose.signed_bytes", [_PAYLOAD], "Sig_structure, RFC 9052 section 4.4"),
    ("cose.signed_bytes", [""], "nothing"),
    ("cose.signed_digest", [_PAYLOAD], "its SHA-256"),
    ("cose.assemble", [_PAYLOAD, _SIGNATURE], "COSE_Sign1, RFC 9052 section 4.2"),
    ("cose.assemble", [_PAYLOAD, "00" * 63], "a signature too short"),
    ("cose.assemble", [_PAYLOAD, "00" * 65], "a signature too long"),
    ("cose.key_id", [programme.key(1).point.hex()], "the first 8 bytes of the SHA-256 of a compressed point"),
    ("cose.compressed", ["11" * 64], "an odd y"),
    ("cose.compressed", ["11" * 63 + "12"], "an even y"),
    ("cose.parse", [_SIGN1, "document"], "a payload of one pair"),
    ("cose.parse", [_SIGN1 + "00", "document"], "a byte behind it"),
    ("cose.parse", [_SIGN1[:-2], "document"], "its last byte is missing"),
    ("cose.parse", [_SIGN1[2:], "document"], "without its tag"),
    ("cose.parse", ["d1" + _SIGN1[2:], "seal"], "COSE_Mac0's tag"),
    ("cose.parse", ["d28444a1013822a043" + _PAYLOAD + "5840" + _SIGNATURE, "seal"], "ES384"),
    ("cose.parse", ["d28443a10126a1044101" + "43" + _PAYLOAD + "5840" + _SIGNATURE, "seal"], "an unprotected header"),
    ("cose.parse", ["d28343a10126a043" + _PAYLOAD, "seal"], "three parts"),
    ("cose.parse", ["d28543a10126a043" + _PAYLOAD + "5840" + _SIGNATURE + "00", "seal"], "five parts"),
    ("cose.parse", ["d28443a10126a0a101055840" + _SIGNATURE, "seal"], "a payload that is no byte string"),
    ("cose.parse", ["d28443a10126a041015840" + _SIGNATURE, "seal"], "a payload that is no map"),
    ("cose.parse", ["d28443a10126a041a15840" + _SIGNATURE, "seal"], "a payload that is cut"),
    ("cose.parse", ["d28443a10126a043a10105583f" + "00" * 63, "seal"], "a signature too short"),
]

_PROGRAMME = programme.Programme()
_TAG = b"TAG00001"
TAG_DOCUMENT = _PROGRAMME.tag_document(_TAG, bytes(range(32)) + bytes(31) + b"\1")
_REVOKED = {bytes((n,)) * 8: programme.BEGIN_S + n for n in range(documents.REVOKED_MAX)}
GOOD = {
    "a root": _PROGRAMME.root_document,
    "a region": _PROGRAMME.region_document,
    "a station": _PROGRAMME.station_document,
    "a tag": TAG_DOCUMENT,
    "the first list": _PROGRAMME.list_document(1),
    "a list of as many as there may be": _PROGRAMME.list_document(2**32 - 1, 2**32 - 1, _REVOKED),
    "the longest name, 48 bytes of UTF-8": _PROGRAMME.certify(_PROGRAMME.station, "é" * 24, 2**32 - 1),
}


def changed(encoded: bytes) -> dict[int, object]:
    """The payload of a document, to be made another one."""
    sign1 = cbor2.loads(encoded).value
    pairs: dict[int, object] = cbor2.loads(sign1[2])
    return pairs


def written(pairs: dict[int, object]) -> bytes:
    """A document with these pairs and no signature to speak of."""
    return cose.assemble(cbor2.dumps(pairs, canonical=True), bytes(64))


def _without(encoded: bytes, key: int) -> str:
    pairs = changed(encoded)
    del pairs[key]
    return written(pairs).hex()


def _with(encoded: bytes, key: int, value: object) -> str:
    return written({**changed(encoded), key: value}).hex()


_STATION = _PROGRAMME.station_document
_LIST = _PROGRAMME.list_document(3, 2, {bytes(8): 0})
DOCUMENTS = [
    *(("documents.parse", [encoded.hex()], why) for why, encoded in GOOD.items()),
    *(
        ("documents.parse", [_without(_STATION, key)], f"a station's without key {key}")
        for key in (documents.TYPE, *documents.FIELDS[documents.STATION])
    ),
    *(
        ("documents.parse", [_without(_LIST, key)], f"a list without key {key}")
        for key in documents.FIELDS[documents.LIST]
    ),
    ("documents.parse", [_with(_STATION, documents.CALIBRATION, bytes(8))], "a station with a calibration"),
    ("documents.parse", [_with(_STATION, 13, 0)], "a key that no document has"),
    ("documents.parse", [_with(_STATION, -1, 0)], "a negative key"),
    ("documents.parse", [_with(_STATION, documents.TYPE, 0)], "type 0"),
    ("documents.parse", [_with(_STATION, documents.TYPE, 6)], "type 6"),
    ("documents.parse", [_with(_STATION, documents.TYPE, b"\3")], "a type in bytes"),
    ("documents.parse", [_with(_STATION, documents.TYPE, documents.REGION)], "a region's has the same keys"),
    ("documents.parse", [_with(_STATION, documents.TYPE, documents.ROOT)], "a root's has others"),
    ("documents.parse", [_with(_STATION, documents.SUBJECT, bytes(8))], "a subject that is not the key's"),
    ("documents.parse", [_with(TAG_DOCUMENT, documents.SUBJECT, bytes(8))], "of a tag it is its number"),
    ("documents.parse", [_with(_STATION, documents.ISSUER, bytes(7))], "a key id too short"),
    ("documents.parse", [_with(_STATION, documents.KEY, bytes(34))], "a point too long"),
    ("documents.parse", [_with(_STATION, documents.GENERATION, -1)], "a generation below 0"),
    ("documents.parse", [_with(_STATION, documents.GENERATION, 2**32)], "a generation above 32 bits"),
    ("documents.parse", [_with(_STATION, documents.NOT_BEFORE, 2**40 - 1)], "the last second"),
    ("documents.parse", [_with(_STATION, documents.NOT_AFTER, 2**40)], "one second more"),
    ("documents.parse", [_with(_STATION, documents.NAME, "")], "no name"),
    ("documents.parse", [_with(_STATION, documents.NAME, "n" * 48)], "a name of 48 bytes"),
    ("documents.parse", [_with(_STATION, documents.NAME, "n" * 49)], "a name of 49 bytes"),
    ("documents.parse", [_with(_STATION, documents.NAME, "é" * 25)], "a name of 25 letters in 50 bytes"),
    ("documents.parse", [_with(_STATION, documents.NAME, b"Court")], "a name in bytes"),
    ("documents.parse", [_with(_LIST, documents.REVOKED, [[bytes(8), 0]] * 9)], "nine ids"),
    ("documents.parse", [_with(_LIST, documents.REVOKED, [])], "no ids"),
    ("documents.parse", [_with(_LIST, documents.REVOKED, [[bytes(8)]])], "an id without its time"),
    ("documents.parse", [_with(_LIST, documents.REVOKED, [[bytes(8), 0, 0]])], "three values"),
    ("documents.parse", [_with(_LIST, documents.REVOKED, [[bytes(9), 0]])], "an id too long"),
    ("documents.parse", [_with(_LIST, documents.REVOKED, [[bytes(8), -1]])], "a time before all"),
    ("documents.parse", [_with(_LIST, documents.REVOKED, {})], "a map of ids"),
    ("documents.parse", [_with(_LIST, documents.REVOKED, 0)], "a number for ids"),
    ("documents.parse", [written({}).hex()], "an empty map"),
    ("documents.parse", [""], "nothing"),
    ("documents.parse", ["00" * 241], "241 bytes"),
]

_WHO = {"nonce": "0102030405060708", "station": programme.key(3).key_id.hex(), "signature": "5e" * 64}
_PACE = {"cadence_s": 60, "seal_interval_s": 21600, "profile": 1, "fix_interval_s": 0}
_ORDER = {"order_id": bytes(range(16)).hex(), **_PACE}
CALIBRATION = {
    "calibration_id": b"cal-2026".hex(),
    "cell_zero_uv": -5,
    "cell_span_pa_per_mg_dl": 15500,
    "calibrated_day": 20600,
    "reference_mdeg_c": -40000,
    "zero_nv_per_deg_c": -(2**31),
    "span_ppm_per_deg_c": -20000,
}
_RECEIPT = {"page": 9, "seal_number": 3, "seal_hash": "5a" * 32, "epoch": 4, "keys": "02" + "11" * 32 + "00" * 33}
REQUESTS = {
    0x04: {"challenge": "c0" * 16, **_WHO},
    0x05: {**_ORDER, **_WHO},
    0x06: {"reason": 1, **_WHO},
    0x07: {**_RECEIPT, **_WHO},
    0x09: {"utc_ms": 1_750_000_000_000, **_WHO},
    0x0A: {"scope": 2, **_WHO},
    0x0D: {"cadence_s": 300, "seal_interval_s": 3600, "profile": 3, "fix_interval_s": 345600, **_WHO},
    0x10: {**CALIBRATION, **_WHO},
    0x11: _WHO,
}
COMMANDS = [
    *(
        ("commands.payload", [kind, _TAG.hex(), values], f"of a request of kind 0x{kind:02x}")
        for kind, values in REQUESTS.items()
    ),
    ("commands.payload", [0x06, "00" * 8, REQUESTS[0x06]], "for another tag"),
    ("commands.payload", [0x06, _TAG.hex(), {**REQUESTS[0x06], "nonce": "00" * 8}], "over another nonce"),
    (
        "commands.payload",
        [0x09, _TAG.hex(), {**REQUESTS[0x09], "nonce_ticks": 5}],
        "of the record that it left: the same bytes as of the request",
    ),
    ("commands.payload", [0x06, _TAG.hex(), {"reason": 256, **_WHO}], "a value out of range"),
    ("commands.payload", [0x06, _TAG.hex(), _WHO], "a value is missing"),
]
FILES = {"cose": COSE, "documents": DOCUMENTS, "commands": COMMANDS}
