"""Word (.docx, .docm, .dotx): tables and running text as a reader with all changes accepted sees them."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import accumulate, count, groupby
from statistics import median_low
from typing import Any

from lxml import etree

from dhr_analytics.errors import InputError
from dhr_analytics.reading.colours import rag_of
from dhr_analytics.reading.marks import STRUCK, set_apart
from dhr_analytics.reading.numbering import W, list_marks, number_of, value_of
from dhr_analytics.reading.revisions import settle
from dhr_analytics.reading.table import RawRow, RawTable, as_nested

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_VAL = W + "val"
_P, _R, _T, _TBL, _TR, _TC = (W + tag for tag in ("p", "r", "t", "tbl", "tr", "tc"))
_PPR, _RPR, _TRPR, _TCPR = (W + tag for tag in ("pPr", "rPr", "trPr", "tcPr"))
_SHD, _HIGHLIGHT = W + "shd", W + "highlight"
_SYM, _BR, _CR, _HYPHEN = (W + tag for tag in ("sym", "br", "cr", "noBreakHyphen"))
_INLINE = (_T, _SYM, _BR, _CR, _HYPHEN, W + "tab", W + "ptab", _MATH_TEXT)
_WRAPPERS = {
    *(W + tag for tag in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")),
    *(_MC + tag for tag in ("AlternateContent", "Choice", "Fallback")),
}
# Pictograms that plans use, by their code in Wingdings (Symbol's bullet is B7 too); others stand as a bullet.
_SYMBOLS = {0x6F: "☐", 0xA8: "☐", 0x78: "☒", 0xFD: "☒", 0xFE: "☑", 0xFC: "✓", 0xFB: "✗", 0x50: "✓", 0x4F: "✗"}
_SYMBOLS |= {0xA3: "≤", 0xB3: "≥", 0xE0: "→", 0xE8: "→", 0xD8: "•", 0xB7: "•"}
_ODD = re.compile("[\u00ad\u200b\u2060\ufeff\uf000-\uf0ff]")
_HIGHLIGHTS = dict(red="red", darkRed="red", yellow="amber", green="green", darkGreen="green", blue="blue")  # noqa: C408
_OLE = b"\xd0\xcf\x11\xe0"

Mark = Callable[[Any], str]
Cells = list[tuple[Any, list[Any]]]  # rows with their cells


def read_word(data: bytes, name: str) -> list[RawTable]:
    """Read a Word document.

    Tracked insertions are accepted and deletions dropped, content controls give their chosen text, text merged
    down a column is repeated on each row, and automatic numbers are written out. Words that are struck out stand
    apart; the words of footnotes stand behind those of their cell. A table of one column is only
    layout: what it holds is read as it is.

    Parameters
    ----------
    data, name : bytes, str
        As for `read_kind`.

    Returns
    -------
    list of RawTable
        Tables and the running text between them, in the order of the document.

    Raises
    ------
    InputError
        When the file is damaged, protected with a password or no Word document.
    """
    root, numbering, styles, notes, links = _parts(data, name)
    body = root.find(W + "body")
    if body is None:
        raise InputError(f"{name} holds no Word text but <{etree.QName(root).localname}>. {_ADVICE}")
    for part in (root, *notes):
        settle(part)
    set_apart(root, styles, notes, links)
    flow = list(_flow(body, list_marks(numbering, styles), count(1)))
    out: list[RawTable] = []
    for text, group in groupby(flow, key=lambda piece: isinstance(piece, RawRow)):
        if text:
            rows = tuple(piece for piece in group if isinstance(piece, RawRow))
            out.append(RawTable(_placed(rows, after=sum(t.kind == "table" for t in out)), kind="text"))
            continue
        out += [piece for piece in group if isinstance(piece, RawTable)]
    for i in range(1, len(out)):
        # A table right below another may continue from it.
        if out[i].kind == out[i - 1].kind == "table":
            first, *rest = out[i].rows
            out[i] = RawTable((replace(first, break_before=True), *rest))
    return out


def _placed(rows: tuple[RawRow, ...], *, after: int) -> tuple[RawRow, ...]:
    where = f" after table {after}" if after else ""
    return tuple(replace(row, place=row.place or f"paragraph {i}{where}") for i, row in enumerate(rows, start=1))


_ADVICE = 'Open it in Word and save it again as "Word Document (.docx)" without a password, or leave it out.'


def _parts(data: bytes, name: str) -> tuple[Any, Any, Any, list[Any], dict[str, str]]:
    """Return the roots of the document, its numbering, styles (None where there are none) and notes, and its links."""
    if data.startswith(_OLE):
        raise InputError(f"{name} is protected with a password, or an old Word file under a new name. {_ADVICE}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            members = set(file.namelist())
            related = _related(file, members, "")
            main = related.get("officeDocument", "word/document.xml")
            if main not in members:
                raise InputError(f"{name} is a zip file without a Word document in it. {_ADVICE}")
            related = _related(file, members, main)
            paths = [main, *(related.get(part, "") for part in ("numbering", "styles", "footnotes", "endnotes"))]
            roots = [_parse(file.read(path)) if path in members else None for path in paths]
            links = _links(file, members, main)
    except InputError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise InputError(f"{name} is no whole Word file ({error}): it may have been cut off. {_ADVICE}") from error
    except etree.XMLSyntaxError as error:
        raise InputError(f"{name} is damaged: its XML cannot be read ({error}). {_ADVICE}") from error
    return roots[0], roots[1], roots[2], [root for root in roots[3:] if root is not None], links


def _related(file: zipfile.ZipFile, members: set[str], part: str) -> dict[str, str]:
    """Return the parts that a part refers to, by the last word of their type; SharePoint names them freely."""
    folder = posixpath.dirname(part)
    found: dict[str, str] = {}
    for link in _relations(file, members, part):
        kind, target = str(link.get("Type")).rpartition("/")[2], str(link.get("Target"))
        found.setdefault(kind, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))
    return found


def _links(file: zipfile.ZipFile, members: set[str], part: str) -> dict[str, str]:
    """Return the addresses outside the document that a part refers to, by their key."""
    outside = (link for link in _relations(file, members, part) if link.get("TargetMode") == "External")
    return {str(link.get("Id")): str(link.get("Target")) for link in outside}


def _relations(file: zipfile.ZipFile, members: set[str], part: str) -> Any:
    folder, base = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{base}.rels")
    return _parse(file.read(path)) if path in members else ()


def _parse(xml: bytes) -> Any:
    root = etree.fromstring(xml, _parser())
    if any("purl.oclc.org/ooxml" in space for space in root.nsmap.values()):
        # "Strict" files are the same but for their namespaces.
        old, new = rb'http://purl\.oclc\.org/ooxml/(\w+)/(\w+)(?=")', rb"http://schemas.openxmlformats.org/\1/2006/\2"
        root = etree.fromstring(re.sub(old, new, etree.tostring(root)), _parser())
    return root


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)


def _within(element: Any, *tags: str) -> Iterator[Any]:
    """Give the children of some kinds, looking through content controls and other wrappers."""
    for child in element:
        if child.tag in tags:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _within(child, *tags)


def _flow(element: Any, mark: Mark, number: Iterator[int], place: str = "") -> Iterator[RawRow | RawTable]:
    """Give paragraphs as rows and tables as tables, in reading order."""
    for block in _within(element, _P, _TBL):
        if block.tag == _P:
            yield from _paragraph_row(block, mark, place)
            continue
        rows = [(row, list(_within(row, _TC))) for row in _within(block, _TR)]
        if all(len(cells) <= 1 for _, cells in rows):
            here = f"{place}, table" if place else f"table {next(number)}" if rows else ""
            yield from _boxes(rows, mark, number, here)
        else:
            yield _table(block, rows, mark, f"table {next(number)}")


def _paragraph_row(paragraph: Any, mark: Mark, place: str) -> Iterator[RawRow]:
    label, text = mark(paragraph), _paragraph(paragraph).replace("\n", " ")
    struck = _struck(paragraph)
    if text or struck:
        yield RawRow((f"{label} {text}" if label and text else text,), place, struck=struck)


def _boxes(rows: Cells, mark: Mark, number: Iterator[int], place: str) -> Iterator[RawRow | RawTable]:
    """Give the content of a table of one column, which is but a box around its text."""
    for i, (_, cells) in enumerate(rows, start=1):
        for cell in cells:
            if _vertical(cell) != "continue":
                yield from _flow(cell, mark, number, f"{place}, row {i}")


def _table(table: Any, rows: Cells, mark: Mark, place: str) -> RawTable:
    columns = _columns(table, rows)
    width = 1 + max(max(at, default=0) for at in columns)
    merged: dict[int, tuple[str, str]] = {}
    out = []
    for i, ((row, cells), at) in enumerate(zip(rows, columns, strict=True), start=1):
        made = _Row(width)
        for cell, column in zip(cells, at, strict=True):
            made.add(cell, column, merged, mark)
        out.append(made.written(f"{place}, row {i}", _struck(row)))
    return RawTable(tuple(out))


class _Row:
    """A row in the making: the words and colour of each column, and the table inside one of its cells."""

    def __init__(self, width: int) -> None:
        self.texts, self.fills = [""] * width, [""] * width
        self.nested: tuple[tuple[str, ...], ...] = ()
        self.nested_at = 0
        self.own = False  # says something that is not merged from above

    def add(self, cell: Any, column: int, merged: dict[int, tuple[str, str]], mark: Mark) -> None:
        """Add a cell; ``merged`` holds the words and colour of those that reach down, by column."""
        merge = _vertical(cell)
        if merge == "continue" and column in merged:
            text, fill = merged[column]
        else:
            text, fill = self._read(cell, column, mark)
            merged.pop(column, None)
            if merge:
                merged[column] = text, fill
        # Two cells meet in one column where a cell was split for a single row.
        self.texts[column] = f"{self.texts[column]}\n{text}".strip("\n")
        self.fills[column] = self.fills[column] or fill

    def _read(self, cell: Any, column: int, mark: Mark) -> tuple[str, str]:
        text, fill = _cell_text(cell, mark), _cell_fill(cell)
        if not self.nested and (found := _nested(cell, mark)):
            self.nested, self.nested_at = found, column
            text = _cell_text(cell, mark, tables=False)
        self.own = self.own or bool(text or fill or self.nested)
        return text, fill

    def written(self, place: str, struck: str) -> RawRow:
        """Return the row; one left over from merging is blank: printed, it is but white space in the cells above."""
        texts, fills = (self.texts, self.fills) if self.own else ([""] * len(self.texts), [""] * len(self.fills))
        colours = tuple(fills) if any(fills) else ()
        return RawRow(tuple(texts), place, False, colours, struck, self.nested, self.nested_at)


def _columns(table: Any, rows: Cells) -> list[list[int]]:
    """Return the column of every cell.

    Word's own grid has a line wherever any cell's edge was ever dragged, so cells that are under one another on
    paper differ in it. The columns are those of the rows with most cells (a lone such row counts only when it is
    the first, thus a header); every other cell goes to the column whose left edge is nearest.
    """
    edges = _grid_edges(table)
    lefts = [_lefts(row, cells, edges) for row, cells in rows]
    counts = Counter(map(len, lefts))
    first = next((len(left) for left in lefts if len(left) > 1), 1)
    width = max(n for n in counts if counts[n] > 1 or n == first)
    columns = [median_low(left[i] for left in lefts if len(left) == width) for i in range(width)]

    @cache
    def nearest(left: tuple[int, ...]) -> list[int]:
        if len(left) == width:
            return list(range(width))
        return [min(range(width), key=lambda i: abs(columns[i] - x)) for x in left]

    return [nearest(left) for left in lefts]


def _grid_edges(table: Any) -> list[int]:
    """Return the left edges of Word's own grid, in twips, and the right edge of the last column."""
    grid = table.find(W + "tblGrid")
    lines = [] if grid is None else grid.findall(W + "gridCol")
    return [0, *accumulate(map(_twips, lines))]


