"""Layout and stitching, through ``normalise`` on small plans made by hand."""

import re
import textwrap
from collections import Counter
from itertools import zip_longest

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dhr_analytics.normalising.cells.lists import split_list
from dhr_analytics.normalising.columns import header_roles, role_of
from dhr_analytics.normalising.layout import PlanRow, is_heading
from dhr_analytics.normalising.plan import normalise
from dhr_analytics.normalising.stitching import stitch
from dhr_analytics.reading import RawRow
from dhr_analytics.reading.text import read_text


def document(*lines):
    return normalise(read_text("\n".join(lines).encode(), "p.txt"), document="p.txt", review_id="X")


def plan(*lines):
    return document(*lines).plans[0]


def texts(tables):
    return [row["text"] for row in tables.recommendations]


HEADER = "No\tRecommendation\tScope\tAction\tLead agency\tTarget date\tStatus"
ONE = "1\tAll staff should complete the tool in full.\tLocal\tTrain staff in its use.\tNorthmoor Police\tMarch 2025\tOngoing"
TWO = "2\tThe board should audit referrals.\tLocal\tAudit a sample each year.\tNorthmoor Council\tMay 2025\tCompleted"


@pytest.mark.parametrize(
    ("label", "role"),
    [("Lead Agency/ Accountable Professional", "lead"), ("Action(s) to be undertaken to implement recommendation", "action"),
     ("Key Milestones", "progress"), ("RAG", "rag"), ("Date of Completion and Outcome", "completion"), ("By when?", "target"),
     ("Recomendation", "recommendation"), ("Weather", ""), ("", "")],
)  # fmt: skip
def test_columns_are_known_by_their_names(label, role):
    assert role_of(label) == role


def test_a_row_of_prose_is_no_header():
    assert header_roles(RawRow(("Review the action plan", "Office", "recommendations and", "2024"), "line 1")) == ()


@pytest.mark.parametrize(("text", "heading"), [("Adult Social Care", True), ("Recommendation Two: Risk checklists", True),
                                               ("with difficult adults, but they did not", False), ("Page 3 of 9", False),
                                               ("All staff should do this.", False), ("1) Ensure that audits", False)])  # fmt: skip
def test_headings(text, heading):
    assert is_heading(text) is heading


def test_a_header_over_two_rows_with_an_unnamed_number_column():
    tables = plan("\tRecommendation\tScope\tAction(s) to be\t\t", "\t\tLocal / National\tundertaken\tTarget Date\tLead Agency",
                  "1\tDo this.\tLocal\tLike so.\tMay 2025\tNorthmoor Police")  # fmt: skip
    assert texts(tables) == ["Do this."]
    assert tables.recommendations[0]["number"] == "1"
    assert (tables.actions[0]["text"], tables.actions[0]["lead_agency"]) == ("Like so.", "Northmoor Police")


def test_a_repeated_header_after_a_page_break_joins_the_cut_row():
    tables = plan(HEADER, "1\tAll staff should complete\tLocal\tTrain staff\tNorthmoor Police\tMarch 2025\t", "", HEADER,
                  "\tthe tool in full.\t\tin its use.\t\t\tOngoing", TWO)  # fmt: skip
    assert texts(tables) == ["All staff should complete the tool in full.", "The board should audit referrals."]
    assert tables.actions[0]["text"] == "Train staff in its use."
    assert tables.actions[0]["status"] == "in_progress"
    assert tables.actions[0]["location"] == "p.txt, lines 2, 5"


def test_a_line_above_its_own_number_belongs_forward():
    header = "Recommendation\tAction\tLead agency\tTarget date"
    tables = plan(header, "1) One thing.\tFirst step\tNorthmoor Council\tMay 2025", "\tChange\t\t3 months", "", header,
                  "2) Another thing.\tprocedures\tNorthmoor Council\tafter publication", "3) Third thing.\tCheck it\tNorthmoor Council\tMay 2025")  # fmt: skip
    assert [row["text"] for row in tables.actions] == ["First step", "Change procedures", "Check it"]
    assert tables.actions[1]["target_text"] == "3 months after publication"


def test_several_action_rows_of_one_recommendation():
    tables = plan("Recommendation\tAction\tLead agency\tTarget date", "Train all staff\tWrite the course\tNorthmoor Police\tMay 2025",
                  "\tRun the course\tNorthmoor Council\tJune 2025", "Audit the work\tDip sample\tNorthmoor Police\tMay 2025")  # fmt: skip
    assert [row["recommendation_id"] for row in tables.actions] == ["X-R001", "X-R001", "X-R002"]


def test_an_action_that_ends_in_an_open_word_does_not_swallow_the_next():
    tables = plan("Recommendation\tAction\tLead agency\tTarget date", "Train all staff\tKnow the patients they care for\tNorthmoor Police\tMay 2025",
                  "\tRun the course\tNorthmoor Council\tJune 2025")  # fmt: skip
    assert len(tables.actions) == 2


