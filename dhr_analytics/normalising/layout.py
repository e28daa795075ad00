"""Layout: which rows of a document are plan rows, under which headings, and what each column holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from rapidfuzz import fuzz, process

from dhr_analytics.normalising import terms
from dhr_analytics.normalising.agencies import is_agency
from dhr_analytics.normalising.dates import read_target
from dhr_analytics.reading import RawRow, RawTable

# A header misspelt by a converter still counts; below this "action" and "section" meet.
_CLOSE = 90
_SEPARATOR = re.compile(r"[\s:|=_–—-]*")
_GUIDANCE = re.compile(
    r"\(?(?:this (?:is|should|column)\b|here you\b|please\b|insert\b|enter\b|additional rows\b|use this\b|e\.?g\.?\b|"
    r"for example\b|"
    r"what (?:is|are|do|does) |who (?:is|will) |when (?:is|will) |how (?:is|will|do) |list the\b|state the\b|"
    r"describe\b|provide\b|progress status \(see)",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\baction\s+plan\b|\bappendix\b|\bannex\b|\bdomestic\s+(?:homicide|abuse\s+related\s+death)\s+review\b|"
    r"^\W*(?:DHR|DARDR)\b|\btemplate\b|\bguidance\b",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"^(?:page\s+)?\d+(?:\s*(?:of|/)\s*\d+)?$|^page\s+\d+\b|^official(?:[\s:-]+sensitive)?\b|^restricted\b|"
    r"^\[[^\]]*\]$|^version\s+[\d.]+$",
    re.IGNORECASE,
)
NUMBERED_HEADING = re.compile(
    r"^(?P<number>(?:recommendation|rec|theme|priority|objective)\s*\.?\s*(?:no\.?\s*)?"
    r"(?:\d{1,3}[a-z]?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    r"fifteen))\s*[:.–-]\s*(?=\S)",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"^\s*(?P<number>\(?(?:R(?:ec(?:ommendation)?)?\.?\s?)?(?:\d{1,3}(?:\.\d{1,2}){0,2}[a-z]?|"
    r"(?=[ivxl])(?:x{0,3}(?:ix|iv|v?i{0,3}))|[A-Z]\d{1,2})[.):])\s*(?=\S)",
    re.IGNORECASE,
)
BARE_NUMBER = re.compile(
    r"\(?(?:r(?:ec(?:ommendation)?)?\.?\s?)?(?:(?P<n>\d{1,3})(?:\.\d{1,2}){0,2}[a-z]?|[ivxl]{1,7}|"
    r"[a-z]{1,4}[\s-]?\d{1,3}(?:\.\d{1,2})?)[.):]?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PlanRow:
    """One row of a plan: texts by role, the heading above it, and how it is parted from the row above.

    ``loose`` holds the cells of a row narrower than its table, whose columns shifted at a page break.
    """

    cells: dict[str, str]
    place: str
    section: str
    after_break: bool
    loose: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rejected:
    """A piece of the document that is in no table, and why."""

    place: str
    text: str
    reason: str


@dataclass
class _Reading:
    """The state while walking down one document."""

    roles: tuple[str, ...] = ()
    section: str = ""
    section_from: int = 0
    section_row: RawRow | None = None
    last_was_header: bool = False
    rows: list[PlanRow] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    title: str = ""

    def close_section(self) -> None:
        """Reject a heading that no plan row stood under."""
        if self.section_row is not None and self.section_from == len(self.rows):
            self.reject(self.section_row, "heading without recommendations")
        self.section_row = None

    def reject(self, row: RawRow, reason: str) -> None:
        if text := " ".join(" ".join(cell.split()) for cell in row.cells if cell.strip()):
            self.rejected.append(Rejected(row.place, text, reason))


def find_plan_rows(tables: Iterable[RawTable]) -> tuple[list[PlanRow], list[Rejected], str]:
    """Find the plan rows of a document.

    Parameters
    ----------
    tables : iterable of RawTable
        The document as read.

    Returns
    -------
    rows : list of PlanRow
        In document order.
    rejected : list of Rejected
        What is neither a plan row nor a header, separator, guidance row or section heading.
    title : str
        The document's title, where one stands above its first table.
    """
    reading = _Reading()
    for table in tables:
        if table.kind == "text":
            _read_text(reading, table.rows)
        else:
            _read_table(reading, table.rows)
    reading.close_section()
    return reading.rows, reading.rejected, reading.title


def _read_text(reading: _Reading, rows: Sequence[RawRow]) -> None:
    """Take the title and the section heading from the lines between two tables; titles come before headings."""
    titles = [i for i, row in enumerate(rows) if _TITLE.search(row.cells[0]) and len(row.cells[0].split()) <= 20]
    if titles and not reading.title:
        reading.title = rows[titles[0]].cells[0]
    after_title = titles[-1] + 1 if titles else 0
    for i, row in enumerate(rows):
        text = row.cells[0].strip()
        if _SEPARATOR.fullmatch(text):
            continue
        if i + 1 == after_title and reading.title == text:
            continue
        if i >= after_title and is_heading(text):
            _set_section(reading, row, text)
        else:
            reading.reject(
                row,
                "page furniture" if _FURNITURE.match(text) else "title" if i < after_title else "text outside the plan",
            )


def _set_section(reading: _Reading, row: RawRow, text: str) -> None:
    """Put a heading in force; a plain line below a numbered heading only explains it."""
    unused = reading.section_from == len(reading.rows) and bool(reading.section)
    if unused and NUMBERED_HEADING.match(reading.section) and not NUMBERED_HEADING.match(text):
        reading.reject(row, "sub-heading")
        return
    reading.close_section()
    reading.section, reading.section_from, reading.section_row = " ".join(text.split()), len(reading.rows), row
    reading.last_was_header = False


def is_heading(text: str) -> bool:
    """Tell whether a line or a lone cell reads as a heading: short, a capital first, no sentence."""
    words = text.split()
    if (
        not words
        or len(words) > 16
        or _FURNITURE.match(text)
        or read_target(text).on is not None
        or "\n" in text.strip()
    ):
        return False
    if NUMBERED_HEADING.match(text):
        return True
    return (
        text[0].isupper()
        and not re.search(r"[.;,:!?]$", text)
        and not NUMBER.match(text)
        and (len(words) <= 12 or is_agency(text))
    )


def _read_table(reading: _Reading, rows: Sequence[RawRow]) -> None:
    i = 0
    pending_break = False
    while i < len(rows):
        row = rows[i]
        filled = [cell for cell in row.cells if cell.strip()]
        pending_break = pending_break or row.break_before or i == 0
        if not filled or all(_SEPARATOR.fullmatch(cell) for cell in filled):
            i += 1
            continue
        if roles := header_roles(row):
            taken = 1
            if i + 1 < len(rows) and (merged := _second_header_row(row, rows[i + 1])):
                roles, taken = merged, 2
            reading.roles = _name_number_column(roles, rows[i + taken :])
            reading.last_was_header = True
            pending_break = True
            i += taken
            continue
        i += 1
        _read_row(reading, row, filled, pending_break, _page_of(rows, i - 1))
        pending_break = False


def _page_of(rows: Sequence[RawRow], at: int) -> Sequence[RawRow]:
    """Return the rows that stand between the same two breaks."""
    first = next((i for i in range(at, 0, -1) if rows[i].break_before), 0)
    last = next((i for i in range(at + 1, len(rows)) if rows[i].break_before), len(rows))
    return rows[first:last]


def _read_row(reading: _Reading, row: RawRow, filled: list[str], after_break: bool, page: Sequence[RawRow]) -> None:
    if not reading.roles:
        if len(filled) == 1 and is_heading(filled[0]):
            _set_section(reading, row, filled[0])
        else:
            reading.reject(row, "table without a recommendation or action column")
        return
    if sum(bool(_GUIDANCE.match(cell)) for cell in filled) * 2 > len(filled):
        return
    if all(is_noise(cell) for cell in filled):
        reading.reject(row, "noise")
        return
    if _is_shifted(reading.roles, page):
        if reading.rows:
            reading.rows.append(PlanRow({}, row.place, reading.section, after_break, row.cells))
        else:
            reading.reject(row, "table without a recommendation or action column")
        return
    if len(filled) == 1 and _opens_section(reading, row, filled[0], after_break):
        _set_section(reading, row, filled[0])
        return
    reading.last_was_header = False
    cells: dict[str, str] = {}
    for role, cell in zip(reading.roles, row.cells, strict=False):
        if role and cell.strip():
            cells[role] = f"{cells[role]}\n{cell}" if role in cells else cell
    if not cells.get("rag") and (colour := _rag_fill(reading.roles, row)):
        cells["rag"] = colour
    extra = [
        cell
        for role, cell in zip((*reading.roles, *[""] * len(row.cells)), row.cells, strict=False)
        if not role and cell.strip()
    ]
    if extra:
        reading.rejected.append(
            Rejected(row.place, " ".join(" ".join(extra).split()), "cell in a column without a name")
        )
    if theme := cells.pop("section", ""):
        _set_section(reading, row, theme)
    if cells:
        reading.rows.append(PlanRow(cells, row.place, reading.section, after_break))


def _rag_fill(roles: Sequence[str], row: RawRow) -> str:
    """Return the colour of the row's RAG or status cell, or the only colour that the row bears."""
    told = [fill for role, fill in zip(roles, row.fills, strict=False) if role in ("rag", "status") and fill]
    colours = {fill for fill in row.fills if fill}
    return told[0] if told else colours.pop() if len(colours) == 1 else ""


