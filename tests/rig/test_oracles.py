"""The parts read by drivers that others wrote: what these take out of the registers is what the world put in."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taghil.world.faults import Change
from taghil.world.scenario import parse
from taghil.world.world import World, of_scenario

BYTE_US = 100
STILL = "start = 2026-01-01T09:00:00Z\ndays = 1\nnoise = 0\n"


@dataclass
class Skin:
    """What a test wants the parts to sense."""

    na: float = 0.0
    mdeg_c: float = 25_000.0
    volts: float = 1.0
    held_off: bool = False

    def cell_na(self, t_us: int) -> float:
        return self.na

    def temp_mdeg_c(self, t_us: int) -> float:
        return self.mdeg_c

    def ir_v(self, t_us: int) -> float:
        return self.volts


class Wire:
    """The world's bus as both kinds of driver call it, and the clock that they sleep by."""

    def __init__(self) -> None:
        self.world: World = of_scenario(parse(STILL, "x"), 1)[0]
        self.skin = Skin()
        self.world.source = self.skin
        self.world.fit_us = 0
        self.world.power_on()

    def sleep(self, seconds: float) -> None:
        self.world.now_us += round(seconds * 1e6)

    def _took(self, n: int) -> int:
        self.world.now_us += (n + 2) * BYTE_US
        return self.world.now_us

    # -- MicroPython's machine.I2C ---------------------------------------------------------------------------------

    def readfrom_mem(self, addr: int, register: int, n: int) -> bytes:
        data = self.world.bus.read_mem(addr, bytes([register]), n, self._took(n + 1))
        if data is None:
            raise OSError(5, "no acknowledge")
        return data

    def writeto_mem(self, addr: int, register: int, data: bytes) -> None:
        self.writeto(addr, bytes([register]) + data)

    # -- CircuitPython's busio.I2C ---------------------------------------------------------------------------------

    def try_lock(self) -> bool:
        return True

    def unlock(self) -> None:
        """Nobody else is on this bus."""

    def writeto(self, addr: int, data: bytes, *, start: int = 0, end: int | None = None) -> None:
        part = bytes(data[start:end])
        if not self.world.bus.write(addr, part, self._took(len(part))):
            raise OSError(5, "no acknowledge")

    def readfrom_into(self, addr: int, buffer: bytearray, *, start: int = 0, end: int | None = None) -> None:
        n = len(buffer[start:end])
        data = self.world.bus.read(addr, n, self._took(n))
        if data is None:
            raise OSError(5, "no acknowledge")
        buffer[start : start + n] = data

    def writeto_then_readfrom(
        self,
        addr: int,
        out: bytes,
        into: bytearray,
        *,
        out_start: int = 0,
        out_end: int | None = None,
        in_start: int = 0,
        in_end: int | None = None,
    ) -> None:
        self.writeto(addr, out, start=out_start, end=out_end)
        self.readfrom_into(addr, into, start=in_start, end=in_end)


STUBS: dict[str, dict[str, Any]] = {
    "micropython": {"const": lambda value: value},
    "busio": {"I2C": object},
    "circuitpython_typing": {"ReadableBuffer": object, "WriteableBuffer": object},
    "circuitpython_typing.device_drivers": {"I2CDeviceDriver": object},
}
"""What the drivers import of a board's support: one function, and names for their annotations."""


@pytest.fixture(scope="module")
def drivers() -> Iterator[dict[str, Any]]:
    """The two drivers' modules, imported among stubs that are gone afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        for name, names in STUBS.items():
            stub = ModuleType(name)
            vars(stub).update(names)
            patch.setitem(sys.modules, name, stub)
        yield {
            "tmp117": importlib.import_module("micropython_tmp117.tmp117"),
            "vcnl4040": importlib.import_module("adafruit_vcnl4040"),
        }


class Thermometer:
    """The TMP117's reader on a wire of its own."""

    def __init__(self, drivers: dict[str, Any], wire: Wire) -> None:
        self.wire = wire
        module = drivers["tmp117"]
        module.time = wire
        self.read = module.TMP117(wire, 0x4A)


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def thermometer(drivers: dict[str, Any], wire: Wire) -> Thermometer:
    return Thermometer(drivers, wire)


