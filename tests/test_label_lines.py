"""Label lines: "Label: value" below each recommendation."""

from pathlib import Path

import pytest
from hypothesis import given
from test_forms import NO_PLAN, cells, plans, table, text

from dhr_analytics.normalising.grammars import label_lines
from dhr_analytics.reading import RawRow, RawTable, read_document

LAYOUTS = Path(__file__).parent / "layouts"

TWO = [
    {"number": "1", "recommendation": "Ask each caller.", "action": "Train staff.", "lead": "Fenmere Police", "target": "May 2031"},
    {"number": "2", "recommendation": "Visit all schools.", "action": "Write.", "lead": "Fenmere Homes", "target": "June 2031"},
]  # fmt: skip

LAID_OUT = {
    "wording beside": [text("Recommendation 1: Ask each caller.", "Action: Train staff.", "Lead: Fenmere Police", "By when: May 2031",
                            "Recommendation 2: Visit all schools.", "Action: Write.", "Lead: Fenmere Homes", "By when: June 2031")],
    "wording below": [text("Recommendation 1", "Ask each caller.", "Action: Train staff.", "Lead: Fenmere Police", "By when: May 2031",
                           "Recommendation 2", "Visit all schools.", "Action: Write.", "Lead: Fenmere Homes", "By when: June 2031")],
    "one paragraph": [text("Recommendation 1: Ask each caller.", "Action: Train staff. Lead: Fenmere Police. By when: May 2031.",
                           "Recommendation 2: Visit all schools.", "Action: Write. Lead: Fenmere Homes. By when: June 2031.")],
    "value below": [text("Recommendation 1", "Ask each caller.", "Action:", "Train staff.", "Lead:", "Fenmere Police", "By when:", "May 2031",
                         "Recommendation 2", "Visit all schools.", "Action:", "Write.", "Lead:", "Fenmere Homes", "By when:", "June 2031")],
    "one cell each": [table("Recommendation 1\nAsk each caller.\nAction: Train staff.\nLead: Fenmere Police\nBy when: May 2031"),
                      table("Recommendation 2\nVisit all schools.\nAction: Write.\nLead: Fenmere Homes\nBy when: June 2031")],
    "inside a cell": [table(("1", "Ask each caller.", "Action: Train staff.\nLead: Fenmere Police\nBy when: May 2031"),
                            ("2", "Visit all schools.", "Action: Write.\nLead: Fenmere Homes\nBy when: June 2031"))],
}  # fmt: skip


@pytest.mark.parametrize("name", LAID_OUT)
def test_label_lines_are_read_however_they_are_laid_out(name):
    reading = label_lines.read(LAID_OUT[name])
    assert cells(reading) == TWO
    assert reading.rejected == ()


def test_short_numbers_and_roman_ones_open_a_recommendation():
    for one, two in (
        ("R1", "R2"),
        ("Recommendation i", "Recommendation ii"),
        ("Rec 1.1", "Rec 1.2"),
        ("Recommendation one", "Recommendation two"),
    ):
        reading = label_lines.read(
            [text(one, "Ask each caller.", "Action: Train.", two, "Visit all schools.", "Action: Write.")]
        )
        assert [row.cells["recommendation"] for row in reading.rows] == ["Ask each caller.", "Visit all schools."]
        assert all(row.cells["number"] for row in reading.rows)


def test_of_two_colons_the_second_counts_where_the_words_between_repeat():
    lines = [(f"Rec. No.: {i}", f"Corrective Action: Begun or Planned: {ask}", "Due: May 2031", f"Open or Closedb: {state}")
             for i, ask, state in ((1, "Ask each caller.", "Open"), (2, "Visit all schools.", "Closed"))]  # fmt: skip
    assert cells(label_lines.read([text(*lines[0], *lines[1])])) == [
        {"number": "1", "recommendation": "Ask each caller.", "target": "May 2031", "status": "Open"},
        {"number": "2", "recommendation": "Visit all schools.", "target": "May 2031", "status": "Closed"},
    ]


def test_a_wrapped_line_continues_the_value_above():
    lines = ["Recommendation 1: Ask each", "caller by name.", "Action: Train staff", "and volunteers.",
             "Recommendation 2: Visit.", "Action: Write."]  # fmt: skip
    first = cells(label_lines.read([text(*lines)]))[0]
    assert (first["recommendation"], first["action"]) == ("Ask each caller by name.", "Train staff and volunteers.")


def test_a_paragraph_after_a_blank_line_is_set_aside():
    plan = text(
        "Recommendation 1: Ask.", "Action: Train.", "Recommendation 2: Visit.", "Action: Write.", "Lead: Fenmere Homes"
    )
    note = RawRow(("This plan was agreed by the board.",), "row 6", True)
    reading = label_lines.read([RawTable((*plan.rows, note), kind="text")])
    assert [each.text for each in reading.rejected] == ["This plan was agreed by the board."]
    assert cells(reading)[-1]["lead"] == "Fenmere Homes"


def test_headings_between_are_sections():
    reading = label_lines.read([text("Fenmere review: action plan", "Work with schools", "Recommendation 1: Ask.", "Action: Train.",
                                     "Work with homes", "Recommendation 2: Visit.", "Action: Write.")])  # fmt: skip
    assert [row.section for row in reading.rows] == ["Work with schools", "Work with homes"]


@pytest.mark.parametrize("name", NO_PLAN)
def test_what_has_no_label_lines_is_none(name):
    assert label_lines.read(NO_PLAN[name]) is None


def test_recommendations_without_labels_below_are_left_to_others():
    assert (
        label_lines.read([text("Recommendation 1: Ask.", "Recommendation 2: Visit.", "Recommendation 3: Listen.")])
        is None
    )


@pytest.mark.parametrize(("name", "opens"), [("text_label_lines", ["recommendation"] * 2), ("text_numbered_labels", ["recommendation", "action"])])  # fmt: skip
def test_the_layouts_of_label_lines_are_read(name, opens):
    assert [row.opens for row in label_lines.read(read_document(LAYOUTS / name / "plan.txt")).rows] == opens


@given(plans)
def test_any_plan_printed_as_label_lines_comes_back(plan):
    lines = []
    for i, (wording, actions) in enumerate(plan, start=1):
        lines += [f"Recommendation {i}", wording]
        for k, each in enumerate(actions, start=1):
            lines += [f"Action {k}: {each['action']}", f"Lead agency: {each['lead']}", f"Target date: {each['target']}"]
    found = []
    for row in label_lines.read([text(*lines)]).rows:
        if row.opens == "recommendation":
            found.append((row.cells["recommendation"], []))
        found[-1][1].append({role: row.cells[role] for role in ("action", "lead", "target")})
    assert found == plan
