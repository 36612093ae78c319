"""The Makefile's own promises: help, and a sentence instead of a traceback when Python cannot make environments."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def make(*words: str) -> subprocess.CompletedProcess[str]:
    # Not as a part of the make that runs the tests.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def fake_python(tmp_path: Path, condition: str) -> Path:
    """A Python that fails when its command contains `condition`."""
    fake = tmp_path / "python"
    fake.write_text(
        f'#!/bin/sh\ncase "$*" in *"{condition}"*) exit 1 ;; esac\nexec {shlex.quote(sys.executable)} "$@"\n'
    )
    fake.chmod(0o755)
    return fake


def test_help_is_the_default_and_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert targets
    said = make().stdout
    assert re.findall(r"^  make ([\w-]+)", said, re.MULTILINE) == targets[1].split()
    assert said == make("help").stdout


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("ensurepip", "apt-get install python3-venv"),
        ("version_info", "is missing or older than 3.10"),
    ],
)
def test_a_python_that_cannot_serve_is_named(tmp_path: Path, condition: str, sentence: str) -> None:
    environment = tmp_path / "venv"
    result = make("env", f"PYTHON={fake_python(tmp_path, condition)}", f"VENV={environment}")
    assert result.returncode != 0
    assert sentence in result.stderr
    assert not environment.exists()


def test_no_target_hides_a_failure() -> None:
    for name in ("Makefile", ".ci/run"):
        assert "|| true" not in (ROOT / name).read_text(encoding="utf-8")