@pytest.fixture
def proximity(drivers: dict[str, Any], wire: Wire) -> Any:
    return drivers["vcnl4040"].VCNL4040(wire)


def test_the_thermometer_is_found_and_told_from_another(drivers: dict[str, Any], wire: Wire) -> None:
    Thermometer(drivers, wire)
    wire.world.faults.apply(Change(0, "temp", "wrong_id", True))
    with pytest.raises(RuntimeError, match="Failed to find TMP117"):
        Thermometer(drivers, wire)
    wire.world.faults.apply(Change(0, "temp", "silent", True))
    with pytest.raises(OSError, match="no acknowledge"):
        Thermometer(drivers, wire)


@given(st.floats(-55.0, 150.0))
def test_temperatures_are_what_the_skin_has(drivers: dict[str, Any], celsius: float) -> None:
    wire = Wire()
    thermometer = Thermometer(drivers, wire)
    wire.skin.mdeg_c = celsius * 1000.0
    wire.sleep(1.2)
    assert abs(thermometer.read.temperature - celsius) <= 0.0078125 / 2 + 1e-9


def test_there_is_no_temperature_before_the_first_conversion(thermometer: Thermometer) -> None:
    thermometer.wire.world.power_on()
    assert thermometer.read.temperature == -256.0
    thermometer.wire.sleep(0.125)
    assert thermometer.read.temperature == 25.0


@pytest.mark.parametrize("average", range(4))
@pytest.mark.parametrize("cycle", range(8))
def test_conversions_come_as_often_as_the_reader_knows(thermometer: Thermometer, average: int, cycle: int) -> None:
    read, wire = thermometer.read, thermometer.wire
    read._conversion_averaging_mode = average
    read._conversion_cycle_bit = cycle
    assert (read._conversion_averaging_mode, read._conversion_cycle_bit) == (average, cycle)
    seconds = read._averaging_modes[average][cycle]
    ready_at: list[int] = []
    while len(ready_at) < 3:
        if read._data_ready:
            ready_at.append(wire.world.now_us)
        wire.sleep(0.001)
    for before, after in ((ready_at[0], ready_at[1]), (ready_at[1], ready_at[2])):
        assert abs((after - before) / 1e6 - seconds) <= 0.003


def test_one_shot_and_shutdown(thermometer: Thermometer) -> None:
    read, wire = thermometer.read, thermometer.wire
    read.measurement_mode = 1
    wire.skin.mdeg_c = 40_000.0
    wire.sleep(5.0)
    assert read.temperature == 25.0
    read.measurement_mode = 3
    wire.sleep(0.2)
    assert read.temperature == 40.0
    wire.skin.mdeg_c = 10_000.0
    wire.sleep(5.0)
    assert read.temperature == 40.0
    assert read.measurement_mode == "SHUTDOWN_MODE"


def test_offset_and_limits_are_kept(thermometer: Thermometer) -> None:
    read, wire = thermometer.read, thermometer.wire
    assert (read.temperature_offset, read.high_limit, read.low_limit) == (0.0, 192.0, -256.0)
    read.temperature_offset = 10
    wire.sleep(1.2)
    assert read.temperature == 35.0
    read.high_limit, read.low_limit = 40, 12
    assert (read.high_limit, read.low_limit) == (40.0, 12.0)


def test_alerts_stand_until_they_are_read(thermometer: Thermometer) -> None:
    read, wire = thermometer.read, thermometer.wire
    read.high_limit, read.low_limit = 40, 12
    for celsius, high, low in ((45.0, 1, 0), (40.0, 0, 0), (12.0, 0, 0), (5.0, 0, 1)):
        wire.skin.mdeg_c = 25_000.0
        wire.sleep(1.2)
        assert not read._high_alert, "read, and so cleared"
        wire.skin.mdeg_c = celsius * 1000.0
        wire.sleep(1.2)
        assert read.temperature == celsius
        before = wire.world.tmp.registers[0x01]
        assert (before >> 15, before >> 14 & 1) == (high, low), celsius
        assert (read._low_alert, read._high_alert) == (low, 0), "the first look clears both"


