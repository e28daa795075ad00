"""Numbers of recommendations: how they are printed, and recommendations joined by them to actions that stand apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dhr_analytics.normalising.cells.agencies import is_agency
from dhr_analytics.vocabulary import terms

if TYPE_CHECKING:
    from dhr_analytics.normalising.layout import PlanRow

NUMBERED_HEADING = re.compile(
    r"^(?P<number>(?:recommendation|rec|theme|priority|objective)\s*\.?\s*(?:no\.?\s*)?"
    r"(?:\d{1,3}[a-z]?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    r"fifteen))\s*[:.–-]\s*(?=\S)",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"^\s*(?P<number>\(?(?:R(?:ec(?:ommendation)?)?\.?\s?)?(?:\d{1,3}(?:\.\d{1,2}){0,2}[a-z]?|"
    r"(?=[ivxl])(?:x{0,3}(?:ix|iv|v?i{0,3}))|[A-Z]\d{1,2})[.):]|(?-i:R\d{1,2})(?=\s+[A-Z]))\s*(?=\S)",
    re.IGNORECASE,
)
_UNWORDED = "only the number of the recommendation stands beside its actions; its wording was not found"
_SEVERAL = "several recommendations have the number that stands beside the action; the last one above was taken"

_FIRST = "the action names several recommendations; it stands with the first of them"
_SEPARATE = re.compile(r"(?<=\d)\s*(?:[,;&+]|\band\b)\s*(?=\S)", re.IGNORECASE)


@dataclass(frozen=True)
class Listed:
    """A recommendation in a list of lines: how many plan rows stand above it, its cells, and the line as printed."""

    after: int
    row: PlanRow
    printed: str


def key_of(number: str) -> str:
    """Fold a number, the first of several, so that "Recommendation 1", "Rec. 1", "R1" and "1." are the same.

    Parameters
    ----------
    number : str
        As printed.

    Returns
    -------
    str
    """
    folded = re.sub(r"[^a-z0-9.]", "", _SEPARATE.split(number)[0].lower()).strip(".")
    return re.sub(r"^(?:recommendations?|recs?|r)\.?(?:no\.?)?(?=\d)", "", folded)


def number_of(row: PlanRow) -> str:
    """Return the number of a row's recommendation, from its own cell or from the head of the wording."""
    text = row.cells.get("recommendation", "")
    match = NUMBERED_HEADING.match(text) or NUMBER.match(text)
    return row.cells.get("number") or (match["number"] if match else "")


def join_by_number(rows: Sequence[PlanRow], lines: Iterable[Listed]) -> tuple[list[PlanRow], list[Listed]]:
    """Give actions that name their recommendation by its number alone the recommendation that is listed elsewhere.

    Parameters
    ----------
    rows : sequence of PlanRow
        In document order; those with a ``key`` are actions without a recommendation.
    lines : iterable of Listed
        Recommendations outside tables.

    Returns
    -------
    rows : list of PlanRow
        Actions stand with their recommendation. One that is found nowhere is called by its number, with a doubt.
    used : list of Listed
        The lines that became recommendations.
    """
    wanted = {row.key for row in rows if row.key}
    if not wanted:
        return list(rows), []
    in_tables = {key_of(number_of(row)) for row in rows if not row.key}
    lines = {terms.fold(line.row.cells["recommendation"]): line for line in lines}.values()
    named = {key_of(number_of(line.row)) for line in lines} & wanted - in_tables
    # The other recommendations of a list that is named have no action yet.
    used = [
        line
        for line in lines
        if (key := key_of(number_of(line.row))) in named
        or (named and key not in in_tables and NUMBERED_HEADING.match(line.printed))
    ]
    waiting = sorted(used, key=lambda line: line.after)
    blocks: list[_Block] = []
    for at, row in enumerate(rows):
        while waiting and waiting[0].after <= at:
            blocks.append(_Block(at, [waiting.pop(0).row]))
        if not row.key and (row.cells.get("recommendation") or not blocks):
            blocks.append(_Block(at, [row]))
        elif not row.key:
            blocks[-1].rows.append(row)
    blocks += [_Block(len(rows), [line.row]) for line in waiting]
    unworded: list[_Block] = []
    block: _Block | None = None
    for at, row in enumerate(rows):
        if row.key and (row.cells.get("number") or block is None):
            found = _find(blocks, row, at) or _find(unworded, row, at)
            block = found or _unworded(row, at)
            _attach(block, row)
            unworded += [] if found else [block]
        elif row.key and block is not None:  # goes on from the row above
            block.rows.append(replace(row, key=""))
    blocks += sorted(unworded, key=lambda block: _in_order(block.rows[0].cells["number"]))
    return [row for block in blocks for row in block.rows], used


@dataclass(frozen=True)
class _Block:
    """A recommendation and the rows of its actions; ``at`` is its place in the document."""

    at: int
    rows: list[PlanRow]


def _find(blocks: Sequence[_Block], row: PlanRow, at: int) -> _Block | None:
    """Return the recommendation whose number an action names: of several the last one above, with a doubt."""
    found = [
        block
        for block in blocks
        if block.rows[0].cells.get("recommendation") and key_of(number_of(block.rows[0])) == row.key
    ]
    found = [block for block in found if row.section and block.rows[0].section == row.section] or found
    above = [block for block in found if block.at <= at] or found[:1]
    if len({terms.fold(block.rows[0].cells["recommendation"]) for block in above}) > 1:
        head = above[-1].rows[0]
        above[-1].rows[0] = replace(head, doubts=(*head.doubts, _SEVERAL))
    return above[-1] if above else None


def _unworded(row: PlanRow, at: int) -> _Block:
    number = row.cells.get("number", row.key).strip(" .:")
    text = number if re.search(r"[A-Za-z]{3}", number) else f"Recommendation {number}"
    cells = {"number": number, "recommendation": text}
    return _Block(at, [replace(row, cells=cells, doubts=(*row.doubts, _UNWORDED), key="")])


def _attach(block: _Block, row: PlanRow) -> None:
    head = block.rows[0]
    section = head.section or row.section
    own = {role: text for role, text in row.cells.items() if role != "number"}
    if section != row.section and "lead" not in own and is_agency(row.section):
        own["lead"] = row.section
    several = len(_SEPARATE.split(row.cells.get("number", ""))) > 1
    doubts = (_FIRST,) if several else ()
    if len(block.rows) == 1 and "action" not in head.cells:
        place = row.place if row.place == head.place else f"{head.place}; {row.place}"
        doubts = tuple(dict.fromkeys((*row.doubts, *doubts, *head.doubts)))
        if "number" in head.cells and not several:
            own["number"] = row.cells.get("number", head.cells["number"])  # as the plan prints it
        block.rows[0] = replace(head, cells={**head.cells, **own}, place=place, section=section, doubts=doubts)
        return
    told = ("number", "recommendation", "lead", "person") if "action" in own else ()
    shared = {role: text for role, text in head.cells.items() if role in told}
    cells = {**shared, **own}
    block.rows.append(replace(row, cells=cells, section=section, doubts=(*row.doubts, *doubts), key=""))


def _in_order(number: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", number)]
