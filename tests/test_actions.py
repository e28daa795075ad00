"""What actions do and how strong that is held to be."""

import pandas as pd
import pytest
from frames import gold_rows, needs_seeds
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.errors import InputError
from dhr_analytics.themes.actions import COLUMNS, STRENGTHS, code_actions, load_action_types

TYPES = {each.id: each for each in load_action_types().types}


def coded(*texts, recommendation=None, types=None):
    actions = pd.DataFrame(
        {"action_id": [str(n) for n in range(len(texts))], "recommendation_id": "R", "text": list(texts)}, dtype=str
    )
    recs = None if recommendation is None else pd.DataFrame({"recommendation_id": ["R"], "text": [recommendation]})
    return code_actions(actions, recs, types=types)


def test_the_types_are_those_that_were_agreed():
    assert set(TYPES) == {
        "training", "policy", "briefing", "audit", "system_change", "service",
        "multi_agency_process", "national_letter", "monitoring", "other",
    }  # fmt: skip
    assert {each.strength for each in TYPES.values()} == {"intermediate", "weaker", ""}


@pytest.mark.parametrize(
    ("text", "kind", "strength", "evidence"),
    [
        ("Deliver refresher training to every midwife.", "training", "weaker", "refresher"),
        ("Update the lone working policy.", "policy", "weaker", "policy"),
        ("Learning bulletin to go to each surgery", "briefing", "weaker", "Learning bulletin"),
        ("Audit of twenty training records", "audit", "weaker", "Audit"),
        ("Add a drop-down to the triage record.", "system_change", "intermediate", "drop-down"),
        ("Appoint a second advocate", "service", "intermediate", "Appoint"),
        ("Hold a monthly case management meeting between both services", "multi_agency_process", "intermediate", None),
        ("Chair to write a letter to the Minister of State.", "national_letter", "weaker", None),
        ("Training compliance to be monitored by the Board", "monitoring", "weaker", None),
        ("Offer the family a cup of tea.", "other", "", ""),
    ],
)
def test_types_are_found_with_the_words_that_decide(text, kind, strength, evidence):
    row = coded(text).iloc[0]
    assert (row["action_type"], row["strength"]) == (kind, strength)
    assert row["evidence"] in text and (evidence is None or row["evidence"] == evidence)


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("Add a prompt to the record", "intermediate"),
        ("Add a prompt to the record as a mandatory field", "stronger"),
        ("Agree a protocol for joint working between the trust and the police", "weaker"),
        ("Start joint visits by police and social workers: joint working each week", "intermediate"),
        ("Training by simulation with a yearly refresher", "intermediate"),
    ],
)
def test_words_that_change_the_strength_of_a_type(text, strength):
    assert coded(text)["strength"].tolist() == [strength]


def test_what_stands_first_decides_but_not_the_addressee():
    assert coded("Audit of the training policy", "Training on the audit policy")["action_type"].tolist() == [
        "audit",
        "training",
    ]
    found = coded("The Training Department should write a policy.", "MARAC Coordinator to circulate minutes")
    assert found["action_type"].tolist() == ["policy", "briefing"]
    assert coded("Audit-C to be used at each visit")["action_type"].tolist() == ["other"]


@pytest.mark.parametrize(
    "text", ["", "As described in recommendation.", "As set out in the recommendation", "In Place"]
)
def test_the_recommendation_stands_in_for_an_empty_action(text):
    assert coded(text)["evidence"].tolist() == [""]
    found = coded(
        text, recommendation="The panel met twice. The force should train its staff. Records must be audited."
    )
    assert found["action_type"].tolist() == ["training"]  # the first sentence that asks
    assert coded(text, recommendation="Train all call handlers.")["evidence"].tolist() == ["Train"]
    assert coded("Write a policy", recommendation="Train all call handlers.")["action_type"].tolist() == ["policy"]


def test_no_wording_at_all_is_not_called_other():
    assert coded("", " - ").to_dict("records") == [
        {"action_id": str(n), "action_type": "", "strength": "", "evidence": ""} for n in range(2)
    ]


@given(st.lists(st.text(max_size=120), max_size=5))
def test_any_text_gets_one_row_and_its_own_words(texts):
    found = coded(*texts, recommendation="Anything to be done")
    assert found.columns.tolist() == list(COLUMNS) and len(found) == len(texts)
    assert set(found["action_type"]) <= {*TYPES, ""} and set(found["strength"]) <= set(STRENGTHS)
    assert all(
        words in text or words in "Anything to be done" for words, text in zip(found["evidence"], texts, strict=True)
    )


def test_types_are_data(tmp_path):
    path = tmp_path / "types.toml"
    path.write_text('[[type]]\nid = "tea"\nstrength = "stronger"\nphrases = ["(cup|pot) of tea"]\n')
    found = coded("Pots of tea for all", types=load_action_types(path))
    assert found.iloc[0].tolist() == ["0", "tea", "stronger", "Pots of tea"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[type", "cannot be read"),
        ('[[type]]\nid = "a"\nstrength = "strong"\n', "strength"),
        ('[[type]]\nid = "a"\nstrength = ""\nphrases = ["(a"]\n', "bracket"),
        ('[[type]]\nid = "a"\nstrength = ""\nphrases = ["a + b"]\n', "order of the words"),
    ],
)
def test_a_file_at_fault_is_named(tmp_path, text, said):
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(InputError, match=said):
        load_action_types(tmp_path / "bad.toml")


@needs_seeds
def test_real_actions_get_a_type():
    actions = pd.DataFrame(gold_rows("actions"), dtype=str)
    recs = pd.DataFrame(gold_rows("recommendations"), dtype=str)
    for frame in (actions, recs):
        frame["recommendation_id"] = frame["document"] + "-" + frame["seq"]
    actions["action_id"] = [str(n) for n in range(len(actions))]
    found = code_actions(actions, recs)
    counts = found["action_type"].value_counts()
    # Counted by hand over the same actions: 43 policy, 27 training, 25 briefing, 16 other, 13 between agencies, 10 audit.
    by_hand = {"policy": 43, "training": 27, "briefing": 25, "other": 16, "multi_agency_process": 13, "audit": 10}
    assert all(abs(counts[kind] - n) <= 4 for kind, n in by_hand.items()), counts.to_dict()
