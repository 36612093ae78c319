"""The bundle: the same bytes every time, and one flipped bit anywhere is refused by name."""

import io
import random
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankletag.bundle import make_bundle, read_bundle, write_bundle
from ankletag.bundle.container import build
from ankletag.bundle.manifest import describe
from ankletag.bundle.readme import README
from ankletag.errors import EvidenceRefused, UsageError
from host.tagmaker import TagMaker, fitted
from tagproto.pages import HEADER_SIZE, PAGE_SIZE, Item, Reader, parse
from tagproto.records import Record


def small() -> tuple[TagMaker, bytes]:
    maker = fitted([0] * 100)
    return maker, make_bundle(maker.tag_id, maker.public_key, maker.order_id, maker.documents, maker.raw_pages())


MAKER, DATA = small()


def members(manifest: bytes, documents: bytes = b"") -> tuple[tuple[str, bytes], ...]:
    return (("README.txt", README), ("manifest.json", manifest), ("documents.bin", documents))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evidence.zip"


def test_what_was_written_is_read(path: Path) -> None:
    write_bundle(path, DATA)
    bundle = read_bundle(path)
    assert bundle.pages == MAKER.raw_pages()
    assert bundle.documents == sorted(MAKER.documents)
    assert bundle.manifest.public_key == MAKER.public_key
    assert small()[1] == DATA


def test_any_zip_program_reads_it() -> None:
    with zipfile.ZipFile(io.BytesIO(DATA)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["README.txt", "manifest.json", "documents.bin", "pages.bin"]
        assert archive.read("pages.bin") == b"".join(MAKER.raw_pages())


def test_of_many_copies_of_a_page_the_first_ones_are_kept() -> None:
    copies = [bytes((1, 0)) + bytes(4) + number.to_bytes(2, "little") + bytes(248) for number in range(2000)]
    data = make_bundle(MAKER.tag_id, None, None, [], copies)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("pages.bin") == b"".join(copies[:64])


def test_snapshots_of_the_open_page_are_left_out_and_the_order_of_receipt_does_not_matter() -> None:
    maker = fitted([0] * 10)
    early = maker.open_page()
    maker.live([0] * 3)
    raws = maker.raw_pages()
    once = make_bundle(maker.tag_id, None, None, [], raws)
    assert make_bundle(maker.tag_id, None, None, [], [early, *raws]) == once
    assert make_bundle(maker.tag_id, None, None, [], [*raws, early]) == once


@pytest.mark.slow
def test_one_flipped_bit_in_every_byte_is_refused(path: Path) -> None:
    chosen = random.Random(7)
    for at in range(len(DATA)):
        flipped = bytearray(DATA)
        flipped[at] ^= 1 << chosen.randrange(8)
        path.write_bytes(flipped)
        with pytest.raises(EvidenceRefused):
            read_bundle(path)


@given(at=st.integers(0, 8 * len(DATA) - 1))
def test_any_flipped_bit_is_refused(tmp_path_factory: pytest.TempPathFactory, at: int) -> None:
    flipped = bytearray(DATA)
    flipped[at >> 3] ^= 1 << (at & 7)
    path = tmp_path_factory.getbasetemp() / "flipped.zip"
    path.write_bytes(flipped)
    with pytest.raises(EvidenceRefused):
        read_bundle(path)


def test_the_record_of_a_flipped_bit_is_named(path: Path) -> None:
    """Every byte of every record in the pages: the refusal names that very record."""
    begin = DATA.index(b"".join(MAKER.raw_pages()))
    reader = Reader()
    items = [item for raw in MAKER.raw_pages() for item in reader.feed(parse(raw))]  # type: ignore[arg-type]
    named = 0
    for item in items:
        assert isinstance(item, Item)
        if not isinstance(item.value, Record):
            continue
        flipped = bytearray(DATA)
        flipped[begin + PAGE_SIZE * item.seq + HEADER_SIZE + item.start] ^= 0x10
        path.write_bytes(flipped)
        with pytest.raises(EvidenceRefused, match=rf"record {item.value.number}, a "):
            read_bundle(path)
        named += 1
    assert named == 108


def test_a_flipped_bit_in_a_seal_names_what_it_covers(path: Path) -> None:
    begin = DATA.index(b"".join(MAKER.raw_pages()))
    raws = b"".join(MAKER.raw_pages())
    flipped = bytearray(DATA)
    flipped[begin + raws.index(MAKER.tag_id)] ^= 1
    path.write_bytes(flipped)
    with pytest.raises(EvidenceRefused, match=r"seal 0, which covers \d+ records from 0 on"):
        read_bundle(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"hello", "is not an evidence bundle"),
        (bytes(10_000_000), "is not an evidence bundle"),
    ],
)
def test_what_is_no_bundle_is_said_so(path: Path, content: bytes, sentence: str) -> None:
    path.write_bytes(content)
    with pytest.raises(UsageError, match=sentence):
        read_bundle(path)


def test_an_absent_file_is_said_so(path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_bundle(path)


@given(size=st.integers(40, len(DATA) - 1))
def test_a_truncated_bundle_is_refused(tmp_path_factory: pytest.TempPathFactory, size: int) -> None:
    path = tmp_path_factory.getbasetemp() / "short.zip"
    path.write_bytes(DATA[:size])
    with pytest.raises(EvidenceRefused):
        read_bundle(path)


def test_trailing_bytes_and_foreign_zips_are_refused(path: Path) -> None:
    path.write_bytes(DATA + b"x")
    with pytest.raises(EvidenceRefused):
        read_bundle(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("README.txt", "hello")
    with pytest.raises(EvidenceRefused):
        read_bundle(path)


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        (b"[]", "does not describe"),
        (b"{", "not JSON"),
        (b'{"format": "ankletag-evidence", "version": 1}', "version 1; this program knows version 2"),
        (b'{"format": "ankletag-evidence", "version": 2}', "lacks a field"),
    ],
)
def test_a_well_built_bundle_with_a_bad_manifest_is_refused(path: Path, manifest: bytes, sentence: str) -> None:
    path.write_bytes(build((*members(manifest), ("pages.bin", b""))))
    with pytest.raises(EvidenceRefused, match=re.escape(sentence)):
        read_bundle(path)


def test_a_bundle_with_a_snapshot_that_a_later_page_extends_is_refused(path: Path) -> None:
    """Its manifest fits, but no program of ours writes it: the same evidence would have two forms."""
    maker = fitted([0] * 10)
    early = maker.open_page()
    maker.live([0] * 3)
    pages = [*maker.raw_pages()[:-1], early, maker.raw_pages()[-1]]
    manifest = describe(maker.tag_id, maker.public_key, None, [], pages).encode()
    write_bundle(path, build((*members(manifest), ("pages.bin", b"".join(pages)))))
    with pytest.raises(EvidenceRefused, match="does not describe"):
        read_bundle(path)