def test_a_thermostat_stands_from_the_high_limit_to_the_low_one(thermometer: Thermometer) -> None:
    read, wire = thermometer.read, thermometer.wire
    read.high_limit, read.low_limit = 40, 12
    read.alert_mode = 1
    for celsius, high in ((39.0, 0), (41.0, 1), (25.0, 1), (12.0, 1), (11.0, 0), (25.0, 0)):
        wire.skin.mdeg_c = celsius * 1000.0
        wire.sleep(1.2)
        assert tuple(read.alert_status) == (high, 0)
        assert tuple(read.alert_status) == (high, 0), "no look clears it"


def test_the_proximity_sensor_is_found_and_told_from_another(drivers: dict[str, Any], wire: Wire) -> None:
    drivers["vcnl4040"].VCNL4040(wire)
    wire.world.faults.apply(Change(0, "prox", "wrong_id", True))
    with pytest.raises(RuntimeError, match="Failed to find VCNL4040"):
        drivers["vcnl4040"].VCNL4040(wire)
    wire.world.faults.apply(Change(0, "prox", "unplugged", True))
    with pytest.raises(ValueError, match="No I2C device at address"):
        drivers["vcnl4040"].VCNL4040(wire)


@given(st.floats(0.0, 7.0), st.booleans())
def test_proximity_is_what_the_skin_reflects(drivers: dict[str, Any], volts: float, bits: bool) -> None:
    wire = Wire()
    reader = drivers["vcnl4040"].VCNL4040(wire)
    wire.skin.volts = volts
    reader.proximity_bits = bits
    wire.sleep(1.0)
    assert abs(reader.proximity - min(volts / 100e-6, 65535 if bits else 4095)) <= 0.5 + 1e-6


def test_proximity_is_off_until_it_is_switched_on(proximity: Any, wire: Wire) -> None:
    wire.sleep(1.0)
    assert not proximity.proximity_shutdown
    assert proximity.proximity == 4095
    wire.world.vcnl.power_on()
    assert proximity.proximity_shutdown
    wire.sleep(1.0)
    assert proximity.proximity == 0


@pytest.mark.parametrize("integration", range(8))
@pytest.mark.parametrize("duty", range(4))
def test_a_measurement_takes_integration_time_by_duty(
    drivers: dict[str, Any], wire: Wire, integration: int, duty: int
) -> None:
    reader = drivers["vcnl4040"].VCNL4040(wire)
    reader.proximity_bits = True
    reader.proximity_integration_time, reader.led_duty_cycle = integration, duty
    assert (reader.proximity_integration_time, reader.led_duty_cycle) == (integration, duty)
    # Vishay 84307: T is 125 us, and a duty of 1/40 has 40 of them from one pulse to the next.
    period_s = 125e-6 * (1, 1.5, 2, 2.5, 3, 3.5, 4, 8)[integration] * (40, 80, 160, 320)[duty]
    seen_us = []
    for volts in (2.0, 3.0, 4.0):
        wire.skin.volts = volts
        end_us = wire.world.now_us + round(3e6 * period_s)
        while reader.proximity != volts / 100e-6:
            wire.sleep(period_s / 50)
            assert wire.world.now_us < end_us
        seen_us.append(wire.world.now_us)
    look_us = period_s / 50 * 1e6 + 7 * BYTE_US
    for before, after in pairwise(seen_us):
        assert abs(after - before - period_s * 1e6) <= look_us


def test_settings_are_kept_and_light_under_a_tag_is_dark(proximity: Any) -> None:
    proximity.proximity_low_threshold, proximity.proximity_high_threshold = 0x1234, 0xFEDC
    proximity.led_current = 7
    proximity.proximity_interrupt = 3
    assert (proximity.proximity_low_threshold, proximity.proximity_high_threshold) == (0x1234, 0xFEDC)
    assert (proximity.led_current, proximity.proximity_interrupt) == (7, 3)
    assert not proximity.proximity_shutdown, "the fields beside it stay"
    assert proximity.light == proximity.white == 0
