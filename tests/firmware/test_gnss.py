"""Position fixes: the parser against an independent one and against junk, and the stage on its own schedule."""

import itertools
import math
from typing import Any

import pynmea2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firmware import talk
from tagproto import messages, records

ENODEV, ETIMEDOUT = 19, 110
HERE = "4807.03800,N,01131.00000,E"


def sentence(body: str) -> bytes:
    check = 0
    for byte in body.encode():
        check ^= byte
    return f"${body}*{check:02X}\r\n".encode()


def gga(where: str = HERE, quality: str = "1", hdop: str = "0.9", time: str = "123519.00", talker: str = "GP") -> bytes:
    return sentence(f"{talker}GGA,{time},{where},{quality},08,{hdop},545.4,M,46.9,M,,")


def gst(north: str, east: str, time: str = "123519.00") -> bytes:
    return sentence(f"GPGST,{time},12,3.2,2.1,88,{north},{east},4.7")


def after(harness: Any, *pieces: bytes) -> Any:
    """(heard, fix) of a parser that was given these."""
    heard, fix = harness.nmea([piece.hex() for piece in pieces])[-1]
    return heard, fix and tuple(fix)


def test_a_position_and_its_error(harness: Any) -> None:
    assert after(harness, gga()) == (True, (481173000, 115166667, 45))
    assert after(harness, gga(where="4807.03800,S,01131.00000,W")) == (True, (-481173000, -115166667, 45))
    # 3 and 4 m make 5.
    assert after(harness, gga(), gst("3.0", "4.0")) == (True, (481173000, 115166667, 50))
    assert after(harness, gst("3.0", "4.0"), gga()) == (True, (481173000, 115166667, 50))
    # Of another second.
    assert after(harness, gst("3.0", "4.0", "123518.00"), gga()) == (True, (481173000, 115166667, 45))
    assert after(harness, gga(hdop="")) == (True, (481173000, 115166667, 65535))
    assert after(harness, gga(), gst("999999", "999999")) == (True, (481173000, 115166667, 65535))
    assert after(harness, gga(), gga(quality="0")) == (True, None)


def test_the_fewest_fields_that_tell_it(harness: Any) -> None:
    shortest, error = f"GPGGA,123519.00,{HERE},1,08,0.9", "GPGST,123519.00,12,3.2,2.1,88,3.0,4.0"
    assert after(harness, sentence(shortest)) == (True, (481173000, 115166667, 45))
    assert after(harness, sentence(shortest.removesuffix(",0.9"))) == (True, None)
    assert after(harness, sentence(shortest), sentence(error))[1][2] == 50
    assert after(harness, sentence(shortest), sentence(error.removesuffix(",4.0")))[1][2] == 45


ODD = [
    gga(where="9000.00001,N,01131.00000,E"),
    gga(where="4860.00000,N,01131.00000,E"),
    gga(where="4807.03800,N,18000.00001,E"),
    gga(where="4807.03800,E,01131.00000,N"),
    gga(where="4807.03800,,01131.00000,E"),
    gga(where="807.03800,N,01131.00000,E"),
    gga(where="-807.03800,N,01131.00000,E"),
    gga(where="48 7.03800,N,01131.00000,E"),
    gga(where=".,N,.,E"),
    gga(where=",,,"),
    *(gga(quality=quality) for quality in ("0", "6", "7", "8", "", "11", "x")),
    sentence("GPGGA,123519.00"),
    sentence("GPGGA"),
    sentence("GPRMC,123519.00,A,4807.03800,N,01131.00000,E,022.4,084.4,230394,003.1,W"),
    gst("3.0", "4.0"),
    gst("", "x"),
    sentence(""),
    sentence(","),
]


@pytest.mark.parametrize("odd", ODD)
def test_a_sentence_that_tells_no_position_is_heard_and_no_fix(harness: Any, odd: bytes) -> None:
    assert after(harness, odd) == (True, None)
    assert after(harness, odd, gga())[1] == (481173000, 115166667, 50 if odd == gst("3.0", "4.0") else 45)


