"""Printed pages: from letters, ruled lines and coloured areas on a page to rows of cells and paragraphs.

Readers of PDF files and of scans both end here, so that a page is understood alike wherever its letters came from.
Lengths are in points, downwards from the top left corner.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import median
from typing import Any, NamedTuple

from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells, merge_edges

from dhr_analytics.reading.colours import rag_of
from dhr_analytics.reading.table import RawRow

Box = tuple[float, float, float, float]
Colour = str  # six hexadecimal digits, as "00B050"
Rule = tuple[float, float, float]  # where it stands, and from where to where it runs


class Glyph(NamedTuple):
    """A letter, or a whole word of a scan, and the way it reads: 0 level, 1 upwards, -1 downwards."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    turn: int = 0
    bold: bool = False


class Line(NamedTuple):
    """Letters side by side."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    bold: bool = False


@dataclass(frozen=True)
class Page:
    """What is printed on a page: ``rules`` are thin boxes, ``fills`` boxes with their colour, in drawing order."""

    number: int
    width: float
    height: float
    glyphs: Sequence[Glyph]
    rules: Sequence[Box] = ()
    fills: Sequence[tuple[Box, Colour]] = ()


@dataclass(frozen=True)
class Block:
    """A table or some paragraphs of one page; ``edges`` are the left ends of a table's columns and its right end."""

    kind: str
    rows: tuple[RawRow, ...]
    edges: tuple[float, ...] = ()
    ruled: bool = False


# Names of a plan's columns; they open with a capital, as headers do.
_NAMES = {
    "recommendation": r"rec(?:ommendations?)?",
    "action": r"actions?|what (?:needs|will)",
    "lead": r"lead|owners?|responsib\w+|accountab\w+|agency|(?:by )?who",
    "target": r"target|time\s?-?(?:scales?|frames?)|deadline|due|(?:by )?when|date",
    "state": r"progress|status|b?rag|outcomes?|evidence|(?:key )?milestones|updates?|complet(?:ed|ion)|measures?",
}
_NAME = re.compile("|".join(f"(?P<{group}>(?<!\\w)(?=[A-Z])(?i:{words})(?!\\w))" for group, words in _NAMES.items()))
_CHRONOLOGY = re.compile(r"\b(?:Events?|What happened|Source|Contact|Time)\b")
_MARK = re.compile(r"(?:[•●○▪■◦·‣⁃–—*-]|\(?(?:\d{1,2}|[a-h]|[ivx]{1,4})[.)])\s+(?=\S)")
_NUMBER_CELL = re.compile(
    r"\(?(?:R(?:ec)?\.?\s?)?(?:\d{1,3}(?:\.\d{1,2})*[a-z]?|[ivx]{1,5})[.):]?(?=\s|$)", re.IGNORECASE
)
_GUTTER = 0.6  # a gap of this many letter heights may part two columns
_HYPHEN = re.compile(r"[^\W\d_]-$")
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st",
              0xA0: " ", 0xF0B7: "•", 0xF0A7: "▪", 0x2010: "-", 0x2011: "-", 0x2028: " ", 0x200B: "",
              0: ""}  # fmt: skip
_NEAR = 3.0  # two rules closer than this are one
BAND = 0.1  # share of the page's height where running heads and feet stand


def named_groups(text: str) -> set[str]:
    """Return which kinds of column a text names: ``recommendation``, ``action``, ``lead``, ``target``, ``state``."""
    return {match.lastgroup for match in _NAME.finditer(text) if match.lastgroup}


def is_plan_header(text: str) -> bool:
    """Tell whether a text names the recommendation or action column of a plan and two columns more."""
    groups = named_groups(text)
    if _CHRONOLOGY.search(text):
        return False
    return len(groups) >= 3 and bool(groups & {"recommendation", "action"})


def folded(text: str) -> frozenset[str]:
    """Return the words of a line without case, numbers alike: two running heads that differ in the page are equal."""
    return frozenset(re.findall(r"[^\W\d_]+|#|[^\w\s]", re.sub(r"\d+", "#", text.lower())))


