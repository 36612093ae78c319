"""`ankletag provision`, and breaking the glass: against a tag that obeys as SPEC.md says."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ankletag.client import Client
from ankletag.errors import AnkletagError, EvidenceRefused, Exit, LinkLost, TagRefused, UsageError
from ankletag.provisioning import Provisioned, Wish, provision
from ankletag.store import Store
from ankletag.trust.holder import Authority
from ankletag.trust.rotation import rotate
from host.fakeline import Pipe, TerminalTag
from host.faketag import FakeTag
from host.programmes import REGION, contents, enrol, found, run
from host.tagmaker import TagMaker
from tagproto import documents, messages

YEAR_S = 31_557_600
CALIBRATION = b"nominal1"


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return found(tmp_path / "authority")


@pytest.fixture
def tag() -> FakeTag:
    maker = TagMaker()
    maker.boot()
    return FakeTag(maker, provisioned=False)


def provisioned(authority: Path, tag: FakeTag, bytes_left: int | None = None, **wish: object) -> Provisioned:
    values = {"region": REGION, "now_s": int(time.time()), "lasts_s": 3 * YEAR_S, **wish}
    with Client(Pipe(tag, bytes_left), reply_s=0.05) as client:
        return provision(client, Authority(authority), Wish(**values))  # type: ignore[arg-type]


def test_a_new_tag_takes_root_and_certificate(authority: Path, tag: FakeTag) -> None:
    result = provisioned(authority, tag)
    assert result.made
    assert result.tag_id == tag.maker.tag_id
    assert tag.gate.root_id == Authority(authority).root_id
    assert tag.gate.certificates[0] == result.certificate.encoded
    assert result.certificate.octets(documents.CALIBRATION) == CALIBRATION
    assert result.certificate.encoded in result.documents
    assert [each.encoded for each in Authority(authority).trusted.tags[result.tag_id]] == [result.certificate.encoded]


def test_twice_is_once(authority: Path, tag: FakeTag) -> None:
    first = provisioned(authority, tag)
    before = contents(authority)
    again = provisioned(authority, tag)
    assert not again.made
    assert again.certificate.encoded == first.certificate.encoded
    assert contents(authority) == before


def test_a_tag_that_has_a_calibration_is_certified_with_it(authority: Path, tag: FakeTag) -> None:
    provisioned(authority, tag)
    tag.maker.config["calibration_id"] = b"260601a7"
    again = provisioned(authority, tag)
    assert again.made
    assert again.certificate.octets(documents.CALIBRATION) == b"260601a7"
    told = provisioned(authority, tag, calibration_id=b"260701b8")
    assert told.certificate.octets(documents.CALIBRATION) == b"260701b8"


def test_cut_anywhere_it_goes_on(authority: Path, tag: FakeTag) -> None:
    """The cable is pulled after every few bytes from the tag; in the end there is one certificate."""
    for bytes_left in range(1, 400, 20):
        with pytest.raises(LinkLost):
            provisioned(authority, tag, bytes_left)
    done = provisioned(authority, tag)
    assert tag.gate.certificates[0] == done.certificate.encoded
    assert len(Authority(authority).trusted.tags[tag.maker.tag_id]) == 1


def test_a_tag_of_another_programme_is_left_alone(authority: Path, tag: FakeTag, tmp_path: Path) -> None:
    provisioned(found(tmp_path / "other"), tag)
    had, before = list(tag.gate.certificates), contents(authority)
    with pytest.raises(TagRefused, match="belongs to another programme"):
        provisioned(authority, tag)
    assert tag.gate.certificates == had
    assert contents(authority) == before


def test_another_key_under_a_known_number(authority: Path, tag: FakeTag) -> None:
    """A tag that was erased, or a copy: not certified in passing."""
    provisioned(authority, tag)
    other = TagMaker(seed=99)
    other.tag_id = tag.maker.tag_id
    other.boot()
    assert other.public_key != tag.maker.public_key
    erased = FakeTag(other, provisioned=False)
    before = contents(authority)
    with pytest.raises(EvidenceRefused, match="certified with another key"):
        provisioned(authority, erased)
    assert contents(authority) == before
    assert provisioned(authority, erased, new_key=True).made


def test_a_new_calibration_makes_a_later_certificate(authority: Path, tag: FakeTag) -> None:
    first = provisioned(authority, tag).certificate
    second = provisioned(authority, tag, calibration_id=b"cal-2026").certificate
    assert tag.gate.certificates[0] == second.encoded
    # A tag takes only one that begins later.
    assert second.number(documents.NOT_BEFORE) > first.number(documents.NOT_BEFORE)
    # Back to the first calibration: its first certificate is older than what the tag has, so it gets a third.
    third = provisioned(authority, tag).certificate
    assert tag.gate.certificates[0] == third.encoded
    assert third.octets(documents.CALIBRATION) == CALIBRATION


def test_a_certificate_that_ends_soon_is_made_anew(authority: Path, tag: FakeTag) -> None:
    now_s = int(time.time())
    first = provisioned(authority, tag).certificate
    assert provisioned(authority, tag, now_s=now_s + 2 * YEAR_S).certificate.encoded == first.encoded
    second = provisioned(authority, tag, now_s=now_s + 3 * YEAR_S).certificate
    assert second.number(documents.NOT_AFTER) > first.number(documents.NOT_AFTER) + 2 * YEAR_S


def test_a_revoked_tag_and_a_revoked_region(authority: Path, tag: FakeTag) -> None:
    tag_id = provisioned(authority, tag).tag_id
    run("authority", "list", authority, "--revoke", tag_id.hex())
    with pytest.raises(UsageError, match="was revoked"):
        provisioned(authority, tag)
    run("authority", "list", authority, "--revoke", Authority(authority).region(REGION).octets(documents.SUBJECT).hex())
    with pytest.raises(UsageError, match="was revoked"):
        provisioned(authority, tag)


def test_behind_a_rotation_old_and_new_tags_obey_the_new_root(authority: Path, tag: FakeTag) -> None:
    provisioned(authority, tag)
    run("authority", "list", authority, "--minimum", "2")
    rotate(Authority(authority), int(time.time()))
    root = Authority(authority).root_id
    provisioned(authority, tag)
    assert (tag.gate.root_id, tag.gate.list_number, tag.gate.minimum) == (root, 2, 2)
    maker = TagMaker(seed=5)
    maker.boot()
    new = FakeTag(maker, provisioned=False)
    provisioned(authority, new)
    assert (new.gate.root_id, new.gate.list_number, new.gate.minimum) == (root, 2, 2)


def test_a_certificate_that_only_the_tag_has(authority: Path, tag: FakeTag) -> None:
    """The folder was put back from a copy that is older than the tag's provisioning."""
    certificate = provisioned(authority, tag).certificate.encoded
    for path in (authority / "issued").glob("tag-*"):
        path.unlink()
    result = provisioned(authority, tag, now_s=int(time.time()) + 100)
    assert not result.made
    assert result.certificate.encoded == certificate
    assert len(list((authority / "issued").glob("tag-*"))) == 1


