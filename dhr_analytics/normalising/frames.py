"""Frames: the tables of a document that belong together, under one header, with the lines between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, zip_longest

from dhr_analytics.normalising.lines import GUIDANCE, is_heading, words_a_recommendation
from dhr_analytics.normalising.nested import with_nested_rows
from dhr_analytics.normalising.roles import (
    BARE_NUMBER,
    HEADER,
    asks,
    header_score,
    is_day,
    is_listed,
    name_votes,
    profile,
    worded_role,
)
from dhr_analytics.reading import RawRow, RawTable
from dhr_analytics.vocabulary import terms

_STRICT = 0.9  # the same of names that a converter joined to the first row
_SHEET = re.compile(r"sheet (?P<name>.*?)(?:, row \d+.*)?$")
_LONGEST_NAME = 5  # words
# What the cells of a column hold, by its role, where that can be told from words.
_KIND_OF = {"revised": "target", "completion": "date"}
_KIND_OF |= {role: role for role in ("target", "status", "rag", "scope", "number")}
_RULE = re.compile(r"[\s:|=_–—-]*")


@dataclass(frozen=True)
class FrameRow:
    """A row of a frame; ``line`` marks running text between tables, ``after_break`` a possible page break above."""

    cells: tuple[str, ...]
    place: str
    after_break: bool = False
    fills: tuple[str, ...] = ()
    line: bool = False
    opens_table: bool = False

    @property
    def filled(self) -> list[str]:
        """The cells that hold something, a cell merged over several columns once."""
        found = [cell.strip() for cell in self.cells if cell.strip() and not _RULE.fullmatch(cell)]
        return found[:1] if len(set(found)) == 1 else found


@dataclass(frozen=True)
class Frame:
    """Rows that are read as one table.

    ``names`` are the printed names of the columns, empty where the frame has no header; ``region`` is the sheet;
    ``at`` the place of its first table in the document, counted in tables.
    """

    names: tuple[str, ...]
    rows: tuple[FrameRow, ...]
    region: str = ""
    at: int = 0

    @property
    def width(self) -> int:
        """The number of columns."""
        return max([len(self.names), *(len(row.cells) for row in self.rows if not row.line)], default=1)

    @property
    def tabular(self) -> bool:
        """Whether the frame holds a table at all, not lines of text alone."""
        return any(not row.line for row in self.rows)


def region_of(table: RawTable) -> str:
    """Return the sheet of a table, ``""`` in a document without sheets."""
    match = _SHEET.match(table.rows[0].place)
    return match["name"] if match else ""


def frames_of(tables: Sequence[RawTable], *, joined: bool = True) -> list[Frame]:
    """Put the tables of a document together to frames.

    Parameters
    ----------
    tables : sequence of RawTable
        The document, without running lines.
    joined : bool
        Whether a table without a header may continue from the one before: true for all but workbooks.

    Returns
    -------
    list of Frame
        In document order; lines of text stand with the table below them, those below the last table in a frame of
        lines.
    """
    frames: list[Frame] = []
    for region, group in groupby(enumerate(tables), key=lambda each: region_of(each[1])):
        frames += _frames_of_region(list(group), region, joined=joined and not region)
    return frames


def _frames_of_region(tables: Sequence[tuple[int, RawTable]], region: str, *, joined: bool) -> list[Frame]:
    frames: list[Frame] = []
    lines: list[FrameRow] = []
    for at, table in tables:
        if table.kind == "text":
            lines += [FrameRow((row.cells[0],), row.place, row.break_before, line=True) for row in table.rows]
            continue
        for names, rows in _own_blocks(segments(with_nested_rows(table.rows))):
            frames = _with_segment(frames, lines, Frame(names, tuple(rows), region, at), joined=joined)
            lines = []
    if lines:
        frames.append(Frame((), tuple(lines), region, tables[-1][0]))
    return frames


def _with_segment(frames: list[Frame], lines: Sequence[FrameRow], segment: Frame, *, joined: bool) -> list[Frame]:
    """Add a segment of a table and the lines above it to the frame that it belongs to, or as a frame of its own."""
    i = _place_of(frames, segment.names, segment.rows, joined=joined)
    if i is None:
        return [*frames, replace(segment, rows=(*lines, *segment.rows))]
    continues = not lines or bool(segment.names) or _may_continue(frames[i], segment.rows)
    n = len(lines) if continues else _end_of_plan(lines)
    rows = segment.rows if continues else ()
    longer = replace(frames[i], rows=(*frames[i].rows, *lines[:n], *rows))
    found = [*frames[:i], longer, *frames[i + 1 :]]
    return found if continues else [*found, replace(segment, rows=(*lines[n:], *segment.rows))]


def _place_of(frames: Sequence[Frame], names: tuple[str, ...], rows: Sequence[FrameRow], *, joined: bool) -> int | None:
    """Return the frame that a segment belongs to: with its header, or the last one without."""
    if names:
        folded = _folded(names)
        same_names = [i for i, frame in enumerate(frames) if folded and _folded(frame.names) == folded]
        return next(iter(same_names), None)
    return _widest_place(frames, max(len(row.cells) for row in rows)) if joined else None


def _widest_place(frames: Sequence[Frame], width: int) -> int | None:
    """Return the last frame, of about as many columns, else the last one of as many."""
    named = [i for i, frame in enumerate(frames) if any(frame.names)]
    if named and named[-1] == len(frames) - 1 and width > 2 and abs(width - len(frames[-1].names)) <= 1:
        return named[-1]
    same = [i for i in named if len(frames[i].names) == width]
    return same[-1] if same else None


def _may_continue(frame: Frame, rows: Sequence[FrameRow]) -> bool:
    """Return whether rows below a text may be of a frame: no names head them, or they hold what its names promise."""
    if not _may_be_headed(rows):
        return True
    kinds = [_KIND_OF.get(worded_role(name), "") for name in frame.names]
    columns = [(kind, [_cell(row, i) for row in rows]) for i, kind in enumerate(kinds) if kind]
    found = [profile(cells).shares[kind] for kind, cells in columns if any(map(str.strip, cells))]
    return not found or max(found) > 0


def _may_be_headed(rows: Sequence[FrameRow]) -> bool:
    return len(rows) > 1 and all(len(cell.split()) <= _LONGEST_NAME for cell in rows[0].filled)


def _cell(row: FrameRow, i: int) -> str:
    return row.cells[i] if i < len(row.cells) else ""


def _end_of_plan(lines: Sequence[FrameRow]) -> int:
    """Return how many lines above a table that is none of the plan's belong to the plan: to the next heading."""
    texts = [line.cells[0] for line in lines]
    asked = [i for i, text in enumerate(texts) if words_a_recommendation(text)]
    below = (i for i in range(asked[-1] + 1, len(texts)) if is_heading(texts[i])) if asked else ()
    return next(iter(below), len(texts)) if asked else 0


