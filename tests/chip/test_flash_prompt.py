"""`ankletag flash` over the raw prompt of a real MicroPython, on the emulated RP2040, until the tag answers."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ankletag.flashing.prompt import Prompt, prompt_at
from ankletag.image import BLOCK_BYTES, IMAGE_BLOCKS, STORAGE_BLOCKS, firmware_digest, firmware_image, read_image
from chip import bareboard
from support import wait_until

VARIABLE = "ANKLETAG_UF2"
START_S = 300
FLASH_S = 1500
IMAGE_BYTES = IMAGE_BLOCKS * BLOCK_BYTES
pytestmark = [pytest.mark.slow, pytest.mark.minutes, pytest.mark.timeout(1800)]


class Board:
    """A board with MicroPython and nothing else."""

    def __init__(self, uf2: str, folder: Path) -> None:
        self.port = folder / "port"
        self._storage = folder / "storage.bin"
        self._log = folder / "board.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(Path(bareboard.__file__)), uf2, str(folder)], stdout=log, stderr=log
            )
        wait_until(self._listens, START_S, "the board has a port")

    def _listens(self) -> bool:
        assert self._process.poll() is None, self._log.read_text()
        return self.port.exists()

    def prompt(self) -> Prompt:
        """MicroPython's, as soon as it is there."""
        found: list[Prompt | None] = [None]

        def there() -> bool:
            found[0] = prompt_at(str(self.port))
            return found[0] is not None

        wait_until(there, START_S, "MicroPython is at its prompt")
        assert found[0] is not None
        return found[0]

    def end(self) -> bytes:
        """Its storage part."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(60)
        return self._storage.read_bytes() if self._storage.exists() else b""


@pytest.fixture
def board(kept: Path) -> Iterator[Board]:
    uf2 = os.environ.get(VARIABLE)
    if not uf2:
        pytest.skip(f"{VARIABLE} names no MicroPython for RPI_PICO")
    made = Board(str(Path(uf2).absolute()), kept)
    try:
        yield made
    finally:
        made.end()


def test_a_new_board_at_its_prompt_becomes_a_tag(board: Board) -> None:
    with board.prompt() as prompt:
        assert prompt.run("print(1 + 1)") == ["2"]
    command = [str(Path(sys.executable).with_name("ankletag")), "flash", "--port", str(board.port)]
    done = subprocess.run(
        [*command, "--json", "--wait", "1200"], capture_output=True, text=True, timeout=FLASH_S, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    image = firmware_image()
    assert told["firmware"] == firmware_digest(read_image(image).files).hex()
    assert (told["tag"], told["way"]) == (bareboard.UNIQUE_ID.hex(), "prompt")
    storage = board.end()
    assert storage[:IMAGE_BYTES] == image
    assert storage[IMAGE_BYTES:] != b"\xff" * (STORAGE_BLOCKS - IMAGE_BLOCKS) * BLOCK_BYTES, "the tag has begun its log"
