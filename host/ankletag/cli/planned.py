"""What `ankletag plan` says."""

from ..plan import ENDURANCE_ERASES, Battery, Plan, Storage
from .output import JsonValue, say


def plan_document(found: Plan, flash: str, noise: float, assumed: list[str]) -> dict[str, JsonValue]:
    """For JSON."""
    storage = found.storage
    pace, wear = storage.pace, storage.wear
    return {
        "flash": flash,
        "flash_blocks": storage.blocks,
        "ring_pages": storage.ring_pages,
        "cadence_s": pace.cadence_s,
        "seal_interval_s": pace.seal_interval_s,
        "noise": noise,
        "bytes_per_reading": round(pace.bytes_per_reading, 3),
        "coded_bytes_per_reading": round(pace.reading_bytes, 3),
        "bytes_per_seal": round(pace.seal_bytes, 1),
        "days_until_slow": None if storage.days_until_slow is None else round(storage.days_until_slow, 1),
        "days_until_refused": round(storage.days_until_refused, 1),
        "slow": {"cadence_s": storage.slow.cadence_s, "seal_interval_s": storage.slow.seal_interval_s},
        "erases_per_block_per_year": {
            "ring": round(wear.ring, 1),
            "journal": round(wear.journal, 1),
            "keys": round(wear.keys, 1),
            "worst": wear.worst[0],
        },
        "endurance_erases": ENDURANCE_ERASES,
        "battery": _battery_document(found.battery),
        "assumptions": assumed,
    }


def _battery_document(found: Battery) -> dict[str, JsonValue]:
    return {
        "cell_mah": found.cell_mah,
        "days": round(found.days, 1),
        "mah_per_day": round(found.mah_per_day, 2),
        "days_asleep_only": round(found.asleep_days, 1),
        "measured": False,
        "draws": [
            {
                "what": draw.what,
                "microcoulomb": draw.microcoulomb,
                "times_per_day": round(draw.times_per_day, 3),
                "mah_per_day": round(draw.mah_per_day, 3),
                "source": draw.source,
            }
            for draw in found.draws
        ],
    }


def say_plan(found: Plan, assumed: list[str]) -> None:
    """For people."""
    storage = found.storage
    say(f"one reading in {storage.pace.cadence_s} s, a seal in {storage.pace.seal_interval_s} s")
    _tell_storage(storage)
    _tell_battery(found.battery)
    say()
    say("assumed:")
    for line in assumed:
        say(f"  {line}")


def _tell_storage(storage: Storage) -> None:
    pace, wear = storage.pace, storage.wear
    say()
    say(f"storage: {storage.ring_pages} pages, {storage.ring_bytes // 1024} KiB of log in {storage.blocks} blocks")
    say(f"  bytes per reading, everything counted     {pace.bytes_per_reading:9.2f}")
    say("  days, nothing acknowledged:")
    if storage.days_until_slow is None:
        say("    until the tag slows down                it is full before that")
    else:
        say(f"    until the tag slows down                {storage.days_until_slow:9.1f}")
    say(f"    until the first reading is turned away  {storage.days_until_refused:9.1f}")
    say("  days, when read-outs are acknowledged before that: no end")
    say("  erases of each block in a year, then:")
    for part, erases in (("ring", wear.ring), ("journal", wear.journal), ("keys", wear.keys)):
        say(f"    {part:39} {erases:9.1f}")
    part, erases = wear.worst
    years = ENDURANCE_ERASES / erases
    say(f"    worst: the {part}; {ENDURANCE_ERASES} erases, which a block takes at least, last {years:.0f} years")


def _tell_battery(found: Battery) -> None:
    say()
    say(f"battery: {found.days:.1f} days from {found.cell_mah:g} mAh, {found.mah_per_day:.1f} mAh a day")
    say("  NOT MEASURED on a board yet; from datasheets, without losses of converters and without self-discharge:")
    for draw in found.draws:
        figures = f"{draw.microcoulomb:7} uC {draw.times_per_day:9.1f} times {draw.mah_per_day:7.3f} mAh"
        say(f"  {draw.what:15} {figures}  {draw.source}")
    say(f"  The sleep current of a Pico alone empties this cell in {found.asleep_days:.0f} days: for the length of an")
    say("  order it takes another board, not another pace.")
