"""The emulator end to end: a real MicroPython VM runs small programs over boards.emulated, in a world of its own."""

import errno
import json
import os
import select
import stat
import subprocess
import sys
import termios
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support import wait_until
from taghil.flash import DEFAULT_BLOCKS
from taghil.vm.process import Emulator, EmulatorDied, EmulatorError, EmulatorTimeout

HEAD = """
import errno, sys
from boards.emulated import Board
board = Board()
FIT = b"\\x12" + bytes(28)
def tell(*what): print("said", *what)
def idle():
    while True: board.wait((board.clock.ticks_ms() + 60000) & 0x3FFFFFFF, False)
"""
DEADLINE_S = 30.0


def tag(kept: Path, body: str, **options: object) -> Emulator:
    """An emulated tag in `kept` that runs a program over the board."""
    state = kept / "state"
    state.mkdir(exist_ok=True)
    program = kept / "program.py"
    program.write_text(HEAD + body)
    return Emulator(state, program=program, **options)


def said(emulator: Emulator) -> list[list[str]]:
    """What the program told, a list of words a line."""
    return [line.split()[1:] for line in emulator.vm_log.splitlines() if line.startswith("said")]


def run(kept: Path, body: str, **options: object) -> list[list[str]]:
    """Runs a program to its end; gives what it told."""
    emulator = tag(kept, body, **options).start()
    try:
        assert emulator.wait_end(DEADLINE_S) == 0, emulator.vm_log
        return said(emulator)
    finally:
        emulator.stop()


@contextmanager
def opened(port: str) -> Iterator[int]:
    """The port, open and raw."""
    fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
    try:
        tty.setraw(fd, termios.TCSANOW)
        yield fd
    finally:
        os.close(fd)


def read_until(fd: int, end: bytes) -> bytes:
    """Reads up to an end mark, within the deadline."""
    data = b""
    deadline = time.monotonic() + DEADLINE_S
    while not data.endswith(end):
        assert select.select([fd], [], [], max(0.0, deadline - time.monotonic()))[0], data
        data += os.read(fd, 4096)
    return data


def test_absent_part_is_eio_and_present_ones_answer(kept: Path) -> None:
    lines = run(
        kept,
        """
def read(addr, reg):
    two = bytearray(2)
    try:
        board.i2c.readfrom_mem_into(addr, reg, two)
        return two.hex()
    except OSError as error:
        return "errno%d" % error.errno
tell(read(0x4A, 0x0F), read(0x60, 0x0C), read(0x49, 1), read(0x48, 1), read(0x33, 0))
board.menb(0)
tell(read(0x48, 1))
try:
    board.i2c.writeto_mem(0x33, 0, b"x")
except OSError as error:
    tell(error.errno)
""",
    )
    eio = f"errno{errno.EIO}"
    assert lines == [["0117", "8601", "8583", eio, eio], ["0101"], [str(errno.EIO)]]


def test_time_is_virtual_and_ticks_wrap(kept: Path) -> None:
    began = time.monotonic()
    lines = run(
        kept,
        """
first = board.clock.ticks_ms()
board.clock.sleep_ms(10)
tell(first, board.clock.ticks_ms() - first)
for _ in range(3):
    t = (board.clock.ticks_ms() + 3600000) & 0x3FFFFFFF
    board.wait(t, False)
    tell(board.clock.ticks_ms() == t, t < first)
t = (board.clock.ticks_ms() - 5) & 0x3FFFFFFF
board.wait(t, False)
tell((board.clock.ticks_ms() - t) & 0x3FFFFFFF)
""",
        pace="free",
    )
    assert lines[0] == [str((1 << 30) - 90_000), "10"]
    assert lines[1:4] == [["True", "True"]] * 3
    assert lines[4] == ["5"]
    assert time.monotonic() - began < 3600


