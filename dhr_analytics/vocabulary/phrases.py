"""Patterns made of phrases: ``dhr/en/phrases.csv`` holds the words, one way to say a thing on each line."""

from __future__ import annotations

import re

from dhr_analytics.vocabulary import terms


def phrases(frame: str) -> re.Pattern[str]:
    """Return a pattern in which ``{kind}`` means any phrase of that kind; letter case is ignored."""
    return re.compile(re.sub(r"\{([a-z][a-z ]+)\}", lambda match: either(match[1]), frame), re.IGNORECASE)


def either(kind: str) -> str:
    """Return the phrases of a kind as alternatives of a pattern."""
    return "|".join(row["words"] for row in terms.rows("phrases") if row["kind"] == kind)
