"""The figures of a pack as tables of its data package: estimates.csv, what they mean, and the rows behind them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from dhr_analytics.errors import InputError
from dhr_analytics.package import DESCRIPTOR, write_csv
from dhr_analytics.reporting.text import HIDDEN
from dhr_analytics.statistics import CATALOGUE, Estimate, from_frames, to_frame
from dhr_analytics.statistics.estimate import NOT_TOLD, WITHHELD, Withheld

ESTIMATES, DEFINITIONS, ROWS = "estimates", "definitions", "estimate_rows"
_NUMBERS = {"n": "integer", "N": "integer", "value": "number", "low": "number", "high": "number"}
_TOLD = {
    "id": "Says what the figure is: measure.denominator.quarter, then dimension=group and the filters",
    "label": "Name of the measure, and the group",
    "measure": "Key of the measure, see definitions",
    "denominator": "What the rows are",
    "dimension": "What the rows are grouped by; empty for all rows",
    "group": "The group; empty for all rows",
    "n": "Rows counted",
    "N": "Rows they are counted among",
    "value": "A share (0 to 1), a count, days, or a difference of two shares, as unit says",
    "low": "Lower end of the 95% interval, or the least",
    "high": "Upper end of the 95% interval, or the most",
    "unit": "What value is: share, count, days or points (a difference of two shares)",
    "method": "How value and interval were made",
    "as_of": "The day on which the figure stands",
    "snapshot_rule": "Which snapshot of a plan counts",
    "definition": "Key of the definition, see definitions",
    "codebook_version": "Version of the list of themes",
    "software": "What made the figure",
    "revision": "final, or revised",
}
_MEANING = {
    "measure": "Key of the measure",
    "name": "Its name",
    "definition": "What it says",
    "numerator": "What is counted",
    "counted_among": "What it is counted among",
    "interval": "How its interval is made",
    "limits": "What it does not say",
}
_POINTS = {
    "rows_n": "The set of rows counted, see estimate_rows; empty where none is",
    "rows_N": "The set of rows they are counted among, see estimate_rows; empty where there is none",
}
_BEHIND = {
    "rows": "A set of rows; figures with the same rows share it, and its key is made from them",
    "row": "Key of the review, recommendation or action, or of the place in a document",
}


def write_estimates(estimates: Sequence[Estimate], folder: Path, *, rows: bool = True) -> None:
    """Write the figures of a pack into its data package, and describe them in its ``datapackage.json``.

    Parameters
    ----------
    estimates : sequence of Estimate
        As they are printed; ``WITHHELD`` counts are written as [c].
    folder : pathlib.Path
        Of the data package; a package of the figures alone is made where there is none.
    rows : bool, optional
        Whether the keys of the rows behind the figures are written too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    frame = to_frame(estimates)
    for name in _NUMBERS:
        values = [_number(each, getattr(each, name)) for each in estimates]
        frame[name] = pd.Series(values, dtype="str")
    measures = sorted(set(frame["measure"]))
    meaning = [[key, *(getattr(CATALOGUE[key], field) for field in _FIELDS)] for key in measures]
    tables = {ESTIMATES: frame, DEFINITIONS: pd.DataFrame(meaning, columns=list(_MEANING), dtype="str")}
    if rows:
        sets, tables[ROWS] = _behind(estimates)
        frame[list(_POINTS)] = sets
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")
    _describe(folder, rows=rows)


_FIELDS = ("name", "definition", "numerator", "denominator", "method", "limits")


