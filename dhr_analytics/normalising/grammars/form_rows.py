"""Rows of a plan from its forms: whether labels make one, and which action a field belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from dhr_analytics.normalising.cells.agencies import is_agency, is_role
from dhr_analytics.normalising.cells.dates import read_target
from dhr_analytics.normalising.cells.status import read_status
from dhr_analytics.normalising.cells.ticks import CHOICES, ticked_choice
from dhr_analytics.normalising.cells.updates import name_updates
from dhr_analytics.normalising.grammars.fields import Piece, alternative, filled, is_rule
from dhr_analytics.normalising.grammars.splitting import Form, split_forms, with_wordings
from dhr_analytics.normalising.rows import PlanRow, Reading, Rejected
from dhr_analytics.vocabulary import terms

# What belongs to the recommendation wherever it is on the form.
_OF_FORM = ("number", "section", "recommendation", "scope")
_ONCE = (*_OF_FORM, "notes")
_NUMBERS = {"recommendation": "number", "action": "action_number"}
_OPENING = ("number", "recommendation", "action")
_ASKED = ("number", "recommendation")
_REPORTING = ("progress", "status", "rag")
_BARE = "form without a recommendation"
_FURNITURE = "page furniture"

Pieces = Sequence[Piece]
Series = Mapping[tuple[str, str], str]


def read_forms(grammar: str, pieces: Pieces, *, by: str) -> Reading | None:
    """Read the pieces of a document as forms.

    Parameters
    ----------
    grammar : str
        The name of the reading.
    pieces : sequence of Piece
        In document order.
    by : str
        The origin (``pair``, ``line``) that at least half of the forms have a field of.

    Returns
    -------
    Reading or None
        ``None`` where the labels do not make a plan.
    """
    found, left = split_forms(with_wordings(pieces))
    forms = [form for form in _promote(found) if form.is_worded]
    if not _is_plan(forms, by):
        return None
    series = _series(forms)
    rows: list[PlanRow] = []
    head: Mapping[str, str] = {}
    for form in forms:
        made = _rows(form, series, head)
        head = made[0].cells if made[0].opens == "recommendation" else head
        rows += made
    return Reading(grammar, tuple(rows), tuple(_rejected(pieces, forms, left)))


def _rejected(pieces: Pieces, forms: Sequence[Form], left: Mapping[int, str]) -> Iterator[Rejected]:
    """Give every row that is in no form, and is no header, section or ruled line."""
    used = {id(row) for form in forms for piece in form.fields for row in piece.rows}
    for key, piece in {id(piece.row): piece for piece in pieces}.items():
        reason = left.get(key) or _reason(piece)
        if reason and key not in used:
            yield Rejected(piece.row.place, " | ".join(filled(piece.row)), reason)


def _reason(piece: Piece) -> str:
    known = piece.kind in ("header", "heading") or is_rule(piece.row)
    return "" if known else _FURNITURE if piece.kind == "blank" else _BARE


def _promote(forms: list[Form]) -> list[Form]:
    """Where no form has a recommendation, take the learning for it, or the one action of each."""
    asked = [piece.text for form in forms for piece in form.of("recommendation")]
    if any(asked):
        return forms
    labels = _learning(forms) or (set() if asked else _only_actions(forms))
    return [_recast(form, labels) for form in forms]


def _learning(forms: Sequence[Form]) -> set[str]:
    pieces = (piece for form in forms for piece in form.fields if piece.text)
    return {piece.label for piece in pieces if alternative(piece.label) == "recommendation"}


def _only_actions(forms: Sequence[Form]) -> set[str]:
    actions = [form.of("action") for form in forms]
    several = any(len(each) > 1 for each in actions)
    return set() if several else {piece.label for each in actions for piece in each}


def _recast(form: Form, labels: set[str]) -> Form:
    asked = (replace(p, role="recommendation") if p.label in labels else p for p in form.fields)
    return replace(form, fields=tuple(asked))


def _is_plan(forms: Sequence[Form], by: str) -> bool:
    """Return whether forms make a plan: they hold more than recommendations, and repeat a label."""
    least = min(
        sum(any(map(_is_rich, form.fields)) for form in forms),
        sum(any(_is_made(piece, by) for piece in form.fields) for form in forms),
    )
    if not forms or least * 2 < len(forms):
        return False
    first, *rest = [{p.stem for p in form.fields if p.role in _OPENING} for form in forms]
    return not first.isdisjoint(chain(*rest)) or _is_form(forms[0])


def _is_rich(piece: Piece) -> bool:
    return piece.role not in (*_ASKED, "section", "other")


def _is_made(piece: Piece, by: str) -> bool:
    """Return whether a field shows that a plan is laid out so; a title alone is no label line."""
    return piece.origin == by and (by == "pair" or piece.role not in _ASKED)


def _is_form(form: Form) -> bool:
    """Return whether a form that nothing repeats has known labels, with values of their kinds."""
    known = [piece for piece in form.fields if piece.role != "other"]
    enough = len({p.role for p in known}) > 2 and len(known) * 5 >= len(form.fields) * 4
    worded = any(piece.text for piece in form.of("recommendation"))
    return worded and enough and any(map(_is_typed, known))


def _is_typed(piece: Piece) -> bool:
    if piece.role == "target":
        return read_target(piece.text).basis != "none"
    if piece.role in _REPORTING:
        return read_status({piece.role: piece.text}).value != "no_update"
    return piece.role == "lead" and is_agency(piece.text)


def _series(forms: Sequence[Form]) -> Series:
    """Name reports of different days by role and label; those of one day keep their role."""
    reports = ((piece, form) for form in forms for piece in form.fields if _is_report(piece))
    names = list(dict.fromkeys((piece.role, _name(piece, form)) for piece, form in reports))
    named = name_updates([role for role, _ in names], [label for _, label in names], ())
    return dict(zip(names, named, strict=True))


def _is_report(piece: Piece) -> bool:
    return piece.role in _REPORTING and not piece.is_column


def _name(piece: Piece, form: Form) -> str:
    """Return the label of a report, without the number of an action."""
    numbered = piece.number and any(_is_action(each, piece.number) for each in form.fields)
    return piece.stem if numbered else piece.label


def _is_action(piece: Piece, number: str) -> bool:
    return piece.role == "action" and piece.number == number


def _owned(form: Form) -> list[tuple[Piece, tuple[int, ...]]]:
    """Give each field the actions it belongs to; none where it belongs to the whole form."""
    whole = (*_OF_FORM, "outcome") if len(form.of("outcome")) == 1 else _OF_FORM
    numbers: dict[str, tuple[int, ...]] = {}  # of actions, as labels print them
    owned: list[tuple[Piece, tuple[int, ...]]] = []
    group: tuple[int, ...] = ()  # actions right below each other share what is below them
    count, above = 0, ""
    for piece in form.fields:
        at = (piece.number and numbers.get(piece.number)) or group
        if piece.role == "action":
            shares = above == "action" and not piece.is_column
            group = (*(group if shares else ()), count)
            numbers |= {piece.number: (count,)}
            at, count = (count,), count + 1
        elif piece.role in whole and not piece.is_column:
            at = ()
        owned.append((piece, at))
        above = piece.role
    return owned


def _rows(form: Form, series: Series, head: Mapping[str, str]) -> list[PlanRow]:
    """Write a form as rows: what is above the first action holds for all of its actions."""
    owned = _owned(form)
    shared, *own = (_cells(form, pieces, series) for pieces in _dealt(owned))
    rest = {role: text for role, text in shared.items() if role not in _ONCE}
    own = [_posted(cells, rest.get("lead", "")) for cells in own]
    whole = _whole(shared, _lost(rest, own))
    same = _is_same(whole, head)
    own = [{**rest, **cells} for cells in own]
    own[0] = _added({"notes": whole.get("notes", "")} if same else whole, own[0])
    rows = [_row(cells, form, is_action=bool(i) or same) for i, cells in enumerate(own)]
    return _placed(rows, _dealt(owned))


def _posted(cells: Mapping[str, str], lead: str) -> dict[str, str]:
    """Take the owner of an action for a post within the body that the form names, where it is one."""
    own = cells.get("lead", "")
    if not (is_agency(lead) and is_role(own)):
        return dict(cells)
    person = ", ".join(filter(None, (own, cells.get("person"))))
    return {**{role: text for role, text in cells.items() if role != "lead"}, "person": person}


def _lost(rest: Mapping[str, str], own: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the roles of which every action has another text of its own than the form has for all."""
    return [role for role, text in rest.items() if all(cells.get(role, text) != text for cells in own)]


