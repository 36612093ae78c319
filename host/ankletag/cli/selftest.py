"""`ankletag selftest`."""

import typer

from tagproto import records

from ..client import number
from ..errors import Exit
from ..selftest import TESTS, names
from .link import talking
from .options import ClockOption, JsonOption, PortOption, StationOption, StoreOption, TagOption
from .output import emit, note, say, working


def selftest(
    port: PortOption = None,
    tag: TagOption = None,
    store: StoreOption = None,
    clock: ClockOption = None,
    station: StationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have the tag test itself; it records and seals what it found, and the next read-out brings that here."""
    with talking(port, tag, store, clock, station) as session, working("the tag tests itself"):
        session.client.introduce()
        reply = session.client.self_test()
    ran, failed = number(reply, "ran"), number(reply, "failed")
    if as_json:
        sealed = {"record": number(reply, "number"), "seal": number(reply, "seal_number")}
        emit({**sealed, "ran": list(names(ran)), "failed": list(names(failed))})
    else:
        for bit, name in TESTS.items():
            say(f"{name:26} {'FAILED' if failed & bit else 'good' if ran & bit else 'not tried'}")
        say(f"record {number(reply, 'number')}, seal {number(reply, 'seal_number')}")
    if failed:
        warn_of(failed)
        raise typer.Exit(Exit.SELF_TEST)


def warn_of(failed: int) -> None:
    """Loudly, what of a self-test failed."""
    advice = "Do not fit this tag, exchange it where it is fitted, and keep it for repair."
    if failed == records.TEST_BATTERY:
        advice = "Change the battery, and test again."
    note(f"WARNING: the tag's self-test FAILED: {', '.join(names(failed))}. {advice}")