def _number(estimate: Estimate, value: float | None) -> str:
    if isinstance(value, Withheld) or (value is None and estimate.method == NOT_TOLD):
        return HIDDEN
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _behind(estimates: Iterable[Estimate]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the keys of the two sets of rows of each figure, and the rows of each set once."""
    names: dict[tuple[str, ...], str] = {(): ""}
    sets: dict[str, list[str]] = {}
    points = []
    for each in estimates:
        for rows in (each.rows_n, each.rows_N):
            if rows not in names:
                keys = sorted(set(rows))
                names[rows] = "s" + hashlib.sha256("\n".join(keys).encode()).hexdigest()[:10]
                sets[names[rows]] = keys
        points.append((names[each.rows_n], names[each.rows_N]))
    lines = [(name, row) for name, keys in sets.items() for row in keys]
    return pd.DataFrame(points, columns=list(_POINTS), dtype="str"), pd.DataFrame(lines, columns=list(_BEHIND))


def _describe(folder: Path, *, rows: bool) -> None:
    path = folder / DESCRIPTOR
    found: dict[str, Any] = {"profile": "tabular-data-package", "name": "dhr-figures", "resources": []}
    if path.is_file():
        found = json.loads(path.read_text(encoding="utf-8"))
    to_rows = [{"fields": name, "reference": {"resource": ROWS, "fields": "rows"}} for name in _POINTS]
    to_meaning = {"fields": "definition", "reference": {"resource": DEFINITIONS, "fields": "measure"}}
    described: dict[str, tuple[dict[str, str], Any, list[Any]]] = {
        ESTIMATES: (_TOLD | (_POINTS if rows else {}), "id", [to_meaning, *(to_rows if rows else [])]),
        DEFINITIONS: (_MEANING, "measure", []),
    }
    described |= {ROWS: (_BEHIND, ["rows", "row"], [])} if rows else {}
    for name, (columns, key, others) in described.items():
        kinds = {**_NUMBERS, "as_of": "date"} if name == ESTIMATES else {}
        shape = [{"name": each, "type": kinds.get(each, "string"), "description": columns[each]} for each in columns]
        schema = {"fields": shape, "missingValues": ["", HIDDEN], "primaryKey": key, "foreignKeys": others}
        found["resources"].append(
            {
                "profile": "tabular-data-resource",
                "name": name,
                "path": f"{name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": schema if others else {key: schema[key] for key in schema if key != "foreignKeys"},
            }
        )
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def read_estimates(path: Path | str) -> list[Estimate]:
    """Read the figures of a pack.

    Parameters
    ----------
    path : path
        Of its ``estimates.csv``; the keys of rows are read from the table beside it, where there is one.

    Returns
    -------
    list of Estimate
        With ``WITHHELD`` for counts that read [c].

    Raises
    ------
    InputError
        When the file cannot be read, or is something else.
    """
    path = Path(path)
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
        hidden = {name: frame[name] == HIDDEN for name in ("n", "N")}
        plain = frame.assign(**{name: frame[name].replace([HIDDEN, ""], None) for name in _NUMBERS})
        plain = plain.assign(**{name: plain[name].mask(hidden[name], "0") for name in hidden})
        found = from_frames(plain, _keys(path.with_name(f"{ROWS}.csv"), plain))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} holds no figures of a pack that can be read: {error!r}.") from error
    return [
        replace(each, n=WITHHELD if n else each.n, N=WITHHELD if total else each.N)
        for each, n, total in zip(found, hidden["n"], hidden["N"], strict=True)
    ]


def _keys(path: Path, figures: pd.DataFrame) -> pd.DataFrame:
    if not path.is_file():
        return figures[["id"]].assign(**dict.fromkeys(_POINTS, ""))
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    if "role" in rows:  # as packs were made at first: the rows of each figure, one after the other
        kept = {"rows_n": rows[rows["role"] == "n"], "rows_N": rows}
        keys = {name: part.groupby("id")["row"].agg(" ".join) for name, part in kept.items()}
        return figures[["id"]].assign(**{name: figures["id"].map(keys[name]).fillna("") for name in _POINTS})
    sets = rows.groupby("rows", sort=False)["row"].agg(" ".join)
    return figures[["id"]].assign(**{name: figures[name].map(sets).fillna("") for name in _POINTS})
