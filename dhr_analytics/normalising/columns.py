"""Columns: the role of each column, by its printed name or, where names are missing, by what it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import zip_longest

from rapidfuzz import fuzz, process

from dhr_analytics.normalising.cells.agencies import is_agency
from dhr_analytics.normalising.cells.dates import find_dates, read_target
from dhr_analytics.normalising.cells.scope import read_scope
from dhr_analytics.normalising.cells.status import read_status, reported
from dhr_analytics.reading import RawRow
from dhr_analytics.vocabulary import terms

# A header misspelt by a converter still counts; below this "action" and "section" meet.
_CLOSE = 90
BARE_NUMBER = re.compile(
    r"\(?(?:r(?:ec(?:ommendation)?)?\.?\s?)?(?:(?P<n>\d{1,3})(?:\.\d{1,2}){0,2}[a-z]?|[ivxl]{1,7}|"
    r"[a-z]{1,4}[\s.-]?\d{1,3}(?:\.\d{1,2})?)[.):]?",
    re.IGNORECASE,
)
_ONCE = frozenset(("number", "recommendation", "action", "lead"))
_OR = " or "
# What may stand beside or in place of a date at the head of a column of updates.
_PERIOD = re.compile(
    r"\b(?:q[1-4]|quarter\s[1-4]|(?:20)?\d\d\s?[/-]\s?(?:20)?\d\d|as\s+(?:at|of)|end(?:\s+of)?|to|"
    r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*)\b",
    re.IGNORECASE,
)
# How recommendations and actions are worded; a chronology or a list of contacts is not.
_ASKING = re.compile(
    r"\b(?:should|must|will|shall|to\s+(?:be|ensure|review|develop|provide|consider|work|make|agree|share|raise|explore|undertake))\b|"
    r"^\W*(?:\d+\W*)?(?:ensure|review|develop|provide|deliver|train|update|write|audit|raise|share|include|improve|promote|"
    r"introduce|establish|consider|work|create|publish|agree|build|increase|strengthen|implement|remind|produce|send|set|make|"
    r"check|add|ask|hold|put|buy|change|invite|give|explore|identify|monitor|revise|circulate|amend|embed|use|carry|commission|run|"
    r"appoint|design|arrange|brief|draft|recruit|launch|refresh|pilot|organise)\b",
    re.IGNORECASE,
)


def role_of(label: str) -> str:
    """Return the role of a column from its printed name, or ``""``.

    Parameters
    ----------
    label : str
        A header cell.

    Returns
    -------
    str
        A role of ``vocabulary/headers.csv``.
    """
    return _told(label).rpartition(_OR)[2]


def listed_role(label: str) -> str:
    """Return the role of a name that is listed in the vocabulary, with or without its brackets, or nearly so spelt.

    Parameters
    ----------
    label : str
        A header cell.

    Returns
    -------
    str
        The role, or ``""``.
    """
    return _listed(label).rpartition(_OR)[2]


def may_be(label: str) -> str:
    """Return what a column is where no other has that role ("Learning point": a recommendation), or ``""``.

    Parameters
    ----------
    label : str
        A header cell.

    Returns
    -------
    str
        The role before "or" in the vocabulary.
    """
    return _worded(label).rpartition(_OR)[0]


@cache
def _listed(label: str) -> str:
    if len(label.split()) > 14:
        return ""
    for text in (label, re.sub(r"\([^)]*\)", " ", label)):
        folded = terms.fold(text)
        if folded in _phrases():
            return _phrases()[folded]
        close = process.extractOne(folded, list(_phrases()), scorer=fuzz.ratio, score_cutoff=_CLOSE)
        if len(folded) > 8 and close:
            return _phrases()[close[0]]
    return ""


def _told(label: str) -> str:
    if found := _listed(label):
        return found
    # "Lead agency and accountable officer", "Target date for delivery": the name opens with a known one.
    folded, known = terms.fold(label), _phrases()
    if not label.strip()[:1].isupper() or len(label.split()) > 8:
        return ""
    opening = [phrase for phrase in known if len(phrase) > 5 and folded.startswith(f"{phrase} ")]
    role = known[max(opening, key=len)] if opening else ""
    return "" if role.endswith("other") and "recommendation" in folded else role


@cache
def _worded(label: str) -> str:
    text = " ".join(label.replace("_", " ").split())
    if (found := _told(label)) or not text or re.search(r"[.;]$", text):
        return found
    return next((row["role"] for row in terms.rows("header_words") if re.search(row["words"], text, re.IGNORECASE)), "")


@cache
def _phrases() -> dict[str, str]:
    return {row["phrase"]: row["role"] for row in terms.rows("headers")}


def header_roles(row: RawRow, *, worded: bool = False) -> tuple[str, ...]:
    """Return the role of each column when a row is a plan's header, else an empty tuple.

    Parameters
    ----------
    row : RawRow
    worded : bool
        Also accept names that are not listed but tell their role by a word, as at the head of a table.

    Returns
    -------
    tuple of str
        A role per cell, ``""`` for columns whose name is unknown.
    """
    filled = [cell for cell in row.cells if cell.strip()]
    if len(filled) < 2 or any(len(cell.split()) > 14 for cell in filled):
        return ()
    filled = [cell for cell in filled if not is_day(cell)]
    for name in (role_of, worded_role) if worded else (role_of,):
        named = [role for role in by_name(row.cells, name) if role]
        enough = len(named) >= 2 and len(named) * 3 >= len(filled) * 2
        # Names that are only guessed from single words have to be a whole header, not a row of short cells.
        sure = name is role_of or (len(set(named)) >= 3 and all(len(cell.split()) <= 9 for cell in filled))
        # "Priority" and "Response" are a pair, too.
        pair = {"recommendation", "action"} <= {may_be(cell) for cell in filled}
        if enough and sure and (pair or {"recommendation", "action"} & set(named)):
            roles = by_name(row.cells, role_of, worded_role)
            # Beside the columns of a plan, one headed by a day tells how far things were on it.
            return tuple(role or "progress" * is_day(cell) for role, cell in zip(roles, row.cells, strict=True))
    return ()


def by_name(labels: Sequence[str], *ways: Callable[[str], str]) -> list[str]:
    """Name columns, the surest way first; a role that only one column can hold goes to the first of the surest."""
    roles = [""] * len(labels)
    # "What we learned" is an action only where no column is plainly one.
    for unsure in (False, True):
        for way in ways:
            for i, label in enumerate(labels):
                role = "" if roles[i] or bool(may_be(label)) > unsure else way(label)
                if role not in _ONCE or role not in roles:
                    roles[i] = roles[i] or role
    return roles


def is_day(label: str) -> bool:
    """Tell whether a header cell names nothing but a day or a period ("Mar 24", "Q1 24/25")."""
    rest = label
    for span in reversed(find_dates(label)):
        rest = rest[: span.start] + rest[span.end :]
    return bool(re.search(r"\d", label)) and not _PERIOD.sub("", rest).strip(" \n\t:;,./()–—-")


def worded_role(label: str) -> str:
    """Return the role of a name that is not listed, from a word in it ("What the review recommended"), or ``""``.

    Parameters
    ----------
    label : str
        A header cell.

    Returns
    -------
    str
        A role of ``vocabulary/header_words.csv``.
    """
    return _worded(label).rpartition(_OR)[2]


def second_header_row(first: RawRow, second: RawRow) -> tuple[str, ...]:
    """Merge a header over two rows.

    Parameters
    ----------
    first, second : RawRow
        A header row and the row below it.

    Returns
    -------
    tuple of str
        A role per column; empty when the second row is no header.
    """
    if second.break_before:
        return ()
    # A name over several columns stands for each of them: "Progress" above "March 2024" and "May 2024".
    over: list[str] = []
    for name in first.cells:
        over.append(name if name.strip() or not over else over[-1])
    # Names merged down stand in both rows; what stands below the others names the columns.
    same = [bool(a.strip()) and a == b for a, b in zip(first.cells, second.cells, strict=False)]
    if sum(same) >= 2 and all(len(cell.split()) <= 9 for cell in second.cells):
        return tuple(unique([worded_role(b) or worded_role(a) for a, b in zip(over, second.cells, strict=False)]))
    if header_roles(second):
        return ()
    filled = [cell for cell in second.cells if cell.strip()]
    width = max(len(first.cells), len(second.cells))
    upper, lower = (list(row.cells) + [""] * (width - len(row.cells)) for row in (first, second))
    days = [a for a, cell in zip_longest(over, lower, fillvalue="") if is_day(cell)]  # one alone is a cut-off cell
    alone = [
        listed_role(cell) or (role_of(a) if is_day(cell) and days.count(a) > 1 else "")
        for a, cell in zip_longest(over, lower, fillvalue="")
    ]
    joined = [listed_role(f"{a} {b}".strip()) for a, b in zip(upper, lower, strict=True)]
    known = sum(1 for cell, one, two in zip(lower, alone, joined, strict=True) if cell.strip() and (one or two))
    if len(filled) < 2 or not any(alone) or known < len(filled) or any(len(cell.split()) > 8 for cell in filled):
        return ()
    above = [role_of(cell) for cell in upper]
    return tuple(unique([two or one or over for over, one, two in zip(above, alone, joined, strict=True)]))


def unique(roles: list[str]) -> list[str]:
    """Keep the first column of each role that only one column can hold."""
    seen: set[str] = set()
    out = []
    for role in roles:
        out.append("" if role in _ONCE and role in seen else role)
        seen.add(role)
    return out


def name_number_column(roles: tuple[str, ...], rows: Sequence[RawRow]) -> tuple[str, ...]:
    """Recognise an unnamed column of numbers: the first one, or the one that shares its name with the wording.

    Parameters
    ----------
    roles : tuple of str
        Roles by header.
    rows : sequence of RawRow
        The rows below the header.

    Returns
    -------
    tuple of str
    """
    if not roles:
        return roles
    named = list(roles)
    for i, role in enumerate(roles[:-1]):
        # One name over two columns, the first of which only counts.
        if role in ("recommendation", "action") and not roles[i + 1] and _counts(_column(rows, i)):
            named[i], named[i + 1] = ("number" if role == "recommendation" else "action_number"), role
        elif role == "recommendation" and "number" not in roles and _counts(_column(rows, i)):
            named[i] = "number"  # of a recommendation that stands elsewhere
    if not named[0] and "number" not in named and _counts(_column(rows, 0)):
        named[0] = "number"
    return tuple(named)


def _counts(cells: Sequence[str]) -> bool:
    return _share(lambda cell: bool(BARE_NUMBER.fullmatch(cell) or re.fullmatch(r"\(?[a-z][.)]?", cell)), cells) > 0.5


_KINDS: dict[str, Callable[[str], bool]] = {
    "number": lambda cell: bool(BARE_NUMBER.fullmatch(cell)),
    "target": lambda cell: len(cell.split()) <= 8 and read_target(cell).basis != "none",
    "status": lambda cell: len(cell.split()) <= 5 and any(
        terms.any_of("status", kind).match(cell) for kind in ("completed", "in_progress", "not_started")
    ),
    "rag": lambda cell: bool(re.fullmatch(r"red|amber|green|blue|[rag]", cell, re.IGNORECASE)),
    "scope": lambda cell: len(cell.split()) <= 4 and bool(read_scope(cell)),
    "lead": lambda cell: len(cell.split()) <= 9 and is_agency(cell),
}  # fmt: skip


def roles_by_content(rows: Sequence[RawRow]) -> tuple[str, ...]:
    """Tell the columns of a table without a header from what they hold.

    Parameters
    ----------
    rows : sequence of RawRow
        The rows of one table.

    Returns
    -------
    tuple of str
        A role per column; empty when the table does not look like an action plan: it needs a column that asks for
        something, and a second one that does, or one of dates, statuses or agencies each.
    """
    width = max(len(row.cells) for row in rows)
    columns = [_column(rows, i) for i in range(width)]
    if len([row for row in rows if sum(bool(cell.strip()) for cell in row.cells) >= 3]) < 2:
        return ()
    roles = [""] * width
    for role, fits in _KINDS.items():
        shares = [0 if roles[i] else _share(fits, cells) for i, cells in enumerate(columns)]
        best = max(range(width), key=lambda i: shares[i])
        if shares[best] >= 0.7 and len(columns[best]) >= 2:
            roles[best] = role
    prose = [i for i, cells in enumerate(columns) if not roles[i] and cells and _mean_words(cells) >= 4]
    asking = [i for i in prose if _share(asks, columns[i]) >= 0.6]
    found = set(roles) - {"", "number"}
    if not asking or (len(asking) < 2 and not ({"target", "status", "rag"} & found and "lead" in found)):
        return ()
    kinds = ("recommendation", "action", "progress", "outcome")
    for i, role in zip(prose[prose.index(asking[0]) :], kinds, strict=False):
        roles[i] = role
    return tuple(roles)


def mend_roles(roles: tuple[str, ...], rows: Sequence[RawRow]) -> tuple[str, ...]:
    """Swap two columns whose names contradict what they hold, as when a header cell slipped to its neighbour.

    A column whose name is not known is told from what it holds, where dates, statuses, agencies or reports fill it.

    Parameters
    ----------
    roles : tuple of str
        Roles by header.
    rows : sequence of RawRow
        The rows below the header.

    Returns
    -------
    tuple of str
        The roles; swapped only where both columns plainly hold what the other one's name says.
    """
    mended = list(roles)
    for i, first in enumerate(roles):
        for j, second in enumerate(roles[:i]):
            if first == second or first not in _KINDS or second not in _KINDS:
                continue
            one, two = _column(rows, i), _column(rows, j)
            crossed = min(_share(_KINDS[second], one), _share(_KINDS[first], two))
            named = max(_share(_KINDS[first], one), _share(_KINDS[second], two))
            if len(one) >= 3 and len(two) >= 3 and crossed >= 0.7 and named <= 0.3:
                mended[i], mended[j] = second, first
    for i, role in enumerate(mended):
        cells = [] if role else _column(rows, i)
        for kind in ("target", "status", "lead"):
            if len(cells) >= 3 and kind not in mended and _share(_KINDS[kind], cells) >= 0.7:
                mended[i] = kind
                break
        # "How are we doing?": what tells of work beside the actions is progress, whatever its name.
        silent = not {"progress", "status", "rag"} & set(mended)
        beside = not mended[i] and "action" in mended[:i] and len(cells) >= 2
        if silent and beside and _share(_reports, cells) >= 0.6:
            mended[i] = "progress"
    return tuple(mended)


def fill_roles(
    roles: tuple[str, ...], labels: Sequence[str], rows: Sequence[RawRow], *, above: bool = False
) -> tuple[tuple[str, ...], bool]:
    """Find the recommendations, actions or target dates that no column plainly names, by what columns hold.

    Recommendations stand before the actions, actions after the recommendations.

    Parameters
    ----------
    roles : tuple of str
        Roles by header.
    labels : sequence of str
        The header's cells.
    rows : sequence of RawRow
        The rows below the header.
    above : bool
        The recommendation stands above the table.

    Returns
    -------
    roles : tuple of str
    guessed : bool
        True when a column was taken whose name says nothing of its role.
    """
    filled, guessed = list(roles), False
    columns = [_column(rows, i) for i in range(len(roles))]
    rivals = [may_be(label) for label in labels[: len(roles)]]
    # Issues and responses are a plan when somebody follows them up, else a log of events.
    plain = {role for role, rival in zip(filled, rivals, strict=True) if not rival}
    tracked = {"lead", "target"} <= plain and bool({"progress", "status", "rag"} & plain)
    for role, other in (("recommendation", "action"), ("action", "recommendation")):
        sure = other in filled
        possible = sure or (role == "recommendation" and other in rivals)
        if role in filled or not possible or (above and role == "recommendation"):
            continue
        at = filled.index(other) if sure else rivals.index(other)
        beside = range(at) if role == "recommendation" else range(at + 1, len(filled))
        fits = [i for i in beside if (not filled[i] or rivals[i] == role) and _fits(role, columns[i])]
        if fits and (sure or tracked or _share(asks, columns[fits[0]]) >= 0.5):
            found = min(fits, key=lambda i: (rivals[i] != role, -_share(asks, columns[i]), abs(at - i)))
            guessed = guessed or rivals[found] != role
            filled[found] = role
        elif role == "recommendation" and sure:  # "What we think", "Next steps": the second of two that read as actions
            twice = [i for i in range(at + 1, len(filled)) if not filled[i] and worded_role(labels[i]) == "action"]
            if twice and _fits("action", columns[twice[0]]):
                filled[at], filled[twice[0]], guessed = role, "action", True
    for i, rival in enumerate(rivals):
        if rival == "target" and "target" not in filled and _share(_plans, columns[i]) >= 0.5:
            filled[i] = "target"
        if filled[i] == "progress" and is_day(labels[i]) and _share(_KINDS["rag"], columns[i]) >= 0.7:
            filled[i] = "rag"
    return tuple(filled), guessed


def _reports(cell: str) -> bool:
    told = read_status({"progress": cell})
    return told.value != "no_update" or bool(told.doubt)


def _plans(cell: str) -> bool:
    return _KINDS["target"](cell) and not terms.any_of("status", "completed").search(cell)


def _fits(role: str, cells: Sequence[str]) -> bool:
    """Tell whether a column may hold recommendations or actions: prose that asks, or does not report what was done."""
    words = _mean_words(cells) if cells else 0
    if role == "action":
        return words >= 2.5 and _share(lambda cell: bool(reported(cell)), cells) < 0.5
    return words >= 8 or (words >= 4 and _share(asks, cells) >= 0.5)


def asks(text: str) -> bool:
    """Tell whether a text is worded as a recommendation or an action ("should", "Review ...")."""
    return bool(_ASKING.search(text))


def _column(rows: Sequence[RawRow], i: int) -> list[str]:
    return [row.cells[i].strip() for row in rows if i < len(row.cells) and row.cells[i].strip()]


def _share(fits: Callable[[str], bool], cells: Sequence[str]) -> float:
    return sum(map(fits, cells)) / len(cells) if cells else 0.0


def _mean_words(cells: Sequence[str]) -> float:
    return sum(len(cell.split()) for cell in cells) / len(cells)
