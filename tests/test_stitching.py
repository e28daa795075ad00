"""Layout and stitching, through ``normalise`` on small plans made by hand."""

import re
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dhr_analytics.normalising.columns import header_roles, role_of
from dhr_analytics.normalising.layout import is_heading
from dhr_analytics.normalising.plan import normalise, split_list
from dhr_analytics.reading import RawRow
from dhr_analytics.reading.text import read_text


def plan(*lines):
    return normalise(read_text("\n".join(lines).encode(), "p.txt"), document="p.txt", review_id="X")


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
    tables = plan("Minutes", "Present\tApologies", "Chair\tClerk")
    assert tables.recommendations == [] == tables.actions
    assert tables.rejected


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
sentence = st.lists(word, min_size=6, max_size=14).map(lambda words: " ".join(words).capitalize() + ".")
row = st.tuples(
    sentence,
    sentence,
    st.sampled_from(["Northmoor Police", "Northmoor Council"]),
    st.sampled_from(["May 2025", "31/03/2025"]),
)


_KEPT = ("text", "lead_agency", "lead_role", "target_text", "progress", "outcome", "rag", "status_evidence")


def _words(tables):
    cells = [str(row[key]) for row in tables.recommendations for key in ("text", "section", "number")]
    cells += [str(row[key]) for row in tables.actions for key in _KEPT]
    cells += [str(row["text"]) for row in tables.rejected]
    return Counter(re.findall(r"\w+", " ".join(cells).lower()))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(row, min_size=2, max_size=5, unique_by=lambda r: r[0]), st.data())
def test_a_row_cut_by_a_page_break_reads_as_the_uncut_row(rows, data):
    header = "No\tRecommendation\tAction\tLead agency\tTarget date"
    lines = [f"{i}\t" + "\t".join(cells) for i, cells in enumerate(rows, start=1)]
    whole = plan(header, *lines)
    at = data.draw(st.integers(0, len(rows) - 1))
    recommendation, action, lead, target = rows[at]
    cut_r = data.draw(st.integers(1, len(recommendation.split()) - 1))
    cut_a = data.draw(st.integers(1, len(action.split()) - 1))
    r, a = recommendation.split(), action.split()
    above = f"{at + 1}\t{' '.join(r[:cut_r])}\t{' '.join(a[:cut_a])}\t{lead}\t{target}"
    below = f"\t{' '.join(r[cut_r:])}\t{' '.join(a[cut_a:])}\t\t"
    repeated = [header] if data.draw(st.booleans()) else []
    cut = plan(header, *lines[:at], above, "", *repeated, below, *lines[at + 1 :])
    assert texts(cut) == texts(whole)
    assert [row["text"] for row in cut.actions] == [row["text"] for row in whole.actions]


kinds = st.sampled_from(["", "{n}", "Alpha{w} beta{w}.", "delta{w} epsilon{w}", "May 2025 omega{w}", "Completed by{w}", "Northmoor{w} Police", "T", "x. y", "a. Do{w} b. Go{w}"])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(kinds, min_size=7, max_size=7), min_size=1, max_size=8))
def test_every_word_of_every_cell_is_in_the_package_or_rejected(rows):
    lines = [
        "\t".join(cell.format(w=f"q{i}q{j}", n=i + 1) for j, cell in enumerate(cells)) for i, cells in enumerate(rows)
    ]
    kept = _words(plan(HEADER, *lines))
    wanted = {word for word in re.findall(r"\w+", " ".join(lines).lower()) if "q" in word}
    assert not wanted - set(kept)
