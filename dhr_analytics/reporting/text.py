"""Numbers, dates and names in plain words, in the style of GOV.UK."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import groupby

from dhr_analytics.statistics import NOT_CODED, NOT_STATED, Estimate, span_label
from dhr_analytics.statistics.disclosure import MEDIAN
from dhr_analytics.statistics.estimate import NOT_TOLD, Withheld
from dhr_analytics.themes.actions import load_action_types
from dhr_analytics.themes.codebook import Codebook

HIDDEN = "[c]"  # in the shorthand of government statistics: confidential
STATUSES = {
    "completed": "Completed",
    "in_progress": "In progress",
    "not_started": "Not started",
    "considering": "Owner will consider it",
    "not_taken_forward": "Not taken forward",
    "superseded": "Superseded",
    "no_update": "No update in the plan",
}
SCOPES = {"local": "Local", "national": "National", "local_and_national": "Local and national"}
SECTORS = {"other": "Other agencies"}
CELLS = {"owner_stated": "Owner", "target_stated": "Date", "status_stated": "Status", "outcome_stated": "Outcome"}
SMART = {
    "smart_specific": "Specific: more than the recommendation repeated",
    "smart_measurable": "Measurable: an outcome is stated",
    "smart_owner": "Owner: an agency or post is stated",
    "smart_dated": "Date: when it is to be finished is stated",
    "smart_all": "All four",
}
FORMATS = {
    "text": "Text",
    "markdown": "Text with tables (Markdown)",
    "csv": "Table in a text file (CSV)",
    "html": "Web page",
    "word": "Word",
    "excel": "Excel",
    "pdf": "PDF",
    "office": "Older Word or OpenDocument",
}
# Why a piece of a document is in no table, in the reader's words; what is not listed here is shown as it is.
REASONS = {
    "table without a recommendation or action column": "Part of a table that holds no recommendations or actions",
    "cell in a column without a name": "Stands in a column without a heading",
    "cell that continues nothing": "Goes on from a cell that was not found",
    "choice that is not ticked": "A choice that is not ticked",
    "false number": "A number that is not that of a recommendation",
    "line read twice": "A line that was scanned twice",
    "more than a scope": "Words beside “local” or “national”",
    "noise": "Stray letters or signs",
    "not understood": "A table or passage that was not understood",
    "page furniture": "Head or foot of a page",
    "scope that is not understood": "Stands where “local” or “national” was expected",
    "sub-heading": "A heading within the table",
    "text outside the plan": "Text before, after or between the tables",
    "title": "Title of the document",
}
STRENGTHS = {"stronger": "Stronger", "intermediate": "Intermediate", "weaker": "Weaker", "": "Not rated"}
CODED_BY = {"rule": "given by a rule", "model": "given by the model", "human": "given by a person"}
FRACTIONS = {1 / 4: "a quarter", 1 / 3: "a third", 1 / 2: "half", 2 / 3: "two thirds", 3 / 4: "three quarters"}
UNITS = {
    **{"reviews": "review", "recommendations": "recommendation", "actions": "action"},
    **{
        "days": "day",
        "pieces": "piece",
        "documents": "document",
        "rows": "row",
        "themes": "theme",
        "figures": "figure",
    },
}


def hidden(estimate: Estimate) -> bool:
    """Tell whether something of an estimate is withheld, see ``statistics.disclosure``."""
    return estimate.method == NOT_TOLD or any(isinstance(each, Withheld) for each in (estimate.n, estimate.N))


def number(value: int) -> str:
    """Return a whole number with a comma between thousands."""
    return HIDDEN if isinstance(value, Withheld) else f"{int(value):,}"


def count(value: int, unit: str) -> str:
    """Return a number with its unit, in the singular where it is one: "1 action", "1,204 actions".

    Parameters
    ----------
    value : int
    unit : str
        In the plural; a key of ``UNITS``.

    Returns
    -------
    str
    """
    return f"{number(value)} {UNITS[unit] if int(value) == 1 else unit}"


def percent(value: float | None) -> str:
    """Return a share as a whole percentage, halves rounded up.

    Parameters
    ----------
    value : float or None
        0 to 1; None where there is nothing to divide by.

    Returns
    -------
    str
        A share that is not quite nothing, or not quite all, never reads as 0% or 100%.
    """
    if value is None or value != value:
        return "no figure"
    # Decimal of the printed form: 0.285 is a half for the reader, though the float lies below it.
    whole = int((Decimal(repr(float(value))) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if whole == 0 and value > 0:
        return "less than 1%"
    if whole == 100 and value < 1:
        return "more than 99%"
    return f"{whole}%"


def interval(low: float | None, high: float | None) -> str:
    """Return an interval as "15% to 39%"."""
    if low is None or high is None or low != low or high != high:
        return "no figure"
    return f"{percent(low)} to {percent(high)}"


def value(estimate: Estimate) -> str:
    """Return the value of an estimate in its unit: "25%", "31", "35 days", "+4 points"."""
    found = estimate.value
    if found is None:
        return HIDDEN if hidden(estimate) else "no figure"
    if estimate.unit == "points":
        return points(found)
    return percent(found) if estimate.unit == "share" else number(_half_up(found))


def value_interval(estimate: Estimate) -> str:
    """Return the ends of an estimate's interval in its unit: "15% to 39%", "3 to 400", "-2 to +9 points"."""
    if (hidden(estimate) or estimate.method == MEDIAN) and estimate.low is None:
        return HIDDEN
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "no figure" if estimate.value is None else "no interval"
    if estimate.unit == "points":
        return f"{points(estimate.low).split()[0]} to {points(estimate.high)}"
    if estimate.unit == "share":
        return interval(estimate.low, estimate.high)
    return f"{number(_half_up(estimate.low))} to {number(_half_up(estimate.high))}"


