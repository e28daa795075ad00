"""Documents as read become the tables of a plan package; what could not be read is named in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from dhr_analytics import schema
from dhr_analytics.collecting.acceptance import is_accepted, lapsed
from dhr_analytics.collecting.manifest import stated_day
from dhr_analytics.collecting.versions import Dated, Keys, snapshot_keys
from dhr_analytics.errors import NoPlanError
from dhr_analytics.normalising.result import DocumentPlans, PlanTables, Row, with_key
from dhr_analytics.normalising.review import review_list
from dhr_analytics.package import Plans
from dhr_analytics.schema import NOT_UNDERSTOOD

_NAMED = 3  # documents of a folder without a plan that the message names


@dataclass(frozen=True)
class ReadDocument:
    """One document after reading: its plans, or why it could not be read.

    ``unchanged`` says that they are from an earlier package, with the titles and days that they
    were given there; ``source`` is the hash of all that they depend on.
    """

    path: Path
    sha256: str
    stated: Mapping[str, str]
    found: DocumentPlans | None = None
    kind: str = ""
    fault: str = ""
    source: str = ""
    unchanged: bool = False

    @property
    def plans(self) -> tuple[PlanTables, ...]:
        """The plans that are taken into the package."""
        return self.found.plans if self.found and not self.fault else ()


def settled(document: ReadDocument) -> ReadDocument:
    """Return a document with a fault where it was refused, and without plans that hold nothing."""
    found = document.found
    if found is None:
        return document
    kept = tuple(plan for plan in found.plans if plan.recommendations)
    empty = [row for plan in found.plans if not plan.recommendations for row in plan.rejected]
    fault = document.fault
    if not kept or found.grade == "refused":
        kept, fault = (), f"no action plan found: {found.seen or 'nothing that looks like one'}"
    rest = replace(found, plans=kept, rejected=[*empty, *found.rejected])
    return replace(document, found=rest, fault=fault)


def without_copies(documents: Sequence[ReadDocument]) -> list[ReadDocument]:
    """Give a fault to each document that is the same, byte for byte, as one before it."""
    first: dict[str, str] = {}
    out = []
    for each in documents:
        if each.plans and each.sha256 in first:
            same = f"the same document as {first[each.sha256]}"
            each = replace(each, found=None, fault=same)  # noqa: PLW2901
        if each.plans:
            first[each.sha256] = each.path.name
        out.append(each)
    return out


def assemble(documents: Sequence[ReadDocument], *, keep_names: bool = False) -> Plans:
    """Put documents together to the tables of a package.

    Parameters
    ----------
    documents : sequence of ReadDocument
        Each as from `settled`.
    keep_names : bool
        Mark the package as restricted.

    Returns
    -------
    Plans
        ``about["read"]`` says by document what it was read from; ``about["remarks"]``, where
        there is something to say, which keys were given twice and which acceptances lapsed.

    Raises
    ------
    NoPlanError
        When not one recommendation was found.
    """
    documents = without_copies(documents)
    taken = [(each, plan) for each in documents for plan in each.plans]
    keys = snapshot_keys([_dated(each, plan) for each, plan in taken])
    plans = [(each, with_key(plan, key)) for (each, plan), key in zip(taken, keys.keys, strict=True)]
    rows = _rows(documents, plans)
    tables = {name: schema.typed(name, _frame(name, part)) for name, part in rows.items()}
    made = Plans(**tables, about=_about(documents, keys, keep_names))
    if not plans:
        raise NoPlanError(_nothing(documents), made)
    return made


def _rows(
    documents: Sequence[ReadDocument], plans: Sequence[tuple[ReadDocument, PlanTables]]
) -> dict[str, Sequence[Row]]:
    """Return the rows of each table."""
    recommendations = [row for _, plan in plans for row in plan.recommendations]
    actions = [row for _, plan in plans for row in plan.actions]
    return {
        "reviews": [_review_row(each, plan) for each, plan in plans],
        "recommendations": recommendations,
        "actions": actions,
        "rejected": [row for each in documents for row in _rejected(each)],
        "needs_review": review_list(recommendations, actions),
    }


def _dated(document: ReadDocument, plan: PlanTables) -> Dated:
    return Dated(
        document.path.name,
        document.sha256,
        plan.review_id,
        document.stated.get("review_id", ""),
        stated_day(document.stated, "snapshot_on"),
    )


def _about(documents: Sequence[ReadDocument], keys: Keys, keep_names: bool) -> dict[str, object]:
    # What was given a key of its own is read again, since that key depends on other documents.
    known = {each.path.name: each.source for each in documents if each.source}
    about: dict[str, object] = {"read": {name: source for name, source in known.items() if name not in keys.doubled}}
    about["readings"] = {
        each.path.name: list(each.found.grammars) for each in documents if each.found and each.found.grammars
    }
    if remarks := _remarks(documents, keys):
        about["remarks"] = remarks
    if keep_names:
        about |= {"restricted": True, "note": "holds names of individuals; not for sharing"}
    return about


def _remarks(documents: Sequence[ReadDocument], keys: Keys) -> list[str]:
    checked = [each for each in documents if each.plans and _grade(each) == "check"]
    lapses = [lapsed(each.stated, each.sha256) for each in checked]
    return [remark for remark in (*keys.remarks, *lapses) if remark]


def _grade(document: ReadDocument) -> str:
    return document.found.grade if document.found else ""


def _review_row(document: ReadDocument, plan: PlanTables) -> Row:
    stated, grade = document.stated, _grade(document)
    alone = len(document.plans) == 1
    return {
        "review_id": plan.review_id,
        "title": plan.title if document.unchanged else _title(stated, plan),
        "area": stated.get("area", ""),
        "document": document.path.name,
        "sha256": document.sha256,
        "format": document.kind,
        "published_on": stated.get("published_on") or plan.published_on,
        "snapshot_on": stated.get("snapshot_on", ""),
        "grade": grade,
        "accepted": str(grade == "check" and is_accepted(stated, document.sha256)).lower(),
        "n_recommendations": len(plan.recommendations),
        "n_actions": len(plan.actions),
        # Pieces that belong to no review are those of the document where it holds one only.
        "n_rejected": len(_pieces(document)) if alone else len(plan.rejected),
    }


def _title(stated: Mapping[str, str], plan: PlanTables) -> str:
    """Return a title that distinguishes the reviews of one document."""
    title = stated.get("title") or plan.title
    if plan.review in title:
        return title
    return f"{title}: {plan.review}" if title else plan.review


def _pieces(document: ReadDocument) -> list[Row]:
    """List what a document holds that is in no table, and what was not understood."""
    if document.found is None:
        return []
    name = document.path.name
    lines: list[Row] = [
        {"document": name, "location": name, "text": line, "reason": NOT_UNDERSTOOD}
        for line in document.found.not_understood
    ]
    own = [row for plan in document.found.plans for row in plan.rejected]
    return [*own, *document.found.rejected, *lines]


def _rejected(document: ReadDocument) -> list[Row]:
    if not document.fault:
        return _pieces(document)
    name = document.path.name
    fault: Row = {"document": name, "location": name, "text": "", "reason": document.fault}
    return [*_pieces(document), fault]


def _frame(name: str, rows: Sequence[Row]) -> pd.DataFrame:
    texts = [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows]
    return pd.DataFrame(texts, columns=schema.TABLES[name].names, dtype=str)


def _nothing(documents: Sequence[ReadDocument]) -> str:
    """Say that no document holds a plan, and what was seen in the first ones."""
    faults = [
        each.fault if each.fault.startswith(each.path.name) else f"{each.path.name}: {each.fault}" for each in documents
    ]
    named = [fault.rstrip(".") for fault in faults[:_NAMED]]
    more = [f"and {len(faults) - _NAMED} more"] if len(faults) > _NAMED else []
    advice = (
        " Where one of them does hold a plan, add the names of its columns to "
        "dhr_analytics/vocabulary/dhr/en/headers.csv, or save its table as CSV with the columns "
        "Recommendation, Action, Lead agency, Target date and Status."
    )
    return (
        f"No action plan was found in {len(documents)} document{'s' * (len(documents) != 1)} "
        f"({'; '.join([*named, *more])})." + (advice if any(each.found is not None for each in documents) else "")
    )
