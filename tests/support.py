"""What tests of every folder share: where things lie, what may be absent, how to wait."""

import os
import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taghil.mcu import micropython
from taghil.vm.errors import EmulatorError

ROOT = Path(__file__).resolve().parents[1]
BACKEND, BACKENDS = "ANKLETAG_TEST_BACKEND", ("unix", "rp2040")
SHARED_DATA = ROOT.parent / "shared" / "data" / "scram-cam"


def need_shared_data() -> Path:
    """The folder of real readings, or a counted skip where a checkout stands alone."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder ../shared/data/scram-cam is absent: its readings are not part of this repository")
    return SHARED_DATA


def wait_until(condition: Callable[[], bool], deadline_s: float, what: str) -> None:
    """Poll `condition` until it holds; after `deadline_s` seconds fail with a sentence that names `what`."""
    end = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited {deadline_s} s in vain until {what}")
        time.sleep(0.01)


def read_exactly(fd: int, n: int, deadline_s: float = 30.0) -> bytes:
    """So many bytes of a descriptor, or a failure that shows what came."""
    data = b""
    end = time.monotonic() + deadline_s
    while len(data) < n:
        assert select.select([fd], [], [], max(0.0, end - time.monotonic()))[0], data
        data += os.read(fd, n - len(data))
    return data


def on_chip() -> bool:
    """Whether the tags of tests/system are emulated chips (pytest --backend=rp2040, `make test-chip`)."""
    return os.environ.get(BACKEND) == "rp2040"


def backend_options() -> dict[str, Any]:
    """What an Emulator of tests/system is made with beside what the test asks for; a counted skip without a UF2."""
    if not on_chip():
        return {}
    try:
        return {"uf2": str(micropython.uf2_path()), "slower": micropython.slower()}
    except EmulatorError as error:
        pytest.skip(str(error))


def patience() -> float:
    """By how much longer than usual things may take."""
    return micropython.slower() if on_chip() else 1.0
