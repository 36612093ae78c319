"""What cuts and age leave in the cells: bits that read anew at each read, blocks that no longer hold, and wear."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taghil.flash import BLOCK, ERASE, PAGE, PROGRAM, At, Flash, FlashDamaged, FlashRange, PowerCut
from taghil.nor.tears import OF_ERASE

ZEROS, ONES = bytes(PAGE), b"\xff" * PAGE
EVERY = (1 << 8 * PAGE) - 1
READS = 200


def torn_program(flash: Flash, kind: str, data: bytes = ZEROS, offset: int = 0) -> None:
    flash.cut_power_at(At(1, only=PROGRAM, tear=kind))
    with pytest.raises(PowerCut, match=kind):
        flash.program(0, offset, data)


def torn_erase(flash: Flash, kind: str) -> None:
    flash.cut_power_at(At(1, only=ERASE, tear=kind))
    with pytest.raises(PowerCut, match=kind):
        flash.erase(0)


def bits(data: bytes) -> int:
    return int.from_bytes(data, "little")


def reads(flash: Flash, n: int = READS) -> list[int]:
    return [bits(flash.read(0, 0, PAGE)) for _ in range(n)]


def unsteady(values: list[int]) -> int:
    """The bits that were not the same in all reads."""
    always, ever = EVERY, 0
    for value in values:
        always &= value
        ever |= value
    return always ^ ever


def test_a_half_programmed_page_reads_anew_at_each_read() -> None:
    flash = Flash(None, 1)
    torn_program(flash, "half")
    assert unsteady(reads(flash)) == EVERY
    assert flash.loose_cells == 8 * PAGE
    # Also as a part of a longer read, and of a read that begins in the middle of the page.
    assert len({flash.read(0, PAGE - 2, 4) for _ in range(READS)}) > 1
    assert {flash.read(0, PAGE, PAGE) for _ in range(READS)} == {ONES}


@pytest.mark.parametrize("kind", ["begun", "nearly"])
def test_what_was_hardly_begun_or_nearly_done_reads_right_most_of_the_time(kind: str) -> None:
    for seed in range(20):
        flash = Flash(None, 1, seed)
        torn_program(flash, kind)
        seen = reads(flash)
        right = EVERY if kind == "begun" else 0
        loose = unsteady(seen)
        assert 1 <= f"{loose:b}".count("1") <= 64
        for bit in (1 << place for place in range(8 * PAGE) if loose >> place & 1):
            wrong = sum((value ^ right) & bit > 0 for value in seen)
            assert 0 < wrong < READS / 4
        assert not any((value ^ right) & ~loose for value in seen)


def test_a_program_to_zero_firms_a_loose_bit_and_one_to_one_does_not() -> None:
    flash = Flash(None, 1)
    torn_program(flash, "half")
    flash.program(0, 0, ONES)
    assert unsteady(reads(flash)) == EVERY
    flash.program(0, 0, ONES[: PAGE // 2] + ZEROS[: PAGE // 2])
    seen = reads(flash)
    assert unsteady(seen) == (1 << 4 * PAGE) - 1
    assert not any(value >> 4 * PAGE for value in seen)
    flash.program(0, 0, ZEROS)
    assert set(reads(flash)) == {0}
    assert flash.loose_cells == 0


@pytest.mark.parametrize("kind", OF_ERASE)
def test_only_an_erase_that_is_completed_firms_what_was_loose(kind: str) -> None:
    flash = Flash(None, 1)
    torn_program(flash, "half")
    flash.program(0, PAGE, ZEROS)
    torn_erase(flash, kind)
    if kind != "zeros":
        assert unsteady(reads(flash)) == EVERY
    flash.erase(0)
    assert {flash.read(0, 0, BLOCK) for _ in range(READS)} == {b"\xff" * BLOCK}
    assert flash.loose_cells == 0


def test_an_erase_that_was_nearly_done_can_read_as_blank() -> None:
    """Why a block that reads as blank behind a cut has to be erased all the same."""
    flash = Flash(None, 1)
    for page in range(BLOCK // PAGE):
        flash.program(0, page * PAGE, ZEROS)
    torn_erase(flash, "nearly")
    blank = [flash.read(0, 0, BLOCK) == b"\xff" * BLOCK for _ in range(READS)]
    assert set(blank) == {True, False}
    flash.program(0, 0, ZEROS)
    assert set(reads(flash)) == {0}


def test_an_erase_that_was_begun_leaves_what_was_there() -> None:
    flash = Flash(None, 1)
    flash.program(0, 0, ZEROS)
    torn_erase(flash, "begun")
    seen = [flash.read(0, 0, BLOCK) for _ in range(READS)]
    old = ZEROS + b"\xff" * (BLOCK - PAGE)
    assert old in seen
    assert len(set(seen)) > 1


def test_an_erase_that_was_cut_in_its_first_part_leaves_zeros_at_the_end() -> None:
    flash = Flash(None, 1)
    torn_erase(flash, "zeros")
    ones = flash.image.rstrip(b"\0")
    assert ones == b"\xff" * len(ones)
    assert len(ones) < BLOCK


fills = st.one_of(st.none(), st.binary(min_size=1, max_size=8))
steps = st.lists(st.tuples(fills, st.sampled_from(("", *OF_ERASE)), st.booleans()), max_size=8)


@given(steps, st.integers(0, 1000))
def test_any_sequence_keeps_to_what_a_bit_can_be(sequence: "list[tuple[bytes | None, str, bool]]", seed: int) -> None:
    """The model holds for each bit of a page whether it may read 0, and whether it may read 1; never more."""
    flash, may_0, may_1 = Flash(None, 1, seed), 0, EVERY
    for fill, kind, cut in sequence:
        flash.cut_power_at(*([At(1, tear=kind)] if cut else []))
        happened = None
        try:
            if fill is None:
                flash.erase(0)
            else:
                flash.program(0, 0, (fill * PAGE)[:PAGE])
        except PowerCut as torn:
            happened = torn.tear
        cleared = 0 if fill is None else EVERY ^ bits((fill * PAGE)[:PAGE])
        if happened is None:
            may_0, may_1 = (0, EVERY) if fill is None else (may_0 | cleared, may_1 & ~cleared)
        elif fill is None:
            may_1 = EVERY
            may_0 = EVERY if happened == "zeros" else may_0
        else:
            may_0 |= cleared
        for value in reads(flash, 3):
            assert not value & ~may_1
            assert not (value ^ EVERY) & ~may_0


def test_loose_bits_survive_a_restart_and_their_file_is_there_only_for_them(tmp_path: Path) -> None:
    path = tmp_path / "flash.bin"
    flash = Flash(path, 1, seed=3)
    flash.program(0, 0, ZEROS)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["flash.bin", "flash.wear"]
    torn_program(flash, "half", offset=PAGE)
    flash.close()
    again = Flash(path, 1, seed=3)
    assert again.loose_cells == 8 * PAGE
    assert len({again.read(0, PAGE, PAGE) for _ in range(READS)}) == READS
    again.program(0, PAGE, ZEROS)
    again.close()
    last = Flash(path, 1)
    assert last.loose_cells == 0
    assert last.read(0, PAGE, PAGE) == ZEROS
    last.close()


def test_a_restart_with_the_same_seed_tears_in_another_way(tmp_path: Path) -> None:
    seen = set()
    for _ in range(4):
        flash = Flash(tmp_path / "flash.bin", 1, seed=3)
        flash.erase(0)
        torn_program(flash, "random")
        seen.add(flash.image)
        flash.close()
    assert len(seen) == 4


def test_files_that_no_emulator_wrote_are_a_sentence(tmp_path: Path) -> None:
    for text in ("[1", "[]", "{}", '{"loose": {"x": 1}, "weak": {}, "tears": 0}'):
        (tmp_path / "flash.cells.json").write_text(text)
        with pytest.raises(FlashDamaged, match="is not what an emulator wrote"):
            Flash(tmp_path / "flash.bin", 1)


def test_wear_is_counted_over_restarts(tmp_path: Path) -> None:
    path = tmp_path / "flash.bin"
    flash = Flash(path, 4)
    flash.program(0, 0, 2 * ZEROS)
    flash.erase(1)
    flash.erase(1)
    flash.close()
    again = Flash(path, 4)
    again.erase(3)
    again.cut_power_at(At(1))
    with pytest.raises(PowerCut):
        again.erase(1)
    # An erase that was cut wears as well.
    assert again.wear() == {"programs": 2, "erases_min": 0, "erases_max": 3, "erases_total": 4}
    assert again.operations == 2
    again.close()


def test_a_weak_block_holds_no_longer_and_never_turns_a_zero_into_a_one(tmp_path: Path) -> None:
    path = tmp_path / "flash.bin"
    flash = Flash(path, 2, seed=5)
    flash.program(0, 0, ZEROS)
    flash.weaken(0, after_erases=2)
    flash.program(0, PAGE, ZEROS)
    for _ in range(2):
        assert flash.read(0, 0, 2 * PAGE) == 2 * ZEROS
        flash.erase(0)
        assert flash.read(0, 0, BLOCK) == b"\xff" * BLOCK
        flash.program(0, 0, 2 * ZEROS)
    # Two erases later: some cells stay at 1, others, which are 0 now, no longer erase.
    left = flash.read(0, 0, 2 * PAGE)
    assert 16 <= f"{bits(left):b}".count("1") <= 32
    flash.close()
    flash = Flash(path, 2, seed=5)
    flash.program(0, 0, 2 * ZEROS)
    assert flash.read(0, 0, 2 * PAGE) == left
    flash.erase(0)
    erased = flash.read(0, 0, BLOCK)
    assert 16 <= f"{bits(erased):b}".count("0") <= 32
    assert bits(left) & ~bits(erased[: 2 * PAGE]) == 0
    # The neighbour is as good as ever.
    flash.program(1, 0, ZEROS)
    flash.erase(1)
    assert flash.read(1, 0, BLOCK) == b"\xff" * BLOCK
    flash.close()


@pytest.mark.parametrize(("block", "after"), [(2, 0), (-1, 0), (0, -1)])
def test_a_block_that_cannot_be_weak_is_refused(block: int, after: int) -> None:
    with pytest.raises(FlashRange):
        Flash(None, 2).weaken(block, after)
