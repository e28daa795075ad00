"""From an executed notebook to one self-contained HTML page that shows known outputs and runs nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

MIME = "application/vnd.dhr-analytics.block+json"
TEMPLATES = Path(__file__).with_name("templates")
# Control characters have no place in a page; what only steers the direction of text is kept, inside an isolated cell.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")


def page(notebook: Mapping[str, Any], *, name: str, pages: Sequence[Mapping[str, str]], provenance: str = "") -> str:
    """Return the page of an executed notebook.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed. Shown are Markdown, the blocks of ``show`` and plain text; code, HTML, scripts and images are not.
    name : str
        Name of the page without ending, such as ``"00_summary"``.
    pages : sequence of mapping
        ``name`` and ``title`` of each page of the pack, this one among them; they are linked.
    provenance : str, optional
        What the page was made from, for its foot.

    Returns
    -------
    str
        HTML without a web address, a script or a time of making.
    """
    parts = blocks(notebook)
    header = next(
        (part for part in parts if part["kind"] == "header"), {"quarter": "", "as_of": "", "filters": "", "stop": ""}
    )
    shown = [part for part in parts if part["kind"] != "header"]
    return (
        _environment()
        .get_template("page.html.j2")
        .render(blocks=shown, header=header, title=title(notebook, name), name=name, pages=pages, provenance=provenance)
    )


def render(template: str, **values: Any) -> str:
    """Return a page made from one of the templates, everything escaped."""
    return _environment().get_template(template).render(**values)


def block(content: Mapping[str, Any]) -> str:
    """Return one block of ``show`` as an escaped piece of HTML, for a page or for JupyterLab."""
    return str(_environment().get_template("blocks.html.j2").module.block(content))  # type: ignore[attr-defined]


def title(notebook: Mapping[str, Any], default: str) -> str:
    """Return the first heading of a notebook, else the default."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and (found := re.match(r"# +(.+)", cell["source"])):
            return found[1].strip()
    return default


def blocks(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a notebook shows, in order.

    Parameters
    ----------
    notebook : nbformat.NotebookNode

    Returns
    -------
    list of dict
        Each with its ``kind``: a block of ``show``, ``"markdown"`` or ``"plain"``. A header that says why there is
        nothing to show is the last but that reason.
    """
    out: list[dict[str, Any]] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            out.append({"kind": "markdown", "text": cell["source"]})
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if MIME in data:
                out.append(dict(data[MIME]))
                if reason := data[MIME].get("stop"):
                    return [*out, {"kind": "message", "text": reason}]
            elif "text/markdown" in data:
                out.append({"kind": "markdown", "text": "".join(data["text/markdown"])})
            elif "text/plain" in data:
                out.append({"kind": "plain", "text": "".join(data["text/plain"])})
            elif output.get("name") == "stdout":
                out.append({"kind": "plain", "text": "".join(output["text"])})
    return out


def markdown(text: str) -> Markup:
    """Return Markdown as HTML; raw HTML stands there as text, and nothing points outside the pack.

    Parameters
    ----------
    text : str

    Returns
    -------
    markupsafe.Markup
    """
    return Markup(_markdown()(clean(text)))  # noqa: S704 - mistune has escaped it


def clean(value: object) -> str:
    """Return a value as text, control characters replaced by a sign that shows they were there."""
    return _CONTROL.sub("\ufffd", str(value))


@cache
def _markdown() -> Any:
    import mistune

    class Plain(mistune.HTMLRenderer):
        """Shows pictures as their text, and links only where they stay within the pack."""

        def image(self, text: str, url: str, title: str | None = None) -> str:
            return str(mistune.escape(text))

        def link(self, text: str, url: str, title: str | None = None) -> str:
            within = re.fullmatch(r"(?:(?:tables|figures)/)?[\w.-]*(?:#[\w-]*)?", url)
            return super().link(text, url) if within else text

    return mistune.create_markdown(renderer=Plain(escape=True), plugins=["table"])


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: value if isinstance(value, Markup) or callable(value) else clean(value),
    )
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment.filters["markdown"] = markdown
    environment.filters["data_uri"] = _data_uri
    environment.globals["style"] = Markup(style)  # noqa: S704 - our own file
    environment.globals["policy"] = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return environment


def _data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
