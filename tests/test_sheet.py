"""The coding sheet: what goes out, what comes back, and all that is refused."""

import datetime
import io
import zipfile

import pandas as pd
import pytest
from frames import build
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.themes.codebook import BUNDLED, OTHER, Codebook
from dhr_analytics.themes.decisions import add_decisions, apply_decisions, empty_decisions
from dhr_analytics.themes.sheet import export_settlement, export_sheet, import_sheet, read_codings, reading
from dhr_analytics.themes.sheet import layout as sheets

BOOK = Codebook.load()
DAY = datetime.date(2025, 3, 31)
TODAY = datetime.date(2025, 12, 31)
TEXTS = {
    "A-R001": "The Trust to train all of its staff in the use of the DASH checklist.",
    "A-R002": '=HYPERLINK("http://example.org"; "Audit") of case files to be carried out each year.',
    "A-R003": "Write a policy on information sharing between all of the agencies.",
    "B-R001": "#N/A",
}
THEMES = {
    "A-R001": ["dash", "risk_assessment", "training"],
    "A-R002": ["audit_assurance"],
    "A-R003": ["information_sharing", "policy_procedure"],
    "B-R001": [OTHER],
}


def plans(texts=TEXTS, themes=THEMES):
    recs = [{"recommendation_id": key, "text": text, "section": "Heading"} for key, text in texts.items()]
    return build(recommendations=recs, themes=themes)


@pytest.fixture
def review(tmp_path):
    return export_sheet(plans(), tmp_path / "review.xlsx")


@pytest.fixture
def blind(tmp_path):
    return export_sheet(plans(), tmp_path / "blind.xlsx", blind=True, coder="AB")


def fill(path, cells, *, change=None):
    """Write into a sheet as a coder does: {(recommendation_id, column): value}."""
    book = load_workbook(path)
    page = book[sheets.CODING]
    columns = {cell.value: cell.column for cell in page[1]}
    rows = {page.cell(row, columns[sheets.ID]).value: row for row in range(2, page.max_row + 1)}
    for (key, name), value in cells.items():
        page.cell(rows[key], columns[name]).value = value
    if change:
        change(book, page, columns, rows)
    book.save(path)
    return path


def signed(key, **cells):
    found = {(key, sheets.CODER): "AB", (key, sheets.DATE): DAY}
    return found | {(key, getattr(sheets, name)[0] if name != "KEEP" else sheets.KEEP): v for name, v in cells.items()}


def read(path, given_plans=None, **options):
    return import_sheet(path, given_plans or plans(), today=TODAY, **{"codebook": BOOK, **options})


def verdicts(result):
    assert not result.problems, result.problems
    rows = result.decisions
    return {(r, t): v for r, t, v in zip(rows["recommendation_id"], rows["theme"], rows["verdict"], strict=True)}


def name(theme):
    return BOOK.theme(theme).name


def faults(path, **options):
    result = read(path, **options)
    assert result.problems
    assert result.decisions.empty and result.n_decided == 0
    assert all(each.advice and each.advice.endswith((".", "!")) for each in result.problems)
    return [(each.row, each.column) for each in result.problems], result.problems


