"""Agreement between coders: the measures against others' implementations, and what is left to settle."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters
from statsmodels.stats.inter_rater import fleiss_kappa as fleiss_elsewhere

from dhr_analytics.errors import UsageError
from dhr_analytics.themes.agreement import agreement, cohen_kappa, fleiss_kappa
from dhr_analytics.themes.codebook import Codebook
from dhr_analytics.themes.sheet import HEADING, ID, WORDING, Codings

BOOK = Codebook.load()


def codings(coder, **themes):
    rows = {key: {ID: key, HEADING: "", WORDING: f"Text {key}", "themes": given} for key, given in themes.items()}
    return Codings(coder, rows, BOOK.version)


def both_kinds(values):
    return len(set(values)) > 1


PAIRS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60)


@given(PAIRS)
def test_cohens_kappa_is_that_of_scikit_learn(pairs):
    first, second = zip(*pairs, strict=True)
    found = cohen_kappa(first, second)
    if both_kinds(first + second):
        assert found == pytest.approx(cohen_kappa_score(first, second))
    else:
        assert math.isnan(found)


@given(
    st.integers(2, 5).flatmap(
        lambda n: st.lists(st.lists(st.booleans(), min_size=n, max_size=n), min_size=1, max_size=40)
    )
)
def test_fleiss_kappa_is_that_of_statsmodels(rows):
    found = fleiss_kappa(rows)
    if both_kinds([value for row in rows for value in row]):
        counts, _ = aggregate_raters(np.array(rows, dtype=int))
        assert found == pytest.approx(fleiss_elsewhere(counts))
    else:
        assert math.isnan(found)


def test_measures_of_known_tables():
    # 20 both yes, 5 first only, 10 second only, 15 both no: observed 0.7, expected 0.5.
    first = [True] * 25 + [False] * 25
    second = [True] * 20 + [False] * 5 + [True] * 10 + [False] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)
    assert cohen_kappa([True, False], [True, False]) == 1
    assert cohen_kappa([True, False], [False, True]) == -1
    assert math.isnan(cohen_kappa([], [])) and math.isnan(fleiss_kappa([]))


def test_two_coders():
    one = codings("AB", a=["training", "dash", "risk_assessment"], b=["training"], c=["marac"], d=["other"])
    two = codings("CD", b=["training", "marac"], a=["training"], c=["marac"], e=["housing"])
    found = agreement([one, two])
    assert (found.coders, found.measure, found.n, found.n_not_by_all) == (("AB", "CD"), "Cohen's kappa", 3, 2)
    themes = found.themes.set_index("theme")
    assert themes.index.tolist() == list(BOOK.ids)
    counts = ["n", "given_by_all", "given_by_some", "given_by_none"]
    assert themes.loc["training", counts].tolist() == [3, 2, 0, 1] and themes["kappa"]["training"] == 1
    assert themes.loc["marac", counts].tolist() == [3, 1, 1, 1]
    assert themes["agreed"]["marac"] == pytest.approx(2 / 3)
    assert themes["kappa"]["marac"] == pytest.approx(cohen_kappa_score([0, 0, 1], [0, 1, 1]))
    assert math.isnan(themes["kappa"]["housing"])
    assert found.mean_kappa == pytest.approx(np.mean([1, 0.4, 0, 0]))
    assert found.disagreements.to_dict("records") == [
        {
            "recommendation_id": "a",
            "section": "",
            "text": "Text a",
            "theme": theme,
            "given_by": "AB",
            "not_given_by": "CD",
        }
        for theme in ("dash", "risk_assessment")
    ] + [
        {
            "recommendation_id": "b",
            "section": "",
            "text": "Text b",
            "theme": "marac",
            "given_by": "CD",
            "not_given_by": "AB",
        }
    ]


def test_three_coders_get_fleiss_kappa():
    found = agreement(
        [
            codings("A", x=["dash"], y=["marac"]),
            codings("B", x=["dash"], y=["dash"]),
            codings("C", x=["dash"], y=["marac"]),
        ]
    )
    assert found.measure == "Fleiss' kappa"
    row = found.themes.set_index("theme").loc["dash"]
    assert row["kappa"] == pytest.approx(fleiss_kappa([[1, 1, 1], [0, 1, 0]]))
    assert row["agreed"] == pytest.approx((1 + 1 / 3) / 2)
    assert found.disagreements["given_by"].tolist() == ["B", "A; C"]


def test_agreement_needs_coders_who_coded_the_same():
    one = codings("AB", a=["training"])
    with pytest.raises(UsageError, match="two or more"):
        agreement([one])
    with pytest.raises(UsageError, match="AB, AB"):
        agreement([one, one])
    with pytest.raises(UsageError, match="all of these"):
        agreement([one, codings("CD", b=["training"])])
