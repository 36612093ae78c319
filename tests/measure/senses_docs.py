"""Writes the tables of docs/senses.md: `python -m measure.senses_docs` in tests/, behind `make measure-senses`.

The rules come from the code, the figures from build/measure/senses.json.
"""

import json
import sys
from pathlib import Path
from typing import Any

from ankletag.evaluate import classes
from measure.marked import put
from measure.senses import DAYS, WEARERS
from measure.senses_cases import CASES, ORDINARY
from support import ROOT

PAGE = ROOT / "docs" / "senses.md"
MEASURED = ROOT / "build" / "measure" / "senses.json"
WORDS = {**{kind: each.name for kind, each in classes().items()}, "episode": "episode of drinking"}


def rules() -> str:
    """Every class: who judges it, when it begins and ends."""
    lines = ["| class | judged by | condition | begins after | ends after |", "|---|---|---|---|---|"]
    for each in classes().values():
        cells = each.name, each.judged_by, each.condition, each.begins_after, each.ends_after
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def hits(measured: dict[str, Any]) -> str:
    """Both tables of figures."""
    wearers = measured["wearers"]
    nothing = measured["ordinary"][0]["wearers_with"]
    done, alarmed = f"what was done to each of {wearers} wearers", f"false alarms, of {wearers} who did nothing"
    lines = [f"| class | {done} | hits | misses | {alarmed} |", "|---|---|---|---|---|"]
    for case in measured["cases"]:
        alarms = nothing[case["kind"]]
        lines.append(f"| {WORDS[case['kind']]} | {case['what']} | {case['hits']} | {case['misses']} | {alarms} |")
    kinds = [kind for kind in WORDS if kind in {case["kind"] for case in measured["cases"]} | {"episode"}]
    lines += ["", f"Wearers of {wearers} of whom something is told in three days of an ordinary life:", ""]
    lines.append("| what they do | " + " | ".join(WORDS[kind] for kind in kinds) + " |")
    lines.append("|---" * (len(kinds) + 1) + "|")
    for life in measured["ordinary"]:
        shown = " | ".join(
            f"{life['wearers_with'][kind]}{', rightly' if kind in life['rightly'] else ''}" for kind in kinds
        )
        lines.append(f"| {life['what']} | {shown} |")
    return "\n".join(lines)


def expected_rows() -> list[str]:
    """What the tables of figures must have a row of."""
    return [case.what for case in CASES] + [life.what for life in ORDINARY]


def main(page: Path = PAGE, figures: Path = MEASURED) -> None:
    """Raises SystemExit with a sentence where the figures are those of a small measurement."""
    measured = json.loads(figures.read_text(encoding="utf-8"))
    if measured["wearers"] < WEARERS or measured["days"] != DAYS:
        sys.exit(f"{figures} has {measured['wearers']} wearers of {measured['days']} days: run `make measure-senses`")
    text = put(page.read_text(encoding="utf-8"), "rules", rules())
    page.write_text(put(text, "hits", hits(measured)), encoding="utf-8")


if __name__ == "__main__":
    main()
