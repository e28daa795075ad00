"""PDF files: only the pages that may hold the plan are taken apart; the others are read quickly as paragraphs."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pypdfium2 as pdfium
from pypdfium2 import raw

from dhr_analytics.errors import InputError
from dhr_analytics.reading.letters import Block, Line, Page, paragraphs, pitch_of
from dhr_analytics.reading.pdf_pages import Survey, survey_page, take_apart
from dhr_analytics.reading.printed import BAND, folded, is_running, read_page
from dhr_analytics.reading.table import RawRow, RawTable

_FEW_PAGES = 12  # a document of so few pages is not worth choosing from
_MANY_PAGES = 40  # more take seconds to be taken apart
_MOST_PAGES = 2_000  # read within the guard's time; the longest published reviews have some 300
_NUMBERED_HEADING = frozenset(("recommendation", "#"))


def read_pdf(data: bytes, name: str, *, prescreen: bool = True) -> list[RawTable]:
    """Read a PDF file.

    Parameters
    ----------
    data, name : bytes, str
        As for `read_kind`.
    prescreen : bool
        Take only those pages apart that may hold the plan's tables. Without it every page is taken apart, which is
        about ten times slower.

    Returns
    -------
    list of RawTable
        Tables and the running text between them, in the order of the document; running heads and feet come last and
        once each, so that they part no table.

    Raises
    ------
    InputError
        When the file is damaged or locked, or holds only pictures of pages and Tesseract is not installed.
    """
    document = _open(data, name)
    try:
        if len(document) > _MOST_PAGES:
            raise InputError(
                f"{name} has {len(document):,} pages; at most {_MOST_PAGES:,} are read. Print the pages of the action "
                "plan to a new PDF and give that."
            )
        _fill_in_forms(document)
        surveys = [survey_page(document, i) for i in range(len(document))]
        if not surveys:
            raise InputError(f"{name} has no pages. Save the document as PDF again.")
        scans = [i for i, page in enumerate(surveys) if page.picture]
        chosen = _choose(surveys) if prescreen else [i for i, page in enumerate(surveys) if page.lines]
        pages = {i: take_apart(document[i], i + 1) for i in chosen}
        unread = scans
        if scans and _can_read(scans, surveys, name):
            # Loaded for scans alone: the libraries for pictures take longer to load than a plan takes to read.
            from dhr_analytics.reading.ocr import read_scans

            pages.update(read_scans(document, scans))
            unread = []
    except pdfium.PdfiumError as error:
        raise InputError(
            f"{name} is damaged: a page cannot be read ({error}). Open it in a PDF reader, print it to a new PDF and "
            "read that."
        ) from error
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


def _fill_in_forms(document: pdfium.PdfDocument) -> None:
    """Turn the fields of a form into printed text, as when it is printed."""
    if document.get_formtype() != raw.FORMTYPE_NONE:
        document.init_forms()
        for i in range(len(document)):
            document[i].flatten()


# -- the quick look ----------------------------------------------------------------------------------------------------


def _choose(surveys: Sequence[Survey]) -> list[int]:
    """Choose the pages that may hold the plan: those with its header, and tables that continue from them."""
    text = [i for i, page in enumerate(surveys) if page.lines]
    tables = [i for i in text if surveys[i].tabular]
    if len(surveys) <= _FEW_PAGES:
        return text
    if not any(surveys[i].header for i in tables):
        return tables
    chosen: list[int] = []
    for i in tables:
        # A picture or a page of notes may stand between two pages of the plan.
        if surveys[i].header or (chosen and i - chosen[-1] <= 2):
            chosen.append(i)
    # A plan may stand apart from the tables with known names, under names of its own.
    unnamed = [i for i in tables if surveys[i].columns]
    if len(unnamed) <= _MANY_PAGES:
        chosen += unnamed
    # The last lines of a table may be too few to look like one.
    return sorted({*chosen, *(i for i in text if i - 1 in chosen)})


def _running(surveys: Sequence[Survey]) -> frozenset[str]:
    """Return the words of running heads and feet: lines that stand at the same height on most pages."""
    by_size: dict[tuple[int, int], list[Survey]] = {}
    for page in surveys:
        if page.lines:
            by_size.setdefault((round(page.width), round(page.height)), []).append(page)
    return frozenset(word for pages in by_size.values() for word in _repeated(pages))


def _repeated(pages: Sequence[Survey]) -> Iterator[str]:
    """Give the words of lines near the edges that most pages of one size repeat at one height."""
    found: Counter[tuple[frozenset[str], int]] = Counter()
    for page in pages:
        found.update(item for item in _near_edges(page) if item[0] and not item[0] >= _NUMBERED_HEADING)
    for (words, at), n in found.items():
        if n + found[words, at - 1] + found[words, at + 1] >= max(2, 0.4 * len(pages)):
            yield from words


def _near_edges(page: Survey) -> set[tuple[frozenset[str], int]]:
    """Return the lines near the upper and lower edge: their words, and how far from the edge they are."""
    heights = ((line, line.top if line.top < page.height / 2 else line.top - page.height) for line in page.lines)
    return {
        (folded(line.text), round(height / 6))
        for line, height in heights
        if line.bottom < page.height * BAND or line.top > page.height * (1 - BAND)
    }


# -- putting the document together -------------------------------------------------------------------------------------


def _can_read(scans: Sequence[int], surveys: Sequence[Survey], name: str) -> bool:
    """Return whether scans can be read; when they cannot and most pages are scans, that is an error."""
    if shutil.which("tesseract") is not None:
        return True
    if len(scans) * 2 > sum(bool(page.lines) or page.picture for page in surveys):
        raise InputError(
            f"{name} holds pictures of pages without text ({len(scans)} of {len(surveys)} pages). To read them, "
            "install Tesseract (Debian and Ubuntu: apt-get install tesseract-ocr), or ask the publisher for the Word "
            "file, or use a copy with recognised text."
        )
    return False


def _assemble(
    surveys: Sequence[Survey],
    pages: dict[int, Page],
    running: frozenset[str],
    unread: Sequence[int],
) -> list[RawTable]:
    """Put all pages in order; a table that continues over a page break is one."""
    text = " ".join(line.text for page in surveys for line in page.lines)
    words = frozenset(re.findall(r"[^\W\d_]+", text.lower()))
    blocks: list[Block] = []
    heads: dict[frozenset[str], RawRow] = {}
    for i, survey in enumerate(surveys):
        if i in pages:
            above = _table_of(blocks[-1:])
            found, dropped = read_page(pages[i], above, running=running, words=words)
        else:
            found, dropped = _plain_page(survey, i + 1, running, words)
        if i in unread:
            note = f"[page {i + 1} is a picture; install tesseract-ocr to read it]"
            found.append(Block("text", (RawRow((note,), f"page {i + 1}", i > 0),)))
        for line in dropped:
            place = f"page {i + 1}, head or foot"
            heads.setdefault(folded(line.text), RawRow((line.text,), place))
        blocks = _appended(blocks, found)
    blocks.append(Block("text", tuple(heads.values())))
    return [RawTable(block.rows, kind=block.kind) for block in blocks if block.rows]


def _table_of(last: Sequence[Block]) -> Block | None:
    """Return the block that ends the pages so far, if it is a table."""
    return last[0] if last and last[0].kind == "table" else None


def _appended(blocks: list[Block], found: Sequence[Block]) -> list[Block]:
    """Add the blocks of a page to those of the pages before."""
    out = list(blocks)
    for n, block in enumerate(found):
        if out and _go_together(out[-1], block, first=n == 0):
            out[-1] = replace(block, rows=out[-1].rows + block.rows)
        else:
            out.append(block)
    return out


def _go_together(last: Block, block: Block, *, first: bool) -> bool:
    """Return whether text continues, or a table does: over a page break, in much the same columns."""
    if last.kind != block.kind or len(last.edges) != len(block.edges):
        return False
    if block.kind == "text":
        return True
    shift = block.edges[0] - last.edges[0]
    near = max(0.1 * (block.edges[-1] - block.edges[0]), 20)
    pairs = zip(last.edges, block.edges, strict=True)
    return first and all(abs(b - a - shift) < near for a, b in pairs)


def _plain_page(
    survey: Survey,
    number: int,
    running: frozenset[str],
    words: frozenset[str],
) -> tuple[list[Block], list[Line]]:
    """Read a page without the plan's tables as paragraphs."""
    heads = [line for line in survey.lines if is_running(line, survey.height, running)]
    lines = [line for line in survey.lines if line not in heads]
    text = paragraphs(lines, pitch_of(lines), words)
    rows = (
        RawRow((line.text,), f"page {number}, row {i}", break_before=i == 1 and number > 1)
        for i, line in enumerate(text, start=1)
    )
    return [Block("text", tuple(rows))] if text else [], heads
