"""Reading a filled-in coding sheet.

Nothing of a sheet is taken over unless all of it can be: every cell at fault is reported with its row and column.
"""

from __future__ import annotations

import difflib
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.package import Plans
from dhr_analytics.themes import decisions as store
from dhr_analytics.themes.codebook import OTHER, Codebook
from dhr_analytics.themes.sheet.layout import (
    ABOUT,
    ADD,
    CODER,
    CODING,
    DATE,
    DOUBT,
    ID,
    KEEP,
    KEY,
    LAYOUTS,
    LISTS,
    REASON,
    REMOVE,
    SHOWN,
    THEMES,
    WORDING,
    Codings,
    row_identity,
)

_LARGEST = 100_000_000  # bytes that a sheet may unpack to


@dataclass(frozen=True)
class Problem:
    """One fault of a sheet: its row (0: the sheet as a whole) and column, what was seen, and what to do."""

    row: int
    column: str
    seen: str
    advice: str


@dataclass(frozen=True)
class ImportResult:
    """What a sheet says: `decisions` for `add_decisions`, none where there are `problems`; rows decided and left.

    `sample` is that of the sheet, see `export_sheet`.
    """

    decisions: pd.DataFrame
    problems: list[Problem]
    n_decided: int
    n_left: int
    sample: str = ""


@dataclass(frozen=True)
class _Sheet:
    about: dict[str, str]
    themes: tuple[str, ...]
    rows: list[dict[str, Any]]
    problems: list[Problem]


def import_sheet(
    path: Path | str,
    plans: Plans,
    *,
    codebook: Codebook | None = None,
    coders: Sequence[str] = (),
    older_codebook: bool = False,
    today: date | None = None,
) -> ImportResult:
    """Read a filled-in sheet: all of it or nothing.

    Parameters
    ----------
    path
        A sheet that `export_sheet` or `export_settlement` made.
    plans
        The package it was made from, or a later reading of the same documents.
    codebook
        The codebook that comes with the package when left out.
    coders
        The coders who may decide; anybody when empty.
    older_codebook
        Take a sheet that was made with another version of the codebook. Decisions keep the version of the sheet.
    today
        No decision may be later; the current day when left out.

    Returns
    -------
    ImportResult
        A row of a blind sheet decides on every theme of the codebook it was made with.

    Raises
    ------
    InputError
        When the file is not a coding sheet at all.
    """
    codebook = codebook or Codebook.load()
    sheet = _read(path, codebook, older_codebook=older_codebook)
    problems = list(sheet.problems)
    keys = store.text_keys(plans.recommendations)
    ids: dict[str, list[str]] = {}
    for key, identity in zip(keys, plans.recommendations["recommendation_id"], strict=True):
        ids.setdefault(key, []).append(identity)
    found, seen, decided = [], dict[tuple[str, str], tuple[str, int]](), 0
    for row in sheet.rows:
        text_key = row[KEY].split("-")[0]
        if text_key not in ids:
            advice = "Its wording is not in this package (any more). Export a new sheet from this package."
            problems.append(Problem(row["row"], ID, row[ID], advice))
            continue
        verdicts = (_reviewed if sheet.about["kind"] == "review" else _coded)(row, codebook, sheet.themes, problems)
        if not verdicts:
            continue
        decided += 1
        day = _signed(row, sheet.about["coder"], coders, today or date.today(), problems)
        for theme, verdict in verdicts.items():
            before = seen.setdefault((text_key, theme), (verdict, row["row"]))
            if before[0] != verdict:
                advice = f"Row {before[1]} of the same review has the same wording but another answer. Code them alike."
                problems.append(Problem(row["row"], ID, codebook.theme(theme).name, advice))
            found.append(
                {
                    "text_key": text_key,
                    "recommendation_id": row[ID] if row[ID] in ids[text_key] else ids[text_key][0],
                    "theme": theme,
                    "verdict": verdict,
                    "coder": row[CODER],
                    "decided_on": day,
                    "reason": row[REASON],
                    "codebook_version": sheet.about["codebook_version"],
                    "decision_id": "",
                    "superseded_by": "",
                }
            )
    if problems:
        return ImportResult(store.empty_decisions(), sorted(problems, key=lambda each: each.row), 0, len(sheet.rows))
    frame = pd.DataFrame(found, columns=list(store.COLUMNS), dtype=str)
    return ImportResult(frame, [], decided, len(sheet.rows) - decided, sheet.about["sample"])


