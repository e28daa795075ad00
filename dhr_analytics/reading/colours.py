"""Background colours that mean a red, amber, green or blue (completed) rating."""

from __future__ import annotations

import colorsys
import re

# The pale cell styles that spreadsheets offer as "Good", "Neutral" and "Bad".
_STYLES = {"C6EFCE": "green", "FFEB9C": "amber", "FFC7CE": "red"}

_BLUE = {False: 0.75, True: 0.5}  # the least saturation of the blue of a rating, by whether its cell is blank


def rag_of(colour: str, *, blank: bool = False) -> str:
    """Name the rating that a background colour means.

    Parameters
    ----------
    colour : str
        Six hexadecimal digits, red first ("00B050").
    blank : bool
        Whether the cell holds no words: then it is no header, and its blue may be a paler one.

    Returns
    -------
    str
        ``red``, ``amber``, ``green``, ``blue``, or ``""`` for greys, light banding and the dark colours of headers.
    """
    colour = colour.upper()
    if not re.fullmatch(r"[0-9A-F]{6}", colour):
        return ""
    if colour in _STYLES:
        return _STYLES[colour]
    hue, saturation, value = colorsys.rgb_to_hsv(*(int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)))
    hue *= 360
    if saturation < 0.4 or value < 0.4:
        return ""
    if hue < 16 or hue >= 345:
        return "red" if value >= 0.6 else ""
    if hue < 70:
        return "amber" if value >= 0.75 else ""
    if hue < 170:
        return "green"
    # The blues of headers are darker or duller than the one that people pick for "completed".
    least = _BLUE[blank]
    return "blue" if 190 <= hue < 260 and saturation >= least and value >= 0.74 else ""
