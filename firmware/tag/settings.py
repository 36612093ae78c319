"""What must survive a power cut beside the log and the keys: one 256-byte snapshot, the newest valid one counts.

tagproto.snapshot has its form.
"""

import binascii
import struct

from tagproto import profiles
from tagproto.layout import SETTINGS_BLOCKS
from tagproto.pages import PAGE_SIZE
from tagproto.snapshot import FORMAT, GENERATION, MAGIC, RETIRED_MAX, is_snapshot

from .turns import Turns

_NO_CALIBRATION = (bytes(8), 0, 0, 0, 0, 0, 0)


class Settings:
    """Fields: first_key (public key of epoch 0, 64 bytes, or empty), fitted, fitted_by (number of the record that says
    so), order_id, cadence_s, seal_interval_s, received (pages that a receipt covers), order_page (first page of the
    current order), ended_page (the page behind the last order that has ended), retired (blocks of the ring that are
    not used any more), baseline_by (number of the BASELINE record of the fitting, 0 for none yet), baseline (its
    prox_count), profile, fix_interval_s, calibration (values of records.CALIBRATION, or empty), last_fault (what the
    firmware last raised, at most snapshot.FAULT_MAX bytes, empty for nothing), fault_untold (whether no record tells of
    it)."""

    def __init__(self, flash, first_block):
        self._turns = Turns(flash, first_block, SETTINGS_BLOCKS)
        self._generation = 0
        self.first_key = b""
        self.fitted = False
        self.fitted_by = 0
        self.order_id = bytes(16)
        self.cadence_s = 60
        self.seal_interval_s = 21600
        self.received = 0
        self.order_page = 0
        self.ended_page = 0
        self.retired = []
        self.baseline_by = 0
        self.baseline = 0
        self.profile = profiles.STANDARD
        self.fix_interval_s = 0
        self.calibration = ()
        self.last_fault = b""
        self.fault_untold = False
        self._load()

    def _load(self):
        buffer = bytearray(PAGE_SIZE)
        best = None
        for page in range(self._turns.pages):
            self._turns.read(page, buffer)
            if not is_snapshot(buffer):
                continue
            values = struct.unpack_from(FORMAT, buffer, 0)
            if values[GENERATION] > self._generation:
                self._generation = values[GENERATION]
                best = page, values, bytes(buffer)
        if best is None:
            return
        page, values, snapshot = best
        # Before anything is erased: a cut may have left it so that it reads well only for a while.
        self._turns.keep(page, snapshot)
        first_key, fitted, self.fitted_by, self.order_id = values[2:6]
        self.cadence_s, self.seal_interval_s, self.received, self.order_page, self.ended_page, count = values[6:12]
        self.first_key = b"" if first_key == bytes(64) else first_key
        self.fitted = bool(fitted)
        self.retired = list(values[12 : 12 + count])
        # Zeros where an older firmware wrote it.
        self.baseline_by, self.baseline, profile, self.fix_interval_s = values[-13:-9]
        self.profile = profile if profile in profiles.PROFILES else profiles.STANDARD
        # A span of 0 is none.
        self.calibration = values[-9:-2] if values[-7] else ()
        self.fault_untold = bool(values[-2])
        self.last_fault = values[-1].rstrip(b"\0")
        # What a cut tore may read as a snapshot at the next boot and not at this one, or the other way round. So these
        # values are written anew before anything follows from them, with a number above any that may come to life.
        self._generation += 1
        self.save()

    def holds(self):
        """Whether the newest snapshot reads back from flash as it was written."""
        buffer = bytearray(PAGE_SIZE)
        self._turns.read(self._turns.live[-1], buffer)
        return is_snapshot(buffer)

    def save(self):
        """Program the present values as a new snapshot; False when no page took it."""
        buffer = bytearray(PAGE_SIZE)
        retired = self.retired + [0] * (RETIRED_MAX - len(self.retired))
        struct.pack_into(
            FORMAT,
            buffer,
            0,
            MAGIC,
            self._generation + 1,
            self.first_key or bytes(64),
            1 if self.fitted else 0,
            self.fitted_by,
            self.order_id,
            self.cadence_s,
            self.seal_interval_s,
            self.received,
            self.order_page,
            self.ended_page,
            len(self.retired),
            *retired,
            self.baseline_by,
            self.baseline,
            self.profile,
            self.fix_interval_s,
            *(self.calibration or _NO_CALIBRATION),
            1 if self.fault_untold else 0,
            self.last_fault,
        )
        struct.pack_into("<I", buffer, PAGE_SIZE - 4, binascii.crc32(memoryview(buffer)[:-4]))
        page = self._turns.put(buffer)
        if page < 0:
            return False
        self._turns.live = [page]
        self._generation += 1
        return True
