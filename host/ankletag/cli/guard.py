"""The border between exceptions and users: one sentence, the next action, the exit code. Never a traceback."""

import functools
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer

from ..errors import AnkletagError, Exit
from .output import note

P = ParamSpec("P")
R = TypeVar("R")


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """The command, with what it raises told to the user."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except AnkletagError as error:
            if was_stopped(error):
                raise _stopped() from None
            note(f"error: {error.cause}")
            note(f"  next: {error.action}")
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt:
            raise _stopped() from None
        except BrokenPipeError:
            # The reader of our output has enough; what would be flushed at exit has nowhere to go.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(Exit.OK) from None
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except Exception as error:
            note(f"error: a fault of this program: {type(error).__name__}: {error}")
            note(f"  next: send the file {_keep(error)} to who maintains it; the store was not harmed")
            raise typer.Exit(Exit.INTERNAL) from error

    return run


def _stopped() -> typer.Exit:
    note("stopped, nothing lost; run again to go on")
    return typer.Exit(Exit.STOPPED)


def was_stopped(error: BaseException) -> bool:
    """Whether Ctrl-C came first: what it interrupts, as a store that it closes, may fail on the way out."""
    before = error.__cause__ or error.__context__
    return before is not None and (isinstance(before, KeyboardInterrupt) or was_stopped(before))


def _keep(error: Exception) -> str:
    with tempfile.NamedTemporaryFile("w", prefix="ankletag-fault-", suffix=".txt", delete=False) as file:
        traceback.print_exception(error, file=file)
    return file.name
