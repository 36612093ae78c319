"""Words that several parts of the page use."""

from tagproto import profiles

from ..evaluate import Episode
from ..models import Pace, UtcSpan
from .series import moment


def count(number: int, word: str) -> str:
    """So many of a thing; nothing for none."""
    return "" if not number else f"{number} {word}{'' if number == 1 else 's'}"


def pace(episode: Episode) -> str:
    """Why an episode is marked as an interferent."""
    rise, fall = (value or 0 for value in (episode.pace.rise_ug_dl_h, episode.pace.fall_ug_dl_h))
    minutes = max(1, round(episode.pace.above_s / 60))
    return (
        f"no drinking: above for {minutes} min, rose at {rise / 1_000_000:.2f} and fell at {fall / 1_000_000:.2f} g/dL "
        "an hour, faster than a body"
    )


def sampling(ordered: Pace) -> str:
    """How an order has a tag sample."""
    known = profiles.PROFILES.get(ordered.profile)
    words = f"one reading every {ordered.cadence_s} s, sealed at least every {ordered.seal_interval_s} s, "
    words += f"profile {known[0] if known else ordered.profile}"
    return words + (f", a position fix every {ordered.fix_interval_s} s" if ordered.fix_interval_s else "")


def when(span: UtcSpan) -> str:
    """A time where it is attested, else the bounds."""
    if span.attested and span.middle_ms is not None:
        return _words(span.middle_ms)
    parts = []
    if span.earliest_ms is not None:
        parts.append(f"after {_words(span.earliest_ms)}")
    if span.latest_ms is not None:
        parts.append(f"before {_words(span.latest_ms)}")
    return ", ".join(parts) or "not known"


def _words(utc_ms: int) -> str:
    try:
        return f"{moment(utc_ms):%Y-%m-%d %H:%M:%S} UTC"
    except OverflowError:
        return "a time beyond the calendar"
