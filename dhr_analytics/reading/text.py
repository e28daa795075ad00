"""Plain text: tables as lines of tab- or pipe-separated cells, as converters leave them."""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Sequence
from itertools import groupby, takewhile

from dhr_analytics.errors import InputError
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
# Marks inside a Markdown cell, and what is left of them; struck-out words are no longer part of the plan.
_INLINE = (
    (re.compile(r"~~[^~]+~~"), ""),
    (re.compile(r"!?\[([^\[\]]+)\]\([^)\s]*\)"), r"\1"),
    (re.compile(r"(?<![\w\\*_])([*_])(?=[^\s*_])([^*_]*[^\s*_\\])\1(?![\w*_])"), r"\2"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|>~<-])"), r"\1"),
)


def read_text(data: bytes, name: str) -> list[RawTable]:
    """Read a text document with one table row a line.

    Blank lines are kept as ``break_before`` of the next row, because converters leave them at page breaks.

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
    rows = []
    blank = False
    lines = decode(data, name).splitlines()
    piped = pipe_lines(lines)
    for number, line in enumerate(lines, start=1):
        if not line.strip(" \t\f\ufeff"):
            blank = True
            continue
        cells = _split(line, piped.get(number - 1, ""))
        rows.append(RawRow(tuple(clean_cell(cell) for cell in cells), f"line {number}", blank or "\f" in line))
        blank = False
    return [
        RawTable(tuple(group), kind="table" if tabular else "text")
        for tabular, group in groupby(rows, key=lambda row: len(row.cells) > 1)
    ]


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
    for i, line in enumerate(lines):
        if i and "|" in line and "|" in lines[i - 1] and _PIPE_RULE.match(line.strip()):
            rows = (i - 1, i, *takewhile(lambda j: "|" in lines[j], range(i + 1, len(lines))))
            found |= dict.fromkeys(rows, line.strip())
    return found


def _split(line: str, rule: str) -> list[str]:
    if "\t" in line and not rule:
        return line.split("\t")
    if not rule and not _PIPE_ROW.match(line):
        return [line]
    cells = re.split(r"(?<!\\)\|", line.strip())
    # Without pipes around the table, one at the edge of a row stands beside an empty cell.
    width = len(rule.strip("|").split("|"))
    if not cells[0].strip() and (not rule or rule.startswith("|") or len(cells) > width):
        cells = cells[1:]
    if not cells[-1].strip() and (not rule or len(cells) > width):
        cells = cells[:-1]
    for mark, left in _INLINE:
        cells = [mark.sub(left, cell) for cell in cells]
    return cells


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
