"""Coding: from texts to the rows of themes.csv.

The rules are the first source. A model and human coders join here, each with rows of the same columns and its own
`source`.
"""

from collections.abc import Iterable

import pandas as pd

from dhr_analytics.errors import InputError
from dhr_analytics.themes.codebook import OTHER, Codebook
from dhr_analytics.themes.rules import Evidence, find_themes

COLUMNS = ("id", "theme", "source", "probability", "evidence", "start", "end", "codebook_version")
SHORT_TEXT = 5


def code_texts(frame: pd.DataFrame, codebook: Codebook | None = None) -> pd.DataFrame:
    """Code texts to themes by the phrase rules of the codebook.

    Parameters
    ----------
    frame
        Columns `id` (unique) and `text`; optionally `section`, the heading above the text. The heading is read only
        where the text has fewer than five words and so does not stand alone.
    codebook
        The codebook that comes with the package when left out.

    Returns
    -------
    pandas.DataFrame
        One row for each id and theme, in input order and then codebook order. `evidence` is the first match in the
        text, the longest where several begin there, and `text[start:end]` is that evidence. `start` and `end` are
        empty where the words stand in the heading, and where the theme is `other`, which has no evidence.
        `probability` is the precision that the codebook states for the theme whose words were found.

    Raises
    ------
    InputError
        When a column is missing or an id is repeated.
    """
    if missing := [column for column in ("id", "text") if column not in frame.columns]:
        seen = ", ".join(map(str, frame.columns))
        raise InputError(f"The texts have no column '{missing[0]}' (seen: {seen}). Give the columns id and text.")
    if frame["id"].duplicated().any():
        repeated = frame.loc[frame["id"].duplicated(), "id"].iloc[0]
        raise InputError(f"The id '{repeated}' stands there more than once. Give each text its own id.")
    codebook = codebook or Codebook.load()
    texts = _strings(frame, "text")
    sections = _strings(frame, "section") if "section" in frame.columns else [""] * len(texts)
    headings = [
        section if len(text.split()) < SHORT_TEXT else "" for text, section in zip(texts, sections, strict=True)
    ]
    rows = [
        (identity, *row, codebook.version)
        for identity, in_text, in_heading in zip(
            frame["id"], find_themes(texts, codebook), find_themes(headings, codebook), strict=True
        )
        for row in _rows(in_text, in_heading, codebook)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {**dict.fromkeys(("theme", "source", "evidence", "codebook_version"), "str"), "probability": "float64"}
        | {"id": frame["id"].dtype, "start": "Int64", "end": "Int64"}
    )


def code_recommendations(recommendations: pd.DataFrame, codebook: Codebook | None = None) -> pd.DataFrame:
    """Code the recommendations of a plan package.

    Parameters
    ----------
    recommendations
        The table of that name: `recommendation_id`, `text` and, where there is one, `section`.
    codebook
        The codebook that comes with the package when left out.

    Returns
    -------
    pandas.DataFrame
        As from `code_texts`, with `recommendation_id` in place of `id`.

    Raises
    ------
    InputError
        When a column is missing or a recommendation_id is repeated.
    """
    if "recommendation_id" not in recommendations.columns:
        raise InputError("The recommendations have no column 'recommendation_id'. Give the table of a plan package.")
    texts = recommendations.drop(columns="id", errors="ignore").rename(columns={"recommendation_id": "id"})
    return code_texts(texts, codebook).rename(columns={"id": "recommendation_id"})


def _strings(frame: pd.DataFrame, column: str) -> list[str]:
    return ["" if pd.isna(value) else str(value) for value in frame[column]]


def _rows(in_text: Iterable[Evidence], in_heading: Iterable[Evidence], codebook: Codebook) -> list[tuple[object, ...]]:
    """Return theme, source, probability, evidence, start and end for all themes of one text."""
    best: dict[str, tuple[object, ...]] = {}
    for found in in_text:
        best.setdefault(found.theme, (codebook.theme(found.theme).precision, found.words, found.start, found.end))
    for found in in_heading:
        best.setdefault(found.theme, (codebook.theme(found.theme).precision, found.words, pd.NA, pd.NA))
    # A parent that has no words of its own stands on those of the child that implies it.
    for child in list(best):
        for parent in codebook.close([child]):
            best.setdefault(parent, best[child])
    if not best:
        best[OTHER] = (codebook.theme(OTHER).precision, "", pd.NA, pd.NA)
    return [(theme, "rule", *best[theme]) for theme in codebook.close(best)]
