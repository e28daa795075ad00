"""How far an action is carried out: the status words of a row, wherever they stand, and what they rest on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dhr_analytics.normalising import terms
from dhr_analytics.normalising.dates import find_dates

# Cells whose purpose is to tell the status come first; the others only speak when these are silent.
_STATUS_CELLS = ("completion", "status", "rag")
_REPORT_CELLS = ("progress", "evidence", "outcome")
_COLOURS = {
    "green": "completed",
    "blue": "completed",
    "amber": "in_progress",
    "yellow": "in_progress",
    "red": "not_started",
}
_LETTERS = {"g": "green", "b": "blue", "a": "amber", "r": "red"}
_DISCS = {"🟢": "green", "🔵": "blue", "🟠": "amber", "🟡": "amber", "🔴": "red"}

_SENTENCE = re.compile(r"[^.!?;\n]+(?:[.!?](?=\s|$)|[;\n]|$|\.)")
_PLANNED = re.compile(
    r"\b(?:will|shall|should|must|would|could|(?-i:may)|to\s+be|(?:is|are)\s+to|aims?\s+to|plans?\s+to|once|when|"
    r"until|if|"
    r"expected|"
    r"(?:[a-z]+s?|[A-Z]{2,})\s+to\s+(?:receive|seek|ensure|provide|arrange|consider|include|review|develop|confirm|"
    r"share))\b",
    re.IGNORECASE,
)
# Milestones are often printed as instructions: "Review current procedures", "Add new page".
_INSTRUCTION = re.compile(
    r"\W*(?:review|look|add|check|draft|ensure|provide|develop|deliver|audit|update|produce|create|include|consider|"
    r"write|publicise|"
    r"implement|amend|monitor|undertake|share|raise|set|agree|arrange|train|use|make|seek|identify|establish|explore|"
    r"continue|complete)\b"
    r"(?!\s+(?:\w+ed|was|were|has|have|is|are|held|sent|done|complete)\b)",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"\b(?:be|is|are|been|being|not|which|that|partially|partly|nearly|almost|yet)(?:\s+\w+ly)?\s*$", re.IGNORECASE
)
_SHOUTED = re.compile(r"\b(?:ACTION\s+)?COMPLETED?\b|\bAction\s+completed?\b(?=[\s.)]*$)")
_BARE_END = re.compile(r"(?:^|(?<=[.!?\n\w)])\s)Completed?[\s.)]*$")
_CONSIDERING = re.compile(
    r"\bwelcomes?\b[^.]*\b(?:will|would|shall)\s+(?:\w+\s+)?consider|"
    r"\bwelcomes?\b[^.]*\brecommendations?\b[^.]*\bconsider|"
    r"\b(?:we|government|department|office|"
    r"ministry)\b[^.]{0,60}?\b(?:will|would|shall)\s+"
    r"(?:\w+\s+)?(?:consider|give\s+(?:\w+\s+)?(?:consideration|thought))|\bunder\s+consideration\b|"
    r"\bis\s+(?:being\s+)?considered\s+by\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"(?<!which )(?<!that )(?<!who )\b(?:has|have|had)\s+(?:(?:now|also|all|already|recently|since|both|just|"
    r"not)\s+)*(?:been|begun|taken|met|\w+ed)\b"
    r"|\b(?:is|are)\s+(?:now|currently|being)\b|\b(?:is|are)\s+(?!during\b)\w{3,}ing\b|"
    r"(?<!which )(?<!that )(?<!who )\b(?:was|were)\s+\w+(?:ed|en|wn|ld|nt)\b"
    r"|\b(?:is|are)\s+held\b.*\b(?:a|each|every)\s+(?:week|month|quarter|year)\b|\btook\s+place\b|\bin\s+place\b|"
    r"\bbegun\b|\bawaited\b|\bunderway\b|\bout\s+for\s+consultation\b|\bwe\s+(?:held|"
    r"ran|met|wrote)\b",
    re.IGNORECASE,
)
# A report in telegram style: "Training delivered to ...", "Matter put to the board".
# "Audit is completed" is a milestone, not a report.
_PARTICIPLE = re.compile(
    r"^(?:[\w'’/&-]+[\s,;]+){0,7}?(?<!\bis )(?<!\bare )(?<!\bbe )(?<!\bwas )(?<!\bwere )"
    r"(?<!\bto )(?<!\bas )(?<!\bthat )(?<!\bwhen )"
    r"(?!(?:need|based|related|named|detailed|required|designated|dedicated|registered|experienced|bespoke|continued|"
    r"increased|improved|"
    r"proposed|planned|agreed\s+(?:outcomes?|actions?|joint)|integrated|advanced|embed|trusted|skilled|"
    r"updated\s+(?:by|in)\s+line)\b)"
    r"(?:[a-z]{3,}ed|put|taken|sent|given|made|done|begun|held|written|drawn|set\s+up|built|brought|shown|met|"
    r"rolled\s+out|Included)\b"
    r"(?!\s+(?:by\s+(?:end|the\s+end)|annually))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Status:
    """The status of an action, the words that decided it, and the day of completion if the plan states it."""

    value: str
    evidence: str = ""
    completed_on: date | None = None


def read_status(cells: Mapping[str, str]) -> Status:
    """Read the status of an action from all cells of its row.

    Parameters
    ----------
    cells : mapping of str to str
        Text by role: ``completion``, ``status``, ``rag``, ``target``, ``progress``, ``evidence``, ``outcome``,
        ``action``.

    Returns
    -------
    Status
        ``no_update`` when the row says nothing. A planned milestone ("audit is completed") does not decide.
    """
    for role in _STATUS_CELLS:
        if (found := _declared(cells.get(role, ""), role)) is not None:
            return found
    if (found := _in_target(cells.get("target", ""))) is not None:
        return found
    for role in _REPORT_CELLS:
        if (found := _declared_in_report(cells.get(role, ""))) is not None:
            return found
    if (colour := _colour(cells.get("rag", "") or cells.get("status", ""))) is not None:
        return colour
    for role in ("action", *_REPORT_CELLS, "completion"):
        if match := _CONSIDERING.search(cells.get(role, "")):
            return Status("considering", _sentence_at(cells[role], match.start()))
    for role in ("completion", "progress", "evidence", "target"):
        if words := reported(cells.get(role, "")):
            return Status("in_progress", words)
    if match := re.match(
        r"(?:already\s+)?in\s+place\b|.*\bpolicy\s+(?:is\s+)?in\s+place\b", cells.get("action", ""), re.IGNORECASE
    ):
        return Status("in_progress", match[0])
    return Status("no_update")


def reported(text: str) -> str:
    """Return the first sentence that tells of something done or under way, or ``""``.

    Parameters
    ----------
    text : str
        A progress, evidence or completion cell. Plans ("will be", "to be", "should") and bare names of
        documents tell of nothing done.
    """
    for match in _SENTENCE.finditer(text):
        sentence = match[0].strip()
        plain = sentence.split(" but ")[0].split(" and will ")[0]
        if re.match(r"\W*(?:no|not|none|nil)\b", plain, re.IGNORECASE):
            continue
        if (
            not _PLANNED.search(plain)
            and not _INSTRUCTION.match(plain)
            and (_REPORTED.search(plain) or _PARTICIPLE.search(plain))
        ):
            return sentence
    return ""


def _declared(text: str, role: str) -> Status | None:
    """Read a cell that is there to tell the status; a lone date in a completion cell is the day of completion."""
    if not text:
        return None
    if role != "rag" and (answer := _answer(text)) is not None:
        return answer
    if (found := _first_term(text)) is not None:
        start, status, words = found
        if status != "completed" or not _PLANNED.search(text[:start]):
            on = _date_beside(text, start) if status == "completed" else None
            return Status(status, words, on)
    dates = find_dates(text)
    if role == "completion" and dates and not text[: dates[0].start].strip() and not _PLANNED.search(text):
        return Status("completed", f"date of completion: {text}", dates[0].on)
    return None


def _colour(text: str) -> Status | None:
    """Read a RAG colour or its letter; words elsewhere in the row have been heard before."""
    word = "".join(_DISCS.get(letter, letter) for letter in text).strip(" .").lower()
    match = re.search(r"\b(green|blue|amber|yellow|red)\b", _LETTERS.get(word, word))
    return Status(_COLOURS[match[1]], text) if match else None


def _answer(text: str) -> Status | None:
    """Read a cell that answers "Completed?": yes or no, a tick, or a percentage."""
    word = text.strip(" .").lower()
    if word in ("yes", "y", "true", "✓", "✔", "☑", "☒"):
        return Status("completed", text)
    if word in ("no", "n", "false", "☐"):
        return Status("not_started", text)
    if match := re.fullmatch(r"(\d{1,3})\s?%(?:\s+complete[d]?)?", word):
        done = int(match[1])
        return Status("completed" if done >= 100 else "in_progress" if done else "not_started", text)
    return None


def _first_term(text: str) -> tuple[int, str, str] | None:
    """Find the status word that opens the text, or stands as a sentence of its own."""
    for match in _SENTENCE.finditer(text):
        sentence = match[0].strip()
        for status in ("not_started", "in_progress", "completed"):
            pattern = terms.any_of("status", status)
            if (hit := pattern.match(sentence)) or (len(sentence.split()) <= 4 and (hit := pattern.search(sentence))):
                if status == "completed" and _AUXILIARY.search(sentence[: hit.start()]):
                    continue
                return match.start() + hit.start(), status, sentence if len(sentence.split()) <= 12 else hit[0]
    return None


def _in_target(text: str) -> Status | None:
    """Read status words that stand beside or in place of a target date; completion outweighs an older remark."""
    best = None
    for status in ("not_started", "in_progress", "completed"):
        for hit in terms.any_of("status", status).finditer(text):
            sentence = _sentence_at(text, hit.start())
            before = text[max(0, text.rfind(".", 0, hit.start())) : hit.start()]
            if status == "completed":
                own = hit[0][0].isupper() or hit.end() == len(text.rstrip(" .")) or len(before.split()) <= 3
                if (
                    not own
                    or _AUXILIARY.search(before)
                    or _PLANNED.search(before)
                    or re.match(r"\s+(?:by|before)\b", text[hit.end() :])
                ):
                    continue
                if re.match(r"\s+in\b", text[hit.end() :]) and before.strip():
                    continue
            elif _PLANNED.search(before) or hit[0].lower() == "in place":
                continue
            best = Status(
                status, sentence, _date_beside(text, hit.start()) if status == "completed" and before.strip() else None
            )
    return best


def _declared_in_report(text: str) -> Status | None:
    """Read a completion word in a report: shouted, opening the cell, or closing it as a word of its own."""
    if not text:
        return None
    for pattern in (_SHOUTED, _BARE_END):
        if (match := pattern.search(text)) and not _AUXILIARY.search(text[: match.start()]):
            return Status("completed", match[0].strip())
    if (
        re.search(r"\bcompleted?[\s.)]*$", text, re.IGNORECASE)
        and len(text.split()) <= 6
        and not _AUXILIARY.search(re.sub(r"completed?[\s.)]*$", "", text, flags=re.IGNORECASE))
    ):
        return Status("completed", text)
    if found := _first_term(text):
        start, status, words = found
        alone = words[-1:] in ".:;–—-" or not re.match(r"[^\W_]", text[start + len(words) :].strip())
        opens = start == 0 and (len(text.split()) <= 6 or status != "completed" or alone)
        if opens or (status == "completed" and len(words.split()) <= 4 and not _PLANNED.search(words)):
            return Status(status, words, _date_beside(text, start) if status == "completed" else None)
    return None


def _date_beside(text: str, start: int) -> date | None:
    """Return the date that makes one statement with the completion word at ``start``."""
    word = re.compile(r"[\w\s-]*?complet\w*|\w*", re.IGNORECASE).match(text, start)
    word_end = word.end() if word else start
    for span in find_dates(text):
        between = text[word_end : span.start] if span.start >= word_end else None
        if between is not None and re.fullmatch(r"[\s:,–(-]*(?:(?:on|in|by|at|since)\s+)?(?:the\s+)?", between):
            return span.on
    return None


def _sentence_at(text: str, position: int) -> str:
    for match in _SENTENCE.finditer(text):
        if match.start() <= position < match.end():
            return match[0].strip()
    return text.strip()
