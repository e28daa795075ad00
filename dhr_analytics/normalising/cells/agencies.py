"""Who leads an action: the body as printed, its canonical name and sector, job titles, and names to be masked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import takewhile

from rapidfuzz import fuzz, process

from dhr_analytics.normalising.cells.dates import without_mark
from dhr_analytics.vocabulary import terms
from dhr_analytics.vocabulary.phrases import phrases

_CHUNK = re.compile(r"\s*(?:[,;/\n()]|\s[–—-]\s|\s&\s(?=the\b))\s*")
_NAME_WORD = re.compile(r"(?:O['’]|Mc|Mac|de |van )?[A-Z][a-zà-ÿ]+(?:-[A-Z][a-zà-ÿ]+)?")
_NAME_PART = re.compile(rf"{_NAME_WORD.pattern}|[A-Z]\.?")
# "Agency: Northmoor Police", in a heading or a cell.
# "Part 2: Police", "B. Police": the place of a section, not its name.
_PLACE = re.compile(r"^(?:(?:part|section|table|appendix|group)\s+\w{1,3}\s*[:.–-]\s*|[A-Z]\d?[.)]\s+)", re.IGNORECASE)
_LABEL = phrases(r"^(?:(?:lead|responsible|accountable|owning)\s+)?(?:{agencies label})\s*:\s*(?=\S)")
_ASIDE = re.compile(r"\s*\[(?:(?:note|link): [^\]]*|[\d,*†‡§–-]{1,5})\]")  # beside the name, not of it
# A close misspelling of a listed body still counts as that body; below this too many short names collide.
_CLOSE = 92


# Headings that are fields of work as well as names of bodies.
_FIELDS = frozenset(("housing", "health", "care"))
_SUBJECT = re.compile(
    r"^(?:a|an|access|support|work(?:ing)?|referrals?)\s|\b(?:actions?|recommendations?|review|plan|findings|learning)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Lead:
    """The owner of an action. ``printed`` holds no person's name; ``names`` are to be masked everywhere."""

    printed: str = ""
    agency: str = ""
    sector: str = ""
    role: str = ""
    names: tuple[str, ...] = ()


def named_places(texts: Iterable[str]) -> frozenset[str]:
    """Collect the words that stand before a body's kind, as "Ashby" in "Ashby Vale Council".

    Parameters
    ----------
    texts : iterable of str
        Owner cells, headings and recommendations of one document.

    Returns
    -------
    frozenset of str
        Lower-case words; a short owner such as "Ashby Homes" that opens with one is a body, not a person.
    """
    vague = {"care", "health", "staff", "service", "services", "team", "practice"}
    body = "|".join(sorted(terms.words("lead", "body") - vague))
    before = re.compile(rf"\b([A-Z][a-z]{{2,}})\s+(?:[A-Z][a-z]+\s+)?(?i:{body})(?![\w'’-])")
    return frozenset(match[1].lower() for text in texts for match in before.finditer(text))


@lru_cache(maxsize=4096)
def read_lead(cell: str, heading: str = "", person_cell: str = "", *, places: frozenset[str] = frozenset()) -> Lead:
    """Read the owner cells of an action.

    Parameters
    ----------
    cell : str
        The lead-agency cell as printed: bodies, job titles and names in any mixture.
    heading : str
        The section heading; its agency is used where the cell names a person or a post only.
    person_cell : str
        A column of named persons, where the plan has one.
    places : frozenset of str
        Words of the document that name places, from `named_places`.

    Returns
    -------
    Lead
    """
    cell, person_cell = (_ASIDE.sub("", " ".join(text.split())) for text in (cell, person_cell))
    cell = _LABEL.sub("", without_mark(cell))
    names = (*find_names(cell, places=places), *find_names(person_cell, person_column=True))
    chunks = _pieces(cell, names)
    roles = _roles(chunks)
    bodies = [chunk for chunk in chunks if chunk not in roles]
    printed = below = _agency_of(heading, places)
    if bodies or (chunks and not below):
        printed = ", ".join(bodies or chunks) if names or roles else cell
    role = "; ".join(dict.fromkeys([*roles, *_pieces(person_cell, names)]))
    return Lead(printed, *canonical(printed), role, tuple(dict.fromkeys(names)))


def _roles(chunks: Sequence[str]) -> list[str]:
    """List the posts of an owner cell: "Named Nurse, Safeguarding Children" is one, and its field belongs to it."""
    roles: list[str] = []
    for chunk, before in zip(chunks, ["", *chunks], strict=False):
        if is_role(chunk) or (before in roles and not is_agency(chunk)):
            roles.append(chunk)
    return roles


