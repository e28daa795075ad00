"""Plan-likeness: how much a whole reading looks like an action plan, in named features with weights."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from dhr_analytics.normalising.cells.agencies import is_agency, is_role
from dhr_analytics.normalising.cells.dates import read_target
from dhr_analytics.normalising.cells.scope import read_scope
from dhr_analytics.normalising.cells.updates import purpose
from dhr_analytics.normalising.grammars.cut_rows import Draft, Recommendation
from dhr_analytics.normalising.roles import BARE_NUMBER, asks, name_votes
from dhr_analytics.vocabulary import terms

_SAMPLE = 60
_END = re.compile(r"[.!?:;)\]”\"]\s*$")
_INNER_NUMBER = re.compile(r"[.!?]\s+(?:R?\d{1,2}[.):]|Recommendation\s+\d)\s+[A-Z]")
_NAMED = re.compile(r"(?:[A-Z][\w'’.&/-]*[ ,]*){1,6}")  # as bodies and people are
_NOTHING = re.compile(r"\W*(?:tb[cad]|n/?a|none|nil|ongoing|on-going|various)?\W*", re.IGNORECASE)


@dataclass(frozen=True)
class Sample:
    """A reading as the features look at it: recommendations with their actions, and how much of the text it used."""

    recommendations: Sequence[Recommendation]
    actions: Sequence[Draft]
    used: float  # share of the words of the frame that are in a cell of the plan
    named: float  # how far the printed names of the columns say what they hold
    numbers: Sequence[str] = ()  # of all recommendations
    bare: bool = False  # running text, which has no columns that could be missing

    @property
    def texts(self) -> list[str]:
        """The wordings of the recommendations."""
        return [rec.text for rec in self.recommendations]

    def cells(self, role: str) -> list[str]:
        """The filled cells of one role."""
        return [
            text for each in self.actions for name, text in each.cells.items() if purpose(name) == role and text.strip()
        ]


def sample(recommendations: Sequence[Recommendation], used: float, named: float, *, bare: bool) -> Sample:
    """Return a reading thinned out evenly, so that looking at it takes the same time however long it is."""
    some = recommendations[:: max(1, len(recommendations) // _SAMPLE)]
    actions = [action for rec in some for action in rec.actions]
    return Sample(some, actions, used, named, [rec.number for rec in recommendations], bare)


def share(values: Iterable[object], empty: float = 0.0) -> float:
    """Return the share of true values, or ``empty`` where there are none."""
    found = [bool(value) for value in values]
    return sum(found) / len(found) if found else empty


# --- features: each from 0 to 1 ----------------------------------------------------------------------


def _mostly(found: float) -> float:
    """Count a share of six in ten as whole: what plans ask for is not always worded as an order."""
    return min(1.0, found / 0.6)


def _neutral(read: Sample) -> float:
    return 1.0 if read.bare else 0.8


def _numbers_run_on(read: Sample) -> float:
    numbers = [_counted(number) for number in read.numbers]
    steps = [(a, b) for a, b in pairwise(numbers) if a and b]
    if len(steps) < 2:
        return 1.0
    return share(a[0] != b[0] or b[1] == a[1] + 1 or b[1] == 1 for a, b in steps)


def _counted(number: str) -> tuple[str, int] | None:
    digits = re.search(r"(\d+)\D*$", number)
    return (number[: digits.start()], int(digits[1])) if digits else None


def _numbered(read: Sample) -> float:
    some = share(rec.number for rec in read.recommendations)
    return max(some, 1 - some)


def _ask(read: Sample) -> float:
    return _mostly(share(map(asks, read.texts)))


def _actions_ask(read: Sample) -> float:
    return _mostly(share(map(asks, read.cells("action")), empty=_neutral(read)))


def _capital(read: Sample) -> float:
    return share(re.match(r"[\W\d_]*[A-Z]", text) for text in read.texts)


def _actions_capital(read: Sample) -> float:
    return share((re.match(r"[\W\d_]*(?:[a-z][.)]\s*)?[A-Z]", text) for text in read.cells("action")), empty=1.0)


def _ends(read: Sample) -> float:
    ends = share(_END.search(text) for text in read.texts)
    return max(ends, 1 - ends)


def _lengths(read: Sample) -> float:
    return share(4 <= len(text.split()) <= 120 for text in read.texts)


def _not_short(read: Sample) -> float:
    return share(len(text.split()) >= 3 for text in read.texts)


def _distinct(read: Sample) -> float:
    texts = [terms.fold(text) for text in read.texts]
    return len(set(texts)) / len(texts) if texts else 0.0


def _one_text(read: Sample) -> float:
    return 1 - share(_INNER_NUMBER.search(text) for text in read.texts)


def _targets(read: Sample) -> float:
    cells = read.cells("target")
    return share(
        (_NOTHING.fullmatch(cell) or read_target(cell).basis != "none" for cell in cells), empty=_neutral(read)
    )


def _leads(read: Sample) -> float:
    cells = read.cells("lead")
    return share(
        (is_agency(cell) or is_role(cell) or _NAMED.fullmatch(cell.strip()) for cell in cells), empty=_neutral(read)
    )


def _short_leads(read: Sample) -> float:
    return share((len(cell.split()) <= 14 and not cell[:1].islower() for cell in read.cells("lead")), empty=1.0)


def _statuses(read: Sample) -> float:
    return share(
        (len(cell.split()) <= 12 for role in ("status", "rag") for cell in read.cells(role)), empty=_neutral(read)
    )


def _scopes(read: Sample) -> float:
    cells = [cell for rec in read.recommendations for cell in rec.scopes]
    return share((read_scope(cell) or len(cell.split()) <= 4 for cell in cells), empty=1.0)


def _no_labels(read: Sample) -> float:
    texts = [*read.texts, *read.cells("action")]
    return 1 - share(_is_name(text) or _opens_with_label(text) for text in texts)


def _is_name(text: str) -> bool:
    return len(text.split()) <= 6 and max(name_votes(text).values(), default=0) >= 0.95


def _opens_with_label(text: str) -> bool:
    label, colon, rest = text.partition(":")
    return bool(colon and rest) and len(label.split()) <= 4 and max(name_votes(label).values(), default=0) >= 0.9


def _few_actions(read: Sample) -> float:
    return share(len(rec.actions) <= 8 for rec in read.recommendations)


def _alike(read: Sample) -> float:
    """How often the actions fill the same cells."""
    shapes = [
        frozenset(purpose(role) for role, cell in each.cells.items() if cell.strip()) & _STATED for each in read.actions
    ]
    return _mostly(max((shapes.count(shape) for shape in set(shapes)), default=0) / max(1, len(shapes)))


def _stated(read: Sample) -> float:
    """How often an action says who, when or how far; running text need not."""
    if read.bare:
        return 1.0
    return share(
        _STATED & {purpose(role) for role, cell in each.cells.items() if cell.strip()} for each in read.actions
    )


def _texts_not_values(read: Sample) -> float:
    return 1 - share(
        read_target(text).on is not None and len(text.split()) <= 5 or BARE_NUMBER.fullmatch(text.strip())
        for text in read.texts
    )


def _several(read: Sample) -> float:
    return min(1.0, 0.6 + 0.2 * len(read.recommendations))


def _used(read: Sample) -> float:
    return read.used


def _named(read: Sample) -> float:
    return read.named


def _few_joins(read: Sample) -> float:
    """How few recommendations were put together from several rows."""
    return 1 - share(len(rec.places) > 1 + 2 * len(rec.actions) for rec in read.recommendations)


_STATED = frozenset(("lead", "target", "status", "rag", "progress", "response"))

# What is looked at; the weight of each is in `vocabulary/likeness.csv`, fitted by `benchmarks/fit_likeness.py`.
FEATURES: dict[str, Callable[[Sample], float]] = {
    "numbers run on": _numbers_run_on,
    "all or none are numbered": _numbered,
    "recommendations ask for something": _ask,
    "actions ask for something": _actions_ask,
    "recommendations begin with a capital": _capital,
    "actions begin with a capital": _actions_capital,
    "recommendations end alike": _ends,
    "recommendations are of a usual length": _lengths,
    "recommendations are no single words": _not_short,
    "no recommendation twice": _distinct,
    "no number within a recommendation": _one_text,
    "targets are dates": _targets,
    "owners are bodies or posts": _leads,
    "owners are short": _short_leads,
    "statuses are short": _statuses,
    "scopes are scopes": _scopes,
    "no label within a text": _no_labels,
    "few actions for each": _few_actions,
    "actions are alike": _alike,
    "actions say who, when or how far": _stated,
    "no value where a text should be": _texts_not_values,
    "several recommendations": _several,
    "the words of the table are used": _used,
    "rows are whole": _few_joins,
    "the header names the columns": _named,
}
_FILE = "likeness.csv"


def weights_file() -> Path:
    """Return the file that holds the weights."""
    return Path(str(files("dhr_analytics.vocabulary") / _FILE))


def prior_weights() -> dict[str, float]:
    """Return the weights that a reader of plans would give, before any were fitted."""
    with weights_file().open(encoding="utf-8", newline="") as file:
        return {row["feature"]: float(row["prior"]) for row in csv.DictReader(file)}


@cache
def weights() -> Mapping[str, float]:
    """Return the weight of each feature; ``base`` is the score of a reading with nothing amiss."""
    with weights_file().open(encoding="utf-8", newline="") as file:
        return {row["feature"]: float(row["weight"]) for row in csv.DictReader(file)}


@dataclass(frozen=True)
class Likeness:
    """The score of a reading, and what each feature gave."""

    score: float
    features: Mapping[str, float]

    @property
    def chance(self) -> float:
        """The score as the chance (0 to 1) that the reading is right."""
        return 1 / (1 + math.exp(-self.score))

    def worst(self, n: int = 3) -> str:
        """Name the features that count most against the reading."""
        against = {name: weights()[name] * (1 - value) for name, value in self.features.items()}
        worst = sorted(against, key=lambda name: -against[name])[:n]
        return "; ".join(f"not “{name}”" for name in worst if against[name] > 0)


def likeness(
    recommendations: Sequence[Recommendation], used: float, named: float = 0.5, *, bare: bool = False
) -> Likeness:
    """Score a reading.

    Parameters
    ----------
    recommendations : sequence of Recommendation
        With their actions.
    used : float
        The share (0 to 1) of the words of the frame that are in a cell of the plan.
    named : float
        How far (0 to 1) the printed names of the columns say what they hold; one half where there are none to go by.
    bare : bool
        The reading is of running text: what it does not state counts neither for nor against it.

    Returns
    -------
    Likeness
        The score is on the scale of log odds.
    """
    if not recommendations:
        return Likeness(-20.0, {})
    read = sample(recommendations, used, 1.0 if bare else named, bare=bare)
    values = {name: feature(read) for name, feature in FEATURES.items()}
    weight = weights()
    return Likeness(weight["base"] + sum(weight[name] * (values[name] - 1) for name in FEATURES), values)
