"""What each message of the link does. Handlers take field values and give reply values or a Refusal."""

import tagproto
from tagproto import commands, documents, messages, records, seals
from tagproto.bad import Bad
from tagproto.layout import SESSION_RESERVE_PAGES

from .bucket import Bucket
from .refusal import Refusal

_CADENCE_MAX_S = 86400
_SEAL_INTERVAL_MAX_S = 4 * 86400
# A sync asks for three: who floods the link must not fill the log, and a restart must not buy much.
_REQUESTS_CAPACITY = 64
_REQUESTS_AT_BOOT = 24
_FITTINGS_CAPACITY = 8
_REFILL_MS = 1200000
# What a TRUST record fills at most.
_TRUST_PAGES = 2


class Commands:
    """The tag as the host sees it; changes it through `app`."""

    def __init__(self, app):
        self._app = app
        self._gate = app.gate
        self._requests = Bucket(_REQUESTS_CAPACITY, _REFILL_MS, _REQUESTS_AT_BOOT)
        # Each apart, so that nobody can be kept from removing a tag.
        self._fits = Bucket(_FITTINGS_CAPACITY, _REFILL_MS)
        self._removals = Bucket(_FITTINGS_CAPACITY, _REFILL_MS)
        self._handlers = {
            messages.HELLO: self._hello,
            messages.STATUS: self._status,
            messages.LOG: self._log,
            messages.PRESENT: self._present,
            messages.DOCUMENT: self._document,
        }
        self._signed = {
            messages.SEAL: self._seal,
            messages.FIT: self._fit,
            messages.REMOVE: self._remove,
            messages.ACKNOWLEDGE: self._acknowledge,
            messages.ATTEST: self._attest,
            messages.OPEN: self._open,
        }

    def handle(self, kind, values):
        """Carry out one request: reply values, a Refusal, or a Pending for one whose signature has to be checked."""
        signed = self._signed.get(kind)
        if signed is not None:
            return self._gate.command(kind, values, signed)
        return self._handlers[kind](values)

    def readable(self):
        """(the first page that may be read, the open page), or a Refusal."""
        app = self._app
        scope = self._gate.scope()
        if not scope:
            return Refusal(messages.ERROR_RIGHT, "open the read-out first")
        oldest = app.ring.oldest()
        if scope == commands.SCOPE_ORDER:
            oldest = max(oldest, min(app.settings.order_page, app.writer.seq))
        return oldest, app.writer.seq

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
            "nonce": self._gate.new_nonce(),
            "root": app.trust.root_id(),
            "list_number": app.trust.list_number,
        }

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
            "order_page": settings.order_page,
            "unreceipted": 1 if app.fitting.unreceipted() else 0,
            "minimum": app.trust.minimum,
        }

    # Documents

    def _present(self, values):
        document = documents.parse(values["document"])
        if isinstance(document, Bad):
            return Refusal(messages.ERROR_BODY, "no document that this tag can read: " + document.detail)
        point = self._app.trust.judge(document)
        if isinstance(point, Refusal):
            return point
        if point is None:
            return _presented(document)
        sign1 = document.sign1
        return self._gate.check(point, sign1.digest(), sign1.signature, lambda: self._trusted(document))

    def _trusted(self, document):
        app = self._app
        if document.type not in (documents.REGION, documents.STATION) and (
            app.ring.free() <= SESSION_RESERVE_PAGES + _TRUST_PAGES or not app.recorder.catch_up(SESSION_RESERVE_PAGES)
        ):
            return _log_full()
        change = app.trust.take(document)
        if change:
            app.record_trust(change, document)
        return _presented(document)

    def _document(self, values):
        trust = self._app.trust
        kept = (trust.certificate, trust.region_certificate)
        if values["index"] >= len(kept):
            return Refusal(messages.ERROR_RANGE, "the tag keeps documents 0 and 1")
        return {"document": kept[values["index"]]}

    # Signed requests

    def _open(self, values):
        app = self._app
        if values["scope"] not in (commands.SCOPE_ORDER, commands.SCOPE_ALL):
            return Refusal(messages.ERROR_RANGE, "scope is 1 or 2")
        if values["scope"] == commands.SCOPE_ALL:
            refusal = self._too_often(self._requests)
            if refusal is not None:
                return refusal
            if app.event(records.OPENED, values, SESSION_RESERVE_PAGES) is None:
                return _log_full()
        self._gate.open(values["scope"])
        return {}

    def _seal(self, values):
        app = self._app
        refusal = self._too_often(self._requests)
        if refusal is not None:
            return refusal
        if app.ring.free() <= SESSION_RESERVE_PAGES or not app.seal(seals.REASON_ASKED, values["challenge"]):
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
        if values["order_id"] != app.settings.order_id and app.fitting.unreceipted():
            return Refusal(messages.ERROR_RECEIPT, "the order before is not receipted: sync the tag first")
        refusal = self._too_often(self._fits)
        if refusal is not None:
            return refusal
        number = app.fitting.begin(values)
        return _log_full() if number is None else {"number": number, "seal_number": app.sealer.number - 1}

    def _remove(self, values):
        app = self._app
        if not app.settings.fitted:
            return Refusal(messages.ERROR_STATE, "not fitted")
        refusal = self._too_often(self._removals)
        if refusal is not None:
            return refusal
        number = app.fitting.end(values)
        return _log_full() if number is None else {"number": number, "seal_number": app.sealer.number - 1}

    def _acknowledge(self, values):
        app = self._app
        page = values["page"]
        if page > app.writer.seq:
            return Refusal(messages.ERROR_RANGE, "page %d is not written yet" % page)
        if values["seal_number"] != app.sealer.number - 1 or values["seal_hash"] != app.sealer.last_hash:
            # Who relays a station's words may have shown it pages and an older seal of their own making.
            return Refusal(messages.ERROR_STATE, "that is not the tag's last seal: seal once more, and read on")
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
        refusal = self._too_often(self._requests)
        if refusal is not None:
            return refusal
        told = dict(values)
        told["nonce_ticks"] = self._gate.nonce_ticks
        number = app.event(records.ATTESTATION, told, SESSION_RESERVE_PAGES)
        return _log_full() if number is None else {"number": number}


def _log_full():
    return Refusal(messages.ERROR_FLASH, "the tag's log is full: sync it, so that it can free what is stored")


def _presented(document):
    return {"type": document.type, "subject": document.octets(documents.SUBJECT) or bytes(8)}
