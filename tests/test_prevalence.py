from collections import Counter
from dataclasses import replace

import frames
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhr_analytics import schema
from dhr_analytics.errors import UsageError
from dhr_analytics.statistics import (
    Quarter,
    home_office_shares,
    is_corrected,
    remake,
    select,
    theme_prevalence,
    theme_shares,
)

QUARTER = Quarter(2025, 1)
TAGS = {"training": "training", "risk": "identification of risk", "dash": "identification of risk", "housing": "other"}

# Two reviews, four recommendations, five actions; A-R002 asks for dash and risk, B-R002 is not coded.
PLANS = frames.build(
    [
        {"recommendation_id": "A-R001", "sector": "police"},
        {"recommendation_id": "A-R001", "sector": "police"},
        {"recommendation_id": "A-R001", "sector": "health"},
        {"recommendation_id": "A-R002", "sector": "health"},
        {"recommendation_id": "B-R001"},
    ],
    recommendations=[{"recommendation_id": "B-R002"}],
    themes={"A-R001": ["training", "training"], "A-R002": ["risk", "dash", "training"], "B-R001": ["training"]},
)


def counts(estimates):
    return [(estimate.group, estimate.n, estimate.N) for estimate in estimates]


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ("recommendations", [("training", 3, 4), ("dash", 1, 4), ("risk", 1, 4), ("not coded", 1, 4)]),
        ("reviews", [("training", 2, 2), ("dash", 1, 2), ("risk", 1, 2), ("not coded", 1, 2)]),
        ("actions", [("training", 5, 5), ("dash", 1, 5), ("risk", 1, 5)]),
    ],
)
def test_themes_over_each_denominator(over, expected):
    estimates = theme_shares(PLANS, QUARTER, over=over)
    assert counts(estimates) == expected
    assert {estimate.denominator for estimate in estimates} == {over}
    assert estimates[0].id == f"theme_share.{over}.2025Q1.theme=training"


def test_a_theme_nobody_asks_for_can_be_listed():
    listed = counts(theme_shares(PLANS, QUARTER, include=["housing", "training"]))
    assert ("housing", 0, 4) in listed
    assert ("training", 3, 4) in listed


def test_themes_of_one_home_office_tag_count_once():
    assert counts(home_office_shares(PLANS, QUARTER, tags=TAGS)) == [
        ("training", 3, 4),
        ("identification of risk", 1, 4),
        ("other", 0, 4),
        ("not coded", 1, 4),
    ]
    with pytest.raises(UsageError, match="'dash' is not in the codebook"):
        home_office_shares(PLANS, QUARTER, tags={"training": "training", "risk": "other"})


def test_themes_against_sectors_are_themes_of_what_a_sector_leads():
    found = {}
    for sector in ("health", "police", "not stated"):
        for each in theme_shares(select(PLANS, sectors=sector), QUARTER):
            found[sector, each.group] = each.n, each.N
            assert (
                each.id
                == f"theme_share.recommendations.2025Q1.theme={each.group}.where.sector={sector.replace(' ', '+')}"
            )
    assert found == {
        **{("health", "training"): (2, 2), ("health", "dash"): (1, 2), ("health", "risk"): (1, 2)},
        **{("police", "training"): (1, 1), ("not stated", "training"): (1, 1)},
    }


def test_what_is_not_known_yet_is_not_counted():
    plans = frames.build(
        [{"recommendation_id": "A-R001"}, {"recommendation_id": "B-R001"}],
        reviews=[{"review_id": "B", "published_on": "2025-06-01"}],
        themes={"A-R001": ["risk"], "B-R001": ["training"]},
    )
    assert counts(theme_shares(plans, QUARTER)) == [("risk", 1, 1)]
    assert counts(theme_shares(plans, Quarter(2025, 2))) == [("risk", 1, 2), ("training", 1, 2)]


@pytest.mark.parametrize("measure", [theme_shares, lambda p, q: home_office_shares(p, q, tags=TAGS)])
def test_a_package_without_themes_says_what_to_run(measure):
    with pytest.raises(UsageError, match="dhr classify DIR"):
        measure(frames.build([{}]), QUARTER)


def test_an_empty_package_has_no_figures():
    assert theme_shares(frames.empty(), QUARTER) == []
    listed = theme_shares(frames.empty(), QUARTER, over="reviews", include=["risk"])
    assert [(each.N, each.value, each.low) for each in listed] == [(0, None, None)]


def test_an_unknown_denominator_is_refused():
    with pytest.raises(UsageError, match="not 'rows'"):
        theme_shares(PLANS, QUARTER, over="rows")


def coded(machine, human):
    """Make a package from what the machine gave and, where they coded, people: {recommendation: themes}."""
    final = {owner: sorted(human.get(owner, themes)) for owner, themes in machine.items()}
    plans = frames.build([{"recommendation_id": owner} for owner in machine], themes=final)
    rows = [
        {"recommendation_id": owner, "theme": theme, "machine": theme in machine[owner], "human": theme in said}
        for owner, said in human.items()
        for theme in sorted(said | machine[owner])
    ]
    words = pd.DataFrame(rows, columns=schema.TABLES["coded_sample"].names).astype(str)
    sample = schema.typed("coded_sample", words.replace({"True": "true", "False": "false"}))
    plans = replace(plans, coded_sample=sample)
    schema.check(plans.tables())
    return plans


