"""Excel workbooks: the values that a reader of the sheet sees, with joined cells, dates and rating colours."""

from __future__ import annotations

import colorsys
import io
import re
import warnings
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.styles.colors import COLOR_INDEX
from openpyxl.utils import column_index_from_string

from dhr_analytics.errors import InputError
from dhr_analytics.reading.colours import rag_of
from dhr_analytics.reading.delimited import as_tables
from dhr_analytics.reading.notes import comment, link, raised
from dhr_analytics.reading.number_rules import Bounds, Rule, number_rules, within
from dhr_analytics.reading.table import RawRow, RawTable
from dhr_analytics.reading.text import clean_cell

# Names that programs and people give to any sheet; all others say something about the rows, as a heading does.
_PLAIN_SHEET = re.compile(
    r"(?:sheet|table|tab|page|blad|main|data|export|report|plan|action\s*plan|actions?|recommendations?|tracker|dhr|"
    r"dardr|new|final|copy\s+of)?[\s_()-]*\d*\)?",
    re.IGNORECASE,
)
# '"R"0', '000', '0.00', '0%': words and digits that a number is shown with.
_NUMBER_FORMAT = re.compile(
    r'(?P<before>(?:"[^"]*"|\\.)*)(?:#,##)?(?P<whole>0+)(?:\.(?P<part>0+))?(?P<after>%?(?:"[^"]*"|\\.)*)(?:_.)?'
)
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ROW_NUMBER = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d{1,7})"')
_JOIN = re.compile(rb'(<(?:\w+:)?mergeCell\b[^>]*?\bref=["\'])([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})')
# Excel writes letters that XML cannot hold by their number.
_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_VALUE_END = re.compile(rb"</(?:\w+:)?(?:v|is)>")
_NO_VALUE = re.compile(rb'<(?:\w+:)?c (?![^>]*t="str")[^>]*>\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*'
                       rb'(?:<v\s*/>|<v></v>)?\s*</(?:\w+:)?c>')  # fmt: skip
_MOST_CELLS = 300_000
_MOST_GRID = 2_000_000
_MOST_XML = 250_000_000


def read_spreadsheet(data: bytes, name: str) -> list[RawTable]:
    """Read an Excel workbook (.xlsx, .xlsm).

    Parameters
    ----------
    data, name : bytes, str
        As for `read_kind`.

    Returns
    -------
    list of RawTable
        Per sheet its tables and the lone lines above and between them. Formulas give the value that was last
        calculated; hidden rows and columns are read, hidden sheets only named. Words struck out stand apart, notes
        and addresses behind the words of their cell; rules that colour cells by their value count as colours.

    Raises
    ------
    InputError
        When the workbook is damaged, or holds far more cells than a plan has.
    """
    try:
        with warnings.catch_warnings():
            # What openpyxl warns of (data validation, headers, extensions) bears no text of the plan.
            warnings.simplefilter("ignore")
            slim, uncounted = _slim(data, name)
            book = load_workbook(io.BytesIO(slim), data_only=True, keep_links=False, rich_text=True)
    except InputError:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, SyntaxError,
            EOFError, NotImplementedError, RuntimeError) as error:  # fmt: skip
        raise InputError(
            f"{name} is damaged or no Excel workbook ({type(error).__name__}). Open it, save it again as .xlsx, "
            "and give that file."
        ) from error
    themes = _theme_colours(book.loaded_theme)
    out = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            if any(cell.value is not None for cell in sheet._cells.values()):
                note = f"The hidden sheet “{sheet.title}” was not read."
                out.append(RawTable((RawRow((note,), f"sheet {sheet.title}"),), kind="text"))
            continue
        tables = as_tables(_rows(sheet, themes, name))
        if tables and not _PLAIN_SHEET.fullmatch(sheet.title.strip()):
            heading = RawRow((" ".join(sheet.title.split()),), f"sheet {sheet.title}", True)
            out.append(RawTable((heading,), kind="text"))
        out += tables
    if uncounted:
        note = f"{uncounted} formulas hold no value. Open the workbook in a spreadsheet program and save it."
        out.append(RawTable((RawRow((note,), "workbook"),), kind="text"))
    return out


