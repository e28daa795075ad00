"""The ``dhr`` command: documents in, plan package, themes and quarterly report pack out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dhr_analytics._version import __version__
from dhr_analytics.cli_cite import add_cite
from dhr_analytics.cli_coding import add_commands, tell_of_training
from dhr_analytics.cli_ingest import add_ingest, needs_of, read_documents, tell_of_reading
from dhr_analytics.errors import DHRError, InputError, UsageError
from dhr_analytics.terminal import answer, command, positive, tell

if TYPE_CHECKING:
    from dhr_analytics.package import Plans
    from dhr_analytics.statistics.disclosure import Profile

_QUARTER = "2025Q1"
_ABOUT = """\
Reads the action plans of domestic homicide reviews, codes every recommendation
to themes, and makes the quarterly report pack.

  dhr report PLANS --quarter 2025Q1      from a folder of plans to the report pack
  dhr ingest PLANS --out DIR             only read and normalise the plans
  dhr classify DIR                       only code the themes of a plan package
  dhr classify --texts IN.csv --out OUT.csv
  dhr explore DIR                        explore a plan package in JupyterLab
  dhr cite ID                            a figure of a report, so that it can be cited
  dhr coding export DIR SHEET.xlsx       let people decide on themes, in Excel
  dhr codebook check                     look the list of themes over
  dhr evaluate ingest|themes ...         how well plans are read, themes are coded

