"""`python -m taghil.line TAG_PORT CABLE_JSON [LINK]`: the process behind taghil.line.process.Line.

It prints {"port": NAME}, then answers each line on its input with its counts in JSON, and ends when its input does.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from taghil.line.cable import TO_HOST, TO_TAG, Cable
from taghil.line.ends import HostEnd, TagEnd
from taghil.line.joint import Joint


def main() -> int:
    """Entry of the process; its exit status."""
    # Ctrl-C is for who started it, and that ends this input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cable = Cable.from_json(sys.argv[2])
    host = HostEnd(Path(sys.argv[3]) if len(sys.argv) > 3 else None)
    try:
        joint = Joint(cable, TagEnd(sys.argv[1]), host)

        def told() -> bool:
            asked = os.read(sys.stdin.fileno(), 4096)
            for _ in range(asked.count(b"\n")):
                _say({TO_HOST: asdict(joint.to_host.way.counts), TO_TAG: asdict(joint.to_tag.way.counts)})
            return bool(asked)

        _say({"port": host.name})
        joint.run(sys.stdin.fileno(), told)
    finally:
        host.close()
    return 0


def _say(what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    sys.exit(main())
