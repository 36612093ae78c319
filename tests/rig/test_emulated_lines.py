"""The emulated tag's port as USB and as UART: what its buffers hold, what is lost, and at which rate bytes pass."""

import os
import termios
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support import read_exactly, wait_until
from taghil.terminal import set_baud
from taghil.vm.process import Emulator

DEADLINE_S = 30.0
HEAD = """
from boards.emulated import Board
board = Board()
link = board.link
buf = bytearray(1024)
def pause(ms):
    board.wait((board.clock.ticks_ms() + ms) & 0x3FFFFFFF, False)
def read(n):
    got = b""
    while len(got) < n:
        count = link.read_into(memoryview(buf)[:n - len(got)])
        got += bytes(buf[:count])
        if not count: pause(60000)
    return got
def write(data):
    view = memoryview(data)
    while len(view):
        view = view[link.write(view):]
        if len(view): board.wait((board.clock.ticks_ms() + 60000) & 0x3FFFFFFF, True)
"""


def tag(kept: Path, body: str, line: str) -> Emulator:
    (kept / "program.py").write_text(HEAD + body + "\nwhile True: pause(60000)\n")
    return Emulator(kept / "state", program=kept / "program.py", line=line, pace="wall")


@contextmanager
def opened(emulator: Emulator, baud: int = 115_200) -> Iterator[int]:
    fd = os.open(emulator.port, os.O_RDWR | os.O_NOCTTY)
    try:
        tty.setraw(fd, termios.TCSANOW)
        set_baud(fd, baud)
        emulator.wait("port_open", DEADLINE_S)
        yield fd
    finally:
        os.close(fd)


def line_of(emulator: Emulator, fd: int) -> str:
    """What the tag says, up to the end of its line."""
    said = b""
    while not said.endswith(b"\n"):
        said += read_exactly(fd, 1)
    return said.decode().strip()


ASLEEP = """
write(b"%d %d %d\\n" % (link.input_bytes, link.room_bytes, link.rate)) if read(1) else None
board.clock.sleep_ms(600)
write(read(300))
"""


def test_usb_holds_the_host_back_and_loses_nothing(kept: Path) -> None:
    data = bytes(range(256)) * 40
    body = ASLEEP + f"write(bytes((sum(read({len(data)})) & 0xFF,)))"
    with tag(kept, body, "usb") as emulator, opened(emulator) as fd:
        os.write(fd, b"?")
        assert line_of(emulator, fd) == "512 512 0"
        sent = os.write(fd, data[:300])
        assert read_exactly(fd, 300) == data[:300]
        # More than the ring, the terminal and the tag's own buffer take at once.
        os.set_blocking(fd, False)
        sent = 0

        def all_sent() -> bool:
            nonlocal sent
            try:
                sent += os.write(fd, data[sent:])
            except BlockingIOError:
                return False
            return sent == len(data)

        wait_until(all_sent, DEADLINE_S, "the tag had taken all")
        assert read_exactly(fd, 1) == bytes((sum(data) & 0xFF,))
        assert emulator.status()["lost_bytes"] == 0


def test_a_uart_s_ring_holds_what_comes_while_the_tag_is_busy(kept: Path) -> None:
    data = bytes(i * 7 & 0xFF for i in range(300))
    with tag(kept, ASLEEP, "uart") as emulator, opened(emulator) as fd:
        os.write(fd, b"?")
        assert line_of(emulator, fd) == "32 1024 921600"
        os.write(fd, data)
        assert read_exactly(fd, 300) == data
        assert emulator.status()["lost_bytes"] == 0


def test_a_uart_loses_what_comes_while_flash_is_erased_but_for_its_fifo(kept: Path) -> None:
    body = """
while True:
    command = read(1)
    if command == b"e": board.flash.ioctl(6, 3)
    if command == b"p": board.flash.writeblocks(3, bytes(256), 0)
    board.clock.sleep_ms(150)
    write(b"%d\\n" % link.read_into(buf))
"""
    with tag(kept, body, "uart") as emulator, opened(emulator) as fd:
        # 45 ms carry 518 bytes at this rate; the first one is the command itself.
        os.write(fd, b"e" + bytes(31))
        assert line_of(emulator, fd) == "31"
        assert emulator.status()["lost_bytes"] == 0
        os.write(fd, b"e" + bytes(200))
        arrived = int(line_of(emulator, fd))
        assert emulator.status()["lost_bytes"] == 200 - arrived > 0
        assert arrived >= 32
        os.write(fd, b"n" + bytes(200))
        assert line_of(emulator, fd) == "200"
        # A page is programmed in the time of a few bytes.
        lost = emulator.status()["lost_bytes"]
        os.write(fd, b"p" + bytes(200))
        assert line_of(emulator, fd) == "200"
        assert emulator.status()["lost_bytes"] == lost


def test_a_uart_sends_at_its_rate(kept: Path) -> None:
    data = bytes(i * 5 & 0xFF for i in range(4000))
    body = f"read(1)\nwrite(bytes(i * 5 & 0xFF for i in range({len(data)})))"
    with tag(kept, body, "uart") as emulator, opened(emulator) as fd:
        os.write(fd, b"?")
        began = time.monotonic()
        assert read_exactly(fd, len(data)) == data
        assert time.monotonic() - began >= len(data) * 10 / 115_200 - 0.01


def test_rates_are_agreed_upon_or_all_is_garbled(kept: Path) -> None:
    body = """
while True:
    command = read(4)
    write(b"<" + command + b">")
    if command == b"fast": link.set_baud(921600)
    if command == b"bad!":
        try: link.set_baud(5000000)
        except OSError as error: write(b"E%d" % error.errno)
"""
    with tag(kept, body, "uart") as emulator:
        with opened(emulator) as fd:
            os.write(fd, b"fast")
            # The reply comes at the old rate, however soon the tag changes.
            assert read_exactly(fd, 6) == b"<fast>"
            os.write(fd, b"slow")
            assert read_exactly(fd, 6) != b"<slow>"
            set_baud(fd, 921_600)
            os.write(fd, b"both")
            assert read_exactly(fd, 6) == b"<both>"
            assert emulator.status()["baud"] == 921_600
            os.write(fd, b"bad!")
            assert read_exactly(fd, 9) == b"<bad!>E22"
        # A boot begins with the first rate again.
        emulator.power_cycle()
        emulator.wait("boots", DEADLINE_S, boots=2)
        emulator.wait("idle", DEADLINE_S)
        with opened(emulator) as fd:
            os.write(fd, b"boot")
            assert read_exactly(fd, 6) == b"<boot>"


def test_a_uart_s_tag_hears_nothing_while_its_power_is_off(kept: Path) -> None:
    with tag(kept, "while True: write(read(1))", "uart") as emulator, opened(emulator) as fd:
        emulator.power_off()
        os.write(fd, b"lost")
        emulator.power_on()
        emulator.wait("boots", DEADLINE_S, boots=2)
        emulator.wait("idle", DEADLINE_S)
        os.write(fd, b"!")
        assert read_exactly(fd, 1) == b"!"
