"""Printed pages: letters, rules and coloured areas become tables and paragraphs.

Readers of PDF files and of scans both end here, so that a page is understood alike wherever its letters came from.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import replace

from dhr_analytics.reading.columns import Printed, printed_lines
from dhr_analytics.reading.letters import Block, Glyph, Line, Page, Rule
from dhr_analytics.reading.ruled import Grid, grid_of, merged_rules, ruled_block, ruled_cells
from dhr_analytics.reading.unruled import free_blocks

BAND = 0.1  # share of the page's height where running heads and feet stand


def read_page(
    page: Page,
    above: Block | None,
    *,
    running: Collection[str] = (),
    words: Collection[str] = (),
) -> tuple[list[Block], list[Line]]:
    """Turn what is printed on a page into tables and paragraphs.

    Parameters
    ----------
    page : Page
    above : Block or None
        The table that ends the page before; one without a header of its own may continue with its
        columns.
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
    level, upright = merged_rules(page.rules)
    ruled = above if above is not None and above.ruled else None
    grids = _grids(page, level, upright, ruled)
    inside, outside = _in_grids(page, grids)
    heads, body = _heads_and_body(outside, inside, page.height, running)
    blocks = _ruled_blocks(grids, inside, page, words, ruled)
    for i, region in _regions(body, [top for top, _ in blocks]).items():
        blocks += free_blocks(region, page, level, words, None if i else above)
    blocks.sort(key=lambda pair: pair[0])
    return _numbered([block for _, block in blocks], page.number), heads


def _grids(page: Page, level: list[Rule], upright: list[Rule], above: Block | None) -> list[Grid]:
    """Return the ruled tables of a page from top to bottom; a frame around text is none."""
    grids = [grid_of(cells) for cells in ruled_cells(page, level, upright, above is not None)]
    tables = [grid for grid in grids if len(grid.xs) > 2 or len(grid.ys) > 3]
    whole = [grid for grid in tables if grid.may_be_nested or not any(each.surrounds(grid) for each in tables)]
    return sorted(whole, key=lambda grid: grid.ys[0])


def _ruled_blocks(
    grids: Sequence[Grid],
    inside: Sequence[Sequence[Glyph]],
    page: Page,
    words: Collection[str],
    above: Block | None,
) -> list[tuple[float, Block]]:
    """Read the ruled tables, each with those inside its cells; the first may lack columns of the page before."""
    inner, held = _inner_and_outer(list(zip(grids, inside, strict=True)))
    if held and above is not None:
        held[0] = held[0][0].on_columns_of(above.edges, held[0][1]), held[0][1]
    blocks = []
    for grid, glyphs in held:
        nested = [(each, ruled_block(each, own, page, words).rows) for each, own in inner if grid.surrounds(each)]
        blocks.append((grid.ys[0], ruled_block(grid, glyphs, page, words, nested)))
    return blocks


_Held = tuple[Grid, Sequence[Glyph]]


def _inner_and_outer(pairs: Sequence[_Held]) -> tuple[list[_Held], list[_Held]]:
    """Tell the tables within a cell of another one from the others, empty ones left out; a frame has no cells."""
    holders = [grid for grid, _ in pairs if len(grid.xs) > 2]
    inner = [pair for pair in pairs if pair[1] and _is_within(pair[0], holders)]
    return inner, [pair for pair in pairs if not _is_within(pair[0], holders) and _holds(pair, inner)]


def _is_within(grid: Grid, holders: Sequence[Grid]) -> bool:
    return any(holder.surrounds(grid) for holder in holders)


def _holds(pair: _Held, inner: Sequence[_Held]) -> bool:
    """Return whether a table holds letters, or other tables."""
    return bool(pair[1]) or any(pair[0].surrounds(grid) for grid, _ in inner)


def _regions(body: Sequence[Glyph], starts: Sequence[float]) -> dict[int, list[Glyph]]:
    """Part the letters outside the ruled tables into those above the first, below it and so on."""
    regions: dict[int, list[Glyph]] = {}
    for glyph in body:
        regions.setdefault(bisect_right(starts, glyph.top), []).append(glyph)
    return regions


def _in_grids(page: Page, grids: Sequence[Grid]) -> tuple[list[list[Glyph]], list[Glyph]]:
    """Share out the letters of a page to its ruled tables, the innermost of each; return also those outside."""
    inside: list[list[Glyph]] = [[] for _ in grids]
    outside: list[Glyph] = []
    inwards = sorted(range(len(grids)), key=lambda i: grids[i].area)
    for glyph in page.glyphs:
        x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
        at = next((i for i in inwards if grids[i].holds(x, y)), -1)
        (inside[at] if at >= 0 else outside).append(glyph)
    return inside, outside


def _heads_and_body(
    outside: Sequence[Glyph],
    inside: Sequence[Sequence[Glyph]],
    height: float,
    running: Collection[str],
) -> tuple[list[Line], list[Glyph]]:
    """Separate running heads and feet, from the edges of the page inwards, from what is between."""
    lines = printed_lines(outside)
    # Heads stand above all tables, feet below them.
    top, bottom = _reach(inside, height)
    free = [not top < line.whole.top < bottom for line in lines]
    below = [*([line] for line in lines[1:]), []]
    heads = [_is_head(*pair, height, running) for pair in zip(lines, below, strict=False)]
    feet = [_is_head(line, (), height, running) for line in lines]
    first = _run(list(map(min, heads, free)))
    last = len(lines) - _run(list(map(min, feet, free))[first:][::-1])
    body = [glyph for line in lines[first:last] for glyph in line.glyphs]
    return [line.whole for line in (*lines[:first], *lines[last:])], body


def _reach(inside: Sequence[Sequence[Glyph]], height: float) -> tuple[float, float]:
    """Return from where to where the letters of tables reach; nowhere, when there are none."""
    tops = [glyph.top for held in inside for glyph in held]
    bottoms = [glyph.bottom for held in inside for glyph in held]
    return min(tops, default=height), max(bottoms, default=0.0)


def _run(signs: Sequence[bool]) -> int:
    """Return how many signs are true before the first that is not."""
    return signs.index(False) if False in signs else len(signs)


def _is_head(
    line: Printed,
    below: Sequence[Printed],
    height: float,
    running: Collection[str],
) -> bool:
    """Return whether a line is a running head or foot; a repeated header is close to a table."""
    # A number beside other text is no page number.
    if not all(is_running(part, height, running) for part in line.parts):
        return False
    close = bool(below) and below[0].whole.top - line.whole.bottom <= 1.2 * line.whole.height
    return len(line.parts) < 3 or not close


def is_running(line: Line, height: float, running: Collection[str]) -> bool:
    """Return whether a line near the top or bottom of its page is a running head or foot."""
    return (line.bottom < height * BAND or line.top > height * (1 - BAND)) and folded(line.text) <= set(running)


def _numbered(blocks: list[Block], page: int) -> list[Block]:
    """Give each row its place on the page; the first row of a page follows a break."""
    out, count = [], 0
    for block in blocks:
        rows = []
        for row in block.rows:
            count += 1
            rows.append(replace(row, place=f"page {page}, row {count}", break_before=count == 1 and page > 1))
        out.append(replace(block, rows=tuple(rows)))
    return out


def folded(text: str) -> frozenset[str]:
    """Return the words of a line without case, numbers as #: running heads that differ in the page number are equal."""
    return frozenset(re.findall(r"[^\W\d_]+|#|[^\w\s]", re.sub(r"\d+", "#", text.lower())))
