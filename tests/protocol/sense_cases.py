"""Tamper and baseline, as cases.py answers for them."""

from tagproto import baseline, profiles, tamper, thresholds


def _watch(scales, steps, notice=1):
    """[changed, in force, ages in ms by code] for each [passed ms, flags, temp code, prox count, baseline]."""
    watch = tamper.Watch(tamper.Limits(*scales))
    watch.hurry(notice)
    found = []
    for passed_ms, flags, temp_code, prox_count, count in steps:
        watch.baseline = count
        changed = watch.step(passed_ms, flags, temp_code, prox_count)
        found.append([changed, watch.active, [watch.age_ms[code] for code in tamper.CODES]])
    return found


def _limits(scales):
    limits = tamper.Limits(*scales)
    return [limits.skin, limits.obstruction, limits.liquid, limits.cold, limits.hot, limits.moved]


def _search(prox_count_min, cell_code_max, readings):
    """Readings taken behind each [passed ms, number, flags, cell code, temp code, prox count]; the fields of ten."""
    search = baseline.Search(prox_count_min, cell_code_max)
    found = []
    for reading in readings:
        done = search.step(*reading)
        found.append(search.taken)
    return [found, search.values() if readings and done else None]


def _thresholds(cell_code_max, steps):
    """[changed, in force, rises] for each [passed ms, flags, cell code], or [passed ms, low] of the battery."""
    watch = thresholds.Watch(cell_code_max)
    found = []
    for step in steps:
        changed = watch.reading(*step) if len(step) == 3 else watch.battery(*step)
        found.append([changed, watch.active, watch.rising])
    return found


def _pace(profile, cadence_s):
    """The cadence while TAC rises, and what times to begin are divided by."""
    return [profiles.rising_cadence_s(profile, cadence_s), profiles.notice(profile)]


OPS = {
    "profiles.pace": _pace,
    "thresholds.tac_ug_dl": thresholds.tac_ug_dl,
    "thresholds.watch": _thresholds,
    "tamper.limits": _limits,
    "tamper.watch": _watch,
    "baseline.cell_code_max": baseline.cell_code_max,
    "baseline.search": _search,
}
