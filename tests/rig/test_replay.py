"""Replay files: rows held, volts and degrees through the parts within a step, and an error for each way to be wrong."""

from pathlib import Path

import pytest

from support import need_shared_data
from taghil.world.errors import ReplayError
from taghil.world.replay import LIMITS, read
from taghil.world.world import of_replay

HEAD = "local_time,tac_g_dl,ir_v,temp_f\n"
GOOD = HEAD + "2017-05-02 10:00:00,0.0,1.1,90.0\n2017-05-02 10:30:00,0.02,0.9,91.5\n"


def file(folder: Path, text: str) -> Path:
    path = folder / "replay.csv"
    path.write_text(text)
    return path


def test_values_are_held_until_the_next_row(tmp_path: Path) -> None:
    replay = read(file(tmp_path, GOOD))
    half_hour = 1_800_000_000
    for t_us, na, volts in ((0, 0.0, 1.1), (half_hour - 1, 0.0, 1.1), (half_hour, 300.0, 0.9), (10**12, 300.0, 0.9)):
        assert replay.cell_na(t_us) == pytest.approx(na)
        assert replay.ir_v(t_us) == volts
    assert replay.temp_mdeg_c(0) == pytest.approx(32_222.22, abs=0.01), "going back is allowed"
    assert replay.start.isoformat() == "2017-05-02T10:00:00+00:00"


def test_order_of_columns_and_others_do_not_matter(tmp_path: Path) -> None:
    text = "\ufefftemp_f,note,tac_g_dl,local_time,ir_v\r\n90.0,fine,0.01,2017-05-02 10:00:00,1.1\r\n\r\n"
    replay = read(file(tmp_path, text))
    assert replay.cell_na(0) == pytest.approx(150.0)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1: the file is empty"),
        ("\n" + GOOD, "line 1: it is empty; the first line must name"),
        (GOOD.replace(",", ";"), "line 1: column local_time is missing; .* with commas between them"),
        (HEAD, "line 2: no readings"),
        (GOOD + "1969-05-02 11:00:00,0.1,0.9,91\n", "line 4, column local_time: 1969-.* is not within the years"),
        (GOOD + "2100-05-02 11:00:00,0.1,0.9,91\n", "line 4, column local_time: 2100-.* is not within the years"),
        (GOOD + "2017-05-02 11:00:00,0.0_1,0.9,91\n", "line 4, column tac_g_dl: '0.0_1' is not a number"),
        (GOOD + "2017-05-02 11:00:00,0.86,0.9,91\n", "line 4, column tac_g_dl: 0.86 is not within"),
        ("local_time,tac_g_dl,ir_v\n", "line 1: column temp_f is missing"),
        ("local_time,tac_g_dl,ir_v,temp_f,ir_v\n", "line 1: column ir_v stands twice"),
        (GOOD + "2017-05-02 11:00:00,much,0.9,91\n", "line 4, column tac_g_dl: 'much' is not a number"),
        (GOOD + "2017-05-02 11:00:00,nan,0.9,91\n", "line 4, column tac_g_dl: nan is not within"),
        (GOOD + "2017-05-02 11:00:00,0.1,inf,91\n", "line 4, column ir_v: inf is not within"),
        (GOOD + "2017-05-02 11:00:00,-0.1,1.0,91\n", "line 4, column tac_g_dl: -0.1 is not within"),
        (
            GOOD + "2017-05-02 10:30:00,0.1,1.0,91\n",
            "local_time: 2017-05-02 10:30:00 is not after the row before, 2017-05-02 10:30:00",
        ),
        (GOOD + "yesterday,0.1,1.0,91\n", "line 4, column local_time: 'yesterday' is not a time"),
        (GOOD + "2017-05-02 11:00:00,0.1,1.0\n", "line 4: 3 cells where line 1 has 4"),
        (GOOD + '2017-05-02 11:00:00,"0.1,1.0,91\n', "line 4: not CSV"),
    ],
)
def test_wrong_files_name_line_and_column(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ReplayError, match=sentence) as caught:
        read(file(tmp_path, text))
    assert "replay.csv" in str(caught.value)


def test_wrong_encoding_and_absence(tmp_path: Path) -> None:
    path = tmp_path / "replay.csv"
    path.write_bytes(GOOD.encode() + b"\xff\xfe")
    with pytest.raises(ReplayError, match="line 4: not UTF-8"):
        read(path)
    with pytest.raises(ReplayError, match="cannot be read: No such file"):
        read(tmp_path / "absent.csv")


def test_real_rows_come_out_of_the_parts_within_a_step() -> None:
    files = sorted(need_shared_data().glob("*.csv"))
    assert len(files) == 9
    for path in files:
        replay = read(path)
        world, _, days = of_replay(replay, seed=1)
        world.lmp.menb = 0
        for register, value in ((0x01, 0), (0x10, 0x18), (0x11, 0x80), (0x12, 0x03)):
            assert world.bus.write(0x48, bytes([register, value]), 0)
        world.bus.write(0x60, b"\x03\x00\x08", 0)
        world.fit()
        for at_us, (na, mdeg_c, volts) in zip(replay.times_us, replay.rows, strict=True):
            now_us = at_us + 1
            world.bus.write(0x49, b"\x01\xc5\x83", now_us)
            world.bus.write(0x4A, b"\x01\x0c\x20", now_us)
            after = now_us + 200_000
            cell = world.bus.read_mem(0x49, b"\x00", 2, after)
            temp = world.bus.read_mem(0x4A, b"\x00", 2, after)
            prox = world.bus.read_mem(0x60, b"\x08", 2, after)
            assert cell is not None
            assert temp is not None
            assert prox is not None
            assert abs(int.from_bytes(cell, "big") * 62.5e-6 - (0.5 + na * 120e-6)) <= 32e-6
            assert abs(int.from_bytes(temp, "big") * 7.8125 - mdeg_c) <= 3.91
            assert abs(int.from_bytes(prox, "little") * 100e-6 - volts) <= 51e-6
        assert days * 86_400e6 > replay.times_us[-1]


def test_the_highest_tac_that_is_taken_comes_out_of_the_converter(tmp_path: Path) -> None:
    """One step more and the ADC would clip it in silence."""
    replay = read(file(tmp_path, HEAD + f"2017-05-02 10:00:00,{LIMITS['tac_g_dl'][1]},0.9,91.5\n"))
    volts = 0.5 + replay.cell_na(0) * 120e-6
    assert volts / 62.5e-6 < 0x7FFE
