"""Completeness, the SMART check and the rows that a person should look at, counted by hand."""

from dataclasses import replace

import frames
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics import schema
from dhr_analytics.errors import UsageError
from dhr_analytics.package import write_package
from dhr_analytics.reporting import findings, show, tables, text
from dhr_analytics.reporting.view import View
from dhr_analytics.statistics import CATALOGUE, COMPLETENESS, SMART, Quarter, quality, rows_to_look_at, select
from dhr_analytics.statistics.quality import is_specific, wording_overlap

QUARTER = Quarter(2025, 1)
GOOD = {
    "text": "Run two half-day courses on stalking for all call handlers",
    "lead_agency": "Northmoor Police",
    "target_on": "2024-05-31",
    "status": "in_progress",
    "outcome": "Call handlers know the signs of stalking",
}


def counts(plans, **rest):
    return {(each.group, each.measure): (each.n, each.N) for each in quality(plans, QUARTER, **rest)}


def looked(plans, *rows):
    frame = pd.DataFrame([{"row_id": key, "confidence": str(sure), "reason": why} for key, sure, why in rows])
    return replace(plans, needs_review=schema.typed("needs_review", frame))


# What is changed in a good action, and the measures that it then no longer counts in.
CASES = [
    ({}, []),
    ({"text": ""}, ["smart_specific"]),
    ({"text": "As described in recommendation."}, ["smart_specific"]),
    ({"text": "TRAIN ALL the staff of the partnership in stalking!"}, ["smart_specific"]),
    ({"lead_agency": ""}, ["owner_stated", "smart_owner"]),
    ({"lead_agency": "TBC"}, ["owner_stated", "smart_owner"]),
    ({"lead_agency": "", "lead_role": "Head of Safeguarding"}, []),
    ({"target_on": "", "target_basis": "none"}, ["target_stated", "smart_dated"]),
    ({"target_on": "", "target_basis": "ongoing"}, ["smart_dated"]),
    ({"target_on": "", "target_basis": "relative"}, []),
    ({"status": "no_update"}, ["status_stated"]),
    ({"status": "considering"}, []),
    ({"outcome": ""}, ["outcome_stated", "smart_measurable"]),
    ({"outcome": "Completed 29 November 2015."}, ["outcome_stated", "smart_measurable"]),
    ({"outcome": "N/A"}, ["outcome_stated", "smart_measurable"]),
    ({"outcome": "Complete. The policy is in use."}, []),
]


@pytest.mark.parametrize(("changed", "lost"), CASES)
def test_each_measure_by_hand(changed, lost):
    texts = [{"recommendation_id": "A-R001", "text": "Train all staff of the partnership in stalking."}]
    found = counts(frames.build([{**GOOD, **changed}], recommendations=texts))
    gone = {*lost, "smart_all"} if any(each in SMART for each in lost) else {*lost}
    assert found == {("", measure): (int(measure not in gone), 1) for measure in (*COMPLETENESS, *SMART)}


@pytest.mark.parametrize(
    ("action", "specific"),
    [
        ("See recommendation 3a", False),
        ("see above", False),
        ("As per the recommendation", False),
        ("Implement the recommendation", False),
        ("To be confirmed", False),
        ("—", False),
        ("See that the recommendation reaches every ward", True),
        ("Implement the toolkit set out in recommendation 3 in all wards", True),
    ],
)
def test_pointers_are_not_specific(action, specific):
    assert is_specific(action, "Something else altogether") is specific


def test_the_threshold_is_eight_tenths_of_the_words():
    words = [f"w{k}" for k in range(10)]
    assert wording_overlap(" ".join(words), " ".join([*words[:8], "x", "y"])) == pytest.approx(0.8)
    assert not is_specific(" ".join([*words[:8], "x", "y"]), " ".join(words))
    assert is_specific(" ".join([*words[:7], "x", "y", "z"]), " ".join(words))
    assert wording_overlap("a a b", "a b b") == pytest.approx(2 / 3), "a word that appears twice counts twice"
    assert wording_overlap("", "") == 0


