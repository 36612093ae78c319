"""Which port: the one that was named, or the only one there is. Never a guess."""

from serial.tools import list_ports

from ..errors import PortAbsent, UsageError


def choose_port(named: str | None) -> str:
    """The port to open. Raises PortAbsent when there is none, UsageError when there are several and none was named."""
    if named:
        return named
    found = sorted((port.device, port.description or "") for port in list_ports.comports() if port.vid is not None)
    if not found:
        raise PortAbsent(
            "No USB serial port was found.",
            "Plug the tag in with a data cable (a charge-only cable shows no port), or name the port with --port.",
        )
    if len(found) > 1:
        listed = ", ".join(f"{device} ({description})" for device, description in found)
        raise UsageError(f"There are {len(found)} USB serial ports: {listed}.", "Name the tag's one with --port.")
    return found[0][0]
