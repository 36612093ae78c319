"""`ankletag authority list`: who counts for nothing any more, and that no list goes back."""

from pathlib import Path

import pytest

from ankletag.errors import Exit
from ankletag.trust.holder import Authority
from ankletag.trust.identity import load_identity
from host.programmes import REGION, contents, enrol, found, run
from tagproto import documents


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return found(tmp_path / "authority")


@pytest.fixture
def station(authority: Path, tmp_path: Path) -> Path:
    enrol(authority, tmp_path / "station")
    return tmp_path / "station"


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
