"""Splitting: the pieces of a document as forms with the heading above each, and what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from dhr_analytics.normalising.cells.agencies import is_agency
from dhr_analytics.normalising.grammars.fields import Piece, extended, known_role
from dhr_analytics.normalising.lines import CAPTION
from dhr_analytics.normalising.roles import asks
from dhr_analytics.vocabulary import terms

_CORE = frozenset(("recommendation", "action"))
_STARTS = ("number", "recommendation")
# Whose value may have a second paragraph.
_LONG = (*_CORE, "progress", "outcome", "evidence", "response", "other")
_TITLES = ("action plan", "improvement plan", "homicide review", "related death review")
_NAMES = set("plan log tracker register review dhr dardr summary report appendix annex".split())
_WHY = ("text beside the forms", "heading without recommendations")


@dataclass(frozen=True)
class Form:
    """The fields of one recommendation and the heading above it."""

    fields: tuple[Piece, ...]
    section: str

    @property
    def is_worded(self) -> bool:
        """Whether it says what is recommended or to be done."""
        return any(piece.text for role in _CORE for piece in self.of(role))

    def of(self, role: str) -> list[Piece]:
        """Return the fields of a role."""
        return [piece for piece in self.fields if piece.role == role]


def split_forms(pieces: Sequence[Piece]) -> tuple[list[Form], dict[int, str]]:
    """Split the pieces of a document into forms.

    Parameters
    ----------
    pieces : sequence of Piece
        In document order.

    Returns
    -------
    forms : list of Form
    left : dict of int to str
        Why a row is in no form, by the ``id`` of the row.
    """
    fields, loose = _join(pieces)
    starts = _starts(fields, dict(loose))
    first = next((piece.text for piece in pieces if piece.kind == "heading"), "")
    above = {at: piece for at, piece in _headings(loose, first).items() if at in starts}
    forms = _headed([tuple(fields[start:end]) for start, end in pairwise([*starts, len(fields)])], starts, above)
    kept = {id(piece.row) for piece in above.values()}
    return forms, {id(p.row): _WHY[p.kind == "heading"] for _, p in loose if id(p.row) not in kept}


def _headed(groups: Sequence[tuple[Piece, ...]], starts: Sequence[int], above: Mapping[int, Piece]) -> list[Form]:
    """Give each form the heading above it, else that of the one before; what is no form hands none on."""
    forms: list[Form] = []
    section = ""
    for fields, start in zip(groups, starts, strict=True):
        form = Form(fields, above[start].text if start in above else section)
        section = form.section if form.is_worded else section
        forms.append(form)
    return forms


def with_wordings(pieces: Sequence[Piece]) -> list[Piece]:
    """Where titles name but a topic ("Recommendation 3 - Training"), take the label below each for the wording."""
    worded = _topics(pieces)
    below = set(worded.values())
    out: list[Piece] = []
    for i, piece in enumerate(pieces):
        if i in worded:
            topic = replace(piece, label="Topic", role="other", number="", scope="")
            out += [replace(piece, text="", open=True), topic]
        else:
            out.append(replace(piece, role="recommendation", open=True) if i in below else piece)
    return out


def _topics(pieces: Sequence[Piece]) -> dict[int, int]:
    """Find the titles that name but a topic, each with the field below it that most such titles have."""
    fields = [i for i, piece in enumerate(pieces) if piece.kind == "field"]
    below = {i: j for i, j in pairwise(fields) if _is_topic(pieces[i])}
    stems = Counter(pieces[j].stem for j in below.values())
    return {i: j for i, j in below.items() if _may_word(pieces[j]) and stems[pieces[j].stem] * 2 > len(below)}


def _is_topic(piece: Piece) -> bool:
    return piece.role == "recommendation" and bool(piece.number and piece.text) and not asks(piece.text)


def _may_word(piece: Piece) -> bool:
    """Return whether a field below a topic asks for something and has no other role for sure."""
    return known_role(piece.label) in ("", "recommendation") and not piece.number and asks(piece.text)


def _join(pieces: Sequence[Piece]) -> tuple[list[Piece], list[tuple[int, Piece]]]:
    """Join what continues a field; return fields, and what else is before which of them."""
    fields: list[Piece] = []
    loose: list[tuple[int, Piece]] = []
    closed = True
    for piece in pieces:
        if piece.kind == "field":
            fields.append(piece)
            closed = False
        elif fields and _continues(piece, fields[-1], closed=closed):
            at = _continued(fields, piece.role)
            fields[at] = _longer(fields[at], piece)
        elif piece.kind not in ("blank", "header"):
            loose.append((len(fields), piece))
            closed = closed or piece.kind in ("heading", "aside")
    return fields, loose


def _headings(loose: Sequence[tuple[int, Piece]], first: str) -> dict[int, Piece]:
    """Return the headings right above fields; an agency's may have a text of its own below it."""
    found: dict[int, Piece] = {}
    for at, piece in loose:
        if piece.kind == "heading" and not _is_title(piece.text, first):
            found[at] = piece
        elif at in found and (piece.kind == "aside" or not is_agency(found[at].text)):
            del found[at]
    return found


