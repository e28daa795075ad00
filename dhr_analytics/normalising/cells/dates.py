"""Dates as action plans print them; a stated month, season, quarter or year means its last day.

General parsers read "March 2023" as today's day in March and "Sept 22" as the 22nd, so the forms are read here.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from dhr_analytics.vocabulary import terms
from dhr_analytics.vocabulary.phrases import phrases

MONTHS = {
    name: index
    for index, names in enumerate(
        ("jan january", "feb febr february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), start=1)
    for name in names.split()
}  # fmt: skip
# Last month of each season; winter runs into the next year. A school's terms end elsewhere.
SEASONS = {"spring": (5, 0), "summer": (8, 0), "autumn": (11, 0), "winter": (2, 1)}
TERMS = {"spring": 4, "summer": 7, "autumn": 12}
_WEEKS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_THIRDS = {"early": 4, "mid": 8}  # of a year; any other word before a year means all of it
MOVED = "the target date was moved; the newest one was taken"
UNREAD = "the target cell could not be read as a date"
_NEAR = 120  # letters before a date that may say what it is the date of
_COUNT_WORDS = "one two three four five six seven eight nine ten eleven twelve"
COUNTS = {word: n for n, word in enumerate(_COUNT_WORDS.split(), start=1)}

_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_SEASON = "|".join(SEASONS)
_WORDS = {"month": _MONTH, "season": _SEASON, "week": "|".join(_WEEKS)}
_WORDS |= {row["form"][:-8]: row["pattern"] for row in terms.rows("dates") if row["form"].endswith("(piece)")}
_FORMS = {
    row["form"]: re.sub(r"\{([a-z]+)\}", lambda match: _WORDS[match[1]], row["pattern"])
    for row in terms.rows("dates") if not row["form"].endswith("(piece)")
}  # fmt: skip
_DATE = re.compile(
    r"(?<![\w/.])(?=\w|['’])(?:"
    + "|".join(
        f"(?P<{form}>" + re.sub(r"\(\?P<(\w+)>", rf"(?P<{form}_\1>", text) + ")" for form, text in _FORMS.items()
    )
    + r")(?!\w)",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"(?:(?P<year>20\d\d)|(?P<month>0?[1-9]|1[0-2])/(?P<short>1[4-9]|[2-4]\d)|(?P<years>(?:1[3-9]|[2-4]\d)/\d\d))"
)
_SERIAL = re.compile(r"(4\d{4}|5[0-4]\d{3})(?:\.0+)?")  # days since 1900, as spreadsheets count them: 2009 to 2050
_LEADING_WORDS = phrases(r"(?:\b(?:{dates leading words})\b\s*-?\s*)+$")
_RELATIVE = re.compile(
    r"(?:within\s+)?(?:(?P<n>\d{1,3}|" + "|".join(COUNTS) + r")\s*(?P<unit>day|week|month|year)s?\b"
    r"(?:\s*(?:of|from|after|following|post|to)\b[^.;\n]*)?|(?:prior\s+to|before|upon|on|following|after|"
    r"post)\s+(?:the\s+)?"
    r"(?:\w+\s+){0,3}?(?:publication|completion|sign[\s-]?off|approval|report|review)\b[^.;\n]*|immediate(?:ly)?\b|"
    r"asap\b|as\s+soon\s+as\s+possible\b)",
    re.IGNORECASE,
)
_FROM_PUBLICATION = re.compile(r"publi|report|completion\s+of\s+(?:the\s+)?(?:dhr|review)", re.IGNORECASE)
_ONGOING = phrases(r"\b(?:{dates ongoing})\b")
# A finished thing's date is no target: "training completed in December 2015, next session booked February 2016".
_DONE_BEFORE = phrases(r"\b(?:{dates done before})\s*[:,–-]?\s*(?:\w+\s+){0,2}$")
# One date took the place of another: "March 2024 (extended to June 2025)", "June 2025 (was March 2024)".
_MOVED_BEFORE = phrases(r"\b(?:{dates moved})\b(?:\s*:|\s+(?:{dates moved before}))*\W*$")
_OLD_BEFORE = phrases(r"\b(?:{dates old})\b(?:\s*:|\s+(?:{dates old before}))*\W*$")
_ABOUT_DATES = phrases(r"\b(?:{dates about dates})\b")
_TO = re.compile(r"\s*(?:[–—-]|to|until|till|through)\s*(?:(?:the\s+)?end\s+(?:of\s+)?)?", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s+and\s+$", re.IGNORECASE)
_LIST_MARK = re.compile(r"^\(?(?:(?:[a-h]|\d)[.)]|\d{1,2}\.\d{1,2}[.)]?)\s+(?=\S)")
# Shaped as a day, though none in the calendar: "31/6/25", "04/13/2025".
_LIKE_A_DAY = re.compile(r"(?<![\d./-])\d{1,2}[./-]\d{1,2}[./-](?:20)?\d\d(?![\d./-])")
_REMARK_BEFORE = re.compile(r"\b(?:updated?|as\s+(?:at|of))\s*[:,–-]?\s*$", re.I)


@dataclass(frozen=True)
class DateSpan:
    """A date found in a text: its last day and where its words stand."""

    on: date
    start: int
    end: int


@dataclass(frozen=True)
class Target:
    """A target cell: the target's words, its last day if one is stated, its basis, the words left, and a warning."""

    text: str
    on: date | None
    basis: str
    rest: str
    warning: str = ""


