"""The VM that the firmware's long tests share."""

from collections.abc import Generator

import pytest

from firmware.conftest import HARNESS
from micropython_vm import Vm


@pytest.fixture(scope="session")
def vm() -> Generator[Vm, None, None]:
    """The VM that runs the harness."""
    # Every collection of garbage goes through all of the heap: a small one, for flash of few blocks.
    vm = Vm(HARNESS, heap="8m")
    yield vm
    vm.close()
