"""`ankletag authority read` and `remove`: breaking the glass, signed with the root's key."""

from typing import Annotated

import typer

from ..breakglass import break_off, read_out
from ..fitting import REASONS
from ..sync import Synced
from ..trust.holder import Authority
from .link import talking_as
from .options import ClockOption, JsonOption, PortOption, StoreOption, TagOption
from .output import emit, progress, say
from .programme import FolderArgument
from .remove import Reason


def read(
    folder: FolderArgument,
    port: PortOption = None,
    tag: TagOption = None,
    store: StoreOption = None,
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read all that a tag holds, earlier orders too, as the authority. The tag records that it was done."""
    signer = Authority(folder).signer()
    with talking_as(signer, port, tag, store, clock) as session, progress("reading pages") as bar:
        result = read_out(session.client, session.store, session.clock, bar)
    _tell(result, as_json)


def remove(
    folder: FolderArgument,
    port: PortOption = None,
    tag: TagOption = None,
    reason: Annotated[Reason, typer.Option("--reason", help="Why the fitting ends.")] = Reason.OTHER,
    store: StoreOption = None,
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a fitting as the authority, where no station of the programme can; reads the tag out."""
    signer = Authority(folder).signer()
    with talking_as(signer, port, tag, store, clock) as session, progress("reading pages") as bar:
        result = break_off(session.client, session.store, session.clock, REASONS[reason.value], bar)
    if not as_json:
        say("removed: the tag takes no more readings; the wearer is NOT MONITORED until the next fitting")
    _tell(result, as_json)


def _tell(result: Synced, as_json: bool) -> None:
    if as_json:
        document = {"tag": result.tag_id.hex(), "fitted": result.fitted, "pages": result.pages}
        emit({**document, "new_pages": result.new_pages, "absent_pages": list(result.absent)})
        return
    say(f"tag {result.tag_id.hex()}: {result.new_pages} new pages, {result.pages} in all, seal {result.seal_number}")
    say("  nothing was acknowledged: the tag keeps it for its station; `ankletag verify` says what it is worth")
