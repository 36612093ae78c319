"""For all tests of the host."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from host.fakeline import TerminalTag
from host.faketag import FakeTag
from host.tagmaker import TagMaker
from provisioned import LASTING


@pytest.fixture(autouse=True)
def nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may be enrolled as a station."""
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))


@pytest.fixture
def maker() -> TagMaker:
    """A tag that has come up once, of a programme that lasts."""
    maker = TagMaker(LASTING)
    maker.boot()
    return maker


@pytest.fixture
def terminal(maker: TagMaker) -> Iterator[TerminalTag]:
    """It, on a pseudo-terminal and by the wall's clock."""
    tag = FakeTag(maker)
    tag.real_time = True
    with TerminalTag(tag) as terminal:
        yield terminal
