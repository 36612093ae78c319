"""The cases behind vectors/fields.json, varint.json, cobs.json and frames.json: (op, arguments, why)."""

SPEC = [["a", "B"], ["b", "h"], ["c", "I"], ["d", "q"], ["e", 4], ["f", "v"]]
FITTING = {"a": 1, "b": -2, "c": 3, "d": -4, "e": "01020304", "f": "aabb"}


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
    ("fields.pack", [[["a", "I"], ["x", "*"]], {"a": 5, "x": "5a" * 1024}], "all that follows, as long as it may be"),
    ("fields.pack", [[["x", "*"]], {"x": ""}], "nothing follows"),
    ("fields.pack", [[["x", "*"]], {"x": 1}], "a number for what follows"),
    ("fields.unpack", [[["a", "I"], ["x", "*"]], "05000000aabbcc"], "all that follows"),
    ("fields.unpack", [[["a", "I"], ["x", "*"]], "05000000"], "nothing follows, which is no error"),
    ("fields.unpack", [[["a", "I"], ["x", "*"]], "050000"], "the field in front of what follows is cut"),
    ("fields.unpack", [[["x", "*"]], "0102030405", 2], "what follows, from an offset"),
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
    ("frames.encode", [1, 2, "11" * 601], "longer than what is sent to a tag"),
    ("frames.encode", [0xC0, 9, "07000000" + "11" * 1024], "the longest data frame, no zeros in the data"),
    ("frames.encode", [0xC0, 9, "07000000" + "00" * 1024], "the longest data frame, all zeros"),
    ("frames.encode", [0xC0, 9, "11" * 1028], "the longest body of all"),
    ("frames.encode", [0xC0, 9, "11" * 1029], "one byte too long for any frame"),
    ("frames.encode", [256, 0, ""], "no such kind"),
    ("frames.encode", [0, -1, ""], "no such request"),
    ("frames.encode_into", [0xC0, 9, "07000000" + "00" * 64], "in buffers, one unit of zeros"),
    ("frames.encode_into", [0xC0, 9, "11" * 1028], "in buffers, the longest body of all"),
    ("frames.encode_into", [0xC0, 9, ""], "in buffers, no body"),
    ("frames.encoded_max", [600], "a request's frame and its delimiter"),
    ("frames.encoded_max", [1028], "a data frame and its delimiter"),
    ("frames.decode", ["01"], "too short for a frame"),
    ("frames.decode", ["07010731323334"], "the CRC does not hold"),
    ("frames.decode", ["ff01"], "not COBS"),
    ("frames.feed", [["00", "00", "0000"]], "delimiters alone are not reported"),
    ("frames.feed", [["00030107", "aa00"]], "a frame that is not one"),
    ("frames.feed", [["11" * 400, "22" * 400, "33" * 4000, "0000"]], "garbage longer than any frame: one Bad"),
    ("frames.feed", [["11" * 700, "22" * 400, "33" * 4000, "0000"], 1028], "the same, where data frames may come"),
]
