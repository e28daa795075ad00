"""Charts and their text alternatives."""

import pytest

from dhr_analytics.reporting import charts, show
from dhr_analytics.statistics import NOT_CODED, parse_quarter, share

QUARTER = parse_quarter("2025Q1")


def rates(*pairs, dimension="sector"):
    return [
        share("completion_rate", n, total, quarter=QUARTER, dimension=dimension, group=group)
        for group, n, total in pairs
    ]


def written(fig):
    (axes,) = fig.axes
    return [item.get_text() for item in axes.texts], [item.get_text() for item in axes.get_yticklabels()]


def test_bars_are_labelled_directly_and_said_in_words():
    fig, alt = charts.bars(rates(("police", 12, 48), ("health", 0, 0), ("housing", 1, 2)))
    labels, names = written(fig)
    assert labels == ["12 of 48 (25%)", "1 of 2 (50%)"], "a group without a denominator is not drawn"
    assert names == ["Police", "Housing"]
    assert "Police: 12 of 48 actions (25%, 95% interval 15% to 39%)" in alt
    assert alt.startswith("Bar chart: share of actions.")


def test_labels_lie_within_the_chart_at_any_share():
    fig, _ = charts.bars(rates(("police", 1, 1), ("health", 0, 1), ("housing", 2000, 2001)))
    fig.draw_without_rendering()
    (axes,) = fig.axes
    edge = fig.bbox.x1
    assert all(item.get_window_extent().x1 <= edge for item in axes.texts)


def test_the_alternative_of_a_long_chart_points_to_the_table():
    many = rates(*((f"agency {k}", k, 40) for k in range(20)), dimension="agency")
    fig, alt = charts.bars(many, limit=12)
    assert len(written(fig)[0]) == 12
    assert alt.count("95% interval") == charts.SPOKEN and alt.endswith("The table below holds all 20.")


def test_a_gap_stays_a_gap():
    quarters = rates(("2024Q3", 3, 4), ("2024Q4", 0, 0), ("2025Q1", 0, 2), dimension="target_quarter")
    fig, alt = charts.parts(quarters, part="completed", whole="Actions due", gap="no action due")
    labels, names = written(fig)
    assert labels == ["3 of 4 completed", "no action due", "0 of 2 completed"]
    assert names[1] == "October to December 2024"
    assert "October to December 2024: no action due" in alt
    assert not fig.axes[0].lines, "no line joins the quarters"


@pytest.mark.parametrize("nothing", [[], rates(("police", 0, 0))])
def test_nothing_is_no_chart(nothing):
    assert charts.bars(nothing) == (None, "No chart: there are no figures.")
    assert charts.parts(nothing, part="completed", whole="Actions")[0] is None


def test_awkward_names_can_be_drawn():
    names = ["$x^2$ <b>", "emoji \U0001f600 team", "\u202eright to left", "a" * 200, "tab\tnul\x00", "word " * 60]
    fig, alt = charts.bars(rates(*((name, 1, 2) for name in names), dimension="agency"))
    svg = show._svg(fig)  # warnings are errors: a missing sign or broken formula would raise
    assert svg.startswith("<?xml") and "\x00" not in svg
    assert "$x^2$ <b>" in written(fig)[1]
    assert len(alt) > 100


def test_no_more_than_four_colours_all_dark_enough_on_white():
    fig, _ = charts.bars(rates(("police", 1, 2), (NOT_CODED, 1, 2)))
    colours = {patch.get_facecolor()[:3] for patch in fig.axes[0].patches}
    assert len(colours) == 2

    def luminance(colour):
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    assert all(1.05 / (luminance(colour) + 0.05) >= 3 for colour in colours)
