import csv
import hashlib
from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, SHARED

from dhr_analytics import schema
from dhr_analytics.collecting.documents import find_documents
from dhr_analytics.collecting.ingesting import ingest
from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.package import Plans, read_package, write_package

PLAN = "No\tRecommendation\tAction\tLead agency\tTarget date\tStatus\n1\tTrain staff.\tRun it.\tNorthmoor Police\tMay 2025\tOngoing\n"


def tree(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def gold(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def found_by_document(plans: Plans) -> Counter:
    return Counter(dict(zip(plans.reviews["document"], plans.reviews["n_recommendations"], strict=True)))


@pytest.mark.parametrize(
    ("documents", "gold_folder"),
    [
        pytest.param(ROOT / "data" / "sample", ROOT / "tests" / "gold_sample", id="sample"),
        pytest.param(SHARED / "seeds", SHARED / "gold", id="published", marks=pytest.mark.seeds),
    ],
)
def test_plans_are_read_as_a_careful_person_reads_them(documents, gold_folder):
    plans = ingest([documents])
    expected = gold(gold_folder, "recommendations")
    document_of = dict(zip(plans.reviews["review_id"], plans.reviews["document"], strict=True))
    read = [
        (document_of[r.review_id], r.number.strip(".() "), r.scope, r.section)
        for r in plans.recommendations.itertuples()
    ]
    want = [(r["document"], r["number"].strip(".() "), r["scope"], r["section"]) for r in expected]
    assert read == want
    # Every status and target that the hand reading holds, counted per document (placeholders and soft splits aside).
    wanted = Counter(
        (a["document"], a["status"])
        for a in gold(gold_folder, "actions")
        if not a["soft_split"] and not a["alt_status"]
    )
    got = Counter((document_of[a.review_id], a.status) for a in plans.actions.itertuples())
    assert all(got[key] >= n for key, n in wanted.items() if key[1] in ("completed", "considering"))


def test_no_name_of_the_sample_reaches_the_package(sample_plans, tmp_path):
    write_package(sample_plans, tmp_path / "pkg")
    written = "\n".join(p.read_text(encoding="utf-8") for p in (tmp_path / "pkg").iterdir())
    names = {row["lead_person"] for row in gold(ROOT / "tests" / "gold_sample", "actions") if row["lead_person"]}
    full = {" ".join(name.split()[:2]) for name in names if len(name.split()) >= 2 and name.split()[0] in
            ("Alex", "Sam", "Jo", "Robin", "Bo", "Kim", "Drew", "Chris", "Pat", "Max")}  # fmt: skip
    assert full
    assert not [name for name in full if name in written]


def test_the_same_documents_give_the_same_bytes_for_any_jobs(tmp_path):
    for name, jobs in (("one", 1), ("two", 2)):
        write_package(ingest([ROOT / "data" / "sample"], jobs=jobs), tmp_path / name)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_keys_do_not_depend_on_the_file_name(tmp_path):
    ids = []
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(PLAN, encoding="utf-8")
        ids.append(list(ingest([tmp_path / name]).actions["action_id"]))
    assert ids[0] == ids[1]


def test_a_package_survives_the_round_trip(sample_plans, tmp_path):
    write_package(sample_plans, tmp_path / "pkg")
    back = read_package(tmp_path / "pkg")
    for name, frame in sample_plans.tables().items():
        pd.testing.assert_frame_equal(getattr(back, name), frame)


def test_the_package_is_valid_frictionless(sample_plans, tmp_path):
    frictionless = pytest.importorskip("frictionless")
    write_package(sample_plans, tmp_path / "pkg")
    report = frictionless.validate(str(tmp_path / "pkg" / "datapackage.json"))
    assert report.valid, report.to_summary()


def test_the_manifest_states_what_the_document_does_not(tmp_path):
    (tmp_path / "p.txt").write_text(PLAN.replace("May 2025", "3 months after publication"), encoding="utf-8")
    (tmp_path / "reviews.csv").write_text(
        "document,review_id,area,published_on\np.txt,N-1,Northmoor,2024-11-30\n", encoding="utf-8"
    )
    plans = ingest([tmp_path])
    assert list(plans.recommendations["recommendation_id"]) == ["N-1-R001"]
    assert plans.actions["target_on"].iloc[0].date() == date(2025, 2, 28)
    assert plans.reviews["area"].iloc[0] == "Northmoor"


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        ("document,review\np.txt,N", "Did you mean review_id"),
        ("doc\np.txt", "no column 'document'"),
        ("document,published_on\np.txt,31.12.2024", "write it as 2025-03-31"),
        ("document,published_on\n\np.txt,31/11/2024", "m.csv, line 3: published_on is '31/11/2024'"),
        ("document,area\np.txt,Northmoor, by the sea", "line 2: more cells"),
        ("document\np.txt\np.txt", "appears twice"),
        ("document\nq.txt", "Did you mean p.txt"),
        ("document,review_id\np.txt,N@1", "Leave @ out"),
        ("document,review_id\np.txt,N\nq.txt,N", "one plan at different times"),
        ("document,review_id,snapshot_on\np.txt,N,2024-12-31\nq.txt,N,", "one plan at different times"),
        ("document,review_id,snapshot_on\np.txt,N,2024-12-31\nq.txt,N,20241231", "one plan at different times"),
    ],
)
def test_a_faulty_manifest_is_refused_in_words(tmp_path, manifest, says):
    (tmp_path / "p.txt").write_text(PLAN, encoding="utf-8")
    (tmp_path / "m.csv").write_text(manifest, encoding="utf-8")
    with pytest.raises(UsageError, match=says):
        ingest([tmp_path / "p.txt"], manifest=tmp_path / "m.csv")


