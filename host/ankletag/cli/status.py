"""`ankletag status`."""

from tagproto import tamper, thresholds

from ..battery import battery_of
from ..client import number, octets
from ..models import calibration_words
from ..selftest import names
from .link import open_client
from .options import JsonOption, PortOption, TagOption
from .output import JsonValue, emit, say, working
from .pacing import name_of

# Of hello, what is not a secret nor used up by being read.
_HELLO = ("version", "tag_id", "firmware", "epoch", "public_key", "root", "list_number", "input", "rate")


def status(port: PortOption = None, tag: TagOption = None, as_json: JsonOption = False) -> None:
    """Ask the tag how it is; changes nothing on it."""
    with open_client(port, tag) as client, working("asking the tag"):
        hello, found = client.hello(), client.status()
    values: dict[str, JsonValue] = {}
    for name, value in [*((name, hello[name]) for name in _HELLO), *found.items()]:
        values[name] = value.hex() if isinstance(value, bytes) else value
    battery = battery_of(found)
    values["battery_days"] = battery.days if battery is not None else None
    if as_json:
        emit(values)
        return
    values["battery_days"] = battery.words if battery is not None else "the tag measures none"
    values["profile"] = name_of(number(found, "profile"))
    values["thresholds"] = _named(number(found, "thresholds"), thresholds.NAMES)
    values["tampers"] = _named(number(found, "tampers"), tamper.NAMES)
    values["calibration_id"] = calibration_words(octets(found, "calibration_id"))
    values["test_failed"] = ", ".join(names(number(found, "test_failed"))) or "nothing"
    for name, shown in values.items():
        say(f"{name:18} {shown}")


def _named(bits: int, words: dict[int, str]) -> str:
    """What is in force, by name."""
    codes = [code for code in range(16) if bits >> code & 1]
    return ", ".join(words.get(code, str(code)) for code in codes) or "none"
