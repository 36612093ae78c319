"""Check the evidence bundle of an ankle tag, with nothing but this file and Python 3.10 or later.

    python3 verify_evidence.py evidence.zip --authority root.cose --witness 118:9f86d081884c7d65

How to read it. A tag writes what its senses saw as numbered *records* into *pages*. From time to time it signs a *seal*
over the records since the seal before; each seal carries the hash of the one before it and announces the keys of later
ones. An *authority* certifies regions, which certify tags and stations. A *station* reads the tag out, says what time
it is and what it has stored. All that is repeated here from the bytes: nothing secret is needed, and nobody has to be
believed but the authority whose public key is given. The sections stand in the order of the checks. What is found has a
code, and the first and last record that it concerns; section "Findings" of SPEC.md beside this file says when each
arises. This file was written from that text and shares no code with the programs that make bundles.
"""

# The lines are set by hand, so that the whole can be read in one sitting; what a function does stands behind its name.
# fmt: off
# ruff: noqa: D101, D103, E401, E701, I001
import argparse, binascii, datetime, functools, hashlib, hmac, itertools, json, struct, sys, types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

TICKS_PERIOD = 1 << 30  # a tag counts milliseconds, and begins again after 12.4 days
Range = tuple[int | None, int | None]  # first and last record, or earliest and latest time
NOTHING: Range = (None, None)
class Refused(Exception): pass  # bytes that are not what they should be; each becomes a finding
class Unfinished(Refused): pass  # bytes are missing at the end
def demand(condition: object, why: str) -> None:
    if not condition: raise Refused(why)
class Findings(list[tuple[str, str, Range]]):  # severity, code, records
    def against(self, code: str, records: Range = NOTHING, when: object = True) -> None:
        self.extend([("against", code, records)] if when else [])
    def inform(self, code: str, records: Range = NOTHING, when: object = True) -> None:
        self.extend([("information", code, records)] if when else [])

# 1 Signatures: ECDSA on the curve P-256 with SHA-256 (FIPS 186-4, sections 6.4 and D.1.2.3)
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5, 1)
Point = tuple[int, int, int]  # stands for (x / z^2, y / z^3): nothing is divided before the end; at infinity z = 0
def double(point: Point) -> Point:  # the point added to itself
    x, y, z = point
    y2, z2 = y * y % P, z * z % P
    s, m = 4 * x * y2 % P, 3 * (x - z2) * (x + z2) % P
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * y2 * y2) % P, 2 * y * z % P
def add(one: Point, other: Point) -> Point:  # the sum of two points
    (x1, y1, z1), (x2, y2, z2) = one, other
    if not z1 or not z2: return one if z1 else other
    square1, square2 = z1 * z1 % P, z2 * z2 % P
    u, s = x1 * square2 % P, y1 * z2 * square2 % P
    h, r = (x2 * square1 - u) % P, (y2 * z1 * square1 - s) % P
    if not h: return (0, 1, 0) if r else double(one)
    h2 = h * h % P
    h3, v = h * h2 % P, u * h2 % P
    x3 = (r * r - h3 - 2 * v) % P
    return x3, (r * (v - x3) - s * h3) % P, h * z1 * z2 % P
def multiples(point: Point) -> list[Point]:  # 0, 1, ... 15 times the point
    return list(itertools.accumulate([point] * 15, add, initial=(0, 1, 0)))
MULTIPLES_OF_G = multiples(G)
@functools.lru_cache(4096)
def multiples_of_key(key: bytes) -> list[Point]:  # of the point with this x and this parity of y (SEC 1, section 2.3.4)
    x = int.from_bytes(key[1:], "big")
    square = (x * x * x - 3 * x + B) % P
    y = pow(square, (P + 1) // 4, P)
    demand(len(key) == 33 and key[0] in (2, 3) and x < P and y * y % P == square, "not a point of the curve")
    return multiples((x, y if y & 1 == key[0] & 1 else P - y, 1))
def signature_fits(key: bytes, message: bytes, signature: bytes) -> bool:  # did the owner of the key sign the message?
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        of_key = multiples_of_key(key)
        demand(len(signature) == 64 and 0 < r < N and 0 < s < N, "not a signature")
    except Refused: return False
    w = pow(s, -1, N)
    u1, u2 = int.from_bytes(hashlib.sha256(message).digest(), "big") * w % N, r * w % N
    total: Point = (0, 1, 0)
    for shift in range(252, -1, -4):  # u1 times G plus u2 times the key, four bits at a time
        total = double(double(double(double(total))))
        total = add(add(total, MULTIPLES_OF_G[u1 >> shift & 15]), of_key[u2 >> shift & 15])
    x, _, z = total
    return z != 0 and x * pow(z * z, -1, P) % P % N == r
def compressed(key: bytes) -> bytes:  # 64 bytes, x then y, in 33
    return bytes((2 | key[63] & 1,)) + key[:32]

# 2 Coded fields: deterministic CBOR (RFC 8949, section 4.2.1), and COSE_Sign1 over it (RFC 9052, section 4)
ES256 = b"\xa1\x01\x26"  # the protected header: {1: -7}
Tag = NamedTuple("Tag", [("number", int), ("of", Any)])  # noqa: UP014
def cbor(value: Any) -> bytes:  # numbers, bytes, text, lists, maps and tags as bytes
    if isinstance(value, Tag): return head(6, value.number) + cbor(value.of)
    if isinstance(value, dict):
        return head(5, len(value)) + b"".join(sorted(cbor(key) + cbor(item) for key, item in value.items()))
    if isinstance(value, list): return head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, (bytes, str)):
        data = value.encode() if isinstance(value, str) else value
        return head(3 if isinstance(value, str) else 2, len(data)) + data
    return head(0, value) if value >= 0 else head(1, -1 - value)
def head(major: int, number: int) -> bytes:  # what an item begins with; the shortest form
    if number < 24: return bytes((major << 5 | number,))
    power = next(power for power in range(4) if number < 1 << (8 << power))
    return bytes((major << 5 | 24 + power,)) + number.to_bytes(1 << power, "big")
def from_cbor(data: bytes) -> Any:  # the one value that these bytes are the deterministic form of
    value, end = cbor_at(data, 0, 0)
    demand(end == len(data) and cbor(value) == data, "not deterministic CBOR")
    return value
