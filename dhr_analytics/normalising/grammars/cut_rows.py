"""Cut rows: rows and cells cut by page breaks are joined, and rows become recommendations with their actions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from rapidfuzz import fuzz

from dhr_analytics.normalising.cells.agencies import is_agency
from dhr_analytics.normalising.cells.dates import find_dates
from dhr_analytics.normalising.cells.scope import read_scope
from dhr_analytics.normalising.cells.status import read_status
from dhr_analytics.normalising.cells.updates import purpose
from dhr_analytics.normalising.lines import NUMBERED_HEADING, is_noise, numbered
from dhr_analytics.normalising.roles import BARE_NUMBER
from dhr_analytics.normalising.rows import PlanRow, Rejected
from dhr_analytics.vocabulary import terms

_OPEN_END = re.compile(
    r"(?:[,–—(/&-]|\b(?:and|or|of|the|a|an|to|for|with|by|in|on|at|from|that|which|who|is|are|be|been|will|should|their|its|this|as|into|any|"
    r"all|between|within|including|due|not))\s*$",
    re.IGNORECASE,
)
_CLOSED_END = re.compile(r"[.!?:;)\]”\"]\s*$")
_LOWER_START = re.compile(r"(?!\(?[a-z]{1,4}[.)]\s)[\W\d_]*[a-zà-ÿ]")
_SCOPE_WORDS = re.compile(r"(?:\W|\b(?:local|national|regional|and|or|both)\b)*", re.IGNORECASE)
_MANY_LINES = 8
# Columns that belong to the action rather than to the recommendation.
_ACTION_ROLES = (
    "action", "lead", "person", "target", "completion", "status", "rag", "progress", "evidence", "outcome",
    "milestones", "response",
)  # fmt: skip
_PROSE = ("recommendation", "action", "progress", "evidence", "outcome", "milestones")
_STATED = frozenset(("lead", "target", "status", "rag"))
_TEXT_ROLES = ("recommendation", "action", "progress", "evidence", "outcome", "lead", "target")


@dataclass
class Draft:
    """An action while rows are joined to it: texts by role and the places they came from."""

    cells: dict[str, str] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Recommendation:
    """A recommendation while rows are joined to it."""

    number: str
    section: str
    text: str
    scopes: list[str]
    places: list[str]
    actions: list[Draft] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    review: str = ""
    topic: bool = False
    published: str = ""


def stitch(rows: Sequence[PlanRow], *, whole: bool = False) -> tuple[list[Recommendation], list[Rejected]]:
    """Join plan rows to recommendations with their actions.

    Parameters
    ----------
    rows : sequence of PlanRow
        In document order.
    whole : bool
        Each row is complete: none goes on from the row above it in the middle of a cell.

    Returns
    -------
    recommendations : list of Recommendation
    rejected : list of Rejected
        False numbers, lines read twice, noise, and rows above the first recommendation.
    """
    if whole:
        rows = [replace(row, after_break=False) for row in rows]
    one_line = not whole and _one_line_rows(rows)
    stitcher = _Stitcher(_numbers_in_use(rows, one_line), _owners_in_use(rows), one_line, whole)
    for row in _join_forward([_part_number(row) for row in rows]):
        stitcher.add(row)
    found, repeated = _once(stitcher.found)
    return found, stitcher.rejected + repeated


def _once(found: list[Recommendation]) -> tuple[list[Recommendation], list[Rejected]]:
    """Leave out a recommendation that a report lists bare and its action plan prints again with actions."""
    planned = {terms.fold(rec.text) for rec in found if any(set(draft.cells) - {"lead"} for draft in rec.actions)}
    kept, repeated = [], []
    for rec in found:
        bare = not any(set(draft.cells) - {"lead"} for draft in rec.actions)
        if bare and terms.fold(rec.text) in planned:
            repeated.append(Rejected("; ".join(rec.places), rec.text, "printed again in the action plan"))
        else:
            kept.append(rec)
    return kept, repeated


def _part_number(row: PlanRow) -> PlanRow:
    """Move a number that opens the recommendation into a cell of its own."""
    text = row.cells.get("recommendation", "")
    if "number" in row.cells or not (match := numbered(text)):
        return row
    return replace(row, cells={**row.cells, "number": match["number"].strip(), "recommendation": text[match.end() :]})


def _numbers_in_use(rows: Sequence[PlanRow], one_line: bool) -> bool:
    """Tell whether the plan numbers its recommendations: then a text without number goes on from above."""
    starts = [row for row in rows if row.cells.get("recommendation") and not row.after_break]
    numbered = sum(1 for row in starts if "number" in _part_number(row).cells)
    any_number = sum(1 for row in rows if "number" in _part_number(row).cells)
    if one_line and any_number >= 2 and "number" in _part_number(rows[0]).cells:
        return True
    return any_number >= 2 and (numbered * 2 > len(starts) or numbered >= 5)


def _owners_in_use(rows: Sequence[PlanRow]) -> bool:
    """Tell whether nearly each row states who, when or how far: then one below a break that does not goes on."""
    starts = [set(row.cells) for row in rows if not row.after_break and {"recommendation", "action"} & set(row.cells)]
    stated = [bool(_STATED & cells) for cells in starts]
    return sum(stated) * 5 > 4 * len(stated)


def _one_line_rows(rows: Sequence[PlanRow]) -> bool:
    """Tell whether most rows are but one printed line each, as where neither rules nor gaps part the rows."""
    on = [
        any(runs_on(above.cells.get(role, ""), row.cells.get(role, "")) for role in _PROSE)
        for above, row in pairwise(rows)
        if not row.after_break and set(_PROSE) & set(row.cells)
    ]
    return len(on) > 4 and sum(on) * 5 >= 2 * len(on)


def _join_forward(rows: list[PlanRow]) -> list[PlanRow]:
    """Join a row whose first printed line stands above its own number, on the page before."""
    out: list[PlanRow] = []
    for row in rows:
        above = out[-1] if out else None
        if (
            above is not None
            and row.after_break
            and row.cells.get("number")
            and not above.cells.get("number")
            and not above.cells.get("recommendation")
            and not above.after_break
            and above.section == row.section
        ):
            shared = [role for role in above.cells if row.cells.get(role)]
            if shared and sum(bool(_LOWER_START.match(row.cells[role])) for role in shared) * 2 > len(shared):
                cells = {
                    **row.cells,
                    **{role: join(above.cells[role], row.cells.get(role, "")) for role in above.cells},
                }
                out[-1] = PlanRow(cells, f"{above.place}; {row.place}", row.section, row.after_break)
                continue
        out.append(row)
    return out


def join(text: str, piece: str) -> str:
    """Join two parts of one cell; a word cut at an apostrophe or hyphen is closed up.

    Parameters
    ----------
    text, piece : str
        What stands above and below the break.

    Returns
    -------
    str
    """
    text, piece = text.rstrip(), piece.lstrip()
    if not text or not piece:
        return text or piece
    if re.search(r"['’]$", text) and re.match(r"s\b", piece):
        return text + piece
    return f"{text} {piece}"


def runs_on(text: str, piece: str) -> bool:
    """Tell whether a piece plainly goes on from an unfinished text.

    Parameters
    ----------
    text, piece : str
        A cell and the cell below it in the same column.

    Returns
    -------
    bool
        True when ``text`` ends in a word or mark that wants more, or ``piece`` opens in lower case.
    """
    if not text.strip() or not piece.strip():
        return False
    return bool(_OPEN_END.search(text)) or (bool(_LOWER_START.match(piece)) and not re.search(r"[.!?]\s*$", text))


def _completes(role: str, text: str, piece: str) -> bool:
    """Tell whether a piece goes on from the cell above: by its wording, or as both only together tell what they do."""
    if not text or not piece:
        return False
    whole = join(text, piece)
    if any(date.start < len(text) < date.end for date in find_dates(whole)):
        return True
    if purpose(role) == "status":
        told = [read_status({"status": words}).value != "no_update" for words in (text, whole)]
        day = any(date.start == 0 and date.end >= len(piece.rstrip(" .")) for date in find_dates(piece))
        return told == [False, True] or (told[0] and day)  # "Completed", and its day below the break
    if role == "target":  # "30th May" and "3 months" open with a small letter too
        return bool(_OPEN_END.search(text)) or (piece[0].islower() and not find_dates(text))
    return runs_on(text, piece) or (role == "lead" and not is_agency(text) and is_agency(whole))


class _Stitcher:
    """Walks down the rows; holds the recommendation and the action that are open."""

    def __init__(self, numbered: bool, owned: bool, one_line: bool, whole: bool) -> None:
        self.numbered = numbered
        self.owned = owned
        self.one_line = one_line
        self.whole = whole
        self.found: list[Recommendation] = []
        self.rejected: list[Rejected] = []
        self.last_piece: dict[str, str] = {}

    @property
    def open(self) -> dict[str, str]:
        """The cells that a next row may go on from."""
        if not self.found:
            return {}
        last = self.found[-1]
        return {"recommendation": last.text, **(last.actions[-1].cells if last.actions else {})}

    def add(self, row: PlanRow) -> None:
        """Take the next row: it opens a recommendation or an action, or goes on from what is open."""
        if row.opens == "recommendation" and row.cells.get("recommendation"):
            self._open_recommendation(row)
            return
        if row.opens == "action" and self.found:
            self._open_action(row)
            return
        if row.loose:
            row = self._align(row)
        if not self._true_number(row):
            number = row.cells.get("number", "")
            merged_down = self.found and number == self.found[-1].number and not row.cells.get("recommendation")
            if number and not merged_down:
                self.rejected.append(Rejected(row.place, number, "false number"))
            row = replace(row, cells={role: text for role, text in row.cells.items() if role != "number"})
        if self._opens_recommendation(row):
            self._open_recommendation(row)
        elif not self.found:
            self.rejected.append(
                Rejected(
                    row.place, " ".join(" ".join(row.cells.values()).split()), "row above the first recommendation"
                )
            )
        elif self._repeats_recommendation(row) or self._opens_action(row):
            self._open_action(self._give_back(row))
        elif self._brings_action(row):
            own: dict[str, str] = {
                role: row.cells[role]
                for role in row.cells
                if purpose(role) in _ACTION_ROLES and not (purpose(role) in _PROSE and self._goes_on(role, row))
            }
            self._continue(replace(row, cells={role: text for role, text in row.cells.items() if role not in own}))
            self._open_action(replace(row, cells=own))
        else:
            self._continue(row)

    def _true_number(self, row: PlanRow) -> bool:
        """Tell a recommendation's number from a page number or a stray mark in the number column."""
        number = row.cells.get("number", "").strip()
        if not number or not self.found:
            return bool(number)
        text, above = row.cells.get("recommendation", ""), self.found[-1]
        if above.review != row.review:
            return True
        if not BARE_NUMBER.fullmatch(number):
            alike = _shape(number) == _shape(above.number) and re.search(r"\d", number)  # "SM/02" below "SM/01"
            return bool(NUMBERED_HEADING.match(number + ": x") or (text and alike))
        if not text:
            return False
        now, last = _plain(number), _plain(above.number)
        if now is None or last is None or above.section != row.section:
            return True
        if now == last + 1:
            return True
        if now == last and number == above.number:
            return not _LOWER_START.match(text)
        finished = bool(_CLOSED_END.search(above.text)) or (now > last and len(row.cells) >= 4)
        return finished and not _LOWER_START.match(text) and not runs_on(above.text, text)

    def _opens_recommendation(self, row: PlanRow) -> bool:
        text = row.cells.get("recommendation", "")
        if not text:
            return False
        if not self.found:
            return True
        above = self.found[-1]
        if above.review != row.review:
            return True
        if self.whole and not _same(text, above.text):
            return True
        if number := row.cells.get("number"):
            return number != above.number or above.section != row.section or not _same(text, above.text)
        if self._repeats_recommendation(row):
            return False
        if above.section != row.section:
            return True
        if self.one_line:
            return not self.numbered and self._first_line(row, "recommendation")
        if self.numbered:
            return (
                bool(_CLOSED_END.search(above.text))
                and not row.after_break
                and not _LOWER_START.match(text)
                and len(row.cells) >= 3
            )
        if (row.after_break or len(row.cells) <= 2) and runs_on(above.text, text):
            return False
        others = [role for role in row.cells if role != "recommendation"]
        if not row.after_break or not others:
            return not (row.after_break and self.owned)
        return sum(self._goes_on(role, row) for role in others) * 2 <= len(others)

    def _first_line(self, row: PlanRow, role: str) -> bool:
        """Tell whether a printed line is the first of its row: nothing in it goes on from what stands above."""
        if len(row.cells) < 2 or _LOWER_START.match(row.cells[role]) or any(self._goes_on(r, row) for r in row.cells):
            return False
        finished = (_CLOSED_END.search(self.open.get(r) or ".") for r in row.cells if purpose(r) in _PROSE)
        return len(_STATED & set(row.cells)) > 1 or all(finished)

    def _goes_on(self, role: str, row: PlanRow) -> bool:
        return _completes(role, self.open.get(role, ""), row.cells[role])

    def _repeats_recommendation(self, row: PlanRow) -> bool:
        """Tell whether the recommendation is printed again beside each of its actions."""
        text = row.cells.get("recommendation", "")
        if not (text and self.found and row.cells.get("action")):
            return False
        whole = self.found[-1].text
        # Below a page break the end of a merged cell stands beside each action, too; a whole sentence is no such end.
        end = text == self.last_piece.get("recommendation") and whole.endswith(text)
        cut = end and not _CLOSED_END.search(whole.removesuffix(text).rstrip())
        return _same(text, whole) or bool(cut and not row.after_break and _STATED & set(row.cells))

    def _opens_action(self, row: PlanRow) -> bool:
        if row.cells.get("recommendation"):
            return False
        action, above = row.cells.get("action", ""), self.open
        if self.whole and action:
            return True
        if self.found[-1].section != row.section and action:
            return True
        if self.one_line:
            stated = bool(action) and bool(_STATED & set(row.cells))
            return stated and self._first_line(row, "action")
        if not action:
            # An action cell merged down over several agencies: each lead has the action as its own.
            return (
                bool(row.cells.get("lead"))
                and not row.after_break
                and not runs_on(above.get("lead", ""), row.cells["lead"])
            )
        if row.after_break:
            # Cells set in the middle of a cut row may stand wholly below the break.
            if not (above.get("action") or set(row.cells) & set(above)) or any(
                self._goes_on(role, row) for role in row.cells
            ):
                return False
        elif runs_on(above.get("action", ""), action) and (
            _LOWER_START.match(action) or not {"lead", "person", "target"} & set(row.cells)
        ):
            return False
        if row.after_break and not _STATED & set(row.cells):
            return not self.owned and bool(_CLOSED_END.search(above.get("action", "")))
        return True

    def _brings_action(self, row: PlanRow) -> bool:
        """Tell whether a row that carries on the recommendation also holds an action of its own."""
        above = self.open
        return bool(
            row.cells.get("recommendation")
            and row.cells.get("action")
            and row.cells.get("lead")
            and not runs_on(above.get("action", ""), row.cells["action"])
            and find_dates(row.cells.get("target", ""))
            and find_dates(above.get("target", ""))
        )

    def _open_recommendation(self, row: PlanRow) -> None:
        row = self._give_back(row)
        number = row.cells.get("number", "")
        if not number and (match := NUMBERED_HEADING.match(row.section)):
            number = match["number"]
        opened = Recommendation(number, row.section, row.cells["recommendation"], [], [row.place])
        opened.review, opened.published = row.review, row.cells.get("published", "")
        opened.topic = row.topic
        opened.doubts += row.warnings
        self.found.append(opened)
        self._open_action(row)

    def _open_action(self, row: PlanRow) -> None:
        rec = self.found[-1]
        cells = {role: text for role, text in row.cells.items() if purpose(role) in _ACTION_ROLES}
        if rec.actions and not cells.get("action") and rec.actions[-1].cells.get("action"):
            cells["action"] = rec.actions[-1].cells["action"]
        if scope := row.cells.get("scope"):
            self._note_scope(scope, row.place)
        if rec.actions and not any(rec.actions[-1].cells.values()):
            rec.actions.pop()
        notes = [row.cells["notes"]] if row.cells.get("notes") else []
        rec.actions.append(Draft(cells, [row.place], list(row.warnings), notes))
        self.last_piece = dict(row.cells)

    def _doubt(self, doubt: str) -> None:
        """Note a doubt about the open recommendation and its open action."""
        self.found[-1].doubts.append(doubt)
        self.found[-1].actions[-1].doubts.append(doubt)

    def _note_scope(self, piece: str, place: str) -> None:
        self.found[-1].scopes.append(piece)
        if not _SCOPE_WORDS.fullmatch(piece):
            self.rejected.append(
                Rejected(place, piece, "more than a scope" if read_scope(piece) else "scope that is not understood")
            )

    def _continue(self, row: PlanRow) -> None:
        """Join each cell of a row to the cell above it."""
        rec = self.found[-1]
        rec.places += [row.place]
        rec.actions[-1].places += [row.place]
        if row.loose:
            self._doubt("columns were lost at the page break; the cells were matched by their unfinished neighbours")
        if len(rec.places) == _MANY_LINES:
            self._doubt("joined from many printed lines of a scan")
        for role, piece in row.cells.items():
            if is_noise(piece) and not (role == "target" and re.fullmatch(r"\d{2}|\d{4}", piece.strip())):
                self.rejected.append(Rejected(row.place, piece, "noise"))
            elif role == "scope":
                self._note_scope(piece, row.place)
            elif role == "recommendation":
                rec.text = self._join(rec.text, piece, role, row)
            elif purpose(role) == "rag" and terms.fold(rec.actions[-1].cells.get(role, "")) == terms.fold(piece):
                pass  # a cell merged down over the break, or its colour
            elif role in ("notes", "published"):
                rec.actions[-1].notes += [piece] if role == "notes" else []
            elif purpose(role) in _ACTION_ROLES:
                cells = rec.actions[-1].cells
                cells[role] = self._join(cells.get(role, ""), piece, role, row)
            else:
                self.rejected.append(Rejected(row.place, piece, "cell that goes on from nothing"))
            self.last_piece[role] = piece

    def _join(self, text: str, piece: str, role: str, row: PlanRow) -> str:
        """Join a piece, leaving out a line that the scan read twice (which happens within a page, not over a break)."""
        last, place = "" if row.after_break else self.last_piece.get(role, ""), row.place
        if len(piece.split()) <= 12 and last and text.endswith(last.rstrip()):
            if len(piece) > 5 and abs(len(piece) - len(last)) <= 3 and fuzz.ratio(piece.lower(), last.lower()) >= 80:
                self.rejected.append(Rejected(place, piece, "line read twice"))
                self._doubt("the scan read a line twice; one reading was left out")
                return text
            words, tail = piece.split(), last.split()
            for n in range(min(len(words), len(tail)), 1, -1):
                if words[:n] == tail[-n:]:
                    self.rejected.append(Rejected(place, " ".join(words[:n]), "line read twice"))
                    return join(text, " ".join(words[n:]))
        return join(text, piece)

    def _give_back(self, row: PlanRow) -> PlanRow:
        """Return to the action above the ends of its cells that stand, cut off, at the head of a new row's cells."""
        cells, above = dict(row.cells), self.found[-1].actions[-1] if self.found else Draft()
        for role in (role for role in row.cells if purpose(role) in ("action", "progress", "evidence", "outcome")):
            head = re.match(r"[a-z][^.!?]*[.!?](?=\s+[A-Z])", cells.get(role, ""))
            if head and _OPEN_END.search(above.cells.get(role, "")):
                above.cells[role] = join(above.cells[role], head[0])
                cells[role] = cells[role][head.end() :].strip()
                above.places.append(row.place)
                above.doubts.append("the end of this action stood at the head of the next row")
        return replace(row, cells=cells)

    def _align(self, row: PlanRow) -> PlanRow:
        """Give the cells of a shifted row to the columns that were left unfinished above, in their order."""
        above = self.open
        filled = [i for i, cell in enumerate(row.loose) if cell.strip()]
        unfinished = [role for role in _TEXT_ROLES if above.get(role) and not _CLOSED_END.search(above[role])]
        order = ["recommendation", "action", "lead", "target", "progress", "evidence", "outcome"]
        columns = sorted(unfinished, key=order.index)[: max(filled) + 1] if filled else []
        if "recommendation" not in columns[:1]:
            columns = ["recommendation", *columns]
        cells: dict[str, str] = {}
        for i in filled:
            role = columns[i] if i < len(columns) else "progress"
            cells[role] = join(cells.get(role, ""), row.loose[i])
        return replace(row, cells=cells)


def _plain(number: str) -> int | None:
    match = BARE_NUMBER.fullmatch(number.strip())
    return int(match["n"]) if match and match["n"] and re.fullmatch(r"\(?\d+[.):]?", number.strip()) else None


def _shape(number: str) -> str:
    return re.sub(r"\d+", "9", re.sub(r"[A-Za-z]+", "a", number.strip()))


def _same(a: str, b: str) -> bool:
    return terms.fold(a) == terms.fold(b) or (len(a) > 30 and fuzz.ratio(terms.fold(a), terms.fold(b)) >= 97)
