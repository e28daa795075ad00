"""Yes, no and partly below a column whose name says what is asked: "Implemented?", "Accepted"."""

from __future__ import annotations

import re

from dhr_analytics.normalising.cells.responses import read_response
from dhr_analytics.vocabulary import terms

_ANSWERS = {
    "completed": {"yes": "completed", "in part": "in_progress", "no": "not_started"},
    "in_progress": {"yes": "in_progress", "in part": "in_progress", "no": "not_started"},
    "accepted": {"yes": "accepted", "in part": "accepted_in_part", "no": "not_accepted"},
}


def read_named_answer(name: str, text: str) -> tuple[str, str]:
    """Read a yes, no or partly by the name of its column, as True below "implemented".

    Parameters
    ----------
    name : str
        The column's name as printed: "Accepted?", "implemented", "is_complete".
    text : str
        The cell: True, False, Yes, No, partial, a tick.

    Returns
    -------
    tuple of str
        ``("status", status)``, ``("response", response)``, or ``("", "")`` where the name does not say.
    """
    folded = re.sub(r"^(?:is|has been|was|fully)\s+", "", terms.fold(name.replace("_", " ")))
    word = text.replace("\ufe0f", "").strip(" .,:").lower()
    answer = next((kind for kind in ("yes", "no", "in part") if word in terms.words("status", kind)), "")
    kind = next((kind for kind in _ANSWERS if folded in terms.words("status", f"yes_{kind}")), "")
    if not kind and read_response(folded) == "accepted":
        kind = "accepted"
    found = _ANSWERS.get(kind, {}).get(answer, "")
    return ("response" if kind == "accepted" else "status", found) if found else ("", "")
