"""The tables of one way to read a document: roles of columns, readings, what decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, zip_longest

from dhr_analytics.normalising.action_rows import split_actions
from dhr_analytics.normalising.cells.updates import purpose
from dhr_analytics.normalising.choose import Candidate, columns_of
from dhr_analytics.normalising.document import LEAST, Way
from dhr_analytics.normalising.frames import Frame
from dhr_analytics.normalising.grammars.cut_rows import Recommendation
from dhr_analytics.normalising.likeness import weights
from dhr_analytics.normalising.roles import Columns
from dhr_analytics.normalising.tried import (
    Against,
    ColumnTried,
    Deciding,
    ReadingTried,
    TableTried,
    cut,
    percent,
)

Clean = Callable[[str], str]
WAYS = {"tables": "as tables", "prose": "as running text"}
# How many recommendations, features that count against, and features that decide are shown.
_FIRST, _WORST, _DECIDING = 3, 3, 5
_NAME_WORDS = 12
# The least difference, in points of the score, that is worth a line.
_POINTS = 0.05
_ROLES = {
    "review": "name of the review",
    "published": "day of publication",
    "number": "number of the recommendation",
    "scope": "scope: local or national",
    "section": "section or topic",
    "action_number": "number of the action",
    "lead": "lead agency",
    "person": "named person",
    "target": "target date",
    "rag": "RAG rating",
    "outcome": "intended outcome",
    "": "none, kept as a note",
}
_WHOLE = ", each row whole"
_GRAMMARS = {
    "rows": "a recommendation in each row",
    "recommendation above its actions": "a recommendation above the rows of its actions",
    "actions keyed by number": "actions that name a recommendation by its number",
    "prose": "numbered or titled recommendations in running text",
}
_SAME = "the same result as the "


@dataclass(frozen=True)
class _Contest:
    """The readings of a table, the best first, and what became of the best."""

    tried: tuple[Candidate, ...]
    spare: bool  # another way was chosen in the place of this one

    @property
    def best(self) -> Candidate | None:
        return self.tried[0] if self.tried else None

    @property
    def runner_up(self) -> Candidate | None:
        """The best reading that gives something else than the first."""
        others = (each for each in self.tried[1:] if _content(each) != _content(self.tried[0]))
        return next(others, None)

    @property
    def kept(self) -> bool:
        return self.best is not None and self.best.likeness.chance >= LEAST


def tables_of(way: Way, clean: Clean, *, spare: bool) -> Iterator[TableTried]:
    """Give the tables of a way with all that was tried on them.

    Parameters
    ----------
    way : Way
    clean : callable
        Masks names.
    spare : bool
        Whether another way was chosen in its place.

    Yields
    ------
    TableTried
        In document order.
    """
    tried = {key: tuple(some) for key, some in groupby(way.tried, key=lambda each: id(each.frame))}
    for frame in frames_in(way):
        contest = _Contest(tried.get(id(frame), ()), spare)
        if contest.tried or frame.tabular:
            yield _table(frame, contest, _title(frame, way, clean), clean)


def frames_in(way: Way) -> list[Frame]:
    """Return the tables that a way looks at, in document order."""
    found = {id(each.frame): each.frame for each in way.tried}
    found |= {id(frame): frame for frame in way.unread}
    return sorted(found.values(), key=lambda frame: frame.at)


def way_in_words(way: Way) -> str:
    """Say as what a way takes the whole of a part."""
    return WAYS.get(way.name, f"as {way.name}")


def count_actions(found: Iterable[Recommendation]) -> int:
    """Return the number of actions, those of a list within one cell counted apart."""
    return sum(len(split_actions(draft)) for rec in found for draft in rec.actions)


def deciding(best: Candidate, runner_up: Candidate) -> Iterator[Deciding]:
    """Give the features whose weighted values differ most between two readings."""
    ours, theirs = best.likeness.features, runner_up.likeness.features
    found = [
        Deciding(name, ours[name], theirs[name], _points(name, ours[name] - theirs[name]))
        for name in ours
        if name in theirs
    ]
    found.sort(key=lambda each: -abs(each.points))
    yield from (each for each in found[:_DECIDING] if abs(each.points) >= _POINTS)


def _table(frame: Frame, contest: _Contest, title: str, clean: Clean) -> TableTried:
    best, runner_up = contest.best, contest.runner_up
    columns = best.columns if best else columns_of(frame)
    return TableTried(
        title,
        tuple(_columns(columns, clean)),
        tuple(_reading(each, _outcome(each, contest), clean) for each in contest.tried),
        _why(contest),
        tuple(deciding(best, runner_up)) if best and runner_up else (),
        tuple(_against(best)) if best else (),
        _apart(best, runner_up, clean) if best and runner_up else (),
    )


def _title(frame: Frame, way: Way, clean: Clean) -> str:
    rows = [row for row in frame.rows if not row.line]
    if not rows:
        return f"The whole, read {way_in_words(way)}"
    first, last = (clean(row.place) for row in (rows[0], rows[-1]))
    return f"Table: {first}" if first == last else f"Table: {first} to {last}"


def _columns(columns: Columns, clean: Clean) -> Iterator[ColumnTried]:
    scores = columns.scores or (None,) * len(columns.roles)
    each = zip(columns.names, columns.roles, scores, strict=True)
    for number, (name, role, score) in enumerate(each, start=1):
        plain, update = purpose(role), role.partition("@")[2]
        words = _ROLES.get(plain, plain)
        words += f", update {update} counted from the oldest" if update else ""
        printed = cut(clean(name), _NAME_WORDS) or f"(column {number}, without a name)"
        yield ColumnTried(printed, words, None if not role or score is None else round(score, 1))


# --- readings --------------------------------------------------------------------------------


def _reading(candidate: Candidate, outcome: str, clean: Clean) -> ReadingTried:
    found = candidate.recommendations
    shown = found[:_FIRST] if outcome and not outcome.startswith(_SAME) else ()
    return ReadingTried(
        _grammar_in_words(candidate.grammar),
        len(found),
        count_actions(found),
        round(candidate.score, 2),
        candidate.likeness.chance if found else 0.0,
        outcome,
        tuple(_recommendation(rec, clean) for rec in shown),
    )


def _grammar_in_words(grammar: str) -> str:
    """Say what a grammar takes a table for."""
    name = grammar.removesuffix(_WHOLE)
    if name == "prose":
        return _GRAMMARS[name]
    whole = grammar.endswith(_WHOLE)
    how = "each row taken as whole" if whole else "rows cut by a page break joined"
    return f"{_GRAMMARS.get(name, name)}; {how}"


def _outcome(each: Candidate, contest: _Contest) -> str:
    if each is contest.best:
        taken = "best of this way, which was not chosen" if contest.spare else "chosen"
        return taken if contest.kept else "best, but not taken for a plan"
    if each is contest.runner_up:
        return "runner-up"
    for other, name in ((contest.best, "best"), (contest.runner_up, "runner-up")):
        if other is not None and _content(each) == _content(other):
            return _SAME + name
    return ""


def _content(candidate: Candidate) -> list[tuple[object, ...]]:
    found = candidate.recommendations
    actions = [[draft.cells for draft in rec.actions] for rec in found]
    texts = [(rec.number, rec.text, rec.section) for rec in found]
    return [(*text, cells) for text, cells in zip(texts, actions, strict=True)]


def _apart(best: Candidate, runner_up: Candidate, clean: Clean) -> tuple[str, ...]:
    """Return the first recommendation of which two readings give other words or actions."""
    both = (best.recommendations, runner_up.recommendations)
    seen = [[(rec.number, rec.text, count_actions([rec])) for rec in found] for found in both]
    pairs = enumerate(zip_longest(*seen))
    at = next((i for i, (ours, theirs) in pairs if ours != theirs), None)
    if at is None:
        return ()
    return tuple(_recommendation(each[at], clean) if at < len(each) else "none" for each in both)


def _recommendation(rec: Recommendation, clean: Clean) -> str:
    n = count_actions([rec])
    words = cut(clean(" ".join([rec.number, rec.text]).strip()))
    return f"{words} ({n} action{'s' * (n != 1)})"


# --- what decided ----------------------------------------------------------------------------


def _why(contest: _Contest) -> str:
    best, runner_up = contest.best, contest.runner_up
    if best is None:
        return "No way of reading it found a recommendation."
    if not contest.kept:
        chance, least = percent(best.likeness.chance), percent(LEAST)
        return f"The best reading has a chance of {chance}; from {least} it counts as a plan."
    if runner_up is None:
        several = len(contest.tried) > 1
        return "Every reading gave the same." if several else "No other reading was tried."
    return _by_score(best, runner_up)


def _by_score(best: Candidate, runner_up: Candidate) -> str:
    if not runner_up.recommendations:
        return "The runner-up found no recommendation."
    scores = f"{best.score:.2f} against {runner_up.score:.2f} of the runner-up"
    if best.score >= runner_up.score:
        return f"It has the higher score: {scores}."
    return f"Its score is {scores}; one that takes each row as whole wins where they are so close."


def _against(best: Candidate) -> Iterator[Against]:
    features = best.likeness.features
    found = [Against(name, value, _points(name, value - 1)) for name, value in features.items()]
    found.sort(key=lambda each: each.points)
    yield from (each for each in found[:_WORST] if each.points <= -_POINTS)


def _points(feature: str, share: float) -> float:
    """Return what a share of a feature is worth in points of the score."""
    return round(weights()[feature] * share, 2)
