"""The coding sheet: an Excel workbook in which people keep, remove and add themes, and its way back.

Nothing of a sheet is taken over unless all of it can be: every cell at fault is reported with its row and column.
"""

from __future__ import annotations

import difflib
import hashlib
import io
import os
import re
import tempfile
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.package import Plans
from dhr_analytics.themes import decisions as store
from dhr_analytics.themes.codebook import OTHER, Codebook

CODING, GUIDE, LISTS, ABOUT = "Coding", "How to code", "Lists", "About"
KEY, SHOWN, ID, HEADING, WORDING = "Key", "Shown", "Recommendation id", "Heading above", "Recommendation"
MACHINE, GIVEN, KEEP = "Themes now, with the words that caused them", "What the coders gave", "Keep all themes?"
REMOVE = tuple(f"Remove {number}" for number in range(1, 7))
ADD = tuple(f"Add theme {number}" for number in range(1, 7))
THEMES = tuple(f"Theme {number}" for number in range(1, 9))
CODER, DATE, REASON = "Coder", "Date", "Reason"

_LOCKED = (KEY, SHOWN, ID, HEADING, WORDING)
_LAYOUTS = {
    "review": (*_LOCKED, MACHINE, KEEP, *REMOVE, *ADD, CODER, DATE, REASON),
    "blind": (*_LOCKED, *THEMES, CODER, DATE, REASON),
    "settle": (*_LOCKED, GIVEN, *THEMES, CODER, DATE, REASON),
}
_WIDTHS = {ID: 20, HEADING: 20, WORDING: 70, MACHINE: 50, GIVEN: 50, REASON: 40, DATE: 12, KEEP: 10, CODER: 12}
_LONGEST = 32_000  # a cell of Excel holds 32,767 characters
_LARGEST = 100_000_000  # bytes that a sheet may unpack to
_STAMP = datetime(2000, 1, 1)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_STEPS = {
    "review": (
        "Read the recommendation and the themes that it has now. Rows that you leave alone stay as they are.",
        f"'{KEEP}': yes, when all are right; no, when some are not: choose those under Remove; the rest is kept.",
        "Under Add choose what is missing. A row with only Remove or Add filled says nothing about its other themes.",
    ),
    "blind": (
        "Read the recommendation and choose every theme that it asks for, without talking to other coders.",
        "A row with a theme counts as coded in full: what you do not choose is absent. Empty rows are not coded.",
    ),
    "settle": (
        "Rows that the coders agreed on are filled in. In the others choose every theme that holds after all.",
        "A row with a theme counts as coded in full: what you do not choose is absent.",
    ),
}
_ALWAYS = (
    "In every row that you fill in give the coder (initials are enough) and the date; a reason helps those after you.",
    f"'{OTHER}' is for recommendations that nothing else fits; it stands only alone.",
    "Do not add, delete or paste over rows, and type no formulas; the sheet would be refused.",
)


@dataclass(frozen=True)
class Problem:
    """One fault of a sheet: its row (0: the sheet as a whole) and column, what was seen, and what to do."""

    row: int
    column: str
    seen: str
    advice: str


@dataclass(frozen=True)
class ImportResult:
    """What a sheet says: `decisions` for `add_decisions`, none where there are `problems`; rows decided and left."""

    decisions: pd.DataFrame
    problems: list[Problem]
    n_decided: int
    n_left: int


@dataclass(frozen=True)
class Codings:
    """One coder's blind sheet: `rows` maps the key of each coded row to what stands in it, its `themes` as ids."""

    coder: str
    rows: dict[str, dict[str, Any]]
    codebook_version: str


