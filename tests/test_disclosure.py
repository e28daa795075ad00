"""What leaves the house: nobody who knows all that is printed can work out what is withheld."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from dhr_analytics.errors import UsageError
from dhr_analytics.statistics import parse_quarter, share, wilson
from dhr_analytics.statistics.disclosure import MEDIAN, NATIONAL, Profile, disclose, load_profile
from dhr_analytics.statistics.estimate import NOT_TOLD, WITHHELD, Withheld

QUARTER = parse_quarter("2025Q1")
LOCAL = load_profile("local")
SECTORS, SCOPES, STATES = ("police", "health", "housing"), ("local", "national"), ("open", "done", "proven")


def counted(measure, rows_n, among, **where):
    made = share(measure, len(rows_n), len(among), quarter=QUARTER, **where)
    return replace(made, rows_n=tuple(rows_n), rows_N=tuple(among))


def pack(cells):
    """Tables of one pack: two measures in all, by sector, by scope, and by sector within each scope.

    Returns the estimates, and for each the cells (sector, scope, state) behind its n and its N.
    """
    rows = {cell: [f"{'/'.join(cell)}/{k}" for k in range(size)] for cell, size in cells.items()}
    groups = [("", "", "")]
    groups += [("sector", sector, "") for sector in SECTORS] + [("scope", scope, "") for scope in SCOPES]
    groups += [("sector", sector, f"scope={scope}") for sector in SECTORS for scope in SCOPES]
    out = []
    for (dimension, group, selection), (measure, states) in itertools.product(
        groups, (("completion_rate", ("done", "proven")), ("evidenced_share", ("proven",)))
    ):
        asked = {group, selection.removeprefix("scope=")} - {""}
        among = [cell for cell in cells if asked <= set(cell)]
        part = [cell for cell in among if cell[2] in states]
        keys = [[row for cell in some for row in rows[cell]] for some in (part, among)]
        made = counted(measure, *keys, dimension=dimension, group=group, selection=selection)
        out.append((made, part, among))
    return out


def themed(cells):
    """Tables of themes, of which a row may have both or none; the cells are (themes, state), otherwise as ``pack``."""
    rows = {cell: [f"{'/'.join(cell)}/{k}" for k in range(size)] for cell, size in cells.items()}
    out = []
    for theme in ("", "t", "d"):
        where = {"dimension": "theme", "group": theme} if theme else {}
        having = [cell for cell in cells if theme in cell[0]]
        measures = [("theme_share", having, list(cells))] if theme else []
        for measure, states in (("completion_rate", ("done", "proven")), ("evidenced_share", ("proven",))):
            measures.append((measure, [cell for cell in having if cell[1] in states], having))
        for measure, part, among in measures:
            keys = [[row for cell in some for row in rows[cell]] for some in (part, among)]
            out.append((counted(measure, *keys, **where), part, among))
    return out


def ranges(tables, told, profile, asked, places):
    """Return the least and the largest value of each asked sum of cells that fits all that is printed.

    The attacker knows the rows of all tables, how they add up, how counts are rounded, that [c] is at least 1, and
    that where both counts of a share are printed, what is left is nothing or not small.
    """
    place = {cell: at for at, cell in enumerate(places)}

    def vector(cells):
        out = np.zeros(len(place))
        out[[place[cell] for cell in cells]] = 1
        return out

    upper, at_most = [], []

    def between(cells, least, most):
        upper.append(-vector(cells))
        at_most.append(-least)
        if most is not None:
            upper.append(vector(cells))
            at_most.append(most)

    for (_, part, among), each in zip(tables, told, strict=True):
        for cells, printed in ((part, each.n), (among, each.N)):
            values = [x for x in range(printed + profile.rounding) if rounded(x, profile) == printed]
            between(cells, *((1, None) if printed is WITHHELD else (min(values), max(values))))
        if profile.complements and WITHHELD is not each.n and WITHHELD is not each.N:
            rest = [cell for cell in among if cell not in part]
            same = (0, profile.rounding - 1 if profile.rounding > profile.threshold else 0)
            between(rest, *(same if each.n == each.N else (profile.threshold, None)))
    for cells in asked:
        ends = [
            linprog(sign * vector(cells), np.array(upper), at_most, bounds=(0, 500), method="highs") for sign in (1, -1)
        ]
        assert all(end.status == 0 for end in ends)
        yield int(np.ceil(ends[0].fun - 1e-6)), int(np.floor(-ends[1].fun + 1e-6))


def rounded(count, profile):
    """Return how a count is printed, None where it is withheld for being small."""
    if 0 < count < profile.threshold:
        return None
    return int((count + profile.rounding / 2) // profile.rounding * profile.rounding)


sizes = st.one_of(st.just(0), st.integers(1, 6), st.integers(0, 40))
plans = st.lists(sizes, min_size=18, max_size=18).map(
    lambda drawn: dict(zip(itertools.product(SECTORS, SCOPES, STATES), drawn, strict=True))
)
coded = st.lists(sizes, min_size=12, max_size=12).map(
    lambda drawn: dict(zip(itertools.product(("", "t", "d", "td"), STATES), drawn, strict=True))
)
profiles = st.sampled_from([LOCAL, Profile("odd", 3, 4, True), Profile("plain", 5, 1, True), Profile("n", 5, 5, False)])


@settings(max_examples=30, deadline=None)
@given(
    st.one_of(
        plans.map(lambda cells: (pack(cells), list(cells))), coded.map(lambda cells: (themed(cells), list(cells)))
    ),
    profiles,
)
def test_no_withheld_count_can_be_worked_out(made, profile):
    tables, places = made
    told = disclose([made for made, _, _ in tables], profile)
    asked = []
    for (made, part, among), each in zip(tables, told, strict=True):
        rest = [cell for cell in among if cell not in part]
        kinds = [(part, made.n, each.n is WITHHELD), (among, made.N, each.N is WITHHELD)]
        kinds.append((rest, made.N - made.n, profile.complements and 0 < made.N - made.n < profile.threshold))
        for sum_of, true, is_hidden in kinds:
            assert is_hidden or not 0 < true < profile.threshold or sum_of is rest
            if is_hidden:
                asked.append((sum_of, true))
    if all(each.n is WITHHELD or not each.n for each in told):
        return  # nothing is printed but zeros
    for (least, most), (_, true) in zip(
        ranges(tables, told, profile, [sum_of for sum_of, _ in asked], places), asked, strict=True
    ):
        assert least <= true <= most
        assert most - least + 1 >= (profile.threshold if true < profile.threshold else 2)


@settings(max_examples=30, deadline=None)
@given(plans)
def test_what_is_told_follows_from_what_is_printed(cells):
    tables = pack(cells)
    told = disclose([made for made, _, _ in tables], LOCAL)
    assert disclose([made for made, _, _ in reversed(tables)], LOCAL)[::-1] == told
    for (made, _, _), each in zip(tables, told, strict=True):
        assert each.rows_n == each.rows_N == () and each.id == made.id
        assert not 0 < each.n < 5 or each.n is WITHHELD
        if each.n is WITHHELD or each.N is WITHHELD:
            assert (each.value, each.low, each.high) == (None, None, None)
        elif each.N:
            assert each.n % 5 == each.N % 5 == 0 and each.value == each.n / each.N
            assert each.low <= each.value <= each.high


def told_of(n, total):
    rows = [str(k) for k in range(total)]
    return disclose([counted("completion_rate", rows[:n], rows)], LOCAL)[0]


def test_small_counts_and_small_rests_are_withheld():
    assert [told_of(n, 20).n for n in (0, 1, 4, 5, 15, 16, 19, 20)] == [
        0, WITHHELD, WITHHELD, 5, 15, WITHHELD, WITHHELD, 20,
    ]  # fmt: skip
    assert told_of(3, 3).N is WITHHELD and told_of(0, 0).N == 0
    assert str(WITHHELD) == "[c]" and isinstance(told_of(1, 20).n, Withheld)


def test_a_withheld_count_pulls_another_with_it_where_the_total_would_give_it_away():
    rows = [str(k) for k in range(13)]
    parts = [counted("completion_rate", [], part, dimension="sector", group=name)
             for name, part in (("police", rows[:9]), ("health", rows[9:]))]  # fmt: skip
    exact = Profile("exact", threshold=5, rounding=1)
    assert [each.N for each in disclose(parts, exact)] == [9, WITHHELD]
    total = counted("completion_rate", rows, rows)
    assert [each.N for each in disclose([*parts, total], exact)] == [WITHHELD, WITHHELD, 13]
    # The same count in another table of the pack is withheld there too.
    again = counted("status_share", rows[:9], rows, dimension="status", group="completed")
    assert disclose([*parts, total, again], exact)[-1].n is WITHHELD


def test_intervals_are_made_again_for_as_many_independent_rows():
    rows = [str(k) for k in range(48)]
    plain = counted("completion_rate", rows[:12], rows)
    alike = replace(plain, **dict(zip(("low", "high"), wilson(12 / 3, 48 / 3), strict=True)))
    simple, wide = disclose([plain], LOCAL)[0], disclose([alike], LOCAL)[0]
    assert (simple.n, simple.N, simple.low, simple.high) == (10, 50, *wilson(10, 50))
    assert (wide.low, wide.high) == pytest.approx(wilson(10 / 3, 50 / 3))
    assert wilson(0, 48)[0] == 0 and told_of(0, 48).high == pytest.approx(wilson(0, 50)[1])


def test_what_cannot_be_made_again_from_rounded_counts_is_withheld():
    rows = [str(k) for k in range(48)]
    plain = counted("completion_rate", rows[:12], rows)
    for other in (replace(plain, unit="points", value=0.1), replace(plain, value=0.31), replace(plain, rows_n=())):
        told = disclose([other], LOCAL)[0]
        assert (told.n, told.N, told.value, told.low, told.method) == (WITHHELD, WITHHELD, None, None, NOT_TOLD)
    days = disclose([replace(plain, unit="days", value=31.0, low=2.0, high=90.0)], LOCAL)[0]
    assert (days.n, days.value, days.low, days.method) == (10, 31.0, None, MEDIAN)


def test_the_national_profile_changes_nothing():
    made = [made for made, _, _ in pack(dict.fromkeys(itertools.product(SECTORS, SCOPES, STATES), 2))]
    assert disclose(made, NATIONAL) == made and disclose(made, NATIONAL)[0].rows_N
    assert load_profile("national") == NATIONAL and not NATIONAL.suppresses and LOCAL.suppresses


def test_a_profile_can_be_a_file(tmp_path):
    path = tmp_path / "strict.toml"
    path.write_text("threshold = 10\nrounding = 10\ncomplements = true\n")
    assert load_profile(path) == Profile("strict", 10, 10, True) == load_profile(str(path))


@pytest.mark.parametrize(
    "words",
    [
        "threshold = 5",
        "threshold = -1\nrounding = 5\ncomplements = true",
        "threshold = true\nrounding = 5\ncomplements = true",
        "threshold = 5\nrounding = 0\ncomplements = true",
        "threshold = 5\nrounding = 5\ncomplements = true\nother = 1",
        "threshold =",
    ],
)
def test_a_faulty_profile_is_refused_with_what_was_seen(words, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(words)
    with pytest.raises(UsageError, match="mine.toml"):
        load_profile(path)


def test_an_unknown_profile_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match="'local'"):
        load_profile("locale")
    with pytest.raises(UsageError, match="cannot be read"):
        load_profile("nowhere.toml")
