"""Sessions with emulated tags: two at once, one that is found, one that is recorded and played back without the tag."""

import json
from pathlib import Path

import pytest

from ankletag.store import Store
from provisioned import provisioned, station_folder
from system.commandline import Cli, run_ankletag
from system.conftest import StartTag
from taghil.vm.process import Emulator

DAY_S = 86_400


def fitted(start_tag: StartTag, kept: Path, **options: object) -> Emulator:
    tag = start_tag(scenario="quiet", days=1, **options)
    provisioned(tag)
    Cli(kept / f"{tag.folder.path.name}.sqlite", tag).run("fit", "--order", "A")
    tag.wait_lived(DAY_S)
    return tag


def pages(path: Path) -> list[bytes]:
    with Store(path, create=False) as store:
        (tag_id,) = store.tag_ids()
        return store.pages(tag_id)


def test_two_at_once(start_tag: StartTag, kept: Path) -> None:
    tags = [fitted(start_tag, kept, seed=seed) for seed in (1, 2)]
    where = [word for tag in tags for word in ("--port", str(tag.port), "--clock", str(tag.clock_file))]
    own = ["--store", str(kept / "both.sqlite"), "--station", str(station_folder(kept / "station"))]
    done = run_ankletag("sync", *where, *own, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert [one["port"] for one in found] == [str(tag.port) for tag in tags]
    assert len({one["tag"] for one in found}) == 2
    assert all(one["readings"] >= 24 * 60 - 5 and one["new_pages"] == one["pages"] for one in found)


@pytest.mark.parametrize("line", ["usb", "uart"])
def test_a_recorded_session_is_played_back_without_the_tag(start_tag: StartTag, kept: Path, line: str) -> None:
    tag = fitted(start_tag, kept, line=line)
    recording, own = kept / "session.jsonl", ["--station", str(station_folder(kept / "station"))]
    where = ["--port", str(tag.port), "--clock", str(tag.clock_file), "--store", str(kept / "first.sqlite")]
    first = run_ankletag("sync", *where, *own, "--record", str(recording), "--json")
    assert first.returncode == 0, first.stderr
    tag.stop()
    second = run_ankletag(
        "sync", "--port", f"replay:{recording}", *own, "--store", str(kept / "second.sqlite"), "--json"
    )
    assert second.returncode == 0, second.stderr
    assert json.loads(second.stdout) == json.loads(first.stdout)
    assert pages(kept / "second.sqlite") == pages(kept / "first.sqlite")


def test_a_tag_is_found_among_ports(start_tag: StartTag, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tags = [start_tag(scenario="quiet", days=0, seed=seed) for seed in (1, 2)]
    monkeypatch.setenv("ANKLETAG_PORTS", " ".join(str(tag.port) for tag in tags))
    ids = [json.loads(run_ankletag("status", "--json", "--port", str(tag.port)).stdout)["tag_id"] for tag in tags]
    assert ids[0] != ids[1]
    found = run_ankletag("status", "--json", "--tag", ids[1][:4])
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["tag_id"] == ids[1]
    assert f"found tag {ids[1]} on {tags[1].port}" in found.stderr
    both = run_ankletag("status")
    assert both.returncode == 2
    assert all(tag_id in both.stderr for tag_id in ids)
