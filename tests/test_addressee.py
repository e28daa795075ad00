"""Misaddressed recommendations: flagged where it is sure, passed over where it is not."""

import pandas as pd
import pytest
from frames import gold_rows, needs_seeds

from dhr_analytics.errors import InputError
from dhr_analytics.themes.addressee import COLUMNS, load_addressees, misaddressed


def flags(text, *leads):
    recs = pd.DataFrame({"recommendation_id": ["R"], "text": [text]})
    acts = pd.DataFrame(leads, columns=["agency", "sector"], dtype=str).assign(recommendation_id="R")
    found = misaddressed(recs, acts.assign(lead_agency=acts["agency"]))
    assert found.columns.tolist() == list(COLUMNS)
    return found


@pytest.mark.parametrize(
    ("text", "lead", "asked", "words"),
    [
        ("Northmoor Police should audit its records.", ("Adult Social Care", "adult social care"), "police", "Northmoor Police"),
        ("For the GP practices to code abuse.", ("Northmoor Police", "police"), "health", "GP practices"),
        ("Children's Services staff must see the child.", ("Verrin Homes", "housing"), "children's social care", "Children's Services staff"),
        ("It is recommended that the Home Office should amend its firearms guidance.", ("SFHB", "other"), "Home Office", "Home Office"),
        ("That the Ministry of Justice consider legal aid.", ("Home Office", "government"), "Ministry of Justice", "Ministry of Justice"),
        ("As well as this, the Partnership should tell employers.", ("Home Office", "government"), "community safety partnership", "Partnership"),
        ("As part of their induction, police officers should meet survivors.", ("Verrin Homes", "housing"), "police", "police officers"),
        ("In addition to its own audit, Northmoor Police should publish one. This was not done.", ("Verrin Homes", "housing"), "police", "Northmoor Police"),
        ("Adult Social Care should meet carers. Following this, the police should too.", ("Verrin Homes", "housing"), "adult social care and police", "Adult Social Care"),
    ],
)  # fmt: skip
def test_asked_of_one_and_given_to_another(text, lead, asked, words):
    found = flags(text, lead)
    assert found["asked"].tolist() == [asked] and found["given_to"].tolist() == [lead[0]]
    assert words in found["evidence"][0] and found["evidence"][0] in text


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("Northmoor Police should audit its records.", ("Northmoor Constabulary", "police")),
        ("Northmoor Police should audit its records.", ("Safer Northmoor Partnership", "community safety partnership")),
        ("Northmoor Police should audit its records.", ("All agencies", "other")),
        ("Northmoor Police should audit its records.", ("", "")),
        ("Police records to hold the date of each call.", ("Adult Social Care", "adult social care")),
        ("Police to be trained by the hospital.", ("Hospital", "health")),
        ("Contact the police to agree a route.", ("Adult Social Care", "adult social care")),
        ("The Trust and the police should agree a protocol.", ("Northmoor NHS Trust", "health")),
        ("The police and the GP practice should share records.", ("Northmoor Police", "police")),
        ("Adult Social Care should review its policy.", ("Northmoor Council", "local authority")),
        (
            "The Home Office guidance ought to change. Police forces should then change their forms.",
            ("Home Office", "government"),
        ),
        ("The Trust should train staff.", ("Northmoor Police", "police")),
        ("Share findings with the police.", ("Adult Social Care", "adult social care")),
        ("Staff to be told. As well as this, the Partnership should tell employers.", ("Northmoor Trust", "health")),
        ("Spread the toolkit. Alongside this, the Partnership should tell employers.", ("Home Office", "government")),
        ("The Trust should train staff. The police should audit.", ("Northmoor NHS Trust", "health")),
        ("As well as the police, Victim Care should attend.", ("Victim Care", "third sector")),
        (
            "The Home Office should amend its firearms guidance.",
            ("Home Office & the Commissioner's Office", "government"),
        ),
    ],
)
def test_what_is_right_or_not_sure_is_passed_over(text, lead):
    assert flags(text, lead).empty


def test_one_of_several_leads_is_enough():
    text = "Northmoor Police should audit its records."
    assert flags(text, ("Adult Social Care", "adult social care"), ("Northmoor Police", "police")).empty
    found = flags(text, ("Adult Social Care", "adult social care"), ("Northmoor Homes", "housing"))
    assert found["given_to"].tolist() == ["Adult Social Care; Northmoor Homes"]


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("The Home Office should review the means test for legal aid.", "Ministry of Justice"),
        ("The Home Office to ensure that probation staff ask about abuse.", "Ministry of Justice"),
        ("It is recommended that the Home Office should send findings to the Family Court.", "Ministry of Justice"),
        ("Home Office to amend Keeping Children Safe in Education.", "Department for Education"),
        ("The Home Office should require jobcentres to offer split payments.", "Department for Work and Pensions"),
        ("That the Home Office consider the homelessness code of guidance.", "Ministry of Housing"),
        ("The Home Office must ensure that every GP practice has a lead for abuse.", "NHS England"),
        ("The Home Office should fund health visitors to make one more visit.", "Department of Health"),
    ],
)
def test_asked_of_the_home_office_though_another_department_owns_it(text, owner):
    found = flags(text, ("Home Office", "government"))
    assert found["asked"].tolist() == ["Home Office"]
    assert owner in found["reason"][0] and found["evidence"][0] in text


@pytest.mark.parametrize(
    "text",
    [
        "The Home Office should amend the firearms guidance so that every GP practice answers.",
        "The Home Office to revise the DHR guidance on contact with schools.",
        "The Home Office and the Ministry of Justice should review legal aid.",
        "The Ministry of Justice should review legal aid.",
        "The Home Office should run a national campaign.",
        "The CSP should send its report to the Home Office and to schools.",
    ],
)
def test_what_the_home_office_owns_or_is_not_asked(text):
    assert flags(text).empty


def test_the_vocabulary_is_data_and_checked(tmp_path):
    (tmp_path / "a.toml").write_text("[[body]]\nkind = 'police'\n")
    with pytest.raises(InputError, match="a.toml"):
        load_addressees(tmp_path / "a.toml")
    kinds = [body.kind for body in load_addressees().bodies]
    assert len(set(kinds)) == len(kinds)


@needs_seeds
def test_of_the_published_plans_few_are_flagged():
    recs, acts = (pd.DataFrame(gold_rows(name), dtype=str) for name in ("recommendations", "actions"))
    for frame in (recs, acts):
        frame["recommendation_id"] = frame["document"].str[:3] + "-R" + frame["seq"]
    # Without sectors only national bodies and leads that could be anybody are left to judge by.
    found = misaddressed(recs, acts.assign(agency=acts["lead_agency"], sector=""))
    assert found["recommendation_id"].tolist() == ["002-R8"]


def test_the_sample_gives_few_flags(sample_plans):
    found = misaddressed(sample_plans.recommendations, sample_plans.actions)
    assert "FENHAVEN-2024-R008" in set(found["recommendation_id"])
    assert len(found) <= 3
