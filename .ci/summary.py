"""Print JUnit files as pytest would close: skips with their reasons, then 'N passed, N failed, N skipped'."""

import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path


def summary(junits: list[str]) -> list[str]:
    """Lines for JUnit XML texts taken together; an error counts as failed, an expected failure as skipped."""
    passed = failed = 0
    reasons: Counter[str] = Counter()
    for case in (case for junit in junits for case in ET.fromstring(junit).iter("testcase")):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif skipped is not None:
            reasons[skipped.get("message", "no reason given")] += 1
        else:
            passed += 1
    lines = [f"skipped: {count} x {reason}" for reason, count in sorted(reasons.items())]
    return [*(lines or ["skipped: none"]), f"{passed} passed, {failed} failed, {reasons.total()} skipped"]


def main() -> int:
    """Summarise the files named on the command line; 1 when one is absent."""
    paths = [Path(name) for name in sys.argv[1:]]
    absent = [path for path in paths if not path.is_file()]
    for path in absent:
        print(f"{path} is absent: its tests did not run.")
    print("\n".join(summary([path.read_text(encoding="utf-8") for path in paths if path not in absent])))
    return 1 if absent else 0


if __name__ == "__main__":
    sys.exit(main())
