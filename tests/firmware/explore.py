"""Every power cut of a recorded life: torn flash out of each operation, a tag that comes up on it, and the verdict."""

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from firmware.judge import Comeback, Judge, old_secrets
from firmware.story import Key, Known, Story
from firmware.tear import Image, Operation, blank
from micropython_vm import Vm
from support import ROOT

KEPT = ROOT / "build" / "cuts"
_WRONG_MAX = 20


@dataclass(slots=True)
class Tally:
    """What was tried; `wrong` has a sentence with its place for each thing that did not hold."""

    operations: int = 0
    variants: int = 0
    states: int = 0
    second_variants: int = 0
    second_states: int = 0
    wrong: list[str] = field(default_factory=list)

    def keep(self, name: str) -> None:
        """Into build/cuts/NAME.json, for whoever asks how many cuts were tried."""
        KEPT.mkdir(parents=True, exist_ok=True)
        (KEPT / f"{name}.json").write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


class Explorer:
    """Tries cuts with a VM that runs vm/harness.py; `folder` takes the files between the two."""

    def __init__(self, vm: Vm, folder: Path, blocks: int) -> None:
        self._vm = vm
        self._blocks = blocks
        self._flash = folder / "flash"
        self._again = folder / "again"
        self.judge = Judge()
        self.tally = Tally()
        self._seen: set[bytes] = set()

    def record(self, workload: str) -> tuple[Story, dict[str, Any]]:
        """Live a workload once; its story, and what it came to."""
        path = self._again.with_name("story")
        lived = self._vm.ask(["record", str(path), workload, self._blocks], 110)
        return Story(path), lived

    def every_cut(self, story: Story, part: int, parts: int, again_every: int = 0) -> Tally:
        """Cut at each operation whose number is `part` modulo `parts`.

        again_every: of every so many tags that come up on bits that change, one is cut again at each operation of that.
        """
        tally = self.tally
        changing = 0
        for number, (image, operation, known) in enumerate(story.tell(blank(self._blocks), Known())):
            tally.operations += 1
            if number % parts != part:
                continue
            self._complain(f"before operation {number} ({operation})", old_secrets(known, image.cells))
            for how, torn in distinct(image, operation, random.Random(number), self._seen):
                tally.variants += 1
                if torn is None:
                    continue
                tally.states += 1
                changing += torn.changes
                again = again_every > 0 and torn.changes and changing % again_every == again_every // 2
                self._try(torn, known.copy(), number, f"operation {number} ({operation}), {how}", again)
        return tally

    def _try(self, image: Image, known: Known, seed: int, place: str, again: bool) -> None:
        known.cuts += 1
        before = known.copy() if again else known
        back = self.come_back(image, seed, again)
        self._complain(place, self.judge.wrong(known, back))
        if not again:
            return
        tally = self.tally
        for number, (cut, operation, so_far) in enumerate(Story(self._again).tell(image, before)):
            for how, torn in distinct(cut, operation, random.Random(number), self._seen):
                tally.second_variants += 1
                if torn is None:
                    continue
                tally.second_states += 1
                once_more = f"{place}, then coming up at operation {number} ({operation}), {how}"
                self._try(torn, so_far.copy(), seed + 1, once_more, False)

    def _complain(self, place: str, sentences: list[str]) -> None:
        room = _WRONG_MAX - len(self.tally.wrong)
        self.tally.wrong += [f"{place}: {sentence}" for sentence in sentences[: max(0, room)]]

    def come_back(self, image: Image, seed: int, record: bool = False) -> Comeback:
        """Boot a tag on the flash and let it live a little."""
        self._flash.write_bytes(image.cells + image.mask)
        story = str(self._again) if record else ""
        says = self._vm.ask(["come_back", str(self._flash), self._blocks, seed, image.mode, story], 60)
        data = self._flash.read_bytes()
        size = len(image.cells)
        pages = [data[at : at + 256] for at in range(2 * size, len(data), 256)]
        counted = [(kind, bytes.fromhex(text)) for kind, text in says.pop("counted")]
        keys = [
            Key(epoch, bytes.fromhex(secret), bytes.fromhex(ratchet), bytes.fromhex(public))
            for epoch, secret, ratchet, public in says.pop("keys")
        ]
        return Comeback(says, pages, data[:size], counted, keys)


def distinct(
    image: Image, operation: Operation, draw: random.Random, seen: set[bytes]
) -> Iterator[tuple[str, Image | None]]:
    """(how, flash) of each way in which a cut can end the operation; None for a flash that was tried before."""
    for how, torn in image.torn(operation, draw):
        mode = torn.mode if any(torn.mask) else 0
        digest = hashlib.blake2b(torn.cells + torn.mask + bytes([mode]), digest_size=16).digest()
        if digest in seen:
            yield how, None
            continue
        seen.add(digest)
        yield how, torn
