"""What comes back: the reviews and years a theme recurs in, and themes that come up again after an earlier action."""

from __future__ import annotations

import pandas as pd

from dhr_analytics.package import Plans
from dhr_analytics.schema import review_of
from dhr_analytics.statistics.counting import shares
from dhr_analytics.statistics.estimate import Estimate, context_of, ordered, part_of
from dhr_analytics.statistics.quarter import Quarter
from dhr_analytics.statistics.selection import known_at, lead_agency, theme_rows

SAME_AREA, NATIONAL = "same area", "national"
OTHER = "other"  # what two recommendations of this theme ask for need have nothing in common


def recurring_themes(plans: Plans, quarter: Quarter) -> pd.DataFrame:
    """Return for each theme the reviews that ask for it, their years, and the agencies that are asked.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter

    Returns
    -------
    pandas.DataFrame
        theme, n_reviews, n_recommendations (Int64), reviews (keys), years, agencies (those that lead in most reviews
        first), each as text with ``"; "`` between. Most reviews first. ``review_years`` says what a year stands on.

    Raises
    ------
    UsageError
        When the package holds no themes.
    """
    plans = known_at(plans, quarter)
    rows = _coded(plans)
    years = review_years(plans).set_index("review")["year"]
    actions = plans.actions.assign(agency=lead_agency(plans.actions), review=plans.actions["review_id"].map(review_of))
    asked_of = rows[["recommendation_id", "theme"]].merge(actions[actions["agency"] != ""], on="recommendation_id")
    agencies = {theme: _by_reviews(part) for theme, part in asked_of.groupby("theme")}
    out = []
    for theme, part in rows.groupby("theme"):
        reviews = sorted(set(part["review"]))
        when = sorted({str(year) for year in years[reviews].dropna()})
        led = agencies.get(theme, [])
        out.append((theme, len(reviews), part["recommendation_id"].nunique(), *map("; ".join, (reviews, when, led))))
    names = ["theme", "n_reviews", "n_recommendations", "reviews", "years", "agencies"]
    kinds = {name: "Int64" if name.startswith("n_") else "str" for name in names}
    frame = pd.DataFrame(out, columns=names).astype(kinds)
    return frame.sort_values(names[1:3] + names[:1], ascending=[False, False, True], ignore_index=True)


def recurring_share(plans: Plans, quarter: Quarter) -> Estimate:
    """Return the share of themes that come up in two or more reviews, of those that come up at all.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter

    Returns
    -------
    Estimate
        Over themes, without an interval.

    Raises
    ------
    UsageError
        When the package holds no themes.
    """
    known = known_at(plans, quarter)
    found = recurring_themes(known, quarter)
    part, whole = found.loc[found["n_reviews"] > 1, "theme"], found["theme"]
    return part_of("recurring_theme_share", part, whole, context=context_of(known, quarter), denominator="themes")


def review_years(plans: Plans) -> pd.DataFrame:
    """Return the year that each review stands for: of its publication, else of its earliest target date.

    Parameters
    ----------
    plans : Plans

    Returns
    -------
    pandas.DataFrame
        review, year (Int64, missing where neither is known), basis (``published``, ``target`` or empty).
    """
    reviews = plans.reviews.assign(review=plans.reviews["review_id"].map(review_of))
    published = reviews.groupby("review")["published_on"].min()
    due = plans.actions.groupby(plans.actions["review_id"].map(review_of))["target_on"].min().reindex(published.index)
    basis = pd.Series("", index=published.index, dtype="str").mask(due.notna(), "target")
    return pd.DataFrame(
        {
            "review": published.index.astype("str"),
            "year": published.fillna(due).dt.year.astype("Int64").array,
            "basis": basis.mask(published.notna(), "published").array,
        }
    )


def completed_by(plans: Plans, quarter: Quarter) -> pd.DataFrame:
    """Return the completed actions with the day on which, or by which, they were reported complete.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter

    Returns
    -------
    pandas.DataFrame
        The actions with done_on and done_basis: ``stated`` (the plan states the day), ``snapshot`` (no day is stated;
        the day up to which the plan tells its progress, so it was done by then), or empty where neither is known.
    """
    plans = known_at(plans, quarter)
    done = plans.actions[plans.actions["status"] == "completed"].reset_index(drop=True)
    stated = done["completed_on"].where(done["completed_on"] <= pd.Timestamp(quarter.end))
    by = done[["review_id"]].merge(plans.reviews[["review_id", "snapshot_on"]], how="left")["snapshot_on"]
    basis = pd.Series("", index=done.index, dtype="str").mask(by.notna(), "snapshot").mask(stated.notna(), "stated")
    return done.assign(done_on=stated.fillna(by), done_basis=basis)


