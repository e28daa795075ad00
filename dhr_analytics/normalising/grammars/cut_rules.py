"""Rules of cut rows: whether a row opens a recommendation or an action, or continues what is open above it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz

from dhr_analytics.normalising.cells.dates import find_dates
from dhr_analytics.normalising.cells.updates import purpose
from dhr_analytics.normalising.grammars.cut_cells import completes, is_closed, runs_on, starts_lower
from dhr_analytics.normalising.lines import NUMBERED_HEADING
from dhr_analytics.normalising.roles import BARE_NUMBER
from dhr_analytics.normalising.rows import PlanRow
from dhr_analytics.vocabulary import terms

PROSE = ("recommendation", "action", "progress", "evidence", "outcome", "milestones")
_STATED = frozenset(("lead", "target", "status", "rag"))


@dataclass(frozen=True)
class Habits:
    """What holds for the rows of a whole table."""

    numbered: bool  # a text without number continues the one above
    owned: bool  # nearly each row states who, when or how far: one below a break that does not continues
    one_line: bool  # a row is one printed line, as where neither rules nor gaps separate the rows
    whole: bool  # every row is complete


def habits_of(rows: Sequence[PlanRow], *, one_line: bool, whole: bool) -> Habits:
    """Return the habits of rows whose numbers have cells of their own."""
    return Habits(_are_numbered(rows, one_line), _are_owned(rows), one_line, whole)


def _are_numbered(rows: Sequence[PlanRow], one_line: bool) -> bool:
    numbered = ["number" in row.cells for row in rows]
    starts = [row.cells.get("recommendation") and not row.after_break for row in rows]
    opened = [given for given, start in zip(numbered, starts, strict=True) if start]
    if sum(numbered) < 2:
        return False
    return (one_line and numbered[0]) or sum(opened) * 2 > len(opened) or sum(opened) >= 5


def _are_owned(rows: Sequence[PlanRow]) -> bool:
    cells = [set(row.cells) for row in rows if not row.after_break]
    stated = [bool(_STATED & each) for each in cells if {"recommendation", "action"} & each]
    return sum(stated) * 5 > 4 * len(stated)


def are_one_line(rows: Sequence[PlanRow]) -> bool:
    """Return whether most rows are one printed line each."""
    pairs = [(above, row) for above, row in pairwise(rows) if not row.after_break]
    continued = [
        any(runs_on(above.cells.get(role, ""), row.cells.get(role, "")) for role in PROSE)
        for above, row in pairs
        if set(PROSE) & set(row.cells)
    ]
    return len(continued) > 4 and sum(continued) * 5 >= 2 * len(continued)


@dataclass(frozen=True)
class Above:
    """The recommendation that is open, the cells of its last action, and the last piece of each cell."""

    number: str
    section: str
    text: str
    review: str
    cells: Mapping[str, str]
    last_piece: Mapping[str, str]

    def is_completed(self, role: str, row: PlanRow) -> bool:
        """Return whether a cell of a row continues the one above it."""
        return completes(role, self.cells.get(role, ""), row.cells[role])


# --- numbers -----------------------------------------------------------------------------------------


def is_true_number(row: PlanRow, above: Above | None) -> bool:
    """Return whether the number is a recommendation's, not that of a page or a stray mark."""
    number = row.cells.get("number", "").strip()
    if not number or above is None or above.review != row.review:
        return bool(number)
    text = row.cells.get("recommendation", "")
    if not BARE_NUMBER.fullmatch(number):
        alike = _shape(number) == _shape(above.number) and re.search(r"\d", number)
        return bool(NUMBERED_HEADING.match(number + ": x") or (text and alike))  # "SM/02" below "SM/01"
    return bool(text) and _counts_on(row, above)


def _counts_on(row: PlanRow, above: Above) -> bool:
    """Return whether a bare number counts on from the one above, or its text opens anew."""
    number, text = row.cells["number"].strip(), row.cells["recommendation"]
    now, last = _plain(number), _plain(above.number)
    if now is None or last is None or above.section != row.section or now == last + 1:
        return True
    if number == above.number:
        return not starts_lower(text)
    finished = is_closed(above.text) or (now > last and len(row.cells) >= 4)
    return finished and not starts_lower(text) and not runs_on(above.text, text)


def _plain(number: str) -> int | None:
    match = BARE_NUMBER.fullmatch(number.strip())
    plain = match and match["n"] and re.fullmatch(r"\(?\d+[.):]?", number.strip())
    return int(match["n"]) if match and plain else None


def _shape(number: str) -> str:
    return re.sub(r"\d+", "9", re.sub(r"[A-Za-z]+", "a", number.strip()))


# --- recommendations ---------------------------------------------------------------------------------


def opens_recommendation(row: PlanRow, above: Above | None, habits: Habits) -> bool:
    """Return whether a row opens a recommendation."""
    text = row.cells.get("recommendation", "")
    if not text or above is None or above.review != row.review:
        return bool(text)
    if habits.whole and not _is_same(text, above.text):
        return True
    if row.cells.get("number"):
        return not _is_same_recommendation(row, above)
    if repeats_recommendation(row, above):
        return False
    return above.section != row.section or _opens_by_text(row, above, habits)


