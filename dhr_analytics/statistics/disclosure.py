"""What may leave the house: small counts withheld, others rounded, and nothing withheld that can be worked out.

Estimates know the rows behind their counts, so how counts add up is read from the rows: what is a part of what, which
parts make up a whole, and which tables print the same count. A count is withheld or printed in all of them alike.
"""

from __future__ import annotations

import difflib
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array, vstack  # type: ignore[import-untyped]

from dhr_analytics.errors import UsageError
from dhr_analytics.statistics.estimate import NOT_TOLD, WITHHELD, Estimate, Z, ordered, wilson

PROFILES = Path(__file__).with_name("disclosure.toml")
ROUNDED = "95% Wilson score interval from rounded counts, for the effective number of rows"
MEDIAN = "median; how far the rows lie apart is withheld"
SORTED = ("theme", "home_office", "sector", "scope", "agency", "area", "action_type", "reason")
_KEYS = {"threshold": int, "rounding": int, "complements": bool}
_EPS, _TURNS = 1e-6, 12

Rows = frozenset[str]


@dataclass(frozen=True)
class Profile:
    """How counts leave: see ``disclosure.toml``."""

    name: str
    threshold: int = 0
    rounding: int = 1
    complements: bool = False

    @property
    def suppresses(self) -> bool:
        """Whether anything is changed; then single rows of the plans do not leave either."""
        return self.threshold > 1 or self.rounding > 1

    def small(self, count: int) -> bool:
        """Tell whether a count is withheld for being small; none at all is told."""
        return 0 < count < self.threshold

    def rounded(self, count: int) -> int:
        """Return a count as it is printed."""
        return (count + self.rounding // 2) // self.rounding * self.rounding

    def behind(self, printed: int) -> tuple[int, int]:
        """Return the least and the largest count that is printed like this."""
        least, most = printed - self.rounding // 2, printed + (self.rounding - 1) // 2
        if printed:
            return max(least, self.threshold, 1), most
        return 0, most if most >= max(self.threshold, 1) else 0


NATIONAL = Profile("national")


def load_profile(name: str | Path) -> Profile:
    """Read a disclosure profile.

    Parameters
    ----------
    name : str or path
        ``"national"``, ``"local"``, or the path of a TOML file that holds ``threshold``, ``rounding`` and
        ``complements``.

    Returns
    -------
    Profile

    Raises
    ------
    UsageError
        When there is no such profile, or its values make no sense.
    """
    known = tomllib.loads(PROFILES.read_text(encoding="utf-8"))
    path = Path(name)
    if str(name) in known:
        given = known[str(name)]
    elif path.suffix == ".toml":
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"The disclosure profile {path} cannot be read: {error}.") from error
    else:
        near = difflib.get_close_matches(str(name), known, n=1)
        advice = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(known)}; or name a file *.toml."
        raise UsageError(f"There is no disclosure profile {str(name)!r}. {advice}")
    wrong = [key for key, kind in _KEYS.items() if type(given.get(key)) is not kind]
    if wrong or set(given) != set(_KEYS) or given["threshold"] < 0 or given["rounding"] < 1:
        raise UsageError(
            f"The disclosure profile {name} is to hold threshold (0 or more), rounding (1 or more) and complements "
            f"(true or false), and nothing else; seen: {given}."
        )
    return Profile(str(name) if str(name) in known else path.stem, **given)


def disclose(estimates: Iterable[Estimate], profile: Profile) -> list[Estimate]:
    """Return estimates as they may leave, in the same order and without the keys of their rows.

    Counts from 1 to below the threshold are withheld, and so is a count of which the rest of its whole is that small.
    Then it is looked whether a withheld count could be worked out from all that is printed: a linear programme finds
    the least and the largest value that fit. A small count must be left at least as many values as the threshold, any
    other withheld count two; until this is so, the smallest count that helps is withheld too. Shares and intervals are
    made again from the rounded counts; what cannot be (differences, shares of the Kaplan-Meier method) is withheld.

    Parameters
    ----------
    estimates : iterable of Estimate
        All that is printed together: a count that stands in two tables is safe only when both are here.
    profile : Profile

    Returns
    -------
    list of Estimate
        ``n`` and ``N`` may be ``WITHHELD``; ``value``, ``low`` and ``high`` are None where they rest on one that is.

    References
    ----------
    M. Fischetti and J. J. Salazar, Solving the cell suppression problem on tabular data with linear constraints,
    Management Science 47 (2001), for the attacker.
    """
    given = list(estimates)
    if not profile.suppresses:
        return given
    hidden = withheld(given, profile)
    return [_told(each, hidden, profile) for each in given]


