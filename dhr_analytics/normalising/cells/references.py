"""References: what a cell refers to that says "As above", "ditto" or "As rec 2" and nothing else."""

from __future__ import annotations

from functools import lru_cache

from dhr_analytics.vocabulary.phrases import phrases

ABOVE = "above"
ITSELF = "itself"
_ABOVE = phrases(r"\W*(?:{ditto above})\W*|\s*(?:[\"“”″〃]|''|,,)\s*")
_OTHER = phrases(
    r"\W*(?:{ditto like})\s+(?:(?:{ditto named})\.?\s*)?(?:no\.?\s*)?"
    r"(?P<number>[a-z]{0,4}[./-]?\d{1,3}(?:\.\d{1,2}){0,2}[a-z]?)\W*"
)
_ITSELF = phrases(r"\W*(?:{ditto like})\s+(?:(?:the|this)\s+)?(?:{ditto named})\W*")


@lru_cache(maxsize=4096)
def read_reference(text: str) -> str:
    """Read what a cell refers to.

    Parameters
    ----------
    text : str
        The cell.

    Returns
    -------
    str
        `ABOVE` for the row above, `ITSELF` for its own recommendation, the number of another one, or ``""`` for a cell
        that says something itself.
    """
    if _ABOVE.fullmatch(text):
        return ABOVE
    if match := _OTHER.fullmatch(text):
        return match["number"]
    return ITSELF if _ITSELF.fullmatch(text) else ""
