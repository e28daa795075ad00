"""What each action does - train, write a policy, audit ... - and how strong that kind of action is held to be.

The phrases are data: `action_types.toml`, which also states how they decide and where the strengths come from.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from dhr_analytics.errors import InputError
from dhr_analytics.themes.codebook import GAP, OTHER, parse_phrase
from dhr_analytics.themes.words import fold_word

BUNDLED = Path(__file__).with_name("action_types.toml")
STRENGTHS = ("stronger", "intermediate", "weaker", "")
COLUMNS = ("action_id", "action_type", "strength", "evidence")

_LISTS = (*STRENGTHS[:3], "first", "phrases")
# "The MARAC coordinator should | circulate". In the passive, and in "training to include", the subject is the matter.
_BODIES = (
    "polic|force|constabulary|trust|council|authority|servic|team|partnership|board|practic|agency|care|officer|staff|"
    "manager|commissioner|department|commission|chair|group|hospital|association|ministry|offic|health|school|colleg|gp|"
    "icb|ccg|marac|mash|csp|safelive|worker|coordinator|lead|provider|government|probation|prison|practitioner|director"
)
_ADDRESSEE = re.compile(
    r" (?:for )?(?:(?!(?:to|across|for|with|between|by|in|from) )[^\s.;!?]+ ){0,12}?"
    rf"(?:\S+ (?:should|must|will|shall)|(?:{_BODIES}) to) "
    r"(?!(?:be|have|includ|reflect|cover) )"
)
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.;!?](?=\s|$)")


@dataclass(frozen=True)
class ActionType:
    """One type of action: its name, its usual strength, and a pattern for each list of phrases that it has."""

    id: str
    name: str
    strength: str
    patterns: dict[str, re.Pattern[str]]


@dataclass(frozen=True)
class ActionTypes:
    """All types in the order of precedence, the wordings that only refer back, and names that say nothing of a type."""

    types: tuple[ActionType, ...]
    refers_back: re.Pattern[str]
    ignore: re.Pattern[str]


class Folded:
    """A text as folded words parted by spaces, which patterns made by `pattern_of` are matched against."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = list(_TOKEN.finditer(text))
        self.words = f" {' '.join(_fold(token.group()) for token in self._tokens)} "

    def without(self, pattern: re.Pattern[str]) -> Folded:
        """Return the same text with the words of a pattern made unfindable."""
        out = copy(self)
        out.words = pattern.sub(lambda match: re.sub(r"\S+", "_", match.group()), self.words)
        return out

    def find(self, pattern: re.Pattern[str] | None) -> tuple[int, str] | None:
        """Return the number of the word at which the first match begins, and its words as they stand in the text."""
        if pattern is None or (match := pattern.search(self.words)) is None:
            return None
        return self.words.count(" ", 0, match.start()) - 1, self.quote(*match.span())

    def quote(self, start: int, end: int) -> str:
        """Return the text behind a part of `words` that begins and ends with a word."""
        first = self.words.count(" ", 0, start) - 1
        last = first + self.words.count(" ", start, end)
        return self.text[self._tokens[first].start() : self._tokens[last].end()]


def pattern_of(phrases: Iterable[str], where: str) -> re.Pattern[str]:
    """Return a pattern for any of some phrases, to be searched in the words of a `Folded` text.

    Parameters
    ----------
    phrases
        In the notation of the codebook, without ` + `.
    where
        What to name in an error.

    Raises
    ------
    InputError
        When a phrase is malformed.
    """
    wordings = []
    for line in phrases:
        try:
            phrase = parse_phrase(line)
        except ValueError as error:
            raise InputError(f"{where}: the phrase '{line}' {error}. Correct this phrase.") from error
        if None in phrase.gaps:
            raise InputError(f"{where}: the phrase '{line}' has ' + '. Use ' ... ' and the order of the words.")
        parts = [
            "(?:" + "|".join(re.escape(" ".join(map(_fold, _TOKEN.findall(words)))) for words in part) + ")"
            for part in phrase.parts
        ]
        wordings.append(rf"(?: [^\s.;!?]+){{0,{GAP}}} ".join(parts))
    return re.compile(rf"(?<= )(?:{'|'.join(sorted(wordings, key=lambda each: (-len(each), each)))})(?= )")


