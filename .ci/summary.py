"""Print a JUnit file as pytest would close: skips with their reasons, then 'N passed, N failed, N skipped'."""

import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path


def summary(junit: str) -> list[str]:
    """Lines for the JUnit XML `junit`; a case with an error counts as failed, an expected failure as skipped."""
    passed = failed = 0
    reasons: Counter[str] = Counter()
    for case in ET.fromstring(junit).iter("testcase"):
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
    """Summarise the file named on the command line; 1 when it is absent."""
    path = Path(sys.argv[1])
    if not path.is_file():
        print(f"{path} is absent: the tests did not run.")
        print("0 passed, 0 failed, 0 skipped")
        return 1
    print("\n".join(summary(path.read_text(encoding="utf-8"))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
