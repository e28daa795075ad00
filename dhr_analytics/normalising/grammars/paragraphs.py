"""Lines of running text become paragraphs: footnotes and lone page feet go, lines are joined."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from dhr_analytics.normalising.grammars import openings
from dhr_analytics.normalising.rows import Rejected
from dhr_analytics.reading import RawRow

_WIDEST = 130  # a longer line is a whole paragraph
_ENDED = re.compile(r"[.!?:;][\"'”’)\]]*\W{0,2}\d{0,3}$|[.!?]\s*\([^()]{1,30}\)$")
_SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_NOTE_MARK = re.compile(rf"(?<=[a-z][a-z.,;:)”’\"])(\d{{1,3}}|[{_SUPERSCRIPT}]+)(?=[\s,;.]|$)")
_NOTE = re.compile(rf"(\d{{1,3}}|[{_SUPERSCRIPT}]+)\s+[A-Z“‘\"'(].*", re.DOTALL)
_FOOT = re.compile(
    r"(?:.{0,80}\|\s*\d{1,4}|\d{1,4}\s*\|.{0,80}|[-–]\s*\d{1,4}\s*[-–]"
    r"|(?:.{0,60}\s)?Page\s+\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?)",
    re.IGNORECASE,
)
_HANGS = re.compile(
    r"(?:,|\b(?:the|a|an|of|to|and|or|for|in|on|with|by|that|which|their|its|from|at|as|since|until"
    r"|before|after|during|when|than|is|are|was|were|be|will|should|must|not|this|these|who|no))$"
)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text: its words on one line and the places of its lines."""

    text: str
    places: tuple[str, ...]


def read_paragraphs(rows: Sequence[RawRow]) -> tuple[list[Paragraph], list[Rejected]]:
    """Join lines into paragraphs.

    Parameters
    ----------
    rows : sequence of RawRow
        Lines of running text, or whole paragraphs, one cell each.

    Returns
    -------
    paragraphs : list of Paragraph
    rejected : list of Rejected
        Footnotes, and page feet that stand alone or in mid-sentence.
    """
    rows = [row for row in rows if _text(row)]
    width = _width(rows)
    rows, feet = _without_feet(rows)
    rows, notes = _without_footnotes(rows, width)
    groups: list[list[RawRow]] = []
    for row in rows:
        if groups and _goes_on(groups[-1], row, width):
            groups[-1].append(row)
        else:
            groups.append([row])
    return [_paragraph(group) for group in groups], feet + notes


def ended(text: str) -> bool:
    """Return whether a text ends as a sentence does; the number of a footnote may follow."""
    return bool(_ENDED.search(text))


def _paragraph(group: Sequence[RawRow]) -> Paragraph:
    words = re.sub(r"(?<=[a-z])- (?=[a-z])", "-", " ".join(map(_text, group)))
    return Paragraph(words, tuple(row.place for row in group))


def _text(row: RawRow) -> str:
    return " ".join(" ".join(row.cells).split())


def _width(rows: Sequence[RawRow]) -> int:
    """Measure how wide lines are wrapped; 0 where each row is a whole paragraph."""
    sizes = sorted(len(_text(row)) for row in rows)
    wrapped = sum(_text(row)[0].islower() for row in rows)
    if not sizes or sizes[-1] > _WIDEST or wrapped * 20 < len(rows):
        return 0
    return sizes[len(sizes) * 9 // 10]


def _goes_on(group: Sequence[RawRow], row: RawRow, width: int) -> bool:
    """Return whether a line continues the paragraph above it."""
    above, line = _text(group[-1]), _text(row)
    small, cut = line[0].islower(), not ended(above)
    if _opens(group, row, width):
        return False
    if row.break_before or not width:
        return cut and (small or bool(_HANGS.search(above)))
    return small or (len(above) > width * 0.6 if cut else _is_full(above, line, width))


def _is_full(above: str, line: str, width: int) -> bool:
    """Return whether a line below a whole sentence continues: its first word would not fit above."""
    full = len(above) + len(line.split()[0]) >= width
    return full and (line[-1] in ".!?" or len(line) > width * 0.6)


def _opens(group: Sequence[RawRow], row: RawRow, width: int) -> bool:
    """Return whether a line opens a paragraph by its first words."""
    above, line = _text(group[-1]), _text(row)
    apart = row.break_before or not width
    if openings.is_named(line):
        return apart or ended(above) or len(above) < width * 0.8
    mark = openings.mark(line)
    if mark is None or ended(above) or _is_next(openings.mark(_text(group[0])), mark):
        return mark is not None
    free = apart or len(above) < width * 0.6
    return free and not _HANGS.search(above)


def _is_next(first: openings.Mark | None, mark: openings.Mark) -> bool:
    """Return whether a mark counts on from the one that opens the paragraph above."""
    if first is None or first.style != mark.style:
        return False
    return mark.count == first.count + (mark.count > 0)


def _without_feet(rows: Sequence[RawRow]) -> tuple[list[RawRow], list[Rejected]]:
    """Take out page feet printed only once, which no repetition gives away."""
    feet: set[int] = set()
    for i, row in enumerate(rows):
        if _FOOT.fullmatch(_text(row)):
            feet.update(_foot(rows, i))
    return _taken_out(rows, feet, "page furniture")


def _foot(rows: Sequence[RawRow], i: int) -> Sequence[int]:
    """Find the lines of a page foot: alone between blanks, or with its title in mid-sentence."""
    below = rows[i + 1 : i + 2]
    if rows[i].break_before and all(row.break_before for row in below):
        return [i]
    above = [_text(row) for row in rows[max(i - 4, 0) : i]]
    title = len(list(takewhile(_is_titled, reversed(above))))
    cut = title < len(above) and not ended(above[-title - 1])
    return range(i - title, i + 1) if cut and below and _text(below[0])[0].islower() else []


def _is_titled(text: str) -> bool:
    long = [word for word in text.split() if len(word) > 3]
    return len(text) < 70 and bool(long) and all(not word[0].islower() for word in long)


def _without_footnotes(rows: Sequence[RawRow], width: int) -> tuple[list[RawRow], list[Rejected]]:
    """Take out blocks that begin with a number printed as a mark in the text above."""
    marks: set[str] = set()
    notes: set[int] = set()
    for block in _blocks(rows, width):
        found = _NOTE.fullmatch(_text(rows[block[0]]))
        if found and (found[1][0] in _SUPERSCRIPT or found[1] in marks):
            notes.update(block)
            marks.discard(found[1])
            continue
        for i in block:
            marks.update(_plain(each[1]) for each in _NOTE_MARK.finditer(_text(rows[i])))
    return _taken_out(rows, notes, "footnote")


def _plain(number: str) -> str:
    return "".join(str(unicodedata.digit(each)) for each in number)


def _blocks(rows: Sequence[RawRow], width: int) -> Iterator[range]:
    """Part rows at blank lines; each row is a block where rows are whole paragraphs."""
    if not rows:
        return
    starts = [i for i, row in enumerate(rows) if not i or not width or row.break_before]
    for start, stop in zip(starts, [*starts[1:], len(rows)], strict=True):
        yield range(start, stop)


def _taken_out(
    rows: Sequence[RawRow],
    gone: set[int],
    reason: str,
) -> tuple[list[RawRow], list[Rejected]]:
    kept: list[RawRow] = []
    for i, row in enumerate(rows):
        if i not in gone:
            kept.append(replace(row, break_before=True) if i - 1 in gone else row)
    return kept, [Rejected(rows[i].place, _text(rows[i]), reason) for i in sorted(gone)]