def _is_same_recommendation(row: PlanRow, above: Above) -> bool:
    """Return whether a number and its text are printed again under the same heading."""
    same = row.cells["number"] == above.number and above.section == row.section
    return same and _is_same(row.cells["recommendation"], above.text)


def _opens_by_text(row: PlanRow, above: Above, habits: Habits) -> bool:
    """Return whether a text without number opens a recommendation below another one."""
    text = row.cells["recommendation"]
    if habits.one_line:
        return not habits.numbered and _is_first_line(row, above, "recommendation")
    if habits.numbered:
        return _opens_unnumbered(row, above)
    if (row.after_break or len(row.cells) <= 2) and runs_on(above.text, text):
        return False
    return not row.after_break or _is_new_below_break(row, above, habits)


def _opens_unnumbered(row: PlanRow, above: Above) -> bool:
    """Return whether a text opens a recommendation though it has no number and others do."""
    apart = is_closed(above.text) and not row.after_break and len(row.cells) >= 3
    return apart and not starts_lower(row.cells["recommendation"])


def _is_new_below_break(row: PlanRow, above: Above, habits: Habits) -> bool:
    """Return whether most cells beside the recommendation do not continue those above the break."""
    others = [role for role in row.cells if role != "recommendation"]
    if not others:
        return not habits.owned
    return sum(above.is_completed(role, row) for role in others) * 2 <= len(others)


def repeats_recommendation(row: PlanRow, above: Above) -> bool:
    """Return whether the recommendation is printed again beside each of its actions."""
    text, whole = row.cells.get("recommendation", ""), above.text
    if not text or not row.cells.get("action"):
        return False
    # Below a page break the end of a merged cell is printed beside each action, too; a whole
    # sentence is no such end.
    end = text == above.last_piece.get("recommendation") and whole.endswith(text)
    cut = end and not is_closed(whole.removesuffix(text).rstrip())
    whole_again = _is_same(text, whole) and (is_closed(text) or not is_closed(whole))  # else its end is still to come
    return whole_again or (cut and not row.after_break and _states(row))


def _is_same(a: str, b: str) -> bool:
    a_folded, b_folded = terms.fold(a), terms.fold(b)
    return a_folded == b_folded or (len(a) > 30 and fuzz.ratio(a_folded, b_folded) >= 97)


def _is_first_line(row: PlanRow, above: Above, role: str) -> bool:
    """Return whether a printed line is the first of its row: nothing in it continues what is above."""
    continues = any(above.is_completed(each, row) for each in row.cells)
    if len(row.cells) < 2 or starts_lower(row.cells[role]) or continues:
        return False
    prose = [each for each in row.cells if purpose(each) in PROSE]
    several = len(_STATED & set(row.cells)) > 1
    return several or all(is_closed(above.cells.get(each) or ".") for each in prose)


def _states(row: PlanRow) -> bool:
    """Return whether a row states who, when or how far."""
    return bool(_STATED & set(row.cells))


# --- actions -----------------------------------------------------------------------------------------


def opens_action(row: PlanRow, above: Above, habits: Habits) -> bool:
    """Return whether a row without recommendation opens an action."""
    action = row.cells.get("action", "")
    if row.cells.get("recommendation"):
        return False
    if action and (habits.whole or above.section != row.section):
        return True
    if habits.one_line:
        return bool(action) and _states(row) and _is_first_line(row, above, "action")
    if not action:
        return _names_another_lead(row, above)
    if row.after_break:
        return _is_action_below_break(row, above, habits)
    return not _continues_action(row, above)


def _names_another_lead(row: PlanRow, above: Above) -> bool:
    """Return whether an action cell is merged down over several agencies, each with the action as its own."""
    lead = row.cells.get("lead", "")
    return bool(lead) and not row.after_break and not runs_on(above.cells.get("lead", ""), lead)


def _is_action_below_break(row: PlanRow, above: Above, habits: Habits) -> bool:
    action = above.cells.get("action", "")
    # Cells set in the middle of a cut row may be wholly below the break.
    if not (action or set(row.cells) & set(above.cells)):
        return False
    if any(above.is_completed(role, row) for role in row.cells):
        return False
    return _states(row) or (not habits.owned and is_closed(action))


def _continues_action(row: PlanRow, above: Above) -> bool:
    action = row.cells["action"]
    owned = {"lead", "person", "target"} & set(row.cells)
    return runs_on(above.cells.get("action", ""), action) and (starts_lower(action) or not owned)


def brings_action(row: PlanRow, above: Above) -> bool:
    """Return whether a row that continues the recommendation also holds an action of its own."""
    if not all(row.cells.get(role) for role in ("recommendation", "action", "lead")):
        return False
    targets = (row.cells.get("target", ""), above.cells.get("target", ""))
    anew = not runs_on(above.cells.get("action", ""), row.cells["action"])
    return anew and all(find_dates(target) for target in targets)
