"""How often each theme is asked for, over recommendations, reviews or actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.schema import empty, review_of
from dhr_analytics.statistics.corrected import NOT_CORRECTED, corrected_share
from dhr_analytics.statistics.counting import rows_of, shares
from dhr_analytics.statistics.estimate import DENOMINATORS, NOT_CODED, Estimate, context_of, estimate, ordered
from dhr_analytics.statistics.quarter import Quarter
from dhr_analytics.statistics.selection import known_at, theme_rows


def theme_shares(
    plans: Plans, quarter: Quarter, *, over: str = "recommendations", include: Iterable[str] = ()
) -> list[Estimate]:
    """Return the share of recommendations, reviews or actions with each theme.

    A review has a theme when one of its recommendations has it; an action has those of its recommendation. Shares
    of several themes do not add up to 100 %.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter
    over : {"recommendations", "reviews", "actions"}
    include : iterable of str, optional
        Themes to list even where nothing has them, such as all ids of the codebook.

    Returns
    -------
    list of Estimate
        Largest first, then by name; recommendations without any theme come last as ``not coded``.

    Raises
    ------
    UsageError
        When the package holds no themes, or ``over`` is something else.
    """
    plans = known_at(plans, quarter)
    return _shares("theme_share", "theme", plans, quarter, _units(plans, over), over, include)


def theme_prevalence(
    plans: Plans, quarter: Quarter, *, over: str = "recommendations", include: Iterable[str] = ()
) -> list[Estimate]:
    """Return the share of recommendations, reviews or actions with each theme, corrected for errors of the machine.

    Parameters
    ----------
    plans : Plans
        Those with the table ``coded_sample`` can be corrected, see ``corrected.corrected_share``.
    quarter, over, include
        As for ``theme_shares``.

    Returns
    -------
    list of Estimate
        In the order of ``theme_shares``, with its ``n`` and ``N``. Where too little of the sample is there the value
        is the share as counted; see ``is_corrected``.

    Raises
    ------
    UsageError
        As ``theme_shares``.
    """
    plans = known_at(plans, quarter)
    context, machine, human = context_of(plans, quarter), _machine_rows(plans), _human_labels(plans)
    table = "actions" if over == "actions" else "recommendations"
    owner, review = getattr(plans, table)["recommendation_id"], pd.factorize(rows_of(plans, table)["review"])[0]
    # Which rows have a theme is itself in doubt, so those of the sample among them are not drawn at random.
    by_theme = "theme=" in context.selection
    out = []
    for each in theme_shares(plans, quarter, over=over, include=include):
        if each.group == NOT_CODED:
            continue
        given = owner.isin(machine.loc[machine["theme"] == each.group, "recommendation_id"]).astype(float)
        found = corrected_share(review, given, owner.map(human(each.group)), per_review=over == "reviews")
        why = f"{NOT_CORRECTED}: the rows were chosen by theme" if by_theme else found.method
        plain = by_theme or found.value is None
        out.append(
            estimate(
                "theme_prevalence",
                each.n,
                each.N,
                context=context,
                denominator=over,
                dimension="theme",
                group=each.group,
                value=each.value if plain else found.value,
                interval=(each.low, each.high) if plain else (found.low, found.high),
                method="; ".join(part for part in (each.method if plain else "", why) if part),
                rows_n=each.rows_n,
                rows_N=each.rows_N,
            )
        )
    return out


def is_corrected(found: Estimate) -> bool:
    """Tell whether an estimate of ``theme_prevalence`` is corrected, or is the share as counted."""
    return NOT_CORRECTED not in found.method


def _machine_rows(plans: Plans) -> pd.DataFrame:
    """Return ``recommendation_id`` and ``theme`` as the machine gave them, before people decided."""
    rows, sample = theme_rows(plans), plans.coded_sample
    if sample is None:
        return rows
    untouched = rows[~rows["recommendation_id"].isin(sample["recommendation_id"])]
    return pd.concat([untouched, sample.loc[sample["machine"], ["recommendation_id", "theme"]]], ignore_index=True)


def _human_labels(plans: Plans) -> Callable[[str], pd.Series]:
    """Return what gives, for a theme, 1 or 0 for each recommendation (index) of which people coded it."""
    sample = empty("coded_sample") if plans.coded_sample is None else plans.coded_sample
    coded = pd.Index(sample.loc[sample["human"] == "true", "recommendation_id"].unique())

    def labels(theme: str) -> pd.Series:
        said = sample[sample["theme"] == theme].set_index("recommendation_id")["human"]
        words = said.reindex(coded, fill_value="false")
        return words.map({"true": 1.0, "false": 0.0}).astype(float)

    return labels


def home_office_shares(
    plans: Plans, quarter: Quarter, *, tags: Mapping[str, str], over: str = "recommendations"
) -> list[Estimate]:
    """Return the share with each recommendation tag of the Home Office DHR Library.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter
    tags : mapping of str to str
        The tag that each theme of the codebook rolls up to; all tags are listed.
    over : {"recommendations", "reviews", "actions"}

    Returns
    -------
    list of Estimate
        As ``theme_shares``; what has two themes of one tag counts once.

    Raises
    ------
    UsageError
        As ``theme_shares``, and when a theme of the package has no tag.
    """
    plans = known_at(plans, quarter)
    units = _units(plans, over)
    if unknown := sorted(set(units["theme"]) - set(tags) - {NOT_CODED}):
        raise UsageError(f"Theme {unknown[0]!r} is not in the codebook. Code the package again: dhr classify DIR.")
    units = units.assign(theme=units["theme"].map({**tags, NOT_CODED: NOT_CODED}).astype("str")).drop_duplicates()
    return _shares("home_office_share", "home_office", plans, quarter, units, over, tags.values())


def _units(plans: Plans, over: str) -> pd.DataFrame:
    """Return the rows of the denominator with their themes: columns row, review and theme, each pair once."""
    if over not in DENOMINATORS:
        raise UsageError(f"Themes are counted over {', '.join(DENOMINATORS)}, not {over!r}.")
    coded = theme_rows(plans)
    rows = plans.recommendations[["recommendation_id", "review_id"]].merge(coded, how="left")
    rows["theme"] = rows["theme"].where(rows["theme"].notna(), NOT_CODED)
    key = f"{over[:-1]}_id"
    if over == "actions":
        rows = plans.actions[["recommendation_id", "action_id"]].merge(rows, on="recommendation_id")
    review = rows["review_id"].map(review_of)
    rows = pd.DataFrame({"row": review if over == "reviews" else rows[key], "review": review, "theme": rows["theme"]})
    return rows.drop_duplicates(ignore_index=True)


def _shares(
    measure: str,
    dimension: str,
    plans: Plans,
    quarter: Quarter,
    units: pd.DataFrame,
    over: str,
    include: Iterable[str],
) -> list[Estimate]:
    sizes = {str(theme): int(size) for theme, size in units.groupby("theme").size().items()}
    return shares(
        {measure: units.rename(columns={"theme": "group"})},
        rows_of(plans, over),
        context=context_of(plans, quarter),
        denominator=over,
        dimension=dimension,
        groups=ordered({**dict.fromkeys(include, 0), **sizes}, dimension),
    )
