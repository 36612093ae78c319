"""The chip's pins in the world: the I2C bus at 100 kHz, the inputs, the battery's voltage, the GNSS receiver.

Pins as in docs/hardware/pico.md. Source of the callbacks: rp2040py.peripherals.{i2c,adc,uart}.
"""

from __future__ import annotations

from collections.abc import Callable

from rp2040py.gpio_pin import GPIOPinState
from rp2040py.peripherals.i2c import I2CMode
from rp2040py.rp2040 import RP2040

from taghil.vm.bus import I2C_BYTE_US
from taghil.world.faults import HUNG, STUCK
from taghil.world.world import CASE_BIT, STRAP_BIT, World

_UART_LINE, _SDA, _SCL, _GNSS_POWER, _MENB, _CASE, _STRAP, _CABLE = 2, 4, 5, 10, 13, 14, 15, 24
_BATTERY_CHANNEL = 0
_BYTE_NS = I2C_BYTE_US * 1000
_ADC_NS = 2_000
_HELD = (("", STUCK), ("", HUNG))
# Registers of the parts have two bytes at most.
_WIDEST = 2
_GNSS_NS = 20_000_000
# 9,600 baud, 10 bits a byte: what fits into that time.
_GNSS_BYTES = 19


class Wiring:
    """Between one chip, from power-on to power-off, and the world. `now_us`: the world's time now."""

    def __init__(self, mcu: RP2040, world: World, now_us: Callable[[], int], uart_line: bool) -> None:
        self._mcu = mcu
        self._world = world
        self._now_us = now_us
        self._addr = 0
        self._reads = False
        self._written = bytearray()
        self._read: bytes | None = None
        self._wire_bus()
        adc = mcu.adc
        adc.on_adc_read = self._convert
        self._converted = mcu.clock.create_alarm(lambda: adc.complete_adc_read(self._value, False))
        self._value = 0
        self._heard = mcu.clock.create_alarm(self._hear_gnss)
        mcu.gpio[_MENB].add_listener(lambda new, _old: self._set_menb(new))
        mcu.gpio[_GNSS_POWER].add_listener(lambda new, _old: self._power_gnss(new))
        mcu.gpio[_SCL].add_listener(self._clocked)
        self._low_clocks = 0
        self._driven: dict[int, bool] = {}
        self._drive(_UART_LINE, not uart_line)
        self.take_levels()

    def cable(self, plugged: bool) -> None:
        """Whether there is a cable, and with it USB's power."""
        self._drive(_CABLE, plugged)

    def _drive(self, number: int, level: bool) -> None:
        # rp2040py takes each call for an edge.
        if self._driven.get(number) != level:
            self._driven[number] = level
            self._mcu.gpio[number].set_input_value(level)

    def take_levels(self) -> None:
        """The inputs as the world has them. More edges than one between two looks are an edge each way at least."""
        world = self._world
        for number, bit, name in ((_STRAP, STRAP_BIT, "strap"), (_CASE, CASE_BIT, "case")):
            level = bool(world.levels & bit)
            if world.edges[name] > 1:
                # Whether it came back or not: with the level that it has now there was the other one, too.
                self._drive(number, level)
                self._drive(number, not level)
            self._drive(number, level)
        if world.any_edge:
            world.take_edges()
        self._drive(_SDA, world.faults.wrong.isdisjoint(_HELD))

    # -- I2C -----------------------------------------------------------------------------------------------------

    def _wire_bus(self) -> None:
        i2c, clock = self._mcu.i2c[0], self._mcu.clock
        done: list[Callable[[], None]] = []
        alarm = clock.create_alarm(lambda: done.pop()())

        def later(action: Callable[[], None]) -> None:
            done.append(action)
            alarm.schedule(_BYTE_NS)

        def start(_again: bool) -> None:
            self._flush()
            i2c.complete_start()

        def connect(addr: int, mode: I2CMode) -> None:
            part = self._world.bus.parts.get(addr)
            self._addr, self._reads, self._read = addr, mode == I2CMode.READ, None
            answers = part is not None and part.answers()
            later(lambda: i2c.complete_connect(answers))

        def write(value: int) -> None:
            self._written.append(value)
            later(lambda: i2c.complete_write(True))

        def read(_ack: bool) -> None:
            if not self._read:
                self._read = self._world.bus.read(self._addr, _WIDEST, self._now_us()) or b"\xff"
            value, self._read = self._read[0], self._read[1:]
            later(lambda: i2c.complete_read(value))

        def stop() -> None:
            self._flush()
            i2c.complete_stop()

        i2c.on_start, i2c.on_connect, i2c.on_write_byte, i2c.on_read_byte, i2c.on_stop = (
            start,
            connect,
            write,
            read,
            stop,
        )

    def _flush(self) -> None:
        """A write transfer has ended: the part takes it as a whole."""
        if self._written:
            self._world.bus.write(self._addr, bytes(self._written), self._now_us())
            self._written.clear()

    def _clocked(self, new: GPIOPinState, old: GPIOPinState) -> None:
        """Somebody clocks the bus by hand: a part that hangs lets go of the data line at last."""
        if old == GPIOPinState.LOW and new != GPIOPinState.LOW and ("", HUNG) in self._world.faults.wrong:
            self._low_clocks += 1
            if self._low_clocks >= 9:
                self._low_clocks = 0
                self._world.faults.clock_bus()
                self._drive(_SDA, self._world.faults.wrong.isdisjoint(_HELD))

    # -- other pins ----------------------------------------------------------------------------------------------

    def _set_menb(self, new: GPIOPinState) -> None:
        self._world.lmp.menb = 0 if new == GPIOPinState.LOW else 1

    def _convert(self, channel: int) -> None:
        """The ADC has twelve bits of the sixteen that MicroPython's `read_u16` gives."""
        world = self._world
        now_us = self._now_us()
        self._value = world.converter.read_u16(world.supply.mv(now_us)) >> 4 if channel == _BATTERY_CHANNEL else 0
        self._converted.schedule(_ADC_NS)

    def _power_gnss(self, new: GPIOPinState) -> None:
        on = new == GPIOPinState.HIGH
        self._world.now_us = self._now_us()
        self._world.power_gnss(on)
        if on and self._world.gnss is not None:
            self._heard.schedule(_GNSS_NS)
        else:
            self._heard.cancel()

    def _hear_gnss(self) -> None:
        gnss = self._world.gnss
        if gnss is not None:
            for value in gnss.read(_GNSS_BYTES, self._now_us()):
                self._mcu.uart[1].feed_byte(value)
            self._heard.schedule(_GNSS_NS)
