"""Corrections by hand: a small CSV of cells put right, applied on every ingest."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import shorten
from typing import Any

import pandas as pd

from dhr_analytics import schema
from dhr_analytics.collecting.documents import OVERRIDES, documents_in
from dhr_analytics.collecting.handwritten import read_day, read_lines
from dhr_analytics.errors import UsageError
from dhr_analytics.normalising.cells.agencies import canonical
from dhr_analytics.normalising.review import review_columns, review_list
from dhr_analytics.package import Plans

COLUMNS = ("row_id", "column", "was", "now", "by", "on", "reason")
_OPEN = {
    "recommendations": ("number", "section", "text", "scope", "notes"),
    "actions": (
        *("text", "lead_agency", "lead_role", "target_text", "target_on", "target_basis", "status", "completed_on"),
        *("response", "rag", "progress", "outcome", "evidence_recorded", "notes"),
    ),
}


def read_overrides(path: Path | str) -> list[dict[str, str]]:
    """Read a file of corrections.

    Parameters
    ----------
    path : path
        CSV with the columns row_id, column, was, now and, if wanted, by, on, reason, and text: the wording of the
        row, by which it is found again when rows before it were added or taken out.

    Returns
    -------
    list of dict
        Also with ``where`` the line stands.

    Raises
    ------
    UsageError
        When the file is missing, lacks a column, names a column that cannot be corrected, or gives it a value that
        it cannot have.
    """
    rows = []
    for where, row in read_lines(Path(path), "file of corrections"):
        if missing := [name for name in ("row_id", "column", "was", "now") if name not in row]:
            raise UsageError(f"The corrections {path} have no column {missing[0]!r}. Columns: {', '.join(COLUMNS)}.")
        table, name = _table(row["row_id"]), row["column"]
        if name not in _OPEN[table]:
            near = difflib.get_close_matches(name, _OPEN[table], n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise UsageError(
                f"{where}: column {name!r} of {table} cannot be corrected. {hint}Those that can: "
                f"{', '.join(_OPEN[table])}."
            )
        column = next(each for each in schema.TABLES[table].columns if each.name == name)
        rows.append({**row, "was": _was(row["was"], column), "now": _now(row["now"], column, where), "where": where})
    return rows


def corrections_of(overrides: Path | str | None, paths: Sequence[Path]) -> list[tuple[dict[str, str], bool]]:
    """Read the corrections of some documents.

    Parameters
    ----------
    overrides : path, optional
        By default ``overrides.csv`` beside the documents, where there is one.
    paths : sequence of pathlib.Path
        The documents.

    Returns
    -------
    list of (dict, bool)
        Each correction, and whether only a part of the documents that it may be about is read.
    """
    if overrides is not None:
        return [(row, False) for row in read_overrides(overrides)]
    found = []
    for folder in sorted({path.parent for path in paths}):
        if (folder / OVERRIDES).is_file():
            part = any(path not in paths for path in documents_in(folder))
            found += [(row, part) for row in read_overrides(folder / OVERRIDES)]
    return found


def _table(row_id: str) -> str:
    return "actions" if re.search(r"-A\d+$", row_id) else "recommendations"


def _now(text: str, column: schema.Column, where: str) -> str:
    """Return a corrected value as the package writes it."""
    allowed, value = column.allowed, text
    if column.type == "boolean":
        allowed, value = ("true", "false"), text.lower()  # Excel writes TRUE
    if allowed and value not in allowed:
        known = ", ".join(each or "(empty)" for each in allowed)
        raise UsageError(f"{where}: {column.name} is {text!r}, which is not one of {known}.")
    if column.required and not value:
        raise UsageError(f"{where}: {column.name} cannot be empty.")
    return read_day(value, f"{where}: {column.name}").isoformat() if column.type == "date" and value else value


def _was(text: str, column: schema.Column) -> str:
    """Return what a cell read, as the package writes it; where it is no such value it just fits no cell."""
    try:
        return _now(text, column, "")
    except UsageError:
        return text


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
        ``about["corrections"]`` lists what was applied; ``about["remarks"]`` says of each that was not why. Where other
        words stand in the cell now, the row is in the review list too.
    """
    tables = {name: _texts(getattr(plans, name)) for name in _OPEN}
    outcomes = [(row, _apply(tables[_table(row["row_id"])], row)) for row in corrections]
    remarks = [*plans.about.get("remarks", ()), *(said for _, said in outcomes if said)]
    applied = [_line(row) for row, said in outcomes if said is None]
    typed = {name: schema.typed(name, frame) for name, frame in tables.items()}
    schema.check(typed)
    rows = {name: _rows(frame) for name, frame in typed.items()}
    queue = review_list(rows["recommendations"], rows["actions"])
    names = schema.TABLES["needs_review"].names
    listed = schema.typed("needs_review", pd.DataFrame(queue, columns=names).astype(str))
    about = {**plans.about, "corrections": applied, **({"remarks": remarks} if remarks else {})}
    return replace(plans, **typed, needs_review=listed, about=about)