def test_a_recommendation_printed_beside_each_action_counts_once():
    tables = plan(
        HEADER,
        ONE,
        "1\tAll staff should complete the tool in full.\tLocal\tBuy licences.\tNorthmoor Council\tMay 2025\t",
        TWO,
    )
    assert len(tables.recommendations) == 2
    assert [row["position"] for row in tables.actions] == [1, 2, 1]


def test_agency_headings_inside_and_above_the_table_stand_in_for_a_person():
    tables = plan("Northmoor Council", "", HEADER, "1\tOne thing.\tLocal\tStep.\tAlex Example\tMay 2025\t", "Northmoor Police\t\t\t\t\t\t",
                  "2\tOther thing.\tLocal\tStep.\tSam Sample\tMay 2025\t")  # fmt: skip
    assert [row["section"] for row in tables.recommendations] == ["Northmoor Council", "Northmoor Police"]
    assert [row["lead_agency"] for row in tables.actions] == ["Northmoor Council", "Northmoor Police"]
    assert not any("Alex" in str(value) for row in tables.actions for value in row.values())


def test_a_theme_column_is_a_heading_for_the_rows_below():
    tables = plan(
        "Theme\tRecommendation\tAction",
        "Training\tTrain staff.\tRun it.",
        "\tTrain all.\tRun it.",
        "Records\tKeep notes.\tDo so.",
    )
    assert [row["section"] for row in tables.recommendations] == ["Training", "Training", "Records"]


def test_contents_guidance_and_page_furniture_are_told_apart_from_the_plan():
    tables = plan("Contents", "Northmoor Police\t2", "Northmoor Council\t4", "", "Action Plan", "", HEADER,
                  "This is the number\tThis is the recommendation\tEnter the scope\tPlease add the action\t\tEnter the date\t", ONE, "Page 2 of 3")  # fmt: skip
    assert len(tables.recommendations) == 1
    assert {row["reason"] for row in tables.rejected} >= {
        "page furniture",
        "table without a recommendation or action column",
    }


def test_stray_numbers_of_a_scan_open_no_recommendation():
    tables = plan(HEADER, "1\tAll staff should\tLocal\tTrain\tNorthmoor\tMarch\t", "40\tcomplete the tool\t\tstaff in\tPolice\t2025\t",
                  "1\tin full.\t\tits use.\t\t\t", TWO)  # fmt: skip
    assert texts(tables) == ["All staff should complete the tool in full.", "The board should audit referrals."]
    assert [row["text"] for row in tables.rejected if row["reason"] == "false number"] == ["40", "1"]


def test_a_document_without_a_plan_gives_nothing_but_rejected_words():
    found = document("Minutes", "Present\tApologies", "Chair\tClerk")
    assert (found.plans, found.grade) == ((), "refused")
    assert found.rejected and found.seen


@pytest.mark.parametrize(
    ("cell", "n"),
    [("a. Write it. b. Send it.", 2), ("1) Write it\n2) Send it\n3) Check it", 3), ("Write it\nSend it", 2), ("Train staff on:\n• one\n• two", 1),
     ("Ask them a) once and b) twice", 1), ("Write it", 1), ("Write it\nand send it", 1), ("", 1)],
)  # fmt: skip
def test_lists_in_a_cell(cell, n):
    assert len(split_list(cell)) == n
    assert " ".join(" ".join(split_list(cell)).split()) == " ".join(cell.split())


def test_dates_printed_in_parallel_are_dealt_to_their_actions():
    tables = plan(
        "No\tRecommendation\tAction\tTarget date",
        "1\tDo it.\t<p>Write it</p><p>Send it</p>\t<p>May 2025</p><p>June 2025</p>",
    )
    assert [str(row["target_on"]) for row in tables.actions] == ["2025-05-31", "2025-06-30"]


word = st.sampled_from(
    "agree board check draft every force given helps inform joint known local meets needs order plans".split()
)


def sentences(least):
    return (
        st.lists(word, min_size=least, max_size=14, unique=True).map(" ".join).map(lambda text: f"{text.capitalize()}.")
    )


sentence = sentences(6)
wording = st.lists(sentence, min_size=1, max_size=2).map(" ".join)
row = st.tuples(
    wording,
    wording,
    st.sampled_from(
        ["Northmoor Police", "Northmoor Council", "Adult Social Care", "Northmoor Health and Care NHS Trust"]
    ),
    st.sampled_from(["May 2025", "31/03/2025", "End of June 2026", "3 months after publication"]),
    wording,
    st.sampled_from(["Ongoing", "Completed May 2025", "Not started", "Completed", "In progress"]),
)


