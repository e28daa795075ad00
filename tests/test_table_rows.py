"""Rows: tables in which each row holds its recommendation or goes on from the one above."""

from raw_tables import cells, columns, reading, table, text

from dhr_analytics.normalising.grammars import table_rows

HEAD = ("No", "Recommendation", "Lead agency", "Target date")
LIGHT = ("1", "The board should light the quay.", "Harbour board", "May 2031")
WAIT = ("2", "The ferry should wait for the train.", "Ferry company", "June 2031")


def read(*tables):
    return reading(table_rows, *tables)


def widened(names, *rows):
    """The plan with further columns on the right."""
    plan = [(*row, *more) for row, more in zip((LIGHT, WAIT), rows, strict=True)]
    return table((*HEAD, *names), *plan)


def test_each_row_has_its_cells_and_its_place():
    found = read(table(HEAD, LIGHT, WAIT))
    assert cells(found)[0] == {
        "number": "1",
        "recommendation": "The board should light the quay.",
        "lead": "Harbour board",
        "target": "May 2031",
    }
    assert [row.place for row in found.rows] == ["row 2", "row 3"]
    assert found.rejected == ()


def test_a_table_without_recommendations_is_left_to_others():
    own = table(("Action", "Lead", "Due"), ("Buy lamps.", "Harbour board", "May 2031"))
    assert read(own) is None


def test_a_heading_holds_until_the_next_be_it_a_row_or_a_line():
    plan = table(HEAD, LIGHT, "Ferries", WAIT, LIGHT)
    assert [row.section for row in read(text("Lamps"), plan).rows] == [
        "Lamps",
        "Ferries",
        "Ferries",
    ]
    assert not any(row.topic for row in read(text("Lamps"), plan).rows)


def test_a_heading_above_nothing_is_set_aside():
    found = read(table(HEAD, "Lamps", "Ferries", LIGHT, WAIT, "Boats"))
    assert [row.section for row in found.rows] == ["Ferries", "Ferries"]
    assert [piece.text for piece in found.rejected] == ["Lamps", "Boats"]


def test_a_title_is_no_heading_and_ends_the_one_above():
    found = read(text("Action plan of the review"), table(HEAD, LIGHT))
    assert [row.section for row in found.rows] == [""]
    both = [
        text("Action plan"),
        text("Lamps"),
        table(HEAD, LIGHT),
        text("Appendix B"),
        table(HEAD, WAIT),
    ]
    assert [row.section for row in read(*both).rows] == ["Lamps", ""]


def test_text_between_tables_is_set_aside_in_one_piece():
    lines = text("The board met in May, as it does.", "It was agreed by all, so it stands.")
    found = read(table(HEAD, LIGHT), lines, table(HEAD, WAIT))
    (piece,) = found.rejected
    assert (piece.place, piece.reason) == ("line 1 to line 2", "text outside the plan")
    assert len(found.rows) == 2


def test_a_column_of_topics_is_the_section_but_names_no_agency():
    found = read(widened(["Topic"], ["Lamps"], ["Trains"]))
    assert [(row.section, row.topic) for row in found.rows] == [("Lamps", True), ("Trains", True)]


def test_below_a_heading_of_the_table_a_topic_is_a_note():
    found = read(table((*HEAD, "Topic"), "Harbour", (*LIGHT, "Lamps"), (*WAIT, "Trains")))
    assert [row.section for row in found.rows] == ["Harbour", "Harbour"]
    assert columns(found, "notes") == [("Lamps",), ("Trains",)]


def test_the_name_and_day_of_a_review_stand_beside_each_row():
    found = read(
        table(
            ("Review", "Published", *HEAD),
            ("Case of the pier", "3 May 2030", *LIGHT),
            ("Case of the\nferry", "4 May 2030", *WAIT),
        )
    )
    assert [row.review for row in found.rows] == ["Case of the pier", "Case of the ferry"]
    assert columns(found, "published", "review") == [("3 May 2030", ""), ("4 May 2030", "")]


def test_unknown_columns_are_notes_with_their_names():
    found = read(widened(["Tide", "Theme"], ["high", "Safety"], ["", "Trains"]))
    assert columns(found, "notes") == [("Tide: high\nTheme: Safety",), ("Theme: Trains",)]


def test_a_revised_day_is_the_target_and_the_first_one_a_note():
    found = read(widened(["Revised target date"], ["July 2032"], [""]))
    assert columns(found, "target", "notes") == [
        ("July 2032", "First target: May 2031"),
        ("June 2031", ""),
    ]


def test_a_revised_day_that_is_none_is_a_note():
    found = read(widened(["Revised target date"], ["July 2032"], ["not agreed"]))
    assert columns(found, "target", "notes")[1] == ("June 2031", "Revised target: not agreed")


def test_totals_examples_and_page_feet_are_no_rows():
    found = read(
        table(
            HEAD,
            ("e.g. 1", "The mayor should sing.", "Mayor", "DD/MM/YYYY"),
            LIGHT,
            ("Draft", "", "", "Page 2 of 3"),
            WAIT,
            ("Total", "2 recommendations", "", ""),
        )
    )
    assert columns(found, "number") == [("1",), ("2",)]
    assert [piece.place for piece in found.rejected] == ["row 2", "row 4", "row 6"]


def test_of_boxes_the_ticked_one_counts():
    found = read(widened(["Status"], ["☐ Open ☒ Done"], ["☒ Open ☐ Done"]))
    assert columns(found, "status") == [("Done",), ("Open",)]
    assert [piece.text for piece in found.rejected] == ["Open", "Done"]


def test_a_ticked_column_gives_the_status():
    found = read(widened(["Not started", "In progress", "Completed"], ["", "x", ""], ["", "", "x"]))
    assert columns(found, "status") == [("in progress",), ("completed",)]


def test_a_row_without_a_number_or_wording_goes_on_from_above():
    found = read(table(HEAD, LIGHT, ("", "", "Town council", "July 2031"), WAIT))
    assert cells(found)[1] == {"lead": "Town council", "target": "July 2031"}
