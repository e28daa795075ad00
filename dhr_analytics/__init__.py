"""Reads the action plans of domestic homicide reviews, codes their themes, and makes quarterly reports.

The public names load what they need on first use, so importing the package is fast. No submodule beside this file may
bear one of them: once it was imported it would take the place of the function.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dhr_analytics._version import __version__

if TYPE_CHECKING:
    from dhr_analytics.collecting.explaining import explain
    from dhr_analytics.collecting.ingesting import ingest
    from dhr_analytics.errors import DHRError
    from dhr_analytics.package import Plans, read_package, write_package
    from dhr_analytics.reading import read_document
    from dhr_analytics.reporting.report import make_report
    from dhr_analytics.themes import Codebook, code_recommendations, code_texts

_HOMES = {
    "Codebook": "dhr_analytics.themes",
    "DHRError": "dhr_analytics.errors",
    "Plans": "dhr_analytics.package",
    "code_recommendations": "dhr_analytics.themes",
    "code_texts": "dhr_analytics.themes",
    "explain": "dhr_analytics.collecting.explaining",
    "ingest": "dhr_analytics.collecting.ingesting",
    "make_report": "dhr_analytics.reporting.report",
    "read_document": "dhr_analytics.reading",
    "read_package": "dhr_analytics.package",
    "write_package": "dhr_analytics.package",
}
__all__ = [
    "Codebook",
    "DHRError",
    "Plans",
    "__version__",
    "code_recommendations",
    "code_texts",
    "explain",
    "ingest",
    "make_report",
    "read_document",
    "read_package",
    "write_package",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'dhr_analytics' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names and what every module has, not the rooms that happen to be loaded."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__") and name.endswith("__"))})
