"""Dates as action plans print them; a stated month, season, quarter or year means its last day.

General parsers read "March 2023" as today's day in March and "Sept 22" as the 22nd, so the forms are read here.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = {
    name: index
    for index, names in enumerate(
        ("jan january", "feb febr february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), start=1)
    for name in names.split()
}  # fmt: skip
# Last month of each season; winter runs into the next year.
SEASONS = {"spring": (5, 0), "summer": (8, 0), "autumn": (11, 0), "winter": (2, 1)}
_COUNT_WORDS = "one two three four five six seven eight nine ten eleven twelve"
COUNTS = {word: n for n, word in enumerate(_COUNT_WORDS.split(), start=1)}

_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(?:20\d\d|['’]?\d\d(?!\d|[./:]\d))"
_FORMS = {
    "iso": r"(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)",
    "numeric": r"(?P<d>\d{1,2})\s?[./-]\s?(?P<m>\d{1,2})\s?[./-]\s?(?P<y>20\d\d|\d\d)(?!\d)",
    "day": rf"(?P<d>\d{{1,2}})\s*(?:st|nd|rd|th)?[\s-]+(?:of\s+)?(?P<mon>{_MONTH})[\s,-]*(?P<y>{_YEAR})",
    "month_day": rf"(?P<mon>{_MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,\s*(?P<y>20\d\d)",
    "quarter": r"(?:Q|quarter\s+)(?P<q>[1-4])\b,?\s*(?:of\s+)?(?P<y>20\d\d)(?:\s?[/-]\s?(?P<y2>(?:20)?\d\d))?(?!\d)",
    "financial": r"(?:(?:end\s+of\s+)?(?:the\s+)?financial\s+year\s+)?(?P<y>20\d\d)\s?[/-]\s?(?P<y2>(?:20)?\d\d)"
    r"(?!\d|[./-])",
    "season": rf"(?P<season>spring|summer|autumn|winter)\s*(?:of\s+)?(?P<y>{_YEAR})",
    "month": rf"(?P<mon>{_MONTH})\s*[-,/]?\s*(?P<y>{_YEAR})",
    "year": r"(?:(?:end|close)\s+of\s+(?:the\s+year\s+)?|(?:by|during|in)\s+)(?P<y>20\d\d)(?!\d|[./-]\d)",
}
_DATE = re.compile(
    "|".join(
        f"(?P<{form}>(?<![\\w/.])" + re.sub(r"\(\?P<(\w+)>", rf"(?P<{form}_\1>", text) + r"(?!\w))"
        for form, text in _FORMS.items()
    ),
    re.IGNORECASE,
)
_YEAR_ALONE = re.compile(r"\s*(20\d\d)\s*")
_LEADING_WORDS = re.compile(
    r"(?:\b(?:by|before|until|from|in|the|at|on|due|no\s+later\s+than|end|start|close|of|mid|early|late)\b\s*-?\s*)+$",
    re.I,
)
_RELATIVE = re.compile(
    r"(?:within\s+)?(?:(?P<n>\d{1,3}|" + "|".join(COUNTS) + r")\s*(?P<unit>day|week|month|year)s?\b"
    r"(?:\s*(?:of|from|after|following|post|to)\b[^.;\n]*)?|(?:prior\s+to|before|upon|on|following|after|"
    r"post)\s+(?:the\s+)?"
    r"(?:\w+\s+){0,3}?(?:publication|completion|sign[\s-]?off|approval|report|review)\b[^.;\n]*|immediate(?:ly)?\b|"
    r"asap\b|as\s+soon\s+as\s+possible\b)",
    re.IGNORECASE,
)
_FROM_PUBLICATION = re.compile(r"publi|report|completion\s+of\s+(?:the\s+)?(?:dhr|review)", re.IGNORECASE)
_ONGOING = re.compile(
    r"\b(?:on[\s-]?going|continuous(?:ly)?|business\s+as\s+usual|rolling|permanent|(?:bi-?|six[\s-])?monthly|"
    r"annual(?:ly)?|"
    r"quarterly|weekly|each\s+(?:year|quarter|month)|every\s+(?:year|quarter|month))\b",
    re.IGNORECASE,
)
# A finished thing's date is no target: "training completed in December 2015, next session booked February 2016".
_DONE_BEFORE = re.compile(
    r"\b(?:completed|complete|achieved|delivered|held|circulated|launched|took place|"
    r"reviewed)\s*[:,–-]?\s*(?:\w+\s+){0,2}$",
    re.I,
)
_REMARK_BEFORE = re.compile(r"\b(?:updated?|as\s+(?:at|of))\s*[:,–-]?\s*$", re.I)


@dataclass(frozen=True)
class DateSpan:
    """A date found in a text: its last day and where its words stand."""

    on: date
    start: int
    end: int


@dataclass(frozen=True)
class Target:
    """A target cell: the target's words, its last day if one is stated, its basis, and the words that are left."""

    text: str
    on: date | None
    basis: str
    rest: str


