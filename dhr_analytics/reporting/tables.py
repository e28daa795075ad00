"""The frames behind the pages: statistics under headings that a reader understands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import dropwhile
from pathlib import Path
from textwrap import shorten
from typing import Any

import pandas as pd

from dhr_analytics.package import Plans
from dhr_analytics.reporting import text
from dhr_analytics.reporting.cited import Cited
from dhr_analytics.reporting.view import View, single_rows
from dhr_analytics.schema import SECTORS, review_of
from dhr_analytics.statistics import (
    NOT_CODED,
    NOT_STATED,
    Estimate,
    change,
    counts,
    days_to_completion,
    home_office_shares,
    is_corrected,
    overdue_actions,
    overdue_days,
    quality,
    rag_shares,
    read_counted,
    rows_to_look_at,
    select,
    status_counts,
    theme_prevalence,
    theme_shares,
)
from dhr_analytics.statistics import rates as all_rates
from dhr_analytics.statistics import trend as all_trends
from dhr_analytics.statistics.completion import NOT_PRINTED, PRINTED

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
    "completed_quarter": "Quarter of completion",
    "action_type": "Type of action",
    "strength": "Strength",
    "source": "How",
    "smart": "Part of the check",
}
COUNTED = {
    "completion_rate": "Completed",
    "completed_due_share": "Completed of those due",
    "completed_standing_share": "Completed of those that stand",
    "no_update_share": "No update in the plan",
    "evidenced_share": "Completed with evidence",
    "overdue_share": "Overdue",
    "undated_share": "No target date",
}
NOT_ROUNDED = "Left out here: a share that is corrected by what people coded cannot be made from rounded numbers."
BY_THEME = "On a page about some themes the shares are as counted: its rows were chosen by theme, not at random."
NO_SAMPLE = (
    "The shares above are as counted: they leave out that rules and model are sometimes wrong. An analyst can have "
    "them corrected: “dhr coding export PACKAGE sheet.xlsx --sample 10” makes a sheet with the recommendations of 10 "
    "reviews drawn at random (5 are the least) for people to code; “dhr coding import PACKAGE sheet.xlsx” takes it."
)
LONGEST, LONGEST_EXAMPLE = 420, 90
TWO_WAYS = (
    "Left out here: a recommendation counts in several themes and in several sectors, and with this disclosure profile "
    "small counts could be worked out from where they overlap."
)
TOO_FEW_DAYS = (
    "Left out: the plans give the day of completion for fewer than half of the completed actions, so how long "
    "completion takes cannot be told from them."
)
QUARTERS = 12


def counted(view: View) -> dict[str, Estimate]:
    """Return how many reviews, recommendations and actions the page is about."""
    units = ("reviews", "recommendations", "actions")
    return {unit: view.told(counts(view.plans, view.quarter, "read", over=unit))[0] for unit in units}


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
    found = view.told(all_rates(_typed(view, by), view.quarter, by=by, measures=[measure]))
    return sorted(found, key=lambda each: -each.n) if measure == "overdue_share" else found


def _typed(view: View, by: str | None) -> Plans:
    # Telling the types of actions takes a while: only where they are asked for.
    return view.typed if by == "action_type" else view.plans


def companions(view: View) -> dict[str, Estimate]:
    """Return the completion rate of all actions and its companions, by measure."""
    return {each.measure: each for each in view.told(all_rates(view.plans, view.quarter))}


def trend(view: View, *, basis: str = "target") -> list[Estimate]:
    """Return completion rates for the quarters of the last three years, from the first that holds an action.

    Parameters
    ----------
    view : View
    basis : {"target", "published", "completed"}
        By completion: the share of all completed actions that were completed in the quarter.

    Returns
    -------
    list of Estimate
        Quarters between that hold no action are there, with nothing to divide by; empty where none holds one.
    """
    found = view.told(all_trends(view.plans, view.quarter, basis=basis, quarters=QUARTERS))
    kept = [each for each in found if each.measure in ("completion_rate", "completed_in_share")]
    return list(dropwhile(lambda each: not (each.n if basis == "completed" else each.N), kept))


def changes(view: View) -> pd.DataFrame:
    """Return by how much the completion rate differs from the quarter before and from the same quarter last year.

    Parameters
    ----------
    view : View

    Returns
    -------
    pandas.DataFrame
        One row for each comparison that can be made; empty where none can.
    """
    if view.plans.actions.empty:
        return pd.DataFrame()
    kinds = {
        "known": "All actions, as known at the end of each",
        "target": "Actions due in the quarter",
        "published": "Actions of reviews published in the quarter",
    }
    found = [
        (words, earlier, change(view.history or view.plans, view.quarter, earlier, basis=basis))
        for basis, words in kinds.items()
        for earlier in (view.quarter.previous, view.quarter.year_before)
    ]
    found = [(words, earlier, each) for words, earlier, each in found if each.value is not None]
    out = {
        "What": pd.Series([words for words, _, _ in found], dtype="str"),
        "Compared with": pd.Series([earlier.label for _, earlier, _ in found], dtype="str"),
    }
    estimates = view.told(each for _, _, each in found)
    parts = {"Completed now": "n", "Out of": "N", "Change": "value", "95% interval": "interval"}
    return (
        pd.DataFrame({**out, **{name: cells(estimates, part) for name, part in parts.items()}})
        if found
        else pd.DataFrame()
    )


def themes(view: View, *, over: str = "recommendations") -> list[Estimate]:
    """Return the share of each theme, of all themes of the codebook; empty where nothing was coded."""
    if view.why_no_themes:
        return []
    return view.told(theme_shares(view.plans, view.quarter, over=over, include=text.theme_names()))


def home_office(view: View) -> list[Estimate]:
    """Return the share of recommendations with each Home Office tag; empty where nothing was coded."""
    if view.why_no_themes:
        return []
    return view.told(home_office_shares(view.plans, view.quarter, tags=text.theme_tags()))


def statuses(view: View) -> list[Estimate]:
    """Return the share of actions at each status; empty where there is no action."""
    return [] if view.plans.actions.empty else view.told(status_counts(view.plans, view.quarter))


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
    names = pd.Series([text.name(each.dimension, each.group) for each in estimates], dtype="str")
    parts = {heading: "n", "Out of": "N", "Share": "value", "95% interval": "interval"}
    return pd.DataFrame({first: names, **{name: cells(estimates, part) for name, part in parts.items()}})


def cells(estimates: Sequence[Estimate], part: str) -> pd.Series:
    """Return a column that prints one part of each estimate."""
    return pd.Series([Cited(each, part) for each in estimates], dtype="object")


def headline(view: View) -> pd.DataFrame:
    """Return the completion rate of all actions and its companions, one in each row."""
    if view.plans.actions.empty:
        return pd.DataFrame()
    found = companions(view)
    out = shares(list(found.values()), heading="Actions")
    return out.assign(What=pd.Series([COUNTED[measure] for measure in found], dtype="str"))


def theme_table(view: View) -> pd.DataFrame:
    """Return each theme's share of recommendations and of reviews, side by side."""
    left = shares(themes(view), heading="Recommendations")
    right = shares(themes(view, over="reviews"), heading="Reviews")
    if left.empty:
        return left
    renamed = {"Out of": "Out of all {}", "Share": "Share of {}", "95% interval": "95% interval, {}"}
    frames = [
        frame.rename(columns={old: new.format(unit) for old, new in renamed.items()})
        for frame, unit in ((left, "recommendations"), (right, "reviews"))
    ]
    return frames[0].merge(frames[1], on="Theme", how="left")


