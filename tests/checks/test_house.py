"""The repository names no machine, its links lead somewhere, and README's commands are run by CI."""

from pathlib import Path

import pytest

from checks import house_rules as rules
from support import ROOT


def test_no_file_names_a_machine() -> None:
    machine = rules.machine_names(ROOT)
    violations = []
    for path in rules.text_files(ROOT):
        text = path.read_text(encoding="utf-8")
        violations += rules.named_machines(path.relative_to(ROOT).as_posix(), text, machine)
    assert violations == []


@pytest.mark.parametrize(
    "line",
    [
        "open('/" + "root/x')",
        "cd /" + "work/main",
        "/" + "home/anna/tag",
        "C:\\" + "Users\\anna",
        "see share" + "d/design.md",
        "built on builder-7",
        "in /srv/builds/tag/x",
    ],
)
def test_a_machine_is_noticed(line: str) -> None:
    assert len(rules.named_machines("x.md", f"fine\n{line}\n", ["builder-7", "/srv/builds/tag"])) == 1


@pytest.mark.parametrize("line", ["../shared/data/scram-cam", "the rootless/work/flow", "/dev/ttyACM0", "home/anna"])
def test_ordinary_text_is_not(line: str) -> None:
    assert rules.named_machines("x.md", line, ["builder-7"]) == []


def test_no_merge_is_left_half_done() -> None:
    marked = [path.name for path in rules.text_files(ROOT) if rules.conflicts(path.read_text(encoding="utf-8"))]
    assert marked == []


def test_a_half_done_merge_is_noticed() -> None:
    ours, theirs = "<" * 7 + " HEAD\n", ">" * 7 + " other\n"
    assert rules.conflicts(f"{ours}a\n=======\nb\n{theirs}") == 2
    assert rules.conflicts("Title\n=======\n>>> prompt\n") == 0


def test_every_link_leads_somewhere() -> None:
    pages = [path for path in rules.text_files(ROOT) if path.suffix == ".md"]
    assert [broken for page in pages for broken in rules.broken_links(page)] == []


def test_a_broken_link_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[a](page.md#part) [b](https://example.org/x) [c](gone.md)\n")
    assert rules.broken_links(page) == ["page.md: gone.md is not there"]


def test_ci_runs_the_commands_in_readme() -> None:
    script = rules.run_by((ROOT / ".ci/run").read_text(encoding="utf-8"))
    shown = rules.commands((ROOT / "README.md").read_text(encoding="utf-8"))
    assert {"make demo", "make test"} <= set(shown)
    assert [command for command in shown if command not in script] == []


def test_commands_are_found_in_fenced_blocks() -> None:
    text = (
        "```sh\ngit clone x\nmake demo  # a minute\n```\ntext\n"
        "```console\n$ make \\\n  test\noutput\n```\n```python\nx = 1\n```\n"
    )
    assert rules.commands(text) == ["make demo", "make test"]


def test_steps_of_the_script_are_found() -> None:
    assert {"make demo", "x --y z"} <= rules.run_by('step "Demo" make demo\n  x \\\n    --y z\n')
