"""What an earlier package already holds of documents that have not changed since; those need not be read again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from dhr_analytics import package
from dhr_analytics.normalising.result import DocumentPlans, PlanTables, with_key
from dhr_analytics.schema import NOT_UNDERSTOOD, review_of

_ASIDE = ("document", "line", "accepted")
_TABLES = ("reviews", "recommendations", "actions", "rejected")


class Earlier(NamedTuple):
    """An earlier package: its rows by table, and by document what they were read from, and by which grammars."""

    rows: dict[str, pd.DataFrame]
    read: Mapping[str, str]
    readings: Mapping[str, list[str]]


def load_earlier(folder: Path | str | None) -> Earlier | None:
    """Return an earlier package, or None where there is none, it is damaged or was corrected by hand.

    Parameters
    ----------
    folder : path, optional

    Returns
    -------
    Earlier or None
    """
    try:
        about = json.loads((Path(folder or "") / package.DESCRIPTOR).read_text(encoding="utf-8"))["dhr_analytics"]
        # Corrected cells do not read as the documents do, and corrections are made to what these say.
        if about.get("corrections") or about.get("restricted"):
            return None
        rows = {
            name: pd.read_csv(Path(folder or "") / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8")
            for name in _TABLES
        }
        return Earlier(rows, dict(about["read"]), dict(about.get("readings", {})))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def source_key(sha256: str, review_id: str, stated: Mapping[str, str], *, keep_names: bool) -> str:
    """Return the hash of all that the rows of a document depend on: its bytes, the manifest's line, and this program.

    Parameters
    ----------
    sha256 : str
        Of the document.
    review_id : str
    stated : mapping of str to str
        The manifest's line; empty where there is none.
    keep_names : bool
    """
    # Which line it is, and whether it accepts the document, does not change what is read.
    line = {name: text for name, text in stated.items() if text and name not in _ASIDE}
    parts = [sha256, review_id, json.dumps(line, sort_keys=True), str(keep_names), _program()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def plans_of(earlier: Earlier | None, document: str, key: str) -> tuple[DocumentPlans, str] | None:
    """Return what the earlier package holds of a document, and its format.

    Parameters
    ----------
    earlier : Earlier or None
    document : str
        File name.
    key : str
        As from `source_key`.

    Returns
    -------
    tuple of DocumentPlans and str, or None
        None where it is to be read. The keys of the reviews are without the day of a snapshot,
        and titles and days are those that the package was given.
    """
    if earlier is None or earlier.read.get(document) != key:
        return None
    reviews = earlier.rows["reviews"]
    own = reviews[reviews["document"] == document].to_dict("records")
    if not own:
        return None
    rejected = _rows(earlier, "rejected", "document", document)
    lines = tuple(row["text"] for row in rejected if row["reason"] == NOT_UNDERSTOOD)
    left = [row for row in rejected if row["reason"] != NOT_UNDERSTOOD]
    plans = []
    for review in own:
        # Of the only review of a document all pieces are its own, see `assembling`.
        count = int(review["n_rejected"]) if len(own) > 1 else 0
        plans.append(_plan(earlier, review, left[:count]))
        left = left[count:]
    grammars = tuple(earlier.readings.get(document, ()))
    found = DocumentPlans(tuple(plans), own[0]["grade"], left, lines, grammars=grammars)
    return found, own[0]["format"]


def _plan(earlier: Earlier, review: dict[Any, Any], rejected: list[dict[str, Any]]) -> PlanTables:
    key, day = review["review_id"], review["published_on"]
    recommendations, actions = (_rows(earlier, name, "review_id", key) for name in ("recommendations", "actions"))
    published_on = date.fromisoformat(day) if day else None
    plan = PlanTables(review["title"], recommendations, actions, rejected, key, published_on=published_on)
    return with_key(plan, review_of(key))


def _rows(earlier: Earlier, name: str, column: str, value: str) -> list[dict[str, Any]]:
    frame = earlier.rows[name]
    rows: list[Any] = frame[frame[column] == value].to_dict("records")
    for row in rows if "confidence" in frame else ():
        row.update(confidence=float(row["confidence"]), needs_review=row["needs_review"] == "true")
    return rows


@cache
def _program() -> str:
    """Return the hash of the code and vocabulary that make the rows of a document."""
    content = hashlib.sha256()
    here = Path(__file__).parents[1]
    rooms = ("collecting", "reading", "normalising", "vocabulary")
    files = [file for room in rooms for file in (here / room).rglob("*")]
    for file in sorted([*files, here / "schema.py"]):
        if file.suffix in (".py", ".csv"):
            content.update(file.name.encode() + file.read_bytes())
    return content.hexdigest()
