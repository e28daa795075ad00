"""Roles: what each column of a table holds, by its name, its cells and its place, settled in one assignment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import combinations

from rapidfuzz import fuzz, process

from dhr_analytics.normalising.assignment import best_columns
from dhr_analytics.normalising.cells.agencies import is_agency, is_role
from dhr_analytics.normalising.cells.dates import find_dates, read_target
from dhr_analytics.normalising.cells.scope import read_scope
from dhr_analytics.normalising.cells.status import read_status
from dhr_analytics.normalising.cells.ticks import read_ticks, tick_statuses
from dhr_analytics.schema import CLOSED
from dhr_analytics.vocabulary import terms

# A header misspelt by a converter still counts; below this "action" and "section" meet.
_CLOSE = 90
_LONGEST_NAME = 14
_LISTED = 0.78  # the least vote of a name that is listed, or opens with a listed one
BARE_NUMBER = re.compile(
    r"\(?(?:r(?:ec(?:ommendation)?)?\.?\s?(?:no\.?\s?)?)?(?:(?P<n>\d{1,3})(?:\.\d{1,2}){0,2}[a-z]?|"
    r"[ivxl]{1,7}|[a-z]{1,6}[\s./-]?\d{1,3}(?:\.\d{1,2})?)[.):]?",
    re.IGNORECASE,
)
_PLAIN_ID = re.compile(r"(?=\S*\d)[A-Za-z]{0,8}[\w\s()./-]{1,18}")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PARTS = re.compile(r"\s*[/|:\n]\s*|\s[–—-]\s")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_PERIOD = re.compile(
    r"\b(?:q[1-4]|quarter\s[1-4]|(?:20)?\d\d\s?[/-]\s?(?:20)?\d\d|as\s+(?:at|of)|end(?:\s+of)?|to|"
    r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*)\b",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"\b(?:should|must|will|shall|recommends?|to\s+(?:be|ensure|review|develop|provide|consider|work|make|agree|share|raise|"
    r"explore|undertake|receive|complete|carry|use))\b|^\W*that\b|"
    r"^\W*(?:\d+\W*)?(?:ensure|review|develop|provide|deliver|train|update|write|audit|raise|share|include|"
    r"improve|promote|introduce|establish|consider|work|create|publish|agree|build|increase|strengthen|"
    r"implement|remind|produce|send|set|make|check|add|ask|hold|put|buy|change|invite|give|explore|identify|"
    r"monitor|revise|circulate|amend|embed|use|carry|commission|run|appoint|design|arrange|brief|draft|recruit|"
    r"launch|refresh|pilot|organise|dip|flag|map|nominate|meet|keep|tell|name|report|retrain|replace|explain|"
    r"extend|fund|join|teach|show|offer|continue|undertake|complete|conduct|reinforce|support|adopt)\b",
    re.IGNORECASE,
)

# "Eastmoor Police to use ...": whoever is to act, and "to" with a verb; a report has a verb before it.
_BODY_TO = re.compile(
    r"\W*(?:(?!(?:was|were|had|has|have|is|are|went|came|said|told|\w+ed)\b)[\w'’&/,()-]+\s+){1,10}?"
    r"to\s+(?!(?:the|a|an|her|his|their|this|that|our|its|be)\b)[a-z]{2,}\b"
)

# Roles that one column at most has, and those that several may share (several updates, two outcomes).
ONCE = (
    "review", "published", "number", "recommendation", "scope", "section", "action_number", "action", "lead",
    "person", "target", "revised", "completion", "response",
)  # fmt: skip
MANY = ("status", "rag", "progress", "evidence", "outcome", "milestones")
_NO_ROLE = "other"
_BAR = 0.9  # what a role has to score before a column takes it
_NAME_WEIGHT = 3.0
_BODIES = 0.05  # settles which of two equal columns of owners leads, and nothing else
_NEVER = -3.0  # outweighs any name
_ANSWER = re.compile(r"(?:yes|no|y|n|n/?a|not applicable|none|true|false|[-–—])\W*", re.IGNORECASE)


@dataclass(frozen=True)
class Columns:
    """The columns of a frame: the printed name and the role of each, and how well the roles fit."""

    names: tuple[str, ...]
    roles: tuple[str, ...]
    scores: tuple[float, ...] = ()

    def at(self, role: str) -> int | None:
        """Return the place of the column that has a role, or None."""
        return self.roles.index(role) if role in self.roles else None


@dataclass(frozen=True)
class Profile:
    """What the cells of one column hold: how many, how long, and the share that reads as each kind."""

    n: int
    words: float
    repeated: float
    shares: Mapping[str, float] = field(default_factory=dict)
    cells: tuple[str, ...] = ()


# --- names ---------------------------------------------------------------------------------------


@lru_cache(maxsize=20_000)
def name_votes(label: str) -> Mapping[str, float]:
    """Return what a printed column name says of its role.

    Parameters
    ----------
    label : str
        A header cell, as printed.

    Returns
    -------
    mapping of str to float
        Roles with the weight (0 to 1) of the best match; empty where no word of the name is known.

    Examples
    --------
    >>> max(name_votes("Lead agency").items(), key=lambda vote: vote[1])
    ('lead', 1.0)
    """
    votes: dict[str, float] = {}
    for weight, text in _spellings(label):
        for role, vote in _votes(text):
            votes[role] = max(votes.get(role, 0.0), weight * vote)
    return votes


def _spellings(label: str) -> Iterator[tuple[float, str]]:
    """Give the ways to take a name: whole, without brackets, as parts of a bilingual or joined name."""
    text = " ".join(_CAMEL.sub(" ", label.replace("_", " ")).split())
    if not _may_be_name(text):
        return
    yield 1.0, text
    if (bare := " ".join(_BRACKETS.sub(" ", text).split())) and bare != text:
        yield 0.97, bare
    parts = [part for part in _PARTS.split(bare or text) if part.strip()]
    if len(parts) > 1:
        yield from ((0.8, part) for part in parts)


def _may_be_name(text: str) -> bool:
    n = len(text.split())
    return 0 < n <= (4 if text.endswith((".", ";")) else _LONGEST_NAME)


def _votes(text: str) -> Iterator[tuple[str, float]]:
    folded = terms.fold(text)
    if found := _listed_role(folded):
        yield from _either(found, 1.0)
        return
    opening = _opening(folded)
    if opening and text[:1].isupper() and len(text.split()) <= 8:
        yield from _either(_phrases()[opening], 0.8)
    weight = 0.75
    for role, pattern in _word_patterns():
        if pattern.search(text):
            yield from _either(role, weight)
            weight = 0.5


def _opening(folded: str) -> str:
    """Return the longest listed name that a text opens with, or ""."""
    words = folded.split()
    openings = (" ".join(words[:n]) for n in range(len(words) - 1, 0, -1))
    return next((text for text in openings if len(text) > 5 and text in _phrases()), "")


def _either(role: str, weight: float) -> Iterator[tuple[str, float]]:
    """Give "action or progress" as two votes, the first the stronger one."""
    first, _, second = role.partition(" or ")
    yield first, weight * (0.72 if second else 1.0)
    if second:
        yield second, weight * 0.6


@lru_cache(maxsize=20_000)
def _listed_role(folded: str) -> str:
    """Return the role of a listed name, also where a converter broke or misspelt it."""
    phrases = _phrases()
    if folded in phrases:
        return phrases[folded]
    squeezed = folded.replace(" ", "")
    if squeezed in _squeezed():
        return _squeezed()[squeezed]
    close = process.extractOne(folded, list(phrases), scorer=fuzz.ratio, score_cutoff=_CLOSE)
    return phrases[close[0]] if len(folded) > 8 and close else ""


@cache
def _phrases() -> dict[str, str]:
    return {row["phrase"]: row["role"] for row in terms.rows("headers")}


@cache
def _squeezed() -> dict[str, str]:
    return {phrase.replace(" ", ""): role for phrase, role in _phrases().items() if len(phrase) > 5}


@cache
def _word_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((row["role"], re.compile(row["words"], re.IGNORECASE)) for row in terms.rows("header_words"))


def worded_role(label: str) -> str:
    """Return the role that a printed name says most strongly, be it by one word, or ``""``; "A or B" is B."""
    if " or " in (found := _listed_bare(label)):
        return found.rpartition(" or ")[2]
    votes = name_votes(label)
    return max(votes, key=lambda role: votes[role]) if votes else ""


def role_of(label: str) -> str:
    """Return the role of a name that is listed, or opens with a listed one, or ``""``."""
    return worded_role(label) if max(name_votes(label).values(), default=0.0) >= _LISTED else listed_role(label)


def may_be(label: str) -> str:
    """Return what a column is where no other has that role ("Learning point": a recommendation), or ``""``."""
    found = _listed_bare(label)
    return found.partition(" or ")[0] if " or " in found else ""


def listed_role(label: str) -> str:
    """Return the role of a name that is listed, or nearly so spelt, or ``""``."""
    return _listed_bare(label).rpartition(" or ")[2]


def is_listed(label: str) -> bool:
    """Return whether a name is listed to the letter, but for case and punctuation."""
    return terms.fold(label) in _phrases()


def _listed_bare(label: str) -> str:
    """Return what is listed for a name as it is, or without what it holds in brackets."""
    return _listed_role(terms.fold(label)) or _listed_role(terms.fold(_BRACKETS.sub(" ", label)))


def is_day(label: str) -> bool:
    """Return whether a header cell names nothing but a day or a period ("Mar 24", "Q1 24/25")."""
    if not re.search(r"\d", label):
        return False
    rest = label
    for span in reversed(find_dates(label)):
        rest = rest[: span.start] + rest[span.end :]
    return not _PERIOD.sub("", rest).strip(" \n\t:;,./()–—-")


def asks(text: str) -> bool:
    """Return whether a text is worded as a recommendation or an action ("should", "Review ...")."""
    return bool(_ASKING.search(text) or _BODY_TO.match(text))


# --- header rows -----------------------------------------------------------------------------------

HEADER = 0.4  # the least `header_score` of a row that opens a frame
_CORE = ("recommendation", "action")
_BESIDE = ("number", "lead", "person", "target", "status", "rag", "progress", "completion", "scope", "outcome",
           "response", "evidence", "milestones")  # fmt: skip


@lru_cache(maxsize=20_000)
def header_score(cells: tuple[str, ...]) -> float:
    """Return how much a row reads as the header of a plan: 0 and below is none, 1 a row of known names.

    Parameters
    ----------
    cells : tuple of str
        The row, as printed.

    Returns
    -------
    float
        The mean of its names, less where no name is that of a recommendation or action with a second role.
    """
    filled = [cell for cell in cells if cell.strip()]
    if len(filled) < 2:
        return -1.0
    worth = [_name_worth(cell) for cell in filled]
    mean = sum(worth) / len(worth)
    votes = [name_votes(cell) for cell in filled]
    known = sum(max(vote.values(), default=0) >= 0.4 for vote in votes)
    if known * 2 <= len(filled) and known < 4:
        return min(mean, 0.0)
    return mean if _has_core(votes) else mean - 0.5


def _has_core(votes: Sequence[Mapping[str, float]]) -> bool:
    """Return whether one name is that of a recommendation or action, and another that of a role beside it."""
    core = {i for i, vote in enumerate(votes) if any(vote.get(role, 0) >= 0.4 for role in _CORE)}
    beside = {i for i, vote in enumerate(votes) if any(vote.get(role, 0) >= 0.4 for role in _BESIDE)}
    return bool(core) and len(core | beside) > 1


def _name_worth(cell: str) -> float:
    votes = name_votes(cell)
    words = len(cell.split())
    if votes:
        return max(votes.values()) * (1.0 if words <= 9 else 0.6)
    if is_day(cell):
        return 0.5
    if words <= 5 and not re.search(r"\d|[.;]$", cell.strip()):
        return 0.15
    return -0.3 if words <= _LONGEST_NAME else -1.0


# --- cells -----------------------------------------------------------------------------------------


def _states(cell: str) -> bool:
    words = ("completed", "in_progress", "not_started", *CLOSED)
    return len(cell.split()) <= 6 and any(terms.any_of("status", kind).match(cell) for kind in words)


def _reports(cell: str) -> bool:
    read = read_status({"progress": cell})
    return read.value != "no_update" or bool(read.warning)


_KINDS: dict[str, Callable[[str], bool]] = {
    "number": lambda cell: bool(BARE_NUMBER.fullmatch(cell)),
    "id": lambda cell: bool(_PLAIN_ID.fullmatch(cell)),
    "target": lambda cell: len(cell.split()) <= 9 and read_target(cell).basis != "none",
    "date": lambda cell: len(cell.split()) <= 6 and bool(find_dates(cell)),
    "status": _states,
    "rag": lambda cell: bool(re.fullmatch(r"red|amber|green|blue|grey|yellow|[ragb]|[1-5]", cell, re.IGNORECASE)),
    "scope": lambda cell: len(cell.split()) <= 6 and bool(read_scope(cell)),
    "lead": lambda cell: len(cell.split()) <= 14 and (is_agency(cell) or is_role(cell)),
    "agency": lambda cell: len(cell.split()) <= 14 and is_agency(cell),
    "asks": asks,
    "answer": lambda cell: bool(_ANSWER.fullmatch(cell)),
    "short": lambda cell: len(cell.split()) <= 3,
}  # fmt: skip
_SAMPLE = 40


def profile(cells: Sequence[str]) -> Profile:
    """Return what a column holds, looked at in a sample of its cells spread over the table."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return Profile(0, 0.0, 0.0)
    some = filled[:: max(1, len(filled) // _SAMPLE)]
    shares = {kind: sum(map(fits, some)) / len(some) for kind, fits in _KINDS.items()}
    words = sum(len(cell.split()) for cell in some) / len(some)
    return Profile(len(filled), words, 1 - len(set(filled)) / len(filled), shares, tuple(some))


def share_of_reports(cells: Sequence[str]) -> float:
    """Return the share of cells that report work done, under way or not begun."""
    return sum(map(_reports, cells)) / len(cells) if cells else 0.0


def _signed(share: float) -> float:
    return 2 * share - 1


def _prose(column: Profile, least: float) -> float:
    typed = max(column.shares[kind] for kind in ("number", "date", "scope", "rag"))
    if typed > 0.6:
        return -1.0
    return min(1.0, max(-1.0, (column.words - least) / least))


def _fit_wording(column: Profile) -> float:
    if column.shares["answer"] > 0.7:  # "Recommendation made? No"
        return _NEVER
    return 0.5 * _prose(column, 5.0) + 0.5 * _signed(column.shares["asks"])


def _fit_deed(column: Profile) -> float:
    if column.shares["answer"] > 0.7:
        return _NEVER
    return 0.5 * _prose(column, 3.0) + 0.5 * _signed(column.shares["asks"])


def _fit_lead(column: Profile) -> float:
    """Return how far a column holds owners: of a column of bodies and one of posts, the bodies lead."""
    if column.words > 15:
        return -1.0
    return _signed(column.shares["lead"]) + _BODIES * column.shares["agency"]


def _fit_typed(kind: str) -> Callable[[Profile], float]:
    return lambda column: _signed(column.shares[kind])


def _fit_free(column: Profile) -> float:
    return 0.1 if column.words >= 3 else -0.2


_FITS: dict[str, Callable[[Profile], float]] = {
    "review": lambda column: -1.0 if column.shares["number"] > 0.6 else 0.6 * (column.repeated > 0),
    "published": _fit_typed("date"),
    "number": lambda column: _signed(max(column.shares["number"], 0.7 * column.shares["id"])) - (column.words > 5),
    "recommendation": _fit_wording,
    "scope": _fit_typed("scope"),
    "section": lambda column: 0.3 if column.words <= 8 and column.shares["number"] < 0.5 else -0.8,
    "action_number": _fit_typed("number"),
    "action": _fit_deed,
    "lead": _fit_lead,
    "person": lambda column: -1.0 if column.words > 12 or column.shares["date"] > 0.5 else 0.1,
    "target": _fit_typed("target"),
    "revised": lambda column: 0.5 * _signed(column.shares["target"]),
    "completion": lambda column: _signed(column.shares["date"]) * 0.5,
    "response": lambda column: 0.4 if column.shares["short"] > 0.5 else 0.0,
    "status": lambda column: _signed(column.shares["status"]) * 0.7 - (column.words > 12),
    "rag": lambda column: _signed(column.shares["rag"]) * 0.6 if column.n else 0.0,
    "progress": _fit_free,
    "evidence": _fit_free,
    "outcome": _fit_free,
    "milestones": _fit_free,
}
# How much the cells count beside the name; a column of topics is no scope, whatever it is called.
_WEIGHTS = {
    "scope": 2.6, "target": 1.7, "recommendation": 1.6, "number": 1.5, "status": 1.5, "action": 1.4, "rag": 1.4,
    "lead": 1.2,
}  # fmt: skip
# Where its name says nothing, what a column may still be by its cells alone.
_BY_CELLS = ("number", "recommendation", "action", "lead", "status", "scope", "rag", "target", "progress")


Votes = Mapping[str, float]
_LEANS = {"number": 0.35, "recommendation": 0.2, "review": 0.1}  # to the left


def _score(role: str, votes: Votes, column: Profile, place: float, named: bool) -> float:
    """Return how well one column suits one role; ``place`` is 0 on the left and 1 on the right."""
    if role == "section" and votes.get("scope", 0.0) >= _LISTED:  # "Scope" may be that of the topic
        return _NAME_WEIGHT * 0.6 + _FITS[role](column) if column.n else -1.0
    if role == "progress" and named and _may_report(votes, column):  # "How are we doing?"
        return 1.5 * _signed(share_of_reports(column.cells)) - 0.3
    if not votes.get(role) and (role not in _BY_CELLS or not column.n):
        return -1.0
    fit = _weighted_fit(role, column)
    lean = _LEANS.get(role, 0.0) * (0.5 - place)
    by_name = _NAME_WEIGHT * votes.get(role, 0.0)
    return by_name + fit + lean - _unnamed(role, votes, named) - _strange(role, votes, named)


def _weighted_fit(role: str, column: Profile) -> float:
    return _FITS[role](column) * _WEIGHTS.get(role, 1.0) if column.n else 0.0


def _may_report(votes: Votes, column: Profile) -> bool:
    return not votes and column.n > 1


def _unnamed(role: str, votes: Votes, named: bool) -> float:
    """Return what counts against a role that the name of a column does not say."""
    return 0.0 if votes.get(role) else 0.5 * named + 0.4 * bool(votes)


def _strange(role: str, votes: Votes, named: bool) -> float:
    """Return what counts against a day below another name: it is a target only by its name."""
    return 1.0 if role == "target" and named and not votes.get(role) else 0.0


def assign(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    """Settle the role of every column of a frame at once.

    Parameters
    ----------
    names : sequence of str
        The printed name of each column, ``""`` where it has none.
    rows : sequence of sequences of str
        The cells below.

    Returns
    -------
    Columns
        A role for each column, ``""`` for one whose words are kept as a note.
    """
    width = len(names)
    profiles = [profile([row[i] for row in rows if i < len(row)]) for i in range(width)]
    votes = [name_votes(name) for name in names]
    roles = (*ONCE, *MANY)
    grid = _grid(names, votes, profiles, roles)
    chosen = best_columns(grid)
    found = {i: roles[j] for i, j in enumerate(chosen) if j < len(roles)}
    given = [found.get(i) or _shared_role(names[i], votes[i], profiles[i]) for i in range(width)]
    _number_of_actions(given)
    _swap_mislabelled(given, profiles)
    scores = tuple(row[j] for row, j in zip(grid, chosen, strict=True))
    return Columns(tuple(names), tuple(given), scores)


def _grid(
    names: Sequence[str],
    votes: Sequence[Votes],
    profiles: Sequence[Profile],
    roles: Sequence[str],
) -> list[list[float]]:
    """Return the scores of all columns (down) for all roles and, behind them, for none."""
    width = len(names)
    grid = []
    for i, name in enumerate(names):
        place = i / max(1, width - 1)
        named = bool(name.strip())
        of_roles = [_score(role, votes[i], profiles[i], place, named) for role in roles]
        of_none = max(_BAR, _NAME_WEIGHT * votes[i].get(_NO_ROLE, 0.0))
        grid.append([*of_roles, *[of_none] * width])
    return grid


TICKED = "ticked"


def with_ticks(names: Sequence[str], roles: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Give columns side by side that are each named by a status, and ticked in one, a role of their own."""
    run = _run_of_statuses(names)
    named = [names[i] for i in run]
    cells = [[row[i] if i < len(row) else "" for i in run] for row in rows]
    if run and tick_statuses(named) and read_ticks(named, cells) is not None:
        return tuple(TICKED if i in run else role for i, role in enumerate(roles))
    return tuple(roles)


def _run_of_statuses(names: Sequence[str]) -> Sequence[int]:
    """Return the columns named by statuses from the first one behind which all are side by side."""
    at = [i for i, name in enumerate(names) if _is_status(name)]
    tails = (at[k:] for k in range(len(at) - 1))
    return next((run for run in tails if run[-1] - run[0] == len(run) - 1), [])


def _is_status(name: str) -> bool:
    return bool(name.strip()) and _states(name) and len(name.split()) <= 4


def _number_of_actions(roles: list[str]) -> None:
    """Take a number between the recommendation and the action for that of the action."""
    i = roles.index("number") if "number" in roles else 0
    beside = roles[i + 1 : i + 2] == ["action"] and "recommendation" in roles[:i]
    if beside and "action_number" not in roles:
        roles[i] = "action_number"


def _swap_mislabelled(roles: list[str], profiles: Sequence[Profile]) -> None:
    """Swap two columns that each plainly hold what the name of the other says, as where a header cell slipped."""
    typed = [i for i, role in enumerate(roles) if role in _TYPED and profiles[i].n > 2]
    for i, j in combinations(typed, 2):
        one, two = roles[i], roles[j]
        own = max(profiles[i].shares[one], profiles[j].shares[two])
        crossed = min(profiles[i].shares[two], profiles[j].shares[one])
        if one != two and crossed >= 0.7 and own <= 0.3:
            roles[i], roles[j] = two, one


_TYPED = ("number", "target", "status", "rag", "scope", "lead")


def _shared_role(name: str, votes: Mapping[str, float], column: Profile) -> str:
    """Return the role of a column beside others of that role, as of one more update; a day is an update."""
    best = max(votes, key=lambda role: votes[role], default="")
    if best in MANY and votes[best] >= 0.5:
        return best
    if is_day(name):
        return "rag" if column.n and column.shares["rag"] >= 0.7 else "progress"
    return ""
