"""The sentences of the pages: findings and titles of charts, written from the estimates."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dhr_analytics.reporting import tables, text
from dhr_analytics.reporting.view import View
from dhr_analytics.statistics import NOT_CODED, NOT_STATED, Estimate, last_quarters, quality

ENOUGH = 5
NO_LIST = "This package does not say which rows a person should look at; make it again with: dhr ingest."
COMPARED = {"sector": "sectors", "theme": "themes", "scope": "local and national recommendations"}


def summary(view: View) -> list[tuple[str, str]]:
    """Return the five findings of the summary: completion, silence, evidence, what is overdue, themes.

    Parameters
    ----------
    view : View

    Returns
    -------
    list of (str, str)
        The finding as a sentence, and the figures it stands on; empty where there is no action.
    """
    if view.plans.actions.empty:
        return []
    rate = {measure: tables.rates(view, measure)[0] for measure in tables.COUNTED}
    done, silent, proven = rate["completion_rate"], rate["no_update_share"], rate["evidenced_share"]
    be = "is" if done.N == 1 else "are"
    return [
        (f"{text.roughly(done)} {be} recorded as completed", f"{_figures(done)} This is what the plans say."),
        (
            f"{text.roughly(silent)} {'has' if silent.N == 1 else 'have'} no update in the plan",
            f"{_figures(silent)} These actions may be finished, under way or not begun: the plan does not say.",
        ),
        (
            f"{text.roughly(proven)} {be} completed with evidence recorded",
            f"{_figures(proven)} {_of_completed(done, proven)}",
        ),
        (f"{text.roughly(rate['overdue_share'])} {be} overdue", _overdue(view, rate)),
        _themes(view),
    ]


def _figures(estimate: Estimate) -> str:
    return f"{text.capital(text.full(estimate))}."


def _of_completed(done: Estimate, proven: Estimate) -> str:
    if not done.n:
        return "No action is recorded as completed."
    return (
        f"Of the {text.count(done.n, 'actions')} recorded as completed, the plan says for {text.number(proven.n)} "
        "what was done or what shows it."
    )


def _overdue(view: View, rate: dict[str, Estimate]) -> str:
    words = [_figures(rate["overdue_share"])]
    if rate["overdue_share"].n:
        words.append(f"{leads(view)}.")
        silent = (tables.overdue(view)["Status"] == text.STATUSES["no_update"]).sum()
        if silent:
            words.append(f"For {text.number(silent)} of them the plan gives no update, so they may be finished.")
    undated = rate["undated_share"]
    if undated.n:
        words.append(
            f"For {text.of(undated)} ({text.percent(undated.value)}) no target date is known: "
            "these are never counted as overdue."
        )
    return " ".join(words)


def _themes(view: View) -> tuple[str, str]:
    top = tables.most_frequent(view, 3)
    if not top:
        return "Themes are not known yet", view.why_no_themes or "No recommendation was given a theme."
    reviews = {each.group: each for each in tables.themes(view, over="reviews")}
    more = [
        f"“{text.name('theme', each.group)}” with {text.number(each.n)} ({text.percent(each.value)})"
        for each in top[1:]
    ]
    rest = f" Next {'come' if len(more) > 1 else 'comes'} {_and(more)}." if more else ""
    return themes(view, figures=False), f"{_figures(top[0])} It comes up in {text.of(reviews[top[0].group])}.{rest}"


def themes(view: View, *, figures: bool = True) -> str:
    """Return the theme that most recommendations ask for, as a sentence, with its figures or without."""
    top = tables.most_frequent(view, 40)
    if not top:
        return "Themes of the recommendations"
    first = [f"“{text.name('theme', each.group)}”" for each in top if each.n == top[0].n]
    named = f"{_and(first)} {'is' if len(first) == 1 else 'are'} asked for most often"
    return f"{named}: {'' if len(first) == 1 else 'each '}in {text.of(top[0])}" if figures else named


def tags(estimates: Sequence[Estimate]) -> str:
    """Return the Home Office tag that most recommendations fall under, "other" left aside, as a sentence."""
    named = [each for each in estimates if each.n and each.group not in ("other", NOT_CODED)]
    if not named:
        return "Recommendations by Home Office tag"
    top = max(named, key=lambda each: each.n)
    rest = "" if top == estimates[0] else ", “Other” apart"
    return f"“{text.name('home_office', top.group)}” is the most frequent tag{rest}: {text.of(top)}"


def not_shown(view: View) -> str:
    """Return how many actions stand in none of the quarters of the last three years, and why, as a sentence."""
    when = view.plans.actions["target_on"]
    undated, end = when.isna().sum(), pd.Timestamp(view.quarter.end)
    begin = pd.Timestamp(last_quarters(view.quarter, tables.QUARTERS)[0].start)
    kinds = {
        "were due earlier": (when < begin).sum(),
        "are due later": (when > end).sum(),
        "have no known date": undated,
    }
    words = [f"{text.number(n)} {why}" for why, n in kinds.items() if n]
    return f"Of the {text.count(len(when), 'actions')} in all, {_and(words)}; these are not shown." if words else ""


def leads(view: View, *, by: str = "sector") -> str:
    """Return who leads most of the overdue actions, as a sentence."""
    found = [each for each in tables.rates(view, "overdue_share", by=by) if each.n]
    known = [each for each in found if each.group not in (NOT_STATED, NOT_CODED)]
    total = sum(each.n for each in found)
    if not total:
        return "No action is overdue"
    if not known:
        return "For the overdue actions no lead agency is known"
    top = [text.name(by, each.group) for each in known if each.n == known[0].n]
    some = f"{text.number(known[0].n)} of the {text.number(total)} overdue {'action' if total == 1 else 'actions'}"
    if len(top) > 3:
        return f"No one {by} stands out in the {text.count(total, 'actions')} overdue"
    if len(top) > 1:
        return f"No one {by} stands out: {_and(top)} each lead {some}"
    return f"{top[0]} leads {some}, {'most of them' if known[0].n * 2 > total else f'more than any other {by}'}"


def contrast(estimates: Sequence[Estimate]) -> str:
    """Return whether groups clearly differ in the share completed, as a sentence.

    Parameters
    ----------
    estimates : sequence of Estimate
        Completion rates by one dimension. Groups of fewer than 5 actions are not compared; a difference is
        called clear when the intervals do not overlap.

    Returns
    -------
    str
    """
    kept = [each for each in estimates if each.N >= ENOUGH and each.group not in (NOT_STATED, NOT_CODED)]
    if len(kept) < 2:
        return "Too few actions to compare the share completed between groups"
    best = max(kept, key=lambda each: each.low or 0)
    worst = min(kept, key=lambda each: each.high or 0)
    if (best.low or 0) <= (worst.high or 0):
        between = COMPARED.get(best.dimension, "groups")
        return f"No clear difference between {between} in the share completed: the intervals overlap"
    names = [text.name(each.dimension, each.group) for each in (best, worst)]
    return f"The share completed is clearly higher for “{names[0]}” than for “{names[1]}”"


def due(estimates: Sequence[Estimate], *, event: str) -> str:
    """Return how many of the actions of all quarters shown are completed, as a sentence."""
    total, done = sum(each.N for each in estimates), sum(each.n for each in estimates)
    if not total:
        return f"No action is known to be {event} in the last three years"
    be = "is" if done == 1 else "are"
    return f"{text.number(done)} of the {text.count(total, 'actions')} {event} in the last three years {be} completed"


def status(estimates: Sequence[Estimate]) -> str:
    """Return the most common status, as a sentence."""
    if not estimates:
        return "Status of the actions"
    top = max(estimates, key=lambda each: each.n)
    return f"“{text.name('status', top.group)}” is the most common status: {text.of(top)}"


def reading(view: View) -> list[tuple[str, str]]:
    """Return the one finding on the quality of the data: what a person should look at, and what is stated least.

    Parameters
    ----------
    view : View

    Returns
    -------
    list of (str, str)
    """
    plans = view.plans
    found = [each for each in quality(plans, view.quarter) if each.N]
    looked = [each for each in reversed(found) if each.measure == "needs_review"]
    stated = [each for each in found if each.measure in text.CELLS]
    words = [f"Read: {_and([text.count(n, unit) for unit, n in tables.counted(view).items()])}."]
    if len(plans.rejected):
        pieces = "1 piece" if len(plans.rejected) == 1 else f"{text.number(len(plans.rejected))} pieces"
        words.append(f"{pieces} of the documents could not be placed.")
    least = ""
    if stated:
        low = min(stated, key=lambda each: each.n)
        cells = [text.CELLS[each.measure].lower() for each in stated if each.n == low.n]
        be = "is" if len(cells) == 1 else "are"
        least = f"Of owner, date, status and outcome, {_and(cells)} {be} stated least: for {text.of(low)}"
        if low.n == low.N:
            least = "Owner, date, status and outcome are stated for every action"
        words.append(f"{least} ({text.percent(low.value)}).")
    if any(each.n for each in looked):
        head = f"A person should look at {_and([text.of(each) for each in looked if each.n])}"
    elif looked:
        head = "No row was doubtful enough that a person should look at it"
    else:
        head = least or "Nothing is known about rows to look at"
        words.append(NO_LIST)
    return [(head, " ".join(words))]


def no_rows_to_look_at(view: View) -> str:
    """Return why no row stands on the list of those to look at, as a sentence."""
    return NO_LIST if view.plans.needs_review is None else "No row was doubtful enough to stand here."


def smart(estimates: Sequence[Estimate]) -> str:
    """Return how many actions pass all four parts of the SMART check, as a sentence."""
    if not estimates:
        return "The SMART check"
    whole = estimates[-1]
    have = "has" if whole.N == 1 else "have"
    return f"{text.roughly(whole)} {have} all four: more than the recommendation repeated, an outcome, an owner, a date"


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
