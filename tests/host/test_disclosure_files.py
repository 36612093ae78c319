"""Disclosures of any form, and the proofs in them."""

import hashlib
import json
from pathlib import Path

import hypothesis
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from ankletag.disclose import Disclosure, check_disclosure, decode, disclose, read_disclosure
from ankletag.disclose.proof import path, root_of
from ankletag.errors import EvidenceRefused
from host.logs import check, given
from host.tagmaker import fitted
from tagproto.tree import Tree

MAKER = fitted([0] * 200)
WHOLE = disclose(check(MAKER), MAKER.public_key, MAKER.documents, 150)


@pytest.mark.parametrize("count", range(1, 18))
def test_a_path_leads_to_the_root_that_the_tree_has(count: int) -> None:
    leaves = [hashlib.sha256(bytes([each])).digest() for each in range(count)]
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    for index, leaf in enumerate(leaves):
        beside = path(leaves, index)
        assert root_of(leaf, index, count, beside) == tree.root()
        assert root_of(leaf, index ^ 1, count, beside) != tree.root()
        assert root_of(leaf, index, count, beside[:-1]) != tree.root() or count == 1
        assert root_of(leaf, index, count, [*beside, bytes(32)]) is None
    with pytest.raises(ValueError, match="no leaf"):
        path(leaves, count)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"{}", "does not disclose"),
        (bytes(10_000_000), "too long"),
        (
            json.dumps({"format": "ankletag-disclosure", "version": 2}).encode(),
            "version 2; this program knows",
        ),
        (json.dumps({"format": "ankletag-disclosure", "version": 1}).encode(), "lacks a field"),
        (json.dumps({"format": "ankletag-disclosure", "version": 1, "public_key": 5}).encode(), "lacks a field"),
    ],
)
def test_what_is_no_disclosure_is_said_so(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "record.json"
    file.write_bytes(content)
    with pytest.raises(EvidenceRefused, match=sentence):
        read_disclosure(file)


def test_without_records_it_is_refused() -> None:
    assert decode(Disclosure(WHOLE.tag_id, None, (), (), ()).encode()) == "it is not in its canonical form"


@hypothesis.given(st.data())
@settings(max_examples=60)
def test_any_form_that_can_be_read_is_judged_without_an_exception(data: st.DataObject) -> None:
    """Whoever makes the file chooses every field."""
    octets = st.binary(max_size=40)
    records_of = [
        type(each)(
            data.draw(st.sampled_from([each.record, b"", each.record[:13], bytes(300)]) | octets),
            each.salt,
            data.draw(st.integers(0, 9)),
            data.draw(st.integers(-1, 1 << 40)),
            each.path[: data.draw(st.integers(0, 9))],
        )
        for each in WHOLE.records
    ]
    made = tuple(data.draw(st.lists(st.sampled_from([*WHOLE.seals, b"", b"\xd2\x84"]), max_size=5)))
    papers = tuple(sorted({*WHOLE.documents, data.draw(octets)}))
    false = Disclosure(MAKER.tag_id, None, papers, made, tuple(records_of))
    assert not check_disclosure(false, given(MAKER)).proven
