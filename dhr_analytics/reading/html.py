"""Web pages: tables with joined cells, headings and paragraphs; what belongs to the site is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any, TypeGuard

from lxml import etree
from lxml import html as lxml_html

from dhr_analytics.errors import InputError
from dhr_analytics.reading.colours import rag_of
from dhr_analytics.reading.notes import link, raised
from dhr_analytics.reading.table import RawRow, RawTable
from dhr_analytics.reading.text import decode

_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_SILENT = {"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "button", "input", "textarea",
           "head", "title", "datalist"}  # fmt: skip
_STRUCK = {"del", "s", "strike"}
_STRUCK_STYLE = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
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
# A stretch of text, a table, or None where a paragraph ends. Behind a list mark stands a NUL, so that the mark
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
    tag = element.tag
    if label := _label(element):
        yield f" {label} "
    if _is_unseen(element):
        return
    if tag == "br":
        yield None
    elif tag == "table" and _is_data(element):
        for caption in element.findall("caption"):
            yield from _flow(caption, styles)
        if rows := list(_rows(element, styles)):
            yield RawTable(tuple(rows))
    elif tag == "dl" and (rows := _definitions(element, styles)):
        yield RawTable(tuple(rows))
    else:
        if tag in _BLOCK:
            yield None
        if tag == "li" and "".join(element.itertext()).strip():
            yield _mark(element) + "\0"
        yield element.text or ""
        for child in element:
            yield from [_raised(child)] if child.tag == "sup" else _flow(child, styles)
            yield child.tail or ""
        if tag == "a" and (address := _address(element)):
            yield address
        if tag in _BLOCK:
            yield None


def _raised(sup: Any) -> str:
    """Return raised words; the number of a note stands in brackets, apart from the word before it."""
    before = (sup.getprevious().tail if sup.getprevious() is not None else sup.getparent().text) or ""
    return "" if _is_unseen(sup) else raised("".join(sup.itertext()).strip(" []()"), before or ".")


def _address(element: Any) -> str:
    """Return where a link in a cell of data leads to, in brackets."""
    cell = next(element.iterancestors("td"), None)
    if cell is None or not _is_data(next(cell.iterancestors("table"))):
        return ""
    return link(element.get("href") or "", "".join(element.itertext()), "".join(cell.itertext()))


def _label(element: Any) -> str:
    """Return what an image, an icon or a tick box in a cell of data stands for: its text alternative or its state."""
    shown = element.tag != "svg" and "".join(element.itertext()).strip()
    if (
        element.tag not in ("img", "svg", "i", "span", "input")
        or shown
        or _UNSEEN_STYLE.search(element.get("style") or "")
    ):
        return ""
    cell = next(element.iterancestors("td", "th"), None)
    if cell is None or not _is_data(next(cell.iterancestors("table"))):
        return ""
    if element.tag == "input":
        box = element.get("type") in ("checkbox", "radio")
        return ("☐" if element.get("checked") is None else "☑") if box else ""
    stated = next((text for name in ("alt", "aria-label", "title") if (text := element.get(name))), "")
    label = " ".join((stated or element.findtext("title") or "").split())
    return "" if re.search(r"\.\w{3,4}$", label) or label.lower() in _words(cell).lower() else label


def _unseen_label(cell: Any) -> str:
    """Return the words for screen readers in a cell that shows none, as beside a coloured dot."""
    parts = (part for part in cell.iterdescendants("span") if _UNSEEN_CLASS.search(part.get("class") or ""))
    return " ".join(" ".join("".join(part.itertext()).split()) for part in parts)


def _words(cell: Any) -> str:
    return "".join(cell.xpath(".//text()[not(ancestor::svg)]"))


def _is_unseen(element: Any) -> bool:
    """Tell what a reader does not see, and what belongs to the site; nothing with a table in it does."""
    tag, cls = element.tag, element.get("class") or ""
    if (
        not isinstance(tag, str)
        or tag in _SILENT
        or _is_struck(element)
        or (tag == "option" and element.get("selected") is None)
    ):
        return True
    if (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or _UNSEEN_STYLE.search(element.get("style") or "")
        or _UNSEEN_CLASS.search(cls)
    ):
        return True
    if tag == "header":
        site = element.find(".//h1") is None and element.getparent().tag not in ("main", "article", "section")
    else:
        names = f"{cls} {element.get('id') or ''}".split() if tag in ("div", "section", "ul", "ol", "form") else []
        site = tag in _SITE or any(_SITE_NAME.search(name) for name in names)
    return site and tag not in ("td", "th", "tr", "table") and not _count_data(element)


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


def _rows(table: Any, styles: dict[str, str]) -> Iterator[RawRow]:
    """Lay the cells of a table on a grid."""
    rows = _own_rows(table)
    # Cells that reach down into later rows: column -> (rows left, text, fill).
    hanging: dict[int, tuple[int, str, str]] = {}
    for number, tr in enumerate(rows, start=1):
        texts = {column: text for column, (_, text, _) in hanging.items()}
        fills = {column: fill for column, (_, _, fill) in hanging.items()}
        hanging = {column: (left - 1, *rest) for column, (left, *rest) in hanging.items() if left > 1}  # type: ignore[misc]
        struck, said = _struck(tr), False
        nested: tuple[tuple[str, ...], ...] = ()
        nested_at = 0
        column = 0
        for cell in [] if _is_unseen(tr) else (child for child in tr if child.tag in ("td", "th")):
            while column in texts:
                column += 1
            pieces = list(_flow(cell, styles))
            inner = next(filter(_has_columns, pieces), None)
            if inner is not None and not nested:
                nested, nested_at = tuple(row.cells for row in inner.rows), column
                pieces.remove(inner)
            text, fill = "\n".join(_lines(pieces)) or _unseen_label(cell), _fill(cell, styles)
            said = said or bool(text or fill or nested)
            down = _span(cell, "rowspan", len(rows) - number + 1)
            for offset in range(min(_span(cell, "colspan", _WIDEST), max(1, _WIDEST - column))):
                texts[column], fills[column] = ("", "") if offset else (text, fill)
                if down > 1:
                    hanging[column] = (down - 1, texts[column], fills[column])
                column += 1
        if said or struck:
            width = max(texts) + 1
            cells, colours = (tuple(part.get(i, "") for i in range(width)) for part in (texts, fills))
            colours = colours if any(colours) else ()
            yield RawRow(cells, f"row {number}", False, colours, struck, nested, nested_at)


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
