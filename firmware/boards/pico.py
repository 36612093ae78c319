"""Raspberry Pi Pico (RP2040). Pins: see docs/hardware/pico.md. Link: USB-CDC, or UART0 where GP2 is at ground."""

import os
import time

import machine
import rp2
from machine import ADC, I2C, WDT, Pin

from tagproto import layout

from .pico_links import GnssPort, UartLink, UsbLink

_WIRED = 2
_SDA = 4
_SCL = 5
_MENB = 13
_BATTERY = 26
# Halved, against 3.3 V.
_BATTERY_FULL_MV = 6600
_CASE = 14
_STRAP = 15
# High while USB has power (Pico datasheet, section 2.1: VBUS sense).
_CABLE = 24
# The LMP91000 goes no faster.
_I2C_HZ = 100000
# A part that hangs in a transfer waits for the rest of a byte and its acknowledge (NXP UM10204, 3.1.16).
_FREEING_CLOCKS = 9
_CLOCK_HALF_US = 5
_PULL_US = 1000
_WATCHDOG_MS = 8000
# Longest doze between two looks at the inputs; bytes of the link end it.
_DOZE_MS = 200
# Clocks that stop and start again take a millisecond or two.
_SLEEP_LEAST_MS = 10
# So many of them at a time: half of what the watchdog allows.
_DOZES = _WATCHDOG_MS // _DOZE_MS // 2
_EDGES_MAX = 255

# SCRATCH0 of the watchdog (RP2040 datasheet, section 4.7.6): kept over its resets, gone with the power; the boot ROM
# and MicroPython use SCRATCH4 to 7.
_SCRATCH = 0x4005800C
_OWN_RESET = 0x0A4E4B1E

# What a watchdog starts anew (RP2040 datasheet, section 2.13: WDSEL), by the addresses that set and clear bits of it.
_RESTARTS_SET = 0x40012008
_RESTARTS_CLEAR = 0x40013008
_RING_OSCILLATOR = 1

_POWER_ON = 1
_WATCHDOG = 2
_ASKED = 3


def _light_sleep(ms):
    """Let the clocks stand for so long, or until an interrupt of what still runs."""
    # MicroPython stops the ring oscillator meanwhile, and the boot ROM needs it: without this a watchdog that bites now
    # leaves the chip down until its power goes (MicroPython issue 17228, in 1.28 as well).
    machine.mem32[_RESTARTS_SET] = _RING_OSCILLATOR
    machine.lightsleep(ms)
    machine.mem32[_RESTARTS_CLEAR] = _RING_OSCILLATOR


class _Clock:
    """Time, and waits in which nothing can come: they are slept where the board sleeps."""

    ticks_ms = staticmethod(time.ticks_ms)

    def __init__(self, alone):
        self._alone = alone

    def sleep_ms(self, ms):
        end = time.ticks_add(time.ticks_ms(), ms)
        while ms >= _SLEEP_LEAST_MS and self._alone():
            _light_sleep(ms)
            # An interrupt may have ended it early, and a part that converts is not ready then.
            ms = time.ticks_diff(end, time.ticks_ms())
        time.sleep_ms(ms)


class _Input:
    """An input whose edges are counted by interrupt, so that none is missed during other work."""

    def __init__(self, number):
        self._pin = Pin(number, Pin.IN, Pin.PULL_UP)
        self._edges = 0
        self._pin.irq(self._edge, Pin.IRQ_RISING | Pin.IRQ_FALLING)

    def _edge(self, _pin):
        if self._edges < _EDGES_MAX:
            self._edges += 1

    def value(self):
        return self._pin.value()

    def pending(self):
        return self._edges > 0

    def take_edges(self):
        state = machine.disable_irq()
        edges, self._edges = self._edges, 0
        machine.enable_irq(state)
        return edges


def _open_bus():
    return I2C(0, sda=Pin(_SDA), scl=Pin(_SCL), freq=_I2C_HZ)


class Board:
    """The reference board. One instance: it owns the pins, the watchdog and the flash behind the file system."""

    trace = None
    trace_readings = False

    def __init__(self):
        self.unique_id = machine.unique_id()
        causes = {machine.PWRON_RESET: _POWER_ON, machine.WDT_RESET: _WATCHDOG}
        # MicroPython resets by the watchdog, too, and then tells of that.
        own = machine.mem32[_SCRATCH] == _OWN_RESET
        machine.mem32[_SCRATCH] = 0
        self.reset_cause = _ASKED if own else causes.get(machine.reset_cause(), _ASKED)
        self.clock = _Clock(self._alone)
        self.i2c = _open_bus()
        self.menb = Pin(_MENB, Pin.OUT, value=1)
        self.battery = ADC(Pin(_BATTERY))
        self.battery_full_mv = _BATTERY_FULL_MV
        self.gnss = GnssPort()
        self.strap = _Input(_STRAP)
        self.case = _Input(_CASE)
        # To ground on boards whose line is a UART; USB is then power only.
        wired = Pin(_WIRED, Pin.IN, Pin.PULL_UP)
        # Pads begin pulled down.
        time.sleep_us(_PULL_US)
        self.link = UsbLink() if wired.value() else UartLink()
        # A UART's bytes would wake nobody out of light sleep.
        self._sleeps = self.link.rate == 0
        self._cable = Pin(_CABLE, Pin.IN)
        # The file system's image declares all blocks and uses the first ones; the rest is ours.
        blocks = layout.STORAGE_BLOCKS - layout.FILE_SYSTEM_BLOCKS
        self.flash = rp2.Flash(start=layout.FILE_SYSTEM_BLOCKS * layout.BLOCK_SIZE, len=blocks * layout.BLOCK_SIZE)
        self._watchdog = WDT(timeout=_WATCHDOG_MS)

    def wait(self, deadline_ticks, want_write):
        """Doze until the deadline, link bytes or an edge, but a few seconds at most: only who has turns is fed. At once
        when bytes wait to be written."""
        for _ in range(_DOZES):
            if self.strap.pending() or self.case.pending():
                return
            left_ms = time.ticks_diff(deadline_ticks, time.ticks_ms())
            if left_ms <= 0:
                return
            if self._alone():
                # The clocks stand; an edge is seen behind it, if the input is still moved.
                _light_sleep(min(left_ms, _DOZE_MS))
            elif self.link.ready(min(left_ms, 1 if want_write else _DOZE_MS)) or want_write:
                return

    def _alone(self):
        """Whether nobody can be heard while the clocks stand: no host at the cable, no receiver at UART1."""
        return self._sleeps and not self._cable.value() and not self.gnss.listens()

    def free_bus(self):
        """Clock a part that holds the data line low until it lets go; nothing where none does."""
        data = Pin(_SDA, Pin.IN, Pin.PULL_UP)
        clock = Pin(_SCL, Pin.OPEN_DRAIN, value=1)
        for _ in range(_FREEING_CLOCKS):
            if data.value():
                break
            clock(0)
            time.sleep_us(_CLOCK_HALF_US)
            clock(1)
            time.sleep_us(_CLOCK_HALF_US)
        # A stop: the data line rises while the clock is high.
        data.init(Pin.OPEN_DRAIN, value=0)
        time.sleep_us(_CLOCK_HALF_US)
        data(1)
        # The pins are the controller's again; it has one object, which the drivers have already.
        _open_bus()

    def entropy(self, n):
        return os.urandom(n)

    def feed(self):
        self._watchdog.feed()

    def reset(self):
        machine.mem32[_SCRATCH] = _OWN_RESET
        machine.reset()
