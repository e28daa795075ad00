"""How far an action is carried out: the status words of a row, wherever they stand, and what they rest on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from dhr_analytics.normalising.cells.dates import find_dates, read_serial, without_mark
from dhr_analytics.normalising.cells.prose import (
    PLANNED,
    REPORTED,
    SENTENCE,
    not_begun,
    opens_with_refusal,
    refused,
    reported,
    sentence_at,
    under_way,
)
from dhr_analytics.vocabulary import terms

# Cells whose purpose is to tell the status come first; the others only speak when these are silent.
_FEW = 12  # words of a cell that may be nothing but statuses and dates
_STATUS_CELLS = ("completion", "status", "rag")
# What outranks what where a sentence holds words of several kinds: the less that is done, the earlier.
_KEY = re.compile(
    r"\b(red|amber|yellow|green|blue|(?-i:[RAGB])(?=\s*(?:[=:–—]|-\s)))\b\s*(?:[:=(–—-]|\n|means|indicates|is\b)\s*([^;.\n|)]{3,90}?)"
    r"(?=[;.\n|)]|,?\s*\b(?:red|amber|yellow|green|blue|(?-i:[RAGB]))\b\s*[:=–—-]|$)",
    re.IGNORECASE,
)
# A row of a key that is a small table.
_KEY_ROW = re.compile(r"(red|amber|yellow|green|blue|[RAGB])\s*\n\s*([^\n]{3,90})", re.IGNORECASE)
_KINDS = ("refused", "not_started", "in_progress", "completed")
# "Policy agreed by the board - completed": the word after the dash tells the status.
_CLOSING = re.compile(r"\s+[-–—]\s*(?=(?:complete|completed|done|closed|finished)\W*$)", re.IGNORECASE)
REFUSED = "the plan says that the action is not taken forward; no status stands for that"
CLOSED = "closed without saying that it was carried out"
SEVERAL = "the plan gives several statuses; the last one was taken"
_REPORT_CELLS = ("progress", "evidence", "outcome")
_COLOURS = {
    "green": "completed",
    "blue": "completed",
    "amber": "in_progress",
    "yellow": "in_progress",
    "red": "not_started",
}
_LETTERS = {"g": "green", "b": "blue", "a": "amber", "r": "red"}
_YES = ("yes", "y", "true", "✓", "✔", "☑", "☒", "✅", "√", "🗸", "\uf0fc", "\uf0fe")
_NO = ("no", "n", "false", "☐", "✗", "✘", "❌")
_DISCS = {"🟢": "green", "🔵": "blue", "🟠": "amber", "🟡": "amber", "🔴": "red"}

_AUXILIARY = re.compile(
    r"\b(?:be|is|are|been|being|not|which|that|part|half|partially|partly|nearly|almost|mostly|largely|substantially|yet)"
    r"(?:\s+\w+ly)?\s*$",
    re.IGNORECASE,
)
_PARTLY = re.compile(
    r"\b(?:part|half|partially|partly|nearly|almost|mostly|largely|substantially|not\s+(?:yet\s+)?fully)[\s-]*$",
    re.IGNORECASE,
)
# "Complete except for the leaflet" is not complete.
_ENDS = re.compile(r"\W*(?:$|\d|(?:by|in|on|at|for|as|with|to|and|from)\b|[A-Z][a-z]+\W*\d)|\s*[(,:;–-]")
_EXCEPT = re.compile(
    r"\W*(?:except|apart\s+from|other\s+than|but\s+(?:for|not)\b|save\s+for|bar\b|subject\s+to|pending|awaiting|in\s+part)",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"\b(?:ACTION\s+)?COMPLETED?\b|\bAction\s+completed?\b(?=[\s.)]*$)")
_BARE_END = re.compile(r"(?:^|(?<=[.!?\n\w)])\s)Completed?[\s.)]*$")
_CONSIDERING = re.compile(
    r"\bwelcomes?\b[^.]*\b(?:will|would|shall)\s+(?:\w+\s+)?consider|"
    r"\bwelcomes?\b[^.]*\brecommendations?\b[^.]*\bconsider|"
    r"\b(?:we|government|department|office|"
    r"ministry)\b[^.]{0,60}?\b(?:will|would|shall)\s+"
    r"(?:\w+\s+)?(?:consider|give\s+(?:\w+\s+)?(?:consideration|thought))|\bunder\s+consideration\b|"
    r"\b(?:will|would|shall)\s+(?:\w+\s+)?consider\s+(?:this|it|these|the\s+recommendation)\b|"
    r"\bis\s+(?:being\s+)?considered\s+by\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Status:
    """The status of an action, the words that decided it, and the day of completion if the plan states it."""

    value: str
    evidence: str = ""
    completed_on: date | None = None
    doubt: str = ""


def read_status(cells: Mapping[str, str], *, colours: Mapping[str, str] = _COLOURS) -> Status:
    """Read the status of an action from all cells of its row.

    Parameters
    ----------
    cells : mapping of str to str
        Text by role: ``completion``, ``status``, ``rag``, ``target``, ``progress``, ``evidence``, ``outcome``,
        ``action``.
    colours : mapping of str to str
        What the colours of a rating stand for, from `read_colour_key`.

    Returns
    -------
    Status
        ``no_update`` when the row says nothing, or that the action is not taken forward (then with a doubt).
        A planned milestone ("audit is completed") does not decide.
    """
    cells = {role: _CLOSING.sub(". ", without_mark(text)) if role != "action" else text for role, text in cells.items()}
    declared = [found for role in _STATUS_CELLS if (found := _declared(cells.get(role, ""), role)) is not None]
    if declared:
        return _weighed(next((found for found in declared if found.doubt == REFUSED), declared[0]), cells)
    if (in_target := _in_target(cells.get("target", ""))) is not None:
        return in_target
    for role in _REPORT_CELLS:
        if (told := _declared_in_report(cells.get(role, ""), role)) is not None:
            return told
    if (colour := _colour(cells.get("rag", "") or cells.get("status", ""), colours)) is not None:
        return colour
    for role in ("action", *_REPORT_CELLS, "completion", "status"):
        if match := _CONSIDERING.search(cells.get(role, "")):
            return Status("considering", sentence_at(cells[role], match.start()))
    reports = [cells.get(role, "") for role in ("completion", "status", "progress", "evidence", "target")]
    for text in reports:
        words = reported(text)  # a lone participle in a status cell, "Accepted", is a word we do not know
        lone = text == cells.get("status") and len(words.split()) <= 4 and not under_way(words)
        if words and not lone:
            return Status("in_progress", words)
    for text in reports:
        if words := not_begun(text):
            return Status("not_started", words)
    if match := re.match(
        r"(?:already\s+)?in\s+place\b|.*\bpolicy\s+(?:is\s+)?in\s+place\b", cells.get("action", ""), re.IGNORECASE
    ):
        return Status("in_progress", match[0])
    return Status("no_update")


def _weighed(found: Status, cells: Mapping[str, str]) -> Status:
    """Doubt a completion where a report says that the action is not taken forward; "closed" says no more than that."""
    reports = (cells.get(role, "") for role in ("progress", "evidence")) if found.value == "completed" else ()
    if not (no := next((words for text in reports if (words := refused(text))), "")):
        return found
    closed = found.evidence.lower().startswith("closed")
    return Status("no_update", no, doubt=REFUSED) if closed else replace(found, doubt=CLOSED)


def read_colour_key(texts: Iterable[str]) -> dict[str, str]:
    """Read what the plan's own key says of its colours, "Green: on track; Blue: complete".

    Parameters
    ----------
    texts : iterable of str
        Lines and rows of the document, the cells of a row joined by newlines.

    Returns
    -------
    dict of str to str
        Status by colour: our own reading where the plan has no key, or one whose words are not known.
    """
    key: dict[str, set[str]] = {}
    lines = list(texts)
    rows = [row.groups() for line in lines if (row := _KEY_ROW.fullmatch(line.strip()))]
    for entries in (*map(_KEY.findall, lines), rows):
        for colour, words in entries if len({colour.lower() for colour, _ in entries}) > 1 else []:
            key.setdefault(_LETTERS.get(colour.lower(), colour.lower()), set()).update(
                hit.lastgroup or "" for hit in _any_term().finditer(words)
            )
    told = {colour: kinds.pop() for colour, kinds in key.items() if len(kinds) == 1}
    return {**_COLOURS, **{colour: kind for colour, kind in told.items() if kind != "refused"}}


def _declared(text: str, role: str) -> Status | None:
    """Read a cell that is there to tell the status; a lone date in a completion cell is the day of completion."""
    if not text:
        return None
    if role != "rag" and (answer := _answer(text)) is not None:
        return answer
    if (several := _several(text)) is not None:
        return several
    no, told = refused(text), None
    for start, kind, words, end in _found_terms(text, generous=True):
        if told is None and (kind == "refused" or (no and text[start:end].lower() == "closed")):
            return Status("no_update", no or words, doubt=REFUSED)
        if told is None and kind == "completed" and PLANNED.search(text[:start]):
            break
        if told is None or _is_news(text, start, end, kind):
            told = _told(text, kind, words, end, told)
    if told is not None or no:
        return told or Status("no_update", no, doubt=REFUSED)
    dates = find_dates(text)
    serial = read_serial(text)
    if role == "completion" and (serial or (dates and not text[: dates[0].start].strip() and not PLANNED.search(text))):
        return Status("completed", f"date of completion: {text}", serial or dates[0].on)
    return None


def _colour(text: str, colours: Mapping[str, str]) -> Status | None:
    """Read a RAG colour or its letter; words elsewhere in the row have been heard before."""
    word = "".join(_DISCS.get(letter, letter) for letter in text).strip(" .").lower()
    match = re.search(r"\b(green|blue|amber|yellow|red)\b", _LETTERS.get(word, word))
    return Status(colours[match[1]], text) if match else None


def _answer(text: str) -> Status | None:
    """Read a cell that answers "Completed?": yes or no, a tick, or a percentage; the date beside a yes is its day."""
    dates = find_dates(text)
    word = (text[: dates[0].start] if dates and dates[0].end == len(text.rstrip(" .)")) else text).lower()
    word = word.replace("\ufe0f", "").strip(" .,:(–—-")
    if word in _YES:
        return Status("completed", text, dates[0].on if dates else None)
    if word in _NO:
        return Status("not_started", text)
    if match := re.fullmatch(r"(\d{1,3})\s?%(?:\s+complete[d]?)?", word):
        done = int(match[1])
        return Status("completed" if done >= 100 else "in_progress" if done else "not_started", text)
    return None


@cache
def _words_of(kind: str, generous: bool) -> re.Pattern[str]:
    """Return the words of a status; with those that only count where the cell is there to tell it."""
    known = [kind, f"cell_{kind}"] if generous and kind != "refused" else [kind]
    return re.compile("|".join(terms.any_of("status", each).pattern for each in known), re.IGNORECASE)


def _found_terms(text: str, *, generous: bool = False) -> Iterator[tuple[int, str, str, int]]:
    """Find the status words that open a sentence, or stand in a short one: start, kind, words and end of each."""
    for match in SENTENCE.finditer(text):
        sentence = match[0].strip()
        offset = match.start() + match[0].index(sentence)
        short = len(sentence.split())
        for kind in _KINDS:
            if kind == "refused":
                if opens_with_refusal(sentence):
                    yield offset, kind, sentence, offset + len(sentence)
                    break
                continue
            wide = generous and short <= 8 and (kind == "completed" or not REPORTED.search(sentence))
            pattern = _words_of(kind, wide)
            if (hit := pattern.match(sentence)) or (short <= 4 and (hit := pattern.search(sentence))):
                if kind == "completed" and hit.start() and not _ENDS.match(sentence[hit.end() :]):
                    continue  # "Timely and complete replies"
                partly = kind == "completed" and (
                    _PARTLY.search(sentence[: hit.start()]) or _EXCEPT.match(sentence[hit.end() :])
                )
                if kind == "completed" and not partly and _AUXILIARY.search(sentence[: hit.start()]):
                    continue
                told = "in_progress" if partly else kind
                yield offset + hit.start(), told, sentence if short <= 12 else hit[0], offset + hit.end()
                break


@cache
def _any_term() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{kind}>{_words_of(kind, True).pattern})" for kind in _KINDS), re.IGNORECASE)


def _is_only_a_status(text: str) -> bool:
    """Tell whether a cell holds status words and dates, and nothing else."""
    if len(text.split()) > _FEW:
        return False
    for span in reversed(find_dates(text)):
        text = text[: span.start] + text[span.end :]
    return bool(_any_term().search(text)) and not re.search(r"[^\W_]", _any_term().sub("", text))


def _several(text: str) -> Status | None:
    """Read a cell that holds nothing but status words: the last of two stands, three are a choice nobody made."""
    hits = list(_any_term().finditer(text)) if len(text.split()) <= _FEW else []
    kinds = {hit.lastgroup or "" for hit in hits}
    if not all(hit[0][0].isupper() or not text[hit.start() - 1].isspace() or "\n" in text for hit in hits[1:]):
        return None  # "Draft complete" is one
    between = _any_term().sub("", text)
    if len(kinds) < 2 or "refused" in kinds or re.search(r"[^\W_]", between) or (len(kinds) == 2 and "/" in between):
        return None
    return Status(hits[-1].lastgroup or "" if len(kinds) == 2 else "no_update", text, doubt=SEVERAL)


def _in_target(text: str) -> Status | None:
    """Read status words that stand beside or in place of a target date; completion outweighs an older remark."""
    best = None
    for status in ("not_started", "in_progress", "completed"):
        for hit in terms.any_of("status", status).finditer(text):
            sentence = sentence_at(text, hit.start())
            before = text[max(0, text.rfind(".", 0, hit.start())) : hit.start()]
            if status == "completed":
                own = hit[0][0].isupper() or hit.end() == len(text.rstrip(" .")) or len(before.split()) <= 3
                if (
                    not own
                    or _AUXILIARY.search(before)
                    or PLANNED.search(before)
                    or re.match(r"\s+(?:by|before)\b", text[hit.end() :])
                ):
                    continue
                if re.match(r"\s+in\b", text[hit.end() :]) and before.strip():
                    continue
            elif PLANNED.search(before) or hit[0].lower() == "in place":
                continue
            best = Status(
                status, sentence, _date_beside(text, hit.end()) if status == "completed" and before.strip() else None
            )
    if best is None and (no := refused(text)):
        return Status("no_update", no, doubt=REFUSED)
    return best


def _declared_in_report(text: str, role: str) -> Status | None:
    """Read a completion word in a report: shouted, opening the cell, or closing it as a word of its own.

    A later line that opens with a status word and says no more than it ("Complete.", "Reopened: ...") is news.
    """
    if not text:
        return None
    if role == "progress" and (answer := _answer(text)) is not None:
        return answer
    if _is_only_a_status(text):
        return _declared(text, "status")
    for pattern in (_SHOUTED, _BARE_END):
        if (match := pattern.search(text)) and not _AUXILIARY.search(text[: match.start()]):
            return Status("completed", match[0].strip())
    if (
        re.search(r"\bcompleted?[\s.)]*$", text, re.IGNORECASE)
        and len(text.split()) <= 6
        and not _AUXILIARY.search(re.sub(r"completed?[\s.)]*$", "", text, flags=re.IGNORECASE))
    ):
        return Status("completed", text)
    told: Status | None = None
    no = "" if role == "outcome" else refused(text)  # "Victims are no longer required to ..."
    for i, (start, kind, words, end) in enumerate(_found_terms(text)):
        alone = words[-1:] in ".:;–—-" or not re.match(r"[^\W_]", text[start + len(words) :].strip())
        opens = start == 0 and (len(text.split()) <= 6 or kind != "completed" or alone)
        closes = i == 0 and kind == "completed" and len(words.split()) <= 4 and not PLANNED.search(words)
        if not (opens or closes or _is_news(text, start, end, kind)):
            continue
        if no and text[start:end].lower() == "closed":
            return Status("no_update", no, doubt=REFUSED)
        told = _told(text, kind, words, end, told)
    if told is None and no:
        return Status("no_update", no, doubt=REFUSED)
    return told


def _is_news(text: str, start: int, end: int, kind: str) -> bool:
    """Tell whether a status word opens a statement that says no more than it: "Complete.", "Closed on 3 May 2024"."""
    opens = re.search(r"(?:^|[\n.])\s*$", text[:start])
    dated = kind == "completed" and _date_beside(text, end) is not None
    return bool(opens) and (dated or re.match(r"\s*(?:[.:;,–—-]|\n|$)", text[end:]) is not None)


def _told(text: str, kind: str, words: str, end: int, before: Status | None) -> Status:
    if kind == "refused":
        return Status("no_update", words, doubt=REFUSED)
    on = _date_beside(text, end) if kind == "completed" else None
    return Status(kind, words, on, SEVERAL if before is not None and before.value != kind else "")


def _date_beside(text: str, end: int) -> date | None:
    """Return the date that makes one statement with the completion word that ends at ``end``."""
    by = r"(?:by\s+(?:the\s+)?[A-Z][\w&’']*(?:\s+[A-Z][\w&’']*){0,4}\s+)?"
    for span in find_dates(text):
        between = text[end : span.start] if span.start >= end else None
        if between is not None and re.fullmatch(rf"[\s:,–(-]*{by}(?:(?:on|in|by|at|since)\s+)?(?:the\s+)?", between):
            return span.on
    return None
