"""What a station may state in an attestation or a receipt: the tag keeps it in one record, which ends at 255 bytes."""

from tagproto import records

from .errors import UsageError

_BODY_MAX = 255


def statement_max(kind: int) -> int:
    """Bytes of a statement that a record of this kind has room for: 226 in an ATTESTATION, 206 in a RECEIPT."""
    fields = records.KINDS[kind][1]
    empty: dict[str, int | bytes] = {
        name: bytes(code) if isinstance(code, int) else b"" if code == "v" else 0 for name, code in fields
    }
    return _BODY_MAX - len(records.body(kind, empty))


def checked(kind: int, statement: bytes) -> bytes:
    """The statement, if a record of this kind has room for it. Raises UsageError."""
    most = statement_max(kind)
    if len(statement) > most:
        raise UsageError(
            f"A statement of {len(statement)} bytes does not fit: a {records.name(kind)} record has room for {most}.",
            "Give a shorter one; the tag was not asked.",
        )
    return statement
