"""The cell, once for the tag that tells when it runs low and the host that plans with it: what it gives, what is drawn.

A CR2 (lithium, manganese dioxide, 3 V). All charges in microcoulomb: a microampere for a second. Times from an emulated
RP2040, currents from data sheets, as docs/hardware.md adds them up; none of them measured on a board yet.
"""

CELL_MAH = 850
# Asleep with the parts waiting: 1300 board, 101 the pull-ups of strap and case, 55 the looks at them, 14 LMP91000 and
# its reference, 3 the battery's divider and the other parts.
IDLE_UA = 1473
# A reading: CPU awake 13 ms at 26 mA, its journal entry and its share of pages and erases, and the parts converting.
READING_UC = 390
# A seal: a signature and a key pair, 1.06 s at 26 mA, and what of it is written.
SEAL_UC = 27600
# A fix from cold: a GNSS receiver for 35 s at 25 mA, and the CPU, which listens, at 21 mA.
FIX_UC = 1610000

# Fewer days than this are told.
LOW_DAYS = 10

# Millivolts while the CPU is awake, and thousandths of the charge that are left: a typical CR2 at about 30 degC, as
# on a leg, and 26 mA, from memory of the makers' discharge curves, not from one data sheet.
_CURVE = (
    (2000, 0),
    (2260, 30),
    (2460, 70),
    (2568, 130),
    (2648, 200),
    (2707, 300),
    (2757, 420),
    (2797, 550),
    (2837, 700),
    (2877, 850),
    (2927, 950),
    (3000, 1000),
)


def draw_uah(cadence_s: int, seal_interval_s: int, fix_interval_s: int) -> int:
    """Microampere-hours a day at a pace; fix_interval_s: 0 for no fixes."""
    # 86,400 s a day, 3,600 uC a uAh.
    fixes = 24 * FIX_UC // fix_interval_s if fix_interval_s else 0
    return 24 * IDLE_UA + 24 * READING_UC // cadence_s + 24 * SEAL_UC // max(cadence_s, seal_interval_s) + fixes


def charge_permille(mv: int) -> int:
    """Thousandths of the charge that are left at a voltage."""
    below_mv, below = _CURVE[0]
    if mv <= below_mv:
        return below
    for above_mv, above in _CURVE:
        if mv <= above_mv:
            return below + (above - below) * (mv - below_mv) // (above_mv - below_mv)
        below_mv, below = above_mv, above
    return below


def days_left(mv: int, cadence_s: int, seal_interval_s: int, fix_interval_s: int) -> int:
    """Whole days that the charge behind a voltage lasts at a pace."""
    return CELL_MAH * charge_permille(mv) // draw_uah(cadence_s, seal_interval_s, fix_interval_s)


def low(mv: int, cadence_s: int, seal_interval_s: int, fix_interval_s: int) -> bool:
    """Whether it lasts under LOW_DAYS; of a cell that was measured, not of 0 mV."""
    return mv > 0 and days_left(mv, cadence_s, seal_interval_s, fix_interval_s) < LOW_DAYS
