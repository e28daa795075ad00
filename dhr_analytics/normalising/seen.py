"""What was seen in a document that holds no plan, in words: for the person who gave it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from dhr_analytics.normalising.lines import numbered, words_a_recommendation
from dhr_analytics.reading import RawTable

_LINE = re.compile(r"\W*(recommendation|rec)\b\W*(?:no\.?\s*)?\w{1,4}\b", re.IGNORECASE)


def what_was_seen(tables: Sequence[RawTable]) -> str:
    """Say in words what a document holds that no plan was read from.

    Parameters
    ----------
    tables : sequence of RawTable

    Returns
    -------
    str
        Such as "3 tables and 120 paragraphs; 58 paragraphs begin 'Recommendation n'".
    """
    lines = [row.cells[0] for table in tables if table.kind == "text" for row in table.rows]
    grids = [table for table in tables if table.kind == "table"]
    seen = [f"{_count(len(grids), 'table')} and {_count(len(lines), 'paragraph')}"]
    if grids:
        widths = sorted(set(map(_width, grids)))
        seen.append(f"the tables have {', '.join(map(str, widths))} columns")
    counts = {what: sum(map(is_so, lines)) for what, is_so in _LOOKED_FOR.items()}
    return "; ".join([*seen, *(f"{n} paragraphs {what}" for what, n in counts.items() if n)])


def _width(table: RawTable) -> int:
    return max(len(row.cells) for row in table.rows)


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n != 1)}"


_LOOKED_FOR: dict[str, Callable[[str], bool]] = {
    "begin 'Recommendation n'": lambda line: bool(_LINE.match(line)),
    "are numbered and ask for something": (lambda line: bool(numbered(line)) and words_a_recommendation(line)),
}
