"""A million frames that nobody should send, to a tag whose memory is small."""

import random

import pytest

from firmware.conftest import BLOCKS, HARNESS, TICKS, Tag
from firmware.test_fuzz import GROWTH, assert_unharmed, fitted, fuzz, lasting, recorded
from micropython_vm import Vm

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

COUNT = 1_000_000
PARTS = 20
# Firmware, board, flash and what sends the frames need some 700 KiB of the VM's heap.
HEAP = "1m"


def test_a_million_frames_that_nobody_should_send() -> None:
    vm = Vm(HARNESS, heap=HEAP)
    try:
        tag = Tag(vm)
        tag.start(BLOCKS, TICKS)
        fitted(tag)
        before, known = lasting(tag), len(recorded(tag))
        used = []
        for _ in range(PARTS):
            used.append(fuzz(tag, random.getrandbits(30), COUNT // PARTS)["used"][-1])
            # What a host has read is counted on this side from here on.
            tag.read()
        assert max(used) - used[0] < GROWTH
        assert_unharmed(tag, before, known)
    finally:
        vm.close()
