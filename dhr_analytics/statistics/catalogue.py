"""What each measure means, in words that can be printed beside it; ``docs/definitions.md`` is made from this."""

from __future__ import annotations

from typing import NamedTuple

WILSON = "95% Wilson score interval for a simple proportion"
BY_REVIEW = "95% Wilson score interval for the effective number of rows, found by leaving out one review at a time"
ASSUMED = (
    "95% Wilson score interval for the effective number of rows, rows of a review taken to be alike to a degree of"
)
PAIRED = "95% interval of the difference by leaving out one review at a time in both quarters (t quantile)"
NEWCOMBE = "Newcombe's 95% interval of the difference, from the intervals of both shares"
CORRECTED = "95% interval from prediction-powered inference on the sample coded by people (t quantile over reviews)"
KAPLAN_MEIER = "Kaplan-Meier median with its 95% interval (Brookmeyer and Crowley, log-log)"
KAPLAN_MEIER_SHARE = "Kaplan-Meier estimate with its 95% interval (Greenwood, log-log)"
RANGE = "median with the shortest and the longest; no interval"
NO_INTERVAL = "a count of what was read; no interval"
_ACTIONS, _ALL = ("actions",), ("reviews", "recommendations", "actions")


class Measure(NamedTuple):
    """The definition of one measure: what is counted, among what, how sure, and what it does not say.

    ``family`` names the function of ``remake`` that makes it, ``over`` the denominators it is given for, ``unit`` what
    its value is.
    """

    name: str
    definition: str
    denominator: str
    method: str
    numerator: str
    limits: str
    family: str
    over: tuple[str, ...]
    unit: str = "share"


