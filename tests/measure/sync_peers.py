"""ZMODEM (lrzsz) and C-Kermit over the same cable, with the same bytes: what a sync is compared with."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from taghil.line import Cable

NEEDS = {"zmodem": ("lrzsz", ("sz", "rz")), "ckermit": ("ckermit", ("kermit",))}
"""Tool: its Debian package, and the commands that it takes."""

# Big packets, thirty of them under way, control characters as they are, the longest checksum, and patience: how
# C-Kermit goes fastest on a clean line and still ends on a bad one.
_KERMIT = """
set quiet on
set exit warning off
set carrier-watch off
set modem type none
set file display quiet
set transfer display none
set line {port}
set speed {baud}
set flow none
set parity none
set control-character unprefixed all
set file type binary
set transfer mode manual
set file names literal
set file collision overwrite
set reliable off
set streaming off
set clear-channel on
set receive packet-length 1000
set send packet-length 1000
set window 30
set block-check 3
set send timeout 2
set receive timeout 2
set retry 30
set send pause 0
{action}
exit \\v(status)
"""


# How exactly the end is known.
_LOOK_S = 0.02


@dataclass(frozen=True)
class Transfer:
    """seconds: from the start of the programs to the end of the first of them behind the last byte; intact: every byte
    arrived as it was."""

    seconds: float
    intact: bool


def absent(tool: str) -> str:
    """The Debian package that a tool is missing, or nothing."""
    package, commands = NEEDS[tool]
    return "" if all(shutil.which(command) for command in commands) else package


@contextlib.contextmanager
def _cable(cable: Cable) -> Iterator[tuple[str, str]]:
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("sync_cable.py")), cable.to_json()],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        ports = json.loads(process.stdout.readline())
        yield ports["sender"], ports["receiver"]
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def transfer(tool: str, data: bytes, cable: Cable, limit_s: float) -> Transfer:
    """Send the bytes from one end of the cable to the other."""
    with tempfile.TemporaryDirectory() as made, _cable(cable) as (sender, receiver):
        folder = Path(made)
        source, into = folder / "pages.bin", folder / "received"
        source.write_bytes(data)
        into.mkdir()
        baud = cable.baud or 115200
        with open(sender, "r+b", buffering=0) as near, open(receiver, "r+b", buffering=0) as far:
            if tool == "zmodem":
                gets, sends = ["rz", "-q", "-b", "-y"], ["sz", "-q", "-b", str(source)]
            else:
                gets = _kermit(folder / "get.ksc", receiver, baud, "receive")
                sends = _kermit(folder / "send.ksc", sender, baud, f"send {source}")
            # A terminal program speaks over its own input and output, Kermit opens the port itself.
            ends = (far, near) if tool == "zmodem" else (None, None)
            started = time.monotonic()
            getting = _run(gets, into, ends[0], folder)
            sending = _run(sends, folder, ends[1], folder)
            arrived = into / source.name
            while not _ended(getting, sending, arrived, len(data)) and time.monotonic() < started + limit_s:
                time.sleep(_LOOK_S)
            seconds = time.monotonic() - started
            for process in (sending, getting):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, 9)
                process.wait()
        whole = arrived.exists() and hashlib.sha256(arrived.read_bytes()).digest() == hashlib.sha256(data).digest()
        return Transfer(seconds, whole)


def _ended(getting: "subprocess.Popen[bytes]", sending: "subprocess.Popen[bytes]", arrived: Path, size: int) -> bool:
    """Whether it is over. A receiver of ZMODEM waits half a minute for the last two letters, which sz has thrown away
    as it left: a pseudo-terminal says too early that all is out."""
    if getting.poll() is not None:
        return True
    return sending.poll() is not None and arrived.exists() and arrived.stat().st_size == size


def _kermit(script: Path, port: str, baud: int, action: str) -> list[str]:
    script.write_text(_KERMIT.format(port=port, baud=baud, action=action), encoding="utf-8")
    return ["kermit", str(script)]


def _run(command: list[str], folder: Path, line: object, home: Path) -> "subprocess.Popen[bytes]":
    ends = {"stdin": line or subprocess.DEVNULL, "stdout": line or subprocess.DEVNULL}
    return subprocess.Popen(
        command, cwd=folder, stderr=subprocess.DEVNULL, start_new_session=True,
        env={**os.environ, "HOME": str(home)}, **ends,
    )  # type: ignore[call-overload,no-any-return]  # fmt: skip
