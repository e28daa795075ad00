"""Tables without rules, and running text: printed lines become rows and cells, or paragraphs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, pairwise
from statistics import median

from dhr_analytics.reading.colours import rag_of
from dhr_analytics.reading.columns import Columns, Printed, find_tables, printed_lines
from dhr_analytics.reading.letters import Block, Glyph, Page, Rule, cell_text, paragraphs
from dhr_analytics.reading.ruled import colour_of
from dhr_analytics.reading.table import RawRow

Cells = list[list[Glyph]]
Placed = tuple[float, Block]  # how far down the page a block begins
_NUMBER = r"(?:\d{1,3}(?:\.\d{1,2})*[a-z]?|[ivx]{1,5})"
_NUMBER_CELL = re.compile(rf"\(?(?:R(?:ec)?\.?\s?)?{_NUMBER}[.):]?", re.IGNORECASE)
_WITHIN = 0.12  # so little extra white (in letter heights) is between lines of one paragraph
_ROW_GAP = 0.3  # so much ends a row, where rows do not show how much they have


def free_blocks(
    glyphs: Sequence[Glyph],
    page: Page,
    level: Sequence[Rule],
    words: Collection[str],
    above: Block | None,
) -> list[Placed]:
    """Turn letters outside ruled tables into paragraphs and into tables whose columns stand apart.

    Parameters
    ----------
    glyphs : sequence of Glyph
        Those of a region of the page.
    page : Page
    level : sequence of Rule
        Level rules of the page.
    words : collection of str
        Lower-case words of the document.
    above : Block or None
        The table that ends the page before, for the first region of a page.

    Returns
    -------
    list of tuple of float and Block
        From top to bottom.
    """
    lines = printed_lines(glyphs)
    out: list[Placed] = []
    done = 0
    for start, end, columns in find_tables(lines, _drawn(lines, page, level), above):
        out += _text_blocks(lines[done:start], page.pitch, words)
        if _is_prose(lines[start:end], columns, page.pitch):
            out += _columns_of_text(lines[start:end], columns, page.pitch, words)
        else:
            out += _table_blocks(lines[start:end], columns, level, page, words)
        done = end
    return out + _text_blocks(lines[done:], page.pitch, words)


def _drawn(lines: Sequence[Printed], page: Page, level: Sequence[Rule]) -> list[bool]:
    """Return for each line whether a level rule or a coloured area is drawn at it."""
    out = []
    for line in lines:
        _, x0, top, x1, bottom, *_ = line.whole
        reach = top - line.whole.height, bottom + line.whole.height
        ruled = any(reach[0] < at < reach[1] and a < x1 and x0 < b for at, a, b in level)
        out.append(ruled or colour_of((x0, top, x1, bottom), page.fills) is not None)
    return out


def _text_blocks(lines: Sequence[Printed], pitch: float, words: Collection[str]) -> list[Placed]:
    """Read running text as paragraphs."""
    found = paragraphs((line.whole for line in lines), pitch, words)
    rows = tuple(RawRow((part.text,), "") for part in found)
    return [(lines[0].whole.top, Block("text", rows))] if rows else []


def _table_blocks(
    lines: Sequence[Printed],
    columns: Columns,
    level: Sequence[Rule],
    page: Page,
    words: Collection[str],
) -> list[Placed]:
    """Read a table, or several that have the same columns and a heading each."""
    out: list[Placed] = []
    rows = _rows(lines, columns, level, page)
    for part, heading in _at_headers(rows, columns):
        out += _text_blocks(heading, page.pitch, words)
        out.append((part[0][0].whole.top, _table(part, columns, page, words)))
    return out


# -- columns of running text -----------------------------------------------------------------------


def _is_prose(lines: Sequence[Printed], columns: Columns, pitch: float) -> bool:
    """Return whether columns hold running text: all are full, and no row ends in all of them."""
    if len(columns.edges) > 4 or len(lines) < 8:
        return False
    counts: dict[int, list[int]] = {}
    for line in lines:
        held = [columns.of(word) for word in line.words]
        for at in set(held):
            counts.setdefault(at, []).append(held.count(at))
    full = all(median(found) >= 4 for found in counts.values())
    gaps = zip(_extra_gaps(lines, pitch), lines[1:], strict=True)
    ends = sum(gap > 0.25 and len(columns.filled(line)) > 1 for gap, line in gaps)
    return full and ends * 10 < len(lines)


def _columns_of_text(
    lines: Sequence[Printed],
    columns: Columns,
    pitch: float,
    words: Collection[str],
) -> list[Placed]:
    """Read columns of running text one after the other."""
    parts: Cells = [[] for _ in columns.edges[1:]]
    for line in lines:
        for word in line.words:
            parts[columns.of(word)] += word
    texts = [_text_blocks(printed_lines(part), pitch, words) for part in parts]
    return [(lines[0].whole.top, block) for text in texts for _, block in text]


# -- the rows of a table ---------------------------------------------------------------------------


def _extra_gaps(lines: Sequence[Printed], pitch: float) -> list[float]:
    """Return the white above each line but the first that is more than in a paragraph."""
    bottoms = accumulate((line.whole.bottom for line in lines), max)
    pairs = zip(bottoms, lines[1:], strict=False)
    return [_extra(bottom, line.whole.top, line.whole.height, pitch) for bottom, line in pairs]


def _extra(bottom: float, top: float, height: float, pitch: float) -> float:
    return (top - bottom) / max(height, 1) - (pitch - 1)


def _rows(
    lines: Sequence[Printed],
    columns: Columns,
    level: Sequence[Rule],
    page: Page,
) -> list[list[Printed]]:
    """Split the lines of a table into rows: at rules, at changes of colour and at wide gaps."""
    ends = _ends(lines, columns, level, page)
    if not any(ends) and len(lines) > 3:
        # Lines set evenly: where a row ends cannot be seen here.
        return [[line] for line in lines]
    changes = [a != b for a, b in pairwise(_in_runs(lines, columns, page.pitch))]
    rows = [[lines[0]]]
    for end, change, line in zip(ends, changes, lines[1:], strict=True):
        if end or change:
            rows.append([])
        rows[-1].append(line)
    return [part for row in rows for part in _at_numbers(row, columns)]


def _ends(
    lines: Sequence[Printed],
    columns: Columns,
    level: Sequence[Rule],
    page: Page,
) -> list[bool]:
    """Return for each line but the first whether a row ends above it."""
    gaps = _extra_gaps(lines, page.pitch)
    through = _through(lines, columns, page.pitch)
    ruled = _ruled_ends(lines, columns, level, through)
    coloured = _colour_ends(lines, columns, page, through)
    least = _least_gap(lines, columns, gaps)
    spaced = [gap > least for gap in gaps]
    if sum(ruled) >= 2 and sum(ruled) * 5 >= 2 * sum(spaced):
        # Where rules part the rows, wider gaps part paragraphs.
        spaced = [False] * len(gaps)
    return [any(signs) for signs in zip(ruled, coloured, spaced, strict=True)]


def _in_runs(lines: Sequence[Printed], columns: Columns, pitch: float) -> list[int]:
    """Number the runs of lines that stand in columns (even) or run over them (odd)."""
    out = [0]
    for gap, last, line in zip(_gaps_before(lines, pitch), [None, *lines], lines, strict=False):
        across = columns.spanned(line)
        if last is not None and out[-1] % 2:
            across = across or (gap < _WITHIN and _ends_run(last, line))
        out.append(out[-1] + (across != bool(out[-1] % 2)))
    return out[1:]


def _gaps_before(lines: Sequence[Printed], pitch: float) -> list[float]:
    return [0.0, *_extra_gaps(lines, pitch)]


def _ends_run(last: Printed, line: Printed) -> bool:
    """Return whether a line is the short last one of text that runs over the columns."""
    same = abs(line.whole.x0 - last.whole.x0) < 2 and line.whole.bold == last.whole.bold
    return same and len(line.parts) == 1


def _least_gap(lines: Sequence[Printed], columns: Columns, gaps: Sequence[float]) -> float:
    """Return how much extra white ends a row: nearly as much as above lines in several columns."""
    pairs = zip(gaps, lines[1:], strict=True)
    wide = sorted(gap for gap, ln in pairs if gap > _WITHIN and len(columns.filled(ln)) > 1)
    return min(max(0.6 * wide[len(wide) // 4], _WITHIN), 0.5) if wide else _ROW_GAP


def _through(lines: Sequence[Printed], columns: Columns, pitch: float) -> list[set[int]]:
    """Return for each line but the first the columns in which a cell continues from above."""
    out: list[set[int]] = [set() for _ in lines[1:]]
    last: dict[int, int] = {}
    for i, line in enumerate(lines):
        filled = set() if columns.spanned(line) else {c for c, _ in columns.pieces(line)}
        for column in filled & last.keys():
            above = lines[last[column]].whole
            if _extra(above.bottom, line.whole.top, line.whole.height, pitch) < _WITHIN:
                for k in range(last[column], i):
                    out[k].add(column)
        last = {**last, **dict.fromkeys(filled, i)} if filled else {}
    return out


def _ruled_ends(
    lines: Sequence[Printed],
    columns: Columns,
    level: Sequence[Rule],
    through: Sequence[set[int]],
) -> list[bool]:
    """Return for each line but the first whether a rule separates it from those above."""
    left, right = columns.edges[0], columns.edges[-1]
    bottoms = accumulate((line.whole.bottom for line in lines), max)
    out = []
    for bottom, line, going in zip(bottoms, lines[1:], through, strict=False):
        rules = [rule for rule in level if bottom - 2 < rule[0] < line.whole.top + 2]
        # Where a cell that is merged down continues, the rule is drawn beside it only.
        beside = going and any(not _below_any(rule, columns, going) for rule in rules)
        reach = [min(x1, right) - max(x0, left) for _, x0, x1 in rules]
        out.append(max(reach, default=0.0) > 0.6 * (right - left) and not beside)
    return out


def _below_any(rule: Rule, columns: Columns, some: Collection[int]) -> bool:
    """Return whether a rule runs below one of some columns."""
    _, x0, x1 = rule
    return any(x0 < columns.edges[c] + 6 and columns.edges[c + 1] - 6 < x1 for c in some)


def _colour_ends(
    lines: Sequence[Printed],
    columns: Columns,
    page: Page,
    through: Sequence[set[int]],
) -> list[bool]:
    """Return for each line but the first whether the colour behind most columns changes above it."""
    if not page.fills:
        return [False] * (len(lines) - 1)
    behind = []
    for line in lines:
        top, bottom = line.whole.top + 1, line.whole.bottom - 1
        spans = [(a + 3, top, b - 3, bottom) for a, b in pairwise(columns.edges)]
        behind.append([colour_of(span, page.fills) for span in spans])
    changes = [sum(x != y for x, y in zip(a, b, strict=True)) for a, b in pairwise(behind)]
    most = [2 * n > len(columns.edges) - 1 for n in changes]
    return [end and not going for end, going in zip(most, through, strict=True)]


def _at_numbers(row: list[Printed], columns: Columns) -> list[list[Printed]]:
    """Split a row in which several numbers stand alone in the first column."""
    first = [line.parts[0] for line in row]
    alone = [part.x1 < columns.edges[1] + 3 for part in first]
    numbers = [i for i, part in enumerate(first) if alone[i] and _NUMBER_CELL.fullmatch(part.text)]
    ends = [0, *numbers[1:], len(row)]
    return [row[a:b] for a, b in pairwise(ends)]


def _at_headers(
    rows: Sequence[list[Printed]],
    columns: Columns,
) -> Iterator[tuple[Sequence[list[Printed]], list[Printed]]]:
    """Split a table where its header is repeated below a heading; give each part and heading."""
    start = 0
    heading: list[Printed] = []
    for i in _headers(rows, columns):
        above = rows[i - 1][0]
        top = i - 1 if columns.crossed(above) and len(columns.pieces(above)) > 1 else i
        first = top
        while first > start + 1 and _is_heading(rows[first - 1], columns):
            first -= 1
        if first < top:
            yield rows[start:first], heading
            start, heading = top, [line for row in rows[first:top] for line in row]
    yield rows[start:], heading


def _headers(rows: Sequence[Sequence[Printed]], columns: Columns) -> Iterator[int]:
    """Find the rows that name the columns again: all bold, or as printed further up."""
    seen: set[str] = set()
    for i, row in enumerate(rows):
        if len(columns.filled(row[0])) > 2 and not columns.crossed(row[0]):
            letters = re.sub(r"[\W\d_]", "", "".join(line.whole.text for line in row))
            if i and (letters in seen or all(line.whole.bold for line in row)):
                yield i
            seen.add(letters)


def _is_heading(row: Sequence[Printed], columns: Columns) -> bool:
    """Return whether a row is bold, or runs over the columns, and is at their left end."""
    wide = all(line.whole.bold for line in row) or columns.spanned(row[0])
    return wide and all([c for c, _ in columns.pieces(line)] == [0] for line in row)


# -- the cells of a row ----------------------------------------------------------------------------


def _table(
    rows: Sequence[Sequence[Printed]],
    columns: Columns,
    page: Page,
    words: Collection[str],
) -> Block:
    """Read the rows of a table cell by cell."""
    held = _merged_down(rows, columns, page.pitch)
    rights = [_right(cells[c] for _, cells in held) for c in range(len(columns.edges) - 1)]
    out = []
    for row, cells in held:
        across = sum(map(bool, cells)) == 1  # a line over the columns is wider than they are
        ends = [0.0] * len(cells) if across else rights
        pairs = zip(cells, ends, strict=True)
        texts = tuple(cell_text(cell, page.pitch, words, end) for cell, end in pairs)
        fills = () if row is rows[0] else _fills(row, columns, page)
        out.append(RawRow(texts, "", fills=fills))
    return Block("table", tuple(out), columns.edges)


def _right(cells: Iterator[list[Glyph]]) -> float:
    return max((glyph.x1 for cell in cells for glyph in cell), default=0.0)


def _fills(row: Sequence[Printed], columns: Columns, page: Page) -> tuple[str, ...]:
    """Return the rating that the colour behind each cell means; nothing where none does."""
    top, bottom = min(line.whole.top for line in row), max(line.whole.bottom for line in row)
    spans = [(a, top, b, bottom) for a, b in pairwise(columns.edges)]
    colours = [colour_of(span, page.fills) for span in spans]
    fills = tuple(rag_of(colour) if colour else "" for colour in colours)
    return fills if any(fills) else ()


def _merged_down(
    rows: Sequence[Sequence[Printed]],
    columns: Columns,
    pitch: float,
) -> list[tuple[Sequence[Printed], Cells]]:
    """Share out rows to cells, split beside cells merged down, which are repeated."""
    lines = [line for row in rows for line in row]
    least = max(_least_gap(lines, columns, _extra_gaps(lines, pitch)), 0.2)
    out: list[tuple[Sequence[Printed], Cells]] = []
    for row in rows:
        cells = _shared_out(row, columns)
        starts = [_starts(cell, pitch, least) if len(row) > 3 else [] for cell in cells]
        out += [(row, part) for part in _parts_of(cells, starts)]
    return out


def _starts(cell: Sequence[Glyph], pitch: float, least: float) -> list[float]:
    """Return the tops of the lines of a cell that extra white separates from the line above."""
    pairs = pairwise([line.whole for line in printed_lines(cell)])
    return [b.top for a, b in pairs if _extra(a.bottom, b.top, b.height, pitch) > least]


def _parts_of(cells: Cells, starts: Sequence[Sequence[float]]) -> list[Cells]:
    """Split the cells of a row where several begin side by side; one that continues is in both parts."""
    height = max((glyph.bottom - glyph.top for cell in cells for glyph in cell[:1]), default=1.0)
    bounds = _bounds(sorted(top for found in starts for top in found), height)
    out: list[Cells] = [[] for _ in range(len(bounds) + 1)]
    for cell, found in zip(cells, starts, strict=True):
        ends = [bound for bound in bounds if _begins(cell, found, bound, height)]
        pieces = _cut(cell, ends)
        for part, bound in zip(out, [float("-inf"), *bounds], strict=True):
            part.append(pieces[bisect_right(ends, bound)])
    return out


def _bounds(tops: Sequence[float], height: float) -> list[float]:
    """Return the heights at which cells begin in two columns or more."""
    out: list[float] = []
    for a, b in pairwise(tops):
        if b - a <= 0.3 * height and (not out or a - out[-1] > height):
            out.append(a)
    return out


def _begins(cell: Sequence[Glyph], starts: Sequence[float], bound: float, height: float) -> bool:
    """Return whether a cell ends at a height: another begins there, or text is on one side only."""
    return any(abs(top - bound) <= 0.35 * height for top in starts) or not _goes_on(cell, bound)


def _cut(cell: Sequence[Glyph], ends: Sequence[float]) -> Cells:
    """Split a cell at heights."""
    pieces: Cells = [[] for _ in range(len(ends) + 1)]
    for glyph in cell:
        pieces[bisect_right(ends, (glyph.top + glyph.bottom) / 2)].append(glyph)
    return pieces


def _goes_on(cell: Sequence[Glyph], bound: float) -> bool:
    """Return whether a cell has text above and below a height."""
    middles = [(glyph.top + glyph.bottom) / 2 for glyph in cell]
    return bool(middles) and min(middles) < bound < max(middles)


def _shared_out(row: Sequence[Printed], columns: Columns) -> Cells:
    """Share out the letters of a row; what runs over columns goes to the first of them."""
    out: Cells = [[] for _ in columns.edges[1:]]
    for line in row:
        if columns.crossed(line):
            for column, glyphs in columns.pieces(line):
                out[column] += glyphs
        else:
            for word in line.words:
                out[columns.of(word)] += word
    return out