def test_a_key_that_is_none(authority: Path, tag: FakeTag) -> None:
    tag.maker.public_key = b"\xff" * 64
    with pytest.raises(EvidenceRefused, match="a key that is none"):
        provisioned(authority, tag)
    assert not list((authority / "issued").glob("tag-*"))


def test_a_lost_reply_costs_a_try(authority: Path, tag: FakeTag) -> None:
    lost = [messages.PRESENT | messages.REPLY] * 3

    def garble(kind: int, data: bytes) -> bytes:
        if kind in lost:
            lost.remove(kind)
            return b""
        return data

    tag.garble = garble
    assert provisioned(authority, tag).made
    assert not lost


def test_a_tag_that_never_takes_it(authority: Path, tag: FakeTag) -> None:
    tag.garble = lambda kind, data: b"" if kind == messages.PRESENT | messages.REPLY else data
    with pytest.raises(AnkletagError, match="does not answer 'present'"):
        provisioned(authority, tag)


# The commands


@pytest.fixture
def terminal(tag: FakeTag) -> Iterator[TerminalTag]:
    tag.real_time = True
    with TerminalTag(tag) as terminal:
        yield terminal


@pytest.fixture
def line(terminal: TerminalTag, tmp_path: Path) -> list[str]:
    clock = tmp_path / "clock.json"
    terminal.tag.catch_up()
    offset = terminal.tag.maker.utc_ms - time.time_ns() // 1_000_000
    clock.write_text(json.dumps({"utc_offset_ms": offset}), encoding="utf-8")
    return ["--port", terminal.port, "--store", str(tmp_path / "store.sqlite"), "--clock", str(clock)]


def test_from_nothing_to_a_fitted_tag_and_the_glass(
    tag: FakeTag, line: list[str], tmp_path: Path, terminal: TerminalTag
) -> None:
    authority, station = tmp_path / "authority", tmp_path / "station"
    run("authority", "init", authority, "--name", "P", *line[4:])
    run("authority", "region", authority, REGION, *line[4:])
    words = ("station", "enrol", "Court 1", "--authority", authority, "--region", REGION, "--station", station)
    run(*words, *line[4:])
    done = run("provision", "--authority", authority, "--region", REGION, *line)
    assert tag.maker.tag_id.hex() in done.out
    assert "it obeys the stations of 'P'" in done.out
    with Store(Path(line[3]), create=False) as store:
        assert tag.gate.certificates[0] in store.documents()
    again = run("provision", "--authority", authority, "--region", REGION, *line, "--json").json
    assert (again["made"], again["calibration"]) == (False, "nominal1")
    run("fit", "--order", "A-1", *line, "--station", station)
    read = run("authority", "read", authority, *line, "--json").json
    assert read["fitted"]
    assert read["pages"] > 0
    removed = run("authority", "remove", authority, *line, "--reason", "exchange")
    assert "NOT MONITORED" in removed.out
    assert not run("authority", "read", authority, *line, "--json").json["fitted"]


def test_the_glass_of_another_programme(tag: FakeTag, line: list[str], tmp_path: Path) -> None:
    mine, other = found(tmp_path / "mine"), found(tmp_path / "other")
    run("provision", "--authority", mine, "--region", REGION, *line[:4])
    for command in ("read", "remove"):
        said = run("authority", command, other, *line, code=Exit.TAG_REFUSED).err
        assert "belongs to another programme" in said


def test_a_region_that_is_not_there_is_said_before_the_tag_is_asked(authority: Path, tmp_path: Path) -> None:
    words = ("provision", "--authority", authority, "--port", tmp_path / "none", "--store", tmp_path / "s.sqlite")
    assert "no region 'South'" in run(*words, "--region", "South", code=Exit.USAGE).err
    run(*words, "--region", REGION, code=Exit.PORT_ABSENT)


def test_a_tag_without_a_programme_says_what_to_do(tag: FakeTag, line: list[str], tmp_path: Path) -> None:
    enrol(found(tmp_path / "authority"), tmp_path / "station")
    said = run("sync", *line, "--station", tmp_path / "station", code=Exit.TAG_REFUSED).err
    assert "ankletag provision" in said
