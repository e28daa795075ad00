"""What every reader gives: rows of cells with their place in the document, nothing interpreted yet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RawRow:
    """One row of cells as printed.

    ``cells`` are texts with paragraphs separated by newlines; ``place`` says where the row is ("line 13",
    "page 3, row 5"); ``break_before`` is true where a page break, or what looks like one, parts it from the row
    above; ``fills`` names the RAG colour of each cell's background, where the document has colours; ``struck`` are the
    words of the row that are struck out: they are in no cell.
    ``nested`` are the rows of a table within the cell ``nested_at``, whose words are then in no cell either.
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
