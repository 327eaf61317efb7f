"""Fixtures that several tests share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import provision
import pytest

ROOT = Path(__file__).parents[1]

# Each pytest worker has a core; more threads only get in each other's way.
for library in ("OPENBLAS", "OMP"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium that runs."""
    return provision.chromium() or do_without("no Chromium that runs; see make test")


def do_without(what: str) -> NoReturn:
    """Skip a test on a contributor's machine; in CI a skip is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"CI must have it: {what}")
    pytest.skip(what)
