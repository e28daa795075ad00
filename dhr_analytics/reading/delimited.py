"""CSV and its kin: cells parted by commas, semicolons, tabs or pipes, with quotes around cells that hold line ends."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from dhr_analytics.errors import InputError
from dhr_analytics.reading.table import RawRow, RawTable
from dhr_analytics.reading.text import clean_cell, decode, pipe_lines

_SEP_LINE = re.compile(r"sep=(.)\n")
# A cell in quotes that needs them: line ends or doubled quotes inside. Plain tabbed text has none.
_QUOTED = re.compile(r'(?:^|\t)"((?:[^"]|"")*+)"(?=\t|\n|$)')
_LONGEST = 20_000


def read_delimited(data: bytes, name: str) -> list[RawTable]:
    """Read a delimited text file.

    Parameters
    ----------
    data, name : bytes, str
        As for `read_kind`; UTF-8, UTF-16 or Windows-1252.

    Returns
    -------
    list of RawTable
        Lone lines above the table and between blank lines are running text. A row's place counts records,
        as a spreadsheet program shows them.

    Raises
    ------
    InputError
        When the bytes are no text, or no delimiter parts it into a table.
    """
    text = decode(data, name)
    delimiter = sniff(text) or max(",;\t|", key=text.count)
    rows = _records(_SEP_LINE.sub("\n", text, count=1) if _SEP_LINE.match(text) else text, delimiter)
    if any(len(cell) > _LONGEST for row in rows for cell in row):
        raise InputError(
            f"{name} has a cell of more than {_LONGEST:,} letters: a quotation mark is not closed. "
            "Open it in a spreadsheet program, mend that cell and save it as .xlsx."
        )
    return as_tables(
        [
            RawRow(tuple(clean_cell(cell) for cell in row), f"row {number}", number == 1)
            for number, row in enumerate(rows, start=1)
        ]
    )


def sniff(text: str) -> str:
    """Find the delimiter of a text that is a table.

    Parameters
    ----------
    text : str
        The content, or its beginning.

    Returns
    -------
    str
        ``,``, ``;``, tab or ``|``; ``""`` when the text is running text, or tabbed text without quoted cells
        (which is read line by line).
    """
    if match := _SEP_LINE.match(text):
        return match[1]
    text = text[:200_000]
    tried = {delimiter: _records(text, delimiter)[:300] for delimiter in ",;\t|"}
    best = max(tried, key=lambda delimiter: _evenness(tried[delimiter]) - _left_quoted(text, delimiter))
    return best if _evenness(tried[best]) >= 0.8 and _IS_TABLE[best](text, tried[best]) else ""


def _is_tabbed(text: str, rows: Sequence[Sequence[str]]) -> bool:
    return any("\n" in cell or '"' in cell for cell in _QUOTED.findall(text))


def _is_piped(text: str, rows: Sequence[Sequence[str]]) -> bool:
    return not re.search(r"^[ \t]*\|", text, re.MULTILINE) and not pipe_lines(text.splitlines())


def _is_listed(text: str, rows: Sequence[Sequence[str]]) -> bool:
    """Return whether commas or semicolons are those of a table: in prose a blank follows each, in a table hardly any.

    Some writers put a blank after all of them: then the rows are even, and of three cells or more.
    """
    several = [row for row in rows if len(row) > 1]
    cells = [cell for row in several for cell in row[1:] if cell]
    if sum(cell.startswith(" ") for cell in cells) * 2 < len(cells):
        return True
    return len(rows) > 2 and len(set(map(len, several))) == 1 and max(map(len, rows)) > 2


_IS_TABLE = {",": _is_listed, ";": _is_listed, "\t": _is_tabbed, "|": _is_piped}


def as_tables(rows: Sequence[RawRow]) -> list[RawTable]:
    """Part the rows of a sheet into tables and the running text above, between and below them.

    Parameters
    ----------
    rows : sequence of RawRow
        All rows, blank ones included.

    Returns
    -------
    list of RawTable
        Rows with one filled cell are text above the first row with several, and where a blank row parts them
        from the table on both sides. Blank rows and columns are left out.
    """
    groups: list[tuple[str, list[RawRow]]] = []
    for members in _blocks(rows):
        first = _count_lone(members, below=any(kind == "table" for kind, _ in groups))
        groups += [each for each in (("text", members[:first]), ("table", members[first:])) if each[1]]
    used = _used(row for kind, part in groups if kind == "table" for row in part)
    return [
        RawTable(tuple(_trimmed(row, used, kind) for _, part in parts for row in part), kind=kind)
        for kind, parts in groupby(groups, key=lambda group: group[0])
    ]


def _blocks(rows: Sequence[RawRow]) -> Iterator[list[RawRow]]:
    """Give the runs of rows between blank ones."""
    for blank, block in groupby(rows, key=lambda row: not any(row.cells) and not row.struck):
        if not blank:
            yield list(block)


def _used(rows: Iterable[RawRow]) -> list[int]:
    """Return the columns that hold something, from left to right."""
    return sorted({i for row in rows for i, cell in enumerate(row.cells) if cell})


def _count_lone(rows: Sequence[RawRow], *, below: bool) -> int:
    """Return how many rows at the top of a block are running text; ``below`` the head of a table, all or none."""
    lone = [sum(map(bool, row.cells)) <= 1 for row in rows]
    if not all(lone):
        return 0 if below else lone.index(False)
    # Below the head of the table, a lone cell far from its first columns continues the cell above.
    aside = below and not any(any(row.cells[:2]) for row in rows)
    return 0 if aside else len(lone)


def _trimmed(row: RawRow, used: Sequence[int], kind: str) -> RawRow:
    if kind == "text":
        fills = tuple(filter(None, row.fills))[:1]
        return RawRow((next(filter(None, row.cells), ""),), row.place, row.break_before, fills, row.struck)
    cells = tuple(row.cells[i] if i < len(row.cells) else "" for i in used)
    fills = tuple(row.fills[i] if i < len(row.fills) else "" for i in used) if any(row.fills) else ()
    return RawRow(cells, row.place, row.break_before, fills, row.struck)


def _records(text: str, delimiter: str) -> list[list[str]]:
    """Split into records; where the quotes do not balance, whichever reading of them gives the more even table."""
    strict, whole = _parse(text, delimiter, strict=True)
    if whole:
        return strict
    lenient, lines = _parse(text, delimiter)[0], _parse(text, delimiter, quoting=csv.QUOTE_NONE)[0]
    return max(lenient, lines, key=_evenness)


def _parse(text: str, delimiter: str, **options: Any) -> tuple[list[list[str]], bool]:
    """Return the records, and whether the text could be read to its end."""
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, **options):
            rows.append(row)
    except csv.Error:
        return rows, False
    return rows, True


def _left_quoted(text: str, delimiter: str) -> float:
    """Return the share of rows that keep quotes which hold cells together, as they do where the delimiter is wrong."""
    # A doubled quote is one of the words of a cell, and says nothing about the delimiter.
    rows = _records(text.replace('""', ""), delimiter)[:300]
    return sum(any('"' in cell for cell in row) for row in rows) / max(len(rows), 1)


def _evenness(rows: Sequence[Sequence[str]]) -> float:
    """Return the share of rows, from the first with several cells on, that have the commonest width."""
    widths = [len(row) for row in rows if any(row)]
    several = [width for width in widths if width > 1]
    if len(several) < 2:
        return 0
    width, count = Counter(several).most_common(1)[0]
    body = widths[widths.index(several[0]) :]
    return count / len(body) + width / 1000
