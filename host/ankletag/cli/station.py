"""`ankletag station ...`: this computer's key, and what the authority sent for it."""

from pathlib import Path
from typing import Annotated

import typer

from tagproto import documents

from ..errors import UsageError
from ..trust.certifying import add_station
from ..trust.enrolment import Answer, Request, check_name, read_answer, write_request
from ..trust.files import is_there
from ..trust.holder import Authority
from ..trust.identity import KEY, ROOT, Identity, default_folder, load_identity
from ..trust.joining import add as take
from ..trust.joining import install as take_answer
from ..trust.keyfile import read_or_make_key
from .options import ClockOption, JsonOption, StationOption
from .output import JsonValue, emit, note, say
from .programme import YearsOption, certificate_line, document_words, lasting_s, now_s, plain_file_name


def enrol(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The station's name, as courts will read it.")],
    authority: Annotated[
        Path | None, typer.Option("--authority", metavar="DIR", help="The authority's folder, if it is at hand.")
    ] = None,
    region: Annotated[str | None, typer.Option("--region", metavar="NAME", help="The region that certifies.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="The request file.")] = None,
    years: YearsOption = 3,
    station: StationOption = None,
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make this station's key, and have it certified: at once, or by a request file that goes to the authority."""
    name = check_name(name)
    folder = station or default_folder()
    if (authority is None) != (region is None):
        raise UsageError("--authority and --region go together.", "Give both, or neither to write a request file.")
    holder = Authority(authority) if authority is not None else None
    # What the authority would refuse is found out before there is a key.
    if holder is not None and region is not None:
        holder.region_key(region)
    key = read_or_make_key(folder / KEY)
    if holder is None or region is None:
        request = out or Path(f"{plain_file_name(name)}.request.json")
        write_request(request, name, key)
        if as_json:
            emit({"enrolled": False, "id": key.key_id.hex(), "request": str(request), "folder": str(folder)})
            return
        say(f"the key of this station is in {folder}: {key.key_id.hex()}")
        say(f"  send {request} to the authority; it is not secret")
        say("  then, with its answer: ankletag station install ANSWER")
        return
    add_station(holder, region, Request(name, key.point), now_s(clock), lasting_s(years))
    identity = take_answer(folder, Answer(holder.root, holder.for_stations()))
    if as_json:
        emit({"enrolled": True, **_identity_json(identity, folder)})
    else:
        _say_identity(identity, folder)


def install(
    answer: Annotated[Path, typer.Argument(metavar="ANSWER", help="The answer file that the authority sent.")],
    root: Annotated[
        str | None, typer.Option("--root", metavar="ID", help="The root's id, as the authority told it to you.")
    ] = None,
    station: StationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the authority's answer: this station may work from then on."""
    folder = station or default_folder()
    first = not is_there(folder / ROOT)
    identity = take_answer(folder, read_answer(answer), root)
    if as_json:
        emit({"enrolled": True, **_identity_json(identity, folder)})
        return
    _say_identity(identity, folder)
    if first and root is None:
        note("Compare the root's id with the one that the authority told you, on another way than the answer came.")


def add(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Documents (*.cose), or a folder of them such as `issued`.")
    ],
    station: StationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take newer documents of the authority: lists, roots, certificates of other stations."""
    identity, new = take(station or default_folder(), files)
    names = [document_words(each) for each in new]
    if as_json:
        emit({"new": names, "list_number": identity.list_number})
        return
    say(f"{len(new)} new: {', '.join(names)}" if new else "nothing new: this station had all that")
    say(f"  the newest list is number {identity.list_number}" if identity.list_number else "  no list yet")


def show(station: StationOption = None, as_json: JsonOption = False) -> None:
    """Say who this station is, and until when it is certified."""
    folder = station or default_folder()
    identity = load_identity(folder)
    if as_json:
        emit(_identity_json(identity, folder))
    else:
        _say_identity(identity, folder)


def _identity_json(identity: Identity, folder: Path) -> dict[str, JsonValue]:
    held = identity.trusted.stations[identity.key.key_id]
    return {
        "name": identity.name,
        "id": identity.key.key_id.hex(),
        "regions": list(held.regions),
        "generation": held.generation,
        "revoked": held.revoked_s is not None,
        "roots": sorted(root.hex() for root in identity.trusted.roots),
        "list_number": identity.list_number,
        "folder": str(folder),
    }


def _say_identity(identity: Identity, folder: Path) -> None:
    held = identity.trusted.stations[identity.key.key_id]
    root = identity.trusted.root_documents[0].name
    say(f"station {identity.name!r} of {', '.join(held.regions)}, authority {root!r}; its key is in {folder}")
    for each in identity.trusted.station_documents:
        if each.octets(documents.SUBJECT) == identity.key.key_id:
            say(certificate_line(each, identity.trusted))
    say(f"  root {', '.join(sorted(each.hex() for each in identity.trusted.roots))}")
    if identity.list_number:
        say(f"  newest list: {identity.list_number}")
    if held.revoked_s is not None:
        note("WARNING: this station was revoked; no tag obeys it. Enrol it anew, in an empty folder.")
