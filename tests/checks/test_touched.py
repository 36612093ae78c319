"""The choice of tests for `make check`."""

from pathlib import Path

import pytest

from checks import touched


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("checks", "protocol", "firmware", "host", "rig", "system"):
        (tmp_path / "tests" / folder).mkdir(parents=True)
    (tmp_path / "tests/system/test_whole.py").touch()
    (tmp_path / "tests/host/test_sync.py").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "chosen"),
    [
        ([], ["tests/checks"]),
        (["README.md"], ["tests/checks"]),
        (["host/ankletag/sync.py"], ["tests/checks", "tests/host"]),
        (["protocol/SPEC.md", "hil/taghil/flash.py"], ["tests/checks", "tests/protocol", "tests/rig"]),
        (["tests/system/test_whole.py"], ["tests/checks", "tests/system/test_whole.py"]),
        (["tests/host/test_sync.py", "host/ankletag/cli.py"], ["tests/checks", "tests/host"]),
        (["tests/host/helper.py"], ["tests/checks", "tests/host"]),
        (["tests/host/test_removed.py"], ["tests/checks"]),
    ],
)
def test_changed_files_choose_their_tests(root: Path, changed: list[str], chosen: list[str]) -> None:
    assert touched.chosen_tests(changed, root) == chosen
