"""Reading: any document becomes a list of raw tables, each cell with its place."""

from __future__ import annotations

from pathlib import Path

from dhr_analytics.reading.guard import load, read_guarded
from dhr_analytics.reading.kinds import kind_of, read_kind
from dhr_analytics.reading.table import RawRow, RawTable

__all__ = ["RawRow", "RawTable", "kind_of", "read_document", "read_guarded"]


def read_document(path: Path | str) -> list[RawTable]:
    """Read one document into raw tables, in this process and without limits of time and memory.

    Parameters
    ----------
    path : path
        A file; its content decides how it is read, not its name.

    Returns
    -------
    list of RawTable
        Tables and running text in the order of the document.

    Raises
    ------
    UsageError
        When there is no such file.
    InputError
        When the file is empty, too large, damaged, or not of a kind that can be read.

    See Also
    --------
    read_guarded : the same for files that nobody has looked at yet.
    """
    data, name = load(path), Path(path).name
    return read_kind(kind_of(data, name), data, name)
