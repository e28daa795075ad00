"""Cards: label and value tables, one for each recommendation."""

from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.normalising.blocks import unfold_labels
from dhr_analytics.normalising.plan import normalise
from dhr_analytics.reading import RawRow, RawTable


def card(*rows):
    return RawTable(tuple(RawRow(cells, f"row {i}", i == 1) for i, cells in enumerate(rows, start=1)))


def read(*cards):
    return normalise(cards, document="p.html", review_id="X").plans[0]


def test_each_table_is_a_card_of_its_own_whatever_it_lacks():
    cards = [
        card(("Ref", ref), ("Recommendation", text), ("Action", "Change the form"), ("Lead", "Northmoor Police"))
        for ref, text in [("NM/01", "Ask each caller"), ("", "Visit all schools"), ("9", "Write to landlords")]
    ]
    tables = read(*cards)
    assert [(row["number"], row["text"]) for row in tables.recommendations] == [
        ("NM/01", "Ask each caller"),
        ("", "Visit all schools"),
        ("9", "Write to landlords"),
    ]
    assert tables.rejected == []


def test_a_card_for_each_action_repeats_its_recommendation():
    parts = [
        card(("Recommendation", "Ask each caller."), ("Action", action)) for action in ("Train staff.", "Audit it.")
    ]
    tables = read(*parts)
    assert len(tables.recommendations) == 1
    assert [row["text"] for row in tables.actions] == ["Train staff.", "Audit it."]


def test_a_card_goes_on_over_a_page_break():
    whole = [("Ref", "NM/1"), ("Recommendation", "Ask each caller."), ("Action 1", "Train staff."), ("Lead", "Northmoor Police"),
             ("Action 2", "Audit it."), ("Lead", "Northmoor Council")]  # fmt: skip
    tables = read(card(*whole), card(*whole[:4]), card(*whole[4:]))
    assert [row["lead_agency"] for row in tables.actions] == ["Northmoor Police", "Northmoor Council"] * 2


def test_a_glossary_and_a_table_with_a_header_are_no_cards():
    glossary = card(("Term", "Meaning"), ("Recommendation", "What the panel asks for"), ("Lead agency", "Who answers for it"),
                    ("ICB", "Integrated care board"), ("IDVA", "Independent adviser"))  # fmt: skip
    plan = card(
        ("Recommendation", "Action"),
        ("Ask each caller.", "Train staff."),
        ("Recommendation", "Action"),
        ("Visit.", "Go."),
    )
    assert unfold_labels([glossary, plan]) == [glossary, plan]


labels = st.sampled_from(["Ref", "Recommendation", "Recommendation 2", "Why it matters", "Background", "Action", "Action 1", "Action 2",
                          "Lead", "Lead 2", "By when", "Progress", "Update May 2024", "Update June 2024", "RAG", "Outcome", ""])  # fmt: skip
pairs = st.lists(
    st.tuples(labels, st.lists(st.text("qxz", min_size=2, max_size=5), max_size=3).map(" ".join)), max_size=9
)


@given(st.lists(pairs, min_size=1, max_size=3))
def test_no_word_of_a_card_is_lost(cards):
    tables = [card(("Recommendation", "Ask."), ("Action", "Train."), *rows) for rows in cards]
    printed = {word for rows in cards for _, value in rows for word in value.split()}
    kept = {
        word for table in unfold_labels(tables) for row in table.rows for cell in row.cells for word in cell.split()
    }
    assert printed <= kept
