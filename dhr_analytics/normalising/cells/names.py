"""Masking: individuals' names found in owner cells, and case numbers, wherever they occur."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from dhr_analytics.normalising.cells.dates import find_dates

NAME_MASK = "[name]"
NUMBER_MASK = "[case number]"
_CASE_NUMBER = re.compile(
    r"\b(?!DASH|DARA)[A-Z]{2,6}[-/ ]?\d{6,}\b|\b\d{3}[ -]\d{3}[ -]\d{4}\b|\b\d{2}/\d{5,}/\d{2}\b|"
    r"(?<![\d.£,/-])\d{7,12}(?![\d.,/-])"
)


def mask(text: str, names: Iterable[str]) -> str:
    """Mask individuals' names and case or client numbers in a text.

    Parameters
    ----------
    text : str
        Any cell.
    names : iterable of str
        Names as printed in the owner cells of the same document.

    Returns
    -------
    str
        The text with ``[name]`` and ``[case number]`` in their places.
    """
    text = _any_name(frozenset(names)).sub(NAME_MASK, text)
    return _CASE_NUMBER.sub(lambda match: match[0] if _is_day(match[0]) else NUMBER_MASK, text)


@lru_cache(maxsize=8)
def _any_name(names: frozenset[str]) -> re.Pattern[str]:
    each = "|".join(map(re.escape, sorted(filter(None, names), key=lambda name: (-len(name), name))))
    return re.compile(rf"(?<!\w)(?:{each})(?!\w)" if each else r"(?!)")


def _is_day(number: str) -> bool:
    """Tell a day in eight figures, "20250403", from a case number."""
    return len(number) == 8 and number.isdigit() and bool(find_dates(number))
