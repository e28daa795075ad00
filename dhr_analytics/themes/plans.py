"""The themes of a plan package: the machine's coding with what people decided laid over it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pandas as pd

from dhr_analytics.package import Plans
from dhr_analytics.themes.codebook import Codebook
from dhr_analytics.themes.decisions import apply_decisions, read_decisions, unapplied_decisions
from dhr_analytics.themes.model import coding_key

_WORDING = ["recommendation_id", "text", "section"]


def code_plans(
    plans: Plans, codebook: Codebook, decisions: Path | str, *, earlier: Plans | None = None
) -> tuple[Plans, pd.DataFrame, int]:
    """Code the recommendations of plans; what people decided wins.

    Parameters
    ----------
    plans : Plans
    codebook : Codebook
    decisions : path
        Store of human decisions; none is needed.
    earlier : Plans, optional
        An earlier coding. What stands there with the same wording, coded with the same codebook, model and decisions,
        is taken over: each text is coded by itself, so the result is the same, and where nothing is new neither spaCy
        nor the model is loaded.

    Returns
    -------
    plans : Plans
        With themes; `about["coding"]` says what they were coded with.
    lost : pandas.DataFrame
        Decisions that could not be applied, with the reason.
    coded : int
        Recommendations that were coded anew.
    """
    stored = read_decisions(decisions)
    coding = hashlib.sha256((coding_key(codebook) + stored.to_csv(index=False)).encode()).hexdigest()[:16]
    recommendations = plans.recommendations
    taken = _unchanged(recommendations, earlier) if earlier and earlier.about.get("coding") == coding else None
    new = recommendations if taken is None else recommendations[~recommendations["recommendation_id"].isin(taken)]
    themes = None
    if len(new) or taken is None:
        from dhr_analytics.themes.coding import code_recommendations

        themes = code_recommendations(new, codebook)
        themes = apply_decisions(themes, new, stored, codebook=codebook) if len(stored) else themes
    if taken is not None and earlier is not None and earlier.themes is not None:
        kept = earlier.themes[earlier.themes["recommendation_id"].isin(taken)]
        place = {key: number for number, key in enumerate(recommendations["recommendation_id"])}
        themes = pd.concat([kept, themes]) if themes is not None else kept
        themes = themes.sort_values("recommendation_id", key=lambda keys: keys.map(place), kind="stable")
    coded = replace(plans.with_themes(themes.reset_index(drop=True)), about={**plans.about, "coding": coding})  # type: ignore[union-attr]
    return coded, unapplied_decisions(recommendations, stored, codebook=codebook), len(new)


def _unchanged(recommendations: pd.DataFrame, earlier: Plans) -> set[str]:
    """Return the ids of recommendations that stand in the earlier package with the same wording."""
    same = recommendations[_WORDING].merge(earlier.recommendations[_WORDING], on=_WORDING)
    return set(same["recommendation_id"])
