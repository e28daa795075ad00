"""What a file is, told by its content: names lie, and portals hand out web pages called .xls."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from importlib import import_module
from typing import Literal

from dhr_analytics.errors import InputError
from dhr_analytics.reading.delimited import sniff
from dhr_analytics.reading.notes import set_raised_apart
from dhr_analytics.reading.table import RawTable
from dhr_analytics.reading.text import decode, pipe_lines

Kind = Literal["text", "markdown", "csv", "html", "word", "excel", "pdf", "office"]

_READERS = {
    "text": ("text", "read_text"),
    "markdown": ("text", "read_text"),
    "csv": ("delimited", "read_delimited"),
    "html": ("html", "read_html"),
    "excel": ("spreadsheet", "read_spreadsheet"),
    "word": ("word", "read_word"),
    "office": ("office", "read_via_office"),
    "pdf": ("pdf", "read_pdf"),
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What a compound (OLE) file is, told by the names of its streams; the first that is found decides.
_STREAMS = (
    ("EncryptedPackage", "password"),
    ("WordDocument", "office"),
    ("__substg1.0_", "an Outlook message"),
    ("PowerPoint Document", "a PowerPoint presentation"),
    ("Workbook", "sheet"),
    ("Book", "sheet"),
)
_CONTENT_TYPES = (
    (rb"wordprocessingml\.(?:document|template)\.main|ms-word\.(?:document|template)\.macroEnabled\.main", "word"),
    (rb"spreadsheetml\.(?:sheet|template)\.main|ms-excel\.(?:sheet|template)\.macroEnabled\.main", "excel"),
    (rb"sheet\.binary", "sheet"),
    (rb"presentationml|ms-powerpoint", "a PowerPoint presentation"),
    (rb"visio", "a Visio drawing"),
)
_OPEN_DOCUMENT = (("text", "office"), ("spreadsheet", "sheet"), ("presentation", "a presentation"))
_MAGIC = (
    (rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0\0\0\0|RIFF....WEBP|.{4}ftyphei|II\*\0|MM\0\*", "a picture or scan"),
    (rb".{4}ftyp|RIFF|ID3|\xff\xfb|OggS|\x1aE\xdf\xa3", "a sound or video recording"),
    (rb"7z\xbc\xaf|Rar!|\x1f\x8b|BZh|\xfd7zXZ|MSCF", "a compressed archive"),
    (rb"MZ|\x7fELF|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe", "a program"),
    (rb"SQLite format 3|\0\x01\0\0Standard (?:Jet|ACE) DB", "a database"),
    (rb"%!PS", "a PostScript file"),
)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--.{0,2000}?-->\s*){0,5}<(?:!doctype\s+html|html|head|body|meta|style|title|main|article|"
    r"table|div|h[1-6])\b",
    re.IGNORECASE | re.DOTALL,
)
_ASK = {
    "a picture or scan": "Ask for the document itself, or turn it into a PDF with text recognition.",
    "a compressed archive": "Unpack it and give the documents inside.",
    "an Outlook message": "Save the attached plan and give that.",
}


def kind_of(data: bytes, name: str) -> Kind:
    """Tell what a file is from its content.

    Parameters
    ----------
    data : bytes
        Content of the file.
    name : str
        File name, for messages only.

    Returns
    -------
    str
        ``text``, ``markdown``, ``csv``, ``html``, ``word``, ``excel``, ``pdf``, or ``office`` for documents that
        LibreOffice has to convert first (.doc, .odt, .rtf).

    Raises
    ------
    InputError
        When the file is protected by a password or is something that holds no plan, in words that say what it is.
    """
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _known(_zip_kind(data, name), name)
    if data.startswith(_OLE):
        return _known(
            next((kind for stream, kind in _STREAMS if stream.encode("utf-16-le") in data), "a compound file"), name
        )
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data[:64].lstrip().startswith(b"{\\rtf"):
        return "office"
    for magic, what in _MAGIC:
        if re.match(magic, data, re.DOTALL):
            return _known(what, name)
    text = decode(data, name)
    head = text[:4096]
    if _HTML.match(head) or (head.lstrip().startswith("<") and re.search(r"<(?:table|html)\b", head, re.IGNORECASE)):
        return "html"
    if head.lstrip().startswith("<?xml"):
        return _known("sheet" if "Excel.Sheet" in head else "an XML data file", name)
    if re.match(r"(?:MIME-Version|Received|From|Return-Path|Message-ID):\s", head, re.IGNORECASE):
        return _known("an e-mail or a saved web archive", name)
    if pipe_lines(text[:200_000].splitlines()):
        return "markdown"
    return "csv" if sniff(text) else "text"


def read_kind(kind: str, data: bytes, name: str) -> list[RawTable]:
    """Read a file of a known kind.

    Parameters
    ----------
    kind : str
        As ``kind_of`` tells it.
    data : bytes
        Content of the file.
    name : str
        File name, for messages.

    Returns
    -------
    list of RawTable

    Raises
    ------
    InputError
        When the file is damaged.
    """
    # Each reader uses a library that takes a while to load, so it is only loaded for a file that needs it.
    module, function = _READERS[kind]
    tables: list[RawTable] = getattr(import_module(f"dhr_analytics.reading.{module}"), function)(data, name)
    return [replace(t, rows=tuple(replace(row, cells=set_raised_apart(row)) for row in t.rows)) for t in tables]


def _known(kind: str, name: str) -> Kind:
    """Return a kind that can be read; refuse all others in words."""
    if kind == "word" or kind == "excel" or kind == "office":
        return kind  # type: ignore[return-value]
    if kind == "password":
        raise InputError(
            f"{name} is protected by a password. Open it, save a copy without the password, and give that."
        )
    if kind == "sheet":
        raise InputError(
            f"{name} is a spreadsheet of an older or another kind (.xls, .xlsb, .ods). Open it and save it as .xlsx."
        )
    ask = _ASK.get(kind, "Leave it out, or save the action plan as .docx, .xlsx, .pdf or .txt.")
    raise InputError(f"{name} is {kind}, not text or a table that can be read. {ask}")


def _zip_kind(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            members = {info.filename: info for info in file.infolist()}
            told = next((members[key] for key in ("mimetype", "[Content_Types].xml") if key in members), None)
            text = file.open(told).read(1_000_000) if told else b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
        raise InputError(f"{name} is damaged ({error}): it cannot be unpacked. Download or save it again.") from error
    if told is None:
        return "a compressed archive"
    if told.filename == "mimetype":
        match = re.match(rb"application/vnd\.oasis\.opendocument\.([a-z]+)", text)
        family = match[1].decode() if match else ""
        return dict(_OPEN_DOCUMENT).get(family, "an e-book or an OpenDocument file of another kind")
    return next(
        (kind for pattern, kind in _CONTENT_TYPES if re.search(pattern, text)), "an Office file of another kind"
    )
