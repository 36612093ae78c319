"""How an attacker changes a log, its pages or the flash: from what honest people hold to what is handed over."""

from collections.abc import Callable

from ankletag.verify import Witness
from evidence.attacker import (
    SEAL,
    Entry,
    changed,
    flipped,
    newest,
    pages_of_readings,
    readings,
    repaired,
    rewritten,
    seals_of,
    taken_apart,
)
from evidence.lives import Evidence, Lives
from tagproto import records

Way = Callable[[Lives], Evidence]
Edit = Callable[[list[Entry]], list[Entry]]


def edited(edit: Edit) -> Way:
    """The whole log, rewritten."""
    return lambda lives: lives.whole.but(raws=rewritten(lives.whole.raws, edit))


def with_witness(way: Way) -> Way:
    """The last seal of the whole log was written down by somebody whom the attacker does not reach."""

    def witnessed(lives: Lives) -> Evidence:
        last = seals_of(taken_apart(newest(lives.whole.raws)))[-1]
        return way(lives).but(witnesses=[Witness(last.seal.number, last.hash())])

    return witnessed


def renumbered_from(entries: list[Entry], at: int, by: int) -> list[Entry]:
    """From one entry on, numbers that are higher or lower."""
    moved = [
        one if one.record is None else changed(one, number=one.record.number + by) for one in entries[at:]
    ]  # seals name their first record themselves and stay as they are
    return entries[:at] + moved


# Records


