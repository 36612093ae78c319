"""`python sync_cable.py CABLE_JSON`: the cable of taghil.line between two new terminals, for programs that need both.

Prints {"sender": NAME, "receiver": NAME}, and ends when its input does.
"""

import json
import os
import sys

from taghil.line.cable import Cable
from taghil.line.ends import HostEnd
from taghil.line.joint import Joint
from taghil.terminal import Terminal


class Far(Terminal):
    """The sender's end: a terminal of its own in the place of a tag's port."""

    @property
    def fd(self) -> int:
        return self.master

    def open(self, baud: int) -> bool:
        return True

    def set_baud(self, baud: int) -> None:
        """The cable has its rate whatever the programs say."""

    def close(self) -> None:
        """It stays until the process ends."""


def main() -> None:
    far, near = Far(), HostEnd(None)
    joint = Joint(Cable.from_json(sys.argv[1]), far, near)  # type: ignore[arg-type]
    # So that neither end ever looks as if it had been closed.
    held = [os.open(name, os.O_RDWR | os.O_NOCTTY) for name in (far.slave_name, near.name)]
    print(json.dumps({"sender": far.slave_name, "receiver": near.name}), flush=True)
    joint.run(sys.stdin.fileno(), lambda: bool(os.read(sys.stdin.fileno(), 4096)))
    for fd in held:
        os.close(fd)


if __name__ == "__main__":
    main()
