"""Figures from a plan package: each one an estimate with its count, base, interval, date and definition."""

from dhr_analytics.statistics.catalogue import CATALOGUE, Measure, definitions_markdown
from dhr_analytics.statistics.completion import (
    DIMENSIONS,
    MEASURES,
    derived_rag,
    overdue_actions,
    rag_counts,
    rates,
    status_counts,
)
from dhr_analytics.statistics.estimate import NOT_CODED, NOT_STATED, Estimate, share, to_frame, wilson
from dhr_analytics.statistics.prevalence import home_office_shares, theme_by_sector, theme_shares
from dhr_analytics.statistics.quality import COMPLETENESS, SMART, quality, rows_to_look_at
from dhr_analytics.statistics.quarter import Quarter, last_quarters, parse_quarter, quarter_of
from dhr_analytics.statistics.selection import known_at, select
from dhr_analytics.statistics.trend import trend

__all__ = [
    "CATALOGUE",
    "COMPLETENESS",
    "DIMENSIONS",
    "MEASURES",
    "NOT_CODED",
    "NOT_STATED",
    "SMART",
    "Estimate",
    "Measure",
    "Quarter",
    "definitions_markdown",
    "derived_rag",
    "home_office_shares",
    "known_at",
    "last_quarters",
    "overdue_actions",
    "parse_quarter",
    "quality",
    "quarter_of",
    "rag_counts",
    "rates",
    "rows_to_look_at",
    "select",
    "share",
    "status_counts",
    "theme_by_sector",
    "theme_shares",
    "to_frame",
    "trend",
    "wilson",
]
