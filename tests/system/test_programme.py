"""A programme over the real firmware: a lost laptop, a new root, the broken glass. Commands as people type them."""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from ankletag.errors import Exit
from host.programmes import REGION, Outcome, run
from support import wait_until
from system.conftest import StartTag
from taghil.vm.process import Emulator

pytestmark = pytest.mark.slow

LIVE_S = 60.0


@dataclass(frozen=True)
class World:
    """A provisioned tag, its authority, and two stations with a store each."""

    folder: Path
    tag: Emulator

    @property
    def authority(self) -> Path:
        return self.folder / "authority"

    @property
    def clock(self) -> tuple[object, ...]:
        return ("--clock", self.tag.clock_file)

    def at(self, station: str, *words: object, code: int = Exit.OK) -> Outcome:
        """A station's command to the tag."""
        line = (
            "--port",
            self.tag.port,
            "--store",
            self.folder / f"{station}.sqlite",
            "--station",
            self.folder / station,
        )
        return run(*words, *line, *self.clock, code=code)

    def glass(self, command: str, *words: object, code: int = Exit.OK) -> Outcome:
        """A command of the authority's to the tag."""
        line = ("--port", self.tag.port, "--store", self.folder / "glass.sqlite", *self.clock)
        return run("authority", command, self.authority, *words, *line, code=code)

    def hand_out(self, station: str) -> None:
        run("station", "add", self.authority / "issued", "--station", self.folder / station)

    def id_of(self, station: str) -> str:
        return str(run("station", "show", "--station", self.folder / station, "--json").json["id"])

    def now(self) -> datetime:
        """The tag's world's time."""
        offset_ms = json.loads(Path(self.tag.clock_file).read_bytes())["utc_offset_ms"]
        return datetime.fromtimestamp(time.time() + offset_ms / 1000, timezone.utc)

    def codes(self, store: str, code: int = Exit.OK) -> set[str]:
        """Findings about what a store holds, for who knows the authority's root."""
        words = ("--store", self.folder / f"{store}.sqlite", "--authority", self.authority / "root.cose")
        return {each["code"] for each in run("verify", *words, "--json", code=code).json["findings"]}


@pytest.fixture
def world(kept: Path, start_tag: StartTag) -> World:
    tag = start_tag(days=0.1)
    world = World(kept, tag)
    run("authority", "init", world.authority, "--name", "Programme", *world.clock)
    run("authority", "region", world.authority, REGION, *world.clock)
    enrol = ("--authority", world.authority, "--region", REGION)
    for station in ("one", "two"):
        run("station", "enrol", f"Court {station}", *enrol, "--station", kept / station, *world.clock)
    line = ("--port", tag.port, "--store", kept / "workshop.sqlite", *world.clock)
    run("provision", *enrol, *line)
    world.at("one", "fit", "--order", "A-1")
    wait_until(lambda: bool(tag.status()["lived"]), LIVE_S, "the tag has lived its days")
    return world


def test_a_lost_laptop(world: World) -> None:
    """The tag learns of it from another station, and refuses the lost one from then on."""
    world.hand_out("two")
    lost = world.id_of("one")
    run("authority", "list", world.authority, "--revoke", lost, *world.clock)
    # Before the tag knows, the lost one still gets in.
    world.at("one", "sync")
    world.hand_out("two")
    # What it did behind the time on the list is found at once.
    assert "[station-revoked]" in world.at("two", "sync", code=Exit.FINDINGS).out
    assert "revoked" in world.at("one", "sync", code=Exit.TAG_REFUSED).err
    assert world.codes("two", Exit.FINDINGS) == {"station-revoked"}


def test_a_revocation_that_is_younger_than_all_evidence(world: World) -> None:
    world.at("one", "sync")
    moment = (world.now() + timedelta(minutes=1)).isoformat()
    run("authority", "list", world.authority, "--revoke", f"{world.id_of('one')}@{moment}", *world.clock)
    world.hand_out("two")
    assert "nothing speaks against" in world.at("two", "sync").out
    assert "station-revoked" not in world.codes("two")


def test_a_new_generation_ends_who_was_not_certified_again(world: World, kept: Path) -> None:
    run("authority", "list", world.authority, "--minimum", "2", *world.clock)
    answer = kept / "answer.json"
    run("authority", "certify", world.authority, world.id_of("two"), "--region", REGION, "--out", answer, *world.clock)
    run("station", "install", answer, "--station", kept / "two")
    assert "nothing speaks against" in world.at("two", "sync").out
    assert "revoked" in world.at("one", "sync", code=Exit.TAG_REFUSED).err
    assert "station-generation" not in world.codes("two")


def test_a_new_root_reaches_the_tag(world: World) -> None:
    """Either root verifies what came before and behind; a station that has not heard of it is told so."""
    old = (world.authority / "root.cose").read_bytes()
    run("authority", "rotate", world.authority, *world.clock)
    world.hand_out("two")
    assert "nothing speaks against" in world.at("two", "sync").out
    said = world.at("one", "sync", code=Exit.TAG_REFUSED).err
    assert "ankletag station add" in said
    world.hand_out("one")
    world.at("one", "sync")
    assert not world.codes("one") & {"document-bad", "station-unknown", "not-certified", "statement-signature"}
    (world.authority / "root.cose").write_bytes(old)
    assert not world.codes("one") & {"document-bad", "station-unknown", "not-certified", "statement-signature"}


def test_the_broken_glass_shows(world: World) -> None:
    read = world.glass("read", "--json").json
    assert read["fitted"]
    assert read["pages"] > 1
    assert "NOT MONITORED" in world.glass("remove", "--reason", "other").out
    # The station finds both in the log, signed by the root, and nothing wrong with them.
    world.at("one", "sync")
    listed = run("events", "--store", world.folder / "one.sqlite", "--json").json
    assert {"opened", "remove"} <= {each["kind"] for each in listed["events"]}
    assert not world.codes("one") & {"statement-right", "statement-signature", "station-unknown"}