def cbor_at(data: bytes, at: int, depth: int) -> tuple[Any, int]:  # the item there, and where it ends
    major, number = (data[at] >> 5, data[at] & 31) if at < len(data) else (7, 0)
    demand(major < 7 and number < 28, "cut, or a form that has no use here")
    size = 1 << number - 24 if number > 23 else 0
    number, at = int.from_bytes(data[at + 1:at + 1 + size], "big") if size else number, at + 1 + size
    demand(at <= len(data) and (major in (0, 1, 6) or number <= len(data) - at), "cut")
    if major < 2: return -1 - number if major else number, at
    if major < 4:
        part = data[at:at + number]
        demand(major == 2 or part == part.decode(errors="ignore").encode(), "not UTF-8")
        return part if major == 2 else part.decode(), at + number
    items = []
    for _ in range({4: number, 5: 2 * number, 6: 1}[major]):
        demand(depth < 8, "too deep")
        item, at = cbor_at(data, at, depth + 1)
        items.append(item)
    demand(major != 5 or all(type(key) is int for key in items[::2]), "a key that is no number")
    pairs = zip(items[::2], items[1::2], strict=False)
    return items if major == 4 else dict(pairs) if major == 5 else Tag(number, items[0]), at
def to_be_signed(payload: bytes) -> bytes:  # what a signature is made over
    return cbor(["Signature1", ES256, b"", payload])
def signed_from(data: bytes) -> tuple[dict[int, Any], bytes, bytes]:  # fields, what was signed, signature: unverified
    whole = from_cbor(data)
    parts: Any = whole.of if isinstance(whole, Tag) and whole.number == 18 and isinstance(whole.of, list) else []
    alike = parts[:2] == [ES256, {}] and [type(part) for part in parts[2:]] == [bytes, bytes]
    demand(alike and len(parts[3]) == 64, "not a COSE_Sign1 with ES256")
    fields = from_cbor(parts[2])
    demand(isinstance(fields, dict), "not a map")
    return fields, to_be_signed(parts[2]), parts[3]
def fits(value: Any, shape: Any) -> bool:  # is it a number of so many bits, or are these bytes of one of these sizes?
    number = type(value) is int and isinstance(shape, int) and 0 <= value < 1 << shape
    return number or (isinstance(value, bytes) and not isinstance(shape, int) and len(value) in shape)
def named(fields: dict[int, Any], shapes: dict[int, tuple[str, Any]]) -> dict[str, Any]:  # each of its shape
    demand(all(fits(fields[key], shapes[key][1]) for key in fields if key in shapes and shapes[key][1]), "of no shape")
    return {name: fields[key] for key, (name, _) in shapes.items() if key in fields}

# 3 The container: a ZIP with nothing left to choose. It is taken apart, built again, and must come out the same
MEMBERS = ("README.txt", "manifest.json", "documents.bin", "pages.bin")
README_SHA256 = "fd557040cbe772c26ebe5c5cb49397691282932e021c8e71cb489bc3ef3ef425"
def bundle_from(data: bytes) -> Any:  # what lies in the four members, if the file is what its writer left
    contents, at = [], 0
    for name in MEMBERS:
        begin = at + 30 + len(name)
        at = begin + int.from_bytes(data[at + 18:at + 22], "little")
        contents.append(data[begin:at])
    demand(at <= len(data) and container_of(contents) == data, "not the file that its members give")
    readme, manifest, documents, pages = contents
    demand(hashlib.sha256(readme).hexdigest() == README_SHA256, "another README.txt")
    bundle = types.SimpleNamespace(documents=documents_in(documents), pages=pages_in(pages))
    for name, value in ids_in(manifest).items(): setattr(bundle, name, value and bytes.fromhex(value))
    numbers = [page_number(page) for page in bundle.pages] or [0]
    follows = {"format": "ankletag-evidence", "version": 2, **ids_in(manifest), "documents": len(bundle.documents),
               "documents_sha256": hashlib.sha256(documents).hexdigest(), "pages": len(bundle.pages),
               "pages_sha256": hashlib.sha256(pages).hexdigest(), "first_page": min(numbers), "last_page": max(numbers)}
    demand(manifest == (json.dumps(follows, sort_keys=True, indent=2) + "\n").encode(), "another manifest.json")
    return bundle
def container_of(contents: list[bytes]) -> bytes:  # the ZIP of these members: stored, without times or comments
    body, directory = b"", b""
    for name, content in zip(MEMBERS, contents, strict=True):
        sizes = binascii.crc32(content), len(content), len(content), len(name), 0
        both = struct.pack("<5H3I2H", 10, 0, 0, 0, 0x21, *sizes)
        directory += b"PK\1\2\x14\3" + both + struct.pack("<3H2I", 0, 0, 0, 0x81A40000, len(body)) + name.encode()
        body += b"PK\3\4" + both + name.encode() + content
    return body + directory + b"PK\5\6" + struct.pack("<4H2IH", 0, 0, 4, 4, len(directory), len(body), 0)
def documents_in(data: bytes) -> list[bytes]:  # length and bytes, again and again; ascending, none twice, none empty
    found, at = [b""], 0
    while at < len(data):
        begin = at + 2
        at = begin + int.from_bytes(data[at:begin], "little")
        found.append(data[begin:at])
    demand(at == len(data) and all(one < other for one, other in itertools.pairwise(found)), "not in order")
    return found[1:]
def pages_in(data: bytes) -> list[bytes]:  # by the number in their headers; no copy of one that adds nothing
    found = [data[at:at + 256] for at in range(0, len(data), 256)]
    demand(found == sorted(found, key=page_number) and len(set(found)) == len(found) and not len(data) % 256, "order")
    for _, copies in ((number, list(group)) for number, group in itertools.groupby(found, page_number)):
        demand(len(copies) <= 64, "more copies of a page than a bundle may hold")
        pairs = itertools.permutations(filter(is_good, copies), 2)
        demand(not any(extends(one, other) for one, other in pairs), "a copy that says nothing")
    return found
def ids_in(manifest: bytes) -> dict[str, str | None]:  # the three things that the manifest alone says
    try: said: Any = json.loads(manifest.decode("ascii")) if len(manifest) <= 4096 else None
    except (ValueError, RecursionError): said = None
    demand(isinstance(said, dict), "no manifest")
    ids = {name: said.get(name) for name in ("tag_id", "public_key", "order_id")}
    for (name, value), size in zip(ids.items(), (16, 128, 32), strict=True):
        hexadecimal = isinstance(value, str) and len(value) == size and set(value) <= set("0123456789abcdef")
        demand(hexadecimal or (value is None and name != "tag_id"), "not hexadecimal")
    return ids

# 4 Documents of the authority: roots (1), regions (2), stations (3), tags (4) and lists (5)
ROOT, REGION, STATION, TAG, LIST = 1, 2, 3, 4, 5
ISSUER = {ROOT: ROOT, REGION: ROOT, STATION: REGION, TAG: REGION, LIST: ROOT}
KEYS = {ROOT: {1, 2, 3, 4, 5, 6, 8}, REGION: {*range(1, 9)}, STATION: {*range(1, 9)}, TAG: {1, 2, 3, 4, 5, 6, 7, 9},
        LIST: {1, 4, 6, 10, 11, 12}}
