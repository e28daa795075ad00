"""The keys of several reviews of one document, over later snapshots, and what the days do not tell apart."""

from dataclasses import replace
from datetime import date

import pytest
from graded import grading, plan_text

from dhr_analytics import ingest, read_package, schema, write_package
from dhr_analytics.collecting.versions import Dated, snapshot_keys
from dhr_analytics.statistics import Quarter, known_at

OLD, NEW = date(2024, 12, 31), date(2025, 3, 31)
A = Dated("a.txt", "a" * 64, "K")
B = Dated("b.txt", "b" * 64, "K")


@pytest.mark.parametrize(
    ("reviews", "keys"),
    [
        ([A], ["K"]),
        ([replace(A, snapshot_on=NEW)], ["K"]),
        ([replace(A, snapshot_on=NEW), replace(B, snapshot_on=OLD)], ["K@2025-03-31", "K"]),
        ([replace(A, stated_key="M@2025-03-31", snapshot_on=NEW)], ["K@2025-03-31"]),
        ([replace(A, stated_key="M", snapshot_on=OLD), replace(B, stated_key="M@2025-03-31")], ["K", "K@2025-03-31"]),
    ],
)
def test_later_snapshots_add_their_day(reviews, keys):
    found = snapshot_keys(reviews)
    assert (list(found.keys), found.remarks, found.doubled) == (keys, (), frozenset())


@pytest.mark.parametrize(
    ("reviews", "keys"),
    [
        ([A, B], ["K", "K-bbbbbbbb"]),
        ([A, A, A], ["K", "K-aaaaaaaa", "K-aaaaaaaa-2"]),
        ([replace(A, snapshot_on=OLD), B], ["K", "K-bbbbbbbb"]),
        (
            [replace(A, snapshot_on=OLD), replace(A, document="c", snapshot_on=NEW), replace(B, snapshot_on=NEW)],
            ["K", "K@2025-03-31", "K-bbbbbbbb@2025-03-31"],
        ),
    ],
)
def test_reviews_that_the_days_do_not_tell_apart_are_all_kept(reviews, keys):
    found = snapshot_keys(reviews)
    assert list(found.keys) == keys
    assert len(found.remarks) == len(keys) - len({key for key in keys if "-" not in key.replace("2025-03-31", "")})
    assert all("snapshot_on" in remark and "both are kept" in remark for remark in found.remarks)
    assert found.doubled == {reviews[-1].document}
    assert len({schema.review_of(key) for key in keys}) >= 2, "no snapshot of one another"


NAMES = [("DHR-oak", "Case Oak"), ("DHR-elm", "Case Elm")]


@pytest.fixture
def register(tmp_path, monkeypatch):
    """Two states of a register that holds two reviews."""
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "new.txt").write_text(plan_text("staff", "carers").replace("Ongoing", "Completed"), encoding="utf-8")
    (folder / "old.txt").write_text(plan_text("staff", "carers"), encoding="utf-8")
    (folder / "reviews.csv").write_text(
        "document,title,snapshot_on\nnew.txt,Register,2025-03-31\nold.txt,Register,2024-12-31\n", encoding="utf-8"
    )
    grading(monkeypatch, reviews={"new.txt": NAMES, "old.txt": NAMES})
    return folder


def test_each_review_of_a_document_has_its_own_key_over_later_snapshots(register):
    plans = ingest([register])
    assert plans.reviews["review_id"].tolist() == ["DHR-oak@2025-03-31", "DHR-elm@2025-03-31", "DHR-oak", "DHR-elm"]
    assert plans.reviews["title"].tolist() == ["Register: Case Oak", "Register: Case Elm"] * 2
    assert "DHR-elm@2025-03-31-R001-A01" in set(plans.actions["action_id"])
    assert plans.reviews["n_rejected"].tolist() == [1] * 4 and len(plans.rejected) == 4
    schema.check(plans.tables())
    assert "remarks" not in plans.about
    for quarter, done in ((Quarter(2024, 4), 0), (Quarter(2025, 1), 2)):
        known = known_at(plans, quarter)
        assert (len(known.reviews), (known.actions["status"] == "completed").sum()) == (2, done)


def test_without_days_both_are_kept_and_named(register, tmp_path):
    (register / "reviews.csv").unlink()
    plans = ingest([register])
    assert len(plans.reviews) == 4 == len(plans.actions)
    doubled = [remark for remark in plans.about["remarks"] if "two reviews with the key" in remark]
    assert len(doubled) == 2 and all("new.txt and old.txt" in remark for remark in doubled)
    assert list(plans.about["read"]) == ["new.txt"]
    schema.check(plans.tables())
    assert len(read_package(write_package(plans, tmp_path / "pkg").parent).reviews) == 4


@pytest.mark.parametrize("change", ["nothing", "older gone", "days gone"])
def test_several_reviews_are_taken_over_unchanged(register, tmp_path, change):
    first = write_package(ingest([register]), tmp_path / "one").parent
    if change == "older gone":
        (register / "old.txt").unlink()
    elif change == "days gone":
        (register / "reviews.csv").unlink()
    said = []
    some = write_package(ingest([register], earlier=first, progress=said.append), tmp_path / "two").parent
    whole = write_package(ingest([register]), tmp_path / "three").parent
    for path in sorted(whole.iterdir()):
        assert (some / path.name).read_bytes() == path.read_bytes(), path.name
    assert ("(unchanged)" in said[0]) == (change != "days gone")
    assert "in 2 reviews" in said[0]
