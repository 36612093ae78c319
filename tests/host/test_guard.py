"""What a user sees of an exception: also of one that a Ctrl-C brought about."""

from collections.abc import Callable

import pytest
import typer

from ankletag.cli.guard import guarded
from ankletag.errors import Exit, StoreError


def _interrupted() -> None:
    raise KeyboardInterrupt


def _fails_on_the_way_out() -> None:
    try:
        _interrupted()
    finally:
        raise StoreError("The store cannot be closed.", "Try again.")


def _fails() -> None:
    raise StoreError("The store cannot be closed.", "Try again.")


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (_interrupted, Exit.STOPPED, "stopped, nothing lost"),
        (_fails_on_the_way_out, Exit.STOPPED, "stopped, nothing lost"),
        (_fails, Exit.STORE, "error: The store cannot be closed."),
    ],
)
def test_what_a_ctrl_c_breaks_was_stopped(
    command: Callable[[], None], code: Exit, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as caught:
        guarded(command)()
    assert caught.value.exit_code == code
    assert words in capsys.readouterr().err
