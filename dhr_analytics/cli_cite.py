"""The command ``dhr cite``."""

from __future__ import annotations

import argparse

from dhr_analytics.terminal import answer, command


def add_cite(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    sub = command(
        commands,
        "cite",
        "Cite a figure of a report. Prints its value with numerator, denominator, interval, definition, day, versions "
        "and fingerprints; its id stands in data/estimates.csv and in the last column of workbook.xlsx.",
        "dhr cite completion_rate.actions.2025Q1\n"
        "dhr cite completion_rate.actions.2025Q1.sector=police --format bibtex\n"
        "dhr cite overdue_share.actions.2025Q1 --report reports/2025Q1 --check",
    )
    sub.add_argument("id", metavar="ID", help="id of the figure")
    sub.add_argument(
        "--report", default="reports", metavar="DIR", help="a report, or the folder of the reports (default reports)"
    )
    sub.add_argument(
        "--format", choices=("text", "bibtex", "csl"), default="text", help="how to cite it (default text)"
    )
    sub.add_argument(
        "--check", action="store_true", help="make it again from the plans in the report; exit 1 where it differs"
    )
    sub.add_argument("--json", action="store_true", help="print the result as JSON")
    sub.set_defaults(run=_cite)


def _cite(args: argparse.Namespace) -> int:
    from dhr_analytics.reporting.citation import check, citation, find_figure

    figure = find_figure(args.id.strip(), args.report)
    holds, words = check(figure) if args.check else (True, citation(figure, style=args.format))
    result: dict[str, object] = {"id": figure.estimate.id, "report": str(figure.pack), "text": words}
    answer(args.json, {**result, "holds": holds} if args.check else result, words)
    return 0 if holds else 1
