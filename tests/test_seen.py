"""What was seen in a document without a plan."""

import pytest
from raw_tables import table, text

from dhr_analytics.normalising.seen import what_was_seen

SHIPS = table(("Ship", "Crew", "Tons"), ("Anna", "9", "300"))
CREW = table(("Name", "Age"), ("A", "9"), ("B", "8"))


@pytest.mark.parametrize(
    ("tables", "seen"),
    [
        ([], "0 tables and 0 paragraphs"),
        ([text("Dear all,")], "0 tables and 1 paragraph"),
        (
            [text("Dear all,", "see you."), SHIPS],
            "1 table and 2 paragraphs; the tables have 3 columns",
        ),
        ([SHIPS, CREW, SHIPS], "3 tables and 0 paragraphs; the tables have 2, 3 columns"),
    ],
)
def test_tables_and_paragraphs_are_counted(tables, seen):
    assert what_was_seen(tables) == seen


def test_lines_that_name_recommendations_are_counted():
    lines = [
        "Recommendation 1",
        "Rec. no. 2: sail",
        "recommendation A4 of it",
        "Recommendations",
        "The recommendation",
    ]
    assert "3 paragraphs begin 'Recommendation n'" in what_was_seen([text(*lines)])


def test_numbered_lines_that_ask_for_something_are_counted():
    lines = [
        "1. The board should light the quay.",
        "2. The crew should sing at night.",
        "3. It was dark.",
    ]
    seen = what_was_seen([text(*lines)])
    assert seen.endswith("2 paragraphs are numbered and ask for something")


def test_what_is_not_there_is_not_said():
    assert ";" not in what_was_seen([text("The board should light the quay.", "It was dark.")])


def test_words_within_tables_are_no_paragraphs():
    seen = what_was_seen([table(("Recommendation 1", "1. The board should light it."))])
    assert seen == "1 table and 0 paragraphs; the tables have 2 columns"
