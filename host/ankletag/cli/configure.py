"""`ankletag configure`."""

import dataclasses

from ..client import number
from ..fitting import configure as run
from ..models import Pace
from .link import talking
from .options import ClockOption, JsonOption, PortOption, StationOption, StoreOption, TagOption
from .output import emit, progress, say
from .pacing import CadenceOption, FixesOption, ProfileOption, SealOption, changed_pace, pace_document, pace_words
from .synced import leave, say_synced, synced_document, verified_again


def configure(
    profile: ProfileOption = None,
    cadence: CadenceOption = None,
    seal: SealOption = None,
    fixes: FixesOption = None,
    port: PortOption = None,
    tag: TagOption = None,
    store: StoreOption = None,
    clock: ClockOption = None,
    station: StationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change how a fitted tag samples, seals and takes fixes. Reads the tag out."""
    with talking(port, tag, store, clock, station) as session, progress("reading pages") as bar:
        before = session.client.status()
        was = Pace(*(number(before, field.name) for field in dataclasses.fields(Pace)))
        pace = changed_pace((was.profile, was.fix_interval_s), profile, cadence, seal, fixes)
        result = run(session.client, session.store, session.clock, pace, bar)
        root = session.client.signer.root_point
    evidence = verified_again(result, store, root)
    if as_json:
        document = {**synced_document(result, evidence), **pace_document(pace)}
        emit({**document, "cadence_before_s": was.cadence_s, "seal_interval_before_s": was.seal_interval_s})
    else:
        say(f"before: {pace_words(was)}")
        say(f"now:    {pace_words(pace)}")
        say_synced(result, evidence)
    leave(result, evidence)
