"""What reading gives of one document: its plans as rows of the package, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

Row = dict[str, object]


@dataclass(frozen=True)
class PlanTables:
    """The plan of one review: rows for the tables of the package, as plain dicts.

    The keys of its rows start with ``review_id``. Where a document holds several reviews,
    ``review`` is the printed name of this one, and ``review_id`` is made from that name, so that
    it is the same in a later snapshot of the document.
    """

    title: str
    recommendations: list[Row]
    actions: list[Row]
    rejected: list[Row]
    review_id: str
    review: str = ""
    published_on: date | None = None


@dataclass(frozen=True)
class DocumentPlans:
    """What one document holds.

    ``grade`` is ``sure``, ``check`` (a person should look before it counts) or ``refused`` (no
    plan was read). ``rejected`` are the rows that belong to no plan. ``not_understood`` holds one
    line for each table or passage that was not understood; ``seen`` says of a refused document
    what was seen in it, in words. Both are free of names, as all words of a package.
    """

    plans: tuple[PlanTables, ...]
    grade: str
    rejected: list[Row] = field(default_factory=list)
    not_understood: tuple[str, ...] = ()
    seen: str = ""


def with_key(plan: PlanTables, review_id: str) -> PlanTables:
    """Return a plan under another key of its review; the keys of its rows follow."""
    if plan.review_id == review_id:
        return plan

    def moved(row: Row) -> Row:
        keys = {"review_id": review_id}
        for name in ("recommendation_id", "action_id"):
            if name in row:
                keys[name] = review_id + str(row[name]).removeprefix(plan.review_id)
        return {**row, **keys}

    return replace(
        plan,
        review_id=review_id,
        recommendations=[moved(row) for row in plan.recommendations],
        actions=[moved(row) for row in plan.actions],
    )