def test_the_same_plans_give_the_same_bytes(review, tmp_path):
    again = export_sheet(plans(), tmp_path / "again.xlsx")
    assert again.read_bytes() == review.read_bytes()
    with zipfile.ZipFile(review) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_text_stays_text(review):
    page = load_workbook(review)[sheets.CODING]
    cells = [cell for row in page.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    assert {TEXTS["A-R002"], "#N/A"} <= {cell.value for cell in cells}
    assert next(cell for cell in cells if cell.value == TEXTS["A-R002"]).quotePrefix


def test_the_sheet_is_made_for_people(review):
    book = load_workbook(review)
    page = book[sheets.CODING]
    assert book.sheetnames[0] == sheets.GUIDE and book.active.title == sheets.CODING
    guide = {cell.value for row in book[sheets.GUIDE].iter_rows() for cell in row}
    assert {theme.definition for theme in BOOK.themes} <= guide
    assert page.freeze_panes == "D2" and page.protection.sheet
    assert page.column_dimensions["A"].hidden and page["E2"].alignment.wrap_text
    locked = {
        page.cell(1, column).value: page.cell(2, column).protection.locked for column in range(1, page.max_column + 1)
    }
    assert {key for key, value in locked.items() if value} == {*sheets.LOCKED, sheets.MACHINE, sheets.DOUBT}
    assert name("training") in page["F2"].value


def test_drop_downs_offer_the_themes_of_the_row_and_all_themes(review):
    book = load_workbook(review)
    offers = {str(each.sqref): each.formula1 for each in book[sheets.CODING].data_validations.dataValidation}
    lists = book[sheets.LISTS]

    def offered(cells):
        area = offers[cells].replace(f"{sheets.LISTS}!", "").replace("$", "")
        return [cell.value for row in lists[area] for cell in row]

    assert offered("I2:N2") == [name(theme) for theme in THEMES["A-R001"]]
    assert offered("O2:T5") == [theme.name for theme in BOOK.themes]
    assert offers["H2:H5"] == '"yes,no"'


QUEUE = pd.DataFrame(
    [
        ("A-R003", "training", 0.41, False, "each of the agencies", 0.5),
        ("A-R002", "audit_assurance", 0.55, True, "Audit", 0.3),
        ("A-R003", "marac", 0.25, False, "", 0.2),
        ("A-R002", "training", 0.3, False, "carried out", 0.1),
    ],
    columns=["recommendation_id", "theme", "probability", "given", "evidence", "usefulness"],
)


def test_what_is_in_doubt_comes_first_with_the_reason(tmp_path):
    path = export_sheet(plans(), tmp_path / "a.xlsx", codebook=BOOK, queue=QUEUE)
    header, *rows = load_workbook(path)[sheets.CODING].iter_rows(values_only=True)
    told = {row[header.index(sheets.ID)]: row[header.index(sheets.DOUBT)] for row in rows}
    assert list(told) == ["A-R003", "A-R002", "A-R001", "B-R001"]  # by use, then as in the document
    first, second = told["A-R003"].split("\n")
    assert first == f"{name('training')} (not given now, 41% likely): “each of the agencies”"
    assert second.startswith(name("marac"))
    assert "given now, 55% likely" in told["A-R002"] and told["A-R001"] is None
    fill(path, signed("A-R003", ADD="training"))
    assert verdicts(read(path)) == {("A-R003", "training"): "present"}


def test_a_blind_sheet_does_not_give_away_what_is_in_doubt(tmp_path, blind):
    path = export_sheet(plans(), tmp_path / "a.xlsx", blind=True, coder="AB", queue=QUEUE)
    assert path.read_bytes() == blind.read_bytes()


def test_a_sheet_of_before_there_was_a_column_for_doubt_is_taken(review):
    fill(
        review,
        signed("A-R002", KEEP="yes"),
        change=lambda book, page, columns, _: page.delete_cols(columns[sheets.DOUBT]),
    )
    assert verdicts(read(review)) == {("A-R002", "audit_assurance"): "present"}


def test_a_blind_sheet_says_nothing_of_the_machine(blind):
    with zipfile.ZipFile(blind) as archive:
        everything = "".join(archive.read(entry).decode() for entry in archive.namelist())
    book = load_workbook(blind)
    assert sheets.MACHINE not in everything
    assert {row[1].value for row in book[sheets.CODING].iter_rows(min_row=2)} == {None}
    assert max(column for row in book[sheets.LISTS].iter_rows() for column in [c.column for c in row if c.value]) == 2
    assert (
        blind.read_bytes()
        == export_sheet(plans(themes=None), blind.with_name("uncoded.xlsx"), blind=True, coder="AB").read_bytes()
    )


def test_what_may_not_be_exported(tmp_path, review):
    with pytest.raises(UsageError, match="somebody's coding"):
        export_sheet(plans(), review)
    with pytest.raises(UsageError, match="xlsx"):
        export_sheet(plans(), tmp_path / "sheet.csv")
    with pytest.raises(UsageError, match="dhr classify"):
        export_sheet(plans(themes=None), tmp_path / "a.xlsx")
    with pytest.raises(UsageError, match="Z-R009"):
        export_sheet(plans(), tmp_path / "a.xlsx", only=["Z-R009"])
    restricted = plans()
    restricted.about["restricted"] = True
    with pytest.raises(UsageError, match="names"):
        export_sheet(restricted, tmp_path / "a.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["review.xlsx"]


def test_a_sample_holds_what_was_asked_for(tmp_path):
    path = export_sheet(plans(), tmp_path / "a.xlsx", only=["A-R003", "B-R001"])
    assert read(path).n_left == 2


def test_an_untouched_sheet_decides_nothing(review, blind):
    for path in (review, blind):
        result = read(path)
        assert (result.problems, len(result.decisions), result.n_decided, result.n_left) == ([], 0, 0, 4)


def test_keep_remove_and_add(review):
    fill(review, signed("A-R001", KEEP="no", REMOVE=name("training"), ADD=name("supervision_oversight")))
    fill(review, signed("A-R002", KEEP="Yes"))
    fill(review, signed("A-R003", REMOVE="policy_procedure"))
    fill(review, signed("B-R001", ADD="MARAC"))  # an id in capitals
    assert verdicts(read(review)) == {
        ("A-R001", "dash"): "present",
        ("A-R001", "risk_assessment"): "present",
        ("A-R001", "supervision_oversight"): "present",
        ("A-R001", "training"): "absent",
        ("A-R002", "audit_assurance"): "present",
        ("A-R003", "policy_procedure"): "absent",
        ("B-R001", "marac"): "present",
    }
    assert set(read(review).decisions["decided_on"]) == {"2025-03-31"}
    assert set(read(review).decisions["codebook_version"]) == {BOOK.version}


def test_a_blind_row_decides_on_every_theme(blind):
    fill(blind, {("A-R001", sheets.THEMES[3]): name("dash"), ("A-R001", sheets.DATE): "31/03/2025"})
    found = verdicts(read(blind))
    assert len(found) == len(BOOK.themes)
    assert {theme for (_, theme), verdict in found.items() if verdict == "present"} == {"dash", "risk_assessment"}


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"ADD": "Trainning and workforce development"}, "Add theme 1", f"Did you mean '{name('training')}'"),
        ({"ADD": "zzz"}, "Add theme 1", "no such theme"),
        ({"KEEP": "perhaps"}, sheets.KEEP, "yes or no"),
        ({"KEEP": "no"}, sheets.KEEP, "which theme"),
        ({"KEEP": "yes", "REMOVE": "training"}, sheets.KEEP, "Choose no"),
        ({"REMOVE": "marac"}, "Remove 1", "does not have"),
        ({"REMOVE": "training", "ADD": "training"}, "Add theme 1", "one of the two"),
        ({"REMOVE": "risk_assessment"}, "Remove 1", name("dash")),
        ({"ADD": "other"}, "Add theme 1", "alone"),
    ],
)
def test_wrong_choices_are_reported_at_their_cell(review, cells, column, said):
    where, problems = faults(fill(review, signed("A-R001", **cells)))
    assert where == [(2, column)]
    assert said in problems[0].advice


