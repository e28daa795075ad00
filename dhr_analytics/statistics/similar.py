"""Recommendations of different reviews that ask for the same thing."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dhr_analytics.package import Plans
from dhr_analytics.schema import review_of
from dhr_analytics.statistics.estimate import Estimate, context_of, part_of
from dhr_analytics.statistics.quarter import Quarter
from dhr_analytics.statistics.selection import known_at, theme_rows

SIMILAR = 0.30  # by hand-judged pairs, see docs/decisions.md
THEMES_WEIGH = 0.4
_ROWS_AT_ONCE = 500
_COMMON = 0.08  # a piece is common from this share of the wordings on

_OPENING = re.compile(
    r"\W*(?:(?:it is (?:also |therefore )?recommended|we recommend|the (?:panel|review) recommends?|recommendation"
    r"|for|that)\b\W*)*",
    re.IGNORECASE,
)
# Who is asked: the words before "should" or "to". In "staff who see a child should" they are part of what is asked.
_NAME = r"(?!(?:to|with|by|from|between|across|where|when|whether|if|which|who|that)\b)[^\s.;:?!]+\s+"
_ADDRESSEE = re.compile(
    rf"(?P<who>(?:{_NAME}){{1,12}}?)"
    r"(?:(?:should(?: also)?|must|shall|ought to|needs? to|is to|are to|will)|(?P<to>to(?=\s(?!be\b|include\b))))\s+"
    r"(?:(?:ensure|make sure|make certain)\s+(?:that\s+)?|consider\s+(?:whether\s+)?)?",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"\b(?:police|constabulary|force|trusts?|nhs|icbs?|ccgs?|hospitals?|gps?|practices?|council|services?|partnerships?"
    r"|boards?|csps?|office|ministry|department|government|agency|agencies|associations?|providers?|teams?|care"
    r"|commissioners?|schools?|colleges?|universit(?:y|ies)|housing|charit(?:y|ies)|courts?|probation|authorit(?:y|ies)"
    r"|health|panel|employers?|practitioners?|professionals?|staff|managers?|officers?|organisations?)\b",
    re.IGNORECASE,
)


def asked(text: str) -> str:
    """Return what a recommendation asks for: its wording in small letters, without the opening and who is asked.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        "The Trust should ensure that records are shared" gives "records are shared".
    """
    words = " ".join(text.split())
    words = words[_OPENING.match(words).end() :]  # type: ignore[union-attr]  # matches the empty text too
    head = _ADDRESSEE.match(words)
    # "Staff training to cover stalking" names nobody before "to": a body has to be named there.
    if head and (not head["to"] or _BODY.search(head["who"])) and len(words[head.end() :].split()) > 2:
        words = words[head.end() :]
    return words.casefold().strip()


def similar_recommendations(plans: Plans, quarter: Quarter, *, threshold: float = SIMILAR) -> pd.DataFrame:
    """Group recommendations of different reviews that ask for the same thing.

    Two recommendations are alike when the cosine of their TF-IDF vectors (pieces of 3 to 5 characters within words of
    ``asked``), times 0.6 plus 0.4 times the share of their themes that they have in common, reaches the threshold. In
    a group every two are alike and one theme is common to all, so groups do not chain. Where nothing has been coded,
    wording alone counts.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter
    threshold : float, optional
        0 to 1.

    Returns
    -------
    pandas.DataFrame
        group_id, recommendation_id, review_id, text, similarity (to the central member), label (wording of the central
        member), themes (in common, ``"; "`` between). The group with most reviews first; the central member first in
        its group. A recommendation is in one group at most. The key of a group is made from its members' keys.
    """
    plans = known_at(plans, quarter)
    names = ["group_id", "recommendation_id", "review_id", "text", "similarity", "label", "themes"]
    keys, texts = plans.recommendations["recommendation_id"].tolist(), plans.recommendations["text"].tolist()
    wording = dict(zip(keys, texts, strict=True))
    snapshot = dict(zip(keys, plans.recommendations["review_id"].tolist(), strict=True))
    review = {key: review_of(of) for key, of in snapshot.items()}
    nodes = _nodes(plans)
    near = _alike(tuple(node[0] for node in nodes), tuple(node[1] for node in nodes), threshold)
    out = []
    for group in _linked([node[1] for node in nodes], near):
        found = [(key, at) for at in group for key in nodes[at][2]]
        if len({review[key] for key, _ in found}) < 2:
            continue
        mean = {at: sum(near[at].get(other, 1.0) for _, other in found) for at in group}
        central, core = min(found, key=lambda each: (-round(mean[each[1]], 9), each[0]))
        common = "; ".join(sorted(frozenset.intersection(*(nodes[at][1] for at in group)) - {""}))
        members = sorted(found, key=lambda each: (each[0] != central, each[0]))
        name = _group_key([key for key, _ in found])
        out.append(
            [
                (name, key, snapshot[key], wording[key], near[core].get(at, 1.0), wording[central], common)
                for key, at in members
            ]
        )
    out.sort(key=lambda rows: (-len({review[row[1]] for row in rows}), -len(rows), rows[0][1]))
    frame = pd.DataFrame([row for rows in out for row in rows], columns=names)
    return frame.astype({name: "float64" if name == "similarity" else "str" for name in names})


def repeated_share(plans: Plans, quarter: Quarter, groups: pd.DataFrame | None = None) -> Estimate:
    """Return the share of recommendations that another review makes too.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter
    groups : pandas.DataFrame, optional
        Result of ``similar_recommendations``, where it is at hand.

    Returns
    -------
    Estimate
        Over recommendations, without an interval.
    """
    groups = similar_recommendations(plans, quarter) if groups is None else groups
    known = known_at(plans, quarter)
    part, whole = groups["recommendation_id"], known.recommendations["recommendation_id"]
    context = context_of(known, quarter)
    return part_of("repeated_share", part, whole, context=context, denominator="recommendations")


Node = tuple[str, frozenset[str], list[str]]


def _nodes(plans: Plans) -> list[Node]:
    """Return each wording with its themes and the keys of the recommendations that have both: each is compared once."""
    keys = plans.recommendations["recommendation_id"]
    if plans.themes is None:
        themes = dict.fromkeys(keys, frozenset({""}))
    else:
        given: dict[str, list[str]] = defaultdict(list)
        rows = theme_rows(plans)
        for key, theme in zip(rows["recommendation_id"].tolist(), rows["theme"].tolist(), strict=True):
            given[key].append(theme)
        themes = {key: frozenset(names) for key, names in given.items()}
    same: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for key, text in sorted(zip(keys, plans.recommendations["text"], strict=True)):
        if key in themes and (wording := asked(text)):
            same[wording, tuple(sorted(themes[key]))].append(key)
    return [(wording, frozenset(names), members) for (wording, names), members in sorted(same.items())]


@lru_cache(maxsize=2)  # one pack asks for the groups, and for the share in them
def _alike(
    wordings: tuple[str, ...], themes: tuple[frozenset[str], ...], threshold: float
) -> Mapping[int, Mapping[int, float]]:
    """Return which wordings are alike, and how much, both ways."""
    near: dict[int, dict[int, float]] = defaultdict(dict)
    for i, j, cosine in _cosines(wordings, themes, threshold):
        shared = len(themes[i] & themes[j]) / len(themes[i] | themes[j])
        if (how := cosine * (1 - THEMES_WEIGH + THEMES_WEIGH * shared)) >= threshold:
            near[i][j] = near[j][i] = min(how, 1.0)
    return near


def _cosines(
    wordings: Sequence[str], themes: Sequence[frozenset[str]], threshold: float
) -> Iterator[tuple[int, int, float]]:
    if len(wordings) < 2:
        return
    vectors = _vectors(wordings).tocsc()
    # Pieces that many wordings share are few, but most of the work: as an ordinary matrix that is quick.
    common = np.diff(vectors.indptr) >= _COMMON * len(wordings)
    dense, sparse = vectors[:, common].toarray(), vectors[:, ~common].tocsr()
    members: dict[str, list[int]] = defaultdict(list)
    for at, names in enumerate(themes):
        for name in names:
            members[name].append(at)
    # Within one theme after the other and some rows at once: no matrix of all with all, and a seventh of the work.
    for name in sorted(members):
        rows = np.array(members[name])
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            these, others = rows[start : start + _ROWS_AT_ONCE], rows[start:]
            found = (sparse[these] @ sparse[others].T).toarray() + dense[these] @ dense[others].T
            row, column = np.nonzero(np.triu(found >= threshold - 1e-9, 1))
            # Rounded, because the last digits differ from processor to processor.
            cosines = np.round(found[row, column], 9)
            yield from zip(these[row].tolist(), others[column].tolist(), cosines.tolist(), strict=True)


def _vectors(wordings: Sequence[str]) -> Any:
    """Return a row of unit length for each wording: 1 + log of how often it has each piece, times the piece's idf.

    As ``TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)`` of scikit-learn gives it, in a
    third of the time: each word is cut up once, however many wordings it stands in.
    """
    from scipy import sparse  # type: ignore[import-untyped]

    words = _counts([wording.split() for wording in wordings])
    pieces = _counts([_pieces(word) for word in words.columns])
    found = words.table @ pieces.table
    found.data = 1 + np.log(found.data)
    idf = np.log((1 + len(wordings)) / (1 + np.bincount(found.indices, minlength=len(pieces.columns)))) + 1
    weighed = found @ sparse.diags_array(idf)
    length = np.sqrt(weighed.power(2).sum(axis=1))
    return sparse.diags_array(1 / np.maximum(length, 1e-12)) @ weighed


class _Counts(NamedTuple):
    table: Any
    columns: list[str]


def _counts(lists: Sequence[Sequence[str]]) -> _Counts:
    """Count, list by list, how often each string stands there."""
    from scipy import sparse

    place: dict[str, int] = {}
    columns = [place.setdefault(each, len(place)) for strings in lists for each in strings]
    ends = np.cumsum([0, *map(len, lists)])
    table = sparse.csr_array((np.ones(len(columns)), columns, ends), shape=(len(lists), len(place)))
    table.sum_duplicates()
    return _Counts(table, list(place))


def _pieces(word: str) -> list[str]:
    """Return the pieces of 3 to 5 characters of a word with a space at both ends; a shorter word is one piece."""
    edged = f" {word} "
    sizes = [size for size in (3, 4, 5) if size <= len(edged)]
    return [edged[at : at + size] for size in sizes for at in range(len(edged) - size + 1)]


def _linked(themes: Sequence[frozenset[str]], near: Mapping[int, Mapping[int, float]]) -> list[list[int]]:
    """Join the most alike first, as long as all in the joined group are alike and have a theme in common."""
    home = list(range(len(themes)))
    groups = {at: [at] for at in home}
    common = dict(enumerate(themes))
    pairs = [(i, j) for i, others in near.items() for j in others if i < j]
    for i, j in sorted(pairs, key=lambda pair: (-round(near[pair[0]][pair[1]], 9), pair)):
        one, two = sorted((home[i], home[j]))
        if one == two or not common[one] & common[two]:
            continue
        if all(b in near[a] for a, b in product(groups[one], groups[two])):
            common[one] = common[one] & common.pop(two)
            for at in groups[two]:
                home[at] = one
            groups[one] = groups[one] + groups.pop(two)
    return list(groups.values())


def _group_key(members: Sequence[str]) -> str:
    # A later snapshot of a review leaves its groups their key.
    stable = sorted(re.sub(r"@[0-9-]{10}(?=-R)", "", key) for key in members)
    return "S-" + hashlib.sha256("\n".join(stable).encode()).hexdigest()[:10]
