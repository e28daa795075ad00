"""The phrase rules as a component of a spaCy pipeline: `nlp.add_pipe("dhr_themes")`.

spaCy finds it by the entry point `spacy_factories`, so nothing needs to be imported first. It adds what the rules find
to `doc.spans["themes"]`, where displaCy and an analyst's own components read it.
"""

from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc, SpanGroup

from dhr_analytics.themes.codebook import Codebook
from dhr_analytics.themes.rules import find_themes

SPANS = "themes"


@Language.factory("dhr_themes", assigns=["doc.spans"], default_config={"codebook": None})
def make_component(nlp: Language, name: str, codebook: str | None) -> "AddThemes":
    """Make the component.

    Parameters
    ----------
    nlp, name
        As spaCy gives them.
    codebook
        Path of a codebook; the one that comes with the package when left out.

    Returns
    -------
    AddThemes
    """
    return AddThemes(Codebook.load(codebook))


@dataclass(frozen=True)
class AddThemes:
    """Adds to `doc.spans["themes"]` one span for each piece of evidence, its theme as label.

    A span covers whole tokens of the pipeline, so it can be a little longer than the words of the evidence.
    """

    codebook: Codebook

    def __call__(self, doc: Doc) -> Doc:
        """Add the spans."""
        found = find_themes([doc.text], self.codebook)[0]
        spans = [doc.char_span(one.start, one.end, one.theme, alignment_mode="expand") for one in found]
        doc.spans[SPANS] = SpanGroup(doc, name=SPANS, spans=[span for span in spans if span is not None])
        return doc
