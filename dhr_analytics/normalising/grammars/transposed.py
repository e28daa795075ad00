"""Transposed tables: labels in the first column, one recommendation in each further column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from dhr_analytics.normalising.grammars.fields import (
    ID,
    Piece,
    as_title,
    filled,
    line_pieces,
    name_label,
    stem_of,
    title_of,
)
from dhr_analytics.normalising.grammars.form_rows import read_forms
from dhr_analytics.normalising.rows import Reading
from dhr_analytics.reading import RawRow, RawTable


def read(tables: Sequence[RawTable]) -> Reading | None:
    """Read tables with labels in the first column and a recommendation in each other column.

    Parameters
    ----------
    tables : sequence of RawTable
        A run of tables and text of one document, or one worksheet.

    Returns
    -------
    Reading or None
        A row for each action, column by column; ``None`` where no table is laid out so.
    """
    pieces: list[Piece] = []
    held: list[RawRow] = []  # the table above, which may continue over a page break
    for table in tables:
        if held and not _continues(table, held[0]):
            pieces += _column_pieces(held)
            held = []
        if held or _is_transposed(table):
            held += table.rows
        elif table.kind == "text":
            pieces += line_pieces(table.rows, {})
        else:
            pieces += (Piece("aside", "", row) for row in table.rows)
    return read_forms("transposed", [*pieces, *_column_pieces(held)], by="pair")


def _is_transposed(table: RawTable) -> bool:
    """Return whether the first column holds labels, and at least two others their values."""
    rows = [row for row in table.rows if len(filled(replace(row, cells=row.cells[1:]))) > 1]
    roles = {_label(row, {})[0] for row in rows} - {""}
    values = [cell for row in rows for cell in row.cells[1:] if cell.strip()]
    named = sum(map(_is_name, values))
    asked = not roles.isdisjoint(("recommendation", "action"))
    return asked and len(roles) > 1 and named * 3 < len(values)


def _is_name(cell: str) -> bool:
    return title_of(cell) is None and name_label(cell, {}) is not None


def _continues(table: RawTable, first: RawRow) -> bool:
    """Return whether a table continues the one above: as wide, and not with its first label again."""
    row = table.rows[0]
    again = stem_of(row.cells[0]) == stem_of(first.cells[0])
    named = [_label(each, {})[0] for each in table.rows]
    known = sum(map(bool, named)) * 2 > len(named)
    return known and not again and len(row.cells) == len(first.cells)


def _column_pieces(rows: Sequence[RawRow]) -> Iterator[Piece]:
    """Read each column as a form."""
    width = max((len(row.cells) for row in rows), default=0)
    seen = {stem_of(row.cells[0]): width for row in rows}
    for i in range(1, width):
        for row in rows:
            yield _cell_piece(row, row.cells[i].strip() if i < len(row.cells) else "", seen)


def _label(row: RawRow, seen: Mapping[str, int]) -> tuple[str, str]:
    return name_label(row.cells[0], seen) or ("", "")


def _cell_piece(row: RawRow, cell: str, seen: Mapping[str, int]) -> Piece:
    role, number = _label(row, seen)
    title = title_of(cell)
    if title and role in ("", "number", "recommendation"):
        return as_title(title, row, "pair")
    if role == "recommendation" and ID.fullmatch(cell):
        return Piece("field", cell, row, "Number", "number", "", "pair")
    if not role or not cell:
        return Piece("rest" if cell else "blank", cell, row)
    return Piece("field", cell, row, row.cells[0].strip(" :"), role, number, "pair")
