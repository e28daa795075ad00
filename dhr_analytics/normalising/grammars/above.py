"""Above: a recommendation on a line, a heading or a band, and its actions in the rows below."""

from __future__ import annotations

import re
from dataclasses import replace

from dhr_analytics.normalising.frames import Frame
from dhr_analytics.normalising.grammars.cut_rows import runs_on
from dhr_analytics.normalising.grammars.sections import Sections
from dhr_analytics.normalising.grammars.table_rows import take
from dhr_analytics.normalising.grammars.walk import Step, steps
from dhr_analytics.normalising.lines import LABEL, NUMBER_ALONE, numbered, words_a_recommendation
from dhr_analytics.normalising.roles import Columns
from dhr_analytics.normalising.rows import PlanRow, Reading

NAME = "recommendation above its actions"
_ACTION_HEADING = re.compile(
    r"^(?P<number>(?:action|goal|objective|priority|aim)\s+(?P<n>\d{1,2}))\s*[:.–-]\s*(?=\S)", re.IGNORECASE
)
_COUNT = re.compile(r"^\s*\d{1,2}\.\d{1,2}\.?\s+(?=[A-Z])")
_DOTTED = re.compile(r"\d{1,2}\.\d{1,2}\.?")
_WHOLE = re.compile(r"\W*(?:R(?:ec)?\.?\s*)?\d{1,3}[.):]?", re.IGNORECASE)
_ASKING_ROLES = ("action", "milestones", "response")


def read(frame: Frame, columns: Columns) -> Reading | None:
    """Read a frame in which recommendations are above the rows of their actions.

    Parameters
    ----------
    frame : Frame
    columns : Columns
        The roles of its columns; none of them need be that of a recommendation.

    Returns
    -------
    Reading or None
        None where no line or band is worded as a recommendation.
    """
    own = _without_recommendation(columns)
    if own is None:
        return None
    state = Sections()
    waiting: Step | None = None
    number = ""
    found = 0
    counted = any(_DOTTED.fullmatch(cell.strip()) for row in frame.rows for cell in row.cells[:2])
    for step in steps(frame, own):
        if counted and _is_recommendation_row(step):
            waiting = _unused(state, waiting, step)
            continue
        if step.kind in ("heading", "line", "title") and NUMBER_ALONE.fullmatch(step.text):
            number, waiting = step.text, None
            continue
        if waiting is not None and _goes_on(waiting, step):
            waiting = _joined(waiting, step)
            continue
        if step.kind in ("heading", "line") and _is_recommendation(step, number):
            waiting = _unused(state, waiting, step)
            continue
        if step.kind == "row" and waiting is not None:
            state.flush()
            _open(state, waiting, number, step)
            waiting, number, found = None, "", found + 1
            continue
        if step.kind == "row":
            own_cells = {role: text for role, text in step.cells.items() if role != "number"}
            step = replace(step, cells=_without_counts(own_cells))
        take(state, step)
    if waiting is not None:
        _open(state, waiting, number, Step("row", waiting.row))
    state.flush()
    state.close()
    return Reading(NAME, tuple(state.rows), tuple(state.rejected)) if found else None


def _without_recommendation(columns: Columns) -> Columns | None:
    """Give columns whose wording is that of actions; a column of milestones serves where there is none."""
    roles = list(columns.roles)
    if "action" not in roles:
        for other in ("recommendation", *_ASKING_ROLES[1:]):
            if other in roles:
                roles[roles.index(other)] = "action"
                break
        else:
            return None
    elif "recommendation" in roles:
        return None
    return replace(columns, roles=tuple(roles))


def _is_recommendation_row(step: Step) -> bool:
    """Return whether a row holds a whole number and a wording alone, where actions are numbered 1.1, 1.2."""
    number = step.cells.get("number", "") or step.cells.get("action_number", "")
    own = set(step.cells) - {"number", "action_number", "notes"}
    return step.kind == "row" and own == {"action"} and bool(_WHOLE.fullmatch(number.strip()))


def _goes_on(waiting: Step, step: Step) -> bool:
    """Return whether a lone text below a page break is the end of the recommendation above it."""
    lone = step.kind in ("heading", "line") or len(step.row.filled) == 1
    return lone and step.row.after_break and runs_on(waiting.text, step.text)


def _joined(waiting: Step, step: Step) -> Step:
    row = replace(waiting.row, cells=(f"{waiting.text} {step.text}",), place=f"{waiting.row.place}; {step.row.place}")
    return replace(waiting, row=row)


def _is_recommendation(step: Step, number: str) -> bool:
    text = step.text
    return bool(words_a_recommendation(text) or _ACTION_HEADING.match(text) or (number and len(text.split()) >= 4))


def _unused(state: Sections, waiting: Step | None, step: Step) -> Step:
    """Put a recommendation that no row followed into the plan as one without actions."""
    if waiting is not None:
        if _is_numbered(waiting) and not _is_numbered(step):
            state.prose.append(step)  # it explains the recommendation above
            return waiting
        if _is_numbered(waiting):
            _open(state, waiting, "", Step("row", waiting.row))
        else:
            state.prose.append(waiting)
    return step


def _without_counts(cells: dict[str, str]) -> dict[str, str]:
    """Take "1.2" from the head of an action below "Action 1": it counts within what is above."""
    return {role: _COUNT.sub("", text) if role == "action" else text for role, text in cells.items()}


def _is_numbered(step: Step) -> bool:
    return step.kind == "row" or bool(numbered(step.text) or _ACTION_HEADING.match(step.text))


def _open(state: Sections, above: Step, number: str, step: Step) -> None:
    text = above.text
    if above.kind == "row":
        number, text = above.cells.get("number", "") or above.cells.get("action_number", ""), above.cells["action"]
    cells = {"recommendation": LABEL.sub("", text)}
    if match := _ACTION_HEADING.match(text):
        cells = {"number": match["n"], "recommendation": text[match.end() :]}
    elif match := numbered(text):
        cells = {"number": match["number"].strip(), "recommendation": text[match.end() :]}
    elif number:
        cells["number"] = number
    own = _without_counts({role: words for role, words in step.cells.items() if role != "number"})
    place = above.row.place if above.row is step.row else f"{above.row.place}; {step.row.place}"
    state.rejected += step.rejected
    state.rows.append(PlanRow({**cells, **own}, place, state.heading, step.row.after_break, "recommendation"))
