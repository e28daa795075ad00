import importlib.util
from types import ModuleType

import numpy as np
import pytest
import statsmodels.api as sm
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from dhr_analytics.errors import UsageError
from dhr_analytics.statistics.corrected import FEWEST, corrected_share

NONE = np.nan


def plans(reviews=20, rows=6, coded=8, share=0.3, error=0.1, seed=1):
    """Reviews of equal size: review, machine label, human label (of the first reviews), true label."""
    rng = np.random.default_rng(seed)
    review = np.repeat(np.arange(reviews), rows)
    true = (rng.random(len(review)) < share).astype(float)
    machine = np.where(rng.random(len(review)) < error, 1 - true, true)
    return review, machine, np.where(review < coded, true, NONE), true


@st.composite
def coded_plans(draw):
    sizes = draw(st.lists(st.integers(1, 6), min_size=FEWEST, max_size=12))
    review = np.repeat(np.arange(len(sizes)), sizes)
    n = len(review)
    bits = st.lists(st.sampled_from((0.0, 1.0)), min_size=n, max_size=n)
    machine = np.array(draw(st.one_of(bits, st.lists(st.floats(0, 1), min_size=n, max_size=n))))
    coded = set(draw(st.permutations(range(len(sizes))))[: draw(st.integers(FEWEST, len(sizes)))])
    return review, machine, np.where(np.isin(review, list(coded)), draw(bits), NONE)


def test_with_labels_of_0_and_1_each_label_is_given_its_share_by_hand():
    # Each row its own review. Coded: of 10 rows with the machine's label people confirm 8; of 30 without it they give 3.
    # In all: 40 of 120 rows have the machine's label, so 8/10 of a third and 3/30 of the rest.
    machine = [1] * 10 + [0] * 30 + [1] * 30 + [0] * 50
    human = [1] * 8 + [0] * 2 + [1] * 3 + [0] * 27 + [NONE] * 80
    found = corrected_share(np.arange(120), machine, human)
    assert found.value == pytest.approx(8 / 30 + 2 / 30)
    assert (found.n_coded_reviews, found.n_coded_rows) == (40, 40)
    assert found.low < found.value < found.high
    assert "prediction-powered" in found.method


@given(coded_plans(), st.booleans())
def test_the_interval_holds_the_share_within_0_and_1(given_plans, per_review):
    found = corrected_share(*given_plans, per_review=per_review)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low < found.high


@given(coded_plans())
def test_the_share_without_the_theme_mirrors(given_plans):
    review, machine, human = given_plans
    found, rest = corrected_share(review, machine, human), corrected_share(review, 1 - machine, 1 - human)
    assert (1 - rest.value, 1 - rest.high, 1 - rest.low) == pytest.approx(
        (found.value, found.low, found.high), abs=1e-6
    )


