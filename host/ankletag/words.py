"""Words and figures that commands and the report say alike."""


def article(noun: str) -> str:
    """The noun with 'a' or 'an' in front."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def g_dl(ug_dl: int, digits: int = 3, sign: str = "") -> str:
    """TAC in g/dL, never a negative nothing. sign: '+' to have one always."""
    return f"{round(ug_dl / 1_000_000, digits) + 0.0:{sign}.{digits}f}"
