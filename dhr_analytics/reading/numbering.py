"""Word's automatic lists: the number or bullet that is printed before a paragraph but is not in its text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VAL = W + "val"
_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True)
class _List:
    """One list: the kind whose count it shares, its levels by depth, and where it starts anew."""

    kind: str
    levels: dict[int, Any]
    starts: dict[int, int]

    def start(self, depth: int) -> int:
        if depth in self.starts or depth not in self.levels:
            return self.starts.get(depth, 1)
        return number_of(self.levels[depth].find(W + "start"), 1)


def value_of(element: Any) -> str:
    """Return the ``w:val`` of an element, ``""`` where either is missing."""
    return "" if element is None else element.get(_VAL) or ""


def number_of(element: Any, default: int) -> int:
    """Return the ``w:val`` of an element as a whole number, else the default."""
    value = value_of(element)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else default


def list_marks(numbering: Any, styles: Any) -> Callable[[Any], str]:
    """Return a function that gives the printed mark of a paragraph.

    Parameters
    ----------
    numbering, styles : lxml element or None
        Roots of ``word/numbering.xml`` and ``word/styles.xml``.

    Returns
    -------
    callable
        From a ``w:p`` element to "1.", "a)", "2.3", "•" or "". It counts, so it is to be called once a paragraph,
        in the order of the document.
    """
    if numbering is None:
        return lambda _paragraph: ""
    by_style = _style_lists(styles)
    lists = _lists(numbering)
    counts: dict[str, dict[int, int]] = {}
    begun: set[tuple[str, int]] = set()

    def mark(paragraph: Any) -> str:
        properties = paragraph[0] if len(paragraph) else None
        if properties is None or properties.tag != W + "pPr":
            return ""
        style = value_of(properties.find(W + "pStyle"))
        list_id, told = by_style.get(style, ("", None))
        if (own := properties.find(W + "numPr")) is not None:
            list_id = value_of(own.find(W + "numId")) or list_id
            told = number_of(own.find(W + "ilvl"), told or 0)
        if list_id not in lists:
            return ""
        levels = lists[list_id].levels
        # A style may name only its list; the list then tells which of its levels is the style's.
        styled = (at for at, level in levels.items() if style and value_of(level.find(W + "pStyle")) == style)
        depth = next(styled, 0) if told is None else told
        if depth not in levels:
            return ""
        count = counts.setdefault(lists[list_id].kind, {})
        if depth in lists[list_id].starts and (list_id, depth) not in begun:
            count.pop(depth, None)
        begun.add((list_id, depth))
        count[depth] = count[depth] + 1 if depth in count else lists[list_id].start(depth)
        for deeper in [at for at in count if at > depth]:
            if deeper not in levels or number_of(levels[deeper].find(W + "lvlRestart"), 1):
                del count[deeper]
        return _printed(lists[list_id], depth, count)

    return mark


def _lists(numbering: Any) -> dict[str, _List]:
    kinds = {kind.get(W + "abstractNumId"): kind for kind in numbering.iter(W + "abstractNum")}
    named = {value_of(link): link.getparent() for link in numbering.iter(W + "styleLink")}
    found = {}
    for entry in numbering.iter(W + "num"):
        kind_id = value_of(entry.find(W + "abstractNumId"))
        kind = kinds.get(kind_id)
        if kind is not None and (link := kind.find(W + "numStyleLink")) is not None:
            kind = named.get(value_of(link), kind)
        levels = {_depth(level): level for level in (kind.iter(W + "lvl") if kind is not None else ())}
        starts = {}
        for override in entry.iter(W + "lvlOverride"):
            if (level := override.find(W + "lvl")) is not None:
                levels[_depth(override)] = level
            if (start := override.find(W + "startOverride")) is not None:
                starts[_depth(override)] = number_of(start, 1)
        # Lists of one kind continue counting from each other in Word, unless one starts anew.
        found[entry.get(W + "numId")] = _List(kind_id, levels, starts)
    return found


def _depth(element: Any) -> int:
    depth = element.get(W + "ilvl") or ""
    return int(depth) if depth in tuple("012345678") else 0


def _style_lists(styles: Any) -> dict[str, tuple[str, int | None]]:
    """Return the list and depth of every paragraph style that has one, its own or its parent's."""
    all_styles = {s.get(W + "styleId"): s for s in (styles.iter(W + "style") if styles is not None else ())}
    found: dict[str, tuple[str, int | None]] = {}
    for name in all_styles:
        at, seen = name, set()
        while at in all_styles and at not in seen:
            seen.add(at)
            own = all_styles[at].find(f"{W}pPr/{W}numPr")
            if own is not None and (list_id := value_of(own.find(W + "numId"))):
                depth = own.find(W + "ilvl")
                found[name] = list_id, None if depth is None else number_of(depth, 0)
                break
            at = value_of(all_styles[at].find(W + "basedOn"))
    return found


def _printed(numbered: _List, depth: int, count: dict[int, int]) -> str:
    level = numbered.levels[depth]
    form = value_of(level.find(W + "numFmt"))
    if form in ("bullet", "none"):
        return "•" if form == "bullet" else ""
    legal = level.find(W + "isLgl") is not None

    def number(match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        own = value_of(numbered.levels[at].find(W + "numFmt")) if at in numbered.levels else ""
        return _written(count.get(at, numbered.start(at)), "decimal" if legal else own)

    return " ".join(re.sub(r"%([1-9])", number, value_of(level.find(W + "lvlText"))).split())


def _written(number: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter") and number > 0:
        # After z come aa, bb, cc.
        text = chr(97 + (number - 1) % 26) * ((number - 1) // 26 + 1)
    elif form in ("lowerRoman", "upperRoman") and 0 < number < 400:
        text, rest = "", number
        for value, letters in _ROMAN:
            text, rest = text + letters * (rest // value), rest % value
    elif form == "ordinal":
        text = f"{number}{'th' if number % 100 in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
    else:
        text = f"{number:02d}" if form == "decimalZero" else str(number)
    return text.upper() if form.startswith("upper") else text
