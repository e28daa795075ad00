"""Writes the forms with a table of actions within each: ``python tests/layouts/make_forms.py`` from the root."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from docx_maker import cell, docx, para, row, run, table  # noqa: E402
from pdf_maker import line, pdf, text  # noqa: E402
from pdf_maker import table as ruled  # noqa: E402

GREEN, AMBER = "00B050", "FFC000"
_LEFT, _WIDTHS = 40.0, [120.0, 640.0]
_INNER = [260.0, 130.0, 80.0, 154.0]
_HEAD = ["Step", "By whom", "By when", "Position"]


def form(top: float, pairs: list[tuple[str, str]], steps: list[list[str]]) -> tuple[list[str], float]:
    """Print a form of labels and values whose last value is a table of steps in a frame of its own."""
    drawn, end = ruled([list(pair) for pair in pairs], _WIDTHS, x=_LEFT, top=top, bold_header=False)
    inner, bottom = ruled([_HEAD, *steps], _INNER, x=_LEFT + _WIDTHS[0] + 8, top=end + 6)
    edges = (_LEFT, _LEFT + _WIDTHS[0], _LEFT + sum(_WIDTHS))
    frame = [line(edge, end, edge, bottom + 6) for edge in edges]
    frame.append(line(edges[0], bottom + 6, edges[-1], bottom + 6))
    return [*drawn, text(_LEFT + 3, end + 16, "What we will do"), *inner, *frame], bottom + 6


def rest_of_form(top: float, steps: list[list[str]]) -> tuple[list[str], float]:
    """Print what a page break leaves of a form: the last steps, without their header."""
    inner, bottom = ruled(steps, _INNER, x=_LEFT + _WIDTHS[0] + 8, top=top + 6, bold_header=False)
    edges = (_LEFT, _LEFT + _WIDTHS[0], _LEFT + sum(_WIDTHS))
    frame = [line(edge, top, edge, bottom + 6) for edge in edges]
    return [*inner, *frame, line(edges[0], bottom + 6, edges[-1], bottom + 6)], bottom + 6


def nested_in_pdf() -> bytes:
    one, end = form(
        90,
        [
            ("Number", "1"),
            ("Recommendation", "Sandhithe Council should see that every sheltered scheme has a trained warden."),
            ("Background", "The warden had been told twice and did not know whom to call."),
            ("Lead", "Sandhithe Council"),
        ],
        [
            ["Train all wardens in two half days.", "Sandhithe Council", "30 June 2025", "Complete. All 22 trained."],
            ["Give each warden a card with numbers.", "Schemes Manager", "31 May 2025", "In progress."],
        ],
    )
    two, _ = form(
        end + 20,
        [
            ("Number", "2"),
            ("Recommendation", "Sandhithe Police should look again at calls that were closed without a visit."),
            ("Background", "Three calls were closed by telephone."),
            ("Lead", "Sandhithe Police"),
        ],
        [["Read a sample of closed calls each month.", "Sandhithe Police", "July 2025", "Not started."]],
    )
    rest, end = rest_of_form(
        40, [["Report what was found to the board.", "Sandhithe Police", "December 2025", "Not started."]]
    )
    three, _ = form(
        end + 20,
        [
            ("Number", "3"),
            ("Recommendation", "Sandhithe Hospitals should ask about carers when somebody is discharged."),
            ("Background", "Nobody asked who was at home."),
            ("Lead", "Sandhithe Hospitals"),
        ],
        [["Add the question to the discharge form.", "Sandhithe Hospitals", "1 March 2025", "Complete."]],
    )
    title = text(_LEFT, 60, "Sandhithe domestic homicide review: improvement plan", size=14, bold=True)
    return pdf([title, *one, *two], [*rest, *three])


def nested_in_word() -> bytes:
    def block(heading: str, said: str, why: str, who: str, *last: str) -> str:
        pairs = (("What the panel said", said), ("Why it was said", why), ("Accountable body", who))
        return table(
            row(cell(para(run(heading, "<w:b/>")), span=2, fill="DEEAF6")),
            *(row(cell(para(run(label, "<w:b/>"))), value) for label, value in pairs),
            *last,
            widths=(2600, 11000),
        )

    def steps(*rows: tuple[str, str, str, str, str]) -> str:
        """A row of the form that holds a table; the rating is a colour alone."""
        head = row("Agreed action", "Owner", "Due date", "RAG", "Update")
        body = (row(what, who, when, cell(fill=fill), how) for what, who, when, fill, how in rows)
        return row(cell(table(head, *body, widths=(4200, 2200, 1600, 800, 4000)), "<w:p/>", span=2))

    return docx(
        para(run("Fallowmere: what each agency will do after the review", "<w:b/>")),
        block(
            "Recommendation 1: Waiting rooms",
            "Practices should be able to see patients alone, whoever came with them.",
            "He spoke for her at each of six appointments.",
            "Fallowmere ICB",
            steps(
                ("Write to all practices.", "Fallowmere ICB", "31 May 2025", GREEN, "Letter sent on 2 May 2025."),
                (
                    "Visit ten practices to see how it is done.",
                    "Fallowmere ICB",
                    "October 2025",
                    AMBER,
                    "Four visited.",
                ),
            ),
        ),
        "<w:p/>",
        block(
            "Recommendation 2: Housing checks",
            "Fallowmere Homes should look for signs of abuse when rent falls behind.",
            "The arrears were treated as a debt and nothing else.",
            "Fallowmere Homes",
            steps(("Add two questions to the arrears letter.", "Fallowmere Homes", "June 2025", AMBER, "")),
        ),
        "<w:p/>",
        block(
            "Recommendation 3: National data",
            "The Home Office should publish figures on deaths of carers.",
            "No figures could be found.",
            "Fallowmere Community Safety Partnership",
            row("Action", "Write to the minister."),
            row("Update", "Letter sent and answered. Complete."),
        ),
    )


if __name__ == "__main__":
    (HERE / "pdf_forms_nested_actions" / "plan.pdf").write_bytes(nested_in_pdf())
    (HERE / "word_forms_nested_actions" / "plan.docx").write_bytes(nested_in_word())