def read_page(
    page: Page, above: Block | None, *, running: Collection[str] = (), words: Collection[str] = ()
) -> tuple[list[Block], list[Line]]:
    """Turn what is printed on a page into tables and paragraphs.

    Parameters
    ----------
    page : Page
    above : Block or None
        The table that ends the page before; a table without a header of its own may go on with its columns.
    running : collection of str
        Words of the running heads and feet, as of :func:`folded`.
    words : collection of str
        Lower-case words of the document, to tell a word cut at a line's end from one with a hyphen.

    Returns
    -------
    blocks : list of Block
        From top to bottom.
    heads : list of Line
        Running heads and feet, which stand in no block.
    """
    level, upright = _merged(page.rules)
    goes_on = above is not None and above.ruled
    grids = [_grid(cells) for cells in _cells(page, level, upright, goes_on)]
    grids = [grid for grid in grids if len(grid.xs) > 2 or len(grid.ys) > 3]
    inside: list[list[Glyph]] = [[] for _ in grids]
    outside: list[Glyph] = []
    for glyph in page.glyphs:
        x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
        at = next((i for i, grid in enumerate(grids) if grid.holds(x, y)), -1)
        (inside[at] if at >= 0 else outside).append(glyph)
    heads: list[Line] = []
    body: list[Glyph] = []
    for row in _rows_of(outside):
        # A number beside other text is no page number.
        parts = _split_line(row, _GUTTER)
        if parts and all(is_running(part, page.height, running) for part in parts):
            heads.append(_Printed(row, parts).whole)
        else:
            body += row
    pitch = _usual_pitch(page.glyphs)
    blocks: list[tuple[float, Block]] = []
    tables = sorted(((grid, held) for grid, held in zip(grids, inside, strict=True) if held), key=lambda t: t[0].ys[0])
    for i, (grid, held) in enumerate(tables):
        if i == 0 and above is not None and above.ruled:
            grid = grid.on_columns_of(above.edges, held)
        blocks.append((grid.ys[0], _ruled_block(grid, held, page, pitch, words)))
    starts = [top for top, _ in blocks]
    regions: dict[int, list[Glyph]] = {}
    for glyph in body:
        regions.setdefault(bisect_right(starts, glyph.top), []).append(glyph)
    for i, region in regions.items():
        blocks += _free_blocks(region, page, level, pitch, words, above if i == 0 else None)
    blocks.sort(key=lambda pair: pair[0])
    return _numbered([block for _, block in blocks], page.number), heads


def is_running(line: Line, height: float, running: Collection[str]) -> bool:
    """Tell whether a line near the top or bottom of its page is a running head or foot."""
    return (line.bottom < height * BAND or line.top > height * (1 - BAND)) and folded(line.text) <= set(running)


def _numbered(blocks: list[Block], page: int) -> list[Block]:
    """Give each row its place on the page; the first row of a page stands below a break."""
    out, count = [], 0
    for block in blocks:
        rows = []
        for row in block.rows:
            count += 1
            rows.append(replace(row, place=f"page {page}, row {count}", break_before=count == 1 and page > 1))
        out.append(replace(block, rows=tuple(rows)))
    return out


# -- letters, lines, paragraphs ----------------------------------------------------------------------------------------


def lines_of(glyphs: Iterable[Glyph], split: float = 1e9) -> list[Line]:
    """Put letters together to lines from top to bottom.

    Parameters
    ----------
    glyphs : iterable of Glyph
    split : float
        A gap wider than this many letter heights parts two lines side by side.

    Returns
    -------
    list of Line
    """
    return [line for row in _rows_of(glyphs) for line in _split_line(row, split)]


