"""One figure with all that is needed to cite it: count, base, interval, date and definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from math import sqrt
from statistics import NormalDist
from urllib.parse import quote_plus

import pandas as pd

from dhr_analytics.errors import UsageError
from dhr_analytics.statistics.catalogue import CATALOGUE
from dhr_analytics.statistics.quarter import Quarter, parse_quarter

NOT_STATED = "not stated"
NOT_CODED = "not coded"
DENOMINATORS = ("reviews", "recommendations", "actions")
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Estimate:
    """A share ``n`` of ``N``; ``value``, ``low`` and ``high`` are ``None`` where there is nothing to divide by.

    ``group`` is the value of ``dimension`` (such as theme or sector) the share is for, empty for all rows.
    ``definition`` is a key of ``catalogue.CATALOGUE``.
    """

    id: str
    label: str
    measure: str
    denominator: str
    dimension: str
    group: str
    n: int
    N: int
    value: float | None
    low: float | None
    high: float | None
    as_of: date
    definition: str


def wilson(n: int, total: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a share.

    Parameters
    ----------
    n, total : int
        Rows counted, and rows they are counted among (at least 1).

    Returns
    -------
    tuple of float
        Lower and upper bound, within 0 to 1.

    References
    ----------
    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    share, z2 = n / total, _Z * _Z
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z * sqrt(share * (1 - share) / total + z2 / (4 * total * total)) / (1 + z2 / total)
    # Rounding may carry a bound past the share itself where the share is 0 or 1.
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))


def share(
    measure: str,
    n: int,
    total: int,
    *,
    quarter: Quarter,
    denominator: str = "actions",
    dimension: str = "",
    group: str = "",
    selection: str = "",
) -> Estimate:
    """Build an estimate with its Wilson interval.

    Parameters
    ----------
    measure : str
        Key of the catalogue, such as ``"completion_rate"``.
    n, total : int
        Rows counted, and rows they are counted among.
    quarter : Quarter
        The figure stands on its last day.
    denominator : {"actions", "recommendations", "reviews"}
        What the rows are.
    dimension, group : str
        Such as ``"theme"`` and ``"training"``; empty for all rows.
    selection : str
        The filter in force (``Plans.about["selection"]``); it becomes part of the id.

    Returns
    -------
    Estimate

    Raises
    ------
    UsageError
        When measure or denominator is unknown, or n is not within 0 to total.
    """
    if measure not in CATALOGUE or denominator not in DENOMINATORS:
        raise UsageError(f"There is no measure {measure!r} over {denominator!r}; see docs/definitions.md.")
    n, total = int(n), int(total)
    if not 0 <= n <= total:
        raise UsageError(f"{measure}: {n} of {total} is not a share.")
    low, high = wilson(n, total) if total else (None, None)
    name = CATALOGUE[measure].name
    where = f".{dimension}={quote_plus(group)}" if dimension else ""
    return Estimate(
        id=f"{measure}.{denominator}.{quarter.id}{where}" + (f".where.{selection}" if selection else ""),
        label=f"{name}: {_in_words(dimension, group)}" if dimension else name,
        measure=measure,
        denominator=denominator,
        dimension=dimension,
        group=group,
        n=n,
        N=total,
        value=n / total if total else None,
        low=low,
        high=high,
        as_of=quarter.end,
        definition=measure,
    )


def _in_words(dimension: str, group: str) -> str:
    if dimension.endswith("_quarter") and group != NOT_STATED:
        return parse_quarter(group).label
    return group.replace("_", " ") if dimension in ("theme", "status", "scope") else group


def ordered(sizes: Mapping[str, int], dimension: str) -> list[str]:
    """Put groups in the order of tables: largest first, then by name; quarters by time; not stated or coded last."""
    in_time = dimension.endswith("_quarter")
    return sorted(
        sizes,
        key=lambda group: (group in (NOT_STATED, NOT_CODED), 0 if in_time else -sizes[group], group.casefold(), group),
    )


def to_frame(estimates: Iterable[Estimate]) -> pd.DataFrame:
    """Return estimates as a table: one row each, the same columns always, the order kept.

    Parameters
    ----------
    estimates : iterable of Estimate

    Returns
    -------
    pandas.DataFrame
        Columns as the fields of ``Estimate``; ``n`` and ``N`` Int64, ``value``, ``low``, ``high`` Float64
        (missing where N is 0), ``as_of`` datetime64[s], the others str.
    """
    kinds = {"n": "Int64", "N": "Int64", "value": "Float64", "low": "Float64", "high": "Float64"}
    rows = [asdict(estimate) for estimate in estimates]
    out = {}
    for field in fields(Estimate):
        values = [row[field.name] for row in rows]
        if field.name == "as_of":
            out[field.name] = pd.Series(pd.to_datetime(values).astype("datetime64[s]"))
        else:
            out[field.name] = pd.Series(values, dtype=kinds.get(field.name, "str"))
    return pd.DataFrame(out)
