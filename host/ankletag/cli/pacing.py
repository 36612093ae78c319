"""What `fit` and `configure` say of the pace: a profile, and what of it an order wants otherwise."""

import enum
from typing import Annotated

import typer

from tagproto import profiles

from ..errors import UsageError
from ..models import Pace


class Profile(str, enum.Enum):
    """The names of tagproto.profiles."""

    STANDARD = "standard"
    DENSE = "dense"
    STRICT = "strict"


CODES = {profile[0]: code for code, profile in profiles.PROFILES.items()}

ProfileOption = Annotated[
    Profile | None, typer.Option("--profile", help="Cadence, seals and thresholds by name; standard at first.")
]
CadenceOption = Annotated[
    int | None, typer.Option("--cadence", min=1, max=86400, help="Seconds between readings, instead of the profile's.")
]
SealOption = Annotated[
    int | None, typer.Option("--seal", min=60, max=345600, help="Seconds between seals, instead of the profile's.")
]
FixesOption = Annotated[
    int | None, typer.Option("--fixes", min=0, max=345600, help="Seconds between position fixes; 0, as at first: none.")
]


def pace_of(profile: Profile | None, cadence_s: int | None, seal_interval_s: int | None, fixes_s: int | None) -> Pace:
    """The pace of a fitting. Raises UsageError for fixes that are too near."""
    code = CODES[(profile or Profile.STANDARD).value]
    return _pace(code, cadence_s, seal_interval_s, fixes_s or 0)


def changed_pace(
    now: tuple[int, int],
    profile: Profile | None,
    cadence_s: int | None,
    seal_interval_s: int | None,
    fixes_s: int | None,
) -> Pace:
    """The pace of a fitting that lasts. now: the profile and the interval of fixes that it has.

    Raises UsageError where neither a profile nor both cadence and seals are named: what the tag does now may be what
    a full log or a rising TAC makes of what was ordered.
    """
    if profile is None and (cadence_s is None or seal_interval_s is None):
        raise UsageError(
            "This does not say all of the new pace.",
            "Name a profile with --profile, or both --cadence and --seal, in seconds; --fixes beside either.",
        )
    code = now[0] if profile is None else CODES[profile.value]
    return _pace(code, cadence_s, seal_interval_s, now[1] if fixes_s is None else fixes_s)


def _pace(code: int, cadence_s: int | None, seal_interval_s: int | None, fixes_s: int) -> Pace:
    if 0 < fixes_s < 60:
        raise UsageError(f"Fixes every {fixes_s} s are too many.", "Give --fixes 0 for none, or 60 and more.")
    _, own_cadence_s, own_seal_s, _, _ = profiles.PROFILES[code]
    return Pace(cadence_s or own_cadence_s, seal_interval_s or own_seal_s, code, fixes_s)


def name_of(code: int) -> str:
    """A profile's name; its number where this version knows none."""
    return profiles.PROFILES[code][0] if code in profiles.PROFILES else str(code)


def pace_document(pace: Pace) -> dict[str, str | int]:
    """The pace for `--json`."""
    return {
        "cadence_s": pace.cadence_s,
        "seal_interval_s": pace.seal_interval_s,
        "profile": name_of(pace.profile),
        "fix_interval_s": pace.fix_interval_s,
    }


def pace_words(pace: Pace) -> str:
    """The pace in one line."""
    fixes = f", a position fix in {pace.fix_interval_s} s" if pace.fix_interval_s else ""
    seals = f"one reading in {pace.cadence_s} s, a seal at least every {pace.seal_interval_s} s"
    return f"{seals}{fixes}, profile {name_of(pace.profile)}"
