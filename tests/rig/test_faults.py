"""What can be wrong with bus and parts: each fault shows at the registers, spares the other parts, and is mended."""

import pytest

from taghil.world.errors import WorldError
from taghil.world.faults import ADDRESSES, FAULTS, HUNG, STUCK, UNPLUGGED, Change
from taghil.world.scenario import load, parse
from taghil.world.world import World, of_scenario

HOUR_US = 3_600_000_000
REGISTERS = {"cell": (b"\x10", 1), "adc": (b"\x01", 2), "temp": (b"\x0f", 2), "prox": (b"\x0c", 2)}
"""A register of each part that is not zero, and its length."""


@pytest.fixture
def world() -> World:
    world, _, _ = of_scenario(load("quiet"), 1)
    world.power_on()
    world.lmp.menb = 0
    return world


def answers(world: World) -> set[str]:
    """The parts that acknowledge, in both ways that the tag talks to them."""
    found = set()
    for name, (pointer, n) in REGISTERS.items():
        read = world.bus.read_mem(ADDRESSES[name], pointer, n, world.now_us)
        assert world.bus.write(ADDRESSES[name], pointer, world.now_us) == (read is not None)
        assert (world.bus.read(ADDRESSES[name], n, world.now_us) is None) == (read is None)
        found |= {name} if read else set()
    return found


def word(world: World, part: str, register: int, n: int = 2, byte_order: str = "big") -> int:
    data = world.bus.read_mem(ADDRESSES[part], bytes([register]), n, world.now_us)
    assert data is not None
    return int.from_bytes(data, "little" if byte_order == "little" else "big")


def begin(world: World, part: str, what: str) -> None:
    world.faults.apply(Change(0, part, what, True))


def end(world: World, part: str, what: str) -> None:
    world.faults.apply(Change(0, part, what, False))


@pytest.mark.parametrize("what", [UNPLUGGED, "silent"])
@pytest.mark.parametrize("part", list(FAULTS))
def test_a_part_that_does_not_answer(world: World, part: str, what: str) -> None:
    everything = set(FAULTS)
    assert answers(world) == everything
    begin(world, part, what)
    assert answers(world) == everything - {part}
    end(world, part, what)
    assert answers(world) == everything


def test_unplugged_comes_back_as_after_power_on_and_silent_as_it_was(world: World) -> None:
    for what, config in ((UNPLUGGED, 0x8583), ("silent", 0x8483)):
        world.bus.write(0x49, b"\x01\x04\x83", 0)
        begin(world, "adc", what)
        end(world, "adc", what)
        assert word(world, "adc", 0x01) | 0x8000 == config


def test_a_stuck_bus_answers_nothing_until_it_is_let_go(world: World) -> None:
    begin(world, "", STUCK)
    assert answers(world) == set()
    end(world, "", STUCK)
    assert answers(world) == set(FAULTS)


def test_clocks_free_a_bus_that_hangs_and_no_other(world: World) -> None:
    begin(world, "", HUNG)
    assert answers(world) == set()
    world.faults.clock_bus()
    assert answers(world) == set(FAULTS)
    assert world.faults.wrong == set()
    end(world, "", HUNG)
    begin(world, "", STUCK)
    begin(world, "", HUNG)
    world.faults.clock_bus()
    assert answers(world) == set()
    end(world, "", STUCK)
    assert answers(world) == set(FAULTS)


def test_what_happens_on_a_stuck_bus_shows_behind_it(world: World) -> None:
    begin(world, "", STUCK)
    begin(world, "temp", UNPLUGGED)
    assert answers(world) == set()
    end(world, "", STUCK)
    assert answers(world) == {"cell", "adc", "prox"}
    begin(world, "", STUCK)
    end(world, "temp", UNPLUGGED)
    assert answers(world) == set()
    end(world, "", STUCK)
    assert answers(world) == set(FAULTS)


def test_other_parts_in_their_place(world: World) -> None:
    begin(world, "temp", "wrong_id")
    begin(world, "prox", "wrong_id")
    assert word(world, "temp", 0x0F) == 0x1116
    assert word(world, "prox", 0x0C, byte_order="little") == 0x1058
    assert word(world, "temp", 0x01) & 0x0FFF == 0x0220, "only the identity differs"
    end(world, "temp", "wrong_id")
    assert word(world, "temp", 0x0F) == 0x0117
    assert word(world, "prox", 0x0C, byte_order="little") == 0x1058


