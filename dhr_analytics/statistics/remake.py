"""Make a figure again from its id."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import unquote_plus

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.statistics.catalogue import CATALOGUE
from dhr_analytics.statistics.completion import DIMENSIONS, rag_shares, rates, status_counts
from dhr_analytics.statistics.counts import counts, misaddressed_share, source_shares, type_shares
from dhr_analytics.statistics.durations import days_to_completion, overdue_days
from dhr_analytics.statistics.estimate import NOT_CODED, Address, Estimate, escaped, parse_id
from dhr_analytics.statistics.prevalence import home_office_shares, theme_prevalence, theme_shares
from dhr_analytics.statistics.quality import quality
from dhr_analytics.statistics.quarter import Quarter, parse_quarter
from dhr_analytics.statistics.recurrence import came_up_again_shares, recurring_share
from dhr_analytics.statistics.selection import select
from dhr_analytics.statistics.similar import repeated_share
from dhr_analytics.statistics.trend import change

_FILTERS = {"area": "areas", "agency": "agencies", "theme": "themes", "sector": "sectors"}
_Family = Callable[[Plans, Address, Mapping[str, str]], list[Estimate]]


def remake(plans: Plans, estimate_id: str, *, tags: Mapping[str, str] | None = None) -> Estimate:
    """Make one figure again.

    Parameters
    ----------
    plans : Plans
        The whole package, unfiltered and with all its snapshots; for figures on types of actions with the columns
        that ``counts.type_shares`` needs.
    estimate_id : str
    tags : mapping of str to str, optional
        The themes of the codebook and the Home Office tag of each; without them a theme that no row has is not known.

    Returns
    -------
    Estimate

    Raises
    ------
    UsageError
        When there is no such figure; the message offers the nearest.
    """
    return remake_all(plans, [estimate_id], tags=tags)[estimate_id]


def remake_all(plans: Plans, ids: Iterable[str], *, tags: Mapping[str, str] | None = None) -> dict[str, Estimate]:
    """Make figures again, those of one kind together.

    Parameters
    ----------
    plans, tags
        As in ``remake``.
    ids : iterable of str

    Returns
    -------
    dict of str to Estimate
        By id.

    Raises
    ------
    UsageError
        As ``remake``.
    """
    out: dict[str, Estimate] = {}
    made: dict[Address, dict[str, Estimate]] = {}
    parts: dict[tuple[str, str], Plans] = {}
    for text in dict.fromkeys(ids):
        address = parse_id(text)
        if address.measure not in CATALOGUE:
            raise UsageError(f"There is no measure {address.measure!r}. {_nearest(address.measure, CATALOGUE)}")
        where = (address.quarter.id, address.selection)
        if where not in parts:
            parts[where] = _selected(plans, address, quarter=address.quarter)
        # A change of what was known needs the earlier snapshots too.
        whole = address.dimension == "known_quarter"
        part = _selected(plans, address) if whole else parts[where]
        family = CATALOGUE[address.measure].family
        kind = address._replace(group="" if not _spans(address) and family != "survival" else address.group)
        kind = kind if family in ("counts", "changes") else kind._replace(measure=family)
        if kind not in made:
            found = _FAMILIES[family](part, address, tags or {})
            made[kind] = {_key(each): each for each in found}
        if _key(address) not in made[kind]:
            near = difflib.get_close_matches(_key(address), made[kind], n=1) or list(made[kind])[:1]
            offered = f"Did you mean {made[kind][near[0]].id!r}?" if near else "Nothing of the kind is known then."
            raise UsageError(f"There is no figure {text!r}. {offered}")
        out[text] = made[kind][_key(address)]
    return out


def _key(each: Address | Estimate) -> str:
    """Return what tells figures of one quarter and filter apart, in words that can be compared and offered."""
    group = f".{each.dimension}={escaped(each.group)}" if each.dimension else ""
    return f"{each.measure}.{each.denominator}{group}"


def _spans(address: Address) -> bool:
    """Tell whether the group is a quarter or a span of quarters, which are made one by one: any may be asked for."""
    return address.dimension.endswith("_quarter") and bool(address.group)


def _selected(plans: Plans, address: Address, quarter: Quarter | None = None) -> Plans:
    out: dict[str, list[str]] = {name: [] for name in _FILTERS.values()}
    for part in address.selection.split(",") if address.selection else ():
        kind, _, value = part.partition("=")
        if kind not in _FILTERS:
            raise UsageError(f"There is no filter by {kind!r}. {_nearest(kind, _FILTERS)}")
        out[_FILTERS[kind]].append(unquote_plus(value))
    areas, agencies, themes, sectors = out.values()
    return select(plans, quarter=quarter, areas=areas, agencies=agencies, themes=themes, sectors=sectors)


def _nearest(seen: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(seen, list(known), n=1, cutoff=0.5)
    return f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(list(known)[:12]) or 'none'}."


def _dimension(address: Address, known: Iterable[str]) -> str | None:
    if address.dimension and address.dimension not in known:
        raise UsageError(
            f"{address.measure} is not given by {address.dimension!r}. {_nearest(address.dimension, known)}"
        )
    return address.dimension or None


def _groups(address: Address) -> list[str]:
    if not _spans(address) or address.group == "not stated":
        return []
    for word in address.group.split():
        if word not in ("before", "after", "to", "since"):
            parse_quarter(word)
    return [address.group]


def _rates(plans: Plans, address: Address, tags: Mapping[str, str]) -> list[Estimate]:
    measures = [name for name, measure in CATALOGUE.items() if measure.family == "rates"]
    by = _dimension(address, DIMENSIONS)
    return rates(plans, address.quarter, by=by, groups=_groups(address), measures=measures)


def _changes(plans: Plans, address: Address, tags: Mapping[str, str]) -> list[Estimate]:
    later, since, earlier = (*address.group.split(), "", "", "")[:3]
    basis = (_dimension(address, ["known_quarter", "target_quarter", "published_quarter"]) or "").removesuffix(
        "_quarter"
    )
    if since != "since":
        raise UsageError(f"{address.group!r} does not name two quarters; write 2025Q1+since+2024Q4.")
    return [change(plans, address.quarter, parse_quarter(earlier), basis=basis, of=parse_quarter(later))]


def _days_overdue(plans: Plans, address: Address, tags: Mapping[str, str]) -> list[Estimate]:
    return overdue_days(plans, address.quarter, by=_dimension(address, DIMENSIONS), groups=_groups(address))


def _survival(plans: Plans, address: Address, tags: Mapping[str, str]) -> list[Estimate]:
    _dimension(address, ["from", "days_from_target", "days_from_published"])
    origin = address.group if address.dimension == "from" else address.dimension.removeprefix("days_from_")
    return days_to_completion(plans, address.quarter, origin=origin)


def _themes(plans: Plans, address: Address, tags: Mapping[str, str]) -> list[Estimate]:
    return theme_shares(plans, address.quarter, over=address.denominator, include=[*tags, NOT_CODED])


def _prevalence(plans: Plans, address: Address, tags: Mapping[str, str]) -> list[Estimate]:
    return theme_prevalence(plans, address.quarter, over=address.denominator, include=tags)


def _home_office(plans: Plans, address: Address, tags: Mapping[str, str]) -> list[Estimate]:
    return home_office_shares(plans, address.quarter, tags=tags, over=address.denominator)


def _counts(plans: Plans, address: Address, tags: Mapping[str, str]) -> list[Estimate]:
    return counts(plans, address.quarter, address.measure, over=address.denominator, by=address.dimension or None)


def _types(plans: Plans, address: Address, tags: Mapping[str, str]) -> list[Estimate]:
    if address.measure == "misaddressed_share":
        return misaddressed_share(plans, address.quarter)
    by = _dimension(address, ["action_type", "strength"])
    return type_shares(plans, address.quarter, by=by or "action_type")


_FAMILIES: dict[str, _Family] = {
    "rates": _rates,
    "status": lambda plans, address, tags: status_counts(plans, address.quarter),
    "changes": _changes,
    "days_overdue": _days_overdue,
    "survival": _survival,
    "rag": lambda plans, address, tags: rag_shares(plans, address.quarter, by=address.dimension),
    "themes": _themes,
    "prevalence": _prevalence,
    "home_office": _home_office,
    "quality": lambda plans, address, tags: quality(plans, address.quarter, by=address.dimension or None),
    "counts": _counts,
    "action_types": _types,
    "recurring": lambda plans, address, tags: [recurring_share(plans, address.quarter)],
    "repeated": lambda plans, address, tags: [repeated_share(plans, address.quarter)],
    "came_up_again": lambda plans, address, tags: came_up_again_shares(plans, address.quarter),
    "sources": lambda plans, address, tags: source_shares(plans, address.quarter),
}
