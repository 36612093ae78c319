"""Seals: who signs, what the chain is, and when the next one is due."""

from tagproto import cose, records, seals
from tagproto.layout import WINDOW_RECORDS_MAX


class Sealer:
    """Closes windows. number: that of the next seal; last_hash: of the seal before it.

    signer: has epoch and sign(digest), announce(take_random) -> next keys, retire(). epoch and announced:
    who signs next, as the log says after `resume`.
    """

    def __init__(self, recorder, tag_id, take_random):
        self._recorder = recorder
        self._tag_id = tag_id
        self._take_random = take_random
        self.signer = None
        self.number = 0
        self.last_hash = seals.NO_PREVIOUS
        self.last_ticks = 0
        # Boot of the last seal in the log.
        self.last_boot = 0
        self.epoch = 0
        self.announced = {}

    def resume(self, item):
        """A seal item that the log holds already, as recovery reads it; one that cannot be read is passed by."""
        signed = seals.parse(item.value)
        if isinstance(signed, seals.SignedSeal):
            seal = signed.seal
            self.number = seal.number + 1
            self.last_hash = signed.hash()
            self.last_boot = seal.boot
            self.epoch = seal.epoch + 1 if seal.next_keys else seal.epoch
            self.announced = seals.announced(seal)

    def seal(self, ticks, reason, nonce=b""):
        """Seal the open window and begin an epoch; False when the log has no room for it.

        The keys that the seal names are in flash before it, and it is in flash before the old key goes. Where flash
        takes no key, the present one goes on.
        """
        recorder = self._recorder
        signer = self.signer
        if not recorder.can_seal():
            return False
        next_keys = signer.announce(self._take_random)
        payload = seals.Seal(
            self._tag_id,
            signer.epoch,
            self.number,
            recorder.boot(),
            recorder.window_first,
            recorder.window_count(),
            recorder.window_root(),
            self.last_hash,
            ticks,
            reason,
            nonce,
            next_keys,
        ).payload()
        encoded = cose.assemble(payload, signer.sign(cose.signed_digest(payload)))
        if not recorder.close_window(encoded, signer.retire):
            return False
        self.number += 1
        self.last_hash = seals.hash_of(encoded)
        self.last_ticks = ticks
        return True

    def due(self, ticks, interval_s):
        """Whether a scheduled seal is due: there is something to seal, and the interval has passed or it is much."""
        if self._recorder.window_count() >= WINDOW_RECORDS_MAX:
            return True
        late_ms = records.ticks_after(self.last_ticks, ticks) - interval_s * 1000
        return late_ms >= 0 and (self._recorder.window_count() > 0 or self._recorder.lost_now > 0)