def _placed(rows: Sequence[PlanRow], dealt: Sequence[Pieces]) -> list[PlanRow]:
    """Give rows their places; those of the whole form go with the first. A row needs a cell."""
    first, *rest = dealt
    places = [_places([*first, *rest[0]]), *map(_places, rest[1:])]
    pairs = zip(rows, places, strict=True)
    return [replace(row, place=place) for row, place in pairs if row.cells] or [rows[0]]


def _dealt(owned: Sequence[tuple[Piece, tuple[int, ...]]]) -> list[list[Piece]]:
    """Deal out fields: what belongs to the whole form, then the fields of each action."""
    count = max((at[-1] + 1 for _, at in owned if at), default=1)
    each: list[list[Piece]] = [[] for _ in range(count + 1)]
    for piece, at in owned:
        for i in at or (-1,):
            each[i + 1].append(piece)
    return each


def _row(cells: Mapping[str, str], form: Form, *, is_action: bool) -> PlanRow:
    opens = "action" if is_action else "recommendation"
    key = "" if is_action or "recommendation" in cells else cells.get("number", "")
    return PlanRow(cells, "", form.section, opens=opens, key=key)


def _added(whole: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    notes = "\n".join(filter(None, (whole.get("notes"), own.get("notes"))))
    return {role: text for role, text in {**whole, **own, "notes": notes}.items() if text}


def _whole(shared: Mapping[str, str], lost: Sequence[str]) -> dict[str, str]:
    """Return what the form has once; notes keep its second number, and what no action needs."""
    first, *more = sorted(dict.fromkeys(shared.get("number", "").split("\n")), key=str.isdigit)
    notes = [f"Number: {number}" for number in more]
    notes += [f"{role.capitalize()}: {shared[role]}" for role in lost]
    kept = {role: text for role, text in shared.items() if role in _ONCE}
    return _added({**kept, "number": first}, {"notes": "\n".join(notes)})


def _is_same(whole: Mapping[str, str], head: Mapping[str, str]) -> bool:
    """Return whether a form repeats the recommendation above for another of its actions."""
    one, two = (terms.fold(cells.get("recommendation", "")) for cells in (whole, head))
    number = whole.get("number", "")
    return bool(one) and one == two and number in ("", head.get("number", ""))


def _cells(form: Form, pieces: Pieces, series: Series) -> dict[str, str]:
    """Collect the texts of fields by role; several of one role stand below each other."""
    cells: dict[str, list[str]] = {}
    for piece in pieces:
        role = series[piece.role, _name(piece, form)] if _is_report(piece) else piece.role
        cells.setdefault("scope", []).append(piece.scope)
        cells.setdefault(_NUMBERS.get(role, role), []).append(piece.number * (role in _NUMBERS))
        is_note = role == "other"
        text = f"{piece.label}: {piece.text}" if is_note and piece.text else piece.text
        text = ticked_choice(text)[0] if role in CHOICES else text
        cells.setdefault("notes" if is_note else role, []).append(text.strip())
    joined = {role: "\n".join(filter(None, texts)) for role, texts in cells.items()}
    return {role: text for role, text in joined.items() if text}


def _places(pieces: Pieces) -> str:
    return "; ".join(dict.fromkeys(row.place for piece in pieces for row in piece.rows))
