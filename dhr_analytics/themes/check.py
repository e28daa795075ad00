"""Checking a codebook against texts: `dhr codebook check`."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from textwrap import shorten

import pandas as pd

from dhr_analytics.errors import InputError
from dhr_analytics.themes.codebook import OTHER, Codebook, Phrase
from dhr_analytics.themes.rules import find_themes

EVERYTHING = 0.3
TOGETHER = 0.9
ENOUGH = 10
UNUSED = "fires on nothing"
_SHOWN, _WIDE = 3, 60
COLUMNS = ("problem", "theme", "detail")


def check_codebook(codebook: Codebook, texts: pd.DataFrame) -> pd.DataFrame:
    """Look for what an analyst should put right in a codebook.

    That the file is well formed, with every theme defined, is checked already when it is loaded.

    Parameters
    ----------
    codebook
        The codebook.
    texts
        Column `text`: recommendations to try the phrases on. Where there is a column `themes` (ids joined by `;`), its
        ids are checked too, and themes that come together are counted there rather than in the rules' own coding.

    Returns
    -------
    pandas.DataFrame
        `problem`, `theme` and `detail`, one row each, in this order: `unknown id` (in `themes`), `empty definition`
        (blank, or nothing but the name), `fires on nothing`, `fires on nearly everything` (30 % or more of the texts)
        for single phrases, and `nearly always together` (one comes with the other in 90 % or more of at least ten
        texts, and the codebook does not say that it implies it).

    Raises
    ------
    InputError
        When there is no column `text`.
    """
    if "text" not in texts.columns:
        raise InputError(f"The texts have no column 'text' (seen: {', '.join(map(str, texts.columns))}). Add it.")
    wording = ["" if pd.isna(text) else str(text) for text in texts["text"]]
    if "themes" in texts.columns:
        labels = [[theme for theme in str(themes).split(";") if theme] for themes in texts["themes"].fillna("")]
    else:
        labels = [codebook.close({match.theme for match in found}) for found in find_themes(wording, codebook)]
    rows = [*_names(codebook, labels), *_phrases(codebook, wording), *_pairs(codebook, labels)]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def told(found: pd.DataFrame) -> list[str]:
    """Say in lines for people what was found: phrases that fire on nothing by theme, with the first few.

    Parameters
    ----------
    found
        From `check_codebook`.
    """
    unused = found["problem"] == UNUSED
    rest, lines = found[~unused], []
    for theme, phrases in found[unused].groupby("theme", sort=False)["detail"]:
        some = ", ".join(shorten(phrase, _WIDE, placeholder=" ...") for phrase in phrases[:_SHOWN])
        lines.append(f"{theme}: {len(phrases)} fire on nothing: {some}{', ...' * (len(phrases) > _SHOWN)}")
    lines += [f"{row.theme}: {row.problem}: {row.detail}" for row in rest.itertuples()]
    themes = found.loc[unused, "theme"].nunique()
    return [*lines, f"{int(unused.sum())} phrases of {themes} themes fire on nothing; {len(rest)} other findings"]


def written(phrase: Phrase) -> str:
    """Return a phrase in the codebook's notation, its alternatives written out in brackets."""
    parts = ["(" + "|".join(part) + ")" if len(part) > 1 else part[0] for part in phrase.parts]
    joints = [" ... " if gap is not None else " + " for gap in phrase.gaps]
    return "".join(text for pair in zip(parts, [*joints, ""], strict=True) for text in pair)


def _names(codebook: Codebook, labels: list[list[str]]) -> Iterator[tuple[str, str, str]]:
    counts = Counter(theme for label in labels for theme in label)
    for theme in sorted(set(counts) - set(codebook.ids)):
        yield "unknown id", theme, f"in {counts[theme]} of the texts' codings, but not in the codebook"
    for entry in codebook.themes:
        if entry.definition.strip(" .").lower() in ("", entry.name.strip(" .").lower(), entry.id.lower()):
            yield "empty definition", entry.id, "says no more than the name; coders and readers need more"


def _phrases(codebook: Codebook, wording: list[str]) -> Iterator[tuple[str, str, str]]:
    # Each phrase as a theme of its own, so that one pass says how often each fires.
    single = [
        replace(theme, id=f"{theme.id}\n{place}", phrases=(phrase,), implies=())
        for theme in codebook.themes
        for place, phrase in enumerate(theme.phrases)
    ]
    found = find_themes(wording, replace(codebook, themes=tuple(single)))
    fired = Counter(theme for matches in found for theme in {match.theme for match in matches})
    for theme in single:
        name, phrase = theme.id.split("\n")[0], written(theme.phrases[0])
        if not fired[theme.id]:
            yield UNUSED, name, f"'{phrase}'"
        elif len(wording) >= ENOUGH and fired[theme.id] >= EVERYTHING * len(wording):
            yield "fires on nearly everything", name, f"'{phrase}' is in {fired[theme.id]} of {len(wording)} texts"


def _pairs(codebook: Codebook, labels: list[list[str]]) -> Iterator[tuple[str, str, str]]:
    known = [[theme for theme in codebook.ids if theme in label] for label in labels]
    alone = Counter(theme for label in known for theme in label)
    both = Counter((one, other) for label in known for one in label for other in label if one != other)
    for (one, other), n in sorted(both.items()):
        implied = other in codebook.close([one])
        if OTHER not in (one, other) and not implied and alone[one] >= ENOUGH and n >= TOGETHER * alone[one]:
            yield "nearly always together", one, f"{n} of its {alone[one]} texts have '{other}' too"
