"""How far an action is carried out: the status words of a row, wherever they stand, and what they rest on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache

from dhr_analytics import schema
from dhr_analytics.normalising.cells.closed import Closing, closing_of, opens_closed
from dhr_analytics.normalising.cells.dates import before, find_dates, read_serial, read_target, without_mark
from dhr_analytics.normalising.cells.key import COLOURS, RATING_LETTERS, sign_of
from dhr_analytics.normalising.cells.named_answers import read_named_answer
from dhr_analytics.normalising.cells.prose import (
    PLANNED,
    REPORTED,
    SENTENCE,
    not_begun,
    reported,
    sentence_at,
    under_way,
)
from dhr_analytics.normalising.cells.responses import read_response
from dhr_analytics.vocabulary import terms
from dhr_analytics.vocabulary.phrases import phrases

_SHORT, _FEW = 6, 12  # words of a cell that may be a question, and nothing but statuses and dates
# Cells whose purpose is to tell the status come first; the others only speak when these are silent.
_STATUS_CELLS = ("completion", "status", "rag")
# What outranks what where a sentence holds words of several kinds: the less that is done, the earlier.
_KINDS = (*schema.CLOSED, "not_started", "in_progress", "completed")
# "Policy agreed by the board - completed": the word after the dash is the status.
_CLOSING = re.compile(r"\s+[-–—]\s*(?=(?:complete|completed|done|closed|finished)\W*$)", re.IGNORECASE)
WORKED_OUT = "that the action was closed without being carried out was worked out from the report of progress"
QUESTIONED = "the plan asks whether the action is done; it was not counted"
ROUTINE = "the plan says that this is routine, not that the action was carried out; it was taken as in progress"
_BY_DATE = "date of completion:"
CLOSED = "closed without saying that it was carried out"
SEVERAL = "the plan gives several statuses; the last one was taken"
_REPORT_CELLS = ("progress", "evidence", "outcome")
_WORK_CELLS = ("completion", "status", "progress", "evidence", "target")
USUAL = {"green": "completed", "blue": "completed", "amber": "in_progress", "yellow": "in_progress"}
USUAL |= {"red": "not_started"}
_DISCS = {"🟢": "green", "🔵": "blue", "🟠": "amber", "🟡": "amber", "🔴": "red"}
_AUXILIARY = phrases(r"\b(?:{status auxiliary})(?:\s+\w+ly)?\s*$")
_PARTLY = phrases(r"\b(?:{status partly})[\s-]*$")
# "Complete except for the leaflet" is not complete.
_ENDS = re.compile(r"\W*(?:$|\d|(?:by|in|on|at|for|as|with|to|and|from)\b|[A-Z][a-z]+\W*\d)|\s*[(,:;–-]")
# "Has been implemented", "This action is now closed".
_OF_THE_ACTION = re.compile(
    r"(?:\b(?:this|the)\s+(?:action|recommendation)\s+|^\W*(?:(?:this|it)\s+)?)"
    r"(?:(?:has|have|had)\s+(?:(?:now|since|already|also|all|both)\s+)*been|is\s+now|was)\s+(?:fully\s+)?",
    re.IGNORECASE,
)
_EXCEPT = phrases(r"\W*(?:{status except})")
_SHOUTED = re.compile(r"\b(?:ACTION\s+)?COMPLETED?\b|\bAction\s+completed?\b(?=[\s.)]*$)")
_BARE_END = re.compile(r"(?:^|(?<=[.!?\n\w)])\s)Completed?[\s.)]*$")
_CONSIDERING = phrases("{status considering}")


# "Completed within 3 months" is a plan.
_IS_PLAN = re.compile(r"\s+within\s+(?:\S+\s+){1,4}?(?:day|week|month|year)s?\b", re.IGNORECASE)
_DRAFT_TO = re.compile(r"draft\s+to\b", re.IGNORECASE)
_TARGET_PLAN = re.compile(r"\s+(?:by|before|within|no\s+later\s+than)\b", re.IGNORECASE)
_IN_PLACE = re.compile(r"(?:already\s+)?in\s+place\b|.*\bpolicy\s+(?:is\s+)?in\s+place\b", re.IGNORECASE)
_BY_WHOM = r"(?:by\s+(?:the\s+)?[A-Z][\w&’']*(?:\s+[A-Z][\w&’']*){0,4}\s+)?"
_TO_ITS_DAY = re.compile(rf"[\s:,–(-]*{_BY_WHOM}(?:(?:on|in|by|at|since)\s+)?(?:the\s+)?")
_SIGN = 6  # letters of the longest colour that may stand in a column of another name
_NEAR = 200  # letters behind a word in which its date may stand
_NOTE = re.compile(r"\.?\s*\[note: ([^\]]*)\]")
_ASIDE = re.compile(r"\s*\[(?:link: [^\]]*|[\d,*†‡§–-]{1,5})\]")
_ROLES = ("completion", "status", "rag", "target", "response", "progress", "evidence", "outcome", "action")


@dataclass(frozen=True)
class Status:
    """The status of an action, the words that decided it, and the day of completion if the plan states it."""

    value: str
    evidence: str = ""
    completed_on: date | None = None
    warning: str = ""


@dataclass(frozen=True)
class _Term:
    """A status word in a text: where it is, its kind, and the words that are quoted for it."""

    start: int
    end: int
    kind: str
    words: str


def read_status(cells: Mapping[str, str], *, colours: Mapping[str, str] = USUAL) -> Status:
    """Read the status of an action from all cells of its row.

    Parameters
    ----------
    cells : mapping of str to str
        Text by role: ``completion``, ``status``, ``rag``, ``target``, ``response``, ``progress``, ``evidence``,
        ``outcome``, ``action``.
    colours : mapping of str to str
        What the colours and signs of the plan mean, from `read_colour_key`.

    Returns
    -------
    Status
        ``no_update`` when the row says nothing, or asks (then with a warning). A planned milestone ("audit is
        completed") does not decide, nor does an acceptance of the recommendation.
    """
    shown = tuple((role, cells[role]) for role in _ROLES if cells.get(role))
    return _status_of(shown, tuple(colours.items()))


@lru_cache(maxsize=8192)
def _status_of(shown: tuple[tuple[str, str], ...], colours: tuple[tuple[str, str], ...]) -> Status:
    key = dict(colours)
    cells = {role: text if role == "action" else _plain(text, key) for role, text in shown}
    found = next((found for rule in _RULES if (found := rule(cells, key)) is not None), Status("no_update"))
    return next((said for role, text in shown if (said := _noted(text, role)) and said.value != found.value), found)


def _noted(text: str, role: str) -> Status | None:
    """Read a note on a cell: it was written after the cell, and counts only with a warning."""
    match = _NOTE.search(text) if role != "action" else None
    if match is None or PLANNED.search(match[1]):
        return None
    kinds = {hit.lastgroup or "" for hit in any_term().finditer(match[1])} - set(schema.CLOSED)
    return Status(kinds.pop(), match[1], warning=SEVERAL) if len(kinds) == 1 else None


def _plain(text: str, key: Mapping[str, str]) -> str:
    """Return a cell without list mark and links, blank for "No update"; a note on it is a statement of its own."""
    if "[" in text:
        text = _NOTE.sub(r"\n\1", _ASIDE.sub("", text))
    text = _CLOSING.sub(". ", without_mark(text))
    return "" if _whole(text) == "no_update" and not sign_of(text, key) else text


@lru_cache(maxsize=4096)
def _whole(text: str) -> str:
    """Return the status of a word that counts only as all that a cell says, such as "Pending"."""
    word = terms.fold(text) if len(text) < 40 else ""
    kinds = (*_KINDS, "considering", "no_update")
    return next((kind for kind in kinds if word in terms.words("status", f"whole_{kind}")), "")


# Each rule reads a row in one way; the first that finds a status decides.
def _by_sign(cells: Mapping[str, str], key: Mapping[str, str]) -> Status | None:
    for role in ("status", "rag", "progress"):
        if sign := sign_of(cells.get(role, ""), key):
            return Status(key[sign], cells[role])
    return None


def _by_declaration(cells: Mapping[str, str], key: Mapping[str, str]) -> Status | None:
    declared = [found for role in _STATUS_CELLS if (found := _declared(cells.get(role, ""), role)) is not None]
    closing = next((found for found in declared if found.value in schema.CLOSED), None)
    return _weighed(closing or declared[0], cells) if declared else None


def _by_target(cells: Mapping[str, str], key: Mapping[str, str]) -> Status | None:
    return _in_target(cells.get("target", ""))


def _by_report(cells: Mapping[str, str], key: Mapping[str, str]) -> Status | None:
    read = (_declared_in_report(cells.get(role, ""), role) for role in _REPORT_CELLS)
    return next((found for found in read if found is not None), None)


def _by_colour(cells: Mapping[str, str], key: Mapping[str, str]) -> Status | None:
    """Read a colour, its letter or its disc; it says less than words do."""
    alone = cells.get("progress", "") if len(cells.get("progress", "")) <= _SIGN else ""
    text = cells.get("rag", "") or cells.get("status", "") or alone
    word = "".join(_DISCS.get(letter, letter) for letter in text).strip(" .").lower()
    named = re.findall(r"[a-z]+", RATING_LETTERS.get(word, word))
    return next((Status(key[colour], text) for colour in named if colour in COLOURS and colour in key), None)


def _by_consideration(cells: Mapping[str, str], key: Mapping[str, str]) -> Status | None:
    for role in ("action", *_REPORT_CELLS, "completion", "status"):
        if match := _CONSIDERING.search(cells.get(role, "")):
            return Status("considering", sentence_at(cells[role], match.start()))
    return None


def _by_work(cells: Mapping[str, str], key: Mapping[str, str]) -> Status | None:
    for role in _WORK_CELLS:
        words = "" if role == "target" and _is_term(cells.get(role, "")) else reported(cells.get(role, ""))
        # A lone participle in a status cell, "Circulated", is a word we do not know.
        lone = role == "status" and len(words.split()) <= 4 and not under_way(words)
        if words and not lone:
            return Status("in_progress", words)
    return None


def _is_term(text: str) -> bool:
    """Return whether a target cell says nothing but "Within 6 months of the report being published"."""
    target = read_target(text)
    return target.basis == "relative" and not target.rest


def _by_no_work(cells: Mapping[str, str], key: Mapping[str, str]) -> Status | None:
    unbegun = (not_begun(cells.get(role, "")) for role in _WORK_CELLS)
    return next((Status("not_started", words) for words in unbegun if words), None)


def _by_what_exists(cells: Mapping[str, str], key: Mapping[str, str]) -> Status | None:
    if match := _IN_PLACE.match(cells.get("action", "")):
        return Status("in_progress", match[0])
    words = _answered(cells, ("response", *_WORK_CELLS), "already_in_place")
    return Status("in_progress", words, warning=ROUTINE) if words else None


def _by_refusal(cells: Mapping[str, str], key: Mapping[str, str]) -> Status | None:
    words = _answered(cells, ("response",), "not_accepted")
    return Status("not_taken_forward", words) if words else None


def _answered(cells: Mapping[str, str], roles: Iterable[str], answer: str) -> str:
    """Return the first line of the first cell that gives an answer, or ``""``."""
    texts = (cells.get(role, "") for role in roles)
    return next((text.strip().splitlines()[0] for text in texts if read_response(text) == answer), "")


_RULES: tuple[Callable[[Mapping[str, str], Mapping[str, str]], Status | None], ...] = (
    _by_sign, _by_declaration, _by_target, _by_report, _by_refusal, _by_colour, _by_consideration, _by_work,
    _by_no_work, _by_what_exists,
)  # fmt: skip


def _closed(found: Closing) -> Status:
    return Status(found.kind, found.words, warning=WORKED_OUT if found.worked_out else "")


def _weighed(found: Status, cells: Mapping[str, str]) -> Status:
    """Where a report says that the action was closed undone, warn of "completed" and drop "closed" or its date."""
    reports = (cells.get(role, "") for role in ("progress", "evidence")) if found.value == "completed" else ()
    closing = next((told for text in reports if (told := closing_of(text))), None)
    if closing is None:
        return found
    only_closes = found.evidence.lower().startswith(("closed", _BY_DATE))
    return _closed(closing) if only_closes else replace(found, warning=CLOSED)


@lru_cache(maxsize=4096)
def _declared(text: str, role: str) -> Status | None:
    """Read a cell that is there to tell the status; a lone date in a completion cell is the day of completion."""
    if role != "status" and terms.fold(text) in terms.words("status", "cell_not_taken_forward"):
        return None  # "Not required" where a date or a rating was asked for
    answer = None if role == "rag" else _answer(text)
    read = answer or _question(text) or _of_one_word(text) or _several(text) or _first_statement(text)
    return read or _day_of_completion(text, role)


def _question(text: str) -> Status | None:
    """Read a short cell that asks whether the action is done, as "Done?", and its answer, as "Complete? No"."""
    head, mark, tail = (part.strip(" ().") for part in text.partition("?"))
    if not mark or len(text.split()) > _SHORT or not any_term().search(text):
        return None
    if head and tail:
        of, status = read_named_answer(head, tail)
        return Status(status, text) if of == "status" else None
    return Status("no_update", text, warning=QUESTIONED)


def _of_one_word(text: str) -> Status | None:
    kind = _whole(text)
    routine = terms.fold(text) in terms.words("status", "whole_in_progress")
    return Status(kind, text, warning=ROUTINE if routine else "") if kind else None


def _first_statement(text: str) -> Status | None:
    """Read the first status word of a cell, and later ones that say something new."""
    closing = closing_of(text)
    found = _found_terms(text, generous=True)
    first = next(found, None)
    if first is None or (first.kind == "completed" and PLANNED.search(text[: first.start])):
        return _closed(closing) if closing else None
    if closing and _only_closes(text, first):
        return _closed(closing)
    read = _reported(text, first, None)
    for term in found if read.value not in schema.CLOSED else ():
        read = _reported(text, term, read) if _is_news(text, term) else read
    return read


def _only_closes(text: str, term: _Term) -> bool:
    return term.kind in schema.CLOSED or text[term.start : term.end].lower().endswith("closed")


def _day_of_completion(text: str, role: str) -> Status | None:
    serial, dates = read_serial(text), find_dates(text)
    opens = bool(dates) and not text[: dates[0].start].strip() and not PLANNED.search(text)
    if role != "completion" or not (serial or opens):
        return None
    return Status("completed", f"{_BY_DATE} {text}", serial or dates[0].on)


def _answer(text: str) -> Status | None:
    """Read a cell that answers "Completed?": yes or no, a tick, or a percentage; the date beside a yes is its day."""
    dates = find_dates(text) if len(text) < 100 else []
    dated = bool(dates) and dates[0].end == len(text.rstrip(" .)"))
    word = (text[: dates[0].start] if dated else text).lower().replace("\ufe0f", "").strip(" .,:(–—-")
    if word in terms.words("status", "yes"):
        return Status("completed", text, dates[0].on if dates else None)
    if word in terms.words("status", "no"):
        return Status("not_started", text)
    if match := re.fullmatch(r"(\d{1,3})\s?%(?:\s+complete[d]?)?", word):
        done = int(match[1])
        return Status("completed" if done >= 100 else "in_progress" if done else "not_started", text)
    return None


@cache
def _words_of(kind: str, generous: bool) -> re.Pattern[str]:
    """Return the words of a status; with those that only count where the cell is there to tell it."""
    known = [kind, f"cell_{kind}"] if generous and kind not in schema.CLOSED else [kind]
    return re.compile("|".join(terms.any_of("status", each).pattern for each in known), re.IGNORECASE)


def _found_terms(text: str, *, generous: bool = False) -> Iterator[_Term]:
    """Find the status words that open a sentence, or stand in a short one."""
    for match in SENTENCE.finditer(text):
        sentence = match[0].strip()
        offset = match.start() + match[0].index(sentence)
        terms_here = (_term_in(sentence, kind, generous) for kind in _KINDS)
        if (term := next(filter(None, terms_here), None)) is not None:
            yield replace(term, start=offset + term.start, end=offset + term.end)


def _term_in(sentence: str, kind: str, generous: bool) -> _Term | None:
    """Find the word of one kind in a sentence."""
    if kind in schema.CLOSED:
        return _Term(0, len(sentence), kind, sentence) if opens_closed(sentence, cell=generous) == kind else None
    if kind == "completed" and (done := _is_done(sentence, generous)) is not None:
        return _Term(0, done, kind, _quoted(sentence, sentence[:done]))
    return _word_in(sentence, kind, generous)


def _word_in(sentence: str, kind: str, generous: bool) -> _Term | None:
    words = len(sentence.split())
    wide = generous and words <= 8 and (kind == "completed" or not REPORTED.search(sentence))
    hit = _hit(_words_of(kind, wide), sentence, anywhere=words <= 4)
    read = _completed_or_partly(sentence, hit) if hit and kind == "completed" else kind
    return _Term(hit.start(), hit.end(), read, _quoted(sentence, hit[0])) if hit and read else None


def _quoted(sentence: str, word: str) -> str:
    return sentence if len(sentence.split()) <= _FEW else word


def _is_done(sentence: str, generous: bool) -> int | None:
    """Return where "This action has been completed" ends, if a sentence says so of the action itself."""
    subject = _OF_THE_ACTION.search(sentence)
    if subject is None or PLANNED.search(sentence[: subject.end()]):
        return None
    hit = _words_of("completed", generous).match(sentence, subject.end())
    if hit is None or _EXCEPT.match(sentence, hit.end()) or _IS_PLAN.match(sentence, hit.end()):
        return None
    return hit.end() if _ENDS.match(sentence[hit.end() :]) else None


def _hit(pattern: re.Pattern[str], sentence: str, *, anywhere: bool) -> re.Match[str] | None:
    hit = pattern.match(sentence) or (pattern.search(sentence) if anywhere else None)
    return None if hit and _DRAFT_TO.match(sentence, hit.start()) else hit


def _completed_or_partly(sentence: str, hit: re.Match[str]) -> str:
    """Return how far a word of completion goes; ``""`` where it says nothing of the action."""
    head, tail = sentence[: hit.start()], sentence[hit.end() :]
    if _IS_PLAN.match(tail) or (hit.start() and not _ENDS.match(tail)):
        return ""  # "Timely and complete replies"
    if _PARTLY.search(head) or _EXCEPT.match(tail):
        return "in_progress"
    return "" if _AUXILIARY.search(head) else "completed"


@cache
def any_term() -> re.Pattern[str]:
    """Return a pattern for any word of a status; the group that matched names it."""
    return re.compile("|".join(f"(?P<{kind}>{_words_of(kind, True).pattern})" for kind in _KINDS), re.IGNORECASE)


def _is_only_a_status(text: str) -> bool:
    """Return whether a cell holds status words and dates, and nothing else."""
    if len(text.split()) > _FEW:
        return False
    for span in reversed(find_dates(text)):
        text = text[: span.start] + text[span.end :]
    return bool(any_term().search(text)) and not re.search(r"[^\W_]", any_term().sub("", text))


def _several(text: str) -> Status | None:
    """Read a cell that holds nothing but status words: the last of two counts, three are a choice nobody made."""
    hits = list(any_term().finditer(text)) if len(text.split()) <= _FEW else []
    kinds = {hit.lastgroup for hit in hits}
    if len(kinds) < 2 or opens_closed(text, cell=True) or not _stand_apart(text, hits):
        return None
    last = hits[-1].lastgroup if len(kinds) == 2 else None
    if re.search(r"[^\W_]|/" if last else r"[^\W_]", any_term().sub("", text)):
        return None
    return Status(last or "no_update", text, warning=SEVERAL)


def _stand_apart(text: str, hits: Sequence[re.Match[str]]) -> bool:
    """Return whether several status words are statements of their own: "Draft complete" is one."""
    if any(_PARTLY.search(text[: hit.start()]) for hit in hits[1:]):
        return False  # "Partially Implemented" is one, too
    own_line = "\n" in text
    return all(own_line or hit[0][0].isupper() or not text[hit.start() - 1].isspace() for hit in hits[1:])


@lru_cache(maxsize=4096)
def _in_target(text: str) -> Status | None:
    """Read status words that stand beside or in place of a target date; completion outweighs an older remark."""
    for status in ("completed", "in_progress", "not_started"):
        counts = _completed_in_target if status == "completed" else _told_in_target
        hits = [hit for hit in terms.any_of("status", status).finditer(text) if counts(text, hit)]
        if hits:
            dated = status == "completed" and _before(text, hits[-1]).strip()
            on = _date_beside(text, hits[-1].end()) if dated else None
            return Status(status, sentence_at(text, hits[-1].start()), on)
    return _closed(closing) if (closing := closing_of(text)) else None


def _before(text: str, hit: re.Match[str]) -> str:
    return text[max(0, text.rfind(".", 0, hit.start()), hit.start() - _NEAR) : hit.start()]


def _told_in_target(text: str, hit: re.Match[str]) -> bool:
    return not PLANNED.search(_before(text, hit)) and hit[0].lower() != "in place"


def _completed_in_target(text: str, hit: re.Match[str]) -> bool:
    """Return whether a word of completion in a target cell is a statement, not a part of a plan."""
    head, tail = _before(text, hit), text[hit.end() : hit.end() + _NEAR]
    own = hit[0][0].isupper() or hit.end() == len(text.rstrip(" .")) or len(head.split()) <= 3
    planned = _AUXILIARY.search(head) or PLANNED.search(head) or _TARGET_PLAN.match(tail)
    return own and not planned and not (head.strip() and re.match(r"\s+in\b", tail))


@lru_cache(maxsize=4096)
def _declared_in_report(text: str, role: str) -> Status | None:
    """Read a completion word in a report: shouted, opening the cell, or closing it as a word of its own.

    A later line that opens with a status word and says no more than it ("Complete.", "Reopened: ...") is news.
    """
    if role == "progress" and (answer := _answer(text)) is not None:
        return answer
    if _is_only_a_status(text) or _whole(text):
        return _declared(text, "status")
    return _closing_word(text) or _statement_in_report(text, role)


def _closing_word(text: str) -> Status | None:
    """Read a word of completion that is shouted, or closes the report."""
    for pattern in (_SHOUTED, _BARE_END):
        if (match := pattern.search(text)) and not _AUXILIARY.search(before(text, match.start())):
            return Status("completed", match[0].strip())
    ends = re.search(r"\bcompleted?[\s.)]*$", text[-_NEAR:], re.IGNORECASE)
    short = len(text.split()) <= 6
    return Status("completed", text) if ends and short and not _AUXILIARY.search(text[: -len(ends[0])]) else None


def _statement_in_report(text: str, role: str) -> Status | None:
    closing = None if role == "outcome" else closing_of(text)  # "Victims are no longer required to ..."
    read: Status | None = None
    for i, term in enumerate(_found_terms(text)):
        if not _counts_in_report(text, term, first=i == 0):
            continue
        if closing and _only_closes(text, term):
            return _closed(closing)
        read = _reported(text, term, read)
    return read or (_closed(closing) if closing else None)


def _counts_in_report(text: str, term: _Term, *, first: bool) -> bool:
    if first and term.kind == "completed" and len(term.words.split()) <= 4 and not PLANNED.search(term.words):
        return True
    follows = text[term.start + len(term.words) : term.start + len(term.words) + _NEAR].strip()
    alone = term.words[-1:] in ".:;–—-" or not re.match(r"[^\W_]", follows)
    opens = term.start == 0 and (term.kind != "completed" or alone or len(text.split()) <= 6)
    return opens or _is_news(text, term)


def _is_news(text: str, term: _Term) -> bool:
    """Return whether a status word opens a statement that says no more than it: "Complete.", "Closed on 3 May 2024"."""
    head = text[: term.start].rstrip()
    if head[-1:] not in ("", ".") and "\n" not in text[len(head) : term.start]:
        return False
    dated = term.kind == "completed" and _date_beside(text, term.end) is not None
    return dated or re.match(r"\s*(?:[.:;,–—-]|\n|$)", text[term.end : term.end + _NEAR]) is not None


def _reported(text: str, term: _Term, earlier: Status | None) -> Status:
    on = _date_beside(text, term.end) if term.kind == "completed" else None
    return Status(term.kind, term.words, on, SEVERAL if earlier is not None and earlier.value != term.kind else "")


def _date_beside(text: str, end: int) -> date | None:
    """Return the date that makes one statement with the completion word that ends at ``end``."""
    tail = text[end : end + _NEAR]
    return next((span.on for span in find_dates(tail) if _TO_ITS_DAY.fullmatch(tail[: span.start])), None)