THEMES = st.sets(st.sampled_from(["training", "risk", "housing"]), min_size=1)


@st.composite
def codings(draw):
    """Return what people would say of each recommendation, and the reviews that they coded."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=6, max_size=9))
    true = {f"{'ABCDEFGHI'[place]}-R{n:03d}": draw(THEMES) for place, size in enumerate(sizes) for n in range(size)}
    return true, "ABCDEFGHI"[: draw(st.integers(5, len(sizes)))]


@settings(deadline=None, max_examples=25)
@given(codings(), st.data(), st.sampled_from(["recommendations", "reviews", "actions"]))
def test_where_all_is_coded_the_corrected_share_is_that_by_hand(given_codings, data, over):
    true, _ = given_codings
    machine = {owner: data.draw(THEMES) for owner in true}
    by_hand = {each.group: each.value for each in theme_shares(coded(true, {}), QUARTER, over=over)}
    for each in theme_prevalence(coded(machine, true), QUARTER, over=over, include=["training"]):
        assert is_corrected(each)
        assert each.value == pytest.approx(by_hand.get(each.group, 0)) == pytest.approx(each.n / each.N)


@settings(deadline=None, max_examples=25)
@given(codings(), st.sampled_from(["recommendations", "reviews", "actions"]))
def test_a_machine_that_is_always_right_leaves_the_share_as_counted(given_codings, over):
    true, reviews = given_codings
    plans = coded(true, {owner: said for owner, said in true.items() if owner[0] in reviews})
    plain = theme_shares(plans, QUARTER, over=over)
    found = theme_prevalence(plans, QUARTER, over=over)
    assert [(each.group, each.n, each.N) for each in found] == [(each.group, each.n, each.N) for each in plain]
    for each in found:
        assert is_corrected(each)
        assert each.low <= each.n / each.N <= each.high
        assert remake(plans, each.id) == each


def test_without_enough_of_a_sample_the_share_is_as_counted_and_says_so():
    true = {f"{review}-R001": {"training"} if review in "ABC" else {"risk"} for review in "ABCDEFGH"}
    plain = theme_shares(coded(true, {}), QUARTER)
    for plans in (coded(true, {}), coded(true, {"A-R001": {"risk"}}), replace(coded(true, {}), coded_sample=None)):
        found = theme_prevalence(plans, QUARTER)
        assert all("not corrected for errors of the machine coding" in each.method for each in found)
        assert not any(map(is_corrected, found))
        assert all(each.value == each.n / each.N and each.low < each.value < each.high for each in found)
    assert [each.method.split(";")[0] for each in theme_prevalence(coded(true, {}), QUARTER)] == [
        each.method for each in plain
    ]


def test_rows_that_were_chosen_by_theme_are_not_corrected():
    true = {f"{review}-R{n:03d}": {"training"} if n else {"risk"} for review in "ABCDEFGH" for n in (0, 1)}
    plans = coded(true, {owner: said for owner, said in true.items() if owner[0] in "ABCDEF"})
    assert all(map(is_corrected, theme_prevalence(plans, QUARTER)))
    assert all(map(is_corrected, theme_prevalence(select(plans, sectors="not stated"), QUARTER)))
    chosen = theme_prevalence(select(plans, themes="training"), QUARTER)
    assert [(each.group, each.value) for each in chosen if not is_corrected(each)] == [("training", 1.0)]
    assert "chosen by theme" in chosen[0].method and remake(plans, chosen[0].id) == chosen[0]


def test_a_theme_that_is_newer_than_the_codings_is_not_corrected():
    true = {f"{review}-R001": {"training"} for review in "ABCDEFGH"}
    plans = coded(true, {owner: said for owner, said in true.items() if owner[0] != "H"})
    newer = pd.DataFrame(
        [
            {"recommendation_id": owner, "theme": "risk", "machine": "true", "human": ""}
            for owner in true
            if owner[0] != "H"
        ]
    )
    sample = schema.typed("coded_sample", pd.concat([plans.coded_sample.astype(str), newer]))
    found = theme_prevalence(replace(plans, coded_sample=sample), QUARTER, include=["risk"])
    assert {each.group: is_corrected(each) for each in found} == {"training": True, "risk": False}


@frames.needs_seeds
def test_themes_of_the_gold_reading():
    rows = frames.gold_rows("themes")
    per_recommendation = Counter(theme for row in rows for theme in set(row["themes"].split(";")))
    pairs = {(row["document"], theme) for row in rows for theme in row["themes"].split(";")}
    per_review = Counter(theme for _, theme in pairs)
    plans = frames.gold_plans()
    for over, expected in (("recommendations", per_recommendation), ("reviews", per_review)):
        estimates = theme_shares(plans, QUARTER, over=over)
        assert {estimate.group: estimate.n for estimate in estimates} == expected
        assert [estimate.n for estimate in estimates] == sorted(expected.values(), reverse=True)
        assert {estimate.N for estimate in estimates} == {len(rows) if over == "recommendations" else 5}
