"""`ankletag authority`: whatever is typed, and typed twice, nothing is half done and no key is shown."""

import errno
import json
import os
import shutil
import time
from pathlib import Path

import pytest

from ankletag.errors import Exit, UsageError
from ankletag.trust.chains import trust
from ankletag.trust.heap import read_document, read_root
from ankletag.trust.holder import Authority
from ankletag.trust.identity import load_identity
from ankletag.trust.rotation import rotate
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


# Lists


def newest(authority: Path) -> documents.Document:
    return Authority(authority).trusted.lists[0]


def test_a_lost_laptop(authority: Path, station: Path, tmp_path: Path) -> None:
    other = enrol(authority, tmp_path / "st2", "Court 2")
    subject = run("station", "show", "--station", station, "--json").json["id"]
    run("authority", "list", authority, "--revoke", f"{subject}@2026-01-31T14:30:00+01:00")
    document = newest(authority)
    assert document.revoked == {bytes.fromhex(subject): 1769866200}
    assert (document.number(documents.NUMBER), document.number(documents.MINIMUM)) == (1, 1)
    # A later list keeps it, and an earlier moment counts.
    run("authority", "list", authority, "--revoke", other, "--revoke", f"{subject}@2026-01-01T00:00:00Z")
    assert newest(authority).number(documents.NUMBER) == 2
    assert newest(authority).revoked[bytes.fromhex(subject)] == 1767225600
    run("authority", "list", authority, "--revoke", f"{subject}@2026-06-01T00:00:00Z")
    assert newest(authority).number(documents.NUMBER) == 2
    # Its key is not certified again.
    said = run(
        *("station", "enrol", "Court 1", "--station", station, "--authority", authority, "--region", REGION),
        code=Exit.USAGE,
    ).err
    assert "was revoked" in said
    assert "REVOKED" in run("authority", "show", authority).out


def test_lists_never_go_back(authority: Path, station: Path) -> None:
    run("authority", "list", authority, "--minimum", "3")
    before = contents(authority)
    assert "no later one can ask for less" in run("authority", "list", authority, "--minimum", "2", code=Exit.USAGE).err
    assert contents(authority) == before


def test_a_new_generation(authority: Path, station: Path) -> None:
    """Regions follow at once; a station has to be certified again, by its id if its request is gone."""
    subject = run("station", "show", "--station", station, "--json").json["id"]
    made = run("authority", "list", authority, "--minimum", "2", "--json").json
    assert made["certify_again"] == [subject]
    assert Authority(authority).region(REGION).number(documents.GENERATION) == 2
    assert subject in run("authority", "list", authority, "--minimum", "2").out
    answer = authority.parent / "answer.json"
    run("authority", "certify", authority, subject, "--region", REGION, "--out", answer)
    run("station", "install", answer, "--station", station)
    identity = load_identity(station)
    assert identity.trusted.stations[bytes.fromhex(subject)].generation == 2
    assert run("authority", "list", authority, "--minimum", "2", "--json").json["certify_again"] == []


def test_a_list_that_would_be_too_long(authority: Path, tmp_path: Path) -> None:
    for number in range(9):
        subject = enrol(authority, tmp_path / f"st{number}", f"Court {number}")
        if number < 8:
            run("authority", "list", authority, "--revoke", subject)
    said = run("authority", "list", authority, "--revoke", subject, code=Exit.USAGE).err
    assert "A list holds 8 ids" in said
    assert "--minimum 2" in said
    run("authority", "list", authority, "--minimum", "2", "--revoke", subject)
    # They are all of the generation that ended: none has to be named any more.
    assert newest(authority).revoked == {}
    assert newest(authority).number(documents.NUMBER) == 9


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--revoke", "0011223344556677"], "certified nobody of the id"),
        (["--revoke", "Court 1"], "is no id"),
        (["--revoke", "0011"], "is no id"),
        (["--revoke", "0011223344556677@yesterday"], "is no time"),
        (["--revoke", "0011223344556677@1950-01-01"], "before 1970"),
        ([], "Nothing to put on a list"),
    ],
)
def test_a_list_of_nothing_that_can_be(authority: Path, words: list[str], said: str) -> None:
    before = contents(authority)
    assert said in run("authority", "list", authority, *words, code=Exit.USAGE).err
    assert contents(authority) == before


def test_a_revoked_region_is_not_used_any_more(authority: Path, tmp_path: Path) -> None:
    region = Authority(authority).region(REGION).octets(documents.SUBJECT).hex()
    run("authority", "list", authority, "--revoke", region)
    words = ("station", "enrol", "C", "--station", tmp_path / "st", "--authority", authority, "--region", REGION)
    assert "was revoked" in run(*words, code=Exit.USAGE).err
    assert "was revoked" in run("authority", "region", authority, REGION, code=Exit.USAGE).err
    run("authority", "region", authority, "North 2")


# Rotation


