"""Words and figures that commands and the report say alike."""

from tagproto import profiles

from .models import Pace


def article(noun: str) -> str:
    """The noun with 'a' or 'an' in front."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def g_dl(ug_dl: int, digits: int = 3, sign: str = "") -> str:
    """TAC in g/dL, never a negative nothing. sign: '+' to have one always."""
    return f"{round(ug_dl / 1_000_000, digits) + 0.0:{sign}.{digits}f}"


def sampling(ordered: Pace) -> str:
    """How an order has a tag sample."""
    known = profiles.PROFILES.get(ordered.profile)
    words = f"one reading every {ordered.cadence_s} s, sealed at least every {ordered.seal_interval_s} s, "
    words += f"profile {known[0] if known else ordered.profile}"
    return words + (f", a position fix every {ordered.fix_interval_s} s" if ordered.fix_interval_s else "")
