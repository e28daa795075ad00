"""Prose: recommendations in running text, titled or numbered, with the reply below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dhr_analytics.normalising.grammars import prose_parts as kinds
from dhr_analytics.normalising.grammars.paragraphs import ended, read_paragraphs
from dhr_analytics.normalising.grammars.prose_parts import Part
from dhr_analytics.normalising.grammars.replies import body_of, split_reply
from dhr_analytics.normalising.rows import PlanRow, Reading, Rejected
from dhr_analytics.reading import RawRow
from dhr_analytics.vocabulary import terms

_OF_ACTIONS = ("lead", "target", "status")
_NUMBERED = ("1", "1.1")
_Built = tuple[PlanRow, Sequence[Part]]  # a row and the parts that are in it
_NOTHING = Part("end", kinds.Paragraph("", ()), "")


@dataclass(frozen=True)
class _List:
    """How far the walk has come: the list of recommendations that is open, and how it counts."""

    open: bool = False
    headed: bool = False  # by a heading, so that groups with headings of their own may follow
    own: bool = True  # not quoted from another review
    style: str = ""  # of its items: that of the first; "title" where each has a title of its own
    outer: str = ""  # of the numbered paragraph that leads in
    last: int = 0
    fresh: bool = True  # a heading or lead-in is above, so that counting may begin anew
    section: str = ""
    lead: str = ""
    chapter: tuple[str, int] = ("", 0)  # style and number of its heading
    inside: bool = False  # a recommendation is open


@dataclass(frozen=True)
class _Found:
    """A recommendation: the part that opens it, those below that may belong to it, its list."""

    opening: Part
    below: tuple[Part, ...]
    within: _List


def read(lines: Sequence[RawRow]) -> Reading | None:
    """Read recommendations from running text.

    Parameters
    ----------
    lines : sequence of RawRow
        Rows of one cell: lines as wrapped, or whole paragraphs; running lines are already out.

    Returns
    -------
    Reading or None
        One row for each recommendation, all else rejected by paragraph; ``None`` where no
        recommendation is in the text, or where most of them are forms of label lines.
    """
    paragraphs, aside = read_paragraphs(lines)
    parts = kinds.with_unmarked([kinds.part_of(paragraph) for paragraph in paragraphs])
    found = _find(parts)
    if 2 * sum(map(_is_form, found)) > len(found):
        return None
    kept = _once(map(_build, found))
    if not kept:
        return None
    order = {row.place: i for i, row in enumerate(lines)}
    rejected = [*aside, *_left_over(parts, kept)]
    rejected.sort(key=lambda each: order[each.place.split("; ")[0]])
    return Reading("prose", tuple(row for row, _ in kept), tuple(rejected))


def _is_form(found: _Found) -> bool:
    """Return whether label lines of an action stand below a recommendation."""
    return any(part.kind == "label" and part.body in _OF_ACTIONS for part in found.below)


def _left_over(parts: Sequence[Part], kept: Sequence[_Built]) -> list[Rejected]:
    """Reject each paragraph that is in no row; the heading of a section is."""
    used = {part.paragraph.places for _, above in kept for part in above}
    sections = {row.section for row, _ in kept}
    return [
        Rejected("; ".join(part.paragraph.places), part.text, "text outside the plan")
        for part in parts
        if part.paragraph.places not in used and not _is_section(part, sections)
    ]


def _is_section(part: Part, sections: set[str]) -> bool:
    heads = part.kind in ("heading", "item", "list")
    return heads and kinds.heading_of(part.words) in sections


def _once(built: Iterable[_Built]) -> list[_Built]:
    """Keep one of each recommendation that is printed again: the one with a reply, or the first."""
    kept: dict[tuple[str, ...], _Built] = {}
    for row, used in built:
        number, wording = row.cells.get("number", ""), row.cells.get("recommendation", "")
        key = ("" if number[:1].isalpha() else row.section, number, terms.fold(wording))
        if wording and (key not in kept or len(kept[key][0].cells) < len(row.cells)):
            kept[key] = (row, used)
    return list(kept.values())


# The walk: which part opens a recommendation, which belongs to it


def _find(parts: Sequence[Part]) -> list[_Found]:
    state = _List()
    found: list[tuple[Part, list[Part], _List]] = []
    for i, part in enumerate(parts):
        before, below = parts[i - 1] if i else _NOTHING, _below(parts, i)
        state, opens = _STEPS[part.kind](state, part, before, below)
        if opens:
            found.append((part, [], state))
        elif state.inside and found:
            found[-1][1].append(part)
    return [_Found(part, tuple(below), within) for part, below, within in found]


def _below(parts: Sequence[Part], i: int) -> Part:
    """Return the part below; a heading below a heading is passed over."""
    after = parts[i + 1 : i + 3]
    if len(after) == 2 and parts[i].kind == "heading" and after[0].kind == "heading":
        return after[1]
    return after[0] if after else _NOTHING


_Step = tuple[_List, bool]


def _at_contents(state: _List, part: Part, before: Part, below: Part) -> _Step:
    return replace(state, inside=False), False


def _at_list(state: _List, part: Part, before: Part, below: Part) -> _Step:
    if kinds.is_foreign(part.words):
        return _List(own=False), False
    if terms.any_of("prose", "follows up").search(part.words):
        return _List(), False
    section = kinds.heading_of(part.words) if kinds.is_group(part) else ""
    chapter = (part.style, part.count) if part.style else state.chapter
    return _List(open=True, headed=True, section=section, lead=part.body, chapter=chapter), False


def _at_lead_in(state: _List, part: Part, before: Part, below: Part) -> _Step:
    if kinds.is_foreign(part.text):
        return _List(own=False), False
    asked = terms.any_of("prose", "recommends").search(kinds.last_sentence(part.text))
    if not state.open and not asked:
        return _at_plain(state, part, before, below)
    lead = part.body or state.lead
    return replace(state, open=True, style="", last=0, fresh=True, lead=lead, inside=False), False


def _at_heading(state: _List, part: Part, before: Part, below: Part) -> _Step:
    if state.inside and before.kind == "title" and not before.words:
        return state, False
    if _ends_list(state, part):
        return _List(), False
    if state.own and _heads_group(state, part, below):
        named = not state.open and terms.any_of("prose", "untitled").search(part.words)
        section = "" if named else kinds.heading_of(part.words)
        return replace(state, section=section, lead=part.body, fresh=True, inside=False), False
    closed = replace(state, open=False, own=True, fresh=False, inside=False)
    return replace(closed, section="", lead=""), False


def _heads_group(state: _List, part: Part, below: Part) -> bool:
    """Return whether a heading is above recommendations: titled, or more of the open list."""
    if below.kind == "title" or _opens_by_label(below):
        return True
    fits = below.kind == "lead_in" or (below.style and state.style in ("", below.style))
    return state.open and bool(fits) and (state.headed or bool(part.body))


def _ends_list(state: _List, part: Part) -> bool:
    """Return whether a heading is that of the next chapter, or of a glossary and the like."""
    style, count = state.chapter
    chapter = part.style and part.style == style and part.count > count
    return bool(chapter) or bool(terms.any_of("prose", "closes").match(part.words))


def _at_title(state: _List, part: Part, before: Part, below: Part) -> _Step:
    empty = not part.words and below.kind in ("title", "contents", "list", "end")
    if not state.own or empty:
        return replace(state, inside=False), False
    section = state.section if state.fresh or state.style else ""  # a narrative may part them
    return replace(state, style="title", section=section, fresh=False, inside=True), True


def _opens_by_label(part: Part) -> bool:
    return part.kind == "label" and part.body == "recommendation"


def _at_label(state: _List, part: Part, before: Part, below: Part) -> _Step:
    if not _opens_by_label(part) or (before.kind == "title" and not before.words):
        return state, False
    if not part.words and below.kind not in ("plain", "label"):
        return _at_list(state, part, before, below)
    return replace(state, style="title", fresh=False, inside=state.own), state.own


def _at_item(state: _List, part: Part, before: Part, below: Part) -> _Step:
    if _heads(state, part, below):
        return _at_heading(state, part, before, below)
    if state.style == "title":
        return replace(state, inside=state.inside and part.style != "1.1"), False
    if _leads(state, part):
        return replace(_at_lead_in(state, part, before, below)[0], outer=part.style), False
    outer = _is_outer(state, part.style)
    if outer or not _counts_on(state, part, before):
        inside = not outer and state.inside and part.style != state.style
        return replace(state, inside=inside, fresh=state.fresh and bool(state.style)), False
    now = replace(state, open=True, style=part.style, last=part.count, fresh=False)
    return replace(now, inside=True), True


def _heads(state: _List, part: Part, below: Part) -> bool:
    """Return whether a numbered line is a heading: "9. Glossary" among titled recommendations."""
    if part.style not in ("1", "1.1", "I") or not kinds.is_heading(part.words):
        return False
    if _above_points(part, below) or terms.any_of("prose", "closes").match(part.words):
        return True
    if state.open and state.style in ("", part.style):
        counts = part.style != "1.1" and part.count == state.last + 1
        return below.kind == "plain" and not counts
    return True


def _above_points(part: Part, below: Part) -> bool:
    """Return whether a numbered line is above its own points, or a titled recommendation."""
    numbered = below.number.startswith(f"{part.number}.")
    return numbered or below.kind == "title" or _opens_by_label(below)


def _is_outer(state: _List, style: str) -> bool:
    """Return whether a style is that of the paragraphs around the list."""
    if style == state.outer:
        return True
    other = style in _NUMBERED and state.style not in ("", style)
    return other and (state.style, style) != ("1.1", "1")


def _leads(state: _List, part: Part) -> bool:
    """Return whether a numbered paragraph leads in a list: counted with the report, not from 1."""
    if part.style not in _NUMBERED or not kinds.leads_in(part.words):
        return False
    if state.style == part.style:
        return part.style == "1" and part.count not in (1, state.last + 1)
    return part.style == "1.1" or part.count != 1


def _counts_on(state: _List, part: Part, before: Part) -> bool:
    """Return whether an item is the next of the list."""
    if not state.own or part.words.endswith("?") or _is_reference(part, before):
        return False
    if not state.open:  # a heading within a reply does not end the list
        goes_on = part.style == state.style == "1" and part.count == state.last + 1
        return goes_on and kinds.asks(part.words)
    return state.style in ("", part.style) and _is_next(state, part)


def _is_next(state: _List, part: Part) -> bool:
    if part.style == "1.1" or (not state.style and part.count > 1):
        return kinds.asks(part.words)
    anew = part.count == 1 and state.fresh
    return part.count == 0 or part.count > state.last or anew


def _is_reference(part: Part, before: Part) -> bool:
    """Return whether "(1) was discussed" continues in small letters though no list is led in."""
    small = part.style in ("1", "1.1", "I") and part.words[0].islower()
    return small and not before.text.endswith((":", ";", "and"))


def _at_plain(state: _List, part: Part, before: Part, below: Part) -> _Step:
    unmarked = state.style in ("•", "a", "i") and part.text.endswith(":")
    if unmarked and not split_reply(part.text, first=True):
        return replace(state, open=False, inside=False), False
    return state, False


_STEPS: dict[str, Callable[[_List, Part, Part, Part], _Step]] = {
    "contents": _at_contents,
    "title": _at_title,
    "label": _at_label,
    "list": _at_list,
    "lead_in": _at_lead_in,
    "item": _at_item,
    "heading": _at_heading,
    "plain": _at_plain,
}


# What belongs to a recommendation: its wording, the reply, what follows


_Pieces = list[tuple[str, str]]  # of a paragraph: cell and text


def _build(found: _Found) -> _Built:
    opening, topic = found.opening, _topic(found)
    below = found.below[1:] if topic and not opening.words else found.below
    pieces, used = _pieces("" if topic else opening.words, below)
    used = [opening, *used]
    place = "; ".join(place for part in used for place in part.paragraph.places)
    section = topic or found.within.section
    cells = _joined([("number", _number(opening)), *pieces])
    cells = _with_lead(cells, opening.body if opening.kind == "title" else "", found.within.lead)
    return PlanRow(cells, place, section=section, opens="recommendation"), used


def _number(opening: Part) -> str:
    return "" if opening.kind == "label" else opening.number


def _with_lead(cells: Mapping[str, str], *known: str) -> dict[str, str]:
    """Name the lead: as a label does, else the body addressed, else the first that replies."""
    replier = cells.get("replier", "").split("\n")[0]
    lead = next((name for name in (cells.get("lead", ""), *known, replier) if name), "")
    named = {**cells, "lead": lead}
    stated = {role: text for role, text in named.items() if text and role != "replier"}
    return {role: text.replace("\n", " ") for role, text in stated.items()}


def _pieces(wording: str, below: Sequence[Part]) -> tuple[_Pieces, list[Part]]:
    """Go down the parts of a recommendation; what is no part of it stays out."""
    first, goes_to = _word(wording, "")
    pieces, used = [*first], []
    for part in below:
        more, goes_to = _read_part(part, goes_to, wording)
        pieces.extend(more)
        wording = next((text for cell, text in more if cell == "recommendation"), wording)
        if more or part.kind == "label":
            used.append(part)
    return pieces, used


def _joined(pieces: _Pieces) -> dict[str, str]:
    """Join the texts of each cell; a cell without text is none."""
    texts: dict[str, list[str]] = {}
    for cell, text in pieces:
        if text:
            texts.setdefault(cell, []).append(text)
    return {cell: "\n".join(each) for cell, each in texts.items()}


def _topic(found: _Found) -> str:
    """Return the heading that a title is, or that lies between a title and its wording."""
    opening, below = found.opening, found.below
    if opening.kind != "title" or not below:
        return ""
    if not opening.words:
        return kinds.heading_of(below[0].words) if below[0].kind == "heading" else ""
    apart = below[0].kind in ("plain", "lead_in") and kinds.asks(below[0].text)
    heads = kinds.is_heading(opening.words) and not kinds.asks(opening.words)
    return kinds.heading_of(opening.text) if apart and heads else ""


def _read_part(part: Part, goes_to: str, wording: str) -> tuple[_Pieces, str]:
    """Put a part below the opening where it belongs; say which cell the next one continues."""
    if part.kind == "label":
        if part.body == "response":
            replier = body_of(" ".join(part.number.split()[:-1]))
            pieces, goes_to = _answer(part.words)
            return [("replier", replier), *pieces], goes_to
        return [(part.body, part.words)], part.body
    if goes_to == "recommendation":
        return _word(part.text, wording, listed=bool(part.style))
    if goes_to == "response":
        return _answer(part.text)
    return ([(goes_to, part.text)] if goes_to else []), goes_to


def _word(text: str, wording: str, *, listed: bool = False) -> tuple[_Pieces, str]:
    """Add to the wording, up to the reply; what neither continues nor asks is no part of it."""
    reply = split_reply(text, first=bool(wording))
    goes_on = not wording or not ended(wording) or wording.endswith((":", ";"))
    if reply:
        before, response, after, replier = reply
        above = "recommendation" if goes_on or kinds.asks(before) else "progress"
        texts = [(above, before), ("response", response), ("progress", after)]
        return [*texts, ("replier", replier)], "progress"
    if goes_on or listed or kinds.asks(text):
        return [("recommendation", text)], "recommendation"
    return [], ""


def _answer(text: str) -> tuple[_Pieces, str]:
    """Read a paragraph of a labelled reply."""
    if not text:
        return [], "response"
    reply = split_reply(text, first=True)
    if not reply:
        return [("progress", text)], "progress"
    before, response, after, replier = reply
    texts = [("response", response), ("progress", f"{before} {after}".strip())]
    return [*texts, ("replier", replier)], "progress"
