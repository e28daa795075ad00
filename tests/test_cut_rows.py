"""Cut rows: what a page break parted is joined, and rows become recommendations with actions."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dhr_analytics.normalising.grammars.cut_rows import join, runs_on, stitch
from dhr_analytics.normalising.rows import PlanRow

LIGHT, WAIT = "The board should light the quay at night.", "The ferry should wait for it."
LAMPS, CREW = "Buy ten lamps.", "Tell the crew."


def row(number="", recommendation="", action="", lead="", target="", *, cut=False, **more):
    roles = ("number", "recommendation", "action", "lead", "target")
    cells = dict(zip(roles, (number, recommendation, action, lead, target), strict=True))
    others = {"progress", "scope", "notes", "rag"} & set(more)
    cells |= {name: more.pop(name) for name in others}
    cells = {role: text for role, text in cells.items() if text}
    return PlanRow(cells, more.pop("place", "row"), after_break=cut, **more)


def found(*rows, whole=False):
    """Number and wording of each recommendation with its actions."""
    recs, _ = stitch(rows, whole=whole)
    actions = [[each.cells.get("action", "") for each in rec.actions] for rec in recs]
    return [(rec.number, rec.text, own) for rec, own in zip(recs, actions, strict=True)]


def reasons(*rows):
    return [(piece.text, piece.reason) for piece in stitch(rows)[1]]


# --- joining texts ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("above", "below", "whole"),
    [
        ("the board’", "s lamp", "the board’s lamp"),
        ("all ", " of it", "all of it"),
        ("", "b", "b"),
        ("a", "", "a"),
    ],
)
def test_two_parts_of_a_cell_are_joined(above, below, whole):
    assert join(above, below) == whole


@pytest.mark.parametrize(
    ("above", "below", "on"),
    [
        ("The board should", "Light it.", True),
        ("The board", "should light it.", True),
        ("The board should light it.", "by night", False),
        ("The board lit it", "The ferry", False),
        ("", "by night", False),
        ("The board should", "", False),
        ("Buy these:", "a) lamps", False),
    ],
)
def test_a_text_goes_on_where_the_end_or_the_beginning_says_so(above, below, on):
    assert runs_on(above, below) is on


# --- rows that a page break cut ---------------------------------------------------------------

CUT = (
    row("1", "The board should light the", "Buy ten", "Harbour board", "May", place="row 1"),
    row("", "quay at night.", "lamps.", "", "2031", cut=True, place="row 2"),
    row("2", WAIT, CREW, "Ferry company", "June 2031", place="row 3"),
)


def test_a_row_cut_by_a_page_break_is_one():
    recs, rejected = stitch(CUT)
    assert [(rec.number, rec.text, rec.places) for rec in recs] == [
        ("1", LIGHT, ["row 1", "row 2"]),
        ("2", WAIT, ["row 3"]),
    ]
    (draft,) = recs[0].actions
    assert draft.cells == {"action": LAMPS, "lead": "Harbour board", "target": "May 2031"}
    assert draft.places == ["row 1", "row 2"] and rejected == []


def test_where_rows_are_whole_nothing_is_joined():
    assert found(*CUT, whole=True) == [
        ("1", "The board should light the", ["Buy ten"]),
        ("", "quay at night.", ["lamps."]),
        ("2", WAIT, [CREW]),
    ]


def test_cells_that_stand_wholly_below_the_break_belong_to_the_row_above():
    below = row("", "", LAMPS, "Harbour board", cut=True)
    (rec,), _ = stitch([row("1", LIGHT, target="May 2031"), below])
    (draft,) = rec.actions
    assert draft.cells == {"target": "May 2031", "action": LAMPS, "lead": "Harbour board"}


def test_a_first_line_above_its_own_number_belongs_to_the_row_below_the_break():
    rows = [
        row("1", WAIT, CREW, "Ferry company", "May 2031"),
        row("", "", "Change the", "", "3 months"),
        row("2", LIGHT, "old lamps.", "Harbour board", "after the meeting", cut=True),
        row("3", "The mayor should sing.", "Hold a day.", "Town council", "July 2031"),
    ]
    assert [actions for *_, actions in found(*rows)] == [
        [CREW],
        ["Change the old lamps."],
        ["Hold a day."],
    ]


def test_the_end_of_an_action_at_the_head_of_the_next_row_goes_back():
    end = "whole quay. No start was made."
    rows = [
        row("1", LIGHT, LAMPS, "Harbour board", "May 2031", progress="They were bought for the"),
        row("2", WAIT, CREW, "Ferry company", "June 2031", progress=end),
    ]
    recs, _ = stitch(rows)
    told = [rec.actions[0].cells["progress"] for rec in recs]
    assert told == ["They were bought for the whole quay.", "No start was made."]
    assert recs[0].actions[0].warnings and not recs[1].actions[0].warnings


def test_a_row_that_ends_a_recommendation_may_bring_an_action_of_its_own():
    rows = [
        row("1", "The board should light the", LAMPS, "Harbour board", "May 2031"),
        row("", "quay at night.", "Fit the lamps.", "Town council", "June 2031", cut=True),
        row("2", WAIT, CREW, "Ferry company", "June 2031"),
    ]
    assert found(*rows)[0] == ("1", LIGHT, [LAMPS, "Fit the lamps."])


def test_a_row_that_lost_columns_is_matched_by_what_is_unfinished_above():
    lost = PlanRow({}, "row 2", after_break=True, loose=("quay at night.", "lamps."))
    (rec,), _ = stitch([row("1", "The board should light the", "Buy ten", "Harbour board"), lost])
    assert (rec.text, rec.actions[0].cells["action"]) == (LIGHT, LAMPS)
    assert rec.warnings


def test_a_line_that_a_scan_read_twice_is_left_out():
    rows = [
        row("1", "The board should light", LAMPS, "Harbour board"),
        row("", "the quay at night and"),
        row("", "the quay at night anb"),
        row("", "in winter by day."),
    ]
    assert found(*rows)[0][1] == "The board should light the quay at night and in winter by day."
    assert reasons(*rows) == [("the quay at night anb", "line read twice")]


# --- numbers ----------------------------------------------------------------------------------


def test_a_number_that_opens_the_wording_is_taken_out_of_it():
    rows = [row("", f"1. {LIGHT}", LAMPS), row("", f"Recommendation 2: {WAIT}", CREW)]
    assert [(number.strip("."), text) for number, text, _ in found(*rows)] == [
        ("1", LIGHT),
        ("Recommendation 2", WAIT),
    ]


def test_a_number_in_the_heading_is_that_of_the_recommendation():
    ((number, *_),) = found(row("", LIGHT, LAMPS, section="Recommendation 4: Lamps"))
    assert number == "Recommendation 4"


def test_a_page_number_in_the_number_column_is_none():
    cut = row("17", "quay at night.", cut=True)
    rows = [row("3", "The board should light the", LAMPS, "Harbour board"), cut]
    assert found(*rows) == [("3", LIGHT, [LAMPS])]
    assert reasons(*rows) == [("17", "false number")]


def test_numbers_may_begin_anew_below_another_heading_or_in_another_review():
    again = [row("1", LIGHT, LAMPS, section="Harbour"), row("1", LIGHT, CREW, section="Ferry")]
    assert len(found(*again)) == 2
    apart = [row("1", LIGHT, LAMPS, review="A"), row("1", LIGHT, CREW, review="B")]
    assert [rec.review for rec in stitch(apart)[0]] == ["A", "B"]


def test_numbers_with_letters_count_as_well():
    rows = [row("SM/01", LIGHT, LAMPS), row("SM/02", WAIT, CREW)]
    assert [number for number, *_ in found(*rows)] == ["SM/01", "SM/02"]


# --- blank, merged and repeated cells ---------------------------------------------------------


@pytest.mark.parametrize(
    "below",
    [
        row("", "", "Fit the lamps.", "Town council"),
        row("1", "", "Fit the lamps.", "Town council"),
        row("1", LIGHT, "Fit the lamps.", "Town council"),
        row("", LIGHT, "Fit the lamps.", "Town council"),
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_a_row_with_a_blank_merged_or_repeated_recommendation_is_one_more_action(below, whole):
    rows = [row("1", LIGHT, LAMPS, "Harbour board"), below, row("2", WAIT, CREW, "Ferry company")]
    assert found(*rows, whole=whole) == [
        ("1", LIGHT, [LAMPS, "Fit the lamps."]),
        ("2", WAIT, [CREW]),
    ]


def test_a_recommendation_row_stands_above_the_rows_of_its_actions():
    rows = [
        row("1", LIGHT),
        row(action=LAMPS, lead="Harbour board"),
        row(action=CREW, lead="Ferry company"),
    ]
    assert found(*rows) == [("1", LIGHT, [LAMPS, CREW])]


def test_an_action_merged_over_several_owners_is_that_of_each():
    rows = [row("1", LIGHT, LAMPS, "Harbour board"), row(lead="Town council")]
    (rec,), _ = stitch(rows)
    assert [(each.cells["action"], each.cells["lead"]) for each in rec.actions] == [
        (LAMPS, "Harbour board"),
        (LAMPS, "Town council"),
    ]


def test_a_bare_list_that_the_plan_prints_again_counts_once():
    rows = [row("1", LIGHT), row("2", WAIT), row("1", LIGHT, LAMPS), row("2", WAIT, CREW)]
    assert found(*rows, whole=True) == [("1", LIGHT, [LAMPS]), ("2", WAIT, [CREW])]


# --- what the layout leaves no choice of ------------------------------------------------------


def test_a_row_that_opens_by_its_layout_does_so_whatever_its_words_are():
    rows = [
        row("", "The board should light the", "Buy ten", opens="recommendation"),
        row("", "", "lamps.", opens="action", cut=True),
        row("", "quay at night.", opens="recommendation", cut=True),
    ]
    assert found(*rows) == [
        ("", "The board should light the", ["Buy ten", "lamps."]),
        ("", "quay at night.", [""]),
    ]
    # ... and the same words without it are one row
    assert len(found(*(row(*each.cells.values(), cut=each.after_break) for each in rows[::2]))) == 1


def test_a_row_above_the_first_recommendation_is_set_aside():
    above, said = row(action=LAMPS), "row above the first recommendation"
    assert reasons(above, row("1", LIGHT, CREW)) == [(LAMPS, said)]


def test_scopes_notes_and_colours():
    rows = [
        row("1", LIGHT, LAMPS, scope="Local", notes="Tide: high", rag="Amber"),
        row(cut=True, scope="and national", notes="Tide: low", rag="amber"),
        row(cut=True, scope="wet"),
    ]
    recs, rejected = stitch(rows)
    assert recs[0].scopes == ["Local", "and national", "wet"]
    assert (recs[0].actions[0].notes, recs[0].actions[0].cells["rag"]) == (
        ["Tide: high", "Tide: low"],
        "Amber",
    )
    assert [piece.text for piece in rejected] == ["wet"]


# --- any plan comes back ----------------------------------------------------------------------

WORDS = "agree board check draft every force given helps known local meets needs order".split()
sentence = st.lists(st.sampled_from(WORDS), min_size=6, max_size=12, unique=True).map(
    lambda words: f"{' '.join(words).capitalize()}."
)
action = st.tuples(
    sentence,
    st.sampled_from(["Northmoor Police", "Eastmere Council", "Adult Social Care"]),
    st.sampled_from(["May 2031", "31/03/2031", "End of June 2032"]),
)
plan = st.lists(
    st.tuples(sentence, st.lists(action, min_size=1, max_size=3, unique_by=lambda each: each[0])),
    min_size=2,
    max_size=5,
    unique_by=lambda each: each[0],
)


def laid_out(recs, numbered, repeated):
    """Cells of each row; beside a further action those of its recommendation may be repeated."""
    rows = []
    for n, (wording, actions) in enumerate(recs, 1):
        for i, (task, lead, target) in enumerate(actions):
            first = not i or repeated == "all"
            number = str(n) if numbered and (first or repeated == "number") else ""
            rows.append([number, wording if first else "", task, lead, target])
    return rows


ROLES = ("action", "lead", "target")


def read_back(rows, whole=False):
    out = []
    for rec in stitch(rows, whole=whole)[0]:
        cells = [[each.cells.get(role, "") for role in ROLES] for each in rec.actions]
        out.append((rec.text, [tuple(each) for each in cells]))
    return out


REPEATS = st.sampled_from(["", "number", "all"])


@given(plan, st.booleans(), REPEATS, st.booleans())
@settings(deadline=None, max_examples=60)
def test_recommendations_and_actions_come_back_from_whole_rows(recs, numbered, repeated, whole):
    rows = [row(*cells) for cells in laid_out(recs, numbered, repeated)]
    assert read_back(rows, whole) == recs


def opens(rows, i):
    return not rows[i][1] or not i or rows[i][1] != rows[i - 1][1]


@given(plan, REPEATS, st.data())
@settings(deadline=None, max_examples=60)
def test_they_come_back_from_rows_that_a_page_break_cut_at_any_word(recs, repeated, data):
    rows = laid_out(recs, True, repeated)
    at = data.draw(st.sampled_from([i for i in range(len(rows)) if opens(rows, i)]))
    parts = []
    for cell in rows[at][1:]:
        words = cell.split()
        n = data.draw(st.integers(1, len(words))) if words else 0
        parts.append((" ".join(words[:n]), " ".join(words[n:])))
    assume(any(below for _, below in parts))
    above = row(rows[at][0], *(part for part, _ in parts))
    below = row("", *(part for _, part in parts), cut=True)
    lines = [row(*cells) for cells in rows]
    assert read_back([*lines[:at], above, below, *lines[at + 1 :]]) == recs


@given(plan, REPEATS, st.data())
@settings(deadline=None, max_examples=60)
def test_no_word_is_lost_whatever_is_cut(recs, repeated, data):
    rows = []
    for cells in laid_out(recs, data.draw(st.booleans()), repeated):
        cut = data.draw(st.booleans())
        rows.append(row(*(data.draw(st.sampled_from([cell, "", cell])) for cell in cells), cut=cut))
    whole = data.draw(st.booleans())
    recs_read, rejected = stitch(rows, whole=whole)
    kept = " ".join(
        [piece.text for piece in rejected]
        + [f"{rec.number} {rec.text}" for rec in recs_read]
        + [text for rec in recs_read for each in rec.actions for text in each.cells.values()]
    )
    texts = [text for each in rows for role, text in each.cells.items() if role != "lead"]
    printed = {word for text in texts for word in text.split()}
    assert printed <= set(kept.split())
