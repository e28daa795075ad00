"""Forms: tables with labels down the side; actions are fields of a form, or rows below a header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from dhr_analytics.normalising.cells.updates import name_updates
from dhr_analytics.normalising.grammars.fields import (
    ID,
    Piece,
    Title,
    alternative,
    as_title,
    count_labels,
    filled,
    is_furniture,
    is_heading,
    known_role,
    line_pieces,
    may_be_label,
    name_label,
    read_parts,
    split_number,
    stem_of,
    title_of,
)
from dhr_analytics.normalising.grammars.form_rows import read_forms
from dhr_analytics.normalising.nested import unnested
from dhr_analytics.normalising.roles import worded_role
from dhr_analytics.normalising.rows import Reading
from dhr_analytics.reading import RawRow, RawTable
from dhr_analytics.vocabulary import terms

_OPENING = ("recommendation", "number")
_CORE = ("recommendation", "action")
Counts = Mapping[str, int]
Columns = tuple[tuple[str, str], ...]  # role and name of each
Label = tuple[str, str]  # role and number


@dataclass(frozen=True)
class _Above:
    """What is above a row: columns of a header, number of the form, title of the document."""

    columns: Columns = ()
    opened: bool = False
    number: str = ""
    title: str = ""
    foreign: bool = False  # in a table whose header has the recommendations


def read(tables: Sequence[RawTable]) -> Reading | None:
    """Read tables whose rows are a label and its value.

    Parameters
    ----------
    tables : sequence of RawTable
        A run of tables and text of one document, or one worksheet.

    Returns
    -------
    Reading or None
        A row for each action, in document order; ``None`` where the labels do not make a plan.
    """
    tables = [replace(table, rows=tuple(unnested(table.rows))) for table in tables]
    rows = [row for table in tables for row in table.rows]
    heads = Counter(_folded(row) for row in rows)
    pieces = list(_pieces(tables, count_labels(rows), heads))
    return read_forms("forms", _mended(pieces), by="pair")


def _pieces(tables: Iterable[RawTable], seen: Counts, heads: Counts) -> Iterator[Piece]:
    above = _Above()
    for table in tables:
        if table.kind == "text":
            lines = list(line_pieces(table.rows, seen))
            above = _below_text(above, lines)
            yield from lines
            continue
        above = replace(above, foreign=False)
        for i, row in enumerate(_title_above(table.rows)):
            cut = not i or row.break_before
            pieces, above = _read_row(row, above, seen, heads, cut=cut)
            yield from pieces


def _below_text(above: _Above, lines: Sequence[Piece]) -> _Above:
    """Forget the columns below a heading, but for the title, which each page may repeat."""
    found = [terms.fold(piece.text) for piece in lines if piece.kind == "heading"]
    title = [above.title or found[0]] if found else [above.title]
    columns = () if set(found) - set(title) else above.columns
    return replace(above, title=title[0], columns=columns)


def _title_above(rows: Sequence[RawRow]) -> Sequence[RawRow]:
    """Put "Recommendation 4" down the side of a whole table above it."""
    beside = {row.cells[0].strip() for row in rows if len(row.cells) > 2} - {""}
    if len(beside) != 1 or len(rows) < 3 or title_of(*beside) is None:
        return rows
    rest = [replace(row, cells=row.cells[1:], fills=row.fills[1:]) for row in rows]
    return [RawRow((*beside, ""), rows[0].place), *rest]


def _read_row(
    row: RawRow,
    above: _Above,
    seen: Counts,
    heads: Counts,
    *,
    cut: bool,
) -> tuple[list[Piece], _Above]:
    """Read a row, and return what is then above the next."""
    if is_furniture(row):
        return [Piece("blank", "", row)], above
    columns = _columns(row, heads)
    asked = any(role == "recommendation" for role, _ in columns)
    if above.foreign or asked or (columns and not above.opened):
        return [Piece("aside", "", row)], replace(above, foreign=True)
    if columns:
        return [Piece("header", "", row)], replace(above, columns=columns)
    if len(above.columns) != len(row.cells):
        above = replace(above, columns=())
    pieces = _by_shape(row, above, seen, cut=cut)
    return pieces, _below(above, pieces)


def _below(above: _Above, pieces: Sequence[Piece]) -> _Above:
    pairs = [piece for piece in pieces if piece.origin == "pair"]
    opening = [piece for piece in pairs if piece.role in _OPENING]
    columns = () if pairs or pieces[0].kind == "heading" else above.columns
    number = opening[-1].number if opening else above.number
    return replace(above, columns=columns, opened=above.opened or bool(opening), number=number)


def _folded(row: RawRow) -> str:
    return "|".join(map(terms.fold, row.cells))


def _columns(row: RawRow, heads: Counts) -> Columns:
    """Return the role and name of each column where a row is a header, else an empty tuple."""
    cells = filled(row)
    if len(cells) < 2 or any(map(_is_sentence, cells)):
        return ()
    roles = [worded_role(cell) for cell in row.cells]
    if "action" not in roles:
        roles = [_asked(cell, role) for cell, role in zip(row.cells, roles, strict=True)]
    if {"action", "recommendation"}.isdisjoint(roles) or not _is_header(row, cells, roles, heads):
        return ()
    return tuple(zip(name_updates(roles, row.cells, ()), row.cells, strict=True))


def _is_sentence(text: str) -> bool:
    return len(text.split()) > (4 if text.endswith(".") else 9)


def _asked(cell: str, role: str) -> str:
    return "action" if alternative(cell) == "action" else role


def _is_header(row: RawRow, cells: list[str], roles: list[str], heads: Counts) -> bool:
    if len(cells) > 2:  # a row that is repeated need not be known as well
        return sum(map(bool, roles)) * 3 >= len(cells) * (1 if heads[_folded(row)] > 1 else 2)
    known = all(known_role(cell) and not _is_value(cell) for cell in cells)
    return known and row.cells[1].strip() == cells[1]


def _is_value(text: str) -> bool:
    """Return whether a cell is a status or a sentence, not the name of a column."""
    kinds = ("completed", "in_progress", "not_started")
    found = (terms.any_of("status", kind).fullmatch(text.strip(" .")) for kind in kinds)
    return bool(re.search(r"\.$|\n|:\s*\S", text.strip())) or any(found)


def _by_shape(row: RawRow, above: _Above, seen: Counts, *, cut: bool) -> list[Piece]:
    """Read a row as labels and values, below a header, as one cell, or as cells of label lines."""
    cells = filled(row)
    if pairs := _pairs(row, cells, above, seen):
        return pairs
    if above.columns and (len(cells) > 1 or not row.cells[0].strip()):
        return _record(row, above.columns, cut=cut)
    if len(cells) == 1:
        starts = bool(row.cells[0].strip())
        return _alone(row, cells[0], seen) if starts else [Piece("rest", cells[0], row)]
    parts = [read_parts(cell, row, seen) for cell in cells]
    labelled = all(each[0].kind == "field" for each in parts)
    return list(chain(*parts)) if labelled else [Piece("aside", "", row)]


def _alone(row: RawRow, text: str, seen: Counts) -> list[Piece]:
    """Read a row of one cell: a title, lines with labels, a label without a value, or a heading."""
    parts = read_parts(text, row, seen)
    if parts[0].kind == "field":
        bare = len(parts) == 1 and parts[0].open and len(row.cells) > 1
        return [replace(parts[0], origin="pair")] if bare else parts
    role, number = name_label(text, seen) or ("", "")
    if _stands_alone(row, role, number, seen.get(stem_of(text), 0)):
        value = _colour(row.fills) if role in ("rag", "status") else ""
        opens = role in _CORE
        return [Piece("field", value, row, text.strip(" :"), role, number, "pair", opens)]
    return [Piece("heading" if is_heading(text) else "text", text, row)]


def _stands_alone(row: RawRow, role: str, number: str, count: int) -> bool:
    """Tell a label without a value from a heading; "Action 1" may stand above its text."""
    return bool(number) if role in _CORE else bool(role) and len(row.cells) > 1 and count > 0


def _colour(fills: Sequence[str]) -> str:
    return next(filter(None, fills), "")


def _pairs(row: RawRow, cells: Sequence[str], above: _Above, seen: Counts) -> list[Piece]:
    """Read a row as one or two labels, each with its value."""
    if len(cells) == 2 and row.cells[0].strip():
        return _pair(row, cells[0], cells[1], above, seen)
    named = [name_label(cell, seen) for cell in cells]
    if len(cells) != 4 or above.columns or not all(named[::2]) or all(named):
        return []
    first, second = (_pair(row, cells[i], cells[i + 1], above, seen) for i in (0, 2))
    return [*first, *second]


def _pair(row: RawRow, label: str, value: str, above: _Above, seen: Counts) -> list[Piece]:
    title = title_of(label)
    if title and not title.text:
        return [] if title_of(value) else [as_title(title._replace(text=value), row, "pair")]
    if found := name_label(label, {} if above.columns else seen):
        return _field(row, label, value, found, seen)
    is_number = ID.fullmatch(label) and len(value.split()) > 2 and not _is_below(label, above)
    return [as_title(Title(label, value), row, "pair")] if is_number else []


def _is_below(label: str, above: _Above) -> bool:
    """Return whether a number is that of an action: "2.1" below "2"."""
    numbered = above.columns and above.columns[0][0] in ("action_number", "number")
    return bool(numbered) and label.startswith(above.number.strip(".()"))


def _field(row: RawRow, label: str, value: str, found: Label, seen: Counts) -> list[Piece]:
    """Read a label and its value, which may be the number of the form or hold further labels."""
    role, number = found
    title = title_of(value) or (Title(value, "") if ID.fullmatch(value) else None)
    if role == "recommendation" and title:
        return [as_title(title, row, "pair")]
    field = Piece("field", value, row, label.strip(" :"), role, number, "pair")
    inner = read_parts(value, row, seen)
    if len(inner) < 3 or not all(known_role(split_number(each.label)[0]) for each in inner[1:]):
        return [field]
    own = inner[0].kind == "text"
    return [replace(field, text=inner[0].text if own else ""), *inner[own:]]


def _record(row: RawRow, columns: Columns, *, cut: bool) -> list[Piece]:
    """Read a row below a header: the action first, then the cells beside it."""
    pieces = []
    for i, ((role, name), cell) in enumerate(zip(columns, row.cells, strict=True)):
        colour = _colour(row.fills[i : i + 1]) if role in ("rag", "status") else ""
        role = {"": "other", "number": "action_number"}.get(role, role)
        pieces.append(Piece("field", cell.strip() or colour, row, name, role, "", "column"))
    pieces = sorted((p for p in pieces if p.text), key=lambda piece: piece.role != "action")
    first = pieces[0]
    begins = first.role == "action" and not (cut and re.match(r"[a-z](?![.)])", first.text))
    return pieces if begins else [replace(piece, kind="rest") for piece in pieces]


def _mended(pieces: Sequence[Piece]) -> list[Piece]:
    """Name what the neighbours show: an unknown label between labels, the wording of a title."""
    made: list[Piece] = []
    for i, piece in enumerate(pieces):
        above, below = made[-1:], pieces[i + 1 : i + 3]
        if _has_pair(above):
            named = _unlisted(piece) if piece.kind == "aside" and _has_pair(below) else piece
            made.append(_worded(named, above[0]))
        else:
            heads = _heads_list(piece, below)
            made.append(Piece("aside", "", piece.row) if heads else piece)
    return made


def _has_pair(pieces: Sequence[Piece]) -> bool:
    return any(piece.origin == "pair" for piece in pieces)


def _worded(piece: Piece, above: Piece) -> Piece:
    """Take the value of a label that says nothing for the wording of the title above it."""
    unknown = piece.role == "other" and not worded_role(piece.label)
    awaited = above.role == "recommendation" and above.open and not above.text
    words = len(piece.text.split())
    return replace(piece, role="recommendation") if unknown and awaited and words > 3 else piece


def _heads_list(piece: Piece, below: Sequence[Piece]) -> bool:
    """Return whether a label heads rows without labels, as "Agency" and "Role" do."""
    listed = [each.kind == "aside" for each in below]
    return piece.origin == "pair" and not piece.open and bool(listed) and all(listed)


def _unlisted(piece: Piece) -> Piece:
    cells = filled(piece.row)
    if len(cells) != 2 or not may_be_label(cells[0]):
        return piece
    return Piece("field", cells[1], piece.row, cells[0].strip(" :"), "other", "", "pair")
