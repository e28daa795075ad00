"""``explore.html``: one file that needs no server and no network, to search and filter the recommendations."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from dhr_analytics._version import __version__
from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans
from dhr_analytics.reporting import page, text
from dhr_analytics.schema import SECTORS, STATUSES
from dhr_analytics.statistics import CATALOGUE, NOT_CODED, NOT_STATED, Quarter, derived_rag, known_at, overdue_actions
from dhr_analytics.statistics.selection import lead_agency
from dhr_analytics.themes.codebook import Codebook

DEFINED = ("overdue_share", "undated_share", "completion_rate", "evidenced_share", "no_update_share", "theme_share")
OVERDUE = {"overdue": "Overdue", "not_overdue": "Not overdue", "undated": "No target date known"}
RECURRING = {"yes": "In more than one review", "no": "In one review only"}


def make_explorer(
    plans: Plans,
    quarter: Quarter,
    path: Path | str,
    *,
    codebook: Codebook,
    groups: pd.DataFrame | None = None,
    title: str = "Explore the recommendations",
    pages: Sequence[Mapping[str, str]] = (),
    filters: str = "",
) -> Path:
    """Write the page on which a reader searches and filters the recommendations known at the end of a quarter.

    Parameters
    ----------
    plans : Plans
    quarter : Quarter
        What is overdue is so on its last day.
    path : path
        The file to write. A file that stands there is replaced when the new one is whole.
    codebook : Codebook
        Gives the themes their names and order.
    groups : pandas.DataFrame, optional
        ``group_id`` and ``recommendation_id`` of recommendations that say much the same; a recommendation is in one
        group at most. Without it, the page says nothing about similar ones.
    title : str, optional
        The heading of the page.
    pages : sequence of mapping, optional
        ``name`` and ``title`` of the pages of the pack that stand beside the file; they are linked.
    filters : str, optional
        What the plans were narrowed to, in words, as in ``View.filters``.

    Returns
    -------
    pathlib.Path
        The file. The same input gives the same bytes.

    Raises
    ------
    UsageError
        When the package holds people's names, or the file cannot be written.
    """
    if plans.about.get("restricted"):
        raise UsageError(
            "This package was made with --keep-names, for local use only. Make it again without, then make the page."
        )
    path, known = Path(path), known_at(plans, quarter)
    style, script = ((page.TEMPLATES / name).read_text(encoding="utf-8") for name in ("style.css", "explore.js"))
    style += (page.TEMPLATES / "explore.css").read_text(encoding="utf-8")
    html = page.render(
        "explore.html.j2",
        title=title,
        name="explore",
        pages=pages,
        header={"quarter": quarter.label, "as_of": text.day(quarter.end), "filters": filters},
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        policy=f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'",
        data=Markup(_json(explorer_data(known, quarter, codebook=codebook, groups=groups))),  # noqa: S704 - escaped
        definitions=[CATALOGUE[measure] for measure in DEFINED],
        statuses=text.STATUSES,
        grouped=groups is not None,
        made=f"Made by dhr_analytics {__version__} from {text.number(len(known.reviews))} action plans, "
        f"as known on {text.day(quarter.end)}. Version of the list of themes: {codebook.version}.",
    )
    fresh = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(html, encoding="utf-8", newline="\n")
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise UsageError(f"Cannot write {path}: {error.strerror}. Name another place.") from error
    return path


def explorer_data(
    plans: Plans, quarter: Quarter, *, codebook: Codebook, groups: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Return what the page holds, column by column.

    Parameters
    ----------
    plans : Plans
        As known at the end of the quarter.
    quarter : Quarter
    codebook : Codebook
    groups : pandas.DataFrame, optional
        As for ``make_explorer``.

    Returns
    -------
    dict
        ``reviews``, ``recommendations`` and ``actions``: texts as ``{"words": [...], "at": [...]}``, each word once;
        days as numbers from 1 January 1970, None where not stated. ``facets``: what can be filtered by, with the
        place of each row among its values. ``evidence``: for each recommendation its themes, with offsets in UTF-16
        units as browsers count.
    """
    reviews = plans.reviews.reset_index(drop=True)
    order = reviews.reset_index().set_index("review_id")["index"]
    recommendations = _sorted(plans.recommendations, "review_id", order)
    places = recommendations.reset_index().set_index("recommendation_id")["index"]
    actions = _sorted(plans.actions, "recommendation_id", places)
    actions = actions.assign(
        agency=lead_agency(actions),
        late=actions["action_id"].map(overdue_actions(plans, quarter).set_index("action_id")["days_overdue"]),
        derived=actions["action_id"].map(derived_rag(plans, quarter)).map(text.capital),
    )
    late = pd.Series("not_overdue", index=actions.index).mask(actions["target_on"].isna(), "undated")
    review = recommendations["review_id"].map(order).astype(int)
    coded = _coded(plans, recommendations)
    member = (
        {} if groups is None else dict(zip(groups["recommendation_id"], groups["group_id"].astype(str), strict=True))
    )
    group = pd.Series([member.get(each, "") for each in recommendations["recommendation_id"]], dtype="str")
    area, published = (reviews[column].reindex(review).reset_index(drop=True) for column in ("area", "published_on"))
    # A theme of an older codebook is shown by its id in words.
    used = {each: text.capital(each.replace("_", " ")) for row in coded for each in row}
    names = {**used, **{theme.id: theme.name for theme in codebook.themes}}
    themes = _facet("theme", "Theme", [list(each) for each in coded], names, unit="recommendations")
    facets = [
        themes,
        _facet("agency", "Lead agency", actions["agency"]),
        _facet("sector", "Sector", actions["sector"], {each: text.name("sector", each) for each in SECTORS}),
        _facet("area", "Area", area, unit="recommendations"),
        _facet("status", "Status", actions["status"], {each: text.STATUSES[each] for each in STATUSES}, order="names"),
        _facet("overdue", "Overdue", late.mask(actions["late"].notna(), "overdue"), OVERDUE, order="names"),
        _facet("due", "Year due", _year(actions["target_on"]), order="values"),
        _facet("published", "Year the review was published", _year(published), unit="recommendations", order="values"),
    ]
    if groups is not None:
        spread = group.map(review.groupby(group).nunique())
        often = ((group != "") & (spread > 1)).map({True: "yes", False: "no"})
        facets.append(_facet("recurring", "Similar elsewhere", often, RECURRING, unit="recommendations", order="names"))
    return {
        "quarter": quarter.id,
        "day": _days(pd.Series([pd.Timestamp(quarter.end)]))[0],
        "facets": facets,
        "sources": list(text.CODED_BY.values()),
        "evidence": [[[themes["values"].index(theme), *how] for theme, how in each.items()] for each in coded],
        "reviews": {
            **_texts(reviews, ["title", "area", "document"]),
            "published": _days(reviews["published_on"]),
            "snapshot": _days(reviews["snapshot_on"]),
        },
        "recommendations": {
            **_texts(
                recommendations.assign(id=recommendations["recommendation_id"]),
                ["id", "number", "section", "text", "scope", "location", "doubt"],
                location=text.place,
                scope=lambda scope: text.SCOPES.get(scope, scope),
            ),
            "review": review.tolist(),
            "position": recommendations["position"].fillna(0).astype(int).tolist(),
            "group": _words(group),
        },
        "actions": {
            **_texts(
                actions.assign(id=actions["action_id"]),
                [
                    "id",
                    "text",
                    "lead_agency",
                    "lead_role",
                    "target_text",
                    "rag",
                    "derived",
                    "progress",
                    "outcome",
                    "location",
                    "doubt",
                ],
                location=text.place,
            ),  # fmt: skip
            "recommendation": actions["recommendation_id"].map(places).astype(int).tolist(),
            "due": _days(actions["target_on"]),
            "completed": _days(actions["completed_on"]),
            "late": [None if pd.isna(days) else int(days) for days in actions["late"]],
            "evidenced": actions["evidence_recorded"].astype(int).tolist(),
        },
    }


