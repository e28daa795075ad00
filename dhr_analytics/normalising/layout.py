"""Layout: which rows of a document are plan rows, under which headings, and what each column holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest

from dhr_analytics.normalising.blocks import unfold_labels
from dhr_analytics.normalising.cells.agencies import is_agency
from dhr_analytics.normalising.cells.dates import read_target
from dhr_analytics.normalising.cells.updates import name_updates, purpose
from dhr_analytics.normalising.columns import (
    asks,
    fill_roles,
    header_roles,
    listed_role,
    mend_roles,
    name_number_column,
    roles_by_content,
    second_header_row,
)
from dhr_analytics.normalising.numbering import NUMBER, NUMBERED_HEADING, Listed, join_by_number, key_of, number_of
from dhr_analytics.reading import RawRow, RawTable
from dhr_analytics.vocabulary import terms

_UNPLACED = {"action_number": "number of an action", "other": "cell of a column that the tables have no place for"}
_GUESSED = "the columns were told from what they hold; the table has no header"
_UNNAMED = "the recommendations or the actions were told from what their column holds; its name is not known"
_ASKED_BY_ACTIONS = "the plan shows no recommendation beside its actions; the action was taken for one"
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
    r"\b(?:action|learning|improvement|recommendations?|implementation|DHR|DARDR)\s+(?:log|tracker|register)\b|"
    r"^\W*(?:DHR|DARDR)\b|\btemplate\b|\bguidance\b|\boverview\s+report\b|\bexecutive\s+summary\b",
    re.IGNORECASE,
)
_TITLE_OF_FIRST_LINE = re.compile(r"\b(?:plan|log|tracker|register|review|DHR|DARDR)\b", re.IGNORECASE)
# "Actions", "Table 2: actions for recommendation 3": what stands below is told by its own header.
_CAPTION = re.compile(
    r"\W*(?:table\s+\d+\W+)?(?:(?:the|our|agreed|planned|proposed)\s+)?"
    r"(?:actions?|action\s+(?:points|table)|next\s+steps|progress|(?:agency\s+)?response|"
    r"action\s+plan(?=\s+(?:for|to|on)\b.*recommendation))"
    r"(?:\s+(?:taken|agreed|planned|required))?"
    r"(?:\s+(?:for|from|to|on|under|against|arising\s+from|in\s+response\s+to)\s+(?:this\s+|the\s+)?"
    r"recommendation(?:\s+(?:no\.?\s*)?[\w./]{1,8})?)?\W*",
    re.IGNORECASE,
)
_NUMBER_ALONE = re.compile(r"(?:recommendation|rec)\.?\s*(?:no\.?\s*)?\d{1,3}[a-z]?\s*[.:]?", re.IGNORECASE)
_INTRODUCES = re.compile(
    r"\bthis\s+(?:\w+\s+){0,2}(?:plan|table|document|section|log|tracker)\b|\bthe\s+(?:action\s+plan|table)\b|"
    r"\b(?:table|plan|actions|recommendations)\s+(?:is\s+|are\s+|set\s+out\s+)?below\b|"
    r"\bfollowing\s+(?:\w+\s+)?(?:table|plan|actions|recommendations)\b",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"^(?:page\s+)?\d+(?:\s*(?:of|/)\s*\d+)?$|^page\s+\d+\b|^official(?:[\s:-]+sensitive)?\b|^restricted\b|"
    r"^\[[^\]]*\]$|^version\s+[\d.]+$",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^\s*recommendation\s*[:–-]\s*", re.IGNORECASE)
_PERCENT = re.compile(r"%|\bper\s?cent", re.IGNORECASE)
_SHARE = re.compile(r"\d{1,3}(?:\.\d+)?")


@dataclass(frozen=True)
class PlanRow:
    """One row of a plan: texts by role, the heading above it, and how it is parted from the row above.

    ``loose`` holds the cells of a row narrower than its table, whose columns shifted at a page break; ``opens``
    tells that a recommendation begins here for sure, as on a card.
    ``key`` is the number of the recommendation where only that stands beside an action.
    """

    cells: dict[str, str]
    place: str
    section: str
    after_break: bool
    loose: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    opens: bool = False
    key: str = ""


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
    doubt: str = ""  # about what the columns hold
    first_lines: list[RawRow] = field(default_factory=list)  # of the document, or of its sheets above the plan
    last_line: RawRow | None = None
    above: RawRow | None = None  # a recommendation that stands above the table of its actions
    stands_above: bool = False
    headers: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)  # with the roles of their columns
    listed: list[Listed] = field(default_factory=list)  # numbered recommendations between the tables
    keyed: bool = False  # the number column names recommendations that stand elsewhere
    key: str = ""
    number: RawRow | None = None  # a heading that only numbers the next recommendation
    rows: list[PlanRow] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    title: str = ""

    def close_section(self) -> None:
        """Reject a heading that no plan row stood under."""
        if self.section_row is not None and self.section_from == len(self.rows):
            self.reject(self.section_row, "heading without recommendations")
        self.section_row = None

    @property
    def in_list(self) -> bool:
        """Whether the numbered recommendations right above are a list, none of them the heading of what follows."""
        return sum(line.after == len(self.rows) for line in self.listed) > 1

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
    for table in unfold_labels(tables):
        if not reading.rows:
            reading.first_lines.append(table.rows[0])
        if table.kind == "text":
            _read_text(reading, table.rows)
            continue
        above = len(reading.rows)
        _read_table(reading, table.rows)
        if table.kind == "card":  # each row is whole, and its columns are no other table's
            card = enumerate(reading.rows[above:])
            reading.rows[above:] = [replace(row, after_break=False, opens=not i) for i, row in card]
            reading.roles = ()
    reading.close_section()
    rows, used = join_by_number(reading.rows, reading.listed)
    return rows, _without(reading.rejected, [line.printed for line in used]), reading.title


def _without(rejected: Sequence[Rejected], printed: Sequence[str]) -> list[Rejected]:
    """Take lines that were read as recommendations after all out of what was rejected."""
    left = list(rejected)
    for line in printed:
        at = next((i for i, piece in enumerate(left) if line in piece.text), None)
        if at is not None:
            left[at] = replace(left[at], text=" ".join(left[at].text.replace(line, "", 1).split()))
    return [piece for piece in left if piece.text]


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
        if _CAPTION.fullmatch(text):
            reading.reject(row, "sub-heading")
            continue
        _note_listed(reading, row, text)
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
    reading.last_line = next((row for row in reversed(rows) if not _CAPTION.fullmatch(row.cells[0].strip())), rows[-1])


def _note_listed(reading: _Reading, row: RawRow, text: str) -> None:
    """Keep a numbered recommendation, or the line below a number, for actions that name it by the number."""
    numbered = NUMBERED_HEADING.match(text) or NUMBER.match(text)
    number = numbered["number"] if numbered else reading.number.cells[0] if reading.number else ""
    wording = text[numbered.end() :] if numbered else text
    if number and len(wording.split()) >= 4 and _words_a_recommendation(text):
        cells = {"number": number.strip(" .:"), "recommendation": wording}
        reading.listed.append(Listed(len(reading.rows), PlanRow(cells, row.place, "", False), " ".join(text.split())))


def _names_by_number(reading: _Reading, labels: Sequence[str], rows: Sequence[RawRow]) -> bool:
    """Tell whether the numbers beside actions are those of recommendations that stand elsewhere."""
    if "recommendation" in reading.roles or not {"number", "action"} <= set(reading.roles):
        return False
    at = reading.roles.index("number")
    if re.match(r"\W*r(?:ec|\b)", labels[at], re.IGNORECASE):
        return True
    line = reading.last_line
    if reading.stands_above or (line is not None and NUMBERED_HEADING.match(line.cells[0])):
        return False
    keys = [key_of(row.cells[at]) for row in rows if at < len(row.cells) and row.cells[at].strip()]
    known = {key_of(number_of(row)) for row in (*reading.rows, *(line.row for line in reading.listed))}
    return any(a == b for a, b in pairwise(keys)) or bool(keys and set(keys) <= known)


def _tell_title(reading: _Reading) -> None:
    """Take a first line that names the document ("DHR 4 action log") for its title, unless it names an owner."""
    first = any(row is reading.section_row for row in reading.first_lines)
    owns = is_agency(reading.section) and "lead" not in reading.roles
    if first and not reading.rows and not owns and _TITLE_OF_FIRST_LINE.search(reading.section):
        reading.title = reading.title or reading.section
        reading.section, reading.section_row = "", None


def _set_section(reading: _Reading, row: RawRow, text: str) -> None:
    """Put a heading in force; a plain line below a numbered heading only explains it."""
    unused = reading.section_from == len(reading.rows) and bool(reading.section) and not reading.in_list
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
    if headless and abs(width - len(reading.roles)) > 1 and (by_content := roles_by_content(rows)):
        reading.roles, reading.doubt = by_content, _GUESSED
        if _reads_as_names(rows[0]):
            rows = rows[1:]
    while i < len(rows):
        row = rows[i]
        filled = [cell for cell in row.cells if cell.strip()]
        pending_break = pending_break or row.break_before or i == 0
        if not filled or all(_SEPARATOR.fullmatch(cell) for cell in filled):
            i += 1
            continue
        if roles := header_roles(row, worded=not begun):
            taken = _read_header(reading, roles, rows[i:])
            reading.last_was_header = True
            pending_break = True
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


def _read_header(reading: _Reading, roles: tuple[str, ...], rows: Sequence[RawRow]) -> int:
    """Settle what each column holds, from the header and the rows below; return how many rows the header takes."""
    taken = 1
    if len(rows) > 1 and (merged := second_header_row(rows[0], rows[1])):
        roles, taken = merged, 2
    below = _until_header(rows[taken:])
    names = list(zip_longest(*(row.cells for row in rows[:taken]), fillvalue=""))
    labels = [lower if lower.strip() else upper for upper, lower in ((each[0], each[-1]) for each in names)]
    if reading.in_list and NUMBERED_HEADING.match(reading.section):
        reading.close_section()
        reading.section = ""
    line = reading.last_line = None if reading.in_list else reading.last_line
    stated = line is not None and bool(NUMBERED_HEADING.match(line.cells[0]))
    roles, guessed = fill_roles(mend_roles(name_number_column(roles, below), below), labels, below, above=stated)
    again = reading.headers.get(_folded(rows[0]), ())
    if again:  # on a next page, where the rows may tell less
        roles = tuple(
            before if before in ("recommendation", "action") else role
            for before, role in zip_longest(again, roles, fillvalue="")
        )
    reading.doubt = reading.doubt if again else _UNNAMED if guessed else ""
    reading.roles = name_updates(roles, ["\n".join(each) for each in names], below)
    if not {"recommendation", "action"} & set(roles):  # the names promised what the columns do not hold
        reading.roles = ()
        reading.reject(rows[0], "table without a recommendation or action column")
    reading.percent = frozenset(at for at, name in enumerate(rows[0].cells) if _PERCENT.search(name))
    _tell_title(reading)
    if not again:
        reading.keyed, reading.key = _names_by_number(reading, labels, below), ""
    if "recommendation" not in reading.roles and not reading.keyed:
        _take_recommendation_above(reading)
    reading.headers[_folded(rows[0])] = roles
    return taken


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
    reading.last_line = None
    headed = len(filled) == 1 or not reading.roles
    if headed and _TITLE.search(filled[0]) and len(filled[0].split()) <= 20 and not reading.rows:
        reading.title = reading.title or " ".join(filled[0].split())
        if len(filled) > 1:
            reading.reject(RawRow(tuple(filled[1:]), row.place), "title")
        reading.close_section()
        reading.section = ""
        return
    if len(filled) == 1 and _stands_above_header(filled[0], below):
        reading.last_line = row = RawRow((filled[0],), row.place)
        if is_heading(filled[0]):
            _set_section(reading, row, filled[0])
        else:
            reading.reject(row, "text outside the plan")
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
    for role, cell, fill in zip(reading.roles, row.cells, row.fills, strict=False):
        if role != purpose(role) and fill and (cell.strip() or purpose(role) == "rag"):
            cells.setdefault(role.replace(purpose(role), "rag"), fill)
    if not cells.get("rag", "").strip(" .0123456789") and (colour := _rag_fill(reading.roles, row)):
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
    for role in cells:
        if purpose(role) in ("scope", "status", "rag"):
            cells[role] = _ticked(reading, row, cells[role])
    doubts: tuple[str, ...] = (reading.doubt,) if reading.doubt else ()
    if reading.keyed and cells.get("number"):
        reading.key = key_of(cells["number"])
    elif "recommendation" not in reading.roles and not reading.keyed:
        row, by_action = _name_recommendation(reading, row, cells)
        doubts += by_action
    if reading.number is not None and "recommendation" in cells:
        cells.setdefault("number", reading.number.cells[0].strip(" .:"))
        reading.number = None
    if theme := cells.pop("section", ""):
        _set_section(reading, row, theme)
    if cells:
        key = reading.key if reading.keyed else ""
        reading.rows.append(PlanRow(cells, row.place, reading.section, after_break, doubts=doubts, key=key))


def _stands_above_header(text: str, below: RawRow | None) -> bool:
    """Tell whether a row is the recommendation of the actions whose header is the row below."""
    roles = header_roles(below, worded=True) if below is not None else ()
    return bool(roles) and "recommendation" not in roles and _words_a_recommendation(text)


def _words_a_recommendation(text: str) -> bool:
    if _FURNITURE.match(text) or _INTRODUCES.search(text):
        return False
    numbered = NUMBERED_HEADING.match(text) or NUMBER.match(text)
    return len(text.split()) >= 5 if numbered else len(text.split()) >= 6 and asks(text)


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


def _name_recommendation(reading: _Reading, row: RawRow, cells: dict[str, str]) -> tuple[RawRow, tuple[str, ...]]:
    """Give an action row the recommendation that stands above it; a plan that has none asks by its actions."""
    if number := cells.pop("number", ""):
        reading.rejected.append(Rejected(row.place, number, "number of an action"))
    if reading.above is not None:
        cells["recommendation"] = _LABEL.sub("", reading.above.cells[0])
        row = RawRow(row.cells, f"{reading.above.place}; {row.place}", row.break_before, row.fills)
        reading.above, reading.stands_above = None, True
    elif not reading.stands_above and "action" in cells:
        cells["recommendation"] = cells.pop("action")
        return row, (_ASKED_BY_ACTIONS,)
    return row, ()


def _ticked(reading: _Reading, row: RawRow, text: str) -> str:
    """Keep what is ticked of a cell that offers choices with boxes."""
    choices = re.findall(r"([☐☒☑✓✔□■])\s*([^☐☒☑✓✔□■]*)", text)
    chosen = [words.strip() for box, words in choices if box in "☒☑✓✔■"]
    if not any(chosen):  # a tick alone is the answer itself
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