BROKEN = [
    gga().replace(b"N", b"S"),
    gga().replace(b"*", b"+"),
    gga()[1:],
    gga()[:-2],
    b"$" + bytes(1000) + b"\r\n",
    b"$" + b"A" * 300 + gga()[1:],
    gga()[:30] + b"\r\n" + gga()[30:],
    b"$*\r\n",
    b"$\r\n",
    b"$*0\r\n",
    b"\r\n\r\n",
]


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_no_whole_sentence_is_not_heard_and_harms_no_other(harness: Any, broken: bytes) -> None:
    assert after(harness, broken) == (False, None)
    assert after(harness, broken, gga()) == (True, (481173000, 115166667, 45))


def test_a_checksum_in_small_letters_is_one(harness: Any) -> None:
    _head, _, check = gga(hdop="1.0").partition(b"*")
    assert check.strip() == check.strip().upper()
    lower = next(told for hdop in range(99) if b"*" in (told := gga(hdop=str(hdop))) and told[-4:-2].isupper())
    assert after(harness, lower[:-4] + lower[-4:].lower())[0]


minutes = st.integers(0, 5_999_999)


@given(
    st.integers(0, 89),
    st.integers(0, 179),
    minutes,
    minutes,
    st.integers(1, 5),
    st.sampled_from("NS"),
    st.sampled_from("EW"),
    st.sampled_from(["GP", "GN", "GL", "GA", "GB", "QZ"]),
)
@example(0, 0, 0, 0, 1, "S", "W", "GN")
@example(89, 179, 5_999_999, 5_999_999, 5, "N", "E", "GN")
def test_positions_are_those_of_an_independent_reader(
    harness: Any, north: int, east: int, north_m: int, east_m: int, places: int, ns: str, ew: str, talker: str
) -> None:
    def angle(degrees: int, hundred_thousandths: int, width: int) -> str:
        whole, part = divmod(hundred_thousandths, 100_000)
        return f"{degrees:0{width}d}{whole:02d}" + f".{part:05d}"[: places + 1]

    told = gga(f"{angle(north, north_m, 2)},{ns},{angle(east, east_m, 3)},{ew}", talker=talker)
    read = pynmea2.parse(told.decode().strip(), check=True)
    _, fix = after(harness, told)
    assert fix is not None
    # To the nearest unit: the reader's own floats are far finer.
    assert fix[0] == pytest.approx(read.latitude * 1e7, abs=0.501)
    assert fix[1] == pytest.approx(read.longitude * 1e7, abs=0.501)


@given(st.integers(0, 65_000), st.integers(0, 65_000))
def test_errors_are_those_of_an_independent_reader(harness: Any, north: int, east: int) -> None:
    told = gst(f"{north / 10:.1f}", f"{east / 10:.1f}")
    read = pynmea2.parse(told.decode().strip(), check=True)
    error_dm = 10 * math.hypot(float(read.std_dev_latitude), float(read.std_dev_longitude))
    _, fix = after(harness, gga(), told)
    assert fix[2] == min(65535, math.floor(error_dm + 1e-6))


junk = st.one_of(
    st.binary(max_size=200),
    st.text(alphabet="$*\r\n,.0123456789GPNAST", max_size=200).map(str.encode),
    st.lists(st.text(alphabet="0123456789.NSEWx", max_size=12), max_size=15).map(
        lambda fields: sentence("GPGGA," + ",".join(fields))
    ),
    st.lists(st.text(alphabet="0123456789.", max_size=12), max_size=9).map(
        lambda fields: sentence("GNGST," + ",".join(fields))
    ),
)


@given(st.lists(junk, max_size=8))
def test_no_bytes_raise_and_a_position_is_on_earth(harness: Any, pieces: list[bytes]) -> None:
    for _, fix in harness.nmea([piece.hex() for piece in [*pieces, b""]]):
        if fix is not None:
            latitude, longitude, accuracy = fix
            assert abs(latitude) <= 900_000_000
            assert abs(longitude) <= 1_800_000_000
            assert 0 <= accuracy <= 65535
    # A line end ends whatever was under way.
    assert after(harness, *pieces, b"\r\n", gga(time="000000.01"))[1] == (481173000, 115166667, 45)