def quiet_page(raws: list[bytes]) -> int:
    """A page of the second day that holds readings only, as its neighbours do."""
    quiet = pages_of_readings(raws)
    return next(seq for seq in quiet if seq > len(raws) * 2 // 3 and {seq - 1, seq + 1} <= set(quiet))


def page_bit(lives: Lives) -> Evidence:
    raws = newest(lives.whole.raws)
    at = quiet_page(raws)
    raws[at] = flipped(raws[at], 1000)
    return lives.whole.but(raws=raws)


def seal_bit(lives: Lives) -> Evidence:
    """The last bit of a signature, and then the page's own checksum."""
    raws = newest(lives.whole.raws)
    signature = seals_of(taken_apart(raws))[3].signature
    for at, raw in enumerate(raws):
        if (place := raw.find(signature[-4:])) > 0:
            raws[at] = repaired(flipped(raw, 8 * (place + 3)))
            return lives.whole.but(raws=raws)
    raise AssertionError("the signature's end lies over the end of a page")


def _change(entries: list[Entry]) -> list[Entry]:
    at = readings(entries)[1000]
    record = entries[at].record
    assert record is not None
    entries[at] = changed(entries[at], body=record.body[:1] + bytes((record.body[1] ^ 0x80,)) + record.body[2:])
    return entries


record_changed = edited(_change)
dropped_front = edited(lambda entries: [one for one in entries if one.record is None or one.record.number >= 5])


def _drop_middle(entries: list[Entry]) -> list[Entry]:
    gone = set(readings(entries)[600:660])
    return [one for at, one in enumerate(entries) if at not in gone]


def _drop_and_renumber(entries: list[Entry]) -> list[Entry]:
    gone = readings(entries)[600:660]
    return renumbered_from([one for at, one in enumerate(entries) if at not in gone], gone[0], -60)


def _drop_window(entries: list[Entry]) -> list[Entry]:
    at = [place for place, one in enumerate(entries) if one.kind == SEAL]
    return entries[: at[3] + 1] + entries[at[4] + 1 :]


def _drop_seal(entries: list[Entry]) -> list[Entry]:
    at = [place for place, one in enumerate(entries) if one.kind == SEAL][3]
    return entries[:at] + entries[at + 1 :]


def _drop_tail(entries: list[Entry]) -> list[Entry]:
    last = max(at for at, one in enumerate(entries) if one.kind == SEAL)
    gone = [at for at in readings(entries) if at < last][-10:]
    return [one for at, one in enumerate(entries) if at not in gone]


def _swap(entries: list[Entry]) -> list[Entry]:
    one, other = readings(entries)[500], readings(entries)[520]
    entries[one], entries[other] = entries[other], entries[one]
    return entries


def _repeat(entries: list[Entry]) -> list[Entry]:
    at = readings(entries)[500]
    return entries[: at + 1] + entries[at:]


def _invent(entries: list[Entry]) -> list[Entry]:
    at = readings(entries)[500]
    return entries[: at + 1] + renumbered_from(entries[at:], 0, 1)


def _invent_at_the_end(entries: list[Entry]) -> list[Entry]:
    last = max(at for at, one in enumerate(entries) if one.kind == SEAL)
    number = max(one.record.number for one in entries if one.record is not None) + 1
    false = changed(entries[readings(entries)[-1]], number=number, ticks=_last_ticks(entries))
    return [*entries[: last + 1], false]


def _last_ticks(entries: list[Entry]) -> int:
    return [one.record.ticks for one in entries if one.record is not None][-1]


dropped_middle, dropped_and_renumbered = edited(_drop_middle), edited(_drop_and_renumber)
window_dropped, dropped_tail = edited(_drop_window), edited(_drop_tail)
seal_dropped = edited(_drop_seal)
swapped, repeated, invented, invented_tail = edited(_swap), edited(_repeat), edited(_invent), edited(_invent_at_the_end)


def _cut(entries: list[Entry], behind: int) -> list[Entry]:
    at = [place for place, one in enumerate(entries) if one.kind == SEAL]
    return entries[: at[-3] + behind]


cut_behind_seal, cut_before_seal = edited(lambda entries: _cut(entries, 1)), edited(lambda entries: _cut(entries, 0))

# Pages


def order_without_its_beginning(lives: Lives) -> Evidence:
    """From the page behind the fit record on."""
    raws = newest(lives.whole.raws)
    fit = next(one.record.number for one in taken_apart(raws) if one.record and one.record.kind == records.FIT)
    at = next(seq for seq, raw in enumerate(raws) if int.from_bytes(raw[6:10], "little") > fit)
    return lives.whole.but(raws=raws[at:])


def page_dropped(lives: Lives) -> Evidence:
    raws = newest(lives.whole.raws)
    at = quiet_page(raws)
    return lives.whole.but(raws=raws[:at] + raws[at + 1 :])


def pages_dropped(lives: Lives) -> Evidence:
    """From a page of readings on up to the next one behind the next seal."""
    raws = newest(lives.whole.raws)
    begin = quiet_page(raws)
    quiet = set(pages_of_readings(raws))
    seal = next(seq for seq in range(begin, len(raws)) if seq not in quiet)
    end = next(seq for seq in range(seal, len(raws)) if seq in quiet)
    return lives.whole.but(raws=raws[:begin] + raws[end + 1 :])


def _swap_blocks(entries: list[Entry]) -> list[Entry]:
    """Forty readings with the forty behind them."""
    first = readings(entries)[500]
    block = entries[first : first + 80]
    assert all(one.record is not None for one in block)
    return [*entries[:first], *block[40:], *block[:40], *entries[first + 80 :]]


def _append_again(entries: list[Entry]) -> list[Entry]:
    """The third window and its seal, at the end."""
    at = [place for place, one in enumerate(entries) if one.kind == SEAL]
    return entries + entries[at[2] + 1 : at[3] + 1]


blocks_swapped, appended_again = edited(_swap_blocks), edited(_append_again)


def replayed(lives: Lives) -> Evidence:
    return lives.whole.but(raws=[*lives.whole.raws, *lives.noon.raws])


# Images


def rolled_back(lives: Lives) -> Evidence:
    return lives.noon


def cloned(lives: Lives) -> Evidence:
    return lives.clone


def told_late(lives: Lives) -> Evidence:
    return lives.late


def told_far(lives: Lives) -> Evidence:
    return lives.far


def cloned_both(lives: Lives) -> Evidence:
    return lives.whole.but(raws=[*lives.whole.raws, *lives.clone.raws])
