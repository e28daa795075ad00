"""What writing and reading a coding sheet share: its pages and columns, and how a row is known again."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

CODING, GUIDE, LISTS, ABOUT = "Coding", "How to code", "Lists", "About"
KEY, SHOWN, ID, HEADING, WORDING = "Key", "Shown", "Recommendation id", "Heading above", "Recommendation"
MACHINE, GIVEN, KEEP = "Themes now, with the words that caused them", "What the coders gave", "Keep all themes?"
DOUBT = "In doubt: please decide"
REMOVE = tuple(f"Remove {number}" for number in range(1, 7))
ADD = tuple(f"Add theme {number}" for number in range(1, 7))
THEMES = tuple(f"Theme {number}" for number in range(1, 9))
CODER, DATE, REASON = "Coder", "Date", "Reason"

LOCKED = (KEY, SHOWN, ID, HEADING, WORDING)
LAYOUTS = {
    "review": (*LOCKED, MACHINE, DOUBT, KEEP, *REMOVE, *ADD, CODER, DATE, REASON),
    "blind": (*LOCKED, *THEMES, CODER, DATE, REASON),
    "settle": (*LOCKED, GIVEN, *THEMES, CODER, DATE, REASON),
}
LONGEST = 32_000  # a cell of Excel holds 32,767 characters
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")


@dataclass(frozen=True)
class Codings:
    """One coder's blind sheet: `rows` maps the key of each coded row to what stands in it, its `themes` as ids."""

    coder: str
    rows: dict[str, dict[str, Any]]
    codebook_version: str
    sample: str = ""


def printable(text: object) -> str:
    """Return a text as a cell can hold it."""
    return _UNPRINTABLE.sub("", str(text))[:LONGEST]


def row_identity(text_key: str, recommendation_id: str, shown: str, wording: str) -> dict[str, str]:
    """Return the cells that say what a row is about; the second half of the key gives away a change of the others."""
    wording = printable(wording).strip()
    words = "".join(re.findall(r"\w", wording))
    check = hashlib.sha256("\0".join((text_key, recommendation_id, shown, words)).encode()).hexdigest()[:8]
    return {KEY: f"{text_key}-{check}", SHOWN: shown, ID: recommendation_id, WORDING: wording}