def _slim(data: bytes, name: str) -> tuple[bytes, int]:
    """Cut the formatted but empty rows below the last value of each large sheet, count formulas without a value.

    A column that was coloured to its end makes a million empty rows, which openpyxl would build one by one.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        infos = file.infolist()
        unpacked = sum(info.file_size for info in infos)
        if unpacked > _MOST_XML:
            raise InputError(_too_large(name, f"{unpacked:,} bytes unpacked"))
        cut: dict[str, bytes] = {}
        uncounted = 0
        for info in infos:
            if not info.filename.lower().endswith((".xml", ".rels")):
                continue
            xml = file.read(info)
            _check_xml(xml, info.filename, name)
            is_sheet = "worksheets/" in info.filename
            slim = _slim_sheet(xml) if is_sheet else xml
            if slim != xml:
                cut[info.filename] = slim
            _check_size(slim, info.filename, name)
            uncounted += sum(1 for _ in _NO_VALUE.finditer(slim)) if is_sheet else 0
        return (_rewritten(file, cut) if cut else data), uncounted


def _check_xml(xml: bytes, part: str, name: str) -> None:
    """Refuse a part of a workbook that openpyxl would choke on, or find empty."""
    # A workbook never has a document type: it is there to make words grow without end.
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or b"\0" in xml[:200]:
        raise InputError(
            f"{name} is no sound workbook: {part} defines words of its own or is oddly coded. "
            "Open it in a spreadsheet program and save it again as .xlsx."
        )
    if b"purl.oclc.org/ooxml/spreadsheetml" in xml[:5000]:
        raise InputError(f"{name} is a “Strict Open XML” workbook. Open it and save it as Excel workbook (.xlsx).")


def _check_size(xml: bytes, part: str, name: str) -> None:
    cells = xml.count(b"<c ") + xml.count(b":c ")
    if cells > _MOST_CELLS:
        raise InputError(_too_large(name, f"{cells:,} cells in {part}"))


def _slim_sheet(xml: bytes) -> bytes:
    return _narrow_joins(_cut_tail(xml) if len(xml) > 500_000 else xml)


def _rewritten(file: zipfile.ZipFile, cut: dict[str, bytes]) -> bytes:
    """Return a workbook with some of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as slim:
        for info in file.infolist():
            slim.writestr(info.filename, cut.get(info.filename) or file.read(info))
    return out.getvalue()


def _cut_tail(xml: bytes) -> bytes:
    """Drop the rows below the last one that holds a value."""
    end = xml.rfind(b"sheetData>")
    end = xml.rfind(b"</", 0, end) if end > 0 else len(xml)
    # Far from the end, looking backwards in steps is quicker than listing every value.
    last, step = -1, end
    while last < 0 and step > 0:
        start = max(0, step - 1_000_000)
        last = max((match.end() for match in _VALUE_END.finditer(xml, start, min(end, step + 20))), default=-1)
        step = start
    row = re.compile(rb"</(?:\w+:)?row>").search(xml, max(0, last), end) if last > 0 else None
    if row is None:
        first = re.compile(rb"<(?:\w+:)?row[\s>]").search(xml, 0, end)
        return xml[: first.start()] + xml[end:] if first and last < 0 else xml
    return xml[: row.end()] + xml[end:]


def _narrow_joins(xml: bytes) -> bytes:
    """Let large joined areas take one column and end at the last row: openpyxl builds each of their cells."""
    rows = _ROW_NUMBER.findall(xml) if b"mergeCell " in xml else []

    def narrow(match: re.Match[bytes]) -> bytes:
        left, top, right, bottom = match[2], int(match[3]), match[4], int(match[5])
        width = column_index_from_string(right.decode()) - column_index_from_string(left.decode()) + 1
        if width * (bottom - top + 1) <= 1000:
            return match[0]
        return b"%b%b%d:%b%d" % (match[1], left, top, left, min(bottom, max(top, int(rows[-1]))))

    return _JOIN.sub(narrow, xml) if rows else xml


def _too_large(name: str, seen: str) -> str:
    return f"{name} is far larger than an action plan ({seen}). Copy the plan alone into a new workbook and give that."


@dataclass(frozen=True)
class _Sheet:
    """What a sheet shows: its cells, their words and notes by row and column, the words struck out by row."""

    cells: dict[int, dict[int, Any]]
    texts: dict[int, dict[int, str]]
    struck: dict[int, str]
    header: int  # the first row with several texts; 0 where none has
    asides: list[str]  # what is noted on the names of columns

    @property
    def said(self) -> list[int]:
        """The rows that say something, from top to bottom."""
        return sorted(number for number, row in self.texts.items() if row or self.struck[number])

    @property
    def used(self) -> list[int]:
        """The columns that hold something, from left to right."""
        return sorted({column for row in self.texts.values() for column in row})


def _shown_on(sheet: Any) -> _Sheet:
    cells = _by_row(sheet)
    shown = {number: {column: _words(cell) for column, cell in row.items()} for number, row in cells.items()}
    texts = {number: {column: text for column, (text, _) in row.items() if text} for number, row in shown.items()}
    struck = {number: " ".join(filter(None, (lost for _, lost in row.values()))) for number, row in shown.items()}
    header = min((number for number, row in texts.items() if len(row) > 1), default=0)
    asides = _add_remarks(cells, texts, header)
    return _Sheet(cells, texts, struck, header, asides)


