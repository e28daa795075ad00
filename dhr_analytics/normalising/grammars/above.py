"""Above: a recommendation on a line, heading, subheading row or row of its own, its actions in the rows below."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from dhr_analytics.normalising.cells.prose import reported
from dhr_analytics.normalising.frames import Frame
from dhr_analytics.normalising.grammars.cut_rows import runs_on
from dhr_analytics.normalising.grammars.sections import Sections
from dhr_analytics.normalising.grammars.table_rows import take
from dhr_analytics.normalising.grammars.walk import Step, steps
from dhr_analytics.normalising.lines import LABEL, NUMBER_ALONE, NUMBERED_HEADING, numbered, words_a_recommendation
from dhr_analytics.normalising.roles import Columns, role_of
from dhr_analytics.normalising.rows import PlanRow, Reading

NAME = "recommendation above its actions"
_ACTION_HEADING = re.compile(
    r"^(?P<number>(?:action|goal|objective|priority|aim)\s+(?P<n>\d{1,2}))\s*[:.–-]\s*(?=\S)", re.IGNORECASE
)
_COUNT = re.compile(r"^\s*\d{1,2}\.\d{1,2}\.?\s+(?=[A-Z])")
_DOTTED = re.compile(r"\d{1,2}\.\d{1,2}\.?")
_WHOLE = re.compile(r"\W*(?:R(?:ec)?\.?\s*)?\d{1,3}[.):]?", re.IGNORECASE)
# Where no column holds actions, one of these does.
_ASKING_ROLES = ("recommendation", "milestones", "response")
_LONG = 4  # words of a wording below a number on a line of its own


@dataclass
class _Walk:
    """The rows so far, the recommendation that waits for its actions, and a number on a line of its own."""

    state: Sections = field(default_factory=Sections)
    waiting: Step | None = None
    number: str = ""
    counted: bool = False  # actions are numbered 1.1, 1.2
    found: int = 0


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
        None where no line or row is worded as a recommendation, or a column holds recommendations.
    """
    own = _without_recommendation(columns)
    if own is None:
        return None
    walk = _Walk(counted=any(_DOTTED.fullmatch(cell.strip()) for row in frame.rows for cell in row.cells[:2]))
    for step in steps(frame, own):
        _take(walk, step)
    if walk.waiting is not None:
        _open_bare(walk, walk.waiting)
    walk.state.flush()
    walk.state.close()
    return Reading(NAME, tuple(walk.state.rows), tuple(walk.state.rejected)) if walk.found else None


def _without_recommendation(columns: Columns) -> Columns | None:
    """Give columns whose wording is that of actions; a column of milestones serves where there is none."""
    if {"action", "recommendation"} <= set(columns.roles):
        return None
    roles = list(columns.roles)
    if "action" not in roles:
        asking = next((role for role in _ASKING_ROLES if role in roles), "")
        if not asking:
            return None
        roles[roles.index(asking)] = "action"
    return replace(columns, roles=tuple(roles))


def _take(walk: _Walk, step: Step) -> None:
    """Take one step: a recommendation waits, a row is its first action or a further one."""
    text = step.kind in ("heading", "line", "title")
    if text and NUMBER_ALONE.fullmatch(step.text):
        walk.number, walk.waiting = step.text, None
    elif walk.waiting is not None and _goes_on(walk.waiting, step):
        walk.waiting = _joined(walk.waiting, step)
    elif (wording := _recommendation_row(walk, step)) or _words_one(walk, step):
        _wait(walk, wording or step)
    elif step.kind != "row":
        take(walk.state, step)
    elif walk.waiting is not None:
        walk.state.flush()
        waiting, walk.waiting = walk.waiting, None
        _open(walk, waiting, step)
    else:
        take(walk.state, replace(step, cells=_own_cells(step)))


def _recommendation_row(walk: _Walk, step: Step) -> Step | None:
    """Return a row that holds a recommendation and no action as a step of kind ``row`` with its cells by role."""
    if step.kind != "row":
        return None
    return (walk.counted and _numbered_row(step)) or _titled_row(step)


