"""One figure with all that is needed to cite it: count, base, interval, date, definition and the rows behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from math import sqrt
from statistics import NormalDist
from typing import Any, NamedTuple
from urllib.parse import quote_plus, unquote_plus

import pandas as pd

from dhr_analytics._version import __version__
from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.statistics.catalogue import CATALOGUE, NO_INTERVAL, WILSON
from dhr_analytics.statistics.quarter import Quarter, parse_quarter, span_label

NOT_STATED = "not stated"
NOT_CODED = "not coded"
DENOMINATORS = ("reviews", "recommendations", "actions")
SNAPSHOT_RULE = "of each review the latest snapshot known on that day"
Z = NormalDist().inv_cdf(0.975)
_ID = re.compile(r"(\w+)\.(\w+)\.([\w-]+)(?:\.(\w+)=([^.]*))?(?:\.where\.([^.]+))?")


class Withheld(int):
    """A count that is not printed, see ``disclosure``. It reads as [c], and counts as more than one to sentences."""

    def __str__(self) -> str:
        return "[c]"

    __repr__ = __str__


WITHHELD = Withheld(2)
NOT_TOLD = "withheld, so that no small count can be worked out"


@dataclass(frozen=True)
class Estimate:
    """A figure of the catalogue; ``value``, ``low`` and ``high`` are ``None`` where there is nothing to divide by.

    ``group`` is the value of ``dimension`` (such as theme or sector) the figure is for, empty for all rows.
    ``unit`` says what ``value`` is: a ``share`` ``n`` of ``N``, a ``count`` (then ``n`` is ``N``), ``days``, or the
    difference of two shares (``points``; ``n`` and ``N`` are those of the later one). ``definition`` is a key of
    ``catalogue.CATALOGUE``. ``rows_n`` and ``rows_N`` are the keys of the rows behind ``n`` and ``N``.
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
    unit: str
    method: str
    as_of: date
    snapshot_rule: str
    definition: str
    codebook_version: str
    software: str
    revision: str = "final"
    rows_n: tuple[str, ...] = field(default=(), repr=False, compare=False)
    rows_N: tuple[str, ...] = field(default=(), repr=False, compare=False)  # noqa: N815 - as N


class Address(NamedTuple):
    """The parts of an estimate's id; ``selection`` as in ``Plans.about``."""

    measure: str
    denominator: str
    quarter: Quarter
    dimension: str
    group: str
    selection: str


@dataclass(frozen=True)
class Context:
    """What the figures of one page have in common: the quarter, the filter in force and the version of the themes."""

    quarter: Quarter
    selection: str = ""
    codebook_version: str = ""


def context_of(plans: Plans, quarter: Quarter) -> Context:
    """Return what estimates made from these plans have in common."""
    versions = () if plans.themes is None else sorted(set(plans.themes["codebook_version"].unique()) - {""})
    return Context(quarter, plans.about.get("selection", ""), ", ".join(versions))


def escaped(value: str) -> str:
    """Return a value as it stands in an id: without spaces, dots, commas or equals signs."""
    return quote_plus(value).replace(".", "%2E")


def part_of(measure: str, part: Iterable[str], whole: Iterable[str], *, context: Context, denominator: str) -> Estimate:
    """Build the share that the rows of a part are of those of a whole, as a count without an interval.

    Parameters
    ----------
    measure : str
        Key of the catalogue.
    part, whole : iterable of str
        Keys of the rows.
    context : Context
    denominator : str
        What the rows are.
    """
    counted, among = tuple(sorted(part)), tuple(sorted(whole))
    return estimate(
        measure,
        len(counted),
        len(among),
        context=context,
        denominator=denominator,
        value=len(counted) / len(among) if among else None,
        method=NO_INTERVAL,
        rows_n=counted,
        rows_N=among,
    )


def estimate(
    measure: str,
    n: int,
    total: int,
    *,
    context: Context,
    denominator: str,
    dimension: str = "",
    group: str = "",
    value: float | None = None,
    interval: tuple[float | None, float | None] = (None, None),
    method: str = "",
    rows_n: tuple[str, ...] = (),
    rows_N: tuple[str, ...] = (),  # noqa: N803 - N is the field's word for the denominator
) -> Estimate:
    """Build an estimate of the catalogue from its parts; the unit is that of the measure.

    Raises
    ------
    UsageError
        When the catalogue has no such measure, or not over this denominator.
    """
    if measure not in CATALOGUE or denominator not in CATALOGUE[measure].over:
        raise UsageError(f"There is no measure {measure!r} over {denominator!r}; see docs/definitions.md.")
    known = CATALOGUE[measure]
    where = f".{dimension}={escaped(group)}" if dimension else ""
    filters = f".where.{context.selection}" if context.selection else ""
    return Estimate(
        id=f"{measure}.{denominator}.{context.quarter.id}{where}{filters}",
        label=f"{known.name}: {_in_words(dimension, group)}" if dimension else known.name,
        measure=measure,
        denominator=denominator,
        dimension=dimension,
        group=group,
        n=n,
        N=total,
        value=value,
        low=interval[0],
        high=interval[1],
        unit=known.unit,
        method=method,
        as_of=context.quarter.end,
        snapshot_rule=SNAPSHOT_RULE,
        definition=measure,
        codebook_version=context.codebook_version,
        software=f"dhr_analytics {__version__}",
        rows_n=rows_n,
        rows_N=rows_N,
    )


