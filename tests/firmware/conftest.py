"""The real firmware on the real MicroPython VM, on a board in RAM."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from ankletag.verify import Verified
from firmware import talk
from firmware.explore import Explorer
from firmware.judge import log_differs
from firmware.story import Known
from firmware.verdict import verify
from micropython_vm import Vm
from tagproto import messages

HARNESS = Path(__file__).parent / "vm" / "harness.py"
# Shortly before the ticks wrap.
TICKS = (1 << 30) - 400_000
BLOCKS = 19


class Tag:
    """A tag in the VM; every command of harness.py is a method: tag.steps(3) asks ["steps", 3].

    Beside it a host that keeps every page that it has read, and what the tag counted by then.
    """

    def __init__(self, vm: Vm) -> None:
        self._vm = vm
        self._stored: dict[bytes, None] = {}
        self._known = Known()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments: self._vm.ask([name, *arguments], 110)

    def start(self, blocks: int, ticks: int, provisioned: bool = True) -> Any:
        """A tag that was never switched on, and a host that has never met it; the tag knows the programme."""
        self._stored = {}
        self._known = Known()
        return self._vm.ask(["start", blocks, ticks, provisioned], 110)

    def read(self) -> Verified:
        """Read the tag out and verify all that was ever read of it."""
        found = self._vm.ask(["read_out"], 110)
        for kind, data in found["counted"]:
            self._known.count(kind, bytes.fromhex(data))
        self._stored.update((bytes.fromhex(page), None) for page in found["pages"])
        return verify(list(self._stored), bytes.fromhex(self.state()["public_key"]))

    def check(self, cuts: int = 0) -> list[str]:
        """What speaks against the tag's evidence, and what counted and is not there. cuts: see Known."""
        verified = self.read()
        self._known.cuts = cuts
        return [f"{finding.code}: {finding.sentence}" for finding in verified.against] + log_differs(
            self._known, verified
        )


@pytest.fixture(scope="session")
def vm() -> Generator[Vm, None, None]:
    """The VM that runs the harness."""
    vm = Vm(HARNESS, heap="24m")
    yield vm
    vm.close()


@pytest.fixture(scope="session")
def harness(vm: Vm) -> Tag:
    """The harness without a tag."""
    return Tag(vm)


@pytest.fixture
def explorer(vm: Vm, tmp_path: Path) -> Explorer:
    """Power cuts on 19 blocks of flash."""
    return Explorer(vm, tmp_path, BLOCKS)


@pytest.fixture
def tag(harness: Tag) -> Tag:
    """A tag that was just switched on for the first time: 19 blocks of flash, 8 of them ring."""
    harness.start(BLOCKS, TICKS)
    return harness


@pytest.fixture
def known(tag: Any) -> Any:
    """A tag that knows the station, so that a signature is all that a request needs."""
    talk.introduce(tag)
    return tag


@pytest.fixture
def opened(tag: Any) -> Any:
    """A tag with a few pages that a station may read. No turn takes time."""
    tag.fill(100)
    talk.ask(tag, messages.OPEN, {"scope": 1})
    tag.set_idles(False)
    return tag
