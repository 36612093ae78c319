"""What each message of the link does. Handlers take field values and give reply values or a Refusal."""

import tagproto
from tagproto import messages, records, seals
from tagproto.layout import SESSION_RESERVE_PAGES

from .bucket import Bucket
from .link import Refusal

_CADENCE_MAX_S = 86400
_SEAL_INTERVAL_MAX_S = 4 * 86400
_NONCE_SIZE = 8
# A sync asks for three: who floods the link must not fill the log, and a restart must not buy much.
_REQUESTS_CAPACITY = 64
_REQUESTS_AT_BOOT = 24
_FITTINGS_CAPACITY = 8
_REFILL_MS = 1200000
# What a receipt and an attestation hold of a station's statement: a record's body ends at 255 bytes.
_RECEIPT_STATEMENT_MAX = 206
_ATTESTATION_STATEMENT_MAX = 226


class Commands:
    """The tag as the host sees it; changes it through `app`."""

    def __init__(self, app):
        self._app = app
        self._nonce = b""
        self._nonce_ticks = 0
        self._requests = Bucket(_REQUESTS_CAPACITY, _REFILL_MS, _REQUESTS_AT_BOOT)
        # Each apart, so that nobody can be kept from removing a tag.
        self._fits = Bucket(_FITTINGS_CAPACITY, _REFILL_MS)
        self._removals = Bucket(_FITTINGS_CAPACITY, _REFILL_MS)
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
        return self._handlers[kind](values)

    def _too_often(self, bucket):
        """A refusal when what is about to be recorded has no token, else None."""
        if bucket.spend(self._app.board.clock.ticks_ms()):
            return None
        return Refusal(messages.ERROR_BUSY, "asked too often: wait %d minutes" % (_REFILL_MS // 60000))

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
            "public_key": app.settings.first_key or app.keys.public_key,
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
        refusal = self._too_often(self._requests)
        if refusal is not None:
            return refusal
        if app.ring.free() <= SESSION_RESERVE_PAGES or not app.seal(seals.REASON_ASKED, values["nonce"]):
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
        refusal = self._too_often(self._fits)
        if refusal is not None:
            return refusal
        number = app.fitting.begin(values["order_id"], values["cadence_s"], values["seal_interval_s"])
        return _log_full() if number is None else {"number": number, "seal_number": app.sealer.number - 1}

    def _remove(self, values):
        app = self._app
        if not app.settings.fitted:
            return Refusal(messages.ERROR_STATE, "not fitted")
        refusal = self._too_often(self._removals)
        if refusal is not None:
            return refusal
        number = app.fitting.end(values["reason"])
        return _log_full() if number is None else {"number": number, "seal_number": app.sealer.number - 1}

    def _acknowledge(self, values):
        app = self._app
        page = values["page"]
        if page > app.writer.seq:
            return Refusal(messages.ERROR_RANGE, "page %d is not written yet" % page)
        if len(values["statement"]) > _RECEIPT_STATEMENT_MAX:
            return Refusal(messages.ERROR_BODY, "the statement is at most %d bytes" % _RECEIPT_STATEMENT_MAX)
        refusal = self._too_often(self._requests)
        if refusal is not None:
            return refusal
        number = app.event(records.RECEIPT, values, SESSION_RESERVE_PAGES)
        # The seal lies in what was the open page then, and that went on growing: only what is before it is stored.
        app.set_received(page)
        if number is None:
            # The log was full: what the station has stored makes room for its receipt.
            number = app.event(records.RECEIPT, values, SESSION_RESERVE_PAGES)
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
        if len(values["statement"]) > _ATTESTATION_STATEMENT_MAX:
            return Refusal(messages.ERROR_BODY, "the statement is at most %d bytes" % _ATTESTATION_STATEMENT_MAX)
        refusal = self._too_often(self._requests)
        if refusal is not None:
            return refusal
        number = app.event(
            records.ATTESTATION,
            {
                "utc_ms": values["utc_ms"],
                "nonce_ticks": self._nonce_ticks,
                "nonce": values["nonce"],
                "station": values["station"],
                "statement": values["statement"],
            },
            SESSION_RESERVE_PAGES,
        )
        return _log_full() if number is None else {"number": number, "nonce": self._new_nonce()}


def _log_full():
    return Refusal(messages.ERROR_FLASH, "the tag's log is full: sync it, so that it can free what is stored")
