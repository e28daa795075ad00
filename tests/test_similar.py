"""Recommendations of different reviews that ask for the same thing."""

from itertools import combinations

import frames
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from dhr_analytics.schema import review_of
from dhr_analytics.statistics import Quarter
from dhr_analytics.statistics.similar import SIMILAR, _vectors, asked, repeated_share, similar_recommendations

QUARTER = Quarter(2025, 1)
LINK = "The surgery should link the records of people who live at one address so that risk to others is seen."
LINKED = (
    "GP practices must make sure that records of people living at one address are linked, so risk to others is seen."
)
NOISE = "Repairs staff to be taught to notice broken doors and to report what they have seen to the landlord."


def plans(*rows, themes=("record_keeping",), **rest):
    """Make a package from pairs of recommendation id and wording."""
    recommendations = [{"recommendation_id": key, "text": text} for key, text in rows]
    coded = None if themes is None else {key: themes for key, _ in rows}
    return frames.build(recommendations=recommendations, themes=coded, **rest)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("The Trust should ensure that records are shared at once.", "records are shared at once."),
        ("It is recommended that the Board must consider whether posts are funded.", "posts are funded."),
        ("For the Constabulary to review its policy on bail", "review its policy on bail"),
        ("Staff training to be refreshed every year", "staff training to be refreshed every year"),
        (
            "Improve information sharing with partners to reduce risk",
            "improve information sharing with partners to reduce risk",
        ),
        (
            "Officers who see a child should speak to the child alone",
            "officers who see a child should speak to the child alone",
        ),
        ("Agencies to act", "agencies to act"),
        ("", ""),
        (" \n\t ", ""),
    ],
)
def test_who_is_asked_is_left_aside(text, left):
    assert asked(text) == left


def test_the_same_asked_of_others_is_put_together_and_other_things_are_not():
    found = similar_recommendations(plans(("A-R001", LINK), ("B-R001", LINKED), ("C-R001", NOISE)), QUARTER)
    assert list(found["recommendation_id"]) == ["A-R001", "B-R001"]
    assert found["group_id"].nunique() == 1 and set(found["themes"]) == {"record_keeping"}
    assert found["similarity"].iloc[0] == 1.0 and SIMILAR <= found["similarity"].iloc[1] < 1.0
    assert set(found["label"]) == {LINK}


def test_an_address_alone_is_no_likeness():
    one, two = (
        f"The Northshire Community Safety Partnership should ensure that {what}"
        for what in ("bail is used.", "lamps work.")
    )
    assert similar_recommendations(plans(("A-R001", one), ("B-R001", two)), QUARTER).empty


def test_a_theme_has_to_be_in_common_where_themes_are_known():
    recommendations = [{"recommendation_id": "A-R001", "text": LINK}, {"recommendation_id": "B-R001", "text": LINK}]
    apart = frames.build(recommendations=recommendations, themes={"A-R001": ["training"], "B-R001": ["housing"]})
    assert similar_recommendations(apart, QUARTER).empty
    assert similar_recommendations(
        frames.build(recommendations=recommendations, themes={"A-R001": ["training"]}), QUARTER
    ).empty
    uncoded = similar_recommendations(frames.build(recommendations=recommendations), QUARTER)
    assert len(uncoded) == 2 and set(uncoded["themes"]) == {""}


def test_other_themes_beside_the_common_one_make_two_less_alike():
    def how_alike(*themes):
        recommendations = [{"recommendation_id": f"{name}-R001", "text": LINK} for name in "AB"]
        coded = {"A-R001": ["training"], "B-R001": ["training", *themes]}
        found = similar_recommendations(frames.build(recommendations=recommendations, themes=coded), QUARTER)
        return found["similarity"].min()

    assert how_alike() == pytest.approx(1.0)
    assert how_alike("housing") == pytest.approx(0.8)  # 0.6 + 0.4 x 1/2


def test_one_review_repeating_itself_is_no_recurrence_nor_are_its_snapshots():
    assert similar_recommendations(plans(("A-R001", LINK), ("A-R002", LINKED)), QUARTER).empty
    snapshots = plans(("A-R001", LINK), ("A@2024-05-31-R001", LINKED))
    assert similar_recommendations(snapshots, QUARTER).empty


