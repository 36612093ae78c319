"""For every test: counted skips, Hypothesis profiles, and what a failed test leaves behind."""

import hashlib
import json
import os
import re
import shutil
import signal
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from support import BACKEND, BACKENDS, ROOT

# The machine is shared, so a time limit per example would only measure the neighbours.
settings.register_profile("default", deadline=None, print_blob=True)
# CI hands in a seed of its own (--hypothesis-seed), so that a failure there can be repeated here.
settings.register_profile("ci", deadline=None, print_blob=True, max_examples=100)
settings.load_profile("default")

# A run in the background inherits that Ctrl-C is ignored, and so would every program that a test starts and interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)

FAILED = ROOT / "build" / "failed"
CUTS = ROOT / "build" / "cuts"
_started = pytest.StashKey[float]()
_folder = pytest.StashKey[Path]()
_failures = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--backend", choices=BACKENDS, default="unix", help="what runs the tags of tests/system")


def pytest_configure(config: pytest.Config) -> None:
    # In the environment it reaches helpers that are no fixtures, and the workers.
    os.environ[BACKEND] = config.getoption("--backend")


def pytest_report_header(config: pytest.Config) -> str:
    profile = config.getoption("--hypothesis-profile", None) or "default"
    seed = config.getoption("--hypothesis-seed", None)
    return f"hypothesis profile {profile}, seed {'chosen per test' if seed is None else seed}"


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.stash[_started] = time.time()
    # Under xdist only the controller clears; CI does so once, ahead of several sessions.
    if not hasattr(session.config, "workerinput") and not os.environ.get("KEEP_FAILED"):
        shutil.rmtree(FAILED, ignore_errors=True)


@pytest.fixture
def kept(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A folder for trace, flash image and session recording; copied to build/failed/TESTID if the test fails."""
    request.node.stash[_folder] = tmp_path
    return tmp_path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    failures = item.stash.setdefault(_failures, [])
    if report.failed:
        failures.append(f"{report.when}\n{report.longreprtext}\n" + "".join(f"{t}\n{s}\n" for t, s in report.sections))
        report.sections.append(("kept", f"build/failed/{folder_of(item.nodeid)}"))
    if report.when == "teardown" and failures:  # only now has everything that writes there been closed
        target = FAILED / folder_of(item.nodeid)
        target.mkdir(parents=True, exist_ok=True)
        seed = item.config.getoption("randomly_seed", None)
        again = f"repeat: pytest '{item.nodeid}' --randomly-seed={seed}\n"
        (target / "failure.txt").write_text(again + "\n".join(failures), encoding="utf-8")
        if _folder in item.stash:
            copy_files(item.stash[_folder], target)
    return report


def folder_of(nodeid: str) -> str:
    """A folder name for a test id: readable, short, and different for different ids."""
    plain = re.sub(r"[^\w.-]+", "_", nodeid.removeprefix("tests/")).strip("_")
    return plain if len(plain) <= 100 else f"{plain[:90]}-{hashlib.sha256(nodeid.encode()).hexdigest()[:8]}"


def copy_files(source: Path, target: Path) -> None:
    """Copy regular files only: an emulator's folder also holds a socket and a link to a terminal."""
    for folder, _, names in os.walk(source):
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                copy = target / path.relative_to(source)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, copy)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else str(report.longrepr)
        for report in terminalreporter.stats.get("skipped", [])
    )
    terminalreporter.write_line(f"skipped: {sum(reasons.values())}")
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"  {count} x {reason}")
    if tried := _cuts_tried(terminalreporter.config.stash[_started]):
        terminalreporter.write_line(tried)


def _cuts_tried(since: float) -> str:
    """How many power cuts this session tried, by what the tests wrote into build/cuts; empty for none."""
    total: Counter[str] = Counter()
    for file in CUTS.glob("*.json"):
        if file.stat().st_mtime >= since:
            total.update({name: n for name, n in json.loads(file.read_text()).items() if isinstance(n, int)})
    if not total:
        return ""
    return (
        f"power cuts: {total['variants']} torn variants of the operations of a life, {total['states']} distinct states "
        f"recovered; cut again while coming up: {total['second_variants']}, {total['second_states']} distinct"
    )