def test_rotation_both_ways(authority: Path, station: Path, tmp_path: Path) -> None:
    first = read_root(authority / "root.cose")
    subject = run("station", "show", "--station", station, "--json").json["id"]
    run("authority", "list", authority, "--revoke", enrol(authority, tmp_path / "st2", "Court 2"))
    run("authority", "rotate", authority)
    second = read_root(authority / "root.cose")
    assert second.octets(documents.KEY) != first.octets(documents.KEY)
    assert (authority / "keys" / "root-2.pem").stat().st_mode & 0o777 == 0o600
    heap = [each.read_bytes() for each in (authority / "issued").iterdir()]
    for root in (first, second):
        trusted = trust([*heap, second.encoded], [root.octets(documents.KEY)])
        assert not trusted.bad
        assert bytes.fromhex(subject) in trusted.stations
        assert len(trusted.roots) == 2
    # What the last list said, the new root says, too: a tag that knows only the new one learns of it.
    lists = [each for each in trusted.lists if each.octets(documents.ISSUER) == second.octets(documents.SUBJECT)]
    assert [(each.number(documents.NUMBER), len(each.revoked)) for each in lists] == [(2, 1)]
    # The old station takes it, and a new one can be enrolled under it.
    run("station", "add", authority / "issued", "--station", station)
    assert load_identity(station).root_point == second.octets(documents.KEY)
    enrol(authority, tmp_path / "st3", "Court 3")
    run("authority", "rotate", authority)
    assert Authority(authority).root_generation == 3
    assert "root 3" in run("authority", "show", authority).out
    run("station", "add", authority / "issued", "--station", station)
    assert len(load_identity(station).trusted.roots) == 3


def test_a_rotation_that_was_cut_anywhere_is_finished(
    authority: Path, station: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut before each file that a rotation writes; the next one goes on with the same key."""
    run("authority", "list", authority, "--revoke", enrol(authority, tmp_path / "st2", "Court 2"))
    real, left = os.replace, 0

    def failing(source: Path, target: Path) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.EIO, "Input/output error")
        real(source, target)

    # Of the eight files of a rotation the key comes first, by another way; the new root in force comes last.
    for cut in range(7):
        folder = tmp_path / f"cut{cut}"
        shutil.copytree(authority, folder)
        left = cut
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", failing)
            with pytest.raises(UsageError, match="Input/output error"):
                rotate(Authority(folder), int(time.time()))
        kept = (folder / "keys" / "root-2.pem").read_bytes()
        assert Authority(folder).root_generation == 1
        said = run("authority", "list", folder, "--minimum", "2", code=Exit.USAGE).err
        assert "begun and is not finished" in said
        assert "authority rotate" in said
        run("authority", "rotate", folder)
        assert (folder / "keys" / "root-2.pem").read_bytes() == kept
        trusted = Authority(folder).trusted
        kinds = [len(each) for each in (trusted.root_documents, trusted.regions, trusted.lists)]
        assert kinds == [4, 2, 2]
        assert Authority(folder).root_generation == 2
        assert not list(folder.rglob(".*"))


def test_certify_a_request(authority: Path, tmp_path: Path) -> None:
    station, request = tmp_path / "st", tmp_path / "court.request.json"
    run("station", "enrol", "Court 1", "--station", station, "--out", request)
    made = run("authority", "certify", authority, request, "--region", REGION, "--json").json
    assert Path(made["answer"]) == tmp_path / "Court-1.answer.json"
    answer = json.loads(Path(made["answer"]).read_bytes())
    assert {read_document(each).encoded.hex() for each in (authority / "issued").iterdir()} < set(answer["documents"])
    for wrong in (authority / "root.cose", Path(made["answer"]), tmp_path / "absent"):
        run("authority", "certify", authority, wrong, "--region", REGION, code=Exit.USAGE)


# Copies of the folder


@pytest.fixture
def office(authority: Path, tmp_path: Path) -> Path:
    """A regional office: all but the root's key."""
    shutil.copytree(authority, tmp_path / "office", ignore=shutil.ignore_patterns("root-*.pem"))
    return tmp_path / "office"


def test_what_an_office_certified_comes_home(authority: Path, office: Path, tmp_path: Path) -> None:
    subject = enrol(office, tmp_path / "st")
    assert "authority add" in run("authority", "list", authority, "--revoke", subject, code=Exit.USAGE).err
    added = run("authority", "add", authority, office / "issued", "--json").json
    assert (added["new"], added["new_root"]) == (["station Court 1"], False)
    assert "nothing new" in run("authority", "add", authority, office / "issued").out
    made = run("authority", "list", authority, "--revoke", subject, "--json").json
    # And what the root made goes to the office.
    assert "list 1" in run("authority", "add", office, made["file"]).out
    words = ("station", "enrol", "C", "--station", tmp_path / "st", "--authority", office, "--region", REGION)
    assert "was revoked" in run(*words, code=Exit.USAGE).err


def test_an_office_follows_a_new_root(authority: Path, office: Path, tmp_path: Path) -> None:
    for _ in range(2):
        run("authority", "rotate", authority)
    assert "root 3 is in force" in run("authority", "add", office, authority / "issued").out
    assert (office / "root.cose").read_bytes() == (authority / "root.cose").read_bytes()
    assert len(Authority(office).trusted.roots) == 3
    enrol(office, tmp_path / "st")
    before = contents(office)
    # Nothing leads back to an older one.
    run("authority", "add", office, authority / "issued")
    assert contents(office) == before


def test_a_copy_takes_nothing_from_strangers(authority: Path, office: Path, tmp_path: Path) -> None:
    other = found(tmp_path / "other")
    run("authority", "list", authority, "--minimum", "2")
    before = contents(office)
    for files in ((other / "issued",), (other / "root.cose",), (authority / "issued", other / "root.cose")):
        assert "does not lead back" in run("authority", "add", office, *files, code=Exit.USAGE).err
        assert contents(office) == before


def test_two_copies_that_both_made_lists(authority: Path, tmp_path: Path) -> None:
    twin = tmp_path / "twin"
    shutil.copytree(authority, twin)
    run("authority", "list", authority, "--minimum", "2")
    run("authority", "list", twin, "--minimum", "3")
    before = contents(authority)
    said = run("authority", "add", authority, twin / "issued", code=Exit.USAGE).err
    assert "two different lists of the number 1" in said
    assert contents(authority) == before
