"""Bad input as a value."""


class Bad:
    """What was wrong with bytes that came from outside. Returned, never raised.

    reason: a short fixed word for programs, detail: the rest of the sentence for people.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail

    def __repr__(self) -> str:
        return "Bad(" + self.reason + (": " + self.detail if self.detail else "") + ")"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bad) and self.reason == other.reason

    def __hash__(self) -> int:
        return hash(self.reason)
