import pytest

from dhr_analytics.normalising.cells.references import ABOVE, ITSELF, read_reference

ABOVES = ("As above", "as above.", "(As above)", "Ditto", "DITTO", '"', "”", "Same as above", "See above", "do.")
NUMBERS = {
    "As rec 2": "2",
    "As for recommendation 3.1.": "3.1",
    "See action 4": "4",
    "same as R2": "R2",
    "As no. 12": "12",
}
WORDS = (
    "As above and below",
    "Same day",
    "See page 4 of the report",
    "As agreed",
    "Do",
    "2",
    "As at 2024",
    "See us",
    "",
)


@pytest.mark.parametrize("text", ABOVES)
def test_cells_that_are_as_the_row_above(text):
    assert read_reference(text) == ABOVE


@pytest.mark.parametrize(("text", "number"), NUMBERS.items())
def test_cells_that_are_as_another_recommendation(text, number):
    assert read_reference(text) == number


@pytest.mark.parametrize("text", ["See recommendation.", "As per the recommendation", "as recommendation"])
def test_cells_that_only_repeat_their_recommendation(text):
    assert read_reference(text) == ITSELF


@pytest.mark.parametrize("text", WORDS)
def test_cells_that_say_something_themselves(text):
    assert read_reference(text) == ""