DOCUMENT = {1: ("type", 3), 2: ("subject", (8,)), 3: ("key", (33,)), 4: ("issuer", (8,)), 5: ("generation", 32),
            6: ("not_before", 40), 7: ("not_after", 40), 8: ("name", None), 9: ("calibration", (8,)),
            10: ("number", 32), 11: ("minimum", 32), 12: ("revoked", None)}
def document_from(data: bytes) -> dict[str, Any]:  # a document's fields by name; whether it holds is another matter
    fields, message, signature = signed_from(data)
    document = named(fields, DOCUMENT)
    demand(len(data) <= 240 and set(fields) == KEYS.get(document.get("type", 0)), "not a document")
    name, revoked = document.get("name", "-"), document.get("revoked", [])
    demand(isinstance(name, str) and 1 <= len(name.encode()) <= 48 and isinstance(revoked, list), "of no shape")
    pairs = all(isinstance(one, list) and len(one) == 2 and fits(one[0], (8,)) and fits(one[1], 40) for one in revoked)
    demand(pairs and [one[0] for one in revoked] == sorted({one[0] for one in revoked})[:8], "a list of the revoked")
    demand(document["type"] >= TAG or key_id(document["key"]) == document["subject"], "the name of another key")
    return document | {"message": message, "signature": signature, "digest": hashlib.sha256(data).digest()}
def key_id(key: bytes) -> bytes:  # how a key is named
    return hashlib.sha256(key).digest()[:8]
class Authority:  # which documents hold, from the authority's key on; and what they say of tags and stations
    def __init__(self, bundle: Any, given: bytes | None, findings: Findings) -> None:
        self.tag_id, self.findings, self.minimum = bundle.tag_id, findings, 0
        self.digests = [hashlib.sha256(data).digest() for data in bundle.documents]
        self.keys = {} if given is None else {(ROOT, key_id(given)): given}
        self.holding: list[dict[str, Any]] = []
        waiting, took = list[dict[str, Any]](), [dict[str, Any]()]
        for data in bundle.documents:
            try: waiting.append(document_from(data))
            except Refused:  # noqa: PERF203 - each document may be refused by itself
                findings.against("document-bad")
        findings.inform("authority-not-given", when=given is None)
        own = [one for one in waiting if given is None and one["type"] == ROOT and one["subject"] == one["issuer"]]
        self.keys |= {(ROOT, one["subject"]): one["key"] for one in own
                      if signature_fits(one["key"], one["message"], one["signature"])}
        while took:  # a root may make another one trusted, which stands in front of it
            took = [one for one in waiting if signature_fits(
                self.keys.get((ISSUER[one["type"]], one["issuer"]), b""), one["message"], one["signature"])]
            self.holding += took
            self.keys |= {(one["type"], one["subject"]): one["key"] for one in took if one["type"] in (ROOT, REGION)}
            waiting = [one for one in waiting if one not in took]
        findings.against("document-bad", when=waiting)
        self.lists = [one for one in self.holding if one["type"] == LIST]
    def of(self, kind: int, subject: bytes) -> list[dict[str, Any]]:  # the documents of a type that hold for it
        return [one for one in self.holding if one["type"] == kind and one["subject"] == subject]
    def revoked_ms(self, name: bytes) -> int | None:  # from which moment on a list revokes this id
        return min((1000 * since for one in self.lists for id, since in one["revoked"] if id == name), default=None)
    def station_revoked_ms(self, station: bytes) -> int | None:  # its own key, or each region that certified it
        regions = [self.revoked_ms(one["issuer"]) for one in self.of(STATION, station)]
        known = [since for since in regions if since is not None]
        both = [self.revoked_ms(station), max(known) if known and len(known) == len(regions) else None]
        return min((since for since in both if since is not None), default=None)
    def generation(self, station: bytes) -> int:  # the highest that one of its certificates gives it, with its region
        regions = [(one, max(region["generation"] for region in self.of(REGION, one["issuer"])))
                   for one in self.of(STATION, station)]
        return max(int(min(one["generation"], region)) for one, region in regions)
    def first_keys(self, bundle: Any) -> list[bytes]:  # of the tag; and what is to be said of it
        keys = [one["key"] for one in self.of(TAG, bundle.tag_id)]
        pinned = [compressed(bundle.public_key)] if bundle.public_key else []
        other = any(one["type"] == TAG for one in self.holding)
        self.findings.against("certificate-other-tag" if other else "not-certified", when=not keys)
        self.findings.against("tag-revoked", when=self.revoked_ms(bundle.tag_id) is not None)
        self.findings.against("key-differs", when=keys and pinned and pinned[0] not in keys)
        self.findings.against("key-not-pinned", when=not keys and not pinned)
        return keys or pinned
def outside_each(certificates: list[dict[str, Any]], between: Range) -> bool:  # is a moment certainly outside of each?
    earliest, latest = between
    return certificates != [] and all(
        (earliest is not None and earliest > 1000 * one["not_after"])
        or (latest is not None and latest < 1000 * one["not_before"]) for one in certificates)

# 5 Pages: 256 bytes, of these a header of 29 with the coder's state at the first item, and a CRC of 4 at the end
Entry = tuple[str, Any]  # ("record", Record), ("seal", bytes), ("seed", bytes) or ("loss", code of a finding)
def page_number(page: bytes) -> int:  # as it lies there
    return int.from_bytes(page[2:6], "little")
def crc_error(page: bytes) -> int:  # what has to be turned over in the CRC, so that it holds
    return binascii.crc32(page[:252]) ^ int.from_bytes(page[252:], "little")
def is_good(page: bytes) -> bool:  # do its CRC, its version and the place of its first item make sense?
    return crc_error(page) == 0 and page[0] == 1 and (page[1] < 223 or page[1] == 0xFF)
def said_by(page: bytes) -> int:  # how many bytes in front of the CRC say something
    return len(page[:252].rstrip(b"\xff"))
def extends(later: bytes, older: bytes) -> bool:  # is it the older copy, read when more had been written?
    end = max(29, said_by(older))
    same = later[1:29] == older[1:29] or (older[1] == 0xFF and later[2:6] == older[2:6])
    return same and later[29:end] == older[29:end]
SINGLE_BITS = {crc_error((1 << bit).to_bytes(256, "little")) ^ crc_error(bytes(256)): 1 << bit for bit in range(2048)}
def with_the_wrong_bit_put_right(page: bytes) -> bytes:  # if there is just one; else the page as it is
    return (int.from_bytes(page, "little") ^ SINGLE_BITS.get(crc_error(page), 0)).to_bytes(256, "little")
