"""What the system tests share: emulated tags in folders that are kept when a test fails."""

from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from support import backend_options
from system.cabled import live
from taghil.vm.process import Emulator

StartTag = Callable[..., Emulator]


@pytest.fixture
def start_tag(kept: Path) -> Generator[StartTag, None, None]:
    """Starts emulated tags that stop with the test; flash image and trace lie in the kept folder."""
    with ExitStack() as stack:
        count = 0

        def start(**options: Any) -> Emulator:
            nonlocal count
            count += 1
            folder = kept / f"tag{count}"
            # Bus, flash, records and the session on the line, for when the test fails.
            options.setdefault("trace", kept / f"tag{count}.jsonl")
            return stack.enter_context(Emulator(folder, **backend_options(), **options))

        yield start


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the state of a tag that has lived three days and was not read out; for copies of system.cabled."""
    folder = tmp_path_factory.mktemp("lived")
    live(folder, 3)
    return folder
