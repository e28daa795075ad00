import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.normalising.cells.status import read_status
from dhr_analytics.normalising.cells.status_key import read_colour_key


@pytest.mark.parametrize(
    ("key", "green", "red"),
    [
        ("Green: under way and on track; Blue: complete; Red: not begun", "in_progress", "not_started"),
        ("RAG\nMeaning\nGreen\nOn target\nRed\nOff track", "in_progress", "in_progress"),
        ("G = on track; B = complete; R = not started", "in_progress", "not_started"),
        ("Red (not started), Green (completed)", "completed", "not_started"),
        ("Green - on track", "completed", "not_started"),
        ("Red / Amber / Green", "completed", "not_started"),
    ],
)
def test_a_plans_own_key_says_what_its_colours_mean(key, green, red):
    colours = read_colour_key([key])
    assert (colours["green"], colours["red"]) == (green, red)
    assert read_status({"rag": "green"}, colours=colours).value == green
    assert read_status({"rag": "green", "status": "Complete"}, colours=colours).value == "completed"


def test_a_key_of_letters_is_read_from_a_line_or_a_small_table():
    for texts in (["B - Complete, G - On track"], ["B\nComplete", "G\nOn track"]):
        colours = read_colour_key(texts)
        assert (colours["blue"], colours["green"]) == ("completed", "in_progress")


@pytest.mark.parametrize(
    ("texts", "meanings"),
    [
        (["Key: D = Done; PD = Partly done; T = Turned down, rejected"], {"d": "completed", "pd": "in_progress"}),
        (["M = Met; PM = Partly Met"], {"m": "completed", "pm": "in_progress"}),
        (["1 - Not started", "2 - Ongoing\n3 - Completed"], {"2": "in_progress", "3": "completed"}),
        (["1\nNot started", "2\nUnder way", "3\nComplete"], {"1": "not_started", "3": "completed"}),
        (["C – Complete, IP – In progress, NS – Not yet started"], {"ns": "not_started", "ip": "in_progress"}),
        (["Grey: Not started; Purple: Rejected"], {"grey": "not_started", "purple": "not_taken_forward"}),
        (["A = achieved; S = superseded; W = withdrawn"], {"s": "superseded", "w": "not_taken_forward"}),
        (
            ["I = Implemented; AIP = Accepted in Principle; R = Rejected"],
            {"aip": "no_update", "r": "not_taken_forward"},
        ),
        (["Red\nWork has not been started\nAmber\nSome delay\nGreen\nWork is on track"], {"green": "in_progress"}),
    ],
)
def test_signs_mean_what_the_plans_key_says(texts, meanings):
    key = read_colour_key(texts)
    assert {sign: key.get(sign) for sign in meanings} == meanings
    for sign, meaning in meanings.items():
        found = read_status({"status": sign.upper()}, colours=key)
        assert found.value == meaning


@pytest.mark.parametrize(
    "texts",
    [["1. Not started\n1. Done"], ["2024: Complete; 2025: Ongoing"], ["MARAC: 12; DHR: 3"], ["3 - Write a policy"]],
)
def test_lines_with_numbers_are_no_key(texts):
    assert set(read_colour_key(texts)) == set(read_colour_key([]))


def test_the_key_outranks_the_usual_meaning_and_not_the_words_beside_it():
    key = read_colour_key(["Y = not started; N = completed"])
    assert read_status({"status": "N"}, colours=key).value == "completed"
    assert read_status({"status": "Ongoing"}, colours=key).value == "in_progress"


@pytest.mark.parametrize("name", ["BRAG", "BRAG rating", "B.RAG status"])
def test_in_a_brag_column_green_is_on_track(name):
    key = read_colour_key([f"Action\n{name}\nLead"])
    assert [read_status({"rag": sign}, colours=key).value for sign in ("B", "Green")] == ["completed", "in_progress"]
    own = read_colour_key([f"Action\n{name}\nLead", "Green: complete; Red: not started"])
    assert own["green"] == "completed"


@given(st.lists(st.tuples(st.sampled_from(["C", "IP", "NS", "7", "Grey"]), st.sampled_from(["Complete", "On track"]))))
def test_no_key_breaks_the_reader(pairs):
    key = read_colour_key(["; ".join(f"{sign} = {words}" for sign, words in pairs)])
    assert set(key.values()) <= {"completed", "in_progress", "not_started"}


def test_a_rating_counts_where_it_is_all_that_a_progress_cell_holds():
    assert read_status({"progress": "Amber"}).value == "in_progress"
    assert read_status({"progress": "G"}).value == "completed"
    assert read_status({"progress": "Green space"}).value == "no_update"
    key = read_colour_key(["P = Under way; D = Done"])
    assert read_status({"progress": "D"}, colours=key).value == "completed"