def test_groups_do_not_chain():
    words = "alarm bolt camera door escape fence gate hinge intercom joist keypad lock".split()
    steps = [" ".join(words[start : start + 6]) for start in range(0, 7, 2)]
    chain = plans(*((f"{name}-R001", text) for name, text in zip("ABCD", steps, strict=True)))
    pairs = {
        frozenset(pair)
        for pair in combinations(chain.recommendations["recommendation_id"], 2)
        if len(similar_recommendations(restrict(chain, pair), QUARTER, threshold=0.4))
    }
    found = similar_recommendations(chain, QUARTER, threshold=0.4)
    assert frozenset(("A-R001", "B-R001")) in pairs and frozenset(("A-R001", "D-R001")) not in pairs
    assert found.groupby("group_id").size().max() < 4


def restrict(whole, keys):
    rows = whole.recommendations[whole.recommendations["recommendation_id"].isin(keys)]
    return plans(*zip(rows["recommendation_id"], rows["text"], strict=True))


def test_the_key_of_a_group_outlives_snapshots_and_changes_with_its_members():
    def key(*rows):
        return similar_recommendations(plans(*rows), QUARTER)["group_id"].unique().tolist()

    one = key(("A-R001", LINK), ("B-R001", LINKED))
    assert one == key(("A@2024-05-31-R001", LINK), ("B-R001", LINKED)) == key(("B-R001", LINKED), ("A-R001", LINK))
    assert one != key(("A-R001", LINK), ("B-R001", LINKED), ("C-R001", LINK))


@pytest.mark.parametrize(
    "text", ["", " ", "\U0001f600", "a", "\x00\u202e", "x" * 20_000, "word " * 4_000, "should " * 3_000]
)
def test_any_text_can_be_compared(text):
    found = similar_recommendations(plans(("A-R001", text or "-"), ("B-R001", text or "-"), ("C-R001", LINK)), QUARTER)
    assert len(found) == (2 if asked(text or "-") else 0)
    assert similar_recommendations(frames.empty(), QUARTER).empty
    assert list(similar_recommendations(frames.empty(), QUARTER).columns) == list(found.columns)


def test_the_share_counts_each_recommendation_of_a_group_once():
    given_plans = plans(("A-R001", LINK), ("B-R001", LINKED), ("C-R001", NOISE), ("C-R002", LINK))
    share = repeated_share(given_plans, QUARTER)
    assert (share.n, share.N, share.rows_n) == (3, 4, ("A-R001", "B-R001", "C-R002"))
    assert share.low is None and share.id == "repeated_share.recommendations.2025Q1"
    assert repeated_share(frames.empty(), QUARTER).value is None


WORDS = st.sampled_from(
    "share records police bail link address review policy training doors carers alcohol \U0001f600 the".split()
)
WORDINGS = st.lists(WORDS, max_size=7).map(" ".join)
THEMES = st.sets(st.sampled_from(["training", "housing", "dash"]), max_size=2)
ROWS = st.lists(st.tuples(st.sampled_from(["A", "B", "C", "C@2024-06-30"]), WORDINGS, THEMES), max_size=8)


@settings(max_examples=25, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_groups_hold_whatever_the_wordings(rows, random):
    keyed = [(f"{review}-R{at:03d}", text or "-", themes) for at, (review, text, themes) in enumerate(rows, start=1)]

    def found(these):
        recommendations = [{"recommendation_id": key, "text": text} for key, text, _ in these]
        coded = {key: sorted(themes) for key, _, themes in these}
        built = frames.build(recommendations=recommendations, themes=coded, reviews=later)
        return similar_recommendations(built, QUARTER)

    later = (
        [{"review_id": "C@2024-06-30", "snapshot_on": "2024-06-30"}] if any("@" in key for key, _, _ in keyed) else []
    )
    groups = found(keyed)
    shuffled = random.sample(keyed, len(keyed))
    pd.testing.assert_frame_equal(groups, found(shuffled))
    assert groups["recommendation_id"].is_unique
    themes = {key: names for key, _, names in keyed}
    for _, members in groups.groupby("group_id"):
        assert members["review_id"].map(review_of).nunique() > 1
        common = set.intersection(*(themes[key] for key in members["recommendation_id"]))
        assert common == set(members["themes"].iloc[0].split("; "))
        assert (members["similarity"] >= SIMILAR).all() and (members["similarity"] <= 1).all()


@given(st.lists(st.text("abcdé .,'", max_size=30), min_size=1, max_size=8))
def test_vectors_are_those_of_scikit_learn(texts):
    wordings = [f"plan {text}" for text in texts]
    given_by = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, lowercase=False)
    expected = given_by.fit_transform(wordings)
    found = _vectors(wordings)
    np.testing.assert_allclose((found @ found.T).toarray(), (expected @ expected.T).toarray(), atol=1e-12)
    assert found.shape == expected.shape
