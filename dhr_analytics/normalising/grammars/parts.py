"""What each paragraph of running text is by its own words: a title, a label, a heading, an item, plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dhr_analytics.normalising.grammars import openings
from dhr_analytics.normalising.grammars.lines import Paragraph
from dhr_analytics.normalising.grammars.replies import split_reply
from dhr_analytics.vocabulary import terms

_CONTENTS = re.compile(r".*(?:\.{3,}|(?:\. ){3,}|…)\s*(?:\d{1,4}|[ivx]+)$", re.DOTALL)
_GLUED = re.compile(r"(?<=[a-z])\d{1,3}$")  # the number of a footnote
_BEFORE = re.compile(
    r"\bhad\s+recommended\b|(?=.*\b(?:19|20)\d\d\b).*\b(?:recommended|made)\b", re.IGNORECASE | re.DOTALL
)
_SENTENCE = re.compile(r"[.;,!?]$|[a-z]{2}[.!?]\s")
_BELOW = re.compile(r"\b(?:below|as follows|the following)\b.{0,80}[.:]$", re.IGNORECASE)
_ADDRESSED = re.compile(r"(?:.*\brecommendations?\s+)?(?:to|for)\s+(?:the\s+)?(?P<body>.+?):?", re.IGNORECASE)
_LED_IN = re.compile(
    r".*\b(?:recommendations?\s+(?:to|for)|recommends?\s+that|recommended\s+that)\s+(?:the\s+)?"
    r"(?P<body>[A-Z][\w’'& -]*?)(?:\s+should|\s+must)?:",
    re.DOTALL,
)


@dataclass(frozen=True)
class Part:
    """A paragraph and what it is; ``number`` and ``words`` are what stands before and after its opening."""

    kind: str
    paragraph: Paragraph = field(repr=False)
    words: str
    number: str = ""
    body: str = ""  # the cell of a label, the body that a title or heading addresses
    mark: openings.Mark | None = None

    @property
    def text(self) -> str:
        """The whole paragraph."""
        return self.paragraph.text


def part_of(paragraph: Paragraph) -> Part:
    """Say what a paragraph is.

    Parameters
    ----------
    paragraph : Paragraph

    Returns
    -------
    Part
        Its ``kind`` is ``contents``, ``title``, ``label``, ``list`` (a heading that opens a list of recommendations),
        ``lead_in``, ``item``, ``heading`` or ``plain``.
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
    number = mark.number if mark else ""
    return Part(kind, paragraph, words, number, addressee(words, kind), mark)


def with_unmarked(parts: Sequence[Part]) -> list[Part]:
    """Take plain paragraphs that ask for something, right below a heading of recommendations, for items without a mark.

    Parameters
    ----------
    parts : sequence of Part

    Returns
    -------
    list of Part
        The same parts; a paragraph above a marked or titled item only introduces it.
    """
    out: list[Part] = []
    run: list[int] = []  # plain paragraphs since the last heading
    listed = False
    for part in parts:
        if part.kind == "plain" and listed:
            run.append(len(out))
        elif part.kind in ("list", "heading", "contents"):
            _mark(out, run)
            run, listed = [], part.kind == "list" or (listed and part.kind == "heading")
        else:
            run, listed = [], False
        out.append(part)
    _mark(out, run)
    return out


def _mark(parts: list[Part], run: Sequence[int]) -> None:
    """Give a mark to each paragraph of a run that asks, if the first does."""
    if run and _asks_first(parts[run[0]].text):
        for i in run:
            if _asks_first(text := parts[i].text):
                parts[i] = replace(parts[i], kind="item", mark=openings.Mark("", "¶", 0, text))


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
    """Say whether a text may be a heading: short, begins with a capital, does not end as a sentence."""
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
    return bool(text.endswith(":") and (asks(last) or listed)) or bool(listed and _BELOW.search(last))


def last_sentence(text: str) -> str:
    """Return the sentence that stands before a list."""
    return re.split(r"(?<=[.!?])\s", text)[-1]


def is_foreign(text: str) -> bool:
    """Say whether a heading or lead-in speaks of other reviews' recommendations."""
    return bool(terms.any_of("prose", "foreign").search(text) or _BEFORE.search(text))


def asks(text: str) -> bool:
    """Say whether a text asks for something."""
    return bool(terms.any_of("prose", "asks").search(text))


def addressee(text: str, kind: str) -> str:
    """Return the body that a heading or a lead-in is addressed to."""
    if kind in ("list", "heading") and (found := _ADDRESSED.fullmatch(heading_of(text))):
        return found["body"]
    found = _LED_IN.fullmatch(text)
    return found["body"] if found else ""