def pages_in_turn(pages: list[bytes], findings: Findings) -> Iterator[bytes | Entry]:  # good ones, and what is missing
    good: dict[int, bytes] = {}
    refused: dict[int, list[bytes]] = {}
    differing = set()
    for page in pages:
        if not is_good(page):
            page = with_the_wrong_bit_put_right(page)
            refused.setdefault(page_number(page), []).append(page)
        elif (number := page_number(page)) not in good or extends(page, good[number]): good[number] = page
        elif not extends(good[number], page): differing.add(number)
    number_in: dict[int, Range] = {at: (int.from_bytes(page[6:10], "little"), None) for at, page in good.items()}
    for number in differing: findings.against("page-differs", number_in[number])
    before, highest = -1, max(good, default=-1)
    for number in sorted({*good, *refused}):
        if number > before + 1 and before < highest: yield "loss", "page-missing"
        if number in good: yield good[number]
        for page in refused.get(number, []):
            if number in good and said_by(page) <= said_by(good[number]):
                findings.inform("page-bad", number_in[number])
            else: yield "loss", "page-bad"
        before = number

# 6 Items and records: what the pages hold, one stream over all of them
READING, BOOT, KEY, FIT, REMOVE, FAULT, ATTESTATION, RECEIPT = 0x01, 0x10, 0x11, 0x12, 0x13, 0x16, 0x17, 0x18
CONFIG, LOST, OPENED, TRUST, CONFIGURED, CALIBRATED = 0x1A, 0x1B, 0x1E, 0x1F, 0x20, 0x24
FIELDS: dict[int, tuple[str, str]] = {  # 14 strap 15 case 19 repeated 1c refused 1d fix 21 tamper 22 baseline
    READING: ("<BhhH", ""), BOOT: ("<BI8s", "cause skipped"), KEY: ("<I64s", "epoch key"), 0x22: ("<IIBhhH", ""),
    FIT: ("<16sIIBI8s8s64s", "order_id cadence_s interval_s _ _ nonce station signature"), 0x15: ("<BB", ""),
    REMOVE: ("<B8s8s64s", "reason nonce station signature"), FAULT: ("<BhB", "sense code size"), 0x19: ("<BIII", ""),
    ATTESTATION: ("<QI8s8s64s", "utc_ms nonce_ticks nonce station signature"), 0x1C: ("<BB", ""), 0x1D: ("<iiH", ""),
    RECEIPT: ("<II32sI66s8s8s64s", "page seal_number seal_hash epoch keys nonce station signature"), 0x14: ("<BB", ""),
    CONFIG: ("<IIBI8siIHiiiIIII", "cadence_s interval_s _ _ calibration zero span _ _ _ _ tia"), 0x21: ("<BBI", ""),
    CONFIGURED: ("<IIBI8s8s64s", "_ _ _ _ nonce station signature"), LOST: ("<III", "count first_ticks"),
    CALIBRATED: ("<8siIHiii8s8s64s", "_ _ _ _ _ _ _ nonce station signature"), 0x23: ("<BBi", ""), 0x25: ("<BHH", ""),
    OPENED: ("<B8s8s64s", "scope nonce station signature"), TRUST: ("<BII32s", "change number generation digest")}
@dataclass
class Record:  # said: its fields by name, nothing if its body is cut. moment: ms from the first record of its boot
    kind: int
    number: int
    boot: int
    ticks: int
    body: bytes
    moment: int = 0
    seed: bytes | None = None  # of the window that it begins
    proven: bool = False
    holds: bool = False  # the signature of the station that asked for it
    def __post_init__(self) -> None:
        self.said, (layout, names) = dict[str, Any](), FIELDS.get(self.kind, ("<", ""))
        size = struct.calcsize(layout)
        if len(self.body) >= size + (self.body[3] if self.kind == FAULT and len(self.body) > 3 else 0):
            self.said = {"": self.kind, **dict(zip(names.split(), struct.unpack_from(layout, self.body), strict=False))}
        self.only: Range = (self.number, self.number)