def _lefts(row: Any, cells: list[Any], edges: list[int]) -> tuple[int, ...]:
    """Return the left edge of each cell of a row."""
    properties = row.find(_TRPR)
    at = number_of(properties.find(W + "gridBefore"), 0) if properties is not None else 0
    left = []
    for cell in cells:
        left.append(edges[at] if at < len(edges) else edges[-1] + at - len(edges) + 1)
        span = cell[0].find(W + "gridSpan") if len(cell) and cell[0].tag == _TCPR else None
        at += max(1, number_of(span, 1))
    return tuple(left)


def _twips(line: Any) -> int:
    width = line.get(W + "w") or ""
    return int(width) if width.isascii() and width.isdigit() and 0 < len(width) < 7 else 1


def _vertical(cell: Any) -> str:
    """Return "restart", "continue" or "" for a cell merged down a column."""
    merge = cell[0].find(W + "vMerge") if len(cell) and cell[0].tag == _TCPR else None
    return "" if merge is None else merge.get(_VAL) or "continue"


def _nested(cell: Any, mark: Mark) -> tuple[tuple[str, ...], ...]:
    """Return the rows of the first table of several columns within a cell."""
    for table in _within(cell, _TBL):
        rows = [list(_within(row, _TC)) for row in _within(table, _TR)]
        if len(rows) > 1 and min(map(len, rows)) > 1:
            return as_nested([([_own_text(each, mark) for each in row], list(map(_own_fill, row))) for row in rows])
    return ()


