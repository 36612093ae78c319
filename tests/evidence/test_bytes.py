"""Bytes that nobody wrote: any one that is changed, and files that are no bundles at all, for both verifiers."""

import itertools
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import verify_evidence
from ankletag.bundle import make_bundle, read_bundle
from ankletag.errors import AnkletagError, EvidenceRefused
from evidence.lives import Evidence
from evidence.verdicts import Verdict, verdict, verdict_of_the_file
from host.tagmaker import TagMaker, fitted
from support import ROOT

FILE = ROOT / "protocol" / "verify_evidence.py"
DAMAGED = Verdict(frozenset({("bundle-damaged", "against", None, None)}), 0)


def small() -> Evidence:
    maker = fitted([0] * 20)
    return Evidence(
        maker.tag_id, maker.public_key, maker.documents, maker.raw_pages(), maker.order_id, maker.programme.root.point
    )


SMALL = small()
DATA = make_bundle(SMALL.tag_id, SMALL.public_key, SMALL.order_id, SMALL.documents, SMALL.raws)


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The file as an expert runs it: a Python without this project in it."""
    command = [sys.executable, "-I", str(FILE), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_small_bundle_holds(tmp_path: Path) -> None:
    said = verdict(SMALL, tmp_path, DATA)
    assert (said.against, said.told) == ([], [])
    assert said.proven > 20


@pytest.mark.slow
def test_any_byte_flipped_is_found_by_both(tmp_path: Path) -> None:
    """Every byte of the bundle, a bit of it chosen at random."""
    chosen, path = random.Random(11), tmp_path / "evidence.zip"
    for at in range(len(DATA)):
        flipped = bytearray(DATA)
        flipped[at] ^= 1 << chosen.randrange(8)
        assert verdict_of_the_file(bytes(flipped), SMALL) == DAMAGED, at
        path.write_bytes(flipped)
        with pytest.raises(EvidenceRefused):
            read_bundle(path)


@given(bit=st.integers(0, 8 * len(DATA) - 1))
def test_any_bit_flipped_is_found(bit: int) -> None:
    flipped = bytearray(DATA)
    flipped[bit >> 3] ^= 1 << (bit & 7)
    assert verdict_of_the_file(bytes(flipped), SMALL) == DAMAGED


@given(size=st.integers(0, len(DATA) - 1), more=st.binary(max_size=40))
def test_a_bundle_that_is_cut_or_continued_is_damaged(size: int, more: bytes) -> None:
    # What was cut off may come back as it was: the last bytes are zeros.
    assume(DATA[:size] + more != DATA)
    assert verdict_of_the_file(DATA[:size] + more, SMALL) == DAMAGED


@given(documents=st.lists(st.binary(min_size=1, max_size=260), unique=True, max_size=4), data=st.data())
@settings(max_examples=150)
def test_garbage_in_a_good_container_never_raises(
    tmp_path_factory: pytest.TempPathFactory, documents: list[bytes], data: st.DataObject
) -> None:
    """Pages with good checksums over anything, and anything in the place of documents."""
    raws = []
    for seq in range(data.draw(st.integers(0, 3))):
        page = bytearray(data.draw(st.binary(min_size=256, max_size=256)))
        page[:6] = bytes((1, data.draw(st.sampled_from((0, 5, 222, 255, 240))))) + seq.to_bytes(4, "little")
        raws.append(bytes(page[:252]) + verify_evidence.binascii.crc32(page[:252]).to_bytes(4, "little"))
    evidence = SMALL.but(documents=documents, raws=raws)
    assert verdict(evidence, tmp_path_factory.getbasetemp()).against


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 10), (b"hello", 10), (bytes(10_000_000), 10), (DATA[:500], 10), (b"PK\3\4" * 1000, 10), (DATA, 0)],
    ids=["empty", "text", "ten million zeros", "cut", "nearly a ZIP", "whole"],
)
def test_a_file_ends_in_a_verdict_and_never_in_a_traceback(tmp_path: Path, content: bytes, status: int) -> None:
    path = tmp_path / "evidence.zip"
    path.write_bytes(content)
    done = run(str(path), "--authority", SMALL.authority.hex() if SMALL.authority else "")
    assert (done.returncode, done.stderr) == (status, "")
    assert done.stdout.splitlines()[-1] == ("DOES NOT HOLD" if status else "HOLDS")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "the following arguments are required"),
        (("absent.zip",), "'absent.zip' was not checked"),
        ((".",), "was not checked"),
        (("x.zip", "--authority", "12ab"), "neither a root document nor digits"),
        (("x.zip", "--authority", "05" * 33), "neither a root document nor digits"),
        (("x.zip", "--witness", "3"), "NUMBER:HASH"),
        (("x.zip", "--witness", "3:12ab"), "at least 16 digits"),
    ],
)
def test_misuse_is_a_sentence(arguments: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_name_that_no_file_has_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        verify_evidence.main(["a\0b"])
    assert ended.value.code == 2
    assert "was not checked: no file has such a name" in capsys.readouterr().err


def test_a_log_without_end_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readings of one byte each, as many as the container may hold, would take gigabytes."""
    entry = ("seed", bytes(16))
    bundle = verify_evidence.bundle_from(DATA)
    findings = verify_evidence.Findings()
    authority = verify_evidence.Statements(bundle, None, findings)
    monkeypatch.setattr(verify_evidence, "entries_of", lambda _: itertools.repeat(entry))
    with pytest.raises(verify_evidence.Refused, match="longer than this program takes"):
        verify_evidence.Walk(bundle, authority, findings)


def test_a_file_larger_than_any_bundle_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    done = run(str(path))
    assert done.returncode == 2
    assert "larger than any bundle" in done.stderr


def test_json_says_the_same_and_root_cose_is_a_key(tmp_path: Path) -> None:
    maker = TagMaker()
    path, root = tmp_path / "evidence.zip", tmp_path / "root.cose"
    path.write_bytes(DATA)
    root.write_bytes(maker.programme.root_document)
    done = run(str(path), "--authority", str(root), "--witness", "0:" + "0" * 16, "9999:" + "0" * 16, "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert not said["holds"]
    assert [one["code"] for one in said["findings"]] == ["tail-missing", "witness-differs"]
    assert said["checked"]["last seal"].startswith("2:") or said["checked"]["seals"] > 0


def test_the_host_says_a_sentence_of_each(tmp_path: Path) -> None:
    path = tmp_path / "evidence.zip"
    for content in (b"", b"hello", bytes(1000), DATA[:500]):
        path.write_bytes(content)
        with pytest.raises(AnkletagError):
            read_bundle(path)


def test_the_file_stands_alone_and_is_short() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 800
    imported = set(verify_evidence.sys.stdlib_module_names)
    for line in text.splitlines():
        if line.startswith(("import ", "from ")):
            names = line.removeprefix("import ").removeprefix("from ").split(" import ")[0]
            assert {name.strip().split(".")[0] for name in names.split(",")} <= imported
