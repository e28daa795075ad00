"""Marks beside the words of a cell: raised numbers of notes, the words of notes and comments, addresses of links."""

from __future__ import annotations

import re

from dhr_analytics.reading.table import RawRow

_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
# "firearms²" bears a note; "m²" and "10²" do not.
_RAISED = re.compile(r"(?<=[^\W\d_]{3})[⁰¹²³⁴-⁹]{1,3}(?![⁰¹²³⁴-⁹\w])|(?<=[.,;:)”’\"'])[⁰¹²³⁴-⁹]{1,3}(?!\w)")
_MARK = re.compile(r"\s*(?:\d{1,3}(?:\s*[,–-]\s*\d{1,3})*|[*†‡§]{1,3}|[a-z])\s*")
_UNIT = re.compile(r"\b(?:[cdkm]?m|ft|in)$")
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|od[ts]|rtf|csv|msg|txt)(?:$|[?#])", re.IGNORECASE)
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)
_SHORT = 6
# What a spreadsheet program writes above the words of a threaded comment.
_THREAD = re.compile(r"^\[[^\]]*\].*?\n\s*(?=Comment:)", re.DOTALL)


def raised(mark: str, before: str = "") -> str:
    """Return a raised mark in brackets where it is that of a note; "1st", "m2" and the like stay as they are.

    Parameters
    ----------
    mark, before : str
        The raised letters, and the words before them.
    """
    if not _MARK.fullmatch(mark) or _UNIT.search(before) or not before.strip():
        return mark
    return f" [{mark.strip()}]"


def set_raised_apart(row: RawRow) -> tuple[str, ...]:
    """Return the cells of a row with the small raised figures of notes in brackets, apart from the word before."""
    return tuple(
        cell if cell.isascii() else _RAISED.sub(lambda match: f" [{match[0].translate(_DIGITS)}]", cell)
        for cell in row.cells
    )


def note(words: str) -> str:
    """Return the words of a note or comment as they stand behind the words of its cell, ``""`` where it has none."""
    plain = " ".join(words.replace("[", "(").replace("]", ")").split())
    return f" [note: {plain}]" if plain else ""


def comment(words: str, author: str = "") -> str:
    """Return a comment on a cell as a note, without its author's name and the program's own words.

    Parameters
    ----------
    words, author : str
        As the workbook holds them; the name is often repeated before the words.
    """
    words = _THREAD.sub("", words.strip())
    said = words.removeprefix(author).removeprefix(":") if author else words
    return note(re.sub(r"^\s*(?:Comment|Reply):\s*", "", said, flags=re.MULTILINE))


def link(address: str, words: str, cell: str) -> str:
    """Return the address of a link behind its words, where it may be evidence.

    Parameters
    ----------
    address, words, cell : str
        Where the link leads to, the words that it lies behind, and all words of the cell.

    Returns
    -------
    str
        ``""`` for places of the same page, mail and addresses that are printed, and for links in the midst of a text
        that lead to no document.
    """
    address, words = (address or "").strip(), words.strip()
    whole = words == cell.strip() and len(words.split()) <= _SHORT and _WEB.match(address)
    if not (whole or _DOCUMENT.search(address)) or address in words or " " in address:
        return ""
    return f" [link: {address}]"
