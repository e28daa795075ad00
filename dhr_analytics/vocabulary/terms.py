"""The vocabulary that normalising works with: small CSV files which an analyst can extend."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a vocabulary file.

    Parameters
    ----------
    name : str
        File name without ending, in ``vocabulary/dhr/en``.

    Returns
    -------
    tuple of dict
        One per row; lines that start with ``#`` are remarks.
    """
    source = (files("dhr_analytics.vocabulary") / "dhr" / "en" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(line for line in source.splitlines() if line.strip() and not line.startswith("#")))


@cache
def words(name: str, kind: str) -> frozenset[str]:
    """Return the lower-case terms of one kind from a file with columns ``kind`` and ``term``."""
    return frozenset(row["term"].lower() for row in rows(name) if row["kind"] == kind)


@cache
def any_of(name: str, kind: str) -> re.Pattern[str]:
    """Return a pattern for any term of one kind as whole words, the longest first; spaces and hyphens are alike."""
    found = sorted(words(name, kind), key=lambda term: (-len(term), term))
    spelled = (re.sub(r"(?:\\ |\\-)+", r"[\\s-]*", re.escape(term)) for term in found)
    return re.compile(rf"(?<!\w)(?:{'|'.join(spelled)})(?!\w)", re.IGNORECASE)


def fold(text: str) -> str:
    """Fold a label to lower-case words parted by single spaces, without punctuation."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower().replace("'", "").replace("’", "")))
