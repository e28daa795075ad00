"""PDF files: only the pages that may hold the plan are taken apart; the others are read quickly as paragraphs."""

from __future__ import annotations

import ctypes
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pdfplumber
import pypdfium2 as pdfium
from pypdfium2 import raw

from dhr_analytics.errors import InputError
from dhr_analytics.reading import ocr
from dhr_analytics.reading.printed import (
    BAND,
    Block,
    Box,
    Colour,
    Glyph,
    Line,
    Page,
    folded,
    is_plan_header,
    is_running,
    paragraphs,
    read_page,
)
from dhr_analytics.reading.table import RawRow, RawTable

_HEADER_LETTERS = 240  # names of columns that stand within so many letters may be one header
_FEW_PAGES = 12  # a document of so few pages is not worth choosing from
_LEAST_LETTERS = 20  # a page with fewer is a picture, if it holds one


@dataclass(frozen=True)
class _Survey:
    """What a quick look at a page tells: its lines, and signs of a table or of a scan."""

    lines: tuple[Line, ...]
    width: float
    height: float
    header: bool
    tabular: bool
    picture: bool


def read_pdf(data: bytes, name: str, *, prescreen: bool = True) -> list[RawTable]:
    """Read a PDF file.

    Parameters
    ----------
    data : bytes
        Content of the file.
    name : str
        File name, for messages.
    prescreen : bool
        Take only those pages apart that may hold the plan's tables. Without it every page is taken apart, which is
        about ten times slower.

    Returns
    -------
    list of RawTable
        Tables and the running text between them, in the order of the document; running heads and feet come last,
        so that they part no table.

    Raises
    ------
    InputError
        When the file is damaged or locked, or holds only pictures of pages and Tesseract is not installed.
    """
    document = _open(data, name)
    try:
        surveys = [_survey(document[i]) for i in range(len(document))]
        if not surveys:
            raise InputError(f"{name} has no pages. Save the document as PDF again.")
        scans = [i for i, page in enumerate(surveys) if page.picture]
        chosen = _choose(surveys) if prescreen else [i for i, page in enumerate(surveys) if page.lines]
        pages = dict(_take_apart(document, chosen, name))
        unread = _unreadable_without_tesseract(scans, surveys, name)
        if not unread:
            pages.update(ocr.read_scans(document, scans))
    finally:
        document.close()
    return _assemble(surveys, pages, _running(surveys), unread)


def _open(data: bytes, name: str) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise InputError(
                f"{name} is locked with a password. Open it, save a copy without the password (print to PDF) "
                "and read that copy."
            ) from error
        raise InputError(
            f"{name} is no readable PDF file ({error}). Download it again, or open it in a PDF reader and save a copy."
        ) from error


# -- the quick look ----------------------------------------------------------------------------------------------------


def _survey(page: pdfium.PdfPage) -> _Survey:
    """Look at a page quickly; a page whose letters lie on their side is turned upright for good."""
    text_page = page.get_textpage()
    if turn := _turn(text_page, page.get_rotation()):
        page.set_rotation((page.get_rotation() + turn) % 360)
    text = text_page.get_text_range()
    lines = tuple(_lines(page, text_page, text))
    kinds = Counter(_kinds(page))
    starts = Counter(round(line.x0 / 8) for line in lines)
    return _Survey(
        lines,
        *page.get_size(),
        header=any(is_plan_header(text[at : at + _HEADER_LETTERS]) for at in _header_starts(text)),
        tabular=kinds[raw.FPDF_PAGEOBJ_PATH] >= 6 or sum(n >= 3 for n in starts.values()) >= 3,
        picture=len("".join(text.split())) < _LEAST_LETTERS and kinds[raw.FPDF_PAGEOBJ_IMAGE] > 0,
    )


def _header_starts(text: str) -> Iterator[int]:
    return (max(match.start() - 60, 0) for match in re.finditer(r"\b(?:Action|ACTION|Recommend|RECOMMEND)", text))


