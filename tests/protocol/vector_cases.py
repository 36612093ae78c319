"""The cases behind protocol/vectors: (op, arguments, why), by file. make_vectors.py adds the results."""

from protocol import signed_vectors
from protocol.signed_vectors import REQUESTS

SEED = bytes(range(16)).hex()
KEY_64 = bytes(range(64)).hex()
SPEC = [["a", "B"], ["b", "h"], ["c", "I"], ["d", "q"], ["e", 4], ["f", "v"]]
FITTING = {"a": 1, "b": -2, "c": 3, "d": -4, "e": "01020304", "f": "aabb"}
PERIOD = 1 << 30


def _limits():
    for code, low, high in (
        ("B", 0, 255),
        ("H", 0, 65535),
        ("I", 0, 2**32 - 1),
        ("Q", 0, 2**64 - 1),
        ("b", -128, 127),
        ("h", -32768, 32767),
        ("i", -(2**31), 2**31 - 1),
        ("q", -(2**63), 2**63 - 1),
    ):
        for value in (low, high, low - 1, high + 1):
            inside = "the limit of" if low <= value <= high else "outside"
            yield "fields.pack", [[["x", code]], {"x": value}], f"{inside} {code}"


FIELDS = [
    ("fields.pack", [SPEC, FITTING], "every kind of field in a row"),
    *_limits(),
    ("fields.pack", [[["x", 4]], {"x": "010203"}], "bytes of the wrong length"),
    ("fields.pack", [[["x", "v"]], {"x": ""}], "no bytes behind a length"),
    ("fields.pack", [[["x", "v"]], {"x": "5a" * 255}], "the longest bytes behind a length"),
    ("fields.pack", [[["x", "v"]], {"x": "5a" * 256}], "one byte too many for a length"),
    ("fields.pack", [[["x", "B"]], {}], "a field is missing"),
    ("fields.pack", [[["x", "B"]], {"x": "01"}], "bytes for a number"),
    ("fields.pack", [[["x", 1]], {"x": 1}], "a number for bytes"),
    ("fields.unpack", [SPEC, "01feff03000000fcffffffffffffff0102030402aabb"], "the first case backwards"),
    ("fields.unpack", [SPEC, "01feff03000000fcffffffffffffff0102030402aa"], "the last byte is missing"),
    ("fields.unpack", [[["x", "H"]], "01"], "half a number"),
    ("fields.unpack", [[["x", "v"]], ""], "no length"),
    ("fields.unpack", [[["x", "H"]], "0102030405", 2], "from an offset, bytes behind are left"),
    ("fields.unpack", [[], "01"], "no fields"),
]

VARINT = [
    *(
        ("varint.encode", [value], "a length changes here")
        for value in (0, 1, 127, 128, 16383, 16384, 2**21 - 1, 2**21, 2**28 - 1, 2**28, 2**32 - 1)
    ),
    ("varint.encode", [-1], "negative"),
    ("varint.encode", [2**32], "over 32 bits"),
    ("varint.decode", ["ff7f"], "16383"),
    ("varint.decode", ["00ff7f", 1], "from an offset"),
    ("varint.decode", ["ffffffff0f"], "2^32 - 1"),
    ("varint.decode", ["ffffffff1f"], "above 32 bits"),
    ("varint.decode", ["ffffffffff00"], "longer than five bytes"),
    ("varint.decode", ["8000"], "0 in two bytes: not its shortest form"),
    ("varint.decode", ["80"], "goes on behind the end"),
    ("varint.decode", [""], "nothing"),
    *(("varint.zigzag", [value], "signs alternate") for value in (0, -1, 1, -2, 2, -32768, 32767)),
    *(("varint.unzigzag", [value], "signs alternate") for value in (0, 1, 2, 3, 4, 65535, 65534)),
]