def span(begin: int, end: int) -> int:  # ticks from one to the other; right for less than half a period either way
    return (end - begin + TICKS_PERIOD // 2) % TICKS_PERIOD - TICKS_PERIOD // 2
class Coder:  # reads items; its state at the first item of a page is in the page's header
    def __init__(self, page: bytes) -> None:
        self.number, self.boot, self.ticks, *self.values, self.flags, ks, s = struct.unpack_from("<IIIhhHBHH", page, 6)
        self.interval, self.rest = 1000 * s, b""
        self.models = [(ks >> shift & 15, 24 << (ks >> shift & 15)) for shift in (0, 4, 8, 12)]
    def take(self, size: int) -> bytes:  # the next bytes
        part, self.rest = self.rest[:size], self.rest[size:]
        if len(part) < size: raise Unfinished("cut")
        return part
    def varint(self) -> int:  # seven bits a byte, least first; the shortest form, below 2^32
        value = 0
        for count in range(5):
            byte = self.take(1)[0]
            value |= (byte & 127) << 7 * count
            if byte < 128:
                demand(value < 1 << 32 and (byte or not count), "a number too large, or not in its shortest form")
                return value
        raise Refused("a number too long")
    def item(self, data: bytes) -> tuple[list[Entry], bytes]:  # what the first item says, and what lies behind it
        self.rest, first = data[1:], data[0]
        if first < 0x80: return self.reading(data)
        if first < 0xC0:
            demand(first & 63 > READING and self.number < 1 << 32, "no such record")
            return self.record(first & 63, self.ticks_since(), self.take(self.take(1)[0])), self.rest
        if first == 0xC1:
            demand((size := self.varint()) <= 512, "a seal too long")
            return [("seal", self.take(size))], self.rest
        if first == 0xC2: return [("seed", self.take(16))], self.rest
        if first == 0xC5: return self.seal(), self.rest
        demand(first in (0xC3, 0xC4), "no such item")
        if first == 0xC3: self.number = self.varint()
        else: self.boot, self.ticks, self.interval = self.varint(), 0, 0
        return [], self.rest
    def ticks_since(self) -> int:  # the last reading
        demand((since := self.varint()) < TICKS_PERIOD, "ticks out of range")
        return since
    def record(self, kind: int, since: int, body: bytes) -> list[Entry]:
        self.number += 1
        return [("record", Record(kind, self.number - 1, self.boot, (self.ticks + since) % TICKS_PERIOD, body))]
    def seal(self) -> list[Entry]:  # by its fields: the bytes that were signed follow from them
        reason, lengths = self.take(1)[0], self.take(1)[0]
        demand(lengths & 63 <= 32 and lengths >> 6 <= 2, "a seal's lengths")
        epoch, number, count = self.varint(), self.varint(), self.varint()
        demand(count <= self.number, "a window longer than the log")
        ticks = (self.ticks + self.ticks_since()) % TICKS_PERIOD
        nonce, next_keys, end = self.take(lengths & 63), self.take(33 * (lengths >> 6)), self.take(136)
        fields = {1: end[:8], 2: epoch, 3: number, 4: self.boot, 5: self.number - count, 6: count, 7: end[8:40],
                  8: end[40:72], 9: ticks, 10: reason, 11: nonce, 12: next_keys}
        payload = cbor({key: value for key, value in fields.items() if value != b""})
        return [("seal", cbor(Tag(18, [ES256, {}, payload, end[72:]])))]
    def reading(self, data: bytes) -> tuple[list[Entry], bytes]:  # flags; what changed in interval and in three values
        demand(self.number < 1 << 32, "no such record")
        self.bits, self.left = int.from_bytes(data[:32], "big"), 8 * len(data[:32])
        flags = self.take_bits(8) if self.take_bits(2) else self.flags
        least = [-TICKS_PERIOD // 2, *(low - last for low, last in zip((-32768, -32768, 0), self.values, strict=True))]
        many = (TICKS_PERIOD, 65536, 65536, 65536)
        codes = [self.rice(*model, *limits) for model, *limits in zip(self.models, least, many, strict=True)]
        (step, *steps), models = zip(*codes, strict=True)
        values = [last + change for last, change in zip(self.values, steps, strict=True)]
        interval, used = (self.interval + step) % TICKS_PERIOD, len(data[:32]) - self.left // 8
        entries = self.record(READING, interval, struct.pack("<BhhH", flags, *values))
        self.ticks, self.interval, self.flags = (self.ticks + interval) % TICKS_PERIOD, interval, flags
        self.values, self.models = values, list(models)
        return entries, data[used:]  # the last bits of the last byte say nothing
    def take_bits(self, count: int) -> int:  # the most significant first
        self.left -= count
        if self.left < 0: raise Unfinished("cut")
        return self.bits >> self.left & (1 << count) - 1
    def rice(self, k: int, m: int, least: int, many: int) -> tuple[int, tuple[int, int]]:  # a value, and its next model
        ones = 0
        while ones < 12 and self.take_bits(1): ones += 1
        z = self.take_bits(32) if ones == 12 else ones << k | self.take_bits(k)
        value = -(z + 1) // 2 if z & 1 else z // 2
        demand(least <= value < least + many, "a value out of range")
        m += min(z, 16 << k) - (m >> 4)
        return value, (min(k + 1, 15) if m >= 32 << k else k - 1 if m < 16 << k and k else k, m)
def entries_of(turn: Iterable[bytes | Entry]) -> Iterator[Entry]:  # all that is in the log, over the pages' ends
    coder: Coder | None = None  # none: the page before is not there, or nothing runs on from it
    begun, number = b"", -1
    for page in turn:
        if not isinstance(page, bytes):
            coder = None
            yield page
            continue
        first, payload = page[1], page[29:252]
        coder = coder if page_number(page) == number + 1 else None
        number = page_number(page)
        for at_first, part in enumerate((payload[:first], payload[first:])):
            coder, begun = (Coder(page), b"") if at_first and part else (coder, begun)
            begun += part
            try:
                while coder and begun:
                    if begun[0] == 0xFF:
                        coder = None  # the end of what the page says
                        break
                    entries, begun = coder.item(begun)
                    yield from entries
            except Refused as problem:
                if not isinstance(problem, Unfinished) or (first < 223 and not at_first):
                    coder = None
                    yield "loss", "page-bad"
            begun = begun if coder else b""

# 7 Numbers that run on: of records and boots; and ticks
class Numbers:
    def __init__(self, findings: Findings) -> None:
        self.findings, self.records, self.losses, self.expected = findings, list[Record](), list[Any](), 0
        self.fitted, self.in_front = False, Findings()  # in front: no findings where a log is anchored
    def tell_losses(self, last: int | None) -> None:  # the next record or seal says how far they reach
        reach = (self.expected, last) if last is None or last >= self.expected else NOTHING
        for code, findings in self.losses: findings.against(code, reach)
        self.losses = []
    def count(self, record: Record) -> None:
        n, said, last = record.number, record.said, self.records[-1] if self.records else None
        self.tell_losses(n - 1)
        zero = record.kind == CONFIG and 0 in map(said.get, ("cadence_s", "tia", "span"))
        self.findings.against("record-bad", record.only, when=not said or zero)
        self.findings.against("record-repeat", record.only, when=n < self.expected)
        explained = record.kind == BOOT and said.get("skipped") == n - self.expected
        gaps = self.findings if last else self.in_front
        gaps.against("record-gap", (self.expected, n - 1), when=n > self.expected and not explained)
        self.expected = n + 1
        if last and last.boot == record.boot:
            step = (record.ticks - last.ticks) % TICKS_PERIOD
            back = step >= (TICKS_PERIOD // 2 if self.fitted else TICKS_PERIOD - 3_600_000)
            self.findings.against("ticks-backwards", record.only, when=back)
            record.moment = last.moment + step - TICKS_PERIOD * back
        elif (last and record.boot != last.boot + 1) or (record.kind != BOOT and (last or n == 0)):
            self.findings.against("boot-gap", record.only)
        self.fitted = (self.fitted or (record.kind == FIT and said != {})) and record.kind != REMOVE
        self.findings.inform("readings-lost", record.only, when=record.kind == LOST and said)
        self.records.append(record)

# 8 Windows and their seals: a seal names the root of a tree (RFC 9162, section 2.1.1) over the records of its window
SEAL = {1: ("tag_id", (8,)), 2: ("epoch", 32), 3: ("number", 32), 4: ("boot", 32), 5: ("first", 32), 6: ("count", 32),
        7: ("root", (32,)), 8: ("previous", (32,)), 9: ("ticks", 32), 10: ("reason", 32), 11: ("nonce", range(1, 33)),
        12: ("next_keys", (33, 66))}
def seal_from(data: bytes, behind: list[Record]) -> Any:  # behind: the records behind the seal before
    fields, message, signature = signed_from(data)
    demand({*range(1, 11)} <= set(fields), "not a seal")
    seal = types.SimpleNamespace(**({"next_keys": b""} | named(fields, SEAL)), message=message, signature=signature)
    seal.window = (seal.first, seal.first + seal.count - 1) if seal.count else NOTHING
    seal.digest, seal.sound, seal.tied = hashlib.sha256(data).digest(), False, False
    seal.records = list(itertools.dropwhile(lambda record: record.number < seal.first, behind))
    return seal
def is_over_its_records(seal: Any) -> bool:  # are the records of the window there, and do they lead to its root?
    numbers = [record.number for record in seal.records]
    seed = seal.records[0].seed if numbers else b""
    if len(numbers) != seal.count or seed is None or (numbers and {numbers[0], min(numbers)} != {seal.first}):
        return False
    return bool(root_of([leaf_of(record, seed) for record in seal.records]) == seal.root)
def leaf_of(record: Record, seed: bytes) -> bytes:  # its salt keeps who is shown one record from guessing at neighbours
    salt = hmac.digest(seed, record.number.to_bytes(4, "big"), "sha256")
    whole = struct.pack("<BIII", record.kind, record.number, record.boot, record.ticks) + record.body
    return hashlib.sha256(b"\0" + salt + whole).digest()
def root_of(leaves: list[bytes]) -> bytes:  # two by two up to one hash
    if len(leaves) < 2: return leaves[0] if leaves else hashlib.sha256(b"").digest()
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:middle]) + root_of(leaves[middle:])).digest()

