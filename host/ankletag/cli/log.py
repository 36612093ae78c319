"""`ankletag log`."""

from ..client import octets
from .link import open_client
from .options import JsonOption, PortOption, TagOption
from .output import emit, say, working


def log(port: PortOption = None, tag: TagOption = None, as_json: JsonOption = False) -> None:
    """Show the tag's own bounded log and its last fault. Not evidence: for technicians and developers."""
    with open_client(port, tag) as client, working("asking the tag"):
        hello, text = client.hello(), client.log()
    tag_id = octets(hello, "tag_id")
    if as_json:
        emit({"tag": tag_id.hex(), "lines": text.splitlines()})
    else:
        say(text.rstrip("\n") or "the tag's log is empty")
