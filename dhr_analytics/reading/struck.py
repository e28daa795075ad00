"""Words that are struck out: withdrawn, and so no part of a plan, yet not to be dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from dhr_analytics.reading.table import RawTable


def set_struck_aside(tables: Iterable[RawTable]) -> tuple[list[RawTable], list[tuple[str, str]]]:
    """Take the rows out that are wholly struck out.

    Parameters
    ----------
    tables : iterable of RawTable
        A document as read.

    Returns
    -------
    tables : list of RawTable
        Without rows of which only a number or nothing is not struck out.
    struck : list of (str, str)
        Place and words of all that is struck out, whole rows and single words.
    """
    kept, struck = [], []
    for table in tables:
        struck += [(row.place, row.struck) for row in table.rows if row.struck]
        stays = [row for row in table.rows if not row.struck or re.search(r"[^\W\d_]{2}", " ".join(row.cells))]
        if stays:
            kept.append(replace(table, rows=tuple(stays)))
    return kept, struck