# 9 Keys: each seal is signed with the key of its epoch, which an earlier seal announced
class Chain:  # tied_keys: by epoch, those that lead back to a first one; waiting: seals whose keys none of these is
    def __init__(self, tag_id: bytes, first_keys: list[bytes], findings: Findings, in_front: Findings) -> None:
        self.tag_id, self.findings, self.in_front, self.first_keys = tag_id, findings, in_front, first_keys
        self.tied_keys, self.other_keys = {0: first_keys} if first_keys else {}, dict[int, list[bytes]]()
        self.seals, self.waiting, self.digests = list[Any](), list[Any](), set[bytes]()
        self.expected = self.lowest_due = self.highest_due = 0
        self.unreadable_before, self.anchored_at = False, -2  # the seal of the receipt that anchors the log
    def seal(self, seal: Any) -> None:
        missing, against, front = seal.number - self.expected, self.findings.against, not self.seals
        whole = is_over_its_records(seal)
        (self.in_front if front else self.findings).against("window-root", seal.window, when=not whole)
        (self.in_front if front else self.findings).against("seal-gap", seal.window, when=missing > 0)
        against("seal-repeat", seal.window, when=missing < 0)
        before = bytes(32) if front else self.seals[-1].digest
        against("seal-chain", seal.window, when=not missing and not self.unreadable_before and seal.previous != before)
        seal.sound = whole and missing >= 0 and seal.tag_id == self.tag_id
        keys = self.tied_keys.get(seal.epoch) or self.other_keys.get(seal.epoch, [])
        right = any(signature_fits(key, seal.message, seal.signature) for key in keys)
        against("seal-signature", seal.window, when=(keys and not right) or seal.tag_id != self.tag_id)
        if keys and not right: self.highest_due += max(missing + 1, 0)
        elif seal.digest not in self.digests:  # a seal uses its epoch up: none comes again, and none is left out
            against("epoch-repeat", seal.window, when=seal.epoch < self.lowest_due)
            against("epoch-gap", seal.window, when=seal.epoch > self.highest_due + max(missing, 0))
            if seal.epoch >= self.lowest_due: self.lowest_due = self.highest_due = seal.epoch + (seal.next_keys != b"")
        if right and seal.epoch in self.tied_keys:
            tied = self.tie(seal)
            while self.waiting and self.waiting[-1].digest == tied.previous:
                tied = self.tie(self.waiting.pop())
                self.findings.inform("seal-by-hash", tied.window)
            if missing >= 0: self.give_up()
        elif right or not keys:
            self.waiting.append(seal)
            self.announce(seal, self.other_keys)
        self.seals.append(seal)
        self.digests.add(seal.digest)
        self.expected, self.unreadable_before = max(self.expected, seal.number + 1), False
    def announce(self, seal: Any, keys: dict[int, list[bytes]]) -> None:  # the last key is of the epoch after next
        for epoch, at in ((seal.epoch + 2, len(seal.next_keys) - 33), (seal.epoch + 1, len(seal.next_keys) - 66)):
            if at >= 0: keys.setdefault(epoch, []).append(seal.next_keys[at:at + 33])
    def tie(self, seal: Any) -> Any:  # it leads back to a first key, and so do its keys and the seal whose hash it has
        self.announce(seal, self.tied_keys)
        seal.tied = True
        for record in seal.records if seal.sound else []: record.proven = True
        return seal
    def give_up(self) -> None:  # nothing ties the seals that wait
        numbers = [n for seal in self.waiting if seal.count for n in seal.window] or [None]
        self.findings.against("key-unknown", (min(numbers), max(numbers)), when=self.waiting)
        self.waiting = []
    def key_record(self, record: Record) -> None:
        epoch, key = record.said["epoch"], compressed(record.said["key"])
        if epoch == 0 and not self.first_keys: self.first_keys = self.tied_keys[0] = [key]
        self.findings.against("key-differs", record.only, when=key not in self.tied_keys.get(epoch, []))
    def receipt(self, record: Record, lost: bool) -> None:  # a checkpoint. lost: something, since the last seal
        said, epoch, keys = record.said, record.said["epoch"], record.said["keys"]
        pairs = [(at, key) for at, key in ((epoch, keys[:33]), (epoch + 1, keys[33:])) if any(key)]
        digests = [seal.digest for seal in self.seals if seal.number == said["seal_number"]]
        differs = any(key not in self.tied_keys.get(at, [key]) for at, key in pairs)
        differs |= said["seal_hash"] not in (digests or [said["seal_hash"]])
        differs |= said["seal_number"] >= self.expected and not lost
        self.findings.against("receipt-differs", record.only, when=differs)
        new = {at: [key] for at, key in pairs if at not in self.tied_keys and not differs}
        self.findings.inform("anchored", record.only, when=new)
        if new and not any(seal.tied for seal in self.seals): self.anchored_at = said["seal_number"]
        self.tied_keys |= new

# 10 Statements of stations: records that hold the signature of the request that made them
COMMANDS = {FIT: (0x05, 29), REMOVE: (0x06, 1), ATTESTATION: (0x09, 8), RECEIPT: (0x07, 110), OPENED: (0x0A, 1),
            CONFIGURED: (0x0D, 13), CALIBRATED: (0x10, 30)}  # which request, and its bytes in front of the nonce
def called(figures: bytes, nominal: bytes = bytes.fromhex("20a10700983a0000") + bytes(14)) -> bytes:  # a calibration
    return b"nominal1" if figures == nominal else hashlib.sha256(figures).digest()[:8]
class Statements(Authority):
    def hear(self, record: Record) -> None:  # a statement, or a trust record
        said = record.said
        if record.kind == TRUST and said:
            self.findings.inform("trust-unknown", record.only, when=said["digest"] not in self.digests)
            levels = [one["minimum"] for one in self.lists if one["digest"] == said["digest"]]
            self.minimum = max([self.minimum, *levels])
        if "station" in said:
            problem = self.problem(record, said["station"])
            self.findings.against(problem, record.only, when=problem)
            record.holds = not problem
            station = record.holds and (ROOT, said["station"]) not in self.keys
            old = station and self.generation(said["station"]) < self.minimum
            self.findings.against("station-generation", record.only, when=old)
    def problem(self, record: Record, signer: bytes) -> str:  # why it does not hold, if it does not
        root, stations = self.keys.get((ROOT, signer)), self.of(STATION, signer)
        if root is None and not stations: return "station-unknown"
        if record.kind == OPENED if root is None else record.kind not in (REMOVE, OPENED):
            return "statement-right"
        command, size = COMMANDS[record.kind]
        message = cbor(["ankletag command", command, self.tag_id, record.said["nonce"], record.body[:size]])
        key = stations[0]["key"] if root is None else root
        return "" if signature_fits(key, to_be_signed(message), record.said["signature"]) else "statement-signature"
    def check_times(self, record: Record, clock: "Clock") -> None:  # what can be said only when the times are known
        if record.holds and (ROOT, record.said["station"]) not in self.keys:
            since, between = self.station_revoked_ms(record.said["station"]), clock.between(record)
            late = since is not None and (between[1] is None or between[1] >= since)
            self.findings.against("station-revoked", record.only, when=late)
            outside = outside_each(self.of(STATION, record.said["station"]), between)
            self.findings.against("station-expired", record.only, when=outside)

