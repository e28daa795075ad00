"""Walking down a frame: which rows are headings, which are plan rows with cells by role, and which are set aside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dhr_analytics.normalising.cells.agencies import is_agency
from dhr_analytics.normalising.cells.dates import find_dates
from dhr_analytics.normalising.cells.named_answers import read_named_answer
from dhr_analytics.normalising.cells.rows import is_example, is_total
from dhr_analytics.normalising.cells.ticks import CHOICES, read_ticks, ticked_choice
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
from dhr_analytics.vocabulary import terms

_PERCENT = re.compile(r"%|\bper\s?cent", re.IGNORECASE)
_SHARE = re.compile(r"\d{1,3}(?:\.\d+)?")
_RULE = re.compile(r"[\s:|=_–—-]*")
# How many words at most a cell of a role holds; more is prose in a column that slipped.
_LONGEST = {"number": 2, "scope": 4, "rag": 4, "status": 6}

_MAY_HOLD_HEADINGS = ("number", "recommendation", "section", "review")
_ANSWERS = ("status", "response", "progress")  # columns whose name may say what "Yes" answers


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
    sheet = _heading_sheet(frame)
    for i, row in enumerate(frame.rows):
        number += row.after_break and i > 0
        if row.line:
            yield _line_step(row, sheet)
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


def _heading_sheet(frame: Frame) -> str:
    """Return the name of the sheet where it heads the rows, else ``""``."""
    headed = any(row.line and row.cells[0] == frame.region for row in frame.rows)
    return frame.region if headed else ""


def _line_step(row: FrameRow, sheet: str) -> Step:
    """Say what a line is; ``sheet`` is the name of a sheet that is the heading of its rows."""
    text = row.cells[0].strip()
    if not text or _RULE.fullmatch(text):
        return Step("aside", row)
    if _repeats(sheet, text):
        return Step("aside", row, reason="title")
    if CAPTION.fullmatch(text):
        return Step("aside", row, reason="sub-heading")
    if FURNITURE.match(text):
        return Step("aside", row, reason="page furniture")
    if is_title(text) and not NUMBERED_HEADING.match(text):
        return Step("title", row)
    return Step("heading" if is_heading(text) else "line", row)


def _repeats(sheet: str, text: str) -> bool:
    """Return whether a line says the name of its sheet and more."""
    return bool(sheet) and text != sheet and f" {terms.fold(sheet)} " in f" {terms.fold(text)} "


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


def _are_ends(row: FrameRow, text: str) -> bool:
    """Return whether cells below a break say the same by chance: both end in "... the policy."."""
    return text[:1].islower() and row.after_break and 1 < sum(map(bool, map(str.strip, row.cells))) < len(row.cells)


def _at(values: Sequence[str], i: int) -> str:
    return values[i] if i < len(values) else ""


def _lone_step(row: FrameRow, text: str, columns: Columns, below: FrameRow | None) -> Step:
    """Say what a row of one cell is: a heading, a text across the table, or a cell of its column."""
    at = _first_filled(row)
    role = _at(columns.roles, at)
    across = _is_across(row)
    if is_noise(text) and role != "number":
        return Step("aside", row, reason="noise")
    if not (across or at == 0 or role in _MAY_HOLD_HEADINGS) or _are_ends(row, text):
        return _row_step(row, columns)
    if _heads(text, below, at):
        return Step("heading", row)
    if across or (words_a_recommendation(text) and role != "recommendation"):
        return Step("line", row)
    return _row_step(row, columns)


def _first_filled(row: FrameRow) -> int:
    cells = enumerate(row.cells)
    return next(i for i, cell in cells if cell.strip() and not _RULE.fullmatch(cell))


def _is_across(row: FrameRow) -> bool:
    """Return whether a cell is the only one of its row, or is merged over several columns."""
    distinct = {cell for cell in row.cells if cell.strip()}
    return len(row.cells) == 1 or (len(distinct) == 1 and sum(map(bool, row.cells)) > 1)


def _heads(text: str, below: FrameRow | None, at: int) -> bool:
    """Return whether a lone cell is the heading of the rows below it."""
    if not is_heading(text):
        return False
    if NUMBERED_HEADING.match(text) or is_agency(text):
        return True
    if asks(text) and len(text.split()) > 7:
        return False
    next_cell = _at(below.cells, at) if below is not None else ""
    return _is_capitalised(text) or not next_cell[:1].islower() or bool(numbered(next_cell))


def _is_capitalised(text: str) -> bool:
    """Return whether each long word of a text begins with a capital, as in a name."""
    words = [word for word in text.split() if word[0].isalpha()]
    return all(word[0].isupper() or len(word) < 4 for word in words)


def _row_step(row: FrameRow, columns: Columns) -> Step:
    """Put each cell of a row under its role; one whose column has no role is kept as a note."""
    cells: dict[str, str] = {}
    notes: list[str] = []
    rejected: list[Rejected] = []
    for role, name, cell in _filled_cells(row, columns):
        if not role:
            notes.append(_as_note(name, cell))
            continue
        named, answer = read_named_answer(name, cell) if role in _ANSWERS else ("", "")
        if named:
            cells[named] = answer.replace("_", " ")
            continue
        chosen, left = ticked_choice(cell) if purpose(role) in CHOICES else (cell, "")
        rejected += [Rejected(row.place, left, "choice that is not ticked")] if left else []
        cells[role] = f"{cells[role]}\n{chosen}" if role in cells else chosen
    notes += _replace_target(cells)
    _add_ticks(cells, row, columns)
    _add_fills(cells, row, columns)
    if notes:
        cells["notes"] = "\n".join(notes)
    return Step("row", row, cells, rejected=tuple(rejected))


def _filled_cells(row: FrameRow, columns: Columns) -> Iterator[tuple[str, str, str]]:
    """Give role, name and text of each filled cell; columns that are only ticked are left out."""
    for i, cell in enumerate(row.cells):
        role, name = _at(columns.roles, i), _at(columns.names, i)
        if cell.strip() and role != TICKED:
            yield role, name, _as_percent(cell, name) if role else cell


def _as_note(name: str, cell: str) -> str:
    return f"{' '.join(name.split())}: {' '.join(cell.split())}" if name.strip() else cell


def _replace_target(cells: dict[str, str]) -> list[str]:
    """Put a revised target in place of the first one; return a note of the other."""
    revised, first = cells.pop("revised", ""), cells.get("target")
    if not revised:
        return []
    if first is not None and not find_dates(revised):
        return [f"Revised target: {revised}"]
    cells["target"] = revised
    return [] if first is None else [f"First target: {first}"]


def _as_percent(cell: str, name: str) -> str:
    """Write a share as the sheet shows it: a spreadsheet holds 40 % as 0.4."""
    share = _SHARE.fullmatch(cell.strip()) if _PERCENT.search(name) else None
    return f"{float(share[0]) * (100 if float(share[0]) <= 1 else 1):g}%" if share else cell


def _add_ticks(cells: dict[str, str], row: FrameRow, columns: Columns) -> None:
    """Read the status from the column that is ticked."""
    at = [i for i, role in enumerate(columns.roles) if role == TICKED]
    if not at:
        return
    own = [_at(row.cells, i) for i in at]
    fills = [_at(row.fills, i) for i in at]
    ticked = read_ticks([columns.names[i] for i in at], [own], [fills])
    if ticked and ticked[0] != "no_update":
        cells["status"] = ticked[0].replace("_", " ")


def _add_fills(cells: dict[str, str], row: FrameRow, columns: Columns) -> None:
    """Take the colour of a cell for its rating where it says none in words."""
    for role, cell, fill in zip(columns.roles, row.cells, row.fills, strict=False):
        plain = purpose(role)
        if fill and role != plain and (cell.strip() or plain == "rag"):
            cells.setdefault(role.replace(plain, "rag"), fill)
    worded = cells.get("rag", "").strip(" .0123456789")  # a figure says less than the colour
    if not worded and (colour := _colour_of(row, columns)):
        cells["rag"] = colour


def _colour_of(row: FrameRow, columns: Columns) -> str:
    """Return the colour of the cell that rates a row, or the only colour that the row has."""
    filled = [each for each in zip(columns.roles, row.fills, strict=False) if each[1]]
    rated = [fill for role, fill in filled if role in ("rag", "status")]
    colours = {fill for fill in row.fills if fill}
    return next(iter(rated or (colours if len(colours) == 1 else ())), "")
