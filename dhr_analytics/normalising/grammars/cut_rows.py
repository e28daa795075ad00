"""Cut rows: rows and cells that a page break splits are joined, and rows become recommendations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz

from dhr_analytics.normalising.cells.references import ABOVE, read_reference
from dhr_analytics.normalising.cells.scope import read_scope
from dhr_analytics.normalising.cells.updates import purpose
from dhr_analytics.normalising.grammars.cut_cells import (
    is_closed,
    is_open,
    join,
    runs_on,
    starts_lower,
)
from dhr_analytics.normalising.grammars.cut_rules import (
    PROSE,
    Above,
    Habits,
    are_one_line,
    brings_action,
    habits_of,
    is_true_number,
    opens_action,
    opens_recommendation,
    repeats_recommendation,
)
from dhr_analytics.normalising.lines import NUMBERED_HEADING, is_noise, numbered
from dhr_analytics.normalising.rows import PlanRow, Rejected
from dhr_analytics.vocabulary import terms

__all__ = ["Draft", "Recommendation", "runs_on", "stitch"]

_SCOPE_WORDS = re.compile(r"(?:\W|\b(?:local|national|regional|and|or|both)\b)*", re.IGNORECASE)
_MANY_LINES = 8
_WORDED = {"recommendation", "action"}
# Columns that belong to the action rather than to the recommendation.
_ACTION_ROLES = (
    "action", "lead", "person", "target", "completion", "status", "rag", "progress", "evidence",
    "outcome", "milestones", "response",
)  # fmt: skip
# Texts that a shifted cell may continue, in the usual order of columns.
_TEXT_ROLES = ("recommendation", "action", "lead", "target", "progress", "evidence", "outcome")
# Cells whose end may be printed at the head of the next row.
_MAY_END_BELOW = ("action", "progress", "evidence", "outcome")
_LOST = "columns were lost at the page break; the cells were matched by their unfinished neighbours"
_MANY = "joined from many printed lines of a scan"
_TWICE = "the scan read a line twice; one reading was left out"
_GIVEN_BACK = "the end of this action was printed at the head of the next row"


@dataclass
class Draft:
    """An action while rows are joined to it: texts by role and the places they came from.

    ``printed`` holds the words of cells that refer to another row, whose text is in ``cells`` instead.
    """

    cells: dict[str, str] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    printed: dict[str, str] = field(default_factory=dict)


@dataclass
class Recommendation:
    """A recommendation while rows are joined to it."""

    number: str
    section: str
    text: str
    scopes: list[str]
    places: list[str]
    actions: list[Draft] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    review: str = ""
    topic: bool = False
    published: str = ""
    chance: float = 1.0  # that the frame it is in is read right

    @property
    def is_bare(self) -> bool:
        """Whether nothing but an owner is stated of what is done."""
        return not any(set(draft.cells) - {"lead"} for draft in self.actions)

    def set_aside(self, reason: str) -> Rejected:
        """Return it as a piece that is in no table, with the number and the owners that are printed beside it."""
        owners = [draft.cells["lead"] for draft in self.actions if draft.cells.get("lead")]
        words = " ".join(filter(None, [self.number, self.text, *owners, *self.scopes]))
        return Rejected("; ".join(self.places), words, reason)


def stitch(rows: Sequence[PlanRow], *, whole: bool = False) -> tuple[list[Recommendation], list[Rejected]]:
    """Join plan rows to recommendations with their actions.

    Parameters
    ----------
    rows : sequence of PlanRow
        In document order.
    whole : bool
        Each row is complete: none continues the row above it in the middle of a cell.

    Returns
    -------
    recommendations : list of Recommendation
    rejected : list of Rejected
        False numbers, lines read twice, noise, and rows above the first recommendation.
    """
    if whole:
        # A row below a break with neither a recommendation nor an action is the rest of a row even so.
        rows = [replace(row, after_break=row.after_break and not _WORDED & set(row.cells)) for row in rows]
    one_line = not whole and are_one_line(rows)
    rows = [_with_number_apart(_without_ditto(row)) for row in rows]
    stitcher = _Stitcher(habits_of(rows, one_line=one_line, whole=whole))
    for row in _join_forward(rows):
        stitcher.add(row)
    found, repeated = _once(stitcher.found)
    return found, stitcher.rejected + repeated


def _once(found: list[Recommendation]) -> tuple[list[Recommendation], list[Rejected]]:
    """Leave out a recommendation that is listed bare and printed again with its actions."""
    planned = {terms.fold(rec.text) for rec in found if not rec.is_bare}
    kept: list[Recommendation] = []
    repeated: list[Rejected] = []
    for rec in found:
        if rec.is_bare and terms.fold(rec.text) in planned:
            repeated.append(rec.set_aside("printed again in the action plan"))
        else:
            kept.append(rec)
    return kept, repeated


def _without_ditto(row: PlanRow) -> PlanRow:
    """Leave out a recommendation that is "As above": the row is one more of its actions."""
    if row.cells.get("number") or read_reference(row.cells.get("recommendation", "")) != ABOVE:
        return row
    return replace(row, cells={role: text for role, text in row.cells.items() if role != "recommendation"})


def _with_number_apart(row: PlanRow) -> PlanRow:
    """Move a number that opens the recommendation into a cell of its own."""
    text = row.cells.get("recommendation", "")
    if "number" in row.cells or not (match := numbered(text)):
        return row
    own = {"number": match["number"].strip(), "recommendation": text[match.end() :]}
    return replace(row, cells={**row.cells, **own})


def _join_forward(rows: Sequence[PlanRow]) -> list[PlanRow]:
    """Join a row whose first printed line is above its own number, on the page before."""
    out: list[PlanRow] = []
    for row in rows:
        if out and _begins(out[-1], row):
            above = out[-1].cells
            joined = {role: join(text, row.cells.get(role, "")) for role, text in above.items()}
            place = f"{out[-1].place}; {row.place}"
            cells = {**row.cells, **joined}
            out[-1] = PlanRow(cells, place, row.section, row.after_break)
        else:
            out.append(row)
    return out


def _begins(above: PlanRow, row: PlanRow) -> bool:
    """Return whether a row above a break holds the first line of the numbered row below it."""
    if above.after_break or not row.after_break or above.section != row.section:
        return False
    if above.cells.get("number") or above.cells.get("recommendation") or not row.cells.get("number"):
        return False
    pieces = [row.cells[role] for role in above.cells if row.cells.get(role)]
    return sum(map(starts_lower, pieces)) * 2 > len(pieces)


class _Stitcher:
    """Walks down the rows; holds the recommendation and the action that are open."""

    def __init__(self, habits: Habits) -> None:
        self.habits = habits
        self.found: list[Recommendation] = []
        self.rejected: list[Rejected] = []
        self.last_piece: dict[str, str] = {}

    @property
    def above(self) -> Above | None:
        """What a next row may continue."""
        if not self.found:
            return None
        rec = self.found[-1]
        cells = {"recommendation": rec.text, **(rec.actions[-1].cells if rec.actions else {})}
        return Above(rec.number, rec.section, rec.text, rec.review, cells, self.last_piece)

    def add(self, row: PlanRow) -> None:
        """Take the next row: it opens a recommendation or an action, or continues what is open."""
        if row.opens == "recommendation" and row.cells.get("recommendation"):
            self._open_recommendation(row)
        elif row.opens == "action" and self.found:
            self._open_action(row)
        else:
            above = self.above
            if row.loose:
                row = _align(row, above.cells if above else {})
            self._place(self._without_false_number(row, above), above)

    def _without_false_number(self, row: PlanRow, above: Above | None) -> PlanRow:
        if is_true_number(row, above):
            return row
        number = row.cells.get("number", "")
        merged = above and number == above.number and not row.cells.get("recommendation")
        if number and not merged:
            self.rejected.append(Rejected(row.place, number, "false number"))
        return _without(row, {"number"})

    def _place(self, row: PlanRow, above: Above | None) -> None:
        if opens_recommendation(row, above, self.habits):
            self._open_recommendation(row)
        elif above is None:
            words = " ".join(" ".join(row.cells.values()).split())
            self.rejected.append(Rejected(row.place, words, "row above the first recommendation"))
        elif repeats_recommendation(row, above) or opens_action(row, above, self.habits):
            self._open_action(self._give_back(row))
        elif brings_action(row, above):
            own = _own_roles(row, above)
            self._continue(_without(row, own))
            self._open_action(_without(row, set(row.cells) - own))
        else:
            self._continue(row)

    def _open_recommendation(self, row: PlanRow) -> None:
        row = self._give_back(row)
        number = row.cells.get("number", "")
        if not number and (match := NUMBERED_HEADING.match(row.section)):
            number = match["number"]
        opened = Recommendation(
            number,
            row.section,
            row.cells["recommendation"],
            scopes=[],
            places=[row.place],
            warnings=list(row.warnings),
            review=row.review,
            topic=row.topic,
            published=row.cells.get("published", ""),
        )
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

    def _warn(self, warning: str) -> None:
        """Note a warning of the open recommendation and its open action."""
        self.found[-1].warnings.append(warning)
        self.found[-1].actions[-1].warnings.append(warning)

    def _note_scope(self, piece: str, place: str) -> None:
        self.found[-1].scopes.append(piece)
        if not _SCOPE_WORDS.fullmatch(piece):
            more = "more than a scope" if read_scope(piece) else "scope that is not understood"
            self.rejected.append(Rejected(place, piece, more))

    def _continue(self, row: PlanRow) -> None:
        """Join each cell of a row to the cell above it."""
        rec = self.found[-1]
        rec.places += [row.place]
        rec.actions[-1].places += [row.place]
        if row.loose:
            self._warn(_LOST)
        if len(rec.places) == _MANY_LINES:
            self._warn(_MANY)
        for role, piece in row.cells.items():
            self._continue_cell(role, piece, row)
            self.last_piece[role] = piece

    def _continue_cell(self, role: str, piece: str, row: PlanRow) -> None:
        rec = self.found[-1]
        action = rec.actions[-1]
        if _is_stray(role, piece):
            self.rejected.append(Rejected(row.place, piece, "noise"))
        elif role == "scope":
            self._note_scope(piece, row.place)
        elif role == "recommendation":
            rec.text = self._join(rec.text, piece, role, row)
        elif role == "published" or _is_same_rating(role, piece, action):
            pass
        elif role == "notes":
            action.notes.append(piece)
        elif purpose(role) in _ACTION_ROLES:
            action.cells[role] = self._join(action.cells.get(role, ""), piece, role, row)
        else:
            self.rejected.append(Rejected(row.place, piece, "cell that continues nothing"))

    def _join(self, text: str, piece: str, role: str, row: PlanRow) -> str:
        """Join a piece, leaving out a line that the scan read twice, which happens within a page."""
        last = "" if row.after_break else self.last_piece.get(role, "")
        if len(piece.split()) > 12 or not last or not text.endswith(last.rstrip()):
            return join(text, piece)
        if _is_same_line(piece, last):
            self.rejected.append(Rejected(row.place, piece, "line read twice"))
            self._warn(_TWICE)
            return text
        words = piece.split()
        n = _overlap(last.split(), words)
        if n:
            self.rejected.append(Rejected(row.place, " ".join(words[:n]), "line read twice"))
            piece = " ".join(words[n:])
        return join(text, piece)

    def _give_back(self, row: PlanRow) -> PlanRow:
        """Return to the action above the ends of its cells that begin the cells of a new row."""
        cells, above = dict(row.cells), self.found[-1].actions[-1] if self.found else Draft()
        for role in row.cells:
            if purpose(role) not in _MAY_END_BELOW:
                continue
            head = re.match(r"[a-z][^.!?]*[.!?](?=\s+[A-Z])", cells[role])
            if head and is_open(above.cells.get(role, "")):
                above.cells[role] = join(above.cells[role], head[0])
                cells[role] = cells[role][head.end() :].strip()
                above.places.append(row.place)
                above.warnings.append(_GIVEN_BACK)
        return replace(row, cells=cells)


def _without(row: PlanRow, roles: set[str]) -> PlanRow:
    return replace(row, cells={role: text for role, text in row.cells.items() if role not in roles})


def _own_roles(row: PlanRow, above: Above) -> set[str]:
    """Return the roles of the cells that belong to an action of the row's own."""
    of_action = [role for role in row.cells if purpose(role) in _ACTION_ROLES]
    return {role for role in of_action if purpose(role) not in PROSE or not above.is_completed(role, row)}


