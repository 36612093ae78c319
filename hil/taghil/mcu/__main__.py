"""`python -m taghil.mcu STATE_FOLDER CONFIG READY_FD PARENT_FD`: the process around an McuServer, as taghil.vm's is."""

from __future__ import annotations

import sys

from taghil.mcu.server import McuServer
from taghil.vm.__main__ import main

if __name__ == "__main__":
    sys.exit(main(McuServer))