def _rows_of(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    rows: list[tuple[float, list[Glyph]]] = []
    for glyph in sorted(glyphs, key=lambda g: g.top + g.bottom):
        middle, height = (glyph.top + glyph.bottom) / 2, glyph.bottom - glyph.top
        if rows and middle - rows[-1][0] < 0.45 * max(height, 1):
            # Raised letters ("16th") stand a little off; the line's middle is that of all its letters.
            rows[-1][1].append(glyph)
            rows[-1] = (rows[-1][0] + (middle - rows[-1][0]) / len(rows[-1][1]), rows[-1][1])
        else:
            rows.append((middle, [glyph]))
    return [sorted(row, key=lambda g: g.x0) for _, row in rows]


def _split_line(row: Sequence[Glyph], split: float) -> list[Line]:
    out: list[Line] = []
    text, edge, start, space = "", 0.0, 0, False
    for i, glyph in enumerate(row):
        if not glyph.text.strip():
            space = True
            continue
        gap = (glyph.x0 - edge) / max(glyph.bottom - glyph.top, 1)
        if text and gap > split:
            out.append(_line(text, row[start:i]))
            text, start, edge = "", i, 0.0
        text += f" {glyph.text}" if text and (space or gap > 0.18) else glyph.text
        edge, space = max(edge, glyph.x1), False
    return [*out, _line(text, row[start:])] if text else out


def _line(text: str, glyphs: Sequence[Glyph]) -> Line:
    seen = [glyph for glyph in glyphs if glyph.text.strip()]
    return Line(
        " ".join(text.translate(_LIGATURES).split()), min(g.x0 for g in seen), median(g.top for g in seen),
        max(g.x1 for g in seen), median(g.bottom for g in seen), sum(g.bold for g in seen) * 2 > len(seen),
    )  # fmt: skip


def _text(glyphs: Sequence[Glyph], pitch: float, words: Collection[str]) -> str:
    """Return the text of one cell; letters that read up or down come after the level ones."""
    out = []
    for turn in (0, 1, -1):
        part = [glyph for glyph in glyphs if glyph.turn == turn]
        if turn:
            part = [
                g._replace(x0=-g.bottom, top=g.x0, x1=-g.top, bottom=g.x1) if turn > 0
                else g._replace(x0=g.top, top=-g.x1, x1=g.bottom, bottom=-g.x0) for g in part
            ]  # fmt: skip
        out += [line.text for line in paragraphs(lines_of(part), pitch, words)]
    return "\n".join(out)


def paragraphs(lines: Iterable[Line], pitch: float, words: Collection[str] = ()) -> list[Line]:
    """Join lines to paragraphs: a wide gap, a list mark or another size of letters starts a new one.

    Parameters
    ----------
    lines : iterable of Line
        From top to bottom.
    pitch : float
        The usual distance from line to line in letter heights.
    words : collection of str
        Lower-case words of the document.

    Returns
    -------
    list of Line
        One for each paragraph; ``text`` holds the whole paragraph.
    """
    out: list[Line] = []
    last: Line | None = None
    for line in lines:
        if last is None or _MARK.match(line.text) or _parted(last, line, pitch):
            out.append(line)
        else:
            whole = out[-1]
            out[-1] = Line(
                _joined(whole.text, line.text, words), min(whole.x0, line.x0), whole.top, max(whole.x1, line.x1),
                line.bottom, whole.bold,
            )  # fmt: skip
        last = line
    return out


def _parted(last: Line, line: Line, pitch: float) -> bool:
    heights = last.bottom - last.top, line.bottom - line.top
    if max(heights) > 1.15 * min(heights) and len(line.text) > 3 and len(last.text) > 3:
        return True
    return abs(line.bottom - last.bottom) > 1.3 * pitch * max(min(heights), 1)


def _joined(text: str, line: str, words: Collection[str]) -> str:
    if text.endswith("\xad"):
        return text[:-1] + line
    if _HYPHEN.search(text) and line[:1].islower():
        # "multi-" + "agency" keeps its hyphen; "recommenda-" + "tion" loses it where the document has the whole word.
        head, tail = re.split(r"[\s-]", text[:-1])[-1], re.split(r"[^\w]", line)[0]
        return (text[:-1] if (head + tail).lower() in words else text) + line
    return f"{text} {line}"


def _usual_pitch(glyphs: Sequence[Glyph]) -> float:
    """Return the usual distance from line to line in letter heights."""
    ratios = []
    columns: dict[int, list[Line]] = {}
    for line in lines_of((g for g in glyphs if not g.turn), 1.0):
        columns.setdefault(round(line.x0 / 4), []).append(line)
    for lines in columns.values():
        ratios += [(b.bottom - a.bottom) / max(b.bottom - b.top, 1) for a, b in pairwise(lines)]
    near = [ratio for ratio in ratios if 0.8 < ratio < 1.9]
    return median(near) if near else 1.2


# -- ruled tables ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Grid:
    """Column and row edges, and for each field of the grid the cell that covers it as (row, column)."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[Box, ...]

    def holds(self, x: float, y: float) -> bool:
        return self.xs[0] - 1 <= x <= self.xs[-1] + 1 and self.ys[0] - 1 <= y <= self.ys[-1] + 1

    def field(self, x: float, y: float) -> tuple[int, int]:
        row = min(max(bisect_right(self.ys, y) - 1, 0), len(self.ys) - 2)
        return row, min(max(bisect_right(self.xs, x) - 1, 0), len(self.xs) - 2)

    def covers(self) -> dict[tuple[int, int], tuple[int, int]]:
        out = {(r, c): (r, c) for r in range(len(self.ys) - 1) for c in range(len(self.xs) - 1)}
        for x0, top, x1, bottom in sorted(self.cells, key=lambda b: -(b[2] - b[0]) * (b[3] - b[1])):
            first, last = self.field(x0 + _NEAR, top + _NEAR), self.field(x1 - _NEAR, bottom - _NEAR)
            for r in range(first[0], last[0] + 1):
                for c in range(first[1], last[1] + 1):
                    out[r, c] = first
        return out

    def on_columns_of(self, edges: Sequence[float], glyphs: Sequence[Glyph]) -> _Grid:
        """Take over the columns of the page before, when this page only lacks some of them."""
        shift = edges[0] - self.xs[0]
        moved = [edge - shift for edge in edges]
        if len(edges) <= len(self.xs) or abs(moved[-1] - self.xs[-1]) > 2 * _NEAR:
            return self
        if any(min(abs(x - edge) for edge in moved) > 2 * _NEAR for x in self.xs):
            return self
        new = [edge for edge in moved if min(abs(x - edge) for x in self.xs) > 2 * _NEAR]
        if any(line.x0 < edge - 1 and line.x1 > edge + 1 for line in lines_of(glyphs, 0.5) for edge in new):
            return replace(self, xs=tuple(moved))
        # No word crosses the missing edges on this page: the text stands in columns of its own.
        cells = []
        for x0, top, x1, bottom in self.cells:
            cuts = [x0, *(edge for edge in new if x0 < edge < x1), x1]
            cells += [(a, top, b, bottom) for a, b in pairwise(cuts)]
        return _Grid(tuple(moved), self.ys, tuple(cells))


def _merged(rules: Sequence[Box]) -> tuple[list[Rule], list[Rule]]:
    """Return level and upright rules, doubles and pieces joined."""
    edges = []
    for x0, top, x1, bottom in rules:
        x, y = (x0 + x1) / 2, (top + bottom) / 2
        edges.append(_edge(True, (y, x0, x1)) if x1 - x0 >= bottom - top else _edge(False, (x, top, bottom)))
    merged = merge_edges(edges, _NEAR, _NEAR, _NEAR, _NEAR) if edges else []
    level = [(e["top"], e["x0"], e["x1"]) for e in merged if e["orientation"] == "h" and e["width"] > 5]
    return level, [(e["x0"], e["top"], e["bottom"]) for e in merged if e["orientation"] == "v" and e["height"] > 5]


def _edge(level: bool, rule: Rule) -> dict[str, Any]:
    """Write a rule in the form that pdfplumber's functions take."""
    at, lo, hi = rule
    x0, x1, top, bottom = (lo, hi, at, at) if level else (at, at, lo, hi)
    return {"orientation": "h" if level else "v", "object_type": "line", "x0": x0, "x1": x1, "top": top,
            "bottom": bottom, "doctop": top, "width": x1 - x0, "height": bottom - top}  # fmt: skip


def _closing(along: Sequence[Rule], across: Sequence[Rule], *, whole: bool = False) -> list[Rule]:
    """Return the rules that are missing where a page break, or a style without outer lines, leaves a table open.

    Ends of ``along`` that no rule ``across`` touches are joined when they lie side by side and one rule crosses both;
    ``whole`` is for a page without any such rule, all of which is one row.
    """
    extra = []
    for end in (1, 2):
        loose: dict[int, list[Rule]] = {}
        for rule in along:
            if not any(abs(at - rule[end]) <= 4 and lo - 4 <= rule[0] <= hi + 4 for at, lo, hi in across):
                loose.setdefault(round(rule[end] / 6), []).append(rule)
        for rules in loose.values():
            rules.sort()
            runs = [[rules[0]]]
            for a, b in pairwise(rules):
                joint = any(
                    lo - 4 <= a[0] and b[0] <= hi + 4 and max(a[1], b[1]) - 4 <= at <= min(a[2], b[2]) + 4
                    for at, lo, hi in across
                )
                if joint or whole:
                    runs[-1].append(b)
                else:
                    runs.append([b])
            extra += [(median(rule[end] for rule in run), run[0][0], run[-1][0]) for run in runs if len(run) > 1]
    return extra


def _cells(page: Page, level: list[Rule], upright: list[Rule], goes_on: bool) -> list[list[Box]]:
    """Return the cells of each ruled table."""
    level = level + _closing(upright, level, whole=goes_on and not level)
    upright = upright + _closing(level, upright)
    edges = [_edge(True, rule) for rule in level] + [_edge(False, rule) for rule in upright]
    cells = intersections_to_cells(edges_to_intersections(edges, _NEAR, _NEAR))
    # A frame around the page is no table.
    cells = [cell for cell in cells if cell[3] - cell[1] < 0.9 * page.height or cell[2] - cell[0] < 0.9 * page.width]
    return cells_to_tables(cells) if cells else []


def _grid(cells: Sequence[Box]) -> _Grid:
    """Return the edges of rows and columns; edges that no row has both of are one (tables drawn by hand)."""
    xs = _clusters([x for cell in cells for x in (cell[0], cell[2])])
    for a, b in pairwise(xs):
        if b - a < 20 and not any(abs(c[0] - a) <= _NEAR and abs(c[2] - b) <= _NEAR for c in cells):
            xs = [x for x in xs if x != b]
            x_of = {x: a if abs(x - b) <= _NEAR else x for cell in cells for x in (cell[0], cell[2])}
            cells = [(x_of[x0], top, x_of[x1], bottom) for x0, top, x1, bottom in cells]
    return _Grid(tuple(xs), tuple(_clusters([y for cell in cells for y in (cell[1], cell[3])])), tuple(cells))


def _clusters(values: Iterable[float]) -> list[float]:
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > _NEAR:
            out.append(value)
    return out


def _ruled_block(grid: _Grid, glyphs: Sequence[Glyph], page: Page, pitch: float, words: Collection[str]) -> Block:
    owner = grid.covers()
    held: dict[tuple[int, int], list[Glyph]] = {}
    for glyph in glyphs:
        at = owner[grid.field((glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2)]
        held.setdefault(at, []).append(glyph)
    texts = {at: _text(cell, pitch, words) for at, cell in held.items()}
    columns, height = len(grid.xs) - 1, len(grid.ys) - 1
    spans: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for field, at in owner.items():
        spans.setdefault(at, []).append(field)
    colours = {}
    if page.fills:
        for at, fields in spans.items():
            last = max(fields)
            box = (grid.xs[at[1]], grid.ys[at[0]], grid.xs[last[1] + 1], grid.ys[last[0] + 1])
            colours[at] = _colour_of(box, page.fills)
    # The colour of the header is the house's, not a rating.
    heads = {colours.get(owner[0, c]) for c in range(columns) if texts.get(owner[0, c])}
    rows = []
    for r in range(height):
        own = [owner[r, c] for c in range(columns)]
        cells = tuple(texts.get(at, "") if at[1] == c else "" for c, at in enumerate(own))
        fills = tuple(
            "" if colours.get(at) is None or colours[at] in heads else rag_of(colours[at] or "") for at in own
        )
        if any(cells) or any(fills):
            rows.append(RawRow(cells, "", fills=fills if any(fills) else ()))
    if columns == 1:
        return Block("text", tuple(RawRow((t,), "") for row in rows for t in row.cells[0].split("\n")))
    return Block("table", tuple(rows), grid.xs, ruled=True)


def _colour_of(box: Box, fills: Sequence[tuple[Box, Colour]]) -> Colour | None:
    """Return the colour drawn last over most of a cell."""
    area = (box[2] - box[0]) * (box[3] - box[1])
    found = None
    for (x0, top, x1, bottom), colour in fills:
        width, height = min(x1, box[2]) - max(x0, box[0]), min(bottom, box[3]) - max(top, box[1])
        if width > 0 and height > 0 and width * height > 0.6 * area:
            found = colour
    return found


# -- tables without rules, and running text ----------------------------------------------------------------------------


class _Printed(NamedTuple):
    """One printed line: its letters, and its parts between wide gaps."""

    glyphs: list[Glyph]
    parts: list[Line]

    @property
    def whole(self) -> Line:
        first, last = self.parts[0], self.parts[-1]
        return first._replace(
            text=" ".join(part.text for part in self.parts), x1=last.x1, bold=all(p.bold for p in self.parts)
        )


def _free_blocks(
    glyphs: Sequence[Glyph],
    page: Page,
    level: Sequence[Rule],
    pitch: float,
    words: Collection[str],
    above: Block | None,
) -> list[tuple[float, Block]]:
    """Turn letters outside ruled tables into paragraphs and into tables whose columns stand apart."""
    lines = [_Printed(row, parts) for row in _rows_of(glyphs) if (parts := _split_line(row, _GUTTER))]
    edges = above.edges if above is not None and not above.ruled and _fits(lines, above.edges) else ()
    out: list[tuple[float, Block]] = []
    text: list[_Printed] = []
    at = 0
    while at < len(lines):
        header = _header_end(lines, at, pitch)
        if header:
            edges = _column_edges(lines[at:header], lines[header:])
        if not edges:
            text.append(lines[at])
            at += 1
            continue
        end = _table_end(lines, max(header, at + 1), edges, pitch)
        out += _text_blocks(text, pitch, words)
        rows = [lines[at:header]] if header else []
        rows += _free_rows(lines[max(header, at) : end], edges, level)
        out.append((lines[at].whole.top, _free_table(rows, edges, page, pitch, words)))
        edges, text, at = (), [], end
    return out + _text_blocks(text, pitch, words)


def _text_blocks(lines: Sequence[_Printed], pitch: float, words: Collection[str]) -> list[tuple[float, Block]]:
    rows = tuple(RawRow((part.text,), "") for part in paragraphs((line.whole for line in lines), pitch, words))
    return [(lines[0].whole.top, Block("text", rows))] if rows else []


def _free_table(
    rows: Sequence[Sequence[_Printed]], edges: tuple[float, ...], page: Page, pitch: float, words: Collection[str]
) -> Block:
    out = []
    for row in rows:
        columns: list[list[Glyph]] = [[] for _ in edges[1:]]
        for line in row:
            if _is_wide(line, edges):
                columns[0] += line.glyphs
                continue
            for word in _words(line.glyphs):
                middle = (word[0].x0 + word[-1].x1) / 2
                columns[min(max(bisect_right(edges, middle) - 1, 0), len(columns) - 1)] += word
        top, bottom = min(line.whole.top for line in row), max(line.whole.bottom for line in row)
        colours = [_colour_of((a, top, b, bottom), page.fills) for a, b in pairwise(edges)]
        fills = tuple(rag_of(colour) if colour else "" for colour in colours)
        cells = tuple(_text(column, pitch, words) for column in columns)
        out.append(RawRow(cells, "", fills=fills if any(fills) and row is not rows[0] else ()))
    return Block("table", tuple(out), edges)


def _words(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    out: list[list[Glyph]] = [[]]
    for glyph in glyphs:
        if not glyph.text.strip() or (out[-1] and glyph.x0 - out[-1][-1].x1 > 0.18 * (glyph.bottom - glyph.top)):
            out.append([])
        if glyph.text.strip():
            out[-1].append(glyph)
    return [word for word in out if word]


def _header_end(lines: Sequence[_Printed], at: int, pitch: float) -> int:
    """Return where the header that opens at a line ends, or 0 when none does."""
    end = count = 0
    for n in range(1, min(5, len(lines) - at) + 1):
        block = lines[at : at + n]
        if n > 1 and _parted(block[-2].whole, block[-1].whole, pitch):
            break
        names = _merged_spans([part for line in block for part in line.parts])
        if any(len(part.text.split()) > 6 for line in block for part in line.parts):
            break
        if end:
            # A next line belongs to the header while it only fills up its columns with a word or two.
            parts = block[-1].parts
            grown = len(names) > count or any(re.search(r"\d|[.;,]$", p.text) or len(p.text.split()) > 4 for p in parts)
            if grown or parts[0].x0 <= names[0][0] + 2 or len(parts) >= count:
                break
        elif len(names) < 3 or not is_plan_header(" ".join(part.text for line in block for part in line.parts)):
            continue
        end, count = at + n, len(names)
    return end


def _merged_spans(parts: Iterable[Line]) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    for part in sorted(parts, key=lambda p: p.x0):
        if spans and part.x0 < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], part.x1))
        else:
            spans.append((part.x0, part.x1))
    return spans


