"""Write protocol/vectors: python tests/protocol/make_vectors.py [FOLDER].

The files are golden: whoever changes one says why in the commit.
"""

import binascii
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "protocol" / "vectors"
sys.path[:0] = [str(ROOT / "protocol"), str(ROOT / "tests")]

from protocol import cases, coding_vectors, vector_cases, wire_vectors  # noqa: E402 - the path comes first


def chained() -> dict[str, list[tuple[str, list[Any], str]]]:
    """Cases whose arguments are results of others: what was encoded is decoded again."""
    run = cases.run
    found: dict[str, list[tuple[str, list[Any], str]]] = {"frames": [], "coding": [], "pages": [], "seals": []}
    for op, arguments, why in wire_vectors.FRAMES:
        result = run(op, arguments)
        if op == "frames.encode" and isinstance(result, str):
            found["frames"].append(("frames.feed", [[result]], f"{why}, received"))
            found["frames"].append(("frames.feed", [[result], 1028], f"{why}, received by a host"))
    two = run("frames.encode", [1, 1, "00"]) + run("frames.encode", [2, 2, ""])
    found["frames"].append(("frames.feed", [[two[at : at + 2] for at in range(0, len(two), 2)]], "one byte at a time"))
    flipped = bytearray.fromhex(two)
    flipped[3] ^= 0x10
    found["frames"].append(("frames.feed", [[flipped.hex()]], "a flipped bit costs its own frame only"))
    found["frames"].append(("frames.feed", [[two[6:]]], "begun in the middle of a frame"))
    for op, arguments, why in coding_vectors.CODING:
        result = run(op, arguments)
        if op == "coding.encode" and isinstance(result, list):
            found["coding"].append(("coding.decode", ["".join(result)], f"{why}, read back"))
        if op == "rice.encode":
            count = len(arguments[1])
            found["coding"].append(("rice.decode", [arguments[0], result[0], count], f"{why}, read back"))
    for op, arguments, why in coding_vectors.PAGES:
        if op == "pages.build":
            built = run(op, arguments)
            found["pages"].append(("pages.read", [built], f"{why}, read back"))
            for lost in range(len(built) if len(built) > 1 else 0):
                left = built[:lost] + built[lost + 1 :]
                found["pages"].append(("pages.read", [left], f"{why}; page {lost} of these is lost"))
    built = run("pages.build", [5, coding_vectors.SPLIT_SEAL])
    found["pages"] += [
        ("pages.parse", [built[0]], "the fields of a page"),
        ("pages.parse", [built[1]], "a page in which no item starts"),
        ("pages.begins_seal", [built[:1]], "the seal goes on behind the page"),
        ("pages.begins_seal", [built], "no seal goes on behind the last page"),
        ("pages.read", [[built[0], None, built[1]]], "a gap that is told ends the item"),
        ("pages.read", [[built[0], "00" * 256, built[2]]], "a page whose CRC does not hold"),
        ("pages.parse", [_with(built[0], 0, 2)], "a page of another version"),
        ("pages.parse", [_with(built[0], 1, 226)], "an offset behind the payload"),
    ]
    seal = whole_seal()
    found["seals"] += [
        ("seals.parse", [seal], "a whole seal, signed with the key of RFC 6979 A.2.5 and its deterministic nonce"),
        ("seals.hash_of", [seal], "how the next seal names it"),
        ("seals.parse", [seal + "00"], "a byte behind the seal"),
        ("seals.parse", [seal[:-2]], "its last byte is missing"),
    ]
    return found


def _with(page: str, at: int, value: int) -> str:
    """A page with one byte changed and a CRC that holds again."""
    raw = bytearray.fromhex(page)
    raw[at] = value
    raw[252:] = binascii.crc32(raw[:252]).to_bytes(4, "little")
    return raw.hex()


def whole_seal() -> str:
    """SEAL_ALL with a real signature; `cryptography` verifies it in test_vectors.py."""
    sys.path.insert(0, str(ROOT / "firmware"))
    from tag.crypto import p256

    payload = cases.run("seals.payload", vector_cases.SEAL_ALL)
    digest = cases.run("cose.signed_digest", [payload])
    signature = p256.sign(bytes.fromhex(vector_cases.RFC6979_SECRET), bytes.fromhex(digest))
    return cases.run("cose.assemble", [payload, signature.hex()])


def lines() -> dict[str, str]:
    """Text of each file by its name, one case a line."""
    more = chained()
    files = {}
    for name, listed in vector_cases.FILES.items():
        rows = [
            {"op": op, "args": arguments, "result": cases.run(op, arguments), "why": why}
            for op, arguments, why in [*listed, *more.get(name, [])]
        ]
        files[name + ".json"] = "[\n" + ",\n".join(json.dumps(row, sort_keys=True) for row in rows) + "\n]\n"
    return files


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else VECTORS
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in lines().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
