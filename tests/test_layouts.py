"""Small awkward documents, each with its reading by hand, in ``tests/layouts/<oddity>``.

``plan.*`` is the document. ``expected.json`` holds ``recommendations`` (number, section, text,
scope) and ``actions`` (recommendation: place of its recommendation from 1, text, lead_agency,
status, target_on). A field that is left out is not compared; a list holds the values that are all
right. ``overlap`` (for scans) says how much of a text's words must agree; ``needs`` names an
optional tool.
"""

import json
import re
from collections import Counter
from datetime import date

import pytest
from conftest import ROOT, need

from dhr_analytics import ingest, schema
from dhr_analytics.errors import InputError

FOLDERS = sorted(path.parent for path in (ROOT / "tests" / "layouts").glob("*/expected.json"))
PACKAGES = {"tesseract": "tesseract-ocr", "soffice": "libreoffice-writer"}
FIELDS = {
    "recommendations": {*schema.TABLES["recommendations"].names},
    "actions": {"recommendation", *schema.TABLES["actions"].names},
}
STATUSES = {
    *("completed", "in_progress", "not_started", "considering"),
    *("not_taken_forward", "superseded", "no_update"),
}
SCOPES = {"local", "national", "local_and_national", ""}


def squeezed(text):
    return " ".join(str(text).split())


def overlap(a, b):
    a, b = (Counter(re.findall(r"\w+", str(x).lower())) for x in (a, b))
    return 2 * sum((a & b).values()) / max(1, sum(a.values()) + sum(b.values()))


def values(given):
    """The values of a field that are right: one, or those of a list."""
    return [str(value) for value in given] if isinstance(given, list) else [str(given)]


def agree(field, want, got, least):
    if field == "text" and least < 1:
        return overlap(want, got) >= least
    if field == "number":
        return re.sub(r"\W", "", want).lower() == re.sub(r"\W", "", got).lower()
    return squeezed(want) == squeezed(got)


def read_tables(document):
    """The recommendations and actions of a document as rows of text."""
    plans = ingest([document])
    recommendations = plans.recommendations.astype(str).to_dict("records")
    actions = (
        plans.actions.astype({"target_on": str, "completed_on": str})
        .replace({"NaT": "", "nan": ""})
        .fillna("")
        .to_dict("records")
    )
    place = {row["recommendation_id"]: i for i, row in enumerate(recommendations, start=1)}
    for row in actions:
        row["recommendation"] = place[row["recommendation_id"]]
    return {"recommendations": recommendations, "actions": actions}


def compare(table, wanted, read, least):
    shown = "\n".join(squeezed(row["text"])[:110] for row in read)
    assert len(read) == len(wanted), f"{len(read)} {table} read, {len(wanted)} expected:\n{shown}"
    for i, (want, got) in enumerate(zip(wanted, read, strict=True), start=1):
        for field, right in want.items():
            assert any(agree(field, value, str(got[field]), least) for value in values(right)), (
                f"{table} {i}, {field}: {right!r} expected, {got[field]!r} read"
            )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_layout(folder):
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    if tool := expected.get("needs"):
        need(tool, PACKAGES[tool])
    document = next(path for path in sorted(folder.glob("plan.*")))
    least = expected.get("overlap", 1)
    if not expected["recommendations"]:
        with pytest.raises(InputError, match="No action plan"):
            ingest([document])
        return
    for table, read in read_tables(document).items():
        compare(table, expected[table], read, least)


def faults(table, row):
    """What is wrong with one row of an ``expected.json``, in words."""
    status, scope = values(row.get("status", "no_update")), values(row.get("scope", ""))
    days = values(row.get("target_on", "")) + values(row.get("completed_on", ""))
    said = [f"no such field: {name}" for name in row.keys() - FIELDS[table]]
    said += [f"no such status: {value}" for value in status if value not in STATUSES]
    said += [f"no such scope: {value}" for value in scope if value not in SCOPES]
    said += [f"no such day: {day}" for day in days if day and not is_day(day)]
    return said


def is_day(text):
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_reading_by_hand_is_well_formed(folder):
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert not [said for table in FIELDS for row in expected[table] for said in faults(table, row)]
    order = [row["recommendation"] for row in expected["actions"]]
    assert order == sorted(order)
    everyone = range(1, len(expected["recommendations"]) + 1)
    assert {*order} == {*everyone}, "each recommendation has an action, be it without words"
    assert len([*folder.glob("plan.*")]) == 1
