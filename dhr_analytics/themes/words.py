"""Words: how texts, phrases and labelled texts are split, and under which form two words count as the same."""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

# A full stop, question or exclamation mark before a capital or a bullet ends a sentence; an abbreviation does not.
# (The sign stands first in the pattern, because `re` then looks at nothing else.)
_SENTENCE_END = re.compile(r"""[.?!](?<!\b(?:e\.g|i\.e)[.?!])(?<!\b(?:No|Dr)[.?!])['")\]]*\s+(?=[A-Z•'"(])""")
# An apostrophe is written or left out at random ("carers' leave", "carer's leave"), so what follows one is no word.
_TOKEN = re.compile(r"""(?<![^\W_])(?<!\w['’‘ʼ])[^\W_]+|[.,;:!?()\[\]"“”•&]""")
SIGNS = frozenset('.,;:!?()[]"“”•')
_FORMS_KEPT = 100_000


class Words(NamedTuple):
    """A text split into words and signs: `text[starts[i]:ends[i]]` is compared as `forms[i]`, a sign as itself.

    `sentences[i]` is the sentence, counted from 0 to `last`, that it stands in.
    """

    starts: list[int]
    ends: list[int]
    forms: list[str]
    sentences: list[int]
    last: int


def split(text: str, fold: Callable[[str], str]) -> Words:
    """Split a text into words and the signs that part them.

    Parameters
    ----------
    text
        Any text.
    fold
        As from `folding`.
    """
    found = list(_TOKEN.finditer(text))
    starts = [match.start() for match in found]
    stops = [match.end() for match in _SENTENCE_END.finditer(text)]
    sentences: list[int] = []
    for number, stop in enumerate(stops):
        sentences += [number] * (bisect_left(starts, stop) - len(sentences))
    sentences += [len(stops)] * (len(starts) - len(sentences))
    return Words(starts, [match.end() for match in found], [fold(match[0]) for match in found], sentences, len(stops))


def fold_all(wording: str, fold: Callable[[str], str]) -> tuple[str, ...]:
    """Return the folded words and signs of a wording: the `forms` of `split`."""
    return tuple(map(fold, _TOKEN.findall(wording)))


def folding(same_word: Mapping[str, str]) -> Callable[[str], str]:
    """Return the function that folds a word, remembering what it has folded.

    Parameters
    ----------
    same_word
        Exceptions: a word and the form it is compared under (`[same_word]` of the codebook).
    """
    return lru_cache(maxsize=_FORMS_KEPT)(lambda word: fold_word(word, same_word))


def fold_word(word: str, same_word: Mapping[str, str] | None = None) -> str:
    """Return the form under which a word is compared: lower case, without -s, -ed, -ing and a final -e.

    Parameters
    ----------
    word
        One word.
    same_word
        As in `folding`.
    """
    word = word.lower()
    if same_word and word in same_word:
        return same_word[word]
    if word == "&":
        return "and"
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
