"""Two verifiers that share no code give equal sets of findings, whatever comes; and each finding there is comes up."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.attacks import ATTACKS
from evidence.chaos import Chaos
from evidence.verdicts import verdict
from support import ROOT

# Found elsewhere in this folder: a bundle that is damaged as a whole, in test_bytes.py.
ELSEWHERE = {"bundle-damaged"}


def codes_of_the_spec() -> set[str]:
    """Every code in the tables of SPEC.md, Findings."""
    text = (ROOT / "protocol" / "SPEC.md").read_text(encoding="utf-8")
    findings = text[text.index("\n## Findings") : text.index("\n## Disclosure")]
    return set(re.findall(r"^\| `([a-z-]+)` \| (?:against|information) \|", findings, re.M))


@given(seed=st.integers(0, 1 << 32))
@settings(max_examples=60)
def test_they_agree_on_any_log(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    verdict(Chaos(seed).evidence(), tmp_path_factory.getbasetemp())


@pytest.mark.slow
def test_they_agree_on_every_code_that_there_is(tmp_path: Path) -> None:
    """Seeds in turn, until all codes that the attacks do not show have come up."""
    shown = {code for attack in ATTACKS for code in (*attack.against, *attack.told)} | ELSEWHERE
    asked = codes_of_the_spec()
    assert len(asked) > 40
    assert shown <= asked
    for seed in range(400):
        said = verdict(Chaos(seed).evidence(), tmp_path)
        shown |= {*said.against, *said.told}
        if shown >= asked:
            return
    assert asked - shown == set()
