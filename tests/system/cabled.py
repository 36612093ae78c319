"""An emulated tag with some days in its log, at the end of a cable: read out, and compared with its own flash."""

import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ankletag.store import Store
from provisioned import provisioned, station_folder
from support import wait_until
from system.commandline import Cli
from taghil.line import Cable, Line
from taghil.vm.process import Emulator
from tagproto import layout, pages
from tagproto.bad import Bad

LIMIT_S = 60.0
ANKLETAG = str(Path(sys.executable).with_name("ankletag"))


def live(folder: Path, days: float) -> None:
    """Leaves in `folder`/tag the state of a fitted tag that has lived some days, and nobody has read out."""
    with Emulator(folder / "tag", scenario="quiet", days=days) as tag:
        provisioned(tag)
        Cli(folder / "store.sqlite", tag).run("fit", "--order", "A")
        tag.wait_lived(LIMIT_S)


@dataclass
class Cabled:
    """A tag, its cable, and the folder in which a store of its pages comes to be."""

    folder: Path
    tag: Emulator
    line: Line
    _begun: "list[subprocess.Popen[str]]" = field(default_factory=list)

    @property
    def store(self) -> Path:
        return self.folder / "store.sqlite"

    def begin(self, *arguments: str, port: str = "") -> "subprocess.Popen[str]":
        """`ankletag sync`, under way."""
        command = [ANKLETAG, "sync", "--json", "--port", port or self.line.port, "--store", str(self.store)]
        command += [
            "--clock",
            str(self.folder / "clock.json"),
            "--station",
            str(station_folder(self.folder / "station")),
        ]
        process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._begun.append(process)
        return process

    def end(self, process: "subprocess.Popen[str]", status: int | None = 0) -> tuple[str, str]:
        """What it printed, to both; it must end with a status (None: any that is told) and never with a traceback."""
        out, err = process.communicate(timeout=LIMIT_S)
        assert "Traceback" not in err, err
        assert status is None or process.returncode == status, f"sync ended with {process.returncode}:\n{out}{err}"
        return out, err

    def close(self) -> None:
        """Ends what still runs, when a test has failed."""
        for process in self._begun:
            if process.poll() is None:
                process.kill()
                process.communicate()

    def sync(self, *arguments: str) -> dict[str, Any]:
        """A whole read-out: what the command said of it."""
        document: dict[str, Any] = json.loads(self.end(self.begin(*arguments))[0])
        return document

    def passed(self) -> int:
        """Bytes that have come from the tag."""
        return self.line.counts()["to_host"].bytes

    def until_passed(self, process: "subprocess.Popen[str]", more: int) -> None:
        """Waits until so many further bytes have come from the tag, for a sync that must not end before."""
        goal = self.passed() + more

        def passed() -> bool:
            assert process.poll() is None, process.communicate()
            return self.passed() >= goal

        wait_until(passed, LIMIT_S, f"{more} bytes had come from the tag")

    def stored(self) -> dict[int, list[bytes]]:
        """Contents of each page in the store; each page must be one."""
        if not self.store.exists():
            return {}
        found: dict[int, list[bytes]] = {}
        with Store(self.store, create=False) as store:
            for tag_id in store.tag_ids():
                for raw in store.pages(tag_id):
                    page = pages.parse(raw)
                    assert not isinstance(page, Bad), page
                    found.setdefault(page.seq, []).append(raw)
        return found

    def in_flash(self) -> dict[int, bytes]:
        """Closed pages by number, as they lie in the tag's flash."""
        image = self.tag.folder.flash.read_bytes()
        first = layout.Layout(len(image) // layout.BLOCK_SIZE).ring_first * layout.BLOCK_SIZE
        found = {}
        for start in range(first, len(image), pages.PAGE_SIZE):
            raw = image[start : start + pages.PAGE_SIZE]
            page = pages.parse(raw)
            if not isinstance(page, Bad):
                found[page.seq] = raw
        return found

    def compare(self, document: dict[str, Any]) -> None:
        """The store has every page that the tag has closed as it is in flash, and nothing else."""
        stored, closed = self.stored(), self.in_flash()
        assert document["pages"] > 50
        assert set(range(document["pages"])) == set(stored)
        compared = sorted(seq for seq in closed if seq in stored and seq < document["pages"] - 1)
        assert compared == list(range(document["pages"] - 1))
        # Beside it may be what it was when it was still open, in a sync before.
        assert [seq for seq in compared if closed[seq] not in stored[seq]] == []
        assert sum(len(contents) for contents in stored.values()) - len(stored) < len(self._begun)


@contextmanager
def cabled(lived: Path, kept: Path, cable: Cable | None = None, line: str = "usb") -> Iterator[Cabled]:
    """A copy of the tag in `lived` that runs at the end of a cable."""
    shutil.copytree(lived / "tag", kept / "tag", ignore=shutil.ignore_patterns("port", "*.sock"))
    days = json.loads((lived / "tag" / "emulator.json").read_text())["days"]
    with (
        Emulator(kept / "tag", scenario="quiet", days=days, line=line) as tag,
        Line(tag.port, cable or Cable(baud=921_600)) as laid,
    ):
        # The station's clock goes on while the tag's world stands still, without power.
        shutil.copy(tag.clock_file, kept / "clock.json")
        with contextlib.closing(Cabled(kept, tag, laid)) as found:
            yield found
