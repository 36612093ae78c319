"""UF2 files: what is written reads back, and what is none is a sentence."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankletag.image import BLOCK_BYTES, IMAGE_BLOCKS, ImageError, board_uf2, check_micropython, read_uf2, write_uf2
from ankletag.image.board import IMAGE_ADDRESS, LOG_ADDRESS, LOG_BYTES, MICROPYTHON_BANNER
from ankletag.image.geometry import CHIP_BYTES, FLASH_ADDRESS

PAGE = 256
BLOCK = 512
PAGES = CHIP_BYTES // PAGE
IMAGE = bytes(range(256)) * (IMAGE_BLOCKS * BLOCK_BYTES // 256)

pages_of_flash = st.dictionaries(st.integers(0, PAGES - 1), st.binary(min_size=PAGE, max_size=PAGE), min_size=1)


def laid_out(pieces: dict[int, bytes]) -> bytes:
    """A whole chip with these bytes in it, 0x11 where nothing was written."""
    chip = bytearray(b"\x11" * CHIP_BYTES)
    for address, piece in pieces.items():
        chip[address - FLASH_ADDRESS : address - FLASH_ADDRESS + len(piece)] = piece
    return bytes(chip)


@given(pages_of_flash)
def test_what_is_written_reads_back(pages: dict[int, bytes]) -> None:
    pieces = {FLASH_ADDRESS + number * PAGE: page for number, page in pages.items()}
    found = read_uf2(write_uf2(pieces), "x.uf2")
    assert laid_out(found) == laid_out(pieces)
    assert list(found) == sorted(found)
    ends = {address + len(piece) for address, piece in found.items()}
    assert not ends & set(found), "pieces that adjoin are one"


@given(pages_of_flash, st.data())
def test_blocks_may_come_in_any_order_and_none_may_be_absent(pages: dict[int, bytes], data: st.DataObject) -> None:
    pieces = {FLASH_ADDRESS + number * PAGE: page for number, page in pages.items()}
    whole = write_uf2(pieces)
    blocks = [whole[at : at + BLOCK] for at in range(0, len(whole), BLOCK)]
    assert read_uf2(b"".join(data.draw(st.permutations(blocks))), "x.uf2") == read_uf2(whole, "x.uf2")
    gone = data.draw(st.integers(0, len(blocks) - 1))
    with pytest.raises(ImageError):
        read_uf2(b"".join(blocks[:gone] + blocks[gone + 1 :]), "x.uf2")


@given(st.binary(max_size=3 * BLOCK) | st.binary(min_size=BLOCK, max_size=BLOCK))
def test_anything_else_is_a_sentence(junk: bytes) -> None:
    with pytest.raises(ImageError, match=r"^thing\.uf2 is"):
        read_uf2(junk, "thing.uf2")


def test_a_block_is_as_the_specification_has_it() -> None:
    block = write_uf2({FLASH_ADDRESS + PAGE: b"p" * PAGE})
    assert len(block) == BLOCK
    assert block[:8] == b"UF2\nWQ]\x9e"
    assert struct.unpack_from("<6I", block, 8) == (0x2000, FLASH_ADDRESS + PAGE, PAGE, 0, 1, 0xE48BFF56)
    assert block[32 : 32 + PAGE] == b"p" * PAGE
    assert block[-4:] == bytes.fromhex("306fb10a")


def changed(at: int, value: int) -> bytes:
    """Two blocks, in the first of which a word is another."""
    data = bytearray(write_uf2({FLASH_ADDRESS: b"a" * 2 * PAGE}))
    struct.pack_into("<I", data, at, value)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "has 0 bytes"),
        (changed(0, 0), "block 0 does not begin or end"),
        (changed(508, 0), "block 0 does not begin or end"),
        (changed(8, 0), "names no family"),
        (changed(28, 0xE48BFF59), "is of family 0xe48bff59"),
        (changed(12, FLASH_ADDRESS + 1), "takes pages"),
        (changed(12, FLASH_ADDRESS + PAGE), "two blocks are for 0x10000100"),
        (changed(12, FLASH_ADDRESS + CHIP_BYTES), "not in the 2 MiB"),
        (changed(12, 0x20000000), "not in the 2 MiB"),
        (changed(16, 476), "476 bytes"),
        (changed(20, 1), "block 1 is in it twice"),
        (changed(20, 7), "block 0 of 2 is missing"),
        (changed(24, 3), "do not agree"),
        (write_uf2({FLASH_ADDRESS: b"a" * 2 * PAGE})[:BLOCK], "block 1 of 2 is missing"),
        (write_uf2({FLASH_ADDRESS: b"a" * 2 * PAGE})[:-1], "has 1023 bytes"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(data: bytes, words: str) -> None:
    with pytest.raises(ImageError, match=r"^x\.uf2 is .*" + words) as raised:
        read_uf2(data, "x.uf2")
    assert raised.value.action.endswith(".")


def test_blocks_that_are_not_for_the_flash_are_passed_over() -> None:
    data = changed(8, 0x2001)
    assert read_uf2(data, "x.uf2") == {FLASH_ADDRESS + PAGE: b"a" * PAGE}


@pytest.mark.parametrize(
    "pieces",
    [
        {FLASH_ADDRESS: b"a"},
        {FLASH_ADDRESS + 1: b"a" * PAGE},
        {FLASH_ADDRESS: b"a" * 2 * PAGE, FLASH_ADDRESS + PAGE: b"b" * PAGE},
        {FLASH_ADDRESS + CHIP_BYTES - PAGE: b"a" * 2 * PAGE},
        {FLASH_ADDRESS - PAGE: b"a" * PAGE},
    ],
)
def test_what_cannot_be_written_is_refused(pieces: dict[int, bytes]) -> None:
    with pytest.raises(ValueError, match="0x"):
        write_uf2(pieces)


def micropython(size: int) -> dict[int, bytes]:
    return check_micropython(write_uf2({FLASH_ADDRESS: MICROPYTHON_BANNER.ljust(size, b"m")}), "m.uf2")


def test_a_board_gets_micropython_and_the_image_and_keeps_its_log() -> None:
    pieces = read_uf2(board_uf2(IMAGE, micropython(5 * PAGE)), "board.uf2")
    assert set(pieces) == {FLASH_ADDRESS, IMAGE_ADDRESS}
    assert pieces[FLASH_ADDRESS] == MICROPYTHON_BANNER.ljust(5 * PAGE, b"m").ljust(BLOCK_BYTES, b"\xff"), (
        "whole sectors"
    )
    assert pieces[IMAGE_ADDRESS] == IMAGE


def test_an_image_alone_touches_nothing_else() -> None:
    assert read_uf2(board_uf2(IMAGE), "board.uf2") == {IMAGE_ADDRESS: IMAGE}


def test_the_log_is_erased_to_the_end_of_the_chip_where_that_is_asked_for() -> None:
    (piece,) = read_uf2(board_uf2(IMAGE, erase_log=True), "board.uf2").values()
    assert piece == IMAGE + b"\xff" * LOG_BYTES
    assert LOG_ADDRESS + LOG_BYTES == FLASH_ADDRESS + CHIP_BYTES


def test_a_micropython_that_reaches_into_the_storage_is_refused() -> None:
    room = IMAGE_ADDRESS - FLASH_ADDRESS
    assert sum(map(len, micropython(room).values())) == room
    with pytest.raises(ImageError, match=r"^m\.uf2 reaches to 0x100a1000"):
        micropython(room + PAGE)


def test_a_file_without_a_beginning_is_no_micropython() -> None:
    with pytest.raises(ImageError, match="holds no MicroPython"):
        check_micropython(write_uf2({FLASH_ADDRESS + BLOCK_BYTES: MICROPYTHON_BANNER.ljust(PAGE, b"m")}), "m.uf2")


def test_what_runs_on_an_rp2040_and_is_no_micropython_for_a_pico_is_refused() -> None:
    with pytest.raises(ImageError, match="holds no MicroPython for a Pico"):
        check_micropython(write_uf2({FLASH_ADDRESS: b"Adafruit Feather RP2040 ".ljust(PAGE, b"m")}), "m.uf2")
