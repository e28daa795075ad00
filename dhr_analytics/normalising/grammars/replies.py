"""Replies to recommendations: the sentence that accepts or refuses, and the body that says so."""

from __future__ import annotations

import re
from functools import cache

from dhr_analytics.vocabulary import terms

# A sentence ends at its stop, or at a reference in brackets behind it: "... a year. (41.2)".
_SENTENCE_END = re.compile(r"(?:(?<=[.!?])[\"”’)\]]*|(?<=\d\)))\s+(?=[\"“‘'(]?[A-Z0-9])")
_HOW = (
    r"(?:(?:fully|partially|partly|broadly|also|therefore|both|has|have|had|do|does|did|is|are"
    r"|was|not|in|part|full|principle)\s+)*"
)
_BARE = 4  # words of a reply without a subject: "Agreed in part."
_AFTER = (
    r"(?=\s*[.,;:–—-]|\s*$|\s+(?:this|these|the\s+recommendation|recommendation"
    r"|in\s+(?:principle|part|full)|with\s+(?:the|this)|and|both|fully|subject|under)\b)"
)
_HOW_FAR = r"[Ff]ully|[Pp]artially|[Pp]artly|[Nn]ot\b"
_NO_SUBJECT = rf"should|must|to\b|that|who|which|if|when|where|{_HOW_FAR}"


@cache
def _reply() -> re.Pattern[str]:
    verbs = terms.any_of("prose", "reply").pattern
    subject = rf"(?P<body>(?:(?!{_NO_SUBJECT})[\w’'&/-]+\s+){{1,8}}?)"
    return re.compile(rf"(?:{subject})?(?i:{_HOW}{verbs}){_AFTER}.*", re.DOTALL)


def split_reply(text: str, *, first: bool) -> tuple[str, str, str, str] | None:
    """Find the sentence of a paragraph that replies to a recommendation.

    Parameters
    ----------
    text : str
    first : bool
        Whether the first sentence may be the reply; where it opens the wording, it is not.

    Returns
    -------
    tuple of str or None
        What is before the reply, the reply, what follows, and the body that replies.
    """
    sentences = _SENTENCE_END.split(text)
    for i, sentence in enumerate(sentences):
        found = _reply().fullmatch(sentence) if i or first else None
        if found and (found["body"] or first or len(sentence.split()) <= _BARE):
            before, after = " ".join(sentences[:i]), " ".join(sentences[i + 1 :])
            return before, sentence, after, body_of(found["body"] or "")
    return None


def body_of(words: str) -> str:
    """Return the name of a body, without article; ``""`` for "we" and for common nouns."""
    name = re.sub(r"^(?:the|a)\s+", "", words.strip(), flags=re.IGNORECASE)
    known = name[:1].isupper() and name.lower() not in terms.words("prose", "nobody")
    return name if known else ""