def test_wait_wakes_on_an_edge_of_the_world(kept: Path) -> None:
    (kept / "strap.toml").write_text(
        """
start = 2026-01-01T00:00:00Z
days = 1
[[strap]]
at = "1 00:10"
state = "open"
[[strap]]
at = "1 00:20"
state = "closed"
[[case]]
at = "1 00:20"
state = "open"
"""
    )
    lines = run(
        kept,
        """
board.trace(1, FIT)
first = board.clock.ticks_ms()
for _ in range(2):
    board.wait((first + 7200000) & 0x3FFFFFFF, False)
    minutes = ((board.clock.ticks_ms() - first) & 0x3FFFFFFF) // 60000
    tell(minutes, board.strap.value(), board.case.value(), board.strap.take_edges(), board.case.take_edges())
board.wait((first + 7200000) & 0x3FFFFFFF, False)
tell(((board.clock.ticks_ms() - first) & 0x3FFFFFFF) // 60000)
""",
        scenario=str(kept / "strap.toml"),
    )
    assert lines == [["10", "1", "0", "1", "0"], ["20", "0", "1", "1", "1"], ["120"]]


def test_an_edge_during_other_work_is_latched_and_ends_the_next_wait(kept: Path) -> None:
    lines = run(
        kept,
        """
board.trace(1, FIT)
board.clock.sleep_ms(11 * 60000)
before = board.clock.ticks_ms()
board.wait((before + 60000) & 0x3FFFFFFF, False)
tell(board.clock.ticks_ms() == before, board.strap.take_edges(), board.strap.value())
""",
        scenario=str(_two_strap_edges(kept)),
        pace="free",
    )
    assert lines == [["True", "2", "0"]]


def _two_strap_edges(kept: Path) -> Path:
    path = kept / "edges.toml"
    path.write_text(
        'start = 2026-01-01T00:00:00Z\ndays = 1\n[[strap]]\nat = "1 00:05"\nstate = "open"\n'
        '[[strap]]\nat = "1 00:06"\nstate = "closed"\n'
    )
    return path


def test_flash_keeps_its_content_over_a_restart(kept: Path) -> None:
    body = """
page = bytearray(256)
board.flash.readblocks(7, page, 512)
tell(page == b"\\xff" * 256, board.flash.ioctl(4, 0), board.flash.ioctl(5, 0))
board.flash.writeblocks(7, bytes(range(256)), 512)
board.flash.writeblocks(7, b"\\x0f" * 256, 512)
whole = bytearray(8192)
board.flash.readblocks(6, whole)
tell(bytes(whole) == b"\\xff" * 4608 + bytes(i & 15 for i in range(256)) + b"\\xff" * 3328)
board.flash.readblocks(7, page, 512)
tell(bytes(page) == bytes(i & 15 for i in range(256)))
try:
    board.flash.writeblocks(7, bytes(100), 512)
except OSError as error:
    tell(error.errno)
try:
    board.flash.readblocks(40, page, 0)
except OSError as error:
    tell(error.errno)
"""
    einval = [str(errno.EINVAL)]
    lines = run(kept, body, flash_blocks=40)
    assert lines == [["True", "40", "4096"], ["True"], ["True"], einval, einval]
    assert run(kept, body, flash_blocks=40)[5] == ["False", "40", "4096"]
    with pytest.raises(EmulatorError, match=f"holds 40 blocks, not {DEFAULT_BLOCKS}"):
        tag(kept, body).start()


def test_power_cut_at_the_nth_flash_operation_boots_again(kept: Path) -> None:
    body = """
page = bytearray(256)
tell("boot", board.reset_cause)
board.wait((board.clock.ticks_ms() + 100000) & 0x3FFFFFFF, False)
if board.strap.value():
    board.strap.take_edges()
    for i in range(8):
        board.flash.readblocks(0, page, i * 256)
        if page == b"\\xff" * 256:
            board.flash.writeblocks(0, bytes(256), i * 256)
            tell("programmed", i)
    tell("whole")
idle()
"""
    with tag(kept, body, pace="wall") as emulator:
        emulator.cut_power_at(3)
        emulator.set(strap="open")
        emulator.wait("cut", DEADLINE_S)
        emulator.wait("boots", DEADLINE_S, boots=2)
        status = emulator.status()
        assert status["programs"] == 3
        assert status["cuts"] == 1
        assert "program of block 0, offset 512" in status["last_cut"]
    image = (kept / "state" / "flash.bin").read_bytes()
    assert image[:512] == bytes(512)
    assert image[512:768] != bytes(256)
    assert image[768:4096] == b"\xff" * (4096 - 768)
    assert said(emulator)[:3] == [["boot", "1"], ["programmed", "0"], ["programmed", "1"]]


