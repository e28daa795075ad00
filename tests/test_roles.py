"""Roles: what printed names of columns say, what cells say, and both settled at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.normalising.roles import (
    ONCE,
    TICKED,
    assign,
    header_score,
    is_day,
    may_be,
    name_votes,
    role_of,
    with_ticks,
    worded_role,
)

ASKED = [
    "The harbour board should light the quay at night.",
    "The ferry company should train its crews to ask.",
    "The council should publish a yearly report.",
    "The school should keep one list of visitors.",
]
OWNERS = ["Harbour board", "Eastmere Council", "Northmoor Police", "Health board"]
ISSUED = ["1 May 2021", "1 May 2021", "2 May 2021", "3 May 2021"]
DUE = ["June 2031", "July 2031", "August 2031", "May 2032"]
STATUSES = ["Completed", "Ongoing", "Not started", "Completed"]
NUMBERS = ["1", "2", "3", "4"]


def roles(**columns):
    """Roles of columns by name; underscores are blanks, those at the ends are not printed."""
    names = [name.strip("_").replace("_", " ") for name in columns]
    return assign(names, list(zip(*columns.values(), strict=True))).roles


def strongest(name):
    votes = name_votes(name)
    return max(votes, key=votes.get) if votes else ""


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Lead agency", "lead"),
        ("LeadAgency", "lead"),
        ("TargetDate", "target"),
        ("target_date", "target"),
        ("action_required", "action"),
        ("Recom mendation", "recommendation"),
        ("Recomendation", "recommendation"),
        ("Responsible Officr", "person"),
        ("LEAD\nAGENCY:", "lead"),
        ("Argymhelliad / Recommendation", "recommendation"),
        ("Cam gweithredu | Action required", "action"),
        ("Action required (what will be done and how)", "action"),
        ("Status [see the key]", "status"),
        ("Which board owner signs this", "lead"),
        ("Recommendation no", "number"),
        ("Action no", "action_number"),
        ("Revised due date", "revised"),
        ("Date of issue", "other"),
        ("Theme", "other"),
        ("Weather", ""),
        ("", ""),
    ],
)
def test_a_printed_name_says_its_role(name, role):
    assert strongest(name) == role


def test_a_listed_name_counts_more_than_brackets_parts_and_single_words():
    names = ["Action", "Action (see over)", "Gweithred / Action", "The one action of ours"]
    votes = [name_votes(name)["action"] for name in names]
    assert votes == sorted(votes, reverse=True) and len(set(votes)) == 4 and votes[0] == 1


def test_a_sentence_is_no_name():
    assert not name_votes("The lead agency has agreed on the action.")
    assert not name_votes(" ".join(["action"] * 20))


@pytest.mark.parametrize("joint", ["{}{}", "{}_{}", "{} {}", "{}  {}", "{}\n{}"])
@given(pair=st.sampled_from([("Lead", "Agency"), ("Target", "Date"), ("Rag", "Rating")]))
def test_two_words_of_a_name_may_be_joined_in_any_way(joint, pair):
    assert name_votes(joint.format(*pair)) == name_votes(" ".join(pair)) != {}


def test_a_name_with_two_meanings_is_the_second_unless_nothing_else_is_the_first():
    assert (worded_role("Learning point"), may_be("Learning point")) == ("other", "recommendation")
    assert (worded_role("Lead agency"), may_be("Lead agency")) == ("lead", "")


def test_a_single_word_makes_a_role_but_no_listed_one():
    name = "The one action of ours"
    assert (worded_role(name), role_of(name)) == ("action", "")


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("March 2024", True),
        ("Q1 24/25", True),
        ("as at 3 May 2024", True),
        ("Update March 2024", False),
        ("May", False),
    ],
)
def test_a_name_that_is_nothing_but_a_day(name, day):
    assert is_day(name) is day


# --- columns -------------------------------------------------------------------------------------


def test_names_and_cells_that_agree():
    found = roles(
        No=NUMBERS,
        Recommendation=ASKED,
        Lead_agency=OWNERS,
        Target_date=DUE,
        Status=STATUSES,
    )
    assert found == ("number", "recommendation", "lead", "target", "status")


def test_a_day_of_issue_is_no_target():
    with_target = roles(Recommendation=ASKED, Date_of_issue=ISSUED, Target_date=DUE)
    assert with_target == ("recommendation", "", "target")
    # ... nor where nothing else could be one, whatever its days are
    assert roles(Recommendation=ASKED, Date_of_issue=ISSUED) == ("recommendation", "")
    assert roles(Recommendation=ASKED, Date_of_issue=DUE) == ("recommendation", "")


def test_a_date_under_a_name_of_its_own_is_no_target():
    assert roles(Recommendation=ASKED, Owner=OWNERS, Full_moon=DUE) == (
        "recommendation",
        "lead",
        "",
    )


def test_a_revised_day_stands_beside_the_first_one():
    found = roles(Recommendation=ASKED, Target_date=ISSUED, Revised_due_date=DUE)
    assert found == ("recommendation", "target", "revised")
    assert roles(Recommendation=ASKED, Revised_due_date=DUE, Target_date=ISSUED)[1:] == (
        "revised",
        "target",
    )


@pytest.mark.parametrize(
    ("cells", "role"),
    [
        (["Local", "National", "Local", "Regional"], "scope"),
        (["Housing", "Schools", "Housing", "Boats"], "section"),
    ],
)
def test_a_column_called_scope_is_one_only_by_what_it_holds(cells, role):
    assert roles(Scope=cells, Recommendation=ASKED, Lead=OWNERS)[0] == role


def test_a_number_column_needs_no_name():
    assert roles(_=NUMBERS, Recommendation=ASKED, Lead=OWNERS)[0] == "number"
    assert roles(_=["x", "wet", "dry", "-"], Recommendation=ASKED, Lead=OWNERS)[0] != "number"


def test_a_number_right_before_the_action_counts_actions():
    tasks = ["Buy lamps.", "Hold a day.", "Write it.", "Draw it up."]
    found = roles(Recommendation=ASKED, No=NUMBERS, Action=tasks, Lead=OWNERS)
    assert found == ("recommendation", "action_number", "action", "lead")


def test_columns_that_each_hold_what_the_other_is_called_are_swapped():
    assert roles(Recommendation=ASKED, Status=DUE, Target_date=STATUSES)[1:] == ("target", "status")
    assert roles(Recommendation=ASKED, Status=STATUSES, Target_date=DUE)[1:] == ("status", "target")


def test_unknown_columns_have_no_role():
    found = roles(
        Recommendation=ASKED,
        Lead=OWNERS,
        Tide=["high", "low", "high", "low"],
        Gulls=["9", "12", "7", "60"],
    )
    assert found == ("recommendation", "lead", "", "")


def test_a_column_without_cells_has_the_role_of_its_name_or_none():
    rows = [[text, "", "", ""] for text in ASKED]
    columns = assign(["Recommendation", "Target date", "Weather", ""], rows)
    assert columns.roles == ("recommendation", "target", "", "")
    assert (columns.at("target"), columns.at("lead")) == (1, None)


def test_without_names_cells_alone_tell():
    wordings = [f"{text[:-1]} and tell its partners what it found." for text in ASKED]
    rows = list(zip(NUMBERS, wordings, OWNERS, DUE, strict=True))
    assert assign(["", "", "", ""], rows).roles == ("number", "recommendation", "lead", "target")


def test_several_updates_share_a_role_but_one_column_has_the_recommendations():
    reports = [
        "The lamps were bought.",
        "A day was held.",
        "Work is under way.",
        "No start was made.",
    ]
    found = roles(
        Recommendation=ASKED,
        Recommendation_=ASKED,
        Update=reports,
        Progress=reports,
        March_2024=reports,
    )
    assert found.count("recommendation") == 1
    assert found[2:] == ("progress", "progress", "progress")


@given(st.permutations(range(5)))
def test_roles_follow_their_columns_in_any_order(order):
    names = ["No", "Recommendation", "Lead agency", "Target date", "Status"]
    cells = [NUMBERS, ASKED, OWNERS, DUE, STATUSES]
    found = assign([names[i] for i in order], list(zip(*(cells[i] for i in order), strict=True)))
    want = ["number", "recommendation", "lead", "target", "status"]
    assert list(found.roles) == [want[i] for i in order]


CELLS = st.sampled_from(["", *ASKED, *OWNERS, *DUE, *STATUSES, *NUMBERS, "?", "Local"])
NAMES = st.sampled_from(" Recommendation Action Lead Due Status Tide No Scope Review".split(" "))


@given(st.lists(NAMES, max_size=7), st.lists(st.lists(CELLS, max_size=8), max_size=6))
def test_any_table_has_a_role_or_none_for_each_column(names, rows):
    columns = assign(names, rows)
    assert len(columns.roles) == len(columns.names) == len(columns.scores) == len(names)
    assert all(columns.roles.count(role) <= 1 for role in ONCE)


# --- columns that are ticked ----------------------------------------------------------------------

BOXES = ["Recommendation", "Not started", "In progress", "Completed"]


def test_columns_named_by_statuses_are_ticked():
    rows = [[ASKED[0], "", "x", ""], [ASKED[1], "", "", "✓"], [ASKED[2], "x", "", ""]]
    found = with_ticks(BOXES, ("recommendation", "", "progress", "completion"), rows)
    assert found == ("recommendation", TICKED, TICKED, TICKED)


def test_columns_with_several_marks_in_a_row_or_other_names_are_not_ticked():
    given_roles = ("recommendation", "", "progress", "completion")
    both = [[ASKED[0], "", "x", "x"]]
    assert with_ticks(BOXES, given_roles, both) == given_roles
    names = ["Recommendation", "Low tide", "High tide", "Completed"]
    assert with_ticks(names, given_roles, [[ASKED[0], "x", "", ""]]) == given_roles


# --- headers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "better",
    [
        # known names before half unknown ones, those before a row of the plan
        [
            ("Recommendation", "Lead", "Due"),
            ("Recommendation", "Lead", "Tide", "Due"),
            ("1", ASKED[0], "Council"),
        ],
        # without a recommendation or action it is hardly a header
        [("Action", "Lead", "Due"), ("Tide", "Lead", "Due")],
        # one name is none
        [("Action", "Lead"), ("Action",)],
        # names of which most are unknown
        [("Action", "Lead", "Due"), ("Action", "Tide", "Gulls", "Wind", "Lead")],
    ],
)
def test_a_row_of_known_names_reads_most_as_a_header(better):
    scores = [header_score(cells) for cells in better]
    assert scores == sorted(scores, reverse=True) and len(set(scores)) == len(scores)


def test_the_score_of_a_header_is_one_and_that_of_a_plan_row_is_not_above_zero():
    assert header_score(("No", "Recommendation", "Lead agency", "Target date", "Status")) == 1
    rows = zip(NUMBERS, ASKED, OWNERS, DUE, STATUSES, strict=True)
    assert all(header_score(row) <= 0 for row in rows)


@pytest.mark.parametrize("bodies_first", [True, False])
def test_of_two_equal_columns_of_owners_the_bodies_lead(bodies_first):
    posts = ["Head of Adult Safeguarding", "Partnerships Officer", "Head of Housing", "Director of Nursing"]
    owners = {"Organisation": OWNERS, "Action_owner": posts}
    order = owners if bodies_first else dict(reversed(owners.items()))
    found = roles(Recommendation=ASKED, **order, Due_date=DUE, Status=STATUSES)
    assert found[1 + list(order).index("Organisation")] == "lead"
    assert found.count("lead") == 1