def with_header_split(rows: Sequence[RawRow]) -> Sequence[RawRow]:
    """Split the names of columns off the first row where a converter joined them to its cells."""
    first = rows[0]
    if header_score(first.cells) >= HEADER:
        return rows
    parts = [_name_and_rest(cell) for cell in first.cells]
    names = tuple(name for name, _ in parts)
    if _n_filled(names) < max(4, _n_filled(first.cells)) or header_score(names) < _STRICT:
        return rows
    below = replace(first, cells=tuple(rest for _, rest in parts), break_before=False)
    return [replace(first, cells=names, fills=()), below, *rows[1:]]


def _name_and_rest(cell: str) -> tuple[str, str]:
    """Split a cell after the longest listed name that it opens with."""
    words = cell.split()
    for n in range(min(len(words), 5), 0, -1):
        if is_listed(name := " ".join(words[:n])):
            return name, " ".join(words[n:])
    return "", cell


def segments(rows: Sequence[RawRow]) -> Iterator[tuple[tuple[str, ...], list[FrameRow]]]:
    """Cut a table at its header rows; give the names of each segment and its rows."""
    rows = with_header_split(rows)
    names: tuple[str, ...] = ()
    held: list[FrameRow] = []
    i, opens, depth = 0, True, 0
    while i < len(rows):
        found = None if _above_header(rows, i, names, depth) else header_at(rows, i)
        if found is None:
            held.append(_frame_row(rows[i], opens=opens))
            i, opens = i + 1, False
            continue
        new, taken = found
        if not names or _folded(new) != _folded(names):
            above = _bands_above(held)
            if len(above) < len(held) or names:
                yield names, held[: len(held) - len(above)]
            names, held, depth = new, above, taken
        # A header that is printed again heads a page: what follows may continue from above.
        i, opens = i + taken, True
    if held or names:
        yield names, held


