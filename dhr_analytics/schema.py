"""The tables of a plan package: columns, types, allowed values and the checks that hold them.

The columns and their order are a contract with other people's scripts; see ``docs/definitions.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dhr_analytics.errors import InputError

STATUSES = (
    *("completed", "in_progress", "not_started", "considering", "not_taken_forward", "superseded"),
    "no_update",
)
# Closed without being carried out: never overdue, never completed.
CLOSED = ("not_taken_forward", "superseded")
SCOPES = ("local", "national", "local_and_national", "")
TARGET_BASES = ("absolute", "relative", "ongoing", "none")
RESPONSES = ("accepted", "accepted_in_part", "not_accepted", "noted", "already_in_place", "")
GRADES = ("sure", "check", "")
# The reason of a row of rejected.csv that says in one line what of a table was not understood.
NOT_UNDERSTOOD = "not understood"
SOURCES = ("rule", "model", "human")
SECTORS = (
    "adult social care",
    "children's social care",
    "community safety partnership",
    "criminal justice",
    "education",
    "government",
    "health",
    "housing",
    "local authority",
    "police",
    "voluntary sector",
    "other",
)


@dataclass(frozen=True)
class Column:
    """One column: its name, Frictionless type, meaning, and the values it may hold."""

    name: str
    type: str
    description: str
    allowed: tuple[str, ...] = ()
    required: bool = False
    unique: bool = False
    later: bool = False  # packages of an earlier version lack it; it is read as empty


@dataclass(frozen=True)
class Table:
    """One table of the package; ``parent`` maps its foreign keys to (table, column)."""

    name: str
    columns: tuple[Column, ...]
    key: str | None = None
    parents: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> list[str]:
        """Column names in the order of the file."""
        return [column.name for column in self.columns]


def _text(name: str, description: str, **rest: Any) -> Column:
    return Column(name, "string", description, **rest)


def _key(name: str, description: str) -> Column:
    return Column(name, "string", description, required=True, unique=True)


_DOUBT = (
    Column("confidence", "number", "how surely the row was read, 0 to 1"),
    Column("needs_review", "boolean", "a person should look at the row"),
    _text("review_reason", "what to look at, in words"),
)

_NOTES = "cells of columns that have no place of their own, as Name: words"

TABLES = {
    table.name: table
    for table in (
        Table(
            "reviews",
            (
                _key("review_id", "key of the review; a later snapshot of it adds @ and the snapshot's day"),
                _text("title", "title of the plan or review"),
                _text("area", "local area, where the manifest states it"),
                _text("document", "file name of the action plan", required=True),
                _text("sha256", "hash of the document's bytes"),
                _text("format", "what the document was read as"),
                Column("published_on", "date", "day the review was published, where known"),
                Column("snapshot_on", "date", "day up to which the plan tells its progress, where known"),
                _text(
                    "grade",
                    "how surely the document was read; check: it counts only once accepted",
                    allowed=GRADES,
                    later=True,
                ),
                Column(
                    "accepted",
                    "boolean",
                    "a person let a document that is graded check count",
                    later=True,
                ),
                Column("n_recommendations", "integer", "recommendations read"),
                Column("n_actions", "integer", "actions read"),
                Column("n_rejected", "integer", "pieces of the document that could not be placed"),
            ),
            key="review_id",
        ),
        Table(
            "recommendations",
            (
                _key("recommendation_id", "review_id, -R and the position in three digits"),
                _text("review_id", "review the recommendation belongs to", required=True),
                Column("position", "integer", "place in the document, from 1"),
                _text("number", "number as printed"),
                _text("section", "heading above, as printed"),
                _text("text", "wording of the recommendation", required=True),
                _text("scope", "who is asked: a local or a national body", allowed=SCOPES),
                _text("notes", _NOTES, later=True),
                _text("location", "file, place and row the wording was read from"),
                *_DOUBT,
            ),
            key="recommendation_id",
            parents=(("review_id", "reviews"),),
        ),
        Table(
            "actions",
            (
                _key("action_id", "recommendation_id, -A and the position in two digits"),
                _text("recommendation_id", "recommendation the action answers", required=True),
                _text("review_id", "review the action belongs to", required=True),
                Column("position", "integer", "place within the recommendation, from 1"),
                _text("text", "wording of the action; empty where the plan prints none"),
                _text("lead_agency", "lead agency as printed, else the agency of the heading"),
                _text("agency", "canonical name of the lead agency"),
                _text("sector", "Home Office agency tag of the lead agency", allowed=(*SECTORS, "")),
                _text("lead_role", "job titles of the lead; never a person's name"),
                _text("target_text", "target date as printed"),
                Column("target_on", "date", "last day of the stated target period"),
                _text("target_basis", "how the target is stated", allowed=TARGET_BASES),
                _text("status", "how far the action is carried out", allowed=STATUSES, required=True),
                _text("status_evidence", "the words that decided the status"),
                Column("completed_on", "date", "day of completion, where the plan states it"),
                _text(
                    "response",
                    "what the owner answered; an acceptance is no progress",
                    allowed=RESPONSES,
                    later=True,
                ),
                _text("rag", "RAG rating as printed"),
                _text("progress", "progress, milestones and evidence as printed"),
                _text("outcome", "outcome cell as printed"),
                Column("evidence_recorded", "boolean", "the plan records what was done or what proves it"),
                _text("notes", _NOTES, later=True),
                _text("location", "file, place and row the action was read from"),
                *_DOUBT,
            ),
            key="action_id",
            parents=(("review_id", "reviews"), ("recommendation_id", "recommendations")),
        ),
        Table(
            "rejected",
            (
                _text("document", "file name", required=True),
                _text("location", "place in the file"),
                _text("text", "the words that could not be placed"),
                _text("reason", "why they are in no other table"),
            ),
        ),
        Table(
            "needs_review",
            (
                _text("row_id", "key of the recommendation or action to look at", required=True),
                _text("location", "where it stands in its document"),
                _text("reason", "what to look at"),
                Column("confidence", "number", "how surely the row was read, 0 to 1"),
                _text("text", "the wording as read"),
            ),
        ),
        Table(
            "themes",
            (
                _text("recommendation_id", "recommendation that the theme is given to", required=True),
                _text("theme", "id of the theme in the codebook", required=True),
                _text("source", "what gave the theme", allowed=SOURCES, required=True),
                Column("probability", "number", "how sure the coding is, 0 to 1"),
                _text("evidence", "the words of the recommendation that carry the theme"),
                Column("start", "integer", "offset of the first character of the evidence"),
                Column("end", "integer", "offset after its last character"),
                _text("codebook_version", "version of the codebook that was used"),
            ),
            parents=(("recommendation_id", "recommendations"),),
        ),
        Table(
            "coded_sample",
            (
                _text("recommendation_id", "recommendation that people decided on", required=True),
                _text("theme", "id of the theme; where all were coded, one not listed is absent", required=True),
                Column("machine", "boolean", "the machine gave the theme, before people decided"),
                _text(
                    "human",
                    "what people gave who coded all themes of a recommendation drawn at random; empty where they did "
                    "not, or where the theme is newer than their coding",
                    allowed=("true", "false", ""),
                ),
            ),
            parents=(("recommendation_id", "recommendations"),),
        ),
    )
}


def review_of(review_id: str) -> str:
    """Return the review that a key names: a later snapshot of it adds ``@`` and the snapshot's day."""
    return review_id.partition("@")[0]


