"""Seals: who signs, what the chain is, and when the next one is due."""

from tagproto import records, seals

from .crypto import p256


class SoftwareSigner:
    """Signs with a key in flash. A secure element takes its place with the same two members."""

    def __init__(self, secret):
        self._secret = secret
        self.public_key = p256.public_key(secret)

    def sign(self, digest):
        """64 bytes over a SHA-256 digest."""
        return p256.sign(self._secret, digest)


class Sealer:
    """Closes windows. number: that of the next seal; last_hash: of the seal before it."""

    def __init__(self, recorder, signer, tag_id, epoch):
        self._recorder = recorder
        self._signer = signer
        self._tag_id = tag_id
        self._epoch = epoch
        self.number = 0
        self.last_hash = seals.NO_PREVIOUS
        self.last_ticks = 0
        # Boot of the last seal in the log.
        self.last_boot = 0

    def resume(self, item):
        """A seal item that the log holds already, as recovery reads it; one that cannot be read is passed by."""
        signed = seals.parse(item.value)
        if isinstance(signed, seals.SignedSeal):
            self.number = signed.seal.number + 1
            self.last_hash = signed.hash()
            self.last_boot = signed.seal.boot

    def seal(self, ticks, reason, nonce=b""):
        """Seal the open window; False when the log has no room for it."""
        recorder = self._recorder
        payload = seals.Seal(
            self._tag_id,
            self._epoch,
            self.number,
            recorder.boot(),
            recorder.window_first,
            recorder.window_count(),
            recorder.window_root(),
            self.last_hash,
            ticks,
            reason,
            nonce,
        ).payload()
        encoded = seals.assemble(payload, self._signer.sign(seals.signed_digest(payload)))
        if not recorder.close_window(encoded):
            return False
        self.number += 1
        self.last_hash = seals.hash_of(encoded)
        self.last_ticks = ticks
        return True

    def due(self, ticks, interval_s):
        """Whether a scheduled seal is due: the interval has passed and there is something to seal."""
        late_ms = records.ticks_after(self.last_ticks, ticks) - interval_s * 1000
        return late_ms >= 0 and self._recorder.window_count() > 0
