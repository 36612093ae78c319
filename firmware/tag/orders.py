"""Signed requests: what each does once its signature holds. Handlers take field values and give reply values or a
Refusal."""

from tagproto import calibration, commands, messages, profiles, records, seals
from tagproto.layout import SESSION_RESERVE_PAGES

from .bucket import Bucket
from .refusal import Refusal, log_full

_CADENCE_MAX_S = 86400
_SEAL_INTERVAL_MAX_S = 4 * 86400
# What the host can still divide by, whatever the temperature.
_SPAN_PPM_MAX = 20000
# A sync asks for three: who floods the link must not fill the log, and a restart must not buy much.
_REQUESTS_CAPACITY = 64
_REQUESTS_AT_BOOT = 24
_FITTINGS_CAPACITY = 8
_REFILL_MS = 1200000


class Orders:
    """What stations ask of the tag; changes it through `app`. `handlers` by message kind."""

    def __init__(self, app):
        self._app = app
        self._gate = app.gate
        self._requests = Bucket(_REQUESTS_CAPACITY, _REFILL_MS, _REQUESTS_AT_BOOT)
        # Each apart, so that nobody can be kept from removing a tag.
        self._fits = Bucket(_FITTINGS_CAPACITY, _REFILL_MS)
        self._removals = Bucket(_FITTINGS_CAPACITY, _REFILL_MS)
        self._configurations = Bucket(_FITTINGS_CAPACITY, _REFILL_MS)
        self.handlers = {
            messages.SEAL: self._seal,
            messages.FIT: self._fit,
            messages.REMOVE: self._remove,
            messages.ACKNOWLEDGE: self._acknowledge,
            messages.ATTEST: self._attest,
            messages.OPEN: self._open,
            messages.CONFIGURE: self._configure,
            messages.CALIBRATE: self._calibrate,
            messages.SELF_TEST: self._test,
        }

    def _too_often(self, bucket):
        """A refusal when what is about to be recorded has no token, else None."""
        if bucket.spend(self._app.board.clock.ticks_ms()):
            return None
        return Refusal(messages.ERROR_BUSY, "asked too often: wait %d minutes" % (_REFILL_MS // 60000))

    def _open(self, values):
        app = self._app
        if values["scope"] not in (commands.SCOPE_ORDER, commands.SCOPE_ALL):
            return Refusal(messages.ERROR_RANGE, "scope is 1 or 2")
        if values["scope"] == commands.SCOPE_ALL:
            refusal = self._too_often(self._requests)
            if refusal is not None:
                return refusal
            if app.event(records.OPENED, values, SESSION_RESERVE_PAGES) is None:
                return log_full()
        self._gate.open(values["scope"])
        return {}

    def _seal(self, values):
        app = self._app
        refusal = self._too_often(self._requests)
        if refusal is not None:
            return refusal
        if app.ring.free() <= SESSION_RESERVE_PAGES or not app.seal(seals.REASON_ASKED, values["challenge"]):
            return log_full()
        return {"seal_number": app.sealer.number - 1, "seal_hash": app.sealer.last_hash, "open_page": app.writer.seq}

    def _fit(self, values):
        app = self._app
        if app.settings.fitted:
            return Refusal(messages.ERROR_STATE, "already fitted for an order: remove it first")
        refusal = _out_of_range(values)
        if refusal is not None:
            return refusal
        if app.board.strap.value():
            return Refusal(messages.ERROR_STATE, "the strap is open: close it, then fit")
        if values["order_id"] != app.settings.order_id and app.fitting.unreceipted():
            return Refusal(messages.ERROR_RECEIPT, "the order before is not receipted: sync the tag first")
        refusal = self._too_often(self._fits)
        if refusal is not None:
            return refusal
        number = app.fitting.begin(values)
        return log_full() if number is None else {"number": number, "seal_number": app.sealer.number - 1}

    def _remove(self, values):
        app = self._app
        if not app.settings.fitted:
            return Refusal(messages.ERROR_STATE, "not fitted")
        refusal = self._too_often(self._removals)
        if refusal is not None:
            return refusal
        number = app.fitting.end(values)
        return log_full() if number is None else {"number": number, "seal_number": app.sealer.number - 1}

    def _configure(self, values):
        app = self._app
        if not app.settings.fitted:
            return Refusal(messages.ERROR_STATE, "not fitted")
        refusal = _out_of_range(values) or self._too_often(self._configurations)
        if refusal is not None:
            return refusal
        number = app.fitting.configure(values)
        return log_full() if number is None else {"number": number}

    def _calibrate(self, values):
        app = self._app
        if app.settings.fitted:
            return Refusal(messages.ERROR_STATE, "fitted: remove it first")
        if (
            not values["cell_span_pa_per_mg_dl"]
            or not -40000 <= values["reference_mdeg_c"] <= 85000
            or abs(values["span_ppm_per_deg_c"]) > _SPAN_PPM_MAX
        ):
            return Refusal(messages.ERROR_RANGE, "no span, or a figure that no cell has")
        if values["calibration_id"] != calibration.identity(values):
            return Refusal(messages.ERROR_RANGE, "that is not what these figures are called")
        refusal = self._too_often(self._configurations)
        if refusal is not None:
            return refusal
        number = app.fitting.calibrate(values)
        return log_full() if number is None else {"number": number}

    def _test(self, _values):
        app = self._app
        refusal = self._too_often(self._requests)
        if refusal is not None:
            return refusal
        test = app.self_test
        number = test.run(1, SESSION_RESERVE_PAGES)
        if number is None or not app.seal(seals.REASON_ASKED):
            return log_full()
        return {"number": number, "seal_number": app.sealer.number - 1, "ran": test.ran, "failed": test.failed}

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
        # The session is over: who comes next opens the read-out again.
        self._gate.open(0)
        return log_full() if number is None else {"number": number}

    def _attest(self, values):
        app = self._app
        refusal = self._too_often(self._requests)
        if refusal is not None:
            return refusal
        told = dict(values)
        told["nonce_ticks"] = self._gate.nonce_ticks
        number = app.event(records.ATTESTATION, told, SESSION_RESERVE_PAGES)
        return log_full() if number is None else {"number": number}


def _out_of_range(values):
    if not 1 <= values["cadence_s"] <= _CADENCE_MAX_S:
        return Refusal(messages.ERROR_RANGE, "cadence_s is 1 to %d" % _CADENCE_MAX_S)
    if not 60 <= values["seal_interval_s"] <= _SEAL_INTERVAL_MAX_S:
        return Refusal(messages.ERROR_RANGE, "seal_interval_s is 60 to %d" % _SEAL_INTERVAL_MAX_S)
    if values["profile"] not in profiles.PROFILES:
        return Refusal(messages.ERROR_RANGE, "no such profile")
    if values["fix_interval_s"] and not 60 <= values["fix_interval_s"] <= _SEAL_INTERVAL_MAX_S:
        return Refusal(messages.ERROR_RANGE, "fix_interval_s is 0, or 60 to %d" % _SEAL_INTERVAL_MAX_S)
    return None
