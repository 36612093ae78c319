"""What CI says at its end."""

import subprocess
import sys
from pathlib import Path

from support import ROOT

JUNIT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"><failure message="x"/></testcase><testcase name="c"><error/></testcase>
<testcase name="d"><skipped message="the folder is absent"/></testcase>
<testcase name="e"><skipped message="the folder is absent"/></testcase>
</testsuite></testsuites>"""


def last_words(*junits: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, ROOT / ".ci/summary.py", *junits], capture_output=True, text=True)


def test_skips_are_counted_by_reason_and_the_last_line_is_pytests(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    junit.write_text(JUNIT)
    assert last_words(junit).stdout.splitlines() == [
        "skipped: 2 x the folder is absent",
        "1 passed, 2 failed, 2 skipped",
    ]


def test_several_files_are_counted_together(tmp_path: Path) -> None:
    junits = [tmp_path / "junit.xml", tmp_path / "junit-soak.xml"]
    for junit in junits:
        junit.write_text(JUNIT)
    assert last_words(*junits).stdout.splitlines() == [
        "skipped: 4 x the folder is absent",
        "2 passed, 4 failed, 4 skipped",
    ]


def test_one_of_two_absent_is_a_failure(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    junit.write_text(JUNIT)
    result = last_words(junit, tmp_path / "junit-soak.xml")
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1] == "1 passed, 2 failed, 2 skipped"


def test_no_results_is_a_failure(tmp_path: Path) -> None:
    result = last_words(tmp_path / "junit.xml")
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1] == "0 passed, 0 failed, 0 skipped"


def test_the_script_is_sound_bash_and_executable() -> None:
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", script], capture_output=True, text=True).stderr == ""
