"""From documents as read to the tables: titles, days and pieces of each review, and what was refused."""

from datetime import date
from pathlib import Path

import pytest

from dhr_analytics import schema
from dhr_analytics.collecting.assembling import ReadDocument, assemble, settled
from dhr_analytics.errors import InputError, NoPlanError
from dhr_analytics.normalising.result import DocumentPlans, PlanTables


def plan(key="K", *, title="Plan", recommendations=1, **rest):
    sure = {"confidence": 1.0, "needs_review": False, "review_reason": ""}
    rows = [
        {"recommendation_id": f"{key}-R{n:03d}", "review_id": key, "position": n, "text": f"Do {n}", **sure}
        for n in range(1, recommendations + 1)
    ]
    return PlanTables(title, rows, [], [piece("p")] if "review" in rest else [], key, **rest)


def piece(words):
    return {"document": "d.txt", "location": "d.txt, line 1", "text": words, "reason": "noise"}


def document(*plans, grade="sure", stated=None, name="d.txt", **rest):
    found = DocumentPlans(plans, grade, **rest)
    return settled(ReadDocument(Path(name), "ab" * 32, stated or {}, found, "text"))


@pytest.mark.parametrize(
    ("stated", "printed", "title"),
    [
        ({}, {}, "Plan"),
        ({"title": "Stated"}, {}, "Stated"),
        ({}, {"review": "Oak"}, "Plan: Oak"),
        ({"title": "Stated"}, {"review": "Oak"}, "Stated: Oak"),
        ({}, {"review": "Plan"}, "Plan"),
        ({}, {"review": "Oak", "title": ""}, "Oak"),
    ],
)
def test_the_title_says_which_review_of_the_document_it_is(stated, printed, title):
    assert assemble([document(plan(**printed), stated=stated)]).reviews["title"].tolist() == [title]


def test_a_printed_day_of_publication_counts_where_the_manifest_states_none():
    printed = plan(published_on=date(2024, 5, 1))
    for stated, day in (({}, "2024-05-01"), ({"published_on": "2023-01-31"}, "2023-01-31")):
        assert str(assemble([document(printed, stated=stated)]).reviews["published_on"][0].date()) == day


def test_pieces_are_counted_once_and_keep_their_order():
    many = document(
        plan("A", review="Oak"), plan("B", review="Elm"), rejected=[piece("rest")], not_understood=("x: y",)
    )
    plans = assemble([many])
    assert plans.rejected["text"].tolist() == ["p", "p", "rest", "x: y"]
    assert plans.reviews["n_rejected"].tolist() == [1, 1]
    alone = assemble([document(plan(), rejected=[piece("rest")], not_understood=("x: y",))])
    assert alone.reviews["n_rejected"].tolist() == [2] == [len(alone.rejected)]


def test_columns_that_a_reader_does_not_fill_are_empty():
    plans = assemble([document(plan())])
    assert plans.recommendations["notes"].tolist() == [""]
    assert list(plans.actions["response"]) == []
    names = schema.TABLES
    assert names["reviews"].names[7:10] == ["snapshot_on", "grade", "accepted"]
    assert {"response", "notes"} < set(names["actions"].names) and "notes" in names["recommendations"].names


@pytest.mark.parametrize(
    ("found", "seen"),
    [
        (document(grade="refused", seen="58 paragraphs begin 'Recommendation n'"), "58 paragraphs"),
        (document(plan(recommendations=0)), "nothing that looks like one"),
        (document(plan(), grade="refused", seen="minutes"), "minutes"),
    ],
)
def test_a_refused_document_is_in_rejected_only(found, seen):
    with pytest.raises(NoPlanError, match=f"1 document .*{seen}.*headers.csv") as raised:
        assemble([found])
    assert isinstance(raised.value, InputError)
    made = raised.value.plans
    assert (len(made.reviews), len(made.recommendations)) == (0, 0)
    assert f"no action plan found: {seen}" in made.rejected["reason"].iloc[-1]
    both = assemble([found, ReadDocument(Path("e.txt"), "cd" * 32, {}, DocumentPlans((plan(),), "sure"), "text")])
    assert both.reviews["document"].tolist() == ["e.txt"]


def test_a_review_without_a_recommendation_leaves_only_its_pieces():
    empty = plan("B", recommendations=0, review="Elm")
    plans = assemble([document(plan("A"), empty)])
    assert plans.reviews["review_id"].tolist() == ["A"] and plans.rejected["text"].tolist() == ["p"]


def test_the_message_names_three_documents_and_counts_the_rest():
    faults = [ReadDocument(Path(f"{n}.txt"), str(n), {}, fault=f"{n}.txt is empty.") for n in range(5)]
    with pytest.raises(NoPlanError, match=r"in 5 documents \(0.txt is empty; .*2.txt is empty; and 2 more\)\.$"):
        assemble(faults)
