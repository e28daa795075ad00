"""Columns of updates: which is the newest, and that no word of the others is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.normalising.cells.updates import name_updates, newest_first, purpose, together
from dhr_analytics.normalising.plan import normalise
from dhr_analytics.reading import RawRow
from dhr_analytics.reading.text import read_text


def ranks(*names, rows=()):
    """The rank of each column, 0 where it is in no series."""
    named = name_updates(["progress"] * len(names), names, [RawRow(cells, "row") for cells in rows])
    return [int(role.partition("@")[2] or 0) for role in named]


@pytest.mark.parametrize(
    ("names", "order"),
    [(("Update March 2024", "Update Sept 2024", "Feb 2025"), [1, 2, 3]), (("Feb 2025", "Sept 2024"), [2, 1]),
     (("Progress", "Update May 2024"), [0, 1]), (("Update 1", "Update 2"), [1, 2]), (("Update 2", "Update 1"), [2, 1]),
     (("Q4 update", "Q1 update"), [1, 2]), (("Previous update", "Latest update"), [1, 2]),
     (("Latest update", "Previous update", "First update"), [3, 2, 1]), (("Update", "Update"), [1, 2]),
     (("Update 2023", "Update 2024"), [1, 2]), (("Progress", "Comments"), [0, 0]), (("Progress",), [0])],
)  # fmt: skip
def test_the_newest_column_is_known_by_its_name_or_place(names, order):
    assert ranks(*names) == order


def test_days_in_the_cells_tell_that_the_newest_stands_on_the_left():
    cells = [("5 May 2024: form agreed", "2 March 2024: first meeting"), ("Started", "")]
    assert ranks("Update", "Update", rows=cells) == [2, 1]


def test_columns_of_one_day_are_heard_together():
    roles = ["progress", "rag", "progress", "rag", "target"]
    names = ["Update May 2024", "RAG May 2024", "Update June 2024", "RAG June 2024", "By when"]
    assert name_updates(roles, names, []) == ("progress@1", "rag@1", "progress@2", "rag@2", "target")


cells = st.dictionaries(
    st.sampled_from(["action", "progress", "progress@1", "progress@2", "rag@1", "rag@2", "status@1"]),
    st.text("abc ", min_size=1, max_size=9),
)


@given(cells)
def test_no_word_of_an_older_update_is_lost(printed):
    joined = together(printed)
    assert sorted(" ".join(joined.values()).split()) == sorted(" ".join(printed.values()).split())
    assert all(purpose(role) == role for role in joined)
    assert newest_first(printed)[-1] == {role: text for role, text in printed.items() if "@" not in role}


HEADER = "No\tRecommendation\tAction\tLead agency\tTarget date\tUpdate May 2024\tUpdate June 2024"


def actions(*lines):
    text = "\n".join((HEADER, *lines)).encode()
    return normalise(read_text(text, "p.txt"), document="p.txt", review_id="X").plans[0].actions


def test_cells_of_each_update_are_joined_over_a_page_break():
    (row,) = actions("1\tAsk on arrival.\tChange the form.\tNorthmoor Police\tMay 2025\tDraft form sent to the\tForm printed and",
                     "", "\t\t\t\t\tboard for comment.\tin use by all teams.")  # fmt: skip
    assert row["progress"] == "Draft form sent to the board for comment. Form printed and in use by all teams."


def test_an_older_status_below_words_that_tell_none_is_doubted():
    (row,) = actions("1\tAsk on arrival.\tChange the form.\tNorthmoor Police\tMay 2025\tCompleted\tMeeting on Tuesday.")
    assert row["status"] == "completed"
    assert row["needs_review"]
    assert "newest update was not understood" in row["review_reason"]