SNAPSHOTS = (
    "document,review_id,snapshot_on\n"
    "later.txt,N-1,2025-03-31\nfirst.txt,N-1,2024-12-31\nlast.txt,N-1,2025-06-30\nother.txt,,2025-06-30\n"
)


def test_later_snapshots_of_a_review_stand_beside_the_first(tmp_path):
    for name, status in (("first", "Ongoing"), ("later", "Ongoing, delayed"), ("last", "Completed"), ("other", "Open")):
        (tmp_path / f"{name}.txt").write_text(PLAN.replace("Ongoing", status), encoding="utf-8")
    (tmp_path / "reviews.csv").write_text(SNAPSHOTS, encoding="utf-8")
    plans = ingest([tmp_path])
    keys = dict(zip(plans.reviews["document"], plans.reviews["review_id"], strict=True))
    other = keys.pop("other.txt")
    assert keys == {"first.txt": "N-1", "later.txt": "N-1@2025-03-31", "last.txt": "N-1@2025-06-30"}
    assert {schema.review_of(key) for key in keys.values()} == {"N-1"}
    assert schema.review_of(other) == other
    assert "N-1@2025-06-30-R001-A01" in set(plans.actions["action_id"])
    schema.check(plans.tables())
    # The keys follow from the manifest, not from which of its documents are read.
    alone = ingest([tmp_path / "later.txt"])
    assert alone.reviews["review_id"].tolist() == ["N-1@2025-03-31"]


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    (tmp_path / "p.txt").write_text(PLAN, encoding="utf-8")
    (tmp_path / "copy.txt").write_text(PLAN, encoding="utf-8")
    (tmp_path / "photo.txt").write_bytes(b"\x89PNG\x00\x00")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "letter.txt").write_text("Dear all,\n\nsee you there.\n", encoding="utf-8")
    plans = ingest([tmp_path])
    assert len(plans.reviews) == 1
    reasons = dict(zip(plans.rejected["document"], plans.rejected["reason"], strict=True))
    assert "not text" in reasons["photo.txt"]
    assert "empty" in reasons["empty.txt"]
    assert "no action plan" in reasons["letter.txt"]
    assert "the same document" in reasons["p.txt"]  # copy.txt comes first by name


