"""Records: numbered, hashed into the open window, coded and logged, in this order and all or nothing."""

import struct

from tagproto import coding, records, tree
from tagproto.layout import EVENT_RESERVE_PAGES, READING_RESERVE_PAGES

# Pages that a seal completes at most: it has up to 512 bytes.
_SEAL_PAGES = 3


class Recorder:
    """Writes records of one boot.

    readings_lost counts readings that a full log turned away, lost_now those of them that no record tells of yet: the
    next record that fits says so first.
    torn: an exception fell between the log and what this class remembers of it.
    """

    def __init__(self, writer, ring, coder, pool, trace, trace_readings):
        self._writer = writer
        self._ring = ring
        self._coder = coder
        self._pool = pool
        self._trace = trace
        self._trace_readings = trace_readings and trace is not None
        self._salts = None
        self._tree = tree.Tree()
        self.window_first = 0
        # Where the last seal begins: a boot reads from there on.
        self.sealed_page = 0
        self.readings_lost = 0
        # Ticks of the newest record of this boot.
        self.last_ticks = 0
        self.lost_now = 0
        self._lost_first = 0
        self._lost_last = 0
        self._boot = 0
        # Ticks and values of the boot record, until the log has taken it.
        self._boot_due = None
        self.torn = False

    # Taking over after a boot

    def resume(self, item):
        """An item that the open window holds already, as recovery reads it."""
        if item.kind == coding.RECORD:
            self._boot = item.value.boot
        if item.kind == coding.SEED:
            self._salts = tree.Salts(item.value)
            self._tree = tree.Tree()
        elif item.kind == coding.RECORD and self._salts is not None:
            if not self._tree.size:
                self.window_first = item.value.number
            self._add(item.value.number, item.value.canonical())

    def forget_window(self):
        """The window is closed: the next record opens another."""
        self._salts = None
        self._tree = tree.Tree()
        self.window_first = self._coder.number

    def next_number(self):
        """Number of the record that comes next."""
        return self._coder.number

    def begin_boot(self, boot, ticks, values):
        """Records from here on belong to this boot; its own record, with these values, comes before all others."""
        self._boot = boot
        self._boot_due = (ticks, values)
        self.last_ticks = ticks

    # Recording

    def boot(self):
        """Number of the present boot; of the last one recorded while none has begun."""
        return self._boot

    def catch_up(self, reserve_pages=EVENT_RESERVE_PAGES):
        """Record what is due before anything else: the boot, readings lost. False when only the reserve is free."""
        if self._ring.free() <= reserve_pages:
            return False
        if self._boot_due is not None:
            self._event(records.BOOT, *self._boot_due)
            self._boot_due = None
        if self.lost_now:
            values = {"count": self.lost_now, "first_ticks": self._lost_first, "last_ticks": self._lost_last}
            self._event(records.LOST, self._lost_last, values)
            self.lost_now = 0
        return True

    def reading(self, ticks, flags, cell_code, temp_code, prox_count):
        """Record a reading; False when the log keeps its last pages for what is not a reading."""
        if self._ring.free() <= READING_RESERVE_PAGES:
            if not self.lost_now:
                self._lost_first = ticks
            self._lost_last = ticks
            self.lost_now += 1
            self.readings_lost += 1
            return False
        self.catch_up()
        self._open_window()
        coder = self._coder
        body = struct.pack("<BhhH", flags, cell_code, temp_code, prox_count)
        number = coder.number
        record = struct.pack("<BIII", records.READING, number, coder.boot, ticks) + body
        self.torn = True
        self._writer.begin()
        self._writer.append(coder.encode_reading(ticks, flags, cell_code, temp_code, prox_count))
        self._add(number, record)
        self.torn = False
        self.last_ticks = ticks
        if self._trace_readings:
            self._trace(1, record)
        return True

    def event(self, kind, ticks, values, reserve_pages=EVENT_RESERVE_PAGES):
        """Record an event; its number, or None when the log is full but for the reserve. Raises ValueError."""
        return self._event(kind, ticks, values) if self.catch_up(reserve_pages) else None

    def _event(self, kind, ticks, values):
        # What values can be wrong raises here, before anything is begun.
        body = records.body(kind, values)
        records.canonical(kind, 0, 0, ticks, body)
        self._open_window()
        coder = self._coder
        self.torn = True
        self._writer.begin()
        # In one with its record: cut before that, the next boot takes the same number.
        steps = self._boot_steps(values["skipped"]) if kind == records.BOOT else b""
        number = coder.number
        record = records.canonical(kind, number, coder.boot, ticks, body)
        self._writer.append(steps + coder.encode_event(kind, ticks, body))
        self._add(number, record)
        self.torn = False
        self.last_ticks = ticks
        if self._trace is not None:
            self._trace(1, record)
        return number

    def _boot_steps(self, skipped):
        """Items that the record of a boot follows: its number, and the record numbers that it leaves unused."""
        coder = self._coder
        steps = coder.encode_boot(self._boot)
        if skipped:
            steps += coder.encode_number(coder.number + skipped)
            if not self._tree.size:
                self.window_first = coder.number
        return steps

    def close_page(self):
        """End the open page: what comes next begins in the following one."""
        self.torn = True
        self._writer.end_page()
        self.torn = False

    # Windows

    def _open_window(self):
        if self._salts is not None:
            return
        seed = self._pool.take(tree.SEED_SIZE)
        self.torn = True
        self._writer.begin()
        self._writer.append(coding.encode_seed(seed))
        self._salts = tree.Salts(seed)
        self._tree = tree.Tree()
        self.window_first = self._coder.number

    def _add(self, number, record):
        self._tree.add(tree.leaf_hash(self._salts.salt(number), record))

    def window_count(self):
        """Records in the open window."""
        return self._tree.size if self._salts is not None else 0

    def window_root(self):
        """Root of the open window's tree."""
        return self._tree.root()

    def can_seal(self):
        """Whether the log has room for a seal, and the boot that it would name is in the log."""
        return self._boot_due is None and self._ring.free() >= _SEAL_PAGES

    def close_window(self, seal, on_logged):
        """Log the seal of the open window; the next record opens another. False when the log is full.

        on_logged(): called once the seal is in flash.
        """
        item = self._coder.encode_seal(seal)
        if not self.can_seal():
            return False
        self.torn = True
        page = self._writer.seq
        self._writer.begin()
        self._writer.append(item)
        on_logged()
        self.sealed_page = page
        self.forget_window()
        self.torn = False
        if self._trace is not None:
            self._trace(2, seal)
        return True
