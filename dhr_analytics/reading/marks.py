"""What is not part of the words of a Word text: words struck out, raised numbers, notes, addresses of links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from dhr_analytics.reading.notes import link, note, raised
from dhr_analytics.reading.numbering import W, value_of

STRUCK = W + "struckText"  # no tag of Word's: the texts that are struck out get it
_R, _T, _P, _TC, _TR, _TBL, _RPR = (W + tag for tag in ("r", "t", "p", "tc", "tr", "tbl", "rPr"))
_STRIKES = (W + "strike", W + "dstrike")
_REFERENCES = {W + "footnoteReference": W + "footnote", W + "endnoteReference": W + "endnote"}
_KEY = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_OFF = ("0", "false", "off", "none")


def set_apart(root: Any, styles: Any, notes: Sequence[Any], links: Mapping[str, str]) -> None:
    """Set apart from the words of a document what is no part of them.

    Parameters
    ----------
    root : lxml element
        Root of ``word/document.xml``; it is changed in place.
    styles : lxml element or None
        Root of ``word/styles.xml``, which may strike words out by a style.
    notes : sequence of lxml elements
        Roots of the footnotes and endnotes.
    links : mapping of str to str
        Addresses by key, from the relations of the document.
    """
    _strike(root, styles)
    for run in [mark.getparent().getparent() for mark in root.iter(W + "vertAlign") if value_of(mark) == "superscript"]:
        if run is not None and run.tag == _R:
            _raise(run)
    for reference, words in list(_references(root, notes)):
        _show_note(reference, words)
    for hyperlink in list(root.iter(W + "hyperlink")) if links else ():
        cell = _cell_of(hyperlink)
        if cell is not None and (address := link(links.get(hyperlink.get(_KEY), ""), _text(hyperlink), _text(cell))):
            etree.SubElement(etree.SubElement(hyperlink, _R), _T).text = address


def _strike(root: Any, styles: Any) -> None:
    named = (
        {mark.get(W + "styleId") for mark in styles.iter(W + "style") if _is_struck(mark)} if styles is not None else ()
    )
    runs = [mark.getparent().getparent() for mark in root.iter(*_STRIKES)]
    if named:
        runs += [
            run
            for mark in root.iter(W + "rStyle", W + "pStyle")
            if value_of(mark) in named
            for run in mark.getparent().getparent().iter(_R)
            if not any(value_of(own) in _OFF for own in run.iterfind(f"{_RPR}/{W}strike"))
        ]
    for run in runs:
        if run is not None and run.tag == _R and (_is_struck(run) or run.find(f"{_RPR}/{W}strike") is None):
            for text in list(run.iter(_T)):
                text.tag = STRUCK


def _is_struck(element: Any) -> bool:
    properties = element.find(_RPR)
    marks = [] if properties is None else [mark for mark in properties if mark.tag in _STRIKES]
    return any(value_of(mark) not in _OFF for mark in marks)


def _raise(run: Any) -> None:
    """Put the raised number of a note in brackets."""
    texts = list(run.iter(_T))
    paragraph = next(run.iterancestors(_P), None)
    if len(texts) != 1 or paragraph is None:
        return
    before = ""
    for text in paragraph.iter(_T):
        if text is texts[0]:
            break
        before += text.text or ""
    texts[0].text = raised(texts[0].text or "", before)


def _references(root: Any, notes: Sequence[Any]) -> Iterator[tuple[Any, str]]:
    """Give the references of a text to its notes, with the words of each note."""
    words = {
        (part.tag, part.get(W + "id")): " ".join(_text(paragraph) for paragraph in part.iter(_P))
        for whole in notes
        for part in whole
        if part.tag in _REFERENCES.values()
    }
    for reference in root.iter(*_REFERENCES):
        yield reference, words.get((_REFERENCES[reference.tag], reference.get(W + "id")), "")


def _show_note(reference: Any, words: str) -> None:
    """Write the words of a note behind its cell's; those of a table's first row, its header, follow the table."""
    cell = _cell_of(reference)
    if cell is None or not (said := note(words)):
        return
    row = cell.getparent()
    table = next(row.iterancestors(_TBL), None)
    if table is not None and next(table.iter(_TR), None) is row:
        below = etree.Element(_P)
        etree.SubElement(etree.SubElement(below, _R), _T).text = said.strip()
        table.addnext(below)
    else:
        reference.tag, reference.text = _T, said


def _cell_of(element: Any) -> Any:
    return next(element.iterancestors(_TC), None)


def _text(element: Any) -> str:
    return "".join(part.text or "" for part in element.iter(_T))
