"""Commands that let a tag live step by step, with the power going at any flash operation of a step."""

import breaking
import driving
import nor
import ramboard
from driving import now
from life import PROGRAMME, Tag
from workload import OTHER, receipt

from tagproto import messages, records
from tagproto.calibration import identity

_FITTING = {"order_id": bytes(range(16)), "cadence_s": 60, "seal_interval_s": 3600, "profile": 1, "fix_interval_s": 0}

_CALIBRATION = {field[0]: 9 for field in records.CALIBRATION}
_CALIBRATION["calibration_id"] = identity(_CALIBRATION)


def _events(count, size):
    """Events with so much text; how many the log took."""
    for taken in range(count):
        if now.tag.app.event(records.FAULT, {"sense": 5, "code": taken, "text": bytes(size)}) is None:
            return taken
    return count


def _acknowledge(page, seal_number):
    sealer = now.tag.app.sealer
    digest = sealer.last_hash if seal_number == sealer.number - 1 else bytes(32)
    return now.tag.command(messages.ACKNOWLEDGE, receipt(page, seal_number, digest))[0]


def _take_list():
    """The next list of the root that the tag obeys."""
    tag = now.tag
    hello = tag.introduce()
    document = tag.programme.list_document(hello["list_number"] + 1, 0)
    return tag.request(messages.PRESENT, {"document": document})[0]


def _rotate():
    """A new root, for a tag that obeys the first one."""
    tag = now.tag
    hello = tag.introduce()
    if hello["root"] != PROGRAMME.root.key_id:
        return 0
    answer = tag.request(messages.PRESENT, {"document": PROGRAMME.rotated().root_document})[0]
    tag.forgotten()
    return answer


_STEPS = {
    "list": _take_list,
    "rotate": _rotate,
    "configure": lambda cadence_s: now.tag.command(
        messages.CONFIGURE, {"cadence_s": cadence_s, "seal_interval_s": 3600, "profile": 1, "fix_interval_s": 0}
    )[0],
    "fit other": lambda: now.tag.command(messages.FIT, OTHER)[0],
    "events": _events,
    "live": lambda turns: now.tag.live(turns),
    "fit": lambda: now.tag.command(messages.FIT, _FITTING)[0],
    "remove": lambda: now.tag.command(messages.REMOVE, {"reason": 1})[0],
    "toggle": lambda name: now.tag.toggle(name),
    "calibrate": lambda: now.tag.command(messages.CALIBRATE, _CALIBRATION)[0],
    "self-test": lambda: now.tag.command(messages.SELF_TEST, {})[0],
    "seal": lambda: now.tag.command(messages.SEAL, {"challenge": b"a step challenge"})[0],
    "acknowledge": _acknowledge,
    "reboot": lambda cause: now.tag.start(0, cause),
}


def step(path, cut_in, name, *arguments):
    """One step; the flash as a cut finds it goes to `path`, with the operation that was to come."""
    flash = now.tag.flash
    flash.cut_in = cut_in
    cut = None
    gave = None
    try:
        gave = _STEPS[name](*arguments)
    except nor.PowerCut:
        erase, page, data = flash.pending
        cut = [page // 16, None] if erase else [page, data.hex()]
        with open(path, "wb") as file:
            flash.save(file)
    flash.cut_in = 0
    counted, now.counted = now.counted, []
    return {"gave": gave, "cut": cut, "counted": counted}


def come_up(path, blocks, seed, mode):
    """A boot on the flash in `path`; cells that fail still do."""
    old = now.tag.flash
    with open(path, "rb") as file:
        flash = nor.Flash(blocks, file, seed, mode)
    flash.stuck, flash.worn = old.stuck, old.worn
    now.tag = Tag(flash, now.trace, seed)
    now.tag.start(5000, 1)
    return driving.state()


def flip(seq, bit):
    """Turn one bit of a page of the log over; False when it has no place."""
    block = breaking.place(seq)
    if block < 0:
        return False
    now.tag.flash.flip(block * 16 + seq % 16, bit)
    return True


def failing_step(at, name, *arguments):
    """One step, with an exception out of its so manieth flash operation; whether there was one and a reset, and what
    the step gave.

    A tag that resets comes up on the same flash.
    """
    tag = now.tag
    left = [at]

    def fail(erase, page, data):
        left[0] -= 1
        if not left[0]:
            raise MemoryError() if at & 1 else OSError(5)

    tag.introduce()
    tag.flash.before = fail
    reset = False
    gave = None
    try:
        gave = _STEPS[name](*arguments)
    except ramboard.Reset:
        reset = True
    except ValueError:
        # No answer.
        pass
    tag.flash.before = None
    if reset:
        tag.start(tag.board.clock.ticks, 3)
    return {"failed": left[0] <= 0, "reset": reset, "gave": gave}
