"""Which documents hold one review at several times: the keys of snapshots, and likely slips."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from dhr_analytics.collecting.documents import MANIFEST
from dhr_analytics.package import Plans
from dhr_analytics.schema import review_of

_ALIKE = 3  # fewer recommendations of the same wording may be in two plans by chance


@dataclass(frozen=True)
class Dated:
    """A review as one document holds it: its key without a day, and what the manifest states."""

    document: str
    sha256: str
    key: str
    stated_key: str = ""
    snapshot_on: date | None = None


@dataclass(frozen=True)
class Keys:
    """The key of each review of each document, remarks, and the documents of doubled keys."""

    keys: tuple[str, ...]
    remarks: tuple[str, ...]
    doubled: frozenset[str]


def snapshot_keys(reviews: Sequence[Dated]) -> Keys:
    """Give each review of each document its key: later snapshots add ``@`` and their day.

    Where the manifest states the key of a document, its days decide; else the days of the
    documents that are read and hold a review of the same key. Nothing is ever lost: where the
    days do not tell two reviews of one key apart, the second gets a key of its own.

    Parameters
    ----------
    reviews : sequence of Dated
        In the order of the documents.

    Returns
    -------
    Keys
    """
    first = _first_days(reviews)
    owner: dict[str, str] = {}
    remarks, doubled = [], set()
    for review in reviews:
        wanted = key = _snapshot_key(review, first)
        if key in owner:
            key = _own_key(key, review.sha256, owner)
            doubled.add(review.document)
            remarks.append(_doubled(review.document, owner[wanted], wanted, key))
        owner[key] = review.document
    return Keys(tuple(owner), tuple(remarks), frozenset(doubled))


def _first_days(reviews: Iterable[Dated]) -> dict[str, date]:
    """Return the day of the earliest snapshot of each review."""
    first: dict[str, date] = {}
    for review in reviews:
        if day := review.snapshot_on:
            first[review.key] = min(day, first.get(review.key, day))
    return first


def _snapshot_key(review: Dated, first: Mapping[str, date]) -> str:
    if review.stated_key:
        return review.key + review.stated_key.removeprefix(review_of(review.stated_key))
    day = review.snapshot_on
    return f"{review.key}@{day}" if day and day > first[review.key] else review.key


def _own_key(key: str, sha256: str, taken: Mapping[str, str]) -> str:
    """Return a key that no other review has; it names another review, not another snapshot."""
    base = review_of(key)
    own, number = f"{base}-{sha256[:8]}{key.removeprefix(base)}", 1
    while own in taken:
        number += 1
        own = f"{base}-{sha256[:8]}-{number}{key.removeprefix(base)}"
    return own


def _doubled(document: str, other: str, key: str, own: str) -> str:
    where = f"{document} holds" if document == other else f"{other} and {document} hold"
    return (
        f"{where} two reviews with the key {key}; both are kept and count, the second as {own}. "
        f"If they are one review at two times, give each document its snapshot_on in {MANIFEST}; "
        "if they are two reviews, give each document its own review_id."
    )


def look_alike(plans: Plans, stated: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Name documents that look like one plan at two times, but are counted as two.

    What the manifest states is believed.

    Parameters
    ----------
    plans : Plans
    stated : mapping
        Rows of the manifest by document.

    Returns
    -------
    list of str
        A remark for each pair.
    """
    words = plans.recommendations["text"].str.casefold().str.split().str.join(" ")
    groups = words.groupby(plans.recommendations["review_id"])
    texts = {str(key): set(part) for key, part in groups}
    found = []
    for one, other in combinations(plans.reviews.itertuples(), 2):
        left, right = texts[str(one.review_id)], texts[str(other.review_id)]
        same = len(left & right)
        if same < max(_ALIKE, min(len(left), len(right)) / 2 + 0.5) or _apart(one, other, stated):
            continue
        found.append(
            f"{one.document} and {other.document} look like two versions of one plan ({same} "
            "recommendations are worded alike), and both are counted; give both one review_id and "
            f"their own snapshot_on in {MANIFEST}. If they are two reviews, give each its own "
            "review_id."
        )
    return found


def _apart(one: Any, other: Any, stated: Mapping[str, Mapping[str, str]]) -> bool:
    """Tell whether two reviews are known to be two, or two snapshots of one."""
    if one.document == other.document or review_of(one.review_id) == review_of(other.review_id):
        return True
    return all(stated.get(str(each.document), {}).get("review_id") for each in (one, other))
