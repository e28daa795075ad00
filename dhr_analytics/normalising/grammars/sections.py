"""The heading in force while walking down a frame, and what is set aside on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

from dhr_analytics.normalising.cells.agencies import heads_agency
from dhr_analytics.normalising.grammars.walk import Step
from dhr_analytics.normalising.lines import NUMBERED_HEADING
from dhr_analytics.normalising.rows import PlanRow, Rejected


@dataclass
class Sections:
    """The rows read so far, the heading in force, and what was set aside; headings without rows are set aside too."""

    rows: list[PlanRow] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    heading: str = ""
    title: str = ""
    opened: Step | None = None
    opened_at: int = 0
    prose: list[Step] = field(default_factory=list)

    def head(self, step: Step) -> None:
        """Put a heading in force; a plain line below an unused numbered heading only explains it."""
        unused = self.opened is not None and self.opened_at == len(self.rows)
        owned = unused and heads_agency(self.heading) and not heads_agency(step.text)
        numbered = unused and NUMBERED_HEADING.match(self.heading) and not NUMBERED_HEADING.match(step.text)
        if owned or numbered:
            self.set_aside(step, "sub-heading")
            return
        self.close()
        self.heading, self.opened, self.opened_at = step.text, step, len(self.rows)

    @property
    def headed_within(self) -> bool:
        """Whether the heading in force is a row of the table, not a line above it."""
        return bool(self.heading) and self.opened is not None and not self.opened.row.line

    def close(self) -> None:
        """Set a heading aside that no row followed."""
        if self.opened is not None and self.opened_at == len(self.rows):
            self.set_aside(self.opened, "heading without recommendations")
        self.opened = None

    def entitle(self, step: Step) -> None:
        """Take a title; another one begins another part, whose headings are its own."""
        if step.text == self.title:
            return
        self.close()
        self.heading = ""
        if self.title:
            self.set_aside(step, "title")
        self.title = self.title or step.text

    def set_aside(self, step: Step, reason: str) -> None:
        """Note a row that is no part of the plan."""
        if step.text and reason:
            self.rejected.append(Rejected(step.row.place, step.text, reason))

    def flush(self) -> None:
        """Set the running text since the last row aside, as one piece."""
        if self.prose:
            places = [step.row.place for step in (self.prose[0], self.prose[-1])]
            place = places[0] if len(self.prose) == 1 else f"{places[0]} to {places[1]}"
            text = " ".join(step.text for step in self.prose)
            self.rejected.append(Rejected(place, text, "text outside the plan"))
            self.prose = []
