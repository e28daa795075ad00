"""Rows of the package: what the cells of a recommendation and of an action mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile

from dhr_analytics.normalising.cells.agencies import Lead
from dhr_analytics.normalising.cells.dates import Target, read_target
from dhr_analytics.normalising.cells.lists import are_parts, deal, split_list
from dhr_analytics.normalising.cells.prose import reported, says_what
from dhr_analytics.normalising.cells.responses import read_response
from dhr_analytics.normalising.cells.scope import read_scope
from dhr_analytics.normalising.cells.status import Status, read_status
from dhr_analytics.normalising.cells.updates import newest_first, purpose, together
from dhr_analytics.normalising.grammars.cut_rows import Draft, Recommendation
from dhr_analytics.normalising.lines import plain_number
from dhr_analytics.normalising.result import Row
from dhr_analytics.normalising.review import action_warnings, recommendation_warnings, review_columns

_FEW = 6  # words beside a date that say something of the date alone
_UNDEALT = "the cells beside a list of actions could not be shared out among them"
_OLDER = "the newest update was not understood; the status is that of an earlier one"
_REPORTING = ("status", "rag", "progress")
_RESPONSES = ("response", "status", "progress", "action")


@dataclass(frozen=True)
class Context:
    """What holds for a whole document: its name, day of publication, key of colours, and how words are cleaned."""

    document: str
    published_on: date | None
    colours: Mapping[str, str]
    clean: Callable[[str], str]
    keep_word: bool = False  # numbers keep the word "Recommendation" as printed


def split_actions(draft: Draft) -> list[Draft]:
    """Split an action cell that lists several actions; cells with one part for each are shared out."""
    actions = split_list(draft.cells.get("action", ""))
    shared = {role: deal(purpose(role), text, actions) for role, text in draft.cells.items() if role != "action"}
    if not any(shared.values()) and are_parts(actions):
        return [draft]
    return _one_each(draft, actions, shared)


def _one_each(draft: Draft, actions: Sequence[str], shared: Mapping[str, list[str] | None]) -> list[Draft]:
    """Make a draft of each action, with its part of the cells that are shared out and the whole of the others."""
    dealt = {role: parts or [draft.cells[role]] * len(actions) for role, parts in shared.items()}
    each = ({"action": action, **{role: parts[i] for role, parts in dealt.items()}} for i, action in enumerate(actions))
    undealt = [_UNDEALT for role, parts in dealt.items() if len(actions) > 1 and _differ(role, parts)]
    return [replace(draft, cells=cells, warnings=[*draft.warnings, *undealt]) for cells in each]


def _differ(role: str, parts: Sequence[str]) -> bool:
    """Return whether a cell that stays whole beside several actions holds several dates or statuses."""
    lines = parts[0].split("\n") if len(set(parts)) == 1 else []
    if purpose(role) == "target":
        return len({target.on for line in lines if (target := read_target(line)).on}) > 1
    read = {read_status({purpose(role): line}).value for line in lines}
    return purpose(role) in ("status", "completion", "progress") and len(read - {"no_update"}) > 1


def recommendation_row(rec: Recommendation, keys: Row, context: Context) -> Row:
    """Return the row of a recommendation."""
    text = context.clean(rec.text)
    return {
        **keys,
        "number": rec.number.strip(" :") if context.keep_word else plain_number(rec.number),
        "section": context.clean(rec.section),
        "text": text,
        "scope": read_scope(" ".join(rec.scopes)),
        "notes": context.clean("; ".join(" ".join(note.split()) for note in rec.notes)),
        "location": location(context.document, rec.places),
        **review_columns([*rec.warnings, *recommendation_warnings(text)]),
    }


def action_row(draft: Draft, lead: Lead, keys: Row, context: Context) -> Row:
    """Return the row of an action: its owner, target, status, response and evidence as its cells say."""
    status, stage, warnings = _read_newest(draft.cells, context.colours)
    cells = together(draft.cells)
    target = read_target(cells.get("target", ""), context.published_on)
    words, rest = _beside_the_date(target, cells, status)
    progress = [cells.get("progress", ""), cells.get("evidence", ""), cells.get("status", ""), rest]
    outcome = [cells.get("outcome", ""), cells.get("completion", ""), cells.get("milestones", "")]
    clean = context.clean
    row: Row = {
        **keys,
        "text": clean(cells.get("action", "")),
        "lead_agency": clean(lead.printed),
        "agency": clean(lead.agency),
        "sector": lead.sector,
        "lead_role": clean(lead.role),
        "target_text": clean(draft.printed.get("target", words)),
        "target_on": target.on,
        "target_basis": target.basis,
        "status": status.value,
        "status_evidence": clean(_evidence(draft, status)),
        "completed_on": status.completed_on,
        "response": _response(cells),
        "rag": clean(cells.get("rag", "")),
        "progress": clean("\n".join(part for part in [cells.get("response", ""), *progress] if part)),
        "outcome": clean("\n".join(part for part in outcome if part)),
        "evidence_recorded": _is_evidenced(cells),
        "notes": clean("; ".join(" ".join(note.split()) for note in draft.notes)),
        "location": location(context.document, draft.places),
    }
    found = [*draft.warnings, *warnings, *filter(None, (status.warning, target.warning))]
    return {**row, **review_columns([*found, *action_warnings(stage, row)])}


def _evidence(draft: Draft, status: Status) -> str:
    """Return the words that decided a status, as printed: "As above" where they are those of another row."""
    reported = [role for role in draft.printed if purpose(role) in _REPORTING]
    meant = (draft.printed[role] for role in reported if status.evidence in draft.cells.get(role, ""))
    return next(meant, status.evidence) if status.evidence else ""


def _beside_the_date(target: Target, cells: Mapping[str, str], status: Status) -> tuple[str, str]:
    """Return the words of the target, and what else its cell says of progress."""
    rest = "" if target.rest in (target.text, cells.get("status")) else target.rest
    if not rest or rest.strip(" .") == status.evidence.strip(" ."):
        return target.text, ""
    short = len(rest.split()) <= _FEW and not reported(rest)
    if short and read_status({"target": rest}).value == "no_update":
        return cells["target"], ""  # "onwards", "(Q4)": about the date, not about progress
    return target.text, rest


def _response(cells: Mapping[str, str]) -> str:
    """Return the first response that a cell gives: the column of responses before status and progress."""
    found = (read_response(cells.get(role, "")) for role in _RESPONSES)
    return next(filter(None, found), "")


def _is_evidenced(cells: Mapping[str, str]) -> bool:
    where = ("progress", "completion", "outcome", "target")
    return bool(cells.get("evidence")) or any(says_what(reported(cells.get(role, ""))) for role in where)


def _read_newest(cells: Mapping[str, str], colours: Mapping[str, str]) -> tuple[Status, dict[str, str], list[str]]:
    """Read the status from the newest update that says one; return also the cells it is in, and warnings."""
    stages = [(read_status(stage, colours=colours), stage) for stage in newest_first(cells)]
    said = [i for i, (status, _) in enumerate(stages) if status.value != "no_update" or status.warning]
    at = said[0] if said else 0
    status, stage = stages[at]
    if status.value == "completed":
        status = replace(status, completed_on=_day_of_completion(stages[at:]))
    return status, stage, [_OLDER] if at else []


def _day_of_completion(stages: Sequence[tuple[Status, object]]) -> date | None:
    """Return the newest day: of "Completed" now or, before it, of "Completed 3 March"."""
    completed = takewhile(lambda status: status.value == "completed", (status for status, _ in stages))
    return next((status.completed_on for status in completed if status.completed_on), None)


def location(document: str, places: Sequence[str]) -> str:
    """Write "plan.txt, lines 6, 8" from the places of all rows that were joined."""
    each = list(dict.fromkeys(place for text in places for place in text.split("; ")))
    if len(each) > 1 and all(place.startswith("line ") for place in each):
        return f"{document}, lines {', '.join(place.removeprefix('line ') for place in each)}"
    return f"{document}, {'; '.join(each)}"