_KEPT = ("text", "lead_agency", "lead_role", "target_text", "progress", "outcome", "rag", "status_evidence")


def _words(found):
    """Count the words of a document that are in a table or among the rejected."""
    plans = found.plans
    cells = [str(row[key]) for plan in plans for row in plan.recommendations for key in ("text", "section", "number")]
    cells += [str(row[key]) for plan in plans for row in plan.actions for key in _KEPT]
    cells += [str(row["text"]) for part in (*plans, found) for row in part.rejected]
    return Counter(re.findall(r"\w+", " ".join(cells).lower()))


PROGRESS = "No\tRecommendation\tAction\tLead agency\tTarget date\tProgress"


def test_the_end_of_a_report_that_stands_in_the_next_row_goes_back_to_its_action():
    tables = plan(PROGRESS, "1\tTrain all staff.\tRun the course.\tNorthmoor Police\tMay 2025\tThe course was held for the",
                  "", "2\tAudit referrals.\tDip sample.\tNorthmoor Council\tJune 2025\twhole team. Audit is being planned.")  # fmt: skip
    assert [row["progress"] for row in tables.actions] == ["The course was held for the whole team.", "Audit is being planned."]  # fmt: skip


def test_a_row_that_ends_a_recommendation_and_brings_an_action_keeps_its_own_report():
    tables = plan(PROGRESS, "1\tTrain all staff who\tRun the course.\tNorthmoor Police\tMay 2025\tThe course was held.", "",
                  "\tmeet the public.\tBuy licences.\tNorthmoor Council\tJune 2025\tNot started")  # fmt: skip
    assert texts(tables) == ["Train all staff who meet the public."]
    assert [(row["progress"], row["status"]) for row in tables.actions] == [
        ("The course was held.", "in_progress"), ("Not started", "not_started")]  # fmt: skip


def test_a_run_of_prose_is_one_rejected_row_with_all_its_words():
    prose = ["Background of the review, in short.", "It began in spring; agencies were asked to write.", "They did."]
    tables = plan(*prose, HEADER, ONE, TWO)
    rejected = [row for row in tables.rejected if row["reason"] == "text outside the plan"]
    assert [(row["text"], row["location"]) for row in rejected] == [(" ".join(prose), "p.txt, line 1 to line 3")]


def test_the_last_line_of_prose_may_be_the_recommendation_of_the_table_below():
    tables = plan("These were agreed in spring, all of them.", "Recommendation 1: all teams should share one note.",
                  "Action\tLead agency\tTarget date", "Set up the note.\tNorthmoor Police\tMay 2025")  # fmt: skip
    assert texts(tables) == ["all teams should share one note."]
    assert [row["text"] for row in tables.rejected] == ["These were agreed in spring, all of them."]


@pytest.mark.parametrize(
    ("cell", "target", "progress"),
    [("March 2025 onwards", "March 2025 onwards", ""), ("End of March 2025 (Q4)", "End of March 2025 (Q4)", ""), ("TBC", "TBC", ""),
     ("March 2025 – letter sent to all teams", "March 2025", "letter sent to all teams")],
)  # fmt: skip
def test_words_about_the_date_stay_with_it_and_words_about_progress_do_not(cell, target, progress):
    action = plan(PROGRESS, f"1\tTrain staff.\tRun it.\tNorthmoor Police\t{cell}\t").actions[0]
    assert (action["target_text"], action["progress"]) == (target, progress)


@pytest.mark.parametrize(
    ("cell", "status"),
    [("100", "completed"), ("1", "completed"), ("0.4", "in_progress"), ("60", "in_progress"), ("0", "not_started")],
)
def test_a_column_of_per_cent_is_read_with_and_without_the_sign(cell, status):
    header = "Recommendation\tAction\tLead agency\t% complete"
    assert plan(header, f"Train staff.\tRun it.\tNorthmoor Police\t{cell}").actions[0]["status"] == status


def test_a_bare_date_of_completion_says_what_it_is():
    action = plan("Recommendation\tAction\tDate completed", "Train staff.\tRun it.\t12 March 2025").actions[0]
    assert (action["status"], action["status_evidence"]) == ("completed", "date of completion: 12 March 2025")


def test_cells_wholly_below_a_page_break_belong_to_the_row_above():
    tables = plan(HEADER, "1\tAll staff should use the tool.\tLocal\t\t\tMarch 2025\t", "",
                  "\t\t\tTrain staff in its use.\tNorthmoor Police\t\tOngoing", TWO)  # fmt: skip
    first = tables.actions[0]
    assert (first["text"], first["lead_agency"], first["target_text"]) == (
        "Train staff in its use.", "Northmoor Police", "March 2025")  # fmt: skip
    assert len(tables.actions) == 2


