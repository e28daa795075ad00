"""Lists: an action cell that holds several actions, and the cells beside it with one part for each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dhr_analytics.normalising.cells.agencies import is_agency
from dhr_analytics.normalising.cells.dates import find_dates, read_target
from dhr_analytics.normalising.roles import asks
from dhr_analytics.vocabulary.phrases import phrases

_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_ONE = r"\d{1,2}(?:\.\d{1,2}){1,2}|[a-h]|\d{1,2}|[ivx]{1,4}"
# "1.1 Write", "a) Write", "(ii) Write", "1. Write"; a number alone is no mark.
_MARK = re.compile(
    rf"(?:^|(?<=\s))\(?(?P<first>{_ONE})(?P<more>(?:\s?(?:,|&|and|to|[/–-])\s?(?:{_ONE}))*)"
    r"(?:[.):]+(?=\s|[A-Z])|(?<=\d\.\d)(?=\s+\S)|(?<=\d\.\d\d)(?=\s+\S))"
)
_BULLET = re.compile(r"(?:^|(?<=\s))[•▪◦‣●](?=\s)")
_NO_DATE = phrases(r"\W*(?:{lists no date})?\W*")
_GOES_ON = phrases(r"(?:[:,;&–-]|\b(?:{lists continues}))\s*$")
_BEGINS = re.compile(r"\W*[A-Z\d]")


def split_list(text: str) -> list[str]:
    """Split a cell that lists several items, each lettered, numbered, bulleted or a paragraph of its own.

    Parameters
    ----------
    text : str
        A cell with newlines between paragraphs.

    Returns
    -------
    list of str
        The items with their marks; the whole text when it is one item. A lead-in that ends in a colon
        belongs to its list, which then is one item.
    """
    text = text.strip()
    starts = _starts(text)
    if len(starts) > 1:
        return [text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    items: list[str] = []
    for line in text.split("\n"):
        if items and _continues(items[-1], line):
            items[-1] = f"{items[-1]}\n{line}"
        else:
            items.append(line)
    return items if len(items) > 1 else [text]


def are_parts(items: Sequence[str]) -> bool:
    """Return whether the bulleted items of a cell are parts of one action: none asks for anything by itself."""
    return len(items) > 1 and all(map(_BULLET.match, items)) and not any(map(asks, items))


def _starts(text: str) -> list[int]:
    """Return where the items begin whose marks count on, else those with bullets."""
    run: list[re.Match[str]] = []
    for mark in _MARK.finditer(text):
        if not mark["more"] and (mark["first"] == _next(run[-1]["first"]) if run else _opens(mark)):
            run.append(mark)
    bullets = [mark.start() for mark in _BULLET.finditer(text)]
    return [mark.start() for mark in run] or (bullets if bullets[:1] == [0] else [])


def _opens(mark: re.Match[str]) -> bool:
    return not mark.start() and (mark["first"] in ("a", "1", "i") or "." in mark["first"])


def _continues(item: str, line: str) -> bool:
    """Return whether a line continues the item above it."""
    begins = re.match(r"[\W\d_]*[A-Z]", line) and len(line.split()) > 1
    return not begins or re.search(r"(?::|,|;|\b(?:and|or|to|of|the|for))$", item) is not None


def _next(mark: str) -> str:
    if mark in _ROMAN:
        return _ROMAN[(_ROMAN.index(mark) + 1) % len(_ROMAN)]
    head, dot, last = mark.rpartition(".")
    return f"{head}{dot}{int(last) + 1}" if last.isdigit() else chr(ord(mark) + 1)


def deal(role: str, text: str, actions: Sequence[str]) -> list[str] | None:
    """Deal out a cell beside a list of actions.

    Parameters
    ----------
    role : str
        What the cell is for.
    text : str
        The cell.
    actions : sequence of str
        The actions with their marks.

    Returns
    -------
    list of str or None
        The part for each action, without its mark: by the numbers that are printed, else in order where there is
        one for each. ``None`` when the cell is one for all of them.
    """
    parts = _by_mark(text, actions)
    whole = len(actions) == 1 or role == "person"
    return parts if parts is not None or whole else _in_order(role, text, len(actions))


def _in_order(role: str, text: str, n: int) -> list[str] | None:
    """Deal out a cell of as many lines, dates or items as there are actions."""
    lines = [line.strip() for line in text.strip().split("\n")]
    lines = lines if len(lines) == n else list(filter(None, lines))
    if len(lines) == n and _each_stands(role, lines):
        return [_BULLET.sub("", line).strip() for line in lines]
    each = (_lone_dates(text) if role == "target" else [], split_list(text))
    return next((items for items in each if len(items) == n), None)


def _lone_dates(text: str) -> list[str]:
    """Return the dates of a cell that holds nothing else."""
    dates = [text[span.start : span.end] for span in find_dates(text)]
    rest = re.split("|".join(map(re.escape, dates)), text) if dates else []
    return dates if not re.search(r"\w", "".join(rest)) else []


def _by_mark(text: str, actions: Sequence[str]) -> list[str] | None:
    """Deal out a cell by its numbers; an action that it does not name has none of it."""
    marks = list(map(_mark_of, actions))
    text = text.strip()
    counted = [str(i) for i in range(1, len(marks) + 1)]
    if len(actions) > 1 and len(split_list(text)) > len(actions) and "." not in marks[0]:
        return None
    for named in (marks, counted, list("abcdefgh"), list(_ROMAN)):
        found = _rising(text, named[: len(marks)])
        if found and not found[0][0].start() and (named is marks or len(actions) > 1):
            return _parts(text, found, len(actions))
    return None


def _mark_of(action: str) -> str:
    match = _MARK.match(action)
    return match["first"] if match else ""


def _rising(text: str, marks: Sequence[str]) -> list[tuple[re.Match[str], list[int]]]:
    """Find the marks that name actions, each a later one than the mark before."""
    place = {mark: i for i, mark in reversed(list(enumerate(marks))) if mark}
    found: list[tuple[re.Match[str], list[int]]] = []
    for match in _MARK.finditer(text):
        at = _places(match, place)
        if at and (not found or at[0] > found[-1][1][0]):
            found.append((match, at))
    return found


def _parts(text: str, found: Sequence[tuple[re.Match[str], list[int]]], n: int) -> list[str]:
    parts = [""] * n
    for (match, at), end in zip(found, [*(each.start() for each, _ in found[1:]), len(text)], strict=True):
        for i in at:
            parts[i] = text[match.end() : end].strip()
    return parts


def _places(match: re.Match[str], place: dict[str, int]) -> list[int]:
    """Return which actions a mark such as "1.1", "1.1 & 1.3" or "1.1-1.3" means."""
    marks = re.findall(_ONE, match["first"] + match["more"])
    if not all(mark in place for mark in marks):
        return []
    if len(marks) == 2 and re.match(r"\s?(?:to|[–-])", match["more"]):
        return list(range(place[marks[0]], place[marks[1]] + 1))
    return sorted(place[mark] for mark in marks)


def _each_stands(role: str, lines: Sequence[str]) -> bool:
    """Return whether each line is a value of its own, not a piece of one that is wrapped."""
    if role == "target":
        return all(_NO_DATE.fullmatch(line) or read_target(line).basis != "none" for line in lines)
    if role == "lead":
        return all(is_agency(line) for line in lines)
    return all(_BEGINS.match(line) or not line for line in lines) and not any(map(_GOES_ON.search, lines[:-1]))
