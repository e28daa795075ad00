"""Plan-likeness: each feature tells a sound reading from one that has gone wrong in its own way."""

import csv
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.normalising.grammars.cut_rows import Draft, Recommendation
from dhr_analytics.normalising.likeness import (
    FEATURES,
    Likeness,
    likeness,
    prior_weights,
    sample,
    weights,
    weights_file,
)

TASKS = ["Buy ten lamps for it.", "Tell the crew to wait.", "Write it in spring.", "Audit them."]
WORDINGS = [
    "The harbour board should light the quay at night.",
    "The ferry company should wait for the last train.",
    "The council should publish a yearly report.",
    "The school should keep one list of visitors.",
]


def draft(action=TASKS[0], **cells):
    own = {"action": action, "lead": "Northmoor Police", "target": "May 2031", "status": "Ongoing"}
    return Draft({role: text for role, text in {**own, **cells}.items() if text}, ["row 1"])


def rec(number, text, *actions, scope="Local"):
    return Recommendation(number, "", text, [scope], ["row 1"], list(actions) or [draft()])


def plan():
    """Four numbered recommendations with an action each, nothing amiss."""
    both = enumerate(zip(WORDINGS, TASKS, strict=True), 1)
    return [rec(str(n), wording, draft(task)) for n, (wording, task) in both]


def reworded(change):
    return [replace(each, text=change(each.text, i)) for i, each in enumerate(plan())]


def with_cells(**cells):
    own = [{"action": task, **cells} for task in TASKS]
    return [replace(each, actions=[draft(**row)]) for each, row in zip(plan(), own, strict=True)]


def renumbered(*numbers):
    return [replace(each, number=number) for each, number in zip(plan(), numbers, strict=True)]


# The same plan gone wrong in one way, by the feature that has to see it.
WRONG = {
    "numbers run on": renumbered("1", "7", "3", "12"),
    "all or none are numbered": renumbered("1", "", "3", ""),
    "recommendations ask for something": reworded(lambda text, i: f"Quay {i} is dark, as it is."),
    "actions ask for something": with_cells(action="The quay is dark and so is the pier."),
    "recommendations begin with a capital": reworded(lambda text, i: text.lower()),
    "actions begin with a capital": with_cells(action="write it in the spring of the year."),
    "recommendations end alike": reworded(lambda text, i: text if i % 2 else text[:-1]),
    "recommendations are of a usual length": reworded(lambda text, i: f"Should light {i}."),
    "recommendations are no single words": reworded(lambda text, i: f"Should{i}."),
    "no recommendation twice": reworded(lambda text, i: WORDINGS[0]),
    "no number within a recommendation": reworded(lambda text, i: f"{text} 4. {TASKS[i]}"),
    "targets are dates": with_cells(target="the usual way of it"),
    "owners are bodies or posts": with_cells(lead="Lamps, ropes"),
    "owners are short": with_cells(lead="and then " * 9),
    "statuses are short": with_cells(status="all as it was " * 4),
    "scopes are scopes": [replace(each, scopes=["as was said of it before"]) for each in plan()],
    "no label within a text": reworded(lambda text, i: f"Lead agency: {text}"),
    "few actions for each": [replace(each, actions=[draft()] * 9) for each in plan()],
    "actions are alike": [
        replace(each, actions=[draft(lead="", target="", status="")] if i % 2 else each.actions)
        for i, each in enumerate(plan())
    ],
    "actions say who, when or how far": with_cells(lead="", target="", status=""),
    "no value where a text should be": reworded(lambda text, i: f"{i} May 2031"),
    "several recommendations": plan()[:1],
    "rows are whole": [replace(each, places=["row 1"] * 4) for each in plan()],
}


def score(found, used=1.0, named=1.0):
    return likeness(found, used, named)


@pytest.mark.parametrize("feature", sorted(WRONG))
def test_each_feature_sees_what_went_wrong_and_the_score_falls(feature):
    right, wrong = score(plan()), score(WRONG[feature])
    assert wrong.features[feature] < right.features[feature]
    assert wrong.score < right.score


@pytest.mark.parametrize("feature", sorted(set(WRONG) - {"several recommendations"}))
def test_a_plan_with_nothing_amiss_has_the_most_of_each_feature(feature):
    assert score(plan()).features[feature] == 1