COLUMNS = "No\tRecommendation\tAction\tLead agency\tTarget date\tProgress\tStatus"
_TOLD = (
    *("recommendation_id", "text", "lead_agency", "target_text", "target_on", "status", "status_evidence"),
    *("completed_on", "progress", "outcome"),
)


def _tables(read):
    return (
        [(row["number"], row["text"], row["section"]) for row in read.recommendations],
        [tuple(row[name] for name in _TOLD) for row in read.actions],
    )


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(row, min_size=2, max_size=5, unique_by=lambda r: r[0]), st.booleans(), st.data())
def test_a_row_cut_by_a_page_break_at_any_cell_and_word_reads_as_the_uncut_row(rows, numbered, data):
    header = COLUMNS if numbered else COLUMNS.removeprefix("No\t")
    lines = [([str(i)] if numbered else []) + list(cells) for i, cells in enumerate(rows, start=1)]
    at = data.draw(st.integers(0, len(rows) - 1))
    cut = data.draw(st.sets(st.integers(0, len(lines[at]) - 1), min_size=1))
    above, below = [], []
    for i, words in enumerate(cell.split() for cell in lines[at]):
        n = data.draw(st.integers(1, len(words))) if i in cut else len(words)
        above.append(" ".join(words[:n]))
        below.append(" ".join(words[n:]))
    assume(any(below))
    repeated = [header] if data.draw(st.booleans()) else []
    joined = ["\t".join(cells) for cells in lines]
    whole = plan(header, *joined)
    parts = plan(header, *joined[:at], "\t".join(above), "", *repeated, "\t".join(below), *joined[at + 1 :])
    assert _tables(parts) == _tables(whole)


WIDTHS = (4, 34, 34, 18, 14, 26, 20)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(sentences(9), sentences(9), row), min_size=3, max_size=6, unique_by=lambda r: r[0]),
    st.booleans(),
)
def test_a_plan_with_one_printed_line_a_row_reads_as_the_whole_rows(rows, numbered):
    """As where neither rules nor gaps part the rows of a page; an end such as "of Northmoor" / "Police." opens no action."""
    header = COLUMNS if numbered else COLUMNS.removeprefix("No\t")
    whole, lines = [header], [header]
    for i, (recommendation, action, rest) in enumerate(rows, start=1):
        cells = [
            str(i),
            recommendation,
            f"{action[:-1]} with Northmoor Police.",
            rest[2],
            rest[3],
            f"{rest[4].partition('.')[0]}.",
            rest[5],
        ]
        cells = cells if numbered else cells[1:]
        wrapped = [textwrap.wrap(cell, width) for cell, width in zip(cells, WIDTHS[not numbered :], strict=True)]
        whole.append("\t".join(cells))
        lines += ["\t".join(parts) for parts in zip_longest(*wrapped, fillvalue="")]
    assert _tables(plan(*lines)) == _tables(plan(*whole))


kinds = st.sampled_from(["", "{n}", "Alpha{w} beta{w}.", "delta{w} epsilon{w}", "May 2025 omega{w}", "Completed by{w}", "Northmoor{w} Police", "T", "x. y", "a. Do{w} b. Go{w}"])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(kinds, min_size=7, max_size=7), min_size=1, max_size=8))
def test_every_word_of_every_cell_is_in_the_package_or_rejected(rows):
    lines = [
        "\t".join(cell.format(w=f"q{i}q{j}", n=i + 1) for j, cell in enumerate(cells)) for i, cells in enumerate(rows)
    ]
    kept = _words(document(HEADER, *lines))
    wanted = {word for word in re.findall(r"\w+", " ".join(lines).lower()) if "q" in word}
    assert not wanted - set(kept)


def test_the_end_of_a_merged_recommendation_stands_beside_each_action_below_the_break():
    rows = [
        PlanRow({"number": "1", "recommendation": "Vets should have somebody to call when the", "action": "Choose the person.",
                 "lead": "Northmoor Council", "target": "May 2024"}, "row 1", "", False),
        PlanRow({"recommendation": "owner seems afraid.", "lead": "and partners"}, "row 2", "", True),
        PlanRow({"recommendation": "owner seems afraid.", "action": "Print a card.", "lead": "Northmoor Council",
                 "target": "Every six months"}, "row 3", "", False),
        PlanRow({"number": "2", "recommendation": "The circus should do so, too.", "action": "Write to it.",
                 "lead": "Northmoor Council", "target": "June 2024"}, "row 4", "", False),
    ]  # fmt: skip
    found, _ = stitch(rows)
    assert [rec.text for rec in found] == ["Vets should have somebody to call when the owner seems afraid.",
                                           "The circus should do so, too."]  # fmt: skip
    assert [draft.cells["action"] for draft in found[0].actions] == ["Choose the person.", "Print a card."]
