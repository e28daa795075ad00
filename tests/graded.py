"""Documents that are read with a grade of the test's choosing, whatever the reader thinks of them."""

from dataclasses import replace

from dhr_analytics.normalising.plan import normalise as read
from dhr_analytics.normalising.result import with_key

HEAD = "No\tRecommendation\tAction\tLead agency\tTarget date\tStatus"
ROW = "{n}\tTrain {who} to ask.\tRun a day for {who}.\tNorthmoor Police\tMay 2025\tOngoing"


def plan_text(*who, first=1):
    """Return a plan with a recommendation for each group of people."""
    return "\n".join([HEAD, *(ROW.format(n=n, who=each) for n, each in enumerate(who, start=first))]) + "\n"


def grading(monkeypatch, grades=None, lines=("table 2: header not understood: Ref, Weather",), reviews=None):
    """Have documents read with these grades by name, and split into reviews by printed name.

    ``reviews`` maps a document to (key, printed name) pairs, each of which gets one recommendation in turn.
    """
    calls = []

    def normalise(raw, *, document, review_id, **options):
        calls.append((document, review_id))
        found = read(raw, document=document, review_id=review_id, **options)
        grade = (grades or {}).get(document, "sure" if found.plans else found.grade)
        if document in (reviews or {}):
            found = replace(found, plans=tuple(split(found.plans[0], reviews[document])))
        return replace(found, grade=grade, not_understood=tuple(lines) if grade == "check" else ())

    monkeypatch.setattr("dhr_analytics.collecting.ingesting.normalise", normalise)
    return calls


def split(plan, names):
    for number, (key, name) in enumerate(names):
        row = plan.recommendations[number]
        acts = [act for act in plan.actions if act["recommendation_id"] == row["recommendation_id"]]
        old, new = str(row["recommendation_id"]), f"{plan.review_id}-R001"
        renumbered = [
            {**act, "recommendation_id": new, "action_id": str(act["action_id"]).replace(old, new)} for act in acts
        ]
        stray = {"document": "x", "location": f"after {name}", "text": f"stray {name}", "reason": "noise"}
        one = replace(
            plan,
            recommendations=[{**row, "recommendation_id": new, "position": 1}],
            actions=renumbered,
            rejected=[{**stray, "document": str(row["location"]).split(",")[0]}],
            review=name,
        )
        yield with_key(one, key)
