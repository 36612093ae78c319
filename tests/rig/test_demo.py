"""`ankletag demo` before its tag starts: whose files it may remove."""

import subprocess
import sys
from pathlib import Path

import pytest


def refused(out: Path) -> str:
    """What the demo says when it must not use a folder."""
    command = [sys.executable, "-m", "ankletag", "demo", "--out", str(out)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 2, run.stderr
    assert not run.stdout
    return run.stderr


@pytest.mark.parametrize("name", ["store.sqlite", "tag/photo.jpg", "report.html"])
def test_what_no_demo_made_is_not_removed(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("somebody's")
    said = refused(tmp_path)
    assert "is not empty" in said
    assert "--out" in said
    assert path.read_text() == "somebody's"
    assert not (tmp_path / "demo.txt").exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("somebody's")
    assert "cannot be used" in refused(path)
    assert path.read_text() == "somebody's"
