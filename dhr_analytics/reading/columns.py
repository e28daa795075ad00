"""Tables without rules: the names in the header, and strips of white below them, tell the columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate, groupby, pairwise
from statistics import median
from typing import NamedTuple

from dhr_analytics.reading.colours import rag_of
from dhr_analytics.reading.letters import (
    Block,
    Glyph,
    Line,
    Page,
    Rule,
    cell_text,
    paragraphs,
    parted,
    rows_of,
    split_line,
)
from dhr_analytics.reading.ruled import colour_of
from dhr_analytics.reading.table import RawRow

# Names of a plan's columns; they open with a capital, as headers do.
_NAMES = {
    "recommendation": r"rec(?:ommendations?)?",
    "action": r"actions?|what (?:needs|will)",
    "lead": r"lead|owners?|responsib\w+|accountab\w+|agency|(?:by )?who",
    "target": r"target|time\s?-?(?:scales?|frames?)|deadline|due|(?:by )?when|date",
    "state": r"progress|status|b?rag|outcomes?|evidence|(?:key )?milestones|updates?|complet(?:ed|ion)|measures?",
}
_NAME = re.compile("|".join(f"(?P<{group}>(?<!\\w)(?=[A-Z])(?i:{words})(?!\\w))" for group, words in _NAMES.items()))
_CHRONOLOGY = re.compile(r"\b(?:Events?|What happened|Source)\b")
_NUMBER_CELL = re.compile(
    r"\(?(?:R(?:ec)?\.?\s?)?(?:\d{1,3}(?:\.\d{1,2})*[a-z]?|[ivx]{1,5})[.):]?(?=\s|$)", re.IGNORECASE
)
GUTTER = 0.6  # a gap of this many letter heights may part two columns


def named_groups(text: str) -> set[str]:
    """Return which kinds of column a text names: ``recommendation``, ``action``, ``lead``, ``target``, ``state``."""
    return {match.lastgroup for match in _NAME.finditer(text) if match.lastgroup}


def is_plan_header(text: str) -> bool:
    """Tell whether a text names the recommendation or action column of a plan and two columns more."""
    groups = named_groups(text)
    if _CHRONOLOGY.search(text):
        return False
    return len(groups) >= 3 and bool(groups & {"recommendation", "action"})


class Printed(NamedTuple):
    """One printed line: its letters, and its parts between wide gaps."""

    glyphs: list[Glyph]
    parts: list[Line]

    @property
    def whole(self) -> Line:
        """The line from its first to its last word."""
        first, last = self.parts[0], self.parts[-1]
        return first._replace(
            text=" ".join(part.text for part in self.parts), x1=last.x1, bold=all(p.bold for p in self.parts)
        )


def free_blocks(
    glyphs: Sequence[Glyph],
    page: Page,
    level: Sequence[Rule],
    pitch: float,
    words: Collection[str],
    above: Block | None,
) -> list[tuple[float, Block]]:
    """Turn letters outside ruled tables into paragraphs and into tables whose columns stand apart."""
    lines = [Printed(row, parts) for row in rows_of(glyphs) if (parts := split_line(row, GUTTER))]
    edges = above.edges if above is not None and not above.ruled and _fits(lines, above.edges) else ()
    out: list[tuple[float, Block]] = []
    text: list[Printed] = []
    at = 0
    while at < len(lines):
        header = _header_end(lines, at, pitch, unlisted=not edges)
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


def _text_blocks(lines: Sequence[Printed], pitch: float, words: Collection[str]) -> list[tuple[float, Block]]:
    rows = tuple(RawRow((part.text,), "") for part in paragraphs((line.whole for line in lines), pitch, words))
    return [(lines[0].whole.top, Block("text", rows))] if rows else []


def _free_table(
    rows: Sequence[Sequence[Printed]], edges: tuple[float, ...], page: Page, pitch: float, words: Collection[str]
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
        colours = [colour_of((a, top, b, bottom), page.fills) for a, b in pairwise(edges)]
        fills = tuple(rag_of(colour) if colour else "" for colour in colours)
        cells = tuple(cell_text(column, pitch, words) for column in columns)
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


def _header_end(lines: Sequence[Printed], at: int, pitch: float, *, unlisted: bool = False) -> int:
    """Return where the header that opens at a line ends, or 0 when none does.

    A header is known by the names it lists; with ``unlisted`` also by names above columns that plainly stand apart.
    """
    end = count = 0
    for n in range(1, min(5, len(lines) - at) + 1):
        block = lines[at : at + n]
        if n > 1 and parted(block[-2].whole, block[-1].whole, pitch):
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
        elif len(names) < 3 or not (
            is_plan_header(" ".join(part.text for line in block for part in line.parts))
            or (unlisted and _heads_columns(block, lines[at + n :]))
        ):
            continue
        end, count = at + n, len(names)
    return end


def _heads_columns(header: Sequence[Printed], body: Sequence[Printed]) -> bool:
    """Tell whether lines name three columns or more between which white strips run down the lines below.

    Whether the columns are those of a plan is for normalising to say.
    """
    names = [part.text for line in header for part in line.parts]
    if len(header[0].parts) < 3 or any(re.search(r"\d|[.;,:]$", name) for name in names):
        return False
    if not all(part.text[0].isupper() for part in header[0].parts):
        return False
    edges = _column_edges(header, body)
    below = body[: _table_end(body, 0, edges, 0.0, listed=False)]
    full = sum(len({bisect_right(edges, part.x0 + 1) for part in line.parts}) >= 3 for line in below)
    wide = sum(_is_wide(line, edges) for line in below)
    counts: dict[int, list[int]] = {}
    for part in (part for line in below for part in line.parts):
        counts.setdefault(bisect_right(edges, part.x0 + 1), []).append(len(part.text.split()))
    short = any(median(words) <= 4 for words in counts.values())  # owners and dates; prose fills all its columns
    return short and full >= 3 and full * 5 >= len(below) and wide * 10 <= len(below)


def _merged_spans(parts: Iterable[Line]) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    for part in sorted(parts, key=lambda p: p.x0):
        if spans and part.x0 < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], part.x1))
        else:
            spans.append((part.x0, part.x1))
    return spans


def _column_edges(header: Sequence[Printed], body: Sequence[Printed]) -> tuple[float, ...]:
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


def _is_wide(line: Printed, edges: Sequence[float]) -> bool:
    """Tell whether an unbroken part of a line runs over the edge between two columns."""
    return any(part.x0 < edge - 3 and part.x1 > edge + 3 for part in line.parts for edge in edges[1:-1])


def _fits(lines: Sequence[Printed], edges: Sequence[float]) -> bool:
    """Tell whether the lines of a page go on in the columns of the page before."""
    wide = sum(_is_wide(line, edges) for line in lines)
    used = {bisect_right(edges, part.x0 + 1) for line in lines for part in line.parts}
    return bool(lines) and wide * 3 <= len(lines) and len(used) >= min(3, len(edges) - 1)


def _table_end(
    lines: Sequence[Printed], start: int, edges: Sequence[float], pitch: float, *, listed: bool = True
) -> int:
    """Return where a table without rules ends: at the next header, or at a paragraph that runs over its columns."""
    at = start
    while at < len(lines):
        if listed and _header_end(lines, at, pitch):
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


def _free_rows(lines: Sequence[Printed], edges: Sequence[float], level: Sequence[Rule]) -> list[list[Printed]]:
    """Part the lines of a table into rows, at level rules or wide gaps; else each printed line is a row."""
    if not lines:
        return []
    width = edges[-1] - edges[0]
    rules = [at for at, x0, x1 in level if min(x1, edges[-1]) - max(x0, edges[0]) > 0.6 * width]
    height = median(line.whole.bottom - line.whole.top for line in lines)
    # Lines of cells that are set in the middle of their row overlap those beside them.
    bottoms = accumulate((line.whole.bottom for line in lines), max)
    gaps = [max(b.whole.top - bottom, 0.0) for bottom, b in zip(bottoms, lines[1:], strict=False)]
    usual = sorted(gaps)[len(gaps) // 5] if gaps else 0.0
    by_rule, bands = [[lines[0]]], [[lines[0]]]
    for (a, b), gap in zip(pairwise(lines), gaps, strict=True):
        wide = _is_wide(a, edges) != _is_wide(b, edges)
        ruled = any(a.whole.bottom - 2 < at < b.whole.top + 2 for at in rules)
        for rows, new in ((by_rule, ruled or wide), (bands, wide or gap > usual + 0.3 * height)):
            if new:
                rows.append([b])
            else:
                rows[-1].append(b)
    by_gap: list[list[Printed]] = []
    for band in bands:
        # A gap may also part two paragraphs of one cell.
        filled = {bisect_right(edges, part.x0 + 1) for line in band for part in line.parts}
        first = band[0]
        if (
            not by_gap
            or len(filled) > 1
            or first.whole.bold
            or _is_wide(first, edges) != _is_wide(by_gap[-1][-1], edges)
            or (1 in filled and _NUMBER_CELL.match(first.parts[0].text))
        ):
            by_gap.append(band)
        else:
            by_gap[-1] += band
    numbers = [_numbers(row, edges) for row in by_gap]
    if len(rules) >= 2 and all(_numbers(row, edges) < 2 for row in by_rule):
        return by_rule
    if all(n < 2 for n in numbers) and (len(by_gap) > 1 or len(lines) < 8 or sum(numbers) == 1):
        return by_gap
    return [[line] for line in lines]


def _numbers(row: Sequence[Printed], edges: Sequence[float]) -> int:
    """Count the numbers that stand alone in the first column."""
    return sum(bool(line.parts[0].x1 < edges[1] + 3 and _NUMBER_CELL.fullmatch(line.parts[0].text)) for line in row)
