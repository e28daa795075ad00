"""Why a figure is no longer what it was: the old value beside the new one, and the reason found from the rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from dhr_analytics.package import Plans
from dhr_analytics.schema import review_of
from dhr_analytics.statistics.estimate import Estimate

_ROW = re.compile(r"^(?P<recommendation>(?P<review>.*)-R\d+)(?:-A\d+)?$")


@dataclass(frozen=True)
class Revision:
    """One figure as it was and as it is; ``reasons`` in words, the one that touches most rows first."""

    id: str
    label: str
    old_n: int
    old_N: int  # noqa: N815 - N is the field's word for the denominator
    old_value: float | None
    new_n: int
    new_N: int  # noqa: N815
    new_value: float | None
    reasons: tuple[str, ...]


def revisions(
    old: Plans, old_estimates: Iterable[Estimate], new: Plans, new_estimates: Iterable[Estimate]
) -> list[Revision]:
    """Return the figures whose count, base or value is no longer the same, and why.

    Parameters
    ----------
    old, new : Plans
        The package then and now.
    old_estimates, new_estimates : iterable of Estimate
        Made from them for the same quarter, with the keys of their rows.

    Returns
    -------
    list of Revision
        In the order of the new estimates; figures that only one side has are left out.
    """
    before = {each.id: each for each in old_estimates}
    causes = _Causes(old, new)
    out = []
    for now in new_estimates:
        then = before.get(now.id)
        if then is None or _figure(then) == _figure(now):
            continue
        touched = {*then.rows_n} ^ {*now.rows_n} | {*then.rows_N} ^ {*now.rows_N}
        rows = sorted(touched or {*then.rows_N, *now.rows_N})
        told: dict[str, int] = {}
        for row in rows:
            cause = causes.of(row)
            told[cause] = told.get(cause, 0) + 1
        if len(told) > 1:  # rows for which nothing is known say nothing where others do
            told.pop(UNKNOWN, None)
        reasons = tuple(sorted(told, key=lambda cause: (-told[cause], cause)))
        values = (then.n, then.N, then.value, now.n, now.N, now.value)
        out.append(Revision(now.id, now.label, *values, reasons))
    return out


def _figure(estimate: Estimate) -> tuple[int, int, str]:
    value = estimate.value
    return estimate.n, estimate.N, "" if value is None else f"{value:.6g}"  # as files hold it


def revised(estimates: Iterable[Estimate], found: Iterable[Revision]) -> list[Estimate]:
    """Return estimates with their revision state: ``revised`` where they are among the revisions, else ``final``."""
    ids = {each.id for each in found}
    return [replace(each, revision="revised" if each.id in ids else "final") for each in estimates]


UNKNOWN = "no cause is recorded"


class _Causes:
    """What differs between two packages, looked up by row."""

    def __init__(self, old: Plans, new: Plans) -> None:
        self._sides = (_Side(old), _Side(new))

    def of(self, row: str) -> str:
        """Return why a row came, went or counts otherwise."""
        then, now = self._sides
        key = row.partition(":")[0]  # a theme given is written recommendation:theme
        match = _ROW.match(key)
        review = match["review"] if match else key
        recommendation = match["recommendation"] if match else ""
        name = review_of(review)
        if name not in then.snapshots or name not in now.snapshots:
            if name not in then.snapshots and name not in now.snapshots:
                return UNKNOWN
            return f"plan added: {name}" if name in now.snapshots else f"plan withdrawn: {name}"
        if fresh := sorted(now.snapshots[name].keys() - then.snapshots[name].keys()):
            return f"new snapshot: {fresh[-1]}"
        if then.snapshots[name].keys() - now.snapshots[name].keys():
            return f"snapshot withdrawn: {name}"
        if then.snapshots[name] != now.snapshots[name]:
            return f"plan changed: {name}"
        if changed := [each for each in (key, recommendation) if then.corrected.get(each) != now.corrected.get(each)]:
            return f"corrected by hand: {changed[0]}"
        if not match:  # the themes of a review are those of its recommendations
            return self._coding(
                {each for side in self._sides for each in side.themes if each.startswith(f"{review}-R")}
            )
        return self._coding({recommendation})

    def _coding(self, recommendations: set[str]) -> str:
        then, now = self._sides
        if any(then.by_people.get(each) != now.by_people.get(each) for each in recommendations):
            return "decided by a person"
        changed = [each for each in sorted(recommendations) if then.themes.get(each) != now.themes.get(each)]
        for each in changed:
            people = {theme for theme, source in now.themes.get(each, ()) if source == "human"}
            if people - {theme for theme, source in then.themes.get(each, ()) if source == "human"}:
                return "decided by a person"
        if changed and then.codebook != now.codebook:
            return f"re-coded under codebook {now.codebook or 'not stated'}, before {then.codebook or 'not stated'}"
        if then.software != now.software:
            return f"read or coded with {now.software or 'another version'}, before {then.software or 'not stated'}"
        return "coded again" if changed else UNKNOWN


class _Side:
    """One package, by row."""

    def __init__(self, plans: Plans) -> None:
        self.snapshots: dict[str, dict[str, tuple[str, str]]] = {}
        for row in plans.reviews.to_dict("records"):
            states = (str(row["sha256"]), str(row["snapshot_on"]))
            self.snapshots.setdefault(review_of(row["review_id"]), {})[row["review_id"]] = states
        self.themes: dict[str, frozenset[tuple[str, str]]] = {}
        themes = plans.themes if plans.themes is not None else pd.DataFrame(columns=["recommendation_id"])
        for key, part in themes.groupby("recommendation_id"):
            self.themes[str(key)] = frozenset(zip(part["theme"], part["source"], strict=True))
        self.by_people: dict[str, frozenset[str]] = {}
        if plans.coded_sample is not None:
            said = plans.coded_sample[plans.coded_sample["human"] == "true"]
            self.by_people = {str(key): frozenset(part) for key, part in said.groupby("recommendation_id")["theme"]}
        self.codebook = ", ".join(sorted(set(themes.get("codebook_version", [])) - {""}))
        self.software = str(plans.about.get("software", ""))
        self.corrected: dict[str, list[Any]] = {}
        given = plans.about.get("corrections")
        for each in given if isinstance(given, list) else ():
            if isinstance(each, dict) and each.get("row_id"):
                self.corrected.setdefault(str(each["row_id"]), []).append((each.get("column"), each.get("now")))
