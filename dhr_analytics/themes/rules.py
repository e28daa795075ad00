"""Phrase rules: which words of a text speak for which theme.

One pass through a trie finds every plain wording; gaps, vetoes, sentences that only tell the story and addressees are
then decided on those hits alone, because patterns over tokens are some thirty times slower. The trie holds folded words
(see `words`), so that rules and model read a text once and in the same way. It finds what spaCy's PhraseMatcher finds.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from dhr_analytics.themes.codebook import Codebook
from dhr_analytics.themes.words import Words, fold_all, fold_word, folding, split

Span = tuple[int, int]
# Sentence, and the words from start to end.
_Place = tuple[int, int, int]
# Theme (or nothing), and a place.
_Mark = tuple[str, int, int, int]
# Theme, sentence, where each part of its phrase stands, and the gaps allowed between them.
_Asked = tuple[str, int, tuple[list[Span], ...], tuple[int | None, ...]]

# No folded word is empty.
_END = ""
_ADDRESSEE_WORDS = 18
_OPENING_WORDS = 3
# A text that begins with one of these does not begin with who is to act.
_NO_ADDRESSEE = frozenset(map(fold_word, "where when if in once as following to that".split()))


class Evidence(NamedTuple):
    """The words of a text that speak for a theme: `text[start:end] == words`."""

    theme: str
    words: str
    start: int
    end: int


class Reading(NamedTuple):
    """A text as the rules read it: its words, the sentences that only tell the story, and the evidence."""

    words: Words
    story: set[int]
    evidence: list[Evidence]


class _Rule(NamedTuple):
    """A phrase of several parts, which are named as the engine numbers them."""

    purpose: str
    theme: str
    parts: tuple[int, ...]
    gaps: tuple[int | None, ...]


class _Uses(NamedTuple):
    """What finding a wording means: themes asked for, marks (purpose and theme), parts of longer phrases."""

    themes: tuple[str, ...]
    marks: tuple[tuple[str, str], ...]
    parts: tuple[int, ...]


@dataclass(frozen=True)
class _Engine:
    """A codebook made ready.

    `wordings` is a trie: under each folded word what a wording that ends there is used for (or None), and the words
    that may follow. `anchored` has the rules of several parts under the one of their parts that the fewest rules share.
    """

    fold: Callable[[str], str]
    wordings: dict[str, Any]
    anchored: dict[int, list[_Rule]]
    order: dict[str, int]
    no_addressee: frozenset[str]
    first_sentence: frozenset[str]


def find_themes(texts: Iterable[str], codebook: Codebook) -> list[list[Evidence]]:
    """Find the themes that each text asks for, with the words that say so.

    Parameters
    ----------
    texts
        Recommendations, one text each.
    codebook
        The codebook whose phrases are looked for.

    Returns
    -------
    list of list of Evidence
        For each text all evidence, in codebook order and then in that of the text. Implied themes and `other` are
        not added here; see `code_texts`.
    """
    return [reading.evidence for reading in read_texts(texts, codebook)]


def read_texts(texts: Iterable[str], codebook: Codebook) -> list[Reading]:
    """Read texts for rules and model alike; parameters as for `find_themes`."""
    engine = _engine(codebook)
    return [_read(engine, text) for text in texts]


@lru_cache(maxsize=4)
def _engine(codebook: Codebook) -> _Engine:
    """Compile the codebook's phrases."""
    fold = folding({form: head for head, forms in codebook.same_word for form in (head, *forms)})
    phrases = [(purpose, "", phrase) for purpose, each in codebook.vocabulary for phrase in each]
    for theme in codebook.themes:
        phrases += [("unless", theme.id, phrase) for phrase in theme.unless]
        phrases += [("theme", theme.id, phrase) for phrase in theme.phrases]
    numbers: dict[tuple[str, ...], int] = {}
    uses: dict[tuple[str, ...], tuple[dict[str, None], dict[tuple[str, str], None], dict[int, None]]] = {}
    rules = []
    for purpose, theme_id, phrase in phrases:
        parts = tuple(numbers.setdefault(part, len(numbers)) for part in phrase.parts)
        for number, part in zip(parts, phrase.parts, strict=True):
            for wording in part:
                themes, marks, longer = uses.setdefault(fold_all(wording, fold), ({}, {}, {}))
                if len(parts) > 1:
                    longer[number] = None
                elif purpose == "theme":
                    themes[theme_id] = None
                else:
                    marks[purpose, theme_id] = None
        if len(parts) > 1:
            rules.append(_Rule(purpose, theme_id, parts, phrase.gaps))
    uses.pop((), None)
    wordings: dict[str, Any] = {}
    for forms, (themes, marks, longer) in uses.items():
        following = wordings
        for form in forms:
            node = following.setdefault(form, [None, {}])
            following = node[1]
        node[0] = _Uses(tuple(themes), tuple(marks), tuple(longer))
    shared = Counter(part for rule in rules for part in set(rule.parts))
    anchored: dict[int, list[_Rule]] = {}
    for rule in rules:
        anchored.setdefault(min(rule.parts, key=lambda part: shared[part]), []).append(rule)
    return _Engine(
        fold=fold,
        wordings=wordings,
        anchored=anchored,
        order={theme: place for place, theme in enumerate(codebook.ids)},
        no_addressee=frozenset(theme.id for theme in codebook.themes if not theme.addressee),
        first_sentence=frozenset(theme.id for theme in codebook.themes if not theme.later_sentences),
    )


