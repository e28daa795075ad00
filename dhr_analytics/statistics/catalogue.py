"""What each measure means, in words that can be printed beside it; ``docs/definitions.md`` is made from this."""

from __future__ import annotations

from typing import NamedTuple

WILSON = "95% Wilson score interval for a simple proportion"


class Measure(NamedTuple):
    """The definition of one measure: what is counted, among what, how sure, and what it does not say."""

    name: str
    definition: str
    denominator: str
    method: str
    numerator: str
    limits: str


CATALOGUE = {
    "completion_rate": Measure(
        name="Completion rate",
        definition="The share of actions that the plan says are completed.",
        numerator="actions with the status completed",
        denominator="all actions",
        method=WILSON,
        limits="It is what the plan claims. Read it with the share without update and the share completed with "
        "evidence recorded: an action without an update may have been completed since. It says nothing about whether "
        "the action changed practice.",
    ),
    "no_update_share": Measure(
        name="No update",
        definition="The share of actions about which the plan says nothing on progress.",
        numerator="actions with the status no_update",
        denominator="all actions",
        method=WILSON,
        limits="It is a gap in the record, not in the work: these actions may be finished, under way or not begun.",
    ),
    "evidenced_share": Measure(
        name="Completed with evidence recorded",
        definition="The share of actions that are completed and for which the plan records what was done or what "
        "proves it.",
        numerator="actions with the status completed and evidence_recorded true",
        denominator="all actions",
        method=WILSON,
        limits="Evidence may exist that the plan does not record; the recorded evidence was not checked.",
    ),
    "overdue_share": Measure(
        name="Overdue",
        definition="The share of actions whose target date is before the last day of the quarter and that are not "
        "completed.",
        numerator="actions with a target date before that day and any status but completed",
        denominator="all actions, those without a target date included",
        method=WILSON,
        limits="Actions without a target date are never overdue: read it with the share without target date. An "
        "action without an update counts as overdue once its date has passed, though it may be finished.",
    ),
    "undated_share": Measure(
        name="No target date",
        definition="The share of actions for which no target date is known: none stated, ongoing, or relative to a "
        "publication date that is not known.",
        numerator="actions without target_on",
        denominator="all actions",
        method=WILSON,
        limits="An ongoing action may need no date.",
    ),
    "status_share": Measure(
        name="Status",
        definition="The share of actions at each status: completed, in progress, not started, considering (the owner "
        "only welcomes or will consider it) or no update (the plan says nothing).",
        numerator="actions with the status",
        denominator="all actions",
        method=WILSON,
        limits="The status is that of the plan's latest snapshot known at the end of the quarter; a plan without a "
        "snapshot date may tell of an earlier or a later day.",
    ),
    "theme_share": Measure(
        name="Theme",
        definition="The share that has a theme of the codebook. A recommendation has the themes it was coded with, a "
        "review those of any of its recommendations, an action those of its recommendation.",
        numerator="recommendations, reviews or actions with the theme",
        denominator="all recommendations, reviews or actions, as named, those not coded included",
        method=WILSON,
        limits="Several themes can apply, so shares do not add up to 100%. The themes were given by rules, a model or "
        "a person; the interval does not cover wrong coding.",
    ),
    "home_office_share": Measure(
        name="Home Office tag",
        definition="The share with each recommendation tag of the Home Office DHR Library, to which the themes of the "
        "codebook roll up. What has two themes of one tag counts once.",
        numerator="recommendations, reviews or actions with a theme of the tag",
        denominator="all recommendations, reviews or actions, as named, those not coded included",
        method=WILSON,
        limits="As for themes; the tags were not given by the Home Office and may differ from its own coding.",
    ),
    "owner_stated": Measure(
        name="Owner stated",
        definition="The share of actions for which the plan says who is to carry them out: an agency or a post, in the "
        "action's own row or in the heading above it.",
        numerator="actions with a lead agency or a post; “to be confirmed” and the like do not count",
        denominator="all actions",
        method=WILSON,
        limits="A stated owner need not be the right one, nor know of the action. Names of people are never kept, so "
        "it does not say whether a person is named.",
    ),
    "target_stated": Measure(
        name="Date stated",
        definition="The share of actions for which the plan says when they are to be finished: a date, a month or "
        "quarter, a time after an event (“3 months after publication”), or “ongoing”.",
        numerator="actions with a target that could be read as one of these",
        denominator="all actions",
        method=WILSON,
        limits="A target that could not be read counts as not stated. A time after an event is stated, though its day "
        "may not be known; for this see the share without target date.",
    ),
    "status_stated": Measure(
        name="Status stated",
        definition="The share of actions about which the plan says how far they are carried out.",
        numerator="actions with any status but no_update",
        denominator="all actions",
        method=WILSON,
        limits="The status may be old: it is that of the plan's latest snapshot. Plans made before work began may "
        "rightly have none.",
    ),
    "outcome_stated": Measure(
        name="Outcome stated",
        definition="The share of actions for which the plan says what they are to achieve, or have achieved.",
        numerator="actions whose outcome or completion cell says more than a status or a date, such as “Completed”",
        denominator="all actions",
        method=WILSON,
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
        method=WILSON,
        limits="A rule of thumb, not a judgement of quality: a vague action in other words passes, and a "
        "recommendation that is itself a clear step, rightly repeated, does not.",
    ),
    "smart_measurable": Measure(
        name="SMART check: measurable",
        definition="The share of actions with a stated outcome, against which they could be measured.",
        numerator="actions that count as outcome stated",
        denominator="all actions",
        method=WILSON,
        limits="A rule of thumb: it does not say whether the outcome can really be measured. See also outcome stated.",
    ),
    "smart_owner": Measure(
        name="SMART check: owner",
        definition="The share of actions with a stated owner.",
        numerator="actions that count as owner stated",
        denominator="all actions",
        method=WILSON,
        limits="The guidance asks for an agency and a named person; names are never kept, so only the agency or the "
        "post is checked.",
    ),
    "smart_dated": Measure(
        name="SMART check: date",
        definition="The share of actions with a date or time by which they are to be finished; “ongoing” is none.",
        numerator="actions with a target date, month or quarter, or a time after an event",
        denominator="all actions",
        method=WILSON,
        limits="A date may be stated but not realistic. Some actions are rightly ongoing.",
    ),
    "smart_all": Measure(
        name="SMART check: all four",
        definition="The share of actions that are specific and measurable and have an owner and a date.",
        numerator="actions that count in all four parts of the check",
        denominator="all actions",
        method=WILSON,
        limits="A rule of thumb made from four simple rules, to show where a plan could be clearer; not a judgement of "
        "its quality. Whether an action is achievable and realistic is not checked: that needs a person.",
    ),
    "needs_review": Measure(
        name="Rows to look at",
        definition="The share of recommendations or actions that a person should compare with the document, because "
        "something about them was doubtful when they were read.",
        numerator="recommendations or actions on the list needs_review.csv of the plan package, each with its reason",
        denominator="all recommendations or actions, as named",
        method=WILSON,
        limits="How surely a row was read is a rule of thumb, not a measured chance of error. A row on the list may be "
        "right, and one that is not on it may be wrong. Where the package has no such list there is no figure.",
    ),
}

