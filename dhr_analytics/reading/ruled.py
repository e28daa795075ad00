"""Ruled tables: lines that cross make a grid of rows and columns, and the letters between them its cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any

from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells, merge_edges

from dhr_analytics.reading.colours import rag_of
from dhr_analytics.reading.letters import Block, Box, Colour, Glyph, Page, Rule, cell_text, lines_of
from dhr_analytics.reading.table import RawRow, as_nested

Field = tuple[int, int]  # row and column
_NEAR = 3.0  # two rules closer than this are one
_TOUCH = 4.0  # a rule that ends so near to another touches it


@dataclass(frozen=True)
class Grid:
    """Edges of columns and rows, and the cells, which may span several of them."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[Box, ...]

    def holds(self, x: float, y: float) -> bool:
        """Return whether a point lies in the table."""
        return self.xs[0] - 1 <= x <= self.xs[-1] + 1 and self.ys[0] - 1 <= y <= self.ys[-1] + 1

    @property
    def area(self) -> float:
        """The area of the table, in square points."""
        return (self.xs[-1] - self.xs[0]) * (self.ys[-1] - self.ys[0])

    @property
    def may_be_nested(self) -> bool:
        """Whether a table within a cell has the rows and columns of one, so that it is no box around some words."""
        return len(self.xs) > 2 and (len(self.ys) > 2 or len(self.xs) > 3)

    def surrounds(self, other: Grid) -> bool:
        """Return whether another table lies within this one."""
        corners = ((other.xs[0], other.ys[0]), (other.xs[-1], other.ys[-1]))
        return other.area < self.area and all(self.holds(x, y) for x, y in corners)

    def field(self, x: float, y: float) -> tuple[int, int]:
        """Return the row and column of a point."""
        row = min(max(bisect_right(self.ys, y) - 1, 0), len(self.ys) - 2)
        return row, min(max(bisect_right(self.xs, x) - 1, 0), len(self.xs) - 2)

    def covers(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Return, for each field of the grid, the field where the cell begins that covers it."""
        out = {(r, c): (r, c) for r in range(len(self.ys) - 1) for c in range(len(self.xs) - 1)}
        for x0, top, x1, bottom in sorted(self.cells, key=lambda b: -(b[2] - b[0]) * (b[3] - b[1])):
            first, last = self.field(x0 + _NEAR, top + _NEAR), self.field(x1 - _NEAR, bottom - _NEAR)
            for r in range(first[0], last[0] + 1):
                for c in range(first[1], last[1] + 1):
                    out[r, c] = first
        return out

    def on_columns_of(self, edges: Sequence[float], glyphs: Sequence[Glyph]) -> Grid:
        """Take over the columns of the page before, when this page only lacks some of them."""
        shift = edges[0] - self.xs[0]
        moved = [edge - shift for edge in edges]
        if len(edges) <= len(self.xs) or abs(moved[-1] - self.xs[-1]) > 2 * _NEAR:
            return self
        if not all(_is_among(x, moved) for x in self.xs):
            return self
        new = [edge for edge in moved if not _is_among(edge, self.xs)]
        if any(line.x0 < edge - 1 and line.x1 > edge + 1 for line in lines_of(glyphs, 0.5) for edge in new):
            return replace(self, xs=tuple(moved))
        # No word crosses the missing edges on this page: the text is in columns of its own.
        return Grid(tuple(moved), self.ys, tuple(part for cell in self.cells for part in _split_at(cell, new)))


def _is_among(at: float, edges: Sequence[float]) -> bool:
    return min(abs(at - edge) for edge in edges) <= 2 * _NEAR


def _split_at(cell: Box, edges: Sequence[float]) -> list[Box]:
    x0, top, x1, bottom = cell
    return [(a, top, b, bottom) for a, b in pairwise([x0, *(edge for edge in edges if x0 < edge < x1), x1])]


def merged_rules(rules: Sequence[Box]) -> tuple[list[Rule], list[Rule]]:
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
        for rules in _loose(along, across, end):
            for run in _side_by_side(rules, across, whole=whole):
                extra += [_closed(run, across, end)] if len(run) > 1 else []
    return extra


def _loose(along: Sequence[Rule], across: Sequence[Rule], end: int) -> list[list[Rule]]:
    """Group the rules of which no other touches one end, by where that end is; from left to right."""
    loose: dict[int, list[Rule]] = {}
    for rule in along:
        if not any(abs(at - rule[end]) <= _TOUCH and lo - _TOUCH <= rule[0] <= hi + _TOUCH for at, lo, hi in across):
            loose.setdefault(round(rule[end] / 6), []).append(rule)
    return [sorted(rules) for rules in loose.values()]


def _side_by_side(rules: Sequence[Rule], across: Sequence[Rule], *, whole: bool) -> list[list[Rule]]:
    """Split rules into runs of which each and the next are crossed by one rule; into one run if ``whole``."""
    runs = [[rules[0]]]
    for a, b in pairwise(rules):
        if whole or any(_crosses(rule, a) and _crosses(rule, b) for rule in across):
            runs[-1].append(b)
        else:
            runs.append([b])
    return runs


def _crosses(rule: Rule, other: Rule) -> bool:
    """Return whether two rules at right angles cross, or nearly do."""
    at, lo, hi = rule
    return lo - _TOUCH <= other[0] <= hi + _TOUCH and other[1] - _TOUCH <= at <= other[2] + _TOUCH


def _closed(run: Sequence[Rule], across: Sequence[Rule], end: int) -> Rule:
    """Return the rule that joins one end of several, as far as rules across go: outer lines may be missing too."""
    reach = [side for rule in across if any(_crosses(rule, each) for each in run) for side in rule[1:]]
    ends = [run[0][0], run[-1][0], *reach]
    return median(rule[end] for rule in run), min(ends), max(ends)


def ruled_cells(page: Page, level: list[Rule], upright: list[Rule], goes_on: bool) -> list[list[Box]]:
    """Return the cells of each ruled table."""
    level = level + _closing(upright, level, whole=goes_on and not level)
    upright = upright + _closing(level, upright)
    edges = [_edge(True, rule) for rule in level] + [_edge(False, rule) for rule in upright]
    cells = intersections_to_cells(edges_to_intersections(edges, _NEAR, _NEAR))
    # A frame around the page is no table.
    cells = [cell for cell in cells if cell[3] - cell[1] < 0.9 * page.height or cell[2] - cell[0] < 0.9 * page.width]
    return cells_to_tables(cells) if cells else []


def grid_of(cells: Sequence[Box]) -> Grid:
    """Return the edges of rows and columns; edges that no row has both of are one (tables drawn by hand)."""
    xs = _clusters([x for cell in cells for x in (cell[0], cell[2])])
    for a, b in pairwise(xs):
        if b - a < 20 and not any(abs(cell[0] - a) <= _NEAR and abs(cell[2] - b) <= _NEAR for cell in cells):
            xs = [x for x in xs if x != b]
            cells = [_moved(cell, b, a) for cell in cells]
    return Grid(tuple(xs), tuple(_clusters([y for cell in cells for y in (cell[1], cell[3])])), tuple(cells))


def _moved(cell: Box, edge: float, to: float) -> Box:
    """Move the sides of a cell that are on one edge to another."""
    left, right = (to if abs(x - edge) <= _NEAR else x for x in (cell[0], cell[2]))
    return left, cell[1], right, cell[3]


def _clusters(values: Iterable[float]) -> list[float]:
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > _NEAR:
            out.append(value)
    return out


def ruled_block(
    grid: Grid,
    glyphs: Sequence[Glyph],
    page: Page,
    words: Collection[str],
    nested: Sequence[tuple[Grid, Sequence[RawRow]]] = (),
) -> Block:
    """Share out the letters of a table to its cells; one column is running text in frames.

    Parameters
    ----------
    grid : Grid
    glyphs : sequence of Glyph
        Those inside the table.
    page : Page
    words : collection of str
        Lower-case words of the document.
    nested : sequence of (Grid, rows)
        The tables inside its cells.

    Returns
    -------
    Block
    """
    owner = grid.covers()
    last = {at: field for field, at in sorted(owner.items())}
    texts = _texts(grid, glyphs, owner, last, page.pitch, words)
    inner, texts = _tables_within(grid, owner, nested, texts)
    columns = range(len(grid.xs) - 1)
    header = [owner[0, c] for c in columns if owner[0, c] in texts]
    ratings = _ratings(_colours(grid, last, page), header)
    owners = [[owner[r, c] for c in columns] for r in range(len(grid.ys) - 1)]
    found = [_row(r, own, texts, ratings, inner.get(r)) for r, own in enumerate(owners)]
    rows = tuple(row for row in found if row is not None)
    return Block("table", rows, grid.xs, ruled=True) if len(columns) > 1 else _framed(rows)


_Inner = tuple[int, list[RawRow]]  # the column that holds a table, and its rows


def _tables_within(
    grid: Grid,
    owner: dict[Field, Field],
    nested: Sequence[tuple[Grid, Sequence[RawRow]]],
    texts: dict[Field, str],
) -> tuple[dict[int, _Inner], dict[Field, str]]:
    """Return the table inside a cell of each row; one in another cell of the row is but words of its cell."""
    found: dict[int, _Inner] = {}
    texts = dict(texts)
    for each, rows in nested:
        r, c = at = owner[grid.field(each.xs[0] + _NEAR, each.ys[0] + _NEAR)]
        if found.setdefault(r, (c, []))[0] == c:
            found[r][1].extend(rows)
        else:
            words = [" ".join(filter(None, row.cells)) for row in rows]
            texts[at] = "\n".join(filter(None, [texts.get(at), *words]))
    return found, texts


def _framed(rows: Sequence[RawRow]) -> Block:
    """Return the text of a table of one column."""
    return Block("text", tuple(RawRow((t,), "") for row in rows for t in row.cells[0].split("\n")))


def _ratings(colours: dict[Field, Colour], header: Sequence[Field]) -> dict[Field, str]:
    """Return the ratings that colours mean; the colour of the header is a house colour."""
    house = {colours.get(at) for at in header}
    rated = {at: rag_of(colour) for at, colour in colours.items() if colour not in house}
    return {at: rating for at, rating in rated.items() if rating}


def _row(
    r: int,
    own: Sequence[Field],
    texts: dict[Field, str],
    ratings: dict[Field, str],
    inner: _Inner | None,
) -> RawRow | None:
    """Write a row from the cells that cover it; a cell merged across is written once."""
    # Cells that are merged down are repeated, but not on a row where nothing begins.
    if not (inner or _begins_in(r, own, texts, ratings)):
        return None
    cells = tuple(texts.get(at, "") if at[1] == c else "" for c, at in enumerate(own))
    fills = tuple(ratings.get(at, "") for at in own)
    at, rows = inner or (0, [])
    nested = as_nested([(each.cells, each.fills) for each in rows])
    return RawRow(cells, "", fills=fills if any(fills) else (), nested=nested, nested_at=at)


def _begins_in(r: int, own: Sequence[Field], *held: Collection[Field]) -> bool:
    return any(at[0] == r and any(at in each for each in held) for at in own)


def _texts(
    grid: Grid,
    glyphs: Sequence[Glyph],
    owner: dict[Field, Field],
    last: dict[Field, Field],
    pitch: float,
    words: Collection[str],
) -> dict[Field, str]:
    """Return the text of each cell that holds any, by the field where it begins."""
    held: dict[Field, list[Glyph]] = {}
    for glyph in glyphs:
        at = owner[grid.field((glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2)]
        held.setdefault(at, []).append(glyph)
    rights: dict[int, float] = {}
    for at, cell in held.items():
        # Only a cell of one column is as wide as the others of it.
        if last[at][1] == at[1]:
            level = [glyph.x1 for glyph in cell if not glyph.turn]
            rights[at[1]] = max([rights.get(at[1], 0.0), *level])
    reach = {at: rights[at[1]] if last[at][1] == at[1] else 0.0 for at in held}
    texts = {at: cell_text(cell, pitch, words, reach[at]) for at, cell in held.items()}
    return dict(filter(lambda item: item[1], texts.items()))


def _colours(grid: Grid, last: dict[Field, Field], page: Page) -> dict[Field, Colour]:
    """Return the colour behind each cell that has one, by the field where the cell begins."""
    out = {}
    for (top, left), (bottom, right) in last.items():
        box = (grid.xs[left], grid.ys[top], grid.xs[right + 1], grid.ys[bottom + 1])
        if colour := colour_of(box, page.fills):
            out[top, left] = colour
    return out


def colour_of(box: Box, fills: Sequence[tuple[Box, Colour]]) -> Colour | None:
    """Return the colour drawn last over most of a cell."""
    area = (box[2] - box[0]) * (box[3] - box[1])
    found = None
    for (x0, top, x1, bottom), colour in fills:
        width, height = min(x1, box[2]) - max(x0, box[0]), min(bottom, box[3]) - max(top, box[1])
        if width > 0 and height > 0 and width * height > 0.6 * area:
            found = colour
    return found
