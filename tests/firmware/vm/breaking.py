"""Commands that break the flash of the tag that is driven."""

import gc

import ramboard
from driving import now

from tag import selftest
from tag.crypto import p256
from tagproto.hmac import hmac_sha256


def place(seq):
    """The block of flash in which a page lies, or -1."""
    ring = now.tag.app.ring
    flash = now.tag.flash
    data = bytearray(256)
    other = bytearray(256)
    ring.read_raw(seq, data)
    for page in range(flash.blocks * 16):
        flash.readblocks(page // 16, other, page % 16 * 256)
        if other == data:
            return page // 16
    return -1


def stick(block):
    """The cells of a block stay as they are from now on, but an erase still sets them."""
    for page in range(block * 16, (block + 1) * 16):
        now.tag.flash.stuck[page] = (1 << 2048) - 1


def stick_page(block, index):
    """Some cells of a page stay as they are from now on."""
    now.tag.flash.stuck[block * 16 + index] = 0xFFFFFFFF << 800


def spoil_key(ahead):
    """A bit of a key's page turns over: of the key that signs, or so many ahead of it."""
    keys = now.tag.app.keys
    page = keys._chain[ahead].page + keys._turns._first_block * 16
    raw = bytearray(256)
    flash = now.tag.flash
    flash.readblocks(page // 16, raw, page % 16 * 256)
    for at in range(6, 38):
        # A programmed bit can only be cleared.
        if raw[at]:
            raw[at] &= raw[at] - 1
            break
    flash.writeblocks(page // 16, raw, page % 16 * 256)


def wear_out(block):
    """Erasing a block leaves a cell at 0 from now on."""
    now.tag.flash.worn[block] = (block * 16 + 3, 1 << 77)


def failures(every, turns):
    """Exceptions out of every n-th flash operation of a fitting; a tag that resets comes up on the same flash."""
    tag = now.tag
    counts = {"failures": 0, "resets": 0}
    left = [every]

    def fail(erase, page, data):
        left[0] -= 1
        if not left[0]:
            left[0] = every
            counts["failures"] += 1
            raise MemoryError() if counts["failures"] & 1 else OSError(5)

    for turn in range(turns):
        tag.flash.before = fail
        try:
            if turn % 10 == 5:
                tag.board.strap.change(turn & 1)
            tag.app.step()
        except ramboard.Reset:
            counts["resets"] += 1
            tag.flash.before = None
            tag.start(tag.board.clock.ticks, 3)
        tag.flash.before = None
    return counts


def watched(turns):
    """So many turns under a watchdog of eight seconds; the milliseconds until it bit, 0 where it did not.

    A tag that it has reset comes up again.
    """
    board = now.tag.board
    board.watchdog_ms = 8000
    began = board.clock.ticks
    try:
        now.tag.live(turns)
    except ramboard.Reset:
        took = board.clock.ticks - began
        now.tag.start(board.clock.ticks, 2)
        return took
    board.watchdog_ms = 0
    return 0


def spoil_serving():
    """Every look at the link raises."""
    now.tag.app.link.serve = None


def spoil_sealing():
    """Every seal raises."""
    now.tag.app.sealer.seal = None


def spoil_schedule():
    """The next reading is due in days only."""
    app = now.tag.app
    app._next_sample = (app._next_sample + 5 * 86400000) % ramboard.PERIOD


def spoil_judging():
    """What the readings are judged by is gone: every judgement raises."""
    now.tag.app.tampers.watch = None


def spoil_sampling():
    """Every sampling raises."""
    now.tag.app.sampler.sample = None


# What a self-test tries, broken.


def spoil_hash():
    """The hash gives something else; what was imported before keeps its own."""
    selftest.hmac_sha256 = lambda key, message: bytes(32)


def spoil_settings():
    """The newest snapshot of the settings has a bit less."""
    turns = now.tag.app.settings._turns
    page = turns.live[-1] + turns._first_block * 16
    raw = bytearray(256)
    now.tag.flash.readblocks(page // 16, raw, page % 16 * 256)
    raw[2] &= raw[2] - 1
    now.tag.flash.writeblocks(page // 16, raw, page % 16 * 256)


def spoil_entropy():
    now.tag.board.entropy = lambda count: bytes(range(count))


def spoil_clock():
    now.tag.board.clock.sleep_ms = lambda ms: None


def spoil_heap():
    """There is never more than this free."""
    selftest.gc = _Full


class _Full:
    @staticmethod
    def collect():
        pass

    @staticmethod
    def mem_free():
        return 16383


def spoil_signing():
    """Signatures of another key."""
    keys = now.tag.app.keys
    keys.sign = lambda digest: p256.sign(bytes(31) + b"\x07", digest)


def mend():
    """What was broken in modules is whole again."""
    selftest.hmac_sha256 = hmac_sha256
    selftest.gc = gc
