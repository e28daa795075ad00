"""Letters on a page become lines, cell texts and paragraphs.

Lengths are in points, downwards from the top left corner of the page as shown.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import inf
from statistics import median
from typing import NamedTuple

from dhr_analytics.reading.table import RawRow

Box = tuple[float, float, float, float]
Colour = str  # six hexadecimal digits, as "00B050"
Rule = tuple[float, float, float]  # its height on the page, and from where to where it runs


class Glyph(NamedTuple):
    """A letter, or a whole word of a scan, and the way it reads: 0 level, 1 upwards, -1 downwards."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    turn: int = 0
    bold: bool = False


class Line(NamedTuple):
    """Letters side by side; ``first`` is the width of the first word, where it is known."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    bold: bool = False
    first: float = 0.0

    @property
    def height(self) -> float:
        """From the top of the letters to their bottom."""
        return self.bottom - self.top


@dataclass(frozen=True)
class Page:
    """What is printed on a page: ``rules`` are thin boxes, ``fills`` boxes with their colour.

    On a ``rough`` page (a scan) letters stand a little higher or lower than they were set.
    """

    number: int
    width: float
    height: float
    glyphs: Sequence[Glyph]
    rules: Sequence[Box] = ()
    fills: Sequence[tuple[Box, Colour]] = ()
    rough: bool = False

    @cached_property
    def pitch(self) -> float:
        """The usual distance between the lines of a paragraph, in letter heights."""
        return usual_pitch(self.glyphs) * (_ROUGH if self.rough else 1.0)


@dataclass(frozen=True)
class Block:
    """A table or some paragraphs of one page; ``edges`` are the left ends of a table's columns and its right end."""

    kind: str
    rows: tuple[RawRow, ...]
    edges: tuple[float, ...] = ()
    ruled: bool = False


_MARK = re.compile(r"(?:[•●○▪■◦·‣⁃–—*-]|\(?(?:\d{1,2}|[a-h]|[ivx]{1,4})[.)])\s+(?=\S)")
_LABEL = re.compile(r"[A-Z][^:.;,]{1,40}:(?=\s)")
_ROUGH = 1.13  # how much the distances of a scan may differ
_CLOSE = 1.35  # lines of a paragraph are seldom set wider than this
_WIDER = 1.15  # a distance so many times the usual one parts two paragraphs
_HYPHEN = re.compile(r"[^\W\d_]-$")
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st",
              0xA0: " ", 0xF0B7: "•", 0xF0A7: "▪", 0x2010: "-", 0x2011: "-", 0x2028: " ", 0x200B: "",
              0: ""}  # fmt: skip


def lines_of(glyphs: Iterable[Glyph], split: float = 1e9) -> list[Line]:
    """Put letters together to lines from top to bottom.

    Parameters
    ----------
    glyphs : iterable of Glyph
    split : float
        A gap wider than this many letter heights parts two lines side by side.

    Returns
    -------
    list of Line
    """
    return [line for row in rows_of(glyphs) for line in split_line(row, split)]


