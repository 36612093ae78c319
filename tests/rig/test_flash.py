"""The emulated NOR flash against a model that knows only the two rules: programs clear, erases set."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taghil.flash import BLOCK, ERASE, PAGE, PROGRAM, At, Flash, FlashDamaged, FlashRange, PowerCut

BLOCKS = 3
pages = st.integers(0, BLOCKS * BLOCK // PAGE - 1)
fills = st.binary(min_size=1, max_size=8).map(lambda seed: (seed * PAGE)[:PAGE])
operations = st.lists(st.one_of(st.integers(0, BLOCKS - 1), st.tuples(pages, fills)), max_size=12)


def model_of(before: bytes, operation: "int | tuple[int, bytes]") -> bytes:
    """What an image holds after an operation: an erase of a block, or a program of a page."""
    if isinstance(operation, int):
        return before[: operation * BLOCK] + b"\xff" * BLOCK + before[(operation + 1) * BLOCK :]
    page, data = operation
    cells = bytes(old & new for old, new in zip(before[page * PAGE : (page + 1) * PAGE], data, strict=True))
    return before[: page * PAGE] + cells + before[(page + 1) * PAGE :]


def do(flash: Flash, operation: "int | tuple[int, bytes]") -> None:
    if isinstance(operation, int):
        flash.erase(operation)
    else:
        block, page = divmod(operation[0], BLOCK // PAGE)
        flash.program(block, page * PAGE, operation[1])


@given(operations)
def test_programs_clear_bits_and_erases_set_them(sequence: "list[int | tuple[int, bytes]]") -> None:
    flash, image = Flash(None, BLOCKS), b"\xff" * (BLOCKS * BLOCK)
    for operation in sequence:
        do(flash, operation)
        image = model_of(image, operation)
    assert flash.image == image == flash.read(0, 0, len(image))
    assert flash.operations == len(sequence)
    assert flash.erases == sum(isinstance(operation, int) for operation in sequence)


@given(operations.filter(bool), st.integers(0, 1000), st.data())
def test_a_power_cut_tears_one_operation_and_no_other(
    sequence: "list[int | tuple[int, bytes]]", seed: int, data: st.DataObject
) -> None:
    cut_at = data.draw(st.integers(1, len(sequence)))
    flash, image = Flash(None, BLOCKS, seed), b"\xff" * (BLOCKS * BLOCK)
    flash.cut_power_at(At(cut_at))
    for operation in sequence[: cut_at - 1]:
        do(flash, operation)
        image = model_of(image, operation)
    last = sequence[cut_at - 1]
    with pytest.raises(PowerCut) as cut:
        do(flash, last)
    whole = model_of(image, last)
    read = flash.read(0, 0, len(image))
    if cut.value.tear == "zeros":
        # An erase begins with zeros.
        assert not any(now & ~before for before, now in zip(image, read, strict=True))
    else:
        # Each bit is the old one or the new one.
        assert not any((now ^ old) & ~(old ^ new) for old, new, now in zip(image, whole, read, strict=True))
    if cut.value.tear == "not done":
        assert read == image
    # The power is back: the next operation is whole again, and touches nothing else.
    torn = flash.image
    flash.erase(0)
    assert flash.image == model_of(torn, 0)


@pytest.mark.parametrize(("operation", "kinds"), [(PROGRAM, 6), (ERASE, 7)])
def test_a_cut_is_seeded_and_every_kind_happens(operation: str, kinds: int) -> None:
    def cut(seed: int) -> tuple[str, float, bytes]:
        flash = Flash(None, 1, seed)
        flash.program(0, 0, b"\x55" * PAGE)
        flash.cut_power_at(At(1))
        with pytest.raises(PowerCut) as caught:
            do(flash, 0 if operation == ERASE else (0, bytes(PAGE)))
        return caught.value.tear, caught.value.share, flash.read(0, 0, PAGE)

    results = [cut(seed) for seed in range(60)]
    assert results == [cut(seed) for seed in range(60)]
    assert len({tear for tear, _, _ in results}) == kinds
    assert all(0 <= share < 1 for _, share, _ in results)
    assert len({read for tear, _, read in results if tear == "random"}) > 1


def survives(flash: Flash, operation: "int | tuple[int, bytes]") -> bool:
    try:
        do(flash, operation)
    except PowerCut:
        return False
    return True


def test_cuts_come_one_after_another_and_count_what_they_are_told_to() -> None:
    flash = Flash(None, 3)
    flash.cut_power_at(At(2), At(1, only=ERASE), At(2, first_block=2, end_block=3))
    page = bytes(PAGE)
    done = [
        survives(flash, operation)
        for operation in ((0, page), (1, page), (2, page), 0, (3, page), (32, page), (4, page), (33, page), 0)
    ]
    assert done == [True, False, True, False, True, True, True, False, True]


def test_a_disarmed_cut_never_comes() -> None:
    flash = Flash(None, 1)
    flash.cut_power_at(At(1))
    flash.cut_power_at()
    flash.erase(0)
    assert flash.operations == 1


def test_an_operation_that_never_reaches_the_chip_changes_nothing_and_is_not_told() -> None:
    flash = Flash(None, 1)
    flash.skip_operation(At(2), At(1))
    assert [flash.program(0, page * PAGE, bytes(PAGE)) for page in range(4)] == [True, False, False, True]
    assert flash.image[: 4 * PAGE] == bytes(PAGE) + b"\xff" * (2 * PAGE) + bytes(PAGE)
    flash.skip_operation(At(1, only=ERASE))
    assert (flash.erase(0), flash.erase(0)) == (False, True)
    assert flash.wear() == {"programs": 2, "erases_min": 1, "erases_max": 1, "erases_total": 1}
    assert flash.operations == 6, "what was asked for"


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ({"operation": 0}, "counts from 1"),
        ({"operation": 1, "only": "read"}, "'only' is program, erase or empty"),
        ({"operation": 1, "tear": "gently"}, "'tear' is empty or one of not done, begun"),
    ],
)
def test_a_moment_that_never_comes_is_refused(moment: dict[str, object], sentence: str) -> None:
    with pytest.raises(FlashRange, match=sentence):
        At(**moment)


def test_the_image_is_written_through(tmp_path: Path) -> None:
    path = tmp_path / "flash.bin"
    flash = Flash(path, 2)
    flash.program(1, PAGE, bytes(PAGE))
    assert path.read_bytes() == flash.image
    flash.close()
    again = Flash(path, 2)
    assert again.read(1, PAGE, PAGE) == bytes(PAGE)
    again.close()
    with pytest.raises(FlashDamaged, match="holds 2 blocks, not 3"):
        Flash(path, 3)


@pytest.mark.parametrize(("block", "offset", "n"), [(2, 0, 1), (-1, 0, 1), (0, BLOCK, 1), (1, BLOCK - 1, 2)])
def test_reading_outside_is_refused(block: int, offset: int, n: int) -> None:
    with pytest.raises(FlashRange, match="outside the 2 blocks"):
        Flash(None, 2).read(block, offset, n)


@pytest.mark.parametrize(("offset", "n"), [(1, PAGE), (0, PAGE - 1), (0, 0), (PAGE // 2, PAGE)])
def test_a_program_is_made_of_whole_pages(offset: int, n: int) -> None:
    with pytest.raises(FlashRange, match="whole pages"):
        Flash(None, 2).program(0, offset, bytes(n))
