"""Whether a tag is fitted, as its flash tells a rig that cannot ask it."""

import binascii
import struct
from pathlib import Path

from provisioned import begin_fitting, connect
from taghil.flash import BLOCK, PAGE, Flash
from taghil.mcu.fitted import FittedSign
from taghil.vm.process import Emulator


def fitted(state: Path) -> bool:
    flash = Flash(state / "flash.bin")
    try:
        return FittedSign(flash)()
    finally:
        flash.close()


def test_the_settings_of_a_tag_say_when_it_is_fitted(kept: Path) -> None:
    assert not FittedSign(Flash(None))()
    state = kept / "tag"
    with Emulator(state):
        pass
    assert not fitted(state)
    before = (state / "flash.bin").read_bytes()
    with Emulator(state, days=0) as tag:
        with connect(tag) as client:
            begin_fitting(client, 60, 21_600)
        tag.wait_lived(30.0)
    assert fitted(state)
    # It is the newest snapshot that counts, and it lies where a change is looked for.
    flash = Flash(None)
    sign = FittedSign(flash)
    size = len(before) // flash.blocks
    after = (state / "flash.bin").read_bytes()
    for block in sign.blocks:
        part = slice(block * size, (block + 1) * size)
        if before[part] != after[part]:
            flash.program(block, 0, after[part])
    assert sign()
    # One that says it is not, in the page behind: generation at 2, fitted at 70, CRC at the end.
    block, offset, page = next(
        (block, offset, flash.read(block, offset - PAGE, PAGE))
        for block in sign.blocks
        for offset in range(PAGE, BLOCK, PAGE)
        if flash.read(block, offset - PAGE, PAGE) != b"\xff" * PAGE == flash.read(block, offset, PAGE)
    )
    changed = struct.pack("<2sI", page[:2], 1000) + page[6:70] + b"\0" + page[71:-4]
    flash.program(block, offset, changed + struct.pack("<I", binascii.crc32(changed)))
    assert not sign()