def _sorted(rows: pd.DataFrame, key: str, order: pd.Series) -> pd.DataFrame:
    """Put rows in the order of what they belong to, then of their position, with what a person should look at."""
    at = rows[key].map(order)
    kept = rows.assign(_at=at, doubt=rows["review_reason"].where(rows["needs_review"], ""))
    return kept.sort_values(["_at", "position"], kind="stable", ignore_index=True).drop(columns="_at")


def _coded(plans: Plans, recommendations: pd.DataFrame) -> list[dict[str, list[Any]]]:
    """Return for each recommendation its themes, each with what gave it, its words and where they stand."""
    texts = dict(zip(recommendations["recommendation_id"], recommendations["text"], strict=True))
    found: dict[str, dict[str, list[Any]]] = {each: {} for each in texts}
    sources = list(text.CODED_BY)
    columns = ["recommendation_id", "theme", "source", "evidence", "start", "end"]
    coded = [] if plans.themes is None else zip(*(plans.themes[name].tolist() for name in columns), strict=True)
    for key, theme, source, evidence, start, end in coded:
        span = [] if pd.isna(start) or pd.isna(end) else [_utf16(texts[key], place) for place in (start, end)]
        found[key][page.clean(theme)] = [sources.index(source), page.clean(evidence), *span]
    return [found[each] for each in texts]


