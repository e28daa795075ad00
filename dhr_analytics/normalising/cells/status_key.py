"""What a plan's own key says that its colours, letters and figures mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from dhr_analytics import schema
from dhr_analytics.normalising.cells.key import COLOURS, RATING_LETTERS, entries, is_brag
from dhr_analytics.normalising.cells.responses import read_response
from dhr_analytics.normalising.cells.status import USUAL, any_term, read_status


def read_colour_key(texts: Iterable[str]) -> dict[str, str]:
    """Read what the plan's own key says of its colours, letters and figures: "Green: on track; PI = part implemented".

    Parameters
    ----------
    texts : iterable of str
        Lines and rows of the document, the cells of a row joined by newlines.

    Returns
    -------
    dict of str to str
        Status by colour and by sign in lower case. For a colour our own reading
        where the plan has no key, or one whose words are not known; green is on track in a column called BRAG.
    """
    lines = list(texts)
    usual = {**USUAL, "green": "in_progress"} if is_brag(lines) else USUAL
    key: dict[str, set[str]] = {}
    for sign, kind in (pair for found in entries(lines) for pair in _told_by(found)):
        key.setdefault(sign, set()).add(kind)
    known = {sign: kinds.pop() for sign, kinds in key.items() if len(kinds) == 1}
    return {**usual, **{sign: kind for sign, kind in known.items() if sign not in usual or kind not in schema.CLOSED}}


def _told_by(found: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return signs with the status that they mean; none where numbered lines only look like a key."""
    read = {(sign, kind) for sign, words in found if (kind := _meant(words))}
    signs = {sign for sign, _ in read} - set(COLOURS)
    if signs <= RATING_LETTERS.keys():
        return {(RATING_LETTERS.get(sign, sign), kind) for sign, kind in read}
    return read if len({kind for _, kind in read}) > 1 else set()


@lru_cache(maxsize=1024)
def _meant(words: str) -> str:
    """Return the status that the words of a key mean, or ``""``."""
    found = read_status({"status": words})
    if found.value != "no_update" or read_response(words):
        return found.value
    kinds = {hit.lastgroup or "" for hit in any_term().finditer(words)}
    return kinds.pop() if len(kinds) == 1 else ""