def test_reset_is_a_boot_and_a_power_cycle_is_another(kept: Path) -> None:
    body = """
tell("boot", board.reset_cause, board.clock.ticks_ms(), board.unique_id.hex(), board.entropy(4).hex())
if board.reset_cause == 1: board.reset()
idle()
"""
    with tag(kept, body, pace="wall") as emulator:
        wait_until(lambda: len(said(emulator)) == 2, DEADLINE_S, "it had booted twice")
        emulator.power_cycle()
        wait_until(lambda: len(said(emulator)) == 4, DEADLINE_S, "it had booted twice again")
        emulator.power_off()
        stands = emulator.status()
        assert stands["powered"] is False
        assert emulator.status()["now_us"] == stands["now_us"]
        emulator.power_on()
        emulator.wait("boots", DEADLINE_S, boots=5)
        wait_until(lambda: len(said(emulator)) == 6, DEADLINE_S, "it had booted again")
    lines = said(emulator)
    assert [line[1] for line in lines] == ["1", "3", "1", "3", "1", "3"]
    assert {line[2] for line in lines} == {str((1 << 30) - 90_000)}
    assert len({line[3] for line in lines}) == 1, "one tag"
    assert len({line[4] for line in lines}) == 6, "entropy differs from boot to boot"


def test_a_scenario_takes_the_power_away_and_gives_it_back(kept: Path) -> None:
    scenario = kept / "dark.toml"
    scenario.write_text("""
start = 2026-01-01T09:00:00Z
days = 1
[[power]]
from = "1 10:00"
to = "1 11:00"
[[strap]]
at = "1 10:30"
state = "open"
[[power]]
from = "1 23:00"
to = "1 23:05"
""")
    body = """
tell("boot", board.reset_cause, board.strap.value(), board.strap.take_edges())
board.trace(1, FIT)
while True:
    board.wait((board.clock.ticks_ms() + 600000) & 0x3FFFFFFF, False)
    tell("on")
"""
    with tag(kept, body, scenario=str(scenario), pace="free") as emulator:
        emulator.wait("lived", DEADLINE_S)
        status = emulator.status()
    lines = said(emulator)
    boots = [at for at, line in enumerate(lines) if line[0] == "boot"]
    assert [lines[at] for at in boots] == [["boot", "1", "0", "0"], ["boot", "1", "1", "0"], ["boot", "1", "1", "0"]]
    assert status["boots"] == 3
    assert status["scenario_us"] >= 86_400_000_000
    on = [boots[1] - boots[0] - 1, boots[2] - boots[1] - 1, len(lines) - boots[2] - 1]
    for count, hours in zip(on, (1, 12, 10 - 1 / 12), strict=True):
        assert 6 * hours - 2 <= count <= 6 * hours + 1


def test_faults_are_made_and_mended_from_outside(kept: Path) -> None:
    body = """
def read(addr, reg):
    two = bytearray(2)
    try:
        board.i2c.readfrom_mem_into(addr, reg, two)
        return two.hex()
    except OSError:
        return "silent"
while True:
    if board.strap.take_edges(): tell(read(0x4A, 0x0F), read(0x60, 0x0C))
    board.wait((board.clock.ticks_ms() + 60000) & 0x3FFFFFFF, False)
"""
    told = []
    with tag(kept, body, pace="wall") as emulator:

        def after() -> list[str]:
            emulator.set(strap="closed" if len(told) % 2 else "open")
            wait_until(lambda: len(said(emulator)) > len(told), DEADLINE_S, "the parts were read")
            told.append(said(emulator)[-1])
            return told[-1]

        assert after() == ["0117", "8601"]
        emulator.fault("temp", "wrong_id")
        emulator.fault("prox", "silent")
        assert after() == ["1116", "silent"]
        emulator.fault("", "stuck")
        assert after() == ["silent", "silent"]
        emulator.mend("", "stuck")
        emulator.mend("temp", "wrong_id")
        assert after() == ["0117", "silent"]
        with pytest.raises(EmulatorError, match="'locked' cannot be wrong with temp"):
            emulator.fault("temp", "locked")
        emulator.mend("prox", "silent")
        assert after() == ["0117", "8601"]


