"""Tables without rules: strips of white that run down several lines are the gaps between columns.

What the columns are called does not matter here. Strips of white are looked for in all runs of lines
at once, and the runs that leave the most gaps explained are the tables; the rest is running text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from statistics import median

from dhr_analytics.reading.colours import rag_of
from dhr_analytics.reading.letters import (
    Block,
    Glyph,
    Line,
    Page,
    Rule,
    cell_text,
    paragraphs,
    rows_of,
    split_line,
)
from dhr_analytics.reading.ruled import colour_of
from dhr_analytics.reading.table import RawRow

Cells = list[list[Glyph]]
Found = tuple[int, int, "Columns"]  # first line of a table, the line after its last, its columns
GUTTER = 0.6  # a gap of this many letter heights plainly parts two columns
_STRIP = 0.3  # a strip that runs down the table may be as narrow as this
_BROKEN = 0.45  # and in one line may hardly show beside the spaces between words
_SPACE = 0.18  # a gap of this many letter heights parts two words
_FINE = 2  # places to a point, in the bit masks of lines
# What finding a table is paid with: each gap between columns that it explains counts 1.
_TABLE = 3.0
_DRAWN = 1.5  # less, where rules or coloured areas are drawn
_BAND, _BAND_LINE, _HEADING = 1.0, 0.4, 2.5
_NUMBER_CELL = re.compile(r"\(?(?:R(?:ec)?\.?\s?)?(?:\d{1,3}(?:\.\d{1,2})*[a-z]?|[ivx]{1,5})[.):]?", re.IGNORECASE)
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
    """Left ends of the columns and the right end of the last, and the strips of white between them."""

    edges: tuple[float, ...]
    strips: tuple[tuple[float, float], ...]

    def at(self, x: float) -> int:
        """Return the column in which a place lies."""
        return min(max(bisect_right(self.edges, x) - 1, 0), len(self.edges) - 2)

    def crossed(self, line: Printed) -> bool:
        """Return whether words of a line stand in the white between two columns."""
        parts = [(part.x0, part.x1) for part in line.parts]
        return any(x0 < a and b < x1 and self._unbroken(line, b) for x0, x1 in parts for a, b in self.strips)

    def _unbroken(self, line: Printed, end: float) -> bool:
        """Return whether a line has no more than the space between two words where a strip ends."""
        if line.covered & _span(end - 1, end):
            return True
        before = max((w[-1].x1 for w in line.words if w[-1].x1 <= end), default=0.0)
        after = min((w[0].x0 for w in line.words if w[0].x0 >= end - 1), default=0.0)
        return after - before < _BROKEN * (line.parts[0].bottom - line.parts[0].top)

    def filled(self, line: Printed) -> set[int]:
        """Return the columns that a line fills."""
        return {self.at((word[0].x0 + word[-1].x1) / 2) for word in line.words}


def free_blocks(
    glyphs: Sequence[Glyph],
    page: Page,
    level: Sequence[Rule],
    pitch: float,
    words: Collection[str],
    above: Block | None,
) -> list[tuple[float, Block]]:
    """Turn letters outside ruled tables into paragraphs and into tables whose columns stand apart."""
    lines = printed_lines(glyphs)
    out: list[tuple[float, Block]] = []
    done = 0
    for start, end, columns in _tables(lines, _drawn(lines, page, level), above, pitch):
        out += _text_blocks(lines[done:start], pitch, words)
        if _is_prose(lines[start:end], columns, pitch):
            out += _columns_of_text(lines[start:end], columns, pitch, words)
        else:
            rows = _rows(lines[start:end], columns, level, page, pitch)
            for part, heading in _at_headers(rows, columns):
                out += _text_blocks(heading, pitch, words)
                table = _free_table(part, columns, page, pitch, words)
                out.append((part[0][0].whole.top, table))
        done = end
    return out + _text_blocks(lines[done:], pitch, words)


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


def _text_blocks(lines: Sequence[Printed], pitch: float, words: Collection[str]) -> list[tuple[float, Block]]:
    found = paragraphs((line.whole for line in lines), pitch, words)
    rows = tuple(RawRow((part.text,), "") for part in found)
    return [(lines[0].whole.top, Block("text", rows))] if rows else []


# -- where the tables are --------------------------------------------------------------------------


def _drawn(lines: Sequence[Printed], page: Page, level: Sequence[Rule]) -> list[bool]:
    """Tell for each line whether a level rule or a coloured area is drawn at it."""
    out = []
    for line in lines:
        whole = line.whole
        height = whole.bottom - whole.top
        near = (whole.top - height, whole.bottom + height)
        rule = any(near[0] < at < near[1] and x0 < whole.x1 and whole.x0 < x1 for at, x0, x1 in level)
        out.append(rule or colour_of((whole.x0, whole.top, whole.x1, whole.bottom), page.fills) is not None)
    return out


def _tables(
    lines: Sequence[Printed], drawn: Sequence[bool], above: Block | None, pitch: float
) -> Iterator[tuple[int, int, Columns]]:
    """Find the runs of lines that are tables: first and last line, and the columns."""
    runs = _best_runs(lines, drawn)
    found = [(a, b, c) for a, b in runs if (c := _columns_of(lines[a:b]))]
    found = _joined(lines, found)
    if above is not None and not above.ruled and lines:
        found = _going_on(lines, found, above)
    free = 0
    for i, (start, end, columns) in enumerate(found):
        limit = found[i + 1][0] if i + 1 < len(found) else len(lines)
        start = _with_group_names(lines, start, free, columns)
        free = _with_last_lines(lines, start, end, limit, columns)
        yield start, free, columns


def _best_runs(lines: Sequence[Printed], drawn: Sequence[bool]) -> list[tuple[int, int]]:
    """Choose the runs of lines that together have the most gaps explained by columns of their own."""
    usual = median(line.whole.bottom - line.whole.top for line in lines) if lines else 0.0
    best: list[float] = [0.0]
    came: list[int] = [-1]
    gains = {start: dict(_gains(lines, start, drawn, usual)) for start in _multiple(lines)}
    for end in range(1, len(lines) + 1):
        score, start = best[end - 1], -1
        for first, ends in gains.items():
            if end in ends and best[first] + ends[end] > score:
                score, start = best[first] + ends[end], first
        best.append(score)
        came.append(start)
    runs, end = [], len(lines)
    while end:
        if came[end] < 0:
            end -= 1
        else:
            runs.append((came[end], end))
            end = came[end]
    return runs[::-1]


def _multiple(lines: Sequence[Printed]) -> list[int]:
    return [i for i, line in enumerate(lines) if len(line.parts) > 1]


def _gains(lines: Sequence[Printed], start: int, drawn: Sequence[bool], usual: float) -> Iterator[tuple[int, float]]:
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
        marks = white & ~(white << 1)  # the left end of each strip stands for it
        gain = sum(min((marks & line.gaps).bit_count(), len(line.parts) - 1) for line in several)
        between = lines[start:end]
        if gain:
            yield end + 1, gain - _TABLE + bonus - _bands(between, white, usual)


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


def _bands(lines: Sequence[Printed], white: int, usual: float) -> float:
    """Return what the lines cost that run over the columns of a table: headings, or text of another kind."""
    cost, inside = 0.0, False
    ends = white & ~(white >> _FINE)
    for line in lines:
        whole = line.whole
        single = len(line.parts) == 1
        large = single and whole.bottom - whole.top > 1.15 * usual
        if not large and (not single or not line.covered & ends):
            inside = inside and single
            continue
        if not inside or large:
            cost += _HEADING if large else _BAND
        cost += 0.0 if whole.bold else _BAND_LINE
        inside = True
    return cost


def _columns_of(lines: Sequence[Printed]) -> Columns | None:
    """Return the columns of a run of lines; strips that no wide gap shows are left out."""
    several = [line for line in lines if len(line.parts) > 1]
    covered = 0
    for line in several:
        covered |= line.covered
    usual = median(line.whole.bottom - line.whole.top for line in several)
    strips: list[tuple[float, float]] = []
    for first, last in _runs_of_bits(_white(covered, usual)):
        # A wide gap that holds the right end of a strip shows it; words may line up by accident.
        spanning = [line for line in several if line.whole.x0 * _FINE < first < line.whole.x1 * _FINE]
        shown = sum(bool(line.gaps & (1 << last)) for line in spanning)
        begun = any(0 <= part.x0 * _FINE - last < 4 for line in several for part in line.parts)
        before = strips[-1][1] if strips else 0
        if begun and shown * 4 > len(spanning) and not _only_bullets(several, (before, first / _FINE)):
            strips.append((first / _FINE, last / _FINE))
    if not strips:
        return None
    left, right = min(line.whole.x0 for line in lines), max(line.whole.x1 for line in lines)
    return Columns((left - 2, *(end - 0.5 for _, end in strips), right + 2), tuple(strips))


def _runs_of_bits(mask: int) -> Iterator[tuple[int, int]]:
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
    for start, end, columns in found:
        first, last, before = out[-1] if out else (0, 0, None)
        joint = _columns_of([*lines[first:last], *lines[start:end]]) if before else None
        if (
            before is not None
            and joint is not None
            and _alike(before.edges, columns.edges)
            and len(joint.edges) == len(columns.edges)
            and _is_band(lines[last - 1 : start + 1])
        ):
            out[-1] = first, end, joint
        else:
            out.append((start, end, columns))
    return out


def _is_band(lines: Sequence[Printed]) -> bool:
    """Return whether the lines between the first and the last may stand in a table: near, and of no other size."""
    if len(lines) > 10:
        return False
    usual = lines[0].whole.bottom - lines[0].whole.top
    sizes = [line.whole.bottom - line.whole.top for line in lines]
    gaps = [b.whole.top - a.whole.bottom for a, b in pairwise(lines)]
    return max(sizes) < 1.15 * usual and max(gaps) < 1.2 * usual


def _going_on(lines: Sequence[Printed], found: list[Found], above: Block) -> list[Found]:
    """Let the first lines of a page go on in the columns of the table that ends the page before."""
    old = Columns(above.edges, tuple((edge - 1, edge) for edge in above.edges[1:-1]))
    limit = found[0][0] if found else len(lines)
    end = next((i for i in range(limit) if old.crossed(lines[i])), limit)
    if found:
        start, last, own = found[0]
        if end == start and _alike(own.edges, old.edges):
            return [(0, last, own), *found[1:]]
        crossing = sum(old.crossed(line) for line in lines[:last])
        if len(own.edges) < len(old.edges) and crossing * 3 <= last:
            return [(0, last, old), *found[1:]]
    return [(0, end, old), *found] if _stand_in(lines[:end], old) else found


def _alike(edges: Sequence[float], others: Sequence[float]) -> bool:
    """Return whether two tables have the same columns, as far as the words in them show."""
    if len(edges) != len(others):
        return False
    return all(abs(a - b) < 16 for a, b in zip(edges[:-1], others[:-1], strict=True))


def _stand_in(lines: Sequence[Printed], columns: Columns) -> bool:
    """Return whether lines that cross no column are the end of a row, and not text of another kind."""
    filled = set().union(*(columns.filled(line) for line in lines)) if lines else set()
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
        if not fit or next_line.top - line.bottom > 1.5 * (line.bottom - line.top):
            break
        start -= 1
    return start


def _lefts(lines: Sequence[Printed], columns: Columns) -> list[float]:
    """Return where the words of each column begin."""
    lefts: dict[int, float] = {}
    for line in lines:
        if not columns.crossed(line):
            for word in line.words:
                at = columns.at((word[0].x0 + word[-1].x1) / 2)
                lefts[at] = min(lefts.get(at, word[0].x0), word[0].x0)
    return list(lefts.values())


def _with_last_lines(lines: Sequence[Printed], start: int, end: int, limit: int, columns: Columns) -> int:
    """Take in the lines below a table that stand in its columns, as the last lines of its cells do."""
    gaps = [b.whole.top - a.whole.bottom for a, b in pairwise(lines[start:end])]
    height = median(line.whole.bottom - line.whole.top for line in lines[start:end])
    widest = max([*gaps, 0.5 * height])
    while end < limit and not columns.crossed(lines[end]):
        last, line = lines[end - 1].whole, lines[end].whole
        if line.bottom - line.top > 1.15 * height or line.top - last.bottom > widest + 0.2 * height:
            break
        if line.x0 < columns.edges[0] - 3 or line.x1 > columns.edges[-1] + 60:
            break
        end += 1
    return end


# -- columns of running text -----------------------------------------------------------------------


def _is_prose(lines: Sequence[Printed], columns: Columns, pitch: float) -> bool:
    """Return whether columns hold running text: all of them are full, and no row ends in all of them."""
    if len(columns.edges) > 4 or len(lines) < 8:
        return False
    counts: dict[int, list[int]] = {}
    for line in lines:
        held: dict[int, int] = {}
        for word in line.words:
            at = columns.at((word[0].x0 + word[-1].x1) / 2)
            held[at] = held.get(at, 0) + 1
        for at, n in held.items():
            counts.setdefault(at, []).append(n)
    full = all(median(found) >= 4 for found in counts.values())
    gaps = _extra_gaps(lines, pitch)
    ends = sum(gap > 0.25 and len(columns.filled(line)) > 1 for gap, line in zip(gaps, lines[1:], strict=True))
    return full and ends * 10 < len(lines)


def _columns_of_text(
    lines: Sequence[Printed], columns: Columns, pitch: float, words: Collection[str]
) -> list[tuple[float, Block]]:
    """Read columns of running text one after the other."""
    parts: list[list[Glyph]] = [[] for _ in columns.edges[1:]]
    for line in lines:
        for word in line.words:
            parts[columns.at((word[0].x0 + word[-1].x1) / 2)] += word
    top = lines[0].whole.top
    blocks = [block for part in parts for _, block in _text_blocks(printed_lines(part), pitch, words)]
    return [(top, block) for block in blocks]


# -- the rows of a table ---------------------------------------------------------------------------


def _extra_gaps(lines: Sequence[Printed], pitch: float) -> list[float]:
    """Return the white above each line but the first, beyond that of a paragraph, in letter heights."""
    bottoms = accumulate((line.whole.bottom for line in lines), max)
    out = []
    for bottom, line in zip(bottoms, lines[1:], strict=False):
        height = max(line.whole.bottom - line.whole.top, 1)
        out.append((line.whole.top - bottom) / height - (pitch - 1))
    return out


def _rows(
    lines: Sequence[Printed], columns: Columns, level: Sequence[Rule], page: Page, pitch: float
) -> list[list[Printed]]:
    """Part the lines of a table into rows: at rules, at changes of colour and at wide gaps."""
    bands = _in_bands(lines, columns, pitch)
    gaps = _extra_gaps(lines, pitch)
    ruled = _ruled_ends(lines, columns, level, pitch)
    coloured = _colour_ends(lines, columns, page)
    through = _through(lines, columns, pitch)
    coloured = [end and not going for end, going in zip(coloured, through, strict=True)]
    least = _least_gap(lines, columns, gaps)
    spaced = [gap > least for gap in gaps]
    if sum(ruled) >= 2 and sum(ruled) * 5 >= 2 * sum(spaced):
        spaced = [False] * len(gaps)
    ends = [
        rule or colour or space or a != b
        for rule, colour, space, (a, b) in zip(ruled, coloured, spaced, pairwise(bands), strict=True)
    ]
    if not any(ruled) and not any(coloured) and not any(spaced) and len(lines) > 3:
        # Lines set evenly: where a row ends cannot be seen here.
        return [[line] for line in lines]
    rows = [[lines[0]]]
    for end, line in zip(ends, lines[1:], strict=True):
        if end:
            rows.append([line])
        else:
            rows[-1].append(line)
    return [part for row in rows for part in _at_numbers(row, columns)]


def _in_bands(lines: Sequence[Printed], columns: Columns, pitch: float) -> list[int]:
    """Give each line of a table the number of the band it belongs to: a line across, and those that go on from it."""
    out = [0]
    gaps = [0.0, *_extra_gaps(lines, pitch)]
    for i, line in enumerate(lines):
        across = columns.crossed(line) and not _is_group_line(line, columns)
        if i and out[-1] % 2 and not across:
            # The last line of a band is short.
            last = lines[i - 1].whole
            across = (
                len(line.parts) == 1
                and gaps[i] < 0.12
                and abs(line.whole.x0 - last.x0) < 2
                and line.whole.bold == last.bold
            )
        if across != bool(out[-1] % 2):
            out.append(out[-1] + 1)
        else:
            out.append(out[-1])
    return out[1:]


def _is_group_line(line: Printed, columns: Columns) -> bool:
    """Return whether a line that runs over columns has parts which begin in different ones."""
    return len({columns.at(part.x0 + 1) for part in line.parts}) > 1


def _least_gap(lines: Sequence[Printed], columns: Columns, gaps: Sequence[float]) -> float:
    """Return how much extra white ends a row: nearly as much as there usually is above a line in several columns."""
    wide = sorted(
        gap for gap, line in zip(gaps, lines[1:], strict=True) if gap > 0.12 and len(columns.filled(line)) > 1
    )
    return min(max(0.6 * wide[len(wide) // 4], 0.12), 0.5) if wide else 0.3


def _through(lines: Sequence[Printed], columns: Columns, pitch: float) -> list[set[int]]:
    """Return for each line but the first the columns in which a cell goes on from above."""
    out: list[set[int]] = [set() for _ in lines[1:]]
    last: dict[int, int] = {}
    for i, line in enumerate(lines):
        if columns.crossed(line):
            last.clear()
            continue
        whole = line.whole
        for column in columns.filled(line):
            if column in last:
                above = lines[last[column]].whole
                extra = (whole.top - above.bottom) / max(whole.bottom - whole.top, 1) - (pitch - 1)
                for k in range(last[column], i if extra < 0.12 else last[column]):
                    out[k].add(column)
            last[column] = i
    return out


def _ruled_ends(lines: Sequence[Printed], columns: Columns, level: Sequence[Rule], pitch: float) -> list[bool]:
    """Return for each line but the first whether a rule parts it from those above."""
    left, right = columns.edges[0], columns.edges[-1]
    bottoms = accumulate((line.whole.bottom for line in lines), max)
    out = []
    for bottom, line, through in zip(bottoms, lines[1:], _through(lines, columns, pitch), strict=False):
        rules = [rule for rule in level if bottom - 2 < rule[0] < line.whole.top + 2]
        # Where a cell that is merged down goes on, the rule is drawn beside it only.
        beside = [rule for rule in rules if not any(_ruled_off(rule, columns, c) for c in through)]
        wide = any(min(x1, right) - max(x0, left) > 0.6 * (right - left) for _, x0, x1 in rules)
        out.append(wide and not (through and beside))
    return out


def _ruled_off(rule: Rule, columns: Columns, column: int) -> bool:
    """Return whether a rule runs below a column."""
    return rule[1] < columns.edges[column] + 6 and columns.edges[column + 1] - 6 < rule[2]


def _colour_ends(lines: Sequence[Printed], columns: Columns, page: Page) -> list[bool]:
    """Return for each line but the first whether the colour behind most columns changes above it."""
    if not page.fills:
        return [False] * (len(lines) - 1)
    behind = []
    for line in lines:
        top, bottom = line.whole.top + 1, line.whole.bottom - 1
        spans = pairwise(columns.edges)
        behind.append([colour_of((a + 3, top, b - 3, bottom), page.fills) for a, b in spans])
    return [2 * sum(x != y for x, y in zip(a, b, strict=True)) > len(a) for a, b in pairwise(behind)]


def _at_numbers(row: list[Printed], columns: Columns) -> list[list[Printed]]:
    """Part a row in which several numbers stand alone in the first column."""
    numbers = [
        i
        for i, line in enumerate(row)
        if line.parts[0].x1 < columns.edges[1] + 3 and _NUMBER_CELL.fullmatch(line.parts[0].text)
    ]
    if len(numbers) < 2:
        return [row]
    ends = [0, *numbers[1:], len(row)]
    return [row[a:b] for a, b in pairwise(ends)]


def _at_headers(
    rows: Sequence[list[Printed]], columns: Columns
) -> Iterator[tuple[Sequence[list[Printed]], list[Printed]]]:
    """Part a table where its header is printed again below a heading; give each part and its heading."""
    start = 0
    heading: list[Printed] = []
    for i in _headers(rows, columns):
        grouped = columns.crossed(rows[i - 1][0]) and _is_group_line(rows[i - 1][0], columns)
        top = i - 1 if grouped else i
        above = top
        while above > start + 1 and _is_heading(rows[above - 1], columns):
            above -= 1
        if above < top:
            yield rows[start:above], heading
            start, heading = top, [line for row in rows[above:top] for line in row]
    yield rows[start:], heading


def _headers(rows: Sequence[Sequence[Printed]], columns: Columns) -> Iterator[int]:
    """Find the rows below the first that name the columns again: all bold, or as printed further up."""
    seen: set[str] = set()
    for i, row in enumerate(rows):
        if len(columns.filled(row[0])) < 3 or columns.crossed(row[0]):
            continue
        letters = "".join(c for line in row for c in line.whole.text if c.isalpha())
        if i and (letters in seen or all(line.whole.bold for line in row)):
            yield i
        seen.add(letters)


def _is_heading(row: Sequence[Printed], columns: Columns) -> bool:
    """Return whether a row is bold, or runs over the columns, and stands at their left end."""
    wide = all(line.whole.bold for line in row) or columns.crossed(row[0])
    return wide and all(len(line.parts) == 1 and columns.at(line.whole.x0) == 0 for line in row)


def _free_table(
    rows: Sequence[Sequence[Printed]],
    columns: Columns,
    page: Page,
    pitch: float,
    words: Collection[str],
) -> Block:
    rows, held = _merged_down(rows, [_shared_out(row, columns) for row in rows], columns, pitch)
    rights = [max([glyph.x1 for row in held for glyph in row[c]], default=0.0) for c in range(len(held[0]))]
    out = []
    for row, parts in zip(rows, held, strict=True):
        one = sum(map(bool, parts)) == 1  # a line across is no wider than it is
        ends = [0.0] * len(parts) if one else rights
        cells = tuple(cell_text(cell, pitch, words, end) for cell, end in zip(parts, ends, strict=True))
        top, bottom = min(line.whole.top for line in row), max(line.whole.bottom for line in row)
        spans = [(a, top, b, bottom) for a, b in pairwise(columns.edges)]
        colours = [colour_of(span, page.fills) for span in spans]
        fills = tuple(rag_of(colour) if colour else "" for colour in colours)
        out.append(RawRow(cells, "", fills=fills if any(fills) and row is not rows[0] else ()))
    return Block("table", tuple(out), columns.edges)


def _merged_down(
    rows: Sequence[Sequence[Printed]], held: Sequence[Cells], columns: Columns, pitch: float
) -> tuple[list[Sequence[Printed]], list[Cells]]:
    """Part rows beside cells that are merged down; what such a cell holds is repeated."""
    lines = [line for row in rows for line in row]
    least = _least_gap(lines, columns, _extra_gaps(lines, pitch))
    out_rows: list[Sequence[Printed]] = []
    out: list[Cells] = []
    for row, cells in zip(rows, held, strict=True):
        bounds = _bounds(cells, pitch, max(least, 0.2)) if len(row) > 3 else []
        parts = _parts_of(cells, bounds, pitch, max(least, 0.2)) if bounds else [cells]
        out += parts
        out_rows += [row] * len(parts)
    return out_rows, out


def _starts(cell: Sequence[Glyph], pitch: float, least: float) -> list[float]:
    """Return the tops of the lines of a cell that more white parts from the line above than is usual."""
    lines = [line.whole for line in printed_lines(cell)]
    return [b.top for a, b in pairwise(lines) if (b.top - a.bottom) / max(b.bottom - b.top, 1) - (pitch - 1) > least]


def _bounds(cells: Cells, pitch: float, least: float) -> list[float]:
    """Return where cells begin side by side in two columns or more, in the midst of a row."""
    found = sorted(top for cell in cells for top in _starts(cell, pitch, least))
    heights = [glyph.bottom - glyph.top for cell in cells for glyph in cell[:1]]
    near = 0.3 * max(heights, default=1.0)
    return [a for a, b in pairwise([*found, float("inf")]) if b - a <= near] if len(found) > 1 else []


def _parts_of(cells: Cells, bounds: Sequence[float], pitch: float, least: float) -> list[Cells]:
    """Part the cells of a row at heights; a cell that goes on there stands in both parts."""
    out: list[Cells] = [[] for _ in range(len(bounds) + 1)]
    for cell in cells:
        starts = _starts(cell, pitch, least)
        ends = [bound for bound in bounds if not _goes_on(cell, bound, starts)]
        pieces: list[list[Glyph]] = [[] for _ in range(len(ends) + 1)]
        for glyph in cell:
            pieces[bisect_right(ends, (glyph.top + glyph.bottom) / 2)].append(glyph)
        for i, part in enumerate(out):
            part.append(pieces[sum(bound in ends for bound in bounds[:i])])
    return out


def _goes_on(cell: Sequence[Glyph], bound: float, starts: Sequence[float]) -> bool:
    """Return whether the text of a cell runs on over a height at which other cells begin."""
    if not cell:
        return False
    height = cell[0].bottom - cell[0].top
    if any(abs(start - bound) <= 0.35 * height for start in starts):
        return False
    middles = [(glyph.top + glyph.bottom) / 2 for glyph in cell]
    return min(middles) < bound < max(middles)


def _shared_out(row: Sequence[Printed], columns: Columns) -> list[list[Glyph]]:
    """Share out the letters of a row to its cells; a line across the columns goes to the first."""
    out: list[list[Glyph]] = [[] for _ in columns.edges[1:]]
    for line in row:
        if not columns.crossed(line):
            for word in line.words:
                out[columns.at((word[0].x0 + word[-1].x1) / 2)] += word
        elif not _is_group_line(line, columns):
            out[0] += line.glyphs
        else:
            starts = [part.x0 - 1 for part in line.parts]
            for word in line.words:
                part = line.parts[max(bisect_right(starts, word[0].x0) - 1, 0)]
                out[columns.at(part.x0 + 1)] += word
    return out
