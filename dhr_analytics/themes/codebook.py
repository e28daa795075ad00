"""The theme codebook: reading it, checking it, and what one theme implies.

The codebook is a TOML file that an analyst can edit; the notation of its phrases is explained at its head.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from dhr_analytics.errors import InputError, UsageError

BUNDLED = Path(__file__).with_name("codebook.toml")
OTHER = "other"
GAP = 6

_REQUIRED = ("id", "name", "definition", "home_office")
_OPTIONAL = ("include", "exclude", "phrases", "unless", "addressee", "later_sentences", "precision")
_CHOICE = re.compile(r"\(([^()]*)\)")
_JOINT = re.compile(r"\.\.\.|\s\+\s")


class Phrase(NamedTuple):
    """One line of `phrases`: its parts in plain words, and how they must stand to each other.

    `parts` holds, for each part, its alternative wordings. `gaps` holds, for each part after the first, the largest
    number of words between it and the parts before it; None where it may stand anywhere in the same sentence.
    """

    parts: tuple[tuple[str, ...], ...]
    gaps: tuple[int | None, ...]


@dataclass(frozen=True)
class Theme:
    """One theme of the codebook."""

    id: str
    name: str
    domain: str
    definition: str
    home_office: str
    include: str = ""
    exclude: str = ""
    implies: tuple[str, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    unless: tuple[Phrase, ...] = ()
    addressee: bool = True
    later_sentences: bool = True
    precision: float = 1.0


@dataclass(frozen=True)
class Codebook:
    """The themes in order, with the vocabulary that the phrase rules share.

    `version` carries a hash of the content, so two codings are comparable exactly where it is the same.
    """

    version: str
    themes: tuple[Theme, ...]
    same_word: tuple[tuple[str, tuple[str, ...]], ...] = ()
    vocabulary: tuple[tuple[str, tuple[Phrase, ...]], ...] = ()
    coding_rules: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def load(cls, path: str | Path | None = None) -> "Codebook":
        """Read and check a codebook.

        Parameters
        ----------
        path
            A codebook in TOML; the one that comes with the package when left out.

        Raises
        ------
        InputError
            When the file cannot be read or a theme is malformed; the message names the theme and what to do.
        """
        file = Path(path) if path is not None else BUNDLED
        try:
            document = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{file}: the codebook cannot be read ({error}). Give the path of a TOML file.") from error
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{file}: not valid TOML ({error}). Check quotes, commas and brackets there.") from error
        return _codebook(document, str(file))

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The theme ids in codebook order."""
        return tuple(theme.id for theme in self.themes)

    @cached_property
    def _by_id(self) -> dict[str, Theme]:
        return {theme.id: theme for theme in self.themes}

    def theme(self, theme: str) -> Theme:
        """Return the theme with this id; raises UsageError when there is none."""
        if found := self._by_id.get(theme):
            return found
        raise UsageError(f"No theme '{theme}' in codebook {self.version}. Known themes: {', '.join(self.ids)}.")

    def home_office(self, theme: str) -> str:
        """Return the Home Office DHR Library tag that a theme rolls up to."""
        return self.theme(theme).home_office

    @cached_property
    def _wider(self) -> dict[str, set[str]]:
        """Each theme with all that it implies, and what that implies."""
        found: dict[str, set[str]] = {}
        for theme in self.ids:
            reached, todo = {theme}, [theme]
            while todo:
                new = set(self.theme(todo.pop()).implies) - reached
                reached |= new
                todo += new
            found[theme] = reached
        return found

    def close(self, themes: Iterable[str]) -> list[str]:
        """Return the themes with all that they imply, in codebook order; `other` only where it stands alone."""
        found = set[str]().union(*(self._wider[self.theme(theme).id] for theme in themes))
        if len(found) > 1:
            found.discard(OTHER)
        return [theme for theme in self.ids if theme in found] if len(found) > 1 else list(found)


def parse_phrase(text: str) -> Phrase:
    """Read one line in the codebook's phrase notation.

    Parameters
    ----------
    text
        Words; `(a|b)` for alternatives (`(a|)`: may be left out); `...` or ` + ` between parts, read left to right.

    Raises
    ------
    ValueError
        When brackets do not close or a part has no words.
    """
    gaps = tuple(GAP if joint == "..." else None for joint in _JOINT.findall(text))
    parts = []
    for part in _JOINT.split(text):
        pieces = _CHOICE.split(part)
        if any(sign in piece for piece in pieces for sign in "()") or any("|" in piece for piece in pieces[::2]):
            raise ValueError("has a bracket that does not close, brackets within brackets, or '|' outside brackets")
        # re.split puts what stood in brackets at the odd places.
        choices = [piece.split("|") if place % 2 else [piece] for place, piece in enumerate(pieces)]
        wordings = dict.fromkeys(" ".join("".join(words).split()) for words in product(*choices))
        if "" in wordings:
            raise ValueError("has a part without words")
        parts.append(tuple(wordings))
    return Phrase(tuple(parts), gaps)