def _continues(piece: Piece, above: Piece, *, closed: bool) -> bool:
    """Return whether a piece continues the field above it."""
    if piece.kind == "rest":
        return True
    if closed or piece.kind not in ("heading", "text", "line"):
        return False
    if piece.kind == "heading" or not above.text:
        return above.open and not above.text
    wording = above.open and above.role == "recommendation"
    return wording or (above.origin == "line" and _is_wrapped(piece, above))


def _is_wrapped(piece: Piece, above: Piece) -> bool:
    long = piece.kind == "line" or above.role in _LONG
    return piece.text[:1].islower() or (long and not piece.row.break_before)


def _continued(fields: Sequence[Piece], role: str) -> int:
    """Find the field that a split cell continues; the last one, where its role is not known."""
    back = range(len(fields) - 1, max(len(fields) - 12, -1), -1)
    return next((i for i in back if role and fields[i].role == role), len(fields) - 1)


def _longer(above: Piece, piece: Piece) -> Piece:
    longer = extended(above, piece.text)
    return longer if piece.row is above.row else replace(longer, more=(*above.more, piece.row))


def _starts(fields: Sequence[Piece], breaks: Container[int]) -> list[int]:
    """Return the fields that forms begin with."""
    opener = _opener(fields)
    starts: list[int] = []
    seen: set[str] = set()  # roles and labels of the form
    for i, (piece, below) in enumerate(zip(fields, [*fields[1:], None], strict=False)):
        awaited = "number" in seen and piece.role == "recommendation"
        stray = i in breaks and not awaited and _CORE.isdisjoint(seen)
        if not starts or stray or _begins(piece, below, seen, opener):
            starts.append(i)
            seen = set()
        wording = piece.role == "recommendation" and piece.text
        seen |= {piece.role, f"label {piece.stem}", "wording" if wording else ""}
    return starts


def _opener(fields: Sequence[Piece]) -> str:
    """Find the label that forms begin with: the first as frequent as recommendations are."""
    printed = [piece for piece in fields if not piece.is_column]
    roles = Counter(piece.role for piece in printed)
    stems = Counter(piece.stem for piece in printed)
    n = roles["recommendation"] or roles["number"] or roles["action"]
    return next((piece.stem for piece in printed if stems[piece.stem] == n > 1), "")


def _begins(piece: Piece, below: Piece | None, seen: set[str], opener: str) -> bool:
    """Return whether a field begins a form, from what the form above it has already."""
    is_asked = piece.role == "recommendation"
    if _CORE.isdisjoint(seen) or (is_asked and _is_wording(piece, seen)):
        return False
    if not opener or (is_asked and piece.stem != opener):
        return piece.role in _STARTS and bool({piece.role, "action"} & seen)
    return f"label {opener}" in seen and (piece.stem == opener or _is_before(piece, below, opener))


def _is_wording(piece: Piece, seen: set[str]) -> bool:
    """Return whether a recommendation is the wording of "Recommendation 4" above."""
    return not piece.number and seen.isdisjoint(("wording", "action"))


def _is_before(piece: Piece, below: Piece | None, opener: str) -> bool:
    """Return whether a number or theme, which not every form has, is above what each has."""
    return piece.role in ("number", "section") and below is not None and below.stem == opener


def _is_title(text: str, first: str) -> bool:
    """Return whether a heading names the document, as its first heading may, or only the table."""
    folded = terms.fold(text)
    named = text == first and not _NAMES.isdisjoint(folded.split())
    return named or bool(CAPTION.fullmatch(text)) or any(words in folded for words in _TITLES)
