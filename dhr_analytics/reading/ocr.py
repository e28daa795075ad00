"""Scans: words are read by Tesseract, ruled lines and colours are found in the picture itself."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dhr_analytics.reading.colours import rag_of
from dhr_analytics.reading.printed import Box, Colour, Glyph, Page

DPI = 300
SECONDS_A_PAGE = 60
_AT_ONCE = 2
PSM = 3
_MOST_ISLANDS = 200
Dots = tuple[int, int, int, int]  # left, top, right, bottom
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
    blocks = _dark_blocks(grey < _DARK)
    clean = np.array(grey)
    for x0, y0, x1, y1 in blocks:
        # White letters on a dark field: turned into dark ones on white.
        clean[y0 : y1 + 1, x0 : x1 + 1] = 255 - clean[y0 : y1 + 1, x0 : x1 + 1]
    dark = clean < _DARK
    level, upright = _long_runs(dark), [(x0, y0, x1, y1) for y0, x0, y1, x1 in _long_runs(dark.T)]
    for x0, y0, x1, y1 in (*level, *upright):
        # Rules are wiped out: Tesseract takes them for letters.
        if min(x1 - x0, y1 - y0) < 12:
            clean[max(y0 - 2, 0) : y1 + 3, max(x0 - 2, 0) : x1 + 3] = 255
    rules = [box for box in (*level, *upright) if min(box[2] - box[0], box[3] - box[1]) < 12]
    for x0, y0, x1, y1 in blocks:
        rules += [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]
        # The rules between the names of a dark header cannot be seen; they go on above those of the table.
        rules += [(x, y0, x, y1) for x, top, _, _ in upright if x0 <= x <= x1 and -30 < top - y1 < DPI // 2]
    scale = 72 / DPI
    glyphs = [Glyph(text, *_scaled(box, scale)) for text, box in _words(clean)]
    return Page(
        number, picture.width * scale, picture.height * scale, glyphs,
        [_scaled(box, scale) for box in rules], _fills(picture, scale),
    )  # fmt: skip


def _scaled(box: Sequence[int], scale: float) -> Box:
    x0, y0, x1, y1 = (value * scale for value in box)
    return x0, y0, x1, y1


def _dark_blocks(dark: NDArray[np.bool_]) -> list[Dots]:
    """Return the boxes of dark fields, as behind the names of columns."""
    step = 16
    rows, columns = dark.shape[0] // step, dark.shape[1] // step
    tiles = dark[: rows * step, : columns * step].reshape(rows, step, columns, step).mean(axis=(1, 3)) > 0.55
    out = []
    for box in _long_runs(tiles, 2, near=1):
        x0, y0, x1, y1 = ((v + add) * step for v, add in zip(box, (-1, -1, 2, 2), strict=True))
        x0, y0 = max(x0, 0), max(y0, 0)
        field = dark[y0:y1, x0:x1]
        across, down = np.flatnonzero(field.mean(axis=0) > 0.4), np.flatnonzero(field.mean(axis=1) > 0.4)
        # Large bold letters are dark too, but they are small and have much white between them.
        if len(down) > 40 and len(across) > 100 and field[down[0] : down[-1], across[0] : across[-1]].mean() > 0.6:
            out.append((int(x0 + across[0]), int(y0 + down[0]), int(x0 + across[-1]), int(y0 + down[-1])))
    return out


def _words(grey: NDArray[np.uint8]) -> list[tuple[str, Dots]]:
    """Return the words that Tesseract reads with their boxes; a second run is for marks that it passed over."""
    words = _tesseract(grey, PSM)
    rest = grey < 160
    for _, (x0, y0, x1, y1) in words:
        rest[max(y0 - 6, 0) : y1 + 7, max(x0 - 6, 0) : x1 + 7] = False
    islands = []
    for box in _long_runs(rest, 2, near=6):
        if 14 < box[3] - box[1] < 90 and 3 < box[2] - box[0] < 500:
            islands.append(box)
    if not islands:
        return words
    strips, places, y = [], [], 0
    width = max(x1 - x0 for x0, _, x1, _ in islands) + 60
    for x0, y0, x1, y1 in islands[:_MOST_ISLANDS]:
        strip = np.full((y1 - y0 + 61, width), 255, dtype=np.uint8)
        strip[30 : 31 + y1 - y0, 30 : 31 + x1 - x0] = grey[y0 : y1 + 1, x0 : x1 + 1]
        places.append((y, y + len(strip), x0 - 30, y0 - 30 - y))
        strips.append(strip)
        y += len(strip)
    for text, (x0, y0, x1, y1) in _tesseract(np.concatenate(strips), 6, 2 * _SURE):
        top, _, right, down = next(place for place in places if place[0] <= (y0 + y1) / 2 < place[1])
        words.append((text, (x0 + right, y0 + down, x1 + right, y1 + down)))
    return words


def _tesseract(grey: NDArray[np.uint8], layout: int, sure: int = _SURE) -> list[tuple[str, Dots]]:
    """Return the words with their boxes in dots; an empty list when it takes too long."""
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "PNG", compress_level=1)
    command = ["tesseract", "stdin", "stdout", "-l", "eng", "--psm", str(layout), "--dpi", str(DPI), "tsv"]
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
    lines: dict[tuple[str, ...], tuple[int, int]] = {}
    found = []
    for row in run.stdout.decode("utf-8", "replace").splitlines()[1:]:
        fields = row.split("\t")
        if len(fields) != 12:
            continue
        x, y, width, height = (int(field) for field in fields[6:10])
        if fields[0] == "4":
            lines[tuple(fields[1:5])] = y, height
        elif fields[11].strip() and float(fields[10]) >= sure:
            found.append((fields[11].strip(), tuple(fields[1:5]), (x, y, x + width, y + height)))
    # Words are as high as their letters ("on", "by"); all are given the height of a usual line.
    usual = int(median(height for _, height in lines.values())) if lines else 0
    out = []
    for text, line, (x0, y0, x1, y1) in found:
        top, height = lines[line]
        if 0.6 * usual < height < 1.4 * usual:
            y0 = top + (height - usual) // 2
            y1 = y0 + usual
        out.append((text, (x0, y0, x1, y1)))
    return out


def _skew(grey: NDArray[np.uint8]) -> float:
    """Return the angle in degrees, counter-clockwise, that makes printed lines level; 0 when they are."""
    small = Image.fromarray(255 - grey).reduce(4)

    def sharpness(angle: float) -> float:
        rows = np.asarray(small.rotate(angle), dtype=float).sum(axis=1)
        return float(((rows[1:] - rows[:-1]) ** 2).sum())

    best = max((step / 4 for step in range(-8, 9)), key=sharpness)
    return best if sharpness(best) > 1.15 * sharpness(0) else 0.0


def _long_runs(dark: NDArray[np.bool_], least: int = DPI // 3, near: int = 4) -> list[Dots]:
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
