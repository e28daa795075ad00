"""Plain text: tables as lines of tab- or pipe-separated cells, as converters leave them."""

from __future__ import annotations

import codecs
import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from dhr_analytics.errors import InputError
from dhr_analytics.reading.fixed_width import ColumnTable, find_columns, is_blank
from dhr_analytics.reading.table import RawRow, RawTable

_PARAGRAPH_END = re.compile(r"</(?:p|div|li|h[1-6]|ul|ol)\s*>|<br\s*/?>", re.IGNORECASE)
_LIST_ITEM = re.compile(r"<li\b[^<>]*>", re.IGNORECASE)
# Named one by one: "<name>" or "a < b" in running text is no markup.
_TAG = re.compile(
    r"</?(?:p|div|li|ul|ol|b|i|u|em|strong|span|sup|sub|font|a|br|h[1-6]|table|t[dhr]|tbody|thead)\b[^<>]*>",
    re.IGNORECASE,
)
_HEADING_MARK = re.compile(r"^\s*#{1,6}\s+")
_EMPHASIS_MARK = re.compile(r"\*\*|__")
_PIPE_ROW = re.compile(r"^\s*\|.*\|\s*$")
_PIPE_RULE = re.compile(r"^\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?$")
# A pipe between blanks or at the end of a cell: "and|or" in running text is none.
_BARE_PIPE = re.compile(r"(?<!\S)\|(?!\S)")
_LINE_END = re.compile(r"[\n\v\x1c-\x1e\x85\u2028\u2029]|(?<=\f)")
# Marks inside a Markdown cell, and what is left of them; struck-out words are no part of the plan.
_INLINE = (
    (re.compile(r"~~[^~]+~~"), ""),
    (re.compile(r"!?\[([^\[\]]+)\]\([^)\s\[]*\)"), r"\1"),
    (re.compile(r"(?<![\w\\*_])([*_])(?=[^\s*_])([^*_]*[^\s*_\\])\1(?![\w*_])"), r"\2"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|>~<-])"), r"\1"),
)


def read_text(data: bytes, name: str) -> list[RawTable]:
    """Read a text document: tables with one row a line, or of fixed-width columns.

    Blank lines are kept as ``break_before`` of the next row, because converters leave them at page
    breaks; not so where they part the rows of a table.

    Parameters
    ----------
    data, name : bytes, str
        As for `read_kind`; UTF-8 or Windows-1252.

    Returns
    -------
    list of RawTable
        Tables and the running text between them, in the order of the document.

    Raises
    ------
    InputError
        When the bytes are no text.
    """
    lines = _LINE_END.split(decode(data, name))
    split = _split_lines(lines)
    columns = find_columns(lines, (i for i, cells in split.items() if len(cells) > 1))
    inside = {i for table in columns for i in range(table.first, table.last + 1)}
    # A table of columns parts the rows around it.
    firsts = [table.first for table in columns]
    found = [(i, 1, _clean(table)) for i, table in enumerate(columns)]
    left = sorted(split.keys() - inside)
    rows = [(bisect_right(firsts, i), _row(lines, i, split[i])) for i in left]
    for (above, tabular), run in groupby(rows, key=lambda item: (item[0], len(item[1].cells) > 1)):
        found.append((above, 0, _run(run, tabular)))
    return [table for _, _, table in sorted(found, key=lambda item: item[:2])]


def _run(rows: Iterable[tuple[int, RawRow]], tabular: bool) -> RawTable:
    return RawTable(tuple(row for _, row in rows), kind="table" if tabular else "text")


def _split_lines(lines: Sequence[str]) -> dict[int, list[str]]:
    """Return the cells of each line that is not blank, by its index."""
    ruled, piped = pipe_lines(lines), bare_pipe_lines(lines)
    filled = (i for i, line in enumerate(lines) if not is_blank(line))
    return {i: _split(lines[i], ruled.get(i, ""), bare=i in piped) for i in filled}


def _row(lines: Sequence[str], i: int, cells: Sequence[str]) -> RawRow:
    breaks = i > 0 and (is_blank(lines[i - 1]) or "\f" in lines[i - 1])
    return RawRow(tuple(map(clean_cell, cells)), f"line {i + 1}", breaks)


def _clean(table: ColumnTable) -> RawTable:
    rows = (replace(row, cells=tuple(map(clean_cell, row.cells))) for row in table.rows)
    return RawTable(tuple(rows))


