"""The golden vectors: both interpreters meet every one, and the committed files are what the code makes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from micropython_vm import Vm
from protocol import cases, vector_cases
from support import ROOT

VECTORS = ROOT / "protocol" / "vectors"
FILES = sorted(path.name for path in VECTORS.glob("*.json"))

# Answers that others published: what the files say must agree with them.
PUBLISHED = [
    # RFC 4231 sections 4.2, 4.3 and 4.7.
    ("hmac.json", "RFC 4231 case 1", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    ("hmac.json", "RFC 4231 case 2", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (
        "hmac.json",
        "RFC 4231 case 6, a key over one block",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    # RFC 8949 appendix A.
    ("cbor.json", "RFC 8949 appendix A", "8301820203820405"),
    # RFC 9162 section 2.1.1: the root of nothing is the hash of nothing.
    ("tree.json", "0 leaves", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    # Cheshire and Baker 1999, section IV.
    ("cobs.json", "a zero inside", "0311220233"),
]


def load(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return loaded


def test_every_module_has_its_file() -> None:
    assert [f"{name}.json" for name in sorted(vector_cases.FILES)] == FILES


def test_every_function_has_a_vector() -> None:
    used = {row["op"] for name in FILES for row in load(name)}
    assert used == set(cases.OPS) - {"version", "frames.held", "pages.carried"}


@pytest.mark.parametrize("name", FILES)
def test_cpython_meets_them(name: str) -> None:
    for row in load(name):
        assert cases.run(row["op"], row["args"]) == row["result"], row["why"]


@pytest.mark.parametrize("name", FILES)
def test_micropython_meets_them(name: str, vm: Vm) -> None:
    for row in load(name):
        assert vm.ask([row["op"], row["args"]]) == row["result"], row["why"]


@pytest.mark.parametrize(("name", "why", "result"), PUBLISHED)
def test_they_agree_with_what_was_published(name: str, why: str, result: str) -> None:
    assert [row["result"] for row in load(name) if row["why"] == why][:1] == [result]


def test_the_whole_seal_is_a_valid_signature() -> None:
    (row,) = [row for row in load("seals.json") if row["why"].startswith("a whole seal")]
    signature = bytes.fromhex(row["result"]["signature"])
    key = ec.derive_private_key(int(vector_cases.RFC6979_SECRET, 16), ec.SECP256R1()).public_key()
    payload = cases.run("seals.payload", vector_cases.SEAL_ALL)
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    signed = bytes.fromhex(cases.run("cose.signed_bytes", [payload]))
    key.verify(der, signed, ec.ECDSA(hashes.SHA256()))


def test_the_script_reproduces_the_files(tmp_path: Path) -> None:
    script = ROOT / "tests" / "protocol" / "make_vectors.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, timeout=60)
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (VECTORS / name).read_bytes(), f"{name}: run make_vectors.py"