_INTRODUCTION = """\
# Definitions

Made from `dhr_analytics/statistics/catalogue.py` by `definitions_markdown()`; change it there.

Every figure is a share: a numerator `n` of a denominator `N`, on the last day of a quarter. There are three
denominators, always named: reviews, recommendations and actions. Where `N` is 0 there is no figure.

**What is counted.** What was known on the last day of the quarter: reviews published later, or whose plan tells of a
later day, are left out where these dates are known. Of several snapshots of one review (same
title, area and day of publication, all stated) the latest is counted. A status is the one that snapshot gives.

**Intervals.** The Wilson interval treats rows as if they were independent draws from a larger number of alike ones.
Actions and recommendations of one review are not independent (one author, one partnership, often one progress note
for several), so for these the true uncertainty is usually larger than the interval shows; an interval that resamples
whole reviews is to come. Where all plans of an area are in,
the figure is a full count, and the interval only helps to compare it with other areas or times. It does not cover
errors in reading a document or in coding a theme.

**Groups.** Figures are also given by theme, sector, scope, agency, area, and quarter of target date or publication,
then among the actions of that group; completeness and the SMART check are given by review. An action counts in each
theme of its recommendation, so groups by theme overlap.
Rows for which the plan does not say are kept as "not stated" (or "not coded").
"""

_RAG = """\
## Derived RAG

A rating made from status, evidence and date, shown beside the printed RAG, never instead of it.

| rating | meaning |
|---|---|
| green | completed, and evidence is recorded |
| amber | completed without recorded evidence; or in progress and not past its target date |
| red | past its target date and not completed |
| not rated | any other action: not started, considering or without update, and not past a target date |
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