def _column_edges(header: Sequence[_Printed], body: Sequence[_Printed]) -> tuple[float, ...]:
    """Put each edge into the widest strip between two header names that the fewest words of the table cover."""
    names = _merged_spans([part for line in header for part in line.parts])
    words = [(word[0].x0, word[-1].x1) for line in body for word in _words(line.glyphs)]
    early = [x1 for _, x1 in words if x1 < names[0][0] - 4]
    if len(early) >= 2:  # a column of numbers without a name
        names.insert(0, (min(x0 for x0, x1 in words if x1 < names[0][0] - 4), max(early)))
    covered = [0] * int(max([b for _, b in names] + [b for _, b in words]) + 3)
    for spans, weight in ((words, 1), (names, 1000)):
        for x0, x1 in spans:
            for x in range(int(x0), int(x1) + 1):
                covered[x] += weight
    edges = []
    for (a0, a1), (b0, b1) in pairwise(names):
        reach = range(int((a0 + a1) / 2), int((b0 + b1) / 2) + 1)
        least = min(covered[x] for x in reach)
        runs = [list(run) for key, run in groupby(reach, lambda x: covered[x] == least) if key]  # noqa: B023
        best = max(runs, key=len)
        edges.append(max(best[0] + 0.5, best[-1] - 1.0))
    left = min([names[0][0], *(a for a, _ in words)])
    return (left - 2, *edges, float(len(covered)))


