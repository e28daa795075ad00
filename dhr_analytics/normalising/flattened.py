"""Tables that were flattened into running text, rebuilt: one cell a line, pipes, wrapped cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from math import inf

from dhr_analytics.normalising.cells.dates import find_dates, read_target
from dhr_analytics.normalising.cells.status import read_status
from dhr_analytics.normalising.roles import listed_role, role_of
from dhr_analytics.reading import RawRow, RawTable
from dhr_analytics.reading.fixed_width import join_lines

_FEWEST, _MOST = 3, 12
_NAME = re.compile(r"(?!.*[.;,]$)(?!\d)\S+(?: +\S+){0,8}")
_ID = re.compile(r"(?=.{0,24}\d)[A-Z(\[#]?[\w/.()\[\]#-]*(?: [\w/.()\[\]#-]+){0,3}")
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,2}){0,2}[a-z]?[.:)]?")
# "R4: The board should ...": the number comes before the words of the first cell.
_NUMBERED = re.compile(
    r"(?s)((?:[A-Z][A-Za-z]{0,14} ?)?\d{1,3}(?:\.\d{1,2}){0,2}) ?[.:)–-]+ .+",
)
_LABELLED = re.compile(
    rf"(?s)([A-Z][a-z]+\.?(?: [Nn]o\.?)?) ?({_NUMBER.pattern})(?:\s+(.+))?",
)
_CODE = re.compile(r"\b([A-Z]{1,4})\s?(?:=|[-–—:](?=\s))\s?[A-Z][a-z]")
_LEAST = {"recommendation", "action"}
_OPENING = _LEAST | {"number"}
# Lines of a record beyond these are text: a cell of a table that was flattened is not as long.
_LONGEST = 60
_KIND = {
    "number": "number",
    "target": "date",
    "completion": "date",
    "status": "status",
    "rag": "status",
} | dict.fromkeys(("lead", "person", "scope", "section"), "name")
# What it costs to take a line of one kind for the beginning of a cell of another.
_COST = {
    ("text", "name"): 1.0,
    ("text", "date"): 2.0,
    ("text", "status"): 1.5,
    ("name", "text"): 3.0,
    ("name", "status"): 1.5,
    ("name", "date"): 2.0,
    ("date", "name"): 1.5,
    ("status", "name"): 1.0,
}
_SKIPPED, _LEFT, _OTHER, _UNKNOWN = 2.0, 1.0, 3.0, 0.3
# A record costs so much for each of its columns at most, or the lines are no flattened table.
_SOUND = 0.8


@dataclass(frozen=True)
class _Header:
    """Names of columns, and the lines that hold them."""

    start: int
    end: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class _Record:
    """The lines of a record as (index, text), its number first, and the line below it."""

    items: tuple[tuple[int, str], ...]
    end: int


def rebuild(lines: Sequence[RawRow]) -> list[list[RawTable]]:
    """Rebuild tables that were flattened into running text, in each way that finds one.

    Three ways: column names on lines of their own, then one cell a line; a header on one line, then
    records that open with a label and a number; cells on lines of their own with pipes behind them.

    Parameters
    ----------
    lines : sequence of RawRow
        The running text between two tables, one cell a row.

    Returns
    -------
    list of list of RawTable
        Candidates: the tables, each with its header as the first row, and the text around them
        (``kind="text"``), in order. Empty where no table is plain to see.
    """
    texts = [" ".join(row.cells).strip() for row in lines]
    stacked, joined = list(_stacked_headers(texts)), list(_joined_headers(texts))
    found = [_below_headers(lines, texts, headers) for headers in (stacked, joined)]
    return [tables for tables in (*found, _piped(lines, texts)) if tables]


def _stacked_headers(texts: Sequence[str]) -> Iterator[_Header]:
    """Find names of columns on lines of their own, above a line that is an id or a number."""
    for end in range(_FEWEST, len(texts)):
        if not _number(texts[end]):
            continue
        first = end
        while first > max(0, end - _MOST) and _is_column_name(texts[first - 1]):
            first -= 1
        # A record opens with its number, so that its name is the first; a heading has no role.
        named = [i for i in range(first, end) if _role(texts[i])]
        numbers = [i for i in named if _role(texts[i]) == "number"]
        start = [*numbers[-1:], *named, end][0]
        if _is_header(texts[start:end]):
            yield _Header(start, end, tuple(texts[start:end]))


def _joined_headers(texts: Sequence[str]) -> Iterator[_Header]:
    """Find names of columns on one line, above a line that is a label with a number."""
    for i, (text, below) in enumerate(pairwise(texts)):
        if len(text.split()) > 2 * _MOST or not _label(texts, i + 1):
            continue
        # The column of the numbers has no name, or "#", which a reader may take for a heading mark.
        names = _split_names(text.removeprefix("#").split())
        label = below.split()[0] if _role(below.split()[0]) == "number" else "No."
        names = names if names and _role(names[0]) == "number" else (label, *names)
        if _is_header(names):
            yield _Header(i, i + 1, names)


def _split_names(words: Sequence[str]) -> tuple[str, ...]:
    """Split a line into known names of columns, the longest first; empty where words are left."""
    names: list[str] = []
    at = 0
    while at < len(words):
        ends = range(min(len(words), at + 5), at, -1)
        end = next((j for j in ends if listed_role(" ".join(words[at:j]))), at)
        if end == at:
            return ()
        names.append(" ".join(words[at:end]))
        at = end
    return tuple(names)


def _is_column_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and "|" not in text and not _number(text)


def _is_header(names: Sequence[str]) -> bool:
    roles = {_role(name) for name in names} - {""}
    return len(set(names)) == len(names) and len(roles) >= _FEWEST and bool(roles & _LEAST)


@cache
def _role(name: str) -> str:
    return role_of(name) or listed_role(name)


def _number(text: str) -> str:
    """Return the id or number that a text is or opens with, or ``""``."""
    if match := _NUMBERED.fullmatch(text):
        return match[1]
    is_id = len(text) <= 24 and bool(_ID.fullmatch(text)) and not find_dates(text)
    return text if is_id else ""


def _below_headers(
    lines: Sequence[RawRow],
    texts: Sequence[str],
    headers: Sequence[_Header],
) -> list[RawTable]:
    """Read the records below each header; what is no part of them stays text."""
    parts: list[tuple[str, RawRow]] = []
    codes = _codes(texts)
    at = 0
    for header, end in zip(headers, [*(h.start for h in headers), len(texts)][1:], strict=True):
        records = _records(texts, header.end, end)
        read = [_align(record, header.names, codes) for record in records]
        if _is_sound([cost for cost, _, _ in read], len(header.names)):
            parts += _text(lines[at : header.start])
            parts.append(("header", _row(lines, header.names, header.start, header.end - 1)))
            for record, (_, cells, last) in zip(records, read, strict=True):
                parts.append(("row", _row(lines, cells, record.items[0][0], last)))
                parts += _text(lines[last + 1 : record.end])
            at = end
    return _tables(parts + _text(lines[at:]))


def _is_sound(costs: Sequence[float], columns: int) -> bool:
    return bool(costs) and sum(costs) <= _SOUND * columns * len(costs)


def _codes(texts: Sequence[str]) -> frozenset[str]:
    """Return the letters of a key that is printed on one line ("D = Done; L = Late")."""
    found = map(_CODE.findall, texts)
    return frozenset(code for codes in found if len(codes) > 1 for code in codes)


def _tables(parts: Sequence[tuple[str, RawRow]]) -> list[RawTable]:
    """Join rows of a kind; a table that continues below a text begins with its header again."""
    if sum(kind == "row" for kind, _ in parts) < 2:
        return []
    tables: list[RawTable] = []
    header: list[RawRow] = []
    for is_text, run in groupby(parts, key=lambda part: part[0] == "text"):
        members = list(run)
        again = header if members[0][0] == "row" else []
        header = next(([row] for kind, row in reversed(members) if kind == "header"), header)
        rows = (*again, *(row for _, row in members))
        tables.append(RawTable(rows, kind="text" if is_text else "table"))
    return tables


def _row(lines: Sequence[RawRow], cells: Sequence[str], first: int, last: int) -> RawRow:
    places = [re.fullmatch(r"line (\d+)", lines[i].place) for i in (first, last)]
    place = lines[first].place
    if first != last and places[0] and places[1]:
        place = f"lines {places[0][1]} to {places[1][1]}"
    return RawRow(tuple(cells), place, lines[first].break_before)


def _records(texts: Sequence[str], start: int, end: int) -> list[_Record]:
    """Part the lines into records: each opens with a label and a number, or with an id."""
    opened = _labelled(texts, start, end) or _with_ids(texts, start, end)
    stops = [*(record.items[0][0] for record in opened), end][1:]
    return [
        _Record((*record.items, *((i, texts[i]) for i in range(record.end, stop))), stop)
        for record, stop in zip(opened, stops, strict=True)
    ]


def _labelled(texts: Sequence[str], start: int, end: int) -> list[_Record]:
    """Find the records that open with the label of the first ("Rec. 4 ..."), on a line or two."""
    first = _label(texts, start)
    found = (_label(texts, i) for i in range(start, end if first else start))
    return [one[1] for one in found if one and first and one[0] == first[0]]


def _label(texts: Sequence[str], i: int) -> tuple[str, _Record] | None:
    text = texts[i]
    below = texts[i + 1] if i + 1 < len(texts) else ""
    if _NUMBER.fullmatch(below) and len(text.split()) < 3 and _role(text) in _OPENING:
        return text, _Record(((i, below),), i + 2)
    match = _LABELLED.fullmatch(text)
    if not match or _role(match[1]) not in _OPENING:
        return None
    rest = ((i, match[3]),) if match[3] else ()
    return match[1], _Record(((i, match[2]), *rest), i + 1)


def _with_ids(texts: Sequence[str], start: int, end: int) -> list[_Record]:
    """Find the lines that have the shape of the first: numbers of their own, plain ones run on."""
    records: list[_Record] = []
    seen: set[str] = set()
    last = ""
    shape = _shape(texts[start]) if start < end else ""
    for i in range(start, end):
        number = _number(texts[i])
        follows = not (last.isdecimal() and number.isdecimal()) or int(number) == int(last) + 1
        if _shape(texts[i]) == shape and (number == last or (follows and number not in seen)):
            records.append(_Record(((i, texts[i]),), i + 1))
            seen.add(number)
            last = number
    return records


@cache
def _shape(text: str) -> str:
    """Return letters and digits of an id as their kind, and whether words follow."""
    number = _number(text)
    kinds = re.sub(r"\d+", "9", re.sub(r"[A-Za-z]+", "A", number))
    return f"{kinds} {len(text) > len(number)}" if number else ""


def _align(
    record: _Record,
    names: Sequence[str],
    codes: frozenset[str],
) -> tuple[float, list[str], int]:
    """Share the lines of a record out to its columns, in order, at the least cost.

    Returns the cost without that of the lines left over, the cells, and the last line in them.
    """
    texts = [text for _, text in record.items[:_LONGEST]]
    most = len(names) - 1
    wanted = [_wanted(name) for name in names]
    steps = [([0.0] + [inf] * most, [0] * len(names))]
    for above, text in pairwise(texts):
        steps.append(_advance(steps[-1][0], wanted, _kind(text, text in codes), text, above))
    # The last columns may be empty, and the last lines no part of the record.
    total, last, column = min(
        (costs[j] + _SKIPPED * (most - j) + _LEFT * (len(texts) - 1 - i), i, j)
        for i, (costs, _) in enumerate(steps)
        for j in range(most + 1)
    )
    columns = [column]
    for _, before in steps[last:0:-1]:
        columns.append(before[columns[-1]])
    placed = list(zip(texts, reversed(columns), strict=False))
    cells = [join_lines(text for text, j in placed if j == i) for i in range(len(names))]
    return total - _LEFT * (len(texts) - 1 - last), cells, record.items[last][0]


def _wanted(name: str) -> str:
    role = _role(name)
    return _KIND.get(role, "text") if role else ""


def _advance(
    costs: Sequence[float], wanted: Sequence[str], kind: str, text: str, above: str
) -> tuple[list[float], list[int]]:
    """Return the least cost with the next line in each column, and the column of the line above."""
    ways = []
    for j, want in enumerate(wanted):
        begins = _begins(want, kind, text, above)
        before = range(max(0, j - 3), j)
        new = [(costs[i] + _SKIPPED * (j - i - 1) + begins, i) for i in before]
        ways.append(min([(costs[j] + _goes_on(want, kind, text, above), j), *new]))
    return [cost for cost, _ in ways], [column for _, column in ways]


def _goes_on(want: str, kind: str, text: str, above: str) -> float:
    """Return the cost of a line that continues in the cell of the line above."""
    cost = {"text": 0.3, "name": 1.0, "": 0.8}.get(want, _OTHER)
    # A status or a number on a line of its own is hardly a part of a sentence.
    alone = 1.2 if kind in ("status", "number") else 0.0
    return alone + (cost / 2 if _is_wrapped(text, above) else cost)


def _begins(want: str, kind: str, text: str, above: str) -> float:
    """Return the cost of a line that begins a cell."""
    cost = _COST.get((want, kind), _OTHER) if want and want != kind else 0.0
    return (cost if want else _UNKNOWN) + 1.5 * _is_wrapped(text, above)


def _is_wrapped(text: str, above: str) -> bool:
    """Return whether a line continues from a broken one, or is an item of a list."""
    broken = len(above) > 40 and not re.search(r"[.!?:;]$", above) and len(text.split()) > 1
    return broken or text[:1].islower() or bool(re.match(r"[•·▪●◦‣*–-]\s", text))


@cache
def _kind(text: str, coded: bool) -> str:
    """Return what a line may be: a number, a status, a date, a name or text."""
    if _NUMBER.fullmatch(text):
        return "number"
    if coded or (_is_short(text, 4) and read_status({"status": text}).value != "no_update"):
        return "status"
    if _is_short(text, 4) and (find_dates(text) or read_target(text).basis != "none"):
        return "date"
    return "name" if _is_short(text, 6) else "text"


def _is_short(text: str, most: int) -> bool:
    """Return whether a text is a few words and no sentence."""
    return len(text.split()) <= most and not re.search(r"[:;!?]$|[a-z]{4}\.$", text)


def _piped(lines: Sequence[RawRow], texts: Sequence[str]) -> list[RawTable]:
    """Rebuild rows that open with a pipe, each cell on lines of its own with a pipe behind it."""
    opens = list(_piped_openings(texts))
    rows = list(_piped_rows(texts, [*opens, len(texts)]))
    named = [k for k, row in enumerate(rows) if _is_header(row[2])]
    if not named or not _is_even(rows[named[0] :]):
        return []
    parts: list[tuple[str, RawRow]] = []
    at = 0
    for start, last, cells in rows[named[0] :]:
        parts += _text(lines[at:start])
        kind = "row" if at else "header"
        parts += [(kind, _row(lines, cells, start, last))] if any(cells) else []
        at = last + 1
    return _tables(parts + _text(lines[at:]))


def _text(lines: Sequence[RawRow]) -> list[tuple[str, RawRow]]:
    return [("text", row) for row in lines]


def _is_even(rows: Sequence[tuple[int, int, list[str]]]) -> bool:
    """Return whether there are two rows below the header, and most are as wide."""
    widths = [len(cells) for _, _, cells in rows[1:] if any(cells)]
    same = widths.count(len(rows[0][2]))
    return same > 1 and same >= 0.7 * len(widths)


def _piped_openings(texts: Sequence[str]) -> Iterator[int]:
    """Give the lines that open rows: a lone pipe amid a row is an empty cell.

    How many cells a row has is seen from the header.
    """
    width = closed = 0
    opened = False
    for i, text in enumerate(texts):
        if text.startswith("|") and not (text == "|" and 0 < closed < width):
            width = width or closed
            opened, closed = True, 0
            yield i
        elif opened:
            closed += text.count("|")


def _piped_rows(texts: Sequence[str], opens: Sequence[int]) -> Iterator[tuple[int, int, list[str]]]:
    """Give the first and last line of each row that opens with a pipe, and its cells."""
    for start, stop in pairwise(opens):
        last = max(i for i in range(start, stop) if "|" in texts[i])
        cell: list[str] = []
        cells: list[str] = []
        for text in [texts[start][1:], *texts[start + 1 : last + 1]]:
            *closed, rest = text.split("|")
            for part in closed:
                cells.append(join_lines([*cell, part.strip()]))
                cell = []
            cell += [rest.strip()]
        yield start, last, cells
