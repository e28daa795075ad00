"""Documents that hold no plan, though they speak of plans, actions and what should be done.

``no_plan/make_office.py`` writes those of Word and Excel.
"""

from __future__ import annotations

import pytest
from conftest import ROOT

from dhr_analytics import ingest
from dhr_analytics.errors import InputError

SUFFIXES = (".txt", ".md", ".csv", ".html", ".docx", ".xlsx")
FOLDER = ROOT / "tests" / "no_plan"
DOCUMENTS = sorted(path for path in FOLDER.iterdir() if path.suffix in SUFFIXES)


def recommendations(document):
    """The texts that were taken for recommendations; none where the document was refused."""
    try:
        plans = ingest([document])
    except InputError as error:
        assert "No action plan" in str(error)
        return []
    return plans.recommendations["text"].tolist()


def test_there_are_forty_of_every_kind():
    assert len(DOCUMENTS) >= 40
    assert {path.suffix for path in DOCUMENTS} == {*SUFFIXES}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_recommendation_is_read(document):
    assert recommendations(document) == []
