"""The assignment problem: a column of its own for each row of a grid of scores, with the greatest total."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

__all__ = ["best_columns"]

Grid = Sequence[Sequence[float]]


def best_columns(scores: Grid) -> list[int]:
    """Return for each row a column of its own, so that the total of their scores is greatest.

    Parameters
    ----------
    scores : sequence of sequences of float
        A grid with at least as many columns as rows.

    Returns
    -------
    list of int
        The column of each row.

    Notes
    -----
    The Hungarian method: rows are added one at a time, each along the path that costs least given the prices of
    the rows and columns assigned already (Kuhn 1955). The time grows with rows x rows x columns.

    Examples
    --------
    >>> best_columns([[3.0, 5.0, 0.0], [1.0, 4.0, 0.0]])
    [0, 1]
    """
    width = len(scores[0]) if scores else 0
    owners: list[int] = [-1] * width + [-1]  # the row of each column; the last one holds the row that is being added
    row_prices, column_prices = [0.0] * len(scores), [0.0] * (width + 1)
    for row in range(len(scores)):
        owners[-1] = row
        column, came_from = _nearest_free_column(scores, owners, row_prices, column_prices)
        while column != width:
            owners[column] = owners[came_from[column]]
            column = came_from[column]
    chosen = {owner: column for column, owner in enumerate(owners[:-1])}
    return [chosen[row] for row in range(len(scores))]


def _nearest_free_column(
    scores: Grid, owners: Sequence[int], row_prices: list[float], column_prices: list[float]
) -> tuple[int, list[int]]:
    """Return the free column that costs least to reach and the column before each; prices are brought up to date."""
    width = len(owners) - 1
    cost, came_from = [inf] * width, [width] * width
    seen, rest = [width], list(range(width))
    while True:
        row = owners[seen[-1]]
        for column in rest:
            step = -scores[row][column] - row_prices[row] - column_prices[column]
            if step < cost[column]:
                cost[column], came_from[column] = step, seen[-1]
        nearest = min(rest, key=cost.__getitem__)
        least = cost[nearest]
        for column in seen:
            row_prices[owners[column]] += least
            column_prices[column] -= least
        for column in rest:
            cost[column] -= least
        if owners[nearest] < 0:
            return nearest, came_from
        seen.append(nearest)
        rest.remove(nearest)