def test_conversions_that_never_end(world: World) -> None:
    world.bus.write(0x4A, b"\x01\x0c\x20", 0)
    world.bus.write(0x49, b"\x01\xc5\x83", 0)
    world.now_us = 10_000_000
    for part in ("cell", "adc", "temp"):
        begin(world, part, "not_ready")
    assert not word(world, "cell", 0x00, 1) & 1
    assert not word(world, "adc", 0x01) & 0x8000
    assert word(world, "adc", 0x01) & 0x7FFF == 0x4583
    assert not word(world, "temp", 0x01) & 0x2000
    end(world, "adc", "not_ready")
    assert word(world, "adc", 0x01) & 0x8000


@pytest.mark.parametrize(
    ("part", "register", "high", "low"),
    [("adc", 0x00, 0x7FFF, 0x8000), ("temp", 0x00, 0x7FFF, 0x8000), ("prox", 0x08, 0xFFFF, 0x0000)],
)
def test_results_that_stand_at_an_end(world: World, part: str, register: int, high: int, low: int) -> None:
    order = "little" if part == "prox" else "big"
    for what, code in (("high", high), ("low", low)):
        begin(world, part, what)
        world.now_us += 2_000_000
        assert word(world, part, register, byte_order=order) == code
        end(world, part, what)


def test_a_lock_that_does_not_open(world: World) -> None:
    begin(world, "cell", "locked")
    for data in (b"\x01\x00", b"\x10\x18", b"\x11\x80", b"\x12\x03"):
        assert world.bus.write(0x48, data, 0), "acknowledged all the same"
    assert [word(world, "cell", register, 1) for register in (0x10, 0x11, 0x12)] == [0x03, 0x20, 0x03]
    end(world, "cell", "locked")
    world.bus.write(0x48, b"\x10\x18", 0)
    assert word(world, "cell", 0x10, 1) == 0x18


def test_menb_still_decides_for_a_broken_potentiostat(world: World) -> None:
    begin(world, "cell", "not_ready")
    world.lmp.menb = 1
    assert answers(world) == {"adc", "temp", "prox"}


@pytest.mark.parametrize(
    ("part", "what", "sentence"),
    [
        ("nose", "silent", "no part is called 'nose'; known are cell, adc, temp, prox"),
        ("prox", "locked", "'locked' cannot be wrong with prox; known are silent, wrong_id, high, low, unplugged"),
    ],
)
def test_what_cannot_be_wrong_is_refused(world: World, part: str, what: str, sentence: str) -> None:
    with pytest.raises(WorldError, match=sentence):
        begin(world, part, what)


SCENARIO = """
start = 2026-01-01T09:00:00Z
days = 2
[[unplugged]]
part = "cell"
from = "1 10:00"
to = "1 11:00"
every_days = 1
[[fault]]
part = "cell"
what = "silent"
from = "1 11:00"
to = "1 12:00"
[[stuck_bus]]
from = "1 13:00"
to = "1 13:01"
[[stuck_bus]]
from = "1 14:00"
to = "1 14:01"
until_clocked = true
[[strap]]
at = "1 10:30"
state = "open"
"""
TOLD = [
    (0.9, set(FAULTS)),
    (1.1, {"temp", "prox"}),
    (1.9, {"temp", "prox"}),
    (2.1, {"adc", "temp", "prox"}),
    (3.1, set(FAULTS)),
    (4.01, set()),
    (4.1, set(FAULTS)),
    (5.01, set()),
    (5.1, set(FAULTS)),
    (25.5, {"temp", "prox"}),
    (26.1, set(FAULTS)),
]


def test_a_scenario_tells_them_by_its_clock() -> None:
    world, _, _ = of_scenario(parse(SCENARIO, "x"), 1)
    world.now_us = 5 * HOUR_US
    world.fit()
    world.lmp.menb = 0
    for hours, whole in TOLD:
        world.now_us = round((5 + hours) * HOUR_US)
        world.take_switches()
        assert answers(world) == whole, hours
        assert world.levels == (hours > 1.5)


@pytest.mark.parametrize(("hours", "whole"), TOLD)
def test_a_world_that_is_taken_up_again_has_the_faults_of_its_hour(hours: float, whole: set[str]) -> None:
    world, _, _ = of_scenario(parse(SCENARIO, "x"), 1)
    world.restore(round((5 + hours) * HOUR_US), 5 * HOUR_US, 1)
    world.power_on()
    world.lmp.menb = 0
    assert answers(world) == whole
    assert world.take_edges() == 0
