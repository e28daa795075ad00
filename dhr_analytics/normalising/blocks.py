"""Label blocks: plans printed as one small form (a card) for each recommendation become tables with a header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from dhr_analytics.normalising.columns import header_roles, may_be, role_of, worded_role
from dhr_analytics.reading import RawRow, RawTable
from dhr_analytics.vocabulary import terms

# The column name under which each role is written out; every one is listed in vocabulary/headers.csv.
_NAMES = {
    "number": "No",
    "section": "Theme",
    "recommendation": "Recommendation",
    "scope": "Scope",
    "action": "Action",
    "lead": "Lead agency",
    "person": "Lead officer",
    "target": "Target date",
    "progress": "Progress",
    "evidence": "Evidence",
    "completion": "Date completed",
    "status": "Status",
    "rag": "RAG",
    "outcome": "Outcome",
    "other": "Background",
}
# What belongs to the recommendation wherever it stands on the card; all else goes with the actions above it.
_OF_CARD = ("number", "section", "recommendation", "scope", "other")
_COUNTED = "one two three four five six seven eight nine ten eleven twelve".split()
_LABEL_NUMBER = re.compile(
    r"(?P<label>[A-Za-z][A-Za-z /&()-]*?)\s*(?:\bno\.?\s*|#\s*)?"
    rf"(?:\(?(?P<number>\d{{1,3}}(?:\.\d{{1,2}})?[a-z]?|(?<=[\s(])[a-h])\)?|\s(?P<word>{'|'.join(_COUNTED)}))"
    r"(?:\s*(?:of|/)\s*\d+)?\.?",
    re.IGNORECASE,
)
_LABEL_LINE = re.compile(r"(?P<label>[A-Z][\w. /&()'’-]{1,45}?)\s*:\s*(?P<value>.*)", re.DOTALL)
_LABEL_INSIDE = re.compile(r"(?<=[.;!?)])\s+(?=[A-Z][A-Za-z /()-]{1,28}:\s)")
_ID = re.compile(r"(?=\S*\d)[A-Za-z]{0,8}[\s./-]?[\w./-]{1,14}")


@dataclass(frozen=True)
class _Field:
    """One entry of a card. ``role`` is ``""`` for text that goes on from the entry above."""

    role: str
    text: str
    row: RawRow
    number: str = ""
    label: str = ""


def unfold_labels(tables: Iterable[RawTable]) -> list[RawTable]:
    """Turn tables (or lines) with labels down the side into tables with a header row.

    Parameters
    ----------
    tables : iterable of RawTable
        A document as read. Cards are tables whose rows are label and value, or text lines such as "Action: value".

    Returns
    -------
    list of RawTable
        For each card a table of ``kind="card"`` with a header and one row for each action; all else as it was.
    """
    tables = list(tables)
    read = [_read_card(table) if table.kind == "table" else None for table in tables]
    forms = [{terms.fold(field.label) for field in fields or () if field.label} for fields in read]
    out: list[RawTable] = []
    labels: set[str] = set()  # of the cards above
    held: list[_Field] = []  # the card above, which may go on over a page break

    def write() -> None:
        out.extend(_written(card) for card in _cards(held))
        held.clear()

    for table, fields, form in zip(tables, read, forms, strict=True):
        if held and table.kind == "table" and (rest := _rest_of_card(table, held, labels)):
            held += rest
            labels |= form
            continue
        write()
        repeated = sum(len(form & other) * 2 > len(form) for other in forms) > 1
        if fields and (repeated or _known(fields) * 5 >= _labelled(fields) * 4):
            held += fields
            labels |= form
        else:
            out += (table.kind == "text" and _unfold_lines(table)) or [table]
    write()
    return out


def _known(fields: Sequence[_Field]) -> int:
    return sum(bool(field.label) and bool(_label(field.label)[0]) for field in fields)


def _labelled(fields: Sequence[_Field]) -> int:
    return sum(bool(field.label) for field in fields)


def _read_card(table: RawTable) -> list[_Field] | None:
    """Read a table as a card; ``None`` when it is none: a glossary explains some of the same words."""
    rows = _title_above(table.rows)
    first = [cell for cell in rows[0].cells if cell.strip()]
    if (len(first) > 2 and header_roles(rows[0], worded=True)) or (
        len(first) > 1 and all(_label(cell)[0] and not _tells_status(cell) for cell in first)
    ):
        return None
    filled = [_filled(row) for row in rows]
    if any(len(cells) > 2 for cells in filled) and not any(len(cells) == 2 and _label(cells[0])[0] for cells in filled):
        return None  # bands above actions that have their own header
    fields = list(_fields(rows))
    roles = {field.role for field in fields if field.label} - {"other"}
    loose = sum(not field.role and not field.label and len(_filled(field.row)) > 1 for field in fields)
    if not {"recommendation", "action"} & roles or len(roles) < 2 or loose * 5 > len(fields):
        return None
    return fields if _known(fields) * 2 > _labelled(fields) and _labelled(fields) * 5 >= len(fields) * 2 else None


def _title_above(rows: Sequence[RawRow]) -> Sequence[RawRow]:
    """Put "Recommendation 4" that stands down the side of a whole card above it."""
    beside = {row.cells[0].strip() for row in rows if len(row.cells) > 2} - {""}
    if len(beside) != 1 or len(rows) < 3 or _label(title := beside.pop())[0] != "recommendation":
        return rows
    return [RawRow((title,), rows[0].place), *(replace(row, cells=row.cells[1:], fills=()) for row in rows)]


def _rest_of_card(table: RawTable, card: Sequence[_Field], labels: set[str]) -> list[_Field]:
    """Read what a page break cut off a card, or the table of its actions; its labels are those of the cards above."""
    fields = list(_fields(table.rows))
    told = [terms.fold(field.label) for field in fields if field.label]
    roles = {field.role for field in fields}
    begins = not told or told[0] == terms.fold(card[0].label) or {"recommendation", "number"} & roles
    goes_on = set(told) <= labels or ("action" in roles and "action" not in {field.role for field in card})
    return fields if goes_on and not begins else []


def _filled(row: RawRow) -> list[str]:
    cells = [cell for cell in row.cells if cell.strip()]
    return cells[:1] if len(set(cells)) == 1 else cells  # a merged cell may stand in each of its columns


def _tells_status(text: str) -> bool:
    kinds = ("completed", "in_progress", "not_started")
    return any(terms.any_of("status", kind).fullmatch(text.strip(" .")) for kind in kinds)


def _fields(rows: Sequence[RawRow]) -> Iterator[_Field]:
    """Read rows of label and value; below a row of nothing but labels, read the columns that it heads."""
    columns: tuple[str, ...] = ()
    asked = False
    named = True
    for row in rows:
        cells = list(row.cells)
        while cells and not cells[-1].strip():
            cells.pop()
        filled = _filled(row)
        if asked and len(filled) > 2 and (roles := header_roles(row)) and "recommendation" not in roles:
            columns = roles  # the actions stand below in a table of their own
            continue
        pairs = list(zip(cells[::2], cells[1::2], strict=False)) if len(filled) > 1 and len(cells) % 2 == 0 else []
        if columns and not (pairs and len(pairs) == 1 and _label(pairs[0][0])[0]):
            for role, cell in zip(columns, row.cells, strict=False):
                if role == "action" or cell.strip():
                    yield _Field(role if role in _NAMES else "other", cell, row, label=_NAMES.get(role, "Background"))
            continue
        columns = ()
        both = [
            (match[1], match[2]) for cell in filled if (match := _LABEL_LINE.fullmatch(cell)) and _named(match[1])[0]
        ]
        if both and len(both) == len(filled):  # "Lead: Police" in one cell
            pairs = both
        elif len(filled) == 1 and cells and cells[0].strip():  # a label without a value
            pairs = [(filled[0], "")] if _named(filled[0])[0] else []
        if not pairs or not all(_may_label(label) for label, _ in pairs):
            if filled:
                yield _Field("", "\n".join(filled), row)
            continue
        for label, value in pairs:
            role, number = _named(label)
            if role == "recommendation" and (not value.strip() or _ID.fullmatch(value.strip())):
                named = False
                if number or value.strip():
                    yield _Field("number", value.strip() or number, row, label=label)
                continue
            if role == "action" and not value.strip() and len(filled) == 1 and not number:
                continue  # a band that heads the actions
            if not role and not named and len(value.split()) > 3:
                role, named = "recommendation", True  # "Recommendation 4", below it "Wording"
            named = named or role == "recommendation"
            asked = asked or role == "recommendation"
            if role in ("rag", "status") and not value.strip():
                value = next((fill for fill in row.fills if fill), "")
            yield _Field(role if role in _NAMES else "other", value, row, number, label.strip(" :"))


def _may_label(text: str) -> bool:
    return bool(text.strip()) and len(text.split()) <= 8 and not re.search(r"[.;,]$|^\W*\d+\W*$", text.strip())


def _named(label: str) -> tuple[str, str]:
    """Return the role of a label and the number in it; a label that is not listed may tell its role by a word."""
    role, number = _label(label)
    return (role, number) if role else (worded_role(re.sub(r"\s*\d+$", "", label.strip(" :"))), "")


def _label(text: str) -> tuple[str, str]:
    label = text.strip().rstrip(":").strip()
    if (match := _LABEL_NUMBER.fullmatch(label)) and (role := role_of(match["label"])):
        word = (match["word"] or "").lower()
        return role, str(_COUNTED.index(word) + 1) if word else match["number"]
    return role_of(label), ""


def _cards(fields: Iterable[_Field]) -> list[list[_Field]]:
    """Part the cards that stand in one table or text: each begins as the first does, or with a recommendation."""
    whole: list[_Field] = []
    for field in fields:
        if not field.label and whole and whole[-1].role == "number" and len(field.text.split()) > 3:
            whole.append(replace(field, role="recommendation", label="Recommendation"))  # below "Recommendation 4"
        elif not field.label and whole:
            whole[-1] = replace(whole[-1], text=f"{whole[-1].text}\n{field.text}".strip())
        else:
            whole.append(field if field.label else replace(field, role="other"))
    roles = [field.role for field in whole]
    several = roles.count("recommendation") > 1 or roles.count("number") > 1
    starts = {"number", "recommendation"}
    if roles and roles.count(roles[0]) == roles.count("recommendation"):
        starts.add(roles[0])
    cards: list[list[_Field]] = []
    for field in whole:
        above = {each.role for each in cards[-1]} if cards else set()
        begins = several and field.role in starts & above and {"recommendation", "action"} & above
        if not cards or begins:
            cards.append([])
        cards[-1].append(field)
    return [_asked(card) for card in cards]


def _asked(card: list[_Field]) -> list[_Field]:
    """Take the learning of a card that has no recommendation for one, as for columns."""
    if any(field.role == "recommendation" for field in card):
        return card
    return [
        replace(field, role="recommendation") if may_be(field.label) == "recommendation" else field for field in card
    ]


def _written(card: Sequence[_Field]) -> RawTable:
    """Write a card as a table: what stands above the first action holds for all, what follows one for it alone."""
    shared: dict[str, str] = {}
    actions: list[tuple[str, dict[str, str], str]] = []
    group: list[dict[str, str]] = []  # actions that stand right below each other share what follows
    once = [field.role for field in card].count("outcome") == 1
    names: dict[str, str] = {}  # of the columns; reports of different days keep their labels
    for above, field in zip([None, *card], card, strict=False):
        if field.role == "action":
            group = [*group, {}] if above is not None and above.role == "action" else [{}]
            actions.append((field.number or str(len(actions) + 1), group[-1], field.row.place))
            into = group[-1:]
        elif field.role in _OF_CARD or (field.role == "outcome" and once):
            into = [shared]
        else:
            numbered = [cells for number, cells, _ in actions if number == field.number]
            into = numbered or group or [shared]
        text = f"{field.label}: {field.text}" if field.role == "other" and field.label and field.text else field.text
        column = f"{field.role} {field.label}" if field.role in ("progress", "status", "rag") else field.role
        names[column] = field.label if column != field.role else _NAMES[field.role]
        if field.role == "number" and shared.get("number"):  # "Recommendation 4" above, "LM/04" below
            shared["number"], text = sorted((shared["number"], text), key=str.isdigit)
            column = "other"
            names[column] = _NAMES[column]
        for cells in into:
            cells[column] = f"{cells.get(column, '')}\n{text}".strip()
        if field.role == "recommendation" and field.number:
            shared.setdefault("number", field.number)
            names["number"] = _NAMES["number"]
    told = [(cells, place) for _, cells, place in actions if any(cells.values())] or [({}, "")]
    records = [{**shared, **{column: text for column, text in cells.items() if text}} for cells, _ in told]
    places = [card[0].row.place, *(place for _, place in told[1:])]
    for record in records[1:]:
        record.pop("other", "")
    for column, text in shared.items():  # what every action has of its own still stands in the plan
        if text and all(record.get(column) != text for record in records):
            told_too = f"{names[column]}: {text}" if column != "other" else text
            records[0]["other"] = f"{records[0].get('other', '')}\n{told_too}".strip()
            names["other"] = _NAMES["other"]
    used = [column for column in names if any(record.get(column) for record in records)]
    used.sort(key=lambda column: list(_NAMES).index(column.partition(" ")[0]))
    roles = [column.partition(" ")[0] for column in used]
    header = RawRow(
        tuple(names[each] if roles.count(role) > 1 else _NAMES[role] for each, role in zip(used, roles, strict=True)),
        places[0],
        True,
    )
    rows = (
        RawRow(tuple(record.get(column, "") for column in used), place)
        for record, place in zip(records, places, strict=True)
    )
    return RawTable((header, *rows), kind="card")


def _unfold_lines(table: RawTable) -> list[RawTable] | None:
    """Part lines such as "Action: value" into cards and the headings between them."""
    read = [_line_fields(row) for row in table.rows]
    seen = [terms.fold(field.label) for fields in read for field in fields]
    read = [
        fields if all(_label(field.label)[0] or seen.count(terms.fold(field.label)) > 1 for field in fields) else []
        for fields in read
    ]
    roles = [field.role for fields in read for field in fields]
    labelled = sum(bool(fields) for fields in read)
    if (
        len(roles) < 3
        or labelled * 5 < len(read) * 2
        or not {"recommendation", "action"} & set(roles)
        or not {"action", "lead", "target", "status"} & set(roles)
        or len(set(roles) - {"other"}) < 2
    ):
        return None
    out: list[RawTable] = []
    held: list[_Field] = []
    lines: list[RawRow] = []

    def write() -> None:
        if lines:
            out.append(RawTable(tuple(lines), kind="text"))
        out.extend(_written(each) for each in _cards(held))
        lines.clear()
        held.clear()

    for row, fields in zip(table.rows, read, strict=True):
        if fields:
            held += fields
        elif held and not (row.break_before and len(row.cells[0].split()) < 9):
            held.append(_Field("", row.cells[0], row))
        else:
            if held:
                write()
            lines.append(row)
    write()
    return out


def _line_fields(row: RawRow) -> list[_Field]:
    fields: list[_Field] = []
    text = row.cells[0].strip()
    if (number := _label(text))[0] == "recommendation" and number[1]:
        return [_Field("number", number[1], row, label=text)]
    for part in _LABEL_INSIDE.split(text):
        if not (match := _LABEL_LINE.fullmatch(part)):
            return fields
        role, number_in = _label(match["label"])
        value = match["value"].rstrip(" .;") if fields and role in ("lead", "person", "target") else match["value"]
        fields.append(_Field(role if role in _NAMES else "other", value, row, number_in, match["label"]))
    return fields
