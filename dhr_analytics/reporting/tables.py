"""The frames behind the pages: statistics under headings that a reader understands."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import dropwhile

import pandas as pd

from dhr_analytics.reporting import text
from dhr_analytics.reporting.view import View
from dhr_analytics.statistics import (
    NOT_CODED,
    Estimate,
    home_office_shares,
    overdue_actions,
    rag_counts,
    status_counts,
    theme_by_sector,
    theme_shares,
)
from dhr_analytics.statistics import rates as all_rates
from dhr_analytics.statistics import trend as all_trends

HEADINGS = {
    "theme": "Theme",
    "home_office": "Home Office tag",
    "sector": "Sector of the lead agency",
    "scope": "Who is asked",
    "agency": "Lead agency",
    "area": "Area",
    "status": "Status",
    "target_quarter": "Quarter of the target date",
    "published_quarter": "Quarter of publication",
}
COUNTED = {
    "completion_rate": "Completed",
    "no_update_share": "No update in the plan",
    "evidenced_share": "Completed with evidence",
    "overdue_share": "Overdue",
    "undated_share": "No target date",
}
LONGEST = 420
QUARTERS = 12


def counted(view: View) -> dict[str, int]:
    """Return how many reviews, recommendations and actions the page is about."""
    plans = view.plans
    return {
        "reviews": len(plans.reviews),
        "recommendations": len(plans.recommendations),
        "actions": len(plans.actions),
    }


def rates(view: View, measure: str, *, by: str | None = None) -> list[Estimate]:
    """Return the estimates of one measure of ``statistics.rates``, largest count first where grouped.

    Parameters
    ----------
    view : View
    measure : str
        Such as ``"overdue_share"``.
    by : str, optional
        A dimension of ``statistics.rates``.

    Returns
    -------
    list of Estimate
        Empty where there is no action, or no theme to group by.
    """
    if view.plans.actions.empty or (by == "theme" and view.why_no_themes):
        return []
    found = [each for each in all_rates(view.plans, view.quarter, by=by) if each.measure == measure]
    return sorted(found, key=lambda each: -each.n) if measure == "overdue_share" else found


def trend(view: View, *, basis: str = "target") -> list[Estimate]:
    """Return completion rates for the quarters of the last three years, from the first that holds an action.

    Parameters
    ----------
    view : View
    basis : {"target", "published"}

    Returns
    -------
    list of Estimate
        Quarters between that hold no action are there, with nothing to divide by; empty where none holds one.
    """
    found = all_trends(view.plans, view.quarter, basis=basis, quarters=QUARTERS)
    return list(dropwhile(lambda each: not each.N, [each for each in found if each.measure == "completion_rate"]))


def themes(view: View, *, over: str = "recommendations") -> list[Estimate]:
    """Return the share of each theme, of all themes of the codebook; empty where nothing was coded."""
    if view.why_no_themes:
        return []
    return theme_shares(view.plans, view.quarter, over=over, include=text.theme_names())


def home_office(view: View) -> list[Estimate]:
    """Return the share of recommendations with each Home Office tag; empty where nothing was coded."""
    return [] if view.why_no_themes else home_office_shares(view.plans, view.quarter, tags=text.theme_tags())


def statuses(view: View) -> list[Estimate]:
    """Return the share of actions at each status; empty where there is no action."""
    return [] if view.plans.actions.empty else status_counts(view.plans, view.quarter)


def shares(estimates: Sequence[Estimate], *, heading: str) -> pd.DataFrame:
    """Return estimates of one measure as a table.

    Parameters
    ----------
    estimates : sequence of Estimate
    heading : str
        Of the column that holds the numerator, such as ``"Overdue"``.

    Returns
    -------
    pandas.DataFrame
    """
    first = HEADINGS.get(estimates[0].dimension, "What") if estimates else "What"
    return pd.DataFrame(
        {
            first: pd.Series([text.name(each.dimension, each.group) for each in estimates], dtype="str"),
            heading: pd.Series([each.n for each in estimates], dtype="Int64"),
            "Out of": pd.Series([each.N for each in estimates], dtype="Int64"),
            "Share": pd.Series([each.value for each in estimates], dtype="float64"),
            "95% interval from": pd.Series([each.low for each in estimates], dtype="float64"),
            "95% interval to": pd.Series([each.high for each in estimates], dtype="float64"),
        }
    )


def headline(view: View) -> pd.DataFrame:
    """Return the completion rate of all actions and its companions, one in each row."""
    if view.plans.actions.empty:
        return pd.DataFrame()
    found = {measure: rates(view, measure)[0] for measure in COUNTED}
    out = shares(list(found.values()), heading="Actions")
    return out.assign(What=pd.Series([COUNTED[measure] for measure in found], dtype="str"))


def theme_table(view: View) -> pd.DataFrame:
    """Return each theme's share of recommendations and of reviews, side by side."""
    left = shares(themes(view), heading="Recommendations")
    right = shares(themes(view, over="reviews"), heading="Reviews")
    if left.empty:
        return left
    renamed = {"Out of": "Out of all {}", "Share": "Share of {}"}
    ends = {f"95% interval {end}": f"95% interval, {{}} {end}" for end in ("from", "to")}
    frames = [
        frame.rename(columns={old: new.format(unit) for old, new in (renamed | ends).items()})
        for frame, unit in ((left, "recommendations"), (right, "reviews"))
    ]
    return frames[0].merge(frames[1], on="Theme", how="left")


