"""Updates: columns that report on one action at different days; the newest that says something tells how far it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain, groupby

from dhr_analytics.normalising.cells.dates import find_dates
from dhr_analytics.reading import RawRow
from dhr_analytics.vocabulary import terms
from dhr_analytics.vocabulary.phrases import phrases

_REPORTING = ("progress", "status", "rag")
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_NEWEST = phrases(r"\b(?:{updates newest})\b")
_OLDEST = phrases(r"\b(?:{updates oldest})\b")
_ORDER = phrases(r"\d+(?:st|nd|rd|th)?|\b(?:{updates order})\b")
# A newest cell that only points to the one before it.
_UNCHANGED = phrases(r"\W*(?:{updates unchanged})?\W*")


def purpose(role: str) -> str:
    """Return what a column is for: ``progress`` for ``progress@2``, the second oldest of several updates."""
    return role.partition("@")[0]


def name_updates(roles: Sequence[str], names: Sequence[str], rows: Sequence[RawRow]) -> tuple[str, ...]:
    """Name the columns of a series of updates, so that each keeps its cells and the newest is known.

    Parameters
    ----------
    roles : sequence of str
        Roles by header.
    names : sequence of str
        The header, as printed.
    rows : sequence of RawRow
        The rows below it.

    Returns
    -------
    tuple of str
        The roles; in a series ``progress@1`` is the oldest. Days in the names order it; without them words
        ("latest"), falling numbers, the days in the cells, and else the newest is on the right.
    """
    at = [i for i, role in enumerate(roles[: len(names)]) if role in _REPORTING]
    days = {i: day for i in at if (day := _day(names[i])) is not None}
    series = _series(at, [(roles[i], terms.fold(_ORDER.sub(" ", names[i]))) for i in at], days)
    by_role = groupby(sorted(series, key=roles.__getitem__), key=roles.__getitem__)
    by_words = (_by_words(list(same), names, days, rows) for _, same in by_role)
    ranks = _by_day(series, days) or dict(chain.from_iterable(by_words))
    return tuple(f"{role}@{ranks[i] + 1}" if i in ranks else role for i, role in enumerate(roles))


def _series(at: Sequence[int], stems: Sequence[tuple[str, str]], days: Mapping[int, date]) -> list[int]:
    """Return the columns that have days in their names, or the same role and name but for their order."""
    same, roles = Counter(stems), Counter(role for role, _ in stems)
    series = [(i, stem) for i, stem in zip(at, stems, strict=True) if i in days or same[stem] > 1]
    shared = any(roles[role] > 1 for _, (role, _) in series)
    return [i for i, _ in series] if len(series) > 1 or shared else []


def _by_day(series: Sequence[int], days: Mapping[int, date]) -> dict[int, int]:
    """Rank the columns by the days in their names; nothing where one has none."""
    order = sorted({days[i] for i in series if i in days})
    return {i: order.index(days[i]) for i in series} if days.keys() >= set(series) else {}


def _by_words(
    same: Sequence[int], names: Sequence[str], days: Mapping[int, date], rows: Sequence[RawRow]
) -> list[tuple[int, int]]:
    """Rank the columns of one role by words, figures or the days in their cells."""
    named = [names[i] for i in same]
    on_the_left = bool(_NEWEST.search(named[0]) or _OLDEST.search(named[-1]))
    falling = on_the_left or _newest_on_the_left(named, same, days, rows)
    order = sorted(same[::-1] if falling else same, key=lambda i: _newness(names[i]))
    return [(i, rank) for rank, i in enumerate(order)]


def _newness(name: str) -> int:
    return bool(_NEWEST.search(name)) - bool(_OLDEST.search(name))


def _day(name: str) -> date | None:
    if dates := find_dates(name):
        return dates[-1].on
    years = _YEAR.findall(name)
    return date(int(years[-1]), 12, 31) if years else None


def _newest_on_the_left(
    names: Sequence[str], columns: Sequence[int], days: Mapping[int, date], rows: Sequence[RawRow]
) -> bool:
    dated = [days[i] for i in columns if i in days]
    if len(dated) > 1:
        return dated[0] > dated[-1]
    numbers = [int(found[0]) for name in names if (found := re.findall(r"(?<![Qq\d])\d{1,2}\b", name))]
    if len(numbers) == len(names) and numbers[0] != numbers[-1]:
        return numbers[0] > numbers[-1]
    return sum(_falls(row, columns) for row in rows) > 0


def _falls(row: RawRow, columns: Sequence[int]) -> int:
    """Return 1 where the days in the cells of a row fall from left to right, -1 where they rise."""
    days_of = [found[0].on for i in columns if (found := find_dates("".join(row.cells[i : i + 1])))]
    return (days_of[0] > days_of[-1]) - (days_of[0] < days_of[-1]) if days_of else 0


def newest_first(cells: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the cells of an action as they stood at each update that says something, the newest first.

    Parameters
    ----------
    cells : mapping of str to str
        Cells by the roles of `name_updates`.

    Returns
    -------
    list of dict
        Cells by plain role; the last one holds those that belong to no series.
    """
    plain = {role: text for role, text in cells.items() if purpose(role) == role}
    stages: dict[int, dict[str, str]] = {}
    for role, text in cells.items():
        if purpose(role) != role and not _UNCHANGED.fullmatch(text):
            stages.setdefault(_rank(role), {})[purpose(role)] = text
    return [{**plain, **stages[rank]} for rank in sorted(stages, reverse=True)] + [plain]


def together(cells: Mapping[str, str]) -> dict[str, str]:
    """Join a series as printed, column by column; ratings that a newer one has replaced stand with the progress."""
    rag = max((role for role in cells if purpose(role) == "rag" and cells[role]), default="", key=_rank)
    joined: dict[str, str] = {}
    for role, text in cells.items():
        plain = purpose(role) if purpose(role) != "rag" or role == rag else "progress"
        joined[plain] = "\n".join(part for part in (joined.get(plain, ""), text) if part)
    return joined


def _rank(role: str) -> int:
    return int(role.partition("@")[2] or 0)
