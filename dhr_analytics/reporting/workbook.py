"""``workbook.xlsx``: the tables of the pages as an accessible spreadsheet, the same bytes each time.

After the guidance of the Government Analysis Function on spreadsheets: a cover, contents and notes, one table a sheet,
no merged or empty cells, shorthand where a number is missing, no formula and no link out of the workbook.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any

import pandas as pd

from dhr_analytics.reporting import text
from dhr_analytics.reporting.cited import Cited
from dhr_analytics.statistics import CATALOGUE, Estimate

MISSING = "[x]"
KEY = "Id of the figures"
LANGUAGE = "en-GB"
_MADE = datetime(2000, 1, 1)  # a fixed day: the pack says of which day its figures are
_NUMBERS = re.compile(r"[01]\.[0-9]{2}|[0-9]{1,3}%|(?:19|20)[0-9]{2}")
_ENDS = ("from", "to")
_WIDEST = 460  # pixels, some 65 letters
_LINE, _FONT = 15.75, 12  # points: the height of a line, the size of most letters
_HIGHEST = 409  # points, Excel's limit
_BROKEN = 1.15  # lines break before they are full
_SHARE, _POINTS = "0%", "+0%;-0%;0%"
SHORTHAND = (
    "Shorthand: [c] is a number that is withheld because it is small, or because a small one could be worked out from "
    "it; [x] is a number that there is not, for instance because there is nothing to divide by."
)
INTERVAL = (
    "A 95% interval is the range in which the share would most likely lie if these plans were a few of many alike. Its "
    "two ends stand in two columns."
)
FIGURES = (
    f"The last column of a table of figures, “{KEY}”, holds what each of them can be cited by and made again from, in "
    "the order of the columns: dhr cite ID."
)


@dataclass(frozen=True)
class Sheet:
    """One table: its cells are words, numbers, ``[c]`` or ``[x]``; ``formats`` are those of its columns."""

    name: str
    title: str
    table: pd.DataFrame
    formats: Mapping[str, str]
    note: str = ""
    measures: tuple[str, ...] = ()


def sheets(blocks: Iterable[Mapping[str, Any]], estimates: Iterable[Estimate]) -> list[Sheet]:
    """Return the tables of pages as sheets, in order.

    Parameters
    ----------
    blocks : iterable of mapping
        Of the pages, as ``show`` makes them; those that are no table or figure are left out.
    estimates : iterable of Estimate
        The figures that they print.

    Returns
    -------
    list of Sheet
    """
    shown = [each["table"] if each["kind"] == "figure" else each for each in blocks]
    tables = [each for each in shown if each["kind"] == "table"]
    known = {each.id: each for each in estimates}
    out: list[Sheet] = []
    for each in tables:
        out.append(_sheet(each, known, {sheet.name.casefold() for sheet in out}))
    return out


def _sheet(block: Mapping[str, Any], estimates: Mapping[str, Estimate], taken: set[str]) -> Sheet:
    columns: dict[str, list[Any]] = {}
    formats: dict[str, str] = {}
    cited: list[list[str]] = [[] for _ in block["rows"]]
    for place, column in enumerate(block["columns"]):
        cells = [_known(row[place], estimates) for row in block["rows"]]
        for row, cell in enumerate(cells):
            if isinstance(cell, Mapping):
                cited[row].append(cell["estimate"])
        for heading, values, style in _columns(column, cells, estimates):
            heading = _unlike(heading, columns)
            columns[heading] = values
            if style:
                formats[heading] = style
    if any(cited):
        columns[_unlike(KEY, columns)] = ["; ".join(dict.fromkeys(row)) or MISSING for row in cited]
    measures = dict.fromkeys(estimates[key].measure for row in cited for key in row)
    name = Path(block["csv"]).stem or block["title"]
    return Sheet(
        name=_sheet_name(name, taken),
        title=_plain(block["title"]),
        table=pd.DataFrame({heading: pd.Series(values, dtype="object") for heading, values in columns.items()}),
        formats=formats,
        note=_plain(block["note"]) if block["note"] else "",
        measures=tuple(measures),
    )


def _known(cell: Any, estimates: Mapping[str, Estimate]) -> Any:
    """Return a cell; only its words where its figure is none that may leave."""
    return cell["text"] if isinstance(cell, Mapping) and cell["estimate"] not in estimates else cell


def _columns(
    column: Mapping[str, str], cells: Sequence[Any], estimates: Mapping[str, Estimate]
) -> Iterable[tuple[str, list[Any], str]]:
    """Give the columns that a column of a page becomes, with their format: an interval becomes two."""
    heading, figures = column["name"], [each for each in cells if isinstance(each, Mapping)]
    if not figures:
        words = [str(each) for each in cells]
        ends = [re.split(" to ", each) for each in words]
        if column["kind"] == "number" and all(len(each) == 2 for each in ends):
            yield from (
                (f"{heading} {to}", [_plain(end[k]) if (n := _number(end[k])) is None else n for end in ends], _SHARE)
                for k, to in enumerate(_ENDS)
            )
            return
        # A column of words stays words, but for those that are numbers throughout, such as 0.80 or 2023.
        read = [_number(each) for each in words]
        kept = column["kind"] == "number" or all(_NUMBERS.fullmatch(each) for each in words)
        numbers = read if kept else [None] * len(read)
        style = _SHARE if kept and any(each.endswith("%") for each in words) else ""
        yield (
            heading,
            [_plain(each) if number is None else number for each, number in zip(words, numbers, strict=True)],
            style,
        )
        return
    found = [Cited(estimates[each["estimate"]], each["part"]) for each in figures]
    units = {each.estimate.unit for each in found}
    style = _POINTS if units == {"points"} else _SHARE if units == {"share"} else "#,##0"
    if {each.part for each in found} == {"interval"}:
        for end, word in zip(("low", "high"), _ENDS, strict=True):
            yield f"{heading} {word}", [_told(cell, estimates, end) for cell in cells], style
        return
    counted = {each.part for each in found} <= {"n", "N", "n counted", "N counted"}
    yield heading, [_told(cell, estimates) for cell in cells], "#,##0" if counted else style


def _told(cell: Any, estimates: Mapping[str, Estimate], end: str = "") -> Any:
    if not isinstance(cell, Mapping):
        return _plain(str(cell))
    each = Cited(estimates[cell["estimate"]], cell["part"])
    if str(each) == text.HIDDEN:
        return text.HIDDEN
    found = getattr(each.estimate, end) if end else each.raw
    return MISSING if found is None else found


def _number(words: str) -> float | int | None:
    """Read a number as a page prints it; None where it is none."""
    if re.fullmatch(r"-?[0-9][0-9,]*", words):
        return int(words.replace(",", ""))
    if re.fullmatch(r"[0-9]+\.[0-9]+", words):
        return float(words)
    # The nearest whole percentage, as everywhere in such a column.
    share = re.fullmatch(r"(?:less than |more than )?([0-9]{1,3})%", words)
    return int(share[1]) / 100 if share else None


def _plain(words: str) -> str:
    """Return words as a cell may hold them: not empty, nothing that the writer would take for a link or a note."""
    kept = words.replace("](", "] (").replace("$$", "$ $").strip()
    if not kept:
        return "not stated"
    return kept if re.search("[a-zA-Z0-9]", kept) else f"{kept} (as printed)"


def _unlike(heading: str, others: Iterable[str]) -> str:
    known, number, tried = {each.casefold() for each in others}, 1, _plain(heading)
    while tried.casefold() in known:
        number += 1
        tried = f"{_plain(heading)} ({number})"
    return tried


def _sheet_name(name: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-zA-Z0-9 _-]", "", name).replace("_", " ").strip(" -")
    words = tried = text.capital(plain)[:31].strip() or "Rows"
    number = 1
    while tried.casefold() in taken:
        number += 1
        tried = f"{words[:27]} {number}"
    return tried


def write_workbook(tables: Sequence[Sheet], path: Path | str, *, title: str, about: Sequence[str]) -> None:
    """Write sheets as an accessible workbook; the same input gives the same bytes.

    Parameters
    ----------
    tables : sequence of Sheet
        At least one.
    path : path
    title : str
        Of the cover and of the document.
    about : sequence of str
        What the figures are made from, a sentence each, for the cover.
    """
    notes = {"shorthand": SHORTHAND, "interval": INTERVAL, "figures": FIGURES}
    for key in dict.fromkeys(measure for each in tables for measure in each.measures):
        known = CATALOGUE[key]
        notes[key] = _plain(f"{known.name}: {known.definition} Counted among: {known.denominator}. {known.limits}")
    used = {note for each in tables for note in _notes(each)}
    told = pd.DataFrame([each for each in notes.items() if each[0] in used], columns=["Note", "Note text"])
    # gptables leaves a file open when it is loaded, and is not yet written for the pandas we use; both only warn.
    with io.BytesIO() as file, warnings.catch_warnings(action="ignore"):
        import gptables

        book = gptables.produce_workbook(
            file,
            {each.name: _gptable(each, f"table_{place}") for place, each in enumerate(tables, start=1)},
            cover=gptables.Cover(
                title=_plain(title),
                intro=[_plain(each) for each in about],
                about=[SHORTHAND, "Each of these reviews was held because a person died."],
            ),
            notes_table=told,
            workbook_options={
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        for sheet in book.worksheets():
            _fit(sheet)
        book.set_properties({"title": _plain(title), "author": "dhr_analytics", "created": _MADE})
        book.close()
        made = file.getvalue()
    Path(path).write_bytes(_with_language(made))


def _fit(sheet: Any) -> None:
    """Make columns no wider than can be read, and rows as high as their wrapped cells need.

    A column as wide as its longest text is wider than Excel allows. Excel would find the heights of rows itself,
    LibreOffice does not.
    """
    from xlsxwriter.utility import cell_autofit_width  # type: ignore[import-untyped]

    cover = sheet.name == "Cover"  # its column has a width of its own, in which long lines are wrapped
    wide = [column for column, kept in sheet.col_info.items() if cover or kept.width > _WIDEST]
    width = sheet.col_info[0].width if cover else _WIDEST
    for column in wide:
        sheet.set_column_pixels(column, column, width)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)  # printed: all columns on a page
    texts = {number: words for words, number in sheet.str_table.string_table.items()}
    for row, cells in sheet.table.items():
        lines = 1
        for column, cell in cells.items():
            if cell.format:
                cell.format.set_align("top")
            if column in wide and hasattr(cell, "string") and cell.format and cell.format.text_wrap:
                pixels = [
                    cell_autofit_width(part) * cell.format.font_size / _FONT for part in texts[cell.string].split("\n")
                ]
                lines = max(lines, sum(ceil(each * _BROKEN / width) if each > width else 1 for each in pixels))
        if lines > 1:
            sheet.set_row(row, min(_LINE * lines, _HIGHEST))


def _notes(sheet: Sheet) -> list[str]:
    intervals = any(name.endswith(" to") for name in sheet.formats)
    return [
        "shorthand",
        *(["interval"] if intervals else []),
        *(["figures"] if sheet.measures else []),
        *sheet.measures,
    ]


def _gptable(sheet: Sheet, name: str) -> Any:
    import gptables

    formats = [
        {"column": {"columns": [heading], "format": {"num_format": style}}} for heading, style in sheet.formats.items()
    ]
    note = f" {sheet.note}" if sheet.note else ""
    return gptables.GPTable(
        table=sheet.table,
        table_name=name,
        title=sheet.title,
        instructions=f"This worksheet contains one table.{note} {''.join(f'$${each}$$' for each in _notes(sheet))}",
        index_columns={1: 0},
        additional_formatting=formats,
    )


def _with_language(made: bytes) -> bytes:
    """Say the language in the properties of the document, which the writer cannot."""
    end = b"</cp:coreProperties>"
    with zipfile.ZipFile(io.BytesIO(made)) as old, io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
            for item in old.infolist():
                content = old.read(item)
                if item.filename == "docProps/core.xml":
                    content = content.replace(end, f"<dc:language>{LANGUAGE}</dc:language>".encode() + end)
                new.writestr(zipfile.ZipInfo(item.filename, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
        return file.getvalue()
