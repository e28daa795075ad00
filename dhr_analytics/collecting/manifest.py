"""The manifest: what is known of reviews and their documents that the documents do not state."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from dhr_analytics.collecting.documents import MANIFEST
from dhr_analytics.collecting.handwritten import read_day, read_lines
from dhr_analytics.errors import UsageError
from dhr_analytics.schema import review_of

COLUMNS = (*("document", "review_id", "title", "area", "published_on", "snapshot_on", "accepted"),)
_DAYS = ("published_on", "snapshot_on")
Lines = list[tuple[str, dict[str, str]]]


@dataclass(frozen=True)
class Manifest:
    """What is stated of each document, by its name.

    ``review_id`` of a row is the key of the review with the day of the snapshot, where there is
    one; ``line`` is the place of the row. ``columns`` holds those of each file, and ``remarks``
    the lines that name no document.
    """

    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    columns: Mapping[Path, tuple[str, ...]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def of(self, document: str) -> Mapping[str, str]:
        """Return what is stated of a document."""
        return self.rows.get(document, {})


def read_manifest(manifest: Path | str | None, paths: Sequence[Path]) -> Manifest:
    """Read the manifest of some documents.

    Parameters
    ----------
    manifest : path, optional
        By default ``reviews.csv`` beside the documents, where there is one.
    paths : sequence of pathlib.Path
        The documents.

    Returns
    -------
    Manifest

    Raises
    ------
    UsageError
        When it is missing, or contradicts itself; when it was named, also for a line that names
        no document.
    """
    columns, rows, remarks = {}, dict[str, dict[str, str]](), list[str]()
    for path in _files(manifest, paths):
        columns[path], lines = _lines_of(path)
        for where, row in lines:
            name = row["document"]
            if name in rows:
                raise UsageError(f"{where}: {name} appears twice. Keep one line for each document.")
            rows[name] = {**_with_days(row, where), "line": where}
            known = manifest is None and (path.parent / name).is_file()
            remarks += [] if known else _unknown(where, name, [each.name for each in paths])
    keyed = _with_keys(rows)
    if manifest is not None and remarks:
        raise UsageError(remarks[0])
    return Manifest(keyed, columns, tuple(remarks))


def _files(manifest: Path | str | None, paths: Sequence[Path]) -> list[Path]:
    """Return the manifests: the one that was named, else those beside the documents."""
    if manifest is not None:
        return [Path(manifest)]
    beside = {path.parent / MANIFEST for path in paths}
    return sorted(path for path in beside if path.is_file())


def _lines_of(path: Path) -> tuple[tuple[str, ...], Lines]:
    """Return the columns and the lines of a manifest."""
    rows = read_lines(path, "manifest")
    columns = tuple(rows[0][1]) if rows else ("document",)
    if "document" not in columns:
        raise UsageError(f"The manifest {path} has no column 'document'. Its columns are: {', '.join(COLUMNS)}.")
    if unknown := [column for column in columns if column not in COLUMNS]:
        near = difflib.get_close_matches(unknown[0], COLUMNS, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"The manifest {path} has an unknown column {unknown[0]!r}.{hint}")
    return columns, [(where, row) for where, row in rows if row["document"]]


def _with_days(row: Mapping[str, str], where: str) -> dict[str, str]:
    """Return a row with its days as the package writes them."""
    days = {name: stated_day(row, name, where) for name in _DAYS}
    return {**row, **{name: day.isoformat() for name, day in days.items() if day}}


def _unknown(where: str, name: str, names: Sequence[str]) -> list[str]:
    """Say that a line names a document that is not there."""
    if name in names:
        return []
    near = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return [f"{where} names {name}, but there is no such document.{hint}"]


def _with_keys(rows: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Give each row the key of its snapshot: of several of one review, the later add their day."""
    days: dict[str, list[date | None]] = {}
    for row in rows.values():
        review = row.get("review_id", "")
        if "@" in review:
            raise UsageError(f"The manifest has the review_id {review}. Leave @ out: it marks the day of a snapshot.")
        days.setdefault(review, []).append(stated_day(row, "snapshot_on"))
    days.pop("", None)
    for review, stated in days.items():
        if len(stated) > 1 and (None in stated or len(set(stated)) < len(stated)):
            raise UsageError(
                f"The manifest gives review_id {review} to {len(stated)} documents. Give each its "
                "own, or, where they are one plan at different times, state the day of each in "
                "the column snapshot_on."
            )
    return {name: {**row, "review_id": _key(row, days)} for name, row in rows.items()}


def _key(row: Mapping[str, str], days: Mapping[str, list[date | None]]) -> str:
    review, day = row.get("review_id", ""), stated_day(row, "snapshot_on")
    first = min((each for each in days.get(review, ()) if each), default=None)
    return f"{review}@{day}" if day and first and day > first else review


def stated_day(row: Mapping[str, str], column: str, where: str = "the manifest") -> date | None:
    """Return a day of a row, None where it is not stated."""
    return read_day(row[column], f"{where}: {column}") if row.get(column) else None


def manifest_line(stated: Mapping[str, str], columns: Sequence[str], **cells: str) -> tuple[str, str]:
    """Return a line of a manifest with some cells changed, and the line of column names above it.

    Parameters
    ----------
    stated : mapping of str to str
        The row as read; empty where there is none.
    columns : sequence of str
        Those of the file.
    **cells : str
        Columns that the file lacks are added at its end.
    """
    names = [*columns, *(name for name in cells if name not in columns)]
    row = {**stated, "review_id": review_of(stated.get("review_id", "")), **cells}
    return _csv(names), _csv([row.get(name, "") for name in names])


def _csv(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()