_RUNS = [bytes(1 + i % 255 for i in range(n)) for n in (1, 253, 254, 255, 508, 509)]
COBS = [
    ("cobs.encode", [""], "nothing"),
    ("cobs.encode", ["00"], "one zero"),
    ("cobs.encode", ["0000"], "two zeros"),
    ("cobs.encode", ["11220033"], "a zero inside"),
    ("cobs.encode", ["11000000"], "zeros at the end"),
    *(("cobs.encode", [run.hex()], f"{len(run)} bytes without a zero") for run in _RUNS),
    *(("cobs.encode", [(run + b"\0").hex()], f"{len(run)} bytes, then a zero") for run in _RUNS),
    *(("cobs.encode", [(b"\0" + run).hex()], f"a zero, then {len(run)} bytes") for run in _RUNS),
    ("cobs.decode", ["01"], "nothing"),
    ("cobs.decode", ["0101"], "one zero"),
    ("cobs.decode", ["ff" + _RUNS[2].hex()], "254 bytes, no group behind them"),
    ("cobs.decode", ["ff" + _RUNS[2].hex() + "01"], "254 bytes, an empty group behind them: also taken"),
    ("cobs.decode", [""], "empty input is no block"),
    ("cobs.decode", ["00"], "a zero is the delimiter, never inside"),
    ("cobs.decode", ["031100"], "a zero inside a group"),
    ("cobs.decode", ["0511"], "a group that runs past the end"),
]

FRAMES = [
    ("frames.encode", [1, 7, ""], "the shortest frame"),
    ("frames.encode", [0, 0, ""], "zeros are stuffed"),
    ("frames.encode", [0xC0, 255, "00" * 260], "as long as a page frame, all zeros"),
    ("frames.encode", [0xC0, 255, "a5" * 260], "as long as a page frame, no zeros"),
    ("frames.encode", [1, 2, "11" * 600], "the longest body"),
    ("frames.encode", [1, 2, "11" * 601], "one byte too long"),
    ("frames.encode", [256, 0, ""], "no such kind"),
    ("frames.encode", [0, -1, ""], "no such request"),
    ("frames.decode", ["01"], "too short for a frame"),
    ("frames.decode", ["07010731323334"], "the CRC does not hold"),
    ("frames.decode", ["ff01"], "not COBS"),
    ("frames.feed", [["00", "00", "0000"]], "delimiters alone are not reported"),
    ("frames.feed", [["00030107", "aa00"]], "a frame that is not one"),
    ("frames.feed", [["11" * 400, "22" * 400, "33" * 4000, "0000"]], "garbage longer than any frame: one Bad"),
]

