"""A whole document: which way of reading it wins, and what counts once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_tables import table, text

from dhr_analytics.normalising.document import LEAST, choose
from dhr_analytics.reading import RawRow, RawTable

HEAD = ("No", "Recommendation", "Action", "Lead agency", "Target date", "Status")
ROWS = [
    ("1", "The board should light the quay at night.", "Buy ten lamps for it.", "Harbour Board"),
    ("2", "The ferry should wait for the last train.", "Tell the crew to wait.", "Ferry Company"),
    ("3", "The council should publish a yearly report.", "Write it in spring.", "Eastmere Council"),
    ("4", "The school should keep a list of visitors.", "Buy a new book.", "Northmoor School"),
]
ROWS = [(*row, f"May 203{i}", "Ongoing") for i, row in enumerate(ROWS)]
PLAN = table(HEAD, *ROWS)
WORDINGS = [row[1] for row in ROWS]
LETTER = text("Dear all,", "we met on the quay at nine, and it was dark.", "Yours, the clerk")


def listed(form="{}. {}"):
    return text("Recommendations", *(form.format(row[0], row[1]) for row in ROWS))


def forms(rows=ROWS):
    labels = ("Recommendation number", *HEAD[1:])
    return table(*((label, cell) for row in rows for label, cell in zip(labels, row, strict=True)))


def wordings(*tables, **options):
    return [rec.text for rec in choose(tables, **options).recommendations]


def names(*tables, **options):
    return [way.name for way in choose(tables, **options).chosen]


# --- the best way wins ------------------------------------------------------------------------


def cell_by_cell():
    return text(*(cell for row in (HEAD, *ROWS) for cell in row))


def label_lines():
    names_of = ("Action", "Lead agency", "Target date", "Status")
    for row in ROWS:
        yield f"Recommendation {row[0]}: {row[1]}"
        yield from (f"{name}: {cell}" for name, cell in zip(names_of, row[2:], strict=True))


def on_its_side():
    names_of = ("Recommendation", *HEAD[2:])
    return table(*zip(names_of, *(row[1:] for row in ROWS), strict=True))


LAYOUTS = {
    "tables": [PLAN],
    "forms": [forms()],
    "label lines": [text(*label_lines())],
    "a column for each recommendation": [on_its_side()],
    "tables rebuilt from lines": [cell_by_cell()],
    "prose": [listed("Recommendation {}: {}")],
}


@pytest.mark.parametrize("way", sorted(LAYOUTS))
def test_each_layout_is_read_in_its_own_way(way):
    assert names(*LAYOUTS[way]) == [way]
    assert wordings(*LAYOUTS[way]) == WORDINGS


@pytest.mark.parametrize("way", sorted(set(LAYOUTS) - {"prose"}))
def test_the_actions_are_those_of_their_recommendations_in_every_layout(way):
    found = choose(LAYOUTS[way]).recommendations
    actions = [[each.cells["action"] for each in rec.actions] for rec in found]
    assert actions == [[row[2]] for row in ROWS]


def test_every_way_that_was_tried_is_kept_and_the_chosen_one_has_the_best_score_but_for_prose():
    choice = choose([listed(), PLAN])
    (ways,), (chosen,) = choice.ways, choice.chosen
    assert chosen in ways and {"tables", "prose"} <= {way.name for way in ways}
    assert chosen.score == max(way.score for way in ways if way.name != "prose")
    assert chosen.n == 4 and 3.5 < chosen.expected <= 4


def test_of_two_poor_readings_the_better_one_is_kept():
    plain = ("is in the dark of night.", "is in the dark of night.", "Police", "2031", "")
    cut = RawTable(
        (
            RawRow(("Recommendation", "Action", "Lead agency", "Target date", "Status"), "row 1"),
            RawRow(("Quay one", "Pier one", "Northmoor", "May", "Ongoing"), "row 2"),
            RawRow(plain, "row 3", break_before=True),
            RawRow(("Quay two is dark.", "Pier is dark.", "Police", "May 2031", "Done"), "row 4"),
            RawRow(("Quay six is dark.", "Pier is dark.", "Police", "May 2031", "Done"), "row 5"),
        )
    )
    assert wordings(cut)[0] == "Quay one is in the dark of night."


# --- prose and tables -------------------------------------------------------------------------


def test_prose_gives_way_to_a_table_that_repeats_it():
    found = choose([listed("Recommendation {}: {}"), PLAN])
    assert [way.name for way in found.chosen] == ["tables"]
    assert [rec.text for rec in found.recommendations] == WORDINGS


def test_prose_is_read_beside_a_table_of_something_else():
    ships = table(("Ship", "Crew", "Tons"), ("Anna", "9", "300"), ("Bella", "12", "410"))
    assert wordings(listed("Recommendation {}: {}"), ships) == WORDINGS


def test_what_was_read_as_prose_is_not_unread():
    unread = choose([listed("Recommendation {}: {}")]).unread
    words = " ".join(cell for frame in unread for row in frame.rows for cell in row.cells)
    assert WORDINGS[0] not in words


def test_the_list_of_a_report_and_its_appendix_count_once():
    bare = table(HEAD[:2], *(row[:2] for row in ROWS))
    found = choose([bare, text("Appendix: action plan"), PLAN])
    assert [rec.text for rec in found.recommendations] == WORDINGS
    assert all(rec.actions[0].cells["lead"] for rec in found.recommendations)
    again = [piece.text for piece in found.rejected if piece.reason == "printed again in the action plan"]
    assert again == [f"{number} {wording}" for number, wording, *_ in ROWS]


def test_a_list_whose_wording_is_not_in_the_appendix_counts_beside_it():
    bare = table(
        HEAD[:2],
        ("1", "The mayor should sing on the pier at noon."),
        ("2", "The crew should paint it."),
    )
    assert len(wordings(bare, PLAN)) == 6


def test_lines_of_a_running_head_are_no_part_of_the_plan():
    heads = [text(f"Harbour review, page {n}") for n in (1, 2)]
    found = choose([heads[0], table(HEAD, *ROWS[:2]), heads[1], table(HEAD, *ROWS[2:])])
    assert [rec.text for rec in found.recommendations] == WORDINGS
    assert [piece.text for piece in found.rejected] == [
        "Harbour review, page 1",
        "Harbour review, page 2",
    ]


# --- sheets -----------------------------------------------------------------------------------


def sheet(name, made):
    rows = (RawRow(row.cells, f"sheet {name}, row {i}") for i, row in enumerate(made.rows, 1))
    return RawTable(tuple(rows), made.kind)


def test_each_sheet_of_a_workbook_is_read_in_its_own_way():
    tables = [sheet("One", table(HEAD, *ROWS[:2])), sheet("Two", forms(ROWS[2:]))]
    assert names(*tables, joined=False) == ["tables", "forms"]
    assert wordings(*tables, joined=False) == WORDINGS


def test_a_sheet_without_header_does_not_go_on_from_another():
    own = [("Anna", "Sails to the isle of it", "twice", "in June", "with nine", "all told")]
    assert wordings(sheet("One", PLAN), sheet("Two", table(*own)), joined=False) == WORDINGS


def test_a_table_without_header_goes_on_in_a_document_without_sheets():
    parts = [table(HEAD, *ROWS[:2]), table(*ROWS[2:])]
    one, two = choose(parts), choose(parts, joined=False)
    assert [rec.text for rec in one.recommendations] == WORDINGS
    assert (len(one.winners), len(two.winners)) == (1, 2)


# --- nothing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tables",
    [
        [],
        [LETTER],
        [table(("Ship", "Crew", "Tons"), ("Anna", "9", "300"), ("Bella", "12", "410"))],
        [LETTER, table(("Present", "Absent"), ("The chair", "The clerk"), ("The crew", "Nobody"))],
    ],
)
def test_there_is_nothing_in_a_letter(tables):
    choice = choose(tables)
    assert choice.recommendations == () and choice.winners == () and choice.chance == 0
    kept = [row.place for frame in choice.unread for row in frame.rows]
    assert len(kept) == sum(len(each.rows) for each in tables)


def test_the_title_is_the_first_line_that_names_the_document():
    title = "Review of the pier: action plan"
    assert choose([LETTER, text(title), PLAN]).title == title
    assert choose([LETTER, PLAN]).title == ""


def test_the_chance_of_a_document_is_that_of_its_readings():
    choice = choose([PLAN])
    (winner,) = choice.winners
    assert choice.chance == pytest.approx(winner.likeness.chance) and choice.chance > LEAST


CELLS = st.sampled_from(["", "Lamps", "1", "2", "Done", *WORDINGS, ROWS[0][2], "Wet"])
TABLES = st.one_of(
    st.lists(CELLS.filter(bool), min_size=1, max_size=5).map(lambda lines: text(*lines)),
    st.tuples(
        st.sampled_from([[], [("Recommendation", "Action", "Lead")], [("Ship", "Crew", "Tons")]]),
        st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5),
    ).map(lambda parts: table(*parts[0], *parts[1])),
)


@given(st.lists(TABLES, max_size=4))
@settings(deadline=None, max_examples=60)
def test_in_any_document_a_wording_is_in_the_plan_or_set_aside(tables):
    choice = choose(tables)
    frames = [row for frame in choice.unread for row in frame.rows]
    drafts = [each for rec in choice.recommendations for each in rec.actions]
    kept = {rec.text for rec in choice.recommendations}
    kept |= {piece.text for piece in choice.rejected}
    kept |= {cell for row in frames for cell in row.cells}
    kept |= {cell for each in drafts for cell in (*each.cells.values(), *each.notes)}
    printed = {cell for each in tables for row in each.rows for cell in row.cells}
    assert all(wording in "\n".join(kept) for wording in printed & set(WORDINGS))
    assert 0 <= choice.chance <= 1
