"""Repeats: a bare list before its plan, and a recommendation that is on two sheets, are counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz, process

from dhr_analytics.normalising.grammars.cut_rows import Draft, Recommendation
from dhr_analytics.normalising.grammars.keyed import key_of
from dhr_analytics.normalising.rows import Rejected
from dhr_analytics.vocabulary import terms

# Two wordings as like as this are one recommendation, printed twice.
SAME = 92
DIFFER = "the action is on two sheets with different words; those of the first are taken"


def counted_once(parts: Sequence[Sequence[Recommendation]]) -> tuple[list[Recommendation], list[Rejected]]:
    """Leave out what is printed again.

    Parameters
    ----------
    parts : sequence of sequences of Recommendation
        The recommendations of each sheet, or of the only part of a document, in its order.

    Returns
    -------
    kept : list of Recommendation
        One that is on several sheets is where it is first, with the actions of all.
    repeated : list of Rejected
        Those of a bare list that the action plan prints again.
    """
    kept, repeated = _without_lists([rec for part in parts for rec in part])
    left = {id(rec) for rec in kept}
    return _joined([[rec for rec in part if id(rec) in left] for part in parts]), repeated


def _joined(parts: Sequence[Sequence[Recommendation]]) -> list[Recommendation]:
    """Put the actions of a recommendation that is on several sheets together."""
    kept: list[Recommendation] = []
    for part in parts:
        above = [terms.fold(rec.text) for rec in kept]
        for rec in part:
            at = _place_of(rec, kept[: len(above)], above)
            if at is None:
                kept.append(rec)
            else:
                kept[at] = _with_actions_of(kept[at], rec)
    return kept


def _place_of(rec: Recommendation, kept: Sequence[Recommendation], above: Sequence[str]) -> int | None:
    """Return the place of a recommendation of the same number and wording on a sheet above."""
    texts = {i: above[i] for i, each in enumerate(kept) if key_of(each.number) == key_of(rec.number)}
    found = process.extractOne(terms.fold(rec.text), texts, scorer=fuzz.ratio, score_cutoff=SAME)
    return found[2] if found else None


def _with_actions_of(rec: Recommendation, other: Recommendation) -> Recommendation:
    """Return a recommendation with the actions of its repeat; one that both have is one."""
    actions = list(rec.actions)
    for draft in other.actions:
        at = next((i for i, each in enumerate(actions) if _is_same(each, draft)), None)
        if at is None:
            actions.append(draft)
        else:
            actions[at] = _completed(actions[at], draft)
    return replace(
        rec,
        actions=actions,
        scopes=[*dict.fromkeys(rec.scopes + other.scopes)],
        places=[*dict.fromkeys(rec.places + other.places)],
        notes=[*dict.fromkeys(rec.notes + other.notes)],
        chance=min(rec.chance, other.chance),
    )


def _is_same(one: Draft, two: Draft) -> bool:
    texts = [terms.fold(draft.cells.get("action", "")) for draft in (one, two)]
    leads = {terms.fold(lead) for draft in (one, two) if (lead := draft.cells.get("lead", ""))}
    return texts[0] == texts[1] and len(leads) < 2


def _completed(one: Draft, two: Draft) -> Draft:
    """Fill in the cells that an action lacks from its repeat."""
    differ = any(one.cells.get(role, text) != text for role, text in two.cells.items())
    warnings = [*one.warnings, *([DIFFER] if differ else [])]
    places = [*dict.fromkeys([*one.places, *two.places])]
    return Draft({**two.cells, **one.cells}, places, warnings, [*dict.fromkeys([*one.notes, *two.notes])])


def _without_lists(found: Sequence[Recommendation]) -> tuple[list[Recommendation], list[Rejected]]:
    """Leave out a recommendation that a report lists bare and its action plan prints again with actions."""
    planned = [terms.fold(rec.text) for rec in found if not rec.is_bare]
    kept: list[Recommendation] = []
    repeated: list[Rejected] = []
    for rec in found:
        again = rec.is_bare and process.extractOne(terms.fold(rec.text), planned, scorer=fuzz.ratio, score_cutoff=SAME)
        if again:
            repeated.append(rec.set_aside("printed again in the action plan"))
        else:
            kept.append(rec)
    return kept, repeated
