"""Misaddressed recommendations: asked of one body and given to another, or asked of the wrong department.

Built to be seldom wrong rather than to find all: what it cannot place it passes over.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from dhr_analytics.errors import InputError
from dhr_analytics.themes.actions import Folded, pattern_of

BUNDLED = Path(__file__).with_name("addressees.toml")
COLUMNS = ("recommendation_id", "asked", "given_to", "reason", "evidence")

_HOME_OFFICE = "Home Office"
# Leads of these sectors follow up what others are to do, or could be anybody.
_ANYBODY = ("", "other", "community safety partnership")
_SENTENCE = re.compile(r"(?<=[.?!;])\s+(?=[A-Z(])")
# Words are folded: "recommended" is "recommend". In "police records to be kept" nobody is addressed.
_LEAD_IN = "for|that|alongside|this|additionally|also|it|is|recommend|the|panel|recommendation|review"
_NOT = "to|with|in|by|from|across|between|where|when|if|which|who|that|for(?! (?:education|work|level))"
_INNER = rf"(?!(?:{_NOT}) )[^\s.;!?]+"
_ASKS = re.compile(
    rf" (?:(?:{_LEAD_IN}) )*(?P<head>{_INNER}(?: {_INNER}){{0,9}}?)"
    r" (?:should|must|shall|will|to|need to|ought to|consider) (?!be )"
)
_ACT = re.compile(r" (?:contact|writ|ask|invit|request|approach|encourag|work|liais|support|train|remind|requir|shar) ")
# "As well as this, the Partnership should": who is to act stands after the comma.
_OPENER = re.compile(
    r"(?:as|once|following|further|furthermore|moreover|finally|until|unless|while|whilst|given|after|before|during|"
    r"having|besides|similarly|equally|likewise|therefore|however|alongside|in|at|to|through|by|with|where|when|if|on|"
    r"for|from|under|since|because|although|additionally|also)\b[^.;:!?]*?,\s+",
    re.I,
)
_AFTER_NAME = frozenset(
    "and the its staff officer manager practitioner team service department clinician worker social maternity "
    "safeguard unit supervisor sergeant also jointly".split()
)


class Body(NamedTuple):
    """One kind of body that recommendations address."""

    kind: str
    sectors: tuple[str, ...]
    national: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Addressees:
    """Kinds of bodies, what the Home Office owns, and what other departments own."""

    bodies: tuple[Body, ...]
    names: re.Pattern[str]
    own: re.Pattern[str]
    owners: tuple[tuple[str, re.Pattern[str]], ...]


@lru_cache(maxsize=4)
def load_addressees(path: Path = BUNDLED) -> Addressees:
    """Read the kinds of bodies and the subjects of departments from a TOML file.

    Raises
    ------
    InputError
        When the file cannot be read, an entry is missing or a phrase is malformed.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        bodies = tuple(
            Body(
                entry["kind"],
                tuple(entry["sectors"]),
                entry.get("national", False),
                pattern_of(entry["names"], f"{path}: body '{entry['kind']}'"),
            )
            for entry in document["body"]
        )
        every = pattern_of((name for entry in document["body"] for name in entry["names"]), str(path))
        owners = tuple(
            (entry["department"], pattern_of(entry["subjects"], f"{path}: owner '{entry['department']}'"))
            for entry in document["owner"]
        )
        return Addressees(bodies, every, pattern_of(document["home_office"]["own"], str(path)), owners)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
        raise InputError(f"{path}: cannot be read ({error}). Compare it with the file that came with it.") from error


