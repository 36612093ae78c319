"""`ankletag authority`: whatever is typed, and typed twice, nothing is half done and no key is shown."""

import json
import shutil
import time
from pathlib import Path

import pytest

from ankletag.errors import Exit
from ankletag.trust.heap import read_document, read_root
from ankletag.trust.holder import Authority
from host.programmes import REGION, contents, enrol, found, run
from tagproto import documents

DAY_S = 86_400


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return found(tmp_path / "authority")


@pytest.fixture
def station(authority: Path, tmp_path: Path) -> Path:
    enrol(authority, tmp_path / "station")
    return tmp_path / "station"


def test_init_makes_a_root_that_only_its_owner_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "authority"
    made = run("authority", "init", folder, "--name", "Sobriety North", "--json").json
    root = read_root(folder / "root.cose")
    assert (root.name, root.octets(documents.SUBJECT).hex()) == ("Sobriety North", made["root"])
    key = folder / "keys" / "root-1.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == key.parent.stat().st_mode & 0o777 == 0o700


def test_everything_twice_is_once(authority: Path, station: Path) -> None:
    before = contents(authority)
    run("authority", "init", authority, "--name", "Programme")
    assert run("authority", "region", authority, REGION, "--json").json["made"] is False
    enrol(authority, station)
    assert contents(authority) == before
    subject = run("station", "show", "--station", station, "--json").json["id"]
    assert run("authority", "list", authority, "--revoke", subject, "--json").json["made"] is True
    before = contents(authority)
    again = run("authority", "list", authority, "--revoke", subject, "--json").json
    assert (again["made"], again["number"]) == (False, 1)
    assert contents(authority) == before


def test_init_leaves_what_is_there(authority: Path, tmp_path: Path) -> None:
    before = contents(authority)
    assert "the authority 'Programme'" in run("authority", "init", authority, "--name", "Other", code=Exit.USAGE).err
    assert contents(authority) == before
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear", encoding="utf-8")
    assert "not empty" in run("authority", "init", mine, "--name", "P", code=Exit.USAGE).err
    assert [each.name for each in mine.iterdir()] == ["letter.txt"]


def test_an_init_that_was_cut_goes_on_with_its_key(authority: Path) -> None:
    before = read_root(authority / "root.cose").octets(documents.KEY)
    for name in ("regions", "issued"):
        shutil.rmtree(authority / name)
    (authority / "root.cose").unlink()
    run("authority", "init", authority, "--name", "Programme")
    assert read_root(authority / "root.cose").octets(documents.KEY) == before


@pytest.mark.parametrize("name", ["", " ", "x" * 49, "a\nb"])
def test_names_that_no_certificate_can_carry(authority: Path, tmp_path: Path, name: str) -> None:
    before = contents(tmp_path)
    for words in (("authority", "init", tmp_path / "new", "--name"), ("authority", "region", authority)):
        assert "no name for a certificate" in run(*words, name, code=Exit.USAGE).err
    assert "no name" in run("station", "enrol", name, "--station", tmp_path / "st", code=Exit.USAGE).err
    assert contents(tmp_path) == before


def test_a_folder_that_is_no_authority(tmp_path: Path) -> None:
    for words in (("region", "North"), ("list", "--minimum", "2"), ("rotate",), ("show",), ("read",), ("remove",)):
        said = run("authority", words[0], tmp_path / "absent", *words[1:], code=Exit.USAGE).err
        assert "not an authority's folder" in said


def test_a_region_of_a_name_that_needs_the_same_folder(authority: Path) -> None:
    run("authority", "region", authority, "West-End")
    said = run("authority", "region", authority, "West End", code=Exit.USAGE).err
    assert "'West-End' has that folder already" in said


def test_a_region_needs_the_root_and_a_station_only_the_region(authority: Path, tmp_path: Path) -> None:
    """A regional office has a copy without the root's key."""
    office = tmp_path / "office"
    shutil.copytree(authority, office)
    (office / "keys" / "root-1.pem").unlink()
    enrol(office, tmp_path / "st")
    said = run("authority", "region", office, "South", code=Exit.USAGE).err
    assert "private key" in said
    assert "is not here" in said
    assert (
        "no region 'South'"
        in run(
            *("station", "enrol", "C", "--station", tmp_path / "st2", "--authority", office, "--region", "South"),
            code=Exit.USAGE,
        ).err
    )
    assert not (tmp_path / "st2").exists()


def test_a_key_that_is_not_the_certified_one(authority: Path, tmp_path: Path) -> None:
    other = found(tmp_path / "other")
    shutil.copy(other / "keys" / "root-1.pem", authority / "keys" / "root-1.pem")
    said = run("authority", "region", authority, "South", code=Exit.USAGE).err
    assert "not the one that is certified" in said


def test_a_document_of_another_authority_among_its_own(authority: Path, tmp_path: Path) -> None:
    other = found(tmp_path / "other")
    foreign = next((other / "issued").glob("region-*"))
    shutil.copy(foreign, authority / "issued")
    said = run("authority", "show", authority, code=Exit.USAGE).err
    assert foreign.name in said
    assert "does not lead back to the root" in said


def test_a_cut_document_is_named(authority: Path) -> None:
    path = next((authority / "issued").glob("region-*"))
    path.write_bytes(path.read_bytes()[:-1])
    assert path.name in run("authority", "show", authority, code=Exit.USAGE).err


def test_show_names_everybody(authority: Path, station: Path) -> None:
    subject = run("station", "show", "--station", station, "--json").json["id"]
    text = run("authority", "show", authority).out
    assert subject in text
    assert "North" in text
    shown = run("authority", "show", authority, "--json").json
    assert [each["id"] for each in shown["stations"]] == [subject]
    assert (shown["generation"], shown["minimum"], shown["list_number"], shown["tags"]) == (1, 1, 0, [])


def test_certificates_begin_a_day_before_they_are_made(authority: Path, station: Path) -> None:
    now = time.time()
    shown = Authority(authority).trusted.station_documents[0]
    assert abs(shown.number(documents.NOT_BEFORE) - (now - DAY_S)) < 600
    assert abs(shown.number(documents.NOT_AFTER) - (now + 3 * 365.25 * DAY_S)) < 600


def test_the_time_of_an_emulated_tag(tmp_path: Path) -> None:
    clock = tmp_path / "clock.json"
    clock.write_text(json.dumps({"utc_offset_ms": -400 * DAY_S * 1000}), encoding="utf-8")
    run("authority", "init", tmp_path / "a", "--name", "P", "--clock", clock)
    made_s = read_root(tmp_path / "a" / "root.cose").number(documents.NOT_BEFORE)
    assert abs(made_s - (time.time() - 400 * DAY_S)) < 600


def test_certify_a_request(authority: Path, tmp_path: Path) -> None:
    station, request = tmp_path / "st", tmp_path / "court.request.json"
    run("station", "enrol", "Court 1", "--station", station, "--out", request)
    made = run("authority", "certify", authority, request, "--region", REGION, "--json").json
    assert Path(made["answer"]) == tmp_path / "Court-1.answer.json"
    answer = json.loads(Path(made["answer"]).read_bytes())
    assert {read_document(each).encoded.hex() for each in (authority / "issued").iterdir()} < set(answer["documents"])
    for wrong in (authority / "root.cose", Path(made["answer"]), tmp_path / "absent"):
        run("authority", "certify", authority, wrong, "--region", REGION, code=Exit.USAGE)