def _by_row(sheet: Any) -> dict[int, dict[int, Any]]:
    # The grid may be a million rows long and 16,384 columns wide: only the cells that are there are walked.
    cells: dict[int, dict[int, Any]] = {}
    for cell in sheet._cells.values():
        cells.setdefault(cell.row, {})[cell.column] = cell
    return cells


def _add_remarks(cells: dict[int, dict[int, Any]], texts: dict[int, dict[int, str]], header: int) -> list[str]:
    """Add notes and addresses of links to the words of their cells; return those of the header."""
    asides = []
    for number, row in cells.items():
        printed = dict(texts[number])
        for column, cell in row.items():
            remark = _remark(cell, printed)
            if remark and number == header:
                asides.append(remark.strip())
            elif remark:
                texts[number][column] = (printed.get(column, "") + remark).strip()
    return asides


def _rows(sheet: Any, themes: list[str], name: str) -> list[RawRow]:
    """Read the cells of a sheet; a cell joined downwards is on each of its rows that says something itself."""
    shown = _shown_on(sheet)
    said, used = shown.said, shown.used
    if len(said) * len(used) > _MOST_GRID:
        raise InputError(_too_large(name, f"{len(said):,} rows and {len(used):,} columns in {sheet.title}"))
    source = _joined_down(sheet, said)
    rules = number_rules(sheet, lambda fill: _fill_colour(fill, themes, by_rule=True))
    place = f"sheet {sheet.title}, row "
    # What is noted on the names of columns helps to fill the form in; it is above the table.
    out = [RawRow((aside, *[""] * (len(used) - 1)), f"{place}{shown.header}") for aside in shown.asides]
    above = shown.header - 1 if out else 0
    for number in said:
        if out and number > above + 1:
            out.append(RawRow(("",) * len(used), f"{place}{number - 1}"))
        at = [(source.get((number, column), number), column) for column in used]
        texts = tuple(shown.texts[row].get(column, "") for row, column in at)
        rated = tuple(_rating(shown.cells[row], column, rules, themes) for row, column in at)
        fills = _with_colour_beside(rated, shown.cells[number], texts, themes)
        out.append(RawRow(texts, f"{place}{number}", not out, fills, shown.struck[number]))
        above = number
    return out


def _with_colour_beside(
    fills: tuple[str, ...], row: dict[int, Any], texts: Sequence[str], themes: list[str]
) -> tuple[str, ...]:
    """Give lone words without a colour that of a blank cell beside them, as in a key of colours."""
    if any(fills):
        return fills
    found = {colour for cell in row.values() if (colour := _fill(cell, themes))}
    colour = found.pop() if len(found) == 1 and sum(map(bool, texts)) == 1 else ""
    return tuple(colour if text else "" for text in texts)


def _joined_down(sheet: Any, said: Sequence[int]) -> dict[tuple[int, int], int]:
    """Return, for row and column of a cell joined to one above, the row that holds the words of both."""
    return {
        (number, area.min_col): area.min_row
        for area in sheet.merged_cells.ranges
        for number in said[bisect_right(said, area.min_row) : bisect_right(said, area.max_row)]
    }


def _rating(row: dict[int, Any], column: int, rules: list[tuple[Bounds, Rule]], themes: list[str]) -> str:
    """Return the rating that a cell is coloured with, by a rule of the sheet or by itself."""
    return _by_rule(row, column, rules) or _fill(row.get(column), themes)


def _words(cell: Any) -> tuple[str, str]:
    """Return the text of a cell, and the words in it that are struck out."""
    whole = bool(cell.has_style and cell.font is not None and cell.font.strike)
    if isinstance(cell.value, CellRichText):
        runs = list(_runs(cell.value, struck=whole))
        kept, lost = ("".join(text for text, struck in runs if struck == wanted) for wanted in (False, True))
        return clean_cell(_decoded(kept)), " ".join(lost.split())
    text = _shown(cell)
    return ("", text) if whole else (text, "")


def _runs(value: CellRichText, *, struck: bool) -> Iterator[tuple[str, bool]]:
    """Give the runs of a cell with whether they are struck out; raised numbers of notes stand in brackets."""
    before = ""
    for run in value:
        font = run.font if isinstance(run, TextBlock) else None
        text = run.text if isinstance(run, TextBlock) else str(run)
        if font is not None and font.vertAlign == "superscript":
            text = raised(text, before)
        before += text
        yield text, struck if font is None else bool(font.strike)


def _remark(cell: Any, texts: dict[int, str]) -> str:
    """Return what is noted on a cell and where it links to, as these stand behind its words."""
    said = comment(cell.comment.text or "", cell.comment.author or "") if cell.comment is not None else ""
    text = texts.get(cell.column, "")
    address = cell.hyperlink.target if cell.hyperlink is not None else ""
    return (link(address, text, text) if address else "") + said