def corrected(view: View) -> pd.DataFrame | str:
    """Return the shares of themes corrected by what people coded, beside those as counted; or why there are none."""
    if view.disclosed is not None:
        return NOT_ROUNDED
    both = []
    for over in ("recommendations", "reviews"):
        found = [] if view.plans.coded_sample is None else theme_prevalence(view.plans, view.quarter, over=over)
        both.append({each.group: each for each in found if is_corrected(each)})
    counted = [each for each in themes(view) if each.group in both[0]]
    if not counted:
        return BY_THEME if "theme=" in view.plans.about.get("selection", "") else NO_SAMPLE
    out = {
        "Theme": pd.Series([text.name(each.dimension, each.group) for each in counted], dtype="str"),
        "Recommendations": cells(counted, "n"),
        "Share as counted": cells(counted, "value"),
    }
    for by_theme, unit in zip(both, ("recommendations", "reviews"), strict=True):
        if all(each.group in by_theme for each in counted):
            of_theme = [by_theme[each.group] for each in counted]
            out[f"Corrected share of {unit}"] = cells(of_theme, "value")
            out[f"95% interval, {unit}"] = cells(of_theme, "interval")
    return pd.DataFrame(out)


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
    if view.plans.actions.empty or (by == "theme" and view.why_no_themes):
        return pd.DataFrame()
    beside = ("evidenced_share", "no_update_share", "overdue_share", "undated_share")
    measures = ("completion_rate", *beside)
    found = view.told(all_rates(_typed(view, by), view.quarter, by=by, measures=measures))
    of = {measure: [each for each in found if each.measure == measure] for measure in measures}
    heading = HEADINGS[by]
    out = shares(of["completion_rate"], heading="Completed").rename(columns={"Out of": "Actions"})
    out = out[[heading, "Actions", *(name for name in out if name not in (heading, "Actions"))]]
    for measure in beside:
        out[COUNTED[measure]] = cells(of[measure], "n")
        out[f"{COUNTED[measure]}: share"] = cells(of[measure], "value")
    return out


