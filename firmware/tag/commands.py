"""What each message of the link does. Handlers take field values and give reply values or a Refusal."""

import tagproto
from tagproto import commands, documents, messages
from tagproto.bad import Bad
from tagproto.layout import SESSION_RESERVE_PAGES

from .calibration import calibration_id
from .orders import Orders
from .refusal import Refusal, log_full

# What a TRUST record fills at most.
_TRUST_PAGES = 2


class Commands:
    """The tag as the host sees it; changes it through `app`."""

    def __init__(self, app):
        self._app = app
        self._gate = app.gate
        self._signed = Orders(app).handlers
        self._handlers = {
            messages.HELLO: self._hello,
            messages.STATUS: self._status,
            messages.LOG: self._log,
            messages.PRESENT: self._present,
            messages.DOCUMENT: self._document,
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
            "input": app.board.link.input_bytes,
            "rate": app.board.link.rate,
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
            "heap_free": app.chores.heap_free,
            "heap_free_low": app.chores.heap_free_low,
            "slow": 1 if app.pace.slow else 0,
            "blocks_retired": len(settings.retired),
            "flash_failures": app.flash.failures,
            "order_page": settings.order_page,
            "unreceipted": 1 if app.fitting.unreceipted() else 0,
            "minimum": app.trust.minimum,
            "baseline": app.baseline.readings(),
            "tampers": app.tampers.active(),
            "profile": settings.profile,
            "fix_interval_s": settings.fix_interval_s,
            "calibration_id": calibration_id(settings),
            "thresholds": app.thresholds.active(),
            "battery_mv": app.battery.mv,
            "test_failed": app.self_test.failed,
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
            return log_full()
        change = app.trust.take(document)
        if change:
            app.authority.changed(change, document)
        return _presented(document)

    def _document(self, values):
        trust = self._app.trust
        kept = (trust.certificate, trust.region_certificate)
        if values["index"] >= len(kept):
            return Refusal(messages.ERROR_RANGE, "the tag keeps documents 0 and 1")
        return {"document": kept[values["index"]]}

    def _log(self, values):
        text = self._app.diary.text()
        offset = min(values["offset"], len(text))
        return {"size": len(text), "offset": offset, "text": text[offset : offset + 255]}


def _presented(document):
    return {"type": document.type, "subject": document.octets(documents.SUBJECT) or bytes(8)}
