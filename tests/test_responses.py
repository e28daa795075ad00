import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.normalising.cells.responses import read_response, without_response
from dhr_analytics.normalising.cells.status import read_status


@pytest.mark.parametrize(
    ("text", "response"),
    [
        *[(t, "accepted") for t in ("Agreed", "Accepted.", "Response: Accept", "Fully agreed", "Recommendation accepted")],
        ("Lakeside Homes accepts, if slowly. Lakeside Homes, however, must first hire a surveyor.", "accepted"),
        ("The ministry accepted this recommendation and responded as follows:", "accepted"),
        ("Tarn Valley Trust accepts, subject to a grant.", "accepted"),
        ("All four recommendations were accepted by the board.", "accepted"),
        ("We agree. A second post is paid for from May.", "accepted"),
        ("The borough has accepted both recommendations and will say how in June.", "accepted"),
        *[(t, "accepted_in_part") for t in ("Partly agreed", "Partially accepted", "Accepted in principle", "Accept in part")],
        ("The borough accepts this recommendation in principle.", "accepted_in_part"),
        ("The ministry partially accepted this recommendation and responded as follows:", "accepted_in_part"),
        ("Not accepted by the trust", "not_accepted"),
        *[(t, "not_accepted") for t in ("Disagreed", "Rejected", "Not agreed", "The trust does not accept this recommendation")],
        ("Recommendation 3 was not accepted.", "not_accepted"),
        *[(t, "noted") for t in ("Noted", "The panel notes this recommendation.")],
        *[(t, "already_in_place") for t in ("This is already in place.", "Already happening in all wards")],
        *[(t, "") for t in ("", "This is under consideration.", "Policy agreed by the board", "The referral was accepted.")],
        *[(t, "") for t in ("Agreed at the March meeting", "It was agreed to ask again", "Offer a choice; where the tenant does not agree, ask again", "Declined referrals are audited")],
    ],
)  # fmt: skip
def test_an_answer_to_a_recommendation_is_read_from_its_words(text, response):
    assert read_response(text) == response


@pytest.mark.parametrize("role", ["status", "progress", "evidence", "completion"])
@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("Agreed", "no_update"),
        ("The ministry accepted this recommendation and responded as follows:", "no_update"),
        ("The borough accepts this recommendation in principle.", "no_update"),
        ("Accepted. A trainer has been hired for all wards.", "in_progress"),
        ("We agree and a form has been written by the ward.", "in_progress"),
        ("The ministry advised that the recommendation is under consideration.", "considering"),
        ("We accept the recommendation and will consider how to fund it.", "considering"),
    ],
)
def test_an_acceptance_alone_is_no_progress(role, words, value):
    assert read_status({role: words}).value == value


@given(st.text(max_size=60), st.sampled_from(["Accepted", "Agreed", "Noted", "Rejected", ""]))
def test_no_text_breaks_the_reader_and_no_word_is_added(rest, opening):
    text = f"{opening}. {rest}"
    assert (read_response(text) != "") >= bool(opening)
    assert set(without_response(text).split()) <= set(text.split()) | {"."}