def export_sheet(
    plans: Plans,
    path: Path | str,
    *,
    codebook: Codebook | None = None,
    blind: bool = False,
    coder: str = "",
    only: Iterable[str] | None = None,
) -> Path:
    """Write the recommendations of a package as a sheet for coders; the same input gives the same bytes.

    Parameters
    ----------
    plans
        Coded plans; for a blind sheet they need no themes.
    path
        Ends in `.xlsx`. A file that is there is never written over: it may hold somebody's work.
    codebook
        The codebook that comes with the package when left out.
    blind
        Leave the machine's themes out, so that coders judge by themselves.
    coder
        Filled in for each row; the sheet then takes no other coder.
    only
        Ids of the recommendations to write, for a sample; all when left out.

    Raises
    ------
    UsageError
        When the path will not do, there are no themes, an id is unknown, or the package holds names of individuals.
    """
    codebook = codebook or Codebook.load()
    if plans.about.get("restricted"):
        raise UsageError(
            "This package holds names of individuals; no sheet is made of it. Ingest without --keep-names."
        )
    if plans.themes is None and not blind:
        raise UsageError("The recommendations are not coded yet. Run dhr classify first, or export a blind sheet.")
    frame = plans.recommendations.assign(_key=store.text_keys(plans.recommendations))
    if only is not None:
        if unknown := sorted(set(only := list(only)) - set(frame["recommendation_id"])):
            raise UsageError(f"There is no recommendation '{unknown[0]}' in the package.")
        frame = frame[frame["recommendation_id"].isin(only)]
    shown: dict[str, list[dict[str, Any]]] = {}
    if plans.themes is not None and not blind:
        for theme in plans.themes[plans.themes["theme"].isin(codebook.ids)].to_dict("records"):
            shown.setdefault(theme["recommendation_id"], []).append({str(name): value for name, value in theme.items()})
    rows = []
    for rec in frame.to_dict("records"):
        themes = shown.get(rec["recommendation_id"], [])
        rows.append(
            {
                **_identity(
                    rec["_key"], rec["recommendation_id"], ";".join(theme["theme"] for theme in themes), rec["text"]
                ),
                **{HEADING: rec["section"], CODER: coder},
                MACHINE: "\n".join(_because(theme, codebook) for theme in themes),
            }
        )
    return _write(rows, path, kind="blind" if blind else "review", codebook=codebook, coder=coder)


def export_settlement(sheets: Sequence[Codings], path: Path | str, *, codebook: Codebook | None = None) -> Path:
    """Write what several coders coded as one sheet: agreed rows are filled in, the others are to be settled.

    The rows to settle have the themes all gave, no coder and no date: until somebody puts these in, the import
    reports them. Parameters and errors are as for `export_sheet`; `sheets` come from `read_codings`.
    """
    codebook = codebook or Codebook.load()
    rows = []
    for key in [key for key in sheets[0].rows if all(key in sheet.rows for sheet in sheets)]:
        each = [sheet.rows[key] for sheet in sheets]
        common = set(each[0]["themes"]).intersection(*(row["themes"] for row in each))
        agreed = all(set(row["themes"]) == common for row in each)
        names = [codebook.theme(theme).name for theme in codebook.ids if theme in common]
        rows.append(
            {
                **{name: each[0][name] for name in _LOCKED},
                GIVEN: "agreed" if agreed else "\n".join(_given(sheet, key, codebook) for sheet in sheets),
                **dict(zip(THEMES, names, strict=False)),
                CODER: " and ".join(sheet.coder for sheet in sheets) if agreed else "",
                DATE: max(row[DATE] for row in each) if agreed else "",
            }
        )
    return _write(rows, path, kind="settle", codebook=codebook, coder="")


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
    return ImportResult(frame, [], decided, len(sheet.rows) - decided)


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
    return Codings(coder, {} if problems else rows, sheet.about["codebook_version"]), problems


@dataclass(frozen=True)
class _Sheet:
    about: dict[str, str]
    themes: tuple[str, ...]
    rows: list[dict[str, Any]]
    problems: list[Problem]


def _identity(text_key: str, recommendation_id: str, shown: str, wording: str) -> dict[str, str]:
    """Return the cells that say what a row is about; the second half of the key gives away a change of the others."""
    wording = _UNPRINTABLE.sub("", wording)[:_LONGEST].strip()
    words = "".join(re.findall(r"\w", wording))
    check = hashlib.sha256("\0".join((text_key, recommendation_id, shown, words)).encode()).hexdigest()[:8]
    return {KEY: f"{text_key}-{check}", SHOWN: shown, ID: recommendation_id, WORDING: wording}


def _because(theme: Mapping[str, Any], codebook: Codebook) -> str:
    words = " ".join(str(theme["evidence"]).split())
    why = f": “{words}”" if words else ""
    return codebook.theme(theme["theme"]).name + (" (decided by a person)" if theme["source"] == "human" else "") + why