def test_words_and_names_of_a_table_count():
    whole = score(plan())
    part, nameless = score(plan(), used=0.5), score(plan(), named=0.0)
    assert part.features["the words of the table are used"] == 0.5 and part.score < whole.score
    assert nameless.features["the header names the columns"] == 0 and nameless.score < whole.score


def test_every_feature_is_seen_by_a_test():
    here = {"the words of the table are used", "the header names the columns"}
    assert set(WRONG) | here == set(FEATURES)


def test_the_score_is_the_base_less_what_each_feature_takes():
    found = score(WRONG["no recommendation twice"], 0.7, 0.4)
    lost = sum(weights()[name] * (value - 1) for name, value in found.features.items())
    assert found.score == pytest.approx(weights()["base"] + lost)


def test_running_text_has_no_columns_that_could_be_missing():
    bare = [rec(str(n), text, Draft({}, ["line 1"])) for n, text in enumerate(WORDINGS, 1)]
    printed, tabled = likeness(bare, 1.0, bare=True), likeness(bare, 1.0)
    assert printed.score > tabled.score
    for feature in ("targets are dates", "the header names the columns"):
        assert printed.features[feature] > tabled.features[feature]


def test_nothing_read_is_no_plan():
    found = likeness([], 1.0)
    assert found.chance < 0.001 and found.worst() == "" and not found.features


# --- chances and words ---------------------------------------------------------------------------


@given(st.floats(-700, 700))
def test_a_chance_is_between_none_and_one(value):
    assert 0 <= Likeness(value, {}).chance <= 1


def test_a_chance_is_the_score_as_log_odds():
    assert Likeness(0.0, {}).chance == 0.5
    assert Likeness(math.log(3), {}).chance == pytest.approx(0.75)


def test_the_worst_features_are_named_by_what_they_take():
    heavy, light = "no label within a text", "owners are bodies or posts"
    assert weights()[heavy] > weights()[light]
    found = Likeness(0.0, {light: 0.0, heavy: 0.0, "targets are dates": 1.0})
    assert found.worst() == f"not “{heavy}”; not “{light}”"
    assert found.worst(1) == f"not “{heavy}”"


@pytest.mark.parametrize("feature", ["no recommendation twice", "no label within a text"])
def test_what_went_wrong_is_among_the_worst(feature):
    assert feature in score(WRONG[feature]).worst()


# --- long plans ----------------------------------------------------------------------------------


def test_a_long_plan_is_looked_at_in_parts_spread_over_it():
    long = [rec(str(n), f"The board should light quay {n} at night.") for n in range(1, 1001)]
    some = sample(long, 1.0, 1.0, bare=False)
    assert len(some.recommendations) < 130
    at = [int(each.number) for each in some.recommendations]
    assert at[0] == 1 and at[-1] > 900


def test_a_long_plan_scores_as_well_as_a_short_one():
    long = [rec(str(n), f"The board should light quay {n} at night.") for n in range(1, 201)]
    assert likeness(long, 1.0).features["numbers run on"] == 1


# --- the file of weights -------------------------------------------------------------------------


def test_the_file_has_a_prior_and_a_weight_for_each_feature():
    with weights_file().open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["feature"] for row in rows] == ["base", *FEATURES]
    assert all(float(row["prior"]) > 0 and float(row["weight"]) >= 0 for row in rows)
    assert set(prior_weights()) == set(weights()) == {"base", *FEATURES}


TEXTS = st.sampled_from(["", "Recommendation", "the", *WORDINGS, "May 2031", "Lead: it", "3."])
ROLES = st.sampled_from(["action", "lead", "target", "status", "rag", "progress@2"])
RECS = st.builds(
    Recommendation,
    st.sampled_from(["", "1", "2", "R7", "SM/01"]),
    st.just(""),
    TEXTS,
    st.lists(TEXTS, max_size=2),
    st.just(["row 1"]),
    st.lists(st.builds(Draft, st.dictionaries(ROLES, TEXTS)), max_size=2),
)


@given(st.lists(RECS, max_size=6), st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_every_feature_of_any_reading_is_a_share(found, used, named, bare):
    read = likeness(found, used, named, bare=bare)
    assert all(0 <= value <= 1 for value in read.features.values())
    assert read.score <= weights()["base"]