def lateness(view: View, *, by: str) -> pd.DataFrame:
    """Return for each group how many actions are overdue, and by how many days: the median, shortest and longest."""
    late = {each.group: each for each in rates(view, "overdue_share", by=by) if each.n}
    if not late:
        return pd.DataFrame()
    days = {each.group: each for each in view.told(overdue_days(view.plans, view.quarter, by=by, groups=late))}
    every = rates(view, "overdue_share")[0], view.told(overdue_days(view.plans, view.quarter))[0]
    pairs = [(each, days[group]) for group, each in late.items()] + ([every] if len(late) > 1 else [])
    names = [text.name(by, each.group) if each.dimension else "All" for each, _ in pairs]
    shown = [each for each, _ in pairs], [each for _, each in pairs]
    return pd.DataFrame(
        {
            HEADINGS[by]: pd.Series(names, dtype="str"),
            "Overdue actions": cells(shown[0], "n"),
            "Out of": cells(shown[0], "N"),
            "Share": cells(shown[0], "value"),
            "Days overdue, median": cells(shown[1], "value"),
            "Shortest to longest": cells(shown[1], "interval"),
        }
    )


def durations(view: View) -> pd.DataFrame | str:
    """Return how long actions take to completion, from target date and from publication; empty where none is known.

    Where fewer than half of the completed actions have a day of completion the table would tell of these alone, as if
    hardly any were completed; then it is why there is none, in words.
    """
    found = [
        each
        for origin in ("target", "published")
        for each in view.told(days_to_completion(view.plans, view.quarter, origin=origin))
    ]
    medians = [each for each in found if each.measure == "days_to_completion" and each.n]
    if not medians:
        return pd.DataFrame()
    done = companions(view)["completion_rate"]
    if not text.hidden(done) and max(each.n for each in medians) * 2 < done.n:
        return TOO_FEW_DAYS
    out = {
        "Counted": pd.Series([text.name("from", each.group) for each in medians], dtype="str"),
        "Completed, with the day": cells(medians, "n"),
        "Out of": cells(medians, "N"),
        "Days to completion, median": cells(medians, "value"),
        "95% interval": cells(medians, "interval"),
    }
    for limit in dict.fromkeys(each.group for each in found if each.measure == "completed_within"):
        row = {each.dimension.removeprefix("days_from_"): each for each in found if each.group == limit}
        out[text.name("days_from_target", limit)] = cells([row[each.group] for each in medians], "value")
    return pd.DataFrame(out)


