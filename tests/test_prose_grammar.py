"""Prose: whole documents of real manner, in ``tests/prose``, and invented recommendations printed in every form."""

import csv
import re
import textwrap
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from steps import steps

from dhr_analytics.normalising.grammars import prose
from dhr_analytics.normalising.running_lines import without_running_lines
from dhr_analytics.reading import RawRow
from dhr_analytics.reading.text import read_text

FOLDER = Path(__file__).parent / "prose"
WITH = sorted(path.stem for path in FOLDER.glob("[0-9]*.txt"))
WITHOUT = sorted(path.stem for path in FOLDER.glob("none_*.txt"))


def lines_of(text: str) -> list[RawRow]:
    tables, _ = without_running_lines(read_text(text.encode(), "p.txt"))
    return [row for table in tables for row in table.rows]


def rows_of(text: str):
    reading = prose.read(lines_of(text))
    return reading.rows if reading else ()


def wording(text: str) -> list[str]:
    return [row.cells["recommendation"] for row in rows_of(text)]


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


@pytest.mark.parametrize("name", WITH)
def test_documents_with_recommendations(name):
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8") as gold:
        want = list(csv.DictReader(gold, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = rows_of((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))
    roles = ("number", "recommendation", "lead", "response")
    got = [{"section": row.section, **{role: row.cells.get(role, "") for role in roles}} for row in rows]
    assert got == want


@pytest.mark.parametrize("name", WITHOUT)
def test_documents_without_recommendations(name):
    assert not rows_of((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", WITH)
def test_every_word_is_in_a_cell_or_rejected(name):
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    lines = lines_of(text)
    reading = prose.read(lines)
    kept = [each.text for each in reading.rejected]
    for row in reading.rows:
        kept += [*row.cells.values(), row.section]
    printed = words(" ".join(cell for line in lines for cell in line.cells))
    missing = {word for word in printed - words(" ".join(kept)) if not word.isdigit() and len(word) > 1}
    assert missing <= {"Response", "response"}  # labels


@pytest.mark.parametrize(
    "form",
    ["Recommendation {roman}\n{text}", "{n} – {text}", "{n}: {text}", "Rec. {n} {text}", "REC-0{n} {text}", "R{n}: {text}",
     "Recommendation No. {n}: {text}", "1.{n} Recommendation {n} – {text}"],
)  # fmt: skip
def test_numbers_in_many_spellings(form):
    texts = ["The board should read every letter.", "The board should answer within a week."]
    blocks = [form.format(n=n, roman="i" * n, text=text) for n, text in enumerate(texts, 1)]
    assert wording("Recommendations\n\n" + "\n\n".join(blocks)) == texts


@pytest.mark.parametrize(
    "text",
    ["Recommendation 4 was closed in May.", "Recommendations 14", "RECOMMENDATIONS", "Recommendation 6 of the report on it."],
)  # fmt: skip
def test_what_speaks_of_a_recommendation_is_none(text):
    assert not rows_of(f"Chronology\n\nThe panel met in May.\n\n{text}\n\nIt met again in June.\n")


def test_no_lines_no_reading():
    assert prose.read([]) is None


def test_places_are_those_of_the_lines():
    text = "Recommendations\n\n1. The board should read\nevery letter.\n\n2. The board should answer.\n"
    assert [row.place for row in rows_of(text)] == ["line 3; line 4", "line 6"]


def test_label_lines_of_actions_are_left_to_forms():
    form = "Recommendation {}: The board should meet.\nAction: Call a meeting.\nLead: Chair\nTarget date: May 2025\n\n"
    assert prose.read(lines_of("".join(form.format(n) for n in (1, 2, 3)))) is None


def test_what_follows_a_footnote_goes_on():
    text = (
        "Recommendations\n\n1. The trust should write down each visit3 and what\n\n"
        "3 See the report of the year before.\n\nwas said on it.\n\n2. The trust should count visits.\n"
    )
    assert wording(text)[0] == "The trust should write down each visit3 and what was said on it."
    assert "footnote" in {each.reason for each in prose.read(lines_of(text)).rejected}


SUBJECTS = ["The partnership", "Every agency", "The health board", "Eastmere Council", "The constabulary"]
VERBS = ["should", "must", "needs to"]
TASKS = [
    "review how it asks about children in the home", "train its night staff in the use of the checklist",
    "publish the number of calls that were not answered", "write to each family within a week of the meeting",
    "keep one record for all the people who live at an address", "agree with its partners who rings the victim",
]  # fmt: skip
TAILS = ["", " and tell the board what it found", ", by sample, in each of the next four quarters"]
sentence = st.builds(
    lambda *words: f"{words[0]} {words[1]} {words[2]}{words[3]}.",
    *(st.sampled_from(pool) for pool in (SUBJECTS, VERBS, TASKS, TAILS)),
)
recommendations = st.lists(sentence, min_size=2, max_size=8, unique=True)
FORMS = {
    "title": "Recommendation {n}: {text}",
    "title above": "Recommendation {n}\n\n{text}",
    "short title": "R{n}. {text}",
    "number": "{n}. {text}",
    "bracket": "{n}) {text}",
    "decimal": "7.{n} {text}",
    "bullet": "• {text}",
    "label": "Recommendation: {text}",
}
REPLIES = {
    "": ("", ""),
    "below": ("\n\nNorthmoor Trust accepts this recommendation.", "Northmoor Trust accepts this recommendation."),
    "label": ("\n\nResponse: Agreed in part. Work has begun.", "Agreed in part."),
}


@given(
    recommendations, st.sampled_from(sorted(FORMS)), st.sampled_from(sorted(REPLIES)), st.integers(55, 110),
    st.sampled_from([0, 6, 11]),
)  # fmt: skip
@settings(deadline=None, max_examples=150)
def test_recommendations_come_back_however_they_are_printed(texts, form, reply, width, page):
    blocks = [FORMS[form].format(n=n, text=text) + REPLIES[reply][0] for n, text in enumerate(texts, 1)]
    printed = "\n\n".join(["Introduction", "The panel met in May.", "7 Recommendations", *blocks])
    rows = rows_of(with_feet(wrapped(printed, width), page))
    assert [row.cells["recommendation"] for row in rows] == texts
    assert {row.cells.get("response", "") for row in rows} == {REPLIES[reply][1]}


GROUPS = {
    "To the {body}": ("{body}", "To the {body}"),
    "For the {body}:": ("{body}", "For the {body}"),
    "{body}": ("", "{body}"),
    "{body}:": ("", "{body}"),
}
BODIES = ["Eastmere Council", "Health Board", "Constabulary", "Northmoor Trust"]


@given(
    st.lists(recommendations, min_size=2, max_size=4), st.sampled_from(sorted(GROUPS)),
    st.sampled_from(["number", "bracket", "bullet"]), st.booleans(), st.booleans(), st.integers(60, 110),
)  # fmt: skip
@settings(deadline=None, max_examples=100)
def test_groups_keep_their_heading_and_may_number_anew(groups, heading, form, anew, blank, width):
    blocks, want, count = ["Recommendations"], [], 0
    for body, texts in zip(BODIES, groups, strict=False):
        blocks.append(heading.format(body=body))
        for n, text in enumerate(texts, 1 if anew else count + 1):
            blocks.append(FORMS[form].format(n=n, text=text))
            want.append((text, *(part.format(body=body) for part in GROUPS[heading])))
            count = n
    printed = ("\n\n" if blank else "\n").join([*blocks, "Methods", "The panel met in May."])
    rows = rows_of("\n".join(wrapped(printed, width)))
    assert [(row.cells["recommendation"], row.cells.get("lead", ""), row.section) for row in rows] == want


@given(recommendations, st.sampled_from(["title", "number", "bracket", "short title"]), st.booleans())
@settings(deadline=None)
def test_whole_paragraphs_without_blank_lines(texts, form, spaced):
    blocks = [FORMS[form].format(n=n, text=text) for n, text in enumerate(texts, 1)]
    replied = [f"{block}\nResponse: Not accepted. The cost is too high." for block in blocks]
    rows = prose.read([
        RawRow((line,), f"paragraph {i}", spaced)
        for i, line in enumerate("\n".join(["Our recommendations", *replied]).split("\n"))
    ]).rows  # fmt: skip
    assert [row.cells["recommendation"] for row in rows] == texts
    assert {(row.cells["response"], row.cells["progress"]) for row in rows} == {
        ("Not accepted.", "The cost is too high.")
    }


@given(recommendations, st.sampled_from(["number", "bracket", "bullet", "decimal"]), st.integers(60, 110))
@settings(deadline=None, max_examples=50)
def test_without_a_heading_of_recommendations_there_are_none(texts, form, width):
    blocks = [FORMS[form].format(n=n, text=text) for n, text in enumerate(texts, 1)]
    assert not rows_of("\n".join(wrapped("\n\n".join(["Policy", "It holds from May.", *blocks]), width)))


def wrapped(text: str, width: int) -> list[str]:
    return list(chain.from_iterable(textwrap.wrap(line, width) or [""] for line in text.split("\n")))


def with_feet(lines: list[str], page: int) -> str:
    if not page:
        return "\n".join(lines)
    pages = [lines[i : i + page] for i in range(0, len(lines), page)]
    return "\n".join("\n".join([*each, "", f"Page {n}", "", ""]) for n, each in enumerate(pages, 12))


def test_work_grows_with_the_lines():
    def work(first, count):
        text = "Recommendations\n\n" + "".join(
            f"{i}. The board should read letter {first + i}.\n\n" for i in range(count)
        )
        lines = lines_of(text)
        return steps(lambda: prose.read(lines))

    work(1, 50)
    assert 4.4 * work(1200, 200) > work(1800, 800)
