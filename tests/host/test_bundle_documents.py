"""Documents in a bundle: which, in what form, and the formats before."""

import hashlib
import re
from pathlib import Path

import pytest

from ankletag.bundle import make_bundle, needed, read_bundle, signers
from ankletag.bundle.container import build
from ankletag.bundle.manifest import describe
from ankletag.bundle.readme import README
from ankletag.errors import EvidenceRefused
from ankletag.trust import succeed_root
from host.logs import check
from host.tagmaker import TagMaker, fitted
from programme import Programme, key

MAKER = fitted([0] * 100)
DATA = make_bundle(MAKER.tag_id, MAKER.public_key, MAKER.order_id, MAKER.documents, MAKER.raw_pages())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evidence.zip"


def members(manifest: bytes, documents: bytes) -> tuple[tuple[str, bytes], ...]:
    return (("README.txt", README), ("manifest.json", manifest), ("documents.bin", documents))


@pytest.mark.parametrize(
    ("documents", "sentence"),
    [
        (b"\1\0a\1\0b", "does not describe the other members"),
        (b"\1\0b\1\0a", "documents.bin is not in its canonical form"),
        (b"\1\0a\1\0a", "documents.bin is not in its canonical form"),
        (b"\0\0", "documents.bin is not in its canonical form"),
        (b"\2\0a", "documents.bin is not in its canonical form"),
        (b"\2", "documents.bin is not in its canonical form"),
    ],
)
def test_documents_have_one_form(path: Path, documents: bytes, sentence: str) -> None:
    manifest = describe(MAKER.tag_id, None, None, [], []).encode()
    path.write_bytes(build((*members(manifest, documents), ("pages.bin", b""))))
    with pytest.raises(EvidenceRefused, match=re.escape(sentence)):
        read_bundle(path)


def test_the_order_of_documents_and_copies_of_them_do_not_matter() -> None:
    maker = MAKER
    again = [*reversed(maker.documents), *maker.documents]
    assert make_bundle(maker.tag_id, maker.public_key, maker.order_id, again, maker.raw_pages()) == DATA


def test_a_bundle_of_another_format_version_is_refused_with_both_named(path: Path) -> None:
    older = README.replace(b"version 2", b"version 1")
    path.write_bytes(build((("README.txt", older), ("manifest.json", b"{}\n"), ("pages.bin", b""))))
    with pytest.raises(EvidenceRefused, match="is of bundle format version 1; this program knows version 2"):
        read_bundle(path)


def test_the_text_in_the_bundle_is_the_one_that_the_specification_names() -> None:
    spec = (Path(__file__).parents[2] / "protocol" / "SPEC.md").read_text(encoding="utf-8")
    assert hashlib.sha256(README).hexdigest() in spec


def test_a_bundle_takes_the_documents_about_its_tag_and_no_others() -> None:
    """A store may hold those of other tags, of stations that never saw this one, and of another programme."""
    maker, programme, stranger = MAKER, MAKER.programme, Programme(2)
    lists = [programme.list_document(1), programme.list_document(2, minimum=1)]
    unneeded = [
        TagMaker(seed=4).certificate,
        programme.certify(key(50), "Court 9"),
        *stranger.chain,
        stranger.list_document(1),
    ]
    heap = [*unneeded, *lists, *maker.documents]
    named = signers(check(maker).records())
    assert named == {programme.station.key_id}
    assert needed(heap, maker.tag_id, named) == sorted([*maker.documents, *lists])


def test_a_bundle_takes_every_root_that_rotation_leads_to() -> None:
    programme = MAKER.programme
    second, third = key(60), key(61)
    rotated = [
        succeed_root(programme.root, second, "Second", 1, 2),
        succeed_root(second, programme.root, "First", 1, 1),
        succeed_root(second, third, "Third", 1, 3),
        succeed_root(third, third, "Third", 1, 3),
    ]
    found = needed([*MAKER.documents, *rotated], MAKER.tag_id, {programme.station.key_id})
    assert found == sorted([*MAKER.documents, *rotated])
