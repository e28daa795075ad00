"""Fields: what is a label, which role it names, and the value beside or below it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from dhr_analytics.normalising.cells.scope import read_scope
from dhr_analytics.normalising.roles import is_day, may_be, role_of, worded_role
from dhr_analytics.reading import RawRow
from dhr_analytics.vocabulary import terms

_COUNTED = "one two three four five six seven eight nine ten eleven twelve".split()
_WORDS = "|".join(_COUNTED)
# "3", "2.1", "1.a", "R4", "A1/2".
_NUMBER = (
    r"(?-i:[A-Z]{1,6})[./-]?\d{1,3}(?:[./-]\d{1,2}){0,2}[a-z]?|\d{1,3}(?:\.\d{1,2}){0,2}(?:[./-]?[a-z])?|"
    r"[ivxl]{1,6}|[a-h]"
)
_NUMBERED = re.compile(
    r"(?P<label>[A-Za-z][A-Za-z /&()?'’-]*?)\.?\s*(?:\bno\.?\s*|#\s*)?"
    rf"(?:\(?(?P<number>(?<=[\s(#])(?:{_NUMBER})|(?<=[a-z])\d{{1,2}})\)?|"
    rf"(?<=\s)(?P<word>{_WORDS}))(?:\s*(?:of|/)\s*\d+)?[.):]?",
    re.IGNORECASE,
)
_SHORT = r"(?=\S*\d)[A-Za-z]{0,8}[\s./-]?[\w./-]{1,14}|[ivxl]{1,6}|[a-h]"
ID = re.compile(rf"\(?(?:{_SHORT})[.):]?", re.IGNORECASE)
_TITLE = re.compile(
    r"(?:(?:recommendation|rec)\.?\s*(?:no\.?\s*|number\s*|#\s*)?"
    rf"(?P<number>{_NUMBER}|{_WORDS})|(?P<short>(?-i:R)\d{{1,3}}(?:\.\d{{1,2}})*))"
    r"(?:\s*[(\[](?P<scope>[\w &/-]{3,30})[)\]](?=[\s:.–—-]|$))?"
    r"(?:\s*[:.–—-]+\s+(?P<text>\S.*)|\s*[:.]?\s*(?:\n(?P<below>.*))?|(?<=[)\]])\s+(?P<beside>[A-Z].*))",
    re.IGNORECASE | re.DOTALL,
)
_DASH = re.compile(r"\s[–—-]\s")
# After the colon may stand the letter of a footnote: "Resolved:a Yes".
_COLON = re.compile(r":(?:[a-h](?=\s))?(?=\s|$)")
_INSIDE = re.compile(r"(?<=[.;!?)]) +(?=[A-Z][\w /()'’&-]{1,40}:(?:\s|$))|\n+|\s+\|\s+")
_NO_LABEL = re.compile(r"[;,]$|(?:\S+\s+){4}\S*\.$|^\W*\d+\W*$")
_PAGE = re.compile(r"(?:.*\s)?page\s+\d+(?:\s+of\s+\d+)?", re.IGNORECASE)
_RULE = re.compile(r"[\s:|=_*-]*")
_HEADING = re.compile(r"[A-Z\d].*[\w)'’]", re.DOTALL)
_BULLET = re.compile(r"^[•·▪◦‣●–-]\s+")
_BULLETED = re.compile(r"[•·▪◦‣●–-]\s+[A-Z][\w ]{1,40}:\s")
_TRIMMED = ("lead", "person", "target", "status", "scope")


@dataclass(frozen=True)
class Piece:
    """A piece of a document that may hold forms.

    ``kind`` is ``field`` (a label and its value), ``heading``, ``text``, ``line`` (of wrapped
    text), ``rest`` (of a split cell), ``header``, ``blank`` or ``aside`` (no part of a form).
    ``origin`` is ``pair`` for a label and its value in two cells, ``column`` for a cell below a
    header, ``line`` for "Label: value". ``open`` says that the value may follow below; ``more``
    holds the further rows that the value is in. ``scope`` is printed behind the number of a title.
    """

    kind: str
    text: str
    row: RawRow
    label: str = ""
    role: str = ""
    number: str = ""
    origin: str = ""
    open: bool = False
    more: tuple[RawRow, ...] = ()
    scope: str = ""

    @property
    def stem(self) -> str:
        """The label without its number, as labels are compared."""
        return stem_of(self.label)

    @property
    def rows(self) -> tuple[RawRow, ...]:
        """The rows that it is in."""
        return (self.row, *self.more)

    @property
    def is_column(self) -> bool:
        """Whether it is a cell below a header."""
        return self.origin == "column"


def filled(row: RawRow) -> list[str]:
    """Return the cells that hold text; a merged cell may be repeated in each of its columns."""
    cells = [cell.strip() for cell in row.cells if cell.strip()]
    return [cell for i, cell in enumerate(cells) if not i or cell != cells[i - 1]]


def is_rule(row: RawRow) -> bool:
    """Return whether a row is blank or a ruled line."""
    return all(_RULE.fullmatch(cell) for cell in row.cells)


def is_furniture(row: RawRow) -> bool:
    """Return whether a row is blank, a ruled line, or counts the pages."""
    return is_rule(row) or bool(_PAGE.fullmatch(filled(row)[-1]))


@cache
def known_role(label: str) -> str:
    """Return the role of a label that is listed, looked up once for each label."""
    return role_of(label)


@cache
def split_number(label: str) -> tuple[str, str]:
    """Split "Action 2" into the label and its number, which may be a word."""
    label = label.strip(" :\n\t")
    match = _NUMBERED.fullmatch(label)
    if not match or not worded_role(match["label"]):
        return label, ""
    word = (match["word"] or "").lower()
    return match["label"], str(_COUNTED.index(word) + 1) if word else match["number"]


def stem_of(label: str) -> str:
    """Fold a label without its number."""
    return terms.fold(split_number(label)[0])


class Title(NamedTuple):
    """What opens a recommendation: its number, its wording or none as yet, and its scope where that is beside it."""

    number: str
    text: str
    scope: str = ""


def title_of(text: str) -> Title | None:
    """Read "Recommendation 3", "R3" or "Recommendation 3 (local): wording" as a title."""
    match = _TITLE.fullmatch(text.strip())
    if not match or (match["scope"] and not read_scope(match["scope"])):
        return None
    number = match["number"] or match["short"]
    if number.lower() in _COUNTED:  # a number in words stays as printed
        number = f"Recommendation {number}"
    wording = match["text"] or match["below"] or match["beside"] or ""
    return Title(number, wording.strip(), match["scope"] or "")


def may_be_label(text: str) -> bool:
    """Return whether a text is short and bare enough for a label."""
    return bool(text.strip()) and len(text.split()) <= 8 and not _NO_LABEL.search(text.strip())


def count_labels(rows: Iterable[RawRow]) -> Counter[str]:
    """Count the texts in the place of a label: in the first of two cells, or before a colon."""
    seen: Counter[str] = Counter()
    for row in rows:
        cells = filled(row)
        if len(cells) == 2 and may_be_label(cells[0]) and not is_furniture(row):
            seen[stem_of(cells[0])] += 1
        for part in _INSIDE.split("\n".join(cells)):
            seen.update(stem_of(part[: colon.start()]) for colon in _colons(part))
    return seen


def name_label(label: str, seen: Mapping[str, int]) -> tuple[str, str] | None:
    """Return the role of a label and the number in it.

    Parameters
    ----------
    label : str
        As printed.
    seen : mapping of str to int
        How often each label is in the document, by `count_labels`.

    Returns
    -------
    tuple of str or None
        ``None`` for what is neither known nor repeated; the role of a label that only its
        repetition shows may be ``other``.
    """
    if label.strip() == "#":
        return "number", ""
    if not may_be_label(label):
        return None
    bare, number = split_number(label)
    if role := known_role(bare):
        return role, number
    if seen.get(terms.fold(bare), 0) < 2:
        return None
    return worded_role(bare) or ("progress" if is_day(bare) else "other"), number


def alternative(label: str) -> str:
    """Return the role of a label where no other has it ("Learning point": recommendation)."""
    return may_be(split_number(label)[0])


def _colons(text: str) -> list[re.Match[str]]:
    """Find the colons, or the dash behind the number of an action ("Action 2 - Train"), that may end a label."""
    dashes = [dash for dash in _DASH.finditer(text[:40]) if _numbers_action(text[: dash.start()])]
    found = [colon for colon in _COLON.finditer(text[:90]) if may_be_label(text[: colon.start()])]
    return (dashes[:1] or found) if text[:1].isalpha() else []


def _numbers_action(label: str) -> bool:
    name, number = split_number(label)
    return bool(number) and known_role(name) == "action"


def _read_label(text: str, seen: Mapping[str, int]) -> tuple[str, str] | None:
    """Split "Label: value" at the second colon where the text before it is always the same."""
    colons = [colon for colon in _colons(text) if name_label(text[: colon.start()], seen)]
    counts = [seen.get(stem_of(text[: colon.start()]), 0) for colon in colons]
    if not colons:
        return None
    same = [colon for colon, count in zip(colons, counts, strict=True) if count == counts[0] > 1]
    colon = [colons[0], *same][-1]
    return text[: colon.start()].strip(), text[colon.end() :].strip()


def read_parts(text: str, row: RawRow, seen: Mapping[str, int]) -> list[Piece]:
    """Read a text as fields: one that begins with a label, others after a stop or on a new line.

    Parameters
    ----------
    text : str
        A paragraph or a cell.
    row : RawRow
        Where it is.
    seen : mapping of str to int
        How often each label is in the document.

    Returns
    -------
    list of Piece
        Fields; what is before the first label is of kind ``text``.
    """
    pieces: list[Piece] = []
    for part in filter(None, map(str.strip, _INSIDE.split(text))):
        piece = _read_part(part, row, seen)
        if piece.kind == "text" and pieces:
            pieces[-1] = extended(pieces[-1], part)
        else:
            pieces.append(piece)
    return [_trimmed(piece) for piece in pieces] if len(pieces) > 1 else pieces


def _read_part(text: str, row: RawRow, seen: Mapping[str, int]) -> Piece:
    text = _BULLET.sub("", text) if _BULLETED.match(text) else text
    if title := title_of(text):
        return as_title(title, row, "line")
    if not (found := _read_label(text, seen)):
        return Piece("text", text, row)
    role, number = name_label(found[0], seen) or ("other", "")
    return Piece("field", found[1], row, found[0], role, number, "line", not found[1])


def as_title(title: Title, row: RawRow, origin: str) -> Piece:
    """Make the field that opens a recommendation."""
    number, text, scope = title
    role = "recommendation"
    return Piece("field", text, row, "Recommendation", role, number, origin, not text, scope=scope)


def extended(piece: Piece, text: str) -> Piece:
    """Add what continues a value; one that was split in mid-sentence is joined to one line."""
    joint = " " if text[:1].islower() else "\n"
    return replace(piece, text=f"{piece.text}{joint}{text}".strip())


def _trimmed(piece: Piece) -> Piece:
    return replace(piece, text=piece.text.rstrip(" .;")) if piece.role in _TRIMMED else piece


def is_heading(text: str) -> bool:
    """Return whether a line is short, begins with a capital and ends without a stop."""
    return len(text.split()) <= 12 and bool(_HEADING.fullmatch(text.strip()))


def line_pieces(rows: Sequence[RawRow], seen: Mapping[str, int]) -> Iterator[Piece]:
    """Read lines of text as fields, headings and what continues them."""
    texts = ["\n".join(filled(row)) for row in rows]
    wrapped = any(text[:1].islower() for text in texts)
    alone = Counter(stem_of(text) for text in texts)
    for row, text in zip(rows, texts, strict=True):
        yield from _read_line(row, text, seen, alone, wrapped=wrapped)


def _may_stand_alone(text: str, alone: Mapping[str, int]) -> bool:
    """Return whether a line may be a label with its value below; the end of a sentence may repeat as well."""
    ends_sentence = text[:1].islower() or (text.endswith(".") and not known_role(text))
    return not ends_sentence and (text.endswith(":") or alone.get(stem_of(text), 0) > 1)


def _read_line(
    row: RawRow,
    text: str,
    seen: Mapping[str, int],
    alone: Mapping[str, int],
    *,
    wrapped: bool,
) -> list[Piece]:
    if is_furniture(row):
        return [Piece("blank", "", row)]
    parts = read_parts(text, row, seen)
    if parts[0].kind == "field":
        return parts
    found = name_label(text, alone) if _may_stand_alone(text, alone) else None
    if found:
        return [Piece("field", "", row, text.strip(" :"), *found, "line", open=True)]
    if is_heading(text) and (row.break_before or not wrapped):
        return [Piece("heading", text, row)]
    return [replace(parts[0], kind="line" if wrapped else "text"), *parts[1:]]
