"""What a stock MicroPython on a Pico makes of the image before the tag's first line runs: the real VM's littlefs."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from littlefs import UserContext

from ankletag.image import (
    BLOCK_BYTES,
    IMAGE_BLOCKS,
    PACK,
    build_image,
    firmware_digest,
    firmware_image,
    firmware_tree,
    image_tree,
)
from ankletag.image.geometry import file_system
from ankletag.image.packing import packed
from micropython_vm import Vm

SCRIPT = Path(__file__).parent / "vm" / "stockboot.py"
Boot = Callable[[bytes], Any]


class Pico:
    """A Pico with an image in its flash; every function of stockboot.py is a method."""

    def __init__(self, vm: Vm) -> None:
        self._vm = vm

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self._vm.ask([name, *arguments])


@pytest.fixture
def pico(tmp_path: Path) -> Generator[Boot, None, None]:
    """A function that carries an image to a new Pico, not yet booted."""
    vms: list[Vm] = []

    def carry(image: bytes) -> Pico:
        path = tmp_path / f"{len(vms)}.bin"
        path.write_bytes(image)
        vms.append(Vm(SCRIPT, str(path)))
        return Pico(vms[-1])

    yield carry
    for vm in vms:
        vm.close()


def declaring(blocks: int, files: dict[str, bytes]) -> bytes:
    """An image whose superblock declares `blocks`."""
    flash = UserContext(IMAGE_BLOCKS * BLOCK_BYTES)
    fs = file_system(flash, blocks)
    fs.format()
    fs.mount()
    for path, data in files.items():
        with fs.open(path, "wb") as file:
            file.write(data)
    fs.unmount()
    return bytes(flash.buffer)


def test_the_image_mounts_and_nothing_is_written(pico: Boot) -> None:
    tag = pico(firmware_image())
    assert tag.boot() is False
    assert {path: bytes.fromhex(data) for path, data in tag.files().items()} == image_tree(firmware_tree())
    state = tag.state()
    assert state["written"] == []
    assert tag.head() > 0
    assert state["log_intact"] is True
    assert max(state["read"]) < IMAGE_BLOCKS


@pytest.mark.parametrize("developer", [False, True])
def test_the_firmware_starts_from_the_image(pico: Boot, developer: bool) -> None:
    files = image_tree(firmware_tree(developer=developer))
    tag = pico(build_image(files))
    assert tag.boot() is False
    started = tag.start()
    assert started["from"] == {
        "main": "/firmware/main.mpy",
        "tag.app": "/firmware/tag/app.mpy",
        "tag.log.writer": "/firmware/tag/log/writer.mpy",
        "tag.crypto.p256": "/firmware/tag/crypto/p256.mpy",
        "tag.drivers.ads1115": "/firmware/tag/drivers/ads1115.mpy",
        "tagproto": "/firmware/tagproto/__init__.mpy",
        "tagproto.pages": "/firmware/tagproto/pages.mpy",
    }
    # The board file itself is found and runs until it wants the chip.
    assert tag.board() == "no module named 'rp2'"
    assert started["digest"] == firmware_digest(files).hex()
    assert tag.state()["written"] == []
    assert tag.state()["log_intact"] is True


def test_the_pack_holds_every_module_and_nothing_else(pico: Boot) -> None:
    tag = pico(firmware_image())
    tag.boot()
    tag.start()
    tree = {path: data.hex() for path, data in firmware_tree().items() if path not in ("boot.py", "pack.mpy")}
    found = tag.packed()
    assert {path.removeprefix("firmware/"): data for path, data in found["files"].items()} == tree
    # Not there, not to be written, not a folder.
    assert found["refused"] == [2, 30, 2]


@pytest.mark.parametrize("pack", [b"", b"tag/app.mpy 0 10\n"])
def test_a_pack_that_is_cut_is_refused(pico: Boot, pack: bytes) -> None:
    tag = pico(build_image(image_tree(firmware_tree()) | {PACK: pack}))
    tag.boot()
    assert tag.mount() == 2


# It is read in pieces of 256 bytes: cut in a whole one, and in the rest.
@pytest.mark.parametrize("size", [512, 500])
def test_a_module_that_is_cut_does_not_run(pico: Boot, size: int) -> None:
    pack = packed({"first.mpy": bytes(10), "last.mpy": bytes(size)})
    tag = pico(build_image(image_tree(firmware_tree()) | {PACK: pack[:-1]}))
    tag.boot()
    assert tag.mount() is None
    assert tag.opened("first.mpy") is None
    assert tag.opened("last.mpy") == 5


HIGH, LOW = 1, 0
STARTED = {"end": "SystemExit", "started": True, "interrupts": [-1], "pins": []}
PROMPT_PIN = [[3, "in", "pulled up"]]


@pytest.mark.parametrize("level", [HIGH, LOW])
def test_a_release_starts_the_tag_whatever_is_held(pico: Boot, level: int) -> None:
    tag = pico(firmware_image())
    tag.boot()
    # What main runs into here, where there is no chip, is an exit like all others: it starts again.
    assert tag.run_boot(level) == STARTED


def test_a_developers_board_starts_the_tag_when_nothing_is_held(pico: Boot) -> None:
    tag = pico(firmware_image(developer=True))
    tag.boot()
    assert tag.run_boot(HIGH) == {**STARTED, "pins": PROMPT_PIN}


@pytest.mark.parametrize("pack", [None, b""], ids=["whole", "broken"])
def test_a_held_pin_leads_a_developer_to_the_prompt(pico: Boot, pack: bytes | None) -> None:
    files = image_tree(firmware_tree(developer=True))
    tag = pico(build_image(files if pack is None else {**files, PACK: pack}))
    tag.boot()
    # boot.py ends, and there is no main.py: MicroPython goes on to its prompt, with Ctrl-C an interrupt.
    assert tag.run_boot(LOW) == {"end": "returned", "started": False, "interrupts": [-1, 3], "pins": PROMPT_PIN}
    assert "main.py" not in tag.files()


def test_a_broken_pack_starts_again(pico: Boot) -> None:
    tag = pico(build_image(image_tree(firmware_tree()) | {PACK: b""}))
    tag.boot()
    assert tag.run_boot(HIGH) == {**STARTED, "started": False}


def test_a_developers_module_for_another_micropython_does_not_stop_the_boot(pico: Boot) -> None:
    files = image_tree(firmware_tree(developer=True))
    tag = pico(build_image({**files, "prompt.mpy": b"M\x05" + files["prompt.mpy"][2:]}))
    tag.boot()
    assert tag.run_boot(LOW) == STARTED


def test_a_full_image_mounts(pico: Boot) -> None:
    files = {f"{number:02}.bin": bytes([number]) * BLOCK_BYTES for number in range(IMAGE_BLOCKS - 2)}
    tag = pico(build_image(files))
    assert tag.boot() is False
    assert {path: bytes.fromhex(data) for path, data in tag.files().items()} == files
    assert tag.state()["log_intact"] is True


def damaged() -> bytes:
    """An image with both of its superblocks torn."""
    image = bytearray(firmware_image())
    for block in (0, 1):
        image[block * BLOCK_BYTES : block * BLOCK_BYTES + 64] = bytes(64)
    return bytes(image)


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(lambda: damaged(), id="damaged"),
        pytest.param(lambda: declaring(IMAGE_BLOCKS, {"main.py": b"pass\n"}), id="declares only its own blocks"),
        pytest.param(lambda: b"\xff" * (IMAGE_BLOCKS * BLOCK_BYTES), id="absent"),
    ],
)
def test_without_the_image_it_formats(pico: Boot, image: Callable[[], bytes]) -> None:
    """The test above can fail; and even then only the first two blocks are touched, never the log."""
    tag = pico(image())
    assert tag.boot() is True
    assert tag.files() == {}
    # By this `ankletag flash` knows a board without files at its prompt.
    assert tag.head() == 0
    assert tag.state()["written"] == [0, 1]
    assert tag.state()["log_intact"] is True


def test_a_written_file_would_go_through_the_log(pico: Boot) -> None:
    """Why nobody may write to the file system: littlefs takes every block behind the image for free."""
    files = {f"{number:02}.bin": bytes([number]) * BLOCK_BYTES for number in range(IMAGE_BLOCKS - 2)}
    tag = pico(build_image(files))
    tag.boot()
    assert tag.write() is True
    state = tag.state()
    assert max(state["written"]) >= IMAGE_BLOCKS
    assert state["log_intact"] is False
