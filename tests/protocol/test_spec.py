"""protocol/SPEC.md says what the code does: its tables are compared with it."""

import re
import struct

import pytest

from protocol import spec_tables as tables
from support import ROOT
from tagproto import PROTOCOL_VERSION, coding, frames, messages, pages, records, rice, seals

SPEC = (ROOT / "protocol" / "SPEC.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Kinds of record", tables.kinds_of_record()),
        ("Requests", tables.requests()),
        ("Replies", tables.replies()),
    ],
)
def test_tables_of_fields(heading: str, expected: dict[str, tuple[str, str]]) -> None:
    assert tables.rows(SPEC, heading) == expected


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Error codes", tables.constants(messages, "ERROR_")),
        ("Flags of a reading", tables.constants(records, "FLAG_")),
        ("Senses", tables.constants(records, "SENSE_")),
    ],
)
def test_tables_of_constants(heading: str, expected: dict[int, str]) -> None:
    assert {int(key, 0): row[0] for key, row in tables.rows(SPEC, heading).items()} == expected


def test_table_of_reasons_of_a_seal() -> None:
    text = tables.section(SPEC, "Seals").split("| reason | name | made |")[1]
    assert {int(key): name for key, name in re.findall(r"^\| (\d+) \| (\w+) \|", text, re.M)} == seals.REASONS


def test_table_of_payload_keys() -> None:
    text = tables.section(SPEC, "Seals").split("| reason | name | made |")[0]
    named = {int(key): name for key, name in re.findall(r"^\| (\d+) \| (\w+) \|", text, re.M)}
    assert {name: getattr(seals, name.upper()) for name in named.values()} == {name: key for key, name in named.items()}
    assert sorted(named) == list(range(1, 13))


def test_every_reason_of_a_bad_is_explained() -> None:
    explained = set(re.findall(r"^\| `(\w+)` \|", tables.section(SPEC, "Bad input is a value"), re.M))
    assert explained == tables.reasons_in_code(ROOT / "protocol" / "tagproto")


def test_layout_of_a_page() -> None:
    """Offsets and types of the table, packed and read back by the code."""
    rows = re.findall(r"^\| (\d+) \| (\w+) \| ([ui]\d+) \|", tables.section(SPEC, "Pages"), re.M)
    codes = {"u8": "B", "u16": "H", "u32": "I", "i16": "h"}
    values = {name: index + 1 for index, (_, name, _) in enumerate(rows)}
    raw = bytearray(pages.PAGE_SIZE)
    for offset, name, kind in rows:
        struct.pack_into("<" + codes[kind], raw, int(offset), values[name])
    pages.close(raw)
    page = pages.parse(bytes(raw))
    assert isinstance(page, pages.Page)
    for name in values.keys() - {"version", "crc"}:
        assert getattr(page, name) == values[name]
    assert "| 29 | payload | 223 B |" in SPEC
    assert (pages.HEADER_SIZE, pages.PAYLOAD_SIZE) == (29, 223)


def test_numbers_in_the_text() -> None:
    assert f"`PROTOCOL_VERSION` = {PROTOCOL_VERSION}" in SPEC
    assert f"A body is at most {frames.BODY_MAX} bytes" in SPEC
    longest = frames.encode(1, 1, b"\x11" * frames.BODY_MAX)
    assert f"an encoded frame at most {len(longest) - 1} and" in SPEC
    assert f"at most {messages.READ_PAGES_MAX}; those" in SPEC
    assert f"varint length (at most {coding.SEAL_MAX})" in SPEC
    assert f"k from 0 to {rice.K_MAX} and m" in SPEC
    assert f"1 to {coding.READING_MAX} bytes" in SPEC
    assert records.TICKS_PERIOD_MS == 2**30
