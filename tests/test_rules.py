"""The phrase rules: what is found, where, and what keeps a match from counting."""

import pickle
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from dhr_analytics.themes import Codebook, find_themes
from dhr_analytics.themes.codebook import Phrase, Theme
from dhr_analytics.themes.words import fold_word

SMALL = """
version = "0.1.0"
home_office_tags = ["other"]
[same_word]
refer = ["referral"]
[vocabulary]
names = ["mental health trust"]
asks = ["should", "to be"]
past = ["was"]
story_openers = ["the review found"]
turns = ["should", "to"]
[[domain]]
id = "all"
name = "All"
[[domain.theme]]
id = "policy"
name = "Policy"
definition = "Policy."
home_office = "other"
phrases = ["review ... policy"]
unless = ["travel policy"]
[[domain.theme]]
id = "mental"
name = "Mental health"
definition = "Mental health."
home_office = "other"
later_sentences = false
phrases = ["mental health", "alone + distress"]
[[domain.theme]]
id = "children"
name = "Children"
definition = "Children."
home_office = "other"
addressee = false
phrases = ["school", "carer's assessment", "safe (space|room)", "referral"]
[[domain.theme]]
id = "other"
name = "Other"
definition = "Nothing else."
home_office = "other"
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Codebook:
    file = tmp_path_factory.mktemp("codebook") / "codebook.toml"
    file.write_text(SMALL, encoding="utf-8")
    return Codebook.load(file)


@pytest.fixture(scope="module")
def bundled() -> Codebook:
    return Codebook.load()


def themes(text: str, codebook: Codebook) -> set[str]:
    return {found.theme for found in find_themes([text], codebook)[0]}


WORDS = st.sampled_from(
    [
        "DASH",
        "risk assessments",
        "train",
        "staff",
        "co\u2013ordinate",
        "carers\u2019",
        "\u00e9l\u00e8ve",
        "\U0001f600",
        "\u0130",
        "policy",
        "review",
    ]
    + [
        "MARAC.",
        "The review found",
        "should",
        "\u00a0",
        "\n",
        "\t",
        "  ",
        "(GP)",
        "child's",
        "LGBT+",
        "\u00df",
        "e\u0301",
        "\u2022",
    ]
)


@settings(deadline=None, max_examples=150)
@given(text=st.one_of(st.text(), st.lists(WORDS, max_size=30).map(" ".join), st.lists(WORDS, max_size=12).map("".join)))
def test_evidence_is_always_the_words_at_its_place(bundled: Codebook, text: str) -> None:
    for found in find_themes([text], bundled)[0]:
        assert found.words
        assert text[found.start : found.end] == found.words
        assert found.theme in bundled.ids


def test_texts_are_read_independently_of_each_other(bundled: Codebook) -> None:
    texts = ["Train officers in stalking.", "", "Complete the DASH.", "Train officers in stalking."]
    together = find_themes(texts, bundled)
    assert together == [find_themes([text], bundled)[0] for text in texts]
    assert together[1] == []


def test_capitals_hyphens_endings_and_apostrophes_do_not_matter(small: Codebook) -> None:
    for text in (
        "SAFE-ROOMS",
        "safe\u2013room",
        "Safe\nspaces",
        "carers\u2019 assessments",
        "carers assessment",
        "carer's assessment",
    ):
        assert themes(text, small) == {"children"}, text


@pytest.mark.parametrize(
    ("left", "right"),
    [("policies", "policy"), ("sharing", "shared"), ("identifies", "identified"), ("referring", "refers")],
)
def test_forms_of_a_word_fold_together(left: str, right: str) -> None:
    assert fold_word(left) == fold_word(right)


@pytest.mark.parametrize(("left", "right"), [("note", "not"), ("here", "her"), ("address", "add"), ("need", "ne")])
def test_different_words_stay_apart(left: str, right: str) -> None:
    assert fold_word(left) != fold_word(right)


def test_same_word_list_joins_forms(small: Codebook) -> None:
    assert themes("Refer at once.", small) == {"children"}


def test_gap_keeps_order_distance_and_sentence(small: Codebook) -> None:
    assert themes("Review the lone working policy.", small) == {"policy"}
    assert themes("The policy is for review.", small) == set()
    assert themes("Review one two three four five six seven policy.", small) == set()
    assert themes("Please review. Policy is good.", small) == set()


def test_plus_needs_both_in_one_sentence_in_any_order(small: Codebook) -> None:
    assert themes("See patients in distress when alone.", small) == {"mental"}
    assert themes("Alone, some show their distress.", small) == {"mental"}
    assert themes("See them alone. Some are in distress.", small) == set()


def test_unless_vetoes_only_the_words_that_it_covers(small: Codebook) -> None:
    assert themes("Review the travel policy.", small) == set()
    assert themes("Review the travel policy and leave policy.", small) == {"policy"}


def test_names_of_bodies_do_not_code(small: Codebook) -> None:
    assert themes("Write to the Mental Health Trust.", small) == set()
    assert themes("Write to the Mental Health Trust on mental health.", small) == {"mental"}


def test_addressee_alone_does_not_code_where_the_theme_says_so(small: Codebook) -> None:
    assert themes("The school should review its policy.", small) == {"policy"}
    assert themes("The council should visit each school.", small) == {"children"}
    assert themes("Each school should be visited.", small) == {"children"}


def test_story_sentences_count_only_where_nothing_is_asked(small: Codebook) -> None:
    story = "The review found that no school saw it."
    assert themes(f"{story} The policy should be under review. Review that policy.", small) == {"policy"}
    assert themes(story, small) == {"children"}


def test_later_sentences_add_no_topic_where_the_theme_says_so(small: Codebook) -> None:
    assert themes("Review the policy. It should name mental health.", small) == {"policy"}
    assert themes("Mental health should come first. Review the policy.", small) == {"mental", "policy"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("All officers to complete a DARA at every domestic incident.", {"dash"}),
        ("Clare's Law to be explained to every victim.", {"legal_protection"}),
        ("Commissioners to fund IRIS for all surgeries.", {"referral_pathways", "commissioning_resources"}),
        ("Train front line staff on no recourse to public funds.", {"training", "equality_diversity"}),
        ("Embed Think Family in every assessment.", {"children_families"}),
        ("Refer serial perpetrators to MATAC.", {"marac", "perpetrators"}),
        ("Invest in the IDVA service.", {"victim_support", "commissioning_resources"}),
        ("Audit how DVPOs and DVPNs are used.", {"audit_assurance", "legal_protection"}),
        ("GPs should place a firearms marker on the patient's record.", {"firearms", "record_keeping"}),
    ],
)
def test_words_of_the_field_are_known(text: str, expected: set[str], bundled: Codebook) -> None:
    assert expected <= themes(text, bundled)


def test_following_a_policy_is_not_changing_one(bundled: Codebook) -> None:
    assert "policy_procedure" not in themes("Book interpreters in line with the policy.", bundled)
    assert "policy_procedure" in themes("Update the policy on interpreters.", bundled)


def test_every_bundled_phrase_can_be_found(bundled: Codebook) -> None:
    """A phrase that its own tokenising or folding keeps from matching would be dead weight in the codebook."""
    bare = {
        "version": "0.0.0+test",
        "themes": tuple(
            type(theme)(theme.id, theme.name, theme.domain, theme.definition, theme.home_office, phrases=theme.phrases)
            for theme in bundled.themes
        ),
        "same_word": bundled.same_word,
    }
    codebook = Codebook(**bare)
    texts = [" ".join(part[0] for part in phrase.parts) for theme in bundled.themes for phrase in theme.phrases]
    owners = [theme.id for theme in bundled.themes for _ in theme.phrases]
    dead = [
        text
        for text, owner, found in zip(texts, owners, find_themes(texts, codebook), strict=True)
        if owner not in {evidence.theme for evidence in found}
    ]
    assert dead == []


PLAIN = st.sampled_from("the review policy should be trust mental health alone distress travel . ; children".split())
VOCAB = spacy.blank("en").vocab


@given(st.sets(st.lists(PLAIN, min_size=1, max_size=4).map(" ".join), max_size=12), st.lists(PLAIN, max_size=40))
def test_wordings_are_found_where_phrase_matcher_finds_them(wordings: set[str], text: list[str]) -> None:
    matcher = PhraseMatcher(VOCAB)
    for wording in wordings:
        matcher.add(wording, [Doc(VOCAB, words=wording.split())])
    doc = Doc(VOCAB, words=text)
    expected = [(VOCAB.strings[key], doc[start:].text_with_ws, doc[start:end].text) for key, start, end in matcher(doc)]
    themes = [Theme(wording, "", "", "", "", phrases=(Phrase(((wording,),), ()),)) for wording in sorted(wordings)]
    whole = " ".join(text)
    found = find_themes([whole], Codebook("0", tuple(themes)))[0]
    assert sorted((one.theme, f"{whole[one.start :]} ", one.words) for one in found) == sorted(expected)


def test_the_rules_are_a_component_of_any_spacy_pipeline(bundled: Codebook, tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("dhr_themes")
    text = "The Trust should train staff in coercive control. GPs should make carers' assessments."
    doc = nlp(text)
    spans = list(doc.spans["themes"])
    assert [(span.label_, span.start_char, span.text) for span in spans] == [
        (one.theme, one.start, one.words) for one in find_themes([text], bundled)[0]
    ]
    assert "training" in {span.label_ for span in spans}
    assert pickle.dumps(nlp.get_pipe("dhr_themes"))  # for nlp.pipe in several processes
    (own := tmp_path / "own.toml").write_text(SMALL, encoding="utf-8")
    nlp = spacy.blank("en")
    nlp.add_pipe("dhr_themes", config={"codebook": str(own)})
    doc = nlp("Review the parking policy.")
    assert [span.label_ for span in doc.spans["themes"]] == ["policy"]