def _agency_of(heading: str, places: frozenset[str]) -> str:
    named, labelled = _LABEL.subn("", _PLACE.sub("", heading))
    return named if labelled or heads_agency(named, places=places) else ""


@lru_cache(maxsize=4096)
def is_role(text: str) -> bool:
    """Return whether a piece of an owner cell is a job title and names no body."""
    words = terms.fold(text).split()
    if not words:
        return False
    role, body = terms.words("lead", "role"), terms.words("lead", "body")
    head = terms.fold(re.split(r"\s(?:for|of)\s", text, maxsplit=1)[0]).split()
    ends = {words[-1], *head[-1:]} & role and terms.fold(text) not in _aliases()
    return (
        bool(ends) or terms.words("lead", "rank").issuperset(words) or bool(role & set(words) and not body & set(words))
    )


@lru_cache(maxsize=8192)
def is_agency(text: str, *, places: frozenset[str] = frozenset()) -> bool:
    """Return whether a heading names a body, not a theme.

    Parameters
    ----------
    text : str
        A heading, or a piece of an owner cell.
    places : frozenset of str
        Words of the document that name places: "Ashby Recovery" is a body where there is an Ashby Council too.

    Returns
    -------
    bool
    """
    if not text or re.match(r"(?:recommendation|theme|objective|priority|section|learning)\b", text, re.IGNORECASE):
        return False
    words = set(terms.fold(text).split())
    return (
        terms.fold(text) in _aliases()
        or bool(words & terms.words("lead", "body"))
        or _is_branch(text, places)
        or len(text.split()) <= 2
        and text.isupper()
    )


def heads_agency(heading: str, *, places: frozenset[str] = frozenset()) -> bool:
    """Return whether a heading names the body that owns what is below it, not a subject ("Access to services")."""
    if not is_agency(heading, places=places) or _SUBJECT.search(heading):
        return False
    bodies = terms.words("lead", "body")
    named = [word for word in heading.split() if terms.fold(word) in bodies]
    return terms.fold(heading) not in _FIELDS and (not named or any(word[:1].isupper() for word in named))


def _is_branch(text: str, places: frozenset[str]) -> bool:
    """Tell a listed body with a name, "Citizens Advice Ashby", and a place with a kind, "Ashby Recovery"."""
    words = text.split()
    if not 2 <= len(words) <= 6 or not all(map(_is_titled, words)):
        return False
    folded = [terms.fold(word) for word in words]
    if folded[0] in places and folded[-1] in terms.words("lead", "branch"):
        return True
    alias = _alias_within(" ".join(folded))
    left = f" {' '.join(folded)} ".replace(f" {alias} ", " ").split()
    common = terms.words("lead", "other") | terms.words("lead", "role")
    return bool(alias) and not any(word in common or word.endswith("ing") for word in left)


def _is_titled(word: str) -> bool:
    return word[0].isupper() or word in ("&", "and")


def _alias_within(folded: str) -> str:
    """Return the longest listed name of two or more words that a folded text holds, or ``""``."""
    found = [alias for alias in _aliases() if " " in alias and f" {alias} " in f" {folded} "]
    return max(found, key=len, default="")


@lru_cache(maxsize=4096)
def canonical(printed: str) -> tuple[str, str]:
    """Return the canonical name and the sector of a body.

    Parameters
    ----------
    printed : str
        A body as printed, without persons' names.

    Returns
    -------
    agency : str
        The listed name where the whole text or its abbreviation is listed, else the text without its article.
    sector : str
        One of ``schema.SECTORS``; ``other`` where no word tells it, empty for an empty text.
    """
    if not printed:
        return "", ""
    aliases = _aliases()
    folded = terms.fold(printed)
    if (hit := aliases.get(folded)) is None and len(folded) > 8:
        close = process.extractOne(folded, list(aliases), scorer=fuzz.ratio, score_cutoff=_CLOSE)
        hit = aliases[close[0]] if close else None
    if hit is not None:
        return hit
    name = re.sub(r"^the\s+", "", " ".join(printed.split()), flags=re.IGNORECASE).strip(" .,;")
    return name, _sector(folded)


def _sector(folded: str) -> str:
    padded = f" {folded} "
    for row in terms.rows("sectors"):
        words = row["words"]
        if (f" {words[:-1]}" if words.endswith("*") else f" {words} ") in padded:
            return row["sector"]
    for word in (_alias_within(folded), *folded.split()):
        if word in _aliases():
            return _aliases()[word][1]
    return "other"


