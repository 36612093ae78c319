"""Profiles: named sets of cadences and thresholds, once for the tag that keeps to them and who asks for them."""

STANDARD = 1
DENSE = 2
STRICT = 3

# code -> (name, cadence_s, seal_interval_s, what the cadence is divided by while TAC rises, and what the times to begin
# of the classes in tamper.QUICK are). The first two are what a station asks for where nobody says otherwise.
PROFILES: "dict[int, tuple[str, int, int, int, int]]" = {
    STANDARD: ("standard", 60, 21600, 2, 1),
    DENSE: ("dense", 30, 21600, 2, 1),
    STRICT: ("strict", 30, 3600, 3, 3),
}
# No shorter while TAC rises, unless the order's own is.
RISING_CADENCE_S = 10


def rising_cadence_s(profile: int, cadence_s: int) -> int:
    """The cadence while TAC rises. Raises KeyError for an unknown profile."""
    return min(cadence_s, max(RISING_CADENCE_S, cadence_s // PROFILES[profile][3]))


def notice(profile: int) -> int:
    """What the times to begin are divided by. Raises KeyError for an unknown profile."""
    return PROFILES[profile][4]
