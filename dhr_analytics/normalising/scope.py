"""Scope: whether a recommendation asks a local body, a national one, or both."""

from __future__ import annotations

import re

_LOCAL = re.compile(
    r"\b(?:local(?:ly)?|regional(?:ly)?|county|borough|district|single[\s-]agency|multi[\s-]agency)\b", re.IGNORECASE
)
_NATIONAL = re.compile(r"\bnational(?:ly)?\b", re.IGNORECASE)
_BOTH = re.compile(r"\bboth\b", re.IGNORECASE)


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
    if _BOTH.search(text) or (local and national):
        return "local_and_national"
    return "national" if national else "local" if local else ""
