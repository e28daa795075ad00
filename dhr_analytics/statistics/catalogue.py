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
then among the actions of that group. An action counts in each theme of its recommendation, so groups by theme overlap.
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
