"""Layout: which rows of a document are plan rows, under which headings, and what each column holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from dhr_analytics.normalising import terms
from dhr_analytics.normalising.agencies import is_agency
from dhr_analytics.normalising.blocks import unfold_labels
from dhr_analytics.normalising.columns import (
    header_roles,
    listed_role,
    mend_roles,
    name_number_column,
    roles_by_content,
    second_header_row,
)
from dhr_analytics.normalising.dates import read_target
from dhr_analytics.reading import RawRow, RawTable

_UNPLACED = {"action_number": "number of an action", "other": "cell of a column that the tables have no place for"}
_GUESSED = "the columns were told from what they hold; the table has no header"
_SEPARATOR = re.compile(r"[\s:|=_–—-]*")
_GUIDANCE = re.compile(
    r"\(?(?:this (?:is|should|column)\b|here you\b|please\b|insert\b|enter\b|additional rows\b|use this\b|e\.?g\.?\b|"
    r"for example\b|"
    r"what (?:is|are|do|does) |who (?:is|will) |when (?:is|will) |how (?:is|will|do) |list the\b|state the\b|"
    r"describe\b|provide\b|progress status \(see)",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\b(?:action|learning|improvement)\s+plan\b|\bappendix\b|\bannex\b|\bdomestic\s+(?:homicide|abuse\s+related\s+death)\s+review\b|"
    r"^\W*(?:DHR|DARDR)\b|\btemplate\b|\bguidance\b|\boverview\s+report\b|\bexecutive\s+summary\b",
    re.IGNORECASE,
)
_NUMBER_ALONE = re.compile(r"(?:recommendation|rec)\.?\s*(?:no\.?\s*)?\d{1,3}[a-z]?\s*[.:]?", re.IGNORECASE)
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


_PERCENT = re.compile(r"%|\bper\s?cent", re.IGNORECASE)
_SHARE = re.compile(r"\d{1,3}(?:\.\d+)?")


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
    doubts: tuple[str, ...] = ()


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
    section_before: str = ""
    section_from: int = 0
    section_row: RawRow | None = None
    last_was_header: bool = False
    percent: frozenset[int] = frozenset()  # columns of shares done
    guessed: bool = False
    last_line: RawRow | None = None
    above: RawRow | None = None  # a recommendation that stands above the table of its actions
    stands_above: bool = False
    headers: set[tuple[str, ...]] = field(default_factory=set)
    number: RawRow | None = None  # a heading that only numbers the next recommendation
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
    for table in (part for whole in tables for part in unfold_labels(whole) or [whole]):
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
    elif titles and rows[titles[0]].cells[0] != reading.title:  # another plan begins; a running header says the same
        reading.close_section()
        reading.section = ""
    after_title = titles[-1] + 1 if titles else 0
    prose: list[RawRow] = []
    for i, row in enumerate(rows):
        text = row.cells[0].strip()
        if _SEPARATOR.fullmatch(text):
            continue
        if i + 1 == after_title and reading.title == text:
            continue
        if _NUMBER_ALONE.fullmatch(text):
            reading.number = row
        elif i >= after_title and is_heading(text):
            _set_section(reading, row, text)
        elif _FURNITURE.match(text) or i in titles:
            reading.reject(row, "page furniture" if _FURNITURE.match(text) else "title")
        else:
            prose.append(row)
    if prose:  # a narrative report would have a row for each of its paragraphs
        place = prose[0].place if len(prose) == 1 else f"{prose[0].place} to {prose[-1].place}"
        reading.reject(RawRow(tuple(row.cells[0] for row in prose), place), "text outside the plan")
    reading.last_line = rows[-1]


def _set_section(reading: _Reading, row: RawRow, text: str) -> None:
    """Put a heading in force; a plain line below a numbered heading only explains it."""
    unused = reading.section_from == len(reading.rows) and bool(reading.section)
    if unused and NUMBERED_HEADING.match(reading.section) and not NUMBERED_HEADING.match(text):
        reading.reject(row, "sub-heading")
        return
    reading.close_section()
    reading.section_before = reading.section
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
        (text[0].isupper() or text[0].isdigit())
        and not re.search(r"[.;,:!?]$", text)
        and (not NUMBER.match(text) or (len(words) <= 8 and is_agency(NUMBER.sub("", text))))
        and (len(words) <= 12 or is_agency(text))
    )


def _read_table(reading: _Reading, rows: Sequence[RawRow]) -> None:
    i = 0
    begun = False  # a row of several cells has been read: from here on only a listed header is one
    pending_break = False
    width = max(len(row.cells) for row in rows)
    if reading.roles and reading.rows and not begins_header(rows) and _reads_as_names(rows[0]) and _names_some(rows[0]):
        for row in rows:
            reading.reject(row, "table without a recommendation or action column")
        return
    headless = not begins_header(rows) and not _looks_cut(reading, rows)
    if headless and abs(width - len(reading.roles)) > 1 and (guessed := roles_by_content(rows)):
        reading.roles, reading.guessed = guessed, True
        if _reads_as_names(rows[0]):
            rows = rows[1:]
    while i < len(rows):
        row = rows[i]
        if i:
            reading.last_line = None
        filled = [cell for cell in row.cells if cell.strip()]
        pending_break = pending_break or row.break_before or i == 0
        if not filled or all(_SEPARATOR.fullmatch(cell) for cell in filled):
            i += 1
            continue
        if roles := header_roles(row, worded=not begun):
            taken = 1
            if i + 1 < len(rows) and (merged := second_header_row(row, rows[i + 1])):
                roles, taken = merged, 2
            below = _until_header(rows[i + taken :])
            reading.roles, reading.guessed = mend_roles(name_number_column(roles, below), below), False
            reading.percent = frozenset(at for at, name in enumerate(row.cells) if _PERCENT.search(name))
            if "recommendation" not in reading.roles:
                _take_recommendation_above(reading)
            reading.last_was_header = True
            pending_break = True
            reading.headers.add(_folded(row))
            i += taken
            continue
        if _folded(row) in reading.headers:
            pending_break = True
            i += 1
            continue
        begun = begun or len(filled) > 1
        i += 1
        _read_row(reading, row, filled, pending_break, _page_of(rows, i - 1), rows[i] if i < len(rows) else None)
        pending_break = False


def _looks_cut(reading: _Reading, rows: Sequence[RawRow]) -> bool:
    """Tell whether a headless table goes on from the row above it, so that it is no table of its own."""
    above = reading.rows[-1].cells.get("recommendation", "") if reading.rows else ""
    first = next((cell.strip() for cell in rows[0].cells if cell.strip()), "")
    return bool(above) and not re.search(r"[.!?)]$", above.strip()) and first[:1].islower()


def _reads_as_names(row: RawRow) -> bool:
    """Tell whether the first row of a table names its columns, though no name is known."""
    filled = [cell.strip() for cell in row.cells if cell.strip()]
    return len(filled) >= 3 and all(
        len(cell.split()) <= 6 and not re.search(r"\d|[.;]$", cell) and not is_agency(cell) for cell in filled
    )


def begins_header(rows: Sequence[RawRow]) -> bool:
    """Tell whether a table has a header of a plan."""
    return any(header_roles(row, worded=not i) for i, row in enumerate(rows))


def _names_some(row: RawRow) -> bool:
    return sum(bool(listed_role(cell)) for cell in row.cells) >= 2


def _folded(row: RawRow) -> tuple[str, ...]:
    return tuple(terms.fold(cell) for cell in row.cells)


def _until_header(rows: Sequence[RawRow]) -> Sequence[RawRow]:
    end = next((i for i, row in enumerate(rows) if header_roles(row)), len(rows))
    return rows[:end]


def _page_of(rows: Sequence[RawRow], at: int) -> Sequence[RawRow]:
    """Return the rows that stand between the same two breaks."""
    first = next((i for i in range(at, 0, -1) if rows[i].break_before), 0)
    last = next((i for i in range(at + 1, len(rows)) if rows[i].break_before), len(rows))
    return rows[first:last]


def _read_row(
    reading: _Reading, row: RawRow, filled: list[str], after_break: bool, page: Sequence[RawRow], below: RawRow | None
) -> None:
    headed = len(filled) == 1 or not reading.roles
    if headed and _TITLE.search(filled[0]) and len(filled[0].split()) <= 20 and not reading.rows:
        reading.title = reading.title or " ".join(filled[0].split())
        if len(filled) > 1:
            reading.reject(RawRow(tuple(filled[1:]), row.place), "title")
        reading.close_section()
        reading.section = ""
        return
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
        if reading.rows and reading.rows[-1].section == reading.section and after_break:
            reading.rows.append(PlanRow({}, row.place, reading.section, after_break, row.cells))
        else:
            reading.reject(row, "table without a recommendation or action column")
        return
    if len(filled) == 1 and "recommendation" not in reading.roles and _words_a_recommendation(filled[0]):
        reading.above = RawRow((filled[0],), row.place)
        return
    if len(filled) == 1 and _opens_section(reading, row, filled[0], after_break, below):
        _set_section(reading, row, filled[0])
        return
    reading.last_was_header = False
    cells: dict[str, str] = {}
    for at, (role, cell) in enumerate(zip(reading.roles, row.cells, strict=False)):
        if role and cell.strip():
            if at in reading.percent and (share := _SHARE.fullmatch(cell.strip())):
                # A spreadsheet holds 40 % as 0.4, and shows it so where the cell has no format of its own.
                cell = f"{float(share[0]) * (100 if float(share[0]) <= 1 else 1):g}%"
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
    for role in ("action_number", "other"):
        if role in cells:
            reading.rejected.append(Rejected(row.place, " ".join(cells.pop(role).split()), _UNPLACED[role]))
    for role in ("scope", "status", "rag"):
        if role in cells:
            cells[role] = _ticked(reading, row, cells[role])
    if "recommendation" not in reading.roles:
        row = _name_recommendation(reading, row, cells)
    if reading.number is not None and "recommendation" in cells:
        cells.setdefault("number", reading.number.cells[0].strip(" .:"))
        reading.number = None
    if theme := cells.pop("section", ""):
        _set_section(reading, row, theme)
    if cells:
        doubts = (_GUESSED,) if reading.guessed else ()
        reading.rows.append(PlanRow(cells, row.place, reading.section, after_break, doubts=doubts))


def _words_a_recommendation(text: str) -> bool:
    numbered = NUMBERED_HEADING.match(text) or NUMBER.match(text)
    return (len(text.split()) >= 6 or bool(numbered and len(text.split()) >= 5)) and not _FURNITURE.match(text)


def _take_recommendation_above(reading: _Reading) -> None:
    """Take the line above a table of actions as their recommendation, not as a heading or stray text."""
    line = reading.last_line
    if line is None or not _words_a_recommendation(line.cells[0]):
        return
    if reading.section_row is line:
        reading.section, reading.section_row = reading.section_before, None
    elif reading.rejected and reading.rejected[-1].place.endswith(line.place):
        last = reading.rejected.pop()
        if before := last.text.removesuffix(" ".join(line.cells[0].split())).strip():
            reading.rejected.append(replace(last, text=before))
    reading.above = line


def _name_recommendation(reading: _Reading, row: RawRow, cells: dict[str, str]) -> RawRow:
    """Give an action row the recommendation that stands above it; a plan that has none asks by its actions."""
    if number := cells.pop("number", ""):
        reading.rejected.append(Rejected(row.place, number, "number of an action"))
    if reading.above is not None:
        cells["recommendation"] = reading.above.cells[0]
        row = RawRow(row.cells, f"{reading.above.place}; {row.place}", row.break_before, row.fills)
        reading.above, reading.stands_above = None, True
    elif not reading.stands_above and "action" in cells:
        cells["recommendation"] = cells.pop("action")
    return row


def _ticked(reading: _Reading, row: RawRow, text: str) -> str:
    """Keep what is ticked of a cell that offers choices with boxes."""
    choices = re.findall(r"([☐☒☑✓✔□■])\s*([^☐☒☑✓✔□■]*)", text)
    chosen = [words.strip() for box, words in choices if box in "☒☑✓✔■"]
    if not choices or not chosen:
        return text
    if left := " ".join(words.strip() for box, words in choices if box in "☐□"):
        reading.rejected.append(Rejected(row.place, left, "choice that is not ticked"))
    return " ".join(chosen)


def _rag_fill(roles: Sequence[str], row: RawRow) -> str:
    """Return the colour of the row's RAG or status cell, or the only colour that the row bears."""
    told = [fill for role, fill in zip(roles, row.fills, strict=False) if role in ("rag", "status") and fill]
    colours = {fill for fill in row.fills if fill}
    return told[0] if told else colours.pop() if len(colours) == 1 else ""


def _opens_section(reading: _Reading, row: RawRow, text: str, after_break: bool, below: RawRow | None) -> bool:
    at = next(i for i, cell in enumerate(row.cells) if cell.strip())
    role = reading.roles[at] if at < len(reading.roles) else ""
    if not is_heading(text) or role not in ("number", "recommendation", "section"):
        return False
    named = all(word[0].isupper() or len(word) < 4 for word in text.split() if word[0].isalpha())
    if not named and below is not None and at < len(below.cells) and below.cells[at][:1].islower():
        return False  # a printed line of a longer text
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
