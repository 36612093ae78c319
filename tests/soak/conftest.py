"""The VM that the firmware's long tests share."""

from collections.abc import Generator

import pytest

from firmware.conftest import HARNESS
from micropython_vm import Vm


@pytest.fixture(scope="session")
def vm() -> Generator[Vm, None, None]:
    """The VM that runs the harness."""
    vm = Vm(HARNESS, heap="24m")
    yield vm
    vm.close()