def clean_cell(text: str) -> str:
    """Turn the markup of one cell into plain text with a newline between paragraphs.

    Parameters
    ----------
    text : str
        A cell that may hold HTML or Markdown marks of emphasis and paragraphs.

    Returns
    -------
    str
        The words in their order; spaces folded, no empty paragraphs.
    """
    text = _PARAGRAPH_END.sub("\n", _LIST_ITEM.sub("\n• ", text))
    text = html.unescape(_TAG.sub("", text))
    text = _EMPHASIS_MARK.sub("", _HEADING_MARK.sub("", text))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def pipe_lines(lines: Sequence[str]) -> dict[int, str]:
    """Find the lines of Markdown tables: above and below each separator row ("--- | ---").

    Parameters
    ----------
    lines : sequence of str

    Returns
    -------
    dict of int to str
        The separator row of each such line, by index into ``lines``.
    """
    found: dict[int, str] = {}
    rule = ""
    for i, line in enumerate(lines):
        if i and "|" in line and "|" in lines[i - 1] and _PIPE_RULE.match(line.strip()):
            rule = found[i - 1] = line.strip()
        rule = rule if "|" in line else ""
        if rule:
            found[i] = rule
    return found


def bare_pipe_lines(lines: Sequence[str]) -> frozenset[int]:
    """Find the lines of tables with pipes between the cells alone ("a | b | c"), without a rule.

    Parameters
    ----------
    lines : sequence of str

    Returns
    -------
    frozenset of int
        Indices of lines that have as many pipes as the line before or after them; with two pipes
        or more, lone lines like them too, as page breaks leave them.
    """
    counts = {i: len(_BARE_PIPE.findall(line)) for i, line in enumerate(lines) if "|" in line}
    found: set[int] = set()
    widths: set[int] = set()
    for i in counts:
        same = counts[i] == counts.get(i - 1)
        if same and (i - 1 in found or all(_is_bare_row(lines[j], counts[i]) for j in (i - 1, i))):
            found |= {i - 1, i}
            widths |= {counts[i]} - {1}
    return frozenset(found.union(i for i, count in counts.items() if count in widths))


def _is_bare_row(line: str, pipes: int) -> bool:
    """Tell a row from a cell on a line of its own, which has one pipe behind it."""
    return pipes > 1 or (pipes == 1 and all(_BARE_PIPE.split(line.strip())))


def _split(line: str, rule: str, *, bare: bool = False) -> list[str]:
    if "\t" in line and not rule:
        return line.split("\t")
    if not rule and not _PIPE_ROW.match(line):
        return [_plain(cell) for cell in _BARE_PIPE.split(line)] if bare else [line]
    return [_plain(cell) for cell in _within_edges(re.split(r"(?<!\\)\|", line.strip()), rule)]


def _within_edges(cells: list[str], rule: str) -> list[str]:
    # Without pipes around the table, one at the edge of a row is beside an empty cell.
    width = len(rule.strip("|").split("|")) if rule else 0
    if not cells[0].strip() and (rule[:1] in ("", "|") or len(cells) > width):
        cells = cells[1:]
    return cells[:-1] if not cells[-1].strip() and len(cells) > width else cells


def _plain(cell: str) -> str:
    for mark, left in _INLINE:
        cell = mark.sub(left, cell)
    return cell


def decode(data: bytes, name: str) -> str:
    """Decode the bytes of a text.

    Parameters
    ----------
    data : bytes
        UTF-8, UTF-16 with its mark, or Windows-1252.
    name : str
        File name, for messages.

    Returns
    -------
    str
        The text with plain newlines.

    Raises
    ------
    InputError
        When the bytes are no text.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", errors="replace").encode("utf-8")
    if b"\x00" in data:
        raise InputError(
            f"{name} is not text: it holds binary data, as a picture or an office document does. {_ADVICE}"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    odd = sum(1 for letter in text if (ord(letter) < 32 and letter not in "\t\n\r\f\v") or letter == "\ufffd")
    if odd > 0.01 * len(text):
        raise InputError(f"{name} is not text: {odd} of {len(text)} characters are control codes. {_ADVICE}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


_ADVICE = "Save the action plan as text with tabs between the cells (.txt), or leave the file out."