def _opens_section(reading: _Reading, row: RawRow, text: str, after_break: bool) -> bool:
    at = next(i for i, cell in enumerate(row.cells) if cell.strip())
    role = reading.roles[at] if at < len(reading.roles) else ""
    if not is_heading(text) or role not in ("number", "recommendation", "section"):
        return False
    if NUMBERED_HEADING.match(text) or is_agency(text):
        return True
    # A lone short cell right below a page break may be the tail of the recommendation above.
    unfinished = reading.rows and not re.search(r"[.!?)]$", reading.rows[-1].cells.get("recommendation", ".").strip())
    return not (after_break and unfinished and not reading.last_was_header)


def is_noise(text: str) -> bool:
    """Tell whether a cell holds neither a word nor a date: stray letters, icons and marks of a bad scan."""
    return not re.search(r"[^\W\d_]{3,}|\b20\d\d\b|\d[./]\d", text) and terms.fold(text) not in (
        "all",
        "gp",
        "no",
        "it",
        "hr",
    )


def _is_shifted(roles: Sequence[str], page: Sequence[RawRow]) -> bool:
    """Tell whether a page without a header has lost columns, so that prose stands where a number or scope should."""
    if max(len(row.cells) for row in page) >= len(roles) - 1 or any(header_roles(row) for row in page):
        return False
    longest = {"number": 2, "scope": 4, "rag": 4, "status": 6}
    cells = [(role, cell) for row in page for role, cell in zip(roles, row.cells, strict=False)]
    return any(len(cell.split()) > longest.get(role, 10_000) for role, cell in cells) or len(page[0].cells) <= 2 < len(
        roles
    )


