"""The panel of the notebook ``explore``: choose, and see counts, a chart and the rows behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import ipywidgets
import pandas as pd
from IPython.display import display

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.reporting import charts, cited, findings, show, tables, text
from dhr_analytics.reporting.view import View
from dhr_analytics.statistics import select
from dhr_analytics.statistics.selection import lead_agency

_ROWS = 50
_WIDE = {"description_width": "initial"}


def panel(view: View) -> ipywidgets.Widget:
    """Return a panel to explore the plans with, for JupyterLab.

    Parameters
    ----------
    view : View

    Returns
    -------
    ipywidgets.Widget
        Lists of themes, lead agencies and areas, the days between which actions fall due, and below what fits them.
    """
    plans = view.plans
    coded = sorted(set(plans.themes["theme"])) if plans.themes is not None else []
    lists = {
        "themes": _list("Themes", [(text.name("theme", each), each) for each in coded]),
        "agencies": _list("Lead agencies", sorted(set(lead_agency(plans.actions)) - {""})),
        "areas": _list("Areas", sorted(set(plans.reviews["area"]) - {""})),
    }
    days = plans.actions["target_on"].dropna()
    first, last = (days.min().date(), days.max().date()) if len(days) else (None, None)
    due = {
        "due_from": ipywidgets.DatePicker(description="Due from", min=first, max=last),
        "due_to": ipywidgets.DatePicker(description="to", min=first, max=last),
    }
    output = ipywidgets.Output()

    def follow(change: Any = None) -> None:
        output.clear_output(wait=True)
        with output:
            for block in found(view, **{name: each.value for name, each in {**lists, **due}.items()}):
                display(block)

    for each in (*lists.values(), *due.values()):
        each.observe(follow, names="value")
    again = ipywidgets.Button(description="Show all again")

    def clear(button: Any) -> None:
        for each in lists.values():
            each.value = ()
        for each in due.values():
            each.value = None

    again.on_click(clear)
    follow()
    chosen = ipywidgets.HBox(list(lists.values()), layout={"flex_flow": "row wrap"})
    dates = ipywidgets.HBox([*due.values(), again], layout={"flex_flow": "row wrap"})
    return ipywidgets.VBox([chosen, dates, output])


def found(
    view: View,
    *,
    themes: Sequence[str] = (),
    agencies: Sequence[str] = (),
    areas: Sequence[str] = (),
    due_from: date | None = None,
    due_to: date | None = None,
) -> list[show.Block]:
    """Return what the panel shows for a choice: counts, a chart of the statuses, and the first rows.

    Parameters
    ----------
    view : View
    themes, agencies, areas : sequence of str
        As in `select`; none keeps all.
    due_from, due_to : datetime.date or None
        First and last day of the target dates; a choice of days leaves out actions without a date.
    """
    try:
        plans = select(view.plans, themes=themes, agencies=agencies, areas=areas)
    except UsageError as error:
        return [show.message(str(error))]
    part = replace(view, plans=_due(plans, due_from, due_to))
    if part.plans.actions.empty:
        return [show.message("No action fits this choice. Take one of its parts away.")]
    statuses = tables.statuses(part)
    chart, alt = charts.bars(statuses)
    return [
        show.numbers({text.capital(unit): cited.Cited(n, "n") for unit, n in tables.counted(part).items()}),
        show.figure(
            chart,
            alt=alt,
            title=findings.status(statuses),
            name="explore_status",
            data=tables.shares(statuses, heading="Actions"),
        ),
        show.table(_rows(part), title="The actions", name="explore_actions", limit=_ROWS),
    ]


def _due(plans: Plans, first: date | None, last: date | None) -> Plans:
    if not (first or last):
        return plans
    days = plans.actions["target_on"]
    kept = days.notna() & ~(days < pd.Timestamp(first or "1700-01-01")) & ~(days > pd.Timestamp(last or "2200-01-01"))
    actions = plans.actions[kept].reset_index(drop=True)
    asked = plans.recommendations["recommendation_id"].isin(actions["recommendation_id"])
    span = f"due={first or ''}/{last or ''}"
    return replace(
        plans,
        reviews=plans.reviews[plans.reviews["review_id"].isin(actions["review_id"])].reset_index(drop=True),
        recommendations=plans.recommendations[asked].reset_index(drop=True),
        actions=actions,
        about={**plans.about, "selection": ",".join(filter(None, [plans.about.get("selection", ""), span]))},
    )


def _rows(view: View) -> pd.DataFrame:
    actions = view.plans.actions
    worded = view.plans.recommendations.set_index("recommendation_id")["text"]
    return pd.DataFrame(
        {
            "Recommendation": actions["recommendation_id"].map(worded).astype("str"),
            "Action": actions["text"],
            "Lead agency": lead_agency(actions),
            "Target date": actions["target_on"],
            "Status": [text.STATUSES[each] for each in actions["status"]],
            "Place in the document": actions["location"],
        }
    )


def _list(description: str, options: list[Any]) -> ipywidgets.SelectMultiple:
    return ipywidgets.SelectMultiple(
        description=description, options=options, rows=7, style=_WIDE, disabled=not options
    )