def _own_text(cell: Any, mark: Mark) -> str:
    """Return the words of a cell; those below the top of a merged one are not shown."""
    return "" if _vertical(cell) == "continue" else _cell_text(cell, mark)


def _own_fill(cell: Any) -> str:
    return "" if _vertical(cell) == "continue" else _cell_fill(cell)


def _cell_text(cell: Any, mark: Mark, *, tables: bool = True) -> str:
    lines: list[str] = []
    alone = ""
    for block in _within(cell, _P, _TBL):
        if block.tag == _P:
            label, text = mark(block), _paragraph(block)
            if text:
                lines.append(f"{label} {text}" if label else text)
            elif label != "•":
                alone = alone or label
            continue
        for row in _within(block, _TR) if tables else ():
            texts = [_cell_text(inner, mark) for inner in _within(row, _TC) if _vertical(inner) != "continue"]
            lines.append(" ".join(filter(None, texts)))
    # The number of an empty paragraph counts where it is all that a cell holds, as in a number column.
    return "\n".join(filter(None, lines)) or alone


def _paragraph(paragraph: Any) -> str:
    parts = []
    for element in paragraph.iter(*_INLINE):
        tag = element.tag
        if tag in (_T, _MATH_TEXT):
            parts.append(element.text or "")
        elif tag in (_BR, _CR):
            parts.append("\v")
        elif tag == _HYPHEN:
            parts.append("-")
        elif tag == _SYM:
            code = element.get(W + "char") or ""
            parts.append(chr(0xF000 | int(code[-2:], 16)) if re.fullmatch("[0-9A-Fa-f]{4}", code) else "•")
        else:
            parts.append(" ")
    text = "".join(parts)
    if not text.isascii():
        text = _ODD.sub(_plain, text)
    if "\v" not in text:
        return " ".join(text.split())
    lines = filter(None, (" ".join(line.split()) for line in text.split("\v")))
    # A line that continues in lower case was only broken to fit; a list's "a." was not.
    return re.sub(r"(?<=[^.;:!?])\n(?=[a-z](?![a-z]{0,3}[.)]))", " ", "\n".join(lines))


