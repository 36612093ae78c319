"""What the documents say is what the tests try."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evidence.attacks import ATTACKS, ELSEWHERE, Elsewhere
from evidence.lives import Evidence
from evidence.make_docs import PAGE, links, renewed
from evidence.verdicts import bundle_of
from host.logs import noisy
from support import ROOT

OPENSSL = shutil.which("openssl")


def test_the_tables_are_those_of_the_attacks() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == renewed(text), "out of date: run `python -m evidence.make_docs` in tests/"


def test_no_attack_is_there_twice() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize("one", ELSEWHERE, ids=lambda one: one.where[1])
def test_what_is_tried_elsewhere_is_there(one: Elsewhere) -> None:
    path, name = one.where
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["evidence.md", "experts.md"])
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / "docs" / page
    found = links(path.read_text(encoding="utf-8"))
    assert found
    for link in found:
        assert (path.parent / link).exists(), link


@pytest.mark.skipif(OPENSSL is None, reason="no openssl on this machine")
def test_the_experts_page_does_what_it_says(tmp_path: Path) -> None:
    """Its code and commands, typed as they stand there, beside a bundle and the one file."""
    maker = noisy()
    evidence = Evidence(maker.tag_id, maker.public_key, maker.documents, maker.raw_pages(), maker.order_id)
    (tmp_path / "evidence.zip").write_bytes(bundle_of(evidence))
    shutil.copy(ROOT / "protocol" / "verify_evidence.py", tmp_path)
    text = (ROOT / "docs" / "experts.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", text, re.S))
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert maker.previous.hex() in done.stdout
    commands = re.findall(r"^openssl .*$", text, re.M)
    assert len(commands) == 2
    for command in commands:
        done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Verified OK" in done.stdout
