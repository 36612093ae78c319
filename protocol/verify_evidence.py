"""Check the evidence bundle of an ankle tag, with nothing but this file and Python 3.10 or later.

    python3 verify_evidence.py evidence.zip --authority root.cose --witness 118:9f86d081884c7d65

How to read it. A tag writes what its senses saw as numbered *records* into *pages*. From time to time it signs a *seal*
over the records since the seal before; each seal carries the hash of the one before it and announces the keys of later
ones. An *authority* certifies regions, which certify tags and stations. A *station* reads the tag out, says what time it
is and what it has stored. All of that is repeated here from the bytes: nothing secret is needed, and nobody has to be
believed but the authority whose public key is given. The sections stand in the order of the checks:

    1 signatures    2 coded fields    3 the container    4 documents of the authority    5 pages    6 items and records
    7 numbers that run on    8 windows and their seals    9 keys    10 statements of stations    11 the schedule
    12 time    13 the witness    14 all of it in turn    15 what is said

What is found has a code, and the first and last record that it concerns; section "Findings" of SPEC.md beside this file
says when each arises. This file was written from that text and shares no code with the programs that make bundles.
"""
# The lines are set by hand, so that all of it stays short enough to be read in one sitting.
# fmt: off
from __future__ import annotations

import argparse
import binascii
import datetime
import functools
import hashlib
import hmac
import itertools
import json
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

LARGEST_FILE = 64 * 1024 * 1024
TICKS_PERIOD = 1 << 30  # a tag counts milliseconds, and begins again after 12.4 days

class Refused(Exception):
    """Bytes that are not what they should be. It never leaves this file: each becomes a finding."""
class Unfinished(Refused):
    """Bytes are missing at the end."""
Records = tuple["int | None", "int | None"]  # the first and the last that something concerns
NOTHING: Records = (None, None)

class Findings:
    """All that was found."""
    def __init__(self) -> None:
        self.all: list[tuple[str, str, Records]] = []
        self.in_front: list[tuple[str, str, Records]] = []  # what is no finding where a receipt anchors the log
    def against(self, code: str, records: Records = NOTHING, front: bool = False) -> None:
        (self.in_front if front else self.all).append(("against", code, records))
    def inform(self, code: str, records: Records = NOTHING) -> None:
        self.all.append(("information", code, records))

# 1 Signatures: ECDSA on the curve P-256 with SHA-256 (FIPS 186-4, sections 6.4 and D.1.2.3)

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5, 1)
Point = tuple[int, int, int]  # stands for (x / z^2, y / z^3), so that nothing is divided before the end; infinity: z = 0

def double(point: Point) -> Point:  # The point added to itself.
    x, y, z = point
    y2, z2 = y * y % P, z * z % P
    s, m = 4 * x * y2 % P, 3 * (x - z2) * (x + z2) % P
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * y2 * y2) % P, 2 * y * z % P

def add(one: Point, other: Point) -> Point:  # The sum of two points.
    (x1, y1, z1), (x2, y2, z2) = one, other
    if not z1 or not z2:
        return one if z1 else other
    square1, square2 = z1 * z1 % P, z2 * z2 % P
    u, s = x1 * square2 % P, y1 * z2 * square2 % P
    h, r = (x2 * square1 - u) % P, (y2 * z1 * square1 - s) % P
    if not h:
        return (0, 1, 0) if r else double(one)
    h2 = h * h % P
    h3, v = h * h2 % P, u * h2 % P
    x3 = (r * r - h3 - 2 * v) % P
    return x3, (r * (v - x3) - s * h3) % P, h * z1 * z2 % P

def multiples(point: Point) -> list[Point]:  # 0, 1, ... 15 times the point.
    return list(itertools.accumulate([point] * 15, add, initial=(0, 1, 0)))

