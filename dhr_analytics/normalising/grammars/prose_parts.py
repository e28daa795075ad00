"""What each paragraph of running text is by its own words: a title, a label, a heading, an item."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from dhr_analytics.normalising.grammars import openings
from dhr_analytics.normalising.grammars.paragraphs import Paragraph
from dhr_analytics.normalising.grammars.replies import split_reply
from dhr_analytics.vocabulary import terms

_CONTENTS = re.compile(r".*(?:\.{3,}|(?:\. ){3,}|…)\s*(?:\d{1,4}|[ivx]+)$", re.DOTALL)
_GLUED = re.compile(r"(?<=[a-z])\d{1,3}$")  # the number of a footnote
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_PAST = re.compile(r"\b(?:recommended|made)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.;,!?]$|[a-z]{2}[.!?]\s")
_BELOW = re.compile(r"\b(?:below|as follows|the following)\b.{0,80}[.:]$", re.IGNORECASE)
_ADDRESSED = re.compile(
    r"(?:.*\brecommendations?\s+)?(?:to|for)\s+(?:the\s+)?(?P<body>.+?):?",
    re.IGNORECASE,
)
_LED_IN = re.compile(
    r".*\b(?:recommendations?\s+(?:to|for)|recommends?\s+that|recommended\s+that)\s+(?:the\s+)?"
    r"(?P<body>[A-Z][\w’'& -]*?)(?:\s+should|\s+must)?:",
    re.DOTALL,
)


@dataclass(frozen=True)
class Part:
    """A paragraph and what it is; ``number`` and ``words`` stand before and after its opening."""

    kind: str
    paragraph: Paragraph = field(repr=False)
    words: str
    number: str = ""
    body: str = ""  # the cell of a label, the body that a title or heading addresses
    style: str = ""  # of the mark of an item or a numbered heading, as ``openings.Mark`` has it
    count: int = 0

    @property
    def text(self) -> str:
        """The whole paragraph."""
        return self.paragraph.text


_END = Part("contents", Paragraph("", ()), "")


def part_of(paragraph: Paragraph) -> Part:
    """Say what a paragraph is.

    Parameters
    ----------
    paragraph : Paragraph

    Returns
    -------
    Part
        Its ``kind`` is ``contents``, ``title``, ``label``, ``list`` (a heading that opens a list
        of recommendations), ``lead_in``, ``item``, ``heading`` or ``plain``.
    """
    text = paragraph.text
    if _CONTENTS.fullmatch(text):
        return Part("contents", paragraph, text)
    if title := openings.title(text):
        number, body, words = title
        return Part("title", paragraph, words, number, body)
    if label := openings.label(text):
        cell, number, words = label
        return Part("label", paragraph, words, number, cell)
    mark = openings.mark(text)
    words = mark.rest if mark else text
    kind = _kind(words, mark)
    body = addressee(words, kind)
    if mark:
        return Part(kind, paragraph, words, mark.number, body, mark.style, mark.count)
    return Part(kind, paragraph, words, body=body)


def with_unmarked(parts: Sequence[Part]) -> list[Part]:
    """Take paragraphs that ask for something below a heading of recommendations for items.

    Parameters
    ----------
    parts : sequence of Part

    Returns
    -------
    list of Part
        The same parts; a paragraph above a marked or titled item only introduces it.
    """
    items = {i for run in _runs_below_lists(parts) for i in run if _asks_first(parts[i].text)}
    unmarked = {i: replace(parts[i], kind="item", style="¶") for i in items}
    return [unmarked.get(i, part) for i, part in enumerate(parts)]


def _runs_below_lists(parts: Sequence[Part]) -> Iterator[list[int]]:
    """Find runs of plain paragraphs between headings of a list, the first of which asks."""
    run: list[int] = []
    listed = False
    for i, part in enumerate([*parts, _END]):
        if part.kind == "plain" and listed:
            run.append(i)
            continue
        heads = part.kind in ("list", "heading", "contents")
        if heads and run and _asks_first(parts[run[0]].text):
            yield run
        run, listed = [], part.kind == "list" or (listed and part.kind == "heading")


def _asks_first(text: str) -> bool:
    first = re.split(r"(?<=[.!?])\s", text)[0]
    return asks(first) and not terms.any_of("prose", "list").search(first)


def _kind(words: str, mark: openings.Mark | None) -> str:
    if words.endswith((".", ":")) and split_reply(words, first=True):
        return "item" if mark else "plain"
    if names_list(words):
        return "list"
    if leads_in(words) and not mark:
        return "lead_in"
    if mark:
        return "item"
    return "heading" if is_heading(words) else "plain"


def is_heading(text: str) -> bool:
    """Say whether a text may be a heading: short, begins with a capital, is no sentence."""
    bare = _GLUED.sub("", text.rstrip(": "))
    short = len(bare) <= 90 and len(bare.split()) <= 12
    return short and bare[:1].isupper() and not _SENTENCE.search(bare)


def names_list(text: str) -> bool:
    """Say whether a heading speaks of recommendations."""
    listed = terms.any_of("prose", "list").search(heading_of(text))
    return is_heading(text) and bool(listed) and not re.search(r"\s\d{1,4}$", text)  # contents


def heading_of(text: str) -> str:
    """Return a heading as printed, without colon and footnote number."""
    return _GLUED.sub("", text.strip()).rstrip(": ")


def is_group(part: Part) -> bool:
    """Say whether a heading of a list names whom or what the list is for."""
    return bool(part.body) or bool(terms.any_of("prose", "group").search(part.words))


def leads_in(text: str) -> bool:
    """Say whether a paragraph leads in a list of what is asked for."""
    last = last_sentence(text)
    listed = terms.any_of("prose", "recommends").search(last)
    opens = text.endswith(":") and (asks(last) or listed)
    return bool(opens or (listed and _BELOW.search(last)))


def last_sentence(text: str) -> str:
    """Return the sentence before a list."""
    return re.split(r"(?<=[.!?])\s", text)[-1]


def is_foreign(text: str) -> bool:
    """Say whether a heading or lead-in speaks of other reviews' recommendations."""
    past = _YEAR.search(text) and _PAST.search(text)
    return bool(past or terms.any_of("prose", "foreign").search(text))


def asks(text: str) -> bool:
    """Say whether a text asks for something."""
    return bool(terms.any_of("prose", "asks").search(text))


def addressee(text: str, kind: str) -> str:
    """Return the body that a heading or a lead-in is addressed to."""
    if kind in ("list", "heading") and (found := _ADDRESSED.fullmatch(heading_of(text))):
        return found["body"]
    found = _LED_IN.fullmatch(text)
    return found["body"] if found else ""
