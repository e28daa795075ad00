"""Label lines: text, or cells, in which lines "Label: value" stand below each recommendation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dhr_analytics.normalising.grammars.fields import (
    ID,
    Piece,
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
    seen = count_labels(row for table in tables for row in table.rows)
    pieces: list[Piece] = []
    for table in tables:
        if table.kind == "text" or all(len(row.cells) == 1 for row in table.rows):
            pieces += line_pieces(table.rows, seen)
        else:
            pieces += (piece for row in table.rows for piece in _cell_pieces(row, seen))
    return read_forms("label lines", pieces, by="line")


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
    return [as_title((number, wording), row, "line")] if texts else []
