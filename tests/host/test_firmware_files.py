"""Finding the tag's files in both kinds of installation."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ankletag.firmware_files import firmware_files
from support import ROOT

FIND = "from ankletag.firmware_files import firmware_files as f; print(*f(), sep='\\n')"


def installed(site: Path, *, firmware: bool) -> subprocess.CompletedProcess[str]:
    """Lay out `site` as a wheel does and ask a fresh interpreter, which sees no checkout."""
    (site / "ankletag").mkdir(parents=True)
    (site / "ankletag/__init__.py").touch()
    shutil.copy(ROOT / "host/ankletag/firmware_files.py", site / "ankletag")
    shutil.copytree(ROOT / "protocol/tagproto", site / "tagproto")
    if firmware:
        (site / "ankletag/_firmware").mkdir()
        (site / "ankletag/_firmware/main.py").touch()
    environment = {**os.environ, "PYTHONPATH": str(site)}
    return subprocess.run([sys.executable, "-c", FIND], env=environment, cwd=site, capture_output=True, text=True)


def test_a_checkout_has_it_beside_the_host_folder() -> None:
    found = firmware_files()
    assert found.firmware == ROOT / "firmware"
    assert found.protocol == ROOT / "protocol"
    assert (found.protocol / "tagproto/__init__.py").is_file()


def test_a_wheel_carries_it_in_the_package(tmp_path: Path) -> None:
    result = installed(tmp_path / "site", firmware=True)
    site = (tmp_path / "site").resolve()
    assert result.stdout.splitlines() == [str(site / "ankletag/_firmware"), str(site)]


def test_an_incomplete_installation_is_named_in_a_sentence(tmp_path: Path) -> None:
    result = installed(tmp_path / "site", firmware=False)
    assert result.returncode != 0
    last = result.stderr.splitlines()[-1]
    assert "The tag's firmware was not found" in last
    assert "Install ankletag again" in last