def _utf16(words: str, place: int) -> int:
    """Turn a place counted in characters into one counted in the units of JavaScript (an emoji is two)."""
    return int(place) if words.isascii() else len(words[: int(place)].encode("utf-16-le", "surrogatepass")) // 2


def _facet(
    key: str,
    label: str,
    values: pd.Series | Sequence[Sequence[str]],
    names: Mapping[str, str] | None = None,
    *,
    unit: str = "actions",
    order: str = "count",
) -> dict[str, Any]:
    """Return one thing to filter by: its values with their names, and for each row the places of its values.

    Values stand the most frequent first, or in the order of ``"names"`` or ``"values"``. A row without any is "not
    stated" (a recommendation without a theme "not coded"), last.
    """
    rest = NOT_CODED if key == "theme" else NOT_STATED
    listed = [[row] if isinstance(row, str) else row for row in values]
    # Cleaned before they are gathered, so that no two values look the same.
    clean = {each: page.clean(each) or rest for each in {each for row in listed for each in row}}
    rows = [[clean[each] for each in row] or [rest] for row in listed]
    counts = Counter(each for row in rows for each in row)
    names = names or {}
    ranks = {"count": {each: -n for each, n in counts.items()}, "names": {each: n for n, each in enumerate(names)}}
    rank = ranks.get(order, {})
    ids = sorted(counts, key=lambda each: (each == rest, rank.get(each, len(rank)), each.casefold(), each))
    place = {each: number for number, each in enumerate(ids)}
    plain = {rest: text.capital(rest), **names}
    return {
        "key": key,
        "label": label,
        "unit": unit,
        "order": order,
        "values": ids,
        "labels": [plain.get(each, each) for each in ids],
        "of": [place[row[0]] if len(row) == 1 else [place[each] for each in row] for row in rows],
    }


def _texts(frame: pd.DataFrame, columns: Sequence[str], **told: Callable[[str], str]) -> dict[str, Any]:
    return {name: _words(frame[name], told.get(name, str)) for name in columns}


def _words(values: pd.Series, told: Callable[[str], str] = str) -> dict[str, list[Any]]:
    at, words = pd.factorize(values)
    return {"words": [page.clean(told(each)) for each in words], "at": at.tolist()}


def _days(values: pd.Series) -> list[int | None]:
    return [None if pd.isna(day) else int((day - pd.Timestamp(0)).days) for day in values]


def _year(values: pd.Series) -> pd.Series:
    return pd.Series(["" if pd.isna(day) else f"{day.year:04d}" for day in values], index=values.index, dtype="str")


def _json(value: Any) -> str:
    """Return JSON that may stand in a page: nothing in it can end the element that holds it."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return written


def _digest(words: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(words.encode()).digest()).decode()}'"
