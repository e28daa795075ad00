"""Numbers and sentences that know which estimate they print, so that a page can name it in its markup."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dhr_analytics.reporting import text
from dhr_analytics.statistics import Estimate

# What can be printed of an estimate, and how.
PARTS: Mapping[str, Callable[[Estimate], str]] = {
    "n": lambda each: text.number(each.n),
    "N": lambda each: text.number(each.N),
    "value": text.value,
    "interval": text.value_interval,
    "n counted": lambda each: text.count(each.n, each.denominator),
    "N counted": lambda each: text.count(each.N, each.denominator),
    "of": text.of,
    "full": text.full,
    "roughly": text.roughly,
}


@dataclass(frozen=True)
class Cited:
    """One part of an estimate, as it is printed."""

    estimate: Estimate
    part: str

    def __str__(self) -> str:
        return PARTS[self.part](self.estimate)

    @property
    def raw(self) -> int | float | None:
        """The number for a file: as it was computed, not as it is printed."""
        counts = {"n": self.estimate.n, "N": self.estimate.N}
        return counts.get(self.part.removesuffix(" counted"), self.estimate.value)


@dataclass(frozen=True)
class Measured:
    """Words that hold numbers which are no estimates: measured beforehand, or a day that a plan states of itself."""

    words: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Sentence:
    """Words with the numbers in them; ``str`` gives the plain words."""

    parts: tuple[str | Cited | Measured, ...]

    def __str__(self) -> str:
        return "".join(str(part) for part in self.parts)


Words = str | Cited | Measured | Sentence


def say(words: str, *values: Words) -> Sentence:
    """Return a sentence with values in the place of its ``{}``.

    Parameters
    ----------
    words : str
        Ours; words of the plans are values.
    values : str, Cited, Measured or Sentence

    Returns
    -------
    Sentence
    """
    pieces = words.split("{}")
    parts: list[Words] = [pieces[0]]
    for value, piece in zip(values, pieces[1:], strict=True):
        parts += [value, piece]
    return joined(parts, between="")


def joined(sentences: Sequence[Words], *, between: str = " ") -> Sentence:
    """Return sentences one after the other."""
    flat: list[str | Cited | Measured] = []
    for place, each in enumerate(sentences):
        flat += [between] if place else []
        flat += each.parts if isinstance(each, Sentence) else [each]
    return Sentence(tuple(part for part in flat if part != ""))


def listed(names: Sequence[Words]) -> Sentence:
    """Return names or numbers with commas and "and" between them."""
    if len(names) == 1:
        return joined(names)
    return say("{} and {}", joined(names[:-1], between=", "), names[-1])


def marked(words: Words) -> list[str | dict[str, Any]]:
    """Return the parts of a sentence as data for a page: texts, and texts with the id of their estimate."""
    parts = words.parts if isinstance(words, Sentence) else (words,)
    return [content(part) if isinstance(part, Cited) else _plain(part) for part in parts]


def content(cell: Cited) -> dict[str, Any]:
    """Return a number as data for a page: its text and value, the id of its estimate and what of it is printed."""
    value = "" if cell.raw is None else cell.raw
    return {"text": str(cell), "value": value, "estimate": cell.estimate.id, "part": cell.part}


def _plain(part: str | Measured) -> str | dict[str, Any]:
    return {"text": part.words, "measured": "beforehand"} if isinstance(part, Measured) else part


def ids(block: Any) -> list[str]:
    """Return the ids of all estimates that a block of a page prints, in order, each once.

    Parameters
    ----------
    block : dict, list or str
        As ``show`` makes it, or several.

    Returns
    -------
    list of str
    """
    if isinstance(block, Mapping):
        own = [str(block["estimate"])] if "estimate" in block else []
        return list(dict.fromkeys(own + [each for value in block.values() for each in ids(value)]))
    if isinstance(block, list | tuple):
        return list(dict.fromkeys(each for value in block for each in ids(value)))
    return []