def test_a_folder_without_a_plan_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear all,\n\nsee you there.\n", encoding="utf-8")
    with pytest.raises(InputError, match="No action plan was found in 1 document"):
        ingest([tmp_path])
    (tmp_path / "a.txt").write_bytes(b"\x89PNG\x00\x00")
    with pytest.raises(InputError) as told:
        ingest([tmp_path])
    assert str(told.value).count("a.txt") == 1, "the file is named once"


def test_missing_and_empty_folders_are_wrong_use(tmp_path):
    with pytest.raises(UsageError, match="no documents"):
        find_documents([tmp_path])
    with pytest.raises(UsageError, match="no file or folder"):
        find_documents([tmp_path / "nowhere"])


def test_names_are_kept_only_when_asked_and_the_package_says_so(tmp_path):
    (tmp_path / "p.txt").write_text(
        PLAN.replace("Northmoor Police", "Alex Example, Northmoor Police").replace("Run it", "Alex Example runs it")
    )
    masked, kept = ingest([tmp_path]), ingest([tmp_path], keep_names=True)
    assert masked.actions["text"].iloc[0] == "[name] runs it."
    assert kept.actions["text"].iloc[0] == "Alex Example runs it."
    assert kept.about["restricted"] is True and "restricted" not in masked.about


