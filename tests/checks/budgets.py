"""What the firmware may take (firmware/budgets.toml), and what takes more."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from support import ROOT

FILE = "firmware/budgets.toml"
_WHAT_TO_DO = f"Make it smaller, or raise the line in {FILE} and give the reason in the commit."


@dataclass(frozen=True)
class Budgets:
    """modules: most bytes of each file of a developer's image as compiled, by path; heap_*: see the file."""

    modules: dict[str, int]
    modules_bytes: int
    image_blocks: int
    heap_in_use_kib: int
    heap_needed_kib: int
    heap_chip_kib: int


def load(path: Path = ROOT / FILE) -> Budgets:
    """The budgets as the file has them."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return Budgets(
        table["modules"],
        table["all"]["modules_bytes"],
        table["all"]["image_blocks"],
        table["heap"]["in_use_kib"],
        table["heap"]["needed_kib"],
        table["heap"]["chip_kib"],
    )


def over(budgets: Budgets, modules: Mapping[str, int], image_blocks: int) -> list[str]:
    """A sentence for each budget that is not kept, and for each module that has none. modules: bytes by path."""
    told = []
    for path, size in sorted(modules.items()):
        most = budgets.modules.get(path)
        if most is None:
            told.append(f"{path} has {size} bytes and no budget. Give it a line in {FILE}.")
        elif size > most:
            told.append(f"{path} has {size} bytes, {size - most} more than its {most}. {_WHAT_TO_DO}")
    told += [
        f"{path} has a budget and is not there. Take its line out of {FILE}."
        for path in sorted(set(budgets.modules) - set(modules))
    ]
    total = sum(modules.values())
    if total > budgets.modules_bytes:
        more = total - budgets.modules_bytes
        told.append(f"All modules have {total} bytes, {more} more than their {budgets.modules_bytes}. {_WHAT_TO_DO}")
    if image_blocks > budgets.image_blocks:
        told.append(f"The image takes {image_blocks} blocks, not {budgets.image_blocks} at most. {_WHAT_TO_DO}")
    return told


def heap_over(budgets: Budgets, in_use_kib: float, needed_kib: int, chip_estimate_kib: int) -> list[str]:
    """A sentence for each budget of the heap that is not kept."""
    told = []
    if in_use_kib > budgets.heap_in_use_kib:
        told.append(f"{in_use_kib:.1f} KiB of heap are in use at worst, not {budgets.heap_in_use_kib}. {_WHAT_TO_DO}")
    if needed_kib > budgets.heap_needed_kib:
        told.append(f"The tag needs a heap of {needed_kib} KiB, not {budgets.heap_needed_kib}. {_WHAT_TO_DO}")
    if chip_estimate_kib > budgets.heap_chip_kib:
        told.append(
            f"A chip would have {chip_estimate_kib} KiB in use at worst, and has {budgets.heap_chip_kib} ({FILE})."
        )
    return told
