"""What is said of one document after reading: values in words, for text and pages, names masked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ColumnTried:
    """A column of a table: printed name, role, and how well name and cells fit the role."""

    name: str
    role: str
    score: float | None


@dataclass(frozen=True)
class ReadingTried:
    """One reading: what it gave, its score and chance (0 to 1), and what became of it.

    ``first`` are its first recommendations, where it was the best one or the runner-up.
    """

    way: str
    recommendations: int
    actions: int
    score: float
    chance: float
    outcome: str
    first: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deciding:
    """A feature (0 to 1) of the best reading and of the runner-up, and the points it gave."""

    feature: str
    best: float
    runner_up: float
    points: float


@dataclass(frozen=True)
class Against:
    """A feature (0 to 1) that counted against a reading, and the points that it took."""

    feature: str
    value: float
    points: float


@dataclass(frozen=True)
class TableTried:
    """A table, or the running text: its columns, its readings, and what decided between them.

    The first of ``readings`` is the best one. ``deciding`` compares it with the best reading of
    the others that gave something else, and ``apart`` holds the first recommendation in whose
    words or number of actions the two differ, as each has it. ``against`` names what counted
    against the best.
    """

    title: str
    columns: tuple[ColumnTried, ...]
    readings: tuple[ReadingTried, ...]
    why: str
    deciding: tuple[Deciding, ...]
    against: tuple[Against, ...]
    apart: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartTried:
    """A part of the document, a sheet or the whole: the ways tried on all of it, and its tables.

    ``deciding`` compares the largest table of the way that was chosen with that of the best other.
    """

    title: str
    ways: tuple[ReadingTried, ...]
    why: str
    deciding: tuple[Deciding, ...]
    tables: tuple[TableTried, ...]


@dataclass(frozen=True)
class SetAside:
    """Pieces that are in no table of the package, for one reason: how many, and the first."""

    reason: str
    pieces: int
    place: str
    words: str


def percent(share: float) -> str:
    """Write a share as a whole per cent that is never rounded to none or all."""
    if 0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1 else f"{share:.0%}".replace("%", " %")


def cut(text: str, words: int = 40) -> str:
    """Keep the first words of a text; it has to be masked before, since a name may be cut."""
    every = text.split()
    return text if len(every) <= words else " ".join(every[:words]) + " ..."
