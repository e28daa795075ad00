"""Forms: tables with labels down the side, one for each recommendation."""

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dhr_analytics.normalising.grammars import forms
from dhr_analytics.reading import RawRow, RawTable, read_document

LAYOUTS = Path(__file__).parent / "layouts"


def table(*rows, kind="table", start=1, fills=None):
    rows = [(row,) if isinstance(row, str) else row for row in rows]
    return RawTable(
        tuple(
            RawRow(cells, f"row {i}", i == start, (fills or {}).get(i, ())) for i, cells in enumerate(rows, start=start)
        ),
        kind=kind,
    )


def text(*lines, start=1):
    return table(*lines, kind="text", start=start)


def cells(reading):
    return [dict(row.cells) for row in reading.rows]


def one(number, wording, action, lead):
    return table(("Ref", number), ("Recommendation", wording), ("Action", action), ("Lead", lead))


def test_a_form_is_a_recommendation_and_its_action():
    reading = forms.read([one("FM/1", "Ask each caller.", "Train staff.", "Fenmere Police"),
                          one("FM/2", "Visit all schools.", "Write a letter.", "Fenmere Council")])  # fmt: skip
    assert cells(reading) == [
        {"number": "FM/1", "recommendation": "Ask each caller.", "action": "Train staff.", "lead": "Fenmere Police"},
        {
            "number": "FM/2",
            "recommendation": "Visit all schools.",
            "action": "Write a letter.",
            "lead": "Fenmere Council",
        },
    ]
    assert [row.opens for row in reading.rows] == ["recommendation", "recommendation"]
    assert reading.rows[0].place == "row 1; row 2; row 3; row 4"
    assert reading.rejected == ()


def test_several_forms_in_one_table_and_numbered_actions():
    plan = table(
        ("Recommendation 1", "Ask each caller."), ("Scope", "Local"),
        ("Action 1", "Train staff."), ("Lead", "Fenmere Police"), ("By when", "May 2031"),
        ("Action 2", "Audit it."), ("Lead", "Fenmere Homes"), ("By when", "June 2031"),
        ("Recommendation 2", "Visit all schools."), ("Scope", "National"),
        ("Action 1", "Write a letter."), ("Lead", "Fenmere Council"), ("By when", "July 2031"),
    )  # fmt: skip
    reading = forms.read([plan])
    assert [row.opens for row in reading.rows] == ["recommendation", "action", "recommendation"]
    assert [row["lead"] for row in cells(reading)] == ["Fenmere Police", "Fenmere Homes", "Fenmere Council"]
    assert [row.get("scope") for row in cells(reading)] == ["Local", None, "National"]
    assert [row.get("number") for row in cells(reading)] == ["1", None, "2"]


def test_what_stands_above_the_actions_holds_for_all_of_them():
    plan = [
        table(("Recommendation", wording), ("Lead", "Fenmere Police"), ("Action 1", "Train."), ("Action 2", "Audit."))
        for wording in ("Ask each caller.", "Visit all schools.")
    ]
    assert [row["lead"] for row in cells(forms.read(plan))] == ["Fenmere Police"] * 4


def test_actions_right_below_each_other_share_what_follows():
    plan = [
        table(("Recommendation", wording), ("Action 1", "Train."), ("Action 2", "Audit."), ("By when", "May 2031"))
        for wording in ("Ask each caller.", "Visit all schools.")
    ]
    assert [row["target"] for row in cells(forms.read(plan))] == ["May 2031"] * 4


def test_a_header_row_inside_a_form_names_the_columns_of_its_actions():
    plan = table(
        ("Recommendation 1", "Ask each caller.", "", ""), ("Level", "Local", "", ""),
        ("Action", "Who", "By when", "Status"),
        ("Train staff.", "Fenmere Police", "May 2031", "Done"), ("Audit it.", "Fenmere Homes", "", ""),
        ("Recommendation 2", "Visit all schools.", "", ""), ("Level", "National", "", ""),
        ("Action", "Who", "By when", "Status"), ("Write a letter.", "Fenmere Council", "June 2031", "Started"),
    )  # fmt: skip
    reading = forms.read([plan])
    assert [(row.opens, row.cells["action"], row.cells["lead"]) for row in reading.rows] == [
        ("recommendation", "Train staff.", "Fenmere Police"),
        ("action", "Audit it.", "Fenmere Homes"),
        ("recommendation", "Write a letter.", "Fenmere Council"),
    ]
    assert reading.rejected == ()


