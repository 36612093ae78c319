"""A board that can be flashed: its flash, MicroPython's raw prompt on a pseudo-terminal, its drive in BOOTSEL.

What lies in the flash decides what it does: with an image that mounts it is a FakeTag of that firmware, else a prompt.
The code that flashes it at the prompt is run as it is, by CPython, with this board's `rp2`, `machine` and `vfs`.
"""

import io
import os
import select
import shutil
import sys
import threading
import traceback
import tty
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ankletag.image import BLOCK_BYTES, IMAGE_BLOCKS, STORAGE_BLOCKS, ImageError, firmware_digest, read_image, read_uf2
from ankletag.image.board import IMAGE_ADDRESS
from ankletag.image.geometry import FLASH_ADDRESS
from host.faketag import FakeTag

INFO = "UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n"
BANNER = b"raw REPL; CTRL-B to exit\r\n>"
WINDOW = 512
LOOK_S = 0.01
IMAGE_BYTES = IMAGE_BLOCKS * BLOCK_BYTES


class Gone(Exception):
    """The board is not at this line any longer."""


class FakeBoard:
    """folder: for its port (a link) and its drive. Use as a context manager."""

    def __init__(self, folder: Path, tag: FakeTag) -> None:
        self.tag = tag
        self.port = folder / "port"
        self.drive = folder / "RPI-RP2"
        # Start at the prompt whatever is in the flash, as with GP3 at ground.
        self.held = False
        # How often it has come to life.
        self.starts = 0
        # The port is an adapter's, which stays when the board loses its power.
        self.adapter = False
        self._adapters: tuple[int, int] | None = None
        self.flash = bytearray(b"\xff" * STORAGE_BLOCKS * BLOCK_BYTES)
        self.micropython: bytes | None = None
        self.mpy = 6
        self.version = (1, 28)
        self.files: list[dict[int, bytes]] = []
        self.erased: list[int] = []
        self.programmed: list[int] = []
        # So many operations of the flash, then the cable is pulled. None: never.
        self.operations_left: int | None = None
        # Called before each operation.
        self.on_operation: Callable[[], None] = lambda: None
        # This block keeps a bit that it should not.
        self.weak = -1
        self._stop, self._stopped = os.pipe()
        self._pulled, self._pull = os.pipe()
        self._then: Callable[[], object] | None = None
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "FakeBoard":
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._stopped, b"x")
        for thread in self._threads:
            thread.join(10)
        for handle in (self._stop, self._stopped, self._pulled, self._pull, *(self._adapters or ())):
            os.close(handle)

    @property
    def image(self) -> bytes:
        """The part of the flash that is the file system's."""
        return bytes(self.flash[:IMAGE_BYTES])

    def digest(self) -> bytes | None:
        """Of the firmware in the flash; None where nothing mounts."""
        try:
            files = read_image(self.image).files
        except ImageError:
            return None
        return firmware_digest(files) if "boot.py" in files else None

    def start(self) -> "FakeBoard":
        """Power: with the image that is there, or to the prompt."""
        self._begin(self._serve)
        return self

    def bootsel(self) -> "FakeBoard":
        """Power with BOOTSEL held."""
        self.drive.mkdir()
        (self.drive / "INFO_UF2.TXT").write_text(INFO)
        self._begin(self._boot_rom)
        return self

    def replug(self, then: Callable[[], object]) -> None:
        """Somebody pulls the cable, and plugs it in again: `start` or `bootsel`."""
        self._then = then
        os.write(self._pull, b"x")

    # The boot ROM

    def _boot_rom(self) -> None:
        while not select.select([self._stop], [], [], LOOK_S)[0]:
            for path in self.drive.glob("*.uf2"):
                try:
                    pieces = read_uf2(path.read_bytes(), path.name)
                except ImageError:
                    # Not all blocks have come.
                    continue
                self.files.append(pieces)
                for address, piece in pieces.items():
                    self._take(address, piece)
                shutil.rmtree(self.drive)
                self._begin(self._serve)
                return

    def _take(self, address: int, piece: bytes) -> None:
        if address == FLASH_ADDRESS:
            self.micropython = piece
        else:
            at = address - IMAGE_ADDRESS
            self.flash[at : at + len(piece)] = piece

    # The line

    def _serve(self) -> None:
        digest = self.digest()
        master, slave = self._adapters or self._plug()
        if self.adapter:
            self._adapters = master, slave
        self._line = master
        self.starts += 1
        then: Callable[[], object] | None = None
        try:
            if digest is not None and not self.held:
                self.tag.firmware = digest
                self._run_tag()
            else:
                self._run_prompt()
        except Gone as gone:
            then = gone.args[0] if gone.args else None
        finally:
            if not self._adapters:
                self.port.unlink(missing_ok=True)
                os.close(master)
                os.close(slave)
        if then is not None:
            then()

    def _plug(self) -> tuple[int, int]:
        """A new port: (the board's end, the computer's)."""
        master, slave = os.openpty()
        tty.setraw(slave)
        self.port.unlink(missing_ok=True)
        self.port.symlink_to(os.ttyname(slave))
        return master, slave

    def _run_tag(self) -> None:
        while True:
            out = self.tag.feed(self._read())
            while out:
                out = out[os.write(self._line, out[:1024]) :]

    def _run_prompt(self) -> None:
        names = self._modules()
        raw = False
        while True:
            byte = self._read(1)
            if byte == b"\x01":
                os.write(self._line, BANNER)
                raw = True
            elif byte == b"\x02":
                raw = False
            elif byte == b"\x05" and raw and self._read(1) + self._read(1) == b"A\x01":
                self._run(self._paste(), names)

    def _paste(self) -> str:
        """MicroPython's raw-paste mode (MicroPython, docs: The raw REPL)."""
        os.write(self._line, b"R\x01" + WINDOW.to_bytes(2, "little"))
        code = b""
        while True:
            byte = self._read(1)
            if byte == b"\x04":
                os.write(self._line, b"\x04")
                return code.decode()
            code += byte
            if len(code) % WINDOW == 0:
                os.write(self._line, b"\x01")

    def _run(self, code: str, names: dict[str, Any]) -> None:
        out, fault = io.StringIO(), ""
        names["print"] = lambda *words, end="\n": out.write(" ".join(map(str, words)) + end)
        try:
            exec(code, names)
        except (OSError, ValueError, TypeError, NameError, AttributeError):
            fault = traceback.format_exc()
        os.write(self._line, out.getvalue().encode() + b"\x04" + fault.encode() + b"\x04>")

    def _read(self, most: int = 4096) -> bytes:
        ready, _, _ = select.select([self._line, self._stop, self._pulled], [], [])
        if self._stop in ready:
            raise Gone
        if self._pulled in ready:
            os.read(self._pulled, 1)
            raise Gone(self._then)
        return os.read(self._line, most)

    # What the code finds on the chip

    def _modules(self) -> dict[str, Any]:
        own = {
            "rp2": SimpleNamespace(Flash=lambda: self),
            "machine": SimpleNamespace(
                unique_id=lambda: self.tag.maker.tag_id, reset=self._reset, bootloader=self._bootloader
            ),
            "vfs": SimpleNamespace(umount=_umount),
        }

        def find(name: str, *_: object) -> Any:
            if name == "sys":
                own_sys = SimpleNamespace(_mpy=self.mpy | 0x1200, version=(*self.version, 0, ""))
                return SimpleNamespace(platform="rp2", implementation=own_sys)
            return own[name] if name in own else __import__(name)

        return {"__builtins__": {**vars(sys.modules["builtins"]), "__import__": find}}

    def _reset(self) -> None:
        raise Gone(lambda: self._begin(self._serve))

    def _bootloader(self) -> None:
        raise Gone(self.bootsel)

    def ioctl(self, operation: int, argument: int) -> int:
        if operation == 6:
            self._operation()
            self.erased.append(argument)
            at = argument * BLOCK_BYTES
            self.flash[at : at + BLOCK_BYTES] = b"\xff" * BLOCK_BYTES
        return {4: STORAGE_BLOCKS, 5: BLOCK_BYTES}.get(operation, 0)

    def readblocks(self, block: int, buf: bytearray) -> None:
        buf[:] = self.flash[block * BLOCK_BYTES : block * BLOCK_BYTES + len(buf)]

    def writeblocks(self, block: int, data: bytes, offset: int) -> None:
        self._operation()
        self.programmed.append(block)
        at = block * BLOCK_BYTES + offset
        there = self.flash[at : at + len(data)]
        # Programming only clears bits.
        self.flash[at : at + len(data)] = bytes(old & new for old, new in zip(there, data, strict=True))
        if block == self.weak:
            self.flash[at] ^= 1

    def _operation(self) -> None:
        self.on_operation()
        if self.operations_left is not None:
            self.operations_left -= 1
            if self.operations_left < 0:
                raise Gone

    def _begin(self, job: Callable[[], None]) -> None:
        thread = threading.Thread(target=job, daemon=True)
        self._threads.append(thread)
        thread.start()


def _umount(_folder: str) -> None:
    raise OSError(22)
