"""`ankletag station`: a computer becomes a station, and takes what its authority sends; nobody else's."""

import json
import shutil
from pathlib import Path

import pytest

from ankletag.errors import Exit, UsageError
from ankletag.trust.heap import add_to_heap
from ankletag.trust.identity import load_identity
from ankletag.trust.issue import make_list
from ankletag.trust.keyfile import read_key
from host.programmes import REGION, contents, enrol, found, run
from tagproto import documents


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return found(tmp_path / "authority")


@pytest.fixture
def station(tmp_path: Path) -> Path:
    return tmp_path / "station"


def answered(authority: Path, station: Path, name: str = "Court 1") -> Path:
    """A station's request, and the authority's answer to it."""
    request, answer = authority.parent / f"{station.name}.request.json", authority.parent / f"{station.name}.json"
    run("station", "enrol", name, "--station", station, "--out", request)
    run("authority", "certify", authority, request, "--region", REGION, "--out", answer)
    return answer


def test_enrolment_at_once(authority: Path, station: Path) -> None:
    subject = enrol(authority, station)
    identity = load_identity(station)
    assert (identity.name, identity.key.key_id.hex(), identity.list_number) == ("Court 1", subject, 0)
    assert (station / "key.pem").stat().st_mode & 0o777 == 0o600
    assert station.stat().st_mode & 0o777 == 0o700
    kinds = [found.type for found in map(documents.parse, identity.documents) if isinstance(found, documents.Document)]
    assert sorted(kinds) == [documents.ROOT, documents.REGION, documents.STATION]
    before = contents(station)
    assert enrol(authority, station) == subject
    assert contents(station) == before


def test_enrolment_by_post(authority: Path, station: Path) -> None:
    answer = answered(authority, station)
    shown = run("station", "show", "--station", station, code=Exit.USAGE).err
    assert "enrolment is not finished" in shown
    outcome = run("station", "install", answer, "--station", station)
    assert "Court 1" in outcome.out
    assert "Compare the root's id" in outcome.err
    before = contents(station)
    # A second time: nothing to compare any more, and nothing changes.
    assert run("station", "install", answer, "--station", station).err == ""
    assert contents(station) == before
    assert run("station", "show", "--station", station, "--json").json["name"] == "Court 1"


def test_the_root_that_was_told_is_compared(authority: Path, station: Path) -> None:
    answer = answered(authority, station)
    root = run("authority", "show", authority, "--json").json["root"]
    said = run("station", "install", answer, "--root", "0" * 16, "--station", station, code=Exit.USAGE).err
    assert root in said
    assert not (station / "root.cose").exists()
    assert run("station", "install", answer, "--root", root.upper(), "--station", station).err == ""


def test_a_computer_that_is_no_station(station: Path, tmp_path: Path) -> None:
    for words in (("show",), ("add", tmp_path)):
        said = run("station", *words, "--station", station, code=Exit.USAGE).err
        assert "not enrolled as a station" in said
        assert "ankletag station enrol" in said
    assert not station.exists()


def test_an_answer_for_another_station(authority: Path, station: Path, tmp_path: Path) -> None:
    answer = answered(authority, tmp_path / "another")
    answered(authority, station)
    before = contents(station)
    said = run("station", "install", answer, "--station", station, code=Exit.USAGE).err
    assert "no certificate for this station's key" in said
    assert contents(station) == before
    assert "There is no key in" in run("station", "install", answer, "--station", tmp_path / "no", code=Exit.USAGE).err


def test_an_answer_of_another_authority(authority: Path, station: Path, tmp_path: Path) -> None:
    run("station", "install", answered(authority, station), "--station", station)
    before = contents(station)
    other = found(tmp_path / "sub" / "other")
    answer = answered(other, station, "Court 1")
    assert "does not lead back to the root here" in (
        run("station", "install", answer, "--station", station, code=Exit.USAGE).err
    )
    assert contents(station) == before


def test_an_answer_with_a_foreign_document_in_it(authority: Path, station: Path, tmp_path: Path) -> None:
    """Everything in it must hold, or a stranger's certificate would travel in good company."""
    answer = answered(authority, station)
    other = found(tmp_path / "sub" / "other")
    content = json.loads(answer.read_bytes())
    content["documents"].append(next((other / "issued").iterdir()).read_bytes().hex())
    answer.write_text(json.dumps(content), encoding="utf-8")
    assert "does not lead back" in run("station", "install", answer, "--station", station, code=Exit.USAGE).err
    assert not (station / "documents").exists()


def test_an_answer_whose_root_did_not_sign_itself(authority: Path, station: Path) -> None:
    answer = answered(authority, station)
    content = json.loads(answer.read_bytes())
    content["root"] = content["root"][:-2] + ("00" if content["root"][-2:] != "00" else "01")
    answer.write_text(json.dumps(content), encoding="utf-8")
    assert "not signed by its own key" in run("station", "install", answer, "--station", station, code=Exit.USAGE).err