def test_a_firmware_exception_is_a_death_with_its_last_lines(kept: Path) -> None:
    emulator = tag(kept, "def fall(): raise ValueError('from the firmware')\nfall()").start()
    try:
        assert emulator.wait_end(DEADLINE_S) == 3
        with pytest.raises(EmulatorDied, match="ValueError: from the firmware") as caught:
            emulator.status()
        assert caught.value.status == 1
    finally:
        emulator.stop()


def test_a_tag_that_only_resets_is_a_death(kept: Path) -> None:
    emulator = tag(kept, "try:\n    raise ValueError('at every boot')\nfinally:\n    board.reset()").start()
    try:
        assert emulator.wait_end(DEADLINE_S) == 3
        with pytest.raises(EmulatorDied, match="ValueError: at every boot"):
            emulator.status()
    finally:
        emulator.stop()


def test_death_before_ready_is_told_from_a_timeout(kept: Path) -> None:
    with pytest.raises(EmulatorDied, match="no module named 'nowhere'"):
        Emulator(kept / "state", program=_file(kept, "import nowhere")).start()
    with pytest.raises(EmulatorTimeout, match="did not start within"):
        Emulator(kept / "state", program=_file(kept, "while True: pass"), deadline_s=0.7).start()
    with pytest.raises(EmulatorTimeout, match="probe"):
        tag(kept, "idle()", probe=lambda emulator: False, deadline_s=4.0).start()


def _file(kept: Path, text: str) -> Path:
    path = kept / "other.py"
    path.write_text(text)
    return path


def test_two_at_once_and_one_folder_for_one_only(kept: Path) -> None:
    (kept / "a").mkdir()
    (kept / "b").mkdir()
    with tag(kept / "a", "idle()", seed=1) as first, tag(kept / "b", "idle()", seed=2) as second:
        assert first.status()["unique_id"] != second.status()["unique_id"]
        assert os.readlink(first.port) != os.readlink(second.port)
        with pytest.raises(EmulatorError, match="in use by another emulator"):
            tag(kept / "a", "idle()").start()
        assert first.status()["boots"] == 1
    assert not os.path.lexists(first.port)


ECHO = """
board.trace(1, FIT)
buf = bytearray(64)
while True:
    board.wait((board.clock.ticks_ms() + 60000) & 0x3FFFFFFF, False)
    n = board.link.read_into(buf)
    if n: board.link.write(b"<" + bytes(buf[:n]) + b"%d>" % board.clock.ticks_ms())
    else: board.link.write(b"nobody hears this")
"""


def test_an_open_port_paces_and_the_clock_file_is_there_first(kept: Path) -> None:
    with tag(kept, ECHO, scenario="quiet", days=20) as emulator:
        emulator.wait("free", DEADLINE_S)
        wait_until(lambda: emulator.status()["scenario_us"] > 2 * 3600e6, DEADLINE_S, "two virtual hours had passed")
        clock = json.loads(emulator.clock_file.read_text())["utc_offset_ms"]
        with opened(emulator.port) as port:
            os.write(port, b"hello")
            answer = read_until(port, b">")
            # The answer came after the clock file of this opening.
            now = json.loads(emulator.clock_file.read_text())["utc_offset_ms"]
            assert answer.startswith(b"<hello"), "what the tag wrote while the port was closed was dropped"
            status = emulator.status()
            assert (status["pace"], status["port_open"]) == ("wall", True)
            assert abs(now + time.time() * 1000 - emulator.status()["utc_ms"]) < 500
            assert now > clock + 3_600_000, "virtual time had run free"
            os.write(port, b"again")
            read_until(port, b">")
            passed_us = emulator.status()["now_us"] - status["now_us"]
            assert 0 < passed_us < DEADLINE_S * 1e6
        emulator.wait("port_closed", DEADLINE_S)
        emulator.wait("free", DEADLINE_S)
        emulator.wait_lived(60.0)
        assert emulator.status()["pace"] == "wall"
        assert emulator.status()["dropped_bytes"] > 0


