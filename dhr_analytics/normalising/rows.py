"""What the stages of normalising hand on to each other: rows of a plan, what was set aside, and a reading of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rejected:
    """A piece of the document that is in no table, and why."""

    place: str
    text: str
    reason: str


@dataclass(frozen=True)
class PlanRow:
    """One row of a plan as a grammar read it.

    ``cells`` are texts by role (``recommendation``, ``action``, ``lead``, ...); ``section`` is the heading above;
    ``after_break`` is true where a page break may have cut the row above; ``opens`` is ``recommendation`` or
    ``action`` where the layout leaves no choice, else empty. ``key`` is the number of a recommendation that is
    elsewhere; ``loose`` holds the cells of a row that lost columns at a page break; ``review`` is the printed name
    of the review, where one document holds several; ``topic`` is true where a column gives the section, so that it
    names no agency.
    """

    cells: Mapping[str, str]
    place: str
    section: str = ""
    after_break: bool = False
    opens: str = ""
    key: str = ""
    loose: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    review: str = ""
    topic: bool = False


@dataclass(frozen=True)
class Reading:
    """One way to read a frame: its rows in document order, and what it leaves aside."""

    grammar: str
    rows: tuple[PlanRow, ...]
    rejected: tuple[Rejected, ...] = field(default=())