# 11 The schedule: while a tag is fitted, seals come at least so often
class Schedule:  # all times in ms from the first record of the boot
    def __init__(self) -> None:
        self.cadence = self.interval = self.begin = 0
        self.due: int | None = None
        self.fitted = self.late = self.full = False
        self.only_losses = True
    def begin_anew(self, moment: int) -> None:
        self.begin, self.full = moment, False
        self.due = moment + self.interval if self.fitted and self.interval else None
    def look(self, moment: int) -> None:
        if self.fitted and self.due is not None: self.late |= moment > self.due + max(2 * self.cadence, 120_000)
    def record(self, record: Record, begins_boot: bool) -> None:
        kind, moment, said = record.kind, record.moment, record.said
        if begins_boot: self.begin_anew(moment)
        self.only_losses &= kind in (BOOT, LOST)
        if kind == LOST and said and self.only_losses:  # the log was full from then on: no seal could be made
            self.look(moment + span(record.ticks, said["first_ticks"]))
            self.due, self.full = self.due if self.late else None, not self.late
        elif self.full and kind != LOST: self.begin_anew(moment)
        self.fitted &= kind != REMOVE
        self.look(moment)
        if kind == CONFIG and said and 0 not in map(said.get, ("cadence_s", "tia", "span")):
            self.cadence, self.interval = 1000 * said["cadence_s"], 1000 * said["interval_s"]
            if self.fitted and not self.late and not self.full:
                due = max(self.begin + self.interval, moment if self.due is None else min(self.due, moment))
                self.due = due if self.interval else None
        if kind == FIT and said:
            self.fitted, self.late = True, False
            self.begin_anew(moment)
    def seal(self, moment: int, seal: Any, findings: Findings) -> None:  # a late one over nothing changes nothing
        before, self.only_losses = self.late, True
        self.look(moment)
        findings.against("seal-late", seal.window, when=self.late and seal.count)
        if seal.count or not self.late: self.begin_anew(moment)
        self.late = before and not seal.count

# 12 Time: between which bounds a moment lies, in UTC
class Clock:
    def __init__(self, records: list[Record], attestations: list[Record], findings: Findings) -> None:
        self.attestations, self.boots = dict[int, list[Record]](), dict[int, Range]()
        ends: dict[int, list[Record]] = {}  # of each boot its first and its last record
        for record in records: ends.setdefault(record.boot, [record, record])[1] = record
        for record in sorted(attestations, key=lambda record: record.moment):
            self.attestations.setdefault(record.boot, []).append(record)
        for one, other in (pair for own in self.attestations.values() for pair in itertools.pairwise(own)):
            (low, high), (lower, higher) = said_at(one, other.moment), said_at(other, other.moment)
            findings.against("clock-conflict", (one.number, other.number), when=low > higher or lower > high)
        for boot, later in itertools.pairwise(sorted(self.attestations)):
            crossed = (self.between(ends[boot][1])[0] or 0) > (self.between(ends[later][0])[1] or 0)
            both = self.attestations[boot][-1].number, self.attestations[later][0].number
            findings.against("clock-conflict", both, when=crossed)
        for side, boots in ((0, sorted(ends)), (1, sorted(ends, reverse=True))):  # a boot without any: between others
            bound = None
            for boot in boots:
                known = self.boots.get(boot, NOTHING)
                self.boots[boot] = (bound, known[1]) if side == 0 else (known[0], bound)
                bound = self.between(ends[boot][1 - side])[side]
    def between(self, record: Record) -> Range:  # earliest and latest UTC, ms from 1970-01-01
        own = self.attestations.get(record.boot, [])
        if not own: return self.boots[record.boot]
        at = sum(one.moment <= record.moment for one in own)
        lows, highs = zip(*(said_at(one, record.moment) for one in own[max(at - 1, 0):at + 1]), strict=True)
        return (max(lows), min(highs)) if max(lows) <= min(highs) else (min(lows), max(highs))