def _is_wide(line: _Printed, edges: Sequence[float]) -> bool:
    """Tell whether an unbroken part of a line runs over the edge between two columns."""
    return any(part.x0 < edge - 3 and part.x1 > edge + 3 for part in line.parts for edge in edges[1:-1])


def _fits(lines: Sequence[_Printed], edges: Sequence[float]) -> bool:
    """Tell whether the lines of a page go on in the columns of the page before."""
    wide = sum(_is_wide(line, edges) for line in lines)
    used = {bisect_right(edges, part.x0 + 1) for line in lines for part in line.parts}
    return bool(lines) and wide * 3 <= len(lines) and len(used) >= min(3, len(edges) - 1)


def _table_end(lines: Sequence[_Printed], start: int, edges: Sequence[float], pitch: float) -> int:
    """Return where a table without rules ends: at the next header, or at a paragraph that runs over its columns."""
    at = start
    while at < len(lines):
        if _header_end(lines, at, pitch):
            return at
        if not _is_wide(lines[at], edges):
            at += 1
            continue
        run = at
        while run < len(lines) and _is_wide(lines[run], edges):
            run += 1
        if sum(len(line.whole.text.split()) for line in lines[at:run]) > 30:
            return at
        at = run
    return at


def _free_rows(lines: Sequence[_Printed], edges: Sequence[float], level: Sequence[Rule]) -> list[list[_Printed]]:
    """Part the lines of a table into rows, at level rules or wide gaps; else each printed line is a row."""
    if not lines:
        return []
    width = edges[-1] - edges[0]
    rules = [at for at, x0, x1 in level if min(x1, edges[-1]) - max(x0, edges[0]) > 0.6 * width]
    gaps = [b.whole.top - a.whole.bottom for a, b in pairwise(lines)]
    usual = sorted(gaps)[len(gaps) // 5] if gaps else 0.0
    height = median(line.whole.bottom - line.whole.top for line in lines)
    by_rule, by_gap = [[lines[0]]], [[lines[0]]]
    for (a, b), gap in zip(pairwise(lines), gaps, strict=True):
        wide = _is_wide(a, edges) != _is_wide(b, edges)
        filled = {bisect_right(edges, part.x0 + 1) for part in b.parts}
        opens = len(filled) > 1 or b.whole.bold or (1 in filled and _NUMBER_CELL.match(b.parts[0].text))
        ruled = any(a.whole.bottom - 2 < at < b.whole.top + 2 for at in rules)
        for rows, new in ((by_rule, ruled or wide), (by_gap, wide or (gap > usual + 0.3 * height and opens))):
            if new:
                rows.append([b])
            else:
                rows[-1].append(b)
    numbers = [_numbers(row, edges) for row in by_gap]
    if len(rules) >= 2 and all(_numbers(row, edges) < 2 for row in by_rule):
        return by_rule
    if all(n < 2 for n in numbers) and (len(by_gap) > 1 or len(lines) < 8 or sum(numbers) == 1):
        return by_gap
    return [[line] for line in lines]


def _numbers(row: Sequence[_Printed], edges: Sequence[float]) -> int:
    """Count the numbers that stand alone in the first column."""
    return sum(bool(line.parts[0].x1 < edges[1] + 3 and _NUMBER_CELL.fullmatch(line.parts[0].text)) for line in row)