def without_mark(text: str) -> str:
    """Cut off the list mark before a value, as in "1.2 In progress" or "a) June 2024"."""
    return _LIST_MARK.sub("", text.strip())


def read_serial(text: str) -> date | None:
    """Read the number by which a spreadsheet keeps a date, such as 45292."""
    match = _SERIAL.fullmatch(text.strip())
    return date(1899, 12, 30) + timedelta(days=int(match[1])) if match else None


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
    return list(_dates(text))


@lru_cache(maxsize=4096)
def _dates(text: str) -> tuple[DateSpan, ...]:
    if not re.search(r"\d", text):
        return ()
    found = ((match, _last_day(match)) for match in _DATE.finditer(text))
    return tuple(DateSpan(on, match.start(), match.end()) for match, on in found if on is not None)


def _last_day(match: re.Match[str]) -> date | None:
    """Return the last day that the words of a date mean; ``None`` where the calendar has no such day."""
    part = _parts(match)
    year = _full_year(part.get("y") or part["y0"])
    if "y2" in part and int(part["y2"]) % 100 != (year + 1) % 100:
        return None
    # The most telling part decides: a day, a week, a month, and so on down to a year.
    read = next((read for named, read in _BY_PART.items() if named in part), _end_of_years)
    try:
        return read(part, year)
    except ValueError:
        return None


def _parts(match: re.Match[str]) -> dict[str, str]:
    """Return the parts of a date by their short names: d, m or mon, y, q and so on."""
    said = {name: text for name, text in match.groupdict().items() if text is not None}
    form = next(name for name in _FORMS if name in said)
    return {name.removeprefix(form + "_"): text for name, text in said.items() if name.startswith(form + "_")}


def _month_of(part: Mapping[str, str]) -> int:
    return MONTHS[part["mon"].lower().rstrip(".")] if "mon" in part else int(part["m"])


def _day(part: Mapping[str, str], year: int) -> date:
    return date(year, _month_of(part), int(part["d"]))


def _week(part: Mapping[str, str], year: int) -> date:
    return date(year, _month_of(part), 7 * _WEEKS[part["week"].lower()])


def _month(part: Mapping[str, str], year: int) -> date:
    return month_end(year, _month_of(part))


def _season(part: Mapping[str, str], year: int) -> date:
    season, ends_later = part["season"].lower(), "y2" in part
    if "term" in part and season in TERMS:
        return month_end(year + (ends_later and season != "autumn"), TERMS[season])
    month, later = SEASONS[season]
    return month_end(year + (later or (ends_later and season == "spring")), month)


def _feast(part: Mapping[str, str], year: int) -> date:
    return _easter(year) if part["feast"].lower() == "easter" else date(year, 12, 25)


def _quarter(part: Mapping[str, str], year: int) -> date | None:
    """Return the end of a quarter or half: of a calendar year, or, where two years stand, of a financial one."""
    month = int(part["q"]) * (6 if "half" in part else 3)
    if month > 12:
        return None
    month += 3 * ("y2" in part)
    return month_end(year + (month > 12), month - 12 * (month > 12))


def _end_of_years(part: Mapping[str, str], year: int) -> date:
    if "y2" in part:
        return date(year + 1, 8, 31) if "school" in part else date(year + 1, 3, 31)
    return month_end(year, _THIRDS.get(part.get("third", "").lower(), 12))


_BY_PART: dict[str, Callable[[Mapping[str, str], int], date | None]] = {
    "d": _day, "week": _week, "mon": _month, "m": _month, "season": _season, "feast": _feast, "q": _quarter,
}  # fmt: skip


