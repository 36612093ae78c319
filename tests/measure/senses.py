"""Each class of tamper against a hundred seeded wearers with it and without it; writes build/measure/senses.json.

The wearers' senses are read once a minute for three days and judged by the host's rules, without a tag in between;
tests/rig/test_senses.py does some of the same through whole tags. `python -m measure.senses_docs` (in tests/) puts the
tables into docs/senses.md.
"""

import argparse
import json
import os
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ankletag.evaluate import INTERFERENT, KINDS, STRAP, Loss
from measure.senses_cases import CASES, ORDINARY, Case, Ordinary
from measure.senses_wearers import Days, Judged, Span, judged, readings_of

# What the tables are made from; what happens begins on day 2, and a day on either side of a break is looked at.
WEARERS, DAYS = 100, 3
OUT = Path("build/measure/senses.json")
LATE_MIN = 60
"""A loss is of a happening if it begins or ends within so long behind it."""


def outcome(seed: int, days: Days, length_days: int) -> Judged:
    """What the host says of a wearer's days."""
    breaks = [Loss(STRAP, span.first, span.last, span.first, span.last, True) for span in days.breaks]
    return judged(readings_of(seed, days, length_days), breaks)


def is_hit(case: Case, seed: int, length_days: int = DAYS) -> bool:
    """Whether the wearer of this seed, with the case, shows its kind when it happens."""
    days, span = case.make(random.Random(f"{case.what} {seed}"))
    found = outcome(seed, days, length_days)
    within = Span(span.first, span.last + LATE_MIN)
    if case.kind != INTERFERENT:
        return found.shows(case.kind, within)
    return any(one.interferent and within.first <= one.first.item <= within.last for one in found.episodes)


def alarms(ordinary: Ordinary, seed: int, length_days: int = DAYS) -> dict[str, int]:
    """Kinds that the wearer of this seed shows, and whether there are episodes of drinking and marked ones."""
    found = outcome(seed, ordinary.make(random.Random(f"{ordinary.what} {seed}")), length_days)
    shown = {kind: 1 for kind in KINDS if found.shows(kind)}
    shown["episode"] = int(any(not one.interferent for one in found.episodes))
    shown[INTERFERENT] = int(any(one.interferent for one in found.episodes))
    return shown


def _of_case(job: tuple[int, int, int]) -> bool:
    return is_hit(CASES[job[0]], *job[1:])


def _of_ordinary(job: tuple[int, int, int]) -> dict[str, int]:
    return alarms(ORDINARY[job[0]], *job[1:])


def measured(wearers: int, days: int) -> dict[str, Any]:
    """Hits of each case, and wearers with alarms in each ordinary life."""
    cases, ordinary = [], []
    with ProcessPoolExecutor() as pool:
        for place, case in enumerate(CASES):
            hits = sum(pool.map(_of_case, [(place, seed, days) for seed in range(wearers)], chunksize=5))
            cases.append({"kind": case.kind, "what": case.what, "hits": hits, "misses": wearers - hits})
        for place, life in enumerate(ORDINARY):
            shown = list(pool.map(_of_ordinary, [(place, seed, days) for seed in range(wearers)], chunksize=5))
            kinds = {kind: sum(one.get(kind, 0) for one in shown) for kind in (*KINDS, "episode", INTERFERENT)}
            ordinary.append({"what": life.what, "wearers_with": kinds, "rightly": life.rightly})
    return {"wearers": wearers, "days": days, "cadence_s": 60, "cases": cases, "ordinary": ordinary}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wearers", type=int, default=WEARERS)
    parser.add_argument("--days", type=int, default=DAYS, choices=range(DAYS, 32), metavar=f"{DAYS}..31")
    asked = parser.parse_args()
    started = time.monotonic()
    result = measured(max(1, asked.wearers), asked.days)
    result |= {"wall_s": round(time.monotonic() - started, 1), "cores": os.cpu_count()}
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