@functools.lru_cache(4096)
def multiples_of_key(key: bytes) -> list[Point]:
    """Of the point with this x and this parity of y (SEC 1, section 2.3.4)."""
    x = int.from_bytes(key[1:], "big")
    square = (x * x * x - 3 * x + B) % P
    y = pow(square, (P + 1) // 4, P)
    if len(key) != 33 or key[0] not in (2, 3) or x >= P or y * y % P != square:
        raise Refused("not a point of the curve")
    return multiples((x, y if y & 1 == key[0] & 1 else P - y, 1))

MULTIPLES_OF_G = multiples(G)

def signature_fits(key: bytes, message: bytes, signature: bytes) -> bool:
    """Did the owner of this key, 33 bytes, sign this message?"""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        of_key = multiples_of_key(key)
    except Refused:
        return False
    if len(signature) != 64 or not (0 < r < N and 0 < s < N):
        return False
    w = pow(s, -1, N)
    u1, u2 = int.from_bytes(hashlib.sha256(message).digest(), "big") * w % N, r * w % N
    total: Point = (0, 1, 0)
    for shift in range(252, -1, -4):  # u1 G + u2 key, four bits at a time
        total = double(double(double(double(total))))
        total = add(add(total, MULTIPLES_OF_G[u1 >> shift & 15]), of_key[u2 >> shift & 15])
    x, _, z = total
    return z != 0 and x * pow(z * z, -1, P) % P % N == r

def key_id(key: bytes) -> bytes:  # How a key is named.
    return hashlib.sha256(key).digest()[:8]

def compressed(key: bytes) -> bytes:  # 64 bytes, x then y, in 33.
    return bytes((2 | key[63] & 1,)) + key[:32]

# 2 Coded fields: deterministic CBOR (RFC 8949, section 4.2.1), and COSE_Sign1 over it (RFC 9052, section 4)

class Tag(NamedTuple):
    """A CBOR tag."""
    number: int
    of: Any

def cbor(value: Any) -> bytes:  # Numbers, bytes, text, lists, maps and tags as bytes.
    if isinstance(value, Tag):
        return head(6, value.number) + cbor(value.of)
    if isinstance(value, dict):
        return head(5, len(value)) + b"".join(sorted(cbor(key) + cbor(item) for key, item in value.items()))
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(cbor(item) for item in value)
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    return head(0, value) if value >= 0 else head(1, -1 - value)

def head(major: int, number: int) -> bytes:  # What an item begins with; the shortest form.
    if number < 24:
        return bytes((major << 5 | number,))
    power = next(power for power in range(4) if number < 1 << (8 << power))
    return bytes((major << 5 | 24 + power,)) + number.to_bytes(1 << power, "big")

def from_cbor(data: bytes) -> Any:
    """The one value that these bytes stand for; anything but the deterministic form is refused."""
    value, end = cbor_at(data, 0, 0)
    if end != len(data) or cbor(value) != data:
        raise Refused("not deterministic CBOR")
    return value

def cbor_at(data: bytes, at: int, depth: int) -> tuple[Any, int]:  # The item there, and where it ends.
    major, number = (data[at] >> 5, data[at] & 31) if at < len(data) else (7, 0)
    at += 1
    if major == 7 or number > 27:
        raise Refused("cut, or a form that has no use here")
    if number > 23:
        size = 1 << number - 24
        number, at = int.from_bytes(data[at:at + size], "big"), at + size
    if at > len(data) or (1 < major < 6 and number > len(data) - at):
        raise Refused("cut")
    if major < 2:
        return (-1 - number if major else number), at
    if major < 4:
        part = data[at:at + number]
        try:
            return (part if major == 2 else part.decode()), at + number
        except UnicodeDecodeError:
            raise Refused("not UTF-8") from None
    items = []
    for _ in range({4: number, 5: 2 * number, 6: 1}[major]):
        if depth == 8:
            raise Refused("too deep")
        item, at = cbor_at(data, at, depth + 1)
        items.append(item)
    if major == 5 and any(type(key) is not int for key in items[::2]):
        raise Refused("a key that is no number")
    return (items if major == 4 else Tag(number, items[0]) if major == 6 else dict(zip(items[::2], items[1::2], strict=True))), at

ES256 = b"\xa1\x01\x26"  # the protected header: {1: -7}

def to_be_signed(payload: bytes) -> bytes:  # What a signature is made over.
    return cbor(["Signature1", ES256, b"", payload])

def signed_from(data: bytes) -> tuple[dict[int, Any], bytes, bytes]:
    """The fields of a COSE_Sign1, what was signed, and the signature; nothing is verified yet."""
    whole = from_cbor(data)
    parts = whole.of if isinstance(whole, Tag) and whole.number == 18 else None
    if not isinstance(parts, list) or len(parts) != 4 or parts[:2] != [ES256, {}]:
        raise Refused("not a COSE_Sign1 with ES256")
    if not isinstance(parts[2], bytes) or not fits(parts[3], (64,)):
        raise Refused("not a COSE_Sign1 with ES256")
    fields = from_cbor(parts[2])
    if not isinstance(fields, dict):
        raise Refused("not a map")
    return fields, to_be_signed(parts[2]), parts[3]

def fits(value: Any, shape: int | Iterable[int]) -> bool:
    """Is the value a number of so many bits, or bytes of one of these sizes?"""
    if isinstance(shape, int):
        return type(value) is int and 0 <= value < 1 << shape
    return isinstance(value, bytes) and len(value) in shape

def named(fields: dict[int, Any], shapes: dict[int, tuple[str, Any]]) -> dict[str, Any]:
    """Fields by their names; those that are there must have their shape."""
    if not all(fits(fields[key], shape) for key, (_, shape) in shapes.items() if key in fields and shape):
        raise Refused("a field of another shape")
    return {name: fields[key] for key, (name, _) in shapes.items() if key in fields}

# 3 The container: a ZIP with nothing left to choose. It is taken apart, built again, and must come out the same

MEMBERS = ("README.txt", "manifest.json", "documents.bin", "pages.bin")
README_SHA256 = "fd557040cbe772c26ebe5c5cb49397691282932e021c8e71cb489bc3ef3ef425"

@dataclass
class Bundle:
    """What lies in evidence.zip."""
    documents: list[bytes]
    pages: list[bytes]
    tag_id: bytes = b""
    public_key: bytes | None = None
    order_id: bytes | None = None

def bundle_from(data: bytes) -> Bundle:  # The four members, if the file is what its writer left.
    contents, at = [], 0
    for name in MEMBERS:
        begin = at + 30 + len(name)
        at = begin + int.from_bytes(data[at + 18:at + 22], "little")
        contents.append(data[begin:at])
    if at > len(data) or container_of(contents) != data or hashlib.sha256(contents[0]).hexdigest() != README_SHA256:
        raise Refused("not the file that its members give")
    bundle = Bundle(documents_in(contents[2]), pages_in(contents[3]))
    check_manifest(bundle, *contents[1:])
    return bundle

def container_of(contents: list[bytes]) -> bytes:  # The ZIP of these members: stored, without times or comments.
    body, directory = b"", b""
    for name, content in zip(MEMBERS, contents, strict=True):
        both = struct.pack("<5H3I2H", 10, 0, 0, 0, 0x21, binascii.crc32(content), len(content), len(content), len(name), 0)
        directory += b"PK\1\2\x14\3" + both + struct.pack("<3H2I", 0, 0, 0, 0x81A40000, len(body)) + name.encode()
        body += b"PK\3\4" + both + name.encode() + content
    return body + directory + b"PK\5\6" + struct.pack("<4H2IH", 0, 0, 4, 4, len(directory), len(body), 0)

def documents_in(data: bytes) -> list[bytes]:  # Length and bytes, again and again; ascending, none twice, none empty.
    found, at = [b""], 0
    while at < len(data):
        begin = at + 2
        at = begin + int.from_bytes(data[at:begin], "little")
        found.append(data[begin:at])
    if at != len(data) or any(one >= other for one, other in itertools.pairwise(found)):
        raise Refused("documents.bin is not in order")
    return found[1:]

def pages_in(data: bytes) -> list[bytes]:
    """Pages by the number in their headers; of copies of one number none that says nothing new."""
    found = [data[at:at + 256] for at in range(0, len(data), 256)]
    if len(data) % 256 or found != sorted(found, key=page_number) or len(set(found)) < len(found):
        raise Refused("pages.bin is not in order")
    for _, copies in itertools.groupby(filter(is_good, found), page_number):
        before: list[bytes] = []
        for page in copies:
            if len(before) == 64 or any(extends(page, other) or extends(other, page) for other in before):
                raise Refused("pages.bin has a copy that says nothing")
            before.append(page)
    return found

def check_manifest(bundle: Bundle, manifest: bytes, documents: bytes, pages: bytes) -> None:
    """It must follow from the other members and from the three things that it alone says."""
    try:
        said = json.loads(manifest.decode("ascii")) if len(manifest) <= 4096 else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Refused("manifest.json is no manifest")
    for name, size in (("tag_id", 8), ("public_key", 64), ("order_id", 16)):
        value = said.get(name)
        if isinstance(value, str) and len(value) == 2 * size and not set(value) - set("0123456789abcdef"):
            setattr(bundle, name, bytes.fromhex(value))
        elif value is not None or name == "tag_id":
            raise Refused("manifest.json names what has another form")
    numbers = [page_number(page) for page in bundle.pages] or [0]
    follows = {"format": "ankletag-evidence", "version": 2, "tag_id": said.get("tag_id"), "public_key": said.get("public_key"),
               "order_id": said.get("order_id"), "documents": len(bundle.documents), "pages": len(bundle.pages),
               "documents_sha256": hashlib.sha256(documents).hexdigest(), "pages_sha256": hashlib.sha256(pages).hexdigest(),
               "first_page": min(numbers), "last_page": max(numbers)}
    if manifest != (json.dumps(follows, sort_keys=True, indent=2) + "\n").encode():
        raise Refused("manifest.json does not follow from the other members")

# 4 Documents of the authority: roots (1), regions (2), stations (3), tags (4) and lists (5)

ROOT, REGION, STATION, TAG, LIST = 1, 2, 3, 4, 5
ISSUER = {ROOT: ROOT, REGION: ROOT, STATION: REGION, TAG: REGION, LIST: ROOT}
KEYS = {ROOT: {1, 2, 3, 4, 5, 6, 8}, REGION: {*range(1, 9)}, STATION: {*range(1, 9)}, TAG: {1, 2, 3, 4, 5, 6, 7, 9},
        LIST: {1, 4, 6, 10, 11, 12}}
DOCUMENT = {1: ("type", 3), 2: ("subject", (8,)), 3: ("key", (33,)), 4: ("issuer", (8,)), 5: ("generation", 32),
            6: ("not_before", 40), 7: ("not_after", 40), 8: ("name", None), 9: ("calibration", (8,)), 10: ("number", 32),
            11: ("minimum", 32), 12: ("revoked", None)}

def document_from(data: bytes) -> dict[str, Any]:  # A document's fields by name; whether it holds is another matter.
    fields, message, signature = signed_from(data)
    document: dict[str, Any] = named(fields, DOCUMENT)
    if len(data) > 240 or set(fields) != KEYS.get(document.get("type", 0)):
        raise Refused("not a document")
    name, revoked = document.get("name", "-"), document.get("revoked", [])
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= 48 or not isinstance(revoked, list) or len(revoked) > 8:
        raise Refused("a name, or a list of what is revoked")
    if not all(isinstance(pair, list) and len(pair) == 2 and fits(pair[0], (8,)) and fits(pair[1], 40) for pair in revoked):
        raise Refused("a list of what is revoked")
    if any(one[0] >= other[0] for one, other in itertools.pairwise(revoked)):
        raise Refused("not in order")
    if document["type"] < TAG and key_id(document["key"]) != document["subject"]:
        raise Refused("the name of another key")
    return document | {"message": message, "signature": signature, "digest": hashlib.sha256(data).digest()}

class Authority:
    """Which documents hold, from the authority's key on; and what they say of tags and stations."""
    def __init__(self, bundle: Bundle, given: bytes | None, findings: Findings) -> None:
        self.digests = [hashlib.sha256(data).digest() for data in bundle.documents]
        self.keys = {} if given is None else {(ROOT, key_id(given)): given}
        self.holding: list[dict[str, Any]] = []
        waiting = []
        for data in bundle.documents:
            try:
                waiting.append(document_from(data))
            except Refused:  # noqa: PERF203 - each document may be refused by itself
                findings.against("document-bad")
        if given is None:
            findings.inform("authority-not-given")
            own = [one for one in waiting if one["type"] == ROOT and one["subject"] == one["issuer"]]
            self.keys = {(ROOT, one["subject"]): one["key"] for one in own if self.signed(one, one["key"])}
        for _ in range(len(waiting)):  # a root may make another one trusted, which stands in front of it
            took = [one for one in waiting if self.signed(one, self.keys.get((ISSUER[one["type"]], one["issuer"]), b""))]
            waiting = [one for one in waiting if one not in took]
            self.holding += took
            self.keys |= {(one["type"], one["subject"]): one["key"] for one in took if one["type"] in (ROOT, REGION)}
            if not took:
                break
        if waiting:
            findings.against("document-bad")
        self.lists = [one for one in self.holding if one["type"] == LIST]
    def signed(self, document: dict[str, Any], key: bytes) -> bool:
        return signature_fits(key, document["message"], document["signature"])
    def of(self, kind: int, subject: bytes) -> list[dict[str, Any]]:
        """The documents of a type that hold for this subject."""
        return [one for one in self.holding if one["type"] == kind and one["subject"] == subject]
    def revoked_ms(self, name: bytes) -> int | None:  # From which moment on a list revokes this id.
        return min((1000 * since for one in self.lists for id, since in one["revoked"] if id == name), default=None)
    def station_revoked_ms(self, station: bytes) -> int | None:
        """A station's word counts for nothing from when its key, or each region that certified it, is revoked."""
        regions = [self.revoked_ms(one["issuer"]) for one in self.of(STATION, station)]
        known = [since for since in regions if since is not None]
        by_region = max(known) if known and len(known) == len(regions) else None
        return min((since for since in (self.revoked_ms(station), by_region) if since is not None), default=None)
    def generation(self, station: bytes) -> int:
        """The highest that one of its certificates, with that certificate's region, gives it."""
        regions = {one["subject"]: one["generation"] for one in sorted(self.holding, key=lambda one: one.get("generation", 0))
                   if one["type"] == REGION}  # the highest of each region comes last
        return max(min(one["generation"], regions[one["issuer"]]) for one in self.of(STATION, station))
    def check_tag(self, bundle: Bundle, findings: Findings) -> list[bytes]:
        """What is to be said of the tag; and its first keys."""
        keys = [one["key"] for one in self.of(TAG, bundle.tag_id)]
        pinned = compressed(bundle.public_key) if bundle.public_key else None
        if not keys:
            findings.against("certificate-other-tag" if any(one["type"] == TAG for one in self.holding) else "not-certified")
        if self.revoked_ms(bundle.tag_id) is not None:
            findings.against("tag-revoked")
        if keys and pinned and pinned not in keys:
            findings.against("key-differs")
        if not keys and not pinned:
            findings.against("key-not-pinned")
        return keys or ([pinned] if pinned else [])

def outside_each(certificates: list[dict[str, Any]], earliest: int | None, latest: int | None) -> bool:
    """Is a moment certainly outside the time of each of these certificates?"""
    return bool(certificates) and all(
        (earliest is not None and earliest > 1000 * one["not_after"])
        or (latest is not None and latest < 1000 * one["not_before"]) for one in certificates)

# 5 Pages: 256 bytes, of these a header of 29 with the coder's state at the first item, and a CRC of 4 at the end

def page_number(page: bytes) -> int:  # As it lies there.
    return int.from_bytes(page[2:6], "little")

def crc_of(page: bytes) -> int:  # What has to be turned over in the CRC, so that it holds.
    return binascii.crc32(page[:252]) ^ int.from_bytes(page[252:], "little")

def is_good(page: bytes) -> bool:  # Do its CRC, its version and the place of its first item make sense?
    return crc_of(page) == 0 and page[0] == 1 and (page[1] < 223 or page[1] == 0xFF)

def said_by(page: bytes) -> int:  # How many bytes in front of the CRC say something.
    return len(page[:252].rstrip(b"\xff"))

def extends(later: bytes, older: bytes) -> bool:  # Is the later copy the older one, read when more had been written?
    end = max(29, said_by(older))
    same = later[1:29] == older[1:29] or (older[1] == 0xFF and later[2:6] == older[2:6])
    return same and later[29:end] == older[29:end]

def single_bits() -> dict[int, int]:  # By what the CRC is off: the bit of a page that is wrong.
    return {crc_of((1 << bit).to_bytes(256, "little")) ^ crc_of(bytes(256)): bit for bit in range(2048)}

SINGLE_BITS = single_bits()

def with_the_wrong_bit_put_right(page: bytes) -> bytes:  # If there is only one; else the page as it is.
    bit = SINGLE_BITS.get(crc_of(page))
    return page if bit is None else (int.from_bytes(page, "little") ^ 1 << bit).to_bytes(256, "little")

Entry = tuple[str, Any]  # ("record", Record), ("seal", bytes), ("seed", bytes) or ("loss", code of a finding)

def pages_in_turn(pages: list[bytes], findings: Findings) -> Iterator[bytes | Entry]:
    """Good pages by number; between them what is missing or was refused."""
    good: dict[int, bytes] = {}
    refused: dict[int, list[bytes]] = {}
    differ = set()
    for page in pages:
        if not is_good(page):
            page = with_the_wrong_bit_put_right(page)
            refused.setdefault(page_number(page), []).append(page)
            continue
        number = page_number(page)
        if number not in good or extends(page, good[number]):
            good[number] = page
        elif not extends(good[number], page):
            differ.add(number)
    number_in = {number: int.from_bytes(page[6:10], "little") for number, page in good.items()}
    for number in differ:
        findings.against("page-differs", (number_in[number], None))
    before, highest = -1, max(good, default=-1)
    for number in sorted({*good, *refused}):
        if number > before + 1 and before < highest:
            yield "loss", "page-missing"
        before = number
        if number in good:
            yield good[number]
        for page in refused.get(number, []):
            if number in good and said_by(page) <= said_by(good[number]):
                findings.inform("page-bad", (number_in[number], None))
            else:
                yield "loss", "page-bad"

# 6 Items and records: what the pages hold, one stream over all of them

READING, BOOT, KEY, FIT, REMOVE, ATTESTATION, RECEIPT = 0x01, 0x10, 0x11, 0x12, 0x13, 0x17, 0x18
CONFIG, LOST, OPENED, TRUST, CONFIGURED = 0x1A, 0x1B, 0x1E, 0x1F, 0x20
FIELDS: dict[int, tuple[str, str]] = {  # strap 0x14, case 0x15, fault 0x16, repeated 0x19, refused 0x1c, fix 0x1d
    READING: ("<BhhH", ""), BOOT: ("<BI8s", "cause skipped"), KEY: ("<I64s", "epoch key"), 0x14: ("<BB", ""),
    FIT: ("<16sII8s8s64s", "order_id cadence_s interval_s nonce station signature"), 0x15: ("<BB", ""),
    REMOVE: ("<B8s8s64s", "reason nonce station signature"), 0x16: ("<BhB", "sense code size"), 0x19: ("<BIII", ""),
    ATTESTATION: ("<QI8s8s64s", "utc_ms nonce_ticks nonce station signature"), 0x1C: ("<BB", ""), 0x1D: ("<iiH", ""),
    RECEIPT: ("<II32sI66s8s8s64s", "page seal_number seal_hash epoch keys nonce station signature"),
    CONFIG: ("<II8siIIIII", "cadence_s interval_s calibration zero span tia adc temp prox"),
    LOST: ("<III", "count first_ticks last_ticks"), OPENED: ("<B8s8s64s", "scope nonce station signature"),
    TRUST: ("<BII32s", "change number generation digest"), CONFIGURED: ("<II8s8s64s", "cadence_s interval_s nonce station signature")}

class Record(NamedTuple):
    """One thing that the tag says, at one moment."""
    kind: int
    number: int
    boot: int
    ticks: int
    body: bytes
    def fields(self) -> dict[str, Any]:
        """By name; nothing if the body is cut."""
        layout, names = FIELDS.get(self.kind, ("<", ""))
        size = struct.calcsize(layout)
        if len(self.body) < size or (self.kind == 0x16 and len(self.body) < size + self.body[3]):
            return {}
        said = {"kind": self.kind, **dict(zip(names.split(), struct.unpack_from(layout, self.body), strict=False))}
        return said

def span(begin: int, end: int) -> int:  # Ticks from one to the other; right for less than half a period either way.
    return (end - begin + TICKS_PERIOD // 2) % TICKS_PERIOD - TICKS_PERIOD // 2

class Coder:
    """Reads items. Its state at the first item of a page is in the page's header."""
    def __init__(self, page: bytes) -> None:
        self.number, self.boot, self.ticks, *self.values, self.flags, ks, seconds = struct.unpack_from("<IIIhhHBHH", page, 6)
        self.interval = 1000 * seconds
        self.models = [(ks >> shift & 15, 24 << (ks >> shift & 15)) for shift in (0, 4, 8, 12)]
    def varint(self) -> int:  # Seven bits a byte, least first; the shortest form, below 2^32.
        value = 0
        for count in range(5):
            byte = self.take(1)[0]
            value |= (byte & 127) << 7 * count
            if byte < 128:
                if value >= 1 << 32 or (count and not byte):
                    break
                return value
        raise Refused("a number too large, or not in its shortest form")
    def take(self, size: int) -> bytes:
        part, self.rest = self.rest[:size], self.rest[size:]
        if len(part) < size:
            raise Unfinished("cut")
        return part
    def item(self, data: bytes) -> tuple[Entry | None, bytes]:
        """The item at the beginning, if it is more than a step of number or boot; and what lies behind it."""
        if data[0] < 0x80:
            return self.reading(data)
        self.rest, first = data[1:], data[0]
        entry: Entry | None = None
        if first < 0xC0:
            since, size = self.varint(), self.take(1)[0]
            entry = self.record(first & 63 if first & 63 != READING else 0, since, self.take(size))
        elif first == 0xC1:
            if (size := self.varint()) > 512:
                raise Refused("a seal too long")
            entry = "seal", self.take(size)
        elif first == 0xC2:
            entry = "seed", self.take(16)
        elif first == 0xC3:
            self.number = self.varint()
        elif first == 0xC4:
            self.boot, self.ticks, self.interval = self.varint(), 0, 0
        elif first == 0xC5:
            entry = self.seal()
        else:
            raise Refused("no such item")
        return entry, self.rest
    def record(self, kind: int, since: int, body: bytes) -> Entry:
        """The next record; since: ticks behind the last reading."""
        if kind == 0 or since >= TICKS_PERIOD or self.number >= 1 << 32:
            raise Refused("no such record")
        self.number += 1
        return "record", Record(kind, self.number - 1, self.boot, (self.ticks + since) % TICKS_PERIOD, body)
    def seal(self) -> Entry:  # A seal by its fields: the bytes that were signed follow from them.
        reason, lengths = self.take(2)
        epoch, number, count, since = (self.varint() for _ in range(4))
        nonce, next_keys, end = self.take(lengths & 63), self.take(33 * (lengths >> 6)), self.take(136)
        if len(nonce) > 32 or len(next_keys) > 66 or since >= TICKS_PERIOD or count > self.number:
            raise Refused("a seal's fields")
        fields = {1: end[:8], 2: epoch, 3: number, 4: self.boot, 5: self.number - count, 6: count, 7: end[8:40],
                  8: end[40:72], 9: (self.ticks + since) % TICKS_PERIOD, 10: reason, 11: nonce, 12: next_keys}
        payload = cbor({key: value for key, value in fields.items() if value != b""})
        return "seal", cbor(Tag(18, [ES256, {}, payload, end[72:]]))
    def reading(self, data: bytes) -> tuple[Entry, bytes]:
        """Flags, then the differences of interval, cell, temperature and proximity from the last reading."""
        self.bits, self.left = int.from_bytes(data[:32], "big"), 8 * len(data[:32])
        flags = self.take_bits(8) if self.take_bits(2) else self.flags
        steps, models = zip(*(self.rice(k, m) for k, m in self.models), strict=True)
        cell, temp, prox = (value + step for value, step in zip(self.values, steps[1:], strict=True))
        if abs(2 * steps[0] + 1) > TICKS_PERIOD:
            raise Refused("an interval out of range")
        if not (-32768 <= min(cell, temp) and max(cell, temp) < 32768 and 0 <= prox < 65536):
            raise Refused("a value out of range")
        interval = (self.interval + steps[0]) % TICKS_PERIOD
        rest = data[len(data[:32]) - self.left // 8:]  # the last bits of the last byte say nothing
        entry = self.record(READING, interval, struct.pack("<BhhH", flags, cell, temp, prox))
        self.ticks, self.interval, self.flags = (self.ticks + interval) % TICKS_PERIOD, interval, flags
        self.values, self.models = [cell, temp, prox], list(models)
        return entry, rest
    def take_bits(self, count: int) -> int:  # The next bits, the most significant first.
        self.left -= count
        if self.left < 0:
            raise Unfinished("cut")
        return self.bits >> self.left & (1 << count) - 1
    def rice(self, k: int, m: int) -> tuple[int, tuple[int, int]]:  # A value under its model, and the model behind it.
        ones = 0
        while ones < 12 and self.take_bits(1):
            ones += 1
        z = self.take_bits(32) if ones == 12 else ones << k | self.take_bits(k)
        m += min(z, 16 << k) - (m >> 4)
        k = min(k + 1, 15) if m >= 32 << k else k - 1 if m < 16 << k and k else k
        return (-(z + 1) // 2 if z & 1 else z // 2), (k, m)

def entries_of(turn: Iterable[bytes | Entry]) -> Iterator[Entry]:
    """All that is in the log. An item that runs over a page's end is read on in the next page, if that is there."""
    coder: Coder | None = None  # nothing: the page before is not there or could not be read
    begun, number = b"", -1
    for page in turn:
        if not isinstance(page, bytes):
            coder = None
            yield page
            continue
        first, payload = page[1], page[29:252]
        coder = coder if page_number(page) == number + 1 else None
        number = page_number(page)
        for at_first, part in enumerate((payload[:first] if first < 223 else payload, payload[first:])):
            coder, begun = (Coder(page), b"") if at_first and part else (coder, begun)
            begun += part
            try:
                while coder and begun:
                    if begun[0] == 0xFF:
                        coder = None  # the end: nothing runs on into the next page
                        break
                    entry, begun = coder.item(begun)
                    yield from [entry] if entry else []
            except Refused as problem:
                if not isinstance(problem, Unfinished) or (first < 223 and not at_first):
                    coder = None
                    yield "loss", "page-bad"
            begun = begun if coder else b""

# 7 Numbers that run on: of records and boots; and ticks

@dataclass
class Line:
    """A record in its place in the log. moment: ms from the first record of its boot. holds: of a station's statement."""
    record: Record
    said: dict[str, Any]
    moment: int
    seed: bytes | None
    proven: bool = False
    holds: bool = False

class Numbers:
    """Which record comes next."""
    def __init__(self, findings: Findings) -> None:
        self.findings, self.lines, self.losses = findings, list[Line](), list[str]()
        self.expected, self.fitted, self.begins_missing = 0, False, False
    def tell_losses(self, last: int | None) -> None:
        """The next record, or the seal over it, says how far a loss reached; at the end of the log nothing does."""
        reach = (self.expected, last) if last is None or last >= self.expected else (None, None)
        for code in self.losses:
            self.findings.against(code, reach, front=code == "page-missing" and self.begins_missing)
            self.begins_missing = False
        self.losses = []
    def record(self, record: Record, seed: bytes | None) -> Line:  # The next one.
        n, said, last = record.number, record.fields(), self.lines[-1] if self.lines else None
        self.tell_losses(n - 1)
        if not said or 0 in (said.get("cadence_s") if record.kind == CONFIG else 1, said.get("tia"), said.get("span")):
            self.findings.against("record-bad", (n, n))
        if n < self.expected:
            self.findings.against("record-repeat", (n, n))
        elif n > self.expected and (record.kind != BOOT or said.get("skipped") != n - self.expected):
            self.findings.against("record-gap", (self.expected, n - 1), front=last is None)
        self.expected, moment = n + 1, 0
        if last and last.record.boot == record.boot:
            step = (record.ticks - last.record.ticks) % TICKS_PERIOD
            if step >= (TICKS_PERIOD // 2 if self.fitted else TICKS_PERIOD - 3_600_000):
                self.findings.against("ticks-backwards", (n, n))
                step -= TICKS_PERIOD
            moment = last.moment + step
        elif (last and record.boot != last.record.boot + 1) or (record.kind != BOOT and (last or n == 0)):
            self.findings.against("boot-gap", (n, n))
        self.fitted = (self.fitted or bool(record.kind == FIT and said)) and record.kind != REMOVE
        if record.kind == LOST and said:
            self.findings.inform("readings-lost", (n, n))
        self.lines.append(Line(record, said, moment, seed))
        return self.lines[-1]

# 8 Windows and their seals: a seal names the root of a tree (RFC 9162, section 2.1.1) over the records of its window

SEAL = {1: ("tag_id", (8,)), 2: ("epoch", 32), 3: ("number", 32), 4: ("boot", 32), 5: ("first", 32), 6: ("count", 32),
        7: ("root", (32,)), 8: ("previous", (32,)), 9: ("ticks", 32), 10: ("reason", 32), 11: ("nonce", range(1, 33)),
        12: ("next_keys", (33, 66))}

class Seal:
    """A seal in its place. sound: its window is; tied: its signature leads back to a first key."""
    def __init__(self, data: bytes, behind: list[Line]) -> None:
        fields, self.message, self.signature = signed_from(data)
        if not {*range(1, 11)} <= set(fields):
            raise Refused("not a seal")
        said = named(fields, SEAL)
        self.digest = hashlib.sha256(data).digest()
        self.tag_id, self.epoch, self.number, self.boot = said["tag_id"], said["epoch"], said["number"], said["boot"]
        self.first, self.count, self.root, self.previous = said["first"], said["count"], said["root"], said["previous"]
        self.ticks, self.next_keys = said["ticks"], said.get("next_keys", b"")
        self.window = (self.first, self.first + self.count - 1) if self.count else NOTHING
        self.lines = list(itertools.dropwhile(lambda line: line.record.number < self.first, behind))
        self.sound = self.tied = False
    def is_over_its_records(self) -> bool:  # Are the records of the window there, and do they lead to its root?
        numbers = [line.record.number for line in self.lines]
        seed = self.lines[0].seed if self.lines else b""
        if len(numbers) != self.count or seed is None or numbers[:1] not in ([], [self.first]) or min([self.first, *numbers]) < self.first:
            return False
        return self.root == root_of([leaf_of(line.record, seed) for line in self.lines])

def leaf_of(record: Record, seed: bytes) -> bytes:
    """With a salt of its own, so that who is shown one record cannot try guesses at its neighbours."""
    salt = hmac.digest(seed, record.number.to_bytes(4, "big"), "sha256")
    return hashlib.sha256(b"\0" + salt + struct.pack("<BIII", *record[:4]) + record.body).digest()

def root_of(leaves: list[bytes]) -> bytes:  # Two by two up to one hash.
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:middle]) + root_of(leaves[middle:])).digest()

# 9 Keys: each seal is signed with the key of its epoch, which an earlier seal announced

class Chain:
    """The seals in their order, and the keys that they announce."""
    def __init__(self, tag_id: bytes, first_keys: list[bytes], findings: Findings) -> None:
        self.tag_id, self.findings, self.own_key_counts = tag_id, findings, not first_keys
        self.tied_keys, self.other_keys = {0: first_keys} if first_keys else {}, dict[int, list[bytes]]()
        self.seals, self.digests = list[Seal](), set[bytes]()
        self.waiting: list[Seal] = []  # a run of seals whose keys no tied seal announced
        self.expected = self.lowest_due = self.highest_due = 0
        self.unreadable_before = self.anchored_in_front = False
    def seal(self, seal: Seal) -> None:  # The next one.
        missing, front, against = seal.number - self.expected, not self.seals, self.findings.against
        whole = seal.is_over_its_records()
        if not whole:
            against("window-root", seal.window, front=front)
        if missing:
            against("seal-gap" if missing > 0 else "seal-repeat", seal.window, front=front and missing > 0)
        elif not self.unreadable_before and seal.previous != (self.seals[-1].digest if self.seals else bytes(32)):
            against("seal-chain", seal.window)
        seal.sound = whole and missing >= 0 and seal.tag_id == self.tag_id
        keys = self.tied_keys.get(seal.epoch) or self.other_keys.get(seal.epoch, [])
        right = any(signature_fits(key, seal.message, seal.signature) for key in keys)
        if (keys and not right) or seal.tag_id != self.tag_id:
            against("seal-signature", seal.window)
        if keys and not right:
            self.highest_due += max(missing + 1, 0)
        else:
            self.check_epoch(seal, max(missing, 0))
            if right and seal.epoch in self.tied_keys:
                self.tie_those_before(seal)
                self.tie(seal)
                if missing >= 0:
                    self.give_up()
            else:
                self.waiting.append(seal)
                self.announce(seal, self.other_keys)
        self.seals.append(seal)
        self.digests.add(seal.digest)
        self.expected, self.unreadable_before = max(self.expected, seal.number + 1), False
    def check_epoch(self, seal: Seal, missing: int) -> None:
        """A seal uses its epoch up: none comes again, and none is left out."""
        if seal.digest in self.digests:
            return
        if seal.epoch < self.lowest_due:
            self.findings.against("epoch-repeat", seal.window)
            return
        if seal.epoch > self.highest_due + missing:
            self.findings.against("epoch-gap", seal.window)
        self.lowest_due = self.highest_due = seal.epoch + (seal.next_keys != b"")
    def announce(self, seal: Seal, keys: dict[int, list[bytes]]) -> None:
        """The last key is that of the epoch after next; with two of them the first is that of the next one."""
        for epoch, at in ((seal.epoch + 2, len(seal.next_keys) - 33), (seal.epoch + 1, len(seal.next_keys) - 66)):
            if at >= 0:
                keys.setdefault(epoch, []).append(seal.next_keys[at:at + 33])
    def tie(self, seal: Seal) -> None:
        """It leads back to a first key, and so do the keys that it announces; a sound window's records are proven."""
        seal.tied = True
        self.announce(seal, self.tied_keys)
        for line in seal.lines if seal.sound else []:
            line.proven = True
    def tie_those_before(self, seal: Seal) -> None:
        """A seal that is tied carries the hash of the one before it, and that of the one before that."""
        while self.waiting and self.waiting[-1].digest == seal.previous:
            seal = self.waiting.pop()
            self.findings.inform("seal-by-hash", seal.window)
            self.tie(seal)
    def give_up(self) -> None:  # Nothing ties the seals that wait.
        if self.waiting:
            windows = [seal.window for seal in self.waiting if seal.count] or [NOTHING]
            self.findings.against("key-unknown", (min(first for first, _ in windows), max(last for _, last in windows)))
        self.waiting = []
    def key_record(self, n: int, said: dict[str, Any]) -> None:
        """A key that the log names must be one that leads back to a first one."""
        if said["epoch"] == 0 and self.own_key_counts:
            self.tied_keys[0], self.own_key_counts = [compressed(said["key"])], False
        if compressed(said["key"]) not in self.tied_keys.get(said["epoch"], []):
            self.findings.against("key-differs", (n, n))
    def receipt(self, n: int, said: dict[str, Any], lost_since_seal: bool) -> None:
        """A station's checkpoint: the seal that it saw, and the keys of the next two epochs."""
        named_seals = [seal.digest for seal in self.seals if seal.number == said["seal_number"]]
        keys = [(said["epoch"], said["keys"][:33]), (said["epoch"] + 1, said["keys"][33:])]
        keys = [(epoch, key) for epoch, key in keys if any(key)]
        if ((named_seals and said["seal_hash"] not in named_seals)
                or (said["seal_number"] >= self.expected and not lost_since_seal)
                or any(key not in self.tied_keys.get(epoch, [key]) for epoch, key in keys)):
            self.findings.against("receipt-differs", (n, n))
        elif new := [(epoch, [key]) for epoch, key in keys if epoch not in self.tied_keys]:
            self.findings.inform("anchored", (n, n))
            self.anchored_in_front |= not any(seal.tied for seal in self.seals)
            self.tied_keys |= dict(new)

# 10 Statements of stations: records that hold the signature of the request that made them

COMMANDS = {FIT: (0x05, 24), REMOVE: (0x06, 1), ATTESTATION: (0x09, 8), RECEIPT: (0x07, 110), OPENED: (0x0A, 1),
            CONFIGURED: (0x0D, 8)}

class Statements:
    """Who said it, may they, and did they sign it?"""
    def __init__(self, authority: Authority, tag_id: bytes, findings: Findings) -> None:
        self.authority, self.tag_id, self.findings, self.minimum = authority, tag_id, findings, 0
    def record(self, line: Line) -> None:  # A statement, or a record of what the tag took from its authority.
        n, kind, station = line.record.number, line.record.kind, line.said.get("station", b"")
        if kind == TRUST and line.said:
            if line.said["digest"] not in self.authority.digests:
                self.findings.inform("trust-unknown", (n, n))
            lists = [one["minimum"] for one in self.authority.lists if one["digest"] == line.said["digest"]]
            self.minimum = max([self.minimum, *lists])
        if station:
            problem = self.problem(line, station)
            line.holds = not problem
            if line.holds and (ROOT, station) not in self.authority.keys and self.authority.generation(station) < self.minimum:
                problem = "station-generation"
            if problem:
                self.findings.against(problem, (n, n))
    def problem(self, line: Line, signer: bytes) -> str:  # Why a statement does not hold, if it does not.
        kind, body = line.record.kind, line.record.body
        root, stations = self.authority.keys.get((ROOT, signer)), self.authority.of(STATION, signer)
        if root is None and not stations:
            return "station-unknown"
        if kind == OPENED if root is None else kind not in (REMOVE, OPENED):
            return "statement-right"
        command, size = COMMANDS[kind]
        message = to_be_signed(cbor(["ankletag command", command, self.tag_id, line.said["nonce"], body[:size]]))
        key: bytes = stations[0]["key"] if root is None else root
        return "" if signature_fits(key, message, line.said["signature"]) else "statement-signature"
    def check_times(self, lines: list[Line], clock: Clock) -> None:  # What can be said only when the times are known.
        for line in lines:
            n, station = line.record.number, line.said.get("station", b"")
            if line.holds and (ROOT, station) not in self.authority.keys:
                earliest, latest = clock.bounds(line)
                since = self.authority.station_revoked_ms(station)
                if since is not None and (latest is None or latest >= since):
                    self.findings.against("station-revoked", (n, n))
                if outside_each(self.authority.of(STATION, station), earliest, latest):
                    self.findings.against("station-expired", (n, n))

# 11 The schedule: while a tag is fitted, seals come at least so often

class Schedule:
    """When the next seal is due."""
    def __init__(self) -> None:
        self.cadence = self.interval = self.begin = 0
        self.due: int | None = None  # all in ms from the first record of the boot
        self.fitted = self.late = self.full = False
        self.only_losses = True
    def begin_anew(self, moment: int) -> None:
        self.begin, self.full = moment, False
        self.due = moment + self.interval if self.fitted and self.interval else None
    def look(self, moment: int) -> None:
        late = self.due is not None and moment > self.due + max(2 * self.cadence, 120_000)
        self.late |= self.fitted and late
    def record(self, line: Line, begins_boot: bool) -> None:  # The next record.
        kind, moment, said = line.record.kind, line.moment, line.said
        if begins_boot:
            self.begin_anew(moment)
        self.only_losses &= kind in (BOOT, LOST)
        if kind == LOST and said and self.only_losses:  # the log was full from then on: no seal could be made
            self.look(moment + span(line.record.ticks, said["first_ticks"]))
            if not self.late:
                self.due, self.full = None, True
        elif self.full and kind != LOST:
            self.begin_anew(moment)
        self.fitted &= kind != REMOVE
        self.look(moment)
        if kind == CONFIG and said:
            self.cadence, self.interval = 1000 * said["cadence_s"], 1000 * said["interval_s"]
            if self.due is not None and not self.late:
                self.due = max(self.begin + self.interval, min(self.due, moment))
        if kind == FIT and said:
            self.fitted, self.late = True, False
            self.begin_anew(moment)
    def seal(self, moment: int, window: Any, findings: Findings) -> None:  # The next seal: was one due long before?
        self.look(moment)
        self.only_losses = True
        if self.late and window[0] is None:
            return
        if self.late:
            findings.against("seal-late", window)
        self.late = False
        self.begin_anew(moment)

# 12 Time: between which bounds a moment lies, in UTC

Bounds = tuple[int | None, int | None]

class Clock:
    """What the stations' attestations say of each moment."""
    def __init__(self, lines: list[Line], attestations: list[Line], findings: Findings) -> None:
        self.attestations: dict[int, list[Line]] = {}
        for line in sorted(attestations, key=lambda line: line.moment):
            self.attestations.setdefault(line.record.boot, []).append(line)
        for one, other in (pair for own in self.attestations.values() for pair in itertools.pairwise(own)):
            first, second = said_at(one, other.moment), said_at(other, other.moment)
            if first[0] > second[1] or second[0] > first[1]:
                findings.against("clock-conflict", (one.record.number, other.record.number))
        ends: dict[int, list[Line]] = {}  # of each boot its first and its last record
        for line in lines:
            ends.setdefault(line.record.boot, [line, line])[1] = line
        for boot, later in itertools.pairwise(sorted(self.attestations)):
            if (self.bounds(ends[boot][1])[0] or 0) > (self.bounds(ends[later][0])[1] or 0):
                two = self.attestations[boot][-1], self.attestations[later][0]
                findings.against("clock-conflict", (two[0].record.number, two[1].record.number))
        self.boots: dict[int, Bounds] = {}  # of boots without attestations: between those beside them
        earliest = latest = None
        for boot in sorted(ends):
            self.boots[boot] = earliest, None
            earliest = self.bounds(ends[boot][1])[0]
        for boot in sorted(ends, reverse=True):
            self.boots[boot] = self.boots[boot][0], latest
            latest = self.bounds(ends[boot][0])[1]
    def bounds(self, line: Line) -> Bounds:  # Earliest and latest UTC, ms from 1970-01-01.
        own = self.attestations.get(line.record.boot, [])
        if not own:
            return self.boots[line.record.boot]
        at = sum(one.moment <= line.moment for one in own)
        lows, highs = zip(*(said_at(one, line.moment) for one in own[max(at - 1, 0):at + 1]), strict=True)
        return (max(lows), min(highs)) if max(lows) <= min(highs) else (min(lows), max(highs))

def said_at(attestation: Line, moment: int) -> tuple[int, int]:
    """By one attestation: the tag's clock is right within 50 ppm, the station's within 500 ms."""
    away = moment - attestation.moment
    drift = -(-abs(away) * 50 // 1_000_000)
    age = max(0, span(attestation.said["nonce_ticks"], attestation.record.ticks))
    about: int = attestation.said["utc_ms"] + away
    return about - drift - 500, about + age + drift + 500

# 13 The witness: seals that somebody wrote down elsewhere

def check_witnesses(witnesses: list[tuple[int, str]], seals: list[Seal], findings: Findings) -> None:
    """Each must be in the log, and the same."""
    for number, digest in witnesses:
        of_number = [seal for seal in seals if seal.number == number]
        if of_number and not of_number[0].digest.hex().startswith(digest):
            findings.against("witness-differs", of_number[0].window)
        elif number > max((seal.number for seal in seals), default=-1):
            findings.against("tail-missing")
        elif not of_number:
            findings.inform("witness-unchecked")

# 14 All of it in turn

class Walk:
    """Once along the log."""
    def __init__(self, bundle: Bundle, authority: Authority, findings: Findings) -> None:
        self.bundle, self.authority, self.findings, self.numbers = bundle, authority, findings, Numbers(findings)
        self.chain = Chain(bundle.tag_id, authority.check_tag(bundle, findings), findings)
        self.statements, self.schedule = Statements(authority, bundle.tag_id, findings), Schedule()
        self.behind: list[Line] = []  # records behind the last seal
        self.seed: bytes | None = None
        self.lost_since_seal = False
    def record(self, record: Record) -> None:  # The next record.
        lines = self.numbers.lines
        begins_boot = not lines or lines[-1].record.boot != record.boot
        line = self.numbers.record(record, self.seed)
        self.seed = None
        self.behind.append(line)
        self.schedule.record(line, begins_boot)
        self.statements.record(line)
        if record.kind == KEY and line.said:
            self.chain.key_record(record.number, line.said)
        if record.kind == RECEIPT and line.holds:
            self.chain.receipt(record.number, line.said, self.lost_since_seal)
    def seal(self, data: bytes) -> None:  # The next seal.
        behind, self.behind = self.behind, []
        try:
            seal = Seal(data, behind)
        except Refused:
            self.findings.against("seal-signature")
            self.chain.unreadable_before = self.lost_since_seal = True
            return
        lines = self.numbers.lines
        self.numbers.tell_losses(-1 if seal.window[1] is None else seal.window[1])
        if lines:
            last = lines[-1]
            away = span(last.record.ticks, seal.ticks) if seal.boot == last.record.boot else 0
            self.schedule.seal(last.moment + away, seal.window, self.findings)
        self.chain.seal(seal)
        self.lost_since_seal = False
    def all(self, entries: Iterable[Entry]) -> None:  # Every entry of the log.
        for at, (what, value) in enumerate(entries):
            self.numbers.begins_missing |= what == "loss" and at == 0
            if what == "record":
                self.record(value)
            elif what == "seal":
                self.seal(value)
            elif what == "seed":
                self.seed = value
            else:
                self.numbers.losses.append(value)
                self.seed, self.lost_since_seal = None, True
        self.numbers.tell_losses(None)
        self.chain.give_up()
    def end(self) -> Clock:  # What can be said only when all of the log was seen.
        lines, against, numbers = self.numbers.lines, self.findings.against, [line.record.number for line in self.behind]
        behind = (numbers[0], numbers[-1]) if numbers else NOTHING
        if numbers:
            self.findings.inform("record-unsealed", behind)
        if self.schedule.late and numbers:
            against("seal-late", behind)
        if not lines:
            against("record-gap")
        anchored = self.chain.anchored_in_front and 0 not in map(page_number, map(with_the_wrong_bit_put_right, self.bundle.pages))
        for _, code, records in self.findings.in_front:
            if not anchored or (code == "window-root" and lines and self.chain.seals[0].first >= lines[0].record.number):
                against(code, records)
        attestations = [line for line in lines if line.holds and line.proven and line.record.kind == ATTESTATION
                        and self.authority.station_revoked_ms(line.said["station"]) is None]
        clock = Clock(lines, attestations, self.findings)
        self.statements.check_times(lines, clock)
        certificates, order = self.authority.of(TAG, self.bundle.tag_id), self.bundle.order_id
        calibrations, fits = [one["calibration"] for one in certificates], [line for line in lines if line.record.kind == FIT]
        for line in lines:
            if line.record.kind == CONFIG and line.said and calibrations and line.said["calibration"] not in calibrations:
                against("calibration-differs", (line.record.number, line.record.number))
            if line.record.kind == FIT and line.said and outside_each(certificates, *clock.bounds(line)):
                against("certificate-expired", (line.record.number, line.record.number))
        if order is not None and all(line.said.get("order_id") != order for line in fits):
            against("fitting-missing")
        return clock

# 15 What is said

@dataclass
class Result:
    """What a check gave."""
    findings: list[dict[str, Any]]
    checked: dict[str, Any]

def verify(data: bytes, authority: bytes | None = None, witnesses: Iterable[tuple[int, str]] = ()) -> Result:
    """Check a bundle. data: of evidence.zip; authority: its key, 33 bytes; witnesses: numbers of seals, and hash in hex."""
    findings = Findings()
    try:
        bundle = bundle_from(data)
    except Refused:
        findings.against("bundle-damaged")
        return Result(said_of(findings, [], None), {})
    trusted = Authority(bundle, authority, findings)
    walk = Walk(bundle, trusted, findings)
    walk.all(entries_of(pages_in_turn(bundle.pages, findings)))
    lines, clock = walk.numbers.lines, walk.end()
    check_witnesses(list(witnesses), walk.chain.seals, findings)
    last = walk.chain.seals[-1] if walk.chain.seals else None
    checked = {"tag_id": bundle.tag_id.hex(), "order_id": bundle.order_id and bundle.order_id.hex(),
               "documents": len(bundle.documents), "pages": len(bundle.pages), "records": len(lines),
               "proven": sum(line.proven for line in lines), "seals": len(walk.chain.seals),
               "statements": sum(line.holds for line in lines),
               "last_seal": last and [last.number, last.digest.hex()]}
    return Result(said_of(findings, lines, clock), checked)

def said_of(findings: Findings, lines: list[Line], clock: Clock | None) -> list[dict[str, Any]]:
    """The findings, once each, with the time between which their records lie."""
    said = []
    for severity, code, (first, last) in sorted(set(findings.all), key=str):
        before = [line for line in lines if first is not None and line.record.number <= first][-1:]
        behind = [line for line in lines if last is not None and line.record.number >= last][:1]
        times = [clock.bounds(line)[side] if clock else None for side, some in ((0, before), (1, behind)) for line in some[:1]]
        said.append({"code": code, "severity": severity, "first_record": first, "last_record": last,
                     "earliest_ms": times[0] if before else None, "latest_ms": times[-1] if behind else None})
    return said

def key_from(text: str) -> bytes:  # an authority's key: hexadecimal digits of the point, or a file with its root document
    try:
        data = bytes.fromhex(text) if len(text) in (66, 128, 130) else b""
        data = compressed(data[-64:]) if len(data) > 33 else data
        if not data:
            with open(text, "rb") as file:
                data = document_from(file.read(1024))["key"]
        multiples_of_key(data)
    except (OSError, ValueError, KeyError, Refused):
        raise argparse.ArgumentTypeError(f"{text} is neither a root document nor the digits of a public key") from None
    return data

def witness_from(text: str) -> tuple[int, str]:
    number, _, digest = text.lower().partition(":")
    if not number.isdecimal() or not 16 <= len(digest) <= 64 or set(digest) - set("0123456789abcdef"):
        raise argparse.ArgumentTypeError(f"{text} is not NUMBER:HASH with 16 to 64 hexadecimal digits of a seal's hash")
    return int(number), digest

def utc(ms: int | None) -> str:
    if ms is None or not -62_000_000_000_000 < ms < 253_000_000_000_000:
        return "unknown"
    return (datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(milliseconds=ms)).strftime("%Y-%m-%d %H:%M:%S")

def main(arguments: list[str] | None = None) -> int:
    """The program: exit code 0 if the evidence holds, 1 if something speaks against it, 2 for misuse, 10 if damaged."""
    parser = argparse.ArgumentParser(description="Check an evidence bundle.", epilog="SPEC.md says what each finding means.")
    parser.add_argument("file", help="evidence.zip")
    parser.add_argument("--authority", type=key_from, help="the authority's public key: hexadecimal, or a file with its root")
    parser.add_argument("--witness", type=witness_from, nargs="+", default=[], action="extend", help="NUMBER:HASH of a seal")
    parser.add_argument("--json", action="store_true", help="print JSON")
    said = parser.parse_args(arguments)
    try:
        with open(said.file, "rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as problem:
        print(f"{said.file} cannot be read: {problem.strerror}. Name a bundle, such as evidence.zip.", file=sys.stderr)
        return 2
    if len(data) > LARGEST_FILE:
        print(f"{said.file} is larger than any bundle (64 MiB). Name a bundle, such as evidence.zip.", file=sys.stderr)
        return 2
    result = verify(data, said.authority, said.witness)
    codes = {finding["code"] for finding in result.findings if finding["severity"] == "against"}
    if said.json:
        print(json.dumps({"holds": not codes, "checked": result.checked, "findings": result.findings}, indent=2))
    else:
        for name, value in result.checked.items():
            print(f"{name.replace('_', ' '):12} {value}")
        for one in result.findings:
            first, last = one["first_record"], one["last_record"]
            records = "" if first is None else f"record {first}" if first == last else f"records {first} to {last if last is not None else 'the end'}"
            times = "" if first is None else f"between {utc(one['earliest_ms'])} and {utc(one['latest_ms'])} UTC"
            print(f"{one['severity']:12} {one['code']:22} {records:24} {times}".rstrip())
        print("DOES NOT HOLD" if codes else "HOLDS")
    return 10 if "bundle-damaged" in codes else 1 if codes else 0

if __name__ == "__main__":
    sys.exit(main())
