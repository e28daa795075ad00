"""The sample that people code in full: reviews drawn at random, what was said of their recommendations, and its store.

It shows how often the machine is wrong. What people decided because the machine was unsure cannot show that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from dhr_analytics import schema
from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.package import Plans
from dhr_analytics.themes.codebook import Codebook
from dhr_analytics.themes.decisions import text_keys, write_store

STORE = "coded_sample.csv"
COLUMNS = ("text_key", "themes", "absent", "coder", "decided_on", "codebook_version")


def store_beside(decisions: Path | str) -> Path:
    """Return the path of the store of the sample, which lies beside that of the decisions."""
    return Path(decisions).with_name(STORE)


def draw_reviews(review_ids: Iterable[str], count: int, *, seed: int = 0) -> list[str]:
    """Draw reviews at random.

    Parameters
    ----------
    review_ids : iterable of str
        Keys of all reviews; snapshots of one review count once.
    count : int
        How many; all where there are fewer.
    seed : int
        Another one gives another draw.

    Returns
    -------
    list of str
        Keys of reviews, without the day of a snapshot. The order is that of a hash of seed and key, so a larger draw
        begins with the smaller one, and reviews that are added leave the order of the others as it was.

    Raises
    ------
    UsageError
        When fewer than one is asked for.
    """
    if count < 1:
        raise UsageError(f"A sample of {count} reviews cannot be drawn. Ask for at least 10, such as --sample 10.")
    names = set(map(schema.review_of, review_ids))
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}\0{name}".encode()).digest())[:count]


def to_code(plans: Plans, drawn: list[str], stored: pd.DataFrame) -> list[str]:
    """Return the ids of the recommendations that are still to be coded in the drawn reviews, each wording once.

    Parameters
    ----------
    plans : Plans
    drawn : list of str
        As from `draw_reviews`.
    stored : pandas.DataFrame
        As from `read_sample`.

    Returns
    -------
    list of str
    """
    frame = plans.recommendations.assign(_key=text_keys(plans.recommendations))
    frame = frame[frame["review_id"].map(schema.review_of).isin(drawn) & ~frame["_key"].isin(stored["text_key"])]
    return list(frame.drop_duplicates("_key")["recommendation_id"])


def full_codings(decisions: pd.DataFrame) -> pd.DataFrame:
    """Return what a sheet with a sample says of each wording in full.

    Parameters
    ----------
    decisions : pandas.DataFrame
        As from `import_sheet`, of a sheet on which a row decides on every theme.

    Returns
    -------
    pandas.DataFrame
        The columns of `COLUMNS`; `themes` and `absent` hold ids with semicolons between them.
    """
    rows = []
    for key, said in decisions.groupby("text_key", sort=False):
        lists = (";".join(said.loc[said["verdict"] == verdict, "theme"]) for verdict in ("present", "absent"))
        rows.append((key, *lists, *said.iloc[0][["coder", "decided_on", "codebook_version"]]))
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)


def read_sample(path: Path | str) -> pd.DataFrame:
    """Read the store of the sample; where there is no file, nobody has coded one yet.

    Raises
    ------
    InputError
        When the file cannot be read, lacks a column, or has a row without key, themes or day.
    """
    path = Path(path)
    if not path.exists():
        return pd.DataFrame(columns=list(COLUMNS), dtype=str)
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: the sample cannot be read ({error}). Restore the file from a copy.") from error
    if missing := [column for column in COLUMNS if column not in frame]:
        raise InputError(f"{path} has no column '{missing[0]}'. Its columns must be: {', '.join(COLUMNS)}.")
    dated = frame["decided_on"].str.fullmatch(r"\d{4}-\d\d-\d\d")
    if (bad := ~dated | (frame["text_key"] == "") | (frame["themes"] == "")).any():
        row = frame[bad].iloc[0]
        seen = ", ".join(f"{name} '{row[name]}'" for name in ("text_key", "themes", "decided_on"))
        raise InputError(
            f"{path}, line {int(bad.argmax()) + 2}: {seen}. Give a key, the themes, and a date such as 2025-03-31."
        )
    return frame[list(COLUMNS)]


def add_sample(stored: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return the stored codings with new ones after them; one that is there already is not added again."""
    return pd.concat([stored, new], ignore_index=True).drop_duplicates(ignore_index=True)


def write_sample(sample: pd.DataFrame, path: Path | str) -> Path:
    """Write the store; an older file is replaced only when the new one is whole."""
    return write_store(sample[list(COLUMNS)], path)


def held_against(
    machine: pd.DataFrame,
    recommendations: pd.DataFrame,
    decisions: pd.DataFrame,
    sample: pd.DataFrame,
    *,
    codebook: Codebook,
) -> pd.DataFrame:
    """Hold what people said against the machine's coding.

    Parameters
    ----------
    machine : pandas.DataFrame
        The machine's coding of these recommendations, before decisions.
    recommendations : pandas.DataFrame
        The table of that name.
    decisions, sample : pandas.DataFrame
        As from `read_decisions` and `read_sample`. Of several codings of one wording the latest holds.
    codebook : Codebook

    Returns
    -------
    pandas.DataFrame
        A table `coded_sample`: of each recommendation that people decided on, the themes that the machine or they
        gave. Of one that is in the sample, also the themes that are newer than the coding, with `human` empty.
    """
    latest = sample.sort_values("decided_on", kind="stable").drop_duplicates("text_key", keep="last")
    codings = {row["text_key"]: row for row in latest.to_dict("records")}
    decided = {*decisions.loc[decisions["superseded_by"] == "", "text_key"], *codings}
    given = {owner: set(themes) for owner, themes in machine.groupby("recommendation_id")["theme"]}
    rows = []
    for owner, key in zip(recommendations["recommendation_id"], text_keys(recommendations), strict=True):
        if key not in decided:
            continue
        coding, by_machine = codings.get(key, {"themes": "", "absent": ""}), given.get(owner, set())
        present = codebook.close(theme for theme in coding["themes"].split(";") if theme in codebook.ids)
        absent = set(coding["absent"].split(";")) - set(present)
        for theme in codebook.ids:
            human = "true" if theme in present else "false" if theme in absent else ""
            if theme in by_machine or human == "true" or (present and not human):
                rows.append((owner, theme, str(theme in by_machine).lower(), human))
    names = schema.TABLES["coded_sample"].names
    return schema.typed("coded_sample", pd.DataFrame(rows, columns=names, dtype=str))
