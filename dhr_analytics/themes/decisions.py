"""What people decided about themes: a file with its history, and how it is laid over the machine's coding.

A decision belongs to the wording of a recommendation in its review, not to a number or a position, so it holds when
the plan is read again, renumbered or coded by another codebook.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from dhr_analytics import schema
from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.package import write_csv
from dhr_analytics.themes.codebook import OTHER, Codebook

STORE = Path("data") / "decisions.csv"
COLUMNS = (
    "decision_id",
    "text_key",
    "recommendation_id",
    "theme",
    "verdict",
    "coder",
    "decided_on",
    "reason",
    "codebook_version",
    "superseded_by",
)
VERDICTS = ("present", "absent")

_SAID = ("text_key", "theme", "verdict", "coder", "decided_on", "reason", "codebook_version")
# A text this short is coded together with its heading. Not shared with `coding`: a change would orphan decisions.
_STANDS_ALONE = 5


def text_key(review_id: str, text: str, section: str = "") -> str:
    """Return the key under which decisions on a recommendation are kept.

    Parameters
    ----------
    review_id
        Key of the review.
    text
        Wording; capitals, punctuation and spacing do not matter.
    section
        Heading above; part of the key only where the wording has fewer than five words and so cannot stand alone.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    words = _fold(text)
    heading = _fold(section) if len(words) < _STANDS_ALONE else []
    return _digest(review_id, " ".join(words), " ".join(heading))


def text_keys(recommendations: pd.DataFrame) -> list[str]:
    """Return the key of each row of a recommendations table: of `review_id`, `text` and, if there, `section`.

    Snapshots of a review share their keys, so that a decision holds when the plan is brought up to date.
    """
    sections = recommendations["section"] if "section" in recommendations else [""] * len(recommendations)
    reviews = recommendations["review_id"].map(schema.review_of)
    rows = zip(reviews, recommendations["text"], sections, strict=True)
    return [text_key(*map(str, row)) for row in rows]


def empty_decisions() -> pd.DataFrame:
    """Return a decisions table without rows."""
    return pd.DataFrame(columns=list(COLUMNS), dtype=str)


def read_decisions(path: Path | str = STORE) -> pd.DataFrame:
    """Read the stored decisions.

    Parameters
    ----------
    path
        A file that `write_decisions` has written; where there is none, nobody has decided anything yet.

    Returns
    -------
    pandas.DataFrame
        The columns of `COLUMNS`, all texts, oldest first. Rows with `superseded_by` are history.

    Raises
    ------
    InputError
        When the file cannot be read, lacks a column, repeats a decision_id or holds an unknown verdict.
    """
    path = Path(path)
    if not path.exists():
        return empty_decisions()
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: the decisions cannot be read ({error}). Restore the file from a copy.") from error
    if missing := [column for column in COLUMNS if column not in frame]:
        raise InputError(f"{path} has no column '{missing[0]}'. Its columns must be: {', '.join(COLUMNS)}.")
    bad = ~frame["verdict"].isin(VERDICTS) | ~frame["decided_on"].str.fullmatch(r"\d{4}-\d\d-\d\d")
    if (bad := bad | (frame["text_key"] == "") | (frame["theme"] == "")).any():
        row = frame[bad].iloc[0]
        seen = ", ".join(f"{name} '{row[name]}'" for name in ("text_key", "theme", "verdict", "decided_on"))
        raise InputError(
            f"{path}, line {int(bad.argmax()) + 2}: {seen}. Give a key, a theme, present or absent, and a date "
            "such as 2025-03-31."
        )
    if (again := frame["decision_id"].duplicated()).any():
        raise InputError(f"{path}: decision_id '{frame['decision_id'][again].iloc[0]}' appears twice. Remove one row.")
    return frame[list(COLUMNS)]