def came_up_again(plans: Plans, quarter: Quarter) -> pd.DataFrame:
    """Return themes that a later review asks for again after an action on them was reported complete.

    A review is later when it was published after the action was reported complete; it is of the same area, or any
    review where the earlier recommendation asks a national body alone. An action without a day of completion counts
    as complete from the day up to which its plan tells progress; where neither is known, and for a review without a
    day of publication, there is no row.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter

    Returns
    -------
    pandas.DataFrame
        theme, reach (``same area`` or ``national``), area (of the later review), earlier_review, action_id, done_on,
        done_basis (see ``completed_by``), later_review, published_on. For each theme and later review the earliest
        action, one of the same area first.

    Raises
    ------
    UsageError
        When the package holds no themes.
    """
    rows = _followed(known_at(plans, quarter), quarter)
    return rows[rows.pop("again")].reset_index(drop=True)


def came_up_again_shares(plans: Plans, quarter: Quarter) -> list[Estimate]:
    """Return the share of later reviews that ask again for a theme an earlier action was reported complete on.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter

    Returns
    -------
    list of Estimate
        Over reviews: first for any theme, then by theme, most reviews first. Counted among the reviews published after
        an action on the theme was reported complete, as ``came_up_again`` finds them.

    Raises
    ------
    UsageError
        When the package holds no themes.
    """
    known = known_at(plans, quarter)
    later = _followed(known, quarter).rename(columns={"theme": "group"})
    later = later.assign(row=later["later_review"], review=later["later_review"])[["row", "review", "group", "again"]]
    again, context = later[later["again"]], context_of(known, quarter)
    part, whole = (rows.drop(columns="group").drop_duplicates("row") for rows in (again, later))
    groups = ordered({str(name): int(size) for name, size in later.groupby("group")["again"].sum().items()}, "theme")
    measure = "came_up_again_share"
    return [
        *shares({measure: part}, whole, context=context, denominator="reviews"),
        *shares({measure: again}, later, context=context, denominator="reviews", dimension="theme", groups=groups),
    ]


def _coded(plans: Plans) -> pd.DataFrame:
    """Return recommendation_id, review, scope and theme, each recommendation once for each theme but ``OTHER``."""
    themes = theme_rows(plans)
    themes = themes[themes["theme"] != OTHER]
    rows = plans.recommendations.assign(review=plans.recommendations["review_id"].map(review_of))
    return rows[["recommendation_id", "review_id", "review", "scope"]].merge(themes, on="recommendation_id")


def _by_reviews(actions: pd.DataFrame) -> list[str]:
    sizes = {str(name): int(size) for name, size in actions.groupby("agency")["review"].nunique().items()}
    return sorted(sizes, key=lambda name: (-sizes[name], name.casefold(), name))


def _followed(plans: Plans, quarter: Quarter) -> pd.DataFrame:
    """Return each theme with completed actions, each later review, and whether that asks for the theme again."""
    coded = _coded(plans)
    done = completed_by(plans, quarter).dropna(subset="done_on")
    done = done[["action_id", "recommendation_id", "done_on", "done_basis"]].merge(coded, on="recommendation_id")
    # What asks local and national bodies may have been completed by the local one alone.
    done = done.assign(national=done["scope"] == "national", earlier_review=done["review"])
    done = done.sort_values(["done_on", "done_basis", "action_id"], ascending=[True, False, True])
    done = done.drop_duplicates(["theme", "earlier_review", "national"])
    known = plans.reviews.assign(
        review=plans.reviews["review_id"].map(review_of), place=plans.reviews["area"].str.casefold()
    )
    places = known.set_index("review_id")["place"]
    done = done.assign(place=done["review_id"].map(places).astype("str"))
    later = known.loc[known["published_on"].notna(), ["review", "area", "place", "published_on"]]
    later = later.sort_values("published_on").drop_duplicates("review").rename(columns={"review": "later_review"})
    columns = ["theme", "earlier_review", "action_id", "done_on", "done_basis"]
    near = done[done["place"] != ""][[*columns, "place"]].merge(later, on="place").assign(reach=SAME_AREA)
    far = done[done["national"]][columns].merge(later, how="cross").assign(reach=NATIONAL)
    rows = pd.concat([near, far], ignore_index=True)
    rows = rows[(rows["published_on"] > rows["done_on"]) & (rows["later_review"] != rows["earlier_review"])]
    rows = rows.sort_values(["reach", "done_on", "earlier_review", "action_id"], ascending=[False, True, True, True])
    rows = rows.drop_duplicates(["theme", "later_review"])
    asks = set(zip(coded["theme"], coded["review"], strict=True))
    again = [pair in asks for pair in zip(rows["theme"], rows["later_review"], strict=True)]
    rows = rows.assign(again=pd.Series(again, index=rows.index, dtype=bool))
    rows = rows.sort_values(["theme", "published_on", "later_review"], ignore_index=True)
    names = "theme reach area earlier_review action_id done_on done_basis later_review published_on again"
    return rows[names.split()]
