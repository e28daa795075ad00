"""A whole document: its frames are read, and those readings that make up the plan are put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dhr_analytics.normalising.choose import Candidate, candidates
from dhr_analytics.normalising.frames import Frame, frames_of
from dhr_analytics.normalising.grammars.cut_rows import Recommendation
from dhr_analytics.normalising.grammars.keyed import listed_in
from dhr_analytics.normalising.rows import Rejected
from dhr_analytics.reading import RawTable

_LEAST = -2.0  # the score under which a frame is taken to hold no plan


@dataclass(frozen=True)
class Choice:
    """What was chosen of a document: recommendations in order, the pieces set aside, the winning readings."""

    title: str
    recommendations: tuple[Recommendation, ...]
    rejected: tuple[Rejected, ...]
    winners: tuple[Candidate, ...]
    tried: tuple[tuple[Candidate, ...], ...]


def choose(tables: Iterable[RawTable]) -> Choice:
    """Read a document in every way there is and keep the most plan-like readings."""
    tables = list(tables)
    frames = frames_of(tables)
    listed = listed_in([(row.cells[0], row.place) for frame in frames for row in frame.rows if row.line])
    tried = [tuple(candidates(frame, listed)) for frame in frames]
    winners = [each[0] for each in tried if each and each[0].score >= _LEAST]
    recommendations = [rec for winner in winners for rec in winner.recommendations]
    rejected = [piece for winner in winners for piece in winner.rejected]
    used = {id(winner.frame) for winner in winners}
    rejected += [piece for frame in frames if id(frame) not in used for piece in _unread(frame)]
    return Choice("", tuple(recommendations), tuple(rejected), tuple(winners), tuple(tried))


def _unread(frame: Frame) -> list[Rejected]:
    return [
        Rejected(
            row.place,
            " ".join(" ".join(row.filled).split()),
            "text outside the plan" if row.line else "table without a recommendation or action column",
        )
        for row in frame.rows
        if row.filled
    ]
