"""The sentences of the findings about a disclosure."""


def no_key() -> str:
    return "Neither a certificate nor the file names the tag's first key."


def record_bad() -> str:
    return "A record in the file cannot be read."


def seal_bad() -> str:
    return "A seal in the file cannot be read."


def seal_of_other(number: int) -> str:
    return f"Seal {number} names another tag."


def seal_gap(due: int, number: int) -> str:
    return f"Seal {number} stands where seal {due} is due."


def seal_chain(number: int) -> str:
    return f"Seal {number} does not continue the seal before it."


def not_under_seal(number: int, seal: int) -> str:
    return f"Record {number} is not one that seal {seal} covers."


def anchored(number: int) -> str:
    return (
        f"The chain of keys is tied to the checkpoint in the receipt of record {number}, which a station had verified."
    )


def receipt(number: int, what: str) -> str:
    return f"The receipt in record {number} is not true: {what}."
