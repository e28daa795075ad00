"""Themes of recommendations: the codebook, the phrase rules and the coding of texts."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dhr_analytics.themes.codebook import Codebook, Theme
    from dhr_analytics.themes.coding import code_recommendations, code_texts
    from dhr_analytics.themes.rules import Evidence, find_themes

__all__ = ["Codebook", "Evidence", "Theme", "code_recommendations", "code_texts", "find_themes"]

_HOME = {
    "Codebook": "codebook",
    "Theme": "codebook",
    "Evidence": "rules",
    "find_themes": "rules",
    "code_recommendations": "coding",
    "code_texts": "coding",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use: pandas takes time that other commands should not pay."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