def test_a_number_of_an_action_is_no_new_form():
    plan = [
        table(
            (f"F{i}", "Ask each caller who telephones.", "", ""), ("Level", "Local", "", ""),
            ("Action Ref", "Actions to be taken", "By whom", "By when"),
            (f"F{i}.1", "Train all of the staff.", "", ""), (f"F{i}.2", "Audit it.", "Fenmere Homes", "May 2031"),
        )
        for i in (1, 2)
    ]  # fmt: skip
    assert [row.opens for row in forms.read(plan).rows] == ["recommendation", "action"] * 2


@pytest.mark.parametrize("below", [1, 2, 3, 4, 5])
def test_a_form_continues_in_the_next_table(below):
    rows = [("Ref", "FM/1"), ("Recommendation", "Ask each caller."), ("Action 1", "Train staff."),
            ("Lead", "Fenmere Police"), ("Action 2", "Audit it."), ("Lead", "Fenmere Council")]  # fmt: skip
    split = [table(*rows[:below]), table(*rows[below:], start=below + 1)]
    reading = forms.read([*split, one("FM/2", "Visit all schools.", "Write.", "Fenmere Homes")])
    assert [row["lead"] for row in cells(reading)] == ["Fenmere Police", "Fenmere Council", "Fenmere Homes"]
    assert [row.get("number") for row in cells(reading)] == ["FM/1", None, "FM/2"]


def test_a_title_repeated_on_each_page_does_not_part_a_number_from_its_wording():
    title = "Fenmere review: action plan"
    reading = forms.read([
        text(title), one("1.", "Ask each caller.", "Train staff.", "Fenmere Police"), table(("Ref", "2.")),
        text(title), table(("Recommendation", "Visit all schools."), ("Action", "Write."), ("Lead", "Fenmere Homes")),
    ])  # fmt: skip
    assert [row["number"] for row in cells(reading)] == ["1.", "2."]


def test_a_cell_that_was_split_in_mid_sentence_is_joined():
    plan = [one("1", "Ask each", "Train staff.", "Fenmere Police"), one("2", "Visit.", "Write.", "Fenmere Homes")]
    rows = plan[0].rows
    split = RawTable((*rows[:2], RawRow(("", "caller."), "row 9", True), *rows[2:]))
    reading = forms.read([split, plan[1]])
    assert reading.rows[0].cells["recommendation"] == "Ask each caller."
    assert "row 9" in reading.rows[0].place


def test_a_label_alone_stands_above_its_wording():
    plan = [
        table(
            (f"Recommendation {i}", ""), ("Wording", "Ask each caller at once."), ("Action", "Train."), ("Lead", lead)
        )
        for i, lead in enumerate(("Fenmere Police", "Fenmere Homes"), start=3)
    ]
    assert [(row["number"], row["recommendation"]) for row in cells(forms.read(plan))] == [
        ("3", "Ask each caller at once."),
        ("4", "Ask each caller at once."),
    ]


def test_a_title_down_the_side_stands_above_the_form():
    plan = [
        table(
            (f"Recommendation {i}", "Recommendation", wording), ("", "Action", "Train."), ("", "Lead", "Fenmere Police")
        )
        for i, wording in ((4, "Ask each caller."), (5, "Visit all schools."))
    ]
    assert [(row["number"], row["recommendation"]) for row in cells(forms.read(plan))] == [
        ("4", "Ask each caller."),
        ("5", "Visit all schools."),
    ]


def test_two_labels_and_two_values_stand_in_one_row():
    plan = table(("Ref", "1", "Lead", "Fenmere Police"), ("Recommendation", "Ask.", "", ""), ("Action", "Train.", "By when", "May 2031"),
                 ("Ref", "2", "Lead", "Fenmere Homes"), ("Recommendation", "Visit.", "", ""), ("Action", "Write.", "By when", "June 2031"))  # fmt: skip
    assert [(row["lead"], row["target"]) for row in cells(forms.read([plan]))] == [
        ("Fenmere Police", "May 2031"),
        ("Fenmere Homes", "June 2031"),
    ]


