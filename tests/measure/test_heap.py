"""The tool of `make measure-heap`: which heap it takes for the smallest."""

import pytest

from measure.heap import STEP_KIB, TOO_SMALL_KIB, smallest


@pytest.mark.parametrize("needed_kib", [TOO_SMALL_KIB + 1, 240, 241, 279, 280, 281, 296])
def test_the_smallest_heap_is_found_and_what_a_smaller_one_runs_into(needed_kib: int) -> None:
    found, why = smallest(lambda kib: f"{kib} KiB do not do" if kib < needed_kib else "", 296)
    assert needed_kib <= found < needed_kib + STEP_KIB
    smaller_kib = found - STEP_KIB
    assert why == ("not tried" if smaller_kib == TOO_SMALL_KIB else f"{smaller_kib} KiB do not do")
