"""`ankletag world` as a user meets it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ankletag.errors import Exit
from support import ROOT
from taghil.world.faults import FAULT_KEYS
from taghil.world.happenings import HAPPENING_KEYS, KINDS
from taghil.world.scenario import KEYS, built_in, load, text_of


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ankletag", "world", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_list_names_every_scenario_with_its_days_and_what_it_is_about() -> None:
    told = json.loads(run("list", "--json").stdout)
    assert [each["name"] for each in told] == built_in()
    plain = run("list").stdout.splitlines()
    assert len(plain) == len(told)
    for each, line in zip(told, plain, strict=True):
        assert each["about"].endswith(".")
        assert line.split() == [each["name"], f"{each['days']:g}", "days", *each["about"].split()]


def test_show_prints_a_file_that_can_be_used(tmp_path: Path) -> None:
    text = run("show", "foil").stdout
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('"2 18:30"', '"2 17:30"'), encoding="utf-8")
    assert load(str(path)).happenings[0].from_us == load("foil").happenings[0].from_us - 3_600_000_000
    told = json.loads(run("show", str(path), "--json").stdout)
    assert told["text"] == path.read_text(encoding="utf-8")
    assert (told["name"], told["days"]) == (str(path), 3.0)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "neither a file nor a built-in scenario"),
        (
            "start = 2026-01-01T09:00:00Z\ndays = 1\n[[sock]]\nfrom = '1 10:00'\n",
            "mine.toml: sock 1: to: must be a text",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_a_sentence(tmp_path: Path, text: str | None, sentence: str) -> None:
    path = tmp_path / "mine.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    said = run("show", str(path))
    assert said.returncode == Exit.USAGE
    assert not said.stdout
    assert sentence in " ".join(said.stderr.split()).replace("mine. toml", "mine.toml")
    assert "Traceback" not in said.stderr


def test_there_is_a_scenario_for_everything_that_can_happen() -> None:
    used: set[str] = set()
    kinds: set[str] = set()
    vapours: set[str] = set()
    for name in built_in():
        scenario = load(name)
        kinds |= {happening.kind for happening in scenario.happenings}
        vapours |= {happening.what for happening in scenario.happenings if happening.what}
        used |= set(re.findall(r"^\[\[(\w+)\]\]", text_of(name)[0], re.MULTILINE))
    assert kinds == set(KINDS)
    assert vapours == {"sanitiser", "perfume", "petrol"}
    assert {*HAPPENING_KEYS, *FAULT_KEYS, "off_skin", "strap", "case", "drink", "gas"} <= used


def test_the_manual_tells_every_key() -> None:
    manual = (ROOT / "docs/commands.md").read_text(encoding="utf-8").split("## Scenarios")[1].split("\n## ")[0]
    for key in KEYS:
        assert f"`{key}`" in manual or f"[{key}]" in manual, key