CATALOGUE = {
    "completion_rate": Measure(
        name="Completion rate",
        definition="The share of actions that the plan says are completed.",
        numerator="actions with the status completed",
        denominator="all actions",
        method=BY_REVIEW,
        family="rates",
        over=_ACTIONS,
        limits="It is what the plan claims. Read it with the share without update and the share completed with "
        "evidence recorded: an action without an update may have been completed since. It says nothing about whether "
        "the action changed practice.",
    ),
    "completed_due_share": Measure(
        name="Completed of those due",
        definition="The share of the actions due by the end of the quarter that the plan says are completed.",
        numerator="actions among these with the status completed",
        denominator="actions with a target date on or before the last day of the quarter, without those that are "
        "superseded or not taken forward",
        method=BY_REVIEW,
        family="rates",
        over=_ACTIONS,
        limits="Actions without a target date, or whose date is still to come, are left out, completed ones too. An "
        "action without an update counts as due and not completed, though it may be finished.",
    ),
    "completed_standing_share": Measure(
        name="Completed of those that stand",
        definition="The share of the actions that are still to be carried out, or were, that the plan says are "
        "completed: without those that are superseded or not taken forward.",
        numerator="actions with the status completed",
        denominator="all actions but those with the status superseded or not_taken_forward",
        method=BY_REVIEW,
        family="rates",
        over=_ACTIONS,
        limits="It rises when actions are given up. Read it with the completion rate, which counts all actions, and "
        "with the number of those that are superseded or not taken forward.",
    ),
    "no_update_share": Measure(
        name="No update",
        definition="The share of actions about which the plan says nothing on progress.",
        numerator="actions with the status no_update",
        denominator="all actions",
        method=BY_REVIEW,
        family="rates",
        over=_ACTIONS,
        limits="It is a gap in the record, not in the work: these actions may be finished, under way or not begun.",
    ),
    "evidenced_share": Measure(
        name="Completed with evidence recorded",
        definition="The share of actions that are completed and for which the plan records what was done or what "
        "proves it.",
        numerator="actions with the status completed and evidence_recorded true",
        denominator="all actions",
        method=BY_REVIEW,
        family="rates",
        over=_ACTIONS,
        limits="Evidence may exist that the plan does not record; the recorded evidence was not checked.",
    ),
    "overdue_share": Measure(
        name="Overdue",
        definition="The share of actions whose target date is before the last day of the quarter and that are "
        "neither completed nor closed without that (superseded or not taken forward).",
        numerator="actions with a target date before that day and any status but completed, superseded or "
        "not_taken_forward",
        denominator="all actions, those without a target date included",
        method=BY_REVIEW,
        family="rates",
        over=_ACTIONS,
        limits="Actions without a target date are never overdue: read it with the share without target date. An "
        "action without an update counts as overdue once its date has passed, though it may be finished.",
    ),
    "undated_share": Measure(
        name="No target date",
        definition="The share of actions for which no target date is known: none stated, ongoing, or relative to a "
        "publication date that is not known.",
        numerator="actions without target_on",
        denominator="all actions",
        method=BY_REVIEW,
        family="rates",
        over=_ACTIONS,
        limits="An ongoing action may need no date.",
    ),
    "status_share": Measure(
        name="Status",
        definition="The share of actions at each status: completed, in progress, not started, considering (the owner "
        "only welcomes or will consider it), not taken forward (refused, withdrawn or closed without being carried "
        "out), superseded (merged with or replaced by another) or no update (the plan says nothing).",
        numerator="actions with the status",
        denominator="all actions",
        method=BY_REVIEW,
        family="status",
        over=_ACTIONS,
        limits="The status is that of the plan's latest snapshot known at the end of the quarter; a plan without a "
        "snapshot date may tell of an earlier or a later day.",
    ),
    "theme_share": Measure(
        name="Theme",
        definition="The share that has a theme of the codebook. A recommendation has the themes it was coded with, a "
        "review those of any of its recommendations, an action those of its recommendation.",
        numerator="recommendations, reviews or actions with the theme",
        denominator="all recommendations, reviews or actions, as named, those not coded included",
        method=BY_REVIEW,
        family="themes",
        over=_ALL,
        limits="Several themes can apply, so shares do not add up to 100%. The themes were given by rules, a model or "
        "a person; the interval does not cover wrong coding, see theme, corrected.",
    ),
    "theme_prevalence": Measure(
        name="Theme, corrected",
        definition="The share that has a theme of the codebook, corrected for errors of the machine coding by what "
        "people said of all recommendations of reviews drawn at random.",
        numerator="as for the share with the theme: recommendations, reviews or actions to which it was given. The "
        "value is not this number divided by the denominator, but that moved by how far machine and people differ in "
        "the sample",
        denominator="all recommendations, reviews or actions, as named",
        method=CORRECTED,
        family="prevalence",
        over=_ALL,
        limits="Where fewer than 5 reviews are coded by people, and among recommendations chosen by theme, it is the "
        "share as counted, and the method says that it is not corrected. What one coder thinks is not beyond doubt "
        "either. Reviews that were added after the draw were not in it: draw again when there are many. Shares of "
        "reviews are corrected by reviews of which every recommendation was coded.",
    ),
    "home_office_share": Measure(
        name="Home Office tag",
        definition="The share with each recommendation tag of the Home Office DHR Library, to which the themes of the "
        "codebook roll up. What has two themes of one tag counts once.",
        numerator="recommendations, reviews or actions with a theme of the tag",
        denominator="all recommendations, reviews or actions, as named, those not coded included",
        method=BY_REVIEW,
        family="home_office",
        over=_ALL,
        limits="As for themes; the tags were not given by the Home Office and may differ from its own coding.",
    ),
    "owner_stated": Measure(
        name="Owner stated",
        definition="The share of actions for which the plan says who is to carry them out: an agency or a post, in the "
        "action's own row or in the heading above it.",
        numerator="actions with a lead agency or a post; “to be confirmed” and the like do not count",
        denominator="all actions",
        method=BY_REVIEW,
        family="quality",
        over=_ACTIONS,
        limits="A stated owner need not be the right one, nor know of the action. Names of people are never kept, so "
        "it does not say whether a person is named.",
    ),
    "target_stated": Measure(
        name="Date stated",
        definition="The share of actions for which the plan says when they are to be finished: a date, a month or "
        "quarter, a time after an event (“3 months after publication”), or “ongoing”.",
        numerator="actions with a target that could be read as one of these",
        denominator="all actions",
        method=BY_REVIEW,
        family="quality",
        over=_ACTIONS,
        limits="A target that could not be read counts as not stated. A time after an event is stated, though its day "
        "may not be known; for this see the share without target date.",
    ),
    "status_stated": Measure(
        name="Status stated",
        definition="The share of actions about which the plan says how far they are carried out.",
        numerator="actions with any status but no_update",
        denominator="all actions",
        method=BY_REVIEW,
        family="quality",
        over=_ACTIONS,
        limits="The status may be old: it is that of the plan's latest snapshot. Plans made before work began may "
        "rightly have none.",
    ),
    "outcome_stated": Measure(
        name="Outcome stated",
        definition="The share of actions for which the plan says what they are to achieve, or have achieved.",
        numerator="actions whose outcome or completion cell says more than a status or a date, such as “Completed”",
        denominator="all actions",
        method=BY_REVIEW,
        family="quality",
        over=_ACTIONS,
        limits="Many plans have no column for outcomes, and some tell them in the report of progress; that is not "
        "counted here. It does not say whether the outcome is a good one, or was reached.",
    ),
    "smart_specific": Measure(
        name="SMART check: specific",
        definition="The share of actions whose wording is more than the recommendation repeated.",
        numerator="actions that are worded, do not only point to the recommendation (“as set out in the "
        "recommendation”), and whose words overlap with those of the recommendation by less than 0.8. The overlap is "
        "twice the number of words in common, divided by the words of both; letter case and punctuation do not count",
        denominator="all actions",
        method=BY_REVIEW,
        family="quality",
        over=_ACTIONS,
        limits="A rule of thumb, not a judgement of quality: a vague action in other words passes, and a "
        "recommendation that is itself a clear step, rightly repeated, does not.",
    ),
    "smart_measurable": Measure(
        name="SMART check: measurable",
        definition="The share of actions with a stated outcome, against which they could be measured.",
        numerator="actions that count as outcome stated",
        denominator="all actions",
        method=BY_REVIEW,
        family="quality",
        over=_ACTIONS,
        limits="A rule of thumb: it does not say whether the outcome can really be measured. See also outcome stated.",
    ),
    "smart_owner": Measure(
        name="SMART check: owner",
        definition="The share of actions with a stated owner.",
        numerator="actions that count as owner stated",
        denominator="all actions",
        method=BY_REVIEW,
        family="quality",
        over=_ACTIONS,
        limits="The guidance asks for an agency and a named person; names are never kept, so only the agency or the "
        "post is checked.",
    ),
    "smart_dated": Measure(
        name="SMART check: date",
        definition="The share of actions with a date or time by which they are to be finished; “ongoing” is none.",
        numerator="actions with a target date, month or quarter, or a time after an event",
        denominator="all actions",
        method=BY_REVIEW,
        family="quality",
        over=_ACTIONS,
        limits="A date may be stated but not realistic. Some actions are rightly ongoing.",
    ),
    "smart_all": Measure(
        name="SMART check: all four",
        definition="The share of actions that are specific and measurable and have an owner and a date.",
        numerator="actions that count in all four parts of the check",
        denominator="all actions",
        method=BY_REVIEW,
        family="quality",
        over=_ACTIONS,
        limits="A rule of thumb made from four simple rules, to show where a plan could be clearer; not a judgement of "
        "its quality. Whether an action is achievable and realistic is not checked: that needs a person.",
    ),
    "needs_review": Measure(
        name="Rows to look at",
        definition="The share of recommendations or actions that a person should compare with the document, because "
        "something about them was doubtful when they were read.",
        numerator="recommendations or actions on the list needs_review.csv of the plan package, each with its reason",
        denominator="all recommendations or actions, as named",
        method=BY_REVIEW,
        family="quality",
        over=("recommendations", "actions"),
        limits="How surely a row was read is a rule of thumb, not a measured chance of error. A row on the list may be "
        "right, and one that is not on it may be wrong. Where the package has no such list there is no figure.",
    ),
    "silent_overdue_share": Measure(
        name="Overdue without update",
        definition="The share of overdue actions about which the plan says nothing on progress.",
        numerator="overdue actions with the status no_update",
        denominator="overdue actions",
        method=BY_REVIEW,
        family="rates",
        over=_ACTIONS,
        limits="These actions may have been finished in time: the plan does not say.",
    ),
    "completed_in_share": Measure(
        name="When completed",
        definition="The share of completed actions that were completed in a quarter.",
        numerator="completed actions whose completed_on lies in the quarter",
        denominator="completed actions, those without a day of completion included",
        method=BY_REVIEW,
        family="rates",
        over=_ACTIONS,
        limits="Many plans do not say when an action was completed. A quarter without completions may be one in which "
        "none was recorded with its day.",
    ),
    "completion_change": Measure(
        name="Change of the completion rate",
        definition="The completion rate less that of an earlier quarter, in percentage points: either of all actions "
        "as each was known on the last day of the two quarters, or, by quarter of target date or publication, of the "
        "actions of the two quarters as both are known now.",
        numerator="as for the completion rate, in the later quarter",
        denominator="as for the completion rate, in the later quarter",
        method=f"{PAIRED}; {NEWCOMBE}",
        family="changes",
        over=_ACTIONS,
        unit="points",
        limits="Plans that were added, and plans that were brought up to date, change the rate as much as work on the "
        "actions does. Where neither rows nor status differ there is no interval.",
    ),
    "days_overdue": Measure(
        name="Days overdue",
        definition="The median number of days by which overdue actions are past their target date, with the shortest "
        "and the longest.",
        numerator="overdue actions",
        denominator="overdue actions",
        method=RANGE,
        family="days_overdue",
        over=_ACTIONS,
        unit="days",
        limits="Target dates that a plan states as a month or a year are taken as its last day.",
    ),
    "days_to_completion": Measure(
        name="Days to completion",
        definition="The median number of days from the target date, or from the publication of the review, to "
        "completion, by the Kaplan-Meier method, which lets actions that are not completed count for the days for "
        "which they are known not to have been. Days before the target date or publication are below 0.",
        numerator="actions with a known day of completion",
        denominator="these, and actions that are in progress, not started or considered, with the date in question",
        method=KAPLAN_MEIER,
        family="survival",
        over=_ACTIONS,
        unit="days",
        limits="Left out are actions without an update, of which it is not known whether they are completed, those "
        "that are superseded or not taken forward, and completed ones without a day of completion; where many are, the "
        "time found is too long or too short. The interval takes actions of one review as independent. Where fewer "
        "than half are completed there is no median.",
    ),
    "completed_within": Measure(
        name="Completed within some days",
        definition="The share of actions completed within a number of days of the target date, or of the publication "
        "of the review, by the Kaplan-Meier method; 0 days means by that date.",
        numerator="actions with a known day of completion within these days",
        denominator="as for days to completion",
        method=KAPLAN_MEIER_SHARE,
        family="survival",
        over=_ACTIONS,
        limits="As for days to completion. The share is not n of N: actions that are not yet known for so long count "
        "for the days for which they are known.",
    ),
    "rag_share": Measure(
        name="Derived RAG",
        definition="The share of actions with each derived rating (see Derived RAG), also together with the printed "
        "rating.",
        numerator="actions with the rating, or with both ratings",
        denominator="all actions",
        method=BY_REVIEW,
        family="rag",
        over=_ACTIONS,
        limits="Plans use colours in different ways; where the two differ neither need be wrong.",
    ),
    "action_type_share": Measure(
        name="Type of action",
        definition="The share of actions of each type, such as training or a new policy, told from their wording or, "
        "where the plan words none, from that of the recommendation.",
        numerator="actions of the type",
        denominator="all actions",
        method=BY_REVIEW,
        family="action_types",
        over=_ACTIONS,
        limits="Each action has one type, found by rules; the interval does not cover wrong coding.",
    ),
    "strength_share": Measure(
        name="Strength of the kind of action",
        definition="The share of actions of kinds that the RCA2 action hierarchy, made for patient safety, holds to be "
        "stronger, intermediate or weaker.",
        numerator="actions of such kinds",
        denominator="all actions",
        method=BY_REVIEW,
        family="action_types",
        over=_ACTIONS,
        limits="It speaks of kinds of actions, not of any one action, and not of domestic abuse services.",
    ),
    "misaddressed_share": Measure(
        name="May be misaddressed",
        definition="The share of recommendations whose wording asks one kind of body while the plan gives them to "
        "another, or that ask the Home Office for what another department owns.",
        numerator="recommendations on the list of the methods page",
        denominator="all recommendations",
        method=BY_REVIEW,
        family="action_types",
        over=("recommendations",),
        limits="Only plain cases are listed, so others may be missing, and there can be a good reason for each.",
    ),
    "theme_source_share": Measure(
        name="What gave the themes",
        definition="The share of themes given by a rule, by the model and by a person. One theme of one recommendation "
        "counts once for each source.",
        numerator="themes given by the source",
        denominator="all themes given",
        method=NO_INTERVAL,
        family="sources",
        over=("themes",),
        limits="It does not say how often themes are right; see the methods page.",
    ),
    "read": Measure(
        name="Read from the plans",
        definition="How many reviews, recommendations or actions were read, and are known on the last day of the "
        "quarter.",
        numerator="these rows",
        denominator="the same",
        method=NO_INTERVAL,
        family="counts",
        over=_ALL,
        unit="count",
        limits="Whether something was missed in reading can only be told by comparing with the documents.",
    ),
    "heading_owner": Measure(
        name="Owner as in the heading above",
        definition="How many actions have the owner that the heading above them names.",
        numerator="actions whose lead agency stands in the heading of their section",
        denominator="the same",
        method=NO_INTERVAL,
        family="counts",
        over=_ACTIONS,
        unit="count",
        limits="The row may also print the owner again.",
    ),
    "not_placed": Measure(
        name="Pieces not placed",
        definition="How many pieces of the documents are in no table, or in how many documents there are such pieces.",
        numerator="rows of rejected.csv that hold words",
        denominator="the same",
        method=NO_INTERVAL,
        family="counts",
        over=("pieces", "documents"),
        unit="count",
        limits="Most are headings and stray signs. Pieces have no keys; their places stand for them.",
    ),
    "to_look_at": Measure(
        name="Rows to look at, in number",
        definition="How many recommendations and actions together a person should compare with the document.",
        numerator="recommendations and actions on the list needs_review.csv",
        denominator="the same",
        method=NO_INTERVAL,
        family="counts",
        over=("rows",),
        unit="count",
        limits="As for rows to look at.",
    ),
    "recurring_theme_share": Measure(
        name="Themes that recur",
        definition="The share of themes that come up in two or more reviews.",
        numerator="themes of recommendations of two or more reviews, “other” left aside",
        denominator="themes that any recommendation has, “other” left aside",
        method=NO_INTERVAL,
        family="recurring",
        over=("themes",),
        limits="It grows with the number of reviews at hand.",
    ),
    "repeated_share": Measure(
        name="Asked for in another review too",
        definition="The share of recommendations that ask for the same thing as a recommendation of another review: "
        "alike in wording, who is asked left aside, and with a theme in common.",
        numerator="recommendations in a group of similar ones from two or more reviews",
        denominator="all recommendations",
        method=NO_INTERVAL,
        family="repeated",
        over=("recommendations",),
        limits="It grows with the number of reviews at hand. Likeness is measured on words: about 1 in 6 pairs put "
        "together ask for different things, and most of what is asked again in quite other words is missed.",
    ),
    "came_up_again_share": Measure(
        name="Came up again after a completed action",
        definition="The share of reviews that ask again for a theme on which an action was reported complete before "
        "they were published: an action of an earlier review of the same area, or one that answers a recommendation "
        "to national bodies alone.",
        numerator="reviews that have a recommendation with such a theme",
        denominator="reviews published after an action on the theme (by theme) or on any theme was reported complete",
        method=WILSON,
        family="came_up_again",
        over=("reviews",),
        limits="It does not say that the action did not work: a review looks at events that are often years older than "
        "its publication, and a theme is broad. An action without a day of completion counts as complete from the day "
        "up to which its plan tells progress. Actions without either, and reviews without a day of publication, are "
        "left out.",
    ),
}