def test_nothing_is_taken_where_one_row_is_wrong(review):
    fill(review, signed("A-R002", KEEP="yes") | signed("A-R001", ADD="zzz"))
    assert faults(review)[0] == [(2, "Add theme 1")]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (sheets.CODER, None, "initials"),
        (sheets.DATE, None, "2025-03-31"),
        (sheets.DATE, "last week", "2025-03-31"),
        (sheets.DATE, datetime.date(2205, 3, 31), "not later than today"),
    ],
)
def test_who_and_when_must_be_said(review, column, value, said):
    where, problems = faults(fill(review, signed("A-R001", KEEP="yes") | {("A-R001", column): value}))
    assert where == [(2, column)] and said in problems[0].advice


def test_unknown_coders_are_refused(review, blind):
    fill(review, signed("A-R001", KEEP="yes"))
    assert faults(review, coders=["CD"])[0] == [(2, sheets.CODER)]
    assert not read(review, coders=["AB", "CD"]).problems
    fill(blind, signed("A-R001", THEMES="dash") | {("A-R001", sheets.CODER): "CD"})
    assert faults(blind)[0] == [(2, sheets.CODER)]


def test_a_reason_without_a_decision_is_not_lost(review, blind):
    for path in (review, blind):
        assert faults(fill(path, {("A-R003", sheets.REASON): "Not sure"}))[0] == [(4, sheets.REASON)]


def test_a_deleted_row_is_named(review):
    fill(
        review, signed("A-R001", KEEP="yes"), change=lambda book, page, columns, rows: page.delete_rows(rows["A-R002"])
    )
    where, problems = faults(review)
    assert where == [(0, sheets.ID)] and problems[0].seen == "A-R002"


