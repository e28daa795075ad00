"""Reads the action plans of domestic homicide reviews, codes their themes, and makes quarterly reports.

The public names load what they need on first use, so importing the package is fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from dhr_analytics._version import __version__

_HOMES = {
    "ingest": "dhr_analytics.ingest",
    "Plans": "dhr_analytics.package",
    "read_package": "dhr_analytics.package",
    "write_package": "dhr_analytics.package",
    "read_document": "dhr_analytics.reading",
    "Codebook": "dhr_analytics.themes",
    "code_texts": "dhr_analytics.themes",
    "code_recommendations": "dhr_analytics.themes",
    "make_report": "dhr_analytics.reporting.report",
    "DHRError": "dhr_analytics.errors",
}
__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'dhr_analytics' has no attribute {name!r}")
