"""Writes the tables of docs/senses.md: `python -m measure.senses_docs` in tests/, behind `make measure-senses`.

The rules come from the code, the figures from build/measure/senses.json.
"""

import json
from pathlib import Path
from typing import Any

from ankletag.evaluate import KINDS, LIFELESS, MOVED, Parameters
from ankletag.evaluate.losses import OF_CODE
from measure.senses_cases import CASES, INTERFERENT, ORDINARY
from support import ROOT
from tagproto import tamper

PAGE = ROOT / "docs" / "senses.md"
MEASURED = ROOT / "build" / "measure" / "senses.json"
MARKS = {
    "rules": ("<!-- rules: made by tests/measure/senses_docs.py -->", "<!-- end of rules -->"),
    "hits": ("<!-- hits: made by tests/measure/senses_docs.py -->", "<!-- end of hits -->"),
}
WORDS = {**KINDS, INTERFERENT: "no drinking (interferent)", "episode": "episode of drinking"}


def duration(seconds: int) -> str:
    return f"{seconds // 3600} h" if seconds % 3600 == 0 else f"{seconds // 60} min"


def rules() -> str:
    """Every class: who judges it, when it begins and ends."""
    used = Parameters()
    lines = ["| class | judged by | condition | begins after | ends after |", "|---|---|---|---|---|"]
    lines += [
        "| strap open | tag | the strap's loop is open, or was between two looks | at once | with the loop |",
        "| case open | tag | the case's switch is open, or was between two looks | at once | with the switch |",
        "| power removed | tag | a boot whose cause is power | at once | with the boot |",
    ]
    for code, (_, condition, begins_s, ends_s) in tamper.RULES.items():
        name = KINDS[OF_CODE[code]]
        lines.append(f"| {name} | tag and host | {condition} | {duration(begins_s)} | {duration(ends_s)} |")
    moved, window = used.moved_mv, duration(used.moved_window_s)
    still, hours = used.lifeless_spread_mdeg_c / 1000, duration(used.lifeless_window_s)
    rise, fall = used.body_rise_ug_dl_h / 1e6, used.body_fall_ug_dl_h / 1e6
    high_rise, high_fall = used.body_rise_high_ug_dl_h / 1e6, used.body_fall_high_ug_dl_h / 1e6
    away = f"behind a break (strap, skin, power) the median of infrared lies more than {moved} mV from that before it"
    spread = (
        f"on skin by infrared, but temperature, without its lowest and highest tenth, spreads under {still:.2f} degC"
    )
    fast = (
        f"an episode of at most {duration(used.interferent_within_s)} that rises faster than {rise:.2f} and falls "
        f"faster than {fall:.3f} g/dL an hour ({high_rise:.2f} and {high_fall:.3f} for peaks above "
        f"{used.body_high_ug_dl / 1e6:.2f}), smoothed by the median of three"
    )
    lines += [
        f"| {KINDS[MOVED]} | host | {away} | {window} on either side, half of it at least | not said |",
        f"| {KINDS[LIFELESS]} | host | {spread} | {hours} | with the first {hours} that spread more |",
        f"| {WORDS[INTERFERENT]} | host | {fast} | the episode | the episode |",
    ]
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


def put(text: str, name: str, table: str) -> str:
    """The page with another table between two marks."""
    begin_mark, end_mark = MARKS[name]
    begin, end = text.index(begin_mark) + len(begin_mark), text.index(end_mark)
    return f"{text[:begin]}\n\n{table}\n\n{text[end:]}"


def rows(text: str, name: str) -> list[list[str]]:
    """Cells of the table rows between two marks, heads left out."""
    begin, end = (text.index(mark) for mark in MARKS[name])
    lines = [line for line in text[begin:end].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def expected_rows() -> list[str]:
    """What the tables of figures must have a row of."""
    return [case.what for case in CASES] + [life.what for life in ORDINARY]


def main(page: Path = PAGE) -> None:
    text = put(page.read_text(encoding="utf-8"), "rules", rules())
    page.write_text(put(text, "hits", hits(json.loads(MEASURED.read_text(encoding="utf-8")))), encoding="utf-8")


if __name__ == "__main__":
    main()
