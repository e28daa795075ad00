"""The phrases that the cell readers go by, as patterns: ``vocabulary/dhr/en/phrases.csv`` holds their words."""

from __future__ import annotations

import re

from dhr_analytics.vocabulary import terms


def phrases(kind: str, frame: str = "{}") -> re.Pattern[str]:
    """Return a pattern for any phrase of one kind, in its frame; letter case is ignored."""
    each = "|".join(row["words"] for row in terms.rows("phrases") if row["kind"] == kind)
    return re.compile(frame.replace("{}", each), re.IGNORECASE)
