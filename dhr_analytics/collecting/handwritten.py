"""CSV files that are kept by hand: their lines with their places, and days as people write them."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

from dhr_analytics.errors import UsageError


def read_lines(path: Path, what: str) -> list[tuple[str, dict[str, str]]]:
    """Read a CSV that is kept by hand; lines without anything in them are left out.

    Parameters
    ----------
    path : pathlib.Path
    what : str
        What the file is, for messages.

    Returns
    -------
    list of (str, dict)
        The place of each line (``overrides.csv, line 2``), and its cells.

    Raises
    ------
    UsageError
        When the file is missing or is no CSV in UTF-8, or a line has more cells than there are
        columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", restval="")
            lines = [(f"{path.name}, line {reader.line_num}", row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"The {what} {path} cannot be read: {error}. Save the file as CSV UTF-8.") from error
    long = [where for where, row in lines if isinstance(row.get(""), list) and any(row[""])]
    if long:
        raise UsageError(f"{long[0]}: more cells than there are columns. Put a text that holds commas in quotes.")
    cells = [(where, _stripped(row)) for where, row in lines]
    return [(where, row) for where, row in cells if any(row.values())]


def _stripped(row: dict[str, str]) -> dict[str, str]:
    return {key: text.strip() for key, text in row.items() if key}


def read_day(text: str, what: str) -> date:
    """Read a day as people and Excel write it.

    Parameters
    ----------
    text : str
        ``2025-03-31`` or ``31/03/2025``.
    what : str
        What the day is and its place, for the message.

    Returns
    -------
    datetime.date

    Raises
    ------
    UsageError
        When it is neither, or there is no such day.
    """
    british = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    try:
        if british:
            return date(*map(int, reversed(british.groups())))
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{what} is {text!r}; write it as 2025-03-31 or 31/03/2025.") from error
