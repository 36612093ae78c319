"""What happens to a tag on a leg, from the emulated pins and power to what the host says of it."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import tagproto
from ankletag.client import Client
from ankletag.errors import AnkletagError, LinkLost, OtherVersion
from ankletag.store import Store
from ankletag.sync import sync
from ankletag.transport import SerialTransport, open_port
from ankletag.verify import Verified
from provisioned import LASTING, clock_of, connect, judged, provisioned, station
from system.commandline import Cli, run_ankletag
from taghil.vm.process import Emulator
from tagproto import records, seals

pytestmark = pytest.mark.slow

StartTag = Callable[..., Emulator]
DAY_S = 30


def stored(store: Path) -> Verified:
    with Store(store, create=False) as opened:
        return judged(opened)


def kinds(verified: Verified) -> list[str]:
    return [records.name(record.kind) for _, record in verified.events()]


def test_an_opened_strap_is_recorded_sealed_and_told(start_tag: StartTag, kept: Path) -> None:
    tag = start_tag(scenario="strap", days=2, trace=kept / "trace.jsonl")
    provisioned(tag)
    cli = Cli(kept / "store.sqlite", tag)
    cli.run("fit", "--order", "A")
    tag.wait_lived(DAY_S)
    cli.run("sync")
    verified = stored(kept / "store.sqlite")
    assert verified.against == []
    assert "strap" in kinds(verified)
    assert seals.REASON_STRAP in [window.seal.seal.reason for window in verified.windows]
    losses = cli.json("events", line=False)["losses"]
    assert [loss["kind"] for loss in losses if loss["kind"] == "strap"]
    assert (kept / "trace.jsonl").stat().st_size > 0


def test_power_lost_and_back(start_tag: StartTag, kept: Path) -> None:
    tag = start_tag(scenario="quiet", days=1)
    provisioned(tag)
    cli = Cli(kept / "store.sqlite", tag)
    # Told before the fit: a day is lived faster than a command is sent. The fit itself takes some 60 operations.
    tag.cut_power_at(500)
    cli.run("fit", "--order", "A")
    tag.wait("cut", DAY_S)
    # A boot that is cut before its record leaves no trace, and none is asked for: this one comes up first.
    tag.wait("boots", DAY_S, boots=2)
    tag.wait("idle", DAY_S)
    tag.power_cycle()
    tag.wait("boots", DAY_S, boots=3)
    tag.wait_lived(DAY_S)
    cli.run("sync")
    verified = stored(kept / "store.sqlite")
    assert verified.against == []
    assert kinds(verified).count("boot") == 3
    # One reading a minute but for the moments without power.
    assert verified.readings >= 24 * 60 - 5


def test_a_sync_that_is_cut_goes_on_from_there(start_tag: StartTag, kept: Path) -> None:
    tag = start_tag(scenario="quiet", days=3)
    provisioned(tag)
    cli = Cli(kept / "store.sqlite", tag)
    cli.run("fit", "--order", "A")
    tag.wait_lived(DAY_S)
    with Store(kept / "store.sqlite") as store:
        (tag_id,) = store.tag_ids()
        before = len(store.closed_pages(tag_id))
        cut = _Cut(open_port(tag.port), after_bytes=6000)
        with pytest.raises(AnkletagError), Client(cut, station(LASTING)) as client:
            sync(client, store, clock_of(tag))
        between = len(store.closed_pages(tag_id))
        assert before < between
        with connect(tag) as client:
            done = sync(client, store, clock_of(tag))
        assert done.absent == ()
        # What came through before the cut was not fetched again; the open page always is.
        assert done.new_pages <= done.pages - between
    assert [finding.code for finding in stored(kept / "store.sqlite").against] == []


class _Cut(SerialTransport):
    """A cable that is pulled out after so many bytes from the tag."""

    def __init__(self, whole: SerialTransport, after_bytes: int) -> None:
        self.name = whole.name
        self._whole = whole
        self._left = after_bytes

    def write(self, data: bytes) -> None:
        self._whole.write(data)

    def read(self, timeout_s: float) -> bytes:
        data = self._whole.read(timeout_s)
        self._left -= len(data)
        if self._left < 0:
            self._whole.close()
            raise LinkLost("The line was cut.", "Plug it in again.")
        return data

    def close(self) -> None:
        self._whole.close()


def test_a_tag_of_another_version_names_both(start_tag: StartTag, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = start_tag(scenario="quiet")
    provisioned(tag)
    with Client(open_port(tag.port)) as client:
        monkeypatch.setattr(tagproto, "PROTOCOL_VERSION", 2)
        with pytest.raises(OtherVersion) as caught:
            client.hello()
    assert "version 1" in caught.value.cause
    assert "version 2" in caught.value.cause


def test_two_tags_at_once_keep_apart(start_tag: StartTag, kept: Path) -> None:
    tags = [start_tag(scenario="quiet", days=0.5, seed=seed) for seed in (1, 2)]
    for tag in tags:
        provisioned(tag)
    for number, tag in enumerate(tags):
        Cli(kept / f"store{number}.sqlite", tag).run("fit", "--order", f"order {number}")
    for number, tag in enumerate(tags):
        tag.wait_lived(DAY_S)
        Cli(kept / f"store{number}.sqlite", tag).run("sync")
    both = [stored(kept / f"store{number}.sqlite") for number in (0, 1)]
    assert [verified.against for verified in both] == [[], []]
    assert both[0].tag_id != both[1].tag_id
    assert both[0].public_key != both[1].public_key


def test_fit_is_refused_while_fitted_and_remove_ends_it(start_tag: StartTag, kept: Path) -> None:
    tag = start_tag(scenario="quiet", days=0.1)
    provisioned(tag)
    cli = Cli(kept / "store.sqlite", tag)
    cli.run("fit", "--order", "A")
    assert "already fitted" in cli.run("fit", "--order", "B", status=8)
    tag.wait_lived(DAY_S)
    cli.run("remove")
    verified = stored(kept / "store.sqlite")
    assert verified.against == []
    assert kinds(verified)[-4:].count("remove") == 1
    with Client(open_port(tag.port)) as client:
        assert client.status()["fitted"] == 0


def test_no_bit_of_a_real_bundle_can_be_flipped(start_tag: StartTag, kept: Path) -> None:
    tag = start_tag(scenario="quiet", days=0.5)
    provisioned(tag)
    cli = Cli(kept / "store.sqlite", tag)
    cli.run("fit", "--order", "A")
    tag.wait_lived(DAY_S)
    cli.run("sync")
    cli.run("report", "--out", str(kept), line=False)
    whole = (kept / "evidence.zip").read_bytes()
    assert run_ankletag("verify", str(kept / "evidence.zip")).returncode == 0
    with zipfile.ZipFile(kept / "evidence.zip") as bundle:
        pages = bundle.getinfo("pages.bin")
        begin = whole.index(bundle.read("pages.bin"))
    altered = kept / "altered.zip"
    # A bit in a page in the middle, where records lie: the record is named.
    place = begin + pages.file_size // 2 // 256 * 256 + 100
    altered.write_bytes(whole[:place] + bytes((whole[place] ^ 0x10,)) + whole[place + 1 :])
    refused = run_ankletag("verify", str(altered))
    assert refused.returncode == 10
    assert "record" in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stderr
    # And some everywhere else.
    for place in (0, 30, len(whole) // 7, begin + 3, begin + pages.file_size - 1, len(whole) - 5, len(whole) - 1):
        altered.write_bytes(whole[:place] + bytes((whole[place] ^ 1,)) + whole[place + 1 :])
        assert run_ankletag("verify", "--json", str(altered)).returncode == 10, f"a flip at {place} was not refused"


def test_the_tags_own_log_is_read(start_tag: StartTag, kept: Path) -> None:
    tag = start_tag(scenario="quiet", days=0.1)
    provisioned(tag)
    cli = Cli(kept / "store.sqlite", tag)
    cli.run("fit", "--order", "A")
    assert "fitted" in cli.run("log")
    assert json.dumps(cli.json("log")).count("boot 1") == 1
