"""The figures that evaluation works with, each with where it comes from."""

from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True)
class Parameters:
    """Thresholds of the evaluation. `sources()` gives the origin of each."""

    tac_above_ug_dl: int = field(
        default=20_000, metadata={"source": "SCRAM/AMS flag: readings above 0.02 g/dL", "unit": "ug/dL"}
    )
    tac_readings: int = field(
        default=3, metadata={"source": "SCRAM/AMS flag: three consecutive readings", "unit": "readings"}
    )
    skin_below_mv: int = field(
        default=400,
        metadata={
            "source": "below everything seen on wearers (0.67 to 1.85 V, UCI data set 515), with a margin",
            "unit": "mV",
        },
    )
    skin_readings: int = field(
        default=3, metadata={"source": "as for TAC: one odd reading is no loss", "unit": "readings"}
    )
    gap_percent: int = field(
        default=150, metadata={"source": "more than one and a half cadences: a reading was due", "unit": "% of cadence"}
    )

    def sources(self) -> list[tuple[str, int, str, str]]:
        """(name, value, unit, source) of each parameter."""
        return [(f.name, getattr(self, f.name), f.metadata["unit"], f.metadata["source"]) for f in fields(self)]
