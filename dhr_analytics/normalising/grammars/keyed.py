"""Keyed: a table of actions that names each recommendation by its number; the wording is listed elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dhr_analytics.normalising.cells.agencies import is_agency
from dhr_analytics.normalising.frames import Frame
from dhr_analytics.normalising.grammars.sections import Sections
from dhr_analytics.normalising.grammars.table_rows import take
from dhr_analytics.normalising.grammars.walk import steps
from dhr_analytics.normalising.lines import NUMBER_ALONE, is_heading, numbered, words_a_recommendation
from dhr_analytics.normalising.roles import Columns
from dhr_analytics.normalising.rows import PlanRow, Reading, Rejected

NAME = "actions keyed by number"
UNWORDED = "only the number of the recommendation is printed beside its actions; its wording was not found"
FIRST = "the action names several recommendations; it is listed under the first of them"
_SEPARATE = re.compile(r"(?<=\d)\s*(?:[,;&+]|\band\b)\s*(?=\S)", re.IGNORECASE)
_WORD = re.compile(r"^(?:recommendations?|recs?|r)\.?(?:no\.?)?(?=\d|[ivxl]+$)")


def key_of(number: str) -> str:
    """Fold a number, the first of several, so that "Recommendation 1", "Rec. 1", "R1" and "1." are the same."""
    folded = re.sub(r"[^a-z0-9.]", "", _SEPARATE.split(number)[0].lower()).strip(".")
    return _WORD.sub("", folded)


def listed_in(lines: Sequence[tuple[str, str]]) -> list[PlanRow]:
    """Find the numbered recommendations among lines of text.

    Parameters
    ----------
    lines : sequence of (text, place)

    Returns
    -------
    list of PlanRow
        One for each, with its number and the heading above.
    """
    found: list[PlanRow] = []
    section = number = ""
    for text, place in lines:
        text = text.strip()
        match = numbered(text)
        if NUMBER_ALONE.fullmatch(text):
            number = text.strip(" .:")
        elif match and len(text[match.end() :].split()) >= 4:
            found.append(_listed(match["number"], text[match.end() :], place, section))
            number = ""
        elif number and words_a_recommendation(text):
            found.append(_listed(number, text, place, section))
            number = ""
        elif is_heading(text):
            section = text
    return found


def _listed(number: str, text: str, place: str, section: str) -> PlanRow:
    cells = {"number": number.strip(" .:"), "recommendation": text}
    return PlanRow(cells, place, section, opens="recommendation")


def read(frame: Frame, columns: Columns, listed: Sequence[PlanRow]) -> Reading | None:
    """Read a frame of actions whose numbers are those of recommendations that are listed elsewhere.

    Parameters
    ----------
    frame : Frame
    columns : Columns
    listed : sequence of PlanRow
        The numbered recommendations of the document, as `listed_in` gives them.

    Returns
    -------
    Reading or None
        The recommendations in the order of their list, each followed by its actions; None where the table has no
        numbers or has recommendations of its own.
    """
    if "recommendation" in columns.roles or not {"number", "action"} <= set(columns.roles):
        return None
    state = Sections()
    for step in steps(frame, columns):
        take(state, step)
    keys = [key_of(row.cells.get("number", "")) for row in state.rows]
    if not _are_keys(keys, {key_of(row.cells["number"]) for row in listed}):
        return None
    state.flush()
    state.close()
    rows = _joined(state.rows, keys, listed)
    return Reading(NAME, tuple(rows), tuple(_unlisted(state.rejected, listed)))


def _unlisted(rejected: Sequence[Rejected], listed: Sequence[PlanRow]) -> list[Rejected]:
    """Leave out what is the wording of a recommendation."""
    used = {row.place for row in listed}
    return [piece for piece in rejected if piece.place not in used]


def _are_keys(keys: Sequence[str], known: set[str]) -> bool:
    """Return whether the numbers name recommendations: nearly all are listed, or some are named again and again."""
    given = [key for key in keys if key]
    repeated = len(set(given)) < len(given)
    return bool(given) and (repeated or sum(key in known for key in given) * 5 >= 4 * len(given))


def _joined(rows: Sequence[PlanRow], keys: Sequence[str], listed: Sequence[PlanRow]) -> list[PlanRow]:
    """Return each recommendation followed by its actions, those that are not listed last."""
    groups = _groups(rows, keys, [key_of(row.cells["number"]) for row in listed])
    out: list[PlanRow] = []
    for i, key in sorted(groups, key=lambda place: (place[0], _in_order(place[1]))):
        actions = groups[i, key]
        head = listed[i] if i < len(listed) else _unworded(key, actions[0])
        out += _with_actions(head, actions)
    return out


def _groups(rows: Sequence[PlanRow], keys: Sequence[str], order: Sequence[str]) -> dict[tuple[int, str], list[PlanRow]]:
    """Put the actions to their recommendations, by place in the list and number."""
    groups: dict[tuple[int, str], list[PlanRow]] = {(i, key): [] for i, key in enumerate(order)}
    at: tuple[int, str] | None = None
    for row, key in zip(rows, keys, strict=True):
        if key and (at is None or key != at[1]):
            at = _next_place(order, key, -1 if at is None else at[0])
        if at is not None:
            groups.setdefault(at, []).append(row)
    return groups


def _next_place(order: Sequence[str], key: str, last: int) -> tuple[int, str]:
    """Return the recommendation of a number: the next below the last one, for numbers may begin anew."""
    found = [i for i, each in enumerate(order) if each == key]
    later = [i for i in found if i > last]
    return (later or found or [len(order)])[0], key


def _in_order(key: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", key)]


def _unworded(key: str, action: PlanRow) -> PlanRow:
    number = action.cells.get("number", key).strip(" .:")
    text = number if re.search(r"[A-Za-z]{3}", number) else f"Recommendation {number}"
    cells = {"number": number, "recommendation": text}
    return PlanRow(cells, action.place, action.section, opens="recommendation", warnings=(UNWORDED,))


def _with_actions(head: PlanRow, actions: Sequence[PlanRow]) -> list[PlanRow]:
    out = [head]
    for row in actions:
        own = {role: text for role, text in row.cells.items() if role != "number"}
        section = head.section or row.section
        if section != row.section and "lead" not in own and is_agency(row.section):
            own["lead"] = row.section
        several = len(_SEPARATE.split(row.cells.get("number", ""))) > 1
        warnings = (*row.warnings, *((FIRST,) if several else ()))
        opens = "action" if own.get("action") else ""
        out.append(replace(row, cells=own, section=section, opens=opens, warnings=warnings))
    return out
