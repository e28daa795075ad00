"""What was tried on a document: its parts with the ways to read each, and what was set aside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from dhr_analytics.normalising.cells.names import mask
from dhr_analytics.normalising.choose import Candidate, columns_of
from dhr_analytics.normalising.document import Choice, Way
from dhr_analytics.normalising.frames import Frame, FrameRow
from dhr_analytics.normalising.grammars.cut_rows import Draft, Recommendation
from dhr_analytics.normalising.plan import names_in, places_of
from dhr_analytics.normalising.rows import Rejected
from dhr_analytics.normalising.tables_tried import (
    Clean,
    count_actions,
    deciding,
    frames_in,
    tables_of,
    way_in_words,
)
from dhr_analytics.normalising.tried import Deciding, PartTried, ReadingTried, SetAside, cut

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_RULE = " Running text gives way to tables that hold its recommendations, or about as many."


def parts_of(choice: Choice, clean: Clean) -> tuple[PartTried, ...]:
    """Say what was tried on each part of a document.

    Parameters
    ----------
    choice : Choice
        With its ways.
    clean : callable
        Masks names, as `cleaner` gives it.

    Returns
    -------
    tuple of PartTried
    """
    parts = zip(choice.ways, choice.chosen, strict=True)
    return tuple(_part(ways, chosen, clean) for ways, chosen in parts)


def aside_of(pieces: Iterable[Rejected], clean: Clean) -> tuple[SetAside, ...]:
    """Count the pieces that are in no table by their reasons, the most frequent first."""
    groups: dict[str, list[Rejected]] = {}
    for piece in pieces:
        groups.setdefault(piece.reason, []).append(piece)
    found = [
        SetAside(clean(reason), len(some), clean(some[0].place), cut(clean(some[0].text)))
        for reason, some in groups.items()
    ]
    return tuple(sorted(found, key=lambda each: -each.pieces))


# --- masking -----------------------------------------------------------------------------------


def cleaner(choice: Choice) -> Clean:
    """Return what masks names, also those that only a reading not chosen takes for owners.

    Parameters
    ----------
    choice : Choice
        With its ways.

    Returns
    -------
    callable
        Gives a text on one line, with names, case numbers and control characters replaced.
    """
    ways = [way for part in choice.ways for way in part]
    found = [rec for way in ways for each in way.tried for rec in each.recommendations]
    frames = {id(frame): frame for way in ways for frame in frames_in(way)}
    found += [rec for frame in frames.values() for rec in _owners(frame)]
    names = names_in(found, places_of(choice))

    def clean(text: str) -> str:
        return mask(_CONTROL.sub("\ufffd", " ".join(text.split())), names)

    return clean


def _owners(frame: Frame) -> Iterator[Recommendation]:
    """Give the owner cells of a table, whether or not a reading took its rows."""
    roles = columns_of(frame).roles if frame.tabular else ()
    at = {i: role for i, role in enumerate(roles) if role in ("lead", "person")}
    for row in frame.rows:
        if cells := _cells(row, at):
            yield Recommendation("", "", "", [], [], [Draft(cells)])


def _cells(row: FrameRow, at: dict[int, str]) -> dict[str, str]:
    return {role: row.cells[i] for i, role in at.items() if i < len(row.cells) and not row.line}


# --- parts -------------------------------------------------------------------------------------


def _part(ways: Sequence[Way], chosen: Way, clean: Clean) -> PartTried:
    others = [way for way in ways if way.name != chosen.name]
    rivals = [way for way in others if way.n]
    spare = [table for way in others for table in tables_of(way, clean, spare=True)]
    return PartTried(
        clean(_title(ways)),
        (_whole(chosen, "chosen"), *(_whole(way, "") for way in others)),
        _why(chosen, rivals),
        tuple(_between(chosen, rivals)),
        (*tables_of(chosen, clean, spare=False), *spare),
    )


def _title(ways: Sequence[Way]) -> str:
    regions = (frame.region for way in ways for frame in frames_in(way))
    sheet = next(filter(None, regions), "")
    return f"Sheet {sheet}" if sheet else "The document"


def _whole(way: Way, outcome: str) -> ReadingTried:
    found = [rec for winner in way.winners for rec in winner.recommendations]
    return ReadingTried(
        way_in_words(way),
        len(found),
        count_actions(found),
        round(way.score, 2),
        way.expected / way.n if way.n else 0.0,
        outcome if found else "nothing that looks like a plan",
    )


def _why(chosen: Way, rivals: Sequence[Way]) -> str:
    if not chosen.n:
        return "No way of reading it gave anything that looks like a plan."
    if not rivals:
        return "Nothing else gave anything that looks like a plan."
    likely = ", ".join(f"{way_in_words(way)} {way.expected:.1f}" for way in (chosen, *rivals))
    prose = any(way.name == "prose" for way in (chosen, *rivals))
    return f"Recommendations that are likely to be right: {likely}.{_RULE if prose else ''}"


def _between(chosen: Way, rivals: Sequence[Way]) -> Iterator[Deciding]:
    """Compare the largest tables of the way that was chosen and the best other."""
    rival = max(rivals, key=lambda way: way.expected, default=None)
    if chosen.n and rival is not None:
        yield from deciding(_largest(chosen), _largest(rival))


def _largest(way: Way) -> Candidate:
    return max(way.winners, key=lambda each: len(each.recommendations))
