"""Logs that several tests look at, and what is asked of them."""

from ankletag.evaluate import Evaluation, evaluate
from ankletag.models import AGAINST, Finding
from ankletag.verify import Given, Verified, Witness, verify_pages
from host.tagmaker import TagMaker, fitted
from tagproto import coding, pages
from tagproto.layout import SLOW_CADENCE_S, SLOW_SEAL_INTERVAL_S

DAY = 86_400


def given(maker: TagMaker, *witnesses: Witness) -> Given:
    """The authority's key, its documents, and what was written down elsewhere."""
    return Given((maker.programme.root.point,), maker.documents, None, witnesses)


def check(maker: TagMaker, raws: list[bytes] | None = None) -> Verified:
    return verify_pages(maker.raw_pages() if raws is None else raws, maker.public_key, maker.tag_id, given(maker))


def judged(maker: TagMaker) -> Evaluation:
    verified = check(maker)
    return evaluate(verified, verified.clock)


def against(verified: Verified) -> list[str]:
    """Codes of the findings against the evidence, one for each."""
    return sorted(finding.code for finding in verified.findings if finding.severity == AGAINST)


def one(verified: Verified, code: str) -> Finding:
    """The only finding of a code."""
    (found,) = [finding for finding in verified.findings if finding.code == code]
    return found


def noisy(rekeys: bool = True) -> TagMaker:
    """Seven seals and more; some pages hold no part of one."""
    maker = fitted(rekeys=rekeys)
    maker.live([0] * 2200, noise=5)
    maker.seal()
    return maker


def pages_of_seals(raws: list[bytes]) -> list[list[int]]:
    """For each seal the pages in which a part of it lies."""
    reader = pages.Reader()
    found = []
    for raw in raws:
        page = pages.parse(raw)
        assert isinstance(page, pages.Page)
        for item in reader.feed(page):
            assert isinstance(item, pages.Item)
            if item.kind == coding.SEAL:
                found.append(list(range(item.seq, item.end_seq + 1)))
    return found


def without(raws: list[bytes], *seqs: int) -> list[bytes]:
    return [raw for seq, raw in enumerate(raws) if seq not in seqs]


def copied_in_again(raws: list[bytes]) -> list[bytes]:
    """The pages but the last one, and behind them the same under new numbers, with good checksums."""
    copies = []
    for seq, raw in enumerate(raws[:-1]):
        page = bytearray(raw)
        page[2:6] = (len(raws) - 1 + seq).to_bytes(4, "little")
        pages.close(page)
        copies.append(bytes(page))
    return [*raws[:-1], *copies]


def slow_down(maker: TagMaker) -> None:
    maker.pace(SLOW_CADENCE_S, SLOW_SEAL_INTERVAL_S)


def speed_up(maker: TagMaker) -> None:
    """As a tag does when a receipt has made room: its own pace again, a seal and a reading at once."""
    maker.pace(60, 21600)
    maker.seal()
    maker.reading()


def live_days(maker: TagMaker, count: float) -> None:
    maker.live([0] * round(count * DAY / int(maker.config["cadence_s"])))


def slowed(room_after_s: int = 0) -> TagMaker:
    """Half a day at its own pace, three slow ones and a bit, half a day at its own pace."""
    maker = fitted()
    live_days(maker, 0.4)
    slow_down(maker)
    live_days(maker, 3.3)
    maker.now_ms += room_after_s * 1000
    maker.attest()
    speed_up(maker)
    live_days(maker, 0.5)
    maker.seal()
    return maker
