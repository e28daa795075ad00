"""Roles of columns by their names and by what they hold."""

import pytest

from dhr_analytics.normalising.columns import (
    fill_roles,
    header_roles,
    is_day,
    may_be,
    name_number_column,
    role_of,
    second_header_row,
)
from dhr_analytics.normalising.plan import normalise
from dhr_analytics.reading import RawRow, RawTable

NAMES = ("No", "Recommendation", "Action", "Lead agency", "Target date", "Status")
ROWS = (
    ("1", "Ports should have a named officer for safety.", "Appoint an officer.", "Brinley Police", "31/12/2031", "On track"),
    ("2", "Night shelters should keep a record of visitors.", "Design a short form.", "Brinley Council", "June 2031", ""),
    ("3", "Colleges should teach about safe relationships.", "Agree the content.", "Brinley College", "July 2031", ""),
)  # fmt: skip


def table(*rows):
    return RawTable(tuple(RawRow(tuple(cells), f"row {i}", i == 1) for i, cells in enumerate(rows, start=1)))


def read(**renamed):
    """Read the same plan with some of its columns called otherwise."""
    header = [renamed.get(name.lower().replace(" ", "_"), name) for name in NAMES]
    return normalise([table(header, *ROWS)], document="p.csv", review_id="X").plans[0]


def texts(rows):
    return [row["text"] for row in rows]


def reasons(plan):
    return {row["review_reason"] for row in (*plan.recommendations, *plan.actions) if row["needs_review"]}


@pytest.mark.parametrize(
    "name",
    ["What did the review say?", "The review said", "Learning point", "Learning", "KEY LEARNING:", "Issue\nidentified",
     "Finding / recommendation", "Desired change", "Objective", "Area for improvement", "Priority", "What we learned",
     "What do we want to achieve?", "What needs to change"],
)  # fmt: skip
def test_what_was_learned_is_the_recommendation_where_no_column_has_that_name(name):
    plan = read(recommendation=name)
    assert texts(plan.recommendations) == [row[1] for row in ROWS]
    assert texts(plan.actions) == [row[2] for row in ROWS]
    assert not reasons(plan)


@pytest.mark.parametrize(
    "name",
    ["Response", "Agency response", "Plan", "Deliverable", "Measures", "Our commitment", "Milestones", "Management response"],
)  # fmt: skip
def test_a_response_is_the_action_where_no_column_has_that_name(name):
    plan = read(action=name)
    assert texts(plan.recommendations) == [row[1] for row in ROWS]
    assert texts(plan.actions) == [row[2] for row in ROWS]


def test_a_priority_and_a_response_make_a_plan():
    plan = read(recommendation="Priority", action="Response")
    assert (texts(plan.recommendations), texts(plan.actions)) == ([row[1] for row in ROWS], [row[2] for row in ROWS])


def test_a_name_that_nobody_listed_is_taken_with_a_doubt():
    for renamed in ({"recommendation": "Compass bearing"}, {"action": "Compass bearing"}):
        plan = read(**renamed)
        assert texts(plan.recommendations) == [row[1] for row in ROWS]
        assert texts(plan.actions) == [row[2] for row in ROWS]
        assert all("its name is not known" in row["review_reason"] for row in plan.recommendations)


def test_findings_beside_a_recommendation_are_not_a_second_one():
    header = ("No", "Finding", "Recommendation", "Action", "Response", "Lead agency")
    rows = [(n, "Ports had no officer whom staff could ask.", r, a, "Done.", lead) for n, r, a, lead, _, _ in ROWS]
    assert header_roles(RawRow(header, "row 1")) == ("number", "other", "recommendation", "action", "progress", "lead")
    plan = normalise([table(header, *rows)], document="p.csv", review_id="X").plans[0]
    assert texts(plan.recommendations) == [row[1] for row in ROWS]
    assert sum("whom staff could ask" in row["text"] for row in plan.rejected) == 3


def test_of_two_names_that_read_as_actions_the_first_is_the_recommendation():
    plan = read(recommendation="What we think", action="Next steps")
    assert (texts(plan.recommendations), texts(plan.actions)) == ([row[1] for row in ROWS], [row[2] for row in ROWS])
    assert reasons(plan)


def test_a_log_of_events_is_no_plan():
    rows = [(f"{day} May 2020", "She told the nurse of her fears.", "Nurse to ring her.", "GP") for day in (4, 9, 30)]
    plan = normalise([table(("Date", "Issue", "Response", "Owner"), *rows)], document="p.csv", review_id="X")
    assert (plan.plans, plan.grade) == ((), "refused")


def test_a_column_of_reports_is_no_action():
    rows = [RawRow((row[1], "Training has been given to all staff.", row[3]), "row 2") for row in ROWS]
    labels = ("Recommendation", "Response", "Lead")
    assert fill_roles(("recommendation", "progress", "lead"), labels, rows)[0][1] == "progress"


