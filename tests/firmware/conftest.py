"""The real firmware on the real MicroPython VM, on a board in RAM."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from micropython_vm import Vm

HARNESS = Path(__file__).parent / "vm" / "harness.py"
# Shortly before the ticks wrap.
TICKS = (1 << 30) - 400_000
BLOCKS = 16


class Tag:
    """A tag in the VM; every function of harness.py is a method: tag.steps(3) asks ["steps", 3]."""

    def __init__(self, vm: Vm) -> None:
        self._vm = vm

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self._vm.ask([name, *arguments], 110)


@pytest.fixture(scope="session")
def harness() -> Generator[Tag, None, None]:
    """The harness without a tag."""
    vm = Vm(HARNESS, heap="4m")
    yield Tag(vm)
    vm.close()


@pytest.fixture
def tag(harness: Tag) -> Tag:
    """A tag that was just switched on for the first time: 16 blocks of flash, 8 of them ring."""
    harness.start(BLOCKS, TICKS)
    return harness
