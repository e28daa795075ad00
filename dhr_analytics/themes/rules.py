"""Phrase rules: which words of a text speak for which theme.

One pass of spaCy's PhraseMatcher finds every plain wording; gaps, vetoes, sentences that only tell the story and
addressees are then decided on those hits alone, because token patterns are some thirty times slower.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from dhr_analytics.themes.codebook import Codebook, Phrase

Span = tuple[int, int]

# A full stop, question or exclamation mark before a capital or a bullet ends a sentence; an abbreviation does not.
_SENTENCE_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bNo)(?<!\bDr)[.?!]['\")\]]*\s+(?=[A-Z•'\"(])")
# One sign for one sign, so that places in the text stay what they are.
_SAME_LENGTH = str.maketrans({**dict.fromkeys("-‐‑‒–—+/\u00a0\n\r\t", " "), "’": "'", "‘": "'", "ʼ": "'"})
_APOSTROPHE = re.compile(r"'s?(?!\w)")
_ADDRESSEE_WORDS = 18


class Evidence(NamedTuple):
    """The words of a text that speak for a theme: `text[start:end] == words`."""

    theme: str
    words: str
    start: int
    end: int


class _Rule(NamedTuple):
    purpose: str
    theme: str
    phrase: Phrase


@dataclass(frozen=True)
class _Engine:
    tokenize: Any
    matcher: Any
    rules: list[_Rule]
    uses: dict[int, list[tuple[int, int]]]
    order: dict[str, int]
    no_addressee: frozenset[str]
    first_sentence: frozenset[str]


def fold_word(word: str, same_word: dict[str, str] | None = None) -> str:
    """Return the form under which a word is compared: lower case, without -s, -ed, -ing and a final -e.

    Parameters
    ----------
    word
        One word.
    same_word
        Exceptions: a word and the form it is compared under (`[same_word]` of the codebook).
    """
    word = word.lower()
    if same_word and word in same_word:
        return same_word[word]
    if word == "'s":
        return "'"
    if len(word) < 4:
        return word
    if word.endswith(("ies", "ied")) and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2 and not word.endswith("eed") and re.search("[aeiouy]", stem):
            doubled = stem[-1] == stem[-2] and stem[-1] not in "lsfz"
            word = stem[:-1] if doubled else stem
            break
    return word.removesuffix("e") if len(word) > 4 else word


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
    engine = _engine(codebook)
    return [_read(engine, text) for text in texts]


@lru_cache(maxsize=4)
def _engine(codebook: Codebook) -> _Engine:
    """Compile the codebook's phrases into one PhraseMatcher."""
    import spacy
    from spacy.matcher import PhraseMatcher

    same_word = {form: head for head, forms in codebook.same_word for form in (head, *forms)}
    nlp: Any = spacy.blank("en")
    # The language's own exceptions ("cannot", "'s") set norms of their own, which would bypass the folding.
    nlp.tokenizer.rules = {}
    # Of all that spaCy works out for a new word only this is looked at; the rest would triple the time to load.
    nlp.vocab.lex_attr_getters = {nlp.vocab.strings["NORM"]: lambda word: fold_word(word, same_word)}
    for lexeme in nlp.vocab:
        lexeme.norm_ = fold_word(lexeme.orth_, same_word)

    rules = [_Rule(purpose, "", phrase) for purpose, phrases in codebook.vocabulary for phrase in phrases]
    for theme in codebook.themes:
        rules += [_Rule("unless", theme.id, phrase) for phrase in theme.unless]
        rules += [_Rule("theme", theme.id, phrase) for phrase in theme.phrases]
    wanted: dict[tuple[str, ...], tuple[Any, set[tuple[int, int]]]] = {}
    docs: dict[str, Any] = {}
    for number, rule in enumerate(rules):
        for place, wordings in enumerate(rule.phrase.parts):
            for wording in wordings:
                # An apostrophe is written or left out at random: "carers' assessment", "carers assessment".
                for variant in {wording, _APOSTROPHE.sub("", wording)}:
                    doc = docs.get(variant) or docs.setdefault(variant, nlp.make_doc(variant.translate(_SAME_LENGTH)))
                    folded = tuple(token.norm_ for token in doc)
                    wanted.setdefault(folded, (doc, set()))[1].add((number, place))
    matcher = PhraseMatcher(nlp.vocab, attr="NORM")
    uses = {}
    for folded, (doc, where) in wanted.items():
        matcher.add(" ".join(folded), [doc])
        uses[nlp.vocab.strings[" ".join(folded)]] = sorted(where)
    return _Engine(
        tokenize=nlp.make_doc,
        matcher=matcher,
        rules=rules,
        uses=uses,
        order={theme: place for place, theme in enumerate(codebook.ids)},
        no_addressee=frozenset(theme.id for theme in codebook.themes if not theme.addressee),
        first_sentence=frozenset(theme.id for theme in codebook.themes if not theme.later_sentences),
    )