def test_unknown_labels_are_kept_as_notes_with_their_names():
    plan = [
        table(("Recommendation", wording), ("Wozzle", note), ("Action", "Train."), ("Lead", "Fenmere Police"))
        for wording, note in (("Ask each caller.", "blue"), ("Visit all schools.", "green"))
    ]
    assert [row["notes"] for row in cells(forms.read(plan))] == ["Wozzle: blue", "Wozzle: green"]


def test_notes_of_a_recommendation_that_is_repeated_for_each_action_are_kept():
    plan = [
        table(("Recommendation", "Ask each caller."), ("Wozzle", note), ("Action", action), ("Lead", "Fenmere Police"))
        for note, action in (("blue", "Train."), ("green", "Audit."))
    ]
    reading = forms.read(plan)
    assert [row.opens for row in reading.rows] == ["recommendation", "action"]
    assert [row["notes"] for row in cells(reading)] == ["Wozzle: blue", "Wozzle: green"]


def test_reports_of_different_days_keep_apart():
    plan = [
        table(
            ("Recommendation", wording),
            ("Action", "Train."),
            ("Update May 2031", "Begun."),
            ("Update March 2031", "None."),
        )
        for wording in ("Ask each caller.", "Visit all schools.")
    ]
    first = cells(forms.read(plan))[0]
    assert (first["progress@1"], first["progress@2"]) == ("None.", "Begun.")


def test_the_colour_of_an_empty_rating_is_its_value():
    plan = table(("Recommendation", "Ask."), ("Action", "Train."), ("RAG", ""), ("Recommendation", "Visit."), ("Action", "Write."), ("RAG", "Red"),
                 fills={3: ("", "amber")})  # fmt: skip
    assert [row["rag"] for row in cells(forms.read([plan]))] == ["amber", "Red"]


def test_the_heading_above_is_the_section_but_a_title_or_the_heading_of_a_list_is_none():
    reading = forms.read([
        text("Fenmere review: action plan", "Members of the panel"),
        table(("Agency", "Role on panel"), ("Fenmere Police", "Adviser"), ("Fenmere Homes", "Author"), ("Fenmere Trust", "Author")),
        one("1", "Ask each caller.", "Train.", "Fenmere Police"),
        text("Working with schools"),
        one("2", "Visit all schools.", "Write.", "Fenmere Council"), one("3", "Listen.", "Meet.", "Fenmere Council"),
    ])  # fmt: skip
    assert [row.section for row in reading.rows] == ["", "Working with schools", "Working with schools"]
    assert {each.text for each in reading.rejected} >= {"Members of the panel", "Fenmere Homes | Author"}


def test_where_no_form_has_a_recommendation_the_action_it_asks_for_is_one():
    plan = [
        table(("Item", i), ("Corrective action", ask), ("Due", "May 2031"))
        for i, ask in (("1", "Ask."), ("2", "Visit."))
    ]
    assert [(row["recommendation"], row.get("action")) for row in cells(forms.read(plan))] == [
        ("Ask.", None),
        ("Visit.", None),
    ]


def test_labels_inside_a_value_are_fields_of_their_own():
    plan = [
        table(
            ("Recommendation", wording),
            ("Response", "Agreed.\nLead: Fenmere Police\nTarget date: May 2031"),
            ("Action", "Train."),
        )
        for wording in ("Ask each caller.", "Visit all schools.")
    ]
    first = cells(forms.read(plan))[0]
    assert first["lead"] == "Fenmere Police"
    assert first["target"] == "May 2031"


NO_PLAN = {
    "glossary": [table(("Term", "Meaning"), ("Recommendation", "What the panel asks for"), ("Lead agency", "Who answers for it"),
                       ("ICB", "Integrated care board"), ("IDVA", "Independent adviser"))],
    "explained": [table(("Term", "Meaning"), ("Action plan", "What agencies say."), ("Recommendation", "What should change."), ("RAG", "Red or green."))],
    "contacts": [table(("Chair", "To be named"), ("Email", "plan@fenmere.example"), ("Lead agency", "Fenmere Council"), ("Action plan", "See annex"))],
    "versions": [table(("Version", "Date", "Changes"), ("0.1", "1 May 2031", "First draft"), ("0.2", "2 May 2031", "Comments"))],
    "contents": [table(("1", "Introduction to the review", "3"), ("2", "Recommendations of the panel", "7"))],
    "header": [table(("No", "Recommendation", "Action", "Lead"), ("1", "Ask.", "Train.", "Fenmere Police"), ("2", "Visit.", "Write.", "Fenmere Homes"))],
    "two columns": [table(("Recommendation", "Action"), ("Ask each caller.", "Train."), ("Visit all schools.", "Write."))],
    "lines above headers": [text("Recommendation 1: Ask."), table(("Action", "Lead"), ("Train.", "Fenmere Police")),
                            text("Recommendation 2: Visit."), table(("Action", "Lead"), ("Write.", "Fenmere Homes"))],
    "nothing": [],
}  # fmt: skip


