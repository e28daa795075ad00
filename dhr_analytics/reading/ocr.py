"""Scans: words are read by Tesseract, ruled lines and colours are found in the picture itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dhr_analytics.errors import InputError
from dhr_analytics.reading.colours import rag_of
from dhr_analytics.reading.letters import Box, Colour, Glyph, Page

DPI = 300
SECONDS_A_PAGE = 60
_AT_ONCE = 2
PAGE_LAYOUT, _LINES_LAYOUT = 3, 6  # Tesseract's names for a whole page, and for lines below each other
_MOST_MARKS = 200
Dots = tuple[int, int, int, int]  # left, top, right, bottom
Word = tuple[str, Dots]
_DARK = 150  # of 255; thin lines of a coarse scan are no darker
_SURE = 25  # words that Tesseract is less sure of (of 100) are marks and specks


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
    # Processes, not threads, and no more than two pictures in memory at once: reading has a limit of memory.
    for start in range(0, len(scans), _AT_ONCE):
        some = scans[start : start + _AT_ONCE]
        seen = [_look(document[i].render(scale=DPI / 72).to_pil().convert("RGB"), i + 1) for i in some]
        words = _tesseract([clean for _, clean in seen], PAGE_LAYOUT, _SURE)
        passed_over = [_passed_over(clean, found) for (_, clean), found in zip(seen, words, strict=True)]
        strips = [_strips(clean, islands) for (_, clean), islands in zip(seen, passed_over, strict=True)]
        more = _tesseract([strip for strip, _ in strips], _LINES_LAYOUT, 2 * _SURE)
        for i, (page, _), found, again, (_, places) in zip(some, seen, words, more, strips, strict=True):
            all_words = [*found, *_put_back(again, places)]
            glyphs = [Glyph(text, *_scaled(box)) for text, box in all_words]
            yield i, replace(page, glyphs=glyphs, rough=True)


def _look(picture: Image.Image, number: int) -> tuple[Page, NDArray[np.uint8]]:
    """Find rules and colours in the picture of a page; also return the picture levelled and without rules."""
    grey = np.asarray(picture.convert("L"))
    if angle := _skew(grey):
        picture = picture.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor="white")
        grey = np.asarray(picture.convert("L"))
    # The brightest part of a colour: red and green fields are bright, black and the dark blue of headers are not.
    value = np.asarray(picture).max(axis=2)
    blocks = _dark_blocks(value < _DARK)
    clean = np.array(grey)
    for x0, y0, x1, y1 in blocks:
        # White letters on a dark field: turned into dark ones on white.
        for shades in (clean, value):
            field = 255 - shades[y0 : y1 + 1, x0 : x1 + 1].astype(int)
            shades[y0 : y1 + 1, x0 : x1 + 1] = np.minimum(field * 255 // max(int(np.median(field)), 1), 255)
    dark = value < _DARK
    level, upright = _long_runs(dark), [(x0, y0, x1, y1) for y0, x0, y1, x1 in _long_runs(dark.T)]
    for x0, y0, x1, y1 in (*level, *upright):
        # Rules are wiped out: Tesseract takes them for letters.
        if min(x1 - x0, y1 - y0) < 12:
            clean[max(y0 - 2, 0) : y1 + 3, max(x0 - 2, 0) : x1 + 3] = 255
    rules = [box for box in (*level, *upright) if min(box[2] - box[0], box[3] - box[1]) < 12]
    for x0, y0, x1, y1 in blocks:
        rules += [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]
        # The rules between the names of a dark header cannot be seen; they continue above those of the table.
        rules += [(x, y0, x, y1) for x, top, _, _ in upright if x0 <= x <= x1 and -30 < top - y1 < DPI // 2]
    width, height = (side * 72 / DPI for side in picture.size)
    return Page(number, width, height, (), [_scaled(box) for box in rules], _fills(picture)), clean


def _scaled(box: Sequence[int]) -> Box:
    x0, y0, x1, y1 = (value * 72 / DPI for value in box)
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


def _passed_over(grey: NDArray[np.uint8], words: Sequence[Word]) -> list[Dots]:
    """Return the boxes of marks that are in no word: Tesseract passes over lone numbers."""
    rest = grey < 160
    for _, (x0, y0, x1, y1) in words:
        rest[max(y0 - 4, 0) : y1 + 5, max(x0 - 4, 0) : x1 + 5] = False
    found: list[Dots] = []
    for box in _long_runs(rest, 2, near=6):
        # What touches a word is only the rest of a letter.
        if not any(_touch(box, word) for _, word in words):
            beside = [other for other in found if _touch(box, other)]
            found = [other for other in found if other not in beside]
            sides = list(zip(box, *beside, strict=True))
            found.append((min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])))
    marks = [box for box in found if 14 < box[3] - box[1] < 90 and 3 < box[2] - box[0] < 500]
    return marks[:_MOST_MARKS]


def _strips(grey: NDArray[np.uint8], marks: Sequence[Dots]) -> tuple[NDArray[np.uint8], list[Dots]]:
    """Set marks one below the other; also return where each now is: top, bottom, way to the right, way down."""
    width = max([200, *(x1 - x0 + 60 for x0, _, x1, _ in marks)])
    strips, places, y = [np.full((40, width), 255, dtype=np.uint8)], [], 40
    for x0, y0, x1, y1 in marks:
        strip = np.full((y1 - y0 + 61, width), 255, dtype=np.uint8)
        strip[30 : 31 + y1 - y0, 30 : 31 + x1 - x0] = grey[y0 : y1 + 1, x0 : x1 + 1]
        places.append((y, y + len(strip), x0 - 30, y0 - 30 - y))
        strips.append(strip)
        y += len(strip)
    return np.concatenate(strips), places


def _put_back(words: Sequence[Word], places: Sequence[Dots]) -> Iterator[Word]:
    for text, (x0, y0, x1, y1) in words:
        for top, bottom, right, down in places:
            if top <= (y0 + y1) / 2 < bottom:
                yield text, (x0 + right, y0 + down, x1 + right, y1 + down)


def _touch(a: Dots, b: Dots) -> bool:
    return a[0] - 16 < b[2] and b[0] < a[2] + 16 and a[1] - 10 < b[3] and b[1] < a[3] + 10


def _tesseract(pictures: Sequence[NDArray[np.uint8]], layout: int, sure: int) -> list[list[Word]]:
    """Return the words of each picture with their boxes."""
    with TemporaryDirectory(prefix="dhr-ocr-") as folder:
        runs = []
        for i, picture in enumerate(pictures):
            file = Path(folder) / f"{i}.png"
            Image.fromarray(picture).save(file, compress_level=1)
            command = ["tesseract", str(file), str(file), "-l", "eng", "--psm", str(layout), "--dpi", str(DPI), "tsv"]
            runs.append(
                subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    env={**os.environ, "OMP_THREAD_LIMIT": "1"},
                )
            )
        out = []
        try:
            for i, run in enumerate(runs):
                said = run.communicate(timeout=SECONDS_A_PAGE)[1].decode("utf-8", "replace").strip()
                if run.returncode:
                    raise InputError(
                        f"Tesseract cannot read the scan ({said[-200:]}). Check that the Debian packages "
                        "tesseract-ocr and tesseract-ocr-eng are installed."
                    )
                out.append(_words((Path(folder) / f"{i}.png.tsv").read_text(encoding="utf-8"), sure))
        except subprocess.TimeoutExpired as error:
            raise InputError(
                f"Tesseract took longer than {SECONDS_A_PAGE} seconds for a page of the scan. "
                "Cut out the pages of the action plan and read those."
            ) from error
        finally:
            for run in runs:
                run.kill()
                run.communicate()
    return out


def _words(table: str, sure: int) -> list[Word]:
    """Read the words from Tesseract's table."""
    lines: dict[tuple[str, ...], tuple[int, int]] = {}
    found = []
    for row in table.splitlines()[1:]:
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
    total: NDArray[np.int32] = np.cumsum(np.pad(dark, ((0, 0), (1, 0))), axis=1, dtype=np.int32)
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


def _fills(picture: Image.Image) -> list[tuple[Box, Colour]]:
    """Return the areas of a scan that are coloured as a rating."""
    step = 16
    tiles = np.asarray(picture.reduce(step))
    ratings = np.full(tiles.shape[:2], "", dtype="<U5")
    for y, x in np.argwhere(np.ptp(tiles.astype(int), axis=2) > 90):
        ratings[y, x] = rag_of("".join(f"{part:02X}" for part in tiles[y, x]))
    out = []
    for rating, colour in (("red", "FF0000"), ("amber", "FFC000"), ("green", "00B050"), ("blue", "0070C0")):
        for x0, y0, x1, y1 in _long_runs(ratings == rating, 1, near=1):
            out.append((_scaled((x0 * step, y0 * step, (x1 + 1) * step, (y1 + 1) * step)), colour))
    return out
