"""Printed pages: letters, rules and coloured areas become tables and paragraphs.

Readers of PDF files and of scans both end here, so that a page is understood alike wherever its letters came from.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import replace

from dhr_analytics.reading.columns import Printed, free_blocks, printed_lines
from dhr_analytics.reading.letters import Block, Glyph, Line, Page
from dhr_analytics.reading.ruled import grid_of, merged_rules, ruled_block, ruled_cells

BAND = 0.1  # share of the page's height where running heads and feet stand


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
    level, upright = merged_rules(page.rules)
    goes_on = above is not None and above.ruled
    grids = [grid_of(cells) for cells in ruled_cells(page, level, upright, goes_on)]
    grids = [grid for grid in grids if len(grid.xs) > 2 or len(grid.ys) > 3]
    inside: list[list[Glyph]] = [[] for _ in grids]
    outside: list[Glyph] = []
    for glyph in page.glyphs:
        x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
        at = next((i for i, grid in enumerate(grids) if grid.holds(x, y)), -1)
        (inside[at] if at >= 0 else outside).append(glyph)
    heads, body = _heads_and_body(outside, inside, page.height, running)
    pitch = page.pitch
    blocks: list[tuple[float, Block]] = []
    tables = sorted(((grid, held) for grid, held in zip(grids, inside, strict=True) if held), key=lambda t: t[0].ys[0])
    for i, (grid, held) in enumerate(tables):
        if i == 0 and above is not None and above.ruled:
            grid = grid.on_columns_of(above.edges, held)
        blocks.append((grid.ys[0], ruled_block(grid, held, page, pitch, words)))
    starts = [top for top, _ in blocks]
    regions: dict[int, list[Glyph]] = {}
    for glyph in body:
        regions.setdefault(bisect_right(starts, glyph.top), []).append(glyph)
    for i, region in regions.items():
        blocks += free_blocks(region, page, level, pitch, words, above if i == 0 else None)
    blocks.sort(key=lambda pair: pair[0])
    return _numbered([block for _, block in blocks], page.number), heads


def _heads_and_body(
    outside: Sequence[Glyph], inside: Sequence[Sequence[Glyph]], height: float, running: Collection[str]
) -> tuple[list[Line], list[Glyph]]:
    """Part the running heads and feet, from the edges of the page inwards, from what stands between them."""
    lines = printed_lines(outside)
    tables = [(min(g.top for g in held), max(g.bottom for g in held)) for held in inside if held]
    first, last = 0, len(lines)
    while first < last and _is_head(lines[first], lines[first + 1 : first + 2], height, running):
        first += 1
    while first < last and _is_head(lines[last - 1], (), height, running):
        last -= 1
    # A table without text below it may reach to the foot of the page, but heads stand above all tables.
    top, bottom = min((t for t, _ in tables), default=height), max((b for _, b in tables), default=0.0)
    between = {i for i in (*range(first), *range(last, len(lines))) if top < lines[i].whole.top < bottom}
    body = [g for i, line in enumerate(lines) if first <= i < last or i in between for g in line.glyphs]
    heads = [line.whole for i, line in enumerate(lines) if not first <= i < last and i not in between]
    return heads, body


def _is_head(line: Printed, below: Sequence[Printed], height: float, running: Collection[str]) -> bool:
    """Tell whether a line is a running head or foot; names of columns that are repeated stand close to what follows."""
    # A number beside other text is no page number.
    if not all(is_running(part, height, running) for part in line.parts):
        return False
    whole = line.whole
    if len(line.parts) < 3 or not below:
        return True
    return below[0].whole.top - whole.bottom > 1.2 * (whole.bottom - whole.top)


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


def folded(text: str) -> frozenset[str]:
    """Return the words of a line without case, numbers alike: two running heads that differ in the page are equal."""
    return frozenset(re.findall(r"[^\W\d_]+|#|[^\w\s]", re.sub(r"\d+", "#", text.lower())))
