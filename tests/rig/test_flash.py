"""The emulated NOR flash against a model that knows only the two rules: programs clear, erases set."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taghil.flash import BLOCK, PAGE, Flash, FlashRange, PowerCut

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
    assert bytes(flash.image) == image
    assert flash.operations == len(sequence)
    assert flash.erases == sum(isinstance(operation, int) for operation in sequence)


@given(operations.filter(bool), st.integers(0, 1000), st.data())
def test_a_power_cut_tears_one_operation_and_no_other(
    sequence: "list[int | tuple[int, bytes]]", seed: int, data: st.DataObject
) -> None:
    cut_at = data.draw(st.integers(1, len(sequence)))
    flash, image = Flash(None, BLOCKS, seed), b"\xff" * (BLOCKS * BLOCK)
    flash.cut_power_at(cut_at)
    for operation in sequence[: cut_at - 1]:
        do(flash, operation)
        image = model_of(image, operation)
    with pytest.raises(PowerCut) as cut:
        do(flash, sequence[cut_at - 1])
    whole = model_of(image, sequence[cut_at - 1])
    for before, after, now in zip(image, whole, flash.image, strict=True):
        # Each bit is the old one or the new one.
        assert (now ^ before) & ~(before ^ after) == 0
    if cut.value.done == "not done":
        assert bytes(flash.image) == image
    # The power is back: the next operations are whole again.
    torn = bytes(flash.image)
    do(flash, sequence[0])
    assert bytes(flash.image) == model_of(torn, sequence[0])


def test_a_cut_is_seeded_and_both_kinds_happen() -> None:
    def cut(seed: int) -> tuple[str, bytes]:
        flash = Flash(None, 1, seed)
        flash.cut_power_at(1)
        with pytest.raises(PowerCut) as caught:
            flash.program(0, 0, bytes(PAGE))
        return caught.value.done, bytes(flash.image[:PAGE])

    results = [cut(seed) for seed in range(40)]
    assert results == [cut(seed) for seed in range(40)]
    assert {done for done, _ in results} == {"torn", "not done"}
    torn = [image for done, image in results if done == "torn"]
    assert all(image not in (bytes(PAGE), b"\xff" * PAGE) for image in torn)
    assert len(set(torn)) == len(torn)


def test_a_disarmed_cut_never_comes() -> None:
    flash = Flash(None, 1)
    flash.cut_power_at(1)
    flash.cut_power_at(0)
    flash.erase(0)
    assert flash.operations == 1


def test_the_image_is_written_through(tmp_path: Path) -> None:
    path = tmp_path / "flash.bin"
    flash = Flash(path, 2)
    flash.program(1, PAGE, bytes(PAGE))
    assert path.read_bytes() == bytes(flash.image)
    flash.close()
    again = Flash(path, 2)
    assert again.read(1, PAGE, PAGE) == bytes(PAGE)
    again.close()
    with pytest.raises(FlashRange, match="holds 2 blocks, not 3"):
        Flash(path, 3)


@pytest.mark.parametrize(("block", "offset", "n"), [(2, 0, 1), (-1, 0, 1), (0, BLOCK, 1), (1, BLOCK - 1, 2)])
def test_reading_outside_is_refused(block: int, offset: int, n: int) -> None:
    with pytest.raises(FlashRange, match="outside the 2 blocks"):
        Flash(None, 2).read(block, offset, n)


@pytest.mark.parametrize(("offset", "n"), [(1, PAGE), (0, PAGE - 1), (0, 0), (PAGE // 2, PAGE)])
def test_a_program_is_made_of_whole_pages(offset: int, n: int) -> None:
    with pytest.raises(FlashRange, match="whole pages"):
        Flash(None, 2).program(0, offset, bytes(n))
