"""Records whose fields do not speak for themselves, as sentences."""

from collections.abc import Mapping

from tagproto import commands, records, tamper, thresholds
from tagproto.records import Record

from ..incidents import incident
from ..models import Pace
from ..selftest import names
from ..trust.chains import Trusted
from ..words import g_dl
from .output import iso
from .pacing import pace_words


def sentence(record: Record, trusted: Trusted) -> str | None:
    """What a record says; None for those whose fields are shown instead, unknown kinds among them. trusted: names who
    signed it."""
    values = record.values()
    if not isinstance(values, dict):
        return None
    if record.kind in commands.RECORDS:
        return f"{_told(record.kind, values)}; {signer(values, trusted)}"
    numbers = {name: value for name, value in values.items() if isinstance(value, int)}
    if record.kind in (records.REFUSED, records.FAULT):
        return incident(record)
    if record.kind == records.FIX:
        return position(numbers["latitude_e7"], numbers["longitude_e7"], numbers["accuracy_dm"])
    if record.kind == records.REPEATED:
        return f"{numbers['count']} more of kind {records.name(numbers['kind'])}, too often to be recorded one by one"
    if record.kind == records.LOST:
        return f"{numbers['count']} readings that the full log could not keep"
    if record.kind == records.TRUST:
        return _trust(numbers)
    if record.kind == records.TAMPER:
        return _tamper(numbers["tamper"], numbers["begun"], numbers["age_s"])
    if record.kind == records.THRESHOLD:
        return _threshold(numbers["threshold"], numbers["begun"], numbers["value"])
    if record.kind == records.SELF_TEST:
        failed = ", ".join(names(numbers["failed"]))
        return ("for a station: " if numbers["asked"] else "") + (f"FAILED: {failed}" if failed else "all is well")
    if record.kind == records.BASELINE:
        return f"the fitted baseline, of {numbers['readings']} readings from record {numbers['first']} on"
    return None


def signer(values: Mapping[str, int | bytes], trusted: Trusted) -> str:
    """Who signed a statement, as far as the documents say."""
    key_id = values["station"]
    assert isinstance(key_id, bytes)
    if key_id in trusted.roots:
        return "by the authority"
    station = trusted.stations.get(key_id)
    return f"by station {station.name!r}" if station is not None else f"by {key_id.hex()}, whom nobody certified"


def _told(kind: int, values: Mapping[str, int | bytes]) -> str:
    numbers = {name: value for name, value in values.items() if isinstance(value, int)}
    if kind in (records.FIT, records.CONFIGURED):
        pace = pace_words(Pace(*(numbers[name] for name, _ in records.PACE)))
    if kind == records.ATTESTATION:
        return f"it is {iso(numbers['utc_ms']) or 'a time beyond the calendar'}"
    if kind == records.FIT:
        order_id = values["order_id"]
        assert isinstance(order_id, bytes)
        return f"for order {order_id.hex()}, {pace}"
    if kind == records.CONFIGURED:
        return pace
    if kind == records.RECEIPT:
        return f"all pages up to {numbers['page']} are stored, which ends in seal {numbers['seal_number']}"
    if kind == records.OPENED:
        return "all that the tag holds may be read out"
    if kind == records.CALIBRATED:
        zero, span = f"{numbers['cell_zero_uv']} uV", f"{numbers['cell_span_pa_per_mg_dl']} pA for each mg/dL"
        return (
            f"the tag has another calibration: zero {zero}, span {span} at {numbers['reference_mdeg_c'] / 1000:g} degC"
        )
    return f"the fitting ends, reason {numbers['reason']}"


def _trust(numbers: Mapping[str, int]) -> str | None:
    generation = numbers["generation"]
    return {
        records.TRUST_ROOT: f"the tag obeys its first root, generation {generation}",
        records.TRUST_ROTATION: f"the tag obeys the next root, generation {generation}",
        records.TRUST_LIST: f"the tag obeys list {numbers['number']}: generations below {generation} are over",
        records.TRUST_CERTIFICATE: f"the tag has its certificate, generation {generation}",
    }.get(numbers["change"])


def _tamper(code: int, begun: int, age_s: int) -> str:
    what = tamper.NAMES.get(code, f"of unknown class {code}")
    return f"{what} {'begins' if begun else 'ends'}; it showed {age_s} s before"


def _threshold(code: int, begun: int, value: int) -> str:
    if code == thresholds.ALCOHOL:
        return f"TAC {'above' if begun else 'no longer above'} the limit: {g_dl(value)} g/dL by the code alone"
    if code == thresholds.BATTERY:
        return f"battery {'near its end' if begun else 'no longer near its end'}: {value / 1000:.2f} V"
    return f"{'beyond' if begun else 'no longer beyond'} an unknown threshold, {code}: {value}"


def position(latitude_e7: int, longitude_e7: int, accuracy_dm: int) -> str:
    """A position in degrees of WGS 84: 51.5007292 N, 0.1246254 W, within 3.5 m."""
    north = f"{_degrees(latitude_e7)} {'N' if latitude_e7 >= 0 else 'S'}"
    east = f"{_degrees(longitude_e7)} {'E' if longitude_e7 >= 0 else 'W'}"
    return f"{north}, {east}, within {accuracy_dm // 10}.{accuracy_dm % 10} m by the receiver's own estimate"


def _degrees(e7: int) -> str:
    return f"{abs(e7) // 10_000_000}.{abs(e7) % 10_000_000:07d}"
