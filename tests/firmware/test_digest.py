"""The digest that the boot record carries: the same for the same files, another one when any of them changes."""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from support import ROOT

ASK = "import main; from tag import digest; print(digest.firmware_digest(main._sources()).hex())"


def copy(to: Path) -> Path:
    """The firmware and tagproto as the VM finds them, in folders of their own."""
    shutil.copytree(ROOT / "firmware", to / "firmware", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(
        ROOT / "protocol" / "tagproto", to / "protocol" / "tagproto", ignore=shutil.ignore_patterns("__pycache__")
    )
    return to


def digest_of(folder: Path) -> str:
    """What the firmware in `folder` says of itself, asked on the real VM."""
    command = str(Path(sysconfig.get_path("scripts"), "micropython"))
    environment = {**os.environ, "MICROPYPATH": os.pathsep.join((".", ".frozen", "../protocol"))}
    done = subprocess.run(
        [command, "-X", "heapsize=1M", "-c", ASK],
        cwd=folder / "firmware", env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_same_files_elsewhere_have_the_same_digest(tmp_path: Path) -> None:
    first, second = digest_of(copy(tmp_path / "one")), digest_of(copy(tmp_path / "another place"))
    assert first == second
    assert len(first) == 16


@pytest.mark.parametrize(
    "name",
    ["firmware/main.py", "firmware/boot.py", "firmware/boards/pico.py", "firmware/tag/log/ring.py",
     "protocol/tagproto/cobs.py"],
)  # fmt: skip
def test_any_changed_file_changes_it(name: str, tmp_path: Path) -> None:
    before = digest_of(copy(tmp_path))
    with (tmp_path / name).open("a") as file:
        file.write("# changed\n")
    assert digest_of(tmp_path) != before
