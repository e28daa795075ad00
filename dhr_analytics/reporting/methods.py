"""Frames and sentences of the methods page: how themes were given, how often they are right, what is in doubt.

How often they are right was measured once, by `measure`, and is kept in small tables beside the codebook; a page only
reads them and trains nothing.
"""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import shorten

import pandas as pd

from dhr_analytics import themes
from dhr_analytics.package import write_csv
from dhr_analytics.reporting import tables, text
from dhr_analytics.reporting.cited import Cited, Measured, Words, say
from dhr_analytics.reporting.view import View, single_rows
from dhr_analytics.statistics import NOT_STATED, Estimate, misaddressed_share, source_shares, type_shares
from dhr_analytics.themes.addressee import misaddressed
from dhr_analytics.themes.candidates import candidate_themes
from dhr_analytics.themes.codebook import OTHER, Codebook

FOLDER = Path(themes.__file__).parent
CARD = FOLDER.parents[1] / "docs" / "model-card.md"
ALL, PLAIN = "all", "part5"
DOUBT = 0.7
_EVERY = "(all themes)"


def measure(coded: pd.DataFrame | None = None, folder: Path = FOLDER) -> None:
    """Measure how often themes are right on texts held out, and write the tables that the page reads. Takes minutes.

    Parameters
    ----------
    coded : pandas.DataFrame, optional
        As from ``evaluate.cross_validate``, with ``part``; the labelled texts of the package, each part held out in
        turn, when left out.
    folder : path, optional
        Where accuracy.csv, calibration.csv and coverage.csv go.
    """
    from dhr_analytics.themes.evaluate import calibration, cross_validate, precision_coverage
    from dhr_analytics.themes.model import read_training

    if coded is None:
        frame = pd.DataFrame(read_training())
        frame["id"] = frame["part"] + "/" + frame["id"]
        coded = cross_validate(frame, frame["part"].tolist(), methods=("combined",))
    groups = {ALL: coded, PLAIN: coded[coded["part"] == PLAIN]}
    found = [_accuracy(group).assign(held_out=name) for name, group in groups.items()]
    version = Codebook.load().version
    write_csv(pd.concat(found).assign(codebook_version=version).round(4), folder / "accuracy.csv")
    for name, make in (("calibration", calibration), ("coverage", precision_coverage)):
        found = [make(group).assign(held_out=held_out) for held_out, group in groups.items()]
        write_csv(pd.concat(found, ignore_index=True).round(4), folder / f"{name}.csv")


