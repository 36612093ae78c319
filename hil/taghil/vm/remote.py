"""The steering of a running emulator from Python: one method for each call on control.sock."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict
from typing import Any

from taghil.flash import At, FlashRange
from taghil.vm import control
from taghil.vm.errors import EmulatorError, EmulatorTimeout
from taghil.vm.state import StateFolder

CALL_S = 15.0
DYING_S = 2.0
"""How long an emulator whose socket does not answer may take to end."""


class Remote(ABC):
    """What can be asked of the emulator that runs on `folder`."""

    folder: StateFolder
    slower: float
    """How many of the wall's seconds one of the tag's takes at wall pace: deadlines are in the tag's."""

    @abstractmethod
    def raise_if_died(self, within_s: float = 0.0) -> None:
        """Raises EmulatorDied or EmulatorError if the emulator has ended, or does so within a time."""

    def call(self, do: str, timeout_s: float = CALL_S, **fields: Any) -> control.Answer:
        """One control call; raises EmulatorDied when the tag is gone, EmulatorError when it is refused."""
        try:
            return control.call(self.folder.control, {"do": do, **fields}, timeout_s)
        except control.ControlError as error:
            raise EmulatorError(str(error)) from error
        except TimeoutError as error:
            self.raise_if_died()
            raise EmulatorTimeout(f"the emulator did not answer '{do}' within {timeout_s:g} s") from error
        except OSError as error:
            self.raise_if_died(DYING_S)
            raise EmulatorError(f"the emulator does not answer on {self.folder.control}: {error}") from error

    def status(self) -> control.Answer:
        """What control `status` tells: time, pace, port, flash counts and wear, boots."""
        return self.call("status")

    def power_cycle(self) -> None:
        """Takes the power away and gives it back."""
        self.call("power_cycle")

    def power_off(self) -> None:
        """Takes the power away; virtual time stands until power_on."""
        self.call("power_off")

    def power_on(self) -> None:
        """Gives the power back."""
        self.call("power_on")

    def cut_power_at(self, *moments: int | At, stay_off: bool = False) -> None:
        """Arms power cuts at flash operations from now (1: the next), each counted from the cut before; 0 or nothing
        disarms.  The tag boots again after each; with stay_off the power does not come back after the last one."""
        self.call("cut_power_at", moments=_moments(moments), stay_off=stay_off)

    def skip_operation(self, *moments: int | At) -> None:
        """Arms flash operations that never reach the chip, counted as those of `cut_power_at`; 0 disarms."""
        self.call("skip_operation", moments=_moments(moments))

    def weaken_block(self, block: int, after_erases: int = 0) -> None:
        """Behind so many further erases, some cells of a flash block neither program nor erase."""
        self.call("weaken_block", block=block, after_erases=after_erases)

    def set(self, **states: str) -> None:
        """Moves strap='open'|'closed', case='open'|'closed', skin='on'|'off'; returns when the world has changed."""
        self.call("set", CALL_S, **states)

    def remove_part(self, addr: int) -> None:
        """Takes a part off the I2C bus."""
        self.call("remove_part", addr=addr)

    def fault(self, part: str, what: str) -> None:
        """Something goes wrong with a part (taghil.world.faults.FAULTS, 'unplugged') or bus ('', 'stuck', 'hung')."""
        self.call("fault", CALL_S, part=part, what=what, begins=True)

    def mend(self, part: str, what: str) -> None:
        """Ends what `fault` began."""
        self.call("fault", CALL_S, part=part, what=what, begins=False)

    def resume(self) -> None:
        """Goes on after a pause."""
        self.call("resume")

    def wait(self, until: str, deadline_s: float, **fields: Any) -> None:
        """Waits for 'lived', 'fitted', 'paused', 'cut' (cuts=N), 'port_open', 'port_closed', 'free', 'wall', 'idle',
        'boots' (boots=N).

        Raises EmulatorTimeout at the deadline, EmulatorDied when the tag is gone.
        """
        deadline_s *= self.slower
        answer = self.call("wait", deadline_s + CALL_S, until=until, deadline_s=deadline_s, **fields)
        if not answer["reached"]:
            self.raise_if_died(0.2)
            raise EmulatorTimeout(f"the emulated tag did not get to '{until}' within {deadline_s:g} s")

    def wait_lived(self, deadline_s: float) -> None:
        """Waits until the virtual days after the fitting are lived."""
        self.wait("lived", deadline_s)


def _moments(moments: tuple[int | At, ...]) -> list[dict[str, Any]]:
    try:
        return [asdict(at if isinstance(at, At) else At(at)) for at in moments if at != 0]
    except FlashRange as error:
        raise EmulatorError(f"no such moment: {error}; 0 disarms") from error
