"""What the commands for keys and certificates share: options, times, and how a document is shown."""

from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer

from tagproto import documents
from tagproto.documents import Document

from ..errors import UsageError
from ..models import calibration_words
from ..stationclock import read_clock
from ..trust.chains import Trusted
from ..trust.holder import YEAR_S
from .output import JsonValue, clock_time, iso

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The authority's folder.", show_default=False)]
AuthorityOption = Annotated[Path, typer.Option("--authority", metavar="DIR", help="The authority's folder.")]
RegionOption = Annotated[str, typer.Option("--region", metavar="NAME", help="The region that certifies.")]
YearsOption = Annotated[int, typer.Option("--years", min=1, max=30, help="How long the certificate is good for.")]


def now_s(clock: Path | None) -> int:
    """Seconds since 1970-01-01 UTC."""
    return read_clock(clock).now_ms() // 1000


def lasting_s(years: int) -> int:
    """Seconds of so many years."""
    return years * YEAR_S


def parse_moment(text: str) -> int:
    """Seconds since 1970-01-01 UTC of an ISO 8601 time; UTC where it names no zone. Raises UsageError."""
    try:
        moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        raise UsageError(f"{text!r} is no time.", "Write it like 2026-01-31T14:30:00Z.") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    seconds = int(moment.timestamp())
    if seconds < 0:
        raise UsageError(f"{text!r} is before 1970.", "Write it like 2026-01-31T14:30:00Z.")
    return seconds


def plain_file_name(name: str) -> str:
    """A name as part of a file's name on every system."""
    return "".join(char if char.isalnum() and char.isascii() else "-" for char in name).strip("-") or "station"


def document_words(document: Document) -> str:
    """A document in a few words: region North, list 3."""
    if document.type == documents.LIST:
        return f"list {document.number(documents.NUMBER)}"
    if document.type == documents.TAG:
        return f"tag {document.octets(documents.SUBJECT).hex()}"
    return f"{documents.NAMES[document.type]} {document.name}"


def certificate_json(document: Document, trusted: Trusted) -> dict[str, JsonValue]:
    """A certificate for JSON."""
    found: dict[str, JsonValue] = {
        "id": document.octets(documents.SUBJECT).hex(),
        "issuer": document.octets(documents.ISSUER).hex(),
        "generation": document.number(documents.GENERATION),
        "not_before": iso(document.number(documents.NOT_BEFORE) * 1000),
        "not_after": iso(document.number(documents.NOT_AFTER) * 1000),
        "revoked": iso(_ms(trusted.revoked_s(document.octets(documents.SUBJECT)))),
    }
    if document.type == documents.TAG:
        return {**found, "calibration": calibration_words(document.octets(documents.CALIBRATION))}
    return {"name": document.name, **found}


def certificate_line(document: Document, trusted: Trusted) -> str:
    """A certificate for people: id, name, until when, and whether it was revoked."""
    subject = document.octets(documents.SUBJECT)
    name = f" {document.name}" if document.name else ""
    until = clock_time(document.number(documents.NOT_AFTER) * 1000)[:10]
    revoked = _ms(trusted.revoked_s(subject))
    end = f", REVOKED from {clock_time(revoked)} on" if revoked is not None else ""
    return f"  {subject.hex()}{name}, generation {document.number(documents.GENERATION)}, until {until}{end}"


def _ms(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1000
