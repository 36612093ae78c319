"""Drives the real firmware on the MicroPython VM: answers JSON lines [command, arguments...] with JSON lines."""

import gc
import io
import json
import sys

import breaking
import comeback
import driving
import floods
import fuzz
import noting
import pieces
import positions
import signing
import steps
import stores
import trusting
import workload

# A command is a function of one of these.
_MODULES = (
    driving,
    breaking,
    floods,
    fuzz,
    noting,
    pieces,
    positions,
    signing,
    steps,
    stores,
    trusting,
    workload,
    comeback,
)


def answer(name, *arguments):
    """What a command gives."""
    for module in _MODULES:
        function = getattr(module, name, None)
        if function is not None:
            return function(*arguments)
    raise ValueError("no command " + name)


def answered(request):
    """What a command gives, or what it raised: a test that fails must not take the others with it."""
    try:
        return answer(*request)
    except Exception as error:  # noqa: BLE001 - told to the test that asked
        out = io.StringIO()
        sys.print_exception(error, out)
        return {"raised": out.getvalue()}


for line in sys.stdin:
    gc.collect()
    # In one piece: a piece at a time costs more than what it says.
    print(json.dumps(answered(json.loads(line))))
