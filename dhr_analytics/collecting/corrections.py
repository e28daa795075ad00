"""Corrections by hand: a small CSV of cells put right, applied on every ingest."""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from textwrap import shorten
from typing import Any

import pandas as pd

from dhr_analytics import schema
from dhr_analytics.errors import UsageError
from dhr_analytics.normalising.cells.agencies import canonical
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


def read_lines(path: Path, what: str) -> list[tuple[str, dict[str, str]]]:
    """Read a CSV that is kept by hand; lines without anything in them are left out.

    Parameters
    ----------
    path : pathlib.Path
    what : str
        What the file is, for messages.

    Returns
    -------
    list of (str, dict)
        Where each line stands (``overrides.csv, line 2``), and its cells.

    Raises
    ------
    UsageError
        When the file is missing or is no CSV in UTF-8, or a line has more cells than there are columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", restval="")
            lines = [(f"{path.name}, line {reader.line_num}", row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"The {what} {path} cannot be read: {error}. Save the file as CSV UTF-8.") from error
    if long := [where for where, row in lines if isinstance(row.get(""), list) and any(row[""])]:
        raise UsageError(f"{long[0]}: more cells than there are columns. Put a text that holds commas in quotes.")
    told = [(where, {key: text.strip() for key, text in row.items() if key}) for where, row in lines]
    return [(where, row) for where, row in told if any(row.values())]


def read_day(text: str, what: str) -> date:
    """Read a day as people and Excel write it.

    Parameters
    ----------
    text : str
        ``2025-03-31`` or ``31/03/2025``.
    what : str
        What the day is and where it stands, for the message.

    Returns
    -------
    datetime.date

    Raises
    ------
    UsageError
        When it is neither, or there is no such day.
    """
    british = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    try:
        return date(*map(int, reversed(british.groups()))) if british else date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{what} is {text!r}; write it as 2025-03-31 or 31/03/2025.") from error


def read_overrides(path: Path | str) -> list[dict[str, str]]:
    """Read a file of corrections.

    Parameters
    ----------
    path : path
        CSV with the columns row_id, column, was, now and, if wanted, by, on, reason.

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


def _table(row_id: str) -> str:
    return "actions" if re.search(r"-A\d+$", row_id) else "recommendations"


def _now(text: str, column: schema.Column, where: str) -> str:
    """Return a corrected value as the package writes it."""
    allowed = ("true", "false") if column.type == "boolean" else column.allowed
    value = text.lower() if column.type == "boolean" else text  # Excel writes TRUE
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
    applied: list[dict[str, str]] = []
    remarks = list(plans.about.get("remarks", ()))
    for row in corrections:
        name = _table(row["row_id"])
        frame = tables[name]
        at = frame.index[frame[f"{name[:-1]}_id"] == row["row_id"]]
        if not len(at):
            remarks.append(
                f"{row['where']}: there is no row {row['row_id']!r}, so this correction was not applied. The row ids "
                "stand in recommendations.csv and actions.csv of the package."
            )
            continue
        seen, was, now = (
            " ".join(text.split()) for text in (str(frame.at[at[0], row["column"]]), row["was"], row["now"])
        )
        if seen == now:
            _judge(frame, at[0])  # a person has looked, and the document says so by itself
            continue
        if seen != was:
            _judge(frame, at[0], "a correction was made for other words than now stand here; it was not applied")
            stands, made = (shorten(words, 60, placeholder=" ...") for words in (seen, was))
            remarks.append(
                f"{row['where']}: {row['column']} of {row['row_id']} reads {stands!r} now, not {made!r}, so this "
                "correction was not applied."
            )
            continue
        frame.at[at[0], row["column"]] = row["now"]
        _settle(frame, at[0], row["column"], row["now"])
        applied.append({column: row.get(column, "") for column in COLUMNS})
    typed = {name: schema.typed(name, frame) for name, frame in tables.items()}
    schema.check(typed)
    rows = {
        name: [dict(zip(frame, row, strict=True)) for row in frame.itertuples(index=False)]
        for name, frame in typed.items()
    }
    queue = review_list(rows["recommendations"], rows["actions"])
    listed = schema.typed("needs_review", pd.DataFrame(queue, columns=schema.TABLES["needs_review"].names).astype(str))
    about = {**plans.about, "corrections": applied, **({"remarks": remarks} if remarks else {})}
    return replace(plans, **typed, needs_review=listed, about=about)


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
    _judge(frame, at, "changed by hand")


def _judge(frame: pd.DataFrame, at: Any, *doubts: str) -> None:
    for name, value in judge(doubts).items():
        frame.at[at, name] = str(value)
