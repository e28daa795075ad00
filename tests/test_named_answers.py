import pytest

from dhr_analytics.normalising.cells.named_answers import read_named_answer


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("implemented", "True", ("status", "completed")),
        ("Implemented?", "partial", ("status", "in_progress")),
        ("is_completed", "FALSE", ("status", "not_started")),
        ("Started", "No", ("status", "not_started")),
        ("Outstanding", "Yes", ("status", "in_progress")),
        ("accepted", "True", ("response", "accepted")),
        ("Agreed?", "No", ("response", "not_accepted")),
        ("published", "True", ("", "")),
        ("implemented", "In March", ("", "")),
    ],
)
def test_a_yes_means_what_the_name_of_its_column_says(name, text, answer):
    assert read_named_answer(name, text) == answer