def add_decisions(stored: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return the stored decisions with new ones after them; no row is ever taken away.

    Of two decisions on one recommendation and theme the one with the later date holds, and of the same date the one
    added later; the other names it in `superseded_by`. A decision that is there already, word for word, is not added
    again, so that importing a sheet twice changes nothing.

    Parameters
    ----------
    stored
        As from `read_decisions`.
    new
        The same columns; `decision_id` and `superseded_by` are worked out here.

    Returns
    -------
    pandas.DataFrame
    """
    rows = stored.to_dict("records")
    holds = {(row["text_key"], row["theme"]): row for row in rows if not row["superseded_by"]}
    known = {tuple(row[name] for name in _SAID) for row in rows}
    for given in new[list(COLUMNS)].to_dict("records"):
        said = tuple(given[name] for name in _SAID)
        before = holds.get((given["text_key"], given["theme"]))
        late = before is not None and given["decided_on"] < before["decided_on"]
        if said in known and before and (late or said == tuple(before[name] for name in _SAID)):
            continue
        # The decision before is part of the id: going back to an earlier view is a decision of its own.
        row = {**given, "decision_id": _digest(*said, before["decision_id"] if before else ""), "superseded_by": ""}
        if before is not None and late:
            row["superseded_by"] = before["decision_id"]
        else:
            if before is not None:
                before["superseded_by"] = row["decision_id"]
            holds[row["text_key"], row["theme"]] = row
        rows.append(row)
        known.add(said)
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(str)


def write_decisions(decisions: pd.DataFrame, path: Path | str = STORE) -> Path:
    """Write the decisions; an older file is replaced only when the new one is whole.

    Parameters
    ----------
    decisions
        As from `add_decisions`.
    path
        Its folder is made where missing.

    Raises
    ------
    UsageError
        When the place cannot be written to.
    """
    return write_store(decisions[list(COLUMNS)], path)


def write_store(frame: pd.DataFrame, path: Path | str) -> Path:
    """Write what people said, of themes or of the sample, as `write_decisions` does."""
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        os.close(handle)
        fresh = Path(name)
        try:
            write_csv(frame, fresh)
            fresh.chmod(0o644)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror}. Name another file for the decisions.") from error
    return path


def apply_decisions(
    themes: pd.DataFrame,
    recommendations: pd.DataFrame,
    decisions: pd.DataFrame,
    *,
    codebook: Codebook | None = None,
) -> pd.DataFrame:
    """Lay human decisions over a machine coding; they always win.

    Parameters
    ----------
    themes
        The machine's coding of these recommendations, fresh: not one that decisions were applied to before.
    recommendations
        The table of that name.
    decisions
        As from `read_decisions`; those on other recommendations or on themes that the codebook no longer has stay
        without effect (see `unapplied_decisions`).
    codebook
        The codebook that comes with the package when left out.

    Returns
    -------
    pandas.DataFrame
        A themes table. Where people said `present`, `source` is `human` and `probability` 1, with the machine's
        evidence where it had any. Themes that people said are absent are gone, and so are machine themes that would
        imply them. What a theme implies is added. `other` stands only alone: a person who gave it overrules every
        machine theme, and it is given where people took away all themes.

    Raises
    ------
    InputError
        When the coding holds human rows already: what an older decision took away could not come back.
    """
    if (themes["source"] == "human").any():
        raise InputError("The coding holds human decisions already. Code the recommendations again, then apply them.")
    codebook = codebook or Codebook.load()
    verdicts: dict[str, dict[str, set[str]]] = {}
    for row in decisions.to_dict("records"):
        if not row["superseded_by"] and row["theme"] in codebook.ids:
            verdicts.setdefault(row["text_key"], {}).setdefault(row["verdict"], set()).add(row["theme"])
    keys = dict(zip(recommendations["recommendation_id"], text_keys(recommendations), strict=True))
    decided = {owner: verdicts[key] for owner, key in keys.items() if key in verdicts}
    untouched = themes[~themes["recommendation_id"].isin(decided)]
    machine: dict[str, dict[str, dict[Any, Any]]] = {}
    for row in themes[themes["recommendation_id"].isin(decided)].to_dict("records"):
        machine.setdefault(str(row["recommendation_id"]), {})[str(row["theme"])] = row
    rows = []
    for owner, said in decided.items():
        coded = machine.get(owner, {})
        present, final = _settle(coded, said.get("present", set()), said.get("absent", set()), codebook)
        for theme in final:
            row = coded.get(theme, {"recommendation_id": owner, "theme": theme, "evidence": ""})
            if theme in present or theme not in coded:
                row = {**row, "source": "human", "probability": 1.0, "codebook_version": codebook.version}
            rows.append(row)
    if not rows:
        return themes.reset_index(drop=True)
    place = {owner: number for number, owner in enumerate(recommendations["recommendation_id"])}
    order = {theme: number for number, theme in enumerate(codebook.ids)}
    changed = schema.typed("themes", pd.DataFrame(rows, columns=list(schema.TABLES["themes"].names), dtype=object))
    both = pd.concat([schema.typed("themes", untouched), changed], ignore_index=True)
    ranks = both.assign(_of=both["recommendation_id"].map(place), _at=both["theme"].map(order))
    return both.loc[ranks.sort_values(["_of", "_at"], kind="stable").index].reset_index(drop=True)


def _settle(
    coded: Iterable[str], present: set[str], absent: set[str], codebook: Codebook
) -> tuple[set[str], list[str]]:
    """Return the themes that stand on people's word, and all that are left, in codebook order."""
    by_people = set(codebook.close(present)) if present else set()
    if by_people == {OTHER}:
        return by_people, [OTHER]
    gone = absent - by_people
    kept = {theme for theme in coded if theme in codebook.ids and not gone & set(codebook.close([theme]))}
    return by_people, codebook.close(by_people | kept) or [OTHER]


def unapplied_decisions(
    recommendations: pd.DataFrame, decisions: pd.DataFrame, *, codebook: Codebook | None = None
) -> pd.DataFrame:
    """Return the decisions that hold but cannot be applied to these recommendations.

    Parameters
    ----------
    recommendations
        The table of that name.
    decisions
        As from `read_decisions`.
    codebook
        The codebook that comes with the package when left out.

    Returns
    -------
    pandas.DataFrame
        The columns of `decisions` and `why`: the theme is no longer in the codebook, or the wording is no longer in
        its review. Decisions on reviews that are not among these recommendations are no fault and not listed.
    """
    codebook = codebook or Codebook.load()
    keys, reviews = set(text_keys(recommendations)), set(recommendations["review_id"].map(schema.review_of))
    rows = []
    for row in decisions[decisions["superseded_by"] == ""].to_dict("records"):
        if row["text_key"] in keys and row["theme"] not in codebook.ids:
            why = f"theme '{row['theme']}' is not in codebook {codebook.version}"
        elif row["text_key"] not in keys and _review(row) in reviews:
            why = "no recommendation of its review has the wording that was decided on"
        else:
            continue
        rows.append({**row, "why": why})
    return pd.DataFrame(rows, columns=[*COLUMNS, "why"], dtype=str)


def _review(decision: Mapping[Any, Any]) -> str:
    return schema.review_of(str(decision["recommendation_id"]).rsplit("-R", 1)[0])


def _fold(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold().replace("'", "").replace("’", ""))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
