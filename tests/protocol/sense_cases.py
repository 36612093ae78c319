"""Tamper and baseline, as cases.py answers for them."""

from tagproto import baseline, tamper


def _watch(scales, steps):
    """[changed, in force, ages in ms by code] for each [passed ms, flags, temp code, prox count, baseline]."""
    watch = tamper.Watch(tamper.Limits(*scales))
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


OPS = {
    "tamper.limits": _limits,
    "tamper.watch": _watch,
    "baseline.cell_code_max": baseline.cell_code_max,
    "baseline.search": _search,
}