def _struck(element: Any) -> str:
    return " ".join(" ".join(part.text or "" for part in element.iter(STRUCK)).split())


def _plain(odd: re.Match[str]) -> str:
    """Give a pictogram as a plain sign; soft hyphens and marks without width are not printed."""
    return _SYMBOLS.get(ord(odd[0]) & 0xFF, "•") if "\uf000" <= odd[0] <= "\uf0ff" else ""


def _cell_fill(cell: Any) -> str:
    """Return the RAG colour of a cell, or the one that lies behind all of its text."""
    if next(cell.iter(_SHD, _HIGHLIGHT), None) is None:
        return ""
    if cell[0].tag == _TCPR and (colour := _shade(cell[0])):
        return colour
    colours = set()
    for run in cell.iter(_R):
        if any(text.text and text.text.strip() for text in run.iter(_T)):
            around = next(run.iterancestors(_P), None)
            behind = around[0] if around is not None and around[0].tag == _PPR else None
            colours.add((_shade(run[0]) if run[0].tag == _RPR else "") or ("" if behind is None else _shade(behind)))
    return colours.pop() if len(colours) == 1 else ""


def _shade(properties: Any) -> str:
    if colour := _HIGHLIGHTS.get(value_of(properties.find(_HIGHLIGHT))):
        return colour
    shade = properties.find(_SHD)
    if shade is None:
        return ""
    return rag_of(shade.get(W + ("color" if shade.get(_VAL) == "solid" else "fill")) or "")