def test_a_later_start_on_the_folder_goes_on(kept: Path) -> None:
    with tag(kept, "board.trace(1, FIT)\nidle()", scenario="quiet", days=1) as emulator:
        emulator.wait_lived(DEADLINE_S)
        first = emulator.status()
    with tag(kept, "idle()", scenario="quiet", days=2) as emulator:
        emulator.wait_lived(DEADLINE_S)
        second = emulator.status()
    assert second["fit_utc_ms"] == first["fit_utc_ms"]
    assert second["boots"] == first["boots"] + 1
    assert second["unique_id"] == first["unique_id"]
    assert second["scenario_us"] >= 2 * 86_400_000_000 > first["scenario_us"] >= 86_400_000_000


def test_time_does_not_go_back_when_the_server_is_killed(kept: Path) -> None:
    """Or the flash would hold records of a time that is still to come, and the next attestation contradict them."""
    writes = """
board.trace(1, FIT)
for n in range(3):
    board.clock.sleep_ms(86400000)
    board.flash.writeblocks(n, bytes(256), 0)
    board.flash.readblocks(n, bytearray(256), 0)
idle()
"""
    emulator = tag(kept, writes, scenario="strap", days=10, pace="free").start()
    wait_until(lambda: emulator.status()["programs"] == 3, DEADLINE_S, "the third day was written")
    emulator.kill()
    told = "tell(board.strap.value(), board.strap.take_edges())\nidle()"
    with tag(kept, told, scenario="strap", days=10, pace="wall") as again:
        again.wait("idle", DEADLINE_S)
        assert again.status()["scenario_us"] >= 3 * 86_400_000_000
        # The strap was opened and closed in those days, and the tag saw it then.
        assert said(again) == [["0", "0"]]


def test_a_long_state_path(kept: Path) -> None:
    deep = kept / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    with Emulator(deep, program=_file(kept, HEAD + "idle()")) as emulator:
        assert emulator.status()["boots"] == 1
        assert stat.S_ISCHR(os.stat(emulator.port).st_mode)


def test_pause_at_stops_time_until_resume(kept: Path) -> None:
    body = """
board.trace(1, FIT)
for i in range(5):
    if board.trace_readings: board.trace(1, b"\\x01" + bytes(19))
    board.clock.sleep_ms(1000)
idle()
"""
    with tag(kept, body, pause_at="reading:3") as emulator:
        emulator.wait("paused", DEADLINE_S)
        status = emulator.status()
        assert (status["paused"], status["records"]) == ("reading", 4)
        assert emulator.status()["now_us"] == status["now_us"]
        emulator.resume()
        emulator.wait("free", DEADLINE_S)
        with pytest.raises(EmulatorError, match="not stopped"):
            emulator.resume()
    with pytest.raises(EmulatorError, match="no event is called 'sunset'"):
        tag(kept, body, pause_at="sunset")


def test_trace_holds_what_the_tag_did(kept: Path) -> None:
    trace = kept / "trace.jsonl"
    run(
        kept,
        """
board.menb(0)
board.i2c.readfrom_mem_into(0x48, 1, bytearray(1))
board.flash.writeblocks(0, bytes(256), 0)
board.trace(1, FIT)
board.trace(3, b"a line")
""",
        trace=trace,
    )
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    lines = [line for line in lines if line["what"] != "pace"]
    kinds = [line["what"] for line in lines]
    assert kinds[:6] == ["boot", "hello", "pin", "i2c read", "flash program", "record"]
    assert lines[3]["data"] == "01"
    assert lines[5]["kind"] == "fit"
    assert {"what": "line", "text": "a line"}.items() <= lines[-1].items()


