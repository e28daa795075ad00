"""Choosing: every grammar reads every frame whole, and the most plan-like reading of each is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from dhr_analytics.normalising.cells.updates import name_updates, purpose
from dhr_analytics.normalising.dittos import without_dittos
from dhr_analytics.normalising.frames import Frame
from dhr_analytics.normalising.grammars import above, keyed, table_rows
from dhr_analytics.normalising.grammars.cut_rows import Recommendation, stitch
from dhr_analytics.normalising.likeness import Likeness, likeness
from dhr_analytics.normalising.roles import Columns, assign, name_votes, with_ticks
from dhr_analytics.normalising.rows import PlanRow, Reading, Rejected
from dhr_analytics.reading import RawRow, RawTable

# A reading that joins cut rows has to be better by this much than one in which each row is whole.
_WHOLE = 0.1


# A table whose header plainly names recommendations is at least shown to a person, however odd its words are.
_LOOK = -1.0
_MOSTLY = 0.75  # the share of its words that are then used


@dataclass(frozen=True)
class Candidate:
    """One reading of a frame with its recommendations and its score."""

    grammar: str
    frame: Frame
    recommendations: tuple[Recommendation, ...]
    rejected: tuple[Rejected, ...]
    likeness: Likeness
    used: float
    columns: Columns = field(default_factory=lambda: Columns((), ()))

    @property
    def score(self) -> float:
        """The plan-likeness of the reading."""
        return self.likeness.score


def columns_of(frame: Frame) -> Columns:
    """Return the columns of a frame with their roles; a series of updates is numbered from the oldest."""
    width = frame.width
    names = [*frame.names, *[""] * (width - len(frame.names))]
    rows = [row.cells for row in frame.rows if not row.line and len(row.filled) > 1]
    columns = assign(names, rows)
    raw = [RawRow(cells, "") for cells in rows[:50]]
    roles = with_ticks(names, name_updates(columns.roles, names, raw), rows)
    return replace(columns, roles=roles)


def candidates(frame: Frame, listed: Sequence[PlanRow]) -> list[Candidate]:
    """Read a frame in every way there is, the most plan-like reading first."""
    if not frame.tabular:
        return []
    found = [
        _candidate(reading, frame, columns, whole=whole)
        for columns in _alternatives(columns_of(frame))
        for reading in _readings(frame, columns, listed)
        for whole in (True, False)
    ]
    return sorted(found, key=lambda each: -each.score - _WHOLE * each.grammar.endswith("whole"))


def _alternatives(columns: Columns) -> Iterator[Columns]:
    """Give the columns as settled; where none holds recommendations, also with the actions taken for them."""
    yield columns
    at = columns.at("action")
    later = [i for i, role in enumerate(columns.roles) if role == "" and at is not None and i > at]
    if "recommendation" not in columns.roles and at is not None and later:
        roles = list(columns.roles)
        roles[at], roles[later[0]] = "recommendation", "action"
        yield replace(columns, roles=tuple(roles))


def _readings(frame: Frame, columns: Columns, listed: Sequence[PlanRow]) -> Iterator[Reading]:
    for reading in (
        table_rows.read(frame, columns),
        above.read(frame, columns),
        keyed.read(frame, columns, listed),
    ):
        if reading is not None and reading.rows:
            yield reading


def _candidate(reading: Reading, frame: Frame, columns: Columns, *, whole: bool) -> Candidate:
    found, unplaced = stitch(reading.rows, whole=whole)
    found = without_dittos(found)
    words = sum(len(cell.split()) for row in frame.rows if not row.line for cell in set(row.cells))
    used = _used(reading, words, unplaced)
    name = f"{reading.grammar}, each row whole" if whole else reading.grammar
    rejected = (*reading.rejected, *unplaced)
    score = likeness(found, used, _named(columns))
    if _names_recommendations(columns) and used >= _MOSTLY:
        score = replace(score, score=max(score.score, _LOOK + score.score / 100))  # keeps their order
    return Candidate(name, frame, tuple(found), rejected, score, used, columns)


def _names_recommendations(columns: Columns) -> bool:
    """Return whether a column is called recommendations, and others have names that are known."""
    at = columns.at("recommendation")
    return at is not None and name_votes(columns.names[at]).get("recommendation", 0) >= 0.95 and _named(columns) >= 0.8


def _named(columns: Columns) -> float:
    """Return how far the names of the columns say that they hold recommendations or actions, and something beside."""
    votes = [name_votes(name).get(purpose(role), 0.0) for name, role in zip(columns.names, columns.roles, strict=True)]
    core = [vote for vote, role in zip(votes, columns.roles, strict=True) if role in ("recommendation", "action")]
    beside = [
        vote for vote, role in zip(votes, columns.roles, strict=True) if role not in ("recommendation", "action", "")
    ]
    return 0.6 * max(core, default=0.0) + 0.4 * min(1.0, sum(beside) / 2)


def from_reading(reading: Reading, tables: Sequence[RawTable]) -> Candidate:
    """Score a reading of a whole part of a document, whose rows are all complete."""
    found, unplaced = stitch(reading.rows, whole=True)
    found = without_dittos(found)
    rows = [row for table in tables if table.kind == "table" for row in table.rows]
    words = sum(len(cell.split()) for row in rows for cell in set(row.cells))
    used = _used(reading, words, unplaced) if words else 1.0
    rejected = (*reading.rejected, *unplaced)
    score = likeness(found, used, bare=reading.grammar == "prose")
    return Candidate(reading.grammar, Frame((), ()), tuple(found), rejected, score, used)


def _used(reading: Reading, words: int, unplaced: Sequence[Rejected]) -> float:
    """Return the share of the words of the tables that are in cells of the plan; notes count half."""
    used = sum(
        len(text.split()) * (0.5 if role == "notes" else 1) for row in reading.rows for role, text in row.cells.items()
    )
    lost = sum(len(piece.text.split()) for piece in unplaced)
    return min(1.0, max(0.0, used - lost) / words) if words else 0.0