def test_it_takes_lists_and_other_stations(authority: Path, station: Path, tmp_path: Path) -> None:
    enrol(authority, station)
    other = enrol(authority, tmp_path / "st2", "Court 2")
    made = run("authority", "list", authority, "--revoke", other, "--json").json
    assert run("station", "add", made["file"], "--station", station, "--json").json == {
        "new": ["list 1"],
        "list_number": 1,
    }
    added = run("station", "add", authority / "issued", "--station", station, "--json").json
    assert added["new"] == ["station Court 2"]
    assert "nothing new" in run("station", "add", authority / "issued", "--station", station).out
    assert bytes.fromhex(other) in load_identity(station).trusted.stations


def test_an_older_list_beside_a_newer_one_changes_nothing(authority: Path, station: Path, tmp_path: Path) -> None:
    """It is kept, because a tag's records may name it; the newest stays the newest."""
    enrol(authority, station)
    files = [run("authority", "list", authority, "--minimum", level, "--json").json["file"] for level in (2, 3)]
    run("station", "add", files[1], "--station", station)
    assert run("station", "add", files[0], "--station", station, "--json").json["list_number"] == 2
    assert load_identity(station).list_number == 2


def test_two_lists_of_one_number(authority: Path, station: Path, tmp_path: Path) -> None:
    enrol(authority, station)
    run(
        "station",
        "add",
        run("authority", "list", authority, "--minimum", "2", "--json").json["file"],
        "--station",
        station,
    )
    root = read_key(authority / "keys" / "root-1.pem")
    twin = documents.parse(make_list(root, 1, 5, {}, 1_800_000_000))
    assert isinstance(twin, documents.Document)
    before = contents(station)
    path = add_to_heap(tmp_path / "in", twin)
    said = run("station", "add", path, "--station", station, code=Exit.USAGE).err
    assert "two different lists of the number 1" in said
    assert contents(station) == before


def test_foreign_and_damaged_files_are_all_refused(authority: Path, station: Path, tmp_path: Path) -> None:
    enrol(authority, station)
    other = found(tmp_path / "other")
    good = run("authority", "list", authority, "--minimum", "2", "--json").json["file"]
    cut = tmp_path / "cut.cose"
    cut.write_bytes(Path(good).read_bytes()[:-3])
    empty = tmp_path / "empty.cose"
    empty.write_bytes(b"")
    before = contents(station)
    for wrong in (
        other / "root.cose",
        other / "issued",
        cut,
        empty,
        station / "key.pem",
        tmp_path / "absent",
        tmp_path,
    ):
        # Together with a good one: all or none.
        run("station", "add", good, wrong, "--station", station, code=Exit.USAGE)
        assert contents(station) == before


def test_a_folder_in_which_something_does_not_hold(authority: Path, station: Path, tmp_path: Path) -> None:
    enrol(authority, station)
    other = found(tmp_path / "other")
    foreign = shutil.copy(next((other / "issued").iterdir()), station / "documents" / "region-x.cose")
    with pytest.raises(UsageError, match="does not lead back to the root") as error:
        load_identity(station)
    assert Path(foreign).name in str(error.value)
    Path(foreign).unlink()
    shutil.copy(other / "root.cose", station / "root.cose")
    with pytest.raises(UsageError, match="does not lead back to the root"):
        load_identity(station)


def test_a_key_without_its_certificate(authority: Path, station: Path, tmp_path: Path) -> None:
    enrol(authority, station)
    enrol(authority, tmp_path / "st2")
    shutil.copy(tmp_path / "st2" / "key.pem", station / "key.pem")
    with pytest.raises(UsageError, match="fits this station's key"):
        load_identity(station)


def test_a_key_that_others_can_read(authority: Path, station: Path) -> None:
    enrol(authority, station)
    (station / "key.pem").chmod(0o644)
    said = run("station", "show", "--station", station, code=Exit.USAGE).err
    assert "can be read by other accounts" in said


def test_authority_and_region_go_together(authority: Path, station: Path) -> None:
    for words in (("--authority", authority), ("--region", REGION)):
        said = run("station", "enrol", "C", *words, "--station", station, code=Exit.USAGE).err
        assert "go together" in said
    assert not station.exists()


def test_a_revoked_station_is_told(authority: Path, station: Path) -> None:
    subject = enrol(authority, station)
    made = run("authority", "list", authority, "--revoke", subject, "--json").json
    run("station", "add", made["file"], "--station", station)
    outcome = run("station", "show", "--station", station)
    assert "was revoked" in outcome.err
    assert run("station", "show", "--station", station, "--json").json["revoked"] is True
