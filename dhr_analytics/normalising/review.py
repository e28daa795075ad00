"""Warnings: how surely each row was read, and the list that a person should look at first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dhr_analytics.normalising import dittos, repeats
from dhr_analytics.normalising.cells import status
from dhr_analytics.normalising.cells.dates import MOVED, target_dates

# What a warning takes from the confidence of a row. Below the threshold the row goes to the review list.
THRESHOLD = 0.75
UNSURE = "the table around it was read with little confidence"
WEIGHTS = {
    UNSURE: 0.7,
    "columns were lost at the page break; the cells were matched by their unfinished neighbours": 0.5,
    "the end of this action was printed at the head of the next row": 0.7,
    "joined from many printed lines of a scan": 0.8,
    "the scan read a line twice; one reading was left out": 0.9,
    "the wording seems cut off": 0.6,
    "the wording is very short": 0.8,
    "the wording is very long; two rows may have been joined": 0.7,
    "the heading above is on another page": 0.7,
    "no owner is stated": 0.9,
    "only a post is named as owner": 0.9,
    "the owner's kind of agency is not known": 0.9,
    "the target cell could not be read as a date": 0.7,
    "the target cell holds several dates; the first one that is not past was taken": 0.85,
    "the status was worked out from the report of progress, not from a status word": 0.85,
    "the plan says completed, but also that work continues": 0.7,
    "the columns were recognised by what they hold; the table has no header": 0.7,
    "the column of recommendations or actions was recognised by what it holds; its name is not known": 0.7,
    "the newest update was not understood; the status is that of an earlier one": 0.7,
    "only a date in a column for completion says that this is done; it may be a target": 0.7,
    "only the number of the recommendation is printed beside its actions; its wording was not found": 0.5,
    "the plan shows no recommendation beside its actions; the action was taken for one": 0.7,
    "the action names several recommendations; it is listed under the first of them": 0.7,
    "several recommendations have the number printed beside the action; the last one above was taken": 0.7,
    "the cells beside a list of actions could not be shared out among them": 0.7,
    "read from a scan": 0.7,
    MOVED: 0.85,
    status.CLOSED: 0.7,
    status.WORKED_OUT: 0.7,
    status.QUESTIONED: 0.7,
    status.ROUTINE: 0.85,
    status.SEVERAL: 0.7,
    "the words of the status cell are not known": 0.7,
    dittos.TAKEN: 0.85,
    dittos.MISSING: 0.7,
    repeats.DIFFER: 0.7,
    "changed by hand": 1.0,
    "a correction was made for different words from those now read here; it was not applied": 0.5,
}
_UNFINISHED = re.compile(
    r"(?:[,–—&-]|\b(?:and|or|of|the|to|for|with|by|in|on|at|from|that|which|is|are|be|will|should))\s*$"
)
_NOTHING_SAID = re.compile(
    r"[\W_]*(?:(?:n\W?a|tb[cda]|to\s+be\s+(?:confirmed|advised)|none|nil|no\s+(?:further\s+)?updates?(?:\s+\w+)?|"
    r"not\s+(?:known|stated)|unknown|nothing\s+to\s+report)[\W_]*)?",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\b(?:on-?going|still\s+to\s+be|yet\s+to\s+be|remains?\s+to|not\s+yet)\b", re.IGNORECASE)


def review_columns(warnings: Sequence[str]) -> dict[str, Any]:
    """Turn warnings into the columns ``confidence``, ``needs_review`` and ``review_reason``.

    Parameters
    ----------
    warnings : sequence of str
        Keys of `WEIGHTS`.

    Returns
    -------
    dict
        ``confidence`` is the product of the warnings' weights, rounded to two places.
    """
    confidence = 1.0
    for warning in dict.fromkeys(warnings):
        confidence *= WEIGHTS[warning]
    reason = "; ".join(sorted(dict.fromkeys(warnings), key=lambda warning: (WEIGHTS[warning], warning)))
    return {"confidence": round(confidence, 2), "needs_review": confidence < THRESHOLD, "review_reason": reason}


def recommendation_warnings(text: str) -> list[str]:
    """List the warnings about the wording of a recommendation."""
    warnings = []
    if _UNFINISHED.search(text):
        warnings.append("the wording seems cut off")
    if len(text.split()) < 4:
        warnings.append("the wording is very short")
    if len(text.split()) > 250:
        warnings.append("the wording is very long; two rows may have been joined")
    return warnings


def action_warnings(cells: Mapping[str, str], row: Mapping[str, Any]) -> list[str]:
    """List the warnings about an action.

    Parameters
    ----------
    cells : mapping of str to str
        The printed cells by role.
    row : mapping of str to object
        The row of the actions table made from them.

    Returns
    -------
    list of str
        Keys of `WEIGHTS`.
    """
    found = [_owner_warning(cells, row)]
    found += [warning for warning, applies in _ACTION_WARNINGS.items() if applies(cells, row)]
    return [warning for warning in found if warning]


_Cells = Mapping[str, str]
_Row = Mapping[str, Any]


def _owner_warning(cells: _Cells, row: _Row) -> str:
    """Return the first warning of an owner that applies, ``""`` for none."""
    if not row["lead_agency"]:
        return "no owner is stated"
    if row["lead_role"] and not cells.get("person") and row["lead_agency"] == row["lead_role"]:
        return "only a post is named as owner"
    return "the owner's kind of agency is not known" if row["sector"] == "other" else ""


def _target_is_unread(cells: _Cells, row: _Row) -> bool:
    dateless = row["target_basis"] == "none" and row["status"] not in ("completed", "in_progress")
    return dateless and bool(re.search(r"\d", cells.get("target", "")))


def _target_has_several_dates(cells: _Cells, row: _Row) -> bool:
    target = cells.get("target", "")
    several = len({span.on for span in target_dates(target)}) > 1
    return several and row["target_text"] == " ".join(target.split())


def _status_is_worked_out(cells: _Cells, row: _Row) -> bool:
    return row["status"] == "in_progress" and len(str(row["status_evidence"]).split()) > 5


def _is_superseded_and_completed(cells: _Cells, row: _Row) -> bool:
    superseded = re.search(r"superseded", str(row["status_evidence"]), re.IGNORECASE)
    return row["status"] == "completed" and bool(superseded)


def _status_is_unknown(cells: _Cells, row: _Row) -> bool:
    unread = row["status"] == "no_update" and not row["status_evidence"]
    return unread and not _NOTHING_SAID.fullmatch(cells.get("status", ""))


def _only_a_date_says_done(cells: _Cells, row: _Row) -> bool:
    dated = str(row["status_evidence"]).startswith("date of completion:")
    return dated and not (cells.get("target") or cells.get("progress"))


def _is_completed_yet_continues(cells: _Cells, row: _Row) -> bool:
    columns = ("progress", "completion", "outcome", "target")
    words = " ".join(cells.get(role, "") for role in columns)
    return row["status"] == "completed" and bool(_GOES_ON.search(words))


def _is_cut_off(cells: _Cells, row: _Row) -> bool:
    return bool(_UNFINISHED.search(str(row["text"])))


# What each warning of an action is given for, in the order of the reasons in a row.
_ACTION_WARNINGS: dict[str, Callable[[_Cells, _Row], bool]] = {
    "the target cell could not be read as a date": _target_is_unread,
    "the target cell holds several dates; the first one that is not past was taken": (_target_has_several_dates),
    "the status was worked out from the report of progress, not from a status word": (_status_is_worked_out),
    status.CLOSED: _is_superseded_and_completed,
    "the words of the status cell are not known": _status_is_unknown,
    "only a date in a column for completion says that this is done; it may be a target": (_only_a_date_says_done),
    "the plan says completed, but also that work continues": _is_completed_yet_continues,
    "the wording seems cut off": _is_cut_off,
}


def review_list(
    recommendations: Sequence[Mapping[Any, Any]], actions: Sequence[Mapping[Any, Any]]
) -> list[dict[str, Any]]:
    """List the rows that need a person, the least sure first; a recommendation comes before an equally unsure action.

    Parameters
    ----------
    recommendations, actions : sequences of mapping
        Rows of the two tables, with the columns of `review_columns`.

    Returns
    -------
    list of dict
        Rows of ``needs_review``.
    """
    found = [
        (row["confidence"], rank, i, row.get("action_id") or row["recommendation_id"], row)
        for rank, rows in enumerate((recommendations, actions))
        for i, row in enumerate(rows)
        if row["needs_review"]
    ]
    return [
        {
            "row_id": key,
            "location": row["location"],
            "reason": row["review_reason"],
            "confidence": confidence,
            "text": row["text"],
        }
        for confidence, _, _, key, row in sorted(found, key=lambda each: each[:3])
    ]