def _read(engine: _Engine, text: str) -> Reading:
    words = split(text, engine.fold)
    asked, marked, parts = _find(engine, words)
    for rule, sentence, spans in _whole(engine, parts):
        if rule.purpose == "theme":
            asked.append((rule.theme, sentence, spans, rule.gaps))
        else:
            marked.setdefault(rule.purpose, []).extend(
                (rule.theme, sentence, *span) for span in _join(spans, rule.gaps)
            )
    story = _story_sentences(words, marked)
    asked = [each for each in asked if each[1] not in story]
    if not asked:
        return Reading(words, story, [])
    addressee = _addressee_end(words, marked)
    vetoing = marked.get("names", []) + marked.get("unless", [])
    evidence = set()
    head = min(sentence for _, sentence, _, _ in asked)
    for theme, sentence, places, gaps in asked:
        if sentence > head and theme in engine.first_sentence:
            continue
        vetoes = [(start, end) for of, at, start, end in vetoing if at == sentence and of in ("", theme)]
        if addressee and theme in engine.no_addressee:
            vetoes.append((0, addressee))
        if vetoes:
            places = tuple(
                [span for span in spans if not any(v[0] <= span[0] and span[1] <= v[1] for v in vetoes)]
                for spans in places
            )
        for start, end in _join(places, gaps):
            opens, closes = words.starts[start], words.ends[end - 1]
            evidence.add(Evidence(theme, text[opens:closes], opens, closes))
    in_order = sorted(evidence, key=lambda match: (engine.order[match.theme], match.start, -match.end))
    return Reading(words, story, in_order)


def _find(engine: _Engine, words: Words) -> tuple[list[_Asked], dict[str, list[_Mark]], dict[int, list[_Place]]]:
    """Find the wordings: themes that one wording asks for, marks by purpose, and parts of longer phrases."""
    asked: list[_Asked] = []
    marked: dict[str, list[_Mark]] = {}
    parts: dict[int, list[_Place]] = {}
    forms, sentences, first = [*words.forms, _END], words.sentences, engine.wordings.get
    for start, form in enumerate(words.forms):
        node, end = first(form), start
        while node is not None:
            end += 1
            uses, following = node
            if uses is not None:
                sentence = sentences[start]
                for theme in uses.themes:
                    asked.append((theme, sentence, ([(start, end)],), ()))
                for purpose, theme in uses.marks:
                    marked.setdefault(purpose, []).append((theme, sentence, start, end))
                for part in uses.parts:
                    parts.setdefault(part, []).append((sentence, start, end))
            node = following.get(forms[end])
    return asked, marked, parts


def _whole(engine: _Engine, parts: dict[int, list[_Place]]) -> Iterator[tuple[_Rule, int, tuple[list[Span], ...]]]:
    """Yield the rules that have all their parts in one sentence, with that sentence and where each part stands."""
    for anchor in engine.anchored.keys() & parts.keys():
        for rule in engine.anchored[anchor]:
            for part in rule.parts:
                if part not in parts:
                    break
            else:
                for sentence in {sentence for sentence, _, _ in parts[anchor]}:
                    spans = tuple([place[1:] for place in parts[part] if place[0] == sentence] for part in rule.parts)
                    if all(spans):
                        yield rule, sentence, spans


def _join(places: tuple[list[Span], ...], gaps: tuple[int | None, ...]) -> list[Span]:
    """Return the spans over which all parts of a phrase stand as they must."""
    spans = places[0]
    for gap, following in zip(gaps, places[1:], strict=True):
        joined = []
        for start, end in spans:
            for first, last in following:
                if 0 <= first - end <= gap if gap is not None else first >= end or last <= start:
                    joined.append((min(start, first), max(end, last)))
                    break
        spans = joined
    return spans


def _story_sentences(words: Words, marked: dict[str, list[_Mark]]) -> set[int]:
    """Return the sentences that only give the reason or the story, unless nothing would be left."""
    if not words.last:
        return set()
    asks, past = ({mark[1] for mark in marked.get(name, ())} for name in ("asks", "past"))
    opened = {
        sentence
        for _, sentence, first, _ in marked.get("story_openers", ())
        # "However, the review found" opens as the words themselves do.
        if first - bisect_left(words.sentences, sentence) <= _OPENING_WORDS
    }
    story = opened | (past - asks)
    return story if len(story) <= words.last else set()


def _addressee_end(words: Words, marked: dict[str, list[_Mark]]) -> int:
    """Return how many words at the head of a text only say who is to act: "The Trust | to review ..."."""
    forms = words.forms
    if not forms or forms[0] in _NO_ADDRESSEE:
        return 0
    turns = sorted((start, end) for _, sentence, start, end in marked.get("turns", ()) if sentence == 0)
    for start, end in turns:
        if start > _ADDRESSEE_WORDS:
            return 0
        # In the passive ("safety plans to be reviewed") the subject is the matter itself.
        return 0 if end < len(forms) and forms[end] in {"be", "have", "not"} else start
    return 0
