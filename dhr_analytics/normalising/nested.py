"""Tables within cells: laid beside the row that holds them, or below it on a form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from dhr_analytics.normalising.roles import HEADER, header_score
from dhr_analytics.reading import RawRow

_LONGEST_LABEL = 8  # words


def unnested(rows: Iterable[RawRow]) -> Iterator[RawRow]:
    """Lay the rows of tables within cells below the row that holds them, in place of a label that only names them."""
    for row in rows:
        if not (row.nested and _is_label_alone(row)):
            yield row
        yield from (RawRow(cells, row.place, row.break_before and not i) for i, cells in enumerate(row.nested))


def _is_label_alone(row: RawRow) -> bool:
    filled = [cell for cell in row.cells if cell.strip()]
    return len(filled) < 2 and len(" ".join(filled).split()) <= _LONGEST_LABEL


def with_nested_rows(rows: Sequence[RawRow]) -> Sequence[RawRow]:
    """Lay the rows of tables within cells beside the row that holds them, under their own names; on a form, below."""
    holder = next((row for row in rows if row.nested), None)
    if holder is None:
        return rows
    on_form = len(holder.cells) < 3 and _is_label_alone(holder)
    return list(unnested(rows)) if on_form else _beside(rows, holder.nested_at, holder.nested[0])


def _beside(rows: Sequence[RawRow], at: int, head: tuple[str, ...]) -> list[RawRow]:
    """Lay the rows of tables in a column beside their rows; where the first row holds none, it is the header."""
    blank = ("",) * (max(len(row.cells) for row in rows) - 1)
    out: list[RawRow] = []
    for i, row in enumerate(rows):
        inner = _inner_rows(row) if row.nested else [("",) * len(head) if i else head]
        own = (*row.cells[:at], *row.cells[at + 1 :])
        out.append(replace(row, cells=(*own, *inner[0]) if inner else own))
        out += [RawRow((*blank, *cells), row.place) for cells in inner[1:]]
    return out


def _inner_rows(row: RawRow) -> Sequence[tuple[str, ...]]:
    """Return the rows of a table within a cell, without its header."""
    return row.nested[1:] if header_score(row.nested[0]) >= HEADER else row.nested
