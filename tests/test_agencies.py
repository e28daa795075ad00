import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics import schema
from dhr_analytics.normalising.cells.agencies import canonical, find_names, read_lead
from dhr_analytics.normalising.cells.names import NAME_MASK, NUMBER_MASK, mask


@pytest.mark.parametrize(
    ("cell", "person", "names"),
    [
        ("Alex Example", "", ["Alex Example"]),
        ("Sam O'Sample (Housing Manager)", "", ["Sam O'Sample"]),
        ("Pathways Coordinator (Via Detective Inspector Robin Specimen)", "", ["Robin Specimen"]),
        ("DI Kim Notreal, Northmoor Police", "", ["Kim Notreal"]),
        ("Jo Placeholder and Max Mustermann", "", ["Jo Placeholder", "Max Mustermann"]),
        ("Jessica Anyone IDVA service commissioners", "", ["Jessica Anyone"]),
        ("Northmoor NHS Trust", "Ekow Beispiel Safeguarding Services Manager", ["Ekow Beispiel"]),
        ("J. Muster (Team Manager)", "", ["J. Muster"]),
    ],
)
def test_names_are_found_in_owner_cells(cell, person, names):
    lead = read_lead(cell, "Northmoor Council", person)
    assert list(lead.names) == names
    written = " ".join((lead.printed, lead.agency, lead.role))
    assert not any(part in written for name in names for part in name.split() if len(part) > 2)


@pytest.mark.parametrize(
    "cell",
    ["West Tarn Police", "Turning Point", "Change Grow Live", "Clinical Governance", "Kent Police", "Your Sanctuary", "Curlew Group",
     "Designated GP for Safeguarding", "Deputy Director Children & Families", "Northmoor Valley Police", "Adult Social Care"],
)  # fmt: skip
def test_bodies_and_posts_are_no_names(cell):
    assert find_names(cell) == []


def test_a_person_or_post_alone_gives_way_to_the_agency_of_the_heading():
    assert read_lead("Alex Example", "Northmoor Police").printed == "Northmoor Police"
    assert read_lead("Head of Safeguarding", "Northmoor NHS Trust").printed == "Northmoor NHS Trust"
    assert read_lead("Head of Safeguarding", "Northmoor NHS Trust").role == "Head of Safeguarding"
    assert read_lead("Head of Safeguarding", "Training and learning").printed == "Head of Safeguarding"
    assert read_lead("", "").printed == ""


@pytest.mark.parametrize(
    ("heading", "sector"),
    [
        ("Northmoor Community Healthcare", "health"),
        ("Citizens Advice Northmoor", "voluntary sector"),
        ("Women’s Aid Northmoor", "voluntary sector"),
        ("Northmoor Early Help", "children's social care"),
        ("Age UK Northmoor", "voluntary sector"),
        ("Mencap", "voluntary sector"),
        ("UK Visas and Immigration", "government"),
        ("Tarnside Recovery", "health"),
    ],
)
def test_a_heading_that_names_a_body_is_the_owner(heading, sector):
    lead = read_lead("", heading, places=frozenset({"tarnside"}))
    assert (lead.printed, lead.sector) == (heading, sector)


@pytest.mark.parametrize(
    "heading",
    ["Improving Early Help", "Victim support and advocacy", "Trauma Recovery", "Recovery", "Access to Early Help",
     "Information Sharing", "Tarnside Learning", "National recommendations"],
)  # fmt: skip
def test_a_heading_that_names_a_subject_is_no_owner(heading):
    assert read_lead("", heading, places=frozenset({"tarnside"})).printed == ""


def test_labels_and_list_marks_are_no_part_of_the_owner():
    assert read_lead("Agency: Northmoor Police").agency == "Northmoor Police"
    assert read_lead("1.2 Northmoor ICB").printed == "Northmoor ICB"
    assert read_lead("", "Lead agency: Northmoor Police").printed == "Northmoor Police"
    assert read_lead("", "Owner: Turning Tide").printed == "Turning Tide"


@pytest.mark.parametrize(
    ("printed", "agency", "sector"),
    [
        ("CPS", "Crown Prosecution Service", "criminal justice"),
        ("The Home Office", "Home Office", "government"),
        ("Childrens Social Care", "Children's Social Care", "children's social care"),
        ("Crown Prosecution Servce", "Crown Prosecution Service", "criminal justice"),
        ("Northmoor Borough Council", "Northmoor Borough Council", "local authority"),
        ("Northmoor Housing Association", "Northmoor Housing Association", "housing"),
        ("Safer Northmoor Partnership", "Safer Northmoor Partnership", "community safety partnership"),
        ("Northmoor Acute NHS Trust", "Northmoor Acute NHS Trust", "health"),
    ],
)
def test_canonical_name_and_sector(printed, agency, sector):
    assert canonical(printed) == (agency, sector)


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=30))
def test_any_owner_cell_gives_a_known_sector(cell, heading, person):
    assert read_lead(cell, heading, person).sector in (*schema.SECTORS, "")


def test_masking():
    masked = mask("Alex Example spoke; see ICS0000000 and 943 476 5919 (Feb 2024, £1000000).", ["Alex Example"])
    assert "Alex" not in masked and "0000000 " not in masked and "943" not in masked
    assert masked.count(NAME_MASK) == 1 and masked.count(NUMBER_MASK) == 2
    assert "Feb 2024, £1000000" in masked
    assert mask("Mark the form", ["Mark"]) != mask("Marking the form", ["Mark"]) == "Marking the form"


def test_a_day_in_eight_figures_is_no_case_number():
    assert mask("Due 20260504", []) == "Due 20260504"
    assert mask("Case 20269904 and CRN 20260504", []) == f"Case {NUMBER_MASK} and {NUMBER_MASK}"


def test_of_two_names_the_longer_one_is_masked_whole():
    assert mask("Alex Example-Field and Alex Example met", ["Alex Example", "Alex Example-Field", ""]) == (
        f"{NAME_MASK} and {NAME_MASK} met"
    )