def _read(engine: _Engine, text: str) -> list[Evidence]:
    doc = engine.tokenize(text.translate(_SAME_LENGTH))
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    hits: dict[tuple[int, int], dict[int, list[Span]]] = {}
    for key, start, end in engine.matcher(doc):
        sentence = bisect_right(ends, doc[start].idx) if ends else 0
        for number, place in engine.uses[key]:
            hits.setdefault((number, sentence), {}).setdefault(place, []).append((start, end))

    found: dict[str, dict[tuple[str, int], list[Span]]] = {}
    theme_hits = []
    for (number, sentence), places in hits.items():
        rule = engine.rules[number]
        if len(places) < len(rule.phrase.parts):
            continue
        if rule.purpose == "theme":
            theme_hits.append((rule, sentence, places))
        else:
            spans = _join(places, rule.phrase.gaps)
            found.setdefault(rule.purpose, {}).setdefault((rule.theme, sentence), []).extend(spans)

    if not theme_hits:
        return []
    story = _story_sentences(doc, ends, found)
    addressee = _addressee_end(doc, found)
    names, unless = found.get("names", {}), found.get("unless", {})
    evidence = set()
    head = min((sentence for _, sentence, _ in theme_hits if sentence not in story), default=0)
    for rule, sentence, places in theme_hits:
        if sentence in story or sentence > head and rule.theme in engine.first_sentence:
            continue
        vetoes = names.get(("", sentence), []) + unless.get((rule.theme, sentence), [])
        if rule.theme in engine.no_addressee and addressee:
            vetoes.append((0, addressee))
        if vetoes:
            places = {
                place: [span for span in spans if not any(v[0] <= span[0] and span[1] <= v[1] for v in vetoes)]
                for place, spans in places.items()
            }
        for start, end in _join(places, rule.phrase.gaps):
            last = doc[end - 1]
            first, after = doc[start].idx, last.idx + len(last)
            evidence.add(Evidence(rule.theme, text[first:after], first, after))
    return sorted(evidence, key=lambda found: (engine.order[found.theme], found.start, -found.end))


def _join(places: dict[int, list[Span]], gaps: tuple[int | None, ...]) -> list[Span]:
    """Return the spans over which all parts of a phrase stand as they must."""
    spans = places[0]
    for place, gap in enumerate(gaps, start=1):
        joined = []
        for start, end in spans:
            for first, last in places[place]:
                if 0 <= first - end <= gap if gap is not None else first >= end or last <= start:
                    joined.append((min(start, first), max(end, last)))
                    break
        spans = joined
    return spans


def _story_sentences(doc: Any, ends: list[int], found: dict[str, dict[tuple[str, int], list[Span]]]) -> set[int]:
    """Return the sentences that only give the reason or the story, unless nothing would be left."""
    if not ends:
        return set()
    asks, past = ({s for _, s in found.get(name, {})} for name in ("asks", "past"))
    starts = [0, *ends]
    opened = {
        sentence
        for (_, sentence), spans in found.get("story_openers", {}).items()
        # "However, the review found" opens as the words themselves do.
        if any(
            len(doc.char_span(starts[sentence], doc[first].idx, alignment_mode="expand") or ()) <= 3
            for first, _ in spans
        )
    }
    story = opened | (past - asks)
    return story if len(story) <= len(ends) else set()


def _addressee_end(doc: Any, found: dict[str, dict[tuple[str, int], list[Span]]]) -> int:
    """Return how many words at the head of a text only say who is to act: "The Trust | to review ..."."""
    if not len(doc) or doc[0].norm_ in {"where", "when", "if", "in", "once", "as", "following", "to", "that"}:
        return 0
    turns = sorted(span for (_, sentence), spans in found.get("turns", {}).items() if sentence == 0 for span in spans)
    for start, end in turns:
        if start > _ADDRESSEE_WORDS:
            return 0
        # In the passive ("safety plans to be reviewed") the subject is the matter itself.
        return 0 if end < len(doc) and doc[end].norm_ in {"be", "have", "not"} else start
    return 0
