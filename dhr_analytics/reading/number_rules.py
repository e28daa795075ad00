"""Rules by which a workbook colours its cells (conditional formatting), worked out as far as they are clear."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from openpyxl.utils import column_index_from_string

from dhr_analytics.reading.colours import rag_of

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "equal": operator.eq, "notEqual": operator.ne, "greaterThan": operator.gt, "lessThan": operator.lt,
    "greaterThanOrEqual": operator.ge, "lessThanOrEqual": operator.le,
}  # fmt: skip
_SIGNS = {"=": operator.eq, "<>": operator.ne, ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "containsText": lambda text, part: part in text,
    "notContainsText": lambda text, part: part not in text,
    "beginsWith": str.startswith,
    "endsWith": str.endswith,
}
# "=$F2=3", "=F2>=0.5", '=F2="Done"': one comparison of a cell of the same row.
_SIMPLE = re.compile(r'=?\s*\$?([A-Z]{1,3})\$?\d+\s*(<>|>=|<=|=|>|<)\s*("[^"]*"|-?\d+(?:\.\d+)?)\s*')
# Sets whose pictures are a traffic light, from the lowest value up; the others say less clearly what is good.
_LIGHTS = {
    **dict.fromkeys(
        ("3TrafficLights1", "3TrafficLights2", "3Flags", "3Signs", "3Symbols", "3Symbols2"), ("red", "amber", "green")
    ),
    "4TrafficLights": ("", "red", "amber", "green"),
}

Rule = Callable[[Any, Callable[[int], Any]], str]
Bounds = tuple[tuple[int, int, int, int], ...]


def number_rules(sheet: Any, colour_of: Callable[[Any], str]) -> list[tuple[Bounds, Rule]]:
    """Return the rules of a sheet, the most important first.

    Parameters
    ----------
    sheet : openpyxl worksheet
    colour_of : callable
        Gives the rating that a fill means, ``""`` for none.

    Returns
    -------
    list of (areas, rule)
        Areas by left, top, right and bottom. A rule takes the value of a cell and a function that gives the value of
        a column in the same row; it returns the rating that the cell is coloured with, or ``""``.
    """
    found: list[tuple[int, Bounds, Rule]] = []
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            made = _scale(rule, sheet, area) or _lights(rule, sheet, area) or _condition(rule, colour_of)
            if made is not None:
                found.append((rule.priority or 0, _bounds(area), made))
    return [(bounds, rule) for _, bounds, rule in sorted(found, key=lambda each: each[0])]


def within(bounds: Bounds, row: int, column: int) -> bool:
    """Return whether a cell lies in one of the areas of a rule."""
    return any(left <= column <= right and top <= row <= bottom for left, top, right, bottom in bounds)


def _bounds(area: Any) -> Bounds:
    return tuple(each.bounds for each in area.cells.ranges)


def _condition(rule: Any, colour_of: Callable[[Any], str]) -> Rule | None:
    rating = colour_of(rule.dxf.fill) if rule.dxf is not None and rule.dxf.fill is not None else ""
    holds = _test(rule) if rating else None
    if holds is None:
        return None
    return lambda value, row: rating if holds(value, row) else ""


def _test(rule: Any) -> Callable[[Any, Callable[[int], Any]], bool] | None:
    """Return what must hold of a cell; ``None`` for a rule of another kind."""
    formulas = [str(formula) for formula in rule.formula]
    bounds = [_constant(formula) for formula in formulas]
    if rule.type == "cellIs" and None not in bounds:
        if rule.operator in ("between", "notBetween") and len(bounds) == 2:
            return _between(bounds[0], bounds[1], inside=rule.operator == "between")
        compare = _COMPARE.get(rule.operator or "")
        return (lambda value, row: _compares(compare, value, bounds[0])) if compare and bounds else None
    if rule.type in _TEXT and rule.text:
        part, has = rule.text.lower(), _TEXT[rule.type]
        return lambda value, row: value is not None and has(str(value).lower(), part)
    simple = _SIMPLE.fullmatch(formulas[0]) if rule.type == "expression" and formulas else None
    if simple is None:
        return None
    column, sign, bound = column_index_from_string(simple[1]), _SIGNS[simple[2]], _constant(simple[3])
    return lambda value, row: _compares(sign, row(column), bound)


def _between(low: Any, high: Any, *, inside: bool) -> Callable[[Any, Callable[[int], Any]], bool]:
    def holds(value: Any, row: Callable[[int], Any]) -> bool:
        above, below = _compares(operator.ge, value, low), _compares(operator.le, value, high)
        return (above and below) if inside else (above != below)

    return holds


def _constant(formula: str) -> Any:
    if re.fullmatch(r'"[^"]*"', formula):
        return formula[1:-1]
    return float(formula) if re.fullmatch(r"-?\d+(?:\.\d+)?", formula) else None


def _compares(compare: Callable[[Any, Any], bool], value: Any, bound: Any) -> bool:
    """Compare as a spreadsheet does: letter case counts for nothing, and a blank cell is coloured by no rule here."""
    if isinstance(value, str) and isinstance(bound, str):
        return compare(value.strip().lower(), bound.lower())
    numbers = isinstance(value, int | float) and isinstance(bound, int | float)
    return numbers and compare(value, bound)


def _values(sheet: Any, area: Any) -> list[float]:
    bounds = _bounds(area)
    numbers = (cell.value for (row, column), cell in sheet._cells.items() if within(bounds, row, column))
    return sorted(float(n) for n in numbers if isinstance(n, int | float) and not isinstance(n, bool))


def _bound(stop: Any, values: Sequence[float]) -> float | None:
    """Return the value at which a stop of a scale or set of icons is."""
    if stop.type in ("min", "max"):
        return values[0] if stop.type == "min" else values[-1]
    if stop.type == "num":
        return _constant(str(stop.val))
    if stop.type == "percent":
        return values[0] + (values[-1] - values[0]) * float(stop.val) / 100
    return None


def _lights(rule: Any, sheet: Any, area: Any) -> Rule | None:
    """Read a set of icons that are a traffic light."""
    icons = rule.iconSet
    colours = _LIGHTS.get(icons.iconSet or "3TrafficLights1") if icons is not None else None
    values = _values(sheet, area) if colours else []
    bounds = [_bound(stop, values) for stop in icons.cfvo] if values else []
    if not colours or not bounds or None in bounds or len(bounds) != len(colours):
        return None
    shown = colours[::-1] if icons.reverse else colours

    def light(value: Any, row: Callable[[int], Any]) -> str:
        passed = [i for i, bound in enumerate(bounds) if _compares(operator.ge, value, bound)]
        return shown[passed[-1]] if passed else ""

    return light


def _scale(rule: Any, sheet: Any, area: Any) -> Rule | None:
    """Read a scale of colours: what lies between two stops has a mixture of their colours."""
    scale = rule.colorScale
    values = _values(sheet, area) if scale is not None else []
    marks = list(zip(scale.cfvo, scale.color, strict=True)) if values else []
    found = [(_bound(stop, values), str(colour.rgb)[-6:]) for stop, colour in marks]
    stops = [(bound, colour) for bound, colour in found if bound is not None]
    if not stops or len(stops) < len(found):
        return None

    def mixed(value: Any, row: Callable[[int], Any]) -> str:
        for (low, first), (high, last) in pairwise(stops):
            if _compares(operator.ge, value, low) and _compares(operator.le, value, high):
                share = (value - low) / (high - low) if high > low else 0.0
                parts = [(int(first[i : i + 2], 16), int(last[i : i + 2], 16)) for i in (0, 2, 4)]
                return rag_of("".join(f"{round(a + (b - a) * share):02X}" for a, b in parts))
        return ""

    return mixed
