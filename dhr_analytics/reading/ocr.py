"""Scans: words are read by Tesseract, ruled lines and colours are found in the picture itself."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dhr_analytics.reading.colours import rag_of
from dhr_analytics.reading.printed import Box, Colour, Glyph, Page

DPI = 300
SECONDS_A_PAGE = 60
_AT_ONCE = 2
_DARK = 110  # grey level; red and green fills are lighter
_SURE = 25  # words that Tesseract is less sure of (of 100) are marks and specks


def available() -> bool:
    """Tell whether Tesseract is installed."""
    return shutil.which("tesseract") is not None


def read_scans(document: Any, scans: Sequence[int]) -> Iterator[tuple[int, Page]]:
    """Read the pages of a document that are pictures, two at a time.

    Parameters
    ----------
    document : pypdfium2.PdfDocument
    scans : sequence of int
        Indices of the pages.

    Yields
    ------
    tuple of int and Page
        The index and what is printed on the page.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        todo = iter(scans)
        # No more than two pictures are in memory at once.
        while some := list(islice(todo, _AT_ONCE)):
            pictures = [document[i].render(scale=DPI / 72).to_pil().convert("RGB") for i in some]
            yield from zip(some, pool.map(read_picture, pictures, (i + 1 for i in some)), strict=True)


def read_picture(picture: Image.Image, number: int) -> Page:
    """Read the picture of a page.

    Parameters
    ----------
    picture : PIL.Image.Image
        At ``DPI`` dots an inch.
    number : int
        Of the page, from 1.

    Returns
    -------
    Page
    """
    grey = np.asarray(picture.convert("L"))
    if angle := _skew(grey):
        picture = picture.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor="white")
        grey = np.asarray(picture.convert("L"))
    dark = grey < _DARK
    level, upright = _long_runs(dark), [(y0, x0, y1, x1) for x0, y0, x1, y1 in _long_runs(dark.T)]
    clean = np.array(grey)
    for x0, y0, x1, y1 in (*level, *upright):
        # Rules are wiped out: Tesseract takes them for letters. Filled fields are left.
        if min(x1 - x0, y1 - y0) < 12:
            clean[max(y0 - 2, 0) : y1 + 3, max(x0 - 2, 0) : x1 + 3] = 255
    scale = 72 / DPI
    glyphs = [Glyph(text, *(round(v * scale, 2) for v in box)) for text, box in _words(Image.fromarray(clean))]
    rules: list[Box] = []
    for x0, y0, x1, y1 in (*level, *upright):
        a, b, c, d = x0 * scale, y0 * scale, x1 * scale, y1 * scale
        rules += [(a, b, c, d)] if min(c - a, d - b) < 3 else [(a, b, c, b), (a, d, c, d), (a, b, a, d), (c, b, c, d)]
    return Page(number, picture.width * scale, picture.height * scale, glyphs, rules, _fills(picture, scale))


def _words(picture: Image.Image) -> list[tuple[str, tuple[int, int, int, int]]]:
    """Return the words that Tesseract reads with their boxes in dots; an empty list when it takes too long."""
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    command = ["tesseract", "stdin", "stdout", "-l", "eng", "--psm", "11", "--dpi", str(DPI), "tsv"]
    try:
        run = subprocess.run(
            command,
            input=stream.getvalue(),
            capture_output=True,
            timeout=SECONDS_A_PAGE,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired:
        return []
    out = []
    for row in run.stdout.decode("utf-8", "replace").splitlines()[1:]:
        fields = row.split("\t")
        if len(fields) == 12 and fields[11].strip() and float(fields[10]) >= _SURE:
            x, y, width, height = (int(field) for field in fields[6:10])
            out.append((fields[11].strip(), (x, y, x + width, y + height)))
    return out


def _skew(grey: NDArray[np.uint8]) -> float:
    """Return the angle in degrees, counter-clockwise, that makes printed lines level; 0 when they are."""
    small = Image.fromarray(255 - grey).reduce(4)

    def sharpness(angle: float) -> float:
        rows = np.asarray(small.rotate(angle), dtype=float).sum(axis=1)
        return float(((rows[1:] - rows[:-1]) ** 2).sum())

    best = max((step / 4 for step in range(-8, 9)), key=sharpness)
    return best if sharpness(best) > 1.15 * sharpness(0) else 0.0


def _long_runs(dark: NDArray[np.bool_], least: int = DPI // 3, near: int = 4) -> list[tuple[int, int, int, int]]:
    """Return boxes (x0, y0, x1, y1) of level dark runs, those of neighbouring lines of dots joined."""
    # A line of dots counts as dark along a window when at most one dot in twenty is light.
    total = np.cumsum(np.pad(dark, ((0, 0), (1, 0))), axis=1, dtype=np.int32)
    full = total[:, least:] - total[:, :-least] >= 0.95 * least
    boxes: list[list[int]] = []
    open_boxes: list[list[int]] = []
    for y in np.flatnonzero(full.any(axis=1)):
        ends = np.flatnonzero(np.diff(np.pad(full[y], 1).astype(np.int8)))
        open_boxes = [box for box in open_boxes if y - box[3] <= near]
        for x0, x1 in zip(ends[::2], ends[1::2] + least - 1, strict=True):
            box = next((b for b in open_boxes if x0 <= b[2] + near and b[0] <= x1 + near), None)
            if box is None:
                boxes.append([int(x0), int(y), int(x1), int(y)])
                open_boxes.append(boxes[-1])
            else:
                box[:] = [min(box[0], int(x0)), box[1], max(box[2], int(x1)), int(y)]
    return [(a, b, c, d) for a, b, c, d in boxes]


def _fills(picture: Image.Image, scale: float) -> list[tuple[Box, Colour]]:
    """Return the areas of a scan that are coloured as a rating."""
    step = 16
    tiles = np.asarray(picture.reduce(step))
    ratings = np.full(tiles.shape[:2], "", dtype="<U5")
    for y, x in np.argwhere(np.ptp(tiles.astype(int), axis=2) > 90):
        ratings[y, x] = rag_of("".join(f"{part:02X}" for part in tiles[y, x]))
    out = []
    for rating, colour in (("red", "FF0000"), ("amber", "FFC000"), ("green", "00B050"), ("blue", "0070C0")):
        for x0, y0, x1, y1 in _long_runs(ratings == rating, 1, near=1):
            a, b, c, d = (v * step * scale for v in (x0, y0, x1 + 1, y1 + 1))
            out.append(((a, b, c, d), colour))
    return out
