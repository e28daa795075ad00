"""Texts to be coded, from a CSV file of anyone's making."""

from __future__ import annotations

import codecs
import difflib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from dhr_analytics.errors import InputError, UsageError

PORTION = 5_000


def read_texts(path: Path | str) -> Iterator[pd.DataFrame]:
    """Read a CSV of texts, a portion at a time, so that a long file needs little memory.

    Parameters
    ----------
    path : path
        UTF-8 or Windows-1252, comma-separated, with the columns ``id`` and ``text`` and, if wanted, ``section``.

    Yields
    ------
    pandas.DataFrame
        Columns ``id``, ``text`` and ``section``, all texts, in the order of the file; at least one frame.

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
        seen, line = set[str](), 2
        encoding = _encoding(path)
        with pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding, chunksize=PORTION) as portions:
            for portion in portions:
                frame = _checked(portion, path, seen, line)
                seen.update(frame["id"])
                line += len(frame)
                yield frame
    except (ValueError, OSError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path} cannot be read as CSV: {error}. Save it as CSV UTF-8 with the columns id,text."
        ) from error


def _checked(frame: pd.DataFrame, path: Path, seen: set[str], line: int) -> pd.DataFrame:
    frame = frame.rename(columns=lambda column: str(column).strip().lower())
    for column in ("id", "text"):
        if column not in frame:
            near = difflib.get_close_matches(column, list(frame.columns), n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise InputError(f"{path} has no column {column!r}{hint}; it has: {', '.join(frame.columns)}.")
    if (blank := frame["id"].str.strip() == "").any():
        raise InputError(f"{path}, line {int(blank.argmax()) + line}: the id is empty. Give every text its own id.")
    if (twice := frame["id"].duplicated() | frame["id"].isin(seen)).any():
        raise InputError(f"{path}: id {frame['id'][twice].iloc[0]!r} appears twice. Give every text its own id.")
    if "section" not in frame:
        frame = frame.assign(section="")
    return frame[["id", "text", "section"]]


def _encoding(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as content:
            while block := content.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
