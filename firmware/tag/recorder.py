"""Records: numbered, hashed into the open window, coded and logged, in this order and all or nothing."""

import struct

from tagproto import coding, records, tree


class Recorder:
    """Writes records of one boot. `room()` tells what the log can still take.

    readings_lost counts readings that a full log turned away; the next record that fits says so first.
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
        self.readings_lost = 0
        self._lost_now = 0
        self._lost_first = 0
        self._lost_last = 0
        self.full_at_pages = _RESERVE_PAGES

    # Taking over after a boot

    def resume(self, item):
        """An item that the open window holds already, as recovery reads it."""
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

    def begin_boot(self, boot):
        """Records from here on belong to this boot."""
        self._writer.begin()
        self._writer.append(self._coder.encode_boot(boot))

    # Recording

    def boot(self):
        """Number of the present boot."""
        return self._coder.boot

    def reading(self, ticks, flags, cell_code, temp_code, prox_count):
        """Record a reading; False when the log keeps its last pages for what is not a reading."""
        if self._ring.free() <= self.full_at_pages:
            if not self._lost_now:
                self._lost_first = ticks
            self._lost_last = ticks
            self._lost_now += 1
            self.readings_lost += 1
            return False
        if self._lost_now:
            self._record_lost()
        self._open_window()
        coder = self._coder
        body = struct.pack("<BhhH", flags, cell_code, temp_code, prox_count)
        number = coder.number
        record = struct.pack("<BIII", records.READING, number, coder.boot, ticks) + body
        self._writer.begin()
        self._writer.append(coder.encode_reading(ticks, flags, cell_code, temp_code, prox_count))
        self._add(number, record)
        if self._trace_readings:
            self._trace(1, record)
        return True

    def event(self, kind, ticks, values):
        """Record an event; its number, or None when the log is full to the last page."""
        if self._lost_now and kind != records.LOST:
            self._record_lost()
        if self._ring.free() <= _LAST_PAGES:
            return None
        self._open_window()
        coder = self._coder
        number = coder.number
        body = records.body(kind, values)
        record = records.canonical(kind, number, coder.boot, ticks, body)
        self._writer.begin()
        self._writer.append(coder.encode_event(kind, ticks, body))
        self._add(number, record)
        if self._trace is not None:
            self._trace(1, record)
        return number

    def _record_lost(self):
        count, self._lost_now = self._lost_now, 0
        values = {"count": count, "first_ticks": self._lost_first, "last_ticks": self._lost_last}
        if self.event(records.LOST, self._lost_last, values) is None:
            self._lost_now = count

    # Windows

    def _open_window(self):
        if self._salts is not None:
            return
        seed = self._pool.take(tree.SEED_SIZE)
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

    def close_window(self, seal):
        """Log the seal of the open window; the next record opens another. False when the log is full."""
        if self._ring.free() <= 0:
            return False
        self._writer.begin()
        self._writer.append(coding.encode_seal(seal))
        self.forget_window()
        if self._trace is not None:
            self._trace(2, seal)
        return True


# Readings leave four blocks for events and seals; events leave two pages for the seal that covers them.
_RESERVE_PAGES = 64
_LAST_PAGES = 2
