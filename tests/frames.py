"""Small plan packages made by hand, and the one made from the gold reading of the published plans."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dhr_analytics import schema
from dhr_analytics.package import Plans

SHARED = Path(__file__).resolve().parents[2] / "shared"
GOLD = SHARED / "gold"

Row = Mapping[str, Any]


def needs_seeds(test: Any) -> Any:
    """Mark a test that reads the published plans or their gold reading; skip it where they are not at hand."""
    absent = pytest.mark.skipif(not SHARED.is_dir(), reason="the published plans and their gold reading are not here")
    return pytest.mark.seeds(absent(test))


def build(
    actions: Iterable[Row] = (),
    *,
    recommendations: Iterable[Row] = (),
    reviews: Iterable[Row] = (),
    themes: Mapping[str, Iterable[str]] | None = None,
) -> Plans:
    """Make a checked package from the few cells a test is about.

    An action without `recommendation_id` belongs to "A-R001"; the review is what stands before "-R". Recommendations
    and reviews that are only referred to are made up. `themes` maps recommendation ids to themes.
    """
    acts: list[dict[str, Any]] = []
    for given in actions:
        owner = given.get("recommendation_id", "A-R001")
        position = sum(act["recommendation_id"] == owner for act in acts) + 1
        acts.append(
            {
                "recommendation_id": owner,
                "action_id": f"{owner}-A{position:02d}",
                "review_id": _review(owner),
                "position": position,
                "text": f"Action {len(acts) + 1}",
                "status": "no_update",
                "target_basis": "absolute" if given.get("target_on") else "none",
                **given,
            }
        )
    recs = {rec["recommendation_id"]: dict(rec) for rec in recommendations}
    for owner in [act["recommendation_id"] for act in acts] + list(themes or {}):
        recs.setdefault(owner, {"recommendation_id": owner})
    for owner, rec in recs.items():
        recs[owner] = {"review_id": _review(owner), "position": 1, "text": f"Recommendation {owner}", **rec}
    revs = {review["review_id"]: dict(review) for review in reviews}
    for rec in recs.values():
        revs.setdefault(rec["review_id"], {"review_id": rec["review_id"]})
    for key, review in revs.items():
        revs[key] = {"document": f"{key}.docx", "title": f"Review {key}", **review}
    coded = [
        {"recommendation_id": owner, "theme": theme, "source": "rule"}
        for owner, given_themes in (themes or {}).items()
        for theme in given_themes
    ]
    plans = Plans(
        reviews=_typed("reviews", list(revs.values())),
        recommendations=_typed("recommendations", list(recs.values())),
        actions=_typed("actions", acts),
        rejected=schema.empty("rejected"),
        themes=None if themes is None else _typed("themes", coded),
    )
    schema.check(plans.tables())
    return plans


def empty(*, themes: bool = True) -> Plans:
    """Return a package without a single row."""
    return build(themes={} if themes else None)


def gold_rows(name: str) -> list[dict[str, str]]:
    """Return a table of the gold reading as the csv module reads it."""
    with (GOLD / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def gold_plans() -> Plans:
    """Return the gold reading as a package; progress in words stands for recorded evidence."""
    recs, acts, counts = [], [], dict.fromkeys((row["document"] for row in gold_rows("recommendations")), 0)
    for row in gold_rows("recommendations"):
        recs.append({**row, "recommendation_id": _gold_id(row), "review_id": row["document"][:3]})
    for row in gold_rows("actions"):
        acts.append(
            {
                **row,
                "recommendation_id": _gold_id(row),
                "agency": row["lead_agency"],
                "evidence_recorded": str(row["progress"] != "").lower(),
            }
        )
    reviews = [{"review_id": name[:3], "document": name} for name in counts]
    themes = {_gold_id(row): row["themes"].split(";") for row in gold_rows("themes")}
    return build(acts, recommendations=recs, reviews=reviews, themes=themes)


def _gold_id(row: Row) -> str:
    return f"{row['document'][:3]}-R{int(row['seq']):03d}"


def _review(recommendation_id: str) -> str:
    return recommendation_id.rsplit("-R", 1)[0]


def _typed(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    names = schema.TABLES[table].names
    # A frame of no rows has no columns of its own, and `typed` needs texts to begin with.
    return schema.typed(table, pd.DataFrame([{n: str(row.get(n, "")) for n in names} for row in rows], columns=names))
