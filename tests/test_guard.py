"""Files that are larger inside than outside, readers that never end, and files that are something else."""

import io
import json
import os
import random
import re
import subprocess
import sys
import time
import zipfile
import zlib

import pytest

from dhr_analytics.errors import InputError
from dhr_analytics.reading import guard, kind_of, read_document, read_guarded
from dhr_analytics.reading.table import RawRow, RawTable

TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
posix = pytest.mark.skipif(os.name != "posix", reason="limits of memory need setrlimit")


def packed(members, store=()):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content, zipfile.ZIP_STORED if name in store else None)
    return out.getvalue()


def docx(body, **others):
    types = TYPES.format(f'<Override PartName="/word/document.xml" ContentType="{WORD}"/>')
    rels = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>'
    document = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    return packed({"[Content_Types].xml": types, "_rels/.rels": rels, "word/document.xml": document, **others})


def xlsx(sheet, strings="<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'/>"):
    from openpyxl import Workbook

    blank, out = io.BytesIO(), {}
    Workbook().save(blank)
    with zipfile.ZipFile(blank) as file:
        out = {name: file.read(name) for name in file.namelist()}
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    out["xl/worksheets/sheet1.xml"] = f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>'.encode()
    out["xl/sharedStrings.xml"] = strings.encode()
    return packed(out)


def word_of_many_paragraphs():
    pick = random.Random(1)
    paragraphs = [
        "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>" + pick.choice("abcdef") * 3 + "</w:t></w:r></w:p>" for _ in range(200)
    ]
    return docx("".join(paragraphs * 9_000))


def laughs():
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    return f'<!DOCTYPE sst [<!ENTITY l0 "ha">{entities}]><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&l9;</t></si></sst>'


def diagonal():
    from openpyxl.utils import get_column_letter

    return "".join(f'<row r="{r}"><c r="{get_column_letter(r)}{r}"><v>1</v></c></row>' for r in range(1, 16_000))


def pdf_of(page, *others):
    """A PDF file with one page, written by hand: the page's own entries, then objects from number 4."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>"]
    objects += [f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 595] {page} >>".encode(), *others]
    out = b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%b\nendobj\n" % numbered for numbered in enumerate(objects, start=1))
    return out + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def stream(content, head=""):
    packed = zlib.compress(content, 9)
    return f"<< /Length {len(packed)} /Filter /FlateDecode {head} >>\nstream\n".encode() + packed + b"\nendstream"


FORM = "/Type /XObject /Subtype /Form /BBox [0 0 842 595] /Resources << /XObject << /X {} 0 R >> >>"
DRAWS = "/Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >>"


def form_that_draws_itself():
    return pdf_of(DRAWS, stream(b"/X Do"), stream(b"/X Do /X Do", FORM.format(5)))


def forms_that_double():
    return pdf_of(
        DRAWS,
        stream(b"/X Do"),
        *(stream(b"/X Do /X Do 0 0 9 9 re f", FORM.format(n)) for n in range(6, 36)),
        stream(b""),
    )


def pdf_of_many_pages():
    many = pdf_of("", b"<<>>").replace(b"/Count 1", b"/Count 200000")
    return many.replace(b"[3 0 R]", b"[" + b"3 0 R " * 200_000 + b"]")


PDFS = {
    "form draws itself.pdf": form_that_draws_itself,
    "forms double.pdf": forms_that_double,
    "many strokes.pdf": lambda: pdf_of("/Contents 4 0 R", stream(b"0 0 m 9 9 l S\n" * 20_000_000)),
    "many pages.pdf": pdf_of_many_pages,
}
BOMBS = {
    "many paragraphs.docx": word_of_many_paragraphs,
    "blank.docx": lambda: docx("<w:p/>" * 55_000_000),
    "deep.docx": lambda: docx("<w:sdt><w:sdtContent>" * 60_000 + "</w:sdtContent></w:sdt>" * 60_000),
    "many parts.docx": lambda: docx("<w:p/>", **{f"word/media/{i}.xml": "" for i in range(6_000)}),
    "laughs.docx": lambda: packed(
        {"[Content_Types].xml": TYPES.format(f'<Override ContentType="{WORD}"/>'), "word/document.xml": laughs()}
    ),
    "many cells.xlsx": lambda: xlsx(
        "".join(f'<row r="{r}">' + f'<c r="A{r}"><v>1</v></c>' * 20 + "</row>" for r in range(1, 70_000))
    ),
    "diagonal.xlsx": lambda: xlsx(diagonal()),
    "joined.xlsx": lambda: xlsx("</sheetData><mergeCells><mergeCell ref='A1:XFD1048576'/></mergeCells><sheetData>"),
    "laughs.xlsx": lambda: xlsx('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', laughs()),
    "deep.html": lambda: b"<html>" + b"<div><table><tr><td>" * 20_000,
    "wide.html": lambda: (
        b"<table>" + b"<tr><td rowspan=60000>" + b"word " * 100_000 + b"<td>x" + b"<tr><td>y" * 20_000 + b"</table>"
    ),
}


def group_lives(pid):
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def no_process_left(monkeypatch):
    """Note the processes that are started, and check that none of them or theirs is left."""
    started = []

    class Noted(subprocess.Popen):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            started.append(self.pid)

    monkeypatch.setattr(guard.subprocess, "Popen", Noted)
    yield started
    # An ended grandchild is there until the system has taken note of it.
    until = time.monotonic() + 5
    while (left := [pid for pid in started if group_lives(pid)]) and time.monotonic() < until:
        time.sleep(0.05)
    assert not left


@posix
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end_in_words_within_the_limits(tmp_path, name, no_process_left):
    path = tmp_path / name
    path.write_bytes(BOMBS[name]())
    assert path.stat().st_size < 2_500_000
    began = time.monotonic()
    with pytest.raises(InputError, match="^" + name):
        read_guarded(path)
    assert time.monotonic() - began < 21


TELLS = """
import json, resource, sys
from dhr_analytics import ingest
plans = ingest([sys.argv[1]])
print(json.dumps([plans.reviews["document"].tolist(), plans.rejected.set_index("document")["reason"].to_dict(),
                  resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024]))
