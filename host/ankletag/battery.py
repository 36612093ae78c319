"""What a tag says of its battery, and how long that lasts at its pace. Not evidence: a status is not signed."""

from dataclasses import dataclass

from tagproto.battery import LOW_DAYS, days_left

from .client import Values, number


@dataclass(frozen=True, slots=True)
class Battery:
    """mv: as the tag measured last, in millivolts; days: whole days that this lasts."""

    mv: int
    days: int

    @property
    def low(self) -> bool:
        """Whether it is time for another one."""
        return self.days < LOW_DAYS

    @property
    def words(self) -> str:
        """For people."""
        unit = "day" if self.days == 1 else "days"
        last = f"lasts about {self.days} more {unit} at this pace" if self.days else "is empty within a day"
        return f"{self.mv} mV, {last}"


def battery_of(status: Values) -> Battery | None:
    """From a status reply; None where the tag measures none, or says what no tag says."""
    mv, cadence_s, seal_interval_s = (number(status, name) for name in ("battery_mv", "cadence_s", "seal_interval_s"))
    if not mv or not cadence_s:
        return None
    return Battery(mv, days_left(mv, cadence_s, seal_interval_s, number(status, "fix_interval_s")))
