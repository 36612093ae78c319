"""Which tests a change touches: prints paths for pytest. Usage: touched.py [BASE].

The change is what differs from the commit BASE; without BASE it is what is not committed yet or, in a clean
checkout, the last commit.
"""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALWAYS = "tests/checks"
# The first prefix that fits decides. System tests start processes for seconds: `make test` runs them.
TESTS_OF = (
    ("protocol/", "tests/protocol"),
    ("firmware/", "tests/firmware"),
    ("host/", "tests/host"),
    ("hil/", "tests/rig"),
)


def chosen_tests(changed: Iterable[str], root: Path) -> list[str]:
    """Test folders and files, as paths relative to `root`, that belong to the changed files."""
    chosen = {ALWAYS}
    for name in changed:
        if name.startswith("tests/"):
            path = Path(name)
            if path.name.startswith("test_") and path.suffix == ".py":
                chosen.add(name)
            elif path.suffix == ".py" and len(path.parts) > 2:  # a helper module: all tests beside it
                chosen.add(path.parent.as_posix())
        for prefix, tests in TESTS_OF:
            if name.startswith(prefix):
                chosen.add(tests)
    chosen = {name for name in chosen if (root / name).exists()}
    return sorted(name for name in chosen if not any(p.as_posix() in chosen for p in Path(name).parents))


def changed_files(base: str | None) -> list[str]:
    """Files that differ from `base`, untracked ones included, as paths relative to the checkout."""
    if base is None:
        uncommitted = _git("status", "--porcelain", "--untracked-files=all", "--no-renames")
        if uncommitted:
            return [line[3:].strip('"') for line in uncommitted]
        base = "HEAD~1"
    return _git("diff", "--name-only", "--no-renames", base) + _git("ls-files", "--others", "--exclude-standard")


def _git(*words: str) -> list[str]:
    result = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return result.stdout.splitlines()


def main() -> int:
    try:
        changed = changed_files(sys.argv[1] if len(sys.argv) > 1 else None)
    except (subprocess.CalledProcessError, FileNotFoundError):
        # An exported tree, a first or only commit, or no git: nobody can say what changed.
        print("The change is unknown here (no git history to compare with), so all tests run.", file=sys.stderr)
        print("tests")
        return 0
    print("\n".join(chosen_tests(changed, ROOT)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