def _by_rule(row: dict[int, Any], column: int, rules: list[tuple[Bounds, Rule]]) -> str:
    """Return the rating that the rules of the sheet colour a cell with."""
    cell = row.get(column)
    if cell is None or not rules:
        return ""
    values = {at: each.value for at, each in row.items()}
    rated = (rule(cell.value, values.get) for areas, rule in rules if within(areas, cell.row, cell.column))
    return next(filter(None, rated), "")


def _decoded(text: str) -> str:
    return _CODED.sub(lambda match: " " if int(match[1], 16) < 32 else chr(int(match[1], 16)), text)


def _shown(cell: Any) -> str:
    """Return the text of a cell as the sheet shows it; dates as 2025-03-31, or Mar 2025 where no day is shown."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return clean_cell(_decoded(value))
    if isinstance(value, bool):
        return str(value).upper()
    form = str(cell.number_format).split(";")[0]
    codes = _QUOTED.sub("", form).lower()
    if isinstance(value, datetime | date):
        return _shown_date(value, codes)
    if isinstance(value, time):
        # An empty cell that a formula fetched is shown as the day nought.
        return value.strftime("%H:%M") if "h" in codes else ""
    if isinstance(value, timedelta):
        return str(value)
    return _shown_number(value, form)


def _shown_number(value: float, form: str) -> str:
    match = _NUMBER_FORMAT.fullmatch(form)
    if not match:
        return f"{value:.15g}"
    before, after = (re.sub(r'"|\\(?=.)', "", match[part]) for part in ("before", "after"))
    number = value * 100 if "%" in _QUOTED.sub("", form) else value
    if match["part"]:
        digits = f"{number:.{len(match['part'])}f}"
    else:
        digits = f"{number:.15g}" if number != round(number) else f"{round(number):0{len(match['whole'])}d}"
    return f"{before}{digits}{after}"


def _shown_date(value: date, codes: str) -> str:
    if "d" not in codes and "h" not in codes and re.search("[my]", codes):
        return value.strftime("%b %Y" if "m" in codes else "%Y")
    clock = isinstance(value, datetime) and "h" in codes and value.time() != time()
    return value.strftime("%Y-%m-%d %H:%M" if clock else "%Y-%m-%d")


def _fill(cell: Any, themes: list[str]) -> str:
    """Return the rating that the background of a cell means."""
    if cell is None or not cell.has_style:
        return ""
    plain = cell.fill.fill_type == "solid" and cell.fill.fgColor.type == "rgb" and cell.value is None
    return _fill_colour(cell.fill, themes) or (rag_of(cell.fill.fgColor.rgb[-6:], blank=True) if plain else "")


def _fill_colour(fill: Any, themes: list[str], *, by_rule: bool = False) -> str:
    """Return the rating that a fill means; that of a rule names its colour in the other place."""
    if fill.fill_type != "solid" and not (by_rule and fill.fill_type is None):
        return ""
    colour = fill.bgColor if by_rule else fill.fgColor
    return _COLOUR_OF[colour.type](colour, themes) if colour.type in _COLOUR_OF else ""


def _by_name(colour: Any, themes: list[str]) -> str:
    return rag_of(colour.rgb[-6:]) if isinstance(colour.rgb, str) else ""


def _by_index(colour: Any, themes: list[str]) -> str:
    return rag_of(COLOR_INDEX[colour.indexed][-6:]) if 0 <= colour.indexed < len(COLOR_INDEX) else ""


def _by_theme(colour: Any, themes: list[str]) -> str:
    if not 0 <= colour.theme < len(themes):
        return ""
    rating = rag_of(_tinted(themes[colour.theme], colour.tint))
    # The blue of a theme heads tables; who rates picks one of the standard colours.
    return "" if rating == "blue" else rating


_COLOUR_OF = {"rgb": _by_name, "indexed": _by_index, "theme": _by_theme}


def _tinted(colour: str, tint: float) -> str:
    hue, light, saturation = colorsys.rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)))
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    return "".join(f"{round(part * 255):02X}" for part in colorsys.hls_to_rgb(hue, min(1, max(0, light)), saturation))


def _theme_colours(theme: bytes | None) -> list[str]:
    """List a theme's colours in the order that cells number them: light and dark are exchanged in pairs."""
    scheme = re.search(rb"<a:clrScheme\b.*?</a:clrScheme>", theme or b"", re.DOTALL)
    parts = re.findall(rb"<a:(?:srgbClr val|sysClr [^>]*?lastClr)=\"([0-9A-Fa-f]{6})\"", scheme[0] if scheme else b"")
    colours = [part.decode() for part in parts]
    return [colours[i] for i in (1, 0, 3, 2)] + colours[4:] if len(colours) >= 12 else []
