"""Commands that drive one tag on a board in RAM; every answer is JSON."""

import gc

import nor
from life import Tag

from tagproto import coding, pages, records
from tagproto.bad import Bad

unhex = bytes.fromhex
_EVENT = {"sense": 5, "code": 0}


class _Driven:
    """The tag that is driven, and what it has counted since somebody asked."""

    def __init__(self):
        self.tag = None
        self.counted = []

    def trace(self, kind, data):
        if kind == 1 or kind == 2:
            self.counted.append((kind, bytes(data).hex()))


now = _Driven()


# Power and time


def start(blocks, ticks, provisioned=True):
    """A new tag that has never been switched on; provisioned, it knows the programme and its station."""
    now.counted = []
    now.tag = None
    # A Pico's flash is big: what the tag before it had must be free.
    gc.collect()
    now.tag = Tag(nor.Flash(blocks), now.trace)
    now.tag.start(ticks, 1)
    if provisioned:
        now.tag.introduce()
    return state()


def state():
    tag = now.tag
    app = tag.app
    return {
        "public_key": app.settings.first_key.hex(),
        "epoch": app.keys.epoch,
        "fitted": app.settings.fitted,
        "seals": app.sealer.number,
        "last_hash": app.sealer.last_hash.hex(),
        "boot": app.recorder.boot(),
        "next_number": app.recorder.next_number(),
        "open_page": app.writer.seq,
        "open_fill": app.writer.fill,
        "oldest_page": app.ring.oldest(),
        "free_pages": app.ring.free(),
        "received": app.ring.received,
        "retired": app.settings.retired,
        "cadence_s": app.pace.cadence_s,
        "readings_lost": app.recorder.readings_lost,
        "faults": app.faults.count,
        "ticks": app.board.clock.ticks_ms(),
        "bad_writes": app.writer.bad_writes,
        "programs": tag.flash.programs,
        "erases": tag.flash.erases,
    }


def reboot(cause):
    now.tag.start(0, cause)
    return state()


def steps(count):
    now.tag.live(count)
    return state()


def advance(ms):
    now.tag.board.clock.ticks += ms


def set_idles(idles):
    """Whether a turn lasts until something is due; if not, it takes no time."""
    now.tag.board.idles = idles


# The host


def link(data, turns):
    """Bytes to the tag; after `turns` steps, what it sent."""
    port = now.tag.board.link
    port.incoming += unhex(data)
    now.tag.live(turns)
    sent, port.outgoing = port.outgoing, b""
    return {"sent": sent.hex(), "left": len(port.incoming)}


def exchange(data):
    """What the tag sends until it has answered all of this, in no time."""
    return now.tag.exchange(unhex(data)).hex()


def room(count):
    """Bytes that the port takes a turn."""
    port = now.tag.board.link
    port.room = port.left = count


def line_rate(baud):
    """The highest rate of the line."""
    now.tag.board.link.rate = baud


def rates():
    """[baud, bytes that the tag had sent by then and nobody has taken, ticks] of each change of rate."""
    return now.tag.board.link.rates


def pages_now():
    """All pages, in hex."""
    return [page.hex() for page in now.tag.pages()]


def read_out():
    """All pages as a host reads them, in hex, and what was counted since the last time."""
    counted, now.counted = now.counted, []
    return {"pages": [page.hex() for page in now.tag.pages()], "counted": counted}


def register(address, number):
    """What a part has in a register, in hex."""
    return now.tag.board.i2c.registers[address, number].hex()


# What happens to a tag


def toggle(name, level):
    getattr(now.tag.board, name).change(level)


def absent(addresses):
    now.tag.board.i2c.absent = set(addresses)


def hold(address, register, data):
    """A register of a part reads so from now on, whatever is written; empty: as before."""
    now.tag.held[address, register] = unhex(data)


def registers(address, register, data):
    """A register of a part is so now, until something is written."""
    now.tag.board.i2c.registers[address, register] = unhex(data)


def show(cell_code=None, temp_code=None, prox_count=None):
    """What the senses give from now on; those that are None wander about their own values."""
    held = now.tag.held
    held[0x49, 0x00] = b"" if cell_code is None else (cell_code & 0xFFFF).to_bytes(2, "big")
    held[0x4A, 0x00] = b"" if temp_code is None else (temp_code & 0xFFFF).to_bytes(2, "big")
    held[0x60, 0x08] = b"" if prox_count is None else prox_count.to_bytes(2, "little")


def fill(free_pages):
    """Events until the ring has no more than so many pages free; how many were taken."""
    taken = 0
    app = now.tag.app
    while app.ring.free() > free_pages:
        if app.event(records.FAULT, dict(_EVENT, text=bytes(96))) is None:
            break
        taken += 1
    return taken


def settings():
    """What the tag has kept of its baseline, and whether it is fitted."""
    kept = now.tag.app.settings
    return {"fitted": kept.fitted, "baseline_by": kept.baseline_by, "baseline": kept.baseline}


def event(text="one more"):
    return now.tag.app.event(records.FAULT, dict(_EVENT, text=text.encode()))


def seal():
    return now.tag.app.seal(1)


def received(page):
    now.tag.app.set_received(page)
    return state()


def log():
    """Records and seals as lie in the tag, in hex."""
    reader = pages.Reader()
    found = {"records": [], "seals": []}
    for raw in now.tag.pages():
        page = pages.parse(raw)
        if isinstance(page, Bad):
            reader.gap()
            continue
        for item in reader.feed(page):
            if not isinstance(item, Bad) and item.kind == coding.RECORD:
                found["records"].append(item.value.canonical().hex())
            elif not isinstance(item, Bad) and item.kind == coding.SEAL:
                found["seals"].append(item.value.hex())
    return found
