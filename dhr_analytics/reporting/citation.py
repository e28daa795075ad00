"""Cite a figure of a pack in words, BibTeX or CSL-JSON, with all that is needed to make it again; and make it again."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.package import DESCRIPTOR
from dhr_analytics.reporting import text
from dhr_analytics.reporting.estimates import ESTIMATES, ROWS, read_estimates
from dhr_analytics.reporting.folder import MANIFEST
from dhr_analytics.reporting.view import remade
from dhr_analytics.statistics import CATALOGUE, Estimate, read_counted
from dhr_analytics.themes.codebook import Codebook, Theme

AUTHOR = "The dhr_analytics contributors"
FORMATS = ("text", "bibtex", "csl")
_TEX = {**{sign: f"\\{sign}" for sign in "&%$#_{}"}}
_TEX |= {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_PARTS = ("n", "N", "value", "low", "high")


@dataclass(frozen=True)
class Figure:
    """A figure, the pack that prints it and what the pack says of itself."""

    estimate: Estimate
    pack: Path
    manifest: Mapping[str, Any]


def find_figure(estimate_id: str, place: Path | str) -> Figure:
    """Find a figure in a pack.

    Parameters
    ----------
    estimate_id : str
    place : path
        A pack, or the folder of the packs: then the newest that prints the figure.

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        When there is no pack, or none prints the figure; the message offers the nearest.
    InputError
        When a pack cannot be read.
    """
    place, known = Path(place), dict[str, None]()
    packs = [place] if (place / MANIFEST).is_file() else [path.parent for path in place.glob(f"*/{MANIFEST}")]
    found = [(_manifest(pack), pack) for pack in packs if (pack / "data" / f"{ESTIMATES}.csv").is_file()]
    if not found:
        raise UsageError(
            f"There is no report with figures in {place}. Make one with: dhr report PLANS --quarter 2025Q1"
        )
    for manifest, pack in sorted(found, key=lambda each: (str(each[0].get("as_known_on")), each[1].name), reverse=True):
        estimates = {each.id: each for each in read_estimates(pack / "data" / f"{ESTIMATES}.csv")}
        if estimate_id in estimates:
            return Figure(estimates[estimate_id], pack, manifest)
        known |= dict.fromkeys(estimates)
    near = difflib.get_close_matches(estimate_id, known, n=1, cutoff=0.4)
    advice = f"Did you mean {near[0]!r}?" if near else f"The ids stand in {found[0][1] / 'data' / ESTIMATES}.csv."
    raise UsageError(f"No report in {place} prints a figure {estimate_id!r}. {advice}")


def _manifest(pack: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((pack / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InputError(f"{pack / MANIFEST} cannot be read: {error}. Make the report again.") from error


def in_words(estimate: Estimate) -> str:
    """Return what a figure says: "Completion rate, police: 8 of 14 actions (57%, 95% interval 30% to 80%)"."""
    group = f", {text.name(estimate.dimension, estimate.group)}" if estimate.dimension else ""
    if estimate.unit == "share":
        told = text.full(estimate)
    elif estimate.unit == "count":
        told = text.count(estimate.n, estimate.denominator)
    else:
        unit = " days" if estimate.unit == "days" and estimate.value is not None else ""
        interval = "" if estimate.low is None else f", {text.value_interval(estimate)}"
        told = f"{text.value(estimate)}{unit}{interval} ({text.of(estimate)})"
    return f"{CATALOGUE[estimate.definition].name}{group}: {told}"


def citation(figure: Figure, *, style: str = "text") -> str:
    """Return a figure as it can be cited.

    Parameters
    ----------
    figure : Figure
    style : {"text", "bibtex", "csl"}
        Sentences; an entry for BibTeX; CSL-JSON, a list of one item.

    Returns
    -------
    str

    Raises
    ------
    UsageError
        When there is no such style.
    """
    if style not in FORMATS:
        raise UsageError(f"A figure is cited as {', '.join(FORMATS)}, not as {style!r}.")
    each, facts = figure.estimate, dict(_facts(figure))
    if style == "text":
        return "\n".join([f"{in_words(each)}.", *(f"{label}: {words}" for label, words in facts.items())])
    note = " ".join(f"{label}: {words.rstrip('.')}." for label, words in facts.items())
    key = "dhr-" + re.sub(r"[^A-Za-z0-9]+", "-", each.id).strip("-")
    if style == "bibtex":
        given = {
            "title": in_words(each),
            "author": AUTHOR,
            "year": str(each.as_of.year),
            "month": str(each.as_of.month),
            "version": each.software,
            "note": note,
        }
        values = {name: f"{{{_tex(value)}}}" for name, value in given.items()}
        values["author"] = f"{{{values['author']}}}"  # a name of its own, not first and last names
        rows = [f"  {name} = {value}" for name, value in values.items()]
        return f"@misc{{{key},\n" + ",\n".join(rows) + "\n}"
    item = {
        "id": key,
        "type": "dataset",
        "title": in_words(each),
        "author": [{"literal": AUTHOR}],
        "issued": {"date-parts": [[each.as_of.year, each.as_of.month, each.as_of.day]]},
        "version": each.software,
        "number": each.id,
        "language": "en-GB",
        "note": note,
    }
    return json.dumps([item], indent=2, ensure_ascii=False)


def _facts(figure: Figure) -> Iterator[tuple[str, str]]:
    """Give what a figure stands on, each with a heading."""
    each, known = figure.estimate, CATALOGUE[figure.estimate.definition]
    yield "Definition", known.definition
    if each.dimension == "theme" and (theme := _theme(each.group)):
        yield "Theme", f"{theme.name}: {theme.definition} How often it is given rightly: page “Methods and doubts”"
    yield "Counted", f"{known.numerator}, among {known.denominator}"
    yield "What it does not say", known.limits
    yield "As known on", f"{text.day(each.as_of)}; {each.snapshot_rule}"
    if each.method:
        yield "Method", each.method
    if figure.manifest.get("parameters", {}).get("profile", {}).get("threshold"):
        yield "Disclosure", "counts are rounded, and [c] stands for one that is withheld"
    if each.revision != "final":
        yield "Revision", each.revision
    yield "Made with", each.software
    if each.codebook_version:
        yield "Version of the list of themes", each.codebook_version
    documents = figure.manifest.get("documents") or {}
    if documents:
        yield "Documents (SHA-256)", "; ".join(f"{name} {digest or 'not stated'}" for name, digest in documents.items())
    yield "Fingerprint of all it was made from (SHA-256)", str(figure.manifest.get("made_from", "not stated"))
    if (figure.pack / "data" / f"{ROWS}.csv").is_file():
        yield "Rows behind it", f"data/{ROWS}.csv of the report, the sets that its line in data/{ESTIMATES}.csv names"
    yield "Id", each.id


def _theme(group: str) -> Theme | None:
    return next((theme for theme in Codebook.load().themes if theme.id == group), None)


def _tex(words: str) -> str:
    return "".join(_TEX.get(sign, sign) for sign in words)


def check(figure: Figure) -> tuple[bool, str]:
    """Make a figure again from the plans that its pack keeps.

    Parameters
    ----------
    figure : Figure

    Returns
    -------
    tuple of (bool, str)
        Whether it is the same, and a sentence that says so.

    Raises
    ------
    UsageError
        When the pack keeps no plans, as one made with a disclosure profile that withholds counts.
    InputError
        When the plans cannot be read.
    """
    data, then = figure.pack / "data", figure.estimate
    if not (data / "reviews.csv").is_file() or not (data / DESCRIPTOR).is_file():
        raise UsageError(
            f"{figure.pack} keeps no plans, so that no small count can be worked out from it. Only who holds the plans "
            "can check the figure, in a report made with --profile national."
        )
    now = remade(read_counted(data), [then.id])[then.id]
    if all(_same(getattr(then, part), getattr(now, part)) for part in _PARTS):
        return True, f"It holds: made again from {data}, it is the same. {in_words(now)}."
    return False, f"It no longer holds. Printed was: {in_words(then)}. Made again from {data}: {in_words(now)}."


def _same(printed: float | None, made: float | None) -> bool:
    # Files hold six digits.
    return printed == made if printed is None or made is None else f"{printed:.6g}" == f"{made:.6g}"