def points(difference: float) -> str:
    """Return a difference of two shares in percentage points: "+4 points"."""
    whole = _half_up(difference * 100)
    return f"{whole:+d} {'point' if abs(whole) == 1 else 'points'}" if whole else "0 points"


def _half_up(found: float) -> int:
    # Decimal of the printed form: 0.285 is a half for the reader, though the float lies below it.
    return int(Decimal(repr(round(found, 9))).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def day(value: date | None) -> str:
    """Return a date as "31 March 2025", and "not stated" where there is none."""
    return "not stated" if value is None or value != value else f"{value.day} {value:%B %Y}"


def reason(words: str) -> str:
    """Return why a piece of a document could not be placed, in plain words."""
    return REASONS.get(words) or capital(words) or "No reason is given"


def place(location: str) -> str:
    """Return a place in a document with runs of lines shortened: "a.txt, lines 3 to 5, 8"."""

    def shorter(found: re.Match[str]) -> str:
        lines = [int(each) for each in found[0].split(", ")]
        steps = groupby(enumerate(lines), key=lambda pair: pair[1] - pair[0])
        runs = [[line for _, line in run] for _, run in steps]
        words = [f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
        return ", ".join(words)

    return re.sub(r"(?<=lines )[0-9]{1,9}(?:, [0-9]{1,9}\b)+", shorter, location)


def of(estimate: Estimate) -> str:
    """Return numerator and denominator: "12 of 48 actions"."""
    return f"{number(estimate.n)} of {count(estimate.N, estimate.denominator)}"


def full(estimate: Estimate) -> str:
    """Return an estimate with all it stands on.

    Parameters
    ----------
    estimate : Estimate

    Returns
    -------
    str
        "12 of 48 actions (25%, 95% interval 15% to 39%)".
    """
    if hidden(estimate):
        return of(estimate)
    if estimate.value is None:
        return f"no {estimate.denominator}"
    if estimate.low is None:
        return f"{of(estimate)} ({percent(estimate.value)})"
    return f"{of(estimate)} ({percent(estimate.value)}, 95% interval {interval(estimate.low, estimate.high)})"


def roughly(estimate: Estimate) -> str:
    """Return a share as a reader would say it, to begin a sentence with.

    Parameters
    ----------
    estimate : Estimate
        With N of at least 1.

    Returns
    -------
    str
        "About a third of actions", "About 4 in 10 actions"; the exact figures where there are fewer than 20 rows.
    """
    unit, value = estimate.denominator, estimate.value or 0.0
    if hidden(estimate):
        return of(estimate)
    if estimate.n == 0:
        return f"None of the {count(estimate.N, unit)}" if estimate.N > 1 else f"Not the one {UNITS[unit]}"
    if estimate.n == estimate.N:
        return f"All {count(estimate.N, unit)}" if estimate.N > 1 else f"The one {UNITS[unit]}"
    if estimate.N < 20:
        return f"{number(estimate.n)} of the {count(estimate.N, unit)}"
    if value < 0.05:
        return f"Fewer than 1 in 20 {unit}"
    if value > 0.95:
        return f"Almost all {unit}"
    near = next((words for share, words in FRACTIONS.items() if abs(value - share) <= 0.025), "")
    if near:
        return f"About {near} of {unit}"
    return f"About {int(value * 10 + 0.5)} in 10 {unit}"


def capital(words: str) -> str:
    """Return words with a capital at the beginning, the rest as it was."""
    return words[:1].upper() + words[1:]


def lower(words: str) -> str:
    """Return words with a small letter at the beginning, unless they begin with a name or an abbreviation."""
    first, _, rest = words.partition(" ")
    return words if first[1:2].isupper() or rest[:1].isupper() else words[:1].lower() + words[1:]


@cache
def theme_names() -> Mapping[str, str]:
    """Return the names of the codebook's themes by id."""
    return {theme.id: theme.name for theme in Codebook.load().themes}


@cache
def action_types() -> Mapping[str, str]:
    """Return the names of the types of actions by id."""
    return {each.id: each.name for each in load_action_types().types}


@cache
def theme_tags() -> Mapping[str, str]:
    """Return the Home Office tag that each theme rolls up to, by id."""
    return {theme.id: theme.home_office for theme in Codebook.load().themes}


def name(dimension: str, group: str) -> str:
    """Return a group of a table in plain words.

    Parameters
    ----------
    dimension : str
        Such as ``"theme"``, ``"sector"``, ``"status"`` or ``"target_quarter"``.
    group : str
        As in ``Estimate.group``.

    Returns
    -------
    str
    """
    if dimension == "strength":
        return STRENGTHS[group]
    if dimension.startswith("days_from_"):
        return f"Within {count(int(group), 'days')}" if int(group) else "By that date"
    if group in (NOT_STATED, NOT_CODED, ""):
        return capital(group or NOT_STATED)
    if dimension.endswith("_quarter"):
        return span_label(group)
    words = {
        "theme": theme_names(),
        "action_type": action_types(),
        "status": STATUSES,
        "scope": SCOPES,
        "sector": SECTORS,
        "smart": SMART,
        "source": {source: capital(words) for source, words in CODED_BY.items()},
        "from": {"target": "From the target date", "published": "From the publication of the review"},
    }
    if group in (known := words.get(dimension, {})):
        return known[group]
    return group if dimension in ("agency", "area") else capital(group.replace("_", " "))


def recommendation(number: str, position: int) -> str:
    """Return how a recommendation is called by its printed number, or else by its place: "recommendation 3"."""
    plain = number.rstrip(" .:)")
    if not plain:
        return f"recommendation {position} in the plan"
    return plain if plain.casefold().startswith("rec") else f"recommendation {plain}"
