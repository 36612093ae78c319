"""`ankletag disclose`."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from ..bundle import write_bundle
from ..disclose import disclose as make
from .believing import AuthorityOption, authority_of
from .evidence import load
from .options import BundleArgument, JsonOption, StoreOption, TagOption
from .output import emit, say


def disclose(
    record: Annotated[int, typer.Option("--record", metavar="N", min=0, help="The record's number.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the record and its proof go.")],
    bundle: BundleArgument = None,
    tag: TagOption = None,
    store: StoreOption = None,
    authority: AuthorityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one record alone, with the proof that the tag sealed it, and nothing of the records beside it."""
    evidence = load(bundle, store, tag, authority_of(authority))
    found = make(evidence.verified, evidence.public_key, evidence.documents, record)
    write_bundle(out, found.encode())
    beside = len(found.records) - 1
    if as_json:
        emit({"disclosure": str(out), "record": record, "beside": beside, "seals": len(found.seals)})
    else:
        say(f"record {record}  {out}")
        say(f"beside it {beside} records that give it time and meaning, no other reading; {len(found.seals)} seals")
        say(f"check it  ankletag verify {shlex.quote(str(out))} --authority ROOT.COSE")
