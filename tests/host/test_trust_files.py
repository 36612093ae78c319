"""Folders of documents, requests and answers: what damaged and foreign ones lead to."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankletag.errors import UsageError
from ankletag.trust.enrolment import Request, check_name, read_answer, read_request, write_answer, write_request
from ankletag.trust.heap import add_to_heap, read_document, read_heap, read_root, read_trusted
from programme import Programme, key
from tagproto import documents

HOME = Programme(1)
STRANGER = Programme(2)
PEM = "-----BEGIN"


def parsed(raw: bytes) -> documents.Document:
    found = documents.parse(raw)
    assert isinstance(found, documents.Document)
    return found


# Folders of documents


def test_a_document_is_kept_once_under_a_readable_name(tmp_path: Path) -> None:
    names = {add_to_heap(tmp_path, parsed(raw)).name for raw in [*HOME.chain, *HOME.chain, HOME.list_document(3)]}
    assert sorted(name.rsplit("-", 1)[0] for name in names) == ["list-3", "region-North", "root-1", "station-Court-1"]
    assert {each.encoded for each in read_heap(tmp_path).values()} == {*HOME.chain, HOME.list_document(3)}
    assert read_heap(tmp_path / "absent") == {}


@pytest.mark.parametrize("name", ["../../etc", "Zürich 1", "a/b\\c", "名前", "-"])
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    path = add_to_heap(tmp_path / "in", parsed(HOME.certify(HOME.station, name)))
    assert path.parent == tmp_path / "in"
    assert [each.name for each in tmp_path.iterdir()] == ["in"]
    assert read_document(path).name == name


def test_files_that_are_no_documents(tmp_path: Path) -> None:
    path = tmp_path / "file.cose"
    for content, said in ((b"", "is empty"), (HOME.root_document[:-1], "damaged"), (b"\0" * 300, "longer than")):
        path.write_bytes(content)
        with pytest.raises(UsageError, match=said):
            read_document(path)
        with pytest.raises(UsageError, match=said):
            read_heap(tmp_path)


def test_a_folder_names_the_file_that_does_not_belong_to_it(tmp_path: Path) -> None:
    for raw in HOME.chain:
        add_to_heap(tmp_path, parsed(raw))
    root = parsed(HOME.root_document)
    assert read_trusted(root, tmp_path).stations
    wrong = add_to_heap(tmp_path, parsed(STRANGER.region_document))
    with pytest.raises(UsageError, match=r"does not lead back to the root.*region") as error:
        read_trusted(root, tmp_path)
    assert wrong.name in error.value.cause


def test_a_root_is_one_that_signed_itself(tmp_path: Path) -> None:
    path = tmp_path / "root.cose"
    path.write_bytes(HOME.root_document)
    assert read_root(path).octets(documents.KEY) == HOME.root.point
    path.write_bytes(HOME.region_document)
    with pytest.raises(UsageError, match="a region's document, not a root's"):
        read_root(path)
    path.write_bytes(HOME.root_document[:-1] + bytes((HOME.root_document[-1] ^ 1,)))
    with pytest.raises(UsageError, match="not signed by its own key"):
        read_root(path)


# Requests and answers


@given(st.text(st.characters(exclude_categories=()), min_size=1, max_size=60))
def test_a_name_is_taken_or_refused_with_a_sentence(name: str) -> None:
    if name.strip() and name.strip().isprintable() and len(name.strip().encode()) <= 48:
        assert HOME.certify(HOME.station, check_name(name))
    else:
        with pytest.raises(UsageError, match="Take 1 to 48 bytes"):
            check_name(name)


def test_a_name_of_48_bytes_and_one_of_49() -> None:
    assert check_name("é" * 24) == "é" * 24
    with pytest.raises(UsageError, match="no name for a certificate"):
        check_name("é" * 24 + "e")
    with pytest.raises(UsageError, match="no name for a certificate"):
        check_name("  ")


def test_a_request_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    write_request(path, "Zürich 1", key(1))
    assert read_request(path) == Request("Zürich 1", key(1).point)
    assert PEM not in path.read_text(encoding="utf-8")


def test_a_request_for_another_name_or_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    write_request(path, "Court 1", key(1))
    content = json.loads(path.read_text(encoding="utf-8"))
    for name, value in (
        ("name", "Court 2"),
        ("name", "\ud800"),
        ("key", key(2).point.hex()),
        ("signature", "00"),
        ("name", 7),
        ("key", 7),
    ):
        path.write_text(json.dumps({**content, name: value}), encoding="utf-8")
        with pytest.raises(UsageError, match="was changed on its way"):
            read_request(path)


def test_an_answer_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    write_answer(path, HOME.root_document, HOME.chain)
    answer = read_answer(path)
    assert answer.root.encoded == HOME.root_document
    assert sorted(each.encoded for each in answer.documents) == sorted(HOME.chain)


@pytest.mark.parametrize("change", [{"root": 1}, {"root": HOME.region_document.hex()}, {"documents": ["zz"]}])
def test_a_damaged_answer(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "answer.json"
    write_answer(path, HOME.root_document, HOME.chain)
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **change}), encoding="utf-8")
    with pytest.raises(UsageError, match="is damaged"):
        read_answer(path)


@pytest.mark.parametrize("read", [read_request, read_answer])
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"format": "ankletag-evidence", "version": 1}'],
)
def test_foreign_files(tmp_path: Path, read: object, content: bytes) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"is not a station's (request|answer) file"):
        read(path)  # type: ignore[operator]


def test_a_newer_version_is_named(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text('{"format": "ankletag-station-request", "version": 2}', encoding="utf-8")
    with pytest.raises(UsageError, match=r"of version 2; these tools know version 1"):
        read_request(path)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x, max_size=3)))
def test_any_content_is_refused_with_a_sentence(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    path = tmp_path_factory.mktemp("any") / "file.json"
    for form, read in (("request", read_request), ("answer", read_answer)):
        names = ("name", "key", "signature", "root", "documents")
        fields = {"format": f"ankletag-station-{form}", "version": 1} | dict.fromkeys(names, value)
        path.write_text(json.dumps(fields), encoding="utf-8")
        with pytest.raises(UsageError):
            read(path)
