"""A plan's own key: what its colours, letters and figures mean, in the plan's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

COLOURS = ("red", "amber", "orange", "yellow", "green", "blue", "grey", "gray", "purple", "white", "black")
RATING_LETTERS = {"g": "green", "b": "blue", "a": "amber", "r": "red"}
_COLOUR = rf"(?i:{'|'.join(COLOURS)})"
# Letters and figures need a plainer sign behind them than colours do.
_SIGN = (
    rf"(?:{_COLOUR}\b(?=\s*(?:[:=(–—-]|\n|means|indicates|is\b))|(?:[A-Z]{{1,4}}|\d{{1,2}})\b(?=\s*(?:[:=–—(\n]|-\s)))"
)
_ENTRY = re.compile(
    rf"(?<![\w/.-])(?P<code>{_SIGN})\s*(?:[:=(–—-]|\n|(?i:means|indicates|is)\b)\s*(?P<words>[^;.\n|)=:]{{3,90}}?)\s*"
    rf"(?=[;.\n|)]|,?\s+{_COLOUR}\s*[:=(–—-]|[,/]?\s+(?:[A-Z]{{1,4}}|\d{{1,2}})\s*(?:[:=–—]|-\s)|$)"
)
_BRAG = re.compile(r"\s*B\.?RAG(?:B|W)?\b[\w\s()/]{0,20}", re.IGNORECASE)


def entries(texts: Iterable[str]) -> Iterator[list[tuple[str, str]]]:
    """Give what may be keys, signs in lower case with their words, where a text or its rows hold several of them."""
    rows: list[tuple[str, str]] = []
    for text in texts:
        found = [(match["code"].lower(), match["words"].strip()) for match in _ENTRY.finditer(text)]
        if len({code for code, _ in found}) > 1:
            yield found
        sign, newline, words = text.strip().partition("\n")
        if newline and _is_sign(sign.strip()) and 3 <= len(words.strip()) <= 90:
            rows.append((sign.strip().lower(), words.strip()))
    if len({code for code, _ in rows}) > 1:
        yield rows


def _is_sign(text: str) -> bool:
    return re.fullmatch(rf"{_COLOUR}|[A-Z]{{1,4}}|\d{{1,2}}", text) is not None


def is_brag(texts: Iterable[str]) -> bool:
    """Return whether a column is called BRAG: its blue is complete, and so its green means on track."""
    return any(_BRAG.fullmatch(cell) for text in texts for cell in text.split("\n"))


def sign_of(text: str, key: Mapping[str, str]) -> str:
    """Return the sign of a key that is all that a cell holds, or ``""``; colours are left to their own reader."""
    sign = text.strip(" .()[]").lower()
    return sign if sign in key and sign not in COLOURS else ""