def _easter(year: int) -> date:
    """Return Easter Sunday (Meeus, Jones and Butcher)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    month, day = divmod(moon + weekday - 7 * ((golden + 11 * moon + 22 * weekday) // 451) + 114, 31)
    return date(year, month, day + 1)


def _full_year(text: str) -> int:
    year = int(text.strip("'’"))
    return year + 2000 if year < 100 else year


@lru_cache(maxsize=4096)
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
        A day that no calendar has ("31/6/2025") is not guessed but gives a ``warning``.
    """
    text = without_mark(text)
    if (alone := _read_alone(text)) is not None:
        return Target(text, alone, "absolute", "")
    dates = target_dates(text)
    open_dates = [span for span in dates if not _DONE_BEFORE.search(before(text, span.start))]
    if dates:
        span = (open_dates or dates)[0]
        warning = MOVED if len(_periods(text)) > len(dates) else ""
        return replace(_cut(text, span.start, span.end, span.on, "absolute"), warning=warning)
    if match := _RELATIVE.search(text):
        return _cut(text, match.start(), match.end(), _resolve(match, published_on), "relative")
    if match := _ONGOING.search(text):
        return _cut(text, match.start(), match.end(), None, "ongoing")
    return Target("", None, "none", text, UNREAD if _has_impossible_day(text) else "")


def _has_impossible_day(text: str) -> bool:
    real = {span.start for span in _dates(text)}
    return any(match.start() not in real for match in _LIKE_A_DAY.finditer(text))


def before(text: str, at: int) -> str:
    """Return the words just before a place of a text, from a whole word on."""
    return text[text.rfind(" ", 0, max(0, at - _NEAR)) + 1 : at]


def says_only_when(text: str) -> bool:
    """Return whether a text holds dates and words about them alone, as "March 2024 revised to June 2025"."""
    for span in reversed(find_dates(text)):
        text = text[: span.start] + text[span.end :]
    return not re.search(r"[^\W_]", _ABOUT_DATES.sub("", text))


def target_dates(text: str) -> list[DateSpan]:
    """List the dates that may be the target of a cell; where one took the place of another, only that one.

    Parameters
    ----------
    text : str
        A target cell; "April 2024 to March 2025" is one date, its end, and days of remarks are none.

    Returns
    -------
    list of DateSpan
        A date that took the place of another spans the words from the first to the last of them.
    """
    return list(_target_dates(text))


@lru_cache(maxsize=4096)
def _target_dates(text: str) -> tuple[DateSpan, ...]:
    spans = _periods(text)
    new = [span for span in spans if _MOVED_BEFORE.search(before(text, span.start))]
    old = {span for span in spans if _OLD_BEFORE.search(before(text, span.start))}
    current = new[-1:] or [span for span in spans if span not in old]
    if len(spans) < 2 or len(current) in (0, len(spans)):
        return tuple(spans)
    end = spans[-1].end + (text[spans[-1].end :][:1] == ")")
    return (DateSpan(current[0].on, spans[0].start, end),)


def _periods(text: str) -> list[DateSpan]:
    """Find dates; two that are joined to one period are one, its end."""
    spans: list[DateSpan] = []
    for span in _dates(text):
        if spans and _is_period(text, spans[-1], span):
            spans[-1] = DateSpan(span.on, spans[-1].start, span.end)
        elif not _REMARK_BEFORE.search(before(text, span.start)):
            spans.append(span)
    return spans


def _is_period(text: str, first: DateSpan, last: DateSpan) -> bool:
    between = text[first.end : last.start]
    joined = _TO.fullmatch(between) or _BETWEEN.search(before(text, first.start) + between)
    return bool(joined) and last.on >= first.on


def _read_alone(text: str) -> date | None:
    """Read what is a date only as the whole of a cell: "2024", "03/24", "24/25", 45292."""
    match = _ALONE.fullmatch(text.strip())
    if match is None:
        return read_serial(text)
    if match["year"]:
        return date(int(match["year"]), 12, 31)
    if match["short"]:
        return month_end(2000 + int(match["short"]), int(match["month"]))
    first, second = (int(part) for part in match["years"].split("/"))
    return date(2000 + second, 3, 31) if second == first + 1 else None


def _cut(text: str, start: int, end: int, on: date | None, basis: str) -> Target:
    if lead := _LEADING_WORDS.search(text[:start]):
        start = lead.start()
    before, after = text[:start].strip(), text[end:].strip(" .;,–-\n")
    if before:  # the date is inside a sentence: the whole cell is the target's wording, and progress too
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