def test_a_duplicated_row_is_named(review):
    def copy(book, page, columns, rows):
        page.append([cell.value for cell in page[rows["A-R001"]]])

    where, problems = faults(fill(review, {}, change=copy))
    assert where == [(6, sheets.ID)] and "row 2" in problems[0].advice


def test_an_added_row_is_named(review):
    assert faults(fill(review, {}, change=lambda book, page, *_: page.append([None, None, "A-R009", "", "New"])))[
        0
    ] == [(6, sheets.KEY)]


@pytest.mark.parametrize(
    ("column", "value", "where"),
    [
        (sheets.KEY, "0123", [(0, sheets.ID), (2, sheets.KEY)]),
        (sheets.SHOWN, "dash", [(2, sheets.ID)]),
        (sheets.WORDING, "Another wording that was pasted in here", [(2, sheets.ID)]),
        (sheets.ID, "A-R003", [(2, sheets.ID)]),
    ],
)
def test_a_changed_key_is_reported(review, column, value, where):
    assert faults(fill(review, {("A-R001", column): value}))[0] == where


def test_a_formula_is_refused_wherever_it_stands(review):
    fill(review, signed("A-R001", KEEP="yes") | {("A-R001", sheets.REASON): "=1+1", ("A-R002", sheets.WORDING): "=A1"})
    where, problems = faults(review)
    assert {(2, sheets.REASON), (3, sheets.WORDING)} <= set(where)
    assert "formula" in problems[0].advice


def test_another_codebook_version_is_refused_unless_it_is_meant(review, tmp_path):
    text = BUNDLED.read_text(encoding="utf-8")
    (tmp_path / "newer.toml").write_text(text.replace("What an employer does", "All that an employer does"), "utf-8")
    newer = Codebook.load(tmp_path / "newer.toml")
    fill(review, signed("A-R001", KEEP="yes"))
    where, problems = faults(review, codebook=newer)
    assert where == [(0, "")] and BOOK.version in problems[0].seen and newer.version in problems[0].advice
    taken = read(review, codebook=newer, older_codebook=True)
    assert set(taken.decisions["codebook_version"]) == {BOOK.version}


def test_the_same_wording_is_coded_alike(tmp_path):
    texts = {"A-R001": "Train all of the staff each year.", "A-R002": "Train all of the staff, each year"}
    twins = plans(texts, {"A-R001": ["training"], "A-R002": ["training"]})
    path = export_sheet(twins, tmp_path / "a.xlsx")
    fill(path, signed("A-R001", KEEP="yes") | signed("A-R002", KEEP="no", REMOVE="training", ADD="marac"))
    result = read(path, twins)
    assert [(each.row, each.column) for each in result.problems] == [(3, sheets.ID)]


def test_a_sheet_outlives_renumbering_but_not_new_wording(review):
    fill(review, signed("A-R001", KEEP="yes"))
    moved = plans(
        {"A-R007": TEXTS["A-R001"].upper(), "A-R002": TEXTS["A-R002"]} | {k: TEXTS[k] for k in ("A-R003", "B-R001")},
        None,
    )
    assert set(read(review, moved).decisions["recommendation_id"]) == {"A-R007"}
    other = plans({**TEXTS, "A-R003": "Something else is asked for now by the panel."}, None)
    result = read(review, other)
    assert [(each.row, each.seen) for each in result.problems] == [(4, "A-R003")]


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04broken"])
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match="a.xlsx"):
        read(path)


def test_other_workbooks_are_refused(tmp_path, review):
    from openpyxl import Workbook

    Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="not a coding sheet"):
        read(tmp_path / "a.xlsx")
    with pytest.raises(UsageError, match="no file"):
        read(tmp_path / "none.xlsx")
    fill(review, {}, change=lambda book, page, *_: page.delete_cols(3))
    with pytest.raises(InputError, match="first row"):
        read(review)


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "_LARGEST", 1000)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 2000)
    (tmp_path / "a.xlsx").write_bytes(made.getvalue())
    with pytest.raises(InputError, match="unpacks"):
        read(tmp_path / "a.xlsx")


