"""Texts from a CSV file of anyone's making: portions, encodings, and errors that name the line."""

from pathlib import Path

import pandas as pd
import pytest

from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.themes import texts


def written(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def read(path: Path) -> pd.DataFrame:
    return pd.concat(texts.read_texts(path), ignore_index=True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_it_is_read_in_the_encoding_it_was_saved_in(tmp_path: Path, encoding: str) -> None:
    file = written(tmp_path / "in.csv", " ID ,Text\n1,Review the “safe” café – now\n", encoding)
    assert read(file).to_dict("list") == {"id": ["1"], "text": ["Review the “safe” café – now"], "section": [""]}


def test_portions_make_up_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path / "in.csv", "id,text,section\n" + "".join(f"{i},Text {i},S\n" for i in range(7)))
    whole = read(file)
    monkeypatch.setattr(texts, "PORTION", 3)
    assert [len(frame) for frame in texts.read_texts(file)] == [3, 3, 1]
    pd.testing.assert_frame_equal(read(file), whole)


@pytest.mark.parametrize(
    ("rows", "said"),
    [("1,a\n2,b\n3,c\n4,d\n2,e\n", "'2' appears twice"), ("1,a\n2,b\n3,c\n4,d\n ,e\n", "line 6")],
    ids=["id of an earlier portion", "no id"],
)
def test_a_fault_in_a_later_portion_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str, said: str
) -> None:
    monkeypatch.setattr(texts, "PORTION", 2)
    with pytest.raises(InputError, match=said):
        read(written(tmp_path / "in.csv", "id,text\n" + rows))


def test_a_column_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'text'.*did you mean 'texts'"):
        read(written(tmp_path / "in.csv", "id,texts\n1,a\n"))


def test_no_file_and_no_csv_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file"):
        read(tmp_path / "in.csv")
    with pytest.raises(InputError, match="cannot be read as CSV"):
        read(written(tmp_path / "empty.csv", ""))


def test_a_file_of_headings_alone_has_no_texts(tmp_path: Path) -> None:
    assert read(written(tmp_path / "in.csv", "id,text\n")).empty
