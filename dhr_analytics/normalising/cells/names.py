"""Masking: individuals' names found in owner cells, and case numbers, wherever they occur."""

from __future__ import annotations

import re
from collections.abc import Iterable

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
    for name in sorted(set(names), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", NAME_MASK, text)
    return _CASE_NUMBER.sub(NUMBER_MASK, text)