def header_roles(row: RawRow) -> tuple[str, ...]:
    """Return the role of each column when a row is a plan's header, else an empty tuple.

    Parameters
    ----------
    row : RawRow

    Returns
    -------
    tuple of str
        A role per cell, ``""`` for columns whose name is unknown.
    """
    roles = _unique([role_of(cell) for cell in row.cells])
    filled = [cell for cell in row.cells if cell.strip()]
    named = [role for role in roles if role]
    if len(named) < 2 or len(named) * 3 < len(filled) * 2 or not {"recommendation", "action"} & set(named):
        return ()
    return tuple(roles)


def _second_header_row(first: RawRow, second: RawRow) -> tuple[str, ...]:
    """Merge a header over two rows; an empty tuple when the second row is none."""
    if second.break_before or header_roles(second):
        return ()
    filled = [cell for cell in second.cells if cell.strip()]
    width = max(len(first.cells), len(second.cells))
    upper, lower = (list(row.cells) + [""] * (width - len(row.cells)) for row in (first, second))
    alone = [_listed_role(cell) for cell in lower]
    joined = [_listed_role(f"{a} {b}".strip()) for a, b in zip(upper, lower, strict=True)]
    known = sum(1 for cell, one, two in zip(lower, alone, joined, strict=True) if cell.strip() and (one or two))
    if len(filled) < 2 or not any(alone) or known < len(filled) or any(len(cell.split()) > 8 for cell in filled):
        return ()
    above = [role_of(cell) for cell in upper]
    return tuple(_unique([two or one or over for over, one, two in zip(above, alone, joined, strict=True)]))


def _unique(roles: list[str]) -> list[str]:
    """Keep the first column of each role that only one column can hold."""
    seen: set[str] = set()
    out = []
    for role in roles:
        once = role in ("number", "recommendation", "action", "lead")
        out.append("" if once and role in seen else role)
        seen.add(role)
    return out


def _name_number_column(roles: tuple[str, ...], rows: Sequence[RawRow]) -> tuple[str, ...]:
    """Recognise an unnamed first column that holds the numbers."""
    if not roles or roles[0] or "number" in roles:
        return roles
    values = [row.cells[0].strip() for row in rows if row.cells and row.cells[0].strip()]
    numbers = [value for value in values if BARE_NUMBER.fullmatch(value)]
    return ("number", *roles[1:]) if numbers and len(numbers) * 2 > len(values) else roles


@cache
def role_of(label: str) -> str:
    """Return the role of a column from its printed name, or ``""``.

    Parameters
    ----------
    label : str
        A header cell.

    Returns
    -------
    str
        A role of ``vocabulary/headers.csv``.
    """
    if found := _listed_role(label):
        return found
    # "Lead agency and accountable officer", "Target date for delivery": the name opens with a known one.
    folded, known = terms.fold(label), _phrases()
    if not label.strip()[:1].isupper() or len(label.split()) > 8:
        return ""
    opening = [phrase for phrase in known if len(phrase) > 5 and folded.startswith(f"{phrase} ")]
    return known[max(opening, key=len)] if opening else ""


@cache
def _listed_role(label: str) -> str:
    """Return the role of a name that is listed in the vocabulary, with or without its brackets, or nearly so spelt."""
    if len(label.split()) > 14:
        return ""
    for text in (label, re.sub(r"\([^)]*\)", " ", label)):
        folded = terms.fold(text)
        if folded in _phrases():
            return _phrases()[folded]
        close = process.extractOne(folded, list(_phrases()), scorer=fuzz.ratio, score_cutoff=_CLOSE)
        if len(folded) > 8 and close:
            return _phrases()[close[0]]
    return ""


@cache
def _phrases() -> dict[str, str]:
    return {row["phrase"]: row["role"] for row in terms.rows("headers")}
