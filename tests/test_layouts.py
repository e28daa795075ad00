"""Small awkward documents, each with its reading by hand: ``tests/layouts/<oddity>/plan.*`` and ``expected.json``.

``expected.json`` holds ``recommendations`` (number, section, text, scope) and ``actions`` (recommendation: place of its
recommendation from 1, text, lead_agency, status, target_on); a field that is left out is not compared. ``overlap``
(for scans) says how much of a text's words must agree; ``needs`` names an optional tool.
"""

import json
import re
from collections import Counter

import pytest
from conftest import ROOT, need

from dhr_analytics import ingest
from dhr_analytics.errors import InputError

FOLDERS = sorted(path.parent for path in (ROOT / "tests" / "layouts").glob("*/expected.json"))
PACKAGES = {"tesseract": "tesseract-ocr", "soffice": "libreoffice-writer"}


def squeezed(text):
    return " ".join(str(text).split())


def overlap(a, b):
    a, b = (Counter(re.findall(r"\w+", str(x).lower())) for x in (a, b))
    return 2 * sum((a & b).values()) / max(1, sum(a.values()) + sum(b.values()))


def agree(field, want, got, least):
    if field == "text" and least < 1:
        return overlap(want, got) >= least
    if field == "number":
        return re.sub(r"\W", "", want).lower() == re.sub(r"\W", "", got).lower()
    return squeezed(want) == squeezed(got)


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
    for table, read in (("recommendations", recommendations), ("actions", actions)):
        wanted = expected[table]
        shown = "\n".join(squeezed(row["text"])[:110] for row in read)
        assert len(read) == len(wanted), f"{len(read)} {table} read, {len(wanted)} expected:\n{shown}"
        for i, (want, got) in enumerate(zip(wanted, read, strict=True), start=1):
            for field, value in want.items():
                assert agree(field, str(value), str(got[field]), least), (
                    f"{table} {i}, {field}: {value!r} expected, {got[field]!r} read"
                )
