"""protocol/SPEC.md says what the code does: its tables are compared with it."""

import re
import struct

import pytest

from protocol import spec_tables as tables
from support import ROOT
from tagproto import (
    PROTOCOL_VERSION,
    coding,
    commands,
    documents,
    frames,
    layout,
    messages,
    pages,
    records,
    rice,
    seals,
)

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
        ("Self-test", tables.constants(records, "TEST_")),
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


def test_table_of_documents() -> None:
    """Each key, its word and the types that have it; the sizes and the numbers of the types."""
    text = tables.section(SPEC, "Documents")
    rows = re.findall(r"^\| (\d+) \| (\w+) \| (.*?) \| (.*?) \|$", text, re.M)
    assert {name: getattr(documents, name.upper()) for _, name, _, _ in rows} == {row[1]: int(row[0]) for row in rows}
    assert {int(key): tables.types_cell(cell) for key, _, _, cell in rows} == tables.document_fields()
    named = dict(re.findall(r"(\d) (\w+)", rows[0][2]))
    assert named == {str(number): word for number, word in documents.NAMES.items()}
    assert f"at most {documents.SIZE_MAX} bytes, over a map" in text
    assert f"text, 1 to {documents.NAME_MAX} bytes" in text
    assert f"at most {documents.REVOKED_MAX} pairs" in text


def test_numbers_of_signed_requests() -> None:
    text = tables.section(SPEC, "Signed requests")
    assert f"dead {messages.NONCE_LIFE_MS:,} ms after" in text
    (opens,) = re.findall(r"Allows read pages for ([\d,]+) ms: scope (\d).*, (\d) all pages", SPEC)
    assert opens == (f"{messages.OPEN_LIFE_MS:,}", str(commands.SCOPE_ORDER), str(commands.SCOPE_ALL))
    assert '[ "ankletag command", kind, tag_id, nonce, body ]' in text


def test_signed_requests_end_alike() -> None:
    """What the table calls signed is what needs a signature, and ends in it."""
    requests = {int(key, 0): row for key, row in tables.rows(SPEC, "Requests").items()}
    told = {int(kind, 0) for kind in re.findall(r"^\| (0x\w\w) \|[^|]*\|[^|]*\| Signed\.", SPEC, re.M)}
    assert told == {kind for kind, row in requests.items() if "signature" in row[1]}
    for kind in told:
        assert messages.REQUESTS[kind][-3:] == records.SIGNED
        assert messages.REPLIES[kind][-1] == ("nonce", 8)


def test_who_may_ask_for_what() -> None:
    text = tables.section(SPEC, "Signed requests")
    assert "A station may sign every signed request, `open` with scope 1 only" in text
    assert "`open` with scope 2, `seal now` and `remove`; nothing else" in text
    order, everything = {"scope": commands.SCOPE_ORDER}, {"scope": commands.SCOPE_ALL}
    for kind, spec in messages.REQUESTS.items():
        if spec[-3:] == records.SIGNED:
            assert commands.may_station(kind, order)
            assert commands.may_station(kind, everything) == (kind != messages.OPEN)
            assert commands.may_root(kind, everything) == (kind in (messages.OPEN, messages.SEAL, messages.REMOVE))
    assert not commands.may_root(messages.OPEN, order)


def test_changes_of_trust() -> None:
    (told,) = re.findall(r"Change: (.*?)\.", SPEC)
    changes = tables.constants(records, "TRUST_")
    assert {int(number): word.split()[-1] for number, word in re.findall(r"(\d) ([\w' ]+)", told)} == changes


def test_the_parts_of_the_flash_follow_one_another() -> None:
    parts = layout.Layout(40)
    assert parts.settings_first == 0
    assert parts.keys_first == layout.SETTINGS_BLOCKS
    assert parts.trust_first == parts.keys_first + layout.KEY_BLOCKS
    assert parts.journal_first == parts.trust_first + layout.TRUST_BLOCKS
    assert parts.ring_first == parts.journal_first + layout.JOURNAL_BLOCKS
    assert parts.ring_first + parts.ring_blocks == 40
    # Each part that changes has a block to write while another is erased.
    assert min(layout.SETTINGS_BLOCKS, layout.KEY_BLOCKS, layout.TRUST_BLOCKS, layout.JOURNAL_BLOCKS) >= 2
    with pytest.raises(ValueError, match="too small"):
        layout.Layout(parts.ring_first + 5)


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
    data = frames.encode(messages.DATA, 1, b"\x11" * frames.DATA_BODY_MAX)
    assert f"that of a data frame is at most {frames.DATA_BODY_MAX:,} bytes, encoded {len(data) - 1:,}." in SPEC
    assert 4 + messages.UNIT_BYTES * max(messages.DATA_UNITS) == frames.DATA_BODY_MAX
    assert f"varint length (at most {coding.SEAL_MAX})" in SPEC
    assert f"k from 0 to {rice.K_MAX} and m" in SPEC
    assert f"1 to {coding.READING_MAX} bytes" in SPEC
    assert records.TICKS_PERIOD_MS == 2**30


def test_numbers_of_a_read_out() -> None:
    text = tables.section(SPEC, "Read-out")
    assert f"in units of {messages.UNIT_BYTES} bytes" in text
    assert (
        f"address `a` is the unit `a mod {messages.UNITS_PER_PAGE}` of page `a div {messages.UNITS_PER_PAGE}`" in text
    )
    assert messages.UNIT_BYTES * messages.UNITS_PER_PAGE == pages.PAGE_SIZE
    assert f"each with up to {messages.RANGES_MAX} ranges of units (first address u32, count u16," in text
    assert struct.calcsize(messages.RANGE) == messages.RANGE_BYTES
    assert struct.pack(messages.RANGE, 1, 2) == b"\1\0\0\0\2\0"
    *units, most = map(str, messages.DATA_UNITS)
    assert f"`units` units ({', '.join(units)} or {most})" in text
    assert f"A queue holds {messages.RANGES_KEPT} ranges" in text
    # All ranges of a request fit its field.
    assert messages.RANGES_MAX * messages.RANGE_BYTES <= 255
    assert f"up to {messages.RANGES_MAX} of (address u32, units u16)" in SPEC


def test_numbers_of_lines() -> None:
    text = tables.section(SPEC, "Lines")
    assert f"for {messages.LISTEN_MS} ms from then" in text
    assert f"Every session begins with {messages.FIRST_BAUD:,}." in text
    assert (
        f"no good frame for {messages.RATE_SILENCE_MS:,} ms at a higher rate goes back to {messages.FIRST_BAUD:,}"
        in text
    )
    assert f"{messages.FIRST_BAUD:,} up to the hello's `rate`" in SPEC
