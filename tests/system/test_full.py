"""A tag that nobody read out until its log was full: the commands of every day read it out, and clear it."""

from pathlib import Path

import pytest

from ankletag.client import Client
from ankletag.errors import TagRefused
from ankletag.store import Store
from ankletag.verify import Verified
from provisioned import connect, judged, provisioned
from system.commandline import Cli
from taghil.vm.process import Emulator
from tagproto import messages, records
from tagproto.layout import SESSION_RESERVE_PAGES

pytestmark = pytest.mark.slow

# Eight blocks of log, and a pace that fills them in two hours.
FLASH_BLOCKS = 19
PACE = ("--cadence", "5", "--seal", "60")
DAYS = 0.2
LIVE_S = 60.0


def start(folder: Path, days: float = DAYS) -> tuple[Emulator, Cli]:
    """days: since it was new."""
    tag = Emulator(folder / "tag", flash_blocks=FLASH_BLOCKS, days=days, trace=folder / "trace.jsonl")
    return tag, Cli(folder / "store.sqlite", tag)


def number(tag: Client, name: str) -> int:
    value = tag.status()[name]
    assert isinstance(value, int)
    return value


def seal_for_ever(client: Client) -> None:
    while True:
        client.seal(bytes(16))


def fill_up(tag: Emulator) -> None:
    """Somebody seals and never acknowledges, until the tag takes no more of that either."""
    with connect(tag) as client:
        client.introduce()
        with pytest.raises(TagRefused) as caught:
            seal_for_ever(client)
        assert caught.value.code == messages.ERROR_FLASH
        block = number(client, "received_page") // 16 * 16
        assert number(client, "pages_capacity") - number(client, "open_page") + block <= SESSION_RESERVE_PAGES


def stored(folder: Path) -> Verified:
    with Store(folder / "store.sqlite", create=False) as opened:
        return judged(opened)


def test_a_full_tag_is_read_out_and_then_goes_on(kept: Path) -> None:
    tag, cli = start(kept)
    with tag:
        provisioned(tag)
        cli.run("fit", "--order", "A", *PACE)
        tag.wait_lived(LIVE_S)
        fill_up(tag)
    # It comes up with no room for the boot's record, and lives on for hours.
    tag, cli = start(kept, 2 * DAYS)
    with tag:
        tag.wait_lived(LIVE_S)
        document = cli.json("sync")
        verified = stored(kept)
        assert verified.against == []
        assert [finding["code"] for finding in document["findings"]].count("readings-lost") >= 2
        assert [record.kind for _, record in verified.events()].count(records.BOOT) == 2
        with connect(tag) as client:
            # All but the last of it may be forgotten; the last seal may have begun in the page before.
            assert number(client, "received_page") >= document["pages"] - 2
    # What was acknowledged is free for readings again.
    tag, cli = start(kept, 3 * DAYS)
    with tag:
        tag.wait_lived(LIVE_S)
        cli.run("sync")
        again = stored(kept)
        assert again.against == []
        assert again.readings > verified.readings + 400


def test_a_full_tag_is_removed_and_fitted_for_another_order(kept: Path) -> None:
    tag, cli = start(kept)
    with tag:
        provisioned(tag)
        cli.run("fit", "--order", "A", *PACE)
        tag.wait_lived(LIVE_S)
        fill_up(tag)
    # Whoever filled it has used up the signatures that it checks in a row; power gives it new ones.
    tag, cli = start(kept)
    with tag:
        cli.run("remove")
        assert not cli.json("status")["fitted"]
        cli.run("fit", "--order", "B", *PACE)
        assert cli.json("status")["fitted"]
    verified = stored(kept)
    assert verified.against == []
    kinds = [record.kind for _, record in verified.events()]
    assert [kind for kind in kinds if kind in (records.FIT, records.REMOVE)] == [
        records.FIT,
        records.REMOVE,
        records.FIT,
    ]
