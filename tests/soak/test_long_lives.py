"""Longer lives than make test has time for, against the plain model of tests/firmware."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.conftest import Tag
from firmware.test_model import STEPS, live
from micropython_vm import Vm

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@given(steps=st.lists(STEPS, min_size=25, max_size=60))
@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_whatever_happens_for_long(tmp_path: Path, steps: list[Any], vm: Vm) -> None:
    live(Tag(vm), tmp_path, steps)
