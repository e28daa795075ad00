import pytest

from dhr_analytics.normalising.cells.scope import read_scope


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        *[(word, "local") for word in ("Local", "L", "Loc", "Loc.", "Regional", "Countywide", "Force wide", "Individual agency")],
        *[(word, "national") for word in ("National", "N", "Nat.", "Wales", "All Wales", "England", "England and Wales")],
        *[(word, "local_and_national") for word in ("L/N", "L N", "Both", "Local & National", "N, L", "Local N")],
        *[(word, "") for word in ("", "TBC", "All", "NHS England", "Police", "-", "Nottingham")],
    ],
)  # fmt: skip
def test_scope_cells(text, scope):
    assert read_scope(text) == scope
