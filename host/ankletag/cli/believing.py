"""Options that say what who verifies knows: the authority's key, and what was written down elsewhere."""

import re
from pathlib import Path
from typing import Annotated

import typer

from tagproto import cose, documents

from ..bundle import read_bundle
from ..errors import UsageError
from ..trust.checking import public_key
from ..trust.heap import read_root
from ..verify import Witness, last_seal

AuthorityOption = Annotated[
    list[str] | None,
    typer.Option("--authority", metavar="FILE|KEY", help="The authority's root.cose, or its public key in hex."),
]
WitnessOption = Annotated[
    list[str] | None,
    typer.Option(
        "--witness",
        metavar="NUMBER:HASH|BUNDLE",
        help="A seal as it was written down (16 or more hex digits of its hash), or an earlier bundle of the tag.",
    ),
]
_DIGITS_MIN = 16


def authority_of(values: list[str] | None) -> tuple[bytes, ...]:
    """Points, 33 bytes each. Raises UsageError for what is neither a root's document nor a key."""
    return tuple(_point(value) for value in values or ())


def _point(value: str) -> bytes:
    path = Path(value)
    if path.exists():
        return read_root(path).octets(documents.KEY)
    text = "".join(value.split()).lower()
    action = "Name the authority's root.cose, or its public key: 66 hex digits that begin with 02 or 03."
    if not re.fullmatch(f"[0-9a-f]{{{2 * cose.POINT_SIZE}}}", text):
        raise UsageError(f"--authority {value} is neither a file nor a key.", action)
    point = bytes.fromhex(text)
    if public_key(point) is None:
        raise UsageError(f"--authority {value} is no key: the curve P-256 has no such point.", action)
    return point


def witnesses_of(values: list[str] | None, tag_id: bytes | None = None) -> tuple[Witness, ...]:
    """What was written down elsewhere. tag_id: of the tag that is looked at. Raises UsageError."""
    return tuple(_witness(value, tag_id) for value in values or ())


def _witness(value: str, tag_id: bytes | None) -> Witness:
    if Path(value).exists():
        return _last_of(Path(value), tag_id)
    number, _, text = value.partition(":")
    digits = "".join(text.split()).lower()
    whole = re.fullmatch(r"[0-9]{1,10}", number.strip()) and re.fullmatch("([0-9a-f]{2}){8,32}", digits)
    if not whole or int(number) >= 1 << 32:
        raise UsageError(
            f"--witness {value} is neither a file nor a seal's number and hash.",
            f"Give it as it is written down: the number, a colon, {_DIGITS_MIN} or more hex digits.",
        )
    return Witness(int(number), bytes.fromhex(digits))


def _last_of(path: Path, tag_id: bytes | None) -> Witness:
    bundle = read_bundle(path)
    action = "Name an earlier bundle of the same tag."
    if tag_id is not None and bundle.manifest.tag_id != tag_id:
        raise UsageError(f"{path} is of tag {bundle.manifest.tag_id.hex()}, not of tag {tag_id.hex()}.", action)
    seal = last_seal(bundle.pages, bundle.manifest.tag_id)
    if seal is None:
        raise UsageError(f"{path} holds no seal of its tag.", action)
    return Witness(seal.number, seal.hash)
