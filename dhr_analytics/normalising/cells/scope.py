"""Scope: whether a recommendation asks a local body, a national one, or both."""

from __future__ import annotations

import re
from functools import lru_cache

from dhr_analytics.vocabulary.phrases import phrases

_LOCAL = phrases(r"\b(?:{scope local}|(?:{scope wide})[\s-]?wide)\b")
_NATIONAL = re.compile(r"\bnational(?:ly)?\b", re.IGNORECASE)
# Short for them, or the name of a nation, where the cell holds nothing else; in prose "England" is part of a name.
_SHORT = {"l": "local", "r": "local", "loc": "local", "n": "national", "nat": "national", "natl": "national"}
_SHORT |= dict.fromkeys(("england", "wales", "uk"), "national")
_BOTH = re.compile(r"\bboth\b", re.IGNORECASE)


@lru_cache(maxsize=1024)
def read_scope(text: str) -> str:
    """Read a scope cell.

    Parameters
    ----------
    text : str
        One or several scope cells of a recommendation, joined.

    Returns
    -------
    str
        ``local``, ``national``, ``local_and_national`` or ``""``.
    """
    local, national = bool(_LOCAL.search(text)), bool(_NATIONAL.search(text))
    words = set(re.findall(r"[a-z]+", text.lower())) - {"and", "or", "all", "local", "national"}
    if words <= _SHORT.keys():
        kinds = {_SHORT[word] for word in words}
        local, national = local or "local" in kinds, national or "national" in kinds
    if _BOTH.search(text) or (local and national):
        return "local_and_national"
    return "national" if national else "local" if local else ""
