"""One document's plans: what was chosen of it, as tables of the package with a grade."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from dhr_analytics.normalising.action_rows import Context, action_row, recommendation_row, split_actions
from dhr_analytics.normalising.cells.agencies import named_places, read_lead
from dhr_analytics.normalising.cells.dates import find_dates
from dhr_analytics.normalising.cells.key import COLOURS
from dhr_analytics.normalising.cells.names import mask
from dhr_analytics.normalising.cells.status_key import read_colour_key
from dhr_analytics.normalising.document import Choice, choose
from dhr_analytics.normalising.frames import Frame
from dhr_analytics.normalising.grammars.cut_rows import Recommendation
from dhr_analytics.normalising.result import DocumentPlans, PlanTables, Row
from dhr_analytics.normalising.review import THRESHOLD, UNSURE
from dhr_analytics.normalising.rows import Rejected
from dhr_analytics.normalising.seen import what_was_seen
from dhr_analytics.reading import RawRow, RawTable
from dhr_analytics.reading.struck import set_struck_aside
from dhr_analytics.vocabulary import terms

# The least chance of being right for each grade; on generated plans 98 of 100 documents graded sure are read right.
SURE, CHECK = 0.75, 0.15
_LONG_TABLE = 12
_ENTRY_CELLS, _ENTRY_WORDS = 2, 8  # of an entry of a key of colours
_NAME = re.compile(r"[^\d.;]{1,40}")
_ASKED = re.compile(r"(?:^|[.!?]\s+)(?:The\s+)?([A-Z][\w'’-]+)(?:\s+[A-Z][\w'’-]+){1,3}\s+(?:should|must)\b")


def normalise(
    tables: Iterable[RawTable],
    *,
    document: str,
    review_id: str,
    published_on: date | None = None,
    keep_names: bool = False,
    kind: str = "",
) -> DocumentPlans:
    """Turn one document into rows of the plan package.

    Parameters
    ----------
    tables : iterable of RawTable
        The document as read.
    document : str
        Its file name, for locations.
    review_id : str
        Key of the review, without the day of a snapshot; the keys of its recommendations and
        actions start with it. Where the document holds several reviews, each has a key of its own.
    published_on : datetime.date, optional
        Day of publication, to resolve relative targets.
    keep_names : bool
        Write individuals' names instead of masking them.
    kind : str
        The kind of file, as `read_guarded` gives it. In a workbook no table continues from another.

    Returns
    -------
    DocumentPlans
    """
    tables, struck, choice = choose_from(tables, kind)
    colours = read_colour_key(_outside_the_plan(tables))
    places = places_of(choice)
    names = names_in(choice.recommendations, places)

    def clean(text: str) -> str:
        text = " ".join(text.split())
        return text if keep_names else mask(text, names)

    aside: list[Row] = [
        {"document": document, "location": f"{document}, {r.place}", "text": clean(r.text), "reason": r.reason}
        for r in set_aside(choice, struck)
    ]
    grade = grade_of(choice)
    if grade == "refused":
        return DocumentPlans((), grade, aside, seen=clean(what_was_seen(tables)))
    plans = []
    for key, name, found in _by_review(choice.recommendations, review_id):
        day = _published(found)
        keep_word = bool(name) or _in_prose(choice)
        context = Context(document, day or published_on, colours, clean, keep_word=keep_word)
        rows = _rows(found, key, context, places)
        plans.append(PlanTables(clean(name or choice.title), *rows, [], key, clean(name), day))
    # The pieces of the only plan are its own; those of several belong to the document.
    own = aside if len(plans) == 1 else []
    plans[0].rejected.extend(own)
    return DocumentPlans(
        tuple(plans),
        grade,
        aside[len(own) :],
        tuple(dict.fromkeys(clean(each) for each in not_understood(choice))),
        grammars=tuple(winner.grammar for winner in choice.winners),
        confidence=round(choice.chance, 3),
    )


Struck = list[tuple[str, str]]  # places and words of what is struck out


def choose_from(tables: Iterable[RawTable], kind: str) -> tuple[list[RawTable], Struck, Choice]:
    """Return a document without what is struck out, that, and what was chosen of the rest."""
    tables, struck = set_struck_aside(tables)
    return tables, struck, choose(tables, joined=kind != "excel")


def grade_of(choice: Choice) -> str:
    """Return the grade of a document: ``sure``, ``check`` or ``refused``."""
    if not choice.recommendations or choice.chance < CHECK:
        return "refused"
    return "sure" if choice.chance >= SURE else "check"


def _in_prose(choice: Choice) -> bool:
    return any(winner.grammar == "prose" for winner in choice.winners)


def _rows(
    found: Sequence[Recommendation], review_id: str, context: Context, places: frozenset[str]
) -> tuple[list[Row], list[Row]]:
    recommendations: list[Row] = []
    actions: list[Row] = []
    for position, rec in enumerate(found, start=1):
        key = f"{review_id}-R{position:03d}"
        keys: Row = {"recommendation_id": key, "review_id": review_id, "position": position}
        recommendations.append(_weighed(recommendation_row(rec, keys, context), rec.chance))
        drafts = [part for draft in rec.actions for part in split_actions(draft)]
        for number, draft in enumerate(drafts, start=1):
            own: Row = {
                "action_id": f"{key}-A{number:02d}",
                "recommendation_id": key,
                "review_id": review_id,
                "position": number,
            }
            owner, person = (draft.cells.get(role, "") for role in ("lead", "person"))
            lead = read_lead(owner, _heading(rec), person, places=places)
            actions.append(_weighed(action_row(draft, lead, own, context), rec.chance))
    return recommendations, actions


def _weighed(row: Row, chance: float) -> Row:
    """Lower the confidence of a row whose table was not surely read."""
    if chance >= SURE:
        return row
    confidence = round(float(str(row["confidence"])) * chance, 2)
    reasons = "; ".join(filter(None, (UNSURE, str(row["review_reason"]))))
    return {**row, "confidence": confidence, "needs_review": confidence < THRESHOLD, "review_reason": reasons}


def _heading(rec: Recommendation) -> str:
    """Return the heading that may name the owner; a column of topics names none."""
    return "" if rec.topic else rec.section


def places_of(choice: Choice) -> frozenset[str]:
    """Return the words of the document that name places; they are no names of individuals."""
    found = choice.recommendations
    owners = (draft.cells.get("lead", "") for rec in found for draft in rec.actions)
    sections = {rec.section for rec in found}
    texts = [rec.text for rec in found]
    # "Brightwater Lines should ...": what is asked to act is a body.
    asked = {match[1].lower() for text in texts for match in _ASKED.finditer(text)}
    return named_places([choice.title, *owners, *sections, *texts]) | asked


def names_in(found: Sequence[Recommendation], places: frozenset[str]) -> set[str]:
    """Return the names of individuals in the cells of owners."""
    owners = {
        (draft.cells.get("lead", ""), _heading(rec), draft.cells.get("person", ""))
        for rec in found
        for draft in rec.actions
    }
    return {name for lead, section, person in owners for name in read_lead(lead, section, person, places=places).names}


# --- several reviews in one document -----------------------------------------------------------------


def _by_review(found: Sequence[Recommendation], review_id: str) -> list[tuple[str, str, list[Recommendation]]]:
    """Split recommendations by the review that a column names; give key, printed name and recommendations."""
    names = list(dict.fromkeys(rec.review for rec in found if rec.review))
    if len(names) < 2:
        return [(review_id, "", list(found))]
    groups: dict[str, list[Recommendation]] = {name: [] for name in names}
    current = names[0]
    for rec in found:
        current = rec.review or current
        groups[current].append(rec)
    return [(review_key(name), name, recs) for name, recs in groups.items()]


def review_key(name: str) -> str:
    """Return the key of a review from its printed name, the same in every document that prints it so."""
    return f"DHR-{hashlib.sha256(terms.fold(name).encode()).hexdigest()[:8]}"


def _published(found: Sequence[Recommendation]) -> date | None:
    days = [span.on for rec in found for span in find_dates(rec.published)]
    return days[0] if days else None


# --- what was not read -------------------------------------------------------------------------------


def set_aside(choice: Choice, struck: Sequence[tuple[str, str]]) -> Iterator[Rejected]:
    """Give every piece of the document that is in no table, with the reason."""
    yield from choice.rejected
    yield from (Rejected(place, text, "struck out") for place, text in struck)
    yield from _unread(choice)


def _unread(choice: Choice) -> Iterator[Rejected]:
    """Give one piece for each table or passage that holds no plan, with all its words."""
    for frame in choice.unread:
        rows = [row for row in frame.rows if row.filled]
        words = [*filter(str.strip, frame.names), *(cell for row in rows for cell in row.filled)]
        if rows:
            places = dict.fromkeys(row.place for row in (rows[0], rows[-1]))
            reason = "no plan in this table" if frame.tabular else "text outside the plan"
            yield Rejected(" to ".join(places), " ".join(" ".join(words).split()), reason)


def not_understood(choice: Choice) -> Iterator[str]:
    """Give one line for each table of the plan that was read with little confidence, or not at all."""
    for winner in choice.winners:
        if winner.likeness.chance < SURE:
            yield f"{_where(winner.frame)}: read with little confidence: {winner.likeness.worst()}"
    for frame in choice.unread:
        if names := _printed_names(frame):
            yield f"{_where(frame)}: header not understood: {', '.join(names)}"


def _printed_names(frame: Frame) -> list[str]:
    """Return the names of a table that was not read; its first row where that reads as names."""
    first = next((row.cells for row in frame.rows if not row.line), ())
    names = [" ".join(name.split()) for name in frame.names or first if name.strip()]
    named = any(frame.names) or (len(names) > 2 and all(map(_NAME.fullmatch, names)))
    return names if frame.tabular and named else []


def _where(frame: Frame) -> str:
    return frame.rows[0].place if frame.rows else "the document"


def _outside_the_plan(tables: Sequence[RawTable]) -> Iterator[str]:
    """Give the texts in which a plan may explain its colours: lines, small tables, and each row of a plan."""
    for table in tables:
        rows = ["\n".join(_as_entry(row)) for row in table.rows]
        yield from rows if table.kind == "table" and len(rows) > _LONG_TABLE else ["\n".join(rows)]


def _as_entry(row: RawRow) -> Sequence[str]:
    """Return the cells of a row; few words in or beside a colour are an entry of a key that leaves its name out."""
    colours, words = {*filter(None, row.fills)}, [*filter(str.strip, row.cells)]
    blank = any(fill and not cell.strip() for cell, fill in zip(row.cells, row.fills, strict=False))
    few = len(words) == 1 or (blank and len(words) <= _ENTRY_CELLS)
    short = all(len(each.split()) <= _ENTRY_WORDS and not each.lower().startswith(COLOURS) for each in words)
    return (*colours, words[0]) if few and short and len(colours) == 1 else row.cells
