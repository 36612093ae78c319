"""What the common test set-up promises: failures leave their files, skips are counted."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support import ROOT

TESTS = """
import socket, sys, pytest
from support import need_shared_data, wait_until

def test_fails(kept):
    (kept / "flash.bin").write_bytes(b"image")
    (kept / "deep").mkdir()
    (kept / "deep/trace.jsonl").write_text("{}")
    (kept / "port").symlink_to("/dev/null")
    assert False, "on purpose"

def test_passes(kept):
    (kept / "flash.bin").write_bytes(b"image")

@pytest.fixture
def breaks_at_its_end(kept):
    yield
    (kept / "late.txt").write_text("written while closing")
    raise RuntimeError("on purpose")

def test_ends_badly(breaks_at_its_end):
    pass

def test_waits_in_vain():
    wait_until(lambda: False, 0.05, "the tide turns")

@pytest.mark.parametrize("day", [1, 2])
def test_needs_data(day):
    need_shared_data()
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A checkout of one test file, after its tests ran: (its folder, what pytest said)."""
    checkout = tmp_path_factory.mktemp("alone") / "checkout"
    tests = checkout / "tests"
    tests.mkdir(parents=True)
    for name in ("conftest.py", "support.py"):
        shutil.copy(ROOT / "tests" / name, tests)
    shutil.copy(ROOT / "pyproject.toml", checkout)
    (tests / "test_x.py").write_text(TESTS)
    (checkout / "build/failed/old").mkdir(parents=True)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--basetemp", str(checkout.parent / "temp"), "tests"]
    result = subprocess.run(command, cwd=checkout, capture_output=True, text=True, timeout=100)
    return checkout, result.stdout


def test_a_failure_leaves_its_files_and_says_where(run: tuple[Path, str]) -> None:
    checkout, said = run
    failed = checkout / "build/failed"
    assert sorted(path.relative_to(failed).as_posix() for path in failed.rglob("*") if path.is_file()) == [
        "test_x.py_test_ends_badly/failure.txt",
        "test_x.py_test_ends_badly/late.txt",
        "test_x.py_test_fails/deep/trace.jsonl",
        "test_x.py_test_fails/failure.txt",
        "test_x.py_test_fails/flash.bin",
        "test_x.py_test_waits_in_vain/failure.txt",
    ]
    assert "build/failed/test_x.py_test_fails" in said
    text = (failed / "test_x.py_test_fails/failure.txt").read_text()
    assert "on purpose" in text
    assert "--randomly-seed=" in text
    assert "waited 0.05 s in vain until the tide turns" in said


def test_skips_are_counted_with_their_reason(run: tuple[Path, str]) -> None:
    assert "skipped: 2\n  2 x the folder ../shared/data/scram-cam is absent" in run[1]


def test_profile_and_seed_are_named(run: tuple[Path, str]) -> None:
    assert "hypothesis profile default, seed chosen per test" in run[1]
