"""Coding: from texts to the rows of themes.csv, by the phrase rules and the trained model together.

Both are joined to one probability for each theme (see `model`). A theme is given from its threshold on; those that are
neither clearly given nor clearly not stand in `review_queue`. Human decisions are laid over these rows elsewhere.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import accumulate, chain, compress, islice
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dhr_analytics.errors import InputError
from dhr_analytics.processes import end_with_parent
from dhr_analytics.themes.codebook import OTHER, Codebook
from dhr_analytics.themes.model import (
    Model,
    Read,
    load_model,
    probabilities,
    rule_hits,
    scores,
    shares,
    weigh,
)
from dhr_analytics.themes.rules import Evidence, read_texts

COLUMNS = ("id", "theme", "source", "probability", "evidence", "start", "end", "codebook_version")
QUEUE = ("id", "theme", "probability", "given", "evidence", "start", "end", "usefulness")
SHORT_TEXT = 5
# Where no theme reaches its threshold, the likeliest is given from here on rather than `other`.
FLOOR = 0.35
UNSURE = (0.2, 0.7)
EVIDENCE_WORDS = 6
# Small enough for the arrays to stay in the processor's cache.
_PORTION = 250


class _Coded(NamedTuple):
    """What is known of one text: the themes' probabilities, which are given, and where their evidence stands.

    `added` is what each word adds to the score of each theme, see `model.shares`.
    """

    text: str
    whole: str
    read: Read
    added: np.ndarray
    found: dict[str, list[Evidence]]
    heading: dict[str, Evidence]
    chance: dict[str, float]
    given: list[str]


def code_texts(frame: pd.DataFrame, codebook: Codebook | None = None, *, model: Model | None = None) -> pd.DataFrame:
    """Code texts to themes by the codebook's phrase rules and the trained model.

    Parameters
    ----------
    frame
        Columns `id` (unique) and `text`; optionally `section`, the heading above the text. The heading is read only
        where the text has fewer than five words and so does not stand alone.
    codebook
        The codebook that comes with the package when left out.
    model
        The one trained for this codebook when left out (kept in a cache).

    Returns
    -------
    pandas.DataFrame
        One row for each id and theme, in input order and then codebook order. `source` is `rule` where a phrase of
        the codebook fired, else `model`. `probability` is calibrated. `text[start:end]` is `evidence`: the rule match,
        or the run of at most six words, that adds most to the theme. `start` and `end` are empty where the words stand
        in the heading, and where the theme is `other`, which has no evidence. Each text is coded by itself, so the
        rows do not depend on what else is in the frame.

    Raises
    ------
    InputError
        When a column is missing or an id is repeated.
    """
    codebook = codebook or Codebook.load()
    model = model or load_model(codebook)
    coded = _code(frame, codebook, model)
    rows = [
        (identity, *row, codebook.version)
        for identity, one in zip(frame["id"], coded, strict=True)
        for row in _rows(one, codebook, model)
    ]
    return _frame(rows, COLUMNS, frame["id"].dtype)


def code_recommendations(
    recommendations: pd.DataFrame, codebook: Codebook | None = None, *, model: Model | None = None
) -> pd.DataFrame:
    """Code the recommendations of a plan package.

    Parameters
    ----------
    recommendations
        The table of that name: `recommendation_id`, `text` and, where there is one, `section`.
    codebook, model
        As for `code_texts`.

    Returns
    -------
    pandas.DataFrame
        As from `code_texts`, with `recommendation_id` in place of `id`.

    Raises
    ------
    InputError
        When a column is missing or a recommendation_id is repeated.
    """
    if "recommendation_id" not in recommendations.columns:
        raise InputError("The recommendations have no column 'recommendation_id'. Give the table of a plan package.")
    texts = recommendations.drop(columns="id", errors="ignore").rename(columns={"recommendation_id": "id"})
    return code_texts(texts, codebook, model=model).rename(columns={"id": "recommendation_id"})


def code_stream(
    frames: Iterable[pd.DataFrame], codebook: Codebook | None = None, *, model: Model | None = None, jobs: int = 1
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Code frames one after the other, so that millions of texts need the memory of a few frames.

    Parameters
    ----------
    frames
        As for `code_texts`, for instance from `read_texts`. That ids are unique is checked within each frame only.
    codebook, model
        As for `code_texts`.
    jobs
        1 or more: frames coded at the same time, each in a process of its own; a single frame is coded in this one.
        On Linux the processes end with the thread that asked for the first frame.

    Yields
    ------
    tuple of pandas.DataFrame
        Each frame with its rows, as from `code_texts`, in the order of the frames whatever `jobs` is.
    """
    codebook = codebook or Codebook.load()
    model = model or load_model(codebook)
    coming = iter(frames)
    first = list(islice(coming, 2))
    if jobs == 1 or len(first) < 2:
        for frame in chain(first, coming):
            yield frame, code_texts(frame, codebook, model=model)
        return
    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(codebook, model)) as pool:
        waiting: deque[tuple[pd.DataFrame, Future[pd.DataFrame]]] = deque()
        try:
            for frame in chain(first, coming):
                waiting.append((frame, pool.submit(_code_here, frame)))
                if len(waiting) > jobs:
                    done, rows = waiting.popleft()
                    yield done, rows.result()
            for done, rows in waiting:
                yield done, rows.result()
        except BrokenProcessPool as error:
            raise InputError(
                "A process was ended from outside, most likely for want of memory. Code with one job (--jobs 1)."
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


# What a worker process codes with, given to it once.
_given: list[Any] = []


def _begin(codebook: Codebook, model: Model) -> None:
    end_with_parent()
    _given[:] = codebook, model


def _code_here(frame: pd.DataFrame) -> pd.DataFrame:
    codebook, model = _given
    return code_texts(frame, codebook, model=model)


def review_queue(frame: pd.DataFrame, codebook: Codebook | None = None, *, model: Model | None = None) -> pd.DataFrame:
    """List the themes that a person should decide, most useful first.

    A theme is listed where its probability lies from 0.2 to 0.7. `usefulness` is how unsure it is, 4 p (1 - p),
    divided by the square root of how many of these texts are expected to have the theme: one decision changes the
    count of a rare theme more than that of a common one.

    Parameters
    ----------
    frame, codebook, model
        As for `code_texts`.

    Returns
    -------
    pandas.DataFrame
        `id`, `theme`, `probability`, `given` (whether it stands in the coding), `evidence`, `start`, `end` and
        `usefulness`, from the most useful down, then in input and codebook order.
    """
    codebook = codebook or Codebook.load()
    model = model or load_model(codebook)
    coded, expected, rows = _code(frame, codebook, model), dict.fromkeys(codebook.ids, 1.0), []
    for identity, one in zip(frame["id"], coded, strict=True):
        for theme, p in one.chance.items():
            expected[theme] += p
        unsure = {theme: p for theme, p in one.chance.items() if UNSURE[0] <= p <= UNSURE[1]}
        places = _places(one, list(unsure), model)
        rows += [(identity, theme, p, theme in one.given, *places[theme]) for theme, p in unsure.items()]
    rows = [
        (identity, theme, round(p, 4), *rest, 4 * p * (1 - p) / expected[theme] ** 0.5)
        for identity, theme, p, *rest in rows
    ]
    queue = _frame(rows, QUEUE, frame["id"].dtype).astype({"given": "bool", "usefulness": "float64"})
    return queue.sort_values("usefulness", ascending=False, kind="stable", ignore_index=True)


def chances(frame: pd.DataFrame, codebook: Codebook | None = None, *, model: Model | None = None) -> pd.DataFrame:
    """Return the probability of every theme for every text: one row for each text (index: id), themes as columns.

    Parameters
    ----------
    frame, codebook, model
        As for `code_texts`. Themes that the model has not learnt are 0 where no rule fired.
    """
    codebook = codebook or Codebook.load()
    model = model or load_model(codebook)
    themes = [theme for theme in codebook.ids if theme != OTHER]
    rows = [[one.chance.get(theme, 0.0) for theme in themes] for one in _code(frame, codebook, model)]
    return pd.DataFrame(rows, index=pd.Index(frame["id"], name="id"), columns=themes, dtype="float64")


def _frame(rows: list[tuple[object, ...]], columns: tuple[str, ...], key: object) -> pd.DataFrame:
    kinds: dict[str, Any] = {"id": key, "probability": "float64", "start": "Int64", "end": "Int64"}
    kinds |= dict.fromkeys(("theme", "source", "evidence", "codebook_version"), "str")
    return pd.DataFrame(rows, columns=list(columns)).astype({name: kinds[name] for name in columns if name in kinds})


def _strings(frame: pd.DataFrame, column: str) -> list[str]:
    return ["" if pd.isna(value) else str(value) for value in frame[column]]


def _code(frame: pd.DataFrame, codebook: Codebook, model: Model) -> Iterator[_Coded]:
    """Check the frame, then code it a portion at a time, so that a long one needs little memory."""
    if missing := [column for column in ("id", "text") if column not in frame.columns]:
        seen = ", ".join(map(str, frame.columns))
        raise InputError(f"The texts have no column '{missing[0]}' (seen: {seen}). Give the columns id and text.")
    if frame["id"].duplicated().any():
        repeated = frame.loc[frame["id"].duplicated(), "id"].iloc[0]
        raise InputError(f"The id '{repeated}' stands there more than once. Give each text its own id.")
    texts = _strings(frame, "text")
    sections = _strings(frame, "section") if "section" in frame.columns else [""] * len(texts)
    headings = [s if len(t.split()) < SHORT_TEXT else "" for t, s in zip(texts, sections, strict=True)]
    portions = [slice(first, first + _PORTION) for first in range(0, len(texts), _PORTION)]
    return chain.from_iterable(_code_portion(texts[each], headings[each], codebook, model) for each in portions)


def _code_portion(texts: list[str], headings: list[str], codebook: Codebook, model: Model) -> Iterator[_Coded]:
    readings = read_texts(texts, codebook)
    wholes = [f"{text}\n. {heading}" if heading else text for text, heading in zip(texts, headings, strict=True)]
    reads, found, in_heading = [], [], []
    for reading, whole, heading in zip(readings, wholes, headings, strict=True):
        above, both = read_texts([heading, whole], codebook) if heading else (None, reading)
        reads.append(weigh(both))
        found.append(_by_theme(reading.evidence))
        in_heading.append({theme: each[0] for theme, each in _by_theme(above.evidence if above else []).items()})
    added = shares(model, reads)
    matches = [[*reading.evidence, *above.values()] for reading, above in zip(readings, in_heading, strict=True)]
    joined = probabilities(model, scores(model, added), rule_hits(codebook, matches, model.themes))
    reached = (joined >= model.thresholds).tolist()
    implying = {theme.id for theme in codebook.themes if theme.implies}
    for number, read in enumerate(reads):
        chance = dict(zip(model.themes, joined[number].tolist(), strict=True))
        given = list(compress(model.themes, reached[number])) if read.forms else []
        # A theme that the model has not learnt stands on its rules alone.
        for theme in dict.fromkeys(match.theme for match in matches[number] if match.theme not in model.themes):
            chance[theme] = codebook.theme(theme).precision
            given.append(theme)
        if not given and read.forms and chance and max(chance.values()) >= FLOOR:
            given = [max(chance, key=lambda theme: chance[theme])]
        for theme in [theme for theme in given if theme in implying]:
            for wider in codebook.close([theme]):
                chance[wider] = max(chance.get(wider, 0.0), chance[theme])
        yield _Coded(
            texts[number],
            wholes[number],
            read,
            added[number],
            found[number],
            in_heading[number],
            chance,
            codebook.close(given),
        )


def _by_theme(evidence: Iterable[Evidence]) -> dict[str, list[Evidence]]:
    matches: dict[str, list[Evidence]] = {}
    for match in evidence:
        matches.setdefault(match.theme, []).append(match)
    return matches


def _rows(one: _Coded, codebook: Codebook, model: Model) -> list[tuple[object, ...]]:
    """Return theme, source, probability, evidence, start and end for all themes of one text."""
    if not one.given:
        known = [p for theme, p in one.chance.items() if theme in model.themes]
        sure = round(1 - max(known), 4) if known and one.read.forms else codebook.theme(OTHER).precision
        return [(OTHER, "rule" if not known else "model", sure, "", pd.NA, pd.NA)]
    places = _places(one, one.given, model)
    implying = [theme for theme in one.given if codebook.theme(theme).implies]
    child = {parent: theme for theme in implying for parent in codebook.close([theme]) if parent != theme}
    rows: list[tuple[object, ...]] = []
    for theme in one.given:
        # A parent that has no words of its own stands on those of the child that implies it.
        stands_on = theme if theme in one.found or theme in one.heading else child.get(theme, theme)
        ruled = stands_on in one.found or stands_on in one.heading
        rows.append((theme, "rule" if ruled else "model", round(one.chance[theme], 4), *places[stands_on]))
    return rows


def _places(one: _Coded, themes: Sequence[str], model: Model) -> dict[str, tuple[object, ...]]:
    """Return evidence, start and end for each theme: the rule match, or else the words, that add most to its score."""
    places: dict[str, tuple[object, ...]] = {}
    for theme in themes:
        matches, heading = one.found.get(theme, []), one.heading.get(theme)
        column = model.themes.index(theme) if theme in model.themes and one.read.forms else None
        if len(matches) == 1 or matches and column is None:
            places[theme] = (matches[0].words, matches[0].start, matches[0].end)
        elif not matches and heading:
            places[theme] = (heading.words, pd.NA, pd.NA)
        elif column is None:
            places[theme] = ("", pd.NA, pd.NA)
        else:
            by_word = one.added[:, column].tolist()
            places[theme] = _strongest(matches, one.read, by_word) if matches else _run(one, by_word)
    return places


def _strongest(matches: list[Evidence], read: Read, by_word: list[float]) -> tuple[object, ...]:
    """Return the match whose words add most; the first, and there the longest, where nothing tells them apart."""
    starts = [read.words.starts[place] for place in read.places]

    def added(match: Evidence) -> float:
        return round(sum(by_word[bisect_left(starts, match.start) : bisect_left(starts, match.end)]), 9)

    best = max(matches, key=added)
    return (best.words, best.start, best.end)


def _run(one: _Coded, by_word: list[float]) -> tuple[object, ...]:
    """Return the run of a few neighbouring words with the largest sum."""
    best, span, pairs = -np.inf, (0, 0), one.read.pairs
    most = [0.0, *accumulate(share if share > 0 else 0.0 for share in by_word)]
    most += most[-1:] * EVIDENCE_WORDS
    for first, share in enumerate(by_word):
        # A run that opens with words that do not speak for the theme is beaten by the one without them, and none can
        # be more than all that speaks for the theme within reach.
        if share <= 0 < best or most[first + EVIDENCE_WORDS] - most[first] <= best:
            continue
        total = 0.0
        for last in range(first, min(first + EVIDENCE_WORDS, len(by_word))):
            if last > first and not pairs[last]:
                break
            total += by_word[last]
            if total > best + 1e-9:
                best, span = total, (first, last)
    words, places = one.read.words, one.read.places
    start, end = words.starts[places[span[0]]], words.ends[places[span[1]]]
    in_heading = end > len(one.text)
    return (one.whole[start:end], *((pd.NA, pd.NA) if in_heading else (start, end)))
