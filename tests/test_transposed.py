"""Transposed tables: one recommendation a column."""

import pytest
from hypothesis import given
from test_forms import NO_PLAN, cells, plans, table, text

from dhr_analytics.normalising.grammars import transposed


def test_each_column_is_a_recommendation():
    reading = transposed.read([table(
        ("", "Recommendation 1", "Recommendation 2"), ("Recommendation", "Ask each caller.", "Visit all schools."),
        ("Action 1", "Train staff.", "Write."), ("Lead", "Fenmere Police", "Fenmere Homes"), ("Action 2", "Audit.", ""),
        ("Lead", "Fenmere Trust", ""), ("By when", "May 2031", "June 2031"),
    )])  # fmt: skip
    assert [(row.opens, row.cells["action"], row.cells["lead"]) for row in reading.rows] == [
        ("recommendation", "Train staff.", "Fenmere Police"),
        ("action", "Audit.", "Fenmere Trust"),
        ("recommendation", "Write.", "Fenmere Homes"),
    ]
    assert [row.get("number") for row in cells(reading)] == ["1", None, "2"]


def test_columns_continue_in_the_next_table_until_the_first_label_comes_again():
    reading = transposed.read([
        text("Fenmere review: action plan", "Work with schools"),
        table(("No.", "1", "2"), ("Recommendation", "Ask.", "Visit."), ("Action", "Train.", "Write.")),
        table(("Lead", "Fenmere Police", "Fenmere Homes"), ("By when", "May 2031", "June 2031")),
        table(("No.", "3", "4"), ("Recommendation", "Listen.", "Tell."), ("Action", "Meet.", "Print.")),
    ])  # fmt: skip
    assert [row.get("lead") for row in cells(reading)] == ["Fenmere Police", "Fenmere Homes", None, None]
    assert [row["number"] for row in cells(reading)] == ["1", "2", "3", "4"]
    assert {row.section for row in reading.rows} == {"Work with schools"}


def test_a_form_of_one_column_and_pairs_side_by_side_are_not_transposed():
    assert (
        transposed.read([table(("Recommendation", "Ask."), ("Action", "Train."), ("Lead", "Fenmere Police"))]) is None
    )
    assert (
        transposed.read([table(("Ref", "1", "Lead", "Fenmere Police"), ("Action", "Train.", "By when", "May 2031"))])
        is None
    )


@pytest.mark.parametrize("name", NO_PLAN)
def test_what_is_not_transposed_is_none(name):
    assert transposed.read(NO_PLAN[name]) is None


@given(plans)
def test_any_plan_printed_column_by_column_comes_back(plan):
    most = max(len(actions) for _, actions in plan)
    rows = [
        ("", *(f"Recommendation {i + 1}" for i in range(len(plan)))),
        ("Recommendation", *(wording for wording, _ in plan)),
    ]
    for k in range(most):
        for label, role in ((f"Action {k + 1}", "action"), ("Lead agency", "lead"), ("Target date", "target")):
            rows.append((label, *(actions[k][role] if k < len(actions) else "" for _, actions in plan)))
    found = []
    for row in transposed.read([table(*rows)]).rows:
        if row.opens == "recommendation":
            found.append((row.cells["recommendation"], []))
        found[-1][1].append({role: row.cells[role] for role in ("action", "lead", "target")})
    assert found == plan
