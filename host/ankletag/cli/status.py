"""`ankletag status`."""

from ..battery import battery_of
from .link import open_client
from .options import JsonOption, PortOption, TagOption
from .output import JsonValue, emit, say, working

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
    for name, shown in values.items():
        say(f"{name:18} {shown}")
