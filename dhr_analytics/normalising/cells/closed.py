"""Closed without being carried out: words that say that an action is not taken forward, or superseded by another."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from dhr_analytics.normalising.cells.dates import find_dates
from dhr_analytics.normalising.cells.prose import PLANNED, REFUSAL, SENTENCE, is_report
from dhr_analytics.schema import CLOSED
from dhr_analytics.vocabulary import terms
from dhr_analytics.vocabulary.phrases import phrases

_SUBJECT = r"(?:(?:this\s+|the\s+)?(?:action|recommendation)\s+|(?:this|it)\s+)?"
_WAS = r"(?:(?:(?:has|have|had)\s+(?:now\s+|since\s+)?been|was|were|is|are)\s+)?(?:now\s+)?"
# "Declined by the board" is a refusal, "Declined referrals are audited" is not; nor is a form withdrawn from use.
_OPENING = re.compile(
    rf"\W*{_SUBJECT}{_WAS}(?P<closed>closed\b\W*(?:(?:as|because|since)\s+)?{_SUBJECT}{_WAS})?", re.IGNORECASE
)
_NO_NOUN = re.compile(
    r"\W*(?:$|\d|(?:by|in|on|at|for|as|with|to|and|of|due|because|following|since|after|owing|this|that|the)\b|"
    r"from\b(?!\s+(?:use|circulation|service)\b))|\s*[(,:;–-]",
    re.IGNORECASE,
)
# "Merged with action 4", "Now covered by TB-02"; not "merged into one team training", "replaced the old form".
_MOVED = (
    r"(?:(?:{superseded joins})\s+(?:{superseded link})\s+{goal}|(?:{superseded holds})\s+(?:{superseded link})\s+"
    r"(?:the\s+)?(?:{superseded number}))"
)
_GOAL = r"(?:(?:the\s+)?(?:{superseded number})|(?:{superseded other}))"
_IS_MOVED = phrases(_MOVED.replace("{goal}", _GOAL))
_SUPERSEDED = phrases(
    r"\b(?:this|the)\s+(?:action|recommendation)\b[^.;\n]{0,80}?\b(?:is|was|has\s+(?:now\s+|since\s+)?been)\s+(?:now\s+)?"
    rf"(?:{_MOVED.replace('{goal}', _GOAL)}|superseded\b)"
)
_DENIES = re.compile(r"not\b|no\s+longer|against|declin|refus|reject|withdr", re.IGNORECASE)  # the others are slower
_FOR_NOW = phrases(r"\b(?:{prose for now})\b")


class Closing(NamedTuple):
    """How an action was closed: the status, the sentence that says so, and whether it had to be made out of prose."""

    kind: str
    words: str
    worked_out: bool = False


@lru_cache(maxsize=4096)
def closing_of(text: str) -> Closing | None:
    """Return the sentence that says that an action was closed without being carried out.

    Parameters
    ----------
    text : str
        Any cell but the action's.

    Returns
    -------
    Closing or None
        None also where a report of work follows a sentence that does not open with a listed word.
    """
    last_report = -1
    for match in SENTENCE.finditer(text):
        sentence = match[0].strip()
        if kind := opens_closed(sentence):
            return Closing(kind, sentence)
        if not (kind := _says_closed(sentence)):
            continue
        if last_report < 0:
            reports = (each.start() for each in SENTENCE.finditer(text) if is_report(each[0].strip()))
            last_report = max(reports, default=0)
        if last_report < match.end():
            return Closing(kind, sentence, worked_out=True)
    return None


def _says_closed(sentence: str) -> str:
    """Return the status that a sentence tells in other words than those listed, or ``""``."""
    if _DENIES.search(sentence) and REFUSAL.search(sentence) and not _FOR_NOW.search(sentence):
        return "not_taken_forward"
    moved = _SUPERSEDED.search(sentence)
    return "superseded" if moved and not PLANNED.search(sentence[: moved.end()]) else ""


@lru_cache(maxsize=4096)
def opens_closed(sentence: str, *, cell: bool = False) -> str:
    """Return the status that a sentence opens with: "Rejected by cabinet", "Closed - merged with action 4".

    Parameters
    ----------
    sentence : str
        A day may stand before its first word.
    cell : bool, optional
        Whether the cell is there to tell the status; more words count then.

    Returns
    -------
    str
        One of `schema.CLOSED`, or ``""``.
    """
    opening = _OPENING.match(sentence, _behind_the_day(sentence))
    if opening is None:
        return ""
    at = opening.end()
    if _IS_MOVED.match(sentence, at):
        return "superseded"
    found = ((kind, _words(kind, cell, bool(opening["closed"])).match(sentence, at)) for kind in CLOSED)
    return next((kind for kind, hit in found if hit and _stands_alone(sentence, hit)), "")


def _stands_alone(sentence: str, hit: re.Match[str]) -> bool:
    return hit[0].lower().endswith(" by") or _NO_NOUN.match(sentence[hit.end() :]) is not None


def _behind_the_day(sentence: str) -> int:
    """Return where a sentence goes on behind the day that an update opens with."""
    days = find_dates(sentence[:40]) if sentence[:1].isdigit() else []
    return days[0].end if days and days[0].start == 0 else 0


@cache
def _words(kind: str, cell: bool, closed: bool) -> re.Pattern[str]:
    """Return the words of a status; more of them where the cell is there to tell it, or behind "closed"."""
    names = [kind, *([f"cell_{kind}"] if cell or closed else []), *([f"closed_{kind}"] if closed else [])]
    return re.compile("|".join(terms.any_of("status", name).pattern for name in names), re.IGNORECASE)