@given(coded_plans(), st.booleans(), st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_the_names_of_reviews_matter(given_plans, per_review, random):
    review, machine, human = given_plans
    order = random.sample(range(len(review)), len(review))
    names = np.array([f"DHR-{97 * int(each) % 89}" for each in review])
    before = corrected_share(review, machine, human, per_review=per_review)
    after = corrected_share(names[order], machine[order], human[order], per_review=per_review)
    assert (after.value, after.low, after.high) == pytest.approx((before.value, before.low, before.high), abs=1e-6)


@given(coded_plans(), st.booleans())
def test_where_all_rows_are_coded_it_is_the_count_by_hand(given_plans, per_review):
    review, machine, human = given_plans
    human = np.nan_to_num(human)
    found = corrected_share(review, machine, human, per_review=per_review)
    by_hand = [human[review == each].max() for each in set(review)] if per_review else human
    assert found.value == pytest.approx(np.mean(by_hand), abs=1e-12)
    silent = corrected_share(review, 0 * machine, human, per_review=per_review)
    assert (found.low, found.high) == pytest.approx((silent.low, silent.high), abs=1e-12)


def test_a_machine_that_says_nothing_or_the_contrary_leaves_the_share_by_hand():
    review, _, human, true = plans()
    for machine in (0 * true, 1 - true):
        found = corrected_share(review, machine, human)
        assert found.value == pytest.approx(np.nanmean(human))
        assert "coded sample alone" in found.method


def test_the_better_the_machine_the_narrower_the_interval():
    widths = []
    for error in (0.0, 0.1, 0.5):
        review, machine, human, _ = plans(reviews=100, coded=25, error=error)
        found = corrected_share(review, machine, human)
        widths.append(found.high - found.low)
    assert widths == sorted(widths)
    assert widths[0] < 0.7 * widths[2]


def test_a_probability_serves_as_a_label():
    review, machine, human, _ = plans()
    sure, less_sure = (corrected_share(review, label, human) for label in (machine, 0.3 + 0.4 * machine))
    assert (sure.value, sure.low, sure.high) == pytest.approx((less_sure.value, less_sure.low, less_sure.high))


def test_many_reviews_of_one_row_give_the_wilson_interval():
    true = np.arange(2000) % 10 < 3
    found = corrected_share(np.arange(2000), 0.0 * true, true)
    assert (found.low, found.high) == pytest.approx(proportion_confint(600, 2000, method="wilson"), abs=3e-4)


def test_rows_of_one_review_count_as_alike_as_they_are():
    rng = np.random.default_rng(4)
    review = np.repeat(np.arange(400), rng.integers(2, 20, 400))
    true = (rng.random(len(review)) < rng.beta(1.2, 2.8, 400)[review]).astype(float)
    found = corrected_share(review, 0 * true, true)
    clustered = sm.OLS(true, np.ones(len(true))).fit(cov_type="cluster", cov_kwds={"groups": review}).bse[0]
    independent = np.sqrt(true.mean() * (1 - true.mean()) / len(true))
    assert clustered > 1.5 * independent
    assert found.high - found.low == pytest.approx(2 * 1.96 * clustered, rel=0.03)


def test_rows_copied_within_their_review_tell_nothing_new():
    review, machine, human, _ = plans(reviews=200, rows=1, coded=100)
    once, fivefold = (
        corrected_share(*(np.repeat(each, times) for each in (review, machine, human))) for times in (1, 5)
    )
    assert fivefold.value == pytest.approx(once.value)
    assert fivefold.high - fivefold.low > 0.9 * (once.high - once.low)


@pytest.mark.parametrize("answer", [0, 1])
def test_where_people_always_said_the_same_the_interval_is_no_point(answer):
    review, machine, human, _ = plans()
    found = corrected_share(review, machine, np.where(np.isnan(human), NONE, answer))
    rows = found.n_coded_rows
    _, wilson_high = proportion_confint(0, rows, method="wilson")
    assert found.value == answer
    assert wilson_high < found.high - found.low < 0.5


def test_only_reviews_coded_in_full_tell_of_a_share_of_reviews():
    review, machine, human, _ = plans(coded=8)
    human[0] = NONE
    found = corrected_share(review, machine, human, per_review=True)
    assert (found.n_coded_reviews, found.n_coded_rows) == (7, 42)
    assert corrected_share(review, machine, human).n_coded_reviews == 8
    silent = corrected_share(review, 0 * machine, human, per_review=True)
    assert silent.value == pytest.approx(np.mean([np.max(human[review == each]) for each in range(1, 8)]))


@pytest.mark.parametrize("per_review", [False, True])
@pytest.mark.parametrize("coded", [0, 1, FEWEST - 1])
def test_too_few_coded_reviews_give_no_figure_but_say_how_many_are_needed(coded, per_review):
    review, machine, human, _ = plans(coded=coded)
    found = corrected_share(review, machine, human, per_review=per_review)
    assert (found.value, found.low, found.high, found.n_coded_reviews) == (None, None, None, coded)
    assert f"at least {FEWEST} are needed" in found.method


def test_no_rows_give_no_figure():
    assert corrected_share([], [], []).value is None


@pytest.mark.parametrize(
    ("review", "machine", "human", "seen"),
    [
        (["a", "b"], [0], [0, 1], "as many"),
        ([["a"]], [[0]], [[0]], "as many"),
        (["a", "b"], [0, NONE], [0, 1], "Machine labels"),
        (["a", "b"], [0, 1.2], [0, 1], "Machine labels"),
        (["a", "b"], [0, 1], [0, 0.5], "Human labels"),
    ],
)
def test_other_labels_are_refused(review, machine, human, seen):
    with pytest.raises(UsageError, match=seen):
        corrected_share(review, machine, human)


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("coverage_benchmark", ROOT / "benchmarks" / "coverage.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("larger_ask_more", [0.0, 0.4])
def test_the_benchmark_knows_the_truth_of_what_it_draws(benchmark, larger_ask_more):
    setting = benchmark.Setting(40_000, 1.0, 0.1, 0.1, 0.9, 0.9, larger_ask_more=larger_ask_more)
    review, _, human = benchmark.draw(setting, np.random.default_rng(3))
    assert benchmark.truth(setting, per_review=False) == pytest.approx(human.mean(), abs=0.003)
    by_review = np.bincount(review, human) > 0
    assert benchmark.truth(setting, per_review=True) == pytest.approx(by_review.mean(), abs=0.01)


@pytest.mark.parametrize("per_review", [False, True])
def test_the_corrected_interval_holds_the_truth_and_is_narrower_than_the_sample_alone(benchmark, per_review):
    chosen = [each for each in benchmark.MAIN if each.reviews in (30, 150) and each.correlation == 0.15][::4]
    found = benchmark.table(chosen, runs=200, per_review=per_review)
    assert set(found["prevalence"]) == {0.05, 0.2, 0.5}
    assert found["corrected_holds"].mean() >= 0.93
    assert found["corrected_holds"].min() >= 0.91
    assert (found["corrected_width"] < found["hand_width"]).all()
    assert found["naive_holds"].mean() < 0.8
