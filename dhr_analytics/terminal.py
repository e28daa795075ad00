"""What the commands share: progress to standard error, results to standard output, help with examples."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def tell(line: str) -> None:
    """Write a line of progress to standard error."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def answer(as_json: bool, result: dict[str, object], line: str) -> None:
    """Write the result to standard output, as JSON for machines or as a line for people."""
    sys.stdout.write((json.dumps(result, ensure_ascii=False) if as_json else line) + "\n")


def records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of a table as JSON can hold them, nothing for what is missing."""
    return list(json.loads(frame.to_json(orient="records")))


def command(
    commands: argparse._SubParsersAction, name: str, description: str, examples: str
) -> argparse.ArgumentParser:
    """Add a command whose help ends in examples.

    Parameters
    ----------
    commands : argparse sub-parsers
    name : str
    description : str
        Its first sentence stands in the list of commands.
    examples : str
        Lines to copy.

    Returns
    -------
    argparse.ArgumentParser
    """
    return commands.add_parser(
        name,
        help=description.split(". ")[0].rstrip("."),
        description=description,
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def positive(text: str) -> int:
    """Read a whole number from 1, as an argparse type."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)