def _accuracy(coded: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of each theme, and of all decisions together, with the interval of F1 from 1,000 resamples."""
    import numpy as np

    from dhr_analytics.themes.evaluate import theme_figures

    truth, given = coded["truth"].tolist(), coded["combined"].tolist()
    out = theme_figures(truth, given)
    wanted, found = (np.array([[t in one for t in out.index] for one in sets], float) for sets in (truth, given))
    drawn = np.random.default_rng(0).multinomial(len(truth), np.full(len(truth), 1 / len(truth)), size=1000)
    right, total = drawn @ (wanted * found), drawn @ (wanted + found)
    n, all_right, all_given = out["gold"].sum(), out["right"].sum(), out["coded"].sum()
    out.loc[_EVERY, ["gold", "precision", "recall", "f1", "kappa"]] = [
        *(n, all_right / all_given, all_right / n, 2 * all_right / (n + all_given)),
        out.loc[out["gold"] > 0, "kappa"].mean(),
    ]
    right, total = (np.column_stack([each, each.sum(axis=1)]) for each in (right, total))
    out["low"], out["high"] = np.quantile(2 * right / np.maximum(total, 1), [0.025, 0.975], axis=0)
    kept = out.rename(columns={"gold": "n"}).reset_index().astype({"n": "int64"})
    return kept[["theme", "n", "precision", "recall", "f1", "kappa", "low", "high"]]


def accuracy(*, held_out: str = ALL) -> pd.DataFrame:
    """Return how often each theme is right on texts held out, the least sure first, all themes together last."""
    found = pd.read_csv(FOLDER / "accuracy.csv")
    found = found[found["held_out"] == held_out]
    last = found["theme"] == _EVERY
    found = pd.concat([found[~last].sort_values("f1", kind="stable"), found[last]], ignore_index=True)
    names = ["All themes together" if each == _EVERY else text.name("theme", each) for each in found["theme"]]
    return pd.DataFrame(
        {
            "Theme": pd.Series(names, dtype="str"),
            "Texts that have it": found["n"].astype("Int64"),
            "Right when given": found["precision"],
            "Found when there": found["recall"],
            "Both together (F1)": found["f1"],
            "95% interval of F1 from": found["low"],
            "95% interval of F1 to": found["high"],
            "Agreement beyond chance (kappa)": pd.Series([f"{each:.2f}" for each in found["kappa"]], dtype="str"),
        }
    )


def accuracy_markdown(*, held_out: str = ALL) -> str:
    """Return the same table in Markdown, for docs/model-card.md."""
    block = accuracy(held_out=held_out)
    rows = [
        "| Theme | texts | right when given | found when there | F1 (95% interval) | kappa |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, n, precision, recall, f1, low, high, kappa in block.itertuples(index=False):
        shown = f"{f1:.2f} ({low:.2f} to {high:.2f})"
        rows.append(f"| {name} | {text.number(n)} | {precision:.2f} | {recall:.2f} | {shown} | {kappa} |")
    return "\n".join(rows)


def right(view: View) -> list[tuple[Words, Words]]:
    """Return the one finding of the page: how often themes are right."""
    every, plain = accuracy().iloc[-1], accuracy(held_out=PLAIN).iloc[-1]
    used = set() if view.plans.themes is None else set(view.plans.themes["codebook_version"]) - {""}
    measured = set(pd.read_csv(FOLDER / "accuracy.csv", dtype=str)["codebook_version"])
    other = " The list of themes has changed since this was measured." if used - measured else ""

    def said(row: pd.Series) -> str:
        low, high = row["95% interval of F1 from"], row["95% interval of F1 to"]
        return f"F1 {text.percent(row['Both together (F1)'])}, 95% interval {text.interval(low, high)}"

    head = (
        f"Of 100 themes given, about {100 * plain['Right when given']:.0f} are right; of 100 that should be given, "
        f"about {100 * plain['Found when there']:.0f} are found"
    )
    rest = (
        f"Measured on texts held out, written for this in plain wording ({said(plain)}). On all "
        f"labelled texts, most of which avoid the usual words on purpose: {said(every)}.{other}"
    )
    return [(Measured(head), Measured(rest))]


def calibrated(*, held_out: str) -> str:
    """Return whether the stated probabilities hold, as a sentence."""
    found = pd.read_csv(FOLDER / "calibration.csv")
    found = found[found["held_out"] == held_out]
    words = []
    for said, low, high in (("90% or more", 0.9, 1.1), ("50% to 90%", 0.5, 0.9), ("10% to 50%", 0.1, 0.5)):
        some = found[(found["stated"] >= low) & (found["stated"] < high)]
        if n := some["n"].sum():
            ends = [float((some[column] * some["n"]).sum() / n) for column in ("stated", "observed")]
            words.append(f"{said} (on average {text.percent(ends[0])}), the theme was there in {text.percent(ends[1])}")
    where = "; where it stated ".join(words)
    total = text.number(int(found["n"].sum()))
    return f"Of {total} decisions (one theme of one text): where the coding stated {where}."


def coverage(*, held_out: str = PLAIN) -> pd.DataFrame:
    """Return what leaving the least sure decisions to people buys, in steps of a tenth."""
    found = pd.read_csv(FOLDER / "coverage.csv")
    found = found[(found["held_out"] == held_out) & (found["coverage"] * 10 % 1 < 0.01)]
    return pd.DataFrame(
        {
            "Decisions kept by the machine": [text.percent(each) for each in found["coverage"]],
            "Decisions": found["decisions"].astype("Int64").to_list(),
            "Decided rightly": found["accuracy"].to_list(),
            "Themes given that are right": found["precision"].to_list(),
        }
    ).astype({"Decisions kept by the machine": "str", "Decisions": "Int64"})


def sources(view: View) -> pd.DataFrame:
    """Return how many themes each source gave: rules, the model, people."""
    if view.why_no_themes or view.plans.themes is None:
        return pd.DataFrame()
    found = view.told(source_shares(view.plans, view.quarter))
    names = pd.Series([text.name("source", each.group) for each in found], dtype="str")
    return pd.DataFrame({"How": names, "Themes": tables.cells(found, "n"), "Share": tables.cells(found, "value")})


def card(heading: str) -> str:
    """Return a section of the model card, without its heading."""
    words = CARD.read_text(encoding="utf-8") if CARD.is_file() else ""
    found = re.search(rf"^## {re.escape(heading)}\n+(.*?)(?=^## |\Z)", words, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else "The model card is not at hand here; it lies in docs/ of the project."


def actions(view: View, *, by: str) -> list[Estimate]:
    """Return the share of actions of each type, or of each strength (``by``: action_type or strength)."""
    if view.plans.actions.empty:
        return []
    found = view.told(type_shares(view.typed, view.quarter, by=by))
    return sorted(found, key=lambda each: by == "action_type" and each.group in (OTHER, NOT_STATED))


def strength(view: View) -> Words:
    """Return how many actions are of a kind held to be weaker, and which kinds these are, as a sentence."""
    if view.plans.actions.empty:
        return "What the actions do"
    [weaker] = [each for each in actions(view, by="strength") if each.group == "weaker"]
    kinds = view.typed.actions
    weak = kinds.loc[kinds["strength"] == "weaker", "action_type"]
    names = [text.lower(text.name("action_type", each)) for each in weak.value_counts().index[:3]]
    names = [] if view.why_left_out else names
    which = f" ({'; '.join(names)}{'; and others' if weak.nunique() > 3 else ''})" if names else ""
    be = "is" if weaker.n == 1 else "are"
    return say(f"{{}} {be} of a kind held to be weaker{{}}", Cited(weaker, "of"), which)


def misaddressed_found(view: View) -> Words:
    """Return how many recommendations may be misaddressed, as a sentence."""
    [found] = view.told(misaddressed_share(view.typed, view.quarter))
    return say("{} may be misaddressed.", Cited(found, "of")) if found.n else ""


@single_rows
def given_elsewhere(view: View) -> pd.DataFrame:
    """Return the recommendations that may be misaddressed, with the reason."""
    rows = misaddressed(view.plans.recommendations, view.plans.actions)
    return pd.DataFrame(
        {
            **_told(view, rows["recommendation_id"]),
            "Why it stands here": pd.Series([text.capital(each) for each in rows["reason"]], dtype="str"),
            "Words that say so": rows["evidence"],
        }
    )


@single_rows
def unthemed(view: View) -> pd.DataFrame:
    """Return the recommendations that have no theme, grouped by similar wording, largest group first."""
    if view.why_no_themes or view.plans.themes is None:
        return pd.DataFrame()
    rows = candidate_themes(view.plans.recommendations, view.plans.themes)
    groups = {"Group": rows["group"].astype("Int64"), "In the group": rows["size"].astype("Int64")}
    return pd.DataFrame({**_told(view, rows["id"]), **groups, "Telling words": rows["words"].astype("str")})


@single_rows
def doubtful(view: View) -> pd.DataFrame:
    """Return the themes that the machine gave with a probability below 70%, most useful to decide first.

    As in ``coding.review_queue``, a doubt about a rare theme comes before one about a common theme; read from the
    package, so without the themes that were nearly given.
    """
    if view.why_no_themes or view.plans.themes is None:
        return pd.DataFrame()
    rows = view.plans.themes[view.plans.themes["source"] != "human"]
    use = 4 * rows["probability"] * (1 - rows["probability"]) / rows["theme"].map(rows["theme"].value_counts()) ** 0.5
    rows = rows.assign(use=use)[rows["probability"] < DOUBT]
    rows = rows.sort_values("use", ascending=False, kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            **_told(view, rows["recommendation_id"]),
            "Theme in doubt": pd.Series([text.name("theme", each) for each in rows["theme"]], dtype="str"),
            "Probability": rows["probability"].astype("float64"),
            "Words it was given for": rows["evidence"],
        }
    )


def _told(view: View, keys: pd.Series) -> dict[str, pd.Series]:
    """Return the wording and the review of recommendations."""
    known, reviews = (
        view.plans.recommendations.set_index("recommendation_id"),
        view.plans.reviews.set_index("review_id"),
    )
    names = reviews["title"].where(reviews["title"] != "", reviews["document"])
    rows = known.loc[keys]
    wording = [shorten(each, tables.LONGEST, placeholder=" …") for each in rows["text"]]
    review = [names[each] for each in rows["review_id"]]
    return {"Recommendation": pd.Series(wording, dtype="str"), "Review": pd.Series(review, dtype="str")}
