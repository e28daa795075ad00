"""Ingest: a folder of documents becomes a plan package."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, repeat
from pathlib import Path

import pandas as pd

from dhr_analytics import schema
from dhr_analytics.collecting.corrections import OVERRIDES, apply_overrides, read_day, read_lines, read_overrides
from dhr_analytics.collecting.unchanged import Earlier, load_earlier, source_key, tables_of
from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.normalising.plan import PlanTables, normalise
from dhr_analytics.normalising.review import review_list
from dhr_analytics.package import Plans
from dhr_analytics.reading import read_guarded

MANIFEST = "reviews.csv"
_OWN_FILES = (MANIFEST, OVERRIDES)
_MANIFEST_COLUMNS = ("document", "review_id", "title", "area", "published_on", "snapshot_on")
_ALIKE = 3  # fewer recommendations of the same wording may stand in two plans by chance


@dataclass(frozen=True)
class _Read:
    """One document after reading: its tables, or why it could not be read."""

    path: Path
    sha256: str
    review_id: str
    tables: PlanTables | None
    kind: str = ""
    error: str = ""
    source: str = ""
    unchanged: bool = False


def ingest(
    sources: Sequence[Path | str],
    *,
    manifest: Path | str | None = None,
    overrides: Path | str | None = None,
    keep_names: bool = False,
    jobs: int = 1,
    earlier: Path | str | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> Plans:
    """Read action plans into the tables of a plan package.

    Parameters
    ----------
    sources : sequence of path
        Documents, or folders whose files are documents.
    manifest : path, optional
        CSV with the columns document, review_id, title, area, published_on, snapshot_on (all but the first
        may be left out). By default ``reviews.csv`` beside the documents, where there is one.
    overrides : path, optional
        CSV of cells put right by hand (see `dhr_analytics.collecting.corrections`). By default ``overrides.csv`` beside the
        documents, where there is one.
    keep_names : bool
        Write individuals' names; the package is then marked as restricted.
    jobs : int
        Documents read at the same time. The result does not depend on it.
    earlier : path, optional
        An earlier package. Documents that have not changed since, nor what the manifest says of them, are not read
        again; the result is the same.
    progress : callable
        Called with one line of text per document.

    Returns
    -------
    Plans
        Documents that could not be read, or hold no plan, are named in ``rejected``. ``about["remarks"]`` says, where
        there is something to say, which lines of the manifest and corrections fit nothing, and which documents look
        like two versions of one plan.

    Raises
    ------
    UsageError
        When a source or the manifest is missing or contradicts itself.
    InputError
        When not one recommendation was found.
    """
    paths = find_documents(sources)
    stated, remarks = _read_manifest(manifest, paths)
    corrections = _read_corrections(overrides, paths)
    told = [stated.get(path.name, {}) for path in paths]
    known = None if keep_names else load_earlier(earlier)
    work = (paths, told, repeat(keep_names), repeat(known))
    if jobs > 1 and len(paths) > 1:
        # Threads are enough: each document of size is read in a process of its own anyway.
        with ThreadPoolExecutor(min(jobs, len(paths))) as pool:
            read = _told(pool.map(_read_one, *work), len(paths), progress)
    else:
        read = _told(map(_read_one, *work), len(paths), progress)
    plans = _assemble(read, stated, keep_names)
    if remarks := [*remarks, *_versions(plans, stated)]:
        plans = replace(plans, about={**plans.about, "remarks": remarks})
    read_reviews = set(plans.reviews["review_id"])
    rows = [row for row, part in corrections if not part or row["row_id"].rpartition("-R")[0] in read_reviews]
    return apply_overrides(plans, rows) if rows else plans


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def _versions(plans: Plans, stated: dict[str, dict[str, str]]) -> list[str]:
    """Name documents that look like one plan at two times, but are counted as two; what the manifest states holds."""
    words = plans.recommendations["text"].str.casefold().str.split().str.join(" ")
    texts = {key: set(part) for key, part in words.groupby(plans.recommendations["review_id"])}
    found = []
    for pair in combinations(plans.reviews.itertuples(), 2):
        one, other = (texts[each.review_id] for each in pair)
        same = len(one & other)
        keys = [stated.get(str(each.document), {}).get("review_id") for each in pair]
        if not all(keys) and same >= _ALIKE and same > min(len(one), len(other)) / 2:
            found.append(
                f"{pair[0].document} and {pair[1].document} look like two versions of one plan ({same} recommendations "
                f"are worded alike), and both are counted; give both one review_id and their own snapshot_on in "
                f"{MANIFEST}. If they are two reviews, give each its own review_id."
            )
    return found


def find_documents(sources: Sequence[Path | str]) -> list[Path]:
    """List the documents of files and folders, sorted by name; the manifest and hidden files are left out.

    Parameters
    ----------
    sources : sequence of path

    Returns
    -------
    list of pathlib.Path

    Raises
    ------
    UsageError
        When a source does not exist or a folder is empty.
    """
    found: list[Path] = []
    for source in map(Path, sources):
        if source.is_dir():
            inside = [path for path in _files(source) if _is_document(path.name)]
            if not inside:
                raise UsageError(
                    f"The folder {source} holds no documents. Put the action plans there, or name another folder."
                )
            found += inside
        elif source.exists():
            found.append(source)
        else:
            raise UsageError(
                f"There is no file or folder {source}. Check the spelling, or name the folder that holds the plans."
            )
    names = [path.name for path in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(
            f"Two documents are called {twice[0]}; rename one, since figures are traced back by file name."
        )
    return found


def _is_document(name: str) -> bool:
    return not name.startswith((".", "~$")) and name not in _OWN_FILES


def _told(results, total, progress):  # type: ignore[no-untyped-def]
    read = []
    for i, result in enumerate(results, start=1):
        what = (
            result.error
            or f"{len(result.tables.recommendations)} recommendations, {len(result.tables.actions)} actions"
            + (" (unchanged)" if result.unchanged else "")
        )
        progress(f"[{i}/{total}] {result.path.name}: {what}")
        read.append(result)
    return read


def _read_one(path: Path, told: dict[str, str], keep_names: bool, earlier: Earlier | None) -> _Read:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    # A key made from the bytes is the same wherever the document lies.
    review_id = told.get("review_id") or f"DHR-{digest[:8]}"
    source = source_key(digest, review_id, told, keep_names=keep_names)
    if same := tables_of(earlier, path.name, source):
        return _Read(path, digest, review_id, *same, source=source, unchanged=True)
    published_on = _stated_date(told, "published_on")
    try:
        kind, raw = read_guarded(path)
        tables = normalise(
            raw, document=path.name, review_id=review_id, published_on=published_on, keep_names=keep_names
        )
    except InputError as error:
        return _Read(path, digest, review_id, None, error=str(error))
    return _Read(path, digest, review_id, tables, kind, source=source)


def _assemble(read: Sequence[_Read], stated: dict[str, dict[str, str]], keep_names: bool) -> Plans:
    reviews, recommendations, actions, rejected = [], [], [], []
    seen: dict[str, str] = {}
    for one in read:
        name, told = one.path.name, stated.get(one.path.name, {})
        fault = one.error
        if one.tables is not None:
            if one.sha256 in seen:
                fault = f"the same document as {seen[one.sha256]}"
            elif not one.tables.recommendations:
                fault = "no action plan found: no table with a recommendation or action column"
                rejected += one.tables.rejected
            else:
                seen[one.sha256] = name
                recommendations += one.tables.recommendations
                actions += one.tables.actions
                rejected += one.tables.rejected
                reviews.append(
                    {
                        "review_id": one.review_id,
                        "title": told.get("title") or one.tables.title,
                        "area": told.get("area", ""),
                        "document": name,
                        "sha256": one.sha256,
                        "format": one.kind,
                        "published_on": told.get("published_on", ""),
                        "snapshot_on": told.get("snapshot_on", ""),
                        "n_recommendations": len(one.tables.recommendations),
                        "n_actions": len(one.tables.actions),
                        "n_rejected": len(one.tables.rejected),
                    }
                )
        if fault:
            rejected.append({"document": name, "location": name, "text": "", "reason": fault})
    if not recommendations:
        name, why = next((str(row["document"]), str(row["reason"])) for row in rejected if not row["text"])
        why = (why if why.startswith(name) else f"{name}: {why}").rstrip(".")
        raise InputError(
            f"No action plan was found in {len(read)} document{'s' * (len(read) != 1)} ({why}). "
            "A plan is a table with a column for recommendations or actions; check that the right folder was named. "
            "Nothing was written."
        )
    queue = review_list(recommendations, actions)
    about: dict[str, object] = {"read": {one.path.name: one.source for one in read if one.source}}
    if keep_names:
        about |= {"restricted": True, "note": "holds names of individuals; not for sharing"}
    frames = {
        "reviews": reviews,
        "recommendations": recommendations,
        "actions": actions,
        "rejected": rejected,
        "needs_review": queue,
    }
    return Plans(**{name: schema.typed(name, _frame(name, rows)) for name, rows in frames.items()}, about=about)


def _frame(name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    columns = schema.TABLES[name].names
    texts = [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows]
    return pd.DataFrame(texts, columns=columns, dtype=str)


def _read_manifest(manifest: Path | str | None, paths: Sequence[Path]) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Return what is stated of each document, and which lines name a document that is not there."""
    if manifest is None:
        beside = sorted(place for place in {path.parent / MANIFEST for path in paths} if place.is_file())
    else:
        beside = [Path(manifest)]
    names, remarks = [path.name for path in paths], []
    stated: dict[str, dict[str, str]] = {}
    for path in beside:
        for where, row in _manifest_rows(path):
            name = row["document"]
            if name in stated:
                raise UsageError(f"{where}: {name} stands twice. Keep one line for each document.")
            days = {column: _stated_date(row, column, where) for column in ("published_on", "snapshot_on")}
            stated[name] = {**row, **{column: day.isoformat() for column, day in days.items() if day}}
            if name not in names and not (manifest is None and (path.parent / name).is_file()):
                near = difflib.get_close_matches(name, names, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                remarks.append(f"{where} names {name}, but there is no such document.{hint}")
    stated = {name: {**row, "review_id": key} for (name, row), key in zip(stated.items(), _keys(stated), strict=True)}
    if manifest is not None and remarks:
        raise UsageError(remarks[0])
    return stated, remarks


def _read_corrections(overrides: Path | str | None, paths: Sequence[Path]) -> list[tuple[dict[str, str], bool]]:
    """Return the corrections, each with whether only a part of the documents that it may be about is read."""
    if overrides is not None:
        return [(row, False) for row in read_overrides(overrides)]
    found = []
    for folder in sorted({path.parent for path in paths}):
        if (folder / OVERRIDES).is_file():
            part = any(_is_document(path.name) and path not in paths for path in _files(folder))
            found += [(row, part) for row in read_overrides(folder / OVERRIDES)]
    return found


def _keys(stated: dict[str, dict[str, str]]) -> list[str]:
    """Return the key of each document: of several snapshots of one review, the later ones add their day."""
    keys = [(row.get("review_id", ""), _stated_date(row, "snapshot_on")) for row in stated.values()]
    first: dict[str, date] = {}
    for review, day in keys:
        if "@" in review:
            raise UsageError(f"The manifest has the review_id {review}. Leave @ out: it marks the day of a snapshot.")
        same = [other for name, other in keys if name == review]
        if review and len(same) > 1 and (None in same or len({*same}) < len(same)):
            raise UsageError(
                f"The manifest gives review_id {review} to {len(same)} documents. Give each its own, or, where they "
                "are one plan at different times, state the day of each in the column snapshot_on."
            )
        first[review] = min(other for other in same if other) if day else date.min
    return [f"{name}@{day}" if name and day and day > first[name] else name for name, day in keys]


def _manifest_rows(path: Path) -> list[tuple[str, dict[str, str]]]:
    rows = read_lines(path, "manifest")
    columns = list(rows[0][1]) if rows else ["document"]
    if "document" not in columns:
        raise UsageError(
            f"The manifest {path} has no column 'document'. Its columns are: {', '.join(_MANIFEST_COLUMNS)}."
        )
    if unknown := [column for column in columns if column not in _MANIFEST_COLUMNS]:
        near = difflib.get_close_matches(unknown[0], _MANIFEST_COLUMNS, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"The manifest {path} has an unknown column {unknown[0]!r}.{hint}")
    return [(where, row) for where, row in rows if row["document"]]


def _stated_date(row: dict[str, str], column: str, where: str = "the manifest") -> date | None:
    return read_day(row[column], f"{where}: {column}") if row.get(column) else None