@given(st.lists(st.integers(0, 400), max_size=12))
def test_a_stream_may_come_in_any_pieces(harness: Any, cuts: list[int]) -> None:
    stream = b"noise$GP" + gga(quality="0") + gst("1.0", "2.0") + b"\xff\xfe" + gga() + gga()[:20]
    at = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = [stream[a:b] for a, b in itertools.pairwise(at)]
    assert after(harness, *pieces) == after(harness, stream) == (True, (481173000, 115166667, 22))


# The stage


def fit(tag: Any, fix_interval_s: int) -> None:
    talk.fit(tag, {**talk.FITTING, "fix_interval_s": fix_interval_s})


def of(tag: Any, kind: int) -> list[dict[str, Any]]:
    return [talk.values_of(record) for record in talk.of_kind(tag, kind)]


def faults(tag: Any) -> list[tuple[int, int]]:
    return [(values["sense"], values["code"]) for values in of(tag, records.FAULT)]


def live(tag: Any, seconds: int) -> None:
    """At least so long."""
    begun = tag.state()["ticks"]
    while records.ticks_after(begun, tag.state()["ticks"]) < 1000 * seconds:
        tag.steps(1)


def test_a_fix_at_once_and_then_in_each_interval(tag: Any) -> None:
    tag.tell((gga() + gst("3.0", "4.0")).hex())
    fit(tag, 600)
    live(tag, 2000)
    fixes = of(tag, records.FIX)
    assert len(fixes) == 4
    assert {tuple(fix.values()) for fix in fixes} == {(481173000, 115166667, 50)}
    switched = tag.receiver()["switched"]
    assert [on for on, _ in switched] == [1, 0] * 4
    on = [ticks for on, ticks in switched if on]
    assert [round((b - a) % (1 << 30) / 1000) for a, b in itertools.pairwise(on)] == [600] * 3
    assert len(of(tag, records.READING)) >= 33
    assert tag.check() == []


def test_nothing_is_loaded_or_switched_where_nobody_wants_fixes(tag: Any) -> None:
    tag.forget_fixes()
    tag.tell(gga().hex())
    fit(tag, 0)
    tag.steps(50)
    assert not tag.knows_fixes()
    assert tag.receiver()["switched"] == []
    assert of(tag, records.FIX) == []


def test_an_error_that_comes_behind_the_position_counts(tag: Any) -> None:
    tag.tell(gga(hdop="9.9").hex())
    fit(tag, 600)
    while not tag.receiver()["on"]:
        tag.steps(1)
    tag.steps(1)
    tag.tell(gst("3.0", "4.0").hex())
    live(tag, 10)
    assert [values["accuracy_dm"] for values in of(tag, records.FIX)] == [50]


def test_a_turn_takes_all_that_came(tag: Any) -> None:
    # More than is read at a time, and what tells comes last.
    tag.tell((sentence("GPGSV," + "1" * 70) * 6 + gga()).hex())
    fit(tag, 600)
    live(tag, 10)
    assert len(of(tag, records.FIX)) == 1
    (_, on), (_, off) = tag.receiver()["switched"]
    # Half a second until it listens, one for what comes behind.
    assert (off - on) % (1 << 30) <= 1700


def test_without_a_place_it_waits_ninety_seconds_and_samples_on(tag: Any) -> None:
    tag.tell(gga(where=",,,", quality="0").hex())
    fit(tag, 3600)
    live(tag, 300)
    (_, on), (_, off) = tag.receiver()["switched"]
    assert 90_000 <= (off - on) % (1 << 30) <= 91_000
    assert len(of(tag, records.READING)) >= 5
    assert faults(tag) == []
    assert of(tag, records.FIX) == []


