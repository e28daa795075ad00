"""Raw tables and text made by hand, and what a grammar reads from them."""

from dhr_analytics.normalising.choose import columns_of
from dhr_analytics.normalising.frames import frames_of
from dhr_analytics.reading import RawRow, RawTable


def table(*rows, breaks=(), place="row {}"):
    """A table; a row that is a text alone is a band in the first column."""
    width = max(len(row) for row in rows if not isinstance(row, str))
    whole = [(row, *[""] * (width - 1)) if isinstance(row, str) else tuple(row) for row in rows]
    made = (RawRow(cells, place.format(i), i in breaks) for i, cells in enumerate(whole, 1))
    return RawTable(tuple(made))


def text(*lines, place="line {}"):
    """Lines of running text."""
    rows = (RawRow((line,), place.format(i)) for i, line in enumerate(lines, 1))
    return RawTable(tuple(rows), kind="text")


def reading(grammar, *tables, **options):
    """What a grammar reads of the one frame that these tables make."""
    (frame,) = frames_of(tables)
    return grammar.read(frame, columns_of(frame), **options)


def cells(read):
    """The cells of the rows that were read."""
    return [dict(row.cells) for row in read.rows]


def columns(read, *roles):
    """The cells of some roles, row by row; ``""`` where a row has none."""
    return [tuple(row.cells.get(role, "") for role in roles) for row in read.rows]
