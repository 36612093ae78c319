"""`ankletag authority show`."""

from tagproto import documents
from tagproto.documents import Document

from ..trust.holder import Authority
from ..trust.listing import newest_list
from .options import JsonOption
from .output import clock_time, emit, say
from .programme import FolderArgument, certificate_json, certificate_line


def show(folder: FolderArgument, as_json: JsonOption = False) -> None:
    """Say what the authority has certified, with the ids that `authority list` takes."""
    authority = Authority(folder)
    trusted, last = authority.trusted, newest_list(authority)
    kinds: dict[str, list[Document]] = {
        "regions": trusted.regions,
        "stations": trusted.station_documents,
        "tags": [each for found in trusted.tags.values() for each in found],
    }
    if as_json:
        emit(
            {
                "name": authority.name,
                "root": authority.root_id.hex(),
                "generation": authority.root_generation,
                "minimum": authority.minimum,
                "list_number": last.number(documents.NUMBER) if last else 0,
                **{kind: [certificate_json(each, trusted) for each in found] for kind, found in kinds.items()},
            }
        )
        return
    say(f"authority {authority.name!r}, root {authority.root_generation}: {authority.root_id.hex()}")
    if last is None:
        say("no list yet")
    else:
        made = clock_time(last.number(documents.NOT_BEFORE) * 1000)
        say(f"list {last.number(documents.NUMBER)} of {made}: certificates need generation {authority.minimum}")
    for kind, found in kinds.items():
        # A region that several roots certified is one region.
        lines = dict.fromkeys(certificate_line(each, trusted) for each in found)
        say(f"{kind}: {len({each.octets(documents.SUBJECT) for each in found})}")
        for line in lines:
            say(line)