def said_at(attestation: Record, moment: int) -> tuple[int, int]:  # the tag is right to 50 ppm, the station to 500 ms
    away = moment - attestation.moment
    drift = -(-abs(away) * 50 // 1_000_000)
    age = max(0, span(attestation.said["nonce_ticks"], attestation.ticks))
    about: int = attestation.said["utc_ms"] + away
    return about - drift - 500, about + age + drift + 500

# 13 All of it in turn, and the witness
class Walk(Numbers):  # once along the log
    def __init__(self, bundle: Any, authority: Statements, findings: Findings) -> None:
        super().__init__(findings)
        self.bundle, self.authority, self.schedule = bundle, authority, Schedule()
        self.chain = Chain(bundle.tag_id, authority.first_keys(bundle), findings, self.in_front)
        self.seed, self.behind, self.lost = None, list[Record](), False  # behind, and something lost, the last seal
        for at, (what, value) in enumerate(entries_of(pages_in_turn(bundle.pages, findings))):
            demand(at < 1 << 21, "its log is longer than this program takes, four years of one reading a minute")
            if what == "record": self.record(value)
            elif what == "seal": self.seal(value)
            elif what == "seed": self.seed = value
            else:
                self.losses.append((value, findings if at or value != "page-missing" else self.in_front))
                self.seed, self.lost = None, True
        self.tell_losses(None)
        self.chain.give_up()
    def record(self, record: Record) -> None:
        before = self.records[-1] if self.records else None
        record.seed, self.seed = self.seed, None
        self.behind.append(record)
        self.count(record)
        self.schedule.record(record, before is None or before.boot != record.boot)
        self.authority.hear(record)
        if record.kind == KEY and record.said: self.chain.key_record(record)
        if record.kind == RECEIPT and record.holds: self.chain.receipt(record, self.lost)
    def seal(self, data: bytes) -> None:
        behind, self.behind = self.behind, []
        try: seal = seal_from(data, behind)
        except Refused:
            self.chain.unreadable_before = self.lost = True
            return self.findings.against("seal-signature")
        self.tell_losses(seal.first + seal.count - 1 if seal.count else -1)
        for last in self.records[-1:]:  # a seal of another boot lies at the last record
            moment = last.moment + (span(last.ticks, seal.ticks) if seal.boot == last.boot else 0)
            self.schedule.seal(moment, seal, self.findings)
        self.chain.seal(seal)
        self.lost = False
    def end(self) -> Clock:  # what can be said only when all of the log was seen
        records, against, at = self.records, self.findings.against, self.chain.anchored_at
        behind = (self.behind[0].number, self.behind[-1].number) if self.behind else NOTHING
        self.findings.inform("record-unsealed", behind, when=self.behind)
        against("seal-late", behind, when=self.behind and self.schedule.late)
        against("record-gap", when=not records)
        at_0 = any(page_number(with_the_wrong_bit_put_right(page)) == 0 for page in self.bundle.pages)
        first = next(iter(self.chain.seals), None)
        for _, code, concerned in self.in_front:  # what a station had verified is forgiven, what lies behind it is not
            known = first and code == "window-root" and (first.number > at or first.first >= records[0].number)
            against(code, concerned, when=at_0 or not first or first.number > at + 1 or known)
        clock = Clock(records, [one for one in records if one.holds and one.proven and one.kind == ATTESTATION
                                and self.authority.station_revoked_ms(one.said["station"]) is None], self.findings)
        certificates = self.authority.of(TAG, self.bundle.tag_id)
        for r in (r for r in records if r.said):
            self.authority.check_times(r, clock)
            known = called(r.body[21:43]) == r.body[13:21] in [x.get("calibration") for x in certificates or [r.said]]
            against("calibration-differs", r.only, when=r.kind == CONFIG and not known)
            against("certificate-expired", r.only, when=r.kind == FIT and outside_each(certificates, clock.between(r)))
        against("fitting-missing", when=self.bundle.order_id not in (None, *(r.said.get("order_id") for r in records)))
        return clock
    def check_witness(self, number: int, digest: str) -> None:  # a seal that somebody wrote down elsewhere
        seals = [seal for seal in self.chain.seals if seal.number == number]
        for seal in seals[:1]:
            self.findings.against("witness-differs", seal.window, when=not seal.digest.hex().startswith(digest))
        self.findings.against("tail-missing", when=number >= self.chain.expected)
        self.findings.inform("witness-unchecked", when=not seals and number < self.chain.expected)

# 14 What is said
def verify(data: bytes, authority: bytes | None = None, witnesses: Iterable[tuple[int, str]] = ()) -> dict[str, Any]:
    """Check evidence.zip. authority: its key, 33 bytes; witnesses: numbers of seals, 16 or more digits of a hash."""
    findings, said = Findings(), []
    try: bundle = bundle_from(data)
    except Refused: return {"checked": {}, "findings": [
        {"code": "bundle-damaged", "severity": "against", "records": NOTHING, "between_ms": NOTHING}]}
    walk = Walk(bundle, Statements(bundle, authority, findings), findings)
    records, seals, clock = walk.records, walk.chain.seals, walk.end()
    for number, digest in witnesses: walk.check_witness(number, digest)
    for severity, code, (first, last) in sorted(set(findings), key=str):
        low = [clock.between(one)[0] for one in records if one.number == first][:1] or [None]
        high = [clock.between(one)[1] for one in records if one.number == last][-1:] or [None]
        said.append({"code": code, "severity": severity, "records": (first, last), "between_ms": (low[0], high[0])})
    checked = {"tag": bundle.tag_id.hex(), "order": bundle.order_id and bundle.order_id.hex(), "seals": len(seals),
               "documents": len(bundle.documents), "pages": len(bundle.pages), "records": len(records),
               "records under a seal that leads to the first key": sum(one.proven for one in records),
               "statements of stations that hold": sum(one.holds for one in records),
               "last seal": f"{seals[-1].number}:{seals[-1].digest.hex()}" if seals else None}
    return {"checked": checked, "findings": said}
def key_from(text: str) -> bytes:  # an authority's key: its digits, or a file with its root document
    try:
        if len(text) in (66, 128): key = bytes.fromhex(text)
        else:
            with open(text, "rb") as file: document = document_from(file.read(1024))
            key = document["key"] if document["type"] == ROOT else b""
        return (point := compressed(key) if len(key) == 64 else key, multiples_of_key(point))[0]
    except (OSError, ValueError, KeyError, Refused):
        raise argparse.ArgumentTypeError(f"{text!r} is neither a root document nor digits of a public key") from None
def witness_from(text: str) -> tuple[int, str]:  # NUMBER:HASH
    number, _, digest = text.lower().partition(":")
    if not number.isdecimal() or not 16 <= len(digest) <= 64 or not set(digest) <= set("0123456789abcdef"):
        raise argparse.ArgumentTypeError(f"{text!r} is not NUMBER:HASH with at least 16 digits of a seal's hash")
    return int(number), digest
def utc(ms: int | None) -> str:
    if ms is None or not 0 <= ms < 1 << 47: return "unknown"
    return f"{datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc):%Y-%m-%d %H:%M:%S}"
def main(arguments: list[str] | None = None) -> int:  # 0 it holds, 1 it does not, 2 misuse, 10 damaged
    parser = argparse.ArgumentParser(description="Check an evidence bundle.")
    parser.add_argument("file", help="evidence.zip")
    parser.add_argument("--authority", type=key_from, help="its public key in hexadecimal, or its root.cose")
    parser.add_argument("--witness", type=witness_from, nargs="+", default=[], action="extend", help="NUMBER:HASH")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args(arguments)
    try:
        demand("\0" not in asked.file, "no file has such a name")
        with open(asked.file, "rb") as file: data = file.read((1 << 26) + 1)
        demand(len(data) <= 1 << 26, "it is larger than any bundle, 64 MiB")
        result = verify(data, asked.authority, asked.witness)
    except (OSError, Refused) as problem:
        parser.error(f"{asked.file!r} was not checked: {problem}. Name a bundle, such as evidence.zip.")
    codes = {one["code"] for one in result["findings"] if one["severity"] == "against"}
    if asked.json: print(json.dumps({"holds": not codes, **result}, indent=2))
    else:
        for name, value in result["checked"].items(): print(f"{name}: {value}")
        for one in result["findings"]:
            (first, last), (low, high) = one["records"], one["between_ms"]
            where = f"records {first} to {'the end' if last is None else last}" if first is not None else ""
            when = f"from {utc(low)} to {utc(high)} UTC" if where else ""
            print(f"{one['severity']:12}{one['code']:23}{where:26}{when}".rstrip())
        print("DOES NOT HOLD" if codes else "HOLDS")
    return 10 if "bundle-damaged" in codes else int(bool(codes))
if __name__ == "__main__": sys.exit(main())
