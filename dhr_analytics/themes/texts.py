"""Texts to be coded, from a CSV file of anyone's making."""

from __future__ import annotations

import difflib
from pathlib import Path

import pandas as pd

from dhr_analytics.errors import InputError, UsageError


def read_texts(path: Path | str) -> pd.DataFrame:
    """Read a CSV of texts.

    Parameters
    ----------
    path : path
        UTF-8 or Windows-1252, comma-separated, with the columns ``id`` and ``text`` and, if wanted, ``section``.

    Returns
    -------
    pandas.DataFrame
        Columns ``id``, ``text`` and ``section``, all texts, in the order of the file.

    Raises
    ------
    UsageError
        When there is no such file.
    InputError
        When it is no CSV, lacks a column, or gives an id twice or not at all.
    """
    path = Path(path)
    if not path.is_file():
        raise UsageError(f"There is no file {path}. Check the spelling.")
    try:
        frame = _read(path)
    except (ValueError, OSError) as error:
        raise InputError(
            f"{path} cannot be read as CSV: {error}. Save it as CSV UTF-8 with the columns id,text."
        ) from error
    frame.columns = [str(column).strip().lower() for column in frame.columns]
    for column in ("id", "text"):
        if column not in frame:
            near = difflib.get_close_matches(column, list(frame.columns), n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise InputError(f"{path} has no column {column!r}{hint}; it has: {', '.join(frame.columns)}.")
    if (blank := frame["id"].str.strip() == "").any():
        raise InputError(f"{path}, line {int(blank.argmax()) + 2}: the id is empty. Give every text its own id.")
    if (twice := frame["id"].duplicated()).any():
        raise InputError(f"{path}: id {frame['id'][twice].iloc[0]!r} stands twice. Give every text its own id.")
    if "section" not in frame:
        frame["section"] = ""
    return frame[["id", "text", "section"]]


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except UnicodeDecodeError:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="cp1252")
