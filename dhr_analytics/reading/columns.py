"""Where columns stand apart without rules: strips of white that run down several printed lines.

What the columns are called does not matter here. Strips of white are looked for in all runs of
lines at once, and the runs that explain the most gaps are the tables; the rest is running text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

from dhr_analytics.reading.letters import Block, Glyph, Line, rows_of, split_line

Found = tuple[int, int, "Columns"]  # first line of a table, the line after its last, its columns
GUTTER = 0.6  # a gap of this many letter heights plainly parts two columns
_STRIP = 0.3  # a strip that runs down the table may be as narrow as this
_BROKEN = 0.45  # and in one line may hardly show beside the spaces between words
_SPACE = 0.18  # a gap of this many letter heights parts two words
_FINE = 2  # places to a point, in the bit masks of lines
_LARGER = 1.15  # letters so many times higher than the usual are those of a heading
# What finding a table is paid with: each gap between columns that it explains counts 1.
_TABLE = 3.0
_DRAWN = 1.5  # less, where rules or coloured areas are drawn
_ACROSS, _ACROSS_LINE, _HEADING = 1.0, 0.4, 2.5
_BULLET = re.compile(r"[•●○▪■◦·‣⁃–—*o-]")


@dataclass(frozen=True)
class Printed:
    """One printed line: its letters, and its parts between wide gaps."""

    glyphs: list[Glyph]
    parts: list[Line]

    @cached_property
    def whole(self) -> Line:
        """The line from its first to its last word."""
        first, last = self.parts[0], self.parts[-1]
        return Line(
            " ".join(part.text for part in self.parts),
            first.x0,
            min(part.top for part in self.parts),
            last.x1,
            max(part.bottom for part in self.parts),
            all(part.bold for part in self.parts),
        )

    @cached_property
    def words(self) -> list[list[Glyph]]:
        """The letters of each word."""
        return _words(self.glyphs)

    @cached_property
    def covered(self) -> int:
        """The places along the line where words stand, as a mask of bits."""
        mask = 0
        for word in self.words:
            mask |= _span(word[0].x0, max(glyph.x1 for glyph in word))
        return mask

    @cached_property
    def gaps(self) -> int:
        """The places of the wide gaps between the parts."""
        mask = 0
        for a, b in pairwise(self.parts):
            mask |= _span(a.x1, b.x0)
        return mask


@dataclass(frozen=True)
class Columns:
    """Left ends of the columns and the right end of the last; the strips of white between them."""

    edges: tuple[float, ...]
    strips: tuple[tuple[float, float], ...]

    def at(self, x: float) -> int:
        """Return the column in which a place lies."""
        return min(max(bisect_right(self.edges, x) - 1, 0), len(self.edges) - 2)

    def crossed(self, line: Printed) -> bool:
        """Return whether words of a line stand in the white between two columns."""
        parts = [(part.x0, part.x1) for part in line.parts]
        over = [end for x0, x1 in parts for start, end in self.strips if x0 < start and end < x1]
        return any(self._unbroken(line, end) for end in over)

    def _unbroken(self, line: Printed, end: float) -> bool:
        """Return whether a line has no more than the space between two words where a strip ends."""
        if line.covered & _span(end - 1, end):
            return True
        before = max((w[-1].x1 for w in line.words if w[-1].x1 <= end), default=0.0)
        after = min((w[0].x0 for w in line.words if w[0].x0 >= end - 1), default=0.0)
        return after - before < _BROKEN * (line.parts[0].bottom - line.parts[0].top)

    def filled(self, line: Printed) -> set[int]:
        """Return the columns that a line fills."""
        return {self.of(word) for word in line.words}

    def pieces(self, line: Printed) -> list[tuple[int, list[Glyph]]]:
        """Cut a line where it shows a gap before a column; give each piece and where it begins."""
        out: list[tuple[int, list[Glyph]]] = []
        for word in line.words:
            column = self.at(word[0].x0 + 1)
            near = _BROKEN * line.parts[0].height
            if not out or (column > out[-1][0] and word[0].x0 - out[-1][1][-1].x1 >= near):
                out.append((column, []))
            out[-1][1].extend(word)
        return out

    def spanned(self, line: Printed) -> bool:
        """Return whether a line runs over the columns from the first on, as a heading does."""
        return self.crossed(line) and [column for column, _ in self.pieces(line)] == [0]

    def of(self, word: Sequence[Glyph]) -> int:
        """Return the column in which a word is."""
        return self.at((word[0].x0 + word[-1].x1) / 2)


def printed_lines(glyphs: Sequence[Glyph]) -> list[Printed]:
    """Return the printed lines of a region, from top to bottom."""
    return [Printed(row, parts) for row in rows_of(glyphs) if (parts := split_line(row, GUTTER))]


def _span(x0: float, x1: float) -> int:
    """Return a mask of the places from one end to the other."""
    first, last = max(int(x0 * _FINE), 0), max(int(x1 * _FINE), 0)
    return ((1 << (last - first + 1)) - 1) << first if last >= first else 0


def _words(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    out: list[list[Glyph]] = [[]]
    for glyph in glyphs:
        near = _SPACE * (glyph.bottom - glyph.top)
        if not glyph.text.strip() or (out[-1] and glyph.x0 - out[-1][-1].x1 > near):
            out.append([])
        if glyph.text.strip():
            out[-1].append(glyph)
    return [word for word in out if word]


def find_tables(
    lines: Sequence[Printed],
    drawn: Sequence[bool],
    above: Block | None,
) -> Iterator[Found]:
    """Find the runs of lines that are tables.

    Parameters
    ----------
    lines : sequence of Printed
        From top to bottom.
    drawn : sequence of bool
        For each line whether a rule or a coloured area is drawn at it.
    above : Block or None
        The table that ends the page before, if nothing else is between.

    Yields
    ------
    tuple of int, int and Columns
        The first line of a table, the line after its last one, and its columns.
    """
    runs = _best_runs(lines, drawn)
    found = _joined(lines, [(a, b, c) for a, b in runs if (c := _columns_of(lines[a:b]))])
    if above is not None and not above.ruled and lines:
        found = _continued(lines, found, above)
    free = 0
    for i, (start, end, columns) in enumerate(found):
        limit = found[i + 1][0] if i + 1 < len(found) else len(lines)
        start = _with_group_names(lines, start, free, columns)
        free = _with_last_lines(lines, start, end, limit, columns)
        yield start, free, columns


def _best_runs(lines: Sequence[Printed], drawn: Sequence[bool]) -> list[tuple[int, int]]:
    """Choose the runs of lines that together explain the most gaps by columns of their own."""
    usual = median(line.whole.height for line in lines) if lines else 0.0
    starts = [i for i, line in enumerate(lines) if len(line.parts) > 1]
    gains = {start: dict(_gains(lines, start, drawn, usual)) for start in starts}
    # For each line, the best score of the lines above it, and where the run begins that ends there.
    best: list[tuple[float, int]] = [(0.0, -1)]
    for end in range(1, len(lines) + 1):
        runs = [(best[a][0] + ends[end], a) for a, ends in gains.items() if end in ends]
        best.append(max([(best[-1][0], -1), *runs]))
    return _traced([start for _, start in best])


def _traced(starts: Sequence[int]) -> list[tuple[int, int]]:
    """Return the runs of the best choice, from where the run begins that ends at each line."""
    runs, end = [], len(starts) - 1
    while end:
        start = starts[end]
        if start >= 0:
            runs.append((start, end))
        end = start if start >= 0 else end - 1
    return runs[::-1]


def _gains(
    lines: Sequence[Printed],
    start: int,
    drawn: Sequence[bool],
    usual: float,
) -> Iterator[tuple[int, float]]:
    """Score the tables that begin at a line, for each line at which they may end."""
    covered, bonus = 0, 0.0
    several: list[Printed] = []
    for end in range(start, len(lines)):
        bonus = max(bonus, _DRAWN * drawn[end])
        if len(lines[end].parts) < 2:
            continue
        covered |= lines[end].covered
        several.append(lines[end])
        white = _white(covered, usual)
        if not white:
            return
        marks = white & ~(white << 1)  # each strip is counted at its left end
        gain = sum(min((marks & line.gaps).bit_count(), len(line.parts) - 1) for line in several)
        between = lines[start:end]
        if gain:
            yield end + 1, gain - _TABLE + bonus - _cost_across(between, white, usual)


def _white(covered: int, height: float) -> int:
    """Return the strips between words that are wide enough to part columns."""
    if not covered:
        return 0
    low = (covered & -covered).bit_length() - 1
    inner = ((1 << covered.bit_length()) - 1) & ~((1 << low) - 1)
    strips = ~covered & inner
    width = max(int(_STRIP * height * _FINE), 2)
    left = strips
    for _ in range(width - 1):  # what is left are the places that have so much white to their left
        left &= left << 1
    out = left
    for _ in range(width - 1):
        out |= out >> 1
    return out


def _cost_across(lines: Sequence[Printed], white: int, usual: float) -> float:
    """Return what the lines cost that run over the columns: headings, or text of another kind."""
    cost, inside = 0.0, False
    ends = white & ~(white >> _FINE)
    for line in lines:
        single = len(line.parts) == 1
        large = single and line.whole.height > _LARGER * usual
        across = large or (single and bool(line.covered & ends))
        cost += _cost(line, large=large, inside=inside) if across else 0.0
        inside = across or (inside and single)
    return cost


def _cost(line: Printed, *, large: bool, inside: bool) -> float:
    """Return what one line across the columns costs; less ``inside`` a run of them."""
    begun = _ACROSS if not inside else 0.0
    return (_HEADING if large else begun) + (0.0 if line.whole.bold else _ACROSS_LINE)


def _columns_of(lines: Sequence[Printed]) -> Columns | None:
    """Return the columns of a run of lines, if any stand apart."""
    strips = _strips([line for line in lines if len(line.parts) > 1])
    left = min(line.whole.x0 for line in lines) - 2
    right = max(line.whole.x1 for line in lines) + 2
    return Columns((left, *(b - 0.5 for _, b in strips), right), tuple(strips)) if strips else None


def _strips(lines: Sequence[Printed]) -> list[tuple[float, float]]:
    """Return the strips of white between columns; those that no wide gap shows are left out."""
    covered = 0
    for line in lines:
        covered |= line.covered
    out: list[tuple[float, float]] = []
    for first, last in _runs_of_bits(_white(covered, median(line.whole.height for line in lines))):
        between = (out[-1][1] if out else 0.0, first / _FINE)
        if _is_shown(lines, first, last) and not _only_bullets(lines, between):
            out.append((first / _FINE, last / _FINE))
    return out


def _is_shown(lines: Sequence[Printed], first: int, last: int) -> bool:
    """Return whether wide gaps show a strip: words may also line up by accident."""
    spanning = [ln for ln in lines if ln.whole.x0 * _FINE < first < ln.whole.x1 * _FINE]
    shown = sum(bool(line.gaps & (1 << last)) for line in spanning)
    begun = any(0 <= part.x0 * _FINE - last < 4 for line in lines for part in line.parts)
    return begun and shown * 4 > len(spanning)


def _runs_of_bits(mask: int) -> Iterator[tuple[int, int]]:
    """Return the first and last place of each run of bits that are set."""
    while mask:
        first = (mask & -mask).bit_length() - 1
        length = (~(mask >> first) & ((mask >> first) + 1)).bit_length() - 1
        yield first, first + length - 1
        mask &= ~(((1 << length) - 1) << first)


def _only_bullets(lines: Sequence[Printed], span: tuple[float, float]) -> bool:
    """Return whether a column holds nothing but the marks of lists."""
    texts = [part.text for line in lines for part in line.parts if span[0] <= part.x0 <= span[1]]
    return bool(texts) and all(_BULLET.fullmatch(text) for text in texts)


def _joined(lines: Sequence[Printed], found: Sequence[Found]) -> list[Found]:
    """Join tables with the same columns that only some lines across them part."""
    out: list[Found] = []
    for table in found:
        joint = _joint(lines, out[-1], table) if out else None
        if joint is None:
            out.append(table)
        else:
            out[-1] = joint
    return out


def _joint(lines: Sequence[Printed], above: Found, below: Found) -> Found | None:
    """Return two tables as one, if their columns are the same and the lines between fit in."""
    first, last, columns = above
    start, end, others = below
    if not _alike(columns.edges, others.edges) or not _are_near(lines[last - 1 : start + 1]):
        return None
    joint = _columns_of([*lines[first:last], *lines[start:end]])
    same = joint is not None and len(joint.edges) == len(columns.edges)
    return (first, end, joint) if joint is not None and same else None


def _are_near(lines: Sequence[Printed]) -> bool:
    """Return whether lines between two others stand near them and are not set larger."""
    if len(lines) > 10:
        return False
    usual = lines[0].whole.height
    gaps = [b.whole.top - a.whole.bottom for a, b in pairwise(lines)]
    return max(ln.whole.height for ln in lines) < _LARGER * usual and max(gaps) < 1.2 * usual


def _continued(lines: Sequence[Printed], found: list[Found], above: Block) -> list[Found]:
    """Let the first lines of a page continue in the columns of the table that ends the page before."""
    old = Columns(above.edges, tuple((edge - 1, edge) for edge in above.edges[1:-1]))
    limit = found[0][0] if found else len(lines)
    end = next((i for i in range(limit) if old.crossed(lines[i])), limit)
    if found and (columns := _same_or_fewer(lines, found[0], old, end)):
        return [(0, found[0][1], columns), *found[1:]]
    return [(0, end, old), *found] if _stand_in(lines[:end], old) else found


def _same_or_fewer(
    lines: Sequence[Printed],
    first: Found,
    old: Columns,
    end: int,
) -> Columns | None:
    """Return the columns of the first table of a page, if it continues from the page before."""
    start, last, own = first
    if end == start and _alike(own.edges, old.edges):
        return own
    crossing = sum(old.crossed(line) for line in lines[:last])
    return old if len(own.edges) < len(old.edges) and crossing * 3 <= last else None


def _alike(edges: Sequence[float], others: Sequence[float]) -> bool:
    """Return whether two tables have the same columns, as far as the words in them show."""
    if len(edges) != len(others):
        return False
    return all(abs(a - b) < 16 for a, b in zip(edges[:-1], others[:-1], strict=True))


def _stand_in(lines: Sequence[Printed], columns: Columns) -> bool:
    """Return whether lines that cross no column are the end of a row, not text of another kind."""
    filled: set[int] = set().union(*(columns.filled(line) for line in lines))
    if len(filled) != 1:
        return len(filled) >= min(3, len(columns.edges) - 1)
    column = filled.pop()
    indent = [line.whole.x0 - columns.edges[column] for line in lines]
    return max(indent) < 9 and (column > 0 or lines[0].whole.text[0].islower())


def _with_group_names(lines: Sequence[Printed], start: int, free: int, columns: Columns) -> int:
    """Take in the line above a table whose parts each begin where a column does."""
    lefts = _lefts(lines[start : start + 12], columns)
    while start > free and len(lines[start - 1].parts) > 1:
        line, next_line = lines[start - 1].whole, lines[start].whole
        fit = all(any(abs(part.x0 - x) <= 3 for x in lefts) for part in lines[start - 1].parts)
        if not fit or next_line.top - line.bottom > 1.5 * line.height:
            break
        start -= 1
    return start


def _lefts(lines: Sequence[Printed], columns: Columns) -> list[float]:
    """Return where the words of each column begin."""
    lefts: dict[int, float] = {}
    for line in lines:
        if not columns.crossed(line):
            for word in line.words:
                at = columns.of(word)
                lefts[at] = min(lefts.get(at, word[0].x0), word[0].x0)
    return list(lefts.values())


def _with_last_lines(
    lines: Sequence[Printed],
    start: int,
    end: int,
    limit: int,
    columns: Columns,
) -> int:
    """Take in the lines below a table that stand in its columns: the last lines of its cells."""
    gaps = [b.whole.top - a.whole.bottom for a, b in pairwise(lines[start:end])]
    height = median(line.whole.height for line in lines[start:end])
    widest = max([*gaps, 0.5 * height]) + 0.2 * height
    while end < limit and not columns.crossed(lines[end]):
        line = lines[end].whole
        near = line.top - lines[end - 1].whole.bottom <= widest
        within = columns.edges[0] - 3 <= line.x0 and line.x1 <= columns.edges[-1] + 60
        if line.height > _LARGER * height or not near or not within:
            break
        end += 1
    return end
