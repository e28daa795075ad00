"""Small Word documents made from XML snippets, so that a test shows all that its document holds."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CHANGE = 'w:id="1" w:author="Alex Example" w:date="2025-01-20T09:00:00Z"'
_LANDSCAPE = '<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="900" w:right="900" w:bottom="900" w:left="900" w:header="400" w:footer="400" w:gutter="0"/></w:sectPr>'


def run(text: str, props: str = "") -> str:
    return f'<w:r><w:rPr>{props}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _runs(content: tuple[str, ...]) -> str:
    return "".join(part if part.startswith("<") else run(part) for part in content)


def para(*content: str, num: tuple[int, int] | None = None, style: str = "", props: str = "") -> str:
    """A paragraph of plain texts and run-level XML; num is (list, level)."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    listed = f'<w:numPr><w:ilvl w:val="{num[1]}"/><w:numId w:val="{num[0]}"/></w:numPr>' if num else ""
    return f"<w:p><w:pPr>{named}{listed}{props}</w:pPr>{_runs(content)}</w:p>"


def inserted(*content: str) -> str:
    return f"<w:ins {_CHANGE}>{_runs(content)}</w:ins>"


def deleted(text: str) -> str:
    return f'<w:del {_CHANGE}><w:r><w:delText xml:space="preserve">{escape(text)}</w:delText></w:r></w:del>'


def dropdown(chosen: str, *choices: str, placeholder: bool = False) -> str:
    listed = "".join(f'<w:listItem w:displayText="{c}" w:value="{c}"/>' for c in (chosen, *choices))
    shown = "<w:showingPlcHdr/>" if placeholder else ""
    return f"<w:sdt><w:sdtPr>{shown}<w:dropDownList>{listed}</w:dropDownList></w:sdtPr><w:sdtContent>{run(chosen)}</w:sdtContent></w:sdt>"


def cell(*blocks: str, span: int = 1, merge: str = "", fill: str = "", width: int = 0, props: str = "") -> str:
    """A table cell of plain texts (a paragraph each) and block-level XML; merge is "restart" or "continue"."""
    size = f'<w:tcW w:w="{width}" w:type="dxa"/>' if width else ""
    across = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    down = f'<w:vMerge w:val="{merge}"/>' if merge else ""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    inner = "".join(block if block.startswith("<") else para(block) for block in blocks) or "<w:p/>"
    return f"<w:tc><w:tcPr>{size}{across}{down}{shade}{props}</w:tcPr>{inner}</w:tc>"


def row(*cells: str, props: str = "") -> str:
    """A table row of plain texts (a cell each) and cells."""
    inner = "".join(c if c.startswith("<") else cell(*c.split("\n")) if c else cell() for c in cells)
    return f"<w:tr><w:trPr>{props}</w:trPr>{inner}</w:tr>"


def table(*rows: str, widths: tuple[int, ...] = ()) -> str:
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:color="808080"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tbl><w:tblPr><w:tblBorders>{sides}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def level(depth: int, form: str, text: str, *, start: int = 1, more: str = "") -> str:
    return f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'


def numbering(kinds: dict[int, str], lists: dict[int, tuple[int, str]]) -> str:
    """Lists by number: (kind, overrides); kinds by number: levels."""
    kinds_xml = "".join(f'<w:abstractNum w:abstractNumId="{i}">{levels}</w:abstractNum>' for i, levels in kinds.items())
    lists_xml = "".join(
        f'<w:num w:numId="{i}"><w:abstractNumId w:val="{kind}"/>{more}</w:num>' for i, (kind, more) in lists.items()
    )
    return f"<w:numbering {SPACES}>{kinds_xml}{lists_xml}</w:numbering>"


def footnotes(*texts: str, kind: str = "footnote") -> str:
    """Notes numbered from 2 on, as Word does, which keeps two for its own lines."""
    own = f'<w:{kind} w:type="separator" w:id="0"><w:p>{run("____")}</w:p></w:{kind}>'
    each = "".join(f'<w:{kind} w:id="{i}">{para(text)}</w:{kind}>' for i, text in enumerate(texts, start=2))
    return f"<w:{kind}s {SPACES}>{own}{each}</w:{kind}s>"


def reference(number: int, kind: str = "footnote") -> str:
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def hyperlink(text: str, key: str) -> str:
    space = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    return f'<w:hyperlink {space} r:id="{key}">{run(text)}</w:hyperlink>'


def docx(
    *blocks: str,
    lists: str = "",
    styles: str = "",
    notes: dict[str, str] | None = None,
    addresses: dict[str, str] | None = None,
    document: str = "word/document.xml",
) -> bytes:
    """A Word file whose body holds these blocks and, as Word wants it, a last paragraph; always the same bytes.

    notes: XML of the parts "footnotes" and "endnotes"; addresses: of links, by their key.
    """
    body = "".join(block if block.startswith("<") else para(block) for block in blocks)
    parts = {document: f"<w:document {SPACES}><w:body>{body}<w:p/>{_LANDSCAPE}</w:body></w:document>"}
    links = {"": {"officeDocument": document}, document: {}}
    styled = f"<w:styles {SPACES}>{styles}</w:styles>" if styles else ""
    for kind, xml in (("numbering", lists), ("styles", styled), *(notes or {}).items()):
        if xml:
            parts[f"word/{kind}.xml"] = xml
            links[document][kind] = f"{kind}.xml"
    kinds = {path: path.split("/")[-1].split(".")[0].rstrip("0123456789") for path in parts}
    types = "".join(
        f'<Override PartName="/{path}" ContentType="{_TYPES}.{"document.main" if path == document else kind}+xml"/>'
        for path, kind in kinds.items()
    )
    parts["[Content_Types].xml"] = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>'
    )
    for part, targets in links.items():
        folder, _, base = part.rpartition("/")
        each = "".join(
            f'<Relationship Id="r{i}" Type="{_RELATED}/{kind}" Target="{target}"/>'
            for i, (kind, target) in enumerate(targets.items())
        )
        for key, address in (addresses or {}).items() if part == document else ():
            each += f'<Relationship Id="{key}" Type="{_RELATED}/hyperlink" Target="{address}" TargetMode="External"/>'
        parts[f"{folder}/_rels/{base}.rels".lstrip("/")] = (
            f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(parts):
            file.writestr(
                zipfile.ZipInfo(path), '<?xml version="1.0" encoding="UTF-8"?>' + parts[path], zipfile.ZIP_DEFLATED
            )
    return out.getvalue()
