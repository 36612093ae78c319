"""`ankletag provision`."""

from typing import Annotated

import typer

from tagproto import documents

from ..client import octets
from ..models import calibration_words
from ..provisioning import Wish
from ..provisioning import provision as run
from ..trust.holder import Authority
from .link import open_client, open_store
from .options import ClockOption, JsonOption, PortOption, StoreOption, TagOption
from .output import clock_time, emit, iso, say, working
from .programme import AuthorityOption, RegionOption, YearsOption, lasting_s, now_s


def provision(
    authority: AuthorityOption,
    region: RegionOption,
    port: PortOption = None,
    tag: TagOption = None,
    years: YearsOption = 3,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Certify a tag again that was erased and has another key now.")
    ] = False,
    store: StoreOption = None,
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a new tag one of this programme's: it takes the root, and its own key is certified."""
    holder = Authority(authority)
    holder.region_key(region)
    with open_store(store, create=True) as opened, open_client(port, tag) as client:
        with working("certifying the tag"):
            # Behind the tag's first answer: its emulator has written the clock file by then.
            tag_id = octets(client.hello(), "tag_id")
            now = now_s(clock)
            result = run(client, holder, Wish(region, now, lasting_s(years), new_key))
        opened.see_tag(tag_id, now * 1000)
        opened.add_documents(result.documents)
    words = calibration_words(result.certificate.octets(documents.CALIBRATION))
    ends_ms = result.certificate.number(documents.NOT_AFTER) * 1000
    if as_json:
        emit(
            {
                "made": result.made,
                "tag": result.tag_id.hex(),
                "key": result.key_id.hex(),
                "region": region,
                "calibration": words,
                "not_after": iso(ends_ms),
            }
        )
        return
    say(f"tag {result.tag_id.hex()}, key {result.key_id.hex()}")
    done = "certified" if result.made else "had its certificate already"
    say(f"  {done}: region {region!r}, calibration {words}, until {clock_time(ends_ms)[:10]}")
    say(f"  it obeys the stations of {holder.name!r} from now on")
