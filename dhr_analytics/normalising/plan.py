"""One document's recommendations and actions as rows of the plan package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from dhr_analytics.normalising.agencies import named_places, read_lead
from dhr_analytics.normalising.dates import read_target
from dhr_analytics.normalising.layout import Rejected, find_plan_rows
from dhr_analytics.normalising.names import mask
from dhr_analytics.normalising.review import action_doubts, judge, recommendation_doubts
from dhr_analytics.normalising.scope import read_scope
from dhr_analytics.normalising.status import read_status, reported
from dhr_analytics.normalising.stitching import Draft, stitch
from dhr_analytics.reading import RawTable

_FEW = 6
_LETTER = re.compile(r"(?:^|(?<=\s))\(?(?P<mark>[a-h]|\d{1,2}|[ivx]{1,4})[.)](?=\s|[A-Z])")
_MARKS = (
    ["a", "b", "c", "d", "e", "f", "g", "h"],
    ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"],
    ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"],
)


@dataclass(frozen=True)
class PlanTables:
    """What one document holds: rows for the tables of the package, as plain dicts, and the document's title."""

    title: str
    recommendations: list[dict[str, object]]
    actions: list[dict[str, object]]
    rejected: list[dict[str, object]]


def normalise(
    tables: Iterable[RawTable],
    *,
    document: str,
    review_id: str,
    published_on: date | None = None,
    keep_names: bool = False,
) -> PlanTables:
    """Turn one document into rows of the plan package.

    Parameters
    ----------
    tables : iterable of RawTable
        The document as read.
    document : str
        Its file name, for locations.
    review_id : str
        Key of the review; the keys of its recommendations and actions start with it.
    published_on : datetime.date, optional
        Day of publication, to resolve relative targets.
    keep_names : bool
        Write individuals' names instead of masking them.

    Returns
    -------
    PlanTables
    """
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
            actions.append({**keys, "position": number, **_action_row(draft, lead, document, published_on, clean)})
    return PlanTables(
        clean(title),
        recommendations,
        actions,
        [
            {"document": document, "location": f"{document}, {r.place}", "text": clean(r.text), "reason": r.reason}
            for r in (*rejected, *unplaced)
        ],
    )


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


def _action_row(draft, lead, document, published_on, clean):  # type: ignore[no-untyped-def]
    cells = draft.cells
    target = read_target(cells.get("target", ""), published_on)
    status = read_status(cells)
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
        reported(cells.get(role, "")) for role in ("progress", "completion", "outcome", "target")
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
    return {**row, **judge([*draft.doubts, *action_doubts(cells, row)])}


def _location(document: str, places: Sequence[str]) -> str:
    """Write "plan.txt, lines 6, 8" from the places of all rows that were joined."""
    each = list(dict.fromkeys(place for text in places for place in text.split("; ")))
    if len(each) > 1 and all(place.startswith("line ") for place in each):
        return f"{document}, lines {', '.join(place.removeprefix('line ') for place in each)}"
    return f"{document}, {'; '.join(each)}"


def _split(draft: Draft) -> list[Draft]:
    """Split an action cell that lists several actions; cells with one part for each are dealt out in order."""
    parts = split_list(draft.cells.get("action", ""))
    if len(parts) < 2:
        return [draft]
    dealt = {role: _deal(text, len(parts)) for role, text in draft.cells.items() if role != "person"}
    shared = {role: text for role, text in draft.cells.items() if role == "person"}
    each = ({role: pieces[i] for role, pieces in dealt.items()} for i in range(len(parts)))
    return [Draft({**shared, **cells}, draft.places, draft.doubts) for cells in each]


def _deal(text: str, n: int) -> list[str]:
    pieces = split_list(text)
    return pieces if len(pieces) == n else [text] * n


def split_list(text: str) -> list[str]:
    """Split a cell that lists several items, each lettered, numbered, bulleted or a paragraph of its own.

    Parameters
    ----------
    text : str
        A cell with newlines between paragraphs.

    Returns
    -------
    list of str
        The items with their marks; the whole text when it is one item. A lead-in that ends in a colon
        belongs to its list, which then is one item.
    """
    text = text.strip()
    marks = list(_LETTER.finditer(text))
    for series in _MARKS:
        run: list[re.Match[str]] = []
        for mark in marks:
            if len(run) < len(series) and mark["mark"] == series[len(run)]:
                run.append(mark)
        if len(run) >= 2 and run[0].start() == 0:
            edges = [mark.start() for mark in run] + [len(text)]
            return [text[a:b].strip() for a, b in zip(edges, edges[1:], strict=False)]
    items: list[str] = []
    for line in text.split("\n"):
        if items and (
            not re.match(r"[\W\d_]*[A-Z]", line)
            or re.search(r"(?::|,|;|\b(?:and|or|to|of|the|for))$", items[-1])
            or len(line.split()) < 2
        ):
            items[-1] = f"{items[-1]}\n{line}"
        else:
            items.append(line)
    return items if len(items) > 1 else [text]
