"""The parts at register level, against the bus facts of the datasheets."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taghil.world.bus import Bus
from taghil.world.noise import Noise
from taghil.world.parts.ads1115 import FULL_SCALE_V, RATE_SPS, Ads1115
from taghil.world.parts.lmp91000 import GAIN_OHM, Lmp91000
from taghil.world.parts.tmp117 import Tmp117
from taghil.world.parts.vcnl4040 import Vcnl4040

MS = 1000


@dataclass
class Skin:
    """A skin that stands still, or changes its temperature with time."""

    na: float = 0.0
    mdeg_c: float = 0.0
    volts: float = 0.0
    mdeg_c_per_us: float = 0.0

    def cell_na(self, now_us: int) -> float:
        return self.na

    def temp_mdeg_c(self, now_us: int) -> float:
        return self.mdeg_c + self.mdeg_c_per_us * now_us

    def ir_v(self, now_us: int) -> float:
        return self.volts


def quiet() -> Noise:
    return Noise(0, 0.0)


def word(part: "Ads1115 | Tmp117", register: int, now_us: int) -> int:
    """A 16-bit register, high byte first."""
    part.write(bytes([register]), now_us)
    return int.from_bytes(part.read(2, now_us), "big")


def set_word(part: "Ads1115 | Tmp117", register: int, value: int, now_us: int = 0) -> None:
    part.write(bytes([register]) + value.to_bytes(2, "big"), now_us)


def lmp(skin: Skin) -> Lmp91000:
    """The potentiostat as the tag sets it: 120 kOhm, external reference, 20 % zero, three-lead."""
    part = Lmp91000(skin, quiet())
    part.menb = 0
    for register, value in ((0x01, 0), (0x10, 0x18), (0x11, 0x80), (0x01, 1), (0x12, 0x03)):
        part.write(bytes([register, value]), 0)
    return part


def read8(part: Lmp91000, register: int) -> int:
    part.write(bytes([register]), 0)
    return part.read(1, 0)[0]


class TestLmp91000:
    def test_resets(self) -> None:
        part = Lmp91000(Skin(), quiet())
        assert [read8(part, register) for register in (0x01, 0x10, 0x11, 0x12)] == [0x01, 0x03, 0x20, 0x00]
        assert read8(part, 0x00) == 1, "ready"

    def test_menb_high_does_not_answer(self) -> None:
        part = Lmp91000(Skin(), quiet())
        bus = Bus({0x48: part})
        assert bus.read_mem(0x48, b"\x01", 1, 0) is None
        assert not bus.write(0x48, b"\x01\x00", 0)
        part.menb = 0
        assert bus.read_mem(0x48, b"\x01", 1, 0) == b"\x01"

    def test_lock_guards_tiacn_and_refcn_only(self) -> None:
        part = Lmp91000(Skin(), quiet())
        for register in (0x10, 0x11, 0x12):
            part.write(bytes([register, 0x03 if register == 0x12 else 0x18]), 0)
        assert [read8(part, register) for register in (0x10, 0x11, 0x12)] == [0x03, 0x20, 0x03]
        part.write(b"\x01\x00", 0)
        part.write(b"\x10\x18", 0)
        assert read8(part, 0x10) == 0x18

    def test_status_is_read_only(self) -> None:
        part = Lmp91000(Skin(), quiet())
        part.write(b"\x00\x00", 0)
        assert read8(part, 0x00) == 1

    @given(st.floats(-4000, 22_000))
    def test_vout_is_zero_plus_current_times_gain(self, na: float) -> None:
        assert lmp(Skin(na=na)).vout_v(0) == pytest.approx(0.5 + na * 120e-6)

    def test_vout_stays_within_the_rails(self) -> None:
        assert lmp(Skin(na=1e6)).vout_v(0) == 3.3
        assert lmp(Skin(na=-1e6)).vout_v(0) == 0.0

    def test_asleep_and_in_standby_the_cell_is_not_seen(self) -> None:
        part = lmp(Skin(na=5000))
        part.write(b"\x12\x00", 0)
        assert part.vout_v(0) == 0.0
        part.write(b"\x12\x02", 0)
        assert part.vout_v(0) == 0.5

    def test_gains_are_the_seven_of_the_datasheet(self) -> None:
        assert GAIN_OHM == (0, 2_750, 3_500, 7_000, 14_000, 35_000, 120_000, 350_000)


class TestAds1115:
    def part(self, *volts: float) -> Ads1115:
        values = (*volts, 0.0, 0.0, 0.0, 0.0)
        inputs = tuple(lambda now_us, v=v: v for v in values[:4])
        return Ads1115(inputs, quiet())

    def test_resets(self) -> None:
        part = self.part()
        assert [word(part, register, 0) for register in range(4)] == [0x0000, 0x8583, 0x8000, 0x7FFF]

    @pytest.mark.parametrize("rate", range(8))
    def test_single_shot_takes_its_time_and_os_tells(self, rate: int) -> None:
        part = self.part(1.0)
        set_word(part, 1, 0xC503 & ~0xE0 | rate << 5)
        took = 1_000_000 // RATE_SPS[rate]
        assert word(part, 1, took - 1) & 0x8000 == 0
        assert word(part, 0, took - 1) == 0
        assert word(part, 1, took) & 0x8000
        assert word(part, 0, took) == 16000

    @given(st.floats(-7.0, 7.0), st.integers(0, 7))
    def test_scale_and_saturation(self, volts: float, gain: int) -> None:
        part = self.part(volts)
        set_word(part, 1, 0xC183 | gain << 9)
        code = int.from_bytes(word(part, 0, 10 * MS).to_bytes(2, "big"), "big", signed=True)
        exact = volts * 32768 / FULL_SCALE_V[gain]
        assert abs(code - max(-32768.0, min(32767.0, exact))) <= 0.5 + 1e-6

    def test_an_lsb_is_62_5_uv_at_2_048_v(self) -> None:
        part = self.part(62.5e-6 * 1234)
        set_word(part, 1, 0xC583)
        assert word(part, 0, 10 * MS) == 1234

    @pytest.mark.parametrize(
        ("mux", "volts"),
        [(0, 0.1), (1, 0.7), (2, 0.6), (3, 0.4), (4, 1.0), (5, 0.9), (6, 0.7), (7, 0.3)],
    )
    def test_mux(self, mux: int, volts: float) -> None:
        part = self.part(1.0, 0.9, 0.7, 0.3)
        set_word(part, 1, 0x8583 | mux << 12)
        assert word(part, 0, 10 * MS) == round(volts / 62.5e-6)

    def test_continuous_follows_the_input(self) -> None:
        part = Ads1115((lambda now_us: now_us * 1e-6, *[lambda now_us: 0.0] * 3), quiet())
        set_word(part, 1, 0x4483)
        period = 1_000_000 // 128
        assert word(part, 0, period - 1) == 0
        for count in (1, 2, 50):
            assert word(part, 0, count * period + 5) == round(count * period * 1e-6 / 62.5e-6)

    def test_a_write_without_os_starts_nothing(self) -> None:
        part = self.part(1.0)
        set_word(part, 1, 0x4583)
        assert word(part, 0, 1_000_000) == 0


class TestTmp117:
    def test_resets_and_id(self) -> None:
        part = Tmp117(Skin(mdeg_c=25_000), quiet())
        assert [word(part, register, 0) for register in (0x00, 0x01, 0x0F)] == [0x8000, 0x0220, 0x0117]

    def test_first_conversion_takes_eight_averages(self) -> None:
        part = Tmp117(Skin(mdeg_c=25_000), quiet())
        assert word(part, 0, 124_999) == 0x8000
        assert word(part, 0, 125_000) == 3200

    def test_data_ready_is_cleared_by_either_read(self) -> None:
        part = Tmp117(Skin(mdeg_c=25_000), quiet())
        assert word(part, 1, 200 * MS) & 0x2000
        assert not word(part, 1, 200 * MS) & 0x2000
        word(part, 0, 1_200 * MS)
        assert not word(part, 1, 1_200 * MS) & 0x2000

    def test_continuous_cycles_once_a_second(self) -> None:
        part = Tmp117(Skin(mdeg_c_per_us=0.01), quiet())
        for second in range(3):
            done = 125_000 + second * 1_000_000
            assert word(part, 0, done + 999_999) == round(done * 0.01 / 7.8125)

    def test_one_shot_converts_once_and_shuts_down(self) -> None:
        part = Tmp117(Skin(mdeg_c_per_us=0.01), quiet())
        set_word(part, 1, 0x0C00)
        assert word(part, 0, 15_499) == 0x8000
        assert word(part, 1, 15_500) & 0x2C00 == 0x2400
        assert word(part, 0, 5_000_000) == round(15_500 * 0.01 / 7.8125)
        set_word(part, 1, 0x0C20, 5_000_000)
        assert word(part, 0, 5_125_000) == round(5_125_000 * 0.01 / 7.8125)

    def test_soft_reset(self) -> None:
        part = Tmp117(Skin(mdeg_c=25_000), quiet())
        set_word(part, 1, 0x0C00)
        set_word(part, 1, 0x0002, 1_000_000)
        assert [word(part, register, 1_000_000) for register in (0, 1)] == [0x8000, 0x0220]

    @given(st.floats(-60_000, 150_000))
    def test_an_lsb_is_7_8125_millidegrees(self, mdeg_c: float) -> None:
        part = Tmp117(Skin(mdeg_c=mdeg_c), quiet())
        value = word(part, 0, 200 * MS)
        value -= 0x10000 if value & 0x8000 else 0
        assert abs(value * 7.8125 - mdeg_c) <= 7.8125 / 2 + 1e-6

    def test_read_only_registers_stay(self) -> None:
        part = Tmp117(Skin(), quiet())
        set_word(part, 0x0F, 0x1234)
        set_word(part, 0x00, 0x1234)
        assert word(part, 0x0F, 0) == 0x0117
        assert word(part, 0x00, 0) == 0x8000


class TestVcnl4040:
    def word(self, part: Vcnl4040, register: int, now_us: int) -> int:
        part.write(bytes([register]), now_us)
        return int.from_bytes(part.read(2, now_us), "little")

    def part(self, volts: float, config: int) -> Vcnl4040:
        part = Vcnl4040(Skin(volts=volts), quiet())
        part.write(bytes([0x03]) + config.to_bytes(2, "little"), 0)
        return part

    def test_resets_and_id(self) -> None:
        part = Vcnl4040(Skin(volts=1.0), quiet())
        assert [self.word(part, register, 0) for register in (0x00, 0x03, 0x08, 0x0C)] == [1, 1, 0, 0x0186]

    def test_off_measures_nothing(self) -> None:
        assert self.word(self.part(1.0, 0x0801), 0x08, 1_000_000) == 0

    def test_sixteen_and_twelve_bits(self) -> None:
        assert self.word(self.part(1.0, 0x0800), 0x08, 1_000_000) == 10_000
        assert self.word(self.part(1.0, 0x0000), 0x08, 1_000_000) == 4095
        assert self.word(self.part(9.9, 0x0800), 0x08, 1_000_000) == 65_535

    def test_the_first_measurement_takes_its_integration_time(self) -> None:
        part = self.part(1.0, 0x080E)
        assert self.word(part, 0x08, 999) == 0
        assert self.word(part, 0x08, 1000) == 10_000

    def test_cancellation_is_taken_off(self) -> None:
        part = self.part(1.0, 0x0800)
        part.write(b"\x05\xe8\x03", 0)
        assert self.word(part, 0x08, 1_000_000) == 9_000

    def test_active_force_measures_on_a_trigger_only(self) -> None:
        part = Vcnl4040(Skin(volts=1.0), quiet())
        part.write(b"\x04\x08\x00", 0)
        part.write(b"\x03\x00\x08", 0)
        assert self.word(part, 0x08, 1_000_000) == 0
        part.write(b"\x04\x0c\x00", 1_000_000)
        assert self.word(part, 0x04, 1_000_000) == 0x08, "the trigger clears itself"
        assert self.word(part, 0x08, 2_000_000) == 10_000

    @given(st.floats(0, 6.5))
    def test_a_count_is_100_uv(self, volts: float) -> None:
        assert abs(self.word(self.part(volts, 0x0800), 0x08, 1_000_000) * 100e-6 - volts) <= 51e-6


def test_an_absent_part_is_a_nack() -> None:
    bus = Bus({0x4A: Tmp117(Skin(), quiet())})
    assert bus.read_mem(0x4A, b"\x0f", 2, 0) == b"\x01\x17"
    assert bus.write(0x4A, b"\x0f", 0)
    assert bus.read(0x4A, 2, 0) == b"\x01\x17"
    assert bus.read(0x33, 2, 0) is None
    assert not bus.write(0x33, b"\x00", 0)
    bus.remove(0x4A)
    assert bus.read_mem(0x4A, b"\x0f", 2, 0) is None


def test_noise_is_seeded_and_of_its_level() -> None:
    first, again, other = Noise(1), Noise(1), Noise(2)
    draws = [first() for _ in range(4000)]
    assert draws == [again() for _ in range(4000)]
    assert draws != [other() for _ in range(4000)]
    assert abs(sum(draws) / 4000) < 0.1
    assert 0.9 < sum(draw * draw for draw in draws) / 4000 < 1.1
