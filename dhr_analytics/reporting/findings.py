"""The sentences of the pages: findings and titles of charts, written from the estimates."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dhr_analytics.reporting import tables, text
from dhr_analytics.reporting.cited import Cited, Measured, Sentence, Words, joined, listed, say
from dhr_analytics.reporting.view import View
from dhr_analytics.statistics import (
    NOT_CODED,
    NOT_STATED,
    Estimate,
    counts,
    last_quarters,
    overdue_actions,
    quality,
    rates,
)

ENOUGH, OLD = 5, 365
NO_LIST = "This package does not say which rows a person should look at; make it again with: dhr ingest."
COMPARED = {"sector": "sectors", "theme": "themes", "scope": "local and national recommendations", "area": "areas"}


def summary(view: View) -> list[tuple[Words, Words]]:
    """Return the five findings of the summary: completion, silence, evidence, what is overdue, themes.

    Parameters
    ----------
    view : View

    Returns
    -------
    list of (Sentence, Sentence)
        The finding as a sentence, and the figures it stands on; empty where there is no action.
    """
    if view.plans.actions.empty:
        return []
    rate = tables.companions(view)
    done, silent, proven, late = (
        rate[measure] for measure in ("completion_rate", "no_update_share", "evidenced_share", "overdue_share")
    )
    be = "is" if done.N == 1 else "are"
    unknown = "These actions may be finished, under way or not begun: the plan does not say."
    return [
        (
            say(f"{{}} {be} recorded as completed", Cited(done, "roughly")),
            joined([say("{} This is what the plans say.", _figures(done)), *_of_fewer(rate)]),
        ),
        (
            say(f"{{}} {'has' if silent.N == 1 else 'have'} no update in the plan", Cited(silent, "roughly")),
            say("{} {}", _figures(silent), unknown),
        ),
        (
            say(f"{{}} {be} completed with evidence recorded", Cited(proven, "roughly")),
            say("{} {}", _figures(proven), _of_completed(done, proven)),
        ),
        (say(f"{{}} {be} overdue", Cited(late, "roughly")), _overdue(view, rate)),
        _themes(view),
    ]


def _figures(estimate: Estimate) -> Sentence:
    return say("{}.", Cited(estimate, "full"))


def _of_fewer(rate: dict[str, Estimate]) -> list[Words]:
    """Return how many are completed of the actions due, and of those that stand where some do not, as sentences."""
    due, standing = rate["completed_due_share"], rate["completed_standing_share"]
    words: list[Words] = []
    if due.N:
        be = "is" if due.n == 1 else "are"
        words.append(say(f"Of the {{}} due by the end of the quarter, {{}} {be} completed ({{}}).", *_cited(due)))
    if standing.N != rate["completion_rate"].N:
        told = "Without those superseded or not taken forward it is {} of {} ({})."
        words.append(say(told, Cited(standing, "n"), Cited(standing, "N"), Cited(standing, "value")))
    return words


def _cited(estimate: Estimate) -> tuple[Cited, ...]:
    return Cited(estimate, "N counted"), Cited(estimate, "n"), Cited(estimate, "value")


def _of_completed(done: Estimate, proven: Estimate) -> Words:
    if not done.n:
        return "No action is recorded as completed."
    words = "Of the {} recorded as completed, the plan says for {} what was done or what shows it."
    return say(words, Cited(done, "n counted"), Cited(proven, "n"))


def _overdue(view: View, rate: dict[str, Estimate]) -> Sentence:
    words = [_figures(rate["overdue_share"])]
    if rate["overdue_share"].n:
        words.append(say("{}.", leads(view)))
        silent = tables.rates(view, "silent_overdue_share")[0]
        if silent.n:
            told = "For {} of them the plan gives no update, so they may be finished."
            words.append(say(told, Cited(silent, "n")))
        if old := _told_long_ago(view):
            words.append(old)
    undated = rate["undated_share"]
    if undated.n:
        told = "For {} ({}) no target date is known: these are never counted as overdue."
        words.append(say(told, Cited(undated, "of"), Cited(undated, "value")))
    return joined(words)


def _told_long_ago(view: View) -> Sentence | None:
    """Return that the plan with most of the overdue actions has told nothing for a year or more, where it is so."""
    if view.why_left_out:
        return None
    rows = overdue_actions(view.plans, view.quarter)
    sizes = rows["review_id"].value_counts()
    told = view.plans.reviews.set_index("review_id")["snapshot_on"][sizes.index[0]]
    if sizes.iloc[0] * 3 < len(rows) or pd.isna(told) or (pd.Timestamp(view.quarter.end) - told).days < OLD:
        return None
    which = "The plan that holds more of them than any other" if len(sizes) > 1 else "Their plan"
    return say("{} was last updated on {}: what has been done since is not known.", which, Measured(text.day(told)))


def _themes(view: View) -> tuple[Words, Words]:
    every = tables.most_frequent(view, 40)
    # What is tied with the first stands beside it in the head.
    top = [*every[:1], *[each for each in every if each.n < every[0].n][:2]]
    if not top:
        if view.why_rounded and not view.why_no_themes:
            return "How often each theme is asked for is withheld", view.why_rounded
        return "Themes are not known yet", view.why_no_themes or "No recommendation was given a theme."
    reviews = {each.group: each for each in tables.themes(view, over="reviews")}
    more = [
        say("“{}” with {} ({})", text.name("theme", each.group), Cited(each, "n"), Cited(each, "value"))
        for each in top[1:]
    ]
    words = [_figures(top[0]), say("It comes up in {}.", Cited(reviews[top[0].group], "of"))]
    if more:
        words.append(say(f"Next {'come' if len(more) > 1 else 'comes'} {{}}.", listed(more)))
    return themes(view, figures=False), joined(words)


def themes(view: View, *, figures: bool = True) -> Words:
    """Return the theme that most recommendations ask for, as a sentence, with its figures or without."""
    top = tables.most_frequent(view, 40)
    if not top:
        return "Themes of the recommendations"
    first = [f"“{text.name('theme', each.group)}”" for each in top if each.n == top[0].n]
    if len(first) > 3:
        first = [*first[:3], "others"]
    named = say(f"{{}} {'is' if len(first) == 1 else 'are'} asked for most often", listed(first))
    return say(f"{{}}: {'' if len(first) == 1 else 'each '}in {{}}", named, Cited(top[0], "of")) if figures else named


def tags(estimates: Sequence[Estimate]) -> Words:
    """Return the Home Office tag that most recommendations fall under, "other" left aside, as a sentence."""
    named = [each for each in estimates if each.n and each.group not in ("other", NOT_CODED) and not text.hidden(each)]
    if not named:
        return "Recommendations by Home Office tag"
    top = max(named, key=lambda each: each.n)
    rest = "" if top == estimates[0] else ", “Other” apart"
    return say("“{}” is the most frequent tag{}: {}", text.name("home_office", top.group), rest, Cited(top, "of"))


def not_shown(view: View) -> Words:
    """Return how many actions stand in none of the quarters of the last three years, and why, as a sentence."""
    first = last_quarters(view.quarter, tables.QUARTERS)[0]
    kinds = {
        f"before {first.id}": "were due earlier",
        f"after {view.quarter.id}": "are due later",
        NOT_STATED: "have no known date",
    }
    found = [each for each in _completed(view, "target_quarter", *kinds) if each.N]
    if not found:
        return ""
    words = listed([say(f"{{}} {kinds[each.group]}", Cited(each, "N")) for each in found])
    every = tables.rates(view, "completion_rate")[0]
    return say("Of the {} in all, {}; these are not shown.", Cited(every, "N counted"), words)


def leads(view: View, *, by: str = "sector") -> Words:
    """Return who leads most of the overdue actions, as a sentence."""
    found = [each for each in tables.rates(view, "overdue_share", by=by) if each.n]
    known = [each for each in found if each.group not in (NOT_STATED, NOT_CODED)]
    if not found:
        return "No action is overdue"
    if not known:
        return "For the overdue actions no lead agency is known"
    every = tables.rates(view, "overdue_share")[0]
    if text.hidden(known[0]) or text.hidden(every):
        return say("Of the {}, how many each leads is withheld", Cited(every, "N counted"))
    top = [text.name(by, each.group) for each in known if each.n == known[0].n]
    noun = "action" if every.n == 1 else "actions"
    some = say(f"{{}} of the {{}} overdue {noun}", Cited(known[0], "n"), Cited(every, "n"))
    if len(top) > 3:
        return say(f"No one {by} stands out in the {{}} overdue", Cited(every, "n counted"))
    if len(top) > 1:
        return say(f"No one {by} stands out: {{}} each lead {{}}", listed(top), some)
    most = "all of them" if known[0].n == every.n else f"more than any other {by}"
    most = "most of them" if every.n > known[0].n > every.n / 2 else most
    return say(f"{{}} leads {{}}, {most}", top[0], some)


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
    known = [each for each in estimates if each.value is not None and each.group not in (NOT_STATED, NOT_CODED)]
    kept = [each for each in known if each.N >= ENOUGH]
    if len(kept) < 2:
        return "Too few actions to compare the share completed between groups"
    best = max(kept, key=lambda each: each.low or 0)
    worst = min(kept, key=lambda each: each.high or 0)
    if (best.low or 0) <= (worst.high or 0):
        between = COMPARED.get(best.dimension, "groups")
        return f"No clear difference between {between} in the share completed: the intervals overlap"
    names = [text.name(each.dimension, each.group) for each in (best, worst)]
    return f"The share completed is clearly higher for “{names[0]}” than for “{names[1]}”"


def due(view: View, *, basis: str = "target") -> Words:
    """Return how many of the actions of all quarters shown are completed, as a sentence.

    Parameters
    ----------
    view : View
    basis : {"target", "published"}

    Returns
    -------
    str or Sentence
    """
    event = "due" if basis == "target" else "of reviews published"
    span = f"{last_quarters(view.quarter, tables.QUARTERS)[0].id} to {view.quarter.id}"
    [every] = _completed(view, f"{basis}_quarter", span)
    if not every.N:
        return f"No action is known to be {event} in the last three years"
    words = f"{{}} of the {{}} {event} in the last three years {'is' if every.n == 1 else 'are'} completed"
    return say(words, Cited(every, "n"), Cited(every, "N counted"))


def completed_when(view: View) -> Words:
    """Return for how many completed actions the quarter of completion is one of those shown, as a sentence."""
    span = f"{last_quarters(view.quarter, tables.QUARTERS)[0].id} to {view.quarter.id}"
    [every] = _completed(view, "completed_quarter", span, measure="completed_in_share")
    if not every.n:
        none = "No action is known to have been completed in the last three years"
        [silent] = _completed(view, "completed_quarter", NOT_STATED, measure="completed_in_share")
        return say(f"{none}: for {{}} no day of completion is given", Cited(silent, "of")) if silent.n else none
    words = "{} of the {} recorded as completed {} known to have been completed in the last three years"
    total = tables.rates(view, "completion_rate")[0]
    return say(words, Cited(every, "n"), Cited(total, "n counted"), "is" if every.n == 1 else "are")


def _completed(view: View, by: str, *groups: str, measure: str = "completion_rate") -> list[Estimate]:
    return view.told(rates(view.plans, view.quarter, by=by, groups=groups, measures=[measure]))


def status(estimates: Sequence[Estimate]) -> Words:
    """Return the most common status, as a sentence."""
    if not estimates:
        return "Status of the actions"
    top = max(estimates, key=lambda each: each.n)
    if text.hidden(top):
        return "Status of the actions"
    return say("“{}” is the most common status: {}", text.name("status", top.group), Cited(top, "of"))


def reading(view: View) -> list[tuple[Words, Words]]:
    """Return the one finding on the quality of the data: what a person should look at, and what is stated least.

    Parameters
    ----------
    view : View

    Returns
    -------
    list of (words, words)
    """
    found = [each for each in view.told(quality(view.plans, view.quarter)) if each.N]
    looked = [each for each in reversed(found) if each.measure == "needs_review"]
    stated = [each for each in found if each.measure in text.CELLS]
    read = [Cited(each, "n counted") for each in tables.counted(view).values()]
    words: list[Words] = [say("Read: {}.", listed(read))]
    [pieces] = view.told(counts(view.plans, view.quarter, "not_placed", over="pieces"))
    if pieces.n:
        words.append(say("{} of the documents could not be placed.", Cited(pieces, "n counted")))
    least: Words = ""
    if stated and not any(text.hidden(each) for each in stated):
        low = min(stated, key=lambda each: each.n)
        cells = [text.CELLS[each.measure].lower() for each in stated if each.n == low.n]
        told = f"Of owner, date, status and outcome, {{}} {'is' if len(cells) == 1 else 'are'} stated least: for {{}}"
        least = say(told, listed(cells), Cited(low, "of"))
        if low.n == low.N:
            least = "Owner, date, status and outcome are stated for every action"
        words.append(say("{} ({}).", least, Cited(low, "value")))
    head: Words
    if any(each.n for each in looked):
        head = say("A person should look at {}", listed([Cited(each, "of") for each in looked if each.n]))
    elif looked:
        head = "No row was doubtful enough that a person should look at it"
    else:
        head = least or "Nothing is known about rows to look at"
        words.append(NO_LIST)
    return [(head, joined(words))]


def no_rows_to_look_at(view: View) -> str:
    """Return why no row stands on the list of those to look at, as a sentence."""
    return NO_LIST if view.plans.needs_review is None else "No row was doubtful enough to stand here."


def smart(estimates: Sequence[Estimate]) -> Words:
    """Return how many actions pass all four parts of the SMART check, as a sentence."""
    if not estimates:
        return "The SMART check"
    whole = estimates[-1]
    have = "has" if whole.N == 1 else "have"
    words = f"{{}} {have} all four: more than the recommendation repeated, an outcome, an owner, a date"
    return say(words, Cited(whole, "roughly"))
