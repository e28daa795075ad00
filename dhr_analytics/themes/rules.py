"""Phrase rules: which words of a text speak for which theme.

One pass of spaCy's PhraseMatcher finds every plain wording; gaps, vetoes, sentences that only tell the story and
addressees are then decided on those hits alone, because token patterns are some thirty times slower. The matcher is
given words already folded (see `words`), so that rules and model read a text once and in the same way.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from dhr_analytics.themes.codebook import Codebook, Phrase
from dhr_analytics.themes.words import Words, fold_all, fold_word, folding, split

Span = tuple[int, int]

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
    purpose: str
    theme: str
    phrase: Phrase


@dataclass(frozen=True)
class _Engine:
    fold: Callable[[str], str]
    match: Callable[[list[str]], list[tuple[int, int, int]]]
    rules: list[_Rule]
    uses: dict[int, tuple[tuple[int, int], ...]]
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
    """Compile the codebook's phrases into one PhraseMatcher."""
    import spacy
    from spacy.matcher import PhraseMatcher
    from spacy.tokens import Doc

    fold = folding({form: head for head, forms in codebook.same_word for form in (head, *forms)})
    rules = [_Rule(purpose, "", phrase) for purpose, phrases in codebook.vocabulary for phrase in phrases]
    for theme in codebook.themes:
        rules += [_Rule("unless", theme.id, phrase) for phrase in theme.unless]
        rules += [_Rule("theme", theme.id, phrase) for phrase in theme.phrases]
    wanted: dict[tuple[str, ...], set[tuple[int, int]]] = {}
    for number, rule in enumerate(rules):
        for place, wordings in enumerate(rule.phrase.parts):
            for wording in wordings:
                wanted.setdefault(fold_all(wording, fold), set()).add((number, place))
    wanted.pop((), None)

    vocab: Any = spacy.blank("en").vocab
    # What spaCy works out for each new word (its shape, its prefix ...) is never looked at here.
    vocab.lex_attr_getters = {}
    matcher = PhraseMatcher(vocab, attr="ORTH")
    # Wordings that serve the same rules share a key, which is quicker to add.
    together: dict[tuple[tuple[int, int], ...], list[Any]] = {}
    for forms, where in wanted.items():
        together.setdefault(tuple(sorted(where)), []).append(Doc(vocab, words=list(forms)))
    uses = {}
    for rules_served, docs in together.items():
        matcher.add(key := repr(rules_served), docs)
        uses[vocab.strings[key]] = rules_served
    return _Engine(
        fold=fold,
        match=lambda forms: matcher(Doc(vocab, words=forms)),
        rules=rules,
        uses=uses,
        order={theme: place for place, theme in enumerate(codebook.ids)},
        no_addressee=frozenset(theme.id for theme in codebook.themes if not theme.addressee),
        first_sentence=frozenset(theme.id for theme in codebook.themes if not theme.later_sentences),
    )


def _read(engine: _Engine, text: str) -> Reading:
    words = split(text, engine.fold)
    sentences = words.sentences
    hits: dict[tuple[int, int], dict[int, list[Span]]] = {}
    for key, start, end in engine.match(words.forms):
        for number, place in engine.uses[key]:
            places = hits.get(at := (number, sentences[start]))
            if places is None:
                hits[at] = {place: [(start, end)]}
            elif place in places:
                places[place].append((start, end))
            else:
                places[place] = [(start, end)]

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

    story = _story_sentences(words, found)
    if not theme_hits:
        return Reading(words, story, [])
    addressee = _addressee_end(words, found)
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
            first, after = words.starts[start], words.ends[end - 1]
            evidence.add(Evidence(rule.theme, text[first:after], first, after))
    in_order = sorted(evidence, key=lambda match: (engine.order[match.theme], match.start, -match.end))
    return Reading(words, story, in_order)


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


def _story_sentences(words: Words, found: dict[str, dict[tuple[str, int], list[Span]]]) -> set[int]:
    """Return the sentences that only give the reason or the story, unless nothing would be left."""
    if not words.last:
        return set()
    asks, past = ({s for _, s in found.get(name, {})} for name in ("asks", "past"))
    opened = {
        sentence
        for (_, sentence), spans in found.get("story_openers", {}).items()
        # "However, the review found" opens as the words themselves do.
        if any(first - bisect_left(words.sentences, sentence) <= _OPENING_WORDS for first, _ in spans)
    }
    story = opened | (past - asks)
    return story if len(story) <= words.last else set()


def _addressee_end(words: Words, found: dict[str, dict[tuple[str, int], list[Span]]]) -> int:
    """Return how many words at the head of a text only say who is to act: "The Trust | to review ..."."""
    forms = words.forms
    if not forms or forms[0] in _NO_ADDRESSEE:
        return 0
    turns = sorted(span for (_, sentence), spans in found.get("turns", {}).items() if sentence == 0 for span in spans)
    for start, end in turns:
        if start > _ADDRESSEE_WORDS:
            return 0
        # In the passive ("safety plans to be reviewed") the subject is the matter itself.
        return 0 if end < len(forms) and forms[end] in {"be", "have", "not"} else start
    return 0
