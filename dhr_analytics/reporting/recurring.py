"""The page on recurring learning: themes over the years, the same asked for again, themes after a completed action."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

import pandas as pd

from dhr_analytics import schema
from dhr_analytics.package import Plans
from dhr_analytics.reporting import tables, text
from dhr_analytics.reporting.cited import Cited, Words, joined, listed, say
from dhr_analytics.reporting.show import Block, message
from dhr_analytics.reporting.view import View, single_rows
from dhr_analytics.schema import review_of
from dhr_analytics.statistics import NOT_CODED, Estimate, theme_shares
from dhr_analytics.statistics.recurrence import (
    NATIONAL,
    OTHER,
    came_up_again,
    came_up_again_shares,
    completed_by,
    recurring_share,
    recurring_themes,
    review_years,
)
from dhr_analytics.statistics.similar import repeated_share, similar_recommendations

AGENCIES, LONGEST_HEADING = 4, 100
NO_THEME = "No theme is asked for in more than one review."
NO_GROUP = "No recommendation is alike enough, in wording and themes, to one of another review."
NONE_LATER = "No review is known to be later than a completed action with which it could be compared."
NONE_AGAIN = "No theme is known to have come up again after an action on it was reported complete."
# Words that say nothing of what is asked.
_EMPTY = frozenset(
    "that this these those with from have been being their they them there should must shall will would ensure where "
    "when which whom whose also into such other than then made make sure within upon over about".split()
)


def themes(view: View) -> list[Estimate]:
    """Return the share of reviews with each theme, for the themes that two or more reviews ask for, most first."""
    if view.why_no_themes:
        return []
    found = view.told(theme_shares(view.plans, view.quarter, over="reviews"))
    return [each for each in found if each.n > 1 and each.group not in (NOT_CODED, OTHER)]


def themes_title(view: View) -> Words:
    """Return how many of the themes recur, as a sentence."""
    [share] = view.told([recurring_share(_coded(view), view.quarter)])
    if not share.n:
        return NO_THEME.rstrip(".")
    return say(f"{{}} {'comes' if share.n == 1 else 'come'} up in two or more reviews", Cited(share, "of"))


def widest(found: Sequence[Estimate]) -> Words:
    """Return which themes recur in most reviews, as a sentence."""
    if not found:
        return NO_THEME.rstrip(".")
    if text.hidden(found[0]):
        return "In how many reviews each theme recurs is withheld"
    top = [f"“{text.name('theme', each.group)}”" for each in found if each.n == found[0].n]
    if len(top) > 3:
        some = ", ".join(top[:3])
        return say("{} and others recur in {} each, more than the rest", some, Cited(found[0], "of"))
    return say(
        f"{{}} {'recurs' if len(top) == 1 else 'recur'} in most reviews: {{}}", listed(top), Cited(found[0], "of")
    )


def theme_table(view: View, found: Sequence[Estimate]) -> pd.DataFrame:
    """Return the recurring themes with their share of reviews, their years and the agencies that are asked."""
    if not found:
        return pd.DataFrame()
    if view.why_left_out:  # years and agencies are those of single reviews
        return tables.shares(found, heading="Reviews")
    about = recurring_themes(view.plans, view.quarter).set_index("theme")
    rows = about.loc[[each.group for each in found]]
    agencies = [names.split("; ") if names else [] for names in rows["agencies"]]
    return tables.shares(found, heading="Reviews").assign(
        Years=pd.Series([_spans(years) for years in rows["years"]], dtype="str"),
        **{"Agencies asked, those in most reviews first": pd.Series([_few(names) for names in agencies], dtype="str")},
    )


def years_note(view: View) -> str:
    """Return what the years stand for, as a sentence, and for how many reviews none is known."""
    if view.why_left_out:
        return f"A theme with {text.HIDDEN} may be asked for in one review only."
    basis = review_years(view.plans)["basis"].value_counts().to_dict()
    words = ["The year is that of publication"]
    if basis.get("target"):
        words.append(
            f"; for {text.count(basis['target'], 'reviews')} without a known day that of the first target date"
        )
    if basis.get(""):
        words.append(f"; for {text.count(basis[''], 'reviews')} neither is known")
    return f"{''.join(words)}."


def groups(view: View) -> pd.DataFrame:
    """Return the groups of recommendations that ask for the same thing, see ``similar_recommendations``."""
    return similar_recommendations(view.plans, view.quarter)


def groups_title(view: View, found: pd.DataFrame) -> Words:
    """Return how many recommendations another review makes too, as a sentence."""
    if found.empty:
        return NO_GROUP.rstrip(".")
    [share] = view.told([repeated_share(view.plans, view.quarter, found)])
    return say("{} ask for what another review asks for too", Cited(share, "of"))


def side_by_side(view: View, found: pd.DataFrame, *, limit: int = 12) -> Block:
    """Show groups of alike recommendations, their shared words marked.

    Parameters
    ----------
    view : View
    found : pandas.DataFrame
        As ``groups`` gives it.
    limit : int, optional
        Groups shown.

    Returns
    -------
    Block
    """
    if found.empty or view.why_left_out:
        return message(view.why_left_out or NO_GROUP)
    sources, shown = _sources(view), []
    for _, rows in list(found.groupby("group_id", sort=False))[:limit]:
        reviews = rows["review_id"].map(review_of).nunique()
        names = [text.name("theme", each) for each in rows["themes"].iloc[0].split("; ") if each]
        about = f"In {text.count(reviews, 'reviews')}. In common: {listed(names)}." if names else ""
        parts = shared_words([_cut(wording, tables.LONGEST) for wording in rows["text"]])
        shown.append(
            {
                "title": _cut(rows["label"].iloc[0], LONGEST_HEADING),
                "about": about or f"In {text.count(reviews, 'reviews')}.",
                "members": [
                    {"source": sources[key], "parts": [{"words": words, "shared": same} for words, same in each]}
                    for key, each in zip(rows["recommendation_id"], parts, strict=True)
                ],
            }
        )
    return Block({"kind": "alike", "title": "Recommendations side by side", "groups": shown})


def shared_words(texts: Sequence[str]) -> list[list[tuple[str, bool]]]:
    """Split texts into pieces, and say of each whether its words stand in another of the texts too.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    list of list of (str, bool)
        For each text its pieces in order, which joined give the text; words count by their first six letters, those
        that say nothing do not count.
    """
    split = [re.split(r"(\w[\w'’-]*)", each) for each in texts]
    seen = Counter(stem for words in split for stem in {_stem(word) for word in words} - {""})
    out = []
    for words in split:
        pieces: list[tuple[str, bool]] = []
        for at, word in enumerate(words):
            same = seen[_stem(word)] > 1
            # A blank between two shared words is shared too, so that they are marked in one.
            if word == " " and pieces and pieces[-1][1] and seen[_stem(words[at + 1])] > 1:
                same = True
            if pieces and pieces[-1][1] == same:
                pieces[-1] = (pieces[-1][0] + word, same)
            elif word:
                pieces.append((word, same))
        out.append(pieces)
    return out


@single_rows
def group_table(view: View, found: pd.DataFrame) -> pd.DataFrame:
    """Return all groups with their members, one recommendation in each row."""
    sources = _sources(view)
    common = {
        names: str(listed([text.name("theme", each) for each in names.split("; ")])) for names in set(found["themes"])
    }
    number = {key: at for at, key in enumerate(found["group_id"].unique(), start=1)}
    return pd.DataFrame(
        {
            "Recommendation": found["text"],
            "Where": pd.Series([sources[key] for key in found["recommendation_id"]], dtype="str"),
            "Group": pd.Series([number[key] for key in found["group_id"]], dtype="Int64"),
            "How alike to the first of the group": found["similarity"],
            "Themes in common": found["themes"].map(common).astype("str"),
        }
    )


def again(view: View) -> tuple[Estimate, list[Estimate]]:
    """Return the share of later reviews that ask for a theme again: for any theme, and theme by theme."""
    every, *by_theme = view.told(came_up_again_shares(_coded(view), view.quarter))
    return every, by_theme


def again_shares(every: Estimate, by_theme: Sequence[Estimate]) -> pd.DataFrame:
    """Return the shares of ``again`` as a table, that for any theme last; empty where nothing could be compared."""
    rows = tables.shares(by_theme, heading="Reviews that ask for it again")
    last = tables.shares([every], heading="Reviews that ask for it again").set_axis(rows.columns, axis=1)
    return pd.concat([rows, last.assign(Theme="Any theme")], ignore_index=True) if every.N else rows


def again_title(every: Estimate) -> Words:
    """Return how many later reviews ask again for a theme an action was completed on, as a sentence."""
    if not every.N:
        return NONE_LATER.rstrip(".")
    if not every.n:
        return say(
            "None of the {} that followed a completed action asks for its theme again", Cited(every, "N counted")
        )
    return say(
        f"{{}} that followed a completed action {'asks' if every.n == 1 else 'ask'} for a theme again",
        Cited(every, "of"),
    )


@single_rows
def again_table(view: View) -> pd.DataFrame:
    """Return each theme that came up again, with the earlier completed action and the later review."""
    found = came_up_again(_coded(view), view.quarter)
    names = {review_of(key): name for key, name in tables.titles(view.plans.reviews).items()}
    wording = view.plans.actions.set_index("action_id")
    asked_for = view.plans.recommendations.set_index("recommendation_id")["text"]
    worded = wording["text"].where(wording["text"] != "", wording["recommendation_id"].map(asked_for))
    days = [
        f"{'by ' if basis == 'snapshot' else ''}{text.day(day)}"
        for day, basis in zip(found["done_on"], found["done_basis"], strict=True)
    ]
    return pd.DataFrame(
        {
            "Theme": pd.Series([text.name("theme", each) for each in found["theme"]], dtype="str"),
            "Asked for again in": found["later_review"].map(names).astype("str"),
            "Published": found["published_on"],
            "Earlier action": found["action_id"].map(worded).astype("str"),
            "Reported complete": pd.Series(days, dtype="str"),
            "Earlier review": found["earlier_review"].map(names).astype("str"),
            "Reach": found["reach"].map(lambda reach: "National body asked" if reach == NATIONAL else "Same area"),
        }
    )


def again_note(view: View) -> str:
    """Return what could not be compared, as a sentence; empty where everything could."""
    if view.why_left_out:
        return ""
    done = completed_by(view.plans, view.quarter)
    reviews = view.plans.reviews
    undated, unpublished = int(done["done_on"].isna().sum()), int(reviews["published_on"].isna().sum())
    nowhere, left_out = int((reviews["area"] == "").sum()), []
    if undated:
        left_out.append(
            f"{text.number(undated)} of {text.count(len(done), 'actions')} reported complete, for no day is known"
        )
    if unpublished:
        left_out.append(f"{text.count(unpublished, 'reviews')} as later ones, for no day of publication is known")
    if nowhere:
        left_out.append(f"{text.count(nowhere, 'reviews')} within an area, for none is stated")
    return f"Not compared: {'; '.join(left_out)}." if left_out else ""


def findings(view: View, found: pd.DataFrame) -> list[tuple[Words, Words]]:
    """Return the findings of the page: themes that recur, the same asked for again, themes that came up again.

    Parameters
    ----------
    view : View
    found : pandas.DataFrame
        As ``groups`` gives it.

    Returns
    -------
    list of (words, words)
    """
    every, by_theme = again(view)
    [share] = view.told([repeated_share(view.plans, view.quarter, found)])
    care = "This does not say that an action did not work: a review may look at events from before it."
    third: list[Words] = [again_note(view)]
    if every.N:
        third = [say("{} (95% interval {}).", Cited(every, "value"), Cited(every, "interval")), care]
        if by_theme[0].n:
            most = say("{}: {}", f"“{text.name('theme', by_theme[0].group)}”", Cited(by_theme[0], "of"))
            third.insert(1, say("Most often {}.", most))
    return [
        (widest(themes(view)), say("{}.", themes_title(view))),
        (groups_title(view, found), say("{} of the recommendations.", Cited(share, "value"))),
        (again_title(every), joined(third)),
    ]


def _coded(view: View) -> Plans:
    """Return the plans of a page; without themes such as nothing has, so that a page can say so and end."""
    return view.plans if view.plans.themes is not None else view.plans.with_themes(schema.empty("themes"))


def _few(names: Sequence[str]) -> str:
    more = len(names) - AGENCIES
    return ", ".join(names[:AGENCIES]) + (f" and {text.number(more)} more" if more > 0 else "")


def _spans(years: str) -> str:
    """Return years with those that follow one another as a span: "2016, 2018 to 2021"."""
    numbers = [int(year) for year in years.split("; ") if year]
    runs = [[year for _, year in run] for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def _stem(word: str) -> str:
    plain = word.casefold()
    return "" if len(plain) < 4 or plain in _EMPTY else plain[:6]


def _cut(words: str, longest: int) -> str:
    if len(words) <= longest:
        return words
    return f"{words[:longest].rpartition(' ')[0] or words[:longest]} …"


def _sources(view: View) -> dict[str, str]:
    """Return for each recommendation its review, with the year where it is known, and its number."""
    names = tables.titles(view.plans.reviews)
    years = review_years(view.plans).set_index("review")
    out = {}
    for row in view.plans.recommendations.to_dict("records"):
        year = years.loc[review_of(row["review_id"])]
        when = f" ({year['year']})" if year["basis"] == "published" else ""
        where = text.recommendation(row["number"], row["position"])
        out[row["recommendation_id"]] = f"{names[row['review_id']]}{when}, {where}"
    return out