@lru_cache(maxsize=4)
def load_action_types(path: Path = BUNDLED) -> ActionTypes:
    """Read the types of actions from a TOML file.

    Raises
    ------
    InputError
        When the file cannot be read, or a type has no id, a strength that is none, or a malformed phrase.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: the action types cannot be read ({error}). Check quotes, commas and brackets."
        ) from error
    types = []
    for entry in document.get("type", []):
        where = f"{path}: action type '{entry.get('id', '?')}'"
        if not entry.get("id") or entry.get("strength") not in STRENGTHS:
            raise InputError(f"{where} needs an id and a strength: {', '.join(STRENGTHS[:3])}, or empty.")
        patterns = {name: pattern_of(entry[name], f"{where}, {name}") for name in _LISTS if entry.get(name)}
        types.append(ActionType(entry["id"], entry.get("name", entry["id"]), entry["strength"], patterns))
    refers_back, ignore = (pattern_of(document.get(name, []), f"{path}: {name}") for name in ("refers_back", "ignore"))
    return ActionTypes(tuple(types), refers_back, ignore)


def code_actions(
    actions: pd.DataFrame, recommendations: pd.DataFrame | None = None, *, types: ActionTypes | None = None
) -> pd.DataFrame:
    """Say of each action what it does, and how strong that kind of action is held to be.

    Parameters
    ----------
    actions
        The table of that name: `action_id`, `text` and, for the recommendations, `recommendation_id`.
    recommendations
        Where given, their wording stands in for actions that the plan leaves empty or that only refer back to it.
    types
        Those that come with the package when left out.

    Returns
    -------
    pandas.DataFrame
        One row for each action: action_id, action_type (empty where there is no wording to judge by), strength
        (`stronger`, `intermediate`, `weaker`; empty where not rated) and evidence, the words that decided.

    Notes
    -----
    The strengths are those of the RCA2 action hierarchy; see the head of `action_types.toml` for the source.
    """
    types = types or load_action_types()
    wording: dict[str, str] = {}
    if recommendations is not None:
        wording = dict(zip(recommendations["recommendation_id"], recommendations["text"], strict=True))
    owners = actions["recommendation_id"] if "recommendation_id" in actions else [""] * len(actions)
    rows = []
    for action, text, owner in zip(actions["action_id"], actions["text"], owners, strict=True):
        folded = Folded(str(text))
        if not (words := folded.words.strip(" .;!?")) or _refers_back(words, types):
            folded = Folded(_asked(wording.get(owner, "")))
        rows.append((action, *_judge(folded, types)))
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)


def _judge(text: Folded, types: ActionTypes) -> tuple[str, str, str]:
    plain = text.without(types.ignore)
    turn = _ADDRESSEE.match(text.words)
    head = turn.group().count(" ") - 1 if turn else 0
    for kind, where in (("first", text), ("phrases", plain)):
        hits = [(hit, each) for each in types.types if (hit := where.find(each.patterns.get(kind))) is not None]
        if hits:
            # min keeps the type that stands higher where all else is equal
            (_, evidence), found = min(hits, key=lambda hit: (hit[0][0] < head, hit[0][0], -len(hit[0][1])))
            changed = [name for name in STRENGTHS[:3] if text.find(found.patterns.get(name))]
            return found.id, (changed or [found.strength])[0], evidence
    return (OTHER if text.words.strip() else ""), "", ""


def _asked(wording: str) -> str:
    """Return the first sentence of a recommendation that asks for something; what follows is detail."""
    sentences = re.split(r"(?<=[.?!])\s+(?=[A-Z])", wording)
    return next((each for each in sentences if re.search(r"\b(?:should|must|to|will|that)\b", each)), wording)


def _refers_back(words: str, types: ActionTypes) -> bool:
    match = types.refers_back.search(f" {words} ")
    return match is not None and match.group() == words


@lru_cache(maxsize=100_000)
def _fold(word: str) -> str:
    return word if word in ".;!?" else fold_word(word.replace("’", "'").removesuffix("'s"))