def coded(path, coder, choices):
    cells = {}
    for key, themes in choices.items():
        cells |= {(key, sheets.CODER): coder, (key, sheets.DATE): DAY}
        cells |= {(key, column): theme for column, theme in zip(sheets.THEMES, themes, strict=False)}
    return fill(path, cells)


def test_codings_of_a_blind_sheet(tmp_path, review):
    path = export_sheet(plans(), tmp_path / "a.xlsx", blind=True)
    coded(path, "AB", {"A-R001": ["training", "dash"], "A-R003": ["marac"]})
    codings, problems = read_codings(path)
    assert not problems and codings.coder == "AB"
    assert [row["themes"] for row in codings.rows.values()] == [["dash", "risk_assessment", "training"], ["marac"]]
    with pytest.raises(InputError, match="--blind"):
        read_codings(review)
    coded(path, "CD", {"A-R003": ["marac"]})
    with pytest.raises(InputError, match="AB and CD"):
        read_codings(path)
    codings, problems = read_codings(coded(path, "AB", {"A-R003": ["zzz"]}))
    assert not codings.rows and [each.column for each in problems] == ["Theme 1"]


def test_a_settlement_comes_back_only_when_it_is_settled(tmp_path):
    both = []
    for coder, themes in (("AB", ["training", "dash"]), ("CD", ["training"])):
        path = export_sheet(plans(), tmp_path / f"{coder}.xlsx", blind=True, coder=coder)
        coded(path, coder, {"A-R001": themes, "A-R003": ["policy_procedure"]})
        both.append(read_codings(path)[0])
    path = export_settlement(both, tmp_path / "settle.xlsx")
    assert [(row, column) for row, column in faults(path)[0]] == [(2, sheets.CODER), (2, sheets.DATE)]
    coded(path, "AB and CD", {"A-R001": ["training"]})
    found = verdicts(read(path))
    assert {key for key, verdict in found.items() if verdict == "present"} == {
        ("A-R001", "training"),
        ("A-R003", "policy_procedure"),
    }


TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=80).filter(lambda text: text.strip())


@settings(max_examples=20, deadline=None)
@given(texts=st.lists(TEXT, min_size=1, max_size=5), picks=st.data())
def test_any_wording_goes_out_and_comes_back(tmp_path_factory, texts, picks):
    ids = [f"A-R{number:03d}" for number in range(1, len(texts) + 1)]
    themes = {key: picks.draw(st.lists(st.sampled_from(BOOK.ids), min_size=1, max_size=6, unique=True)) for key in ids}
    made = plans(dict(zip(ids, texts, strict=True)), themes)
    path = export_sheet(made, tmp_path_factory.mktemp("any") / "a.xlsx", codebook=BOOK)
    book = load_workbook(path)
    book.save(path)  # as an application saves it
    result = read(path, made)
    assert not result.problems and result.decisions.empty and result.n_left == len(texts)


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_random_decisions_come_back_and_decide(tmp_path_factory, data):
    made = plans()
    wanted = {
        key: BOOK.close(
            data.draw(st.lists(st.sampled_from([t for t in BOOK.ids if t != OTHER]), min_size=1, max_size=6))
        )
        for key in data.draw(st.lists(st.sampled_from(list(TEXTS)), unique=True))
    }
    path = export_sheet(made, tmp_path_factory.mktemp("random") / "a.xlsx", codebook=BOOK)
    cells = {}
    for key, themes in wanted.items():
        cells |= {(key, sheets.CODER): "AB", (key, sheets.DATE): DAY}
        gone = [theme for theme in THEMES[key] if theme not in themes]
        cells |= {(key, column): name(theme) for column, theme in zip(sheets.REMOVE, gone, strict=False)}
        added = [theme for theme in themes if theme not in THEMES[key]]
        cells |= {(key, column): name(theme) for column, theme in zip(sheets.ADD, added, strict=False)}
        cells[key, sheets.KEEP] = "no" if gone else "yes"
        if len(added) > len(sheets.ADD):
            return
    result = read(fill(path, cells), made)
    assert not result.problems
    stored = add_decisions(empty_decisions(), result.decisions)
    final = apply_decisions(made.themes, made.recommendations, stored, codebook=BOOK)
    for key, themes in wanted.items():
        rows = final[final["recommendation_id"] == key]
        assert rows["theme"].tolist() == themes
        assert set(rows["source"]) == {"human"}
