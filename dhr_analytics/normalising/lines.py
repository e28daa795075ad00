"""Lines: what a line of text, or a cell alone in its row, is - heading, title, caption, furniture."""

from __future__ import annotations

import re

from dhr_analytics.normalising.cells.agencies import is_agency
from dhr_analytics.normalising.cells.dates import read_target
from dhr_analytics.normalising.roles import asks
from dhr_analytics.vocabulary import terms

_COUNT = (
    r"\d{1,3}(?:\.\d{1,2})?[a-z]?|[ivx]{1,6}(?=\W)|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"thirteen|fourteen|fifteen"
)
NUMBERED_HEADING = re.compile(
    rf"^(?P<number>(?:recommendation|rec|theme|priority|objective)\s*\.?\s*(?:no\.?\s*)?(?:{_COUNT}))"
    r"(?:\s*[:.)–—-]+\s*|\s+(?=[A-Z])|(?<=\))\s*)(?=\S)",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"^\s*(?P<number>\(?(?:R(?:ec(?:ommendation)?)?\.?\s?)?(?:\d{1,3}(?:\.\d{1,2}){0,2}[a-z]?|"
    r"(?=[ivxl])(?:x{0,3}(?:ix|iv|v?i{0,3}))|(?-i:[A-Za-z])|[A-Z]{1,6}\d{1,2})(?:[.):](?!\d)|\s[–-](?=\s))|"
    r"(?-i:R\d{1,2}|[A-Z]{2,6}\d{1,2}|\d{1,2}\.\d{1,2})(?=\s+[A-Z]))\s*(?=\S)",
    re.IGNORECASE,
)
NUMBER_ALONE = re.compile(
    rf"(?:(?:recommendation|rec)\.?\s*(?:no\.?\s*)?(?:{_COUNT}|\d{{1,3}})|R\s?\d{{1,3}})\s*[.:]?", re.IGNORECASE
)
GUIDANCE = re.compile(
    r"\(?(?:this (?:is|should|column)\b|here you\b|please\b|insert\b|enter\b|additional rows\b|use this\b|"
    r"choose (?:one|from)\b|select\b|see key\b|as (?:in|worded in) the (?:overview )?report\b|"
    r"the recommendation as\b|main steps\b|what (?:is|are|do|does|has|will) |which (?:is|are|agency)\b|"
    r"the (?:numbered\b|words?\b|number\b|recommendation (?:as|from|in)\b|(?:date|person|agency|body|action|owner|"
    r"difference|evidence)\b(?= \w+ (?:when|who|that|which|is|are|will|you)\b| (?:when|who|that|which|you|will)\b))|"
    r"see (?:below|above|key)\b|when (?:the|you|this)\b|what (?:you|difference)\b|"
    r"who (?:is|will) |when (?:is|will) |how (?:is|will|do) |list the\b|state the\b|describe\b|provide the\b|"
    r"provide details\b|progress status \(see)|local, regional or national\?",
    re.IGNORECASE,
)
TITLE = re.compile(
    r"\b(?:action|learning|improvement)\s+plan\b|\bappendix\b|\bannex\b|"
    r"\bdomestic\s+(?:homicide|abuse\s+related\s+death)\s+review\b|"
    r"\b(?:action|learning|improvement|recommendations?|implementation|DHR|DARDR)\s+(?:log|tracker|register)\b|"
    r"^\W*(?:DHR|DARDR)\b|\btemplate\b|\bguidance\b|\boverview\s+report\b|\bexecutive\s+summary\b",
    re.IGNORECASE,
)
# "Actions", "Table 2: actions for recommendation 3": what is below is known by its own header.
CAPTION = re.compile(
    r"\W*(?:table\s+\d+\W+)?(?:(?:the|our|agreed|planned|proposed)\s+)?"
    r"(?:actions?|action\s+(?:points|table)|next\s+steps|progress|(?:agency\s+)?response|recommendations?|"
    r"action\s+plan(?=\s+(?:for|to|on)\b.*recommendation))"
    r"(?:\s+(?:taken|agreed|planned|required))?"
    r"(?:\s+(?:for|from|to|on|under|against|arising\s+from|in\s+response\s+to)\s+(?:this\s+|the\s+)?"
    r"recommendations?(?:\s+(?:no\.?\s*)?[\w./]{1,8})?)?\W*",
    re.IGNORECASE,
)
FURNITURE = re.compile(
    r"^(?:page\s+)?\d+(?:\s*(?:of|/)\s*\d+)?$|^page\s+\d+\b|^official(?:[\s:-]+sensitive)?\b|^restricted\b|"
    r"^\[[^\]]*\]$|^version\s+[\d.]+$|^(?:rag\s+|status\s+)?key(?:\s+to\s+\w+)?\W*$",
    re.IGNORECASE,
)
PAGE = re.compile(r"page\s+\d+(?:\s*(?:of|/)\s*\d+)?", re.IGNORECASE)
_INTRODUCES = re.compile(
    r"\bthis\s+(?:\w+\s+){0,2}(?:plan|table|document|section|log|tracker)\b|\bthe\s+(?:action\s+plan|table)\b|"
    r"\b(?:table|plan|actions|recommendations)\s+(?:is\s+|are\s+|set\s+out\s+)?below\b|"
    r"\bfollowing\s+(?:\w+\s+)?(?:table|plan|actions|recommendations)\b",
    re.IGNORECASE,
)
LABEL = re.compile(r"^\s*(?:panel\s+)?recommendation\s*[:–-]\s*", re.IGNORECASE)
_OF_ALL = re.compile(r"^recommendations\s+(?!for\b|to\b|from\b)", re.IGNORECASE)
_LONGEST_HEADING = 16