def _is_stray(role: str, piece: str) -> bool:
    """Return whether a piece is noise; a year alone completes a target."""
    year = role == "target" and re.fullmatch(r"\d{2}|\d{4}", piece.strip())
    return is_noise(piece) and not year


def _is_same_rating(role: str, piece: str, action: Draft) -> bool:
    """Return whether a rating is printed again, as in a cell that is merged down over the break."""
    above = action.cells.get(role, "")
    return purpose(role) == "rag" and terms.fold(above) == terms.fold(piece)


def _is_same_line(piece: str, last: str) -> bool:
    """Return whether two lines are nearly the same."""
    sized = len(piece) > 5 and abs(len(piece) - len(last)) <= 3
    return sized and fuzz.ratio(piece.lower(), last.lower()) >= 80


def _overlap(tail: Sequence[str], words: Sequence[str]) -> int:
    """Return how many words, two at least, both end the line above and begin the next; 0 for none."""
    sizes = range(min(len(words), len(tail)), 1, -1)
    return next((n for n in sizes if words[:n] == tail[-n:]), 0)


def _align(row: PlanRow, above: Mapping[str, str]) -> PlanRow:
    """Give the cells of a shifted row to the columns left unfinished above, in their order."""
    filled = [i for i, cell in enumerate(row.loose) if cell.strip()]
    unfinished = [role for role in _TEXT_ROLES if above.get(role) and not is_closed(above[role])]
    columns = unfinished[: max(filled, default=-1) + 1]
    if "recommendation" not in columns[:1]:
        columns = ["recommendation", *columns]
    cells: dict[str, str] = {}
    for i in filled:
        role = columns[i] if i < len(columns) else "progress"
        cells[role] = join(cells.get(role, ""), row.loose[i])
    return replace(row, cells=cells)
