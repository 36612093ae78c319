"""One flash, two carriers: the emulator's state folder, and the storage part of a Pico's flash."""

import os
from pathlib import Path

import pytest

from ankletag.fitting import Order, fit
from ankletag.image import firmware_image
from ankletag.stationclock import StationClock, read_clock
from ankletag.store import Store
from ankletag.sync import sync
from ankletag.verify import verify_pages
from micropython_vm import Vm
from provisioned import clock_of, connect, given, provisioned
from support import ROOT
from taghil import chipimage
from taghil.chipimage import ChipImageError, join, put_log, split, take_log, whole_chip
from taghil.flash import Flash
from taghil.vm.process import Emulator
from taghil.vm.state import StateBusy, StateFolder
from tagproto import pages

LIVE_S = 30.0
DAY_MS = 86_400_000
STOCK_BOOT = ROOT / "tests/firmware/vm/stockboot.py"


def stored(path: Path) -> "tuple[bytes, dict[int, bytes]]":
    """The pinned key, and by number the pages of the one tag of a store."""
    with Store(path, create=False) as store:
        (tag_id,) = store.tag_ids()
        key = store.pinned_key(tag_id)
        assert key is not None
        return key, {pages.parse(page).seq: page for page in store.pages(tag_id)}


def test_the_places_are_those_of_a_pico() -> None:
    assert (chipimage.CHIP_BYTES, chipimage.STORAGE_BYTES) == (2 * 1024 * 1024, 1408 * 1024)
    assert chipimage.STORAGE_START == 0xA0000
    assert chipimage.FILES_BYTES + chipimage.LOG_BYTES == chipimage.STORAGE_BYTES


def test_what_is_joined_is_split_again() -> None:
    files, log = b"f" * chipimage.FILES_BYTES, b"l" * chipimage.LOG_BYTES
    storage = join(files, log)
    chip = whole_chip(storage)
    assert chip[chipimage.STORAGE_START : chipimage.STORAGE_START + 1] == b"f"
    assert chip[chipimage.STORAGE_START - 1 :: -1].strip(b"\xff") == b""
    assert split(storage) == split(chip) == (files, log)


@pytest.mark.parametrize("wrong", [0, chipimage.FILES_BYTES - 1, chipimage.CHIP_BYTES + 4096])
def test_other_sizes_are_a_sentence(wrong: int, tmp_path: Path) -> None:
    data = bytes(wrong)
    for refused in (
        lambda: join(data, bytes(chipimage.LOG_BYTES)),
        lambda: join(bytes(chipimage.FILES_BYTES), data),
        lambda: whole_chip(data),
        lambda: split(data),
        lambda: put_log(tmp_path, data),
    ):
        with pytest.raises(ChipImageError, match=f"{wrong} bytes"):
            refused()


def test_a_folder_without_a_tag_or_with_a_running_one_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ChipImageError, match="holds no emulated tag"):
        take_log(tmp_path)
    Flash(tmp_path / "flash.bin", 16).close()
    with pytest.raises(ChipImageError, match="has 65536 bytes"):
        take_log(tmp_path)
    put_log(tmp_path, b"\xff" * chipimage.LOG_BYTES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["flash.bin", "lock"]
    lock = StateFolder(tmp_path).lock()
    with pytest.raises(StateBusy):
        put_log(tmp_path, b"\xff" * chipimage.LOG_BYTES)
    with pytest.raises(StateBusy):
        take_log(tmp_path)
    os.close(lock)


@pytest.mark.slow
def test_a_lived_log_goes_to_a_chip_and_back_and_the_tag_goes_on(kept: Path) -> None:
    with Emulator(kept / "first", scenario="quiet", days=1, seed=4) as tag, Store(kept / "first.sqlite") as store:
        certificate = provisioned(tag)
        with connect(tag) as client:
            fit(client, store, clock_of(tag), Order("A"))
        tag.wait_lived(LIVE_S)
        with connect(tag) as client:
            sync(client, store, clock_of(tag))
    storage = join(firmware_image(), take_log(kept / "first"))

    # MicroPython on a Pico mounts it, and touches neither the files nor the log.
    (kept / "storage.bin").write_bytes(storage)
    vm = Vm(STOCK_BOOT, str(kept / "storage.bin"))
    try:
        assert vm.ask(["boot"]) is False
        assert set(vm.ask(["files"])) == {"boot.py", "pack.mpy", "tag.pack"}
        state = vm.ask(["state"])
    finally:
        vm.close()
    assert state["written"] == []
    assert max(state["read"]) < chipimage.FILES_BYTES // 4096

    put_log(kept / "second", split(whole_chip(storage))[1])
    with (
        Emulator(kept / "second", scenario="quiet", days=1, seed=4) as tag,
        Store(kept / "second.sqlite") as store,
        connect(tag) as client,
    ):
        hello = client.hello()
        store.see_tag(hello["tag_id"], 0)
        store.pin_key(hello["tag_id"], hello["public_key"])
        # The second emulator's world begins again on the first day; the log is two days on by then.
        sync(client, store, StationClock(read_clock(tag.clock_file).offset_ms + 2 * DAY_MS))
    (key, before), (same_key, after) = stored(kept / "first.sqlite"), stored(kept / "second.sqlite")
    assert same_key == key
    open_page = max(before)
    assert open_page > 10
    assert [seq for seq in before if seq < open_page and after[seq] != before[seq]] == []
    verified = verify_pages(after.values(), key, given=given(certificate))
    assert verified.against == []
    assert verified.readings > 24 * 60 - 5
