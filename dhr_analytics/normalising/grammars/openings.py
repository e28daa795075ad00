"""How a line of running text opens: the title of a recommendation, the mark of a list, a label."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from dhr_analytics.vocabulary import terms

_COUNTED = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    "|sixteen|seventeen|eighteen|nineteen|twenty"
)
_TITLE = re.compile(
    r"(?:\d{1,3}(?:\.\d{1,3})+\.?\s+)?"  # "14.3 Recommendation 1: ..."
    r"(?P<number>(?:Recommendation|Rec\b\.?)(?:\s*(?:No\.?|Number|\#))?"
    r"(?:[\s-]*\d{1,3}(?:\.\d{1,3})*[a-z]?|\s+(?-i:[A-Z]{1,3}\d{1,3}|[A-Z]\b)"
    rf"|\s+(?:{_COUNTED}|[ivx]{{1,5}})\b)|R\d{{1,3}})(?![\w%])\s*"
    r"(?:\((?P<body>[A-Z][^()\d]{1,60})\)\s*)?"
    r"(?P<sep>[:.)–—-]*)\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_BULLETS = "•·▪●■◦‣➢✓–—*-"
_MARK = re.compile(
    rf"(?P<number>(?P<bullet>[{_BULLETS}])|\(?(?:No\.? ?)?(?P<value>\d{{1,3}}(?:\.\d{{1,3}}){{0,3}}"
    r"|[a-zA-Z]|[ivx]{2,5}|[IVX]{2,5})(?P<close>\s[–—-](?=\s[A-Z])|[.):]{0,2}))\s+(?P<rest>\S.*)",
    re.DOTALL,
)
_LABEL = re.compile(r"(?P<label>[A-Z][\w’'/ &-]{1,60}?)\s*:(?:\s+(?P<rest>.*))?", re.DOTALL)


@dataclass(frozen=True)
class Mark:
    """A list mark as printed, its style (``1``, ``1.1``, ``a``, ``i``, ``•``), count."""

    number: str
    style: str
    count: int
    rest: str


def title(text: str) -> tuple[str, str, str] | None:
    """Read "Recommendation 4 (Council): ..."; a sentence that speaks of it has no such title.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of str or None
        Number as printed, body named in brackets, and the words after it.
    """
    found = _TITLE.fullmatch(text)
    if not found or not found["number"][0].isupper():
        return None
    rest = found["rest"]
    if not found["sep"] and rest and not rest[0].isupper():
        return None
    return found["number"].strip(), found["body"] or "", rest


def mark(text: str) -> Mark | None:
    """Read the mark of a list item.

    Parameters
    ----------
    text : str

    Returns
    -------
    Mark or None
        A number without dot or bracket counts before a capital, a letter before a small one.
    """
    found = _MARK.fullmatch(text)
    if not found:
        return None
    number, value, rest = found["number"], found["value"] or "", found["rest"]
    if not value:
        return Mark("", "•", 0, rest)
    if not found["close"] and not _stands_bare(value, rest):
        return None
    style = _style(value)
    printed = number if ")" in number else number.rstrip(".:–—- ")
    return Mark(printed, style, _count(value, style), rest)


def _stands_bare(value: str, rest: str) -> bool:
    """Say whether a mark may stand without dot or bracket."""
    if value[0].isdigit():
        return rest[0].isupper()
    return len(value) == 1 and value.islower() and rest[0].islower()


def _style(value: str) -> str:
    if value[0].isdigit():
        return "1.1" if "." in value else "1"
    # A lone "v" or "x" is taken for a Roman number, as "i" is: lists seldom have 22 points.
    roman = set(value.lower()) <= set("ivx")
    style = "i" if roman else "a"
    return style.upper() if value[0].isupper() else style


def _count(value: str, style: str) -> int:
    if style in ("a", "A"):
        return ord(value.lower()) - 96
    if style in ("i", "I"):
        steps = [{"i": 1, "v": 5, "x": 10}[letter] for letter in value.lower()]
        pairs = zip(steps, [*steps[1:], 0], strict=True)
        return sum(-step if step < after else step for step, after in pairs)
    return int(value.rpartition(".")[2])


def label(text: str) -> tuple[str, str, str] | None:
    """Read a label line such as "Council response: ...".

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of str or None
        The cell that it fills, the label as printed, and the words after it.
    """
    found = _LABEL.fullmatch(text) or re.fullmatch(r"(?P<label>[A-Z][^.:;]{3,60})(?P<rest>)", text)
    if not found:
        return None
    cell = _cell_of(terms.fold(found["label"]))
    if not cell or (found.re is not _LABEL and cell not in ("response", "recommendation")):
        return None
    return cell, found["label"], found["rest"] or ""


def _cell_of(name: str) -> str:
    cell = _labels().get(name, "")
    replies = name.endswith((" response", " reply")) and len(name.split()) <= 6
    return cell or ("response" if replies else "")


def is_named(text: str) -> bool:
    """Say whether a line opens as a titled recommendation or a label does."""
    return title(text) is not None or label(text) is not None


@cache
def _labels() -> dict[str, str]:
    rows = (row for row in terms.rows("prose") if row["kind"].startswith("label "))
    return {terms.fold(row["term"]): row["kind"].removeprefix("label ") for row in rows}