@given(st.text(max_size=40), st.text(max_size=40))
def test_overlap_is_a_share_and_the_same_both_ways(one, other):
    assert 0 <= wording_overlap(one, other) == wording_overlap(other, one) <= 1
    assert not is_specific(one, one)


TWO = frames.build(
    [{**GOOD}, {"recommendation_id": "B-R001"}, {**GOOD, "recommendation_id": "B-R001", "outcome": ""}],
    reviews=[{"review_id": "A"}, {"review_id": "B"}, {"review_id": "C"}],
)


def test_by_review_adds_up_and_keeps_reviews_without_actions():
    plans = looked(TWO, ("B-R001-A01", 0.6, "cut off"), ("B-R001", 0.5, "long"))
    by_review, whole = counts(plans, by="review"), quality(plans, QUARTER)
    assert [key[0] for key in by_review][::10] == ["A", "B", "C"]
    assert by_review["A", "smart_all"] == (1, 1) and by_review["B", "smart_all"] == (0, 2)
    assert by_review["B", "needs_review"] == (1, 2) and by_review["C", "owner_stated"] == (0, 0)
    for each in whole[:-1]:
        assert each.n == sum(by_review[review, each.measure][0] for review in "ABC")
    assert (whole[-1].id, whole[-1].n, whole[-1].N) == ("needs_review.recommendations.2025Q1", 1, 2)
    assert len({each.id for each in whole}) == len(whole)
    assert {each.definition for each in whole} <= set(CATALOGUE)
    with pytest.raises(UsageError, match="not by 'sector'"):
        quality(TWO, QUARTER, by="sector")


def test_without_the_list_nothing_is_claimed_about_rows_to_look_at():
    assert rows_to_look_at(TWO, QUARTER) is None and tables.to_look_at(View(TWO, QUARTER)).empty
    assert not any(each.measure == "needs_review" for each in quality(TWO, QUARTER))
    head, rest = map(str, findings.reading(View(TWO, QUARTER))[0])
    assert head == "Of owner, date, status and outcome, outcome is stated least: for 1 of 3 actions"
    assert "does not say which rows" in rest and findings.no_rows_to_look_at(View(TWO, QUARTER)) in rest


def test_the_list_is_that_of_what_is_known_and_asked_for_least_sure_first():
    reviews = [{"review_id": "A", "area": "North"}, {"review_id": "B", "published_on": "2026-01-01"}]
    plans = frames.build([{}, {}, {"recommendation_id": "B-R001"}], reviews=reviews)
    plans = looked(plans, ("A-R001-A02", 0.7, "x"), ("B-R001-A01", 0.1, "x"), ("A-R001", 0.4, "y"))
    assert rows_to_look_at(plans, QUARTER)["row_id"].tolist() == ["A-R001", "A-R001-A02"]
    assert len(rows_to_look_at(plans, Quarter(2026, 1))) == 3
    assert len(rows_to_look_at(select(plans, areas="North"), Quarter(2026, 1))) == 2
    head = str(findings.reading(View(plans, QUARTER))[0][0])
    assert head == "A person should look at 1 of 1 recommendation and 1 of 2 actions"
    none = View(looked(plans, ("B-R001", 0.1, "x")), QUARTER)
    assert findings.reading(none)[0][0] == "No row was doubtful enough that a person should look at it"
    assert findings.no_rows_to_look_at(none) == "No row was doubtful enough to stand here."


def test_what_is_stated_least_is_said_with_ties_and_when_all_is_there():
    bare, full = View(frames.build([{}, {}]), QUARTER), View(frames.build([GOOD]), QUARTER)
    assert "owner, date, status and outcome are stated least: for 0 of 2 actions (0%)" in str(
        findings.reading(bare)[0][1]
    )
    assert findings.reading(full)[0][0] == "Owner, date, status and outcome are stated for every action"


@pytest.mark.parametrize("plans", [frames.empty(), looked(frames.empty(), ("A-R001", 0.1, "x"))])
def test_where_nothing_is_known_there_are_no_figures_and_no_faults(plans):
    assert {(each.N, each.value) for each in quality(plans, QUARTER)} == {(0, None)}
    assert quality(plans, QUARTER, by="review") == []
    view = View(plans, QUARTER)
    for frame in (tables.documents, tables.to_look_at, tables.unplaced, tables.completeness, tables.corrections):
        assert frame(view).empty