def _numbered_row(step: Step) -> Step | None:
    """Return a row of a whole number and a wording, where actions are numbered 1.1, 1.2."""
    number = step.cells.get("number", "") or step.cells.get("action_number", "")
    own = set(step.cells) - {"number", "action_number", "notes"}
    if own != {"action"} or not _WHOLE.fullmatch(number.strip()):
        return None
    return replace(step, cells={"number": number, "recommendation": step.cells["action"]})


def _titled_row(step: Step) -> Step | None:
    """Return a row that begins "Recommendation 3: ...", with at most a labelled cell or two beside it."""
    first, *rest = step.row.filled
    titled = NUMBERED_HEADING.match(first) or LABEL.match(first)
    if not titled or len(rest) > 2 or not words_a_recommendation(first):
        return None
    labelled = dict(_labelled(cell) for cell in rest)
    labelled.pop("", None)
    return replace(step, cells={**_worded(first, ""), **labelled})


def _labelled(cell: str) -> tuple[str, str]:
    """Split "Scope: Local" into the role of the label and the words."""
    label, _, words = cell.partition(":")
    return (role_of(label), words.strip()) if words.strip() else ("", "")


def _words_one(walk: _Walk, step: Step) -> bool:
    """Return whether a line or subheading row is worded as a recommendation."""
    if step.kind not in ("heading", "line"):
        return False
    below_number = bool(walk.number) and len(step.text.split()) >= _LONG
    return below_number or bool(_ACTION_HEADING.match(step.text)) or words_a_recommendation(step.text)


def _goes_on(waiting: Step, step: Step) -> bool:
    """Return whether a lone text below a page break is the end of the recommendation above it."""
    lone = step.kind in ("heading", "line") or len(step.row.filled) == 1
    return lone and step.row.after_break and runs_on(waiting.text, step.text)


def _joined(waiting: Step, step: Step) -> Step:
    row = replace(waiting.row, cells=(f"{waiting.text} {step.text}",), place=f"{waiting.row.place}; {step.row.place}")
    return replace(waiting, row=row)


def _wait(walk: _Walk, step: Step) -> None:
    """Let a recommendation wait; one that no row followed is one without actions, or only explains the one above."""
    if walk.waiting is not None and _is_numbered(walk.waiting):
        if not _is_numbered(step):
            walk.state.prose.append(step)
            return
        _open_bare(walk, walk.waiting)
    elif walk.waiting is not None:
        walk.state.prose.append(walk.waiting)
    walk.state.flush()
    walk.waiting = step


def _is_numbered(step: Step) -> bool:
    return step.kind == "row" or bool(numbered(step.text) or _ACTION_HEADING.match(step.text))


def _own_cells(step: Step) -> dict[str, str]:
    """Return the cells of an action without numbers: "1.2" counts within what is above."""
    own = {role: text for role, text in step.cells.items() if role != "number"}
    return {role: _COUNT.sub("", text) if role == "action" else text for role, text in own.items()}


def _worded(text: str, number: str) -> dict[str, str]:
    """Split a text into the number and the wording of a recommendation."""
    if match := _ACTION_HEADING.match(text):
        return {"number": match["n"], "recommendation": text[match.end() :]}
    if match := numbered(text):
        return {"number": match["number"].strip(), "recommendation": text[match.end() :]}
    wording = {"recommendation": LABEL.sub("", text)}
    return {"number": number, **wording} if number else wording


def _open_bare(walk: _Walk, above: Step) -> None:
    """Put a recommendation without rows into the plan; a report below it says how far it is."""
    said = "\n".join(step.text for step in walk.state.prose)
    cells = {"progress": said} if reported(said) and not runs_on(above.text, said) else {}
    if cells:
        walk.state.prose = []
    _open(walk, above, Step("row", above.row, cells))


def _open(walk: _Walk, above: Step, step: Step) -> None:
    """Put a recommendation into the plan with its first action."""
    cells = above.cells if above.kind == "row" else _worded(above.text, walk.number)
    own = _own_cells(step)
    place = above.row.place if above.row is step.row else f"{above.row.place}; {step.row.place}"
    state = walk.state
    state.rejected += step.rejected
    row = PlanRow({**own, **cells}, place, state.heading, step.row.after_break, "recommendation")
    state.rows.append(row)
    walk.number, walk.found = "", walk.found + (above.row is not step.row)
