"""Quarters of a year: January-based, or April-based where a report asks for fiscal ones."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from dhr_analytics.errors import UsageError

_WRITTEN = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?Q([1-4])", re.IGNORECASE)
_YEARS = range(1900, 2200)


@dataclass(frozen=True)
class Quarter:
    """Three months; ``year`` is the one the calendar or fiscal year begins in, ``number`` 1 to 4."""

    year: int
    number: int
    fiscal: bool = False

    def __post_init__(self) -> None:
        if self.number not in (1, 2, 3, 4):
            raise UsageError(f"A year has quarters 1 to 4, not {self.number}.")

    @property
    def start(self) -> date:
        """First day."""
        months = self.year * 12 + (self.number - 1) * 3 + (3 if self.fiscal else 0)
        return date(months // 12, months % 12 + 1, 1)

    @property
    def end(self) -> date:
        """Last day; the day on which the quarter's figures stand."""
        year, month = self.start.year, self.start.month + 2
        return date(year, month, calendar.monthrange(year, month)[1])

    @property
    def id(self) -> str:
        """``2025Q1``; a fiscal quarter names both its years (``2025-26Q1``), so the two are never mixed up."""
        both = f"-{(self.year + 1) % 100:02d}" if self.fiscal else ""
        return f"{self.year:04d}{both}Q{self.number}"

    @property
    def label(self) -> str:
        """In words: ``January to March 2025``."""
        names = calendar.month_name
        return f"{names[self.start.month]} to {names[self.end.month]} {self.end.year}"

    @property
    def year_before(self) -> Quarter:
        """The same quarter of the year before."""
        return Quarter(self.year - 1, self.number, self.fiscal)

    @property
    def previous(self) -> Quarter:
        """The quarter before."""
        if self.number > 1:
            return Quarter(self.year, self.number - 1, self.fiscal)
        return Quarter(self.year - 1, 4, self.fiscal)


def parse_quarter(text: str, fiscal: bool = False) -> Quarter:
    """Read a quarter as it is written in commands.

    Parameters
    ----------
    text : str
        ``2025Q1``, or ``2025-26Q1`` for a quarter of the fiscal year that begins in April 2025.
    fiscal : bool, optional
        Read ``2025Q1`` as a fiscal quarter (April to June 2025).

    Returns
    -------
    Quarter

    Raises
    ------
    UsageError
        When the text is something else; the message says what was seen and gives an example.
    """
    found = _WRITTEN.fullmatch(str(text).strip())
    year = int(found[1]) if found else 0
    if not found or year not in _YEARS or (found[2] and int(found[2]) != (year + 1) % 100):
        raise UsageError(f"{text!r} is not a quarter. Write the year, Q and 1 to 4, such as 2025Q1.")
    return Quarter(year, int(found[3]), fiscal or bool(found[2]))


def quarter_of(day: date, fiscal: bool = False) -> Quarter:
    """Return the quarter a day lies in; ``fiscal`` counts from April."""
    months = day.year * 12 + day.month - 1 - (3 if fiscal else 0)
    return Quarter(months // 12, months % 12 // 3 + 1, fiscal)


def span_label(text: str) -> str:
    """Return quarters in words: one, or as ``2022Q2 to 2025Q1``, ``2025Q1 since 2024Q1``, ``before`` or ``after`` one.

    Parameters
    ----------
    text : str
        As the group of an estimate whose dimension is a quarter.

    Returns
    -------
    str
    """
    words = text.split()
    if len(words) == 1:
        return parse_quarter(text).label
    first, last = parse_quarter(words[0] if len(words) > 2 else words[-1]), parse_quarter(words[-1])
    if words[0] in ("before", "after"):
        return f"before {first.start:%B %Y}" if words[0] == "before" else f"after {first.end:%B %Y}"
    if words[1] == "since":
        return f"{first.label} compared with {last.label}"
    return f"{first.start:%B %Y} to {last.end:%B %Y}"


def last_quarters(quarter: Quarter, count: int) -> list[Quarter]:
    """Return ``count`` quarters in time order, the given one last."""
    out: list[Quarter] = []
    while len(out) < count:
        out.append(out[-1].previous if out else quarter)
    return out[::-1]
