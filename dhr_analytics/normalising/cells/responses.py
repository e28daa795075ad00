"""Responses: how a body answers a recommendation. To accept it is a reply, not yet progress."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from dhr_analytics.vocabulary import terms

_KINDS = ("not_accepted", "accepted_in_part", "already_in_place", "noted", "accepted")
_NEAR = 200  # letters before an answer in which its sentence begins
_OPENS = r"(?:^|(?<=[.!?;:\n(–—-]))\W*"
_ABOUT = r"(?:with\s+)?(?:(?:this|that|the|these|both|all|our|your|its)\s+)?(?:\w+\s+){0,2}?recommendations?\b"
_IT = r"(?:(?:this|it)\b(?!\s+\w+ed\b)|(?:with\s+)?(?:this|it)\b(?=\W*$|\s*[.,;:]))"
# What may follow an answer that is a statement of its own; "Agreed at the July board" is none.
_ENDS = (
    r"(?=\s*(?:$|[.,;:!)(–—\n-])|\s+(?:in\s+(?:principle|part|full)|subject\s+to|and|but|however|although|because|as|"
    r"with\s+(?:modification|amendment|reservation|comment)s?|without)\b)"
)
_HAS_BEEN = (
    r"(?:recommendations?|this|it)\s+(?:(?:\d+|\w)\s+)?(?:(?:is|was|are|were|(?:has|have)\s+been)\s+)?(?:\w+ly\s+)?"
)


@cache
def _words(kind: str) -> str:
    return terms.any_of("responses", kind).pattern if terms.words("responses", kind) else r"(?!)"


@cache
def _answer() -> re.Pattern[str]:
    """Match an answer, the leftmost first; the group that matched names its kind."""
    each = []
    for kind in _KINDS:
        opening, saying = _words(f"{kind} opening"), _words(f"{kind} saying")
        ends = rf"(?:{_ENDS}|(?=\s+by\b))" if kind == "not_accepted" else _ENDS  # "Agreed by the board" is no reply
        forms = (
            rf"{_OPENS}(?:we\s+)?(?:the\s+)?(?:{_HAS_BEEN})?{opening}{ends}",
            rf"(?:{opening}|{saying})\s+(?:{_ABOUT}|{_IT})",
            rf"\brecommendations?\s+(?:\w+\s+)?(?:is|was|are|were|(?:has|have)\s+been)\s+{opening}",
            saying + ("" if kind == "already_in_place" else _ENDS),
        )
        each.append(f"(?P<{kind}>{'|'.join(forms)})")
    return re.compile("|".join(each), re.IGNORECASE)


@lru_cache(maxsize=4096)
def read_response(text: str) -> str:
    """Read how a body answers a recommendation.

    Parameters
    ----------
    text : str
        A response cell, or a reply in prose.

    Returns
    -------
    str
        ``accepted``, ``accepted_in_part`` (in principle too), ``not_accepted``, ``noted``, ``already_in_place``, or
        ``""`` where the text gives no answer. The first answer of the text counts.
    """
    match = next((hit for hit in _answer().finditer(text) if not _supposed(text, hit.start())), None)
    if match is None:
        return ""
    kind = match.lastgroup or ""
    sentence = re.split(r"[.;\n]", text[match.end() :], maxsplit=1)[0]
    limited = re.search(_words("accepted_in_part condition"), match[0] + sentence, re.IGNORECASE)
    return "accepted_in_part" if kind == "accepted" and limited else kind


def _supposed(text: str, start: int) -> bool:
    """Return whether an answer is one that somebody may give: "where a client does not agree"."""
    head = re.split(r"[.;\n]", text[max(0, start - _NEAR) : start])[-1]
    return re.search(_words("supposed"), head, re.IGNORECASE) is not None


@lru_cache(maxsize=4096)
def without_response(text: str) -> str:
    """Take the words of a reply out of a text: what is left may report progress."""
    kept = _answer().sub(lambda match: match[0] if match.lastgroup == "already_in_place" else " ", text)
    return re.sub(r"\b(?:and\s+)?respond(?:ed|s)\s+as\s+follows\b", " ", kept) if kept != text else text
