"""Writes the tables of docs/evidence.md out of the attacks: `python -m evidence.make_docs` in tests/."""

import re
from pathlib import Path

from evidence.attacks import ATTACKS, ELSEWHERE, Attack
from support import ROOT

PAGE = ROOT / "docs" / "evidence.md"
BEGIN, END = "<!-- attacks: made by tests/evidence/make_docs.py -->", "<!-- end of attacks -->"


def codes(attack: Attack) -> str:
    """What is found, in the words of SPEC.md."""
    against = ", ".join(f"`{code}`" for code in attack.against)
    told = ", ".join(f"`{code}`" for code in attack.told)
    if not against:
        return f"nothing against it; told: {told}" if told else "nothing"
    return against + (f"; told: {told}" if told else "")


def tables() -> str:
    """Both tables."""
    lines = ["| somebody ... | both verifiers find | who can find it |", "|---|---|---|"]
    lines += [f"| {attack.what} | {codes(attack)} | {attack.who} |" for attack in ATTACKS]
    lines += ["", "And what leaves no bundle of its own behind:", ""]
    lines += ["| somebody ... | what comes of it | who notices |", "|---|---|---|"]
    lines += [f"| {one.what} | {one.found} | {one.who} |" for one in ELSEWHERE]
    return "\n".join(lines)


def renewed(text: str) -> str:
    """The page with the tables of today."""
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    return f"{text[:begin]}\n\n{tables()}\n\n{text[end:]}"


def main(page: Path = PAGE) -> None:
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")


def links(text: str) -> list[str]:
    """Relative links of a page."""
    return re.findall(r"\]\(((?!https?:)[^)#]+)", text)


if __name__ == "__main__":
    main()
