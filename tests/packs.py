"""Material for packs: plans with every kind of row and hostile words, and a page made in this process."""

import ast
from dataclasses import replace
from pathlib import Path

import frames
import nbformat
import pandas as pd
from bs4 import BeautifulSoup
from conftest import ROOT

from dhr_analytics import schema
from dhr_analytics.package import Plans, write_package
from dhr_analytics.reporting import page

SPREAD = ("completed", "in_progress", "not_started", "considering", "no_update")
CLOSED_HERE = {1: "superseded", 7: "not_taken_forward"}
NOTEBOOKS = ROOT / "notebooks"
HOSTILE = "=cmd() <script>alert(1)</script> \u202eevil \U0001f600 {{ 7*7 }} $x^2$"


def some_plans() -> Plans:
    sectors = ["police", "health", "housing", ""]
    actions = [
        {
            "recommendation_id": f"{'AB'[k % 2]}-R{k % 6 + 1:03d}",
            "text": HOSTILE if k == 3 else f"Action number {k}",
            "agency": HOSTILE if k == 3 else f"{sectors[k % 4]} of Northshire".strip(),
            "sector": sectors[k % 4],
            "target_on": "" if k % 5 == 0 else f"202{3 + k % 3}-0{k % 9 + 1}-15",
            "status": CLOSED_HERE.get(k, SPREAD[k % 5]),
            "evidence_recorded": "true" if k % 10 == 0 else "false",
            "rag": ["Green", "Red", "", "Blue"][k % 4],
        }
        for k in range(40)
    ]
    themes = {
        f"{'AB'[k % 2]}-R{k % 6 + 1:03d}": [["training", "dash", "risk_assessment"], ["training"], []][k % 3]
        for k in range(6)
    }
    reviews = [
        {"review_id": "A", "area": "Northshire", "published_on": "2023-02-01", "sha256": "ab" * 32},
        {"review_id": "B", "area": "Southam", "published_on": "2023-11-01", "title": HOSTILE},
    ]
    asked = f"The hospital trust should train its staff. {HOSTILE}"
    texts = [{"recommendation_id": "A-R001", "text": HOSTILE}, {"recommendation_id": "A-R003", "text": asked}]
    plans = frames.build(actions, recommendations=texts, reviews=reviews, themes=themes)
    queue = [
        {"row_id": key, "location": f"B.docx, {HOSTILE}", "reason": HOSTILE, "confidence": sure, "text": HOSTILE}
        for key, sure in [("B-R002", "0.5"), *((key, "0.3") for key in plans.actions["action_id"][:22])]
    ]
    rejected = [
        {"document": name, "location": name, "text": words, "reason": why}
        for name, words, why in [("A.docx", HOSTILE, "noise"), ("A.docx", "b", HOSTILE), ("lost.pdf", "", HOSTILE)]
    ]
    corrected = {"row_id": "B-R002", "column": "text", "was": HOSTILE, "now": HOSTILE, "by": "analyst"}
    return replace(
        plans,
        themes=plans.themes.assign(probability=0.5),
        needs_review=schema.typed("needs_review", pd.DataFrame(queue)),
        rejected=schema.typed("rejected", pd.DataFrame(rejected)),
        about={"corrections": [{**corrected, "on": "2025-03-01", "reason": HOSTILE}]},
    )


def inline(
    name: str, plans: Plans, folder: Path, quarter: str = "2025Q1", *, files: bool = True, **filters: str
) -> BeautifulSoup:
    """Return the page of a notebook that was run in this process, where warnings are errors.

    Without `files` no tables and charts are written beside it, which takes half of the time.
    """
    write_package(plans, folder / "package")
    out = str(folder) if files else ""
    parameters = {"quarter": quarter, "plans": str(folder / "package"), "out": out, **filters}
    book = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    outputs: list[dict[str, object]] = []

    def display(*values: object) -> None:
        outputs.extend(value._repr_mimebundle_() for value in values if value is not None)

    known: dict[str, object] = {"display": display}
    for cell in book.cells:
        if cell.cell_type == "code":
            outputs = []
            body = ast.parse(cell.source).body
            last = body.pop() if isinstance(body[-1], ast.Expr) else None
            exec(compile(ast.Module(body, []), name, "exec"), known)
            if last is not None:
                display(eval(compile(ast.Expression(last.value), name, "eval"), known))
            cell.outputs = [nbformat.v4.new_output("display_data", data=data) for data in outputs]
            if "parameters" in cell.metadata.get("tags", ()):
                known.update(parameters)
    return BeautifulSoup(page.page(book, name=name, pages=[], provenance=""), "html.parser")