def test_short_themes_are_no_recommendations():
    rows = [RawRow((theme, row[2]), "row 2") for theme, row in zip(("Training", "Housing", "Data"), ROWS, strict=True)]
    assert fill_roles(("section", "action"), ("Objective", "Action"), rows) == (("section", "action"), False)


def test_an_introduction_is_no_recommendation():
    intro = RawTable(
        (RawRow(("This plan sets out what partners will do after the review of a death.",), "line 1"),), "text"
    )
    plain = table(("Action", "Lead agency", "Target date"), *((row[2], row[3], row[4]) for row in ROWS))
    plan = normalise([intro, plain], document="p.txt", review_id="X").plans[0]
    assert texts(plan.recommendations) == [row[2] for row in ROWS]
    assert all("the action was taken for one" in reason for reason in reasons(plan))
    assert all(row["needs_review"] for row in plan.recommendations)


@pytest.mark.parametrize(
    "name", ["When will it be done?", "Completion", "Review date", "Milestone date", "To be done by", "Finish date"]
)
def test_a_date_to_come_is_a_target(name):
    plan = read(target_date=name)
    assert [str(row["target_on"]) for row in plan.actions] == ["2031-12-31", "2031-06-30", "2031-07-31"]
    assert [row["status"] for row in plan.actions] == ["in_progress", "no_update", "no_update"]


def test_completion_beside_a_target_is_the_day_of_completion():
    header = ("No", "Recommendation", "Action", "Lead agency", "Target date", "Completion")
    plan = normalise(
        [table(header, *(row[:5] + ("4 May 2031",) for row in ROWS))], document="p.csv", review_id="X"
    ).plans[0]
    assert {row["status"] for row in plan.actions} == {"completed"}


def test_a_lone_date_of_completion_is_doubted():
    plan = read(target_date="Date completed", status="Outcome")
    assert {row["status"] for row in plan.actions} == {"completed"}
    assert any("it may be a target" in reason for reason in reasons(plan))


@pytest.mark.parametrize("name", ["Mar 24", "March 2024", "31/03/2024", "Q1 24/25", "2024-03-31", "As at June 2024:"])
def test_a_column_headed_by_a_day_is_an_update(name):
    assert is_day(name)
    plan = read(status=name)
    assert plan.actions[0]["status"] == "in_progress"
    assert not plan.rejected


def test_a_column_headed_by_a_day_may_hold_ratings():
    rows = (row[:5] + (rating,) for row, rating in zip(ROWS, "GAR", strict=True))
    plan = normalise([table(NAMES[:5] + ("Jun 24",), *rows)], document="p.csv", review_id="X").plans[0]
    assert [row["status"] for row in plan.actions] == ["completed", "in_progress", "not_started"]


@pytest.mark.parametrize("name", ["", "Action", "Action 1", "By March 2024 we will", "Update 2"])
def test_other_names_are_no_days(name):
    assert not is_day(name)


def test_days_alone_make_no_plan():
    assert header_roles(RawRow(("Mar 24", "Jun 24", "Action", "Sep 24"), "row 1")) == ()


def test_a_column_of_numbers_called_recommendation_holds_numbers():
    rows = [RawRow((key, "Do the work."), "row 2") for key in ("Recommendation 1", "R2", "3")]
    assert name_number_column(("recommendation", "action"), rows) == ("number", "action")


def test_a_role_and_the_one_that_goes_before_it():
    assert (role_of("Learning point"), may_be("Learning point")) == ("other", "recommendation")
    assert (role_of("Recommendation"), may_be("Recommendation")) == ("recommendation", "")
    assert (role_of("Weather"), may_be("Weather")) == ("", "")


@pytest.mark.parametrize(
    "title", ["Safer Brinley Partnership - DHR 4 action log", "Review of a death in Brinley", "DHR 2"]
)
@pytest.mark.parametrize("within", [True, False])
def test_the_first_line_of_a_log_is_its_title(title, within):
    line = (title, "", "", "", "", "")
    tables = (
        [table(line, NAMES, *ROWS)] if within else [RawTable((RawRow((title,), "row 1"),), "text"), table(NAMES, *ROWS)]
    )
    plan = normalise(tables, document="p.csv", review_id="X").plans[0]
    assert plan.title == title
    assert {row["section"] for row in plan.recommendations} == {""}


def test_a_first_line_that_names_the_owner_stays_a_heading():
    first = RawTable((RawRow(("Brinley Police - review of custody",), "row 1"),), "text")
    plan = normalise([first, table(NAMES[:3], *(row[:3] for row in ROWS))], document="p.csv", review_id="X").plans[0]
    assert {row["section"] for row in plan.recommendations} == {"Brinley Police - review of custody"}


def test_days_below_one_name_are_a_second_header_row_and_cut_off_cells_are_not():
    first = RawRow(("Recommendation", "Action", "Target date", "Progress", ""), "row 1")
    days = second_header_row(first, RawRow(("", "", "", "March 2024", "May 2024"), "row 2"))
    assert days == ("recommendation", "action", "target", "progress", "progress")
    assert second_header_row(first, RawRow(("", "", "June 2026", "May 2025", ""), "row 2")) == ()