def withheld(estimates: Sequence[Estimate], profile: Profile) -> set[Rows]:
    """Return the sets of rows whose number is not printed, see ``disclose``."""
    counted = [each for each in estimates if not _out_of_reach(each)]
    plan = _plan(sorted(counted, key=lambda each: each.id))
    hidden = {at for at in plan.printed if profile.small(plan.sizes[at])}
    if profile.complements:
        hidden |= {part for part, _, rest in plan.triples if profile.small(plan.sizes[rest]) and plan.sizes[part]}
    watched = {rest for _, _, rest in plan.triples if profile.complements and profile.small(plan.sizes[rest])}
    seen = np.column_stack([plan.sizes, plan.sizes]).astype(float)  # what is true fits
    # Each that is too narrow has another withheld; where nothing printed holds it, it follows from the tables' shape.
    while more := _too_narrow(plan, hidden, watched, profile, seen) if hidden else set():
        hidden |= more
    return {plan.rows[at] for at in hidden}


def _out_of_reach(estimate: Estimate) -> bool:
    """Tell whether a figure cannot be made again from its counts; then none of it is printed."""
    if estimate.unit == "points" or (len(estimate.rows_n), len(estimate.rows_N)) != (estimate.n, estimate.N):
        return True
    share = estimate.n / estimate.N if estimate.N else None
    return estimate.unit == "share" and estimate.value is not None and abs(estimate.value - (share or 0)) > _EPS


def nothing_of(estimate: Estimate) -> Estimate:
    """Return an estimate of which nothing is told."""
    return replace(
        estimate, n=WITHHELD, N=WITHHELD, value=None, low=None, high=None, method=NOT_TOLD, rows_n=(), rows_N=()
    )


def by_size(estimates: Sequence[Estimate]) -> list[Estimate]:
    """Put groups in the order of what is told of their sizes, then by name; the measures of a group stay together.

    Groups that have an order of their own, such as quarters, keep it.
    """
    if not estimates or estimates[0].dimension not in SORTED:
        return list(estimates)
    first = {each.group: each for each in reversed(estimates)}
    alike = len({each.N for each in first.values()}) == 1
    sizes = {group: each.n if alike else each.N for group, each in first.items()}
    place = {group: at for at, group in enumerate(ordered(sizes, estimates[0].dimension))}
    return sorted(estimates, key=lambda each: place[each.group])


def _told(estimate: Estimate, hidden: set[Rows], profile: Profile) -> Estimate:
    out = replace(estimate, rows_n=(), rows_N=(), revision="final" if estimate.revision == "final" else "revised")
    if _out_of_reach(estimate):
        return nothing_of(out)
    n, total = (
        WITHHELD if _rows(rows) in hidden else profile.rounded(len(rows)) for rows in (estimate.rows_n, estimate.rows_N)
    )
    out = replace(out, n=n, N=total)
    if n is WITHHELD or total is WITHHELD or estimate.value is None:
        method = estimate.method if estimate.value is None else NOT_TOLD
        return replace(out, value=None, low=None, high=None, method=method)
    if estimate.unit == "days":
        return replace(out, low=None, high=None, method=MEDIAN)
    if estimate.unit == "count":
        return replace(out, value=float(n), low=None, high=None)
    value = n / total if total else 0.0
    if estimate.low is None or estimate.high is None:
        return replace(out, value=value)
    worth = total / _effect(estimate)
    low, high = wilson(value * worth, worth) if worth else (None, None)
    return replace(out, value=value, low=low, high=high, method=ROUNDED)


def _effect(estimate: Estimate) -> int:
    """Return how many rows one independent row is worth, as a whole number so that it tells nothing of the counts."""
    share, low, high = estimate.n / estimate.N, estimate.low or 0.0, estimate.high or 0.0
    if share < 0.5:
        share, low, high = 1 - share, 1 - high, 1 - low
    # The two ends are the roots of Wilson's equation, so their product is share**2 / (1 + Z**2 / worth).
    rest = share**2 / (low * high) - 1
    return max(1, ceil(round(estimate.N * rest / Z**2, 3)))


class _Sum(NamedTuple):
    """Counts that add up to a whole (``=``), to no more than it (``<``) or to no less (``>``), by their places."""

    whole: int
    parts: tuple[int, ...]
    sign: str = "="


class _Plan(NamedTuple):
    """Every set of rows that is counted, how the counts add up, and the places of the sets that are printed.

    ``triples`` are part, whole and rest of each share; the rest need not be printed, but is worth as much.
    """

    rows: list[Rows]
    sizes: np.ndarray
    printed: list[int]
    triples: list[tuple[int, int, int]]
    sums: list[_Sum]


