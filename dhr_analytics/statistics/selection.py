"""Which part of a package a figure is about: what may count, what was known at a date, and what was asked for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.package import Plans, read_package
from dhr_analytics.schema import NOT_UNDERSTOOD, acceptance_code, review_of
from dhr_analytics.statistics.estimate import NOT_STATED, escaped
from dhr_analytics.statistics.quarter import Quarter

# One pack asks for the same over and over, and for the quarters before.
_KEPT = 8


def read_counted(folder: Path | str) -> Plans:
    """Read a plan package without what may not count yet; see `read_package` and `counted`."""
    return counted(read_package(folder))


def counted(plans: Plans) -> Plans:
    """Leave out the documents that are graded ``check`` and that nobody has accepted.

    Every page, figure and sample begins here. Documents without a grade count: their package was
    made before documents were graded.

    Parameters
    ----------
    plans : Plans
        The whole package.

    Returns
    -------
    Plans
        ``about["left_out"]`` names each document that is left out (``document``), how much was
        read from it (``reviews``, ``recommendations``, ``actions``), what of it was not
        understood (``not_understood``, one line for each table) and what accepts it (``accept``).

    Raises
    ------
    InputError
        When every document is left out.
    """
    waits = (plans.reviews["grade"] == "check") & ~plans.reviews["accepted"]
    if not waits.any():
        return plans
    left = [_left_out(plans, str(name)) for name in plans.reviews["document"][waits].unique()]
    if waits.all():
        lines = "; ".join(f"{each['document']},{each['accept']}" for each in left)
        raise InputError(
            "Every document of the package is graded check, so there is nothing to count. Compare "
            "what was read with the documents, then accept those that are right in reviews.csv "
            f"beside them (columns document,accepted) and run dhr ingest again: {lines}"
        )
    kept = set(plans.reviews["review_id"][~waits])
    actions, recommendations = (frame["review_id"].isin(kept) for frame in (plans.actions, plans.recommendations))
    unread = set(plans.rejected["document"]) - set(plans.reviews["document"])
    rest = _keep(plans, actions, recommendations, kept, documents=unread)
    return replace(rest, about={**plans.about, "left_out": left})


def _left_out(plans: Plans, document: str) -> dict[str, Any]:
    reviews = plans.reviews[plans.reviews["document"] == document]
    lines = plans.rejected["text"][
        (plans.rejected["document"] == document) & (plans.rejected["reason"] == NOT_UNDERSTOOD)
    ]
    return {
        "document": document,
        "reviews": len(reviews),
        "recommendations": int(plans.recommendations["review_id"].isin(reviews["review_id"]).sum()),
        "actions": int(plans.actions["review_id"].isin(reviews["review_id"]).sum()),
        "not_understood": list(lines),
        "accept": acceptance_code(str(reviews["sha256"].iloc[0])),
    }


def ungraded(plans: Plans) -> str:
    """Say, in a line, that documents have no grade and count; empty where all have one."""
    if (plans.reviews["grade"] != "").all():
        return ""
    return (
        "The plans were read before documents were graded by how surely they are read; all of them count. Read them "
        "again with dhr ingest to have them graded."
    )


@lru_cache(maxsize=_KEPT)
def known_at(plans: Plans, quarter: Quarter, *, latest: bool = True) -> Plans:
    """Keep what was known on the last day of a quarter.

    Reviews published or snapshotted later are left out where the date is known; reviews without dates stay. Of
    several snapshots of one review (the same key before ``@``; or the same title, area and day of publication, all
    stated) the latest is kept. Pieces of documents from which no review was read stay.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter
    latest : bool, optional
        False keeps all snapshots of a review that were known then, for comparisons with earlier quarters.

    Returns
    -------
    Plans
    """
    reviews, end = plans.reviews, pd.Timestamp(quarter.end)
    unread = plans.rejected["document"][~plans.rejected["document"].isin(reviews["document"])]
    reviews = reviews[~((reviews["published_on"] > end) | (reviews["snapshot_on"] > end))]
    keep = _latest(reviews) if latest else set(reviews["review_id"])
    actions, recommendations = (frame["review_id"].isin(keep) for frame in (plans.actions, plans.recommendations))
    return _keep(plans, actions, recommendations, keep, documents=set(unread))


def _latest(reviews: pd.DataFrame) -> set[str]:
    """Return the key of the latest snapshot of each review."""
    in_time = reviews.sort_values(["snapshot_on", "review_id"], kind="stable", na_position="first")
    reviews = reviews.loc[in_time["review_id"].map(review_of).drop_duplicates(keep="last").index.sort_values()]
    same = reviews[(reviews["title"] != "") & (reviews["area"] != "")]
    # Without a day of publication two reviews of one title may well be two reviews: groupby leaves them out.
    last = same.groupby(["title", "area", "published_on"])["snapshot_on"].transform("max")
    return set(reviews["review_id"]) - set(same.loc[same["snapshot_on"] < last, "review_id"])


def select(
    plans: Plans,
    *,
    quarter: Quarter | None = None,
    areas: Iterable[str] | str = (),
    agencies: Iterable[str] | str = (),
    themes: Iterable[str] | str = (),
    sectors: Iterable[str] | str = (),
) -> Plans:
    """Keep the actions of some areas, lead agencies, themes or sectors, with their recommendations and reviews.

    Values of one kind are alternatives; kinds are joined by "and". Upper and lower case are alike.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter, optional
        Keep of this only what was known at its end, see ``known_at``; that may be nothing. The values asked for are
        sought in the whole package.
    areas, agencies, themes, sectors : iterable of str, or one str with commas (or semicolons) between values
        Empty keeps all. An agency or sector keeps the actions it leads and the recommendations these belong to;
        where none is stated the sector is ``not stated``.

    Returns
    -------
    Plans
        ``about["selection"]`` says what was asked for.

    Raises
    ------
    UsageError
        When a value does not occur (the message offers the nearest), nothing fits all the filters, or themes are
        asked of a package without themes.
    """
    present = {
        "area": (areas, lambda part: part.reviews["area"]),
        "theme": (themes, lambda part: theme_rows(part)["theme"]),
        "agency": (agencies, lambda part: lead_agency(part.actions)),
        "sector": (sectors, lambda part: part.actions["sector"].replace("", NOT_STATED)),
    }
    # Only what is asked for is looked up: a package without themes can still be filtered by area.
    asked = {kind: _match(wish, values(plans), kind) for kind, (wish, values) in present.items() if wish}
    asked = {kind: found for kind, found in asked.items() if found}
    if not asked:
        return known_at(plans, quarter) if quarter else plans
    if not len(_filtered(plans, asked).reviews):
        words = " and ".join(f"{kind} {value!r}" for kind, found in asked.items() for value in found)
        raise UsageError(f"Nothing in the package fits {words} together. Leave one of them out.")
    chosen = _filtered(known_at(plans, quarter) if quarter else plans, asked)
    written = [f"{kind}={escaped(value)}" for kind, found in asked.items() for value in found]
    parts = [part for part in (plans.about.get("selection", ""), *written) if part]
    return replace(chosen, about={**plans.about, "selection": ",".join(parts)})


def _filtered(plans: Plans, asked: Mapping[str, list[str]]) -> Plans:
    recommendations, actions = plans.recommendations, plans.actions
    reviews, wanted = set(plans.reviews["review_id"]), set(recommendations["recommendation_id"].tolist())
    led = pd.Series(True, index=actions.index)
    if "area" in asked:
        reviews = set(plans.reviews.loc[plans.reviews["area"].isin(asked["area"]), "review_id"])
    if "theme" in asked:
        coded = theme_rows(plans)
        wanted &= set(coded.loc[coded["theme"].isin(asked["theme"]), "recommendation_id"].tolist())
    if "agency" in asked:
        led &= lead_agency(actions).isin(asked["agency"])
    if "sector" in asked:
        led &= actions["sector"].replace("", NOT_STATED).isin(asked["sector"])
    if {"agency", "sector"} & set(asked):
        wanted &= set(actions.loc[led, "recommendation_id"].tolist())
    kept = recommendations["review_id"].isin(reviews) & recommendations["recommendation_id"].isin(wanted)
    if set(asked) != {"area"}:
        reviews &= set(recommendations.loc[kept, "review_id"])
    led &= actions["recommendation_id"].isin(set(recommendations.loc[kept, "recommendation_id"].tolist()))
    return _keep(plans, led, kept, reviews)


def lead_agency(actions: pd.DataFrame) -> pd.Series:
    """Return the canonical lead agency of each action, or the printed one where no canonical name is known."""
    return actions["agency"].where(actions["agency"] != "", actions["lead_agency"])


@lru_cache(maxsize=_KEPT)
def theme_rows(plans: Plans) -> pd.DataFrame:
    """Return ``recommendation_id`` and ``theme``, each pair once; UsageError where nothing has been coded yet."""
    if plans.themes is None:
        raise UsageError("The package holds no themes. Give it some with: dhr classify DIR (DIR is its folder).")
    return plans.themes[["recommendation_id", "theme"]].drop_duplicates(ignore_index=True)


def _keep(
    plans: Plans, actions: pd.Series, recommendations: pd.Series, reviews: set[str], *, documents: Iterable[str] = ()
) -> Plans:
    left = plans.reviews[plans.reviews["review_id"].isin(reviews)].reset_index(drop=True)
    wording = plans.recommendations[recommendations].reset_index(drop=True)
    steps = plans.actions[actions].reset_index(drop=True)
    shown, listed = {*left["document"], *documents}, plans.needs_review
    if listed is not None:
        keys = {*wording["recommendation_id"], *steps["action_id"]}
        listed = listed[listed["row_id"].isin(keys)].reset_index(drop=True)
    kept = set(wording["recommendation_id"].tolist())
    themes, sample = (
        None if each is None else each[each["recommendation_id"].isin(kept)].reset_index(drop=True)
        for each in (plans.themes, plans.coded_sample)
    )
    return replace(
        plans,
        reviews=left,
        recommendations=wording,
        actions=steps,
        rejected=plans.rejected[plans.rejected["document"].isin(shown)].reset_index(drop=True),
        needs_review=listed,
        themes=themes,
        coded_sample=sample,
    )


def _plain(value: str) -> str:
    return " ".join(value.replace("_", " ").casefold().split())


def _match(asked: Iterable[str] | str, present: pd.Series, kind: str) -> list[str]:
    known: dict[str, list[str]] = {}
    for value in sorted(set(present.unique()) - {""}):
        known.setdefault(_plain(value), []).append(value)
    if isinstance(asked, str):  # "Northshire, Southam and Eastham" may be one area, commas and all
        asked = [asked] if _plain(asked) in known else asked.split(";" if ";" in asked else ",")
    found: list[str] = []
    for value in asked:
        if not _plain(value):
            continue
        if _plain(value) not in known:
            near = difflib.get_close_matches(_plain(value), known, n=1)
            some = ", ".join(names[0] for names in list(known.values())[:8]) or "none"
            advice = f"Did you mean {known[near[0]][0]!r}?" if near else f"Known: {some}."
            raise UsageError(f"No {kind} {value.strip()!r} in the package. {advice}")
        found += known[_plain(value)]
    return sorted(set(found))