_INTRODUCTION = """\
# Definitions

Made from `dhr_analytics/statistics/catalogue.py` by `definitions_markdown()`; change it there.

Most figures are shares: a numerator `n` of a denominator `N`, on the last day of a quarter. There are three
denominators, always named: reviews, recommendations and actions. Where `N` is 0 there is no figure. Others are plain
counts, days, or differences of two shares in percentage points.

**Ids.** Each figure has an id that says what it is and from which it can be made again:
`measure.denominator.quarter[.dimension=group][.where.filters]`, such as
`completion_rate.actions.2025Q1.sector=police.where.area=North`. Spaces, dots and other signs of a group or filter are
written as in a web address. Groups of quarters can be `before+2022Q2`, `2022Q2+to+2025Q1`, `after+2025Q1`, and for a
change `2025Q1+since+2024Q4`.

**What is counted.** What was known on the last day of the quarter: reviews published later, or whose plan tells of a
later day, are left out where these dates are known. Of several snapshots of one review (the same key before `@`, or
the same title, area and day of publication, all stated) the latest known is counted, once. A status is the one that
snapshot gives. A quarter made again later from the same snapshots gives the same figures; where plans were added or
changed since, it gives revised ones, and the reasons are listed. Documents graded `check` (not read surely) are left
out of every numerator and denominator until a person accepts them; the summary and the page on data quality name them.

**Intervals.** Actions and recommendations of one review are alike (one author, one partnership, often one progress note
for several), so a Wilson interval that takes them as independent is too narrow: in a simulation it held the truth 60%
to 85% of the time instead of 95%. The interval given is Wilson's for an effective number of rows: the rows divided by
a design effect, which is the larger of two. One is found by leaving out each review in turn (delete-one jackknife),
widened by the t quantile on the number of reviews less one (at least 4). The other is that of rows of one review being
alike to a degree (intra-class correlation) of 0.1, and stands alone where there is one review only or where all rows
or none are counted. It is never narrower than Wilson's own. Shares of reviews have Wilson's own. Where all plans of an
area are in, the figure is a full count, and the interval only helps to compare it with other areas or times. It does
not cover errors in reading a document or in coding a theme.

**Groups.** Figures are also given by theme, sector, scope, agency, area, type of action, and quarter of target date,
completion or publication, then among the actions of that group; completeness and the SMART check are given by review.
An action counts in each theme of its recommendation, so groups by theme overlap. Rows for which the plan does not say
are kept as "not stated" (or "not coded").
"""

_RAG = """\
## Derived RAG

A rating made from status, evidence and date, shown beside the printed RAG, never instead of it.

| rating | meaning |
|---|---|
| green | completed, and evidence is recorded |
| amber | completed without recorded evidence; or in progress and not past its target date |
| red | past its target date and not completed |
| not rated | any other action: not started, considering or without update, and not past a target date; and \
those not taken forward or superseded |
"""


def definitions_markdown() -> str:
    """Return the content of ``docs/definitions.md``.

    Returns
    -------
    str
        Markdown that ends with a line break.
    """
    parts = [_INTRODUCTION]
    for key, measure in CATALOGUE.items():
        rows = (
            ("Numerator", measure.numerator),
            ("Denominator", measure.denominator),
            ("Interval", measure.method),
            ("What it does not say", measure.limits),
        )
        lines = "\n".join(f"- **{name}:** {text}" for name, text in rows)
        parts.append(f"## {measure.name} (`{key}`)\n\n{measure.definition}\n\n{lines}\n")
    return "\n".join([*parts, _RAG])
