"""Corrections by hand: a small CSV of cells put right, applied on every ingest."""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from dhr_analytics import schema
from dhr_analytics.errors import UsageError
from dhr_analytics.normalising.agencies import canonical
from dhr_analytics.normalising.review import judge, review_list
from dhr_analytics.package import Plans

OVERRIDES = "overrides.csv"
COLUMNS = ("row_id", "column", "was", "now", "by", "on", "reason")
_OPEN = {
    "recommendations": ("number", "section", "text", "scope"),
    "actions": (
        *("text", "lead_agency", "lead_role", "target_text", "target_on", "target_basis", "status", "completed_on"),
        *("rag", "progress", "outcome", "evidence_recorded"),
    ),
}


def read_overrides(path: Path | str) -> list[dict[str, str]]:
    """Read a file of corrections.

    Parameters
    ----------
    path : path
        CSV with the columns row_id, column, was, now and, if wanted, by, on, reason.

    Returns
    -------
    list of dict

    Raises
    ------
    UsageError
        When the file is missing, lacks a column, or names a column that cannot be corrected.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = [{key or "": (value or "").strip() for key, value in row.items()} for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"The corrections {path} cannot be read: {error}. Save them as CSV UTF-8.") from error
    for line, row in enumerate(rows, start=2):
        if missing := [name for name in ("row_id", "column", "was", "now") if name not in row]:
            raise UsageError(f"The corrections {path} have no column {missing[0]!r}. Columns: {', '.join(COLUMNS)}.")
        known = sorted({name for names in _OPEN.values() for name in names})
        if row["column"] not in known:
            near = difflib.get_close_matches(row["column"], known, n=1)
            hint = f" Did you mean {near[0]}?" if near else f" It can be one of {', '.join(known)}."
            raise UsageError(f"{path}, line {line}: column {row['column']!r} cannot be corrected.{hint}")
    return rows


def apply_overrides(plans: Plans, corrections: list[dict[str, str]]) -> Plans:
    """Put cells right that a person has corrected.

    A correction is applied only where the cell still reads as it did when it was corrected (``was``), so that it
    survives a new reading of the same document and never lands on other words.

    Parameters
    ----------
    plans : Plans
    corrections : list of dict
        From `read_overrides`.

    Returns
    -------
    Plans
        ``about["corrections"]`` lists what was applied; what was not goes to the review list with the reason.

    Raises
    ------
    UsageError
        When a corrected value does not fit its column.
    """
    tables = {name: _texts(getattr(plans, name)) for name in _OPEN}
    applied: list[dict[str, str]] = []
    for row in corrections:
        name = "actions" if re.search(r"-A\d+$", row["row_id"]) else "recommendations"
        frame = tables[name]
        at = frame.index[frame[f"{name[:-1]}_id"] == row["row_id"]]
        if not len(at) or row["column"] not in _OPEN[name]:
            continue  # the document is not among those read now
        seen, was, now = (
            " ".join(text.split()) for text in (str(frame.at[at[0], row["column"]]), row["was"], row["now"])
        )
        if seen == now:
            _judge(frame, at[0])  # a person has looked, and the document says so by itself
            continue
        if seen != was:
            _judge(frame, at[0], "a correction was made for other words than now stand here; it was not applied")
            continue
        frame.at[at[0], row["column"]] = row["now"]
        _settle(frame, at[0], row["column"], row["now"])
        applied.append({column: row.get(column, "") for column in COLUMNS})
    typed = {name: schema.typed(name, frame) for name, frame in tables.items()}
    try:
        schema.check(typed)
    except ValueError as error:
        raise UsageError(f"A correction does not fit: {error}") from error
    rows = {
        name: [dict(zip(frame, row, strict=True)) for row in frame.itertuples(index=False)]
        for name, frame in typed.items()
    }
    queue = review_list(rows["recommendations"], rows["actions"])
    listed = schema.typed("needs_review", pd.DataFrame(queue, columns=schema.TABLES["needs_review"].names).astype(str))
    return replace(plans, **typed, needs_review=listed, about={**plans.about, "corrections": applied})


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    out = frame.copy()
    for name in out.columns:
        if out[name].dtype == "datetime64[s]":
            out[name] = out[name].dt.strftime("%Y-%m-%d")
    return out.astype(object).where(out.notna(), "").astype(str)


def _settle(frame: pd.DataFrame, at: Any, column: str, now: str) -> None:
    """Bring the columns into line that follow from the corrected one; a corrected row needs no second look."""
    if column == "lead_agency":
        frame.at[at, "agency"], frame.at[at, "sector"] = canonical(now)
    if column == "target_on":
        frame.at[at, "target_basis"] = "absolute" if now else "none"
    if column == "status":
        frame.at[at, "status_evidence"] = "corrected by hand"
    _judge(frame, at, "changed by hand")


def _judge(frame: pd.DataFrame, at: Any, *doubts: str) -> None:
    for name, value in judge(doubts).items():
        frame.at[at, name] = str(value)
