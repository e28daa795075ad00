"""A whole document: each part is read in every way, and the most plan-like way is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby

from rapidfuzz import fuzz, process

from dhr_analytics.normalising.choose import Candidate, candidates, from_reading
from dhr_analytics.normalising.flattened import rebuild
from dhr_analytics.normalising.frames import Frame, frames_of, region_of
from dhr_analytics.normalising.grammars import forms, label_lines, prose, transposed
from dhr_analytics.normalising.grammars.cut_rows import Recommendation
from dhr_analytics.normalising.grammars.keyed import listed_in
from dhr_analytics.normalising.lines import is_title
from dhr_analytics.normalising.repeats import SAME, counted_once
from dhr_analytics.normalising.rows import PlanRow, Reading, Rejected
from dhr_analytics.normalising.running_lines import without_running_lines
from dhr_analytics.reading import RawTable
from dhr_analytics.vocabulary import terms

# The chance of being right under which a frame is taken to hold no plan.
LEAST = 0.1
# Running text wins over another way only where it is that much better.
_AS_GOOD = 1.5
# How much the words that a way leaves unused in tables count against it, on the scale of the score.
_UNUSED = 6.0


@dataclass(frozen=True)
class Way:
    """One way to read a part of a document: the readings of its frames, and what it leaves unused."""

    name: str
    winners: tuple[Candidate, ...]
    unread: tuple[Frame, ...] = ()
    covered: float = 1.0
    tried: tuple[Candidate, ...] = ()

    @property
    def recommendations(self) -> list[Recommendation]:
        """All recommendations of the way."""
        return [rec for winner in self.winners for rec in winner.recommendations]

    @property
    def n(self) -> int:
        """The number of recommendations."""
        return sum(len(winner.recommendations) for winner in self.winners)

    @property
    def score(self) -> float:
        """The mean score of its recommendations, less for words of tables that it leaves unused."""
        if not self.n:
            return -20.0
        whole = sum(winner.score * len(winner.recommendations) for winner in self.winners)
        return whole / self.n - _UNUSED * (1 - self.covered)

    @property
    def expected(self) -> float:
        """How many recommendations are likely to be right."""
        return sum(winner.likeness.chance * len(winner.recommendations) for winner in self.winners)


@dataclass(frozen=True)
class Choice:
    """What was chosen of a document, what was set aside, and every way that was tried."""

    title: str
    winners: tuple[Candidate, ...]
    recommendations: tuple[Recommendation, ...]
    rejected: tuple[Rejected, ...]
    unread: tuple[Frame, ...] = ()
    ways: tuple[tuple[Way, ...], ...] = field(default=())
    chosen: tuple[Way, ...] = ()  # the best way of each part

    @property
    def chance(self) -> float:
        """The chance that the document is read right: the mean over its recommendations."""
        n = sum(len(winner.recommendations) for winner in self.winners)
        whole = sum(winner.likeness.chance * len(winner.recommendations) for winner in self.winners)
        return whole / n if n else 0.0


def choose(tables: Iterable[RawTable], *, joined: bool = True) -> Choice:
    """Read a document in every way there is and keep the most plan-like readings.

    Parameters
    ----------
    tables : iterable of RawTable
        The document as read.
    joined : bool
        Whether a table may continue in the next one: true for PDF, scans and converted text.

    Returns
    -------
    Choice
    """
    tables, furniture = without_running_lines(list(tables))
    ways = [_ways(list(part), joined=joined) for _, part in groupby(tables, key=region_of)]
    best = [_best(each) for each in ways]
    winners = [winner for way in best for winner in way.winners]
    parts = [[_weighed(rec, each) for each in way.winners for rec in each.recommendations] for way in best]
    recommendations, repeated = counted_once(parts)
    return Choice(
        _title(tables),
        tuple(winners),
        tuple(recommendations),
        (*furniture, *chain.from_iterable(winner.rejected for winner in winners), *repeated),
        tuple(chain.from_iterable(way.unread for way in best)),
        tuple(ways),
        tuple(best),
    )


def _weighed(rec: Recommendation, winner: Candidate) -> Recommendation:
    return replace(rec, chance=winner.likeness.chance)


def _ways(tables: Sequence[RawTable], *, joined: bool) -> tuple[Way, ...]:
    """Read a part in every way there is."""
    written = _written(tables)
    ways = [_by_frames("tables", tables, written, joined=joined)]
    for name, read in _WHOLE_PARTS.items():
        reading = read(tables)
        if reading is not None and reading.rows:
            ways.append(_by_reading(name, reading, tables))
    ways += [_by_frames(_REBUILT, each, written, joined=joined) for each in _rebuilt(tables)]
    if written is not None:
        ways.append(_by_reading(_PROSE, written, ()))
    return tuple(ways)


def _written(tables: Sequence[RawTable]) -> Reading | None:
    """Read the running text of a part, None where it holds no recommendation."""
    lines = [row for table in tables if table.kind == "text" for row in table.rows]
    written = prose.read(lines) if lines else None
    return written if written is not None and written.rows else None


_PROSE = "prose"
_REBUILT = "tables rebuilt from lines"
_WHOLE_PARTS: dict[str, Callable[[Sequence[RawTable]], Reading | None]] = {
    "forms": forms.read,
    "label lines": label_lines.read,
    "a column for each recommendation": transposed.read,
}


def _rebuilt(tables: Sequence[RawTable]) -> Iterator[list[RawTable]]:
    """Give the part with its lines put together to tables again, where they may have been one."""
    choices = [rebuild(table.rows) if table.kind == "text" else [] for table in tables]
    for i in range(max(map(len, choices), default=0)):
        pairs = zip(tables, choices, strict=True)
        yield [piece for table, each in pairs for piece in (each[i] if i < len(each) else [table])]


def _best(ways: Sequence[Way]) -> Way:
    """Return the most plan-like way; prose gives way to a plan that holds the same recommendations, or as many."""
    best = max((way for way in ways if way.name != _PROSE), key=lambda way: way.score)
    written = next((way for way in ways if way.name == _PROSE and way.n), None)
    if written is None:
        return best
    beaten = _repeats(written, best) or best.expected * _AS_GOOD > written.expected
    if beaten and not _is_answered(written, best):
        return best
    return replace(written, unread=tuple(_tables_of(best.unread)))


def _tables_of(frames: Sequence[Frame]) -> Iterator[Frame]:
    """Give the tables of frames: prose says itself which lines it left aside."""
    for frame in frames:
        if rows := tuple(row for row in frame.rows if not row.line):
            yield replace(frame, rows=rows)


def _is_answered(written: Way, best: Way) -> bool:
    """Return whether there are but replies below recommendations, or lines that only look like a table."""
    if written.n < best.n:
        return False
    return not _states_actions(best) or (best.name == _REBUILT and written.score > best.score)


def _repeats(written: Way, best: Way) -> bool:
    """Return whether running text and the best way hold the same recommendations, a quarter of them at least."""
    found = {terms.fold(rec.text) for rec in best.recommendations}
    again = [terms.fold(rec.text) for rec in written.recommendations]
    same = [process.extractOne(text, found, scorer=fuzz.ratio, score_cutoff=SAME) for text in again]
    return sum(each is not None for each in same) * 4 >= len(again)


def _states_actions(way: Way) -> bool:
    """Return whether a way reads what is to be done, by when or how far it is."""
    drafts = (draft for rec in way.recommendations for draft in rec.actions)
    return any({"action", "target", "status", "rag"} & draft.cells.keys() for draft in drafts)


def _by_frames(name: str, tables: Sequence[RawTable], written: Reading | None, *, joined: bool) -> Way:
    """Read each frame in every way and keep the best one that may be a plan."""
    frames = frames_of(tables, joined=joined)
    listed = _listed(frames, written)
    tried = [candidates(frame, listed) for frame in frames]
    best = [next(iter(each), None) for each in tried]
    kept = [one if one is not None and one.likeness.chance >= LEAST else None for one in best]
    unread = tuple(frame for frame, one in zip(frames, kept, strict=True) if one is None)
    winners = tuple(filter(None, kept))
    return Way(name, winners, unread, _covered(winners), tuple(chain.from_iterable(tried)))


def _listed(frames: Sequence[Frame], written: Reading | None) -> list[PlanRow]:
    """Return the numbered recommendations in the lines of a part, for tables that give their numbers alone."""
    lines = [(row.cells[0], row.place) for frame in frames for row in frame.rows if row.line]
    numbered = [row for row in written.rows if row.cells.get("number")] if written else []
    return max(numbered, listed_in(lines), key=len)  # prose joins wrapped lines


def _covered(winners: Sequence[Candidate]) -> float:
    """Return the share of the words of all frames that were read which is in the plan."""
    words = [_words(winner.frame) for winner in winners]
    used = sum(n * winner.used for n, winner in zip(words, winners, strict=True))
    return used / sum(words) if sum(words) else 0.0


def _by_reading(name: str, reading: Reading, tables: Sequence[RawTable]) -> Way:
    candidate = from_reading(reading, tables)
    covered = candidate.used if any(table.kind == "table" for table in tables) else 1.0
    winners = (candidate,) if candidate.likeness.chance >= LEAST else ()
    return Way(name, winners, (), covered, (candidate,))


def _words(frame: Frame) -> int:
    return sum(len(cell.split()) for row in frame.rows if not row.line for cell in set(row.cells))


def _title(tables: Sequence[RawTable]) -> str:
    """Return the first line that names the document, above or in its first tables."""
    for table in tables:
        for row in table.rows[:40]:
            filled = {cell.strip() for cell in row.cells if cell.strip()}
            if len(filled) == 1 and is_title(text := filled.pop()):
                return " ".join(text.split())
    return ""