def parse_id(text: str) -> Address:
    """Read the id of an estimate.

    Parameters
    ----------
    text : str
        ``measure.denominator.quarter[.dimension=group][.where.selection]``.

    Returns
    -------
    Address

    Raises
    ------
    UsageError
        When the text is not built like this.
    """
    found = _ID.fullmatch(text.strip())
    if not found:
        raise UsageError(
            f"{text!r} is not the id of a figure. It reads measure.denominator.quarter, such as "
            "completion_rate.actions.2025Q1.sector=police."
        )
    measure, denominator, quarter, dimension, group, selection = found.groups(default="")
    return Address(measure, denominator, parse_quarter(quarter), dimension, unquote_plus(group), selection)


def wilson(n: float, total: float) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a share.

    Parameters
    ----------
    n, total : float
        Rows counted, and rows they are counted among (more than 0); an effective number may be broken.

    Returns
    -------
    tuple of float
        Lower and upper bound, within 0 to 1.

    References
    ----------
    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    share, z2 = n / total, Z * Z
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = Z * sqrt(share * (1 - share) / total + z2 / (4 * total * total)) / (1 + z2 / total)
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
    """Build a share with its Wilson interval, for rows that are independent of one another.

    Parameters
    ----------
    measure : str
        Key of the catalogue, such as ``"completion_rate"``.
    n, total : int
        Rows counted, and rows they are counted among.
    quarter : Quarter
        The figure stands on its last day.
    denominator : str
        What the rows are: ``"actions"``, ``"recommendations"``, ``"reviews"``.
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
    n, total = int(n), int(total)
    if not 0 <= n <= total:
        raise UsageError(f"{measure}: {n} of {total} is not a share.")
    return estimate(
        measure,
        n,
        total,
        context=Context(quarter, selection),
        denominator=denominator,
        dimension=dimension,
        group=group,
        value=n / total if total else None,
        interval=wilson(n, total) if total else (None, None),
        method=WILSON if total else "",
    )


def _in_words(dimension: str, group: str) -> str:
    if dimension.endswith("_quarter") and group != NOT_STATED:
        return span_label(group)
    return group.replace("_", " ") if dimension in ("theme", "status", "scope", "action_type") else group


def ordered(sizes: Mapping[str, int], dimension: str) -> list[str]:
    """Put groups in the order of tables: largest first, then by name; quarters by time; not stated or coded last."""
    in_time = dimension.endswith("_quarter")
    return sorted(
        sizes,
        key=lambda group: (group in (NOT_STATED, NOT_CODED), 0 if in_time else -sizes[group], group.casefold(), group),
    )


_ROWS = ("rows_n", "rows_N")
_KINDS = {"n": "Int64", "N": "Int64", "value": "Float64", "low": "Float64", "high": "Float64"}


def to_frame(estimates: Iterable[Estimate]) -> pd.DataFrame:
    """Return estimates as a table: one row each, the same columns always, the order kept.

    Parameters
    ----------
    estimates : iterable of Estimate

    Returns
    -------
    pandas.DataFrame
        Columns as the fields of ``Estimate`` but for the keys of rows (see ``rows_frame``); ``n`` and ``N`` Int64,
        ``value``, ``low``, ``high`` Float64 (missing where N is 0), ``as_of`` datetime64[s], the others str.
    """
    given, out = list(estimates), {}
    for name in (each.name for each in fields(Estimate) if each.name not in _ROWS):
        values = [getattr(each, name) for each in given]
        if name == "as_of":
            out[name] = pd.Series(pd.to_datetime(values).astype("datetime64[s]"))
        else:
            told = [None if isinstance(value, Withheld) else value for value in values]
            out[name] = pd.Series(told, dtype=_KINDS.get(name, "str"))
    return pd.DataFrame(out)


def rows_frame(estimates: Iterable[Estimate]) -> pd.DataFrame:
    """Return the keys of the rows behind estimates: columns ``id``, ``rows_n``, ``rows_N``, with spaces between keys.

    Parameters
    ----------
    estimates : iterable of Estimate

    Returns
    -------
    pandas.DataFrame
    """
    rows = [(each.id, " ".join(each.rows_n), " ".join(each.rows_N)) for each in estimates]
    return pd.DataFrame(rows, columns=["id", *_ROWS], dtype="str")


def from_frames(frame: pd.DataFrame, rows: pd.DataFrame) -> list[Estimate]:
    """Return the estimates of a table of ``to_frame`` and one of ``rows_frame``.

    Parameters
    ----------
    frame, rows : pandas.DataFrame
        Also as read from CSV files.

    Returns
    -------
    list of Estimate
    """
    keys = {name: (n, total) for name, n, total in rows[["id", *_ROWS]].itertuples(index=False)}
    out = []
    for row in frame.to_dict("records"):
        values: dict[str, Any] = {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for name, kind in (("n", int), ("N", int), ("value", float), ("low", float), ("high", float)):
            values[name] = None if values[name] is None else kind(values[name])
        for name in (each.name for each in fields(Estimate) if each.name not in (*_ROWS, *_KINDS, "as_of")):
            values[name] = "" if values[name] is None else str(values[name])
        counted, among = (tuple(str(each).split()) if isinstance(each, str) else () for each in keys[values["id"]])
        as_of = pd.Timestamp(values["as_of"]).date()
        out.append(Estimate(**{**values, "as_of": as_of, "rows_n": counted, "rows_N": among}))
    return out
