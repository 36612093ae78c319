"""Ports that are absent, busy or forbidden are told apart; between two tags nothing is guessed."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from serial.tools import list_ports

from ankletag.errors import LinkLost, PortAbsent, PortBusy, UsageError
from ankletag.transport import choose_port, open_port
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


def ports(*names: str, vid: int | None = 0x2E8A) -> list[SimpleNamespace]:
    return [SimpleNamespace(device=name, description="Board in FS mode", vid=vid) for name in names]


def test_the_named_port_is_taken_as_it_stands() -> None:
    assert choose_port("COM7") == "COM7"


def test_the_only_usb_port_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_ports, "comports", lambda: ports("ttyACM0") + ports("ttyS0", vid=None))
    assert choose_port(None) == "ttyACM0"


def test_between_two_nothing_is_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_ports, "comports", lambda: ports("ttyACM0", "ttyACM1"))
    with pytest.raises(UsageError, match=r"ttyACM0 .*, ttyACM1 .*--port"):
        choose_port(None)


def test_no_port_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_ports, "comports", lambda: ports("ttyS0", vid=None))
    with pytest.raises(PortAbsent, match="charge-only"):
        choose_port(None)
