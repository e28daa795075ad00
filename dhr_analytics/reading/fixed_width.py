"""Plain text: tables whose columns are aligned by spaces, as ``pdftotext -layout`` leaves them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, pairwise

from dhr_analytics.reading.table import RawRow

_WORDS = re.compile(r"\S+(?: \S+)*")
_RULE = re.compile(r"\s*[-=_─━—]{5,}\s*")
_COLUMN_RULE = re.compile(r"\s*[-=─]{2,}(?:\s+[-=─]{2,})+\s*")
_BULLET = re.compile(r"[•·▪●◦‣*–-]\s")
_NUMBER = re.compile(
    r"\(?(?:[A-Z][A-Za-z]{0,3}[ .-]?)?\d{1,3}(?:[./-]\d{1,3}){0,2}[a-z]?(?:[.):](?:\s.*)?)?",
)
_BARRED = re.compile(r"[rs]")
_PARTED = re.compile(r"\b(?!\w*p)\w+")
# One line in so many may run over a gutter: converters leave one blank where two columns touch.
_TOLERANCE = 25
# Before a position where cells begin again and again, it may be one in so many.
_TOLERANCE_AT_STARTS = 8
# Two pieces are one table where so many of the gutters of either remain.
_KEPT = 0.75
# Letters differ in width: a line of a converter is full at this share of its column.
_FILLED = 0.9
# No page is wider, and no table has more columns: the line is a paragraph.
_WIDEST, _MOST = 1000, 40

Gutters = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class ColumnTable:
    """A table of fixed-width columns: its first and last line, counted from 0, and its rows."""

    first: int
    last: int
    rows: tuple[RawRow, ...]


@dataclass(frozen=True)
class _Line:
    """A line in chunks that two blanks or more separate, and what is above it, a letter a line.

    b: blank, p: page break, r: rule of dashes, s: rule that shows the columns, x: another table.
    """

    at: int
    chunks: tuple[tuple[int, str], ...]
    above: str = ""
    rule: str = ""


@dataclass(frozen=True)
class _Group:
    """Pieces that may be one table: the first, and the one below the last.

    ``voters`` are the lines with several chunks, ``filled`` how many of them fill each position,
    ``starts`` how many have a chunk that begins there, ``edges`` the gutters that a rule shows.
    """

    first: int
    end: int
    filled: Counter[int]
    voters: int
    starts: Counter[int]
    edges: Gutters = ()

    @cached_property
    def gutters(self) -> Gutters:
        """The blank columns: those of the rule, or those that hardly a line fills."""
        return self.edges or tuple(_blank_columns(self))


def find_columns(lines: Sequence[str], others: Iterable[int] = ()) -> list[ColumnTable]:
    """Find the tables of fixed-width columns in a text.

    A table is a run of pieces (lines between blank lines or rules) that keep the same gutters:
    without rules at least two over several lines, so that prose and letter heads stay text; one is
    enough between rules, or where the names on the left come again, as in forms.

    Parameters
    ----------
    lines : sequence of str
        The lines of the text; a page break is a form feed at the end of a line.
    others : iterable of int
        Indices of lines that belong to tables of another kind.

    Returns
    -------
    list of ColumnTable
        In the order of the text. Lines of a cell are joined with a blank, or with a newline before
        a bullet.
    """
    tables: list[ColumnTable] = []
    known: Gutters = ()
    end = 0
    pieces = list(_pieces(lines, frozenset(others)))
    for group in _groups(pieces):
        inside = list(chain.from_iterable(pieces[group.first : group.end]))
        gutters, (kept, rows) = group.gutters, _read(inside, group.gutters)
        if not _is_table(group, inside, rows, _above(pieces, group.end)):
            # Too little to go by, unless it keeps the columns of the table on the page above.
            turned = _turned(pieces[end : group.first + 1])
            gutters = known if turned and not _any_crosses(inside, known) else ()
            kept, rows = _read(inside, gutters)
        if rows:
            tables.append(ColumnTable(kept[0].at, kept[-1].at, tuple(rows)))
            known = gutters if len(gutters) > 1 else ()
        end = group.end
    return tables


def _turned(pieces: Iterable[Sequence[_Line]]) -> bool:
    return any("p" in piece[0].above for piece in pieces)


def _blank_columns(group: _Group) -> Iterator[tuple[int, int]]:
    noise, more = group.voters // _TOLERANCE, group.voters // _TOLERANCE_AT_STARTS
    often = [at for at, count in group.starts.items() if count * 4 > group.voters]
    near = dict.fromkeys([at - back for at in often for back in (1, 2)], more)
    used = sorted(at for at, count in group.filled.items() if count > near.get(at, noise))
    for left, right in pairwise(used):
        # One blank is enough where cells begin again and again.
        if right - left > (1 if group.starts[right] > noise + 2 else 2):
            yield left + 1, right


def _above(pieces: Sequence[Sequence[_Line]], i: int) -> str:
    return pieces[i][0].above if i < len(pieces) else "p"


def _pieces(lines: Sequence[str], others: frozenset[int]) -> Iterator[list[_Line]]:
    """Split the text at blank lines and rules."""
    piece: list[_Line] = []
    above = rule = ""
    for at, line in enumerate(lines):
        mark = "x" if at in others else _mark(line)
        if mark:
            yield from [piece] if piece else []
            piece, above = [], above[-20:] + mark
            rule = line if mark == "s" else rule
        else:
            piece.append(_Line(at, _chunks(line), above, rule))
            above = rule = ""
        above += "p" * ("\f" in line)
    yield from [piece] if piece else []


def _chunks(line: str) -> tuple[tuple[int, str], ...]:
    found = [(m.start(), m[0]) for m in _WORDS.finditer(line[:_WIDEST].replace("\xa0", " "))]
    if len(line) > _WIDEST or len(found) > _MOST:
        return ((0, line.strip()),)
    return tuple(found)


def is_blank(line: str) -> bool:
    """Return whether a line holds nothing to read.

    Parameters
    ----------
    line : str

    Returns
    -------
    bool
    """
    return not line.strip("\ufeff \t\f")


def _mark(line: str) -> str:
    if is_blank(line):
        return "b"
    if _COLUMN_RULE.fullmatch(line):
        return "s"
    return "r" if _RULE.fullmatch(line) else ""


def _groups(pieces: Sequence[Sequence[_Line]]) -> Iterator[_Group]:
    """Join pieces that keep the same gutters; a lone line between them is a subheading row."""
    group: _Group | None = None
    for i, piece in enumerate(pieces):
        below = _above(pieces, i + 1)
        own = _alone(pieces, i)
        if group and _ends(group, pieces, i, below):
            yield group
            group = None
        joined = _joined(group, own, piece, below) if group else None
        if joined or (group and _waits(group, own, piece, below)):
            group = joined or group
            continue
        yield from _some(group)
        group = _opened(own, piece)
    yield from _some(group)


def _some(group: _Group | None) -> Iterator[_Group]:
    if group:
        yield group


def _opened(own: _Group, piece: Sequence[_Line]) -> _Group | None:
    """Open a group: its header counts though no other line fills its first column.

    Names over several columns stand above the others and may cover a gutter: they do not count.
    """
    if not own.voters:
        return None
    header = max(piece, key=lambda line: len(line.chunks))
    below = [line for line in piece if line.at >= header.at and len(line.chunks) > 1]
    weight = Counter(dict.fromkeys(_filled(header), 10**6))
    return replace(own, filled=weight + Counter(p for line in below for p in _filled(line)))


def _alone(pieces: Sequence[Sequence[_Line]], i: int) -> _Group:
    piece = pieces[i]
    rule = piece[0].rule or (pieces[i + 1][0].rule if i + 1 < len(pieces) else "")
    voters = [line for line in piece if len(line.chunks) > 1]
    filled = Counter(p for line in voters for p in _filled(line))
    edges = tuple((a.end(), b.start()) for a, b in pairwise(re.finditer(r"\S+", rule)))
    starts = Counter(at for line in voters for at, _ in line.chunks[1:])
    return _Group(i, i + 1, filled, len(voters), starts, edges)


def _filled(line: _Line) -> Iterator[int]:
    return (p for at, text in line.chunks for p in range(at, at + len(text)))


def _ends(group: _Group, pieces: Sequence[Sequence[_Line]], i: int, below: str) -> bool:
    """Return whether a table ends above a piece: below its last rule, or above another header."""
    above, line, header = pieces[i][0].above, pieces[i][0], pieces[group.first][0]
    if "x" in above or ("s" in below and "s" not in above):
        return True
    if "p" not in above and _is_header_again(line, header):
        return True
    return group.end - group.first > 1 and _is_closed(group, above, _above(pieces, group.end - 1))


def _is_header_again(line: _Line, header: _Line) -> bool:
    names = [[text for _, text in each.chunks] for each in (line, header)]
    return len(names[0]) > 1 and names[0] == names[1]


def _is_closed(group: _Group, above: str, before: str) -> bool:
    """Tell a closing rule, or a wider gap than before where blank lines part the rows."""
    wider = group.edges and "p" not in above and 0 < before.count("b") < above.count("b")
    return bool(wider or re.search(r"[rs].*b", above))


def _joined(group: _Group, own: _Group, piece: Sequence[_Line], below: str) -> _Group | None:
    """Return the group with one piece more, and those that waited, or None where it is no part."""
    both = _Group(
        group.first,
        own.end,
        group.filled + own.filled,
        group.voters + own.voters,
        group.starts + own.starts,
        group.edges or own.edges,
    )
    if not both.gutters:
        return None
    if own.voters:
        return both if _keep_gutters(group, own, both, piece) else None
    return both if _is_row_of_one(piece, both.gutters, below) else None


def _keep_gutters(group: _Group, own: _Group, both: _Group, piece: Sequence[_Line]) -> bool:
    share = 1 if "p" in piece[0].above else _KEPT
    crossing = sum(len(line.chunks) > 1 and _crosses(line, both.gutters) for line in piece)
    kept = both.edges or (_keeps(group, both, share) and _keeps(own, both, share))
    return bool(kept) and crossing * 4 <= own.voters


def _is_row_of_one(piece: Sequence[_Line], gutters: Gutters, below: str) -> bool:
    """Return whether a lone text is a row: between rules of the table, or under a later column."""
    if _BARRED.search(piece[0].above):
        return bool(_BARRED.match(below))
    aside = _column(piece[0].chunks[0][0], gutters) > 0 and "p" not in below
    return aside and not _any_crosses(piece, gutters)


def _keeps(before: _Group, after: _Group, share: float) -> bool:
    """Return whether a share of the gutters remain, if narrower."""
    remain = [any(a < end and start < b for start, end in after.gutters) for a, b in before.gutters]
    return sum(remain) >= share * len(remain)


def _waits(group: _Group, own: _Group, piece: Sequence[_Line], below: str) -> bool:
    """Return whether a piece may be a subheading row, if the table continues below: no page number nor prose."""
    furniture = "p" in piece[0].above + below and len(piece) == 1
    return not own.voters and not furniture and own.first - group.end < 2


def _column(at: int, gutters: Gutters) -> int:
    return bisect_right([start for start, _ in gutters], at)


def _seam(at: int, text: str, gutter: tuple[int, int]) -> int:
    """Return where a chunk over a gutter parts: 0 if it does not reach across, -1 if it cannot."""
    start, end = gutter
    if at >= start or at + len(text) <= end:
        return 0
    inside, edge = text[start - at : end - at], end - at
    whole = not inside.strip() or (end - start > 2 and text[edge - 1] == " " != text[edge])
    return edge if whole else -1


def _crosses(line: _Line, gutters: Gutters) -> bool:
    return any(_seam(at, text, gutter) < 0 for at, text in line.chunks for gutter in gutters)


def _any_crosses(lines: Iterable[_Line], gutters: Gutters) -> bool:
    return any(_crosses(line, gutters) for line in lines)


def _subheading(line: _Line, gutters: Gutters) -> list[str]:
    return [line.chunks[0][1], *[""] * len(gutters)]


def _cells(line: _Line, gutters: Gutters) -> list[str]:
    """Return what a line holds in each column."""
    cells = [""] * (len(gutters) + 1)
    for at, text in line.chunks:
        for gutter in gutters:
            if (seam := _seam(at, text, gutter)) > 0:
                cells[_column(at, gutters)] += f" {text[:seam]}"
                at, text = at + seam, text[seam:]
        cells[_column(at, gutters)] += f" {text}"
    return [cell.strip() for cell in cells]


def _read(lines: Sequence[_Line], gutters: Gutters) -> tuple[list[_Line], list[RawRow]]:
    """Return the lines of the table, without headings above and prose below, and its rows."""
    several = [i for i, line in enumerate(lines) if len(line.chunks) > 1]
    if not gutters or not several:
        return [], []
    left = min(line.chunks[0][0] for line in lines)
    # A name of the header may stand on a line above the others, but not on the left.
    first = several[0]
    while first and _is_aside(lines[first - 1], left, gutters):
        first -= 1
    prose = (i for i in range(several[-1] + 1, len(lines)) if _crosses(lines[i], gutters))
    kept = list(lines[first : next(prose, len(lines))])
    return kept, _rows(kept, gutters)


def _is_aside(line: _Line, left: int, gutters: Gutters) -> bool:
    return line.chunks[0][0] > left and not _crosses(line, gutters)


def _rows(lines: Sequence[_Line], gutters: Gutters) -> list[RawRow]:
    across = list(_subheadings(lines, gutters))
    pairs = zip(lines, across, strict=True)
    cells = [_subheading(line, gutters) if inside_one else _cells(line, gutters) for line, inside_one in pairs]
    separator, inside = _separator(lines, cells, _widths(lines, gutters))
    opens = [0]
    for i in range(1, len(lines)):
        within = inside[i] and not (across[i] or lines[i].above)
        if within or across[i] != across[i - 1] or _opens_below(lines, i, cells[i], separator):
            opens.append(i)
    separated = separator in ("blank", "rule")
    return [_row(lines[a:b], cells[a:b], separated) for a, b in pairwise([*opens, len(lines)])]


def _is_below_span(lines: Sequence[_Line], i: int) -> bool:
    """Return whether a line holds the names of the columns, below a row of names over several."""
    over, names = lines[0].chunks, lines[i].chunks
    near = i == 1 and not lines[1].above and over[0][0] <= names[0][0]
    return near and 1 < len(over) <= len(names) / 2


def _row(lines: Sequence[_Line], cells: Sequence[Sequence[str]], separated: bool) -> RawRow:
    """Join the lines of a row; a blank line above it is no break where it parts the rows."""
    first, last = lines[0].at + 1, lines[-1].at + 1
    place = f"line {first}" if first == last else f"lines {first} to {last}"
    above = lines[0].above
    breaks = "p" in above or ("b" in above and not separated)
    return RawRow(tuple(map(join_lines, zip(*cells, strict=True))), place, breaks)


def _subheadings(lines: Sequence[_Line], gutters: Gutters) -> Iterator[bool]:
    """Return of each line whether it is part of a text over the whole width."""
    inside_one = False
    wide = [gutter for gutter in gutters if gutter[1] - gutter[0] > 1]
    for line in lines:
        alone = len(line.chunks) == 1 and _column(line.chunks[0][0], gutters) == 0
        reaches = _crosses(line, gutters) or any(_seam(*line.chunks[0], gutter) for gutter in wide)
        inside_one = alone and (reaches or (inside_one and not line.above))
        yield inside_one


def _widths(lines: Sequence[_Line], gutters: Gutters) -> list[int]:
    ends = [line.chunks[-1][0] + len(line.chunks[-1][1]) for line in lines if len(line.chunks) > 1]
    edges = [(0, 0), *gutters, (max(ends), 0)]
    return [right[0] - left[1] for left, right in pairwise(edges)]


def _separator(
    lines: Sequence[_Line],
    cells: Sequence[Sequence[str]],
    widths: Sequence[int],
) -> tuple[str, list[bool]]:
    """Find out what separates the rows: a rule, a blank line, a number, a label or a name on the left.

    Also returns of each line whether it opens a row though it follows the one above at once.
    """
    gaps = list(filter(None, (line.above for line in lines[1:])))
    body = gaps[1:] if _BARRED.search("".join(gaps[:1])) else gaps
    none = [False] * len(lines)
    if len(list(filter(_BARRED.search, body))) * 2 > len(body):
        return "rule", none
    if len(widths) == 2 and _come_again(cells) and "s" not in "".join(gaps):
        return "label", list(map(_is_label, next(zip(*cells, strict=True))))
    names = _name_opens(cells, widths)
    for way, opens in (("number", _number_opens(cells)), ("name", names)):
        if _inner(lines, opens) > max(1, len(gaps) / 2):
            return way, opens
    return ("blank", none) if _PARTED.search(" ".join(body)) else ("name", names)


def _number_opens(cells: Sequence[Sequence[str]]) -> list[bool]:
    return [bool(_NUMBER.fullmatch(row[0])) for row in cells]


def _inner(lines: Sequence[_Line], opens: Sequence[bool]) -> int:
    """Count the rows that would open with nothing to part them from the line above."""
    return sum(yes and not line.above for yes, line in zip(opens, lines, strict=True))


def _opens_below(lines: Sequence[_Line], i: int, row: Sequence[str], separator: str) -> bool:
    """Return whether a blank line, rule, page break or span above a line opens a row."""
    above = lines[i].above
    if separator == "rule" or not above or re.search(r"[rsp]", above):
        return bool(re.search(r"[rsp]", above)) or _is_below_span(lines, i)
    return not all(cell[0].islower() for cell in row if cell)


def _name_opens(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> list[bool]:
    return [
        _is_name(row[0]) and (not above[0] or any(_room(row, above, widths)))
        for above, row in pairwise([[""] * len(widths), *cells])
    ]


def _is_label(text: str) -> bool:
    """Tell the beginning of a label from the number that ends it on a line of its own."""
    return _is_name(text) and not text.isdecimal()


def _is_name(text: str) -> bool:
    return bool(text) and not text[0].islower()


def _room(row: Sequence[str], above: Sequence[str], widths: Sequence[int]) -> Iterator[bool]:
    """Return of each column that continues whether its next word had room in the line above.

    Then it was not wrapped: a new cell begins.
    """
    for lower, upper, width in zip(row, above, widths, strict=True):
        if lower and upper and not _BULLET.match(lower):
            yield len(upper) + 1 + len(lower.split()[0]) <= _FILLED * width


def _come_again(rows: Iterable[Sequence[str]]) -> bool:
    """Return whether the names on the left come again, as the labels of forms do."""
    counts = Counter(row[0] for row in rows if row[0])
    often = [count for count in counts.values() if count > 1]
    return len(often) > 2 and sum(often) * 2 > counts.total()


def join_lines(parts: Iterable[str]) -> str:
    """Join the lines of a cell: with a blank, a newline before a bullet, nothing after a hyphen.

    Parameters
    ----------
    parts : iterable of str
        The lines; empty ones are left out.

    Returns
    -------
    str
    """
    text: list[str] = []
    for part in filter(None, parts):
        if text:
            open_ = re.search(r"\w[-/]$", text[-1])
            text.append("\n" if _BULLET.match(part) else "" if open_ else " ")
        text.append(part)
    return "".join(text)


def _is_table(group: _Group, lines: Sequence[_Line], rows: Sequence[RawRow], below: str) -> bool:
    """Return whether the rows are a table: prose, a letter head and lone aligned lines are none."""
    if not rows or _is_prose(lines, group.gutters):
        return False
    ruled = bool(_BARRED.match(below))
    if len(rows) == 1:
        return ruled and _hangs(lines, group.gutters)
    if group.edges:
        return True
    bars = sum("r" in line.above for line in lines[1:])
    if len(group.gutters) > 1:
        return _is_wide(lines, rows, bars + min(bars, ruled))
    return bars * 2 >= len(rows) or _is_form(rows)


def _is_form(rows: Sequence[RawRow]) -> bool:
    """Tell a form by its labels: a running head with a gap has no values below."""
    pairs = [row.cells for row in rows if all(row.cells)]
    return len(pairs) * 2 > len(rows) and _come_again(pairs)


def _is_prose(lines: Sequence[_Line], gutters: Gutters) -> bool:
    across = sum(len(line.chunks) == 1 and _crosses(line, gutters) for line in lines)
    return across * 3 > len(lines) * 2


def _hangs(lines: Sequence[_Line], gutters: Gutters) -> bool:
    """Return whether the lines are one row: the lines of its cells hang below the first."""
    aside = (len(n.chunks) > 1 or _column(n.chunks[0][0], gutters) for n in lines)
    return len(lines) > 2 and all(aside)


def _is_wide(lines: Sequence[_Line], rows: Sequence[RawRow], bars: int) -> bool:
    """Return whether rows and lines with three cells are enough; one row will do between bars."""
    wide = sum(len(list(filter(None, row.cells))) > 2 for row in rows)
    several = sum(len(line.chunks) > 1 for line in lines)
    full = sum(len(line.chunks) > 2 for line in lines)
    enough = wide > 1 and full > 1 and several + full > 5 and several * 4 > len(lines)
    return wide > 0 and (bars > 1 or enough)
