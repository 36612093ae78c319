"""The cases behind vectors/coding.json and pages.json: (op, arguments, why)."""

SEED = bytes(range(16)).hex()
PERIOD = 1 << 30

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
    ("coding.decode", ["80"], "an event of kind 0, without the rest of it"),
    ("coding.decode", ["82"], "an event without the rest of it"),
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
