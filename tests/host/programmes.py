"""A programme in folders, made with the commands that people type."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from ankletag.cli import build
from ankletag.errors import Exit

# A region and a station in a test's folder.
REGION = "North"
STATION = "Court 1"


class Outcome:
    """What a command left: exit code, stdout, stderr."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(*arguments: object, code: int = Exit.OK) -> Outcome:
    """In this process, through the same application as `ankletag`; it has to end with this exit code."""
    words = [str(argument) for argument in arguments]
    result = CliRunner().invoke(build(words), words, prog_name="ankletag")
    outcome = Outcome(result.exit_code, result.stdout, result.stderr)
    assert outcome.code == code, outcome.out + outcome.err
    assert "Traceback" not in outcome.err
    assert "PRIVATE" not in outcome.out + outcome.err
    if code not in (Exit.OK, Exit.FINDINGS):
        # A sentence, and what to do next.
        assert outcome.err.startswith("error: "), outcome.err
        assert "\n  next: " in outcome.err, outcome.err
    return outcome


def found(folder: Path, name: str = "Programme") -> Path:
    """An authority's folder with one region."""
    run("authority", "init", folder, "--name", name)
    run("authority", "region", folder, REGION)
    return folder


def enrol(authority: Path, station: Path, name: str = STATION) -> str:
    """A station with the authority at hand; its key id."""
    words = ("--authority", authority, "--region", REGION, "--station", station, "--json")
    return str(run("station", "enrol", name, *words).json["id"])


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {str(each.relative_to(folder)): each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file()}
