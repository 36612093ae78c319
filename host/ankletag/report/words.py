"""Words that several parts of the page use."""

from ..evaluate import Episode
from ..models import UtcSpan
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
