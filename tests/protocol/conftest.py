"""One MicroPython VM for all tests of a worker."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from micropython_vm import Vm
from protocol import cases


@pytest.fixture(scope="session")
def vm() -> Generator[Vm, None, None]:
    """cases.py on the real VM: ask it [op, arguments], or a list of these."""
    machine = Vm(Path(cases.__file__))
    yield machine
    machine.close()


@pytest.fixture(scope="session")
def both(vm: Vm) -> Callable[..., Any]:
    """The result of a case, which must be the same on CPython and on MicroPython."""

    def run(op: str, *arguments: Any) -> Any:
        here = cases.run(op, list(arguments))
        there = vm.ask([op, arguments])
        assert there == here, f"{op}{arguments}: MicroPython says {there}, CPython {here}"
        return here

    return run
