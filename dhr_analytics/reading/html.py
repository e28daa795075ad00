"""Web pages: tables with joined cells, headings and paragraphs; what belongs to the site is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, TypeGuard

from lxml import etree
from lxml import html as lxml_html

from dhr_analytics.errors import InputError
from dhr_analytics.reading.colours import rag_of
from dhr_analytics.reading.notes import link, raised
from dhr_analytics.reading.table import RawRow, RawTable, as_nested
from dhr_analytics.reading.text import decode

_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_SILENT = {"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "button", "input", "textarea",
           "head", "title", "datalist"}  # fmt: skip
_STRUCK = {"del", "s", "strike"}
_STRUCK_STYLE = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_DIVISIONS = {"div", "section", "ul", "ol", "form"}  # what may be a part of the site by its name
_PICTURES = {"img", "svg", "i", "span", "input"}
_SITE = {"nav", "footer", "aside", "dialog"}
_SITE_NAME = re.compile(
    r"(?:^|[-_])(?:cookies?|breadcrumbs?|pagination|sidebar|skip(?:-?link)?|site-?(?:header|footer|nav)|share-?links?|"
    r"masthead|navbar|menu|phase-banner|related)(?:$|[-_])",
    re.IGNORECASE,
)
_UNSEEN_CLASS = re.compile(r"(?:^|\s)(?:govuk-visually-hidden|visually-hidden|sr-only|screen-reader-text)(?:\s|$)")
_UNSEEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BLOCK = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "section", "article",
          "main", "header", "blockquote", "pre", "address", "figure", "figcaption", "fieldset", "legend", "form",
          "details", "summary", "hr", "body", "html", "table", "caption", "tr", "td", "th", "center"}  # fmt: skip
_BACKGROUND = re.compile(r"background(?:-color)?\s*:\s*([^;{}]+)", re.IGNORECASE)
_CLASS_RULE = re.compile(r"\.([\w-]+)\s*\{([^{}]*)\}")
_CLASS_COLOUR = re.compile(
    r"(?:^|[-_\s])(?<!text-)(red|amber|orange|yellow|green|blue|success|warning|danger)(?:$|[-_\s])", re.IGNORECASE
)
_RATING_CLASS = re.compile(r"(?:^|[-_\s])(?:b?rag|status|rating|badge|tag|label|pill|bg)(?:$|[-_\s])", re.IGNORECASE)
_NAMED = {"red": "red", "crimson": "red", "firebrick": "red", "tomato": "red", "orangered": "red", "danger": "red",
          "orange": "amber", "darkorange": "amber", "gold": "amber", "yellow": "amber", "amber": "amber",
          "warning": "amber", "green": "green", "lime": "green", "limegreen": "green", "forestgreen": "green",
          "success": "green", "blue": "blue", "dodgerblue": "blue", "deepskyblue": "blue"}  # fmt: skip
_CSS_COLOUR = re.compile(r"#([0-9a-f]{6}|[0-9a-f]{3})\b|rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)|([a-z]+)", re.IGNORECASE)
_ROMAN = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split()
_WIDEST = 60
# A stretch of text, a table, or None where a paragraph ends. A list mark is followed by a NUL, so that the mark
# stays with its words where these are a paragraph of their own.
_Piece = str | RawTable | None


def read_html(data: bytes, name: str) -> list[RawTable]:
    """Read a web page.

    Parameters
    ----------
    data, name : bytes, str
        As for `read_kind`; its own statement of the encoding counts, else UTF-8 or Windows-1252.

    Returns
    -------
    list of RawTable
        Tables, definition lists as tables of two columns, and the running text between them. Menus, banners,
        footers, hidden and struck-out words are left out; tables that only lay out the page are dissolved.

    Raises
    ------
    InputError
        When the page holds nothing or is built too deep or too wide to be a plan.
    """
    fault = (
        f"{name} cannot be read as a web page: it is empty, or built too deep or too large. "
        "Open it in a browser and save the action plan as PDF."
    )
    try:
        parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
        root = lxml_html.document_fromstring(_unicode(data, name).encode("utf-8", "replace"), parser=parser)
        # The parser only notes that it gave up half-way.
        if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
            raise InputError(fault)
        styles = {
            cls: value[1]
            for sheet in root.iter("style")
            for cls, body in _CLASS_RULE.findall(sheet.text or "")
            if (value := _BACKGROUND.search(body))
        }
        main = root.find(".//main")
        whole = main is None or _count_data(main) < _count_data(root)
        return _tables(_flow(root if whole else main, styles))
    except (etree.LxmlError, RecursionError) as error:
        raise InputError(fault) from error


def _unicode(data: bytes, name: str) -> str:
    match = _CHARSET.search(data[:4096])
    if match and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        try:
            # As browsers do, Latin-1 is read as its superset.
            stated = match[1].decode()
            text = data.decode("cp1252" if re.fullmatch(r"iso-?8859-1|latin-?1|us-ascii", stated, re.I) else stated)
            return re.sub(r"^\s*<\?xml[^>]*>", "", text)
        except (LookupError, UnicodeError):
            pass
    return re.sub(r"^\s*<\?xml[^>]*>", "", decode(data, name))


def _tables(pieces: Iterator[_Piece]) -> list[RawTable]:
    """Number the tables, and gather the paragraphs between them into tables of running text."""
    out: list[RawTable] = []
    tables = paragraphs = 0
    for is_table, group in groupby(pieces, key=lambda piece: isinstance(piece, RawTable)):
        if is_table:
            for table in group:
                tables += 1
                rows = [replace(row, place=f"table {tables}, {row.place}") for row in table.rows]  # type: ignore[union-attr]
                out.append(RawTable(tuple(rows)))
        elif lines := _lines(group):
            rows = [RawRow((line,), f"paragraph {paragraphs + i}") for i, line in enumerate(lines, start=1)]
            paragraphs += len(lines)
            out.append(RawTable(tuple(rows), kind="text"))
    return out


def _lines(pieces: Iterable[_Piece]) -> list[str]:
    """Join pieces to paragraphs; the rows of a table inside a cell are paragraphs too."""
    flat: list[str] = []
    for piece in pieces:
        if isinstance(piece, RawTable):
            flat += [f"\n{' '.join(' '.join(row.cells).split())}\n" for row in piece.rows]
        else:
            flat.append("\n" if piece is None else re.sub(r"\s+", " ", piece))
    lines = (" ".join(line.split()) for line in re.sub(r"\0\s*", "", "".join(flat)).split("\n"))
    return [line for line in lines if line]


def _cell(element: Any, styles: dict[str, str]) -> str:
    return "\n".join(_lines(_flow(element, styles)))


def _flow(element: Any, styles: dict[str, str]) -> Iterator[_Piece]:
    """Walk down an element in reading order."""
    if label := _label(element):
        yield f" {label} "
    if _is_unseen(element):
        return
    if element.tag == "br":
        yield None
    elif element.tag == "table" and _is_data(element):
        for caption in element.findall("caption"):
            yield from _flow(caption, styles)
        yield from _as_table(_rows(element, styles))
    elif element.tag == "dl" and (rows := _definitions(element, styles)):
        yield from _as_table(rows)
    else:
        yield from _text_flow(element, styles)


def _as_table(rows: Iterable[RawRow]) -> Iterator[RawTable]:
    if held := tuple(rows):
        yield RawTable(held)


def _text_flow(element: Any, styles: dict[str, str]) -> Iterator[_Piece]:
    """Walk down an element that is no table; a block begins and ends a paragraph."""
    edge = [None] if element.tag in _BLOCK else []
    yield from edge
    if element.tag == "li" and "".join(element.itertext()).strip():
        yield _mark(element) + "\0"
    yield element.text or ""
    for child in element:
        yield from [_raised(child)] if child.tag == "sup" else _flow(child, styles)
        yield child.tail or ""
    if element.tag == "a" and (address := _address(element)):
        yield address
    yield from edge


def _raised(sup: Any) -> str:
    """Return raised words; the number of a note is in brackets, apart from the word before it."""
    before = (sup.getprevious().tail if sup.getprevious() is not None else sup.getparent().text) or ""
    return "" if _is_unseen(sup) else raised("".join(sup.itertext()).strip(" []()"), before or ".")


def _address(element: Any) -> str:
    """Return where a link in a cell of data leads to, in brackets."""
    cell = next(element.iterancestors("td"), None)
    if cell is None or not _is_data(next(cell.iterancestors("table"))):
        return ""
    return link(element.get("href") or "", "".join(element.itertext()), "".join(cell.itertext()))


def _label(element: Any) -> str:
    """Return what an image, an icon or a tick box in a cell of data means: its text alternative or its state."""
    if element.tag not in _PICTURES or _has_words(element) or _UNSEEN_STYLE.search(element.get("style") or ""):
        return ""
    cell = next(element.iterancestors("td", "th"), None)
    if cell is None or not _is_data(next(cell.iterancestors("table"))):
        return ""
    return _state(element) if element.tag == "input" else _alternative(element, cell)


def _has_words(element: Any) -> bool:
    return element.tag != "svg" and bool("".join(element.itertext()).strip())


def _state(box: Any) -> str:
    if box.get("type") not in ("checkbox", "radio"):
        return ""
    return "☐" if box.get("checked") is None else "☑"


def _alternative(picture: Any, cell: Any) -> str:
    """Return the text alternative of a picture; none where it is a file name or repeats the words of the cell."""
    stated = next((text for name in ("alt", "aria-label", "title") if (text := picture.get(name))), "")
    label = " ".join((stated or picture.findtext("title") or "").split())
    return "" if re.search(r"\.\w{3,4}$", label) or label.lower() in _words(cell).lower() else label


def _unseen_label(cell: Any) -> str:
    """Return the words for screen readers in a cell that shows none, as beside a coloured dot."""
    parts = (part for part in cell.iterdescendants("span") if _UNSEEN_CLASS.search(part.get("class") or ""))
    return " ".join(" ".join("".join(part.itertext()).split()) for part in parts)


def _words(cell: Any) -> str:
    return "".join(cell.xpath(".//text()[not(ancestor::svg)]"))


def _is_unseen(element: Any) -> bool:
    """Return whether a reader does not see an element, or it belongs to the site; nothing with a table in it does."""
    if not isinstance(element.tag, str) or element.tag in _SILENT or _is_struck(element):
        return True
    if element.tag == "option" and element.get("selected") is None:
        return True
    return _is_hidden(element) or _is_site(element)


def _is_hidden(element: Any) -> bool:
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    styles = _UNSEEN_STYLE.search(element.get("style") or ""), _UNSEEN_CLASS.search(element.get("class") or "")
    return any(styles)


def _is_site(element: Any) -> bool:
    """Return whether an element is a menu, banner or footer of the site."""
    if element.tag == "header":
        site = element.find(".//h1") is None and element.getparent().tag not in ("main", "article", "section")
    else:
        site = element.tag in _SITE or (element.tag in _DIVISIONS and _has_site_name(element))
    return site and element.tag not in ("td", "th", "tr", "table") and not _count_data(element)


def _has_site_name(element: Any) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}".split()
    return any(map(_SITE_NAME.search, names))


def _is_struck(element: Any) -> bool:
    return element.tag in _STRUCK or _STRUCK_STYLE.search(element.get("style") or "") is not None


def _struck(row: Any) -> str:
    """Return the words of a row that are struck out."""
    parts = (part for part in row.iter() if isinstance(part.tag, str) and _is_struck(part))
    outer = (part for part in parts if not any(map(_is_struck, part.iterancestors())))
    return " ".join(" ".join(" ".join(part.itertext()).split()) for part in outer)


def _is_data(table: Any) -> bool:
    """Tell a table of data from one that only lays out the page, or draws a box around one text."""
    rows = _own_rows(table)
    if not any(len(tr.findall("td")) + len(tr.findall("th")) > 1 for tr in rows):
        return False
    if table.get("role") in ("presentation", "none") and table.find(".//th") is None:
        return False
    if any(tr.find("th") is not None and len(tr) > 1 for tr in rows[:1]):
        return True
    letters = len("".join(table.itertext()))
    return all(len("".join(inner.itertext())) * 2 <= letters for inner in table.iterfind(".//table"))


def _count_data(element: Any) -> int:
    return sum(_is_data(table) for table in element.iterfind(".//table"))


def _own_rows(table: Any) -> list[Any]:
    return [row for part in table for row in ([part] if part.tag == "tr" else part.findall("tr"))
            if part.tag in ("tr", "thead", "tbody", "tfoot")]  # fmt: skip


@dataclass(frozen=True)
class _Hanging:
    """A cell that reaches down: how many rows are left, its text and its fill."""

    left: int
    text: str
    fill: str


class _Row:
    """A row that is being laid on the grid: texts and fills by column, and the table inside one of its cells."""

    def __init__(self, hanging: Mapping[int, _Hanging]) -> None:
        self.texts = {column: cell.text for column, cell in hanging.items()}
        self.fills = {column: cell.fill for column, cell in hanging.items()}
        # Cells that reach down into the rows below.
        self.hanging = {column: replace(cell, left=cell.left - 1) for column, cell in hanging.items() if cell.left > 1}
        self.nested: tuple[tuple[str, ...], ...] = ()
        self.nested_at = 0
        self.said = False
        self._next = 0

    def add(self, cell: Any, styles: dict[str, str], below: int) -> None:
        """Put a cell into the next free columns; at most ``below`` rows follow this one."""
        while self._next in self.texts:
            self._next += 1
        pieces = self._without_table(list(_flow(cell, styles)))
        text, fill = "\n".join(_lines(pieces)) or _unseen_label(cell), _fill(cell, styles)
        self.said = self.said or bool(text or fill or self.nested)
        down = _span(cell, "rowspan", below + 1)
        for offset in range(min(_span(cell, "colspan", _WIDEST), max(1, _WIDEST - self._next))):
            held = _Hanging(down - 1, "", "") if offset else _Hanging(down - 1, text, fill)
            self.texts[self._next], self.fills[self._next] = held.text, held.fill
            if held.left:
                self.hanging[self._next] = held
            self._next += 1

    def _without_table(self, pieces: list[_Piece]) -> list[_Piece]:
        """Keep the first table inside the row apart from the words around it."""
        inner = None if self.nested else next(filter(_has_columns, pieces), None)
        if inner is not None:
            self.nested, self.nested_at = as_nested([(row.cells, row.fills) for row in inner.rows]), self._next
            pieces.remove(inner)
        return pieces

    def written(self, number: int, struck: str) -> RawRow:
        """Return the row with a cell for each column."""
        width = max(self.texts) + 1
        cells, fills = (tuple(part.get(i, "") for i in range(width)) for part in (self.texts, self.fills))
        colours = fills if any(fills) else ()
        return RawRow(cells, f"row {number}", False, colours, struck, self.nested, self.nested_at)


def _rows(table: Any, styles: dict[str, str]) -> Iterator[RawRow]:
    """Lay the cells of a table on a grid."""
    rows = _own_rows(table)
    hanging: dict[int, _Hanging] = {}
    for number, tr in enumerate(rows, start=1):
        row = _Row(hanging)
        for cell in [] if _is_unseen(tr) else (child for child in tr if child.tag in ("td", "th")):
            row.add(cell, styles, len(rows) - number)
        hanging = row.hanging
        struck = _struck(tr)
        if row.said or struck:
            yield row.written(number, struck)


def _has_columns(piece: _Piece) -> TypeGuard[RawTable]:
    return isinstance(piece, RawTable) and len(piece.rows) > 1 and len(piece.rows[0].cells) > 1


def _span(cell: Any, name: str, most: int) -> int:
    """Return how many rows or columns a cell takes; a rowspan of 0 reaches to the end."""
    match = re.match(r"\s*(\d{1,5})", cell.get(name) or "")
    return min(max(1, int(match[1]) or (most if name == "rowspan" else 1)), most) if match else 1


def _definitions(element: Any, styles: dict[str, str]) -> list[RawRow]:
    """Read a list of terms and their definitions as rows of two cells."""
    pairs: list[tuple[list[str], list[str]]] = []
    for part in element.xpath("./dt|./dd|./div/dt|./div/dd"):
        if text := _cell(part, styles):
            if not pairs or (part.tag == "dt" and pairs[-1][1]):
                pairs.append(([], []))
            pairs[-1][part.tag == "dd"].append(text)
    return [RawRow(("\n".join(term), "\n".join(text)), f"row {i}") for i, (term, text) in enumerate(pairs, start=1)]


def _mark(item: Any) -> str:
    """Return the mark that a browser prints before a list item."""
    above = item.getparent()
    if above.tag != "ol":
        return "" if re.match(r"\s*[•·▪◦‣●]", "".join(item.itertext())) else "• "
    first = item.get("value") or above.get("start") or "1"
    number = int(first) if re.fullmatch(r"\d{1,4}", first) else 1
    if item.get("value") is None:
        number += sum(1 for _ in item.itersiblings("li", preceding=True))
    kind = above.get("type") or "1"
    if kind in "aA" and 1 <= number <= 26:
        return f"{chr(ord(kind) + number - 1)}. "
    if kind in "iI" and 1 <= number <= len(_ROMAN):
        return f"{_ROMAN[number - 1].upper() if kind == 'I' else _ROMAN[number - 1]}. "
    return f"{number}. "


def _fill(cell: Any, styles: dict[str, str]) -> str:
    """Return the rating colour of a cell: its own, that of a badge around all its words, or that of its row."""
    words = "".join(cell.itertext()).split()
    badges = [part for part in cell.iterdescendants("span", "div", "p", "strong", "b")
              if "".join(part.itertext()).split() == words] if len(words) < 20 else []  # fmt: skip
    for element in (cell, *badges, cell.getparent()):
        cls = element.get("class") or ""
        background = _BACKGROUND.search(element.get("style") or "")
        stated = background[1] if background else element.get("bgcolor")
        stated = stated or next((styles[name] for name in cls.split() if name in styles), "")
        if stated:
            colour = _css_rating(stated)
        else:
            match = (
                _CLASS_COLOUR.search(cls) if element.tag in ("td", "th", "tr") or _RATING_CLASS.search(cls) else None
            )
            colour = _NAMED[match[1].lower()] if match else ""
        if colour:
            return colour
    return ""


def _css_rating(value: str) -> str:
    for match in _CSS_COLOUR.finditer(value):
        if match[1]:
            return rag_of(match[1] if len(match[1]) == 6 else "".join(digit * 2 for digit in match[1]))
        if match[2]:
            return rag_of("".join(f"{min(int(part), 255):02X}" for part in match.groups()[1:4]))
        if match[5].lower() in _NAMED:
            return _NAMED[match[5].lower()]
    return ""