def _above_header(rows: Sequence[RawRow], i: int, names: tuple[str, ...], depth: int) -> bool:
    """Return whether a row is a row of the plan, right above a header of one row that is printed again."""
    here, below = (_folded(row.cells) for row in (rows[i], rows[min(i + 1, len(rows) - 1)]))
    return depth == 1 and below == _folded(names) != here


def _own_blocks(
    parts: Iterable[tuple[tuple[str, ...], list[FrameRow]]],
) -> Iterator[tuple[tuple[str, ...], list[FrameRow]]]:
    """Split a block off that only follows the table on its sheet: a glossary or contacts under a heading."""
    for names, rows in parts:
        start = 0
        for begin, end in _foreign_blocks(rows):
            if rows[start:begin] or names and not start:
                yield names, rows[start:begin]
            yield ("",), rows[begin:end]
            start = end
        if rows[start:] or not start:
            yield names, rows[start:]


def _foreign_blocks(rows: Sequence[FrameRow]) -> Iterator[tuple[int, int]]:
    """Find runs of rows of two cells at most below a lone heading, none of which asks for anything."""
    counts = [len(row.filled) for row in rows]
    if not counts or (sorted(counts)[len(counts) // 2] < 3 and max(counts) < 5):
        return
    i = 0
    while i < len(rows):
        end = _end_of_pairs(rows, i + 1)
        alone = end == len(rows) or counts[end] == 1
        if alone and counts[i] == 1 and _is_foreign(rows[i:end]):
            yield i, end
        i = end


def _end_of_pairs(rows: Sequence[FrameRow], start: int) -> int:
    """Return the end of the run of uncoloured rows of two cells."""
    ends = (i for i in range(start, len(rows)) if len(rows[i].filled) != 2 or rows[i].fills)
    return next(ends, len(rows))


def _is_foreign(block: Sequence[FrameRow]) -> bool:
    """Return whether rows below a heading neither ask for anything nor are numbered."""
    words = " ".join(cell for row in block for cell in row.filled)
    return len(block) > 1 and not asks(words) and not _begins_numbered(block)


def _begins_numbered(rows: Sequence[FrameRow]) -> bool:
    """Return whether a run of rows is numbered, or its heading is not in the first column."""
    return not rows[0].cells[0].strip() or any(BARE_NUMBER.fullmatch(row.filled[0]) for row in rows[1:])


def _frame_row(row: RawRow, *, opens: bool) -> FrameRow:
    return FrameRow(row.cells, row.place, row.break_before or opens, row.fills, opens_table=opens)


def _bands_above(held: Sequence[FrameRow]) -> list[FrameRow]:
    """Return the rows of one cell right above a header: they head what follows it."""
    n = 0
    while n < len(held) and len(held[-1 - n].filled) <= 1:
        n += 1
    return list(held[len(held) - n :])


def _folded(names: Sequence[str]) -> tuple[str, ...]:
    folded = [terms.fold(name) for name in names]
    while folded and not folded[-1]:
        folded.pop()
    return tuple(folded)


# --- headers ---------------------------------------------------------------------------------------


def header_at(rows: Sequence[RawRow], i: int) -> tuple[tuple[str, ...], int] | None:
    """Return the names of the header that begins at a row, and how many rows it takes; None where none does.

    A header over two rows is taken the way in which most of its names are known: the lower row under names of
    groups, both rows joined cell by cell, or the upper row alone.
    """
    first = rows[i].cells
    below = rows[i + 1].cells if i + 1 < len(rows) and not rows[i + 1].break_before else ()
    score = 0.0 if _form_row(first) else header_score(first)
    if score >= HEADER and _guides(below):
        return first, 2
    choices = [(score, first, 1), *(_over_two(first, below) if below else ())]
    score, names, taken = max(choices, key=lambda choice: choice[0])
    return (names, taken) if score >= HEADER else None


def _guides(cells: Sequence[str]) -> bool:
    """Return whether a row explains how to fill in the columns above it."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) > 1 and sum(bool(GUIDANCE.match(cell)) for cell in filled) * 2 > len(filled)


def _form_row(cells: tuple[str, ...]) -> bool:
    """Return whether a row is label, value, label, value, as on a form."""
    filled = [cell for cell in cells if cell.strip()]
    if len(filled) < 2 or len(filled) % 2:
        return False
    known = [bool(name_votes(cell)) for cell in filled]
    return known[::2] == [True] * (len(filled) // 2) and not any(known[1::2])


_Header = tuple[float, tuple[str, ...], int]  # score, names, and how many rows it takes


def _over_two(first: tuple[str, ...], second: tuple[str, ...]) -> Iterator[_Header]:
    """Give the ways to take two rows as one header, each with its score."""
    if not _may_name(first, second):
        return
    found = (_under_groups(first, second), _above_days(first, second), _cell_by_cell(first, second))
    yield from (each for each in found if each is not None)


def _may_name(first: Sequence[str], second: Sequence[str]) -> bool:
    short = all(len(cell.split()) <= 9 for cell in (*first, *second))
    return short and _n_filled(first) >= 2


def _n_filled(cells: Iterable[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _pairs(first: Sequence[str], second: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip_longest(first, second, fillvalue=""))


def _under_groups(first: tuple[str, ...], second: tuple[str, ...]) -> _Header | None:
    """Return names that are below the names of groups."""
    upper, lower = header_score(first), header_score(second)
    if lower < HEADER or _n_filled(set(second)) <= _n_filled(set(first)):
        return None
    named = zip_longest(_spread(first), first, second, fillvalue="")
    names = tuple(_lower_name(*each, often=second.count(each[2])) for each in named)
    return max(lower, upper) + 0.01, names, 2


def _above_days(first: tuple[str, ...], second: tuple[str, ...]) -> _Header | None:
    """Return names with days below them, as "Progress" above "March" and "May"."""
    upper = header_score(first)
    if upper < HEADER or not any(is_day(cell) for cell in second):
        return None
    if not all(_is_day_or_none(name, below) for name, below in _pairs(first, second)):
        return None
    days = zip_longest(_spread(first), first, second, fillvalue="")
    names = tuple(f"{group} {b}" if is_day(b) else (a or b) for group, a, b in days)
    return upper + 0.02, names, 2


def _is_day_or_none(name: str, below: str) -> bool:
    return is_day(below) or not below.strip() or below == name


def _spread(names: Sequence[str]) -> list[str]:
    """Repeat each name over the blank cells on its right."""
    out: list[str] = []
    for name in names:
        out.append(name if name.strip() or not out else out[-1])
    return out


def _cell_by_cell(first: tuple[str, ...], second: tuple[str, ...]) -> _Header | None:
    """Return names that are printed over two rows."""
    pairs = _pairs(first, second)
    names = tuple(a if a == b else f"{a} {b}".strip() for a, b in pairs)
    if _known(names) <= _known(first) or not _names_all(pairs, names):
        return None
    return header_score(names) + 0.05, names, 2


def _lower_name(group: str, upper: str, lower: str, *, often: int) -> str:
    """Return the name of a column under a group: its own, with that of the group where it alone says too little."""
    if not lower.strip():
        return upper
    alone = often == 1 and name_votes(lower)
    return lower if lower == upper or alone or not name_votes(group) else f"{group} {lower}"


def _known(names: Sequence[str]) -> float:
    return sum(max(name_votes(name).values(), default=0.0) for name in names)


def _names_all(pairs: Sequence[tuple[str, str]], joined: Sequence[str]) -> bool:
    """Return whether each cell of the lower row is part of a name, so that it holds no value of the plan."""
    lower = [(b, name) for (_, b), name in zip(pairs, joined, strict=True) if b.strip()]
    named = [bool(name_votes(b) or name_votes(name)) for b, name in lower]
    plain = all(len(b.split()) <= 3 and not re.search(r"\d", b) for b, _ in lower)
    return len(lower) > 1 and (all(named) or (plain and sum(named) * 2 > len(named)))