"""


@posix
@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_that_never_ends_stops_within_the_limits_and_the_rest_of_the_folder_is_read(tmp_path, name):
    (tmp_path / name).write_bytes(PDFS[name]())
    (tmp_path / "plan.html").write_text(
        "<table><tr><th>Recommendation<th>Action<th>Lead<tr><td>Train all staff.<td>Hold a day.<td>Police</table>"
    )
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", TELLS, tmp_path], capture_output=True, text=True, check=True)
    assert time.monotonic() - began < 25  # 20 s for the file, and the start of the program
    read, reasons, megabytes = json.loads(done.stdout)
    assert read == ["plan.html"]
    assert re.match(f"{name} (?:needs more than 600 MB|took longer than 20 seconds|has 200,000 pages)", reasons[name])
    assert megabytes < 600


def pdf_of_coloured_fields():
    fields = (b"%d %d 20 20 re f" % (x, y) for x in range(40, 800, 8) for y in range(40, 560, 8))
    rules = [b"%d 40 m %d 560 l S" % (x, x) for x in range(40, 801, 8)]
    rules += [b"40 %d m 800 %d l S" % (y, y) for y in range(40, 561, 8)]
    words = (b"1 0 0 1 %d %d Tm (Act) Tj" % (x, y) for x in range(41, 800, 8) for y in range(41, 560, 8))
    drawn = b"\n".join([b"1 0 0 rg", *fields, *rules, b"BT /F 3 Tf", *words, b"ET"])
    font = "/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    return pdf_of(f"/Contents 4 0 R {font}", stream(drawn))


@posix
def test_a_pdf_that_crawls_is_given_up_in_time(tmp_path, no_process_left):
    (tmp_path / "fields.pdf").write_bytes(pdf_of_coloured_fields())
    with pytest.raises(InputError, match=r"fields\.pdf took longer than 2 seconds"):
        read_guarded(tmp_path / "fields.pdf", seconds=2)


READERS = """
import subprocess, sys, time

def sleeps(kind, data, name):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    time.sleep(300)

def loops(kind, data, name):
    while True:
        pass

def eats(kind, data, name):
    held = []
    while True:
        held.append(bytearray(10_000_000))

def dies(kind, data, name):
    import os
    os.abort()

def exits(kind, data, name):
    sys.exit("no more")

def stumbles(kind, data, name):
    raise KeyError("w:tbl")

def refuses(kind, data, name):
    from dhr_analytics.errors import InputError
    raise InputError(f"{name} is odd. Mend it.")

def chatters(kind, data, name):
    from dhr_analytics.reading.table import RawRow, RawTable
    print("hello" * 1000, flush=True)
    return [RawTable((RawRow((data.decode(), kind), "row 1", True, ("red", "")),), kind="table")]

def floods(kind, data, name):
    from dhr_analytics.reading.table import RawRow, RawTable
    return [RawTable(tuple(RawRow(("x" * 100_000,), "row 1") for _ in range(1000)))]
