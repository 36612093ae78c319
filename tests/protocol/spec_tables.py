"""What the tables of protocol/SPEC.md must say, out of the code, and what they do say."""

import re
from pathlib import Path

from tagproto import documents, messages, records

Spec = tuple[tuple[str, str | int], ...]
_TYPES = {"B": "u8", "H": "u16", "I": "u32", "Q": "u64", "b": "i8", "h": "i16", "i": "i32", "q": "i64"}
_SIZES = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "i8": 1, "i16": 2, "i32": 4, "i64": 8}
_ROW = re.compile(r"^\| (0x[0-9a-f]{2,4}|\d+) \| ([^|]+?) \| ([^|]*?) \|(?: ([^|]*?) \|)?$", re.MULTILINE)


def fields_cell(spec: Spec) -> str:
    """'0 count u32, 4 order_id 16 B, 20 text v': each field with its offset in the body."""
    offset = 0
    parts = []
    for name, code in spec:
        kind = f"{code} B" if isinstance(code, int) else _TYPES.get(code, code)
        parts.append(f"{offset} {name} {kind}")
        offset += code if isinstance(code, int) else _SIZES.get(kind, 0)
    return ", ".join(parts) or "none"


def kinds_of_record() -> dict[str, tuple[str, str]]:
    return {f"0x{kind:02x}": (name, fields_cell(spec)) for kind, (name, spec) in records.KINDS.items()}


def requests() -> dict[str, tuple[str, str]]:
    return {f"0x{kind:02x}": (messages.NAMES[kind], fields_cell(spec)) for kind, spec in messages.REQUESTS.items()}


def replies() -> dict[str, tuple[str, str]]:
    found = {
        f"0x{kind | messages.REPLY:02x}": (messages.NAMES[kind], fields_cell(spec))
        for kind, spec in messages.REPLIES.items()
    }
    found[f"0x{messages.DATA:02x}"] = ("data", fields_cell(messages.DATA_SPEC))
    found[f"0x{messages.ERROR:02x}"] = ("error", fields_cell(messages.ERROR_SPEC))
    return found


def section(text: str, heading: str) -> str:
    """The text under a heading, up to the next one of any level."""
    match = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
    assert match, f"SPEC.md has no heading {heading!r}"
    return match[1]


def rows(text: str, heading: str) -> dict[str, tuple[str, str]]:
    """First column -> second and third, of the tables under a heading."""
    return {match[1]: (match[2], match[3]) for match in _ROW.finditer(section(text, heading))}


def constants(module: object, prefix: str) -> dict[int, str]:
    """Value -> the words of a constant's name, for the constants with a prefix."""
    return {
        value: name.removeprefix(prefix).lower().replace("_", " ")
        for name, value in vars(module).items()
        if name.startswith(prefix) and isinstance(value, int)
    }


def reasons_in_code(folder: Path) -> set[str]:
    """Every reason that a Bad is made with."""
    found = set()
    for path in folder.glob("*.py"):
        found |= set(re.findall(r'Bad\("(\w+)"', path.read_text(encoding="utf-8")))
    return found


def document_fields() -> dict[int, set[int]]:
    """Key of the payload -> the types of document that have it."""
    keys = {key for fields in documents.FIELDS.values() for key in fields}
    found = {key: {kind for kind, fields in documents.FIELDS.items() if key in fields} for key in keys}
    return {documents.TYPE: set(documents.FIELDS), **found}


def types_cell(cell: str) -> set[int]:
    """The types that 'all', '1 to 4' or '2, 3, 4' stand for."""
    if cell == "all":
        return set(documents.NAMES)
    if span := re.fullmatch(r"(\d) to (\d)", cell):
        return set(range(int(span[1]), int(span[2]) + 1))
    return {int(part) for part in cell.split(", ")}
