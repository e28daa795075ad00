"""The assignment of roles to columns agrees with a library's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from dhr_analytics.normalising.assignment import best_columns

GRIDS = st.integers(1, 7).flatmap(
    lambda n: st.integers(n, 12).flatmap(
        lambda m: st.lists(st.lists(st.integers(-20, 20), min_size=m, max_size=m), min_size=n, max_size=n)
    )
)


@given(GRIDS)
def test_the_total_is_the_greatest_there_is(grid):
    chosen = best_columns(grid)
    rows, columns = linear_sum_assignment(np.array(grid), maximize=True)
    assert len(set(chosen)) == len(grid)
    assert sum(row[j] for row, j in zip(grid, chosen, strict=True)) == np.array(grid)[rows, columns].sum()


def test_no_rows_need_no_columns():
    assert best_columns([]) == []


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_an_obvious_choice_is_found_in_any_order(order):
    grid = [[9.0 if i == j else 0.5 for i in range(5)] for j in order]
    assert best_columns(grid) == order
