"""Label lines: text, or cells, in which lines "Label: value" stand below each recommendation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from dhr_analytics.normalising.grammars.fields import (
    ID,
    Piece,
    Title,
    as_title,
    count_labels,
    filled,
    is_furniture,
    line_pieces,
    read_parts,
)
from dhr_analytics.normalising.grammars.form_rows import read_forms
from dhr_analytics.normalising.rows import Reading
from dhr_analytics.reading import RawRow, RawTable


def read(tables: Sequence[RawTable]) -> Reading | None:
    """Read lines "Label: value" below "Recommendation 3", of running text or inside cells.

    Parameters
    ----------
    tables : sequence of RawTable
        A run of tables and text of one document, or one worksheet.

    Returns
    -------
    Reading or None
        A row for each action, in document order; ``None`` where the labels do not make a plan.
    """
    runs = [(_is_lined(table), row) for table in tables for row in table.rows]
    lines = [_as_line(row) if lined else row for lined, row in runs]
    seen = count_labels(lines)
    pieces: list[Piece] = []
    for lined, group in groupby(zip(runs, lines, strict=True), key=lambda each: each[0][0]):
        rows = [line for _, line in group]
        pieces += line_pieces(rows, seen) if lined else _pieces_of_cells(rows, seen)
    return read_forms("label lines", pieces, by="line")


def _is_lined(table: RawTable) -> bool:
    """Return whether a table is lines of text, be it that it only looks like a table as values are below each other."""
    if table.kind == "text" or all(len(row.cells) == 1 for row in table.rows):
        return True
    return all(row.place.startswith("line") and _may_be_line(filled(row)) for row in table.rows)


def _may_be_line(cells: Sequence[str]) -> bool:
    return len(cells) < 2 or (len(cells) == 2 and cells[0].endswith(":"))


def _as_line(row: RawRow) -> RawRow:
    return row if len(row.cells) == 1 else replace(row, cells=(" ".join(filled(row)),), fills=())


def _pieces_of_cells(rows: Sequence[RawRow], seen: Mapping[str, int]) -> Iterator[Piece]:
    for row in rows:
        yield from _cell_pieces(row, seen)


def _cell_pieces(row: RawRow, seen: Mapping[str, int]) -> list[Piece]:
    """Read a row by the labels inside its cells; beside them may stand number and wording."""
    if is_furniture(row):
        return [Piece("blank", "", row)]
    pieces = [piece for cell in filled(row) for piece in read_parts(cell, row, seen)]
    fields = [piece for piece in pieces if piece.kind == "field"]
    if len(fields) < 2 or len(pieces) <= len(filled(row)):
        return [Piece("aside", "", row)]
    return [*_beside(row, [piece.text for piece in pieces if piece.kind == "text"]), *fields]


def _beside(row: RawRow, texts: Sequence[str]) -> list[Piece]:
    number = next(filter(ID.fullmatch, texts), "")
    wording = "\n".join(text for text in texts if text != number)
    return [as_title(Title(number, wording), row, "line")] if texts else []
