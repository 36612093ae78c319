"""Tables that a program writes into a page, between two comments that name them."""

import re


def _span(text: str, name: str) -> tuple[int, int]:
    begin = re.search(rf"<!-- {re.escape(name)}: made by [^>]*-->", text)
    if begin is None:
        raise ValueError(f"the page has no comment '<!-- {name}: made by ... -->'")
    return begin.end(), text.index(f"<!-- end of {name} -->", begin.end())


def put(text: str, name: str, table: str) -> str:
    """The page with another table there. Raises ValueError where the page has no place for it."""
    begin, end = _span(text, name)
    return f"{text[:begin]}\n\n{table}\n\n{text[end:]}"


def rows(text: str, name: str) -> list[list[str]]:
    """Cells of the table rows there, heads with them. Raises ValueError as `put` does."""
    begin, end = _span(text, name)
    lines = [line for line in text[begin:end].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