def is_heading(text: str) -> bool:
    """Return whether a line or a lone cell reads as a heading: short, a capital first, no sentence."""
    words = text.split()
    if not words or len(words) > _LONGEST_HEADING or "\n" in text.strip():
        return False
    if FURNITURE.match(text) or read_target(text).on is not None:
        return False
    return bool(NUMBERED_HEADING.match(text)) or _reads_as_heading(text, words)


def _reads_as_heading(text: str, words: list[str]) -> bool:
    if not (text[0].isupper() or text[0].isdigit()) or re.search(r"[.;,!?]$", text):
        return False
    if re.search(r",\s+[a-z]", text) and not is_agency(text):
        return False  # a remark
    if NUMBER.match(text) and not (len(words) <= 8 and is_agency(NUMBER.sub("", text))):
        return False
    return len(words) <= 12 or is_agency(text)


def is_title(text: str) -> bool:
    """Return whether a line names the document."""
    return bool(TITLE.search(text)) and len(text.split()) <= 20


def names_document(text: str) -> bool:
    """Return whether a heading above all rows names the document or its table, not a part of it."""
    return not NUMBERED_HEADING.match(text) and (is_title(text) or bool(_OF_ALL.search(text)))


def is_noise(text: str) -> bool:
    """Return whether a cell holds neither a word nor a date: stray letters, icons and marks of a bad scan."""
    short = ("all", "gp", "no", "it", "hr")
    return not re.search(r"[^\W\d_]{3,}|\b20\d\d\b|\d[./]\d", text) and terms.fold(text) not in short


def numbered(text: str) -> re.Match[str] | None:
    """Match the number that opens a line: "Recommendation 3: ...", "R3 ...", "3. ..."."""
    return NUMBERED_HEADING.match(text) or NUMBER.match(text)


def words_a_recommendation(text: str) -> bool:
    """Return whether a line is worded as a recommendation: by its number, its label, or by what it asks for."""
    words = len(text.split())
    if LABEL.match(text) or NUMBERED_HEADING.match(text):
        return words >= 4
    if FURNITURE.match(text) or _INTRODUCES.search(text):
        return False
    return words >= 5 if numbered(text) else words >= 6 and asks(text)


def plain_number(number: str) -> str:
    """Return a number without the word before it: "Recommendation 3" is 3; a number in words stays as printed."""
    bare = re.sub(
        r"^\W*(?:recommendation|rec)\b\.?\s*(?:no\.?\s*)?(?=[\divxl])", "", number.strip(), flags=re.IGNORECASE
    )
    return bare.strip(" :–—-") if re.match(r"\d|[ivxl]+\b", bare, re.IGNORECASE) else number.strip(" :–—-")
