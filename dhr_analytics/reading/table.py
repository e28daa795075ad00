"""What every reader gives: rows of cells with their place in the document, nothing interpreted yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest


@dataclass(frozen=True)
class RawRow:
    """One row of cells as printed.

    ``cells`` are texts with paragraphs separated by newlines; ``place`` says where the row is ("line 13",
    "page 3, row 5"); ``break_before`` is true where a page break, or what looks like one, parts it from the row
    above; ``fills`` names the RAG colour of each cell's background, where the document has colours; ``struck`` are the
    words of the row that are struck out: they are in no cell.
    ``nested`` are the rows of a table within the cell ``nested_at``, whose words are then in no cell either; a cell of
    it that holds but a colour says its name.
    """

    cells: tuple[str, ...]
    place: str
    break_before: bool = False
    fills: tuple[str, ...] = ()
    struck: str = ""
    nested: tuple[tuple[str, ...], ...] = ()
    nested_at: int = 0


@dataclass(frozen=True)
class RawTable:
    """A run of rows: a table, or (``kind="text"``) the lines of running text between two tables."""

    rows: tuple[RawRow, ...]
    kind: str = "table"


def as_nested(rows: Sequence[tuple[Sequence[str], Sequence[str]]]) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a table within a cell, given as texts and colours of their cells."""
    # A row that is coloured as a whole rates none of its blank cells.
    rated = [(texts, fills if sum(map(bool, fills)) == 1 else ()) for texts, fills in rows]
    return tuple(tuple(text or fill for text, fill in zip_longest(*row, fillvalue="")) for row in rated)
