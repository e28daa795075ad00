"""The sixteen small inputs of ../shared/cases/plans, read in place and scored by the agreed scorer.

Their README says that the section of the first three is left empty on purpose: the column that
names the review may be kept apart as the review.
"""

from __future__ import annotations

import json
import sys

import pytest
from conftest import SHARED, by_path, needs_shared

from dhr_analytics import ingest
from dhr_analytics.package import write_package

CASES = SHARED / "cases" / "plans"
FOLDERS = sorted(path.parent for path in CASES.glob("*/expected"))
FOUND = ("recommendation_f1", "action_f1")
STATED = ("number", "section", "lead_agency", "status", "target_on")
SECTION_LEFT_OPEN = ("01", "02", "03")


@pytest.fixture(scope="module")
def scorer():
    return by_path(SHARED / "score" / "score_ingest.py")


@needs_shared("cases/plans")
@needs_shared("score/score_ingest.py")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_case_is_read_as_by_hand(folder, scorer, tmp_path, monkeypatch, capsys):
    document = next(path for path in folder.iterdir() if path.is_file())
    write_package(ingest([document]), tmp_path / "pkg")
    places = [str(folder / "expected"), str(tmp_path / "pkg")]
    monkeypatch.setattr(sys, "argv", ["score_ingest", *places, "--json", "--misses"])
    scorer.main()
    *misses, last = capsys.readouterr().out.strip().splitlines()
    figures = json.loads(last)
    open_section = folder.name.startswith(SECTION_LEFT_OPEN)
    wanted = [*FOUND, *(name for name in STATED if name != "section" or not open_section)]
    assert {name: figures[name] for name in wanted} == dict.fromkeys(wanted, 1.0), "\n".join(misses)
