"""What PDFium tells of a page: at a quick look, and taken apart into letters, rules and coloured areas."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import hypot
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

from dhr_analytics.reading.letters import Box, Colour, Glyph, Line, Page
from dhr_analytics.vocabulary import terms

_HEADER_LETTERS = 240  # names of columns that stand within so many letters may be one header
_ROLES_NAMED = 3  # so many different columns named together are a header
_PLAN_WORD = re.compile(r"\b(?:Action|ACTION|Recommend|RECOMMEND)")
_CUT = "\x02\ufffe"  # how PDFium marks a hyphen at the end of a line
_THIN = 2.6  # in points: what is drawn thinner is a rule
_SHORT = 4  # and no rule is shorter
_SMALL = 7  # an area smaller than this is the mark of a list, or nothing
_GAP = "\x1f"
_LIGATURE = tuple("filt")
_QUARTERS = 2 / 3.14159265  # quarter turns in a radian
_TURNS = {90: -1, 270: 1}
Matrix = tuple[float, float, float, float, float, float]
_UNMOVED: Matrix = (1, 0, 0, 1, 0, 0)
_FEW_PATHS = 6  # fewer drawn lines make no table
_LEAST_LETTERS = 20  # a page with fewer is a picture, if it holds one


@dataclass(frozen=True)
class Survey:
    """What a quick look at a page tells: its lines, and signs of a table or of a scan."""

    lines: tuple[Line, ...]
    width: float
    height: float
    header: bool
    columns: bool
    tabular: bool
    picture: bool


def survey_page(document: pdfium.PdfDocument, index: int) -> Survey:
    """Look at a page quickly; a page whose letters lie on their side is turned upright for good.

    Parameters
    ----------
    document : pypdfium2.PdfDocument
    index : int
        Of the page, from 0.

    Returns
    -------
    Survey
    """
    page = document[index]
    text_page = page.get_textpage()
    turn = _turn(text_page, page.get_rotation())
    if turn:
        page.set_rotation((page.get_rotation() + turn) % 360)
        page = document[index]
        text_page = page.get_textpage()
    text = text_page.get_text_range()
    lines = tuple(_lines(page, text_page, text))
    paths, images = _drawn(page)
    starts = Counter(round(line.x0 / 8) for line in lines)
    columns = sum(n >= 3 for n in starts.values()) >= 3
    return Survey(
        lines,
        page.get_width(),
        page.get_height(),
        header=_names_columns(text),
        columns=columns,
        tabular=bool(turn) or paths >= _FEW_PATHS or columns,
        picture=len("".join(text.split())) < _LEAST_LETTERS and images > 0,
    )


def _names_columns(text: str) -> bool:
    """Return whether a page names columns of a plan close together; this is one vote for it."""
    starts = (max(match.start() - 60, 0) for match in _PLAN_WORD.finditer(text))
    near = (text[at : at + _HEADER_LETTERS] for at in starts)
    return any(len(_roles_named(part)) >= _ROLES_NAMED for part in near)


def _roles_named(text: str) -> set[str]:
    """Return the roles of the columns that a text names, with a capital as headers do."""
    roles, phrases = _header_names()
    return {roles[terms.fold(match.group())] for match in phrases.finditer(text)} - {""}


@cache
def _header_names() -> tuple[dict[str, str], re.Pattern[str]]:
    """Return the role of each column name in the vocabulary, and a pattern for the names."""
    roles = {terms.fold(row["phrase"]): row["role"].split(" ")[0] for row in terms.rows("headers")}
    # Longer names first, else "Action" would be found in "Action owner".
    spelled = (r"\W+".join(name.split()) for name in sorted(roles, key=lambda n: (-len(n), n)))
    return roles, re.compile(rf"(?<!\w)(?=[A-Z])(?i:{'|'.join(spelled)})(?!\w)")


def _turn(text_page: pdfium.PdfTextPage, rotation: int) -> int:
    """Return by how many degrees clockwise most letters of a page have to be turned to stand upright."""
    count = text_page.count_chars()
    angles = Counter(
        (round(raw.FPDFText_GetCharAngle(text_page.raw, i) * _QUARTERS) * 90 + rotation) % 360
        for i in range(0, count, max(count // 80, 1))
    )
    if not angles:
        return 0
    angle, most = angles.most_common(1)[0]
    return (360 - angle) % 360 if most * 2 > angles.total() else 0


def _lines(page: pdfium.PdfPage, text_page: pdfium.PdfTextPage, text: str) -> Iterator[Line]:
    """Read the printed lines of a page with their place as shown, the page turned upright."""
    shown = _as_shown(page)
    a, b = raw.FS_RECTF(), raw.FS_RECTF()
    at = 0
    for line in text.split("\r\n"):
        if line.strip():
            raw.FPDFText_GetLooseCharBox(text_page.raw, at + len(line) - len(line.lstrip()), ctypes.byref(a))
            raw.FPDFText_GetLooseCharBox(text_page.raw, at + len(line.rstrip()) - 1, ctypes.byref(b))
            box = shown(min(a.left, b.left), min(a.bottom, b.bottom), max(a.right, b.right), max(a.top, b.top))
            yield Line(" ".join("".join("-" if c in _CUT else c for c in line).split()), *box)
        at += len(line) + 2


def _drawn(page: pdfium.PdfPage) -> tuple[int, int]:
    """Count drawn shapes, as far as it matters, and pictures of a page, those in forms included."""
    paths = images = 0
    todo = [(raw.FPDFPage_GetObject, page.raw, raw.FPDFPage_CountObjects(page.raw))]
    while todo:
        get, parent, count = todo.pop()
        for i in range(count):
            item = get(parent, i)
            kind = raw.FPDFPageObj_GetType(item)
            paths += kind == raw.FPDF_PAGEOBJ_PATH
            images += kind == raw.FPDF_PAGEOBJ_IMAGE
            if kind == raw.FPDF_PAGEOBJ_FORM:
                todo.append((raw.FPDFFormObj_GetObject, item, raw.FPDFFormObj_CountObjects(item)))
            if paths >= _FEW_PATHS:
                return paths, images
    return paths, images


def take_apart(page: pdfium.PdfPage, number: int) -> Page:
    """Read letters, rules and coloured areas of a page.

    Parameters
    ----------
    page : pypdfium2.PdfPage
    number : int
        Of the page, from 1.

    Returns
    -------
    Page
    """
    shown = _as_shown(page)
    drawn = _Drawn(_mended(list(_glyphs(page, shown))), [], [])
    for shape in _shapes(page, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, _UNMOVED):
        for points in shape.outlines:
            drawn.add(shape, [shown(x, y, x, y) for x, y in points])
    return Page(number, page.get_width(), page.get_height(), drawn.glyphs, drawn.rules, drawn.fills)


class _Drawn(NamedTuple):
    """What is on a page: letters, rules and coloured areas."""

    glyphs: list[Glyph]
    rules: list[Box]
    fills: list[tuple[Box, Colour]]

    def add(self, shape: _Shape, corners: list[Box]) -> None:
        """Take an outline for a rule, the mark of a list, or a coloured area with its edges."""
        lefts, tops, rights, bottoms = zip(*corners, strict=True)
        box = min(lefts), min(tops), max(rights), max(bottoms)
        width, height = box[2] - box[0], box[3] - box[1]
        if min(width, height) < _THIN:
            self.rules.extend([box] if max(width, height) > _SHORT else [])
        elif max(width, height) < _SMALL:
            # The marks of a list may be drawn, not written.
            if shape.fill and abs(width - height) < 1:
                self.glyphs.append(Glyph("•", box[0], box[1] - 2, box[2], box[3] + 2))
        elif not shape.curved:
            self.fills.extend([(box, shape.fill)] if shape.fill else [])
            self.rules.extend(_edges(corners) if shape.stroked else [])


def _edges(corners: list[Box]) -> Iterator[Box]:
    """Give the level and upright edges of an outline."""
    for a, b in pairwise(corners):
        if min(abs(a[0] - b[0]), abs(a[1] - b[1])) < 1:
            yield min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])


def _as_shown(page: pdfium.PdfPage) -> Callable[[float, float, float, float], Box]:
    """Return how a box of the file (left, bottom, right, top) lies on the page as shown, from the top left corner."""
    left, bottom, right, top = page.get_bbox()
    return {
        0: lambda x0, y0, x1, y1: (x0 - left, top - y1, x1 - left, top - y0),
        90: lambda x0, y0, x1, y1: (y0 - bottom, x0 - left, y1 - bottom, x1 - left),
        180: lambda x0, y0, x1, y1: (right - x1, y0 - bottom, right - x0, y1 - bottom),
        270: lambda x0, y0, x1, y1: (top - y1, right - x1, top - y0, right - x0),
    }[page.get_rotation()]


def _glyphs(page: pdfium.PdfPage, shown: Callable[[float, float, float, float], Box]) -> Iterator[Glyph]:
    text = page.get_textpage()
    handle, rotation, box = text.raw, page.get_rotation(), raw.FS_RECTF()
    styles: dict[int, tuple[float, bool]] = {}
    for i in range(text.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(handle, i))
        if raw.FPDFText_IsGenerated(handle, i) or letter in "\r\n":
            # PDFium sees the end of a line, or a space where the file only leaves a gap.
            yield Glyph("\n" if letter in "\r\n" else _GAP, 0, 0, 0, 0)
        else:
            raw.FPDFText_GetLooseCharBox(handle, i, ctypes.byref(box))
            turn = _TURNS.get((round(raw.FPDFText_GetCharAngle(handle, i) * _QUARTERS) * 90 + rotation) % 360, 0)
            size, bold = _style(handle, i, styles)
            x0, top, x1, bottom = shown(box.left, box.bottom, box.right, box.top)
            # Some fonts say their letters are no higher than each one is drawn.
            top = top if turn else min(top, bottom - size)
            yield Glyph("-" if letter in _CUT else letter, x0, top, x1, bottom, turn, bold)


def _style(handle: Any, i: int, known: dict[int, tuple[float, bool]]) -> tuple[float, bool]:
    """Return the size of a letter in points and whether it is bold; a run of text has one style."""
    run = raw.FPDFText_GetTextObject(handle, i)
    key = ctypes.addressof(run.contents) if run else 0
    if key not in known:
        matrix, name, flags = raw.FS_MATRIX(), ctypes.create_string_buffer(128), ctypes.c_int()
        raw.FPDFText_GetMatrix(handle, i, ctypes.byref(matrix))
        size = raw.FPDFText_GetFontSize(handle, i) * hypot(matrix.c, matrix.d)
        raw.FPDFText_GetFontInfo(handle, i, name, 128, ctypes.byref(flags))
        # The weight is not always stated where the name of the font says it.
        heavy = raw.FPDFText_GetFontWeight(handle, i) >= 600
        known[key] = size, heavy or b"bold" in name.value.lower()
    return known[key]


def _mended(glyphs: list[Glyph]) -> list[Glyph]:
    """Put gaps behind the letter before, and the letters of ligatures back into their words.

    PDFium loses the place of ligatures where a page lies in a form.
    """
    out = list(glyphs)
    start = 0
    while start < len(out):
        end = _ligature_end(out, start)
        placed = _placed_ligature(out, start, end) if end > start else []
        out[start : start + len(placed)] = placed
        start += max(len(placed), 1)
    for before, (i, glyph) in zip([None, *out], enumerate(out), strict=False):
        if glyph.text == _GAP and before is not None:
            out[i] = before._replace(text=" ", x0=before.x1)
    return [glyph for glyph in out if glyph.text not in (_GAP, "\n")]


def _ligature_end(glyphs: list[Glyph], start: int) -> int:
    """Return where the letters end that may be one ligature: three at most, in one place."""
    end = start
    while end < min(len(glyphs), start + 3) and glyphs[end].text in _LIGATURE:
        end += 1
    while end > start + 1 and _far(glyphs[start], glyphs[end - 1]):
        end -= 1
    return end


def _placed_ligature(glyphs: list[Glyph], start: int, end: int) -> list[Glyph]:
    """Place the letters of a ligature beside the letters of their word; none where they are in their place."""
    before, after = (_letter(glyphs, i) for i in (start - 1, end))
    mate = before or after
    if mate is None or any(each and not _far(each, glyphs[start]) for each in (before, after)):
        return []
    width = 0.25 * (mate.bottom - mate.top)
    left = before.x1 if before else mate.x0 - width * (end - start)
    if before and after and not _far(before, after) and after.x0 > left:
        width = (after.x0 - left) / (end - start)
    lefts = [left + width * i for i in range(end - start)]
    pairs = zip(glyphs[start:end], lefts, strict=True)
    return [mate._replace(text=glyph.text, x0=x, x1=x + width) for glyph, x in pairs]


def _letter(glyphs: list[Glyph], i: int) -> Glyph | None:
    return glyphs[i] if 0 <= i < len(glyphs) and glyphs[i].text.isalpha() else None


def _far(a: Glyph, b: Glyph) -> bool:
    height = max(a.bottom - a.top, b.bottom - b.top, 1)
    return abs(a.bottom - b.bottom) > height or abs(a.x0 - b.x0) > 3 * height


class _Shape(NamedTuple):
    """Drawn lines and areas: outlines as points, colour of the area if it is filled, and whether lines are drawn."""

    outlines: list[list[tuple[float, float]]]
    fill: Colour
    stroked: bool
    curved: bool


def _shapes(parent: Any, count: Any, get: Any, moved: Matrix) -> Iterator[_Shape]:
    """Walk over the drawn shapes of a page, or of a form that is on it."""
    for i in range(count(getattr(parent, "raw", parent))):
        item = get(getattr(parent, "raw", parent), i)
        kind = raw.FPDFPageObj_GetType(item)
        if kind not in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_FORM):
            continue
        own = raw.FS_MATRIX()
        raw.FPDFPageObj_GetMatrix(item, ctypes.byref(own))
        matrix = _times((own.a, own.b, own.c, own.d, own.e, own.f), moved)
        if kind == raw.FPDF_PAGEOBJ_FORM:
            yield from _shapes(item, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject, matrix)
        else:
            yield _shape(item, matrix)


def _shape(item: Any, matrix: Matrix) -> _Shape:
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item, ctypes.byref(mode), ctypes.byref(stroked))
    segments = [raw.FPDFPath_GetPathSegment(item, i) for i in range(raw.FPDFPath_CountSegments(item))]
    curved = any(raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_BEZIERTO for segment in segments)
    drawn = mode.value or stroked.value
    fill = _filled_with(item) if mode.value else ""
    return _Shape(_outlines(segments, matrix) if drawn else [], fill, bool(stroked.value), curved)


def _filled_with(item: Any) -> Colour:
    """Return the colour of an area; none where it hardly shows."""
    parts = [ctypes.c_uint() for _ in range(4)]
    stated = raw.FPDFPageObj_GetFillColor(item, *(ctypes.byref(part) for part in parts))
    return "".join(f"{part.value:02X}" for part in parts[:3]) if stated and parts[3].value > 40 else ""


def _outlines(segments: list[Any], matrix: Matrix) -> list[list[tuple[float, float]]]:
    outlines: list[list[tuple[float, float]]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    a, b, c, d, e, f = matrix
    for segment in segments:
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO or not outlines:
            outlines.append([])
        outlines[-1].append((a * x.value + c * y.value + e, b * x.value + d * y.value + f))
        if raw.FPDFPathSegment_GetClose(segment):
            outlines[-1].append(outlines[-1][0])
    return outlines


def _times(m: Matrix, n: Matrix) -> Matrix:
    """Multiply two transformations, ``m`` first."""
    return (
        m[0] * n[0] + m[1] * n[2], m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2], m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4], m[4] * n[1] + m[5] * n[3] + n[5],
    )  # fmt: skip