def completion(view: View, *, by: str) -> pd.DataFrame:
    """Return completion with its companions for each group.

    Parameters
    ----------
    view : View
    by : str
        A dimension of ``statistics.rates``.

    Returns
    -------
    pandas.DataFrame
        Actions, those completed with share and interval, then numbers and shares of the companions.
    """
    heading = HEADINGS[by]
    out = shares(rates(view, "completion_rate", by=by), heading="Completed").rename(columns={"Out of": "Actions"})
    if out.empty:
        return out
    out = out[[heading, "Actions", *(name for name in out if name not in (heading, "Actions"))]]
    for measure in ("evidenced_share", "no_update_share", "overdue_share"):
        # By group, for the measures come in orders of their own.
        found = {text.name(by, each.group): each for each in rates(view, measure, by=by)}
        each_row = [found[group] for group in out[heading]]
        out[COUNTED[measure]] = pd.Series([each.n for each in each_row], dtype="Int64")
        out[f"{COUNTED[measure]}: share"] = pd.Series([each.value for each in each_row], dtype="float64")
    return out


def overdue(view: View, *, brief: bool = False) -> pd.DataFrame:
    """Return the overdue actions, longest overdue first, each with its owner, its review and its place.

    Parameters
    ----------
    view : View
    brief : bool, optional
        Leave out sector, review and place.

    Returns
    -------
    pandas.DataFrame
    """
    rows = overdue_actions(view.plans, view.quarter)
    reviews = view.plans.reviews.set_index("review_id")
    names = reviews["title"].where(reviews["title"] != "", reviews["document"])
    wording = rows["text"].where(rows["text"] != "", "Recommendation (no action is worded): " + rows["recommendation"])
    out = pd.DataFrame(
        {
            "Action": wording,
            "Days overdue": rows["days_overdue"],
            "Target date": rows["target_on"],
            "Lead agency": rows["agency"],
            "Sector": [text.name("sector", each) for each in rows["sector"]],
            "Status": [text.STATUSES[each] for each in rows["status"]],
            "Review": rows["review_id"].map(names).astype("str"),
            "Place in the document": rows["location"],
        }
    )
    return out.drop(columns=["Sector", "Review", "Place in the document"]) if brief else out


def theme_sectors(view: View) -> pd.DataFrame:
    """Return recommendations by theme and by the sector that leads their actions."""
    if view.why_no_themes or view.plans.actions.empty:
        return pd.DataFrame()
    found = theme_by_sector(view.plans, view.quarter)
    found["theme"] = [text.name("theme", each) for each in found["theme"]]
    names = {"theme": "Theme", "total": "All"}
    return found.rename(columns=lambda each: names.get(each) or text.name("sector", each))


def rag(view: View) -> pd.DataFrame:
    """Return the derived rating beside the printed one, in actions; empty where there is no action."""
    if view.plans.actions.empty:
        return pd.DataFrame()
    found = rag_counts(view.plans, view.quarter)
    found["derived"] = [text.capital(each) for each in found["derived"]]
    names = {"derived": "Rating worked out from the plan", "total": "All actions", "not printed": "No rating printed"}
    return found.rename(columns=lambda each: names.get(each, f"Printed: {each}"))


def quotes(view: View, *, theme: str, each: int = 2) -> list[dict[str, str]]:
    """Return recommendations that ask for a theme, with the words that carried it.

    Parameters
    ----------
    view : View
    theme : str
        Id of the theme.
    each : int, optional
        Quotes at most; from as many reviews as there are, those with words to point at first.

    Returns
    -------
    list of dict
        ``before``, ``evidence``, ``after`` and ``source``.
    """
    plans = view.plans
    if plans.themes is None:
        return []
    rows = plans.themes[plans.themes["theme"] == theme].merge(plans.recommendations, on="recommendation_id")
    rows = rows.merge(plans.reviews[["review_id", "title", "document"]], on="review_id")
    rows = rows.assign(without=rows["evidence"] == "", long=rows["text"].str.len() > LONGEST, sure=-rows["probability"])
    rows = rows.sort_values(["without", "long", "sure", "recommendation_id"])
    rows = rows.drop_duplicates("recommendation_id")
    rows = rows.assign(again=rows.groupby("review_id").cumcount()).sort_values("again", kind="stable")
    out = []
    for row in rows.head(each).to_dict("records"):
        wording, evidence = row["text"], row["evidence"]
        start = -1 if not evidence or pd.isna(row["start"]) else int(row["start"])
        if start < 0 or wording[start : start + len(evidence)] != evidence:
            start = wording.find(evidence)
        if start < 0:
            start, evidence = 0, ""
        where = f"recommendation {row['number']}" if row["number"] else f"recommendation in place {row['position']}"
        out.append(
            {
                "before": _tail(wording[:start]),
                "evidence": evidence,
                "after": _head(wording[start + len(evidence) :]),
                "source": f"{row['title'] or row['document']}, {where}; theme {text.CODED_BY[row['source']]}",
            }
        )
    return out


def most_frequent(view: View, count: int = 5) -> list[Estimate]:
    """Return the themes that most recommendations ask for."""
    return [each for each in themes(view) if each.n and each.group != NOT_CODED][:count]


def _tail(words: str) -> str:
    return words if len(words) <= LONGEST else "… " + words[-LONGEST:].split(" ", 1)[-1]


def _head(words: str) -> str:
    return words if len(words) <= LONGEST else words[:LONGEST].rsplit(" ", 1)[0] + " …"
