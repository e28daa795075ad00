"""The themes of a plan package: the machine's coding with what people decided laid over it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from dhr_analytics.package import Plans
from dhr_analytics.themes.codebook import Codebook
from dhr_analytics.themes.decisions import apply_decisions, read_decisions, text_keys, unapplied_decisions
from dhr_analytics.themes.model import coding_key
from dhr_analytics.themes.sample import held_against, read_sample, store_beside

_WORDING = ["recommendation_id", "text", "section"]


def code_plans(
    plans: Plans,
    codebook: Codebook,
    decisions: Path | str,
    *,
    earlier: Plans | None = None,
    before_coding: Callable[[Codebook], None] = lambda codebook: None,
) -> tuple[Plans, pd.DataFrame, int]:
    """Code the recommendations of plans; what people decided wins.

    Parameters
    ----------
    plans : Plans
    codebook : Codebook
    decisions : path
        Store of human decisions, with that of the coded sample beside it; none is needed.
    earlier : Plans, optional
        An earlier coding. What stands there with the same wording, coded with the same codebook, model and decisions,
        is taken over: each text is coded by itself, so the result is the same, and where nothing is new the model is
        not loaded.
    before_coding : callable, optional
        Is given the codebook when something is to be coded, which can take time.

    Returns
    -------
    plans : Plans
        With themes, and where people decided with the table `coded_sample`; `about["coding"]` says what they were
        coded with.
    lost : pandas.DataFrame
        Decisions that could not be applied, with the reason.
    coded : int
        Recommendations that were coded anew.
    """
    stored, sample = read_decisions(decisions), read_sample(store_beside(decisions))
    by_people = stored.to_csv(index=False) + sample.to_csv(index=False)
    coding = hashlib.sha256((coding_key(codebook) + by_people).encode()).hexdigest()[:16]
    recommendations = plans.recommendations
    taken = _unchanged(recommendations, earlier) if earlier and earlier.about.get("coding") == coding else None
    new = recommendations if taken is None else recommendations[~recommendations["recommendation_id"].isin(taken)]
    themes = held = None
    if len(new) or taken is None:
        from dhr_analytics.themes.coding import code_recommendations

        before_coding(codebook)
        machine = code_recommendations(new, codebook)
        held = held_against(machine, new, stored, sample, codebook=codebook)
        themes = apply_decisions(machine, new, stored, codebook=codebook) if len(stored) else machine
    if taken is not None and earlier is not None:
        place = {key: number for number, key in enumerate(recommendations["recommendation_id"])}
        themes, held = _joined(earlier.themes, themes, taken, place), _joined(earlier.coded_sample, held, taken, place)
    coded = replace(
        plans.with_themes(themes),  # type: ignore[arg-type]
        coded_sample=held if held is not None and len(held) else None,
        about={**plans.about, "coding": coding},
    )
    return coded, unapplied_decisions(recommendations, stored, codebook=codebook), len(new)


def _joined(
    earlier: pd.DataFrame | None, new: pd.DataFrame | None, taken: set[str], place: dict[str, int]
) -> pd.DataFrame | None:
    """Return the rows that are taken over with the new ones, in the order of the recommendations."""
    kept = None if earlier is None else earlier[earlier["recommendation_id"].isin(taken)]
    parts = [part for part in (kept, new) if part is not None]
    if not parts:
        return None
    rows = pd.concat(parts).sort_values("recommendation_id", key=lambda keys: keys.map(place), kind="stable")
    return rows.reset_index(drop=True)


def themes_in_doubt(plans: Plans, codebook: Codebook, decisions: Path | str) -> pd.DataFrame:
    """List the themes of plans that a person should decide, most useful first.

    Parameters
    ----------
    plans : Plans
    codebook : Codebook
    decisions : path
        Store of human decisions; what is decided there is in doubt no longer.

    Returns
    -------
    pandas.DataFrame
        As from `coding.review_queue`, with `recommendation_id` in place of `id`.
    """
    from dhr_analytics.themes.coding import review_queue

    recommendations, stored = plans.recommendations, read_decisions(decisions)
    held = stored[stored["superseded_by"] == ""]
    decided = set(zip(held["text_key"], held["theme"], strict=True))
    keys = dict(zip(recommendations["recommendation_id"], text_keys(recommendations), strict=True))
    queue = review_queue(recommendations.rename(columns={"recommendation_id": "id"}), codebook)
    still = [(keys[owner], theme) not in decided for owner, theme in zip(queue["id"], queue["theme"], strict=True)]
    return queue.loc[still].rename(columns={"id": "recommendation_id"}).reset_index(drop=True)


def _unchanged(recommendations: pd.DataFrame, earlier: Plans) -> set[str]:
    """Return the ids of recommendations that stand in the earlier package with the same wording."""
    same = recommendations[_WORDING].merge(earlier.recommendations[_WORDING], on=_WORDING)
    return set(same["recommendation_id"])
