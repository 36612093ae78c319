"""When a boot of an emulated chip has come to rest, and which never do."""

import os

import pytest

from taghil.mcu.boots import Boots, InVain
from taghil.vm.server import RESETS_IN_VAIN

TURN_US = 2_000
"""As far as the chip runs between two looks at the wall's pace."""


def live(boots: Boots, from_us: int, awake_us: float, turns: int, share: float = 0.0) -> list[int]:
    """Looks at a chip that is awake for a share of each turn; gives when the boot came up."""
    came_up = []
    for turn in range(1, turns + 1):
        now_us = from_us + turn * TURN_US
        awake_us += share * TURN_US
        if boots.look(now_us, awake_us, idle=share < 1):
            came_up.append(now_us)
    return came_up


def test_a_boot_is_up_when_it_has_rested_for_a_while_and_ready_when_the_rest_began() -> None:
    boots = Boots(4, -1)
    boots.power_on(1_000_000)
    assert (boots.count, boots.up) == (5, 0)
    assert live(boots, 1_000_000, 0.0, turns=1_000, share=1.0) == []
    # Waits for a part, works, and rests.
    assert live(boots, 3_000_000, 2e6, turns=50) == []
    assert live(boots, 3_100_000, 2e6, turns=50, share=1.0) == []
    (came_up,) = live(boots, 3_200_000, 2.1e6, turns=200)
    assert boots.up == 5
    assert boots.ready_us == pytest.approx(2_200_000, abs=2 * TURN_US)
    assert came_up - 1_000_000 > boots.ready_us


def test_looks_at_the_inputs_and_an_open_port_end_no_rest() -> None:
    boots = Boots(0, -1)
    boots.power_on(0)
    assert len(live(boots, 0, 0.0, turns=200, share=0.06)) == 1
    assert boots.ready_us == TURN_US
    boots.power_on(1_000_000)
    assert live(boots, 1_000_000, 0.0, turns=200, share=0.5) == []


def test_the_rest_of_a_boot_is_none_of_the_next() -> None:
    boots = Boots(0, -1)
    begin_us = 0
    for again in (boots.power_on, boots.power_on, boots.reset):
        again(begin_us)
        # At the first look it has hardly begun to work.
        assert live(boots, begin_us, 0.0, turns=500, share=1.0) == []
        assert len(live(boots, begin_us + 1_000_000, 1e6, turns=200)) == 1
        assert boots.up == boots.count
        assert boots.ready_us == pytest.approx(1_000_000, abs=2 * TURN_US)
        begin_us += 5_000_000


def test_resets_in_a_row_end_it_but_a_rest_or_power_begins_anew() -> None:
    boots = Boots(0, -1)
    boots.power_on(0)
    for _ in range(RESETS_IN_VAIN - 1):
        boots.reset(0)
    live(boots, 0, 0.0, turns=200)
    for _ in range(RESETS_IN_VAIN - 1):
        boots.reset(0)
    boots.power_on(0)
    for _ in range(RESETS_IN_VAIN - 1):
        boots.reset(0)
    with pytest.raises(InVain, match="never came to rest"):
        boots.reset(0)


def test_who_started_it_is_told_once() -> None:
    read, write = os.pipe()
    boots = Boots(0, write)
    boots.tell_starter()
    boots.tell_starter()
    with os.fdopen(read, "rb") as told:
        assert told.read() == b"1"
