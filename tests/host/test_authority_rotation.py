"""`ankletag authority rotate` and `add`: a new root, and copies of the folder that follow it."""

import errno
import os
import shutil
import time
from pathlib import Path

import pytest

from ankletag.errors import Exit, UsageError
from ankletag.trust.chains import trust
from ankletag.trust.heap import read_root
from ankletag.trust.holder import Authority
from ankletag.trust.identity import load_identity
from ankletag.trust.rotation import rotate
from host.programmes import REGION, contents, enrol, found, run
from tagproto import documents


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return found(tmp_path / "authority")


@pytest.fixture
def station(authority: Path, tmp_path: Path) -> Path:
    enrol(authority, tmp_path / "station")
    return tmp_path / "station"


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