def read_codings(path: Path | str, *, codebook: Codebook | None = None) -> tuple[Codings, list[Problem]]:
    """Read what one coder gave on a blind sheet, for `agreement`.

    Parameters
    ----------
    path
        A filled-in blind sheet.
    codebook
        The codebook that comes with the package when left out.

    Returns
    -------
    Codings, list of Problem
        The codings hold nothing where there are problems.

    Raises
    ------
    InputError
        When the file is not a blind sheet, or holds codings of more than one coder.
    """
    codebook = codebook or Codebook.load()
    sheet = _read(path, codebook, older_codebook=False)
    if sheet.about["kind"] != "blind":
        raise InputError(f"{path} is not a blind sheet. Agreement needs sheets exported with --blind.")
    problems, rows = list(sheet.problems), {}
    for row in sheet.rows:
        verdicts = _coded(row, codebook, sheet.themes, problems)
        if verdicts:
            row[DATE] = _signed(row, sheet.about["coder"], (), date.max, problems)
            rows[row[KEY]] = {**row, "themes": [theme for theme in verdicts if verdicts[theme] == "present"]}
    names = sorted({row[CODER] for row in rows.values()})
    if len(names) > 1 and not problems:
        raise InputError(f"{path} holds codings of {' and '.join(names)}. Give one sheet for each coder.")
    coder = sheet.about["coder"] or "".join(names[:1]) or Path(path).stem
    said = {} if problems else rows
    return Codings(coder, said, sheet.about["codebook_version"], sheet.about["sample"]), problems


def _read(path: Path | str, codebook: Codebook, *, older_codebook: bool) -> _Sheet:
    """Read the cells of a sheet and check that its rows are those that were exported."""
    about, keys, listed, header, cells = _cells(Path(path))
    # A sheet made before there was a column for doubt is as good as one with it.
    columns = [name for name in LAYOUTS.get(about.get("kind", ""), ()) if name != DOUBT or name in header]
    if not columns or header[: len(columns)] != columns:
        raise InputError(f"{path}: the first row of '{CODING}' is not as exported. Export the sheet again.")
    problems, rows, places = list[Problem](), list[dict[str, Any]](), dict[str, int]()
    if about["codebook_version"] != codebook.version and not older_codebook:
        seen = f"codebook {about['codebook_version']}"
        advice = f"The codebook is now {codebook.version}. Export a new sheet, or say that the older version is meant."
        problems.append(Problem(0, "", seen, advice))
    for place, texts in cells:
        row: dict[str, Any] = {**dict.fromkeys(columns, ""), "row": place}
        row.update((name, _plain(value)) for name, (value, _) in zip(header, texts, strict=False))
        for name, (value, is_formula) in zip(header, texts, strict=False):
            if is_formula and name:
                problems.append(Problem(place, name, str(value)[:80], "A formula is not taken. Type the text itself."))
        if row[KEY] not in keys:
            advice = "The row was added, or its hidden key was changed. Restore it from the sheet as exported."
            problems.append(Problem(place, KEY, row[KEY] or row[WORDING][:60], advice))
        elif row[KEY] in places:
            advice = f"The row appears twice, first in row {places[row[KEY]]}. Delete one of the two."
            problems.append(Problem(place, ID, row[ID], advice))
        elif row_identity(row[KEY].split("-")[0], row[ID], row[SHOWN], row[WORDING])[KEY] != row[KEY]:
            advice = "The id, wording or hidden themes of this row were changed. Restore them from the exported sheet."
            problems.append(Problem(place, ID, row[ID], advice))
        else:
            rows.append(row)
        places.setdefault(row[KEY], place)
    for key, identity in keys.items():
        if key not in places:
            problems.append(Problem(0, ID, identity, "Its row is missing. Put it back, or export the sheet again."))
    return _Sheet(about, tuple(listed), rows, problems)