def test_a_kill_leaves_nothing_behind(kept: Path) -> None:
    """Not even a VM that hangs: it would never see that its server is gone."""
    beat = """
import os
n = 0
while True:
    n += 1
    if n % 1000 == 0:
        with open("BEAT", "w") as f: f.write(str(n))
""".replace("BEAT", str(kept / "beat"))
    emulator = tag(kept, beat).start()
    wait_until((kept / "beat").exists, DEADLINE_S, "the program had begun to hang")
    emulator.kill()
    (kept / "beat").unlink()
    with tag(kept, "idle()") as again:
        assert again.status()["boots"] == 2
        again.wait("idle", DEADLINE_S)
    assert not (kept / "beat").exists()


def test_the_tag_ends_with_who_started_it(kept: Path) -> None:
    starter = (
        "import sys, os; from pathlib import Path; from taghil.vm.process import Emulator;"
        f"Emulator(Path({str(kept / 'state')!r}), program={str(_file(kept, HEAD + 'idle()'))!r}).start(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", starter], check=True, timeout=DEADLINE_S)
    wait_until(
        lambda: json.loads((kept / "state" / "world.json").read_text())["end"] == {"reason": "stopped"},
        DEADLINE_S,
        "the orphaned server had stopped",
    )


def test_wrong_control_calls_are_sentences(kept: Path) -> None:
    with tag(kept, "idle()") as emulator:
        for do, fields, sentence in (
            ("fly", {}, "unknown; known are"),
            ("set", {"strap": "ajar"}, "strap is open or closed"),
            ("set", {"weather": "on"}, "nothing is called 'weather'"),
            ("cut_power_at", {"moments": [{"operation": -1}]}, "counts from 1"),
            ("skip_operation", {"moments": [{"after": 1}]}, "unexpected keyword argument 'after'"),
            ("weaken_block", {"block": DEFAULT_BLOCKS, "after_erases": 0}, f"outside the {DEFAULT_BLOCKS} blocks"),
            ("weaken_block", {"block": 3}, "the field 'after_erases' is missing"),
            ("wait", {"until": "never", "deadline_s": 1}, "'until' is one of"),
        ):
            with pytest.raises(EmulatorError, match=sentence):
                emulator.call(do, **fields)
        with pytest.raises(EmulatorError, match="no such moment: 'operation' counts from 1"):
            emulator.cut_power_at(-1)
        with pytest.raises(EmulatorTimeout, match="did not get to 'cut'"):
            emulator.wait("cut", 0.1)


def test_a_wrong_start_is_a_sentence(kept: Path) -> None:
    with pytest.raises(EmulatorError, match="neither a file nor a built-in scenario"):
        tag(kept, "idle()", scenario="paradise").start()
    with pytest.raises(EmulatorError, match="a pace is one of"):
        tag(kept, "idle()", pace="trot")
    with pytest.raises(EmulatorError, match="a tag lives 0 to 36500 days, not inf"):
        tag(kept, "idle()", days=float("inf"))
    with pytest.raises(EmulatorError, match="cannot hold the tag: Not a directory; choose another folder"):
        Emulator(kept / "program.py" / "state", program=kept / "program.py").start()
    with pytest.raises(EmulatorError, match="cannot be written: No such file or directory; name another file"):
        tag(kept, "idle()", trace=kept / "nowhere" / "trace.jsonl").start()
    (kept / "state" / "world.json").write_text("[1")
    with pytest.raises(EmulatorError, match="is not what an emulator wrote: choose another folder"):
        tag(kept, "idle()").start()


def test_a_read_of_the_link_that_is_repeated_asks_again(kept: Path) -> None:
    """While nothing waits, every second read is answered without a call; a loop of reads alone still hears the host."""
    body = """
board.wait((board.clock.ticks_ms() + 60000) & 0x3FFFFFFF, False)
buf = bytearray(16)
while True:
    n = board.link.read_into(buf)
    if n: board.link.write(b"<" + bytes(buf[:n]) + b">")
"""
    with tag(kept, body) as emulator, opened(emulator.port) as port:
        for byte in (b"x", b"y", b"z"):
            os.write(port, byte)
            assert read_until(port, b">") == b"<" + byte + b">"
