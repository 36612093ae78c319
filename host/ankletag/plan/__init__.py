"""What a pace asks of flash and battery, from the constants and the coder that the tag itself lives by. Pure."""

from dataclasses import dataclass

from tagproto.layout import FILE_SYSTEM_BLOCKS, STORAGE_BLOCKS

from .battery import CELL_MAH, Battery, Draw, battery
from .storage import ENDURANCE_ERASES, Storage, Wear, store
from .wearer import SEED, SENSES, Sense

__all__ = [
    "CELL_MAH",
    "ENDURANCE_ERASES",
    "PICO_BLOCKS",
    "SEED",
    "SENSES",
    "Battery",
    "Draw",
    "Plan",
    "Sense",
    "Storage",
    "Wear",
    "plan",
]

PICO_BLOCKS = STORAGE_BLOCKS - FILE_SYSTEM_BLOCKS
"""Blocks of 4 KiB that a Pico has behind its file system."""


@dataclass(frozen=True, slots=True)
class Plan:
    """storage and battery for one pace."""

    storage: Storage
    battery: Battery


def plan(
    blocks: int,
    cadence_s: int,
    seal_interval_s: int,
    noise: float = 1.0,
    reading_bytes: float | None = None,
    cell_mah: float = CELL_MAH,
    fix_interval_s: int = 0,
) -> Plan:
    """blocks: of 4 KiB behind the file system; noise: a factor on the modelled wearer's; reading_bytes: of a coded
    reading, instead of the model's; fix_interval_s: 0 for no fixes. Raises ValueError for a flash that is too small.
    """
    storage = store(blocks, cadence_s, seal_interval_s, noise, reading_bytes)
    return Plan(storage, battery(storage.pace, cell_mah, fix_interval_s))