RECORDS = [
    ("records.canonical", [1, 0, 0, 0, "00000000000000"], "a reading of zeros"),
    ("records.canonical", [1, 2**32 - 1, 2**32 - 1, PERIOD - 1, "3fff7f0080ffff"], "a reading at every limit"),
    ("records.canonical", [1, 0, 0, PERIOD, "00"], "ticks never reach 2^30"),
    ("records.canonical", [1, 2**32, 0, 0, ""], "number over 32 bits"),
    ("records.canonical", [1, 0, -1, 0, ""], "negative boot"),
    ("records.canonical", [0, 0, 0, 0, ""], "kind 0"),
    ("records.canonical", [64, 0, 0, 0, ""], "kind 64"),
    ("records.canonical", [63, 1, 2, 3, "ff" * 255], "an unknown kind is carried, the longest body"),
    ("records.canonical", [63, 1, 2, 3, "ff" * 256], "a body too long"),
    ("records.parse", ["01050000000200000003000000020a00f6ff0001"], "a reading"),
    ("records.parse", ["01050000000200000003000000020a00f6ff0001beef"], "fields of a later version are carried"),
    ("records.parse", ["01050000000200000003000000020a00f6ff00"], "a reading without its last byte"),
    ("records.parse", ["0105000000020000000300"], "half a header"),
    ("records.parse", ["01050000000200000000000040020a00f6ff0001"], "ticks of 2^30"),
    ("records.parse", ["00050000000200000003000000"], "kind 0"),
    ("records.parse", ["2a050000000200000003000000cafe"], "an unknown kind"),
    ("records.parse", ["2a050000000200000003000000" + "00" * 256], "a body too long"),
    ("records.body", [0x10, {"cause": 1, "skipped": 2, "firmware": "0102030405060708"}], "boot"),
    ("records.body", [0x11, {"epoch": 0, "public_key": KEY_64}], "key"),
    ("records.body", [0x12, REQUESTS[0x05]], "fit"),
    ("records.body", [0x13, REQUESTS[0x06]], "remove"),
    ("records.body", [0x14, {"open": 1, "edges": 255}], "strap"),
    ("records.body", [0x15, {"open": 0, "edges": 1}], "case"),
    ("records.body", [0x16, {"sense": 1, "code": -19, "text": "6f6f7073"}], "fault"),
    ("records.body", [0x17, {"nonce_ticks": 5, **REQUESTS[0x09]}], "attestation"),
    ("records.body", [0x18, REQUESTS[0x07]], "receipt"),
    ("records.body", [0x1E, REQUESTS[0x0A]], "opened"),
    ("records.body", [0x20, REQUESTS[0x0D]], "configured"),
    ("records.body", [0x1F, {"change": 3, "number": 1, "generation": 2, "digest": "d1" * 32}], "trust"),
    ("records.body", [0x19, {"kind": 0x14, "count": 86400, "first_ticks": 1, "last_ticks": 2}], "repeated"),
    (
        "records.body",
        [
            0x1A,
            {
                "cadence_s": 60,
                "seal_interval_s": 21600,
                "calibration_id": "6e6f6d696e616c31",
                "cell_zero_uv": -5,
                "cell_span_pa_per_mg_dl": 15000,
                "tia_ohm": 120000,
                "adc_nv_per_code": 62500,
                "temp_ndeg_c_per_code": 7812500,
                "prox_uv_per_count": 100,
            },
        ],
        "config",
    ),
    ("records.body", [0x1B, {"count": 7, "first_ticks": 1, "last_ticks": 2}], "lost"),
    ("records.body", [0x13, {**REQUESTS[0x06], "reason": 256}], "a value out of range"),
    ("records.body", [0x13, {}], "a value is missing"),
    ("records.name", [0x01], "a known kind"),
    ("records.name", [0x2A], "an unknown kind"),
    ("records.ticks_after", [PERIOD - 1, 0], "over the wrap"),
    ("records.ticks_after", [0, PERIOD - 1], "before, over the wrap"),
    ("records.ticks_after", [0, PERIOD // 2 - 1], "the longest span forward"),
    ("records.ticks_after", [0, PERIOD // 2], "half a period reads as before"),
]

_MINUTE = [["reading", 60000 * n, 0, 8000 + n % 3, 4352 - n % 2, 11000 + n * 7 % 13] for n in range(1, 13)]
_JUMPS = [
    ["reading", 60000, 0, 0, 0, 0],
    ["reading", 60001, 0xFF, 32767, -32768, 65535],
    ["reading", 59000, 0xFF, -32768, 32767, 0],
    ["reading", 59000 + PERIOD // 2, 0, 32767, -32768, 65535],
]
_WRAP = [["reading", (PERIOD - 90000 + 60000 * n) % PERIOD, 0, 5, 6, 7] for n in range(4)]
_BOOTS = [
    ["seed", SEED],
    ["boot", 1],
    ["event", 0x10, 250, "01000000000011223344556677"],
    ["reading", 1000, 0, 1, 2, 3],
    ["boot", 2],
    ["event", 0x10, PERIOD - 1, "02000000000011223344556677"],
    ["number", 1000],
    ["reading", 5, 0, 1, 2, 3],
    ["seal", "d2" * 230],
]
_SIGNATURE = "5e" * 64
_SEALS = [
    ["boot", 3],
    ["reading", 60000, 0, 1, 2, 3],
    ["event", 0x13, 60500, "01"],
    ["seal of", 0, 0, 2, 60900, 4, "", "02" + "11" * 32 + "03" + "22" * 32, _SIGNATURE],
    ["reading", 120000, 0, 1, 2, 3],
    ["seal of", 300, 70000, 1, 5, 7, "0102030405060708", "03" + "33" * 32, _SIGNATURE],
    ["seal of", 2**32 - 1, 2**32 - 1, 0, PERIOD - 1, 1, "ee" * 32, "", _SIGNATURE],
    ["seal of", 5, 5, 3, PERIOD, 1, "", "", _SIGNATURE],
]
CODING = [
    ("coding.encode", [_MINUTE], "a quiet minute cadence: the parameters settle"),
    ("coding.encode", [_JUMPS], "escapes: every value jumps over its whole range"),
    ("coding.encode", [_WRAP], "ticks wrap at 2^30 and the interval stays"),
    ("coding.encode", [_BOOTS], "seed, boots, a step of the number, a seal"),
    ("coding.encode", [[["event", 0x3F, 0, "ee" * 255]]], "the longest event"),
    ("coding.encode", [[["event", 0x3F, 0, "ee" * 256]]], "an event too long"),
    ("coding.encode", [[["event", 0x01, 0, ""]]], "a reading is not an event"),
    ("coding.encode", [[["seal", "00" * 512]]], "the longest seal"),
    ("coding.encode", [[["seal", "00" * 513]]], "a seal too long"),
    ("coding.encode", [[["seed", "00" * 15]]], "a seed too short"),
    ("coding.decode", ["ff"], "nothing more in this page"),
    ("coding.encode", [_SEALS], "seals by their fields; one whose window is too long for it as it is"),
    ("coding.decode", ["c6"], "no such item"),
    ("coding.decode", ["c5"], "a seal without its fields"),
    ("coding.decode", ["c5" + "01" + "21" + "00" * 400], "a nonce of 33 bytes"),
    ("coding.decode", ["c5" + "01" + "c0" + "00" * 400], "three keys"),
    ("coding.decode", ["c5" + "01" + "00" + "000001" + "00" * 400], "a window longer than the log"),
    ("coding.decode", ["c5" + "01" + "00" + "000000" + "8080808004" + "00" * 136], "ticks of 2^30"),
    ("coding.decode", ["c5" + "01" + "00" + "000000" + "00" + "00" * 135], "a signature that is cut"),
    ("coding.decode", ["c18104"], "a seal longer than 512 bytes"),
    ("coding.decode", ["c2" + "00" * 15], "a seed without its end"),
    ("coding.decode", ["8000"], "an event of kind 0"),
    ("coding.decode", ["810000"], "an event of kind 1, which readings have"),
    ("coding.decode", ["90808080800400"], "an event with ticks of 2^30"),
    ("coding.decode", ["9080"], "an event without its end"),
    ("coding.decode", ["00"], "the shortest reading, one byte: nothing has changed"),
    ("coding.decode", ["0000"], "two of them"),
    ("coding.decode", ["40"], "a reading whose flags are cut"),
    ("coding.decode", ["00ff00"], "what lies behind the end of a page's items is not read"),
    ("coding.decode", ["c3ffffffff0f900000900000"], "a number over 32 bits is no record"),
    ("rice.encode", [0, [0, 1, -1, 2, -2, 6, -6, 7, 100000, 0, 0, 0]], "one zero after n ones; escapes from 12 on"),
    ("rice.encode", [15, [2**29 - 1, -(2**29), 0]], "the largest parameter, the largest values"),
    ("rice.encode", [4, [87, -88, 95, -96, 96, 97]], "the last value before an escape, and the first behind it"),
    ("rice.decode", [0, "fff00000000080", 2], "an escape, then one"),
]

_LONG = [["seed", SEED], *[["event", 0x16, n, "0100000a" + "65" * 10] for n in range(14)]]
_MANY = [
    ["seed", SEED],
    *[["reading", 60000 * n, n % 2, 8000 + n * n % 97, 4352, n % 31] for n in range(1, 90)],
]
SPLIT_SEAL = [["seed", SEED], ["event", 0x3F, 1, "aa" * 196], ["seal", "5e" * 240], ["reading", 9, 0, 1, 2, 3]]
PAGES = [
    ("pages.build", [0, []], "nothing"),
    ("pages.build", [0, [["seed", SEED], ["reading", 60000, 0, 8000, 4352, 11000]]], "an open page"),
    ("pages.build", [2**32 - 8, _LONG], "events that run over a page's end; high numbers of pages"),
    ("pages.build", [5, _MANY], "readings that run over a page's end"),
    ("pages.build", [5, SPLIT_SEAL], "a seal over three pages: the one between starts no item, its state is zero"),
    ("pages.build", [0, _BOOTS], "seed, boots, a step of the number, a seal"),
    ("pages.parse", ["ff" * 256], "erased"),
    ("pages.parse", ["00" * 256], "its CRC does not hold"),
    ("pages.parse", ["00" * 255], "not the size of a page"),
]

_LEAVES = [bytes((n,)) * 32 for n in range(9)]
TREE = [
    *(("tree.root", [[leaf.hex() for leaf in _LEAVES[:n]]], f"{n} leaves") for n in range(10)),
    ("tree.leaf", ["00" * 32, ""], "SHA-256 of 33 zeros"),
    ("tree.leaf", ["5a" * 32, "01050000000200000003000000020a00f6ff0001"], "a reading under a salt"),
    ("tree.node", ["00" * 32, "ff" * 32], "SHA-256(0x01, left, right)"),
    ("tree.salts", [SEED, [0, 1, 2**32 - 1]], "HMAC-SHA-256 of the number in four bytes, big-endian"),
    ("tree.salts", ["00" * 15, [0]], "a seed too short"),
]

_INTEGERS = (0, 1, 10, 23, 24, 25, 100, 255, 256, 1000, 65535, 65536, 1000000, 2**32 - 1, 2**32, 10**12, 2**64 - 1)
CBOR = [
    *(("cbor.encode", [value], "RFC 8949 section 3.1, shortest form") for value in _INTEGERS),
    *(("cbor.encode", [-1 - value], "RFC 8949 section 3.1, shortest form") for value in _INTEGERS),
    ("cbor.encode", [2**64], "over 64 bits"),
    ("cbor.encode", [-(2**64) - 1], "under 64 bits"),
    ("cbor.encode", [{"b": ""}], "no bytes"),
    ("cbor.encode", [{"b": "5a" * 24}], "a length of one byte"),
    ("cbor.encode", [{"t": "c3bc"}], "text"),
    ("cbor.encode", [[1, [2, 3], [4, 5]]], "RFC 8949 appendix A"),
    ("cbor.encode", [{"m": [[3, 4], [1, 2]]}], "keys in the order of their bytes"),
    ("cbor.encode", [{"m": [[-1, 0], [10, 0], [100, 0], [256, 0]]}], "keys in the order of their bytes"),
    ("cbor.encode", [{"tag": 18, "of": [{"b": ""}, {"m": []}]}], "a tag"),
    ("cbor.encode", [None], "null has no use in a seal"),
    ("cbor.encode", [True], "true has no use in a seal"),
    ("cbor.decode", ["83010203"], "RFC 8949 appendix A"),
    ("cbor.decode", ["1817"], "23 in two bytes: not its shortest form"),
    ("cbor.decode", ["190017"], "23 in three bytes"),
    ("cbor.decode", ["1a0000ffff"], "65535 in five bytes"),
    ("cbor.decode", ["1b00000000ffffffff"], "2^32 - 1 in nine bytes"),
    ("cbor.decode", ["1bffffffffffffffff"], "2^64 - 1"),
    ("cbor.decode", ["3bffffffffffffffff"], "-2^64"),
    ("cbor.decode", ["580101"], "a length that would fit the first byte"),
    ("cbor.decode", ["5f41aa41bbff"], "indefinite length"),
    ("cbor.decode", ["1c"], "a reserved length form"),
    ("cbor.decode", ["a203040102"], "keys out of order"),
    ("cbor.decode", ["a201020103"], "a key repeated"),
    ("cbor.decode", ["a1616101"], "a key that is text"),
    ("cbor.decode", ["f6"], "null"),
    ("cbor.decode", ["f97e00"], "a float"),
    ("cbor.decode", ["0101"], "bytes behind the item"),
    ("cbor.decode", [""], "nothing"),
    ("cbor.decode", ["8201"], "an array that ends early"),
    ("cbor.decode", ["9bffffffffffffffff"], "an array that claims 2^64 - 1 items"),
    ("cbor.decode", ["bbffffffffffffffff"], "a map that claims 2^64 - 1 items"),
    ("cbor.decode", ["5bffffffffffffffff00"], "bytes that claim 2^64 - 1 of them"),
    ("cbor.decode", ["81" * 8 + "01"], "eight arrays deep"),
    ("cbor.decode", ["81" * 9 + "01"], "nine arrays deep"),
    ("cbor.decode", ["63e282ac"], "the euro sign"),
    ("cbor.decode", ["62c080"], "an overlong zero is not UTF-8"),
    ("cbor.decode", ["63eda080"], "a surrogate is not UTF-8"),
    ("cbor.decode", ["64f4908080"], "above U+10FFFF"),
    ("cbor.decode", ["6180"], "half a character"),
]

# RFC 6979 appendix A.2.5, curve P-256: the private key that the signature in seals.json was made with.
RFC6979_SECRET = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
SEAL = ["5441473030303031", 0, 7, 3, 100, 60, "a1" * 32, "b2" * 32, 123456, 1]
POINT = "02" + KEY_64[:64]
SEAL_ALL = [*SEAL, "0102030405060708", POINT]
_PAYLOAD = "a1" + "0105"
SEALS = [
    ("seals.payload", SEAL, "nonce and next keys left out where there are none"),
    ("seals.payload", SEAL_ALL, "nonce and the key of the epoch after next"),
    ("seals.payload", [*SEAL, "", POINT * 2], "two keys, as at epoch 0"),
    (
        "seals.announced",
        [*SEAL, "", POINT + "03" + KEY_64[64:]],
        "two keys: of the next epoch and of the one behind it",
    ),
    ("seals.announced", SEAL_ALL, "one key: of the epoch after next"),
    ("seals.announced", SEAL, "no key"),
    ("seals.hash_of", ["d28443a10126a0"], "SHA-256 of all bytes"),
    ("seals.parse", ["d28443a10126a043a1010558" + "40" + "00" * 64], "a payload without its keys"),
    ("seals.parse", ["8443a10126a043a101055840" + "00" * 64], "without its tag"),
    ("seals.parse", ["d18443a10126a043a101055840" + "00" * 64], "another tag"),
    ("seals.parse", ["d28344a1013822a043a10105"], "three parts"),
    ("seals.parse", ["d28444a1013822a043a101055840" + "00" * 64], "ES384"),
    ("seals.parse", ["d28443a10126a1044101" + "43a101055840" + "00" * 64], "an unprotected header"),
    ("seals.parse", ["d28443a10126a041015840" + "00" * 64], "a payload that is no map"),
    ("seals.parse", ["d28443a10126a043a10105583f" + "00" * 63], "a signature too short"),
    ("seals.parse", ["d28443a10126a043a1"], "cut"),
]

_HELLO = {
    "version": 1,
    "tag_id": "5441473030303031",
    "firmware": "0102030405060708",
    "boot": 3,
    "ticks": PERIOD - 1,
    "epoch": 7,
    "public_key": KEY_64,
    "nonce": "0011223344556677",
    "root": "00" * 8,
    "list_number": 0,
}
MESSAGES = [
    ("messages.encode", [0x01, {"version": 1, "entropy": SEED}], "hello"),
    ("messages.encode", [0x02, {}], "status"),
    ("messages.encode", [0x03, {"first": 5, "count": 64}], "read pages"),
    *(("messages.encode", [kind, values], "a signed request") for kind, values in REQUESTS.items()),
    ("messages.encode", [0x05, {**REQUESTS[0x05], "extra": "beef"}], "fields of a later version are carried"),
    ("messages.encode", [0x08, {"offset": 0}], "log"),
    ("messages.encode", [0x0B, {"document": "d2" * 240}], "present"),
    ("messages.encode", [0x0B, {"document": "d2" * 256}], "a document longer than its field"),
    ("messages.encode", [0x0C, {"index": 1}], "document"),
    ("messages.encode", [0x81, _HELLO], "the reply to hello, of a tag that has no root yet"),
    ("messages.encode", [0x83, {"sent": 2, "oldest_page": 0, "open_page": 9}], "the reply that ends a stream"),
    (
        "messages.encode",
        [0x84, {"seal_number": 3, "seal_hash": "5a" * 32, "open_page": 9, "nonce": "0011223344556677"}],
        "a seal made, and the next nonce",
    ),
    ("messages.encode", [0x8A, {"nonce": "0011223344556677"}], "read pages is allowed"),
    ("messages.encode", [0x8B, {"type": 5, "subject": "00" * 8}], "a list was taken"),
    ("messages.encode", [0x8C, {"document": ""}], "no such document"),
    ("messages.encode", [0xC0, {"seq": 9, "page": "ff" * 256}], "a page"),
    ("messages.encode", [0xFF, {"code": 1, "version": 1, "text": "6e6f"}], "an error"),
    ("messages.encode", [0x0E, {}], "an unknown kind"),
    ("messages.encode", [0x05, {**REQUESTS[0x05], "cadence_s": 2**32}], "a value out of range"),
    ("messages.encode", [0x06, {**REQUESTS[0x06], "signature": "5e" * 63}], "a signature too short"),
    ("messages.decode", [0x01, "0100" + SEED], "hello"),
    ("messages.decode", [0x01, "0200"], "hello of another version: its other fields are not ours to read"),
    ("messages.decode", [0x01, "0200" + SEED + "aa"], "hello of another version, longer"),
    ("messages.decode", [0x01, "0100"], "hello of this version, cut"),
    ("messages.decode", [0x01, "01"], "not even a version"),
    ("messages.decode", [0x03, "0500000040beef"], "fields of a later version are carried"),
    ("messages.decode", [0x03, "05000000"], "a field is missing"),
    ("messages.decode", [0x06, "01"], "a removal as it was before it was signed"),
    ("messages.decode", [0x0E, ""], "an unknown kind"),
    ("messages.decode", [0x8E, ""], "a reply to an unknown kind"),
    ("messages.decode", [0xFF, "01010002" + "6e6f"], "an error"),
]

# RFC 4231 sections 4.2 to 4.4, 4.7 and 4.8.
HMAC = [
    ("hmac.sha256", ["0b" * 20, b"Hi There".hex()], "RFC 4231 case 1"),
    ("hmac.sha256", [b"Jefe".hex(), b"what do ya want for nothing?".hex()], "RFC 4231 case 2"),
    ("hmac.sha256", ["aa" * 20, "dd" * 50], "RFC 4231 case 3"),
    (
        "hmac.sha256",
        ["aa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First".hex()],
        "RFC 4231 case 6, a key over one block",
    ),
    ("hmac.sha256", ["", ""], "no key, no message"),
    ("hmac.sha256", ["11" * 64, "22"], "a key of one block"),
    ("hmac.sha256", ["11" * 65, "22"], "a key of one byte more"),
    ("hmac.pads", ["00ff"], "key xor 0x36 and 0x5c, 64 bytes each"),
]

FILES = {
    "fields": FIELDS,
    "varint": VARINT,
    "cobs": COBS,
    "frames": FRAMES,
    "records": RECORDS,
    "coding": CODING,
    "pages": PAGES,
    "tree": TREE,
    "cbor": CBOR,
    "seals": SEALS,
    "messages": MESSAGES,
    "hmac": HMAC,
    **signed_vectors.FILES,
}