def _plan(estimates: Sequence[Estimate]) -> _Plan:
    place: dict[Rows, int] = {}
    families: dict[tuple[str, ...], set[int]] = defaultdict(set)
    above: dict[tuple[str, ...], set[int]] = defaultdict(set)
    alike, triples = dict[tuple[str, ...], set[int]](), dict[tuple[int, int, int], None]()
    for each in estimates:
        rows = _rows(each.rows_n), _rows(each.rows_N)
        part, whole = (place.setdefault(one, len(place)) for one in rows)
        selection = each.id.partition(".where.")[2]
        by_group: tuple[str, ...] = (each.measure, each.denominator, each.dimension, selection)
        by_selection: tuple[str, ...] = (each.measure, each.denominator, each.dimension, each.group, "any selection")
        for key in (by_group, by_selection):
            families[(*key, "n")].add(part)
            families[(*key, "N")].add(whole)
            above[(*key, "n")].add(whole)
        by_measure = (each.denominator, each.dimension, each.group, selection)
        alike.setdefault(by_measure, set()).add(part)
    printed = list(range(len(place)))
    for each in estimates:
        part_rows, whole_rows = _rows(each.rows_n), _rows(each.rows_N)
        if part_rows < whole_rows and part_rows:
            rest = place.setdefault(whole_rows - part_rows, len(place))
            triples[place[part_rows], place[whole_rows], rest] = None
            families[each.measure, each.denominator, each.dimension, each.id.partition(".where.")[2], "rest"].add(rest)
    sizes, common = np.array([len(rows) for rows in place]), _common(list(place))
    sums = dict.fromkeys(_Sum(whole, (part, rest)) for part, whole, rest in triples)
    totals: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for key, members in families.items():
        totals[key[:2]] |= set() if key[2] else members
    for key, members in families.items():
        sums |= dict.fromkeys(
            _sums(_filled(members, sizes), list(place), common, above[key] | totals[key[:2]], printed)
        )
    for members in alike.values():
        sums |= dict.fromkeys(_nested(_filled(members, sizes), sizes, common))
    return _Plan(list(place), sizes, printed, list(triples), list(sums))


def _rows(keys: Sequence[str]) -> Rows:
    """Return keys as a set; one that stands there again, as pieces of one place in a document do, counts again."""
    rows = frozenset(keys)
    if len(rows) == len(keys):
        return rows
    return frozenset(f"{key} {sum(other == key for other in keys[:at])}" for at, key in enumerate(keys))


def _filled(members: Iterable[int], sizes: np.ndarray) -> np.ndarray:
    return np.array([at for at in sorted(members) if sizes[at]], dtype=int)


def _common(rows: Sequence[Rows]) -> csr_array:
    """Return how many rows each two sets have in common."""
    keys = {row: at for at, row in enumerate(sorted(set().union(*rows)))}
    columns = [keys[row] for one in rows for row in one]
    starts = np.cumsum([0, *(len(one) for one in rows)])
    holds = csr_array((np.ones(len(columns), dtype=np.int64), columns, starts), shape=(len(rows), max(len(keys), 1)))
    return csr_array(holds @ holds.T)


def _sums(
    members: np.ndarray, rows: Sequence[Rows], common: csr_array, above: set[int], printed: Sequence[int]
) -> Iterator[_Sum]:
    """Give the sums that groups of one table stand in: with any printed count, or with the wholes above them."""
    if not len(members):
        return
    sizes = common.diagonal()
    among = common[members][:, members].toarray()
    span = ((among == sizes[members]).sum(axis=1) > 1).nonzero()[0]  # a group that holds another, as years do quarters
    if len(span) and not _overlap(np.delete(np.delete(among, span, 0), span, 1)):
        members = np.delete(members, span)
        among = np.delete(np.delete(among, span, 0), span, 1)
    places = np.array(sorted(above if _overlap(among) else {*printed, *above}), dtype=int)
    shared = common[places][:, members].toarray()
    inside = (shared == sizes[members]) & (sizes[members] < sizes[places][:, None])
    added = inside @ sizes[members]
    for at in inside.any(axis=1).nonzero()[0]:
        whole, parts = int(places[at]), tuple(int(part) for part in members[inside[at]])
        if not _overlap(among):
            if added[at] == sizes[whole] or whole in above:
                yield _Sum(whole, parts, "=" if added[at] == sizes[whole] else "<")
        else:
            yield from (_Sum(whole, (part,), "<") for part in parts)
            if len(frozenset[str]().union(*(rows[part] for part in parts))) == sizes[whole]:
                yield _Sum(whole, parts, ">")