def acceptance_code(sha256: str) -> str:
    """Return what the column ``accepted`` of a manifest holds for a document.

    The letters in front keep spreadsheets from taking the digits for a number.
    """
    return f"sha256:{sha256[:12]}"


def empty(table: str) -> pd.DataFrame:
    """Return the named table with its columns, types and no rows.

    Parameters
    ----------
    table : str
        Name of a table of the package, such as ``"actions"``.

    Returns
    -------
    pandas.DataFrame
    """
    return typed(table, pd.DataFrame(columns=TABLES[table].names, dtype=str))


def typed(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame of texts the columns, order and types of a table.

    Parameters
    ----------
    table : str
        Name of a table of the package.
    frame : pandas.DataFrame
        Any columns; missing ones are added empty, others dropped.

    Returns
    -------
    pandas.DataFrame
        Texts as ``str`` without missing values, dates as ``datetime64``, counts as ``Int64``,
        truth values as ``bool``, numbers as ``float``.

    Raises
    ------
    InputError
        When a value does not fit its column's type.
    """
    out = {}
    for column in TABLES[table].columns:
        values = frame[column.name] if column.name in frame else pd.Series("", index=frame.index, dtype=str)
        try:
            out[column.name] = _as_type(values, column.type)
        except (ValueError, TypeError) as error:
            raise InputError(f"Table {table}, column {column.name}: {error}. Expected {column.type} values.") from error
    return pd.DataFrame(out, index=frame.index).reset_index(drop=True)


def _as_type(values: pd.Series, kind: str) -> pd.Series:
    if kind == "date":
        blank = values.isna() | (values.astype(str) == "")
        return pd.to_datetime(values.where(~blank), format="ISO8601").astype("datetime64[s]")
    if kind == "integer":
        return pd.to_numeric(values.replace("", pd.NA)).astype("Int64")
    if kind == "number":
        return pd.to_numeric(values.replace({"": pd.NA, "nan": pd.NA})).astype(float)
    if kind == "boolean":
        words = values.astype(str).str.lower()
        if unknown := sorted(set(words) - {"true", "false", ""}):
            raise ValueError(f"{unknown[0]!r} is neither true nor false")
        return words == "true"
    texts = values.astype(str)
    return texts.where(values.notna(), "").astype(str) if values.hasnans else texts


def check(tables: dict[str, pd.DataFrame]) -> None:
    """Raise when the tables of a package break the schema.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        Typed tables by name.

    Raises
    ------
    InputError
        Names the table, the column and the first offending value: an empty required cell, a key that is
        given twice, a value outside the allowed ones, or a row that refers to nothing.
    """
    for name, frame in tables.items():
        table = TABLES[name]
        for column in table.columns:
            values = frame[column.name]
            if column.required and (values == "").any():
                raise InputError(f"Table {name}: row {int((values == '').argmax()) + 1} has no {column.name}.")
            if column.unique and values.duplicated().any():
                raise InputError(f"Table {name}: {column.name} {values[values.duplicated()].iloc[0]!r} appears twice.")
            if column.allowed and not (ok := values.isin(column.allowed)).all():
                value, allowed = values[~ok].iloc[0], ", ".join(column.allowed)
                raise InputError(f"Table {name}, column {column.name}: {value!r} is not one of {allowed}.")
        for key, parent in table.parents:
            if parent in tables and not (known := frame[key].isin(tables[parent][key])).all():
                raise InputError(f"Table {name}: {key} {frame[key][~known].iloc[0]!r} is not in {parent}.")


def descriptor(names: list[str]) -> dict[str, Any]:
    """Describe tables as a Frictionless tabular data package.

    Parameters
    ----------
    names : list of str
        Tables to describe, in order.

    Returns
    -------
    dict
        The content of ``datapackage.json``, without provenance.
    """
    return {
        "profile": "tabular-data-package",
        "name": "dhr-plan-package",
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": name,
                "path": f"{name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": _table_schema(TABLES[name], names),
            }
            for name in names
        ],
    }


def _table_schema(table: Table, present: list[str]) -> dict[str, Any]:
    fields = []
    for column in table.columns:
        field: dict[str, Any] = {"name": column.name, "type": column.type, "description": column.description}
        limits: dict[str, Any] = {"required": True} if column.required else {}
        if column.unique:
            limits["unique"] = True
        if allowed := [value for value in column.allowed if value]:
            limits["enum"] = allowed
        if limits:
            field["constraints"] = limits
        fields.append(field)
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if table.key:
        schema["primaryKey"] = table.key
    if keys := [(key, parent) for key, parent in table.parents if parent in present]:
        schema["foreignKeys"] = [
            {"fields": key, "reference": {"resource": parent, "fields": key}} for key, parent in keys
        ]
    return schema
