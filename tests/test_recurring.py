"""The page on recurring learning: what stands side by side, what is marked, and its words."""

import frames
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packs import HOSTILE, inline

from dhr_analytics.reporting import recurring

ASKED = "should link the records of people who live at one address so that risk is seen."


def built():
    """Two reviews of one area that ask for the same thing, the later after the action of the earlier was completed."""
    return frames.build(
        [
            {
                "recommendation_id": "A-R001",
                "text": "Records linked",
                "status": "completed",
                "completed_on": "2021-06-30",
            },
            {"recommendation_id": "A-R001", "status": "completed"},
        ],
        recommendations=[
            {"recommendation_id": "A-R001", "text": f"The surgery {ASKED}", "number": "7"},
            {"recommendation_id": "B-R001", "text": f"GP practices {ASKED} {HOSTILE}"},
        ],
        reviews=[
            {"review_id": "A", "area": "North", "published_on": "2020-01-31"},
            {"review_id": "B", "area": "North", "published_on": "2022-01-31", "title": HOSTILE},
        ],
        themes={"A-R001": ["record_keeping"], "B-R001": ["record_keeping"]},
    )


def test_the_page_shows_groups_side_by_side_with_what_is_alike(tmp_path):
    tree = inline("05_recurring_learning", built(), tmp_path)
    one, two = tree.find("ul", class_="alike").find_all("li")
    assert one.blockquote.text == f"The surgery {ASKED}" and HOSTILE in two.blockquote.text
    assert [mark.text for mark in one.find_all("mark")] == [
        "link",
        "records",
        "people",
        "live",
        "address",
        "risk",
        "seen",
    ]
    assert "Review A (2020), recommendation 7" in one.text and "(2022), recommendation 1 in the plan" in two.text
    heads = [each.text for each in tree.select("ol.findings .headline")]
    assert heads == [
        "“Record keeping” recurs in most reviews: 2 of 2 reviews",
        "2 of 2 recommendations ask for what another review asks for too",
        "1 of 1 review that followed a completed action asks for a theme again",
    ]
    rows = {table.caption.text: table.tbody.find_all("tr") for table in tree.find_all("table")}
    (row,) = rows["Themes that came up again, with the earliest completed action"]
    cells = [cell.text for cell in row.find_all(["th", "td"])]
    assert cells[2:] == ["31 January 2022", "Records linked", "30 June 2021", "Review A", "Same area"]
    assert "Not compared: 1 of 2 actions reported complete, for no day is known." in tree.text
    assert "fail" not in tree.main.text.lower()


def test_one_review_alone_is_said_in_words(tmp_path):
    tree = inline("05_recurring_learning", frames.build([{}], themes={"A-R001": ["dash"]}), tmp_path)
    said = [each.text for each in tree.find_all(class_="message")]
    assert said[0] == recurring.NO_THEME and recurring.NO_GROUP in said and recurring.NONE_LATER in said
    assert not tree.find_all(["img", "mark"])


@pytest.mark.parametrize(
    ("years", "words"),
    [("", ""), ("2016", "2016"), ("2016; 2017", "2016, 2017"), ("2016; 2018; 2019; 2020", "2016, 2018 to 2020")],
)
def test_years_in_words(years, words):
    assert recurring._spans(years) == words


@given(st.lists(st.text(max_size=60) | st.sampled_from(["share records", "records  shared", "the of"]), max_size=4))
def test_marking_changes_no_text(texts):
    pieces = recurring.shared_words(texts)
    assert ["".join(words for words, _ in each) for each in pieces] == texts
    if len(texts) == 1:
        assert not any(same for _, same in pieces[0])


def test_words_are_marked_whatever_their_ending_and_empty_ones_never():
    one, two = recurring.shared_words(["They should record, and share data", "Recording of data which should help"])
    assert [words for words, same in one if same] == ["record", "data"]
    assert [words for words, same in two if same] == ["Recording", "data"]
