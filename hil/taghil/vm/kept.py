"""What a state folder keeps of a tag and its world between two runs of an emulator, the chip's and the VM's alike."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from taghil.vm import bus
from taghil.vm.config import Config
from taghil.vm.state import LivedTime, StateFolder, write_json
from taghil.world.replay import read as read_replay
from taghil.world.scenario import load as load_scenario
from taghil.world.world import of_replay, of_scenario


class Kept:
    """The world as it was left, or a new one. Raises StateDamaged, WorldError.

    start: its UTC at time 0; days: its length; boots: how many there were; unique_id: of the tag's processor.
    """

    def __init__(self, folder: StateFolder, config: Config) -> None:
        self._folder = folder
        if config.replay:
            self.world, self.start, days = of_replay(read_replay(Path(config.replay)), config.seed)
        else:
            self.world, self.start, days = of_scenario(load_scenario(config.scenario), config.seed)
        self.days = config.days if config.days is not None else days
        saved = folder.read_json(folder.world)
        if saved:
            self.world.restore(saved["now_us"], saved["fit_us"], saved["levels"])
            self.world.supply.charge_uc = saved.get("charge_uc", self.world.supply.charge_uc)
        self.lived = LivedTime(folder.now)
        self.world.skip_to(self.lived.us())
        self.boots = int(saved.get("boots", 0))
        self.unique_id = bytes.fromhex(saved["unique_id"]) if saved else random.Random(config.seed).randbytes(8)

    def save(self, boots: int, end: dict[str, Any]) -> None:
        """Writes how far the tag has lived, its boots by now, and how it ended."""
        world = self.world
        write_json(
            self._folder.world,
            {
                "now_us": world.now_us,
                "fit_us": world.fit_us,
                "levels": world.levels & ~bus.LINK_BIT,
                "charge_uc": world.supply.charge_uc,
                "boots": boots,
                "unique_id": self.unique_id.hex(),
                "end": end,
            },
        )
