"""What goes wrong in the flash, as a program on the emulated tag meets it: cuts, lost operations, weak blocks, wear."""

import json
from pathlib import Path

from support import wait_until
from taghil.flash import PAGE, At
from taghil.vm.process import Emulator

DEADLINE_S = 30.0
HEAD = """
from boards.emulated import Board
board = Board()
page = bytearray(256)
def tell(*what): print("said", *what)
def look(block, index):
    board.flash.readblocks(block, page, 256 * index)
    return bytes(page)
def program(block, index, data): board.flash.writeblocks(block, data, 256 * index)
def erase(block): board.flash.ioctl(6, block)
def idle():
    while True: board.wait((board.clock.ticks_ms() + 60000) & 0x3FFFFFFF, False)
def once_opened():
    # At once in every boot but the first: the strap is open then.
    while not board.strap.value(): board.wait((board.clock.ticks_ms() + 60000) & 0x3FFFFFFF, False)
    board.strap.take_edges()
"""


def tag(kept: Path, body: str) -> Emulator:
    """An emulated tag that runs a program over the board, at wall pace; its trace is trace.jsonl."""
    program = kept / "program.py"
    program.write_text(HEAD + body)
    trace = kept / "trace.jsonl"
    return Emulator(kept / "state", program=program, pace="wall", seed=11, flash_blocks=16, trace=trace)


def said(emulator: Emulator) -> list[list[str]]:
    return [line.split()[1:] for line in emulator.vm_log.splitlines() if line.startswith("said")]


def until_said(emulator: Emulator, word: str) -> list[list[str]]:
    wait_until(lambda: [word] in said(emulator), DEADLINE_S, f"the program said '{word}'")
    return said(emulator)


def test_a_torn_page_reads_anew_until_it_is_programmed_also_after_a_restart(kept: Path) -> None:
    body = """
if not board.strap.value():
    once_opened()
    program(1, 0, bytes(256))
tell("different", len({look(1, 0) for _ in range(50)}))
tell("looked")
idle()
"""
    with tag(kept, body) as emulator:
        emulator.cut_power_at(At(1, first_block=1, end_block=2, tear="half"))
        emulator.set(strap="open")
        assert ["different", "50"] in until_said(emulator, "looked")
        status = emulator.status()
        assert status["loose_cells"] == 8 * PAGE
        assert status["last_cut"] == "power cut at program of block 1, offset 0: half"
    mends = """
tell("different", len({look(1, 0) for _ in range(50)}))
program(1, 0, bytes(256))
tell("firm", look(1, 0) == bytes(256))
tell("mended")
idle()
"""
    with tag(kept, mends) as emulator:
        lines = until_said(emulator, "mended")
        assert lines[-3:] == [["different", "50"], ["firm", "True"], ["mended"]]
        assert emulator.status()["loose_cells"] == 0


def test_cuts_that_are_armed_together_meet_the_boots_one_after_another(kept: Path) -> None:
    body = """
once_opened()
for index in range(16):
    if look(2, index)[0]: program(2, index, bytes(256))
tell("whole")
idle()
"""
    with tag(kept, body) as emulator:
        emulator.cut_power_at(At(3, tear="not done"), At(1, tear="not done"), At(4, tear="not done"))
        emulator.set(strap="open")
        until_said(emulator, "whole")
        status = emulator.status()
        # Two pages; none; three; the other eleven.
        assert (status["cuts"], status["boots"], status["programs"]) == (3, 4, 3 + 1 + 4 + 11)
    cuts = [line for line in trace_of(kept) if line["what"] == "power cut"]
    assert [(cut["operation"], cut["block"], cut["offset"]) for cut in cuts] == [
        ("program", 2, 2 * PAGE),
        ("program", 2, 2 * PAGE),
        ("program", 2, 5 * PAGE),
    ]


def trace_of(kept: Path) -> "list[dict[str, object]]":
    return [json.loads(line) for line in (kept / "trace.jsonl").read_text().splitlines()]


def test_an_operation_that_is_cut_has_taken_a_part_of_its_time_and_a_lost_one_none_of_the_chips(kept: Path) -> None:
    body = """
first = not board.strap.value()
once_opened()
if first:
    program(1, 0, bytes(256))
    program(1, 1, bytes(256))
    erase(1)
    erase(2)
    erase(3)
tell("whole")
idle()
"""
    with tag(kept, body) as emulator:
        emulator.skip_operation(2, 2)
        emulator.cut_power_at(At(3, only="erase", tear="half"))
        emulator.set(strap="open")
        until_said(emulator, "whole")
    times = [(line["what"], line["us"]) for line in trace_of(kept) if line["what"] != "pace"]
    at = [what for what, _ in times].index("flash program")
    spans = [times[i][1] - times[i - 1][1] for i in range(at, at + 6)]
    assert [what for what, _ in times[at : at + 6]] == [
        "flash program", "flash program", "flash erase", "flash erase", "power cut", "boot",
    ]  # fmt: skip
    # The second program and the second erase were lost.
    assert spans[1:5] == [200, 45_000, 0, 22_500]


def test_a_lost_operation_is_not_told_and_reads_back_as_what_was_there(kept: Path) -> None:
    body = """
once_opened()
program(1, 0, bytes(256))
program(1, 1, bytes(256))
erase(1)
tell(look(1, 0)[0], look(1, 1)[0])
erase(1)
tell(look(1, 0)[0], look(1, 1)[0])
tell("whole")
idle()
"""
    with tag(kept, body) as emulator:
        emulator.skip_operation(1, At(1, only="erase"))
        emulator.set(strap="open")
        assert until_said(emulator, "whole")[:2] == [["255", "0"], ["255", "255"]]
        assert emulator.status()["cuts"] == 0


def test_a_weak_block_and_its_wear_are_told_and_stay(kept: Path) -> None:
    body = """
once_opened()
for block in (3, 4):
    erase(block)
    program(block, 0, bytes(256))
    tell(block, look(block, 0) == bytes(256))
tell("whole")
idle()
"""
    with tag(kept, body) as emulator:
        emulator.weaken_block(4)
        emulator.set(strap="open")
        assert until_said(emulator, "whole")[:2] == [["3", "True"], ["4", "False"]]
        assert emulator.status()["wear"] == {"programs": 2, "erases_min": 0, "erases_max": 1, "erases_total": 2}
    with tag(kept, body.replace("whole", "again")) as emulator:
        assert until_said(emulator, "again")[-3:-1] == [["3", "True"], ["4", "False"]]
        assert emulator.status()["wear"] == {"programs": 4, "erases_min": 0, "erases_max": 2, "erases_total": 4}