def rows_of(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Return the letters of each printed line from left to right, the lines from top to bottom."""
    rows: list[tuple[float, list[Glyph]]] = []
    for glyph in sorted(glyphs, key=lambda g: g.top + g.bottom):
        middle, height = (glyph.top + glyph.bottom) / 2, glyph.bottom - glyph.top
        if rows and middle - rows[-1][0] < 0.45 * max(height, 1):
            # Raised letters ("16th") stand a little off; the line's middle is that of all its letters.
            rows[-1][1].append(glyph)
            rows[-1] = (rows[-1][0] + (middle - rows[-1][0]) / len(rows[-1][1]), rows[-1][1])
        else:
            rows.append((middle, [glyph]))
    return [sorted(row, key=lambda g: g.x0) for _, row in rows]


def split_line(row: Sequence[Glyph], split: float) -> list[Line]:
    """Put the letters of one printed line together; gaps wider than ``split`` letter heights part it."""
    out: list[Line] = []
    text, edge, start, space = "", -inf, 0, False
    for i, glyph in enumerate(row):
        if not glyph.text.strip():
            space = True
            continue
        gap = (glyph.x0 - edge) / max(glyph.bottom - glyph.top, 1)
        if text and gap > split:
            out.append(_line(text, row[start:i]))
            text, start, edge = "", i, -inf
        text += f" {glyph.text}" if text and (space or gap > 0.18) else glyph.text
        edge, space = max(edge, glyph.x1), False
    return [*out, _line(text, row[start:])] if text else out


def _line(text: str, glyphs: Sequence[Glyph]) -> Line:
    seen = [glyph for glyph in glyphs if glyph.text.strip()]
    return Line(
        " ".join(text.translate(_LIGATURES).split()), min(g.x0 for g in seen), median(g.top for g in seen),
        max(g.x1 for g in seen), median(g.bottom for g in seen), sum(g.bold for g in seen) * 2 > len(seen),
        _first_word(seen),
    )  # fmt: skip


def _first_word(glyphs: Sequence[Glyph]) -> float:
    """Return the width of the first word of a line."""
    for a, b in pairwise(glyphs):
        if b.x0 - a.x1 > 0.18 * (b.bottom - b.top):
            return a.x1 - glyphs[0].x0
    return glyphs[-1].x1 - glyphs[0].x0


def cell_text(
    glyphs: Sequence[Glyph],
    pitch: float,
    words: Collection[str],
    right: float = 0.0,
) -> str:
    """Return the text of one cell; letters that read up or down come after the level ones.

    ``right`` is how far the lines of its column reach.
    """
    out = []
    for turn in (0, 1, -1):
        part = [glyph for glyph in glyphs if glyph.turn == turn]
        if turn:
            part = [
                g._replace(x0=-g.bottom, top=g.x0, x1=-g.top, bottom=g.x1) if turn > 0
                else g._replace(x0=g.top, top=-g.x1, x1=g.bottom, bottom=-g.x0) for g in part
            ]  # fmt: skip
        reach = 0.0 if turn else right
        out += [line.text for line in paragraphs(lines_of(part), pitch, words, reach)]
    return "\n".join(out)


def paragraphs(
    lines: Iterable[Line],
    pitch: float,
    words: Collection[str] = (),
    right: float = 0.0,
) -> list[Line]:
    """Join lines to paragraphs.

    A wide gap, a list mark or another size of letters starts a new one; so does a capital letter
    or a digit below a line that had room for the word.

    Parameters
    ----------
    lines : iterable of Line
        From top to bottom, all of one column or cell.
    pitch : float
        The usual distance from line to line in letter heights.
    words : collection of str
        Lower-case words of the document.
    right : float
        How far lines may reach; the longest of them, if none is given.

    Returns
    -------
    list of Line
        One for each paragraph; ``text`` holds the whole paragraph.
    """
    lines = list(lines)
    right = max([right, *(line.x1 for line in lines)])
    labels = Counter(label for line in lines if (label := _label(line)))
    out: list[Line] = []
    last: Line | None = None
    for line in lines:
        if last is None or (labels[_label(line)] > 1) or _begins(last, line, pitch, right):
            out.append(line)
        else:
            whole = out[-1]
            out[-1] = Line(
                _joined(whole.text, line.text, words), min(whole.x0, line.x0), whole.top, max(whole.x1, line.x1),
                line.bottom, whole.bold,
            )  # fmt: skip
        last = line
    return out


def _begins(last: Line, line: Line, pitch: float, right: float) -> bool:
    """Return whether a paragraph begins with a line."""
    return bool(_MARK.match(line.text)) or parted(last, line, pitch) or _had_room(last, line, right)


def _had_room(last: Line, line: Line, right: float) -> bool:
    """Return whether the line above had room for the first word of a line."""
    first = line.text.split(" ", 1)[0]
    if not first[:1].isupper() and not first[:1].isdigit():
        return False
    height = last.bottom - last.top
    # Letters differ in width; where the word was not measured, it is reckoned as of wide ones.
    width = line.first or 1.25 * len(first) * (line.x1 - line.x0) / len(line.text)
    return last.x1 + width + 0.35 * height < right


def _label(line: Line) -> str:
    """Return the words before a colon that open a line, whatever their numbers."""
    match = _LABEL.match(line.text)
    return re.sub(r"\d+", "#", match.group()) if match else ""


def parted(last: Line, line: Line, pitch: float) -> bool:
    """Return whether a line is set apart from the one above, by a wider gap or another size of letters."""
    heights = last.bottom - last.top, line.bottom - line.top
    if max(heights) > 1.15 * min(heights) and len(line.text) > 3 and len(last.text) > 3:
        return True
    return abs(line.bottom - last.bottom) > _WIDER * pitch * max(min(heights), 1)


def _joined(text: str, line: str, words: Collection[str]) -> str:
    if text.endswith("\xad"):
        return text[:-1] + line
    if _HYPHEN.search(text) and line[:1].islower():
        # "multi-" + "agency" keeps its hyphen; "recommenda-" + "tion" loses it where the document has the whole word.
        head, tail = re.split(r"[\s-]", text[:-1])[-1], re.split(r"[^\w]", line)[0]
        return (text[:-1] if (head + tail).lower() in words else text) + line
    return f"{text} {line}"


def usual_pitch(glyphs: Sequence[Glyph]) -> float:
    """Return the usual distance from line to line in letter heights."""
    return pitch_of(lines_of((g for g in glyphs if not g.turn), 1.0))


def pitch_of(lines: Iterable[Line]) -> float:
    """Return the usual distance between the lines of a paragraph in letter heights.

    It is the least distance that is not rare: in short paragraphs most distances are wider.
    """
    ratios = []
    columns: dict[int, list[Line]] = {}
    for line in lines:
        columns.setdefault(round(line.x0 / 4), []).append(line)
    for same in columns.values():
        ratios += [(b.bottom - a.bottom) / max(b.bottom - b.top, 1) for a, b in pairwise(same)]
    near = sorted(ratio for ratio in ratios if 0.8 < ratio < 1.9)
    for i, least in enumerate(near):
        close = near[i : bisect_right(near, 1.1 * least)]
        # Wrapped lines may be few in a table of short cells; they are set closer than its rows.
        if len(close) * (25 if least < _CLOSE else 7) >= len(near):
            # In a scan such distances differ; the wider ones are still within a paragraph.
            return close[len(close) * 4 // 5]
    return 1.2
