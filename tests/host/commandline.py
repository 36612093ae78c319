"""Commands as users call them, and bundles for them."""

import sys
from pathlib import Path

from typer.testing import CliRunner

from ankletag.bundle import make_bundle, write_bundle
from ankletag.cli import build
from ankletag.errors import Exit
from host.tagmaker import TagMaker

ANKLETAG = (sys.executable, "-c", "from ankletag.cli import main; main()")
"""The command as a process of its own."""


class Outcome:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


def run(*arguments: str | Path) -> Outcome:
    """In this process, through the same application as `ankletag`."""
    words = [str(argument) for argument in arguments]
    result = CliRunner().invoke(build(words), words, prog_name="ankletag")
    return Outcome(result.exit_code, result.stdout, result.stderr)


def no_findings(outcome: Outcome) -> None:
    assert outcome.code == Exit.OK, outcome.out + outcome.err
    assert "Traceback" not in outcome.err


def bundle_of(maker: TagMaker, folder: Path, raws: list[bytes] | None = None, order_id: bytes | None = None) -> Path:
    path = folder / "evidence.zip"
    pages = maker.raw_pages() if raws is None else raws
    write_bundle(path, make_bundle(maker.tag_id, maker.public_key, order_id, maker.documents, pages))
    return path
