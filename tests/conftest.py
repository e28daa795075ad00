"""Shared places and the rule for missing tools: skipped here, a failure under CI=true."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from types import ModuleType

import hypothesis
import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

# One commit gives one result in CI; elsewhere each run tries new examples, and what they find becomes an @example.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    hypothesis.settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Files with slow tests come first, so that no worker is left with one of them when the others are done.
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
    if SHARED.is_dir():
        return
    for item in items:
        if item.get_closest_marker("seeds"):
            item.add_marker(
                pytest.mark.skip(reason="the published plans and their gold reading (../shared) are not here")
            )


def needs_shared(place: str) -> pytest.MarkDecorator:
    """Mark a test that reads a place in ../shared; it is skipped where that place is absent."""
    absent = not (SHARED / place).exists()
    return pytest.mark.skipif(absent, reason=f"../shared/{place} is not here")


def by_path(path: Path) -> ModuleType:
    """Return a module from a file outside the project, such as the agreed scorer."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
def whole_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `package` and `reports/2025Q1`, made once for all workers; a test that changes it takes a copy."""
    from packs import some_plans

    from dhr_analytics.package import write_package
    from dhr_analytics.reporting import report

    place = tmp_path_factory.getbasetemp()
    folder = (place.parent if "PYTEST_XDIST_WORKER" in os.environ else place) / "whole_pack"
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "reports" / "2025Q1").is_dir():
            write_package(some_plans(), folder / "package")
            told: list[str] = []
            report.make_report(
                folder / "package", quarter="2025Q1", out=folder / "reports", jobs=1, progress=told.append
            )
            (folder / "told.txt").write_text("\n".join(told), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def sample_plans():
    """The sample documents as a plan package in memory."""
    from dhr_analytics import ingest

    return ingest([ROOT / "data" / "sample"])
