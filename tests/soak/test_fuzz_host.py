"""A million frames that nobody should send, to the host."""

import random
import resource
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from host.test_fuzz_host import assert_session_works, decode_noise, fuzzed_sessions, hostile_sessions

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

# Of a share of them: what comes behind must not need much more memory.
WARM = 10
GROWTH = 24 << 20


def most_memory() -> int:
    """Bytes of this process's memory at its largest."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


@pytest.mark.parametrize(
    ("fuzz", "count"), [(decode_noise, 400_000), (fuzzed_sessions, 300_000), (hostile_sessions, 300_000)]
)
def test_a_million_frames_that_nobody_should_send(tmp_path: Path, fuzz: Callable[[int, int], None], count: int) -> None:
    fuzz(random.getrandbits(30), count // WARM)
    before = most_memory()
    fuzz(random.getrandbits(30), count - count // WARM)
    assert most_memory() - before < GROWTH
    assert_session_works(tmp_path)