@single_rows
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


def theme_sectors(view: View) -> pd.DataFrame | str:
    """Return recommendations by theme and by the sector that leads their actions."""
    if view.why_no_themes or view.plans.actions.empty:
        return pd.DataFrame()
    if view.why_left_out:
        return TWO_WAYS
    present = set(view.plans.actions["sector"].replace("", NOT_STATED))
    sectors = [each for each in (*SECTORS, NOT_STATED) if each in present]
    every = [each for each in themes(view) if each.n]
    out = {"Theme": pd.Series([text.name("theme", each.group) for each in every], dtype="str")}
    for sector in sectors:
        part = select(view.plans, sectors=[sector])
        listed = view.told(theme_shares(part, view.quarter, include=[each.group for each in every]))
        found = {each.group: each for each in listed}
        out[text.name("sector", sector)] = cells([found[each.group] for each in every], "n")
    return pd.DataFrame({**out, "All": cells(every, "n")})


def rag(view: View) -> pd.DataFrame:
    """Return the derived rating beside the printed one, in actions; empty where there is no action."""
    if view.plans.actions.empty:
        return pd.DataFrame()
    every = view.told(rag_shares(view.plans, view.quarter))
    pairs = {each.group: each for each in view.told(rag_shares(view.plans, view.quarter, by="derived_and_printed_rag"))}
    out = {"Rating worked out from the plan": pd.Series([text.capital(each.group) for each in every], dtype="str")}
    for printed in PRINTED:
        name = "No rating printed" if printed == NOT_PRINTED else f"Printed: {printed}"
        out[name] = cells([pairs[f"{each.group}, printed {printed}"] for each in every], "n")
    return pd.DataFrame({**out, "All actions": cells(every, "n")})


@single_rows
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
        where = text.recommendation(row["number"], row["position"])
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
    return [each for each in themes(view) if each.n and each.group != NOT_CODED and not text.hidden(each)][:count]


@single_rows
def documents(view: View) -> pd.DataFrame:
    """Return what was read from each document: how much, what could not be placed, what a person should look at."""
    plans = view.plans

    def per(measure: str, over: str) -> pd.Series:
        return cells(view.told(counts(plans, view.quarter, measure, over=over, by="review")), "n")

    out = {
        "Review": pd.Series(list(titles(plans.reviews).values()), dtype="str"),
        "File": plans.reviews["document"],
        "Kind of file": pd.Series([text.FORMATS.get(each, each) for each in plans.reviews["format"]], dtype="str"),
        "Recommendations": per("read", "recommendations"),
        "Actions": per("read", "actions"),
        "Owner as in the heading above": per("heading_owner", "actions"),
        "Pieces not placed": per("not_placed", "pieces"),
    }
    return pd.DataFrame(out if plans.needs_review is None else {**out, "Rows to look at": per("to_look_at", "rows")})


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
    plans = read_counted(package_folder)
    rows = plans.rejected[~plans.rejected["document"].isin(plans.reviews["document"])]
    faults = rows[rows["text"] == ""].groupby("document")["reason"].agg("; ".join)
    names = sorted(set(rows["document"]))
    told = [(name, str(faults.get(name, "") or "nothing in it could be placed")) for name in names]
    why = [words if words.startswith(name) else text.capital(words) for name, words in told]
    return pd.DataFrame({"File": pd.Series(names, dtype="str"), "Why": pd.Series(why, dtype="str")})


