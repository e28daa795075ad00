"""Writing a coding sheet: what a person decides on, with what the machine gave and what it doubts."""

from __future__ import annotations

import io
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.themes.codebook import OTHER, Codebook
from dhr_analytics.themes.decisions import text_keys
from dhr_analytics.themes.sheet.layout import (
    ABOUT,
    ADD,
    CODER,
    CODING,
    DATE,
    DOUBT,
    GIVEN,
    GUIDE,
    HEADING,
    ID,
    KEEP,
    KEY,
    LAYOUTS,
    LISTS,
    LOCKED,
    MACHINE,
    REASON,
    REMOVE,
    SHOWN,
    THEMES,
    WORDING,
    Codings,
    printable,
    row_identity,
)

_WIDTHS = {
    KEEP: 10,
    CODER: 12,
    DATE: 12,
    ID: 20,
    HEADING: 20,
    REASON: 40,
    MACHINE: 50,
    DOUBT: 50,
    GIVEN: 50,
    WORDING: 70,
}
_STAMP = datetime(2000, 1, 1)
_STEPS = {
    "review": (
        "Read the recommendation and the themes that it has now. Rows that you leave alone stay as they are.",
        f"Rows stand in the order of use: what is decided in the first ones tells most. '{DOUBT}' says what is unsure.",
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
_SAMPLE = (
    "These are recommendations of reviews that were drawn at random, to find out how often the machine is wrong. Code "
    "every row, hard ones too: rows that are left open make the figures lean to what is easy."
)


def export_sheet(
    plans: Plans,
    path: Path | str,
    *,
    codebook: Codebook | None = None,
    blind: bool = False,
    coder: str = "",
    only: Iterable[str] | None = None,
    sample: str = "",
    queue: pd.DataFrame | None = None,
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
    sample
        How they were drawn at random, in words; kept in the sheet, whatever program saves it.
    queue
        Themes in doubt, as from `plans.themes_in_doubt`. They get a column of their own, and the rows whose decisions
        are of most use come first: those with the largest sum of `usefulness`, then in document order. Without it, and
        in a blind sheet, all rows stand in document order.

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
    frame = plans.recommendations.assign(_key=text_keys(plans.recommendations))
    if only is not None:
        if unknown := sorted(set(only := list(only)) - set(frame["recommendation_id"])):
            raise UsageError(f"There is no recommendation '{unknown[0]}' in the package.")
        frame = frame[frame["recommendation_id"].isin(only)]
    shown = {} if blind else _by_recommendation(plans.themes, codebook)
    doubt = {} if blind else _by_recommendation(queue, codebook)
    use = {key: sum(theme["usefulness"] for theme in themes) for key, themes in doubt.items()}
    rows = []
    for rec in sorted(frame.to_dict("records"), key=lambda rec: -use.get(rec["recommendation_id"], 0.0)):
        key = rec["recommendation_id"]
        themes = shown.get(key, [])
        rows.append(
            {
                **row_identity(rec["_key"], key, ";".join(theme["theme"] for theme in themes), rec["text"]),
                HEADING: rec["section"],
                MACHINE: "\n".join(_because(theme, codebook) for theme in themes),
                DOUBT: "\n".join(_doubted(theme, codebook) for theme in doubt.get(key, [])),
                CODER: coder,
            }
        )
    return _write(rows, path, kind="blind" if blind else "review", codebook=codebook, coder=coder, sample=sample)


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
                **{name: each[0][name] for name in LOCKED},
                GIVEN: "agreed" if agreed else "\n".join(_given(sheet, key, codebook) for sheet in sheets),
                **dict(zip(THEMES, names, strict=False)),
                CODER: " and ".join(sheet.coder for sheet in sheets) if agreed else "",
                DATE: max(row[DATE] for row in each) if agreed else "",
            }
        )
    samples = {sheet.sample for sheet in sheets}
    sample = samples.pop() if len(samples) == 1 else ""
    return _write(rows, path, kind="settle", codebook=codebook, coder="", sample=sample)


def _by_recommendation(themes: pd.DataFrame | None, codebook: Codebook) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    if themes is not None:
        for theme in themes[themes["theme"].isin(codebook.ids)].to_dict("records"):
            found.setdefault(theme["recommendation_id"], []).append({str(name): value for name, value in theme.items()})
    return found


def _because(theme: Mapping[str, Any], codebook: Codebook) -> str:
    by = " (decided by a person)" if theme["source"] == "human" else ""
    return codebook.theme(theme["theme"]).name + by + _words(theme)


def _doubted(theme: Mapping[str, Any], codebook: Codebook) -> str:
    now = "given now" if theme["given"] else "not given now"
    return f"{codebook.theme(theme['theme']).name} ({now}, {theme['probability']:.0%} likely){_words(theme)}"


def _words(theme: Mapping[str, Any]) -> str:
    words = " ".join(str(theme["evidence"]).split())
    return f": “{words}”" if words else ""


def _given(sheet: Codings, key: str, codebook: Codebook) -> str:
    return f"{sheet.coder}: " + "; ".join(codebook.theme(theme).name for theme in sheet.rows[key]["themes"])


def _write(
    rows: Sequence[Mapping[str, Any]], path: Path | str, *, kind: str, codebook: Codebook, coder: str, sample: str
) -> Path:
    from openpyxl import Workbook

    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path} does not end in .xlsx. Give the sheet a name such as coding.xlsx.")
    if path.exists():
        raise UsageError(f"{path} exists and may hold somebody's coding; nothing was written. Give another name.")
    book = Workbook()
    book.properties.title, book.properties.creator = "Coding sheet", "dhr_analytics"
    book.properties.created = _STAMP
    _guide(book.active, [*_STEPS[kind], *([_SAMPLE] if sample else []), *_ALWAYS], codebook, coder)
    _coding(book.create_sheet(CODING), book.create_sheet(LISTS), rows, kind, codebook)
    hidden = book.create_sheet(ABOUT)
    about = {"kind": kind, "codebook_version": codebook.version, "coder": coder, "sample": sample}
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
    text = printable(text)
    if text:
        cell.value = text
        cell.data_type = "s"
    for name, value in style.items():
        setattr(cell, name, value)
    if text[:1] in tuple("=+-@"):
        cell.quotePrefix = True


def _guide(sheet: Any, steps: Sequence[str], codebook: Codebook, coder: str) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.title = GUIDE
    wrap, bold = Alignment(wrap_text=True, vertical="top"), Font(bold=True)
    lines = [f"Codebook {codebook.version}" + (f", sheet for {coder}" if coder else ""), *steps]
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

    columns = LAYOUTS[kind]
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
            fixed = name in (*LOCKED, MACHINE, DOUBT, GIVEN)
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
