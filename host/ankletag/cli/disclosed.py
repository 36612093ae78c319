"""What `ankletag verify` says of a record that was disclosed alone, and of a file that is refused."""

from pathlib import Path

import typer

from tagproto import records
from tagproto.records import Record

from ..disclose import Disclosed, check_disclosure, read_disclosure
from ..errors import EvidenceRefused, Exit
from ..models import AGAINST, Finding, config_of, readable
from ..verify import Given, Verified
from ..verify.certified import certified_by
from ..words import article
from .believing import witnesses_of
from .output import JsonValue, emit, finding_document, finding_line, say, span_document, span_words


def is_disclosure(path: Path) -> bool:
    """Whether a file begins as a disclosure does. One that cannot be read is left to who reads bundles."""
    try:
        with path.open("rb") as file:
            return file.read(1) == b"{"
    except OSError:
        return False


def damaged_document(error: EvidenceRefused) -> dict[str, JsonValue]:
    """For JSON: evidence that is refused as a whole."""
    finding = Finding("bundle-damaged", AGAINST, None, None, error.cause)
    return {"held": False, "certified": False, "next": error.action, "findings": [finding_document(finding)]}


def certification(verified: Verified) -> str:
    """By whom the tag is certified, for people."""
    who = certified_by(verified)
    if who is None:
        return "NOT CERTIFIED: no certificate for this tag holds"
    if not verified.trusted.given:
        return f"by {who}; AUTHORITY NOT CHECKED: give its key with --authority"
    return f"by {who}, whose key was given"


def verify_disclosure(path: Path, authority: tuple[bytes, ...], witness: list[str] | None, as_json: bool) -> None:
    """Check a disclosed record and say what held."""
    try:
        disclosure = read_disclosure(path)
    except EvidenceRefused as error:
        if not as_json:
            raise
        emit(damaged_document(error))
        raise typer.Exit(error.exit_code) from error
    given = Given(authority, witnesses=witnesses_of(witness, disclosure.tag_id))
    checked = check_disclosure(disclosure, given)
    if as_json:
        emit(_document(checked))
    else:
        _tell(path, checked)
    if checked.verified.against:
        raise typer.Exit(Exit.FINDINGS)


def shown_values(record: Record, config: Record | None) -> dict[str, JsonValue]:
    """The fields of a record; of a reading also what its codes mean under a configuration."""
    values = record.values()
    if not isinstance(values, dict):
        return {}
    shown: dict[str, JsonValue] = {
        name: value if isinstance(value, int) else readable(value) if name == "text" else value.hex()
        for name, value in values.items()
    }
    found = config_of(config) if config is not None else None
    if record.kind == records.READING and found is not None:
        calibration = found.calibration
        numbers = [value for value in values.values() if isinstance(value, int)]
        flags, cell, temp, prox = numbers
        shown["tac_ug_dl"] = calibration.tac_ug_dl(cell, None if flags & records.FLAG_NO_TEMP else temp)
        shown["temp_mdeg_c"] = calibration.temp_mdeg_c(temp)
        shown["ir_mv"] = calibration.ir_mv(prox)
    return shown


def _document(checked: Disclosed) -> dict[str, JsonValue]:
    verified, record = checked.verified, checked.record
    return {
        "tag": verified.tag_id.hex(),
        "certified": verified.certified,
        "certified_by": certified_by(verified),
        "held": checked.proven,
        "record": record.number if record else None,
        "kind": records.name(record.kind) if record else None,
        "values": shown_values(record, checked.config) if record else {},
        "config_record": checked.config.number if checked.config else None,
        "utc": span_document(checked.span),
        "seals": len(verified.windows),
        "findings": [finding_document(finding) for finding in verified.findings],
    }


def _tell(path: Path, checked: Disclosed) -> None:
    verified, record = checked.verified, checked.record
    say(f"{path}: one record of a tag")
    say(f"  tag           {verified.tag_id.hex()}")
    say(f"  certified     {certification(verified)}")
    if record is not None:
        say(f"  record        {record.number}, {article(records.name(record.kind))}")
        say(f"  time          {span_words(checked.span)}")
        for name, value in shown_values(record, checked.config).items():
            say(f"  {name:13} {value}")
        if checked.config is not None and checked.config is not record:
            say(f"  configuration of record {checked.config.number}; that none came between is not shown")
    say(f"  seals         {len(verified.windows)}")
    say()
    if checked.proven:
        say("HOLDS: the record is one that the tag sealed, unchanged. Nothing is shown of the records beside it.")
    else:
        say("DOES NOT HOLD:")
    for finding in verified.findings:
        say(finding_line(finding))