def _apply(frame: pd.DataFrame, row: dict[str, str]) -> str | None:
    """Correct one cell of a frame of our own; say why it was not, or "" where nothing was to do."""
    column = row["column"]
    at, missing = _find(frame, row)
    if missing:
        return missing
    key = str(frame.at[at[0], f"{_table(row['row_id'])[:-1]}_id"])
    seen, was, now = (" ".join(text.split()) for text in (str(frame.at[at[0], column]), row["was"], row["now"]))
    if seen == now:
        _warn(frame, at[0])  # a person has looked, and the document says so by itself
        return ""
    if seen != was:
        _warn(frame, at[0], _OTHER_WORDS)
        reads, made = (shorten(words, 60, placeholder=" ...") for words in (seen, was))
        return (
            f"{row['where']}: {column} of {key} reads {reads!r} now, not {made!r}, so this correction was not applied."
        )
    frame.at[at[0], column] = row["now"]
    _settle(frame, at[0], column, row["now"])
    return None


def _find(frame: pd.DataFrame, row: dict[str, str]) -> tuple[pd.Index, str]:
    """Return the one row that a correction was made for, or why there is none."""
    key, wording = row["row_id"], " ".join(row.get("text", "").split())
    keys = frame[f"{_table(key)[:-1]}_id"]
    at = frame.index[keys == key]
    if wording:
        same = frame["text"].str.split().str.join(" ") == wording
        found = frame.index[same & keys.str.startswith(f"{re.sub(r'-R[0-9]+(-A[0-9]+)?$', '', key)}-R")]
        at = at.intersection(found) if len(at.intersection(found)) else found
    if len(at) == 1:
        return at, ""
    seen = f"the wording of {key!r} stands in {len(at)} rows of its review" if wording else f"there is no row {key!r}"
    advice = "The row ids stand in recommendations.csv and actions.csv of the package."
    return at, f"{row['where']}: {seen}, so this correction was not applied. {advice}"


def _line(row: dict[str, str]) -> dict[str, str]:
    return {name: row.get(name, "") for name in COLUMNS}


_OTHER_WORDS = "a correction was made for different words from those now read here; it was not applied"


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(frame.columns, row, strict=True)) for row in frame.itertuples(index=False)]


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    out = frame.copy()
    for name in out.columns:
        if out[name].dtype == "datetime64[s]":
            out[name] = out[name].dt.strftime("%Y-%m-%d")
        elif out[name].dtype == "bool":
            out[name] = out[name].map({True: "true", False: "false"})
    return out.astype(object).where(out.notna(), "").astype(str)


def _settle(frame: pd.DataFrame, at: Any, column: str, now: str) -> None:
    """Bring the columns into line that follow from the corrected one; a corrected row needs no second look."""
    if column == "lead_agency":
        frame.at[at, "agency"], frame.at[at, "sector"] = canonical(now)
    if column == "target_on":
        frame.at[at, "target_basis"] = "absolute" if now else "none"
    if column == "status":
        frame.at[at, "status_evidence"] = "corrected by hand"
    _warn(frame, at, "changed by hand")


def _warn(frame: pd.DataFrame, at: Any, *warnings: str) -> None:
    for name, value in review_columns(warnings).items():
        frame.at[at, name] = str(value)
