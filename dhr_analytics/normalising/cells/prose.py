"""Prose about an action: sentences that report something done, under way or not begun."""

from __future__ import annotations

import calendar
import re
from bisect import bisect_right
from functools import lru_cache

from dhr_analytics.normalising.cells.dates import says_only_when
from dhr_analytics.normalising.cells.responses import without_response
from dhr_analytics.vocabulary.phrases import either, phrases

# Words that say that an action is done or under way, and when, but not what was done.
_MONTHS = {name.casefold() for names in (calendar.month_name, calendar.month_abbr) for name in names}
_ONLY_THAT = frozenset(either("prose only that").split("|")) | _MONTHS
SENTENCE = re.compile(r"[^.!?;\n]+(?:[.!?](?=\s|$)|[;\n]|$|\.)")
PLANNED = phrases(r"\b(?:{prose planned})\b")
# Milestones are often printed as instructions: "Review current procedures", "Add new page".
_INSTRUCTION = phrases(
    r"\W*(?:{prose instruction})\b(?!\s+(?:\w+ed|under\s?way|was|were|has|have|is|are|held|sent|done|complete)\b)"
)
REPORTED = phrases("{prose reported}")
# A report in telegram style: "Training delivered to ...", "Matter put to the board".
# "Audit is completed" is a milestone, not a report.
_PARTICIPLE = phrases(
    r"^(?!\W*(?:put|set|let|cut|run|read)\s)(?:[\w'’/&-]+[\s,;]+){0,7}?"
    r"(?<!\bis )(?<!\bare )(?<!\bbe )(?<!\bwas )(?<!\bwere )(?<!\bto )(?<!\bas )(?<!\bthat )(?<!\bwhen )"
    r"(?!(?:{prose no report})\b)(?:{prose participle})\b"
    r"(?!\s+(?:by\s+(?:end|the\s+end)|annually|yearly|monthly|quarterly|weekly|daily|each\s|every\s|within\s+(?:\S+\s+){1,4}?(?:day|week|month|year)s?))"
)
_NOTHING = re.compile(r"\W*(?:no|not|none|nil)\b", re.IGNORECASE)
REFUSAL = phrases("{prose refusal}")
_NOT_BEGUN = phrases("{prose not begun}")
# Something is under way without a verb that says so: "Form in design", "Two teams remain to be trained".
_UNDER_WAY = phrases("{prose under way}")


@lru_cache(maxsize=4096)
def reported(text: str) -> str:
    """Return the first sentence that reports something done or under way, or ``""``.

    Parameters
    ----------
    text : str
        A progress, evidence or completion cell. Plans ("will be", "to be", "should"), replies ("accepts the
        recommendation") and bare names of documents tell of nothing done; nor does a date that was moved.
    """
    if len(text.split()) <= 12 and says_only_when(text):
        return ""
    sentences = (match[0].strip() for match in SENTENCE.finditer(text))
    return next((sentence for sentence in sentences if is_report(sentence)), "")


@lru_cache(maxsize=8192)
def is_report(sentence: str) -> bool:
    """Return whether a sentence reports something done or under way."""
    plain = without_response(sentence).split(" but ")[0].split(" and will ")[0]
    if _NOTHING.match(plain) or _INSTRUCTION.match(plain) or not (_is_done(plain) or _UNDER_WAY.search(plain)):
        return False
    return not (_NOT_BEGUN.search(plain) or REFUSAL.search(plain))


def _is_done(plain: str) -> bool:
    return not PLANNED.search(plain) and bool(REPORTED.search(plain) or _PARTICIPLE.search(plain))


def says_what(text: str) -> bool:
    """Return whether a report says what was done, not only that or when: more than "Completed March 2025".

    Parameters
    ----------
    text : str
        As ``reported`` returns it.
    """
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return any(word not in _ONLY_THAT for word in words)


@lru_cache(maxsize=4096)
def not_begun(text: str) -> str:
    """Return the sentence that says that work has not begun, or ``""``."""
    return next((match[0].strip() for match in SENTENCE.finditer(text) if _NOT_BEGUN.search(match[0])), "")


def under_way(text: str) -> bool:
    """Return whether a sentence says without a verb of doing that something is under way, as "Form in design"."""
    return _UNDER_WAY.search(text) is not None


@lru_cache(maxsize=256)
def _sentences(text: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    found = tuple(SENTENCE.finditer(text))
    return tuple(match.start() for match in found), tuple(match[0] for match in found)


def sentence_at(text: str, position: int) -> str:
    """Return the sentence of a text that holds a position."""
    starts, sentences = _sentences(text)
    at = bisect_right(starts, position) - 1
    return sentences[at].strip() if at >= 0 and position < starts[at] + len(sentences[at]) else text.strip()
