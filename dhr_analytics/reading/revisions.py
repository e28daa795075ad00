"""A Word text brought to what is printed: changes accepted, controls and fields showing their result."""

from __future__ import annotations

from typing import Any

from lxml import etree

from dhr_analytics.reading.numbering import W, number_of, value_of

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_P, _R, _T, _SYM, _PPR, _RPR = (W + tag for tag in ("p", "r", "t", "sym", "pPr", "rPr"))
_OFF = ("0", "false", "off", "none")


def settle(root: Any) -> None:
    """Bring the tree of a document to what is printed.

    Insertions and moves are accepted, deletions, hidden and placeholder text are dropped, of alternatives one is
    kept, text boxes follow the paragraph that they hang on, tick boxes and form fields show their value.

    Parameters
    ----------
    root : lxml element
        Root of ``word/document.xml``; it is changed in place.
    """
    touched = ("del", "moveFrom", "cellDel", "vanish", "showingPlcHdr", "txbxContent", "fldChar")
    tags = [*(W + tag for tag in touched), _W14 + "checkbox", _MC + "AlternateContent"]
    found: dict[str, list[Any]] = {tag: [] for tag in tags}
    for element in root.iter(*tags):
        found[element.tag].append(element)
    _choose_alternatives(found[_MC + "AlternateContent"])
    _drop_deleted(found[W + "del"] + found[W + "moveFrom"] + found[W + "cellDel"])
    _drop_hidden(found[W + "vanish"])
    for element in found[W + "showingPlcHdr"]:
        if element.get(W + "val") not in _OFF:
            _show(element, "")
    for element in found[_W14 + "checkbox"]:
        state = element.find(_W14 + "checked")
        ticked = state is not None and state.get(_W14 + "val") not in _OFF
        _show(element, "☒" if ticked else "☐")
    if found[W + "fldChar"]:
        _settle_fields(root)
    _place_boxes(found[W + "txbxContent"])


def _choose_alternatives(choices: list[Any]) -> None:
    """Keep the first alternative that holds words."""
    for choice in choices:
        kept = next((option for option in choice if option.find(f".//{_T}") is not None), None)
        for option in [option for option in choice if option is not kept]:
            choice.remove(option)


def _drop_deleted(deletions: list[Any]) -> None:
    """Drop deleted words, rows and cells; a paragraph whose end mark is deleted is joined with the next."""
    marks = []
    for element in deletions:
        parent = element.getparent()
        if parent.tag == _RPR and parent.getparent().tag == _PPR:
            marks.append(parent.getparent().getparent())
        elif parent.tag in (W + "trPr", W + "tcPr"):
            _remove(parent.getparent())
        elif parent.tag != W + "numPr":
            _remove(element)
    for paragraph in reversed(marks):
        _join_with_next(paragraph)


def _drop_hidden(settings: list[Any]) -> None:
    for element in settings:
        run = element.getparent().getparent()
        if element.get(W + "val") not in _OFF and run is not None and run.tag == _R:
            _remove(run)


def _place_boxes(boxes: list[Any]) -> None:
    """Let the words of a text box follow the nearest paragraph around it."""
    last: dict[Any, Any] = {}
    for box in boxes:
        anchor = next(box.iterancestors(_P), None)
        if anchor is not None:
            for block in list(box):
                last.get(anchor, anchor).addnext(block)
                last[anchor] = block


def _remove(element: Any) -> None:
    if (parent := element.getparent()) is not None:
        parent.remove(element)


def _join_with_next(paragraph: Any) -> None:
    """Join a paragraph whose end mark is deleted with the one below, which keeps its own form and number."""
    below = paragraph.getnext()
    if below is None or below.tag != _P or paragraph.getparent() is None:
        return
    at = 1 if len(below) and below[0].tag == _PPR else 0
    below[at:at] = [child for child in paragraph if child.tag != _PPR]
    _remove(paragraph)


def _show(setting: Any, text: str) -> None:
    """Let the content control that has this setting show this text and nothing else."""
    control = next(setting.iterancestors(W + "sdt"), None)
    content = None if control is None else control.find(W + "sdtContent")
    if content is None:
        return
    for element in list(content.iter(_T, _SYM)):
        if text and element.tag == _T:
            element.text, text = text, ""
        elif text:
            element.tag, element.text, text = _T, text, ""
        else:
            _remove(element)


def _settle_fields(root: Any) -> None:
    """Drop text inside field instructions; write out the choice of old drop-down and tick-box form fields."""
    texts: list[Any] = []
    fields: list[tuple[int, str]] = []
    told: set[int] = set()
    for element in list(root.iter(_T, W + "fldChar")):
        if element.tag == _T:
            texts.append(element)
            continue
        kind = element.get(W + "fldCharType")
        if kind == "begin":
            told.discard(len(fields))
            fields.append((len(texts), _form_choice(element)))
        elif fields and len(fields) - 1 not in told:
            # What is between a field's begin and its result is instruction, results of inner fields too.
            for text in texts[fields[-1][0] :]:
                text.text = ""
            del texts[fields[-1][0] :]
            told.add(len(fields) - 1)
        if kind == "end" and fields:
            start, choice = fields.pop()
            if choice and not any(text.text for text in texts[start:]):
                etree.SubElement(element.getparent(), _T).text = choice


def _form_choice(begin: Any) -> str:
    choices = begin.find(f".//{W}ddList")
    if choices is not None:
        entries = [value_of(entry) for entry in choices.iter(W + "listEntry")]
        told = choices.find(W + "result")
        at = number_of(choices.find(W + "default") if told is None else told, 0)
        return entries[at] if at < len(entries) else ""
    box = begin.find(f".//{W}checkBox")
    if box is None:
        return ""
    state = box.find(W + "checked")
    state = box.find(W + "default") if state is None else state
    return "☒" if state is not None and state.get(W + "val") not in _OFF else "☐"