def test_a_silent_receiver_is_one_fault_until_it_speaks_and_is_tried_again(tag: Any) -> None:
    tag.tell(b"\x00garbage\r\n".hex())
    fit(tag, 600)
    live(tag, 1900)
    assert faults(tag) == [(records.SENSE_GNSS, ETIMEDOUT)]
    switched = tag.receiver()["switched"]
    assert len(switched) == 8
    assert (switched[1][1] - switched[0][1]) % (1 << 30) <= 11_000
    tag.tell(gga().hex())
    live(tag, 600)
    assert len(of(tag, records.FIX)) == 1
    tag.tell("")
    live(tag, 1200)
    assert faults(tag) == [(records.SENSE_GNSS, ETIMEDOUT)] * 2


def test_a_board_without_a_receiver_is_one_fault(tag: Any) -> None:
    tag.tell(None)
    fit(tag, 600)
    live(tag, 1900)
    assert faults(tag) == [(records.SENSE_GNSS, ENODEV)]


def test_an_order_changes_the_interval_and_ends_it(known: Any) -> None:
    tag = known
    tag.tell(gga().hex())
    fit(tag, 86400)
    live(tag, 1000)
    assert len(of(tag, records.FIX)) == 1
    pace = {"cadence_s": 60, "seal_interval_s": 1200, "profile": 1}
    talk.ask(tag, messages.CONFIGURE, {**pace, "fix_interval_s": 300})
    live(tag, 1000)
    assert len(of(tag, records.FIX)) in (4, 5)
    tag.tell("")
    while not tag.receiver()["on"]:
        tag.steps(1)
    talk.ask(tag, messages.CONFIGURE, {**pace, "fix_interval_s": 0})
    tag.steps(1)
    assert not tag.receiver()["on"]
    before = len(tag.receiver()["switched"])
    live(tag, 2000)
    assert len(tag.receiver()["switched"]) == before


def test_a_removal_switches_the_receiver_off(known: Any) -> None:
    tag = known
    fit(tag, 600)
    while not tag.receiver()["on"]:
        tag.steps(1)
    talk.ask(tag, messages.REMOVE, {"reason": 1})
    tag.steps(1)
    assert not tag.receiver()["on"]


def test_fixes_are_rationed_and_never_seal(tag: Any) -> None:
    tag.tell(gga().hex())
    talk.fit(tag, {**talk.FITTING, "seal_interval_s": 86400, "fix_interval_s": 60})
    seals = tag.state()["seals"]
    live(tag, 3600)
    assert tag.state()["seals"] == seals
    assert 8 <= len(of(tag, records.FIX)) <= 12
    assert [values["kind"] for values in of(tag, records.REPEATED)].count(records.FIX) >= 1


# The battery


def test_the_battery_is_measured_at_boot_and_once_an_hour(tag: Any) -> None:
    assert tag.battery(2800) in (2999, 3000)
    talk.fit(tag)
    live(tag, 3300)
    assert tag.battery(2800) in (2999, 3000)
    live(tag, 400)
    assert tag.battery(2800) in (2799, 2800)
    tag.reboot(1)
    tag.battery(2700)
    tag.reboot(1)
    # A boot has a board of its own, with its battery.
    assert tag.battery(0) in (2999, 3000)


def test_no_battery_behind_the_converter_is_one_fault(tag: Any) -> None:
    tag.battery(400)
    talk.fit(tag)
    live(tag, 11000)
    assert tag.battery(400) == 0
    assert faults(tag) == [(records.SENSE_BATTERY, ENODEV)]
    tag.battery(2900)
    live(tag, 3700)
    assert tag.battery(2900) in (2899, 2900)


def test_a_receiver_whose_port_fails_is_switched_off(tag: Any) -> None:
    fit(tag, 300)
    tag.spoil_receiver()
    tag.steps(60)
    switched = tag.receiver()["switched"]
    # Again and again, when a fix is due.
    assert len(switched) >= 4
    for (on, since), (off, until) in zip(switched[::2], switched[1::2], strict=False):
        assert (on, off) == (1, 0)
        assert records.ticks_after(since, until) <= 12_000
    assert tag.check() == []
