"""Figures from a plan package: each one an estimate with its count, base, interval, date, definition and rows."""

from dhr_analytics.statistics.catalogue import CATALOGUE, Measure, definitions_markdown
from dhr_analytics.statistics.completion import (
    DIMENSIONS,
    MEASURES,
    derived_rag,
    overdue_actions,
    rag_shares,
    rates,
    status_counts,
)
from dhr_analytics.statistics.counts import counts, misaddressed_share, source_shares, type_shares
from dhr_analytics.statistics.durations import days_to_completion, kaplan_meier, overdue_days
from dhr_analytics.statistics.estimate import (
    NOT_CODED,
    NOT_STATED,
    Estimate,
    from_frames,
    parse_id,
    rows_frame,
    share,
    to_frame,
    wilson,
)
from dhr_analytics.statistics.prevalence import home_office_shares, is_corrected, theme_prevalence, theme_shares
from dhr_analytics.statistics.quality import COMPLETENESS, SMART, quality, rows_to_look_at
from dhr_analytics.statistics.quarter import Quarter, last_quarters, parse_quarter, quarter_of, span_label
from dhr_analytics.statistics.remake import remake, remake_all
from dhr_analytics.statistics.revision import Revision, revised, revisions
from dhr_analytics.statistics.selection import counted, known_at, read_counted, select, ungraded
from dhr_analytics.statistics.trend import change, trend

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
    "Revision",
    "change",
    "counted",
    "counts",
    "days_to_completion",
    "definitions_markdown",
    "derived_rag",
    "from_frames",
    "home_office_shares",
    "is_corrected",
    "kaplan_meier",
    "known_at",
    "last_quarters",
    "misaddressed_share",
    "overdue_actions",
    "overdue_days",
    "parse_id",
    "parse_quarter",
    "quality",
    "quarter_of",
    "rag_shares",
    "rates",
    "read_counted",
    "remake",
    "remake_all",
    "revised",
    "revisions",
    "rows_frame",
    "rows_to_look_at",
    "select",
    "share",
    "source_shares",
    "span_label",
    "status_counts",
    "theme_prevalence",
    "theme_shares",
    "to_frame",
    "trend",
    "type_shares",
    "ungraded",
    "wilson",
]
