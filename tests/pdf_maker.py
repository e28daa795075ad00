"""Writes small PDF files for tests: letters, lines and coloured areas at given places, nothing else.

Lengths are in points from the top left corner of the page.
"""

from __future__ import annotations

import math
import textwrap
import zlib

WIDTH, HEIGHT = 842, 595


def text(x: float, y: float, words: str, *, size: float = 9, bold: bool = False, angle: float = 0) -> str:
    """Print words with their baseline at ``y``; ``angle`` turns them counter-clockwise."""
    coded = words.encode("cp1252").decode("latin-1")
    for sign in "\\()":
        coded = coded.replace(sign, "\\" + sign)
    turn = math.radians(angle)
    a, b = math.cos(turn), math.sin(turn)
    return (
        f"BT /{'F2' if bold else 'F1'} {size} Tf {a:.4f} {b:.4f} {-b:.4f} {a:.4f} {x} {HEIGHT - y} Tm ({coded}) Tj ET"
    )


def line(x0: float, y0: float, x1: float, y1: float) -> str:
    return f"0.5 w {x0} {HEIGHT - y0} m {x1} {HEIGHT - y1} l S"


def area(x0: float, y0: float, x1: float, y1: float, colour: str) -> str:
    parts = " ".join(f"{int(colour[i : i + 2], 16) / 255:.3f}" for i in (0, 2, 4))
    return f"{parts} rg {x0} {HEIGHT - y1} {x1 - x0} {y1 - y0} re f 0 g"


def cell(x: float, top: float, width: float, words: str, *, bold: bool = False) -> tuple[list[str], float]:
    """Print words wrapped to a column; also return the height they take."""
    lines = [
        part
        for paragraph in words.split("\n")
        for part in textwrap.wrap(paragraph, max(int(width / 4.6), 4), break_long_words=False) or [""]
    ]
    return [text(x, top + 9 + 10.5 * i, part, bold=bold) for i, part in enumerate(lines)], 10.5 * len(lines)


def table(
    rows: list[list[str]],
    widths: list[float],
    *,
    x: float = 40,
    top: float = 60,
    ruled: bool = True,
    pad: float = 4,
    bold_header: bool = True,
) -> tuple[list[str], float]:
    """Print a table; with ``ruled`` each cell has a frame. Also return where it ends."""
    out: list[str] = []
    for i, row in enumerate(rows):
        left, deepest = x, 0.0
        for words, width in zip(row, widths, strict=True):
            drawn, height = cell(left + 3, top + pad, width - 6, words, bold=bold_header and i == 0)
            out += drawn
            deepest = max(deepest, height)
            left += width
        bottom = top + deepest + 2 * pad
        if ruled:
            edges = [x + sum(widths[:n]) for n in range(len(widths) + 1)]
            out += [line(edges[0], y, edges[-1], y) for y in (top, bottom)]
            out += [line(edge, top, edge, bottom) for edge in edges]
        top = bottom
    return out, top


def pdf(
    *pages: list[str],
    size: tuple[float, float] = (WIDTH, HEIGHT),
    rotate: int = 0,
    locked: bool = False,
    picture: bytes | None = None,
    field: tuple[float, float, str] | None = None,
) -> bytes:
    """Write a PDF file with these pages; ``picture`` (grey, 100 x 100) fills every page behind what is printed;
    ``field`` (x, y, value) is a filled-in form field on every page."""
    objects: list[bytes] = []

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    def stream(data: bytes, head: str = "") -> bytes:
        packed = zlib.compress(data)
        return f"<< /Length {len(packed)} /Filter /FlateDecode {head} >>\nstream\n".encode() + packed + b"\nendstream"

    add(b"<< /Type /Catalog /Pages 2 0 R >>")
    add(b"")
    fonts = [
        add(f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode())
        for name in ("Helvetica", "Helvetica-Bold")
    ]
    behind = ""
    image = ""
    if picture is not None:
        number = add(
            stream(
                picture,
                "/Type /XObject /Subtype /Image /Width 100 /Height 100 /ColorSpace /DeviceGray /BitsPerComponent 8",
            )
        )
        image, behind = f"/XObject << /Im {number} 0 R >>", f"q {size[0]} 0 0 {size[1]} 0 0 cm /Im Do Q\n"
    annots = form = ""
    if field is not None:
        x, y, value = field
        shown = f"/Tx BMC BT /F1 9 Tf 2 3 Td ({value}) Tj ET EMC".encode()
        look = add(
            stream(
                shown,
                f"/Type /XObject /Subtype /Form /BBox [0 0 80 14] /Resources << /Font << /F1 {fonts[0]} 0 R >> >>",
            )
        )
        number = add(
            f"<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V ({value}) /F 4 /DA (/F1 9 Tf) "
            f"/Rect [{x} {HEIGHT - y} {x + 80} {HEIGHT - y + 14}] /AP << /N {look} 0 R >> >>".encode()
        )
        annots, form = f"/Annots [{number} 0 R]", f"/AcroForm << /Fields [{number} 0 R] >>"
        objects[0] = f"<< /Type /Catalog /Pages 2 0 R {form} >>".encode()
    kids = []
    for page in pages:
        content = add(stream((behind + "\n".join(page)).encode("latin-1")))
        kids.append(add((
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] /Rotate {rotate} {annots} /Contents {content} 0 R "
            f"/Resources << /Font << /F1 {fonts[0]} 0 R /F2 {fonts[1]} 0 R >> {image} >> >>"
        ).encode()))  # fmt: skip
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>".encode()
    lock = ""
    if locked:
        # The password's fingerprints are made up, so that no password opens the file.
        number = add(f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{'41' * 32}> /U <{'42' * 32}> >>".encode())
        lock = f"/Encrypt {number} 0 R /ID [<{'43' * 16}> <{'43' * 16}>]"
    out, places = b"%PDF-1.4\n", []
    for i, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{i} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode() + b"".join(
        f"{place:010} 00000 n \n".encode() for place in places
    )
    return out + f"trailer << /Size {len(objects) + 1} /Root 1 0 R {lock} >>\nstartxref\n{start}\n%%EOF\n".encode()