def _turn(text_page: pdfium.PdfTextPage, rotation: int) -> int:
    """Return by how many degrees clockwise most letters of a page have to be turned to stand upright."""
    count = text_page.count_chars()
    angles = Counter(
        (round(raw.FPDFText_GetCharAngle(text_page.raw, i) * 57.29578 / 90) * 90 + rotation) % 360
        for i in range(0, count, max(count // 80, 1))
    )
    if not angles:
        return 0
    angle, most = angles.most_common(1)[0]
    return (360 - angle) % 360 if most * 2 > angles.total() else 0


def _lines(page: pdfium.PdfPage, text_page: pdfium.PdfTextPage, text: str) -> Iterator[Line]:
    """Read the printed lines of a page with their place as shown, the page turned upright."""
    left, bottom, right, top = page.get_bbox()
    rotation = page.get_rotation()
    at = 0
    for line in text.split("\r\n"):
        if line.strip():
            a, b = (raw.FS_RECTF(), raw.FS_RECTF())
            raw.FPDFText_GetLooseCharBox(text_page.raw, at + len(line) - len(line.lstrip()), ctypes.byref(a))
            raw.FPDFText_GetLooseCharBox(text_page.raw, at + len(line.rstrip()) - 1, ctypes.byref(b))
            x0, x1 = min(a.left, b.left), max(a.right, b.right)
            y0, y1 = min(a.bottom, b.bottom), max(a.top, b.top)
            shown = {
                0: (x0 - left, top - y1, x1 - left, top - y0),
                90: (y0 - bottom, x0 - left, y1 - bottom, x1 - left),
                180: (right - x1, y0 - bottom, right - x0, y1 - bottom),
                270: (top - y1, right - x1, top - y0, right - x0),
            }[rotation]
            yield Line(" ".join(line.replace("\ufffe", "-").split()), *shown)
        at += len(line) + 2


def _kinds(page: pdfium.PdfPage) -> Iterator[int]:
    """Tell the kind of each object on a page, those in forms included."""
    for i in range(raw.FPDFPage_CountObjects(page.raw)):
        item = raw.FPDFPage_GetObject(page.raw, i)
        kind = raw.FPDFPageObj_GetType(item)
        yield kind
        if kind == raw.FPDF_PAGEOBJ_FORM:
            for j in range(raw.FPDFFormObj_CountObjects(item)):
                yield raw.FPDFPageObj_GetType(raw.FPDFFormObj_GetObject(item, j))


def _choose(surveys: Sequence[_Survey]) -> list[int]:
    """Choose the pages that may hold the plan: those with its header, and tables that go on from them."""
    tables = [page.tabular and bool(page.lines) for page in surveys]
    if len(surveys) <= _FEW_PAGES or not any(t and page.header for t, page in zip(tables, surveys, strict=True)):
        return [i for i, table in enumerate(tables) if table]
    chosen: list[int] = []
    for i, (table, page) in enumerate(zip(tables, surveys, strict=True)):
        # A picture or a page of notes may stand between two pages of the plan.
        if table and (page.header or (chosen and i - chosen[-1] <= 2)):
            chosen.append(i)
    return chosen


def _running(surveys: Sequence[_Survey]) -> frozenset[str]:
    """Return the words of running heads and feet: lines that stand at the same height on most pages."""
    found: Counter[tuple[frozenset[str], int]] = Counter()
    pages = [page for page in surveys if page.lines]
    for page in pages:
        seen = set()
        for line in page.lines:
            if line.bottom < page.height * BAND or line.top > page.height * (1 - BAND):
                from_edge = line.top if line.top < page.height / 2 else line.bottom - page.height
                seen.add((folded(line.text), round(from_edge / 6)))
        found.update(item for item in seen if not is_plan_header(" ".join(item[0])))
    least = max(2, min(len(pages) // 2, 5))
    words: set[str] = set()
    for (line_words, at), n in found.items():
        near = n + found[line_words, at - 1] + found[line_words, at + 1]
        if near >= least:
            words |= line_words
    return frozenset(words)


# -- taking pages apart ------------------------------------------------------------------------------------------------


def _take_apart(document: pdfium.PdfDocument, chosen: Sequence[int], name: str) -> Iterator[tuple[int, Page]]:
    """Read letters, rules and coloured areas of the chosen pages from a copy without the other pages and locks."""
    if not chosen:
        return
    part = pdfium.PdfDocument.new()
    part.import_pages(document, list(chosen))
    copy = io.BytesIO()
    part.save(copy)
    part.close()
    try:
        with pdfplumber.open(copy) as pdf:
            for i, page in zip(chosen, pdf.pages, strict=True):
                yield i, _page(page, i + 1)
                page.close()
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise InputError(
            f"{name}: the pages with tables are damaged ({type(error).__name__}). "
            "Open the file in a PDF reader, print it to a new PDF and read that."
        ) from error


def _page(page: Any, number: int) -> Page:
    left, top = page.bbox[:2]
    glyphs, seen = [], set()
    for char in page.chars:
        x, y = char["x0"] - left, char["top"] - top
        key = (char["text"], round(x), round(y))
        if key in seen and char["text"].strip():  # printed twice to look bold
            continue
        seen.add(key)
        turn = 0 if char["upright"] else 1 if char["matrix"][1] > 0 else -1
        bold = "bold" in char["fontname"].lower() or "black" in char["fontname"].lower()
        glyphs.append(Glyph(char["text"], x, y, char["x1"] - left, char["bottom"] - top, turn, bold))
    rules: list[Box] = []
    fills: list[tuple[Box, Colour]] = []
    for shape in (*page.rects, *page.lines, *page.curves):
        box = (shape["x0"] - left, shape["top"] - top, shape["x1"] - left, shape["bottom"] - top)
        width, height = box[2] - box[0], box[3] - box[1]
        if min(width, height) < 2.6 and max(width, height) > 4 and shape["object_type"] != "curve":
            rules.append(box)
        elif shape["object_type"] == "curve" or max(width, height) < 7:
            # The marks of a list may be drawn, not written.
            if shape["fill"] and 1.5 < min(width, height) and max(width, height) < 7 and abs(width - height) < 1:
                glyphs.append(Glyph("•", box[0], box[1] - 3, box[2], box[3] + 3))
        elif shape["object_type"] == "rect":
            if shape["fill"] and (colour := _rgb(shape["non_stroking_color"])):
                fills.append((box, colour))
            if shape["stroke"]:
                x0, y0, x1, y1 = box
                rules += [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]
    return Page(number, float(page.width), float(page.height), glyphs, rules, fills)


def _rgb(colour: object) -> Colour | None:
    """Return grey, RGB or CMYK parts as hexadecimal digits; None for patterns."""
    parts = colour if isinstance(colour, (tuple, list)) else (colour,)
    if not all(isinstance(part, (int, float)) for part in parts):
        return None
    if len(parts) == 4:
        cyan, magenta, yellow, black = parts
        parts = tuple((1 - ink) * (1 - black) for ink in (cyan, magenta, yellow))
    elif len(parts) == 1:
        parts = (*parts, *parts, *parts)
    if len(parts) != 3:
        return None
    return "".join(f"{round(255 * min(max(part, 0), 1)):02X}" for part in parts)


# -- putting the document together -------------------------------------------------------------------------------------


def _unreadable_without_tesseract(scans: Sequence[int], surveys: Sequence[_Survey], name: str) -> Sequence[int]:
    """Return the scans that cannot be read; when they are all there is, that is an error."""
    if not scans or ocr.available():
        return ()
    if len(scans) * 2 > sum(bool(page.lines) or page.picture for page in surveys):
        raise InputError(
            f"{name} holds pictures of pages without text ({len(scans)} of {len(surveys)} pages). To read them, install "
            "Tesseract (Debian and Ubuntu: apt-get install tesseract-ocr), or ask the publisher for the Word file, "
            "or use a copy with recognised text."
        )
    return scans


def _assemble(
    surveys: Sequence[_Survey], pages: dict[int, Page], running: frozenset[str], unread: Sequence[int]
) -> list[RawTable]:
    """Put all pages in order; tables with the same columns that nothing parts are one."""
    words = frozenset(re.findall(r"[^\W\d_]+", " ".join(line.text for page in surveys for line in page.lines).lower()))
    blocks: list[Block] = []
    heads: list[RawRow] = []
    for i, survey in enumerate(surveys):
        if i in pages:
            above = blocks[-1] if blocks and blocks[-1].kind == "table" else None
            found, dropped = read_page(pages[i], above, running=running, words=words)
        else:
            found, dropped = _plain_page(survey, i + 1, running, words)
        if i in unread:
            note = f"[page {i + 1} is a picture; install tesseract-ocr to read it]"
            found.append(Block("text", (RawRow((note,), f"page {i + 1}", i > 0),)))
        heads += [RawRow((line.text,), f"page {i + 1}, head or foot") for line in dropped]
        for block in found:
            last = blocks[-1] if blocks else None
            if last is not None and last.kind == block.kind and len(last.edges) == len(block.edges):
                blocks[-1] = replace(block, rows=last.rows + block.rows)
            else:
                blocks.append(block)
    if heads:
        blocks.append(Block("text", tuple(heads)))
    return [RawTable(block.rows, kind=block.kind) for block in blocks if block.rows]


def _plain_page(
    survey: _Survey, number: int, running: frozenset[str], words: frozenset[str]
) -> tuple[list[Block], list[Line]]:
    """Read a page without the plan's tables as paragraphs."""
    heads = [line for line in survey.lines if is_running(line, survey.height, running)]
    text = paragraphs((line for line in survey.lines if line not in heads), 1.25, words)
    rows = (
        RawRow((line.text,), f"page {number}, row {i}", break_before=i == 1 and number > 1)
        for i, line in enumerate(text, start=1)
    )
    return [Block("text", tuple(rows))] if text else [], heads
