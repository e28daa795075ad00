"""Writes the Word documents of the layouts ``word_*``: ``python tests/layouts/make_word.py`` from the root."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from docx_maker import cell, deleted, docx, dropdown, inserted, level, numbering, para, row, run, table  # noqa: E402

GREEN, AMBER, RED, HEADER = "00B050", "FFC000", "FF0000", "1F3864"
BULLET = level(0, "bullet", "\uf0b7")


def head(*labels: str) -> str:
    """A dark blue header row that Word repeats on each page."""
    cells = (cell(para(run(label, '<w:b/><w:color w:val="FFFFFF"/>')), fill=HEADER) for label in labels)
    return row(*cells, props="<w:tblHeader/>")


def title(text: str) -> str:
    return para(run(text, '<w:b/><w:sz w:val="32"/>'))


def number() -> str:
    """A cell that holds nothing but an automatic number."""
    return cell(para(num=(1, 0)), merge="restart")


def chosen(text: str) -> str:
    others = [choice for choice in ("Completed", "In progress", "Not started") if choice != text]
    return cell(para(dropdown(text, *others)))


def unchosen() -> str:
    return cell(para(dropdown("Choose an item.", "Completed", "In progress", "Not started", placeholder=True)))


DOWN = cell(merge="continue")
LISTS = numbering({0: level(0, "decimal", "%1."), 1: BULLET}, {1: (0, ""), 2: (1, "")})


def tracked_changes() -> bytes:
    widths = (600, 3000, 1000, 3200, 1700, 1300, 2400, 1300, 700)
    labels = ("", "Recommendation", "Scope", "Action", "Lead agency", "Target date", "Progress", "Status", "RAG")
    partnership = table(
        head(*labels),
        row(
            number(),
            cell(
                para(
                    "The Partnership should publish a ",
                    deleted("leaflet"),
                    inserted("short guide"),
                    " on domestic abuse for employers.",
                ),
                merge="restart",
            ),
            cell(para(dropdown("Local", "National")), merge="restart"),
            "Write the guide with three local employers.",
            "Wexcombe Council",
            "March 2025",
            cell(para("Draft agreed in January 2025. ", inserted("Guide printed in March 2025."))),
            chosen("Completed"),
            cell(fill=GREEN),
        ),
        row(
            DOWN,
            DOWN,
            DOWN,
            cell(para(deleted("Hold a launch event."))),
            "Wexcombe Council",
            "April 2025",
            "",
            chosen("Not started"),
            cell(fill=RED),
            props='<w:del w:id="9" w:author="Alex Example"/>',
        ),
        row(
            *(DOWN, DOWN, DOWN),
            "Send the guide to every member of the chamber of commerce.",
            "Wexcombe Community Safety Partnership",
            cell(para(deleted("31 May"), inserted("30 June"), " 2025")),
            "Address list ordered.",
            chosen("In progress"),
            cell(fill=AMBER),
        ),
        row(cell("Wexcombe Police", span=9, fill="D9D9D9")),
        row(
            number(),
            cell("Officers should record coercive control as a crime in its own right.", merge="restart"),
            cell(para(dropdown("National", "Local")), merge="restart"),
            "Add a reminder to the crime recording system.",
            "Wexcombe Police",
            "31/12/2024",
            "",
            chosen("Not started"),
            cell(fill=RED),
        ),
        row(
            number(),
            cell("The force should audit a sample of risk assessments each quarter.", merge="restart"),
            cell(para(dropdown("Local", "National")), merge="restart"),
            "Agree the audit questions.",
            "Wexcombe Police",
            "September 2025",
            "",
            unchosen(),
            cell(fill=GREEN),
            props='<w:ins w:id="8" w:author="Alex Example"/>',
        ),
        widths=widths,
    )
    care = table(
        head(*labels),
        row(
            number(),
            cell("Adult Social Care should ask every carer about their own safety.", merge="restart"),
            cell(para(dropdown("Local", "National")), merge="restart"),
            cell(
                para("Add the question to the carer’s assessment.", num=(2, 0)),
                para("Train all assessors to ask it.", num=(2, 0)),
            ),
            "Wexcombe Council Adult Social Care",
            "End of October 2025",
            "",
            unchosen(),
            cell(),
        ),
        row(
            number(),
            cell(
                para(
                    "Staff should know how to reach the ",
                    '<w:hyperlink w:anchor="a">' + run("specialist service") + "</w:hyperlink>",
                    " at any hour.",
                ),
                merge="restart",
            ),
            cell(para(dropdown("Local", "National")), merge="restart"),
            "Put the number on the back of every staff card.",
            "Wexcombe Women’s Aid",
            "1 February 2025",
            cell(para("Cards ", deleted("ordered."), inserted("handed out."))),
            chosen("Completed"),
            cell(fill=GREEN),
        ),
        row(
            *(DOWN, DOWN, DOWN),
            "Check once a year that the number still works.",
            "Wexcombe Women’s Aid",
            "Ongoing",
            "",
            chosen("In progress"),
            cell(fill=AMBER),
        ),
        widths=widths,
    )
    return docx(
        title("Domestic Homicide Review Wexcombe: Action Plan"),
        para("Wexcombe Community Safety Partnership"),
        partnership,
        "<w:p/>",
        para(deleted("Social Services"), inserted("Adult Social Care")),
        care,
        lists=LISTS,
    )


def label_blocks() -> bytes:
    def block(*rows: tuple[str, str]) -> str:
        return table(
            *(row(cell(para(run(label, "<w:b/>")), fill="DEEAF6"), value) for label, value in rows),
            widths=(2600, 11000),
        )

    def recommendation(text: str) -> tuple[str, str]:
        return "Recommendation", cell(para(text, num=(1, 0)))

    return docx(
        title("Brackenfold Domestic Homicide Review Action Plan"),
        para("Brackenfold ICB"),
        block(
            recommendation("General practices should have a named lead for domestic abuse."),
            ("Action", "Write to all practices and keep a list of the leads."),
            ("Lead", "Brackenfold ICB"),
            ("Target date", "31 January 2025"),
            ("Status", chosen("Completed")),
        ),
        "<w:p/>",
        block(
            recommendation("Receptionists should be trained to notice signs of abuse."),
            ("Action", "Buy a course for receptionists."),
            ("Lead", "Brackenfold ICB"),
            ("Target date", "April 2025"),
            ("Status", cell(para(dropdown("In progress", "Completed")), fill=AMBER)),
            ("Action", "Ask practices how many receptionists were trained."),
            ("Lead", "Brackenfold Council Public Health"),
            ("Target date", "October 2025"),
            ("Status", "Not started"),
        ),
        para("Brackenfold Homes"),
        block(
            recommendation("Housing officers should see tenants on their own."),
            ("Action", "Change the visiting procedure."),
            ("Lead", "Brackenfold Homes"),
            ("Target date", "June 2025"),
            ("Status", unchosen()),
        ),
        lists=LISTS,
    )


def merged_cells() -> bytes:
    # Edges of the header were dragged a little: the grid has more lines than the page has columns.
    widths = (600, 100, 2900, 3000, 2000, 1700, 1200, 1400, 2300)
    action, lead = {"width": 3000}, "Eastholme Council"
    two = table(
        row(cell("Eastholme Community Safety Partnership: DHR Action Plan", span=9)),
        row(
            *(
                cell("No", span=2, merge="restart"),
                cell("Recommendation", merge="restart"),
                cell("Action", merge="restart"),
            ),
            *(cell("Responsibility", span=2), cell("Target date", merge="restart"), cell("Progress", span=2)),
        ),
        row(
            *(cell(span=2, merge="continue"), DOWN, DOWN),
            *("Lead agency", "Lead officer", DOWN, "Status", "Comments"),
        ),
        row(
            *(
                cell("1", merge="restart"),
                cell("The council should fund refuge places for people with pets.", span=2, merge="restart"),
            ),
            *(
                cell("Find a partner who fosters pets.", **action),
                cell(lead, merge="restart"),
                cell("Head of Housing", merge="restart"),
            ),
            *("March 2025", "Completed", "Agreement signed with a charity."),
        ),
        row(
            *(DOWN, cell(span=2, merge="continue"), cell("Tell all refuges how to use it.", **action), DOWN, DOWN),
            *("May 2025", "In progress", ""),
        ),
        row(
            *(
                DOWN,
                cell(span=2, merge="continue"),
                cell("Review the cost after a year.", **action),
                "Eastholme Finance",
                "Head of Finance",
            ),
            *("March 2026", "Not started", ""),
        ),
        row(cell("Eastholme Hospitals NHS Trust", span=9, fill="D9E2F3")),
        row(
            *(
                "2",
                cell("The emergency department should ask about abuse in private.", span=2),
                cell("Set aside a room for private talks.", **action),
            ),
            *(
                "Eastholme Hospitals NHS Trust",
                "Matron",
                cell("31 August 2025", merge="restart"),
                "Completed",
                "Room opened in June 2025.",
            ),
        ),
        row(
            *(
                "3",
                cell("Maternity staff should record that they asked.", span=2),
                cell("Add a field to the maternity record.", **action),
            ),
            *(
                "Eastholme Hospitals NHS Trust",
                "Head of Midwifery",
                DOWN,
                cell("No response received from the supplier.", span=2),
            ),
        ),
        widths=widths,
    )
    # The plan goes on in a table of its own, right below and without a header.
    more = table(
        row(
            "4",
            "Ward staff should know the independent advocate.",
            "Invite the advocate to ward meetings.",
            "Eastholme Hospitals NHS Trust",
            "Matron",
            "December 2025",
            "Not started",
            "",
        ),
        row(
            "5",
            "The trust should share learning from this review.",
            "Put the learning in the staff newsletter.",
            "Eastholme Hospitals NHS Trust",
            "Communications Manager",
            "July 2025",
            "Completed",
            "Issue of July 2025.",
        ),
        widths=(700, 2900, 3000, 2000, 1700, 1200, 1400, 2300),
    )
    return docx(two, "<w:p/>", more)


if __name__ == "__main__":
    for name, data in (
        ("word_tracked_changes", tracked_changes()),
        ("word_label_blocks", label_blocks()),
        ("word_merged_cells", merged_cells()),
    ):
        (HERE / name).mkdir(exist_ok=True)
        (HERE / name / "plan.docx").write_bytes(data)
