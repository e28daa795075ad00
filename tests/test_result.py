"""What reading gives of a document: rows that can be put under another key."""

from dhr_analytics.normalising.plan import normalise
from dhr_analytics.normalising.result import PlanTables, with_key
from dhr_analytics.reading.text import read_text

PLAN = "No\tRecommendation\tAction\tLead agency\n1\tTrain staff.\tRun it.\tPolice\n\t\tRun it again.\tPolice\n"


LONG = """\
Recommendation\tAction\tLead agency\tTarget date
The harbour board should light the quay at night.\tBuy ten lamps.\tHarbour Board\tMay 2031
The ferry should wait for the last train.\tTell the crew.\tFerry Company\tJune 2031
The council should publish a yearly report.\tWrite it in spring.\tEastmere Council\tJuly 2031
"""


def test_a_plan_and_a_letter():
    found = normalise(read_text(LONG.encode(), "p.txt"), document="p.txt", review_id="N-1")
    (plan,) = found.plans
    assert (found.grade, found.seen, plan.review_id, plan.review) == ("sure", "", "N-1", "")
    letter = normalise(read_text(b"Dear all,\n\nsee you there.\n", "l.txt"), document="l.txt", review_id="N-1")
    assert (letter.grade, letter.plans) == ("refused", ())
    assert letter.seen == "0 tables and 2 paragraphs" and letter.rejected


def test_another_key_is_that_of_every_row_and_nothing_else_changes():
    (plan,) = normalise(read_text(PLAN.encode(), "p.txt"), document="p.txt", review_id="N-R1").plans
    before = [dict(row) for row in (*plan.recommendations, *plan.actions)]
    moved = with_key(plan, "M@2025-03-31")
    assert [row["recommendation_id"] for row in moved.recommendations] == ["M@2025-03-31-R001"]
    assert [row["action_id"] for row in moved.actions] == ["M@2025-03-31-R001-A01", "M@2025-03-31-R001-A02"]
    assert {row["recommendation_id"] for row in moved.actions} == {"M@2025-03-31-R001"}
    assert {row["review_id"] for row in (*moved.recommendations, *moved.actions)} == {"M@2025-03-31"}
    assert [dict(row) for row in (*plan.recommendations, *plan.actions)] == before
    assert with_key(moved, "N-R1") == plan
    assert with_key(plan, "N-R1") is plan


def test_rows_without_keys_of_their_own_stay_so():
    plan = PlanTables("", [{"recommendation_id": "A-R001"}], [], [], "A")
    assert with_key(plan, "B").recommendations == [{"recommendation_id": "B-R001", "review_id": "B"}]
