"""The figures that the evaluation used, as rows of the page."""

from ..evaluate import Parameters, classes

_WORDS = {
    "tac_above_ug_dl": "TAC counts as above from",
    "tac_readings": "consecutive readings above that make an episode",
    "gap_percent": "readings further apart than this are a gap",
    "unmeasured_row_s": "without TAC values for so long in a row, that there was no drinking is not said",
    "unmeasured_all_s": "nor without them for so long in all",
    "interferent_within_s": "what is no drinking comes and goes within",
    "body_high_ug_dl": "a peak above this is a high one",
    "body_rise_ug_dl_h": "no body rises faster than",
    "body_rise_high_ug_dl_h": "no body rises faster than, to a high peak",
    "body_fall_ug_dl_h": "no body falls faster than",
    "body_fall_high_ug_dl_h": "no body falls faster than, from a high peak",
    "moved_mv": "worn differently: medians of infrared behind and before a break differ by more than",
    "moved_window_s": "each of the two over",
    "lifeless_spread_mdeg_c": "no living leg: temperature (without its lowest and highest tenth) spreads less than",
    "lifeless_window_s": "over",
    "zero_quantile_percent": "the zero of a day: below this share of its alcohol-free readings on skin lie lower",
    "zero_samples": "a day needs so many",
    "zero_days": "days that say how the zero moves",
    "zero_off_ug_dl": "a zero that moved, or lies off, by more is noted",
}


def parameters(used: Parameters) -> list[tuple[str, str, str]]:
    """(figure, value, source) of each parameter."""
    return [(_WORDS[name], f"{value} {unit}", source) for name, value, unit, source in used.sources()]


def rules(used: Parameters) -> list[tuple[str, str, str, str, str]]:
    """(class, who judges it, condition, begins after, ends after) of each class of tamper."""
    return [
        (each.name, each.judged_by, each.condition, each.begins_after, each.ends_after)
        for each in classes(used).values()
    ]
