"""Records whose fields do not speak for themselves, as sentences."""

from tagproto import messages, records
from tagproto.records import Record

_REFUSALS = {
    messages.ERROR_VERSION: "it was of another protocol version",
    messages.ERROR_KIND: "the tag does not know it",
    messages.ERROR_BODY: "it was cut short or had a field of no use",
    messages.ERROR_STATE: "it was not the time for it",
    messages.ERROR_NONCE: "it did not carry the tag's last nonce",
    messages.ERROR_RANGE: "a value was outside its limits",
    messages.ERROR_BUSY: "it was asked too often",
    messages.ERROR_FLASH: "the log was full",
    messages.ERROR_STALE: "its nonce was too old",
    messages.ERROR_SIGNATURE: "its signature did not fit",
    messages.ERROR_CERTIFICATE: "nobody whom the tag knows had signed it",
    messages.ERROR_REVOKED: "who signed it counts for nothing any more",
    messages.ERROR_RIGHT: "who signed it may not ask for that",
    messages.ERROR_RECEIPT: "the order before had not been receipted",
}


def sentence(record: Record) -> str | None:
    """What a record says; None for those whose fields are shown instead, unknown kinds among them."""
    values = record.values()
    if not isinstance(values, dict):
        return None
    numbers = {name: value for name, value in values.items() if isinstance(value, int)}
    if record.kind == records.REFUSED:
        return _refused(numbers["command"], numbers["code"])
    if record.kind == records.FIX:
        return position(numbers["latitude_e7"], numbers["longitude_e7"], numbers["accuracy_dm"])
    if record.kind == records.REPEATED:
        return f"{numbers['count']} more of kind {records.name(numbers['kind'])}, too often to be recorded one by one"
    if record.kind == records.LOST:
        return f"{numbers['count']} readings that the full log could not keep"
    return None


def _refused(command: int, code: int) -> str:
    what = messages.NAMES.get(command, f"of unknown kind 0x{command:02x}")
    return f"a request was refused, {what}: {_REFUSALS.get(code, f'error {code}')}"


def position(latitude_e7: int, longitude_e7: int, accuracy_dm: int) -> str:
    """A position in degrees of WGS 84: 51.5007292 N, 0.1246254 W, within 3.5 m."""
    north = f"{_degrees(latitude_e7)} {'N' if latitude_e7 >= 0 else 'S'}"
    east = f"{_degrees(longitude_e7)} {'E' if longitude_e7 >= 0 else 'W'}"
    return f"{north}, {east}, within {accuracy_dm // 10}.{accuracy_dm % 10} m by the receiver's own estimate"


def _degrees(e7: int) -> str:
    return f"{abs(e7) // 10_000_000}.{abs(e7) % 10_000_000:07d}"