@pytest.mark.parametrize("name", NO_PLAN)
def test_what_is_no_form_is_none(name):
    assert forms.read(NO_PLAN[name]) is None


def test_the_layouts_of_forms_are_read():
    html = forms.read(read_document(LAYOUTS / "html_cards" / "plan.html"))
    assert [row.opens for row in html.rows] == ["recommendation", "action"] * 4
    word = forms.read(read_document(LAYOUTS / "word_label_blocks" / "plan.docx"))
    assert [row.section for row in word.rows] == ["Brackenfold ICB"] * 3 + ["Brackenfold Homes"]


words = st.lists(st.sampled_from("quoll zebu okapi tapir dugong lemur gecko ibis".split()), min_size=3, max_size=7)
sentence = words.map(lambda each: " ".join(each).capitalize() + ".")
action = st.fixed_dictionaries({"action": sentence, "lead": st.sampled_from(["Fenmere Police", "Fenmere Homes"]),
                                "target": st.sampled_from(["May 2031", "30/06/2031"])})  # fmt: skip
plans = st.lists(
    st.tuples(sentence, st.lists(action, min_size=1, max_size=4)), min_size=2, max_size=6, unique_by=lambda rec: rec[0]
)


@given(plans, st.booleans(), st.booleans(), st.randoms())
def test_any_plan_printed_as_forms_comes_back(plan, together, below_header, rng):
    printed = []
    for i, (wording, actions) in enumerate(plan, start=1):
        rows = [(f"Recommendation {i}", wording, "")]
        if below_header:
            rows += [
                ("Action", "Lead agency", "Target date"),
                *((each["action"], each["lead"], each["target"]) for each in actions),
            ]
        for k, each in enumerate([] if below_header else actions, start=1):
            rows += [
                (f"Action {k}", each["action"], ""),
                ("Lead agency", each["lead"], ""),
                ("Target date", each["target"], ""),
            ]
        printed.append(rows)
    if together:
        printed = [[row for rows in printed for row in rows]]
    elif not below_header:  # a page break anywhere below the first row of a form
        printed = [
            part for rows in printed for at in [rng.randint(1, len(rows) - 1)] for part in (rows[:at], rows[at:])
        ]
    reading = forms.read([table(*rows) for rows in printed])
    found = []
    for row in reading.rows:
        if row.opens == "recommendation":
            found.append((row.cells["recommendation"], []))
        found[-1][1].append({role: row.cells[role] for role in ("action", "lead", "target")})
    assert found == plan
    assert reading.rejected == ()


labels = st.sampled_from(["Ref", "Recommendation", "Recommendation 2", "Why it matters", "Wozzle", "Action", "Action 1", "Action 2", "Lead",
                          "Lead 2", "By when", "Progress", "Update May 2031", "Update June 2031", "RAG", "Outcome", "", "Note to the panel."])  # fmt: skip
pairs = st.lists(
    st.tuples(labels, st.lists(st.text("qxz", min_size=2, max_size=5), max_size=3).map(" ".join)), max_size=9
)


@given(st.lists(pairs, min_size=2, max_size=4))
def test_no_word_of_a_form_is_lost(printed):
    tables = [
        table(("Recommendation", f"Ask {i}."), ("Action", "Train."), ("Lead", "Fenmere Police"), *rows)
        for i, rows in enumerate(printed)
    ]
    reading = forms.read(tables)
    assume(reading)  # mostly recommendations without anything below them: left to other grammars, whole
    kept = {word for row in reading.rows for cell in row.cells.values() for word in cell.split()}
    kept |= {word for each in reading.rejected for word in each.text.split()}
    assert {word for rows in printed for _, value in rows for word in value.split()} <= kept
