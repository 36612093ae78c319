"""Every class of tamper, and what is no drinking: one table, that the report, docs/senses.md and the tests go by.

The five that the tag judges are `tagproto.tamper.RULES`; the figures of the others are those of `Parameters`.
"""

from dataclasses import dataclass

from tagproto import tamper

from .parameters import Parameters

STRAP = "strap"
SKIN = "skin"
CASE = "case"
OBSTRUCTION = "obstruction"
TEMPERATURE = "temperature"
LIQUID = "liquid"
SENSE = "sense"
POWER = "power"
MOVED = "moved"
LIFELESS = "lifeless"
INTERFERENT = "interferent"

# Those that the tag judges from its readings, by their codes (SPEC.md, Tamper).
OF_CODE = {
    tamper.SKIN: SKIN,
    tamper.OBSTRUCTION: OBSTRUCTION,
    tamper.TEMPERATURE: TEMPERATURE,
    tamper.LIQUID: LIQUID,
    tamper.SENSE: SENSE,
}
TAG, BOTH, HOST = "tag", "tag and host", "host"


@dataclass(frozen=True, slots=True)
class TamperClass:
    """kind: the word in JSON; name, question: for people and for a court; judged_by: TAG (edges of its switches and its
    boots, told as they are), BOTH or HOST; condition: what shows it; begins_after, ends_after: how long it takes."""

    kind: str
    name: str
    question: str
    judged_by: str
    condition: str
    begins_after: str
    ends_after: str


def duration(seconds: int) -> str:
    """In whole hours, or in minutes."""
    return f"{seconds // 3600} h" if seconds % 3600 == 0 else f"{seconds // 60} min"


# kind -> (name, question)
_WORDS = {
    STRAP: ("strap open", "Was the strap opened?"),
    SKIN: ("tag off the skin", "Was the tag off the skin?"),
    CASE: ("case open", "Was the case opened?"),
    OBSTRUCTION: ("something between tag and skin", "Was something between tag and skin?"),
    LIQUID: ("liquid under the tag", "Was there liquid under the tag?"),
    TEMPERATURE: ("temperature out of line with a leg", "Was the temperature out of line with a leg?"),
    SENSE: ("a sense gave no value", "Did a sense give no value?"),
    POWER: ("power removed", "Was the power removed?"),
    MOVED: ("worn differently after a break", "Was the tag worn differently after a break, as on another leg?"),
    LIFELESS: ("no sign of a living leg", "Was there no sign of a living leg for hours?"),
    INTERFERENT: (
        "no drinking (interferent)",
        "Did something else than drinking raise TAC (perfume, sanitiser, petrol)?",
    ),
}
# Kinds of loss, and how people read them.
KINDS = {kind: name for kind, (name, _) in _WORDS.items() if kind != INTERFERENT}


def classes(used: Parameters | None = None) -> dict[str, TamperClass]:
    """By kind, in the order in which they are told of."""
    rules = {**_edges(), **_rules(), **_of_hours(used or Parameters())}
    return {kind: TamperClass(kind, *words, *rules[kind]) for kind, words in _WORDS.items()}


_Rule = tuple[str, str, str, str]


def _edges() -> dict[str, _Rule]:
    return {
        STRAP: (TAG, "the strap's loop is open, or was between two looks", "at once", "with the loop"),
        CASE: (TAG, "the case's switch is open, or was between two looks", "at once", "with the switch"),
        POWER: (TAG, "a boot whose cause is power", "at once", "with the boot"),
    }


def _rules() -> dict[str, _Rule]:
    return {
        OF_CODE[code]: (BOTH, condition, duration(begins_s), duration(ends_s))
        for code, (_, condition, begins_s, ends_s) in tamper.RULES.items()
    }


def _of_hours(used: Parameters) -> dict[str, _Rule]:
    window, hours = duration(used.moved_window_s), duration(used.lifeless_window_s)
    still = used.lifeless_spread_mdeg_c / 1000
    away = f"the median of infrared lies more than {used.moved_mv} mV from that before it"
    rise, high_rise = used.body_rise_ug_dl_h / 1e6, used.body_rise_high_ug_dl_h / 1e6
    fall, high_fall = used.body_fall_ug_dl_h / 1e6, used.body_fall_high_ug_dl_h / 1e6
    spread = f"temperature, without its lowest and highest tenth, spreads under {still:.2f} degC"
    fast = (
        f"an episode of at most {duration(used.interferent_within_s)} that rises faster than {rise:.2f} and falls "
        f"faster than {fall:.3f} g/dL an hour ({high_rise:.2f} and {high_fall:.3f} for peaks above "
        f"{used.body_high_ug_dl / 1e6:.2f}), smoothed by the median of three"
    )
    both_sides = f"{window} on either side, half of it at least"
    return {
        MOVED: (HOST, f"behind a break (strap, skin, power) {away}", both_sides, "not said"),
        LIFELESS: (HOST, f"on skin by infrared, but {spread}", hours, f"with the first {hours} that spread more"),
        INTERFERENT: (HOST, fast, "the episode", "the episode"),
    }
