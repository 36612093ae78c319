"""The lives that all attacks are tried on, lived once a session."""

from pathlib import Path

import pytest

from evidence.lives import Lives, lives


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lives:
    """Some 20 s: five emulated tags, one after the other."""
    folder: Path = tmp_path_factory.mktemp("lives")
    return lives(folder)
