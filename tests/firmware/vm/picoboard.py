"""The Pico's board file on a chip that is not there: answers JSON lines [command, argument...] with JSON lines.

Time passes only where the board waits, and all waits are told: [how, milliseconds, what a watchdog starts anew then].
"""

import json
import sys

_CABLE = 24
_RESTARTS, _SET, _CLEAR = 0x40010008, 0x2000, 0x3000


class Chip:
    """What the fakes share. early_ms: how long the next light sleeps last, those after them as asked."""

    ticks = 1000
    cable = 0
    early_ms = []
    restarts = 0x1FFFC
    waits = []


class Time:
    def ticks_ms():
        return Chip.ticks

    def ticks_add(ticks, ms):
        return ticks + ms

    def ticks_diff(end, begin):
        return end - begin

    def sleep_us(us):
        """Shorter than what is told."""

    def sleep_ms(ms):
        if ms > 0:
            _pass("awake", ms, ms)


def _pass(how, asked_ms, ms):
    Chip.waits.append([how, asked_ms, Chip.restarts])
    Chip.ticks += ms


class Registers:
    def __getitem__(self, address):
        return 0

    def __setitem__(self, address, value):
        if address == _RESTARTS + _SET:
            Chip.restarts |= value
        elif address == _RESTARTS + _CLEAR:
            Chip.restarts &= ~value


class Part:
    """Takes whatever it is made with, and does nothing."""

    BUILTIN_DEFAULT = 1

    def __init__(self, *_arguments, **_options):
        pass

    def active(self, on):
        pass


class Pin(Part):
    IN = OUT = PULL_UP = OPEN_DRAIN = IRQ_RISING = IRQ_FALLING = 1

    def __init__(self, number, *_arguments, **_options):
        self._number = number

    def value(self):
        return Chip.cable if self._number == _CABLE else 1

    def irq(self, _handler, _trigger):
        pass


class Machine:
    ADC = I2C = WDT = UART = USBDevice = Part
    Pin = Pin
    PWRON_RESET, WDT_RESET = 1, 3
    mem32 = Registers()

    def unique_id():
        return bytes(8)

    def reset_cause():
        return 1

    def lightsleep(ms):
        _pass("light", ms, Chip.early_ms.pop(0) if Chip.early_ms else ms)


class Rp2:
    Flash = Part


def _waits(cable, early_ms):
    Chip.cable, Chip.early_ms, Chip.waits = cable, early_ms, []


def sleep(ms, cable, early_ms):
    """How a wait for a part goes, and what a watchdog starts anew behind it."""
    _waits(cable, early_ms)
    board.clock.sleep_ms(ms)
    return [Chip.waits, Chip.restarts]


def doze(ms, early_ms):
    """How long each light sleep of a turn's wait was to last, without a cable; the turn is due in `ms`."""
    _waits(0, early_ms)
    board.wait(Chip.ticks + ms, False)
    return [wait[1] for wait in Chip.waits]


sys.modules["time"], sys.modules["machine"], sys.modules["rp2"] = Time, Machine, Rp2
board = __import__("boards.pico", None, None, ("Board",)).Board()
COMMANDS = {"sleep": sleep, "doze": doze}
for line in sys.stdin:
    command = json.loads(line)
    print(json.dumps(COMMANDS[command[0]](*command[1:])))
