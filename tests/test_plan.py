"""One document as tables of the package: keys, numbers, grades, notes, names, what is left."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_tables import table, text

from dhr_analytics.normalising.plan import CHECK, SURE, normalise, review_key
from dhr_analytics.reading import RawRow, RawTable
from dhr_analytics.reading.text import read_text

HEAD = ("No", "Recommendation", "Action", "Lead agency", "Target date")
LIGHT = (
    "1",
    "The board should light the quay at night.",
    "Buy ten lamps for it.",
    "Harbour Board",
    "May 2031",
)
WAIT = (
    "2",
    "The ferry should wait for the last train.",
    "Tell the crew to wait.",
    "Ferry Company",
    "June 2031",
)
PRINT = (
    "3",
    "The council should publish a yearly report.",
    "Write it in spring.",
    "Eastmere Council",
    "July 2031",
)
PLAN = table(HEAD, LIGHT, WAIT, PRINT)
NAME = "Robin Sample"


def read(*tables, **options):
    return normalise(tables, document="p.txt", review_id="A", **options)


def widened(*names, rows):
    """The plan with further columns on the right."""
    both = zip((LIGHT, WAIT, PRINT), rows, strict=True)
    return table((*HEAD, *names), *((*row, *more) for row, more in both))


def column(rows, name):
    return [row[name] for row in rows]


# --- rows and keys ----------------------------------------------------------------------------


def test_rows_have_keys_positions_and_places():
    (plan,) = read(text("Action plan of the pier"), PLAN).plans
    assert column(plan.recommendations, "recommendation_id") == ["A-R001", "A-R002", "A-R003"]
    assert column(plan.actions, "action_id") == ["A-R001-A01", "A-R002-A01", "A-R003-A01"]
    assert column(plan.actions, "recommendation_id") == ["A-R001", "A-R002", "A-R003"]
    assert column(plan.recommendations, "location") == [f"p.txt, row {i}" for i in (2, 3, 4)]
    assert (plan.title, plan.review_id, plan.review) == ("Action plan of the pier", "A", "")
    first = plan.actions[0]
    assert (first["text"], first["lead_agency"], first["target_on"]) == (
        LIGHT[2],
        LIGHT[3],
        date(2031, 5, 31),
    )


def test_several_actions_of_a_recommendation_count_from_one():
    more = ("", "", "Fit the lamps to the wall.", "Eastmere Council", "June 2031")
    (plan,) = read(table(HEAD, LIGHT, more, WAIT, PRINT)).plans
    assert column(plan.actions, "action_id")[:3] == ["A-R001-A01", "A-R001-A02", "A-R002-A01"]
    assert column(plan.actions, "position") == [1, 2, 1, 1]


def test_a_list_within_an_action_is_several_actions():
    several = (*LIGHT[:2], "1) Buy ten lamps.\n2) Fit the lamps.", *LIGHT[3:])
    (plan,) = read(table(HEAD, several, WAIT, PRINT)).plans
    assert len(plan.actions) == 4
    assert column(plan.actions[:2], "lead_agency") == ["Harbour Board"] * 2


# --- several reviews --------------------------------------------------------------------------

REVIEWS = ("Review", "Published", *HEAD)
PIER, FERRY = ("Case of the pier", "3 May 2030"), ("Case of the ferry", "4 June 2030")


def reviews(*rows):
    return read(table(REVIEWS, *rows))


def test_one_table_of_several_reviews_is_a_plan_for_each():
    found = reviews((*PIER, *LIGHT), (*PIER, *WAIT), (*FERRY, *PRINT))
    assert [(plan.review, plan.title) for plan in found.plans] == [
        (PIER[0], PIER[0]),
        (FERRY[0], FERRY[0]),
    ]
    assert [column(plan.recommendations, "text") for plan in found.plans] == [
        [LIGHT[1], WAIT[1]],
        [PRINT[1]],
    ]
    assert [plan.published_on for plan in found.plans] == [date(2030, 5, 3), date(2030, 6, 4)]


def test_each_review_has_keys_of_its_own_made_from_its_name():
    found = reviews((*PIER, *LIGHT), (*FERRY, *WAIT), (*FERRY, *PRINT))
    for plan in found.plans:
        assert plan.review_id == review_key(plan.review) != "A"
        rows = (*plan.recommendations, *plan.actions)
        assert all(row["recommendation_id"].startswith(f"{plan.review_id}-R00") for row in rows)
        assert {row["review_id"] for row in rows} == {plan.review_id}


def keys_of(found):
    return {" ".join(plan.review.casefold().split()): plan.review_id for plan in found.plans}


def test_a_later_snapshot_gives_a_review_the_same_key():
    first = reviews((*PIER, *LIGHT), (*FERRY, *WAIT), (*FERRY, *PRINT))
    pier = ("CASE OF THE  PIER", PIER[1])
    later = reviews((*FERRY, *PRINT), ("Case of the mast", "1 May 2029", *WAIT), (*pier, *LIGHT))
    assert keys_of(first).items() <= keys_of(later).items()
    assert len(set(keys_of(first).values())) == 2


def test_rows_of_a_review_that_are_apart_are_one_plan():
    found = reviews((*PIER, *LIGHT), (*FERRY, *WAIT), (*PIER, *PRINT))
    assert [len(plan.recommendations) for plan in found.plans] == [2, 1]


def test_a_column_with_one_review_splits_nothing():
    (plan,) = reviews((*PIER, *LIGHT), (*PIER, *WAIT), (*PIER, *PRINT)).plans
    assert (plan.review_id, plan.review, len(plan.recommendations)) == ("A", "", 3)


def test_what_is_set_aside_belongs_to_no_review_where_there_are_several():
    lines = text("The board met in May, and it was all agreed.")
    several = read(lines, table(REVIEWS, (*PIER, *LIGHT), (*FERRY, *WAIT), (*FERRY, *PRINT)))
    assert [row["location"] for row in several.rejected] == ["p.txt, line 1"]
    assert not any(plan.rejected for plan in several.plans)
    one = read(lines, PLAN)
    assert one.rejected == [] and column(one.plans[0].rejected, "location") == ["p.txt, line 1"]


# --- grades -----------------------------------------------------------------------------------


def test_a_sound_plan_is_sure():
    found = read(PLAN)
    assert found.grade == "sure" and found.confidence >= SURE and found.seen == ""
    assert found.not_understood == () and len(found.grammars) == 1


def test_an_odd_plan_is_to_be_checked_and_says_why():
    odd = table(
        ("Recommendation", "Person responsible", "Comments"),
        *((f"dark quay {i}", "ropes", "-") for i in "abc"),
    )
    found = read(odd)
    assert found.grade == "check" and CHECK <= found.confidence < SURE
    (said,) = found.not_understood
    assert said.startswith("row 2: read with little confidence: not “")


def test_where_nothing_is_read_it_says_what_was_seen():
    found = read(text("Dear all,", "see you at nine."), table(("Ship", "Crew"), ("Anna", "9")))
    assert (found.grade, found.plans, found.confidence) == ("refused", (), 0)
    assert found.seen.startswith("1 table and 2 paragraphs")
    assert "Dear all, see you at nine. Ship Crew Anna 9" in " ".join(column(found.rejected, "text"))


def test_the_header_that_was_not_understood_is_named():
    found = read(
        PLAN,
        text("Ships"),
        table(("Ship", "Crew", "Tons", "Mast", "Sail", "Flag", "Port"), tuple("ABCDEFG")),
    )
    assert [line for line in found.not_understood if "header not understood: Ship" in line]


# --- notes and responses ----------------------------------------------------------------------


def test_notes_and_responses_are_filled():
    rows = [("Accepted", "high"), ("Rejected", "low"), ("Accepted in part", "")]
    (plan,) = read(widened("Response", "Tide", rows=rows)).plans
    assert column(plan.actions, "response") == ["accepted", "not_accepted", "accepted_in_part"]
    assert column(plan.actions, "notes") == ["Tide: high", "Tide: low", ""]


def test_a_revised_day_is_the_target_and_the_first_one_is_noted():
    (plan,) = read(widened("Revised target date", rows=[("March 2033",), ("",), ("",)])).plans
    assert column(plan.actions, "target_on")[:2] == [date(2033, 3, 31), date(2031, 6, 30)]
    assert column(plan.actions, "notes")[:2] == ["First target: May 2031", ""]


def test_a_target_that_counts_from_publication_is_a_day():
    late = (*LIGHT[:4], "3 months after publication")
    rows = [late, WAIT, PRINT]
    (plan,) = read(table(HEAD, *rows), published_on=date(2030, 1, 31)).plans
    assert plan.actions[0]["target_on"] == date(2030, 4, 30)
    (plan,) = read(table(HEAD, *rows)).plans
    assert plan.actions[0]["target_on"] is None


# --- numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("Recommendation {}", "{}"),
        ("Recommendation {}:", "{}"),
        ("Rec. {}", "{}"),
        ("{}.", "{}."),
        ("R{}", "R{}"),
        ("SM/0{}", "SM/0{}"),
    ],
)
def test_in_a_table_the_word_before_a_number_goes(printed, number):
    rows = [(printed.format(row[0]), *row[1:]) for row in (LIGHT, WAIT, PRINT)]
    (plan,) = read(table(HEAD, *rows)).plans
    assert column(plan.recommendations, "number") == [number.format(n) for n in "123"]


def test_the_word_goes_where_it_opens_the_wording_or_a_band():
    rows = [(f"Recommendation {row[0]}: {row[1]}", *row[2:]) for row in (LIGHT, WAIT, PRINT)]
    (plan,) = read(table(HEAD[1:], *rows)).plans
    bands = [(f"Recommendation {row[0]}: {row[1]}", row[2:]) for row in (LIGHT, WAIT, PRINT)]
    (other,) = read(table(HEAD[2:], *(each for band in bands for each in band))).plans
    for found in (plan, other):
        assert column(found.recommendations, "number") == ["1", "2", "3"]
        assert column(found.recommendations, "text") == [LIGHT[1], WAIT[1], PRINT[1]]


def test_in_running_text_the_word_stays():
    lines = [f"Recommendation {row[0]}: {row[1]}" for row in (LIGHT, WAIT, PRINT)]
    (plan,) = read(text("Recommendations", *lines)).plans
    assert column(plan.recommendations, "number") == [
        "Recommendation 1",
        "Recommendation 2",
        "Recommendation 3",
    ]


def test_a_number_in_words_stays_as_printed():
    rows = [
        ("Recommendation One", *LIGHT[1:]),
        ("Recommendation Two", *WAIT[1:]),
        ("Recommendation Three", *PRINT[1:]),
    ]
    (plan,) = read(table(HEAD, *rows)).plans
    assert column(plan.recommendations, "number") == [
        "Recommendation One",
        "Recommendation Two",
        "Recommendation Three",
    ]


# --- names ------------------------------------------------------------------------------------


def named(**options):
    rows = [(f"seen by {NAME}",), ("",), ("",)]
    plan = widened("Tide", rows=rows)
    first = (*LIGHT[:3], f"{NAME}, Harbour Board", LIGHT[4], rows[0][0])
    rows = (plan.rows[0], RawRow(first, "row 2"), *plan.rows[2:])
    return read(text(f"{NAME} wrote this for the board, as was agreed."), RawTable(rows), **options)


def said(found):
    return repr((found.plans, found.rejected, found.not_understood, found.seen))


def test_names_of_owners_are_masked_wherever_they_stand():
    assert "Robin" not in said(named()) and "Sample" not in said(named())
    (plan,) = named().plans
    assert plan.actions[0]["notes"] == "Tide: seen by [name]"
    assert plan.rejected[0]["text"].startswith("[name] wrote this")
    assert plan.actions[0]["lead_agency"] == "Harbour Board"


def test_names_are_kept_where_that_is_asked_for():
    assert f"Tide: seen by {NAME}" in said(named(keep_names=True))


# --- what is set aside ------------------------------------------------------------------------


def test_what_is_struck_out_is_set_aside():
    gone = RawRow(("", "", "", "", ""), "row 9", struck="4 The crew should sing.")
    (plan,) = read(RawTable((*PLAN.rows, gone))).plans
    (row,) = plan.rejected
    assert (row["text"], row["reason"]) == ("4 The crew should sing.", "struck out")


def test_a_key_of_colours_outside_the_plan_is_heeded():
    key = text("Key: blue means completed")
    rows = (
        PLAN.rows[0],
        *(RawRow(row.cells, row.place, fills=("", "", "", "", "blue")) for row in PLAN.rows[1:]),
    )
    (plan,) = read(key, RawTable(rows)).plans
    assert column(plan.actions, "rag") == ["blue"] * 3
    assert column(plan.actions, "status") == ["completed"] * 3


# --- any plan comes back ----------------------------------------------------------------------

WORDS = "agree board check draft every force given helps known local meets needs order".split()
sentence = st.lists(st.sampled_from(WORDS), min_size=4, max_size=10, unique=True).map(
    lambda words: f"The panel should {' '.join(words)}."
)
task = sentence.map(lambda words: words.replace("The panel should", "Review the"))
row = st.tuples(
    sentence,
    task,
    st.sampled_from(["Northmoor Police", "Eastmere Council", "Adult Social Care"]),
    st.sampled_from(["May 2031", "31/03/2031", "End of June 2032", "3 months after publication"]),
    st.sampled_from(["Ongoing", "Completed May 2025", "Not started", "In progress"]),
)
plans = st.lists(row, min_size=3, max_size=6, unique_by=lambda each: each[0])
NAMES = ("Recommendation", "Action", "Lead agency", "Target date", "Status")


def from_lines(lines):
    document = "\n".join("\t".join(cells) for cells in lines)
    return normalise(read_text(document.encode(), "p.txt"), document="p.txt", review_id="A")


def told(found):
    (plan,) = found.plans
    names = (
        "recommendation_id",
        "text",
        "lead_agency",
        "target_text",
        "target_on",
        "status",
        "completed_on",
    )
    actions = [tuple(row[name] for name in names) for row in plan.actions]
    return column(plan.recommendations, "text"), actions


@given(plans, st.booleans(), st.booleans(), st.data())
@settings(deadline=None, max_examples=50)
def test_a_row_cut_by_a_page_break_reads_as_the_whole_row(rows, numbered, again, data):
    head = ["No", *NAMES] if numbered else [*NAMES]
    lines = [[*([str(i)] if numbered else []), *cells] for i, cells in enumerate(rows, 1)]
    at = data.draw(st.integers(0, len(rows) - 1))
    above, below = [], []
    for words in (cell.split() for cell in lines[at]):
        n = data.draw(st.integers(1, len(words)))
        above.append(" ".join(words[:n]))
        below.append(" ".join(words[n:]))
    if not any(below):
        return
    cut = [*lines[:at], above, [""], *([head] if again else []), below, *lines[at + 1 :]]
    assert told(from_lines([head, *cut])) == told(from_lines([head, *lines]))


KINDS = st.sampled_from(["", "{n}", "Alpha{w} beta{w}.", "mu{w} nu{w}", "May 2025 pi{w}", "D{w}"])


@given(st.lists(st.lists(KINDS, min_size=6, max_size=6), min_size=1, max_size=6))
@settings(deadline=None, max_examples=80)
def test_every_word_of_every_cell_is_in_the_package_or_set_aside(rows):
    lines = []
    for i, cells in enumerate(rows):
        lines.append([cell.format(w=f"q{i}q{j}", n=i + 1) for j, cell in enumerate(cells)])
    found = from_lines([["No", *NAMES], *lines])
    everything = [*found.rejected]
    for plan in found.plans:
        everything += [*plan.recommendations, *plan.actions, *plan.rejected]
    kept = " ".join(str(value) for each in everything for value in each.values())
    printed = re.findall(r"\w*q\w+", " ".join(cell for cells in lines for cell in cells))
    assert set(printed) <= set(re.findall(r"\w+", kept))
