"""What a page is about: the plans, the quarter and the filters; the one call that every notebook begins with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dhr_analytics.errors import UsageError
from dhr_analytics.package import Plans, read_package
from dhr_analytics.reporting import text
from dhr_analytics.statistics import Quarter, known_at, parse_quarter, select


@dataclass(frozen=True)
class View:
    """The plans as known at the end of a quarter, narrowed by the filters; ``filters`` says them in words."""

    plans: Plans
    quarter: Quarter
    filters: str = ""

    @property
    def why_empty(self) -> str:
        """Why there is nothing to count, in a sentence; empty where there is something."""
        if len(self.plans.recommendations):
            return ""
        what = f" that fits “{self.filters}”" if self.filters else ""
        return (
            f"No recommendation{what} was known on {text.day(self.quarter.end)}. "
            "Ask for a later quarter, or add plans to the folder."
        )

    @property
    def why_no_themes(self) -> str:
        """Why there are no themes to show, in a sentence; empty where there are some."""
        if self.why_empty:
            return self.why_empty
        if self.plans.themes is None or self.plans.themes.empty:
            return "The recommendations have not been given themes yet. An analyst can do this with: dhr classify."
        return ""


def load(plans: str | Path, *, quarter: str, areas: str = "", agencies: str = "", themes: str = "") -> View:
    """Read a plan package and keep what a page is about.

    Parameters
    ----------
    plans : path
        Folder of the package.
    quarter : str
        Such as ``"2025Q1"``, or ``"2025-26Q1"`` for a quarter of the fiscal year.
    areas, agencies, themes : str, optional
        Values to keep, with commas (or semicolons) between them; themes by name or id.

    Returns
    -------
    View

    Raises
    ------
    UsageError
        When the quarter or a filter makes no sense, or the package holds people's names.
    InputError
        When the package cannot be read.
    """
    when = parse_quarter(quarter)
    package = read_package(plans)
    if package.about.get("restricted"):
        raise UsageError(
            "This package was made with --keep-names, for local use only. Make it again without, then make the report."
        )
    wanted = _theme_ids(themes)
    package = select(package, areas=areas, agencies=agencies, themes=wanted)
    asked = {"area": areas, "lead agency": agencies, "theme": ", ".join(text.name("theme", each) for each in wanted)}
    return View(
        known_at(package, when), when, "; ".join(f"{kind} {value}" for kind, value in asked.items() if value.strip())
    )


def _theme_ids(asked: str) -> list[str]:
    ids = {name.casefold(): theme for theme, name in text.theme_names().items()}
    if asked.strip().casefold() in ids:  # a name may hold a comma
        return [ids[asked.strip().casefold()]]
    parts = [each.strip() for each in asked.split(";" if ";" in asked else ",")]
    return [ids.get(each.casefold(), each) for each in parts if each]