@cache
def _aliases() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for row in terms.rows("agencies"):
        for label in (row["alias"], row["canonical"]):
            found.setdefault(terms.fold(label), (row["canonical"], row["sector"]))
    return found


def find_names(text: str, *, person_column: bool = False, places: frozenset[str] = frozenset()) -> list[str]:
    """Find the names of individuals in an owner cell.

    Parameters
    ----------
    text : str
        The cell.
    person_column : bool
        True for a column that is there for persons: there a run of capitalised words needs no further sign.

    places : frozenset of str
        Words that name places; a piece that opens with one is a body, unless the word is a given name too.

    Returns
    -------
    list of str
        Names without titles and ranks, as printed.
    """
    return list(_names_in(text, person_column, places))


@lru_cache(maxsize=4096)
def _names_in(text: str, person_column: bool, places: frozenset[str]) -> tuple[str, ...]:
    names: list[str] = []
    for chunk in _CHUNK.split(text):
        names += _names_of(chunk, bool(names), person_column, places)
    return tuple(names)


@cache
def _known() -> frozenset[str]:
    return terms.words("lead", "body") | terms.words("lead", "role") | terms.words("lead", "other")


def _names_of(chunk: str, follows: bool, person_column: bool, places: frozenset[str]) -> list[str]:
    """Find the names in one piece of an owner cell; ``follows`` where a piece before it held one."""
    words = _without_ranks(chunk.split(), follows)
    run = _name_run(words)
    rest, whole = words[len(run) :], " ".join(run)
    # A rank or a given name is a sure sign; "Alex Example, Manager" is a person too, "Ashby Vale Police" is not.
    sure = len(words) < len(chunk.split()) or _is_called(run, rest)
    if not sure and places.intersection(whole.lower().split()):
        return []
    if len(run) < 2:
        return _after_rank(words)
    if not (sure or person_column or _stands_alone(rest)) or terms.fold(whole) in _aliases():
        return []
    return [whole, *(_names_in(" ".join(rest[1:]), person_column, places) if _is_and(rest) else ())]


def _stands_alone(rest: Sequence[str]) -> bool:
    return not rest or _is_and(rest) or is_role(" ".join(rest))


def _is_and(rest: Sequence[str]) -> bool:
    return terms.fold(" ".join(rest[:1])) == "and"


def _is_called(run: Sequence[str], rest: Sequence[str]) -> bool:
    """Return whether a run of words opens with a given name, and no body follows."""
    follows = terms.fold(" ".join(rest[:1]))
    return "".join(run[:1]).lower() in terms.words("lead", "given") and follows not in terms.words("lead", "body")


def _without_ranks(words: list[str], follows: bool) -> list[str]:
    joints = ("and", "&") if follows else ()
    while words and (terms.fold(words[0]) in terms.words("lead", "rank") or words[0] in joints):
        words = words[1:]
    return words


def _name_run(words: Sequence[str]) -> list[str]:
    """Return the first words, three at most, while they may be a name's."""
    plain = (word.strip(",:") for word in words[:3])
    return list(takewhile(lambda word: terms.fold(word) not in _known() and _NAME_PART.fullmatch(word), plain))


def _after_rank(words: Sequence[str]) -> list[str]:
    """Find "Detective Inspector A B" behind other words of the same piece."""
    for i, word in enumerate(words[:-1]):
        if terms.fold(word) in terms.words("lead", "rank"):
            run = list(takewhile(_is_name_word, (later.strip(".,:") for later in words[i + 1 : i + 4])))
            if run:
                return [" ".join(run)]
    return []


def _is_name_word(word: str) -> bool:
    folded = terms.fold(word)
    return folded not in terms.words("lead", "rank") | _known() and bool(_NAME_WORD.fullmatch(word))


def _pieces(text: str, names: tuple[str, ...]) -> list[str]:
    """Cut an owner cell into bodies and job titles, without names and the ranks before them."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " / ")
    ranks = (terms.words("lead", "rank") if names else frozenset()) | {"and", "the", "via", ""}
    pieces = (" ".join(piece.split()).strip(" .:&–-") for piece in _CHUNK.split(text))
    # "D/Supt": a letter alone is what is left of a rank.
    whole = [piece for piece in pieces if len(terms.fold(piece)) > 1]
    return [piece for piece in whole if not all(terms.fold(word) in ranks for word in piece.split())]
