"""`ankletag authority ...`: the programme's keys, and what they certify."""

from pathlib import Path
from typing import Annotated

import typer

from tagproto import documents

from ..errors import UsageError
from ..trust.certifying import add_region, add_station
from ..trust.copies import take_in
from ..trust.enrolment import Request, read_request, write_answer
from ..trust.files import is_there
from ..trust.heap import file_name
from ..trust.holder import ISSUED, Authority, found_authority
from ..trust.listing import add_list
from ..trust.rotation import rotate as make_next_root
from .options import ClockOption, JsonOption
from .output import clock_time, emit, say
from .programme import (
    FolderArgument,
    RegionOption,
    YearsOption,
    document_words,
    lasting_s,
    now_s,
    parse_moment,
    plain_file_name,
)


def init(
    folder: FolderArgument,
    name: Annotated[str, typer.Option("--name", help="The programme's name, as certificates carry it.")],
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Found a programme: make its root key. Done once, on a computer that stays offline."""
    authority, made = found_authority(folder, name, now_s(clock))
    if as_json:
        emit({"made": made, "name": authority.name, "root": authority.root_id.hex(), "folder": str(folder)})
        return
    say(f"{'made' if made else 'there already'}: the authority {authority.name!r}, root {authority.root_id.hex()}")
    say(f"  {folder / 'keys'} holds its private key: copy it to a safe place, show it to nobody")
    say(f"  {folder / 'root.cose'} is public: whoever verifies evidence needs it")


def region(
    folder: FolderArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The region's name.")],
    years: YearsOption = 10,
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Certify a region, which then certifies stations and tags; asked again, renew it where it needs that."""
    authority = Authority(folder)
    document, made = add_region(authority, name, now_s(clock), lasting_s(years))
    if as_json:
        emit({"made": made, "name": document.name, "id": document.octets(documents.SUBJECT).hex()})
        return
    say(f"{'certified' if made else 'certified already'}: the region {document.name!r}")
    say(f"  its private key is {authority.region_key_path(document.name)}")


def certify(
    folder: FolderArgument,
    request: Annotated[
        str,
        typer.Argument(metavar="REQUEST", help="A station's request file; or the id of a station to certify again."),
    ],
    region: RegionOption,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The answer file; by default beside the request.")
    ] = None,
    years: YearsOption = 3,
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Certify a station that asks for it, and write the answer that it installs."""
    authority = Authority(folder)
    wanted, beside = _asked(authority, request)
    document, made = add_station(authority, region, wanted, now_s(clock), lasting_s(years))
    answer = out or beside / f"{plain_file_name(wanted.name)}.answer.json"
    write_answer(answer, authority.root.encoded, [each.encoded for each in authority.for_stations()])
    subject = document.octets(documents.SUBJECT).hex()
    if as_json:
        emit({"made": made, "name": document.name, "id": subject, "answer": str(answer)})
        return
    say(f"{'certified' if made else 'certified already'}: the station {document.name!r}, {subject}")
    say(f"  {answer} goes to the station, which runs: ankletag station install {answer.name}")


def _asked(authority: Authority, request: str) -> tuple[Request, Path]:
    """What is to be certified, and the folder for the answer."""
    path = Path(request)
    if not is_there(path):
        known = [
            each
            for each in authority.trusted.station_documents
            if each.octets(documents.SUBJECT).hex() == request.strip().lower()
        ]
        if known:
            return Request(known[-1].name, known[-1].octets(documents.KEY)), Path()
    return read_request(path), path.parent


def revoke(
    folder: FolderArgument,
    minimum: Annotated[
        int | None,
        typer.Option("--minimum", min=1, max=0xFFFFFFFF, help="The generation that certificates need from now on."),
    ] = None,
    revoked: Annotated[
        list[str] | None,
        typer.Option("--revoke", metavar="ID[@TIME]", help="Counts for nothing from then on (now, if no time)."),
    ] = None,
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the next list: whose certificates count for nothing any more (a lost laptop, a stolen key)."""
    authority = Authority(folder)
    now = now_s(clock)
    if minimum is None and not revoked:
        raise UsageError("Nothing to put on a list.", "Name an id with --revoke, or a generation with --minimum.")
    document, made = add_list(authority, minimum, dict(_since(each, now) for each in revoked or []), now)
    number, path = document.number(documents.NUMBER), folder / ISSUED / file_name(document)
    again = [
        each
        for each in authority.trusted.stations.values()
        if each.generation < authority.minimum and each.revoked_s is None
    ]
    if as_json:
        emit(
            {
                "made": made,
                "number": number,
                "minimum": document.number(documents.MINIMUM),
                "revoked": {subject.hex(): since for subject, since in document.revoked.items()},
                "file": str(path),
                "certify_again": [each.key_id.hex() for each in again],
            }
        )
        return
    say(f"{'made' if made else 'the last list says that already:'} list {number}: {path}")
    say(f"  certificates need generation {document.number(documents.MINIMUM)}")
    for subject, since_s in document.revoked.items():
        say(f"  {subject.hex()} counts for nothing from {clock_time(since_s * 1000)} on")
    say(f"  give it to every station: ankletag station add {path.name}; tags learn of it at their next read-out")
    for each in again:
        say(
            f"  {each.name} has to be certified again: ankletag authority certify {folder} {each.key_id.hex()} --region"
        )


def _since(text: str, now: int) -> tuple[bytes, int]:
    """An id and a time, of ID or ID@TIME. Raises UsageError."""
    subject, at, moment = text.partition("@")
    try:
        found = bytes.fromhex(subject.strip())
    except ValueError:
        found = b""
    if len(found) != 8:
        raise UsageError(f"{subject!r} is no id.", "Take the 16 hex digits that `ankletag authority show` lists.")
    return found, parse_moment(moment) if at else now


def add(
    folder: FolderArgument,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Documents (*.cose), or a copy's folder `issued`.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Take in what another copy of this folder issued: of a regional office, or of the one with the root's key."""
    before = Authority(folder)
    authority, new = take_in(before, files)
    followed = authority.root_id != before.root_id
    if as_json:
        emit({"new": [document_words(each) for each in new], "root": authority.root_id.hex(), "new_root": followed})
        return
    say(f"{len(new)} new: {', '.join(document_words(each) for each in new)}" if new else "nothing new")
    if followed:
        say(f"  root {authority.root_generation} is in force: {authority.root_id.hex()}")


def rotate(folder: FolderArgument, clock: ClockOption = None, as_json: JsonOption = False) -> None:
    """Put a new root key in the place of the old one; each certifies the other. Finishes a rotation that was cut."""
    authority = Authority(folder)
    before = authority.root_id
    document = make_next_root(authority, now_s(clock))
    subject = document.octets(documents.SUBJECT).hex()
    generation = document.number(documents.GENERATION)
    if as_json:
        emit({"root": subject, "generation": generation, "before": before.hex()})
        return
    say(f"root {generation} of {document.name!r} is in force: {subject}; before it: {before.hex()}")
    say(f"  copy {authority.key_path(generation)} to a safe place")
    say(f"  give {folder / ISSUED} to every station: ankletag station add {ISSUED}")
    say("  a station takes it to each tag at the next read-out; either root verifies all evidence")
