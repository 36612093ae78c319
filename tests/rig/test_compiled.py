"""The emulated tag from the .mpy that a chip gets, instead of from sources."""

from pathlib import Path

import pytest

from ankletag.image import firmware_tree
from provisioned import connect
from taghil.vm.compiled import compiled_firmware
from taghil.vm.process import Emulator, EmulatorDied


def test_a_tag_runs_what_a_chip_runs(kept: Path) -> None:
    firmware = compiled_firmware(kept / "firmware")
    sources = [path.name for path in (kept / "firmware").rglob("*.py")]
    assert sorted(sources) == ["boot.py", "main.py"]
    chips = {path: data for path, data in firmware_tree().items() if path != "main.mpy"}
    assert {path: (kept / "firmware" / path).read_bytes() for path in chips} == chips
    with Emulator(kept / "tag", firmware=firmware) as tag, connect(tag) as client:
        compiled = client.hello()["firmware"]
    with Emulator(kept / "other") as tag, connect(tag) as client:
        assert client.hello()["firmware"] != compiled


def test_it_is_these_files_that_run(kept: Path) -> None:
    firmware = compiled_firmware(kept / "firmware")
    (kept / "firmware" / "tag" / "app.mpy").write_bytes(b"M")
    with pytest.raises(EmulatorDied, match=r"app\.mpy|mpy"), Emulator(kept / "tag", firmware=firmware):
        pass
