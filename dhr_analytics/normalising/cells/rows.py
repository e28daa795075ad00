"""Rows that are no part of a plan: the form's example, and the sum below the last row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dhr_analytics.vocabulary.phrases import phrases

_EXAMPLE = re.compile(
    r"[\[(“\"']*(?:(?:worked\s+)?examples?\b[\])”\"']*(?=\s*(?:$|[:.\d–—-]))|(?:for\s+example|sample\s+(?:row|entry))\b|"
    r"e\.?\s?g\b\.?(?=\s*(?:$|[:,\d\s])))",
    re.IGNORECASE,
)
_TOTAL = phrases(r"(?:{rows total})?totals?(?:\s+(?:number|count))?(?:\s+(?:of\s+)?\w+)?\s*[:=–-]?\s*\d*")
_COUNTED = phrases(r"(?:\d+|no)\s+(?:\w+\s+){0,2}?(?:{rows counted})(?:\s*\(?\d+(?:\.\d+)?\s?%\)?)?")
_NUMBER = re.compile(r"[(£]?\d[\d,.]*\s?%?\)?(?:\s*(?:of|/)\s*\d+)?")


def is_example(cells: Sequence[str]) -> bool:
    """Return whether a row is the form's own example of how to fill it in.

    Parameters
    ----------
    cells : sequence of str
        The cells of one row.

    Returns
    -------
    bool
        True where the first filled cell, or two cells, open with "e.g.", "Example:" or the like.
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    marked = [_EXAMPLE.match(cell) is not None for cell in filled]
    return any(marked[:1]) or sum(marked) > 1


def is_total(cells: Sequence[str]) -> bool:
    """Return whether a row only adds up the rows above it.

    Parameters
    ----------
    cells : sequence of str
        The cells of one row.

    Returns
    -------
    bool
        True for "Total", "12 recommendations", "5 complete (40%)" and figures beside them, and nothing else.
    """
    filled = [" ".join(cell.split()).strip(" .") for cell in cells if cell.strip()]
    sums = [_TOTAL.fullmatch(cell) or _COUNTED.fullmatch(cell) for cell in filled]
    figures = [_NUMBER.fullmatch(cell) for cell in filled]
    return any(sums) and all(known or number for known, number in zip(sums, figures, strict=True))