def test_what_was_read_is_counted_for_each_document():
    actions = [{"lead_agency": "Education"}, {"lead_agency": ""}, {"recommendation_id": "B-R001", "lead_agency": "X"}]
    texts = [{"recommendation_id": "A-R001", "section": "EDUCATION services"}]
    reviews = [{"review_id": "A", "title": "Same", "format": "word"}, {"review_id": "B", "title": "Same"}]
    plans = frames.build(actions, recommendations=texts, reviews=reviews)
    gone = [("A.docx", "noise", "x"), ("A.docx", "noise", "x"), ("A.docx", "odd reason", "")]
    rejected = [{"document": name, "reason": why, "text": words, "location": name} for name, why, words in gone]
    view = View(replace(plans, rejected=schema.typed("rejected", pd.DataFrame(rejected))), QUARTER)
    assert show._raw(tables.documents(view)).to_numpy().tolist() == [
        ["Same (A.docx)", "A.docx", "Word", 1, 2, 1, 2],
        ["Same (B.docx)", "B.docx", "", 1, 1, 0, 0],
    ]
    assert show._raw(tables.unplaced(view)).to_numpy().tolist() == [
        ["Stray letters or signs", 2, 1, "“x” (A.docx)"],
    ]


def test_documents_that_gave_nothing_are_named_with_the_reason(tmp_path):
    faults = [("A.docx", "x", "noise"), ("b.pdf", "", "b.pdf is empty."), ("c.txt", "words", "noise")]
    rejected = [
        {"document": name, "text": words, "reason": why} for name, words, why in [*faults, ("c.txt", "", "no plan")]
    ]
    plans = replace(frames.build([{}]), rejected=schema.typed("rejected", pd.DataFrame(rejected)))
    write_package(plans, tmp_path / "package")
    found = tables.unread(tmp_path / "package").to_numpy().tolist()
    assert found == [["b.pdf", "b.pdf is empty."], ["c.txt", "No plan"]]


def test_corrections_may_be_absent_or_odd():
    plans = frames.build([{}])
    for given_about in ({}, {"corrections": None}, {"corrections": "x"}, {"corrections": ["x", {"row_id": "Z-R001"}]}):
        assert tables.corrections(View(replace(plans, about=given_about), QUARTER)).empty
    about = {"corrections": [{"row_id": "A-R001-A01", "column": "lead_agency", "was": None, "now": 7, "more": 1}]}
    frame = tables.corrections(View(replace(plans, about=about), QUARTER))
    assert frame.to_numpy().tolist() == [["A-R001-A01", "Lead agency", "", "7", "", "", ""]]


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("a.txt, lines 3, 4, 5, 8", "a.txt, lines 3 to 5, 8"),
        ("a.txt, lines 3, 4, 9", "a.txt, lines 3, 4, 9"),
        ("a.txt, lines 9, 9, 8", "a.txt, lines 9, 9, 8"),
        ("a.txt, line 7", "a.txt, line 7"),
        ("b.docx, table 1, row 2; table 1, row 3", "b.docx, table 1, row 2; table 1, row 3"),
    ],
)
def test_runs_of_lines_are_shortened(location, shown):
    assert text.place(location) == shown


@frames.needs_seeds
def test_figures_of_the_gold_reading_are_those_counted_by_hand():
    rows, found = frames.gold_rows("actions"), {each.measure: each for each in quality(frames.gold_plans(), QUARTER)}
    assert {each.N for each in found.values()} == {len(rows)}
    assert found["owner_stated"].n == sum(row["lead_agency"] != "" for row in rows)
    assert found["status_stated"].n == sum(row["status"] != "no_update" for row in rows)
    # The gold reading keeps the empty actions and the one "As described in recommendation.".
    assert found["smart_specific"].n == sum(len(row["text"].split()) > 0 for row in rows) - 1