def left_out(view: View) -> pd.DataFrame:
    """Return what was read from the documents that count in no figure yet, a row for each thing not understood.

    Parameters
    ----------
    view : View

    Returns
    -------
    pandas.DataFrame
        Of the whole package, whatever the quarter and the filters.
    """
    rows = [
        (each["document"], each["recommendations"], each["actions"], text.capital(line))
        for each in view.plans.about.get("left_out", ())
        for line in each["not_understood"] or ["nothing in particular; it does not look like a plan as a whole"]
    ]
    return pd.DataFrame(rows, columns=["File", "Recommendations", "Actions", "What was not understood"])


@single_rows
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


@single_rows
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
    pieces = view.told(counts(view.plans, view.quarter, "not_placed", over="pieces", by="reason"))
    names = [one.group for one in pieces]
    documents = view.told(counts(view.plans, view.quarter, "not_placed", over="documents", by="reason", groups=names))
    rows = view.plans.rejected[view.plans.rejected["text"] != ""]
    examples = []
    for why in names:
        some = rows[rows["reason"] == why].drop_duplicates("text").head(each)
        quoted = [shorten(words, LONGEST_EXAMPLE, placeholder=" …") for words in some["text"]]
        places = [text.place(where) for where in some["location"]]
        examples.append("; ".join(f"“{words}” ({where})" for words, where in zip(quoted, places, strict=True)))
    return pd.DataFrame(
        {
            "Why": pd.Series([text.reason(why) for why in names], dtype="str"),
            "Pieces": cells(pieces, "n"),
            "Documents": cells(documents if names else [], "n"),
            "Examples and where they stand": pd.Series(examples, dtype="str"),
        }
    )


@single_rows
def completeness(view: View) -> pd.DataFrame:
    """Return for each review, and for all, how many actions state owner, date, status and outcome."""
    return _by_review(view, text.CELLS)


@single_rows
def smart_by_review(view: View) -> pd.DataFrame:
    """Return for each review, and for all, how many actions pass the parts of the SMART check."""
    return _by_review(view, {measure: words.partition(":")[0] for measure, words in text.SMART.items()})


def smart(view: View) -> list[Estimate]:
    """Return the share of actions that pass each part of the SMART check, as groups that a chart can name."""
    if view.plans.actions.empty:
        return []
    found = [each for each in view.told(quality(view.plans, view.quarter)) if each.measure in text.SMART]
    return [replace(each, dimension="smart", group=each.measure) for each in found]


@single_rows
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


def titles(reviews: pd.DataFrame) -> dict[str, str]:
    """Name each review by its title, with the file beside it where several have the same."""
    titles = reviews["title"].where(reviews["title"] != "", reviews["document"])
    several = titles.duplicated(keep=False) & (titles != reviews["document"])
    titles = titles.where(~several, titles + " (" + reviews["document"] + ")")
    return dict(zip(reviews["review_id"], titles, strict=True))


def _by_review(view: View, measures: Mapping[str, str]) -> pd.DataFrame:
    if view.plans.actions.empty:
        return pd.DataFrame()
    names = {review_of(key): name for key, name in titles(view.plans.reviews).items()}
    found = view.told(quality(view.plans, view.quarter, by="review"))
    if len(names) > 1:
        found += [each for each in view.told(quality(view.plans, view.quarter)) if each.denominator == "actions"]
    rows: dict[str, dict[str, Any]] = {}
    for each in found:
        row = rows.setdefault(each.group, {"Review": names.get(each.group, "All reviews"), "Actions": Cited(each, "N")})
        if each.measure in measures:
            row |= {measures[each.measure]: Cited(each, "n"), f"{measures[each.measure]}: share": Cited(each, "value")}
    return pd.DataFrame(list(rows.values())).astype({"Review": "str"})


def _tail(words: str) -> str:
    return words if len(words) <= LONGEST else "… " + words[-LONGEST:].split(" ", 1)[-1]


def _head(words: str) -> str:
    return words if len(words) <= LONGEST else words[:LONGEST].rsplit(" ", 1)[0] + " …"
