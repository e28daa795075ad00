"""Walking down a frame: which rows are headings, which are plan rows with cells by role, and which are set aside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dhr_analytics.normalising.cells.agencies import is_agency
from dhr_analytics.normalising.cells.dates import find_dates
from dhr_analytics.normalising.cells.rows import is_example, is_total
from dhr_analytics.normalising.cells.status import read_named_answer
from dhr_analytics.normalising.cells.ticks import read_ticks
from dhr_analytics.normalising.cells.updates import purpose
from dhr_analytics.normalising.frames import Frame, FrameRow
from dhr_analytics.normalising.lines import (
    CAPTION,
    FURNITURE,
    GUIDANCE,
    NUMBERED_HEADING,
    PAGE,
    is_heading,
    is_noise,
    is_title,
    numbered,
    words_a_recommendation,
)
from dhr_analytics.normalising.roles import TICKED, Columns, asks
from dhr_analytics.normalising.rows import Rejected

_BOXES = re.compile(r"([☐☒☑✓✔□■])\s*([^☐☒☑✓✔□■]*)")
_TICKED = "☒☑✓✔■"
_PERCENT = re.compile(r"%|\bper\s?cent", re.IGNORECASE)
_SHARE = re.compile(r"\d{1,3}(?:\.\d+)?")
_RULE = re.compile(r"[\s:|=_–—-]*")
# How many words at most a cell of a role holds; more is prose in a column that slipped.
_LONGEST = {"number": 2, "scope": 4, "rag": 4, "status": 6}


@dataclass(frozen=True)
class Step:
    """One row on the way down.

    ``kind`` is ``heading``, ``line`` (a text that is neither), ``row``, ``loose`` (a row that lost columns), or
    ``aside`` with the reason in ``reason``.
    """

    kind: str
    row: FrameRow
    cells: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    rejected: tuple[Rejected, ...] = ()

    @property
    def text(self) -> str:
        """The words of a row of one cell."""
        return " ".join(" ".join(self.row.filled).split())


def steps(frame: Frame, columns: Columns) -> Iterator[Step]:
    """Give the rows of a frame in order, each with what it is.

    Parameters
    ----------
    frame : Frame
    columns : Columns
        The roles of its columns.

    Yields
    ------
    Step
        Empty rows and rules are left out.
    """
    pages = _pages(frame.rows)
    shifted = {i for i, page in enumerate(pages) if page and _lost_columns(columns.roles, page)}
    number = 0
    for i, row in enumerate(frame.rows):
        number += row.after_break and i > 0
        if row.line:
            yield _line_step(row)
        elif row.filled:
            below = frame.rows[i + 1] if i + 1 < len(frame.rows) else None
            yield _loose(row) if number in shifted else _table_step(row, columns, below)


def _pages(rows: Sequence[FrameRow]) -> list[list[FrameRow]]:
    """Split the rows at breaks; lines of text are left out."""
    pages: list[list[FrameRow]] = [[]]
    for i, row in enumerate(rows):
        if row.after_break and i:
            pages.append([])
        if not row.line:
            pages[-1].append(row)
    return pages


def _lost_columns(roles: Sequence[str], page: Sequence[FrameRow]) -> bool:
    """Return whether a page has lost columns, so that prose is where a number or scope should be."""
    widest = max(len(row.cells) for row in page)
    if widest >= len(roles) - 1 or page[0].opens_table and widest == 1:
        return False
    pairs = [(role, cell) for row in page for role, cell in zip(roles, row.cells, strict=False)]
    return any(len(cell.split()) > _LONGEST.get(role, 10_000) for role, cell in pairs) or 1 < len(page[0].cells) <= 2


def _loose(row: FrameRow) -> Step:
    if all(is_noise(cell) for cell in row.filled):
        return Step("aside", row, reason="noise")
    return Step("aside", row, reason="page furniture") if _is_page_line(row) else Step("loose", row)


def _is_page_line(row: FrameRow) -> bool:
    return len(row.filled) <= 2 and bool(PAGE.fullmatch(row.filled[-1]))


def _line_step(row: FrameRow) -> Step:
    text = row.cells[0].strip()
    if not text or _RULE.fullmatch(text):
        return Step("aside", row)
    if CAPTION.fullmatch(text):
        return Step("aside", row, reason="sub-heading")
    if FURNITURE.match(text):
        return Step("aside", row, reason="page furniture")
    if is_title(text) and not NUMBERED_HEADING.match(text):
        return Step("title", row)
    return Step("heading" if is_heading(text) else "line", row)


def _table_step(row: FrameRow, columns: Columns, below: FrameRow | None) -> Step:
    filled = row.filled
    if len(filled) == 1:
        return _lone_step(row, filled[0], columns, below)
    if sum(bool(GUIDANCE.match(cell)) for cell in filled) * 2 > len(filled):
        return Step("aside", row)
    if _is_page_line(row):
        return Step("aside", row, reason="page furniture")
    if all(is_noise(cell) for cell in filled) and TICKED not in columns.roles:
        return Step("aside", row, reason="noise")
    if is_example(row.cells):
        return Step("aside", row, reason="example of the form")
    if is_total(row.cells):
        return Step("aside", row, reason="total of the rows above")
    return _row_step(row, columns)


def _lone_step(row: FrameRow, text: str, columns: Columns, below: FrameRow | None) -> Step:
    """Say what a row of one cell is: a heading, a text across the table, or a cell of its column."""
    at = next(i for i, cell in enumerate(row.cells) if cell.strip() and not _RULE.fullmatch(cell))
    role = columns.roles[at] if at < len(columns.roles) else ""
    across = len({cell for cell in row.cells if cell.strip()}) == 1 and sum(map(bool, row.cells)) > 1
    if is_noise(text) and role != "number":
        return Step("aside", row, reason="noise")
    if len(row.cells) == 1 or across or at == 0 or role in ("number", "recommendation", "section", "review"):
        if _heads(text, row, below, at):
            return Step("heading", row)
        if len(row.cells) == 1 or across or (words_a_recommendation(text) and role != "recommendation"):
            return Step("line", row)
    return _row_step(row, columns)


def _heads(text: str, row: FrameRow, below: FrameRow | None, at: int) -> bool:
    if not is_heading(text):
        return False
    if NUMBERED_HEADING.match(text) or is_agency(text):
        return True
    if asks(text) and len(text.split()) > 7:
        return False
    named = all(word[0].isupper() or len(word) < 4 for word in text.split() if word[0].isalpha())
    next_cell = below.cells[at] if below is not None and at < len(below.cells) else ""
    return named or not next_cell[:1].islower() or bool(numbered(next_cell))


def _row_step(row: FrameRow, columns: Columns) -> Step:
    cells: dict[str, str] = {}
    notes: list[str] = []
    rejected: list[Rejected] = []
    for at, cell in enumerate(row.cells):
        if not cell.strip():
            continue
        role = columns.roles[at] if at < len(columns.roles) else ""
        name = columns.names[at] if at < len(columns.names) else ""
        if role == TICKED:
            continue
        if not role:
            notes.append(f"{' '.join(name.split())}: {' '.join(cell.split())}" if name.strip() else cell)
            continue
        cell = _as_percent(cell, name)
        named, answer = read_named_answer(name, cell) if role in ("status", "response", "progress") else ("", "")
        if named:
            cells[named] = answer.replace("_", " ")
            continue
        if purpose(role) in ("scope", "status", "rag"):
            cell, left = _ticked(cell)
            rejected += [Rejected(row.place, left, "choice that is not ticked")] if left else []
        cells[role] = f"{cells[role]}\n{cell}" if role in cells else cell
    if revised := cells.pop("revised", ""):
        if find_dates(revised) or "target" not in cells:
            notes += [f"First target: {cells['target']}"] if "target" in cells else []
            cells["target"] = revised
        else:
            notes.append(f"Revised target: {revised}")
    _add_ticks(cells, row, columns)
    _add_fills(cells, row, columns)
    if notes:
        cells["notes"] = "\n".join(notes)
    return Step("row", row, cells, rejected=tuple(rejected))


def _as_percent(cell: str, name: str) -> str:
    """Write a share as the sheet shows it: a spreadsheet holds 40 % as 0.4."""
    share = _SHARE.fullmatch(cell.strip()) if _PERCENT.search(name) else None
    return f"{float(share[0]) * (100 if float(share[0]) <= 1 else 1):g}%" if share else cell


def _ticked(text: str) -> tuple[str, str]:
    """Return what is ticked of a cell that offers choices with boxes, and what is not."""
    choices = _BOXES.findall(text)
    chosen = [words.strip() for box, words in choices if box in _TICKED]
    if not any(chosen):  # a tick alone is the answer itself
        return text, ""
    return " ".join(chosen), " ".join(words.strip() for box, words in choices if box not in _TICKED)


def _add_ticks(cells: dict[str, str], row: FrameRow, columns: Columns) -> None:
    """Read the status from the column that is ticked."""
    at = [i for i, role in enumerate(columns.roles) if role == TICKED]
    if not at:
        return
    own = [row.cells[i] if i < len(row.cells) else "" for i in at]
    fills = [row.fills[i] if i < len(row.fills) else "" for i in at]
    ticked = read_ticks([columns.names[i] for i in at], [own], [fills])
    if ticked and ticked[0] != "no_update":
        cells["status"] = ticked[0].replace("_", " ")


def _add_fills(cells: dict[str, str], row: FrameRow, columns: Columns) -> None:
    """Take the colour of a cell for its rating where it says none in words."""
    for role, cell, fill in zip(columns.roles, row.cells, row.fills, strict=False):
        if role != purpose(role) and fill and (cell.strip() or purpose(role) == "rag"):
            cells.setdefault(role.replace(purpose(role), "rag"), fill)
    if cells.get("rag", "").strip(" .0123456789"):  # a figure says less than the colour behind it
        return
    rated = [fill for role, fill in zip(columns.roles, row.fills, strict=False) if role in ("rag", "status") and fill]
    colours = {fill for fill in row.fills if fill}
    if rated or len(colours) == 1:
        cells["rag"] = rated[0] if rated else colours.pop()