def test_a_folder_that_is_no_package_is_never_overwritten(sample_plans, tmp_path):
    (tmp_path / "mine.docx").write_bytes(b"x")
    with pytest.raises(UsageError, match="not a plan package"):
        write_package(sample_plans, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.docx"]


def test_a_package_replaces_an_older_one_whole(sample_plans, tmp_path):
    write_package(sample_plans, tmp_path / "pkg")
    (tmp_path / "pkg" / "stale.csv").write_text("x")
    write_package(sample_plans, tmp_path / "pkg")
    assert not (tmp_path / "pkg" / "stale.csv").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["pkg"]


def test_broken_tables_are_refused(sample_plans, tmp_path):
    actions = sample_plans.actions.copy()
    actions.loc[0, "status"] = "finished"
    with pytest.raises(InputError, match="'finished' is not one of"):
        schema.check({**sample_plans.tables(), "actions": actions})
    with pytest.raises(InputError, match="is not in recommendations"):
        schema.check({**sample_plans.tables(), "recommendations": sample_plans.recommendations.iloc[1:]})
    with pytest.raises(InputError, match="appears twice"):
        schema.check({"reviews": pd.concat([sample_plans.reviews, sample_plans.reviews])})
    write_package(sample_plans, tmp_path / "pkg")
    (tmp_path / "pkg" / "actions.csv").write_text("action_id\nx\n")
    with pytest.raises(InputError, match="has no column"):
        read_package(tmp_path / "pkg")
    with pytest.raises(UsageError, match="dhr ingest"):
        read_package(tmp_path / "nothing")


def _correct(folder, *rows):
    lines = ["row_id,column,was,now,by,on,reason", *rows]
    (folder / "overrides.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_corrections_survive_a_new_reading(tmp_path):
    (tmp_path / "p.txt").write_text(PLAN, encoding="utf-8")
    key = ingest([tmp_path]).actions["action_id"].iloc[0]
    _correct(
        tmp_path,
        f"{key},status,in_progress,completed,A. Analyst,2025-04-01,seen the minutes",
        f"{key},lead_agency,Northmoor Police,Northmoor Council,,,",
    )
    for _ in range(2):
        plans = ingest([tmp_path])
        action = plans.actions.iloc[0]
        assert (action.status, action.lead_agency, action.sector) == (
            "completed",
            "Northmoor Council",
            "local authority",
        )
        assert [row["column"] for row in plans.about["corrections"]] == ["status", "lead_agency"]
        assert len(plans.reviews) == 1  # the file of corrections is no document


def test_a_correction_that_the_document_has_taken_up_is_none(tmp_path):
    (tmp_path / "p.txt").write_text(PLAN.replace("Northmoor Police", "Chair"), encoding="utf-8")
    key = ingest([tmp_path]).actions["action_id"].iloc[0]
    _correct(tmp_path, f"{key},status,in_progress,in_progress,,,", f"{key},lead_agency,Police,Chair,,,")
    plans = ingest([tmp_path])
    assert plans.about["corrections"] == []
    assert (plans.actions["status_evidence"].iloc[0], plans.actions["confidence"].iloc[0]) == ("Ongoing", 1.0)


def test_a_correction_never_lands_on_other_words(tmp_path):
    (tmp_path / "p.txt").write_text(PLAN, encoding="utf-8")
    key = ingest([tmp_path]).actions["action_id"].iloc[0]
    _correct(tmp_path, f"{key},status,not_started,completed,,,")
    plans = ingest([tmp_path])
    assert plans.actions["status"].iloc[0] == "in_progress"
    reasons = plans.needs_review.set_index("row_id")["reason"]
    assert "not applied" in reasons[key]
    (remark,) = plans.about["remarks"]
    assert all(part in remark for part in ("overrides.csv, line 2", key, "'in_progress'", "'not_started'"))


def test_a_correction_with_the_wording_follows_it_to_another_row(tmp_path):
    csv, before = tmp_path / "p.csv", "Ref,Recommendation,Action,Lead,Due,Status"
    rows = [
        "1,Police should train all call handlers.,Hold a course.,Northmoor Police,31/03/2025,Merged with action 2",
        "2,Police should audit their risk forms.,Audit forty forms.,Northmoor Police,31/03/2025,Rejected",
    ]
    (tmp_path / "reviews.csv").write_text("document,review_id\np.csv,P\n", encoding="utf-8")
    (tmp_path / "overrides.csv").write_text(
        "row_id,column,was,now,text\n"
        "P-R001-A01,status,superseded,in_progress,Hold a course.\n"
        "P-R002-A01,status,no_update,completed,Audit forty forms.\n"  # made when a refusal was no status
        "P-R001-A01,status,superseded,completed,A wording that is gone.\n",
        encoding="utf-8",
    )
    new = "0,Health staff should ask about home.,Write a prompt.,Northmoor Trust,31/03/2025,Superseded by action 4"
    for lines in (rows, [new, *rows]):
        csv.write_text("\n".join([before, *lines]) + "\n", encoding="utf-8")
        plans = ingest([tmp_path])
        status = dict(zip(plans.actions["text"], plans.actions["status"], strict=True))
        assert status.pop("Write a prompt.", "superseded") == "superseded"
        assert status == {"Hold a course.": "in_progress", "Audit forty forms.": "not_taken_forward"}
        other, gone = plans.about["remarks"]
        assert "overrides.csv, line 3" in other and "'not_taken_forward'" in other
        assert "overrides.csv, line 4" in gone and "not applied" in gone


def test_lines_that_fit_nothing_are_named(tmp_path):
    for name in ("p", "q"):
        (tmp_path / f"{name}.txt").write_text(PLAN.replace("Train", f"Train {name}"), encoding="utf-8")
    (tmp_path / "reviews.csv").write_text("document,review_id\np.txt,P\nq.txt,Q\nr.txt,R\n", encoding="utf-8")
    _correct(tmp_path, ",,,,,,", "P-R009-A01,status,a,completed,,,", "Q-R001-A01,status,in_progress,completed,,,")
    plans = ingest([tmp_path])
    assert [remark.partition(":")[0].partition(" names")[0] for remark in plans.about["remarks"]] == [
        "reviews.csv, line 4",
        "overrides.csv, line 3",
    ]
    assert len(plans.about["corrections"]) == 1
    # Where only a part of the folder is read, the lines of the others are nobody's mistake.
    (tmp_path / "r.txt").write_text(PLAN, encoding="utf-8")
    assert "remarks" not in ingest([tmp_path / "q.txt"]).about
    assert len(ingest([tmp_path / "p.txt"]).about["remarks"]) == 1


def test_corrections_may_be_written_as_excel_saves_them(tmp_path):
    (tmp_path / "p.txt").write_text(PLAN, encoding="utf-8")
    (tmp_path / "reviews.csv").write_text("document,review_id,snapshot_on\np.txt,P,05/04/2025\n", encoding="utf-8")
    _correct(
        tmp_path,
        "P-R001-A01,target_on,31/05/2025,5/6/2025,,,",
        "P-R001-A01,evidence_recorded,FALSE,TRUE,,,",
    )
    plans = ingest([tmp_path])
    action = plans.actions.iloc[0]
    assert (action.target_on.date(), action.evidence_recorded) == (date(2025, 6, 5), True)
    assert plans.reviews["snapshot_on"].iloc[0].date() == date(2025, 4, 5)
    assert "remarks" not in plans.about


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("X-R001-A01,statas,a,b,,,", "Did you mean status.*rag"),
        ("X-R001-A01,location,a,b,,,", "Those that can: text, lead_agency"),
        ("X-R001,status,a,b,,,", "of recommendations cannot be corrected.*scope"),
        ("X-R001-A01,status,in_progress,finished,,,", "line 2: status is 'finished'.*not one of completed"),
        ("X-R001-A01,target_on,,31.03.2025,,,", "line 2: target_on is '31.03.2025'; write it as 2025-03-31 or"),
        ("X-R001-A01,target_on,,31/02/2025,,,", "line 2: target_on is '31/02/2025'"),
        ("X-R001-A01,evidence_recorded,,yes,,,", "not one of true, false"),
        ("X-R001,text,a,,,,", "line 2: text cannot be empty"),
        ("X-R001,text,a,one, two,A. Analyst,2025-04-01,seen, read", "more cells"),
    ],
)
def test_faulty_corrections_are_refused_in_words_before_anything_is_read(tmp_path, row, says):
    (tmp_path / "p.txt").write_text(PLAN, encoding="utf-8")
    _correct(tmp_path, row)
    with pytest.raises(UsageError, match=says):
        ingest([tmp_path], progress=pytest.fail)


