"""Reading: any document becomes a list of raw tables, each cell with its place."""

from __future__ import annotations

from pathlib import Path

from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.reading.table import RawRow, RawTable
from dhr_analytics.reading.text import read_text

__all__ = ["RawRow", "RawTable", "read_document"]

MAX_BYTES = 50_000_000


def read_document(path: Path | str) -> list[RawTable]:
    """Read one document into raw tables.

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
        When the file is empty, too large, or not of a kind that can be read.
    """
    path = Path(path)
    if not path.is_file():
        raise UsageError(f"There is no file {path}. Check the spelling, or name the folder that holds the plans.")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise InputError(f"{path.name} has {size:,} bytes; at most {MAX_BYTES:,} are read. Cut out the action plan.")
    data = path.read_bytes()
    if not data.strip():
        raise InputError(f"{path.name} is empty. Check that it was downloaded whole, or leave it out.")
    return read_text(data, path.name)