def month_end(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def find_dates(text: str) -> list[DateSpan]:
    """Find every date of a text.

    Parameters
    ----------
    text : str
        Any text; a two-digit year means 20xx, day before month.

    Returns
    -------
    list of DateSpan
        In reading order; impossible dates ("31 February 2024") are left out, not guessed.
    """
    spans = []
    for match in _DATE.finditer(text):
        form = match.lastgroup or ""
        form = next(name for name in _FORMS if match[name] is not None) if form not in _FORMS else form
        if (on := _last_day(form, match)) is not None:
            spans.append(DateSpan(on, match.start(), match.end()))
    return spans


def _last_day(form: str, match: re.Match[str]) -> date | None:
    part = {
        name.removeprefix(form + "_"): value for name, value in match.groupdict().items() if name.startswith(form + "_")
    }
    year = int(part["y"].strip("'’"))
    year += 2000 if year < 100 else 0
    month = MONTHS[part["mon"].lower().rstrip(".")] if part.get("mon") else int(part.get("m") or 0)
    try:
        if part.get("d"):
            return date(year, month, int(part["d"]))
        if form == "month":
            return month_end(year, month)
    except ValueError:
        return None
    if form == "season":
        month, later = SEASONS[part["season"].lower()]
        return month_end(year + later, month)
    second = int(part["y2"]) % 100 if part.get("y2") else None
    if second is not None and second != (year + 1) % 100:
        return None
    if form == "quarter":
        month = int(part["q"]) * 3
        if second is None:
            return month_end(year, month)
        return month_end(year, month + 3) if month < 12 else month_end(year + 1, 3)
    return date(year + 1, 3, 31) if form == "financial" else date(year, 12, 31)


def read_target(text: str, published_on: date | None = None) -> Target:
    """Read a target-date cell.

    Parameters
    ----------
    text : str
        The cell; its first date that is not the date of something finished is the target.
    published_on : datetime.date, optional
        Day the review was published; resolves "3 months after publication".

    Returns
    -------
    Target
        ``basis`` is ``absolute``, ``relative``, ``ongoing`` or ``none``. Words beyond the target stand in ``rest``.
    """
    text = re.sub(r"^\(?(?:[a-h]|\d)[.)]\s+(?=\S)", "", text.strip())
    if match := _YEAR_ALONE.fullmatch(text):
        return Target(text, date(int(match[1]), 12, 31), "absolute", "")
    dates = [span for span in find_dates(text) if not _REMARK_BEFORE.search(text[: span.start])]
    open_dates = [span for span in dates if not _DONE_BEFORE.search(text[: span.start])]
    if dates:
        span = (open_dates or dates)[0]
        return _cut(text, span.start, span.end, span.on, "absolute")
    if match := _RELATIVE.search(text):
        return _cut(text, match.start(), match.end(), _resolve(match, published_on), "relative")
    if match := _ONGOING.search(text):
        return _cut(text, match.start(), match.end(), None, "ongoing")
    return Target("", None, "none", text)


def _cut(text: str, start: int, end: int, on: date | None, basis: str) -> Target:
    if lead := _LEADING_WORDS.search(text[:start]):
        start = lead.start()
    before, after = text[:start].strip(), text[end:].strip(" .;,–-\n")
    if before:  # the date stands inside a sentence: the whole cell is the target's wording, and progress too
        return Target(text, on, basis, text)
    return Target(text[start:end].strip(), on, basis, after)


def _resolve(match: re.Match[str], published_on: date | None) -> date | None:
    if published_on is None or not match["n"] or not _FROM_PUBLICATION.search(match[0]):
        return None
    count = int(match["n"]) if match["n"].isdigit() else COUNTS[match["n"].lower()]
    unit = match["unit"].lower()
    if unit in ("day", "week"):
        return published_on + timedelta(days=count * (7 if unit == "week" else 1))
    months = published_on.year * 12 + published_on.month - 1 + count * (12 if unit == "year" else 1)
    year, month = months // 12, months % 12 + 1
    return min(month_end(year, month), date(year, month, 1) + timedelta(days=published_on.day - 1))