@pytest.mark.parametrize(
    ("stated", "named"),
    [("", True), ("new.txt,A,\n", True), ("old.txt,A,\nnew.txt,B,\n", False),
     ("old.txt,A,2025-01-31\nnew.txt,A,2025-03-31\n", False)],
)  # fmt: skip
def test_two_versions_of_one_plan_are_named_unless_the_manifest_tells_them_apart(tmp_path, stated, named):
    rows = [f"{n}\tTrain group {n}.\tRun it.\tNorthmoor Police\tMay 2025\t" for n in range(1, 6)]
    head = PLAN.splitlines()[0]
    (tmp_path / "old.txt").write_text("\n".join([head, *(row + "Ongoing" for row in rows)]), encoding="utf-8")
    later = [*(row + "Completed" for row in rows[:4]), rows[4].replace("Train", "Teach") + "Ongoing"]
    (tmp_path / "new.txt").write_text("\n".join([head, *later]), encoding="utf-8")
    (tmp_path / "other.txt").write_text("\n".join([head, rows[0] + "Completed"]), encoding="utf-8")
    (tmp_path / "reviews.csv").write_text(f"document,review_id,snapshot_on\n{stated}", encoding="utf-8")
    remarks = ingest([tmp_path]).about.get("remarks", [])
    assert ["new.txt and old.txt look like two versions" in remark for remark in remarks] == [True] * named


def test_the_review_list_puts_the_least_sure_first(sample_plans):
    queue = sample_plans.needs_review
    assert len(queue) and queue["confidence"].is_monotonic_increasing
    assert (queue["reason"] != "").all()
    flagged = set(sample_plans.actions["action_id"][sample_plans.actions["needs_review"]])
    assert flagged <= set(queue["row_id"])
