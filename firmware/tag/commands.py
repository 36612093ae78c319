"""What each message of the link does. Handlers take field values and give reply values or a Refusal."""

import tagproto
from tagproto import messages, records, seals

from .bucket import Bucket
from .link import Refusal

_CADENCE_MAX_S = 86400
_SEAL_INTERVAL_MAX_S = 4 * 86400
_NONCE_SIZE = 8
# A sync asks for three: who floods the link must not fill the log.
_REQUESTS_CAPACITY = 64
# Apart from them, so that a flood cannot keep a technician from fitting or removing.
_FITTINGS_CAPACITY = 16
_REFILL_MS = 1200000


class Commands:
    """The tag as the host sees it; changes it through `app`."""

    def __init__(self, app):
        self._app = app
        self._nonce = b""
        self._nonce_ticks = 0
        requests = Bucket(_REQUESTS_CAPACITY, _REFILL_MS)
        fittings = Bucket(_FITTINGS_CAPACITY, _REFILL_MS)
        # What ends in records or seals, and what rations it.
        self._buckets = {
            messages.SEAL: requests,
            messages.ACKNOWLEDGE: requests,
            messages.ATTEST: requests,
            messages.FIT: fittings,
            messages.REMOVE: fittings,
        }
        self._handlers = {
            messages.HELLO: self._hello,
            messages.STATUS: self._status,
            messages.SEAL: self._seal,
            messages.FIT: self._fit,
            messages.REMOVE: self._remove,
            messages.ACKNOWLEDGE: self._acknowledge,
            messages.LOG: self._log,
            messages.ATTEST: self._attest,
        }

    def handle(self, kind, values):
        """Carry out one request."""
        bucket = self._buckets.get(kind)
        if bucket is not None and not bucket.spend(self._app.board.clock.ticks_ms()):
            return Refusal(messages.ERROR_BUSY, "asked too often: wait %d minutes" % (_REFILL_MS // 60000))
        return self._handlers[kind](values)

    def _hello(self, values):
        app = self._app
        if values["version"] != tagproto.PROTOCOL_VERSION:
            text = "this tag speaks protocol version %d, the host asked for %d"
            return Refusal(
                messages.ERROR_VERSION,
                text % (tagproto.PROTOCOL_VERSION, values["version"]),
                tagproto.PROTOCOL_VERSION,
            )
        app.pool.mix(values["entropy"])
        return {
            "version": tagproto.PROTOCOL_VERSION,
            "tag_id": app.board.unique_id,
            "firmware": app.firmware,
            "boot": app.recorder.boot(),
            "ticks": app.board.clock.ticks_ms(),
            "epoch": app.keys.epoch,
            "public_key": app.settings.first_key,
            "nonce": self._new_nonce(),
        }

    def _new_nonce(self):
        self._nonce = self._app.pool.take(_NONCE_SIZE)
        self._nonce_ticks = self._app.board.clock.ticks_ms()
        return self._nonce

    def _status(self, _values):
        app = self._app
        settings = app.settings
        return {
            "boot": app.recorder.boot(),
            "ticks": app.board.clock.ticks_ms(),
            "fitted": 1 if settings.fitted else 0,
            "order_id": settings.order_id,
            "cadence_s": app.pace.cadence_s,
            "seal_interval_s": app.pace.seal_interval_s,
            "next_number": app.recorder.next_number(),
            "oldest_page": app.ring.oldest(),
            "open_page": app.writer.seq,
            "pages_capacity": app.ring.capacity,
            "received_page": app.ring.received,
            "seals": app.sealer.number,
            "readings_lost": app.recorder.readings_lost,
            "frames_bad": app.link.frames_bad,
            "commands_refused": app.link.refused,
            "faults": app.faults.count,
            "heap_free": app.heap_free,
            "heap_free_low": app.heap_free_low,
            "slow": 1 if app.pace.slow else 0,
            "blocks_retired": len(settings.retired),
            "flash_failures": app.flash.failures,
        }

    def _seal(self, values):
        app = self._app
        if not 1 <= len(values["nonce"]) <= 32:
            return Refusal(messages.ERROR_BODY, "the nonce is 1 to 32 bytes")
        if not app.seal(seals.REASON_ASKED, values["nonce"]):
            return _log_full()
        return {"seal_number": app.sealer.number - 1, "seal_hash": app.sealer.last_hash, "open_page": app.writer.seq}

    def _fit(self, values):
        app = self._app
        if app.settings.fitted:
            return Refusal(messages.ERROR_STATE, "already fitted for an order: remove it first")
        if not 1 <= values["cadence_s"] <= _CADENCE_MAX_S:
            return Refusal(messages.ERROR_RANGE, "cadence_s is 1 to %d" % _CADENCE_MAX_S)
        if not 60 <= values["seal_interval_s"] <= _SEAL_INTERVAL_MAX_S:
            return Refusal(messages.ERROR_RANGE, "seal_interval_s is 60 to %d" % _SEAL_INTERVAL_MAX_S)
        if app.board.strap.value():
            return Refusal(messages.ERROR_STATE, "the strap is open: close it, then fit")
        number = app.fitting.begin(values["order_id"], values["cadence_s"], values["seal_interval_s"])
        return _log_full() if number is None else {"number": number, "seal_number": app.sealer.number - 1}

    def _remove(self, values):
        app = self._app
        if not app.settings.fitted:
            return Refusal(messages.ERROR_STATE, "not fitted")
        number = app.fitting.end(values["reason"])
        return _log_full() if number is None else {"number": number, "seal_number": app.sealer.number - 1}

    def _acknowledge(self, values):
        app = self._app
        page = values["page"]
        if page > app.writer.seq:
            return Refusal(messages.ERROR_RANGE, "page %d is not written yet" % page)
        number = app.event(records.RECEIPT, values)
        # The seal lies in what was the open page then, and that went on growing: only what is before it is stored.
        app.set_received(page)
        if number is None:
            # The log was full: what the station has stored makes room for its receipt.
            number = app.event(records.RECEIPT, values)
        if app.settings.fitted:
            app.watch_room()
        return _log_full() if number is None else {"number": number}

    def _log(self, values):
        text = self._app.diary.text()
        offset = min(values["offset"], len(text))
        return {"size": len(text), "offset": offset, "text": text[offset : offset + 255]}

    def _attest(self, values):
        app = self._app
        if not self._nonce or values["nonce"] != self._nonce:
            self._nonce = b""
            return Refusal(messages.ERROR_NONCE, "this is not the tag's last nonce: say hello for a new one")
        number = app.event(
            records.ATTESTATION,
            {
                "utc_ms": values["utc_ms"],
                "nonce_ticks": self._nonce_ticks,
                "nonce": values["nonce"],
                "station": values["station"],
                "statement": values["statement"],
            },
        )
        return _log_full() if number is None else {"number": number, "nonce": self._new_nonce()}


def _log_full():
    return Refusal(messages.ERROR_FLASH, "the tag's log is full: sync it, so that it can free what is stored")
