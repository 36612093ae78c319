"""What tests of every folder share: where things lie, what may be absent, how to wait."""

import os
import select
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
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
