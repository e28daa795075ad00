"""Cut cells: whether a piece below a break continues the cell above it, and how both are joined."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from dhr_analytics.normalising.cells.agencies import is_agency
from dhr_analytics.normalising.cells.dates import find_dates
from dhr_analytics.normalising.cells.status import read_status
from dhr_analytics.normalising.cells.updates import purpose

_OPEN_END = re.compile(
    r"(?:[,–—(/&-]|\b(?:and|or|of|the|a|an|to|for|with|by|in|on|at|from|that|which|who|is|are|be|"
    r"been|will|should|their|its|this|as|into|any|all|between|within|including|due|not))\s*$",
    re.IGNORECASE,
)
_CLOSED_END = re.compile(r"[.!?:;)\]”\"]\s*$")
_LOWER_START = re.compile(r"(?!\(?[a-z]{1,4}[.)]\s)[\W\d_]*[a-zà-ÿ]")


def is_open(text: str) -> bool:
    """Return whether a text ends in a word or mark that wants more."""
    return bool(_OPEN_END.search(text))


def is_closed(text: str) -> bool:
    """Return whether a text ends as a sentence or a list does."""
    return bool(_CLOSED_END.search(text))


def starts_lower(piece: str) -> bool:
    """Return whether a piece opens in lower case, and not with the letter of a list."""
    return bool(_LOWER_START.match(piece))


def join(text: str, piece: str) -> str:
    """Join two parts of one cell; a word cut at an apostrophe is closed up.

    Parameters
    ----------
    text, piece : str
        The words above and below the break.

    Returns
    -------
    str
    """
    text, piece = text.rstrip(), piece.lstrip()
    if not text or not piece:
        return text or piece
    if re.search(r"['’]$", text) and re.match(r"s\b", piece):
        return text + piece
    return f"{text} {piece}"


def runs_on(text: str, piece: str) -> bool:
    """Return whether a piece plainly continues an unfinished text.

    Parameters
    ----------
    text, piece : str
        A cell and the cell below it in the same column.

    Returns
    -------
    bool
        True when ``text`` ends in a word or mark that wants more, or ``piece`` opens in lower case.
    """
    if not text.strip() or not piece.strip():
        return False
    return is_open(text) or (starts_lower(piece) and not re.search(r"[.!?]\s*$", text))


def completes(role: str, text: str, piece: str) -> bool:
    """Return whether a piece continues the cell above: by its wording, or as only both together make sense.

    Parameters
    ----------
    role : str
        What the column holds.
    text, piece : str
        A cell and the cell below it.

    Returns
    -------
    bool
    """
    if not text or not piece:
        return False
    if any(date.start < len(text) < date.end for date in find_dates(join(text, piece))):
        return True
    return _COMPLETES.get(purpose(role), runs_on)(text, piece)


def _completes_status(text: str, piece: str) -> bool:
    """Return whether only both name a status, or the piece is the day of one: "Completed", "3 May"."""
    if read_status({"status": text}).value != "no_update":
        end = len(piece.rstrip(" ."))
        return any(date.start == 0 and date.end >= end for date in find_dates(piece))
    return read_status({"status": join(text, piece)}).value != "no_update"


def _completes_target(text: str, piece: str) -> bool:
    """Return whether a target has no date yet: "30th May" and "3 months" open with a small letter too."""
    return is_open(text) or (piece[0].islower() and not find_dates(text))


def _completes_lead(text: str, piece: str) -> bool:
    return runs_on(text, piece) or (not is_agency(text) and is_agency(join(text, piece)))


_COMPLETES: Mapping[str, Callable[[str, str], bool]] = {
    "status": _completes_status,
    "target": _completes_target,
    "lead": _completes_lead,
}