def _given(sheet: Codings, key: str, codebook: Codebook) -> str:
    return f"{sheet.coder}: " + "; ".join(codebook.theme(theme).name for theme in sheet.rows[key]["themes"])


def _write(rows: Sequence[Mapping[str, Any]], path: Path | str, *, kind: str, codebook: Codebook, coder: str) -> Path:
    from openpyxl import Workbook

    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path} does not end in .xlsx. Give the sheet a name such as coding.xlsx.")
    if path.exists():
        raise UsageError(f"{path} exists and may hold somebody's coding; nothing was written. Give another name.")
    book = Workbook()
    book.properties.title, book.properties.creator = "Coding sheet", "dhr_analytics"
    book.properties.created = _STAMP
    _guide(book.active, kind, codebook, coder)
    _coding(book.create_sheet(CODING), book.create_sheet(LISTS), rows, kind, codebook)
    hidden = book.create_sheet(ABOUT)
    about = {"kind": kind, "codebook_version": codebook.version, "coder": coder}
    for place, pair in enumerate([*about.items(), *(("key", row[KEY], row[ID]) for row in rows)], start=1):
        for column, text in enumerate(pair, start=1):
            _put(hidden.cell(place, column), text)
    book[LISTS].sheet_state, hidden.sheet_state = "hidden", "veryHidden"
    book.active = 1
    made = io.BytesIO()
    book.save(made)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(_without_dates(made))
        Path(fresh).chmod(0o644)
        Path(fresh).replace(path)
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror}. Give another name.") from error
    return path


