"""How the Pico's board waits: slept through where nobody is at the line, and never shorter than a part needs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from micropython_vm import Vm

SCRIPT = Path(__file__).parent / "vm" / "picoboard.py"
# RP2040 datasheet 2.13: all that a watchdog starts anew as MicroPython sets it up, and the ring oscillator with it.
ALL_BUT_OSCILLATORS, RING_OSCILLATOR_TOO = 0x1FFFC, 0x1FFFD
CONVERSION_MS = 125


@pytest.fixture(scope="module")
def board() -> Iterator[Vm]:
    vm = Vm(SCRIPT)
    yield vm
    vm.close()


@pytest.mark.parametrize(
    ("cable", "early_ms", "waits"),
    [
        (0, [], [["light", 125]]),
        (1, [], [["awake", 125]]),
        # Whatever ends a light sleep, the part is not ready before.
        (0, [40], [["light", 125], ["light", 85]]),
        (0, [40, 80], [["light", 125], ["light", 85], ["awake", 5]]),
        (0, [0, 0], [["light", 125]] * 3),
    ],
)
def test_a_wait_for_a_part_lasts_as_long_as_was_asked(
    board: Vm, cable: int, early_ms: list[int], waits: list[list[object]]
) -> None:
    told, _ = board.ask(["sleep", CONVERSION_MS, cable, early_ms])
    assert [wait[:2] for wait in told] == waits


def test_a_short_wait_is_not_slept(board: Vm) -> None:
    assert board.ask(["sleep", 8, 0, []])[0] == [["awake", 8, ALL_BUT_OSCILLATORS]]


def test_a_watchdog_that_bites_in_a_light_sleep_starts_the_ring_oscillator(board: Vm) -> None:
    waits, behind = board.ask(["sleep", CONVERSION_MS, 0, [120]])
    assert waits == [["light", CONVERSION_MS, RING_OSCILLATOR_TOO], ["awake", 5, ALL_BUT_OSCILLATORS]]
    assert behind == ALL_BUT_OSCILLATORS


@pytest.mark.parametrize(
    ("ms", "early_ms", "sleeps"),
    [
        (450, [], [200, 200, 50]),
        (450, [50], [200, 200, 200]),
        # Who has turns is fed: back in half of the time that the watchdog allows.
        (3_600_000, [], [200] * 20),
    ],
)
def test_a_turn_is_waited_for_asleep_but_no_longer_than_it_is_due(
    board: Vm, ms: int, early_ms: list[int], sleeps: list[int]
) -> None:
    assert board.ask(["doze", ms, early_ms]) == sleeps
