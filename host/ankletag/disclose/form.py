"""A disclosure as a file: canonical JSON, as the manifest of a bundle is (SPEC.md, Disclosure)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from ..errors import EvidenceRefused, UsageError

FORMAT = "ankletag-disclosure"
VERSION = 1
# Twice the seals of the longest order, in hexadecimal.
SIZE_MAX = 8 << 20
_OTHER_COPY = "Ask for another copy: nothing in this one is believed."


@dataclass(frozen=True, slots=True)
class Shown:
    """A record, 13 bytes of header and its body; its own salt, 32 bytes; and its place: the number of the seal, the
    index in that seal's window, and the hashes of its inclusion proof."""

    record: bytes
    salt: bytes
    seal: int
    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """records: the one that is disclosed first, then what gives it time and meaning."""

    tag_id: bytes
    public_key: bytes | None
    documents: tuple[bytes, ...]
    seals: tuple[bytes, ...]
    records: tuple[Shown, ...]

    def encode(self) -> bytes:
        """Keys sorted, two spaces, ASCII, one line feed at the end."""
        content = {
            "documents": [raw.hex() for raw in self.documents],
            "format": FORMAT,
            "public_key": self.public_key.hex() if self.public_key is not None else None,
            "records": [
                {
                    "index": shown.index,
                    "path": [beside.hex() for beside in shown.path],
                    "record": shown.record.hex(),
                    "salt": shown.salt.hex(),
                    "seal": shown.seal,
                }
                for shown in self.records
            ],
            "seals": [raw.hex() for raw in self.seals],
            "tag_id": self.tag_id.hex(),
            "version": VERSION,
        }
        return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode("ascii")


def decode(data: bytes) -> Disclosure | str:
    """The disclosure, or what is wrong with the file in a few words. What it says is checked elsewhere."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return "it is not JSON"
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        return "it does not disclose a record"
    if content.get("version") != VERSION:
        return f"it is of disclosure format version {content.get('version')!r}; this program knows version {VERSION}"
    try:
        key = content["public_key"]
        found = Disclosure(
            bytes.fromhex(content["tag_id"]),
            None if key is None else bytes.fromhex(key),
            _all_hex(content["documents"]),
            _all_hex(content["seals"]),
            tuple(
                Shown(
                    bytes.fromhex(shown["record"]),
                    bytes.fromhex(shown["salt"]),
                    int(shown["seal"]),
                    int(shown["index"]),
                    _all_hex(shown["path"]),
                )
                for shown in content["records"]
            ),
        )
        canonical = found.encode() == data
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        return "it lacks a field, or holds one of the wrong kind"
    sizes = len(found.tag_id) == 8 and (found.public_key is None or _is_point(found.public_key)) and bool(found.records)
    ascending = list(found.documents) == sorted(set(found.documents))
    lengths = {len(beside) for shown in found.records for beside in (shown.salt, *shown.path)}
    return found if canonical and sizes and ascending and lengths <= {32} else "it is not in its canonical form"


def _is_point(key: bytes) -> bool:
    """Whether 64 bytes, x then y, are a point of P-256: certificates name x and one bit of y, so nothing else would
    show that y was changed."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\4" + key)
    except ValueError:
        return False
    return True


def _all_hex(values: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(value) for value in values)


def read_disclosure(path: Path) -> Disclosure:
    """The disclosure in a file. Raises UsageError when it cannot be read, EvidenceRefused when it is not what a writer
    left."""
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_MAX + 1)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", "Name the file of `ankletag disclose`."
        ) from error
    if len(data) > SIZE_MAX:
        raise EvidenceRefused(f"{path} is too long to be one disclosed record.", _OTHER_COPY)
    found = decode(data)
    if isinstance(found, str):
        raise EvidenceRefused(f"{path}: {found}.", _OTHER_COPY)
    return found