"""


@pytest.fixture
def apart(tmp_path, monkeypatch):
    (tmp_path / "odd_readers.py").write_text(READERS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def read(function, **limits):
        return guard.read_apart(
            b"words", "plan.pdf", "pdf", reader=f"odd_readers:{function}", **{"seconds": 10, "megabytes": 300, **limits}
        )

    return read


@posix
@pytest.mark.parametrize(
    ("reader", "says"),
    [
        ("sleeps", "longer than 1.5 seconds"),
        ("loops", "longer than 1.5 seconds"),
        ("eats", "more than 300 MB"),
        ("dies", "memory|damaged"),
        ("exits", "damaged"),
        ("stumbles", r"damaged \(KeyError\)"),
        ("refuses", "^plan.pdf is odd. Mend it.$"),
        ("floods", "far more text"),
    ],
)
def test_readers_that_misbehave_are_ended_and_told_of(apart, reader, says, no_process_left):
    with pytest.raises(InputError, match=says) as caught:
        apart(
            reader,
            **{"sleeps": {"seconds": 1.5}, "loops": {"seconds": 1.5}, "floods": {"megabytes": 900}}.get(reader, {}),
        )
    assert "plan.pdf" in str(caught.value)
    assert len(no_process_left) == 1


def test_what_a_library_prints_does_not_mix_with_the_answer(apart):
    assert apart("chatters") == [RawTable((RawRow(("words", "pdf"), "row 1", True, ("red", "")),))]


def test_apart_and_in_process_give_the_same(tmp_path):
    path = tmp_path / "plan.xls"
    path.write_text("<h1>Plan</h1><table><tr><th>No<th>Action<tr><td bgcolor=red>1<td>Do it</table>")
    assert read_guarded(path) == ("html", read_document(path))


def test_plain_text_needs_no_process(tmp_path, no_process_left):
    path = tmp_path / "plan.txt"
    path.write_text("No\tAction\n1\tDo it\n")
    assert read_guarded(path)[0] == "text"
    assert not no_process_left


def test_the_folder_one_works_in_cannot_slip_in_a_module(tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit")
    (tmp_path / "plan.html").write_text("<table><tr><td>1<td>2</table>")
    monkeypatch.chdir(tmp_path)
    assert read_guarded("plan.html")[0] == "html"


def test_workers_of_a_pool_may_read(tmp_path):
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    path = tmp_path / "plan.html"
    path.write_text("<table><tr><td>1<td>2</table>")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(read_guarded, path).result(timeout=60)[1][0].rows[0].cells == ("1", "2")


def test_reading_starts_without_heavy_libraries():
    code = "import sys, dhr_analytics.reading; print([m for m in ('pandas', 'numpy', 'openpyxl', 'lxml', 'pdfplumber', 'rapidfuzz') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"No\tAction\n1\tTrain, support, and review\n2\tShare, learn\n", "text"),
        (b"The panel met, heard, and agreed.\nIt asked, again, for work, and time.\nNo, not yet, it said.\n", "text"),
        ("Ref;Recommendation;Lead\n1;Train staff;Housing\n2;“Listen”;Police".encode("cp1252"), "csv"),
        (b'Ref,Recommendation\n1,"Train staff, all of them"\n2,Review\n', "csv"),
        ('Ref\tRecommendation\n1\t"One\nTwo"\n'.encode("utf-16"), "csv"),
        (b'No\tAction\n1\tA "trusted" adult\n2\t"Think family" first\n', "text"),
        (b"# Plan\n\nNo | Action\n--|--\n1 | Do\n", "markdown"),
        (b"\n <!DOCTYPE html><p>x", "html"),
        (b"\xef\xbb\xbf<table><tr><td>x", "html"),
        (b"No\tAction\n1\t<p>One</p> <p>Two</p>\n", "text"),
        (b"junk\n%PDF-1.7 ...", "pdf"),
        (rb"{\rtf1\ansi x}", "office"),
        (OLE + "WordDocument".encode("utf-16-le"), "office"),
        (packed({"[Content_Types].xml": TYPES.format(WORD), "word/document2.xml": ""}), "word"),
        (packed({"[Content_Types].xml": TYPES.format(EXCEL), "xl/workbook.xml": ""}), "excel"),
        (packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}), "office"),
    ],
)
def test_content_tells_the_kind(data, kind):
    assert kind_of(data, "document.bin") == kind


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x89PNG\r\n\x1a\n\0\1", "picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "picture"),
        (b"\0\0\0\x18ftypmp42", "video"),
        (packed({"plan.docx": "x"}), "archive.*Unpack"),
        (b"PK\x03\x04 cut off", "damaged"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
        (OLE + "Workbook".encode("utf-16-le"), r"save it as \.xlsx"),
        (OLE + "PowerPoint Document".encode("utf-16-le"), "PowerPoint"),
        (OLE, "compound"),
        (packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), r"save it as \.xlsx"),
        (packed({"[Content_Types].xml": TYPES.format("presentationml.presentation.main+xml")}), "PowerPoint"),
        (b"<?xml version='1.0'?><feed/>", "XML data"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "e-mail"),
        (bytes(range(256)), "not text"),
    ],
)
def test_what_holds_no_plan_is_named(data, says):
    with pytest.raises(InputError, match=says) as caught:
        kind_of(data, "odd.bin")
    assert str(caught.value).startswith("odd.bin ")
