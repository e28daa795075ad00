"""One document's recommendations and actions as rows of the plan package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from dhr_analytics.normalising.cells.agencies import named_places, read_lead
from dhr_analytics.normalising.cells.dates import read_target
from dhr_analytics.normalising.cells.lists import deal, split_list
from dhr_analytics.normalising.cells.names import mask
from dhr_analytics.normalising.cells.prose import reported, says_what
from dhr_analytics.normalising.cells.scope import read_scope
from dhr_analytics.normalising.cells.status import Status, read_colour_key, read_status
from dhr_analytics.normalising.cells.updates import newest_first, purpose, together
from dhr_analytics.normalising.layout import Rejected, begins_header, find_plan_rows
from dhr_analytics.normalising.result import DocumentPlans, PlanTables
from dhr_analytics.normalising.review import action_doubts, judge, recommendation_doubts
from dhr_analytics.normalising.stitching import Draft, stitch
from dhr_analytics.reading import RawTable

_FEW = 6
_UNDEALT = "the cells beside a list of actions could not be shared out among them"


def normalise(
    tables: Iterable[RawTable],
    *,
    document: str,
    review_id: str,
    published_on: date | None = None,
    keep_names: bool = False,
) -> DocumentPlans:
    """Turn one document into rows of the plan package.

    Parameters
    ----------
    tables : iterable of RawTable
        The document as read.
    document : str
        Its file name, for locations.
    review_id : str
        Key of the review, without the day of a snapshot; the keys of its recommendations and
        actions start with it.
    published_on : datetime.date, optional
        Day of publication, to resolve relative targets.
    keep_names : bool
        Write individuals' names instead of masking them.

    Returns
    -------
    DocumentPlans
    """
    tables = list(tables)
    plan = _read_plan(tables, document, review_id, published_on, keep_names)
    if plan.recommendations:
        return DocumentPlans((plan,), "sure")
    seen = f"no column of recommendations or actions in its tables and passages ({len(tables)})"
    return DocumentPlans((), "refused", rejected=plan.rejected, seen=seen)


def _read_plan(
    tables: list[RawTable],
    document: str,
    review_id: str,
    published_on: date | None,
    keep_names: bool,
) -> PlanTables:
    colours = read_colour_key(_outside_the_plan(tables))
    rows, rejected, title = find_plan_rows(tables)
    found, unplaced = stitch(rows)
    headed = {rec.section for rec in found}
    bare = {row.section: row.place for row in reversed(rows) if row.section and row.section not in headed}
    unplaced += [Rejected(place, text, "heading without recommendations") for text, place in bare.items()]
    drafts = [[part for draft in rec.actions for part in _split(draft)] for rec in found]
    owners = [draft.cells.get("lead", "") for group in drafts for draft in group]
    places = named_places([title, *owners, *headed, *(rec.text for rec in found)])
    leads = [
        [read_lead(d.cells.get("lead", ""), rec.section, d.cells.get("person", ""), places=places) for d in group]
        for rec, group in zip(found, drafts, strict=True)
    ]
    names = {name for group in leads for lead in group for name in lead.names}

    def clean(text: str) -> str:
        text = " ".join(text.split())
        return text if keep_names else mask(text, names)

    recommendations: list[dict[str, object]] = []
    actions: list[dict[str, object]] = []
    for position, (rec, group, owned) in enumerate(zip(found, drafts, leads, strict=True), start=1):
        key = f"{review_id}-R{position:03d}"
        recommendations.append(_recommendation_row(rec, key, review_id, position, document, clean))
        for number, (draft, lead) in enumerate(zip(group, owned, strict=True), start=1):
            keys: dict[str, object] = {
                "action_id": f"{key}-A{number:02d}",
                "recommendation_id": key,
                "review_id": review_id,
            }
            actions.append(
                {**keys, "position": number, **_action_row(draft, lead, document, published_on, colours, clean)}
            )
    return PlanTables(
        clean(title),
        recommendations,
        actions,
        [
            {"document": document, "location": f"{document}, {r.place}", "text": clean(r.text), "reason": r.reason}
            for r in (*rejected, *unplaced)
        ],
        review_id,
    )


def _outside_the_plan(tables: Sequence[RawTable]) -> Iterator[str]:
    """Give the texts in which a plan may explain its colours: lines, small tables, and each row of a plan."""
    for table in tables:
        rows = ["\n".join(row.cells) for row in table.rows]
        yield from rows if table.kind == "table" and begins_header(table.rows) else ["\n".join(rows)]


def _recommendation_row(rec, key, review_id, position, document, clean):  # type: ignore[no-untyped-def]
    text = clean(rec.text)
    return {
        "recommendation_id": key,
        "review_id": review_id,
        "position": position,
        "number": rec.number,
        "section": clean(rec.section),
        "text": text,
        "scope": read_scope(" ".join(rec.scopes)),
        "location": _location(document, rec.places),
        **judge([*rec.doubts, *recommendation_doubts(text)]),
    }


def _action_row(draft, lead, document, published_on, colours, clean):  # type: ignore[no-untyped-def]
    status, heard, doubts = _hear(draft.cells, colours)
    cells = together(draft.cells)
    target = read_target(cells.get("target", ""), published_on)
    rest = "" if target.rest in (target.text, cells.get("status")) else target.rest
    words = target.text
    if rest.strip(" .") == status.evidence.strip(" ."):
        rest = ""
    elif (
        rest and len(rest.split()) <= _FEW and not reported(rest) and read_status({"target": rest}).value == "no_update"
    ):
        words, rest = cells["target"], ""  # "onwards", "(Q4)": about the date, not about progress
    progress = [cells.get("progress", ""), cells.get("evidence", ""), cells.get("status", ""), rest]
    outcome = [cells.get("outcome", ""), cells.get("completion", "")]
    recorded = bool(cells.get("evidence")) or any(
        says_what(reported(cells.get(role, ""))) for role in ("progress", "completion", "outcome", "target")
    )
    row = {
        "text": clean(cells.get("action", "")),
        "lead_agency": clean(lead.printed),
        "agency": clean(lead.agency),
        "sector": lead.sector,
        "lead_role": clean(lead.role),
        "target_text": clean(words),
        "target_on": target.on,
        "target_basis": target.basis,
        "status": status.value,
        "status_evidence": clean(status.evidence),
        "completed_on": status.completed_on,
        "rag": clean(cells.get("rag", "")),
        "progress": clean("\n".join(part for part in progress if part)),
        "outcome": clean("\n".join(part for part in outcome if part)),
        "evidence_recorded": recorded,
        "location": _location(document, draft.places),
    }
    doubts = [*draft.doubts, *doubts, *filter(None, (status.doubt, target.doubt))]
    return {**row, **judge([*doubts, *action_doubts(heard, row)])}


def _hear(cells: Mapping[str, str], colours: Mapping[str, str]) -> tuple[Status, dict[str, str], list[str]]:
    """Read the status from the newest update that tells one; return also the cells it stands in, and doubts."""
    stages = [(read_status(stage, colours=colours), stage) for stage in newest_first(cells)]
    at = next((i for i, (status, _) in enumerate(stages) if status.value != "no_update" or status.doubt), 0)
    status, heard = stages[at]
    for earlier, _ in stages[at:]:  # "Completed" now, "Completed 3 March" before
        if status.value != "completed" or status.completed_on or earlier.value != "completed":
            break
        status = replace(status, completed_on=earlier.completed_on)
    return status, heard, ["the newest update was not understood; the status is that of an earlier one"] if at else []


def _location(document: str, places: Sequence[str]) -> str:
    """Write "plan.txt, lines 6, 8" from the places of all rows that were joined."""
    each = list(dict.fromkeys(place for text in places for place in text.split("; ")))
    if len(each) > 1 and all(place.startswith("line ") for place in each):
        return f"{document}, lines {', '.join(place.removeprefix('line ') for place in each)}"
    return f"{document}, {'; '.join(each)}"


def _split(draft: Draft) -> list[Draft]:
    """Split an action cell that lists several actions; cells with one part for each are dealt out."""
    actions = split_list(draft.cells.get("action", ""))
    dealt = {
        role: deal(purpose(role), text, actions) or [text] * len(actions)
        for role, text in draft.cells.items()
        if role != "action"
    }
    each = ({"action": action, **{role: parts[i] for role, parts in dealt.items()}} for i, action in enumerate(actions))
    doubts = [*draft.doubts, *(_UNDEALT for role, parts in dealt.items() if len(actions) > 1 and _differ(role, parts))]
    return [Draft(cells, draft.places, doubts) for cells in each]


def _differ(role: str, parts: Sequence[str]) -> bool:
    """Tell whether a cell that stays whole beside several actions holds several dates or statuses."""
    lines = parts[0].split("\n") if len(set(parts)) == 1 else []
    if purpose(role) == "target":
        return len({target.on for line in lines if (target := read_target(line)).on}) > 1
    told = {read_status({purpose(role): line}).value for line in lines}
    return purpose(role) in ("status", "completion", "progress") and len(told - {"no_update"}) > 1