def misaddressed(
    recommendations: pd.DataFrame, actions: pd.DataFrame, *, addressees: Addressees | None = None
) -> pd.DataFrame:
    """Flag recommendations that ask one body and are given to another, or that ask the wrong department.

    Parameters
    ----------
    recommendations
        The table of that name: `recommendation_id` and `text`.
    actions
        The table of that name: `recommendation_id`, `lead_agency`, `agency` and `sector`.
    addressees
        Those that come with the package when left out.

    Returns
    -------
    pandas.DataFrame
        One row for each flag: recommendation_id, asked (the kind of body), given_to (the leads, as the package names
        them), reason, and evidence, words of the recommendation.

    Notes
    -----
    A recommendation is flagged only when its wording addresses bodies of a known kind, and no lead of its actions is
    such a body, has a sector that fits it, or could be anybody. Of several bodies asked, one that acts is enough.
    """
    known = addressees or load_addressees()
    leads: dict[str, list[tuple[str, str]]] = {}
    columns = (actions[name] for name in ("recommendation_id", "lead_agency", "agency", "sector"))
    for owner, lead, agency, sector in zip(*columns, strict=True):
        if lead or agency:
            leads.setdefault(owner, []).append((agency or lead, sector))
    rows = []
    for owner, text in zip(recommendations["recommendation_id"], recommendations["text"], strict=True):
        asked, others = _asked(str(text), known)
        given = leads.get(owner, [])
        to = "; ".join(dict.fromkeys(name for name, _ in given))
        names = " and ".join(dict.fromkeys(body.kind for body, _, _ in asked))
        if wrong := _wrong_department(asked, str(text), known):
            rows.append((owner, _HOME_OFFICE, to, *wrong))
        elif (
            asked
            and given
            and not others
            and not any(_fits(body, lead, known) for body, _, _ in asked for lead in given)
        ):
            before = Folded(str(text).partition(asked[0][1])[0])
            if any(Folded(to).find(body.pattern) and before.find(body.pattern) for body in known.bodies):
                continue  # an earlier sentence speaks of what the lead is to do
            rows.append((owner, names, to, f"the wording asks {names}, the plan gives it to {to}", asked[0][1]))
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)


def _asked(text: str, known: Addressees) -> tuple[list[tuple[Body, str, Folded]], bool]:
    """Return each body that a sentence addresses, the words that do, and the sentence; and whether others are asked.

    Others are those whose kind cannot be told, such as "The Trust": what the plan gives away may be theirs.
    """
    found, others = list[tuple[Body, str, Folded]](), False
    for number, sentence in enumerate(map(Folded, _SENTENCE.split(text))):
        opener = _OPENER.match(sentence.text)
        asking = Folded(sentence.text[opener.end() :]) if opener else sentence
        turn = _ASKS.match(asking.words)
        if turn is None:
            continue
        head = f" {turn['head']} "
        named = [match.group() for match in known.names.finditer(head)]
        quote = asking.quote(*turn.span("head"))
        # "Police records to hold ..." ends in no body, "Contact the police to ..." begins with an act, and in "The
        # Trust and the police" one is not known, so that it cannot be said who could not act.
        if (
            not named
            or set(head.rpartition(f" {named[-1]} ")[2].split()) - _AFTER_NAME
            or _ACT.match(head)
            or ":" in quote
            or not all(known.names.search(f" {part} ") for part in head.split(" and "))
        ):
            others = True
            continue
        # What only adds to the sentence before leaves open who is asked there, where that is not said.
        others = others or bool(opener and number and not found)
        for body in known.bodies:
            if any((match := body.pattern.search(f" {name} ")) and match.group() == name for name in named):
                found.append((body, quote, sentence))
    return found, others


def _fits(body: Body, lead: tuple[str, str], known: Addressees) -> bool:
    name, sector = lead
    named = [each for each in known.bodies if Folded(name).find(each.pattern)]
    if body in named:
        return True
    if body.national:
        return sector in body.sectors and not any(each.national for each in named)
    return sector in body.sectors or sector in _ANYBODY


def _wrong_department(asked: list[tuple[Body, str, Folded]], text: str, known: Addressees) -> tuple[str, str] | None:
    """Return why the Home Office is the wrong department, and the words that say so."""
    if {body.kind for body, _, _ in asked} != {_HOME_OFFICE} or Folded(text).find(known.own):
        return None
    for _, _, sentence in asked:
        for department, subjects in known.owners:
            if hit := sentence.find(subjects):
                return f"the Home Office is asked for what the {department} owns", hit[1]
    return None