def _phrases(lines: Any, where: str) -> tuple[Phrase, ...]:
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise InputError(f'{where} must be a list of phrases in quotes, such as ["safety plan", "dash"].')
    parsed = []
    for line in lines:
        try:
            parsed.append(parse_phrase(line))
        except ValueError as error:
            raise InputError(f"{where}: the phrase '{line}' {error}. Correct this phrase.") from error
    return tuple(parsed)


def _theme(entry: dict[str, Any], domain: str, tags: list[str], implies: dict[str, list[str]], file: str) -> Theme:
    where = f"{file}: theme '{entry.get('id') or entry.get('name', '?')}'"
    if missing := [key for key in _REQUIRED if not isinstance(entry.get(key), str) or not entry[key].strip()]:
        raise InputError(f"{where} has no {' and no '.join(missing)}. Add the missing line in quotes.")
    if unknown := sorted(set(entry) - {*_REQUIRED, *_OPTIONAL}):
        raise InputError(f"{where} has an unknown entry '{unknown[0]}'. Use: {', '.join((*_REQUIRED, *_OPTIONAL))}.")
    if entry["home_office"] not in tags:
        raise InputError(f"{where}: home_office '{entry['home_office']}' is unknown. Use one of: {', '.join(tags)}.")
    precision = entry.get("precision", 1.0)
    if isinstance(precision, bool) or not isinstance(precision, int | float) or not 0 <= precision <= 1:
        raise InputError(f"{where}: precision is {precision!r}. Give a number from 0 to 1, or leave it out.")
    for key in ("addressee", "later_sentences"):
        if not isinstance(entry.get(key, True), bool):
            raise InputError(f"{where}: {key} is {entry[key]!r}. Write true or false, without quotes.")
    phrases = _phrases(entry.get("phrases", []), f"{where}, phrases")
    if not phrases and entry["id"] != OTHER:
        raise InputError(f"{where} has no phrases, so no rule could ever give it. Add at least one.")
    return Theme(
        **{key: entry[key] for key in _REQUIRED},
        domain=domain,
        include=entry.get("include", ""),
        exclude=entry.get("exclude", ""),
        implies=tuple(implies.get(entry["id"], ())),
        phrases=phrases,
        unless=_phrases(entry.get("unless", []), f"{where}, unless"),
        addressee=entry.get("addressee", True),
        later_sentences=entry.get("later_sentences", True),
        precision=float(precision),
    )


def _codebook(document: dict[str, Any], file: str) -> Codebook:
    if not re.fullmatch(r"\d+\.\d+\.\d+", str(document.get("version", ""))):
        raise InputError(f'{file}: the codebook has no version such as "1.2.0". Add a version line.')
    tags, implies = document.get("home_office_tags", []), document.get("implies", {})
    themes = [
        _theme(entry, domain.get("id", "?"), tags, implies, file)
        for domain in document.get("domain", [])
        for entry in domain.get("theme", [])
    ]
    ids = [theme.id for theme in themes]
    for theme in ids:
        if ids.count(theme) > 1:
            raise InputError(f"{file}: theme '{theme}' stands there more than once. Give each theme its own id.")
    if OTHER not in ids:
        raise InputError(f"{file}: there is no theme '{OTHER}'. Add it, for recommendations that nothing else fits.")
    for parent, theme in [(p, t) for t, parents in implies.items() for p in [t, *parents]]:
        if parent not in ids or OTHER in (parent, theme):
            raise InputError(f"{file}: [implies] of theme '{theme}' names '{parent}'. Use ids of themes but '{OTHER}'.")
    heads: dict[str, str] = {}
    for head, forms in document.get("same_word", {}).items():
        if not head.strip():
            raise InputError(f"{file}: [same_word] has an empty word at the head of {forms}. Write one of them there.")
        for form in forms:
            if heads.setdefault(form, head) != head:
                raise InputError(f"{file}: [same_word] has '{form}' under '{heads[form]}' and '{head}'. Keep one.")
    content = json.dumps(document, sort_keys=True, ensure_ascii=False).encode()
    return Codebook(
        version=f"{document['version']}+{hashlib.sha256(content).hexdigest()[:8]}",
        themes=tuple(themes),
        same_word=tuple((head, tuple(forms)) for head, forms in document.get("same_word", {}).items()),
        vocabulary=tuple(
            (name, _phrases(lines, f"{file}: [vocabulary] {name}"))
            for name, lines in document.get("vocabulary", {}).items()
        ),
        coding_rules=tuple(document.get("coding_rules", ())),
    )
