"""Ports that are absent, busy or forbidden are told apart, and those that may have a tag are known."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ankletag.errors import LinkLost, PortAbsent, PortBusy, UsageError
from ankletag.transport import open_port, usb_ports, where_to_look
from host.fakeline import TerminalTag
from host.faketag import FakeTag
from host.tagmaker import fitted

NOBODY = 65534


@pytest.fixture
def terminal() -> "TerminalTag":
    return TerminalTag(FakeTag(fitted([0])))


@pytest.mark.parametrize("name", ["tty-that-is-absent", "folder/tty"])
def test_an_absent_port(tmp_path: Path, name: str) -> None:
    with pytest.raises(PortAbsent, match="There is no port"):
        open_port(str(tmp_path / name))


def test_a_file_that_is_no_port(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    with pytest.raises(PortAbsent):
        open_port(str(path))


def test_a_name_of_no_kind_of_port() -> None:
    with pytest.raises(PortAbsent, match="is no port"):
        open_port("quantum://tag")


def test_a_busy_port(terminal: TerminalTag) -> None:
    with terminal:
        first = open_port(terminal.port)
        with pytest.raises(PortBusy, match="open in another program"):
            open_port(terminal.port)
        first.close()
        # And free again when it was given back.
        open_port(terminal.port).close()


def test_a_forbidden_port(terminal: TerminalTag) -> None:
    """As an unprivileged account, because the administrator may open anything."""
    as_nobody = ["import os", f"os.setgid({NOBODY})", f"os.setuid({NOBODY})"] if os.getuid() == 0 else []
    program = [
        "import sys",
        "from ankletag.errors import PortForbidden",
        "from ankletag.transport import open_port",
        *as_nobody,
        "try:",
        "    open_port(sys.argv[1])",
        "except PortForbidden as error:",
        "    print(error)",
    ]
    with terminal:
        os.chmod(terminal.port, 0)
        run = subprocess.run(
            [sys.executable, "-c", "\n".join(program), terminal.port], capture_output=True, text=True, check=False
        )
    assert run.stderr == ""
    assert f"may not open {terminal.port}" in run.stdout
    assert "dialout" in run.stdout


def test_a_port_that_goes_away_while_it_is_used(terminal: TerminalTag) -> None:
    with terminal:
        port = open_port(terminal.port)
    with pytest.raises(LinkLost, match="was cut"):
        port.read(5)
    port.close()


def listed(name: str, vid: int | None = 0x2E8A) -> SimpleNamespace:
    return SimpleNamespace(device=name, description="Board in FS mode", vid=vid)


def test_ports_that_hang_on_usb_are_listed_and_built_in_ones_are_not() -> None:
    found = usb_ports([listed("ttyACM1"), listed("ttyS0", vid=None), listed("ttyACM0")])
    assert [str(port) for port in found] == ["ttyACM0 (Board in FS mode)", "ttyACM1 (Board in FS mode)"]


def test_the_ports_of_this_computer_can_be_listed() -> None:
    assert all(port.name for port in usb_ports())


def test_an_account_may_name_the_ports_to_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANKLETAG_PORTS", "/dev/ttyS1 'a folder/tty' socket://station:7000")
    assert [port.name for port in where_to_look()] == ["/dev/ttyS1", "a folder/tty", "socket://station:7000"]
    monkeypatch.setenv("ANKLETAG_PORTS", "'no end")
    with pytest.raises(UsageError, match="ANKLETAG_PORTS cannot be read"):
        where_to_look()
    monkeypatch.setenv("ANKLETAG_PORTS", " ")
    assert where_to_look() == usb_ports()
