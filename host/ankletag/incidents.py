"""What a tag recorded of faults and of requests that it refused, in words (SPEC.md, Senses and Errors)."""

from tagproto import messages, records
from tagproto.records import Record

from .models import readable

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
_PARTS = {
    records.SENSE_CELL: "the alcohol sensor",
    records.SENSE_ADC: "the converter behind the alcohol sensor",
    records.SENSE_TEMP: "the thermometer",
    records.SENSE_PROX: "infrared",
    records.SENSE_FIRMWARE: "the firmware",
    records.SENSE_LOG: "the flash memory",
    records.SENSE_GNSS: "the position receiver",
    records.SENSE_BATTERY: "the measuring of the battery",
}
# MicroPython's errno, which is not that of every system that runs this.
_CODES = {5: "it does not answer as it should", 19: "it does not answer", 110: "it does not answer in time"}
_FLASH_CODES = {1: "it did not hold what was written, and nothing was lost", 5: "something may be lost"}


def incident(record: Record) -> str | None:
    """A FAULT or REFUSED record; None of other kinds, and of one that is cut short."""
    values = record.values()
    if not isinstance(values, dict):
        return None
    numbers = {name: value for name, value in values.items() if isinstance(value, int)}
    if record.kind == records.REFUSED:
        return _refused(numbers["command"], numbers["code"])
    if record.kind == records.FAULT:
        text = values["text"]
        assert isinstance(text, bytes)
        return _fault(numbers["sense"], numbers["code"], readable(text))
    return None


def _refused(command: int, code: int) -> str:
    what = messages.NAMES.get(command, f"of unknown kind 0x{command:02x}")
    return f"a request was refused, {what}: {_REFUSALS.get(code, f'error {code}')}"


def _fault(sense: int, code: int, text: str) -> str:
    known = _FLASH_CODES if sense == records.SENSE_LOG else {} if sense == records.SENSE_FIRMWARE else _CODES
    why = [known.get(code, f"code {code}" if code else ""), text]
    beside = "; ".join(part for part in why if part)
    return f"a fault of {_PARTS.get(sense, f'unknown sense {sense}')}{f': {beside}' if beside else ''}"
