"""Label lines: text, or cells, in which lines "Label: value" stand below each recommendation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

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
    runs = [(lines is not None, lines or table.rows) for table in tables for lines in [_lines_of(table)]]
    seen = count_labels(row for _, rows in runs for row in rows)
    pieces: list[Piece] = []
    for are_lines, group in groupby(runs, key=itemgetter(0)):
        rows = [row for _, rows in group for row in rows]
        pieces += line_pieces(rows, seen) if are_lines else (piece for row in rows for piece in _cell_pieces(row, seen))
    return read_forms("label lines", pieces, by="line")


def _lines_of(table: RawTable) -> tuple[RawRow, ...] | None:
    """Return the lines of a text, be it one that only looks like a table as its values are below each other."""
    if table.kind == "text" or all(len(row.cells) == 1 for row in table.rows):
        return table.rows
    cells = [filled(row) for row in table.rows if row.place.startswith("line")]
    lined = len(cells) == len(table.rows) and all(len(each) < 2 or _is_label(each) for each in cells)
    return tuple(replace(row, cells=(" ".join(filled(row)),)) for row in table.rows) if lined else None


def _is_label(cells: Sequence[str]) -> bool:
    return len(cells) == 2 and cells[0].endswith(":")


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
