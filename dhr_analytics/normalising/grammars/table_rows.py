"""Rows: each row holds its recommendation, or continues from the one above (blank, merged or repeated)."""

from __future__ import annotations

from dhr_analytics.normalising.frames import Frame
from dhr_analytics.normalising.grammars.sections import Sections
from dhr_analytics.normalising.grammars.walk import Step, steps
from dhr_analytics.normalising.lines import names_document
from dhr_analytics.normalising.roles import Columns
from dhr_analytics.normalising.rows import PlanRow, Reading

NAME = "rows"
_OUT_OF_ROW = ("action_number", "section", "review", "published")


def read(frame: Frame, columns: Columns) -> Reading | None:
    """Read a frame whose rows hold recommendations.

    Parameters
    ----------
    frame : Frame
    columns : Columns
        The roles of its columns.

    Returns
    -------
    Reading or None
        None where no column holds recommendations.
    """
    if "recommendation" not in columns.roles:
        return None
    state = Sections()
    for step in steps(frame, columns):
        take(state, step)
    state.flush()
    state.close()
    return Reading(NAME, tuple(state.rows), tuple(state.rejected))


def take(state: Sections, step: Step) -> None:
    """Take one step: a heading comes into force, a row becomes a row of the plan, the rest is set aside."""
    if step.kind == "line":
        state.prose.append(step)
        return
    state.flush()
    if step.kind == "title" or (step.kind == "heading" and not state.rows and names_document(step.text)):
        state.entitle(step)
    elif step.kind == "heading":
        state.head(step)
    elif step.kind == "aside":
        state.set_aside(step, step.reason)
    elif step.kind == "loose":
        loose = PlanRow({}, step.row.place, state.heading, step.row.after_break, loose=step.row.cells)
        state.rows.append(loose)
    else:
        add_row(state, step)


def add_row(state: Sections, step: Step, **cells: str) -> None:
    """Add a row of the plan; a column of topics is its heading."""
    own = {role: text for role, text in step.cells.items() if role not in _OUT_OF_ROW}
    state.rejected += step.rejected
    topic = step.cells.get("section", "")
    if topic and state.headed_within:
        own["notes"] = "\n".join(filter(None, (own.get("notes"), topic)))
        topic = ""
    section = topic or state.heading
    if "published" in step.cells:
        own["published"] = step.cells["published"]
    review = " ".join(step.cells.get("review", "").split())
    whole = {**cells, **own}
    if whole:
        heading = " ".join(section.split())
        row = PlanRow(whole, step.row.place, heading, step.row.after_break, review=review, topic=bool(topic))
        state.rows.append(row)
