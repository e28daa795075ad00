"""What was seen in a document that holds no plan, in words: for the person who gave it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

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
    counts = {
        "begin 'Recommendation n'": sum(bool(_LINE.match(line)) for line in lines),
        "are numbered and ask for something": sum(
            bool(numbered(line)) and words_a_recommendation(line) for line in lines
        ),
    }
    n_tables = sum(table.kind == "table" for table in tables)
    widths = Counter(max(len(row.cells) for row in table.rows) for table in tables if table.kind == "table")
    seen = [f"{n_tables} table{'s' * (n_tables != 1)} and {len(lines)} paragraph{'s' * (len(lines) != 1)}"]
    if widths:
        seen.append(f"the tables have {', '.join(str(width) for width in sorted(widths))} columns")
    seen += [f"{n} paragraphs {what}" for what, n in counts.items() if n]
    return "; ".join(seen)