def _without_dates(made: io.BytesIO) -> bytes:
    """Return the workbook with fixed dates in place of the time it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", data)
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _put(cell: Any, text: Any, **style: Any) -> None:
    """Write text that stays text, whatever it begins with."""
    text = _UNPRINTABLE.sub("", str(text))
    if text:
        cell.value = text[:_LONGEST]
        cell.data_type = "s"
    for name, value in style.items():
        setattr(cell, name, value)
    if text[:1] in tuple("=+-@"):
        cell.quotePrefix = True


def _guide(sheet: Any, kind: str, codebook: Codebook, coder: str) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.title = GUIDE
    wrap, bold = Alignment(wrap_text=True, vertical="top"), Font(bold=True)
    lines = [f"Codebook {codebook.version}" + (f", sheet for {coder}" if coder else ""), *_STEPS[kind], *_ALWAYS]
    table = [(theme.name, theme.id, theme.definition, theme.include, theme.exclude) for theme in codebook.themes]
    texts: list[tuple[bool, tuple[str, ...]]] = [
        (True, ("How to code",)),
        *((False, (line,)) for line in lines),
        (True, ("Where coders hesitate",)),
        *((False, (rule,)) for rule in codebook.coding_rules),
        (True, ("Theme", "Id", "Definition", "Count in", "Leave out")),
        *((False, cells) for cells in table),
    ]
    for place, (heading, cells) in enumerate(texts, start=1):
        for column, text in enumerate(cells, start=1):
            _put(sheet.cell(place, column), text, alignment=wrap, **({"font": bold} if heading else {}))
        if len(cells) == 1:  # Excel does not fit the height of merged cells by itself
            sheet.merge_cells(start_row=place, end_row=place, start_column=1, end_column=5)
            sheet.row_dimensions[place].height = 15 * (1 + len(cells[0]) // 150)
    for letter, width in zip("ABCDE", (36, 24, 50, 36, 36), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.protection.sheet = True


def _coding(sheet: Any, lists: Any, rows: Sequence[Mapping[str, Any]], kind: str, codebook: Codebook) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    columns = _LAYOUTS[kind]
    letters = {name: get_column_letter(number) for number, name in enumerate(columns, start=1)}
    wrap, open_cell = Alignment(wrap_text=True, vertical="top"), Protection(locked=False)
    head = {"font": Font(bold=True), "fill": PatternFill("solid", fgColor="D9E1EA"), "alignment": wrap}
    line = Border(*(Side(style="thin", color="808080"),) * 4)
    entry = {"protection": open_cell, "fill": PatternFill("solid", fgColor="FFF8E1"), "border": line}
    for name, letter in letters.items():
        _put(sheet[f"{letter}1"], name, **head)
        sheet.column_dimensions[letter].width = _WIDTHS.get(name, 26)
        sheet.column_dimensions[letter].hidden = name in (KEY, SHOWN)
    for place, theme in enumerate(codebook.themes, start=1):
        _put(lists.cell(place, 1), theme.name)
        _put(lists.cell(place, 2), theme.id)
    for place, row in enumerate(rows, start=2):
        for name, letter in letters.items():
            fixed = name in (*_LOCKED, MACHINE, GIVEN)
            _put(sheet[f"{letter}{place}"], row.get(name, ""), alignment=wrap, **({} if fixed else entry))
            if name == DATE:
                sheet[f"{letter}{place}"].number_format = "yyyy-mm-dd"
        names = [codebook.theme(theme).name for theme in row[SHOWN].split(";") if theme]
        for column, text in enumerate(names, start=3):
            _put(lists.cell(place, column), text)
        if kind == "review" and names:
            choice = f"{LISTS}!$C${place}:${get_column_letter(2 + len(names))}${place}"
            _offer(
                sheet,
                DataValidation("list", formula1=choice),
                f"{letters[REMOVE[0]]}{place}:{letters[REMOVE[-1]]}{place}",
            )
    last = max(len(rows) + 1, 2)
    menu = f"{LISTS}!$A$1:$A${len(codebook.themes)}"
    first, final = (ADD[0], ADD[-1]) if kind == "review" else (THEMES[0], THEMES[-1])
    _offer(sheet, DataValidation("list", formula1=menu), f"{letters[first]}2:{letters[final]}{last}")
    if kind == "review":
        _offer(sheet, DataValidation("list", formula1='"yes,no"'), f"{letters[KEEP]}2:{letters[KEEP]}{last}")
    sheet.freeze_panes = "D2"
    sheet.print_title_rows, sheet.page_setup.orientation = "1:1", "landscape"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False


def _offer(sheet: Any, validation: Any, cells: str) -> None:
    validation.allow_blank = validation.showErrorMessage = True
    validation.errorTitle, validation.error = "Not in the list", "Please choose from the list."
    validation.add(cells)
    sheet.add_data_validation(validation)


def _read(path: Path | str, codebook: Codebook, *, older_codebook: bool) -> _Sheet:
    """Read the cells of a sheet and check that its rows are those that were exported."""
    about, keys, listed, header, cells = _cells(Path(path))
    kind = about.get("kind", "")
    if kind not in _LAYOUTS or header[: len(_LAYOUTS[kind])] != list(_LAYOUTS[kind]):
        raise InputError(f"{path}: the first row of '{CODING}' is not as exported. Export the sheet again.")
    problems, rows, places = list[Problem](), list[dict[str, Any]](), dict[str, int]()
    if about["codebook_version"] != codebook.version and not older_codebook:
        seen = f"codebook {about['codebook_version']}"
        advice = f"The codebook is now {codebook.version}. Export a new sheet, or say that the older version is meant."
        problems.append(Problem(0, "", seen, advice))
    for place, texts in cells:
        row: dict[str, Any] = {**dict.fromkeys(_LAYOUTS[kind], ""), "row": place}
        row.update((name, _plain(value)) for name, (value, _) in zip(header, texts, strict=False))
        for name, (value, is_formula) in zip(header, texts, strict=False):
            if is_formula and name:
                problems.append(Problem(place, name, str(value)[:80], "A formula is not taken. Type the text itself."))
        if row[KEY] not in keys:
            advice = "The row was added, or its hidden key was changed. Restore it from the sheet as exported."
            problems.append(Problem(place, KEY, row[KEY] or row[WORDING][:60], advice))
        elif row[KEY] in places:
            advice = f"The row stands twice, first in row {places[row[KEY]]}. Delete one of the two."
            problems.append(Problem(place, ID, row[ID], advice))
        elif _identity(row[KEY].split("-")[0], row[ID], row[SHOWN], row[WORDING])[KEY] != row[KEY]:
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
            width = max(map(len, _LAYOUTS.values()))
            for place, row in enumerate(book[CODING].iter_rows(max_col=width), start=1):
                values = [(cell.value, cell.data_type == "f") for cell in row]
                if any(value not in (None, "") for value, _ in values):
                    lines.append((place, values))
        finally:
            book.close()
        about = {name: pairs[number][1] for number, name in enumerate(("kind", "codebook_version", "coder"))}
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