def _overlap(among: np.ndarray) -> bool:
    return bool(among.sum() > among.trace())


def _nested(members: np.ndarray, sizes: np.ndarray, common: csr_array) -> Iterator[_Sum]:
    """Give which of the counts of one group are parts of others, as those with evidence are of those completed."""
    among = common[members][:, members].toarray()
    for i, j in zip(*(among == sizes[members][:, None]).nonzero(), strict=True):
        if i != j:
            yield _Sum(int(members[j]), (int(members[i]),), "<")


def _too_narrow(plan: _Plan, hidden: set[int], watched: set[int], profile: Profile, seen: np.ndarray) -> set[int]:
    """Return what to withhold too, for an attacker who knows all that is printed could work out some count too closely.

    For each such count this is the smallest printed one that holds it in its bounds, as the linear programme tells.

    ``seen`` holds the least and the largest values that were found to fit, and is added to: what fits goes on to fit
    when more is withheld.
    """
    from scipy.optimize import linprog  # type: ignore[import-untyped]

    bounds = _bounds(plan, hidden, profile)
    matrix = {sign: _matrix([each for each in plan.sums if each.sign == sign], len(plan.rows)) for sign in "=<>"}
    upper = vstack([matrix["<"], -matrix[">"]])
    known = {"A_eq": matrix["="], "b_eq": np.zeros(matrix["="].shape[0])} if matrix["="].shape[0] else {}
    known |= {"A_ub": upper, "b_ub": np.zeros(upper.shape[0])} if upper.shape[0] else {}
    asked = np.array(sorted(hidden | watched))
    needed = np.where([profile.small(size) for size in plan.sizes[asked]], profile.threshold, 2)

    def look(weights: np.ndarray) -> set[int]:
        found = linprog(weights, bounds=bounds, method="highs", **known)
        if found.status != 0:
            raise RuntimeError(f"The search for what could be worked out ended with: {found.message}")
        seen[:, 0], seen[:, 1] = np.minimum(seen[:, 0], found.x), np.maximum(seen[:, 1], found.x)
        holding = np.abs(found.lower.marginals) + np.abs(found.upper.marginals) > _EPS
        return {int(at) for at in holding.nonzero()[0] if at in open_to and plan.sizes[at]}

    def narrow() -> np.ndarray:
        low, high = seen[asked].T
        return asked[np.floor(high + _EPS) - np.ceil(low - _EPS) + 1 < needed]

    # Many counts are seen to be safe at once; only those that are not are looked at one by one.
    draw, done, more = np.random.default_rng(0), set[int](), set[int]()
    open_to = set(plan.printed) - hidden
    for turn in range(_TURNS):
        if len(left := narrow()):
            weights = np.zeros(len(plan.rows))
            weights[left] = (1.0, -1.0)[turn] if turn < 2 else draw.normal(size=len(left))
            look(weights)
    while rest := sorted({int(at) for at in narrow()} - done):
        done.add(at := rest[0])
        weights = np.zeros(len(plan.rows))
        weights[at] = 1.0
        holding = look(weights) | look(-weights)
        if at in narrow() and holding:
            more.add(min(holding, key=lambda other: (plan.sizes[other], other)))
    return more


def _bounds(plan: _Plan, hidden: set[int], profile: Profile) -> np.ndarray:
    """Return the least and the largest that each count can be by itself, as far as a reader knows."""
    printed = set(plan.printed)
    out = np.zeros((len(plan.rows), 2))
    out[:, 1] = 10 * (plan.sizes.max(initial=0) + profile.threshold) + 100
    for at in plan.printed:
        out[at] = (1, out[at, 1]) if at in hidden else profile.behind(profile.rounded(int(plan.sizes[at])))
    for part, whole, rest in plan.triples:
        if profile.complements and not {part, whole} & hidden and rest not in printed:
            same = profile.rounded(int(plan.sizes[part])) == profile.rounded(int(plan.sizes[whole]))
            most = profile.rounding - 1 if profile.rounding > profile.threshold else 0
            out[rest] = (0, most) if same else (max(out[rest, 0], profile.threshold), out[rest, 1])
    return out


def _matrix(sums: Sequence[_Sum], width: int) -> csr_array:
    rows = [at for at, each in enumerate(sums) for _ in (each.whole, *each.parts)]
    columns = [at for each in sums for at in (each.whole, *each.parts)]
    values = [value for each in sums for value in (-1.0, *(1.0 for _ in each.parts))]
    return csr_array((values, (rows, columns)), shape=(len(sums), width))
