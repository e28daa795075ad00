"""Dittos: a cell that says "As above" or "As rec 2" means what the row above, or that recommendation, has there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from dhr_analytics.normalising.cells.agencies import heads_agency
from dhr_analytics.normalising.cells.references import ABOVE, ITSELF, read_reference
from dhr_analytics.normalising.cells.updates import purpose
from dhr_analytics.normalising.grammars.cut_rows import Draft, Recommendation
from dhr_analytics.normalising.grammars.keyed import key_of

TAKEN = "a cell only refers to another row; what it says was taken from there"
MISSING = "a cell only refers to another row, which does not say it"
_ROLES = ("lead", "person", "target", "status", "rag", "progress", "action")
_NOTED = {"lead": "Lead", "person": "Person", "action": "Action"}  # no column of the package keeps what they print

Cells = Mapping[str, str]
Numbered = Mapping[str, Recommendation]


def without_dittos(found: Sequence[Recommendation]) -> list[Recommendation]:
    """Put what is meant in place of cells that refer to another row.

    Parameters
    ----------
    found : sequence of Recommendation
        Those of one table, in its order.

    Returns
    -------
    list of Recommendation
        The same; a draft keeps the words that were printed, with a warning.
    """
    numbered = {key_of(rec.number): rec for rec in reversed(found) if rec.number}
    out: list[Recommendation] = []
    above: Cells = {}
    section = ""
    for rec in found:
        owner = rec.section if not rec.topic and heads_agency(rec.section) else ""
        if owner and rec.section != section:
            above = {**above, "lead": owner}
        actions = []
        for draft in rec.actions:
            actions.append(_meant(draft, above, numbered))
            above = {"lead": owner, **actions[-1].cells}
        section = rec.section
        out.append(replace(rec, actions=actions))
    return out


def _meant(draft: Draft, above: Cells, numbered: Numbered) -> Draft:
    """Return an action with what its cells mean."""
    refers = dict(_references(draft.cells, above, numbered))
    if not refers:
        return draft
    printed = {role: draft.cells[role] for role in refers}
    notes = [f"{_NOTED[purpose(role)]}: {text}" for role, text in printed.items() if purpose(role) in _NOTED]
    missing = any(not text and read_reference(printed[role]) != ITSELF for role, text in refers.items())
    cells = {role: text for role, text in {**draft.cells, **refers}.items() if text}
    warnings = [*draft.warnings, MISSING if missing else TAKEN]
    return replace(draft, cells=cells, warnings=warnings, notes=[*draft.notes, *notes], printed=printed)


def _references(cells: Cells, above: Cells, numbered: Numbered) -> Iterator[tuple[str, str]]:
    """Give the roles whose cells refer to another row, each with the text that is there, ``""`` for none."""
    for role, text in cells.items():
        to = read_reference(text) if purpose(role) in _ROLES else ""
        if to == ABOVE:
            yield role, above.get(role, "")
        elif to == ITSELF:
            if role == "action":
                yield role, ""
        elif to:
            yield role, _first(numbered.get(key_of(to)), role)


def _first(rec: Recommendation | None, role: str) -> str:
    """Return the first text that the actions of a recommendation have for a role and that refers nowhere."""
    texts = (draft.cells.get(role, "") for draft in (rec.actions if rec is not None else ()))
    return next((text for text in texts if text and not read_reference(text)), "")