def _cells(
    path: Path,
) -> tuple[dict[str, str], dict[str, str], list[str], list[str], list[tuple[int, list[tuple[Any, bool]]]]]:
    """Return what the sheet says of itself, its keys with their ids, its themes, the header, and the rows not empty."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > _LARGEST:
            raise InputError(f"{path} unpacks to {size // 1_000_000} MB; no coding sheet does. Export the sheet again.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Excel adds and openpyxl does not know has no bearing here
            book = load_workbook(path, read_only=True)
        try:
            pairs = [[_plain(value) for value in row] for row in book[ABOUT].iter_rows(max_col=3, values_only=True)]
            listed = [_plain(row[1]) for row in book[LISTS].iter_rows(max_col=2, values_only=True) if row[1]]
            lines = list[tuple[int, list[tuple[Any, bool]]]]()
            width = max(map(len, LAYOUTS.values()))
            for place, row in enumerate(book[CODING].iter_rows(max_col=width), start=1):
                values = [(cell.value, cell.data_type == "f") for cell in row]
                if any(value not in (None, "") for value, _ in values):
                    lines.append((place, values))
        finally:
            book.close()
        about = dict.fromkeys(("kind", "codebook_version", "coder", "sample"), "")
        about.update((name, value) for name, value, _ in pairs if name in about)
        keys = {key: identity for name, key, identity in pairs if name == "key"}
        header = [_plain(value) for value, _ in lines[0][1]]
        return about, keys, listed, header, lines[1:]
    except InputError:
        raise
    except FileNotFoundError as error:
        raise UsageError(f"There is no file {path}. Name a sheet that dhr coding export has made.") from error
    except (OSError, ValueError, LookupError, TypeError, AttributeError, SyntaxError) as error:
        raise InputError(f"{path} is not a coding sheet ({error}). Name one that dhr coding export made.") from error
    except (zipfile.BadZipFile, InvalidFileException) as error:
        raise InputError(f"{path} is not an Excel workbook ({error}). Save the sheet as .xlsx.") from error


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(value).strip()


def _chosen(row: Mapping[str, Any], columns: Sequence[str], codebook: Codebook, problems: list[Problem]) -> list[str]:
    """Return the ids of the themes in some cells of a row, given by name or id."""
    known = {word.casefold(): theme.id for theme in codebook.themes for word in (theme.name, theme.id)}
    found = []
    for column in columns:
        text = row[column]
        if text and text.casefold() not in known:
            close = difflib.get_close_matches(text.casefold(), known, n=1)
            meant = f"Did you mean '{codebook.theme(known[close[0]]).name}'? " if close else ""
            problems.append(Problem(row["row"], column, text, f"There is no such theme. {meant}Choose from the list."))
        elif text:
            found.append(known[text.casefold()])
    return list(dict.fromkeys(found))


def _reviewed(
    row: Mapping[str, Any], codebook: Codebook, _listed: Sequence[str], problems: list[Problem]
) -> dict[str, str]:
    """Return the verdict on each theme that a row of a sheet with machine themes decides on."""
    shown = [theme for theme in row[SHOWN].split(";") if theme in codebook.ids]
    removed, added = (_chosen(row, columns, codebook, problems) for columns in (REMOVE, ADD))
    keep, faults = row[KEEP].casefold(), list[tuple[str, str, str]]()
    left = [theme for theme in shown if theme not in removed]
    final = [theme for theme in dict.fromkeys(left + added) if theme != OTHER]
    if keep not in ("", "yes", "no"):
        faults.append((KEEP, row[KEEP], "Choose yes or no, or leave it empty."))
    if keep == "yes" and removed:
        faults.append((KEEP, "yes", "Themes are to be removed. Choose no, or clear the cells under Remove."))
    if keep == "no" and not any(row[column] for column in REMOVE):
        faults.append((KEEP, "no", "Choose under Remove which theme is not to be kept."))
    for theme in removed:
        name = codebook.theme(theme).name
        if theme not in shown:
            faults.append((REMOVE[0], name, "This row does not have that theme. Clear the cell."))
        elif theme in added:
            faults.append((ADD[0], name, "It is to be removed as well as added. Clear one of the two cells."))
        elif theme in codebook.close(final):
            parents = [codebook.theme(child).name for child in final if theme in codebook.theme(child).implies]
            faults.append((REMOVE[0], name, f"It follows from {' and '.join(parents)}. Remove that too, or keep both."))
    if OTHER in added and final:
        faults.append((ADD[0], codebook.theme(OTHER).name, "It stands only alone. Remove all other themes of the row."))
    if removed == [OTHER] and not final and not any(row[column] for column in ADD):
        faults.append((REMOVE[0], codebook.theme(OTHER).name, "Nothing would be left. Choose under Add what fits."))
    if row[REASON] and not keep and not any(row[column] for column in (*REMOVE, *ADD)):
        faults.append(
            (REASON, row[REASON][:80], "Nothing is decided in this row. Choose something, or clear the reason.")
        )
    problems += [Problem(row["row"], *fault) for fault in faults]
    present = (left if keep in ("yes", "no") else []) + added
    present = [theme for theme in present if theme != OTHER] or present
    return {**dict.fromkeys(present, "present"), **dict.fromkeys(removed, "absent")}


def _coded(
    row: Mapping[str, Any], codebook: Codebook, listed: Sequence[str], problems: list[Problem]
) -> dict[str, str]:
    """Return the verdict on each theme of the sheet's codebook, where a row of a blind sheet is coded."""
    chosen = _chosen(row, THEMES, codebook, problems)
    if OTHER in chosen and len(chosen) > 1:
        advice = "It stands only alone. Clear it, or the other themes of the row."
        problems.append(Problem(row["row"], THEMES[0], codebook.theme(OTHER).name, advice))
    if not chosen:
        if row[REASON] and not any(row[column] for column in THEMES):
            advice = "No theme is chosen in this row. Choose one, or clear the reason."
            problems.append(Problem(row["row"], REASON, row[REASON][:80], advice))
        return {}
    present = codebook.close(chosen)
    return {
        theme: "present" if theme in present else "absent"
        for theme in codebook.ids
        if theme in present or theme in listed
    }


def _signed(row: Mapping[str, Any], owner: str, coders: Sequence[str], today: date, problems: list[Problem]) -> str:
    """Check who decided a row and when; return the day."""
    coder = row[CODER]
    allowed = [owner] if owner else list(coders)
    if not coder:
        problems.append(Problem(row["row"], CODER, "nothing", "Say who decided; initials are enough."))
    elif allowed and coder not in allowed:
        advice = f"This coder is not known here. Expected: {', '.join(allowed)}."
        problems.append(Problem(row["row"], CODER, coder, advice))
    day = None
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"):
        try:
            day = day or datetime.strptime(row[DATE], form).date()
        except ValueError:
            continue
    if day is None or day > today or day.year < 2000:
        advice = "Give the day of the decision, such as 2025-03-31, not later than today."
        problems.append(Problem(row["row"], DATE, row[DATE] or "nothing", advice))
    return day.isoformat() if day else ""
