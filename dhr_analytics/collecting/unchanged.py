"""What an earlier package already holds of documents that have not changed since; those need not be read again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from dhr_analytics import package
from dhr_analytics.normalising.plan import PlanTables

_TABLES = ("reviews", "recommendations", "actions", "rejected")


class Earlier(NamedTuple):
    """An earlier package: its rows as written, by table, and by document what they were read from."""

    rows: dict[str, pd.DataFrame]
    read: Mapping[str, str]


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
        return Earlier(rows, dict(about["read"]))
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
    parts = [sha256, review_id, json.dumps(dict(stated), sort_keys=True), str(keep_names), _program()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def tables_of(earlier: Earlier | None, document: str, key: str) -> tuple[PlanTables, str] | None:
    """Return what the earlier package holds of a document, and its format; None where it is to be read.

    Parameters
    ----------
    earlier : Earlier or None
    document : str
        File name.
    key : str
        As from `source_key`.

    Returns
    -------
    tuple of PlanTables and str, or None
    """
    if earlier is None or earlier.read.get(document) != key:
        return None
    reviews = earlier.rows["reviews"]
    review = reviews[reviews["document"] == document].to_dict("records")
    if not review:
        return None

    def of(name: str, column: str, value: str) -> list[dict[str, Any]]:
        frame = earlier.rows[name]
        rows: list[Any] = frame[frame[column] == value].to_dict("records")
        for row in rows if "confidence" in frame else ():
            row.update(confidence=float(row["confidence"]), needs_review=row["needs_review"] == "true")
        return rows

    own = review[0]["review_id"]
    recommendations, actions = (of(name, "review_id", own) for name in ("recommendations", "actions"))
    rejected = of("rejected", "document", document)
    return PlanTables(review[0]["title"], recommendations, actions, rejected), review[0]["format"]


@cache
def _program() -> str:
    """Return the hash of the code and vocabulary that reads and normalises."""
    content = hashlib.sha256()
    here = Path(__file__).parents[1]
    for file in sorted(
        [
            *(here / "reading").rglob("*"),
            *(here / "normalising").rglob("*"),
            *(here / "vocabulary").rglob("*"),
            here / "schema.py",
        ]
    ):
        if file.suffix in (".py", ".csv"):
            content.update(file.name.encode() + file.read_bytes())
    return content.hexdigest()