Results go to standard output, progress to standard error. Exit codes: 0 done;
1 done, but something needs a look (said on the last line); 2 wrong use; 3 input
that cannot be read."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; those of the process by default.

    Returns
    -------
    int
        0 done, 1 done but something needs a look, 2 wrong use, 3 input that cannot be read.
    """
    args = _parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):  # a Windows console is not UTF-8 by itself
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        return int(args.run(args))
    except DHRError as error:
        tell(f"dhr {args.command}: {error}")
        return error.exit_code
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        tell(f"dhr {args.command}: stopped. Nothing half-written was left behind.")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dhr", description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"dhr_analytics {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_ingest(commands)
    _add_report(commands)
    _add_explore(commands)
    add_cite(commands)
    add_commands(commands)
    return parser


def _add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sub = command(
        commands,
        "report",
        "Make the report pack of a quarter. The last line printed is the page to open. A folder of documents "
        "is read and coded first; its plan package is kept beside the pack.",
        "dhr report                                     the sample plans, January to March 2025\n"
        "dhr report plans/ --quarter 2025Q2\n"
        "dhr report data/packages/2025Q1 --quarter 2025Q1 --only 04_completion\n"
        "dhr report plans/ --quarter 2025Q1 --area Northmoor --theme training --theme dash --out northmoor\n\n"
        "A part (--only, --area, --agency, --theme) replaces the report of that quarter in OUT; give it an\n"
        "--out of its own.",
    )
    sub.add_argument(
        "source",
        nargs="?",
        default="data/sample",
        metavar="DIR",
        help="plan package or folder of documents (default data/sample)",
    )
    sub.add_argument(
        "--quarter",
        metavar="2025Q1",
        help="calendar quarter to report on (default 2025Q1; for a plan package that of its latest day)",
    )
    sub.add_argument(
        "--year",
        choices=("calendar", "fiscal"),
        default="calendar",
        help="what the quarter is one of; 2025Q1 of a fiscal year begins in April 2025 (default calendar)",
    )
    sub.add_argument("--out", default="reports", metavar="DIR", help="folder for the packs (default reports)")
    sub.add_argument(
        "--only",
        action="append",
        metavar="NOTEBOOK",
        help="make only this notebook, such as 04_completion (may be repeated); replaces the report of that quarter",
    )
    for name, what in (("area", "local area"), ("agency", "lead agency"), ("theme", "theme id")):
        sub.add_argument(
            f"--{name}",
            action="append",
            default=[],
            metavar=name.upper(),
            help=f"keep only this {what} (may be repeated); replaces the report of that quarter",
        )
    sub.add_argument(
        "--profile",
        default="national",
        metavar="NAME",
        help="what may leave: national (all), local (counts under 5 withheld, others rounded to 5, no single rows), or "
        "a TOML file of your own (default national)",
    )
    sub.add_argument("--jobs", type=positive, default=2, metavar="N", help="notebooks run at the same time (default 2)")
    sub.add_argument(
        "--check",
        action="store_true",
        help="make nothing: check that the report is untouched, and make each of its figures again",
    )
    sub.add_argument("--json", action="store_true", help="print the result as JSON")
    sub.add_argument("--decisions", default="data/decisions.csv", metavar="CSV", help="human decisions on themes")
    sub.set_defaults(run=_report)


def _add_explore(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sub = command(
        commands,
        "explore",
        "Explore a plan package in JupyterLab on this computer. The notebooks of the report are copied to a folder to "
        "work in; copies that are there already are kept, and set to the package and quarter. A page without Jupyter: "
        "explore.html of a pack.",
        "dhr explore reports/plans\ndhr explore data/packages/2025Q1 --quarter 2025Q2 --out my_work",
    )
    sub.add_argument("package", metavar="DIR", help="a plan package that dhr ingest or dhr report has written")
    sub.add_argument(
        "--quarter", metavar="2025Q1", help="what was known at its end (default: that of the package's latest day)"
    )
    sub.add_argument("--out", default="explore", metavar="DIR", help="folder to work in (default explore)")
    sub.add_argument("--port", type=positive, default=8888, metavar="N", help="where JupyterLab listens (default 8888)")
    sub.add_argument("--no-browser", action="store_true", help="print the address, open no browser")
    sub.set_defaults(run=_explore)


def _explore(args: argparse.Namespace) -> int:
    from dhr_analytics.reporting.lab import open_lab, prepare

    quarter = args.quarter or _latest_quarter(args.package)
    notebook = prepare(args.package, args.out, quarter=quarter, progress=tell)
    tell(f"opening {notebook}; stop with Ctrl+C")
    return open_lab(notebook, browser=not args.no_browser, port=args.port)


def _latest_quarter(package: Path | str, *, fiscal: bool = False) -> str:
    """Return the quarter of the latest day that a package states, and say that it was taken."""
    from dhr_analytics.statistics.quarter import quarter_of
    from dhr_analytics.statistics.selection import read_counted

    days = read_counted(package).reviews[["published_on", "snapshot_on"]].max().dropna()
    quarter = quarter_of(days.max().date(), fiscal).id if len(days) else _QUARTER
    tell(f"quarter {quarter}, {'that of the latest day in the package' if len(days) else 'as no plan states a day'}; "
         "another one with --quarter")  # fmt: skip
    return quarter


def _report(args: argparse.Namespace) -> int:
    from dhr_analytics.package import DESCRIPTOR
    from dhr_analytics.reporting.report import chosen_pages, make_report
    from dhr_analytics.statistics.disclosure import load_profile
    from dhr_analytics.statistics.quarter import parse_quarter

    source, out, fiscal = Path(args.source), Path(args.out), args.year == "fiscal"
    is_package = (source / DESCRIPTOR).is_file()
    # All that can be wrong is looked for before the minutes that reading may take.
    asked = args.quarter or (_latest_quarter(source, fiscal=fiscal) if is_package else _QUARTER)
    quarter, profile = parse_quarter(asked, fiscal).id, load_profile(args.profile)
    if args.check:
        return _check_report(out / quarter, as_json=args.json)
    chosen_pages(args.only)
    if not is_package:
        _check_themes(args.theme)
    _tell_what_is_replaced(args, out / quarter, profile)
    plans = None
    if not is_package:
        source, plans = _prepare(source, out, args.decisions)
    page = make_report(
        source,
        quarter=quarter,
        out=out,
        only=args.only,
        areas=";".join(args.area),
        agencies=";".join(args.agency),
        themes=";".join(args.theme),
        profile=args.profile,
        jobs=args.jobs,
        progress=tell,
    )
    needs = _needs_of_package(source) if plans is None else needs_of(plans, [args.source])
    code = _tell_of_package(needs) if plans is None else tell_of_reading(plans, source, needs)
    if profile.suppresses and (out / "plans" / DESCRIPTOR).is_file():
        tell(f"{out / 'plans'} holds every row of the plans: only the folder {page.parent} may leave")
    answer(args.json, {"page": str(page), "package": str(source), **needs}, str(page))
    return code


def _tell_what_is_replaced(args: argparse.Namespace, pack: Path, profile: Profile) -> None:
    part = any((args.only, args.area, args.agency, args.theme))
    if (part or profile.suppresses) and (pack / "manifest.json").is_file():
        this = "this part" if part else f"this one of the profile {profile.name}"
        tell(f"{pack} holds a report already, and {this} takes its place; keep both with another --out")


def _needs_of_package(source: Path) -> dict[str, list[str]]:
    """Return what needs a look after a report on a package: the documents that it leaves out."""
    from dhr_analytics.statistics.selection import read_counted, ungraded

    plans = read_counted(source)
    if note := ungraded(plans):
        tell(note)
    left = [str(each["document"]) for each in plans.about.get("left_out", ())]
    return {"unread": [], "remarks": [], "check": left, "to_accept": []}


def _tell_of_package(needs: dict[str, list[str]]) -> int:
    if check := needs["check"]:
        tell(
            f"{len(check)} of the documents count in no figure, for they were not read surely; dhr ingest prints the "
            f"line of reviews.csv that accepts each: {', '.join(check)}"
        )
    return 1 if check else 0


def _check_themes(asked: Sequence[str]) -> None:
    """Raise where a theme that was asked for is not in the codebook."""
    import difflib

    from dhr_analytics.reporting.text import theme_names

    known = {
        words.replace("_", " ").casefold(): theme for theme, name in theme_names().items() for words in (theme, name)
    }
    for each in asked:
        words = " ".join(each.replace("_", " ").casefold().split())
        if words not in known and not {",", ";"} & set(words):
            near = difflib.get_close_matches(words, known, n=1)
            advice = f"Did you mean {known[near[0]]!r}?" if near else f"There are: {', '.join(theme_names())}."
            raise UsageError(f"There is no theme {each!r}. {advice}")


def _check_report(pack: Path, *, as_json: bool) -> int:
    from dhr_analytics.reporting.checking import check_pack

    faults, count = check_pack(pack)
    for fault in faults:
        tell(fault)
    said = f"{pack}: {count} figures made again, {len(faults)} faults"
    if count is None:
        files = f"{len(faults)} fault{'s' * (len(faults) > 1)} in its files" if faults else "its files are untouched"
        said = f"{pack}: {files}; its figures cannot be made again, because no plans are in it"
    answer(as_json, {"report": str(pack), "figures": count, "faults": faults}, said)
    return 1 if faults else 0


def _prepare(documents: Path, out: Path, decisions: str) -> tuple[Path, Plans]:
    """Read and code a folder of documents; its package stands beside the packs."""
    from dhr_analytics.package import DESCRIPTOR, read_package, write_package
    from dhr_analytics.themes import Codebook
    from dhr_analytics.themes.plans import code_plans

    folder = out / "plans"
    plans = read_documents([documents], folder)
    try:
        earlier = read_package(folder) if (folder / DESCRIPTOR).is_file() else None
    except InputError:  # of another version, or of a folder without a plan; it is written anew
        earlier = None
    plans, _, new = code_plans(plans, Codebook.load(), decisions, earlier=earlier, before_coding=tell_of_training)
    tell(f"coded {new} new of {len(plans.recommendations)} recommendations")
    return write_package(plans, folder).parent, plans


if __name__ == "__main__":
    sys.exit(main())
