"""Shared places and the rule for missing tools: skipped here, a failure under CI=true."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if SHARED.is_dir():
        return
    for item in items:
        if item.get_closest_marker("seeds"):
            item.add_marker(
                pytest.mark.skip(reason="the published plans and their gold reading (../shared) are not here")
            )


def need(tool: str, package: str) -> str:
    """Return the path of a tool; skip the test where it is missing, but fail it under CI."""
    path = shutil.which(tool)
    if path is None:
        why = f"{tool} is not installed; install it with: apt-get install {package}"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return path


@pytest.fixture(scope="session")
def sample_plans():
    """The sample documents as a plan package in memory."""
    from dhr_analytics import ingest

    return ingest([ROOT / "data" / "sample"])
