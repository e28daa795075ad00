"""The frames behind the pages: statistics under headings that a reader understands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import dropwhile
from pathlib import Path
from textwrap import shorten
from typing import Any

import pandas as pd

from dhr_analytics.package import read_package
from dhr_analytics.reporting import text
from dhr_analytics.reporting.view import View
from dhr_analytics.statistics import (
    NOT_CODED,
    Estimate,
    home_office_shares,
    overdue_actions,
    quality,
    rag_counts,
    rows_to_look_at,
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
    "smart": "Part of the check",
}
COUNTED = {
    "completion_rate": "Completed",
    "no_update_share": "No update in the plan",
    "evidenced_share": "Completed with evidence",
    "overdue_share": "Overdue",
    "undated_share": "No target date",
}
LONGEST, LONGEST_EXAMPLE = 420, 90
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


def documents(view: View) -> pd.DataFrame:
    """Return what was read from each document: how much, what could not be placed, what a person should look at."""
    plans = view.plans
    named = plans.actions.join(plans.recommendations.set_index("recommendation_id")["section"], on="recommendation_id")
    pairs = zip(named["lead_agency"].str.casefold(), named["section"].str.casefold(), strict=True)
    headed = named.loc[pd.Series([lead != "" and lead in section for lead, section in pairs], dtype=bool)]
    ids, looked = plans.reviews["review_id"], rows_to_look_at(plans, view.quarter)

    def per(keys: pd.Series, rows: pd.Series) -> pd.Series:
        sizes = rows.value_counts().to_dict()
        return pd.Series([sizes.get(key, 0) for key in keys], dtype="Int64")

    out = {
        "Review": pd.Series(list(_titles(plans.reviews).values()), dtype="str"),
        "File": plans.reviews["document"],
        "Kind of file": pd.Series([text.FORMATS.get(each, each) for each in plans.reviews["format"]], dtype="str"),
        "Recommendations": per(ids, plans.recommendations["review_id"]),
        "Actions": per(ids, plans.actions["review_id"]),
        "Owner as in the heading above": per(ids, headed["review_id"]),
        "Pieces not placed": per(plans.reviews["document"], plans.rejected["document"]),
    }
    return pd.DataFrame(out if looked is None else {**out, "Rows to look at": per(ids, looked["review_id"])})


def unread(package_folder: str | Path) -> pd.DataFrame:
    """Return the documents of a package that gave no row at all, and why; whatever the quarter and the filters.

    Parameters
    ----------
    package_folder : path
        Folder of the package: a view does not keep what belongs to no review.

    Returns
    -------
    pandas.DataFrame
    """
    plans = read_package(package_folder)
    rows = plans.rejected[~plans.rejected["document"].isin(plans.reviews["document"])]
    faults = rows[rows["text"] == ""].groupby("document")["reason"].agg("; ".join)
    names = sorted(set(rows["document"]))
    told = [(name, str(faults.get(name, "") or "nothing in it could be placed")) for name in names]
    why = [words if words.startswith(name) else text.capital(words) for name, words in told]
    return pd.DataFrame({"File": pd.Series(names, dtype="str"), "Why": pd.Series(why, dtype="str")})


def to_look_at(view: View) -> pd.DataFrame:
    """Return the rows that a person should look at, the least sure first; empty where none is known."""
    rows = rows_to_look_at(view.plans, view.quarter)
    if rows is None:
        return pd.DataFrame()
    actions = rows["row_id"].isin(view.plans.actions["action_id"])
    return pd.DataFrame(
        {
            "Wording as read": rows["text"].where(rows["text"] != "", "(no wording)"),
            "What it is": pd.Series(["Action" if each else "Recommendation" for each in actions], dtype="str"),
            "What to look at": [text.capital(each) for each in rows["reason"]],
            "How surely read": rows["confidence"],
            "Place in the document": [text.place(each) for each in rows["location"]],
            "Key": rows["row_id"],
        }
    )


def unplaced(view: View, *, each: int = 3) -> pd.DataFrame:
    """Return why pieces of the documents could not be placed, the most frequent reason first, with examples.

    Parameters
    ----------
    view : View
    each : int, optional
        Examples at most, of different wording.

    Returns
    -------
    pandas.DataFrame
    """
    rows = view.plans.rejected
    rows = rows.assign(why=[text.reason(words) for words in rows["reason"]])
    found = []
    for why, group in rows.groupby("why"):
        some = group[group["text"] != ""].drop_duplicates("text").head(each)
        quoted = [shorten(words, LONGEST_EXAMPLE, placeholder=" …") for words in some["text"]]
        places = [text.place(where) for where in some["location"]]
        examples = "; ".join(f"“{words}” ({where})" for words, where in zip(quoted, places, strict=True))
        found.append([why, len(group), group["document"].nunique(), examples])
    columns = ["Why", "Pieces", "Documents", "Examples and where they stand"]
    out = pd.DataFrame(found, columns=columns).astype({"Pieces": "Int64", "Documents": "Int64"})
    return out.sort_values("Pieces", ascending=False, kind="stable", ignore_index=True)


def completeness(view: View) -> pd.DataFrame:
    """Return for each review, and for all, how many actions state owner, date, status and outcome."""
    return _by_review(view, text.CELLS)


def smart_by_review(view: View) -> pd.DataFrame:
    """Return for each review, and for all, how many actions pass the parts of the SMART check."""
    return _by_review(view, {measure: words.partition(":")[0] for measure, words in text.SMART.items()})


def smart(view: View) -> list[Estimate]:
    """Return the share of actions that pass each part of the SMART check, as groups that a chart can name."""
    if view.plans.actions.empty:
        return []
    found = [each for each in quality(view.plans, view.quarter) if each.measure in text.SMART]
    return [replace(each, dimension="smart", group=each.measure) for each in found]


def corrections(view: View) -> pd.DataFrame:
    """Return the cells that were corrected by hand in the documents of the page; empty where none was."""
    given = view.plans.about.get("corrections")
    rows = [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []
    reviews = tuple(f"{each}-R" for each in view.plans.reviews["review_id"])
    cells = [{name: "" if row.get(name) is None else str(row[name]) for name in _CORRECTED} for row in rows]
    kept = [row for row in cells if row["row_id"].startswith(reviews)]
    for row in kept:
        row["column"] = text.capital(row["column"].replace("_", " "))
    return pd.DataFrame(kept, columns=list(_CORRECTED), dtype="str").rename(columns=_CORRECTED)


_CORRECTED = {
    "row_id": "Key",
    "column": "Cell",
    "was": "As read",
    "now": "Corrected to",
    "by": "By",
    "on": "On",
    "reason": "Why",
}


def _titles(reviews: pd.DataFrame) -> dict[str, str]:
    """Name each review by its title, with the file beside it where several have the same."""
    titles = reviews["title"].where(reviews["title"] != "", reviews["document"])
    several = titles.duplicated(keep=False) & (titles != reviews["document"])
    titles = titles.where(~several, titles + " (" + reviews["document"] + ")")
    return dict(zip(reviews["review_id"], titles, strict=True))


def _by_review(view: View, measures: Mapping[str, str]) -> pd.DataFrame:
    if view.plans.actions.empty:
        return pd.DataFrame()
    names = _titles(view.plans.reviews)
    found = quality(view.plans, view.quarter, by="review")
    if len(names) > 1:
        found += [each for each in quality(view.plans, view.quarter) if each.denominator == "actions"]
    rows: dict[str, dict[str, Any]] = {}
    for each in found:
        row = rows.setdefault(each.group, {"Review": names.get(each.group, "All reviews"), "Actions": each.N})
        if each.measure in measures:
            row |= {measures[each.measure]: each.n, f"{measures[each.measure]}: share": each.value}
    out = pd.DataFrame(list(rows.values()))
    kinds = {name: "float64" if str(name).endswith(": share") else "Int64" for name in out if name != "Review"}
    return out.astype({"Review": "str", **kinds})


def _tail(words: str) -> str:
    return words if len(words) <= LONGEST else "… " + words[-LONGEST:].split(" ", 1)[-1]


def _head(words: str) -> str:
    return words if len(words) <= LONGEST else words[:LONGEST].rsplit(" ", 1)[0] + " …"
