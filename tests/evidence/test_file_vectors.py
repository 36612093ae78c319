"""The one file meets the golden vectors, too: it shares no code with the package that they were made for."""

import json
from collections.abc import Callable
from typing import Any

import pytest

import verify_evidence as alone
from support import ROOT

VECTORS = ROOT / "protocol" / "vectors"
SEED, RECORD, SEAL = 3, 1, 2
# Fields in front of a request's nonce, in their order; bytes of a number, 0 for bytes.
IN_FRONT = {
    "order_id": 0, "cadence_s": 4, "seal_interval_s": 4, "profile": 1, "fix_interval_s": 4, "utc_ms": 8,
    "calibration_id": 0, "cell_zero_uv": 4, "cell_span_pa_per_mg_dl": 4, "calibrated_day": 2, "reference_mdeg_c": 4,
    "zero_nv_per_deg_c": 4, "span_ppm_per_deg_c": 4, "reason": 1, "scope": 1,
    "page": 4, "seal_number": 4, "seal_hash": 0, "epoch": 4, "keys": 0,
}  # fmt: skip


def plain(value: Any) -> Any:
    """A CBOR value as the vectors write it."""
    if isinstance(value, bytes):
        return {"b": value.hex()}
    if isinstance(value, str):
        return {"t": value.encode().hex()}
    if isinstance(value, alone.Tag):
        return {"tag": value.number, "of": plain(value.of)}
    if isinstance(value, dict):
        return {"m": [[plain(key), plain(item)] for key, item in value.items()]}
    return [plain(item) for item in value] if isinstance(value, list) else value


def shape(entry: tuple[str, Any]) -> list[Any]:
    """[item kind, value] as the vectors write it."""
    what, value = entry
    if what != "record":
        return [SEED if what == "seed" else SEAL, value.hex()]
    return [RECORD, [value.kind, value.number, value.boot, value.ticks, value.body.hex()]]


def coding_decode(data: str, *_: Any) -> list[list[Any]]:
    """Every item up to the first that cannot be read."""
    coder, rest, found = alone.Coder(bytes(256)), bytes.fromhex(data), list[Any]()
    while rest and rest[0] != 0xFF:
        try:
            entries, rest = coder.item(rest)
        except alone.Refused:
            return [*found, "bad"]
        found += [shape(entry) for entry in entries]
    return found


def pages_read(raws: list[str | None]) -> list[list[Any]]:
    known = [bytes.fromhex(raw) if raw else b"" for raw in raws]
    turn = [raw if raw and alone.is_good(raw) else ("loss", "page-missing") for raw in known]
    return [shape(entry) for entry in alone.entries_of(turn) if entry[0] != "loss"]


def seal_parse(data: str) -> list[Any]:
    seal = alone.seal_from(bytes.fromhex(data), [])
    return [seal.tag_id.hex(), seal.epoch, seal.number, seal.boot, seal.first, seal.count, seal.root.hex(),
            seal.previous.hex(), seal.ticks, seal.reason]  # fmt: skip


def payload(kind: int, tag_id: str, values: dict[str, Any]) -> str | None:
    """Of the requests that leave records."""
    for request, whole in alone.COMMANDS.values():
        if request == kind:
            body = b"".join(
                value.to_bytes(size, "little", signed=value < 0) if isinstance(value, int) else bytes.fromhex(value)
                for name, size in IN_FRONT.items()
                if (value := values.get(name)) is not None
            )
            assert len(body) == whole
            nonce = bytes.fromhex(values["nonce"])
            return alone.cbor(["ankletag command", kind, bytes.fromhex(tag_id), nonce, body]).hex()
    return None


def items_of(result: list[Any]) -> list[Any]:
    """Kinds and values of the items that are records, seals or seeds; 'bad' for what could not be read."""
    said = [one if isinstance(one, list) else "bad" for one in result]
    return [one if one == "bad" else one[:2] for one in said if one == "bad" or one[0] in (SEED, RECORD, SEAL)]


READERS: dict[str, Callable[[dict[str, Any]], tuple[Any, Any]]] = {
    "cbor.decode": lambda row: (plain(alone.from_cbor(bytes.fromhex(row["args"][0]))), row["result"]),
    "coding.decode": lambda row: (coding_decode(*row["args"]), items_of(row["result"])),
    "pages.read": lambda row: (pages_read(row["args"][0]), [one for one in items_of(row["result"]) if one != "bad"]),
    "seals.parse": lambda row: (seal_parse(row["args"][0]), row["result"].get("seal", [])[:10]),
    "documents.parse": lambda row: (alone.document_from(bytes.fromhex(row["args"][0]))["type"] > 0, True),
    "tree.root": lambda row: (alone.root_of([bytes.fromhex(leaf) for leaf in row["args"][0]]).hex(), row["result"]),
    "cose.signed_bytes": lambda row: (alone.to_be_signed(bytes.fromhex(row["args"][0])).hex(), row["result"]),
    "cose.key_id": lambda row: (alone.key_id(bytes.fromhex(row["args"][0])).hex(), row["result"]),
    "cose.compressed": lambda row: (alone.compressed(bytes.fromhex(row["args"][0])).hex(), row["result"]),
    "records.ticks_after": lambda row: (alone.span(*row["args"]), row["result"]),
}
ROWS = [
    row
    for path in sorted(VECTORS.glob("*.json"))
    for row in json.loads(path.read_text(encoding="utf-8"))
    if row["op"] in READERS
]


@pytest.mark.parametrize("op", sorted(READERS))
def test_the_file_meets_them(op: str) -> None:
    rows = [row for row in ROWS if row["op"] == op]
    assert rows
    for row in rows:
        if isinstance(row["result"], dict) and "bad" in row["result"]:
            with pytest.raises(alone.Refused):
                READERS[op](row)
        else:
            own, asked = READERS[op](row)
            assert own == asked, row["why"]


def test_signed_requests_are_the_same_bytes() -> None:
    rows = json.loads((VECTORS / "commands.json").read_text(encoding="utf-8"))
    tried = 0
    for row in rows:
        if row["op"] == "commands.payload" and isinstance(row["result"], str):
            own = payload(*row["args"])
            tried += own is not None
            assert own in (None, row["result"]), row["why"]
    assert tried >= 5


def test_a_signature_of_the_rfc_holds_and_no_other() -> None:
    """RFC 6979 appendix A.2.5, message "sample" with SHA-256."""
    key = bytes.fromhex("0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6")
    r = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    s = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    assert alone.signature_fits(key, b"sample", bytes.fromhex(r + s))
    assert not alone.signature_fits(key, b"Sample", bytes.fromhex(r + s))
    assert not alone.signature_fits(key, b"sample", bytes.fromhex(s + r))
    assert not alone.signature_fits(key, b"sample", bytes(64))
    assert not alone.signature_fits(bytes((2,)) + key[1:], b"sample", bytes.fromhex(r + s))
